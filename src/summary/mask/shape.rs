//! The shapes that masking looks for, each recognised from the text at one place; refuses to know what
//! is written around them. Every shape ends where no letter, digit or mask follows.

use super::cursor::{ALPHANUMERIC, BEYOND_HEX, BRACKET, Cursor, HOST, NAME, Run, URL_END, class};
use super::kinds::Mask;
use super::words::{is_known_word, is_resource_id, is_unit};

/// Top-level names by which a host name is known; `key.name` and `app.log` have none of them.
const TOP_LEVEL: &[&str] = &["cn", "com", "internal", "local", "net", "org"];

/// What the names of resources begin with, in lower case: Tencent Cloud's, and those that
/// messages relay from elsewhere.
const RESOURCE_NAMES: &[&str] = &["qcs:", "arn:", "acs:"];

/// Longer ids are not looked for: comparing them at every word would take more than linear time.
const REQUEST_ID_BYTES_MAX: usize = 64;

/// Storage services write this many digits of the request id into their messages.
const REQUEST_ID_TAIL: usize = 12;

/// Fewer hex digits may be a word or a number with a unit.
const HEX_DIGITS_MIN: usize = 8;

/// In quotes there may stand names, which are shorter than this and have other letters.
const LONG_HEX_DIGITS_MIN: usize = 16;

/// Longest name in quotes, in bytes; what is longer is read like prose.
pub(super) const NAME_BYTES_MAX: usize = 128;

/// A part of a word that is shorter and has letters and digits is not an id.
const MIXED_BYTES_MIN: usize = 5;

/// Blanks that may stand between a key of JSON and what is around it.
const BLANKS_MAX: usize = 4;

/// Hex digits, enough of them, with a digit and a letter among them, or after `0x`.
fn is_hex(word: &[u8]) -> bool {
    let is_hex = |word: &[u8]| word.iter().all(u8::is_ascii_hexdigit);
    is_prefixed_hex(word) || (is_hex(word) && word.len() >= HEX_DIGITS_MIN && is_of_both(word))
}

/// As [`is_hex`], for a run of letters and digits.
pub(super) fn is_hex_run(run: Run, word: &[u8]) -> bool {
    let is_hex = || word.iter().fold(0, |has, &byte| has | class(byte)) & BEYOND_HEX == 0;
    (run.is_mixed() && run.length() >= HEX_DIGITS_MIN && is_hex()) || is_prefixed_hex(word)
}

fn is_prefixed_hex(word: &[u8]) -> bool {
    matches!(word, [b'0', b'x' | b'X', _, ..]) && word[2..].iter().all(u8::is_ascii_hexdigit)
}

/// Whether a word has a digit and a letter.
fn is_of_both(word: &[u8]) -> bool {
    word.iter().fold(0, |has, &byte| has | class(byte)) & ALPHANUMERIC == ALPHANUMERIC
}

/// Whether a text has a digit, and nothing but letters, digits and `.`, `_`, `-`. Every byte is looked at, which takes
/// less time than finding out where to stop.
fn is_id_text(text: &str) -> bool {
    let (has_digit, is_id) = text.bytes().fold((false, true), |(has_digit, is_id), byte| {
        let may_stand = byte.is_ascii_alphanumeric() | (byte == b'.') | (byte == b'_') | (byte == b'-');
        (has_digit | byte.is_ascii_digit(), is_id & may_stand)
    });
    has_digit && is_id
}

pub(super) fn is_long_hex(word: &[u8]) -> bool {
    word.len() >= LONG_HEX_DIGITS_MIN && is_hex(word)
}

/// The length of `20210113T223442`.
const COMPACT_TIME_MIN: usize = 15;

/// A text, and the request id to look for in it.
pub(super) struct Shapes<'t> {
    cursor: Cursor<'t>,
    request_id: Option<&'t str>,
    tail: Option<&'t str>,
    /// What each of the two begins with, in lower case; 0 for none.
    firsts: [u8; 2],
    /// Whether there is a `@` anywhere.
    pub(super) has_at_sign: bool,
    /// Runs that are no host name and no address of mail, from wherever in them one looks.
    no_host: std::ops::Range<usize>,
    no_email: std::ops::Range<usize>,
}

