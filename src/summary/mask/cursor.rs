//! Reading a text at any place, byte by byte; refuses to know what it looks for, but for masks that
//! are there already.
//!
//! A mask takes the place of letters and digits, so it counts as one of them where a word begins or
//! ends. That is why masking twice changes nothing.

use super::bits::Bits;
use super::kinds::Mask;

/// A letter of ASCII.
const LETTER: u8 = 1;
/// A digit of ASCII.
const DIGIT: u8 = 1 << 1;
/// A letter that is not a hex digit.
pub(super) const BEYOND_HEX: u8 = 1 << 2;
/// What a name in quotes may have besides letters and digits.
const IN_NAME: u8 = 1 << 4;
/// What a host name may have besides letters and digits.
const IN_HOST: u8 = 1 << 5;
/// What ends a URL or the name of a resource.
pub(super) const URL_END: u8 = 1 << 6;
/// What ends it as well when it closes what was not opened there.
pub(super) const BRACKET: u8 = 1 << 7;
pub(super) const ALPHANUMERIC: u8 = LETTER | DIGIT;
pub(super) const HOST: u8 = ALPHANUMERIC | IN_HOST;
pub(super) const NAME: u8 = ALPHANUMERIC | IN_NAME;

/// What each byte is. A message is read byte by byte, and one look-up takes the place of many comparisons.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut place = 0;
    while place < classes.len() {
        let byte = place as u8;
        classes[place] = match byte {
            b'0'..=b'9' => DIGIT,
            b'A'..=b'F' | b'a'..=b'f' => LETTER,
            b'A'..=b'Z' | b'a'..=b'z' => LETTER | BEYOND_HEX,
            _ => 0,
        };
        if matches!(byte, b'_' | b'-' | b'.' | b'/' | b'@' | b'#' | b'$' | b'%' | b'+' | b'*' | b'~') {
            classes[place] |= IN_NAME;
        }
        if matches!(byte, b'.' | b'-') {
            classes[place] |= IN_HOST;
        }
        if matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}') {
            classes[place] |= BRACKET;
        }
        if !byte.is_ascii_graphic() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'|' | b'\\' | b',' | b';') {
            classes[place] |= URL_END;
        }
        place += 1;
    }
    classes
};

pub(super) fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

/// A run of letters and digits of ASCII: how far it goes, what it has and what follows.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The byte after it.
    pub(super) next: Option<u8>,
    /// Which of its bytes are digits, the first one lowest; of the first 64.
    digits: u64,
    has_digit: bool,
    has_letter: bool,
}

impl Run {
    pub(super) const fn length(self) -> usize {
        self.end - self.start
    }

    pub(super) const fn has_digit(self) -> bool {
        self.has_digit
    }

    /// Whether it has both.
    pub(super) const fn is_mixed(self) -> bool {
        self.has_digit && self.has_letter
    }

    /// How many digits it begins with; 64 stands for more as well.
    pub(super) const fn leading_digits(self) -> usize {
        self.digits.trailing_ones() as usize
    }

    /// How many letters it begins with, if there are any and nothing but digits follows.
    pub(super) fn letters_before_digits(self, text: &str) -> Option<usize> {
        let (letters, digits) = if self.length() < u64::BITS as usize {
            let letters = self.digits.trailing_zeros();
            (letters as usize, self.digits.unbounded_shr(letters).trailing_ones() as usize)
        } else {
            let run = &text.as_bytes()[self.start..self.end];
            let letters = run.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            (letters, run.iter().skip(letters).take_while(|byte| byte.is_ascii_digit()).count())
        };
        (letters > 0 && self.length() == letters + digits).then_some(letters)
    }
}

/// What a run can be without a look at what stands around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Simple {
    Prose,
    Number,
}

/// A text to look at from places in it, which are byte offsets up to its length.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    bits: &'t Bits,
}

impl<'t> Cursor<'t> {
    /// `bits` are those of the text.
    pub(super) fn new(text: &'t str, bits: &'t Bits) -> Self {
        Self { text, bytes: text.as_bytes(), bits }
    }

    /// Where the blanks, marks and characters beyond ASCII end that begin no shape, no quote and no mask.
    pub(super) fn prose_end(&self, at: usize) -> usize {
        self.bits.prose_end(at)
    }

