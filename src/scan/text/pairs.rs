//! `code=C … request_id=ID` in a text: what people print of an error, in any order. It reads one pair at a time.

use bumpalo::Bump;

use super::errors::{SdkError, Until};
use super::fields::{id, shown};
use crate::catalog;
use crate::scan::policy::is_request_id;

/// What the pairs of a text that count have said so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pairs<'a> {
    code: Option<(usize, &'a str)>,
    /// The first pair that names an id, which can be one that is none.
    id: Option<(usize, Option<&'a str>)>,
}

/// What a pair is about.
enum Meaning {
    Code,
    Id,
}

impl<'a> Pairs<'a> {
    /// Takes the pair whose `=` stands at a place, and gives the error when it completes one.
    pub fn take(&mut self, text: &'a [u8], at: usize, bump: &'a Bump) -> Option<SdkError<'a>> {
        let name = name_before(text, at);
        let (start, meaning) = (at - name.len(), meaning(name)?);
        let (quoted, value) = value(text.get(at + 1..)?);
        match meaning {
            Meaning::Code => {
                let code = shown(code_of(value), bump);
                if self.code.is_none() && catalog::names_error(code) {
                    self.code = Some((start, code));
                }
            }
            Meaning::Id => {
                if self.id.is_none() {
                    let id =
                        if quoted { str::from_utf8(value).ok().filter(|id| is_request_id(id)) } else { id(value).0 };
                    self.id = Some((start, id));
                }
            }
        }
        self.error(at + 1 + value.len())
    }

    fn error(&self, end: usize) -> Option<SdkError<'a>> {
        let ((code_at, code), (id_at, request_id)) = (self.code?, self.id?);
        Some(SdkError {
            start: code_at.min(id_at),
            end,
            code: Some(code),
            message: "",
            request_id,
            name: "",
            until: Until::Ended,
        })
    }
}

/// The name in front of a `=`.
pub fn name_before(text: &[u8], at: usize) -> &[u8] {
    let before = text.get(..at).unwrap_or_default();
    let is_of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@');
    let length = before.iter().rev().take_while(is_of_name).count();
    before.get(before.len() - length..).unwrap_or_default()
}

/// The value after a `=`, and whether it stood in quotes.
pub fn value(text: &[u8]) -> (bool, &[u8]) {
    for quote in [&b"\\\""[..], b"\"", b"'"] {
        if let Some(rest) = text.strip_prefix(quote) {
            let end = memchr::memmem::find(rest, quote).unwrap_or(rest.len());
            return (true, rest.get(..end).unwrap_or_default());
        }
    }
    let ends =
        |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b')' | b']' | b'}' | b'"' | b'\'');
    let end = text.iter().position(ends).unwrap_or(text.len());
    (false, text.get(..end).unwrap_or_default())
}

fn code_of(value: &[u8]) -> &[u8] {
    let is_of_code = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'(' | b')');
    let length = value.iter().take_while(is_of_code).count();
    value.get(..length).unwrap_or_default()
}

/// What a name is about, written in any way.
fn meaning(name: &[u8]) -> Option<Meaning> {
    let is = |expected: &[u8]| {
        let mut bytes = name.iter().filter(|byte| !matches!(byte, b'_' | b'-')).map(u8::to_ascii_lowercase);
        let mut expected = expected.iter().copied();
        loop {
            match (bytes.next(), expected.next()) {
                (None, None) => return true,
                (left, right) if left == right => {}
                _ => return false,
            }
        }
    };
    // The words that a text is looked through for are spelt so.
    if is(b"requestid") && memchr::memmem::find(name, b"equest").is_some() {
        Some(Meaning::Id)
    } else if is(b"code") || is(b"errorcode") || is(b"errcode") {
        Some(Meaning::Code)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> Option<(String, Option<String>)> {
        let bump = Bump::new();
        let mut pairs = Pairs::default();
        let places = memchr::memchr_iter(b'=', text.as_bytes());
        let mut errors = places.filter_map(|at| pairs.take(text.as_bytes(), at, &bump));
        errors.next().map(|error| (error.code.unwrap().to_owned(), error.request_id.map(str::to_owned)))
    }

    #[test]
    fn a_code_that_is_known_and_an_id_make_an_error_in_any_order() {
        const ID: &str = "216da52c-e592-4eea-a4b1-0e65c19faacf";
        for (text, expected) in [
            (
                "failed, code=ResourceNotFound request_id=216da52c-e592-4eea-a4b1-0e65c19faacf msg=x, RequestId=none",
                Some(Some(ID)),
            ),
            ("requestId=\"216da52c-e592-4eea-a4b1-0e65c19faacf\" code=\"ResourceNotFound\"", Some(Some(ID))),
            ("code=ResourceNotFound request_id=None", Some(None)),
            ("code=NeverSeen request_id=216da52c-e592-4eea-a4b1-0e65c19faacf", None),
            ("code=ResourceNotFound trace_id=216da52c-e592-4eea-a4b1-0e65c19faacf", None),
            ("barcode=ResourceNotFound request_id=216da52c-e592-4eea-a4b1-0e65c19faacf", None),
            ("=", None),
        ] {
            let expected = expected.map(|id| ("ResourceNotFound".to_owned(), id.map(str::to_owned)));
            assert_eq!(error(text), expected, "{text}");
        }
    }
}
