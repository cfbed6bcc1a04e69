//! Reading a text at any place, byte by byte; refuses to know what it looks for, but for masks that
//! are there already.
//!
//! A mask takes the place of letters and digits, so it counts as one of them where a word begins or
//! ends. That is why masking twice changes nothing.

/// Everything that masking writes.
pub(super) const MASKS: &[&str] =
    &["<n>", "<id>", "<hex>", "<url>", "<addr>", "<name>", "<time>", "<uuid>", "<email>", "<resource>", "<request_id>"];

/// The mask that `text` begins with.
pub(super) fn mask_at(text: &str) -> Option<&'static str> {
    let begins = |mask: &&&str| text.starts_with(**mask);
    if text.starts_with('<') { MASKS.iter().find(begins).copied() } else { None }
}

/// What is told without a look at what stands around it.
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
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, bytes: text.as_bytes() }
    }

    /// What stands at `at`, if it is a blank, a word of nothing but letters or a number of nothing but digits, and what
    /// follows rules every other shape out. Most of a message is this, and looking for each shape at each word would cost
    /// tenfold.
    ///
    /// `has_at_sign` says whether there is a `@` anywhere, without which there is no address of mail.
    pub(super) fn simple(self, at: usize, has_at_sign: bool) -> Option<(Simple, usize)> {
        match self.bytes.get(at)? {
            b' ' => return Some((Simple::Prose, at + 1)),
            // Characters of Chinese text: no mask, quote or sign begins with one of these bytes.
            0xe4..=0xe9 => {
                let end = self.run_end(at, |byte| matches!(byte, 0x80..=0xbf | 0xe4..=0xe9));
                return Some((Simple::Prose, end));
            }
            // What begins no shape, no quote and no mask. A sign may belong to a number.
            byte if byte.is_ascii() && !byte.is_ascii_alphanumeric() => {
                let begins = matches!(byte, b'\'' | b'"' | b'`' | b'[' | b'<' | b':' | b'-' | b'+');
                return (!begins).then_some((Simple::Prose, at + 1));
            }
            _ => {}
        }
        let letters_end = self.run_end(at, |byte| byte.is_ascii_alphabetic());
        let (simple, end) = match letters_end == at {
            true => (Simple::Number, self.run_end(at, |byte| byte.is_ascii_digit())),
            false => (Simple::Prose, letters_end),
        };
        let is_blank = |at: usize| matches!(self.bytes.get(at), None | Some(b' '));
        let ends = match self.bytes.get(end) {
            Some(byte) if byte.is_ascii_alphanumeric() => false,
            Some(b'.') => simple == Simple::Prose && is_blank(end + 1),
            // What an id, an address or a time may go on with, and a mask.
            Some(b'-' | b'@' | b'_' | b'*' | b'<') => false,
            Some(b'+' | b'%') => !has_at_sign,
            Some(b'/') => simple == Simple::Prose,
            // `qcs:`, `fe80:` and `https://` are.
            Some(b':') => simple == Simple::Prose && end > at + 4 && self.bytes.get(end + 1) != Some(&b'/'),
            // `Tue, 13 Jan 2021` is a time.
            Some(b',') => end != at + 3,
            _ => true,
        };
        (end > at && ends).then_some((simple, end))
    }

    /// Where the letters and digits from `at` on end.
    pub(super) fn alphanumeric_end(&self, at: usize) -> usize {
        self.run_end(at, |byte| byte.is_ascii_alphanumeric())
    }

    /// Whether a letter, digit or mask stands right before `at`.
    pub(super) fn is_word_before(&self, at: usize) -> bool {
        let before = self.bytes.get(..at).unwrap_or_default();
        match before.last() {
            Some(b'>') => MASKS.iter().any(|mask| before.ends_with(mask.as_bytes())),
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
        self.bytes.get(at).is_some_and(u8::is_ascii_alphanumeric)
            || self.text.get(at..).is_some_and(|rest| mask_at(rest).is_some())
    }

    pub(super) fn run_end(&self, at: usize, belongs: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| belongs(**byte)).count()
    }

    /// Behind one of `wanted`.
    pub(super) fn byte(&self, at: usize, wanted: &[u8]) -> Option<usize> {
        wanted.contains(self.bytes.get(at)?).then_some(at + 1)
    }

    /// Behind `min` to `max` digits, and no more.
    pub(super) fn digits(&self, at: usize, min: usize, max: usize) -> Option<usize> {
        self.counted(at, min, max, u8::is_ascii_digit)
    }

    pub(super) fn hex(&self, at: usize, min: usize, max: usize) -> Option<usize> {
        self.counted(at, min, max, u8::is_ascii_hexdigit)
    }

    fn counted(&self, at: usize, min: usize, max: usize, belongs: fn(&u8) -> bool) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        let count = rest.iter().take(max.saturating_add(1)).take_while(|byte| belongs(byte)).count();
        (min..=max).contains(&count).then_some(at + count)
    }
}
