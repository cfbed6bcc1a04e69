//! Reads what is new since the last run, until the files hold still: what changes under the reader is looked for and read
//! again, so that what is counted is what the positions say. In the end what cannot be read is left for the next run.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use crate::disk::Disk;
use crate::engine::{Analysis, RunControl};
use crate::follow::{self, CALM_READS, Limits, OpenFrom, Outcome, Plan, Position, Sought};
use crate::input::{Input, discover};

/// What is read, and where else it is looked for.
#[derive(Clone, Copy)]
pub struct Names<'n> {
    /// Files, folders and globs.
    pub inputs: &'n [PathBuf],
    /// Files that are never inputs.
    pub own: &'n [PathBuf],
    /// Folders that logs may be rotated into, besides their own.
    pub rotated_into: &'n [PathBuf],
    /// What waits for the next run, since more lines will belong to it.
    pub open_from: &'n OpenFrom<'n>,
}

/// What was read.
#[derive(Debug)]
pub struct NewLines<R> {
    /// The inputs, sorted by path.
    pub inputs: Vec<Input>,
    /// What was found in them.
    pub analysis: Analysis,
    /// What else `analyze` gave.
    pub rejects: R,
    /// The positions after it; none when the run was interrupted.
    pub positions: Option<Vec<Position>>,
    /// The files with bytes that an earlier run left for this one, and this one for the next, since nothing came after
    /// them; sorted by path. How many bytes wait in each.
    pub waiting: Vec<(PathBuf, u64)>,
}

/// Reads what is new with `analyze`, which is called again, with other inputs, as long as files change under it. A file
/// that does not hold still is read up to where it could be read, and then not at all, so that there is an end. `before` are
/// the positions of the state.
///
/// # Errors
///
/// Those of `analyze`.
pub fn read<R, E>(
    disk: &Disk,
    before: Vec<Position>,
    names: Names<'_>,
    control: &RunControl,
    mut analyze: impl FnMut(&[Input]) -> Result<(Analysis, R), E>,
) -> Result<NewLines<R>, E> {
    let mut limits = Limits::new();
    let mut reads = 0_u32;
    loop {
        reads = reads.saturating_add(1);
        let found = discover::discover_until(names.inputs, names.own, &control.stop);
        let Names { own, rotated_into, open_from, .. } = names;
        let sought = Sought {
            disk,
            positions: &before,
            own,
            rotated_into,
            limits: &limits,
            open_from,
            is_written: &|_, _| false,
            share_of: &|_| u64::MAX,
        };
        let mut plan = follow::plan(sought, found);
        if control.stop.load(Ordering::Relaxed) {
            plan = Plan::default();
        }
        if plan.is_stale && reads < CALM_READS {
            continue;
        }
        control.bytes_done.store(0, Ordering::Relaxed);
        let (mut analysis, rejects) = analyze(&plan.inputs)?;
        let after = (!analysis.interrupted).then(|| plan.positions(disk, |rank| outcome(&analysis, rank)));
        plan.complete(&mut analysis.reads);
        let positions = match after {
            None => None,
            Some(Ok(positions)) => Some(positions),
            // Whether the files hold still was not found out.
            Some(Err(_)) if control.stop.load(Ordering::Relaxed) => {
                analysis.interrupted = true;
                None
            }
            Some(Err(disturbed)) => {
                if reads >= CALM_READS {
                    follow::limit(&mut limits, disturbed);
                }
                continue;
            }
        };
        let waiting = waiting(&before, positions.as_deref().unwrap_or_default());
        return Ok(NewLines { inputs: plan.inputs, analysis, rejects, positions, waiting });
    }
}

/// The files at whose end the same bytes wait as before.
fn waiting(before: &[Position], after: &[Position]) -> Vec<(PathBuf, u64)> {
    let place = |position: &Position| (position.file, position.offset, position.size);
    let known: HashSet<_> = before.iter().filter(|position| position.pending_bytes() > 0).map(place).collect();
    let same = after.iter().filter(|position| position.pending_bytes() > 0 && known.contains(&place(position)));
    let mut waiting: Vec<_> = same.map(|position| (position.path.path(), position.pending_bytes())).collect();
    waiting.sort();
    waiting
}

/// How an input was read.
fn outcome(analysis: &Analysis, rank: usize) -> Outcome {
    Outcome {
        read: analysis.reads.get(rank).cloned().unwrap_or_default(),
        lines: analysis.summary.input(rank).lines,
        is_without_lines: analysis.inspected.get(rank).copied().flatten().is_some_and(|it| it.is_without_lines()),
    }
}
