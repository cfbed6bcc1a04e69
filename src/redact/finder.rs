//! Finds the secrets of a text, read once from left to right; refuses to know what becomes of them and what the text is.

use std::ops::Range;

use super::patterns::{
    Extent, KEY_ID_LETTERS_MIN, KEY_ID_PREFIX, Key, REDACTED, is_not_secret, is_signed, is_space, key_before,
    may_follow_name, separator, stop_in,
};
use super::quotes::{Quote, closes_here, closing, quote_at, quote_at_end};

/// A secret, and the quotes that its replacement needs in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where such a quote stands; empty when none is needed.
    pub(super) quote: Range<usize>,
}

const NO_QUOTE: Range<usize> = 0..0;

/// What a text of JSON in a string may write for the `&` between two parameters.
const ESCAPED_AMPERSAND: &[u8] = br"\u0026";

/// The bytes that secrets are announced with: the first ones of `AKID`, of the `Key` of an argument, of the separators, wide
/// ones too, and of a query.
const ANNOUNCES: [bool; 256] = {
    let mut announces = [false; 256];
    announces[b'A' as usize] = true;
    announces[b'K' as usize] = true;
    announces[b'=' as usize] = true;
    announces[b':' as usize] = true;
    announces[b'?' as usize] = true;
    announces[0xEF] = true;
    announces
};

/// The secrets of a text, in order, without overlaps.
pub(super) fn find(text: &str) -> Vec<Span> {
    let mut finder = Finder { text, spans: Vec::new(), query_end: 0, unquoted_end: 0 };
    finder.run();
    finder.spans
}

struct Finder<'t> {
    text: &'t str,
    spans: Vec<Span>,
    /// Queries that begin before this were looked through and are not signed.
    query_end: usize,
    /// Brackets that open before this have no quotes in them.
    unquoted_end: usize,
}

