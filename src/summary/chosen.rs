//! Which of the records that are kept of a code are shown, and in which order (SPEC 4).

use std::collections::HashSet;

use super::codes::{Code, Variant};
use super::exemplars::{Exemplar, Slots};

impl Code {
    /// The variants of the message: by count descending, then masked text.
    #[must_use]
    pub fn ranked_variants(&self) -> Vec<(String, &Variant)> {
        let mut variants: Vec<_> =
            self.variants.iter().map(|(template, variant)| (variant.kinds.text(template), variant)).collect();
        variants.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(&b.0)));
        variants
    }

    /// The exemplars in the order of the slots, each id once, with the slot that chose it.
    #[must_use]
    pub fn chosen(&self) -> Vec<(String, &Exemplar)> {
        let Slots { first, last, slowest, sample } = &self.slots;
        let variants = self.ranked_variants();
        let of = variants.len();
        let named = [("first", &first.0), ("last", last), ("slowest", slowest)];
        let named = named.map(|(reason, exemplar)| (reason.to_owned(), exemplar));
        let numbered = variants.iter().enumerate();
        let numbered =
            numbered.map(|(place, (_, variant))| (format!("variant {} of {of}", place + 1), &variant.first.0));
        let slots = named.into_iter().chain(numbered).chain([("sample".to_owned(), sample)]);
        let mut seen = HashSet::new();
        slots
            .filter_map(|(reason, exemplar)| Some((reason, exemplar.as_ref()?)))
            .filter(|(_, exemplar)| seen.insert(exemplar.request_id()))
            .collect()
    }
}