impl<'t> Shapes<'t> {
    pub(super) fn new(cursor: Cursor<'t>, request_id: Option<&'t str>) -> Self {
        let is_known = |id: &&str| {
            id.len() <= REQUEST_ID_BYTES_MAX && id.starts_with(|c: char| c.is_ascii_alphanumeric()) && is_id_text(id)
        };
        let request_id = request_id.filter(is_known);
        let tail = request_id
            .and_then(|id| id.get(id.len().checked_sub(REQUEST_ID_TAIL)?..))
            .filter(|tail| tail.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .filter(|tail| tail.bytes().any(|byte| byte.is_ascii_digit()));
        let firsts = [request_id, tail].map(|id| id.and_then(|id| id.bytes().next()).unwrap_or(0).to_ascii_lowercase());
        let has_at_sign = cursor.bytes.iter().fold(false, |has, &byte| has | (byte == b'@'));
        Self { cursor, request_id, tail, firsts, has_at_sign, no_host: 0..0, no_email: 0..0 }
    }

    /// Whether a word is nothing longer, such as an address, a time or the id of a resource, by what follows.
    pub(super) fn stands_alone(&self, run: Run) -> bool {
        (1..COMPACT_TIME_MIN).contains(&run.length())
            && match run.next {
                Some(b'.' | b'-' | b'/' | b'@' | b'_' | b'*' | b'<') => false,
                Some(b':') => matches!(self.cursor.bytes.get(run.end + 1), None | Some(b' ')),
                Some(b'+' | b'%') => !self.has_at_sign,
                // `Tue, 13 Jan 2021`
                Some(b',') => run.length() != 3,
                _ => true,
            }
    }

    /// A shape that needs no look at its surroundings, and where it ends. `at` is not a letter or digit, or the first
    /// of a run of them.
    pub(super) fn strong(&mut self, at: usize) -> Option<(Mask, usize)> {
        let run = self.cursor.run(at);
        if run.length() > 0 {
            return self.strong_run(run);
        }
        let end = if self.cursor.is_word_before(at) { None } else { self.cursor.ipv6(at) };
        Some((Mask::Address, end?))
    }

    /// As [`strong`](Self::strong), for a run of letters and digits.
    pub(super) fn strong_run(&mut self, run: Run) -> Option<(Mask, usize)> {
        let at = run.start;
        let shape = |mask, end: Option<usize>| end.map(|end| (mask, end));
        let request_id = shape(Mask::RequestId, self.request_id(at));
        if request_id.is_some() || self.stands_alone(run) {
            return request_id;
        }
        self.told_by(run)
            .or_else(|| self.has_at_sign.then(|| shape(Mask::Email, self.email(at)))?)
            .or_else(|| matches!(run.next, Some(b'.' | b'-')).then(|| shape(Mask::Address, self.host(at)))?)
    }

    /// The shapes that begin with a run of a certain length, before a certain byte. Nearly no word is one of them, and it
    /// takes longer to look for each shape at each word than to see that.
    fn told_by(&self, run: Run) -> Option<(Mask, usize)> {
        let at = run.start;
        let shape = |mask, end: Option<usize>| end.map(|end| (mask, end));
        let resource = || shape(Mask::Resource, self.resource(at));
        let url = || shape(Mask::Url, self.url(run));
        let mac = || shape(Mask::Address, self.cursor.mac(at));
        let ipv4 = || shape(Mask::Address, self.cursor.ipv4(at));
        let ipv6 = || shape(Mask::Address, self.cursor.ipv6(at));
        let time = || shape(Mask::Time, self.cursor.time(at));
        let compact = || shape(Mask::Time, self.cursor.time_of_one_run(at));
        match run.next {
            // `qcs:`, `https:`, `fe80:`, `22:`
            Some(b':') => match run.length() {
                3 => resource().or_else(url).or_else(ipv6),
                ..=4 => url().or_else(mac).or_else(ipv6).or_else(time),
                _ => url(),
            }
            .or_else(|| (run.length() >= COMPACT_TIME_MIN).then(compact)?),
            // A date, an address of hardware, a UUID.
            Some(b'-' | b'/') if run.length() == 8 => shape(Mask::Uuid, self.uuid(at)),
            Some(b'-' | b'/') if matches!(run.length(), 2 | 4) => mac().or_else(time),
            Some(b'.') if run.length() <= 3 => ipv4(),
            // `Tue,`
            Some(b',') if run.length() == 3 => time(),
            // `20210113T223442Z`
            _ if run.length() >= COMPACT_TIME_MIN => compact(),
            _ => None,
        }
    }

    /// A number with fraction, further dots and exponent: where its digits end, and its unit.
    pub(super) fn number(&self, at: usize) -> Option<(usize, usize)> {
        let mut end = self.cursor.digits_end(at);
        if end == at {
            return None;
        }
        let mut has_dot = false;
        while self.cursor.bytes.get(end) == Some(&b'.') {
            let next = self.cursor.digits_end(end + 1);
            if next == end + 1 {
                break;
            }
            end = next;
            has_dot = true;
        }
        if let Some(b'e' | b'E') = self.cursor.bytes.get(end) {
            let signed = matches!(self.cursor.bytes.get(end + 1), Some(b'+' | b'-'));
            let exponent = self.cursor.digits(end + 1 + usize::from(signed), 1, 3);
            if let (true, Some(exponent)) = (signed || has_dot, exponent)
                && !self.cursor.is_word_at(exponent)
            {
                return Some((exponent, exponent));
            }
        }
        let unit_end = self.cursor.alphanumeric_end(end);
        let is_number = unit_end == end || is_unit(&self.cursor.bytes[end..unit_end]);
        (is_number && !self.cursor.is_word_at(unit_end)).then_some((end, unit_end))
    }

    /// As [`number`](Self::number), for a run of letters and digits.
    pub(super) fn number_of_run(&self, run: Run) -> Option<(usize, usize)> {
        let digits = run.leading_digits();
        if digits == 0 {
            return None;
        }
        // What stands after digits alone may go on with them, as may a sign after an `e`.
        let unit = run.length().saturating_sub(digits);
        if unit == 0 || (unit == 1 && matches!(run.next, Some(b'+' | b'-'))) || digits >= 64 {
            return self.number(run.start);
        }
        let end = run.start + digits;
        (is_unit(&self.cursor.bytes[end..run.end]) && !self.cursor.is_word_at(run.end)).then_some((end, run.end))
    }

    /// Where the words joined by `-` and `_` end that begin with a run; two or more `*` in between
    /// hide a part of an id.
    pub(super) fn compound_end(&self, run: Run) -> usize {
        let mut end = run.end;
        let mut kept = run.end;
        while let Some(byte) = self.cursor.bytes.get(end) {
            match byte {
                b'-' | b'_' => end += 1,
                b'*' if self.cursor.bytes.get(end + 1) == Some(&b'*') => {
                    let rest = self.cursor.bytes.get(end..).unwrap_or_default();
                    end += rest.iter().take_while(|byte| **byte == b'*').count();
                }
                byte if byte.is_ascii_alphanumeric() => {
                    end = self.cursor.alphanumeric_end(end);
                    kept = end;
                }
                _ => break,
            }
        }
        kept
    }

    /// Whether a compound word is an id: that of a common resource, one with a hidden part, or one
    /// with a part in which letters and digits mix, unless a part has a better shape.
    pub(super) fn is_compound_id(&mut self, first: Run, end: usize) -> bool {
        if first.end == end || self.cursor.is_word_at(end) {
            return false;
        }
        let word = &self.cursor.bytes[first.start..end];
        if word.contains(&b'*') || is_resource_id(word) {
            return true;
        }
        let mut has_mixed = false;
        let mut part = first;
        loop {
            if part.start > first.start && self.strong(part.start).is_some() {
                return false;
            }
            let text = &self.cursor.bytes[part.start..part.end];
            has_mixed |= part.length() >= MIXED_BYTES_MIN && part.is_mixed() && !is_known_word(text);
            if part.end == end {
                return has_mixed;
            }
            part = self.cursor.run(part.end + 1);
        }
    }

    /// Where a name in quotes ends, if the quote closes right after it.
    pub(super) fn name_end(&self, start: usize, close: char) -> Option<usize> {
        let mut end = start;
        let mut has_word = false;
        loop {
            let byte = *self.cursor.bytes.get(end)?;
            if end - start > NAME_BYTES_MAX {
                return None;
            }
            if byte.is_ascii() {
                if class(byte) & NAME == 0 {
                    break;
                }
                has_word |= byte.is_ascii_alphanumeric();
                end += 1;
            } else {
                let c = self.cursor.text[end..].chars().next().filter(|c| c.is_alphanumeric());
                let Some(c) = c else { break };
                has_word = true;
                end += c.len_utf8();
            }
        }
        (has_word && self.cursor.text[end..].starts_with(close)).then_some(end)
    }

    /// Whether what stands between `at` and `after` is a key of JSON: after `{` or `,` and before
    /// a colon.
    pub(super) fn is_json_key(&self, at: usize, after: usize) -> bool {
        let (before, rest) = self.cursor.bytes.split_at(at);
        let rest = rest.get(after - at..).unwrap_or_default();
        let is_blank = |byte: &&u8| **byte == b' ';
        let blanks = rest.iter().take(BLANKS_MAX).take_while(is_blank).count();
        if rest.get(blanks) != Some(&b':') {
            return false;
        }
        let blanks = before.iter().rev().take(BLANKS_MAX).take_while(is_blank).count();
        matches!(before.iter().nth_back(blanks), Some(b'{' | b','))
    }

    /// Whether the response's own id may stand between two other marks as a number does.
    pub(super) fn has_short_id(&self) -> bool {
        self.request_id.is_some_and(|id| id.len() <= 2)
    }

    /// Where the response's own id ends, if it stands here.
    #[inline]
    pub(super) fn request_id(&self, at: usize) -> Option<usize> {
        let first = self.cursor.bytes.get(at)?.to_ascii_lowercase();
        if self.firsts.contains(&first) { self.whole_request_id(at) } else { None }
    }

    #[inline(never)]
    fn whole_request_id(&self, at: usize) -> Option<usize> {
        let is_at = |id: &&str| {
            let found = self.cursor.bytes.get(at..at + id.len());
            found.is_some_and(|bytes| bytes.eq_ignore_ascii_case(id.as_bytes()))
                && !self.cursor.is_word_at(at + id.len())
        };
        [self.request_id, self.tail].into_iter().flatten().find(is_at).map(|id| at + id.len())
    }

    fn resource(&self, at: usize) -> Option<usize> {
        let start = self.cursor.bytes.get(at..at + 4)?;
        let is_named = RESOURCE_NAMES.iter().any(|name| start.eq_ignore_ascii_case(name.as_bytes()));
        is_named.then(|| self.address_run_end(at + 4)).filter(|&end| end > at + 4)
    }

    fn url(&self, run: Run) -> Option<usize> {
        let start = run.end + 3;
        let is_url = self.cursor.bytes.get(run.end..start) == Some(b"://");
        is_url.then(|| self.address_run_end(start)).filter(|&end| end > start)
    }

    fn uuid(&self, at: usize) -> Option<usize> {
        let mut end = at;
        for (index, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
            if index > 0 {
                end = self.cursor.byte(end, b"-")?;
            }
            end = self.cursor.hex(end, length, length)?;
        }
        (!self.cursor.is_word_at(end)).then_some(end)
    }

    fn email(&mut self, at: usize) -> Option<usize> {
        if self.no_email.contains(&at) {
            return None;
        }
        let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-');
        let rest = self.cursor.bytes.get(at..).unwrap_or_default();
        let local_end = at + rest.iter().take_while(|byte| is_local(byte)).count();
        let end = self.cursor.byte(local_end, b"@").and_then(|at| {
            self.cursor.host_end(at, |label| label.len() > 1 && label.bytes().all(|byte| byte.is_ascii_alphabetic()))
        });
        if end.is_none() {
            self.no_email = at..local_end;
        }
        end
    }

    fn host(&mut self, at: usize) -> Option<usize> {
        if self.no_host.contains(&at) {
            return None;
        }
        let end = self.cursor.host_end(at, |label| TOP_LEVEL.contains(&label));
        if end.is_none() {
            self.no_host = at..self.cursor.run_end(at, HOST);
        }
        end.map(|end| self.cursor.with_port_or_prefix(end))
    }

    /// Where a URL or a resource name ends. Brackets that it did not open close something else,
    /// and a mark at its end ends a sentence.
    fn address_run_end(&self, start: usize) -> usize {
        let (mut end, mut open) = (start, 0_usize);
        loop {
            end = self.cursor.run_end_before(end, URL_END | BRACKET);
            match self.cursor.bytes.get(end) {
                Some(b'(' | b'[' | b'{') => open += 1,
                Some(b')' | b']' | b'}') if open > 0 => open -= 1,
                _ => break,
            }
            end += 1;
        }
        start + self.cursor.text[start..end].trim_end_matches(['.', ':', '!', '?']).len()
    }
}
