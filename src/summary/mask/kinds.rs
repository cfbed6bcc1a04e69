//! A masked message apart from the kinds of its masks: messages that differ only in them are one. An id of hex digits
//! that happens to have no letter is a number to whoever masks it by itself.

use serde::{Deserialize, Serialize};

/// Stands in a template where a mask stood.
pub(super) const PLACE: char = '\0';

/// What a mask stands for, from the narrowest to the widest. Where the messages of one template have different masks,
/// the widest one is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mask {
    /// None: the byte that stands for masks, which a message may hold itself.
    Nul,
    RequestId,
    Number,
    Hex,
    Uuid,
    Time,
    Address,
    Email,
    Url,
    Resource,
    Id,
    Name,
}

/// What is written for each [`Mask`].
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

impl Mask {
    /// What a message shows.
    pub(super) fn text(self) -> &'static str {
        KINDS.get(self as usize).copied().unwrap_or_default()
    }

    /// The mask that a text begins with.
    pub(super) fn at_start(text: &[u8]) -> Option<Self> {
        let &[b'<', second, ..] = text else { return None };
        let candidates: &[Self] = match second {
            b'a' => &[Self::Address],
            b'e' => &[Self::Email],
            b'h' => &[Self::Hex],
            b'i' => &[Self::Id],
            b'n' => &[Self::Number, Self::Name],
            b'r' => &[Self::RequestId, Self::Resource],
            b't' => &[Self::Time],
            b'u' => &[Self::Url, Self::Uuid],
            _ => return None,
        };
        candidates.iter().copied().find(|mask| text.starts_with(mask.text().as_bytes()))
    }

    /// Whether a text ends with a mask.
    pub(super) fn is_at_end(text: &[u8]) -> bool {
        text.last() == Some(&b'>') && KINDS.iter().skip(1).any(|mask| text.ends_with(mask.as_bytes()))
    }
}

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

#[cfg(test)]
mod tests {
    use super::super::{Masked, mask};
    use super::*;

    fn apart(message: &str) -> (String, Kinds) {
        let mut masked = Masked::default();
        mask(message, None, &mut masked);
        let mut held = Kinds::default();
        held.widen(&masked.kinds);
        (masked.template, held)
    }

    #[test]
    fn every_mask_is_found_where_it_stands() {
        for (place, text) in KINDS.iter().enumerate().skip(1) {
            let found = Mask::at_start(format!("{text}>").as_bytes()).map(|mask| (mask as usize, mask.text()));
            assert_eq!(found, Some((place, *text)));
            assert!(Mask::is_at_end(format!("<{text}").as_bytes()), "{text}");
            assert_eq!(Mask::at_start(&text.as_bytes()[..text.len() - 1]), None);
        }
    }

    #[test]
    fn the_wider_mask_is_shown_whatever_comes_first() {
        let (template, number) = apart("disk (<n>) of <uuid> < a");
        let (same, hex) = apart("disk (<hex>) of <n> < a");
        assert_eq!(template, same);
        for [mut held, other] in [[number.clone(), hex.clone()], [hex, number]] {
            held.widen(other.as_slice());
            assert_eq!(held.text(&template), "disk (<hex>) of <uuid> < a");
        }
    }
}
