//! How inputs are read, and what is wrong with them: what is wrong now, and what was wrong a while ago, since nobody looks at a
//! screen all the time.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::collect::{Collected, Shown};
use crate::input::{Facts, Framing, Status};
use crate::time::Nanos;

/// An input.
#[derive(Clone, Debug, Default)]
struct Known {
    facts: Facts,
    /// When something was lost last: what is only missing may come.
    at: Option<Nanos>,
    /// When a last line counted that has no end and is cut: somebody ended the file or the pipe there.
    unfinished_at: Option<Nanos>,
    /// Whether something is wrong now.
    is_now: bool,
    /// Whether it is not followed at all.
    is_refused: bool,
}

/// Inputs by their paths.
#[derive(Clone, Debug, Default)]
pub struct Troubles {
    known: BTreeMap<Arc<str>, Known>,
    /// Whether lines were lost at any time.
    has_lost: bool,
}

impl Troubles {
    /// Notes what a look found of inputs, and of which of them lines are `lost` when something is wrong; when it looked at
    /// files, those that it does not name are well.
    pub fn note(&mut self, shown: &[Shown], lost: &[bool], collected: &Collected, is_of_files: bool, now: Nanos) {
        if is_of_files {
            self.known.values_mut().filter(|it| !it.is_refused).for_each(|it| it.is_now = false);
        }
        for (rank, shown) in shown.iter().enumerate() {
            let Some(read) = collected.reads.get(rank) else { continue };
            let known = self.known.entry(Arc::clone(&shown.path)).or_default();
            let inspected = collected.inspected.get(rank).copied().flatten();
            known.facts.compression = read.compression;
            known.facts.format = match inspected {
                Some(it) if it.is_cloudaudit => Framing::CloudAudit,
                Some(it) if it.is_json => Framing::Json,
                _ => Framing::Lines,
            };
            if let Some(inspected) = inspected {
                known.facts.foreign = inspected.foreign.or(known.facts.foreign);
            }
            if collected.unfinished.iter().any(|&input| input as usize == rank) {
                known.unfinished_at = Some(now);
            }
            if let Some(damage) = &read.damage {
                known.facts.status = damage.status;
                known.facts.error = Some(damage.text.clone());
                known.is_now = true;
                if lost.get(rank) == Some(&true) {
                    known.at = Some(now);
                }
            }
        }
    }

    /// Notes that lines are missing for good.
    pub const fn lose(&mut self) {
        self.has_lost = true;
    }

    /// Notes that an input is not followed, for good.
    pub fn refuse(&mut self, path: Arc<str>, error: String) {
        let facts = Facts { status: Status::Error, error: Some(error), ..Facts::default() };
        self.known.insert(path, Known { facts, is_now: true, is_refused: true, ..Known::default() });
    }

    /// What is wrong with inputs now or was at one of these times or later, by path; and how those are read that have these
    /// bytes.
    pub fn facts(&self, times: Range<Nanos>, bytes: &BTreeMap<Arc<str>, u64>) -> BTreeMap<Arc<str>, Facts> {
        let is_bad = |known: &Known| known.is_now || known.at.is_some_and(|at| at >= times.start);
        let wanted = self.known.iter().filter(|(path, known)| is_bad(known) || bytes.contains_key(*path));
        let facts = wanted.map(|(path, known)| {
            let good = Facts { status: Status::Ok, error: None, ..known.facts.clone() };
            let facts = if is_bad(known) { known.facts.clone() } else { good };
            let unfinished = known.unfinished_at.is_some_and(|at| times.contains(&at));
            let bytes = bytes.get(path).copied().unwrap_or_default();
            (Arc::clone(path), Facts { bytes, unfinished, ..facts })
        });
        facts.collect()
    }

    /// Whether lines were lost at any time.
    #[must_use]
    pub const fn has_lost(&self) -> bool {
        self.has_lost
    }

    /// Forgets inputs that are well and of which nothing was read since a time, so that rotation leaves nothing.
    pub fn expire(&mut self, since: Nanos, bytes: &BTreeMap<Arc<str>, u64>) {
        self.known
            .retain(|path, known| known.is_now || known.at.is_some_and(|at| at >= since) || bytes.contains_key(path));
    }
}
