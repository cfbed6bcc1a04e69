//! The masked form of a message, as it is written: what stays is copied, masks are put in between, and a mask that
//! repeats the one before it in a list is taken back. It refuses to know what is masked and why.

use std::ops::Range;

use super::bits::Bits;
use super::encoded::{Pair, Written};
use super::kinds::{Kinds, Mask, PLACE};

/// A masked message: its text with one character in the place of each mask, and the masks.
#[derive(Clone, Debug, Default)]
pub struct Masked {
    /// The text; not longer than the message.
    pub template: String,
    /// The kinds of the masks, in order.
    pub kinds: Vec<u8>,
    /// Those of the message.
    pub(super) bits: Bits,
}

impl Masked {
    /// The masked message as people read it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut kinds = Kinds::default();
        kinds.widen(&self.kinds);
        kinds.text(&self.template)
    }
}

/// What may stand between the members of a list.
fn is_list_separator(text: &str) -> bool {
    matches!(text, "," | ", " | " " | ";" | "; " | "|" | " | " | "、" | "，" | "， " | "；")
}

/// How many encoded bytes are put together before they are written.
const PAIRS_PER_PIECE: usize = 64;

/// A mask that may begin or continue a list, with the quotes around it.
struct Member {
    /// Where it stands in the template.
    place: Range<usize>,
    kind: u8,
}

/// Writes the masked form of a message.
pub(super) struct Writer<'t, 'o> {
    message: &'t str,
    template: &'o mut String,
    kinds: &'o mut Vec<u8>,
    /// What is before this in the message is written. Behind it there is only text that stays.
    copied: usize,
    /// The last mask, if it may be one of a list.
    list: Option<Member>,
    /// Whether the message has the character that stands for masks.
    has_place: bool,
}

impl<'t, 'o> Writer<'t, 'o> {
    /// Writes to `template` and `kinds`, which are cleared.
    pub(super) fn new(message: &'t str, template: &'o mut String, kinds: &'o mut Vec<u8>) -> Self {
        template.clear();
        template.reserve(message.len());
        kinds.clear();
        let has_place = message.bytes().fold(false, |has, byte| has | (byte == PLACE as u8));
        Self { message, template, kinds, copied: 0, list: None, has_place }
    }

    /// Copies what stays before a place.
    #[inline]
    pub(super) fn copy_up_to(&mut self, at: usize) {
        let stays = &self.message[self.copied..at];
        self.template.push_str(stays);
        if self.has_place {
            let places = stays.matches(PLACE).map(|_| Mask::Nul as u8);
            self.kinds.extend(places);
        }
        self.copied = at;
    }

    /// Leaves out what is before a place and was not copied.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.copied = at;
    }

    /// A mask for a part of a word, and so of no list.
    pub(super) fn push_part(&mut self, part: Range<usize>, mask: Mask) {
        self.copy_up_to(part.start);
        self.push(mask);
        self.copied = part.end;
        self.list = None;
    }

    /// A mask in the place of a word, unless it repeats the one before it in a list. `is_continued` says that what
    /// follows goes on with it, so that it is of no list.
    pub(super) fn push_mask(&mut self, word: Range<usize>, mask: Mask, is_continued: bool) {
        self.copy_up_to(word.start);
        let start = self.template.len();
        self.push(mask);
        self.copied = word.end;
        self.end_mask(start, mask, is_continued);
    }

    /// As [`push_mask`](Self::push_mask), with the quotes around it.
    pub(super) fn push_quoted(&mut self, open: Range<usize>, mask: Mask, close: Range<usize>, is_continued: bool) {
        self.copy_up_to(open.start);
        let start = self.template.len();
        self.template.push_str(&self.message[open]);
        self.push(mask);
        self.copied = close.end;
        self.template.push_str(&self.message[close]);
        self.end_mask(start, mask, is_continued);
    }

    /// Masks the encoded bytes from a place on, each of which is a pair and a `%`; where they end. They are of no list.
    pub(super) fn push_pairs(&mut self, start: usize) -> usize {
        let encoded = self.message.as_bytes().get(start..).unwrap_or_default();
        let is_pair = |triple: &&[u8; 3]| matches!(**triple, [high, low, b'%'] if Pair::of(high, low) != Pair::Other);
        let triples = encoded.as_chunks().0;
        let count = triples.iter().take_while(is_pair).count();
        if count > 0 {
            self.copy_up_to(start);
            triples[..count].chunks(PAIRS_PER_PIECE).for_each(|piece| self.push_piece(piece));
            self.copied = start + 3 * count;
            self.list = None;
        }
        start + 3 * count
    }

    fn push_piece(&mut self, triples: &[[u8; 3]]) {
        let mut text = [0; 3 * PAIRS_PER_PIECE];
        let mut kinds = [0; PAIRS_PER_PIECE];
        let (mut text_length, mut kinds_length) = (0, 0);
        for &[high, low, _] in triples {
            let Written { text: written, length, kind } = Pair::of(high, low).written(high, low);
            // As many bytes are always there, and what is too much is written over.
            if let Some(place) = text.get_mut(text_length..text_length + 3) {
                place.copy_from_slice(&written);
            }
            if let Some(place) = kinds.get_mut(kinds_length) {
                *place = kind;
            }
            text_length += length;
            kinds_length += usize::from(kind != 0);
        }
        let text = str::from_utf8(&text[..text_length]).unwrap_or_default();
        self.template.push_str(text);
        self.kinds.extend_from_slice(&kinds[..kinds_length]);
    }

    #[inline]
    fn push(&mut self, mask: Mask) {
        self.template.push(PLACE);
        self.kinds.push(mask as u8);
    }

    /// Takes back what was pushed at `start` if it repeats the mask before it in a list.
    #[inline]
    fn end_mask(&mut self, start: usize, mask: Mask, is_continued: bool) {
        if is_continued {
            self.list = None;
            return;
        }
        let Self { template, kinds, .. } = self;
        let kind = mask as u8;
        if let Some(before) = &self.list
            && before.kind == kind
            && is_list_separator(&template[before.place.end..start])
            && template[before.place.clone()] == template[start..]
        {
            template.truncate(before.place.end);
            kinds.pop();
            return;
        }
        self.list = Some(Member { place: start..template.len(), kind });
    }
}
