//! Between a plan and what was read of it: which of its inputs are read, and what became of each.

use super::collect::Collected;
use crate::disk::Disk;
use crate::follow::{Disturbed, Outcome, Plan, Position};
use crate::input::Input;
use crate::input::feed::InputRead;

/// The ranks of the inputs of which something is read, or cannot be.
pub fn reading(inputs: &[Input]) -> Vec<usize> {
    let is_read =
        |input: &Input| input.error.is_some() || input.start.as_ref().is_none_or(|start| start.nothing_new.is_none());
    (0..).zip(inputs).filter(|(_, input)| is_read(input)).map(|(rank, _)| rank).collect()
}

/// The positions after a look at the inputs of these ranks; what is wrong with archives that were not read is added.
pub fn confirm(
    disk: &Disk,
    plan: &mut Plan,
    ranks: &[usize],
    collected: &mut Collected,
) -> Result<Vec<Position>, Vec<Disturbed>> {
    let mut reads = vec![InputRead::default(); plan.inputs.len()];
    for (&rank, read) in ranks.iter().zip(&mut collected.reads) {
        if let Some(slot) = reads.get_mut(rank) {
            std::mem::swap(slot, read);
        }
    }
    let positions = plan.positions(disk, |rank| match ranks.binary_search(&rank) {
        Ok(place) => outcome(collected, place, reads.get(rank).cloned().unwrap_or_default()),
        Err(_) => Outcome::default(),
    });
    plan.complete(&mut reads);
    for (&rank, read) in ranks.iter().zip(&mut collected.reads) {
        if let Some(slot) = reads.get_mut(rank) {
            std::mem::swap(slot, read);
        }
    }
    positions
}

/// How the input of this place was read.
pub fn outcome(collected: &Collected, place: usize, read: InputRead) -> Outcome {
    Outcome {
        read,
        lines: collected.lines.get(place).copied().unwrap_or_default(),
        is_without_lines: collected.inspected.get(place).copied().flatten().is_some_and(|it| it.is_without_lines()),
    }
}
