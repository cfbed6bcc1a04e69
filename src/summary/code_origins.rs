//! Where the records stand that are kept of the codes. It chooses none.

use super::codes::Codes;
use crate::record::Origin;

impl Codes {
    /// Changes where the records stand that are kept, but not their order.
    pub fn move_origins(&mut self, change: &mut impl FnMut(&mut Origin)) {
        for code in self.table.iter_mut() {
            code.slots.move_origins(change);
            let firsts = code.variants.values_mut().filter_map(|variant| variant.first.0.as_mut());
            firsts.for_each(|exemplar| change(&mut exemplar.origin));
        }
    }
}