impl Finder<'_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(found) =
            bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| ANNOUNCES[usize::from(byte)]))
        {
            at += found;
            at = match bytes[at] {
                b'A' => self.key_id(at),
                b'K' => self.argument(at),
                // Nothing but the name tells whether these are of interest, and most often it is not that of a secret.
                b'=' | b':' if !matches!(bytes.get(at + 1), Some(b':' | b'/')) && !may_follow_name(&bytes[..at]) => {
                    at + 1
                }
                _ => self.announced(at),
            };
        }
    }

    /// Notes that `start..end` goes, with quotes around it where JSON needs them.
    fn replace(&mut self, start: usize, end: usize, quote: Range<usize>) {
        if start < end {
            self.spans.push(Span { start, end, quote });
        }
    }

    fn key_id(&mut self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        let Some(letters) = rest.strip_prefix(KEY_ID_PREFIX.as_bytes()) else {
            return at + 1;
        };
        let length = letters.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let end = at + KEY_ID_PREFIX.len() + length;
        if length >= KEY_ID_LETTERS_MIN {
            self.replace(at, end, NO_QUOTE);
            return end;
        }
        at + 1
    }

    /// The value of `secretKey VALUE`, as `tccli configure set` and flags are typed, by the place of the `K`. Prose names
    /// the key too, so the value has to look like one.
    fn argument(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let ends_with =
            |text: &[u8]| text.len().checked_sub(6).is_some_and(|from| text[from..].eq_ignore_ascii_case(b"secret"));
        let before = &bytes[..at];
        let name_ends = bytes.get(at + 1..at + 3).is_some_and(|it| it.eq_ignore_ascii_case(b"ey"));
        let is_name =
            ends_with(before) || before.strip_suffix(b"_").or(before.strip_suffix(b"-")).is_some_and(ends_with);
        if !name_ends || !is_name {
            return at + 1;
        }
        let rest = &bytes[at + 3..];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let quote = usize::from(matches!(rest.get(blanks), Some(b'"' | b'\'')));
        let value = &rest[blanks + quote..];
        let length = value.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if blanks > 0 && looks_like_key(&value[..length]) {
            let start = at + 3 + blanks + quote;
            self.replace(start, start + length, NO_QUOTE);
            return start + length;
        }
        at + 1
    }

    /// A separator, the beginning of a query, or neither.
    fn announced(&mut self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        if rest.starts_with(b"?") {
            return self.query(at + 1);
        }
        let Some(length) = separator(rest) else {
            return at + 1;
        };
        match key_before(self.text, at) {
            _ if rest.starts_with(b"::") => at + 2,
            Some(key) => self.value(at, at + length, key),
            None if rest.starts_with(b"://") => self.user_info(at + 3),
            None => at + length,
        }
    }

    /// Looks through the query that begins at `start`, once.
    fn query(&mut self, start: usize) -> usize {
        if start < self.query_end {
            return start;
        }
        let rest = &self.text[start..];
        let end = self.trimmed(start, start + stop_in(rest, |_, _| false));
        if is_signed(&self.text.as_bytes()[start..end]) {
            self.replace(start, end, NO_QUOTE);
            return end;
        }
        self.query_end = end;
        start
    }

    /// `user:secret@` after `://`: only the part after the colon goes.
    fn user_info(&mut self, start: usize) -> usize {
        let rest = &self.text[start..];
        let authority = &rest[..stop_in(rest, |_, byte| matches!(byte, b'/' | b'?' | b'#' | b'\\'))];
        if let Some((user_info, _)) = authority.rsplit_once('@')
            && let Some((user, _)) = user_info.split_once(':')
        {
            let secret = start + user.len() + 1;
            let end = start + user_info.len();
            // A member named like the user may have been replaced here, up to an `&`.
            if !self.text[secret..end].starts_with(REDACTED) {
                self.replace(secret, end, NO_QUOTE);
            }
            return end;
        }
        start
    }

    /// Replaces the value after a separator that ends at `start`; says where to read on.
    fn value(&mut self, separator: usize, start: usize, key: Key) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        if matches!(bytes.get(at), Some(b'=' | b'>')) {
            at += 1;
        }
        at = self.space_end(at);
        if let Some(quote) = quote_at(bytes, at) {
            return self.quoted(at, quote, key.quote);
        }
        match bytes.get(at) {
            None => return at,
            Some(b'{' | b'[') => match self.brackets(at, &key) {
                Some(end) => return end,
                None if bytes[at] == b'{' => return at,
                None => {}
            },
            // Behind a colon, text that is not ASCII is a sentence.
            Some(0x80..) if matches!(&self.text[separator..start], ":" | "：") => return at,
            Some(_) => {}
        }
        let mut end = self.word_end(at);
        let value = &self.text[at..end];
        if is_not_secret(value) {
            return end;
        }
        let is_json_number = key.quote.is_some() && value.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if key.extent == Extent::Line && !is_json_number {
            end = self.line_end(at);
        }
        self.replace(at, end, key.quote_place);
        end
    }

    /// Replaces what stands in the quotes that open at `at`.
    fn quoted(&mut self, at: usize, quote: Quote, key: Option<Quote>) -> usize {
        let bytes = self.text.as_bytes();
        let start = at + quote.len();
        // `"Message":"no password=","RequestId":…`: this quote may as well end the string in which
        // the name stands. What follows tells, or a quote around the name that is escaped deeper.
        let ends_outer = match key {
            None => closes_here(bytes, start),
            Some(key) => quote.backslashes < key.backslashes,
        };
        if ends_outer {
            return start;
        }
        let (end, after) = closing(bytes, start, quote);
        self.replace(start, end, NO_QUOTE);
        after
    }

    /// Replaces the array or object that opens at `start`, and says where it ends. Brackets without quotes, neither in
    /// them nor around their name, are none: `Token:[abc]`, as Go prints maps, or a sentence.
    fn brackets(&mut self, start: usize, key: &Key) -> Option<usize> {
        if key.quote.is_none() && start < self.unquoted_end {
            return None;
        }
        let (end, has_strings) = self.brackets_end(start, key.quote);
        if key.quote.is_none() && !has_strings {
            self.unquoted_end = end;
            return None;
        }
        let inside = self.text[start + 1..end].trim_end_matches([']', '}']);
        if !(inside.trim().is_empty() && end > start + 1) {
            self.replace(start, end, key.quote_place.clone());
        }
        Some(end)
    }

    /// Where the brackets that open at `start` end, or where the text does that holds them, and whether there are
    /// strings in them.
    fn brackets_end(&self, start: usize, key: Option<Quote>) -> (usize, bool) {
        let bytes = self.text.as_bytes();
        let (mut at, mut depth) = (start, 0_usize);
        // Whether a quote here would open a string.
        let mut opens = true;
        let mut has_strings = false;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth == 1 => return (at, has_strings),
                b']' | b'}' => depth -= 1,
                b'\\' | b'"' | b'\'' | b'`' => {
                    let quote_start = at - 1;
                    let Some(quote) = quote_at(bytes, quote_start) else {
                        at = quote_start + backslashes(&bytes[quote_start..]) + 1;
                        continue;
                    };
                    at = quote_start + quote.len();
                    let is_empty = quote_at(bytes, at).is_some_and(|next| next.mark == quote.mark);
                    let ends_outer = match key {
                        None => !opens || (closes_here(bytes, at) && !is_empty),
                        Some(key) if opens => quote.backslashes < key.backslashes,
                        // As the text was cut, a quote after a number ends the string around it.
                        Some(key) => quote.mark == key.mark && quote.backslashes <= key.backslashes,
                    };
                    if ends_outer {
                        return (quote_start, has_strings);
                    }
                    if opens {
                        has_strings = true;
                        let (end, after) = closing(bytes, at, quote);
                        if after == end {
                            return (end, true);
                        }
                        at = after;
                    }
                }
                _ => {}
            }
            opens = matches!(byte, b'[' | b'{' | b'(' | b',' | b':' | b'=') || byte.is_ascii_whitespace();
        }
        (bytes.len(), has_strings)
    }

    /// Where the white space at `at` ends, and what else is not seen.
    fn space_end(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        if rest.as_bytes().first().is_some_and(u8::is_ascii_graphic) {
            return at;
        }
        at + (rest.len() - rest.trim_start_matches(is_space).len())
    }

    fn word_end(&self, start: usize) -> usize {
        let rest = &self.text[start..];
        let length = stop_in(rest, |at, byte| match byte {
            b'&' | b',' | b';' => true,
            b'\\' => rest.as_bytes()[at..].starts_with(ESCAPED_AMPERSAND),
            _ => false,
        });
        self.trimmed(start, start + length)
    }

    /// The end of a header value. Go prints `map[Authorization:[Bearer …] Host:[…]]`: a value in
    /// brackets ends with them. Parameters in quotes (`Signature="…"`) are part of the value.
    fn line_end(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\n' | b'\r' => break,
                b'\\' if matches!(bytes.get(at + 1), Some(b'n' | b'r')) => break,
                b']' if bytes[start] == b'[' => return at + 1,
                b'"' | b'\'' | b'`' => {
                    let quote = quote_at_end(&bytes[start..=at]);
                    let before = &bytes[start..at + 1 - quote.map_or(0, Quote::len)];
                    let opens = matches!(before.last(), Some(b'=' | b':' | b',' | b' ' | b'\t'));
                    let (Some(quote), true, false) = (quote, opens, closes_here(bytes, at + 1)) else {
                        break;
                    };
                    let (end, after) = closing(bytes, at + 1, quote);
                    at = end;
                    if after == end {
                        break;
                    }
                    at = after - 1;
                }
                _ => {}
            }
            at += 1;
        }
        self.trimmed(start, at)
    }

    /// Leaves out what closes the sentence or the brackets around a value, and the backslashes of
    /// the quote after it. Brackets that the value opened itself stay, [`REDACTED`] among them.
    fn trimmed(&self, start: usize, end: usize) -> usize {
        let value = &self.text[start..end];
        let opened = if value.starts_with('[') { value.find(']') } else { None };
        let kept = opened.map_or(0, |at| at + 1);
        let ends_at_quote = matches!(self.text.as_bytes().get(end), Some(b'"' | b'\'' | b'`'));
        let is_closer = |c: char| matches!(c, ')' | ']' | '}' | '.' | ' ' | '\t') || (c == '\\' && ends_at_quote);
        start + kept + value[kept..].trim_end_matches(is_closer).len()
    }
}

fn backslashes(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| byte == b'\\').count()
}

/// Whether letters and digits look like a key and not like a word.
fn looks_like_key(value: &[u8]) -> bool {
    let is_no_word = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    value.len() >= KEY_ID_LETTERS_MIN && value.iter().skip(1).any(is_no_word)
}
