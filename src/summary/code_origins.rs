//! Where the records stand that are kept of the codes. It chooses none.

use super::codes::Codes;
use super::exemplars::Slots;
use crate::record::Origin;

impl Codes {
    /// Where the records stand that are kept.
    pub fn origins(&self) -> impl Iterator<Item = Origin> {
        self.iter().flat_map(|(_, code)| {
            let Slots { first, last, slowest, sample } = &code.slots;
            let firsts = code.variants.iter().filter_map(|(_, variant)| variant.first.0.as_ref());
            [&first.0, last, slowest, sample].into_iter().flatten().chain(firsts).map(|exemplar| exemplar.origin)
        })
    }

    /// Changes where the records stand that are kept, but not their order.
    pub fn move_origins(&mut self, change: &mut impl FnMut(&mut Origin)) {
        for code in self.table.iter_mut() {
            code.slots.move_origins(change);
            let firsts = code.variants.values_mut().filter_map(|variant| variant.first.0.as_mut());
            firsts.for_each(|exemplar| change(&mut exemplar.origin));
        }
    }
}
