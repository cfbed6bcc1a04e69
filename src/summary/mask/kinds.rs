//! A masked message apart from the kinds of its masks: messages that differ only in them are one. An id of hex digits
//! that happens to have no letter is a number to whoever masks it by itself.

use serde::{Deserialize, Serialize};

use super::cursor::mask_at;

/// Stands in a template where a mask stood.
const PLACE: char = '\0';

/// Every mask, from the narrowest to the widest. Where the messages of one template have different masks, the widest one
/// is shown. The first entry is the byte that stands for them, which a message may hold itself.
const KINDS: [&str; 12] = [
    "\0",
    "<request_id>",
    "<n>",
    "<hex>",
    "<uuid>",
    "<time>",
    "<addr>",
    "<email>",
    "<url>",
    "<resource>",
    "<id>",
    "<name>",
];

/// The kinds of the masks of a template, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds(Box<[u8]>);

impl Kinds {
    /// Takes the kinds of another message of the same template: at each place the wider one stays.
    pub fn widen(&mut self, other: &[u8]) {
        if self.0.len() < other.len() {
            // Nothing was known of the template before.
            let mut wider = other.to_vec();
            wider.iter_mut().zip(&self.0).for_each(|(kind, &held)| *kind = held.max(*kind));
            self.0 = wider.into();
        } else {
            self.0.iter_mut().zip(other).for_each(|(held, &kind)| *held = kind.max(*held));
        }
    }

    /// The kinds themselves.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The masked message.
    #[must_use]
    pub fn text(&self, template: &str) -> String {
        let mut kinds = self.0.iter();
        let mut text = String::with_capacity(template.len());
        for (place, part) in template.split(PLACE).enumerate() {
            if place > 0 {
                let kind = kinds.next().copied().unwrap_or_default();
                text.push_str(KINDS.get(usize::from(kind)).copied().unwrap_or_default());
            }
            text.push_str(part);
        }
        text
    }
}

/// Takes a masked message apart: writes it without its masks to `template`, and their kinds to `kinds`. Both are cleared
/// first.
pub fn take_apart(masked: &str, template: &mut String, kinds: &mut Vec<u8>) {
    template.clear();
    kinds.clear();
    let mut rest = masked;
    while let Some(at) = rest.find(['<', PLACE]) {
        let (before, found) = rest.split_at(at);
        template.push_str(before);
        let mask = mask_at(found).unwrap_or(if found.starts_with(PLACE) { KINDS[0] } else { "" });
        if mask.is_empty() {
            template.push('<');
            rest = &found[1..];
        } else {
            template.push(PLACE);
            kinds.push(KINDS.iter().position(|kind| *kind == mask).unwrap_or_default() as u8);
            rest = &found[mask.len()..];
        }
    }
    template.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn apart(masked: &str) -> (String, Kinds) {
        let (mut template, mut kinds) = (String::from("left over"), vec![7]);
        take_apart(masked, &mut template, &mut kinds);
        let mut held = Kinds::default();
        held.widen(&kinds);
        (template, held)
    }

    #[test]
    fn every_mask_has_a_kind() {
        for mask in super::super::cursor::MASKS {
            assert!(KINDS.contains(mask), "{mask}");
        }
    }

    #[test]
    fn the_wider_mask_is_shown_whatever_comes_first() {
        let (template, number) = apart("disk (<n>) of <uuid> < 3");
        let (same, hex) = apart("disk (<hex>) of <n> < 3");
        assert_eq!(template, same);
        for [mut held, other] in [[number.clone(), hex.clone()], [hex, number]] {
            held.widen(other.as_slice());
            assert_eq!(held.text(&template), "disk (<hex>) of <uuid> < 3");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_apart_is_put_together(
            pieces in prop::collection::vec(prop_oneof![
                prop::sample::select(KINDS.to_vec()).prop_map(str::to_owned),
                prop::sample::select(vec!["<", ">", "<n", "n>", "disk ", "\0"]).prop_map(str::to_owned),
                any::<char>().prop_map(String::from),
            ], 0..12),
        ) {
            let masked = pieces.concat();
            let (template, kinds) = apart(&masked);
            prop_assert_eq!(kinds.text(&template), masked);
        }
    }
}
