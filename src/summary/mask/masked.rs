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
    /// The message.
    pub(super) bits: Bits,
    /// The template while it is written.
    pub(super) written: Vec<u8>,
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
fn is_list_separator(text: &[u8]) -> bool {
    matches!(text, b"," | b", " | b" " | b";" | b"; " | b"|" | b" | ")
        || ["、", "，", "， ", "；"].iter().any(|separator| separator.as_bytes() == text)
}

/// The length of the longest one.
const SEPARATOR_BYTES_MAX: usize = 4;

/// How many bytes are copied at once; the padding of a message has more.
const PIECE: usize = 16;

/// What is longer is copied by whoever does that best.
const COPIED_BYTES_MAX: usize = 64;

/// A mask that may begin or continue a list, with the quotes around it.
struct Member {
    /// Where it stands in the template.
    place: Range<usize>,
    kind: u8,
}

/// Writes the masked form of a message. Most of what is copied has a few bytes, so pieces of one length are copied, and
/// what is too much is written over.
pub(super) struct Writer<'t, 'o> {
    /// The message, and a padding.
    message: &'t [u8],
    message_length: usize,
    template: &'o mut Vec<u8>,
    length: usize,
    kinds: &'o mut Vec<u8>,
    kinds_length: usize,
    /// What is before this in the message is written. After it there is only text that stays.
    copied: usize,
    /// The last mask, if it may be one of a list.
    list: Option<Member>,
    /// Whether the message has the character that stands for masks.
    has_place: bool,
}

impl<'t, 'o> Writer<'t, 'o> {
    /// Writes the message of `bits`, which has `message_length` bytes, over what `template` and `kinds` hold.
    pub(super) fn new(
        bits: &'t Bits,
        message_length: usize,
        template: &'o mut Vec<u8>,
        kinds: &'o mut Vec<u8>,
    ) -> Self {
        let message = bits.padded();
        // Neither is longer than the message.
        template.resize(template.len().max(message.len()), 0);
        kinds.resize(kinds.len().max(message.len()), 0);
        let has_place = message[..message_length].iter().fold(false, |has, &byte| has | (byte == PLACE as u8));
        Self { message, message_length, template, length: 0, kinds, kinds_length: 0, copied: 0, list: None, has_place }
    }

    /// Ends the template and its kinds.
    pub(super) fn finish(self, template: &mut String) {
        self.kinds.truncate(self.kinds_length);
        let written = &self.template[..self.length];
        template.clear();
        match str::from_utf8(written) {
            Ok(text) => template.push_str(text),
            // Only whole characters are copied, so that there is always a text.
            Err(_) => template.push_str(&String::from_utf8_lossy(written)),
        }
    }

    /// Copies what stays before a place.
    #[inline]
    pub(super) fn copy_up_to(&mut self, at: usize) {
        let stays = self.copied..at;
        if self.has_place {
            let places = self.message[stays.clone()].iter().filter(|&&byte| byte == PLACE as u8).count();
            (0..places).for_each(|_| self.push_kind(Mask::Nul as u8));
        }
        self.copy(stays);
        self.copied = at;
    }

    #[inline]
    fn copy(&mut self, part: Range<usize>) {
        let length = part.len();
        if length > COPIED_BYTES_MAX {
            self.template[self.length..self.length + length].copy_from_slice(&self.message[part]);
        } else {
            for done in (0..length).step_by(PIECE) {
                let (from, to) = (part.start + done, self.length + done);
                self.template[to..to + PIECE].copy_from_slice(&self.message[from..from + PIECE]);
            }
        }
        self.length += length;
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
        let start = self.length;
        self.push(mask);
        self.copied = word.end;
        self.end_mask(start, mask, is_continued);
    }

    /// As [`push_mask`](Self::push_mask), with the quotes around it.
    pub(super) fn push_quoted(&mut self, open: Range<usize>, mask: Mask, close: Range<usize>, is_continued: bool) {
        self.copy_up_to(open.start);
        let start = self.length;
        self.copy(open);
        self.push(mask);
        self.copied = close.end;
        self.copy(close);
        self.end_mask(start, mask, is_continued);
    }

    /// Masks the encoded bytes from a place on, each of which is a pair and a `%`; where they end. They are of no list.
    pub(super) fn push_pairs(&mut self, start: usize) -> usize {
        let encoded = self.message.get(start..self.message_length).unwrap_or_default();
        let is_pair = |triple: &&[u8; 3]| matches!(**triple, [high, low, b'%'] if Pair::of(high, low) != Pair::Other);
        let triples = encoded.as_chunks().0;
        let count = triples.iter().take_while(is_pair).count();
        if count == 0 {
            return start;
        }
        self.copy_up_to(start);
        for &[high, low, _] in &triples[..count] {
            let Written { text, length, kind } = Pair::of(high, low).written(high, low);
            self.template[self.length..self.length + text.len()].copy_from_slice(&text);
            self.length += length;
            self.kinds[self.kinds_length] = kind;
            self.kinds_length += usize::from(kind != 0);
        }
        self.copied = start + 3 * count;
        self.list = None;
        self.copied
    }

    #[inline]
    fn push(&mut self, mask: Mask) {
        self.template[self.length] = PLACE as u8;
        self.length += 1;
        self.push_kind(mask as u8);
    }

    #[inline]
    fn push_kind(&mut self, kind: u8) {
        self.kinds[self.kinds_length] = kind;
        self.kinds_length += 1;
    }

    /// Takes back what was pushed at `start` if it repeats the mask before it in a list.
    #[inline]
    fn end_mask(&mut self, start: usize, mask: Mask, is_continued: bool) {
        let place = start..self.length;
        if is_continued {
            self.list = None;
            return;
        }
        let kind = mask as u8;
        if let Some(before) = &self.list
            && before.kind == kind
            && start - before.place.end <= SEPARATOR_BYTES_MAX
            && is_list_separator(&self.template[before.place.end..start])
            && self.template[before.place.clone()] == self.template[place.clone()]
        {
            self.length = before.place.end;
            self.kinds_length -= 1;
            return;
        }
        self.list = Some(Member { place, kind });
    }
}
