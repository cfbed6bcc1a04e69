//! Failures by code without what stands for them: counts and times alone, as sums over many runs keep them.

use std::collections::BTreeMap;

use super::codes::{Code, Codes};

impl Codes {
    /// The count and the times of each code.
    pub(super) fn sums(&self) -> Self {
        let mut sums = Self::new(self.bounds);
        for (name, code) in self.iter() {
            sums.add_to(name, &code.bare());
        }
        if let Some(rest) = self.rest() {
            sums.table.rest_mut().add_bare(rest);
        }
        sums
    }

    /// Codes of which nothing but their counts is known, and the failures with other codes.
    pub(super) fn of_counts(counts: &BTreeMap<String, u64>, others: u64) -> Self {
        let mut sums = Self::default();
        for (name, &count) in counts {
            sums.add_to(name, &Code { count, ..Code::default() });
        }
        if others > 0 {
            sums.table.rest_mut().count += others;
        }
        sums
    }

    fn add_to(&mut self, name: &str, code: &Code) {
        self.table.entry(name, |rest, gone| rest.add_bare(&gone)).add_bare(code);
    }
}