    /// What a run of letters and digits is, if it has nothing but letters or nothing but digits, and what follows rules
    /// every other shape out. Most of a message is this, and looking for each shape at each word would cost tenfold.
    ///
    /// `has_at_sign` says whether there is a `@` anywhere, as every address of mail has one.
    pub(super) fn simple(self, run: Run, has_at_sign: bool) -> Option<Simple> {
        if run.is_mixed() {
            return None;
        }
        let simple = if run.has_digit() { Simple::Number } else { Simple::Prose };
        let is_blank = |at: usize| matches!(self.bytes.get(at), None | Some(b' '));
        let ends = match run.next {
            Some(b'.') => simple == Simple::Prose && is_blank(run.end + 1),
            // What an id, an address or a time may go on with, and a mask.
            Some(b'-' | b'@' | b'_' | b'*' | b'<') => false,
            Some(b'+' | b'%') => !has_at_sign,
            Some(b'/') => simple == Simple::Prose,
            // `qcs:`, `fe80:` and `https://` are.
            Some(b':') => simple == Simple::Prose && run.length() > 4 && self.bytes.get(run.end + 1) != Some(&b'/'),
            // `Tue, 13 Jan 2021` is a time.
            Some(b',') => run.length() != 3,
            _ => true,
        };
        ends.then_some(simple)
    }

    /// The letters and digits from `at` on.
    #[inline]
    pub(super) fn run(&self, at: usize) -> Run {
        let window = self.bits.window(at);
        let length = window.alphanumeric.trailing_ones();
        if length < u64::BITS {
            let own = (1 << length) - 1;
            let digits = window.digits & own;
            let end = at + length as usize;
            let next = self.bytes.get(end).copied();
            return Run { start: at, end, next, digits, has_digit: digits != 0, has_letter: digits != own };
        }
        self.long_run(at, window.digits)
    }

    /// A run of more than 64 letters and digits.
    #[inline(never)]
    fn long_run(&self, start: usize, digits: u64) -> Run {
        let end = self.bits.alphanumeric_end(start);
        let has = self.bytes.get(start..end).unwrap_or_default().iter().fold(0, |has, &byte| has | class(byte));
        let next = self.bytes.get(end).copied();
        Run { start, end, next, digits, has_digit: has & DIGIT != 0, has_letter: has & LETTER != 0 }
    }

    /// Where the letters and digits from `at` on end.
    pub(super) fn alphanumeric_end(&self, at: usize) -> usize {
        self.bits.alphanumeric_end(at).max(at)
    }

    /// Where the digits from `at` on end.
    pub(super) fn digits_end(&self, at: usize) -> usize {
        self.bits.digits_end(at).max(at)
    }

    /// Whether a letter, digit or mask stands right before `at`.
    pub(super) fn is_word_before(&self, at: usize) -> bool {
        let before = self.bytes.get(..at).unwrap_or_default();
        match before.last() {
            Some(b'>') => Mask::is_at_end(before),
            last => last.is_some_and(u8::is_ascii_alphanumeric),
        }
    }

    /// Whether a word that begins at `at` continues none that began before.
    pub(super) fn is_word_start(&self, at: usize) -> bool {
        !self.is_word_before(at) && !matches!(self.bytes[..at].last(), Some(b'-' | b'_'))
    }

    /// Whether what ends at `end` is part of something longer: `5-6`, `10:20`.
    pub(super) fn is_continued(&self, end: usize) -> bool {
        let joins = matches!(self.bytes.get(end), Some(b'-' | b'_' | b'.' | b':' | b'/' | b'@' | b'=' | b'*'));
        joins && self.is_word_at(end + 1)
    }

    pub(super) fn is_word_at(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            // What stands before it may be anything, but it is a character of its own.
            Some(b'<') => Mask::at_start(&self.bytes[at..]).is_some(),
            byte => byte.is_some_and(u8::is_ascii_alphanumeric),
        }
    }

    /// Where the bytes of some classes end.
    pub(super) fn run_end(&self, at: usize, classes: u8) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().position(|&byte| class(byte) & classes == 0).unwrap_or(rest.len())
    }

    /// Where the first byte of some classes stands.
    pub(super) fn run_end_before(&self, at: usize, classes: u8) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().position(|&byte| class(byte) & classes != 0).unwrap_or(rest.len())
    }

    /// Behind one of `wanted`.
    pub(super) fn byte(&self, at: usize, wanted: &[u8]) -> Option<usize> {
        wanted.contains(self.bytes.get(at)?).then_some(at + 1)
    }

    /// Behind `min` to `max` digits, and no more.
    pub(super) fn digits(&self, at: usize, min: usize, max: usize) -> Option<usize> {
        self.counted(at, min, max, |byte| class(byte) & DIGIT != 0)
    }

    pub(super) fn hex(&self, at: usize, min: usize, max: usize) -> Option<usize> {
        self.counted(at, min, max, |byte| class(byte) & ALPHANUMERIC != 0 && class(byte) & BEYOND_HEX == 0)
    }

    #[inline]
    fn counted(&self, at: usize, min: usize, max: usize, belongs: impl Fn(u8) -> bool) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        let count = rest.iter().take(max.saturating_add(1)).take_while(|byte| belongs(**byte)).count();
        (min..=max).contains(&count).then_some(at + count)
    }
}
