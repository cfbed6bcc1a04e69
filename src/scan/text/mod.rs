//! Where the response is in a text: of all responses and errors of SDKs the one that begins furthest left, the outermost
//! hiding all inside it (SPEC 5). It knows neither lines nor the JSON around a text, and reads no context.

mod cpp;
pub mod errors;
mod fields;
pub mod front;
mod literal;
mod needles;
mod pairs;
mod quoting;
mod value;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use self::errors::{SdkError, Until};
pub use self::needles::{Needles, Words, may_hold, names_id, names_one_id_only};
use self::pairs::Pairs;
use super::forms::{self, Around, Candidate, ErrorObject, Kind, Way};
use super::json::Node;
use crate::record::{Form, Forms, Reason};

/// What a text says of calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found<'a> {
    /// The response or the error that counts.
    pub evidence: Option<Evidence<'a>>,
    /// When there is none: the objects of the text, in which one can lie somewhere inside.
    pub inside: &'a [(Node<'a>, usize)],
    /// Whether others come after it.
    pub has_others: bool,
    /// Why the text names a response that is none, when it does.
    pub broken: Option<Reason>,
    /// Whether it names an exception of an SDK.
    pub names_exception: bool,
}

/// What says how a call ended.
#[derive(Clone, Copy, Debug)]
pub enum Evidence<'a> {
    /// An object of the text that is a response by its own top, with its place and that after it.
    Object(Candidate<'a>, Node<'a>, usize, usize),
    /// What an SDK or a program printed of an error.
    Error(SdkError<'a>),
}

impl Evidence<'_> {
    /// Where it begins in the text.
    pub const fn start(&self) -> usize {
        match self {
            Self::Object(_, _, start, _) => *start,
            Self::Error(error) => error.start,
        }
    }

    /// The place after it.
    pub const fn end(&self) -> usize {
        match self {
            Self::Object(_, _, _, end) => *end,
            Self::Error(error) => error.end,
        }
    }
}

/// The way to a response that is an object of a text by its own top.
pub fn way<'a>(candidate: Candidate<'a>, root: Node<'a>, bump: &'a Bump) -> Way<'a> {
    let around: &[Node<'_>] = match candidate.kind {
        Kind::Strong | Kind::Weak => bump.alloc_slice_copy(&[root]),
        _ => &[],
    };
    Way { subject: candidate.subject, around, names: &[] }
}

/// What ends the error of an SDK that a text shows the beginning of: it has no id there.
#[must_use]
pub fn open_error(text: &[u8], forms: Forms) -> Until {
    match search(text, forms, &Bump::new()).evidence {
        Some(Evidence::Error(error)) => error.until,
        _ => Until::Ended,
    }
}

/// Looks for what a text says of calls, in time that is linear in it.
pub fn search<'a>(text: &'a [u8], forms: Forms, bump: &'a Bump) -> Found<'a> {
    let inside = BumpVec::new_in(bump);
    let (requests, pairs) = (Vec::new(), Pairs::default());
    let mut search = Search { text, forms, bump, found: Found::default(), inside, requests, pairs, next_print: 0 };
    search.run();
    let Search { mut found, inside, requests, .. } = search;
    if found.evidence.is_some() {
        found.broken = None;
        return found;
    }
    found.inside = inside.into_bump_slice();
    if found.broken.is_none() && names_response(text, &requests) {
        found.broken = Some(Reason::Truncated);
    }
    found
}

struct Search<'a> {
    text: &'a [u8],
    forms: Forms,
    bump: &'a Bump,
    found: Found<'a>,
    /// The objects in which a response can lie, with their places.
    inside: BumpVec<'a, (Node<'a>, usize)>,
    /// Where requests lie.
    requests: Vec<(usize, usize)>,
    pairs: Pairs<'a>,
    /// Where the next print of an error begins, as far as that is known.
    next_print: usize,
}

impl<'a> Search<'a> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(next) = self.text.get(at..).and_then(|rest| memchr::memchr3(b'{', b'=', b'T', rest)) {
            at += next;
            at = match self.text.get(at) {
                Some(b'{') => self.object(at),
                Some(b'=') => self.pair(at),
                _ => self.class(at),
            };
        }
    }

    /// Takes what counts when it is the first, and gives the place to go on from.
    fn take(&mut self, evidence: Evidence<'a>) -> usize {
        let end = evidence.end().max(evidence.start() + 1);
        if self.found.evidence.is_none() {
            self.found.evidence = Some(evidence);
        } else {
            self.found.has_others = true;
        }
        end
    }

    fn object(&mut self, at: usize) -> usize {
        let is_request = is_request(self.text, at);
        let object = match literal::object(self.text, at, self.bump) {
            Ok(object) => object,
            Err(broken) => {
                if is_request {
                    self.requests.push((at, broken.at));
                } else if self.found.broken.is_none()
                    && names_response(self.text.get(at..broken.at).unwrap_or_default(), &[])
                {
                    self.found.broken = Some(broken.reason);
                }
                return broken.at;
            }
        };
        let root = Node::root(object.json);
        let end = object.end.max(at + 1);
        let top = self.top(root);
        if is_request && !top.is_some_and(|top| top.kind == Kind::Strong && is_data(self.text, at)) {
            self.requests.push((at, end));
            return end;
        }
        if let Some(top) = top {
            return self.take(Evidence::Object(top, root, at, end));
        }
        if self.found.evidence.is_none() && may_hold(object.json) {
            self.inside.push((root, at));
        }
        end
    }

    /// What an object is by its own members.
    fn top(&self, root: Node<'a>) -> Option<Candidate<'a>> {
        let members = root.members_that_count(self.bump);
        let around = Around { objects: &[], names: &[] };
        let envelope = || forms::envelope(&members).filter(|_| self.forms.contains(Form::Embedded));
        let error = || match forms::error_object(root, &members, around, self.bump) {
            ErrorObject::Marked(candidate) if self.forms.contains(Form::ErrorObject) => Some(candidate),
            _ => None,
        };
        let unwrapped = || {
            let candidate = forms::unwrapped(root, &members, around, self.bump);
            candidate.filter(|_| self.forms.contains(Form::Unwrapped))
        };
        let envelope = envelope();
        envelope.filter(|it| it.kind == Kind::Strong).or_else(error).or_else(unwrapped).or(envelope)
    }

    fn pair(&mut self, at: usize) -> usize {
        if !self.forms.contains(Form::SdkError) {
            return at + 1;
        }
        let name = pairs::name_before(self.text, at);
        let start = at - name.len();
        if name == b"RequestId"
            && let Some(error) = cpp::error(self.text, start, self.bump)
        {
            return self.take(Evidence::Error(error));
        }
        match self.pairs.take(self.text, at, self.bump) {
            Some(error) => {
                self.pairs = Pairs::default();
                self.take(Evidence::Error(error)).max(at + 1)
            }
            None => at + 1,
        }
    }

    fn class(&mut self, at: usize) -> usize {
        if !self.text.get(at..).is_some_and(|rest| rest.starts_with(errors::CLASS)) {
            return at + 1;
        }
        self.found.names_exception = true;
        let print_end = self.next_print(at + errors::CLASS.len());
        let error =
            errors::at_class(self.text, at, print_end, self.bump).filter(|_| self.forms.contains(Form::SdkError));
        // What begins inside of something that counts is hidden by it.
        let is_free = |error: &SdkError<'_>| self.found.evidence.as_ref().is_none_or(|it| error.start >= it.end());
        match error.filter(is_free) {
            Some(error) => self.take(Evidence::Error(error)).max(at + 1),
            None => at + errors::CLASS.len(),
        }
    }
}

impl Search<'_> {
    /// Where the next print of an error begins at or after a place; the end of the text when none does.
    fn next_print(&mut self, from: usize) -> usize {
        if self.next_print < from || self.next_print == 0 {
            self.next_print = errors::next_print(self.text, from);
        }
        self.next_print
    }
}

/// Whether the object at a place is what a program sent: it follows `request`, `request body` or `Data:`.
fn is_request(text: &[u8], at: usize) -> bool {
    let before = in_front(text, at);
    let ends_with = |word: &[u8]| {
        before.len() >= word.len()
            && before.get(before.len() - word.len()..).is_some_and(|it| it.eq_ignore_ascii_case(word))
    };
    ends_with(b"request") || ends_with(b"request body") || is_data(text, at)
}

/// Whether the object at a place follows `Data:`, where SDKs show what they sent, and that for Ruby also what it got.
fn is_data(text: &[u8], at: usize) -> bool {
    text.get(..at).unwrap_or_default().trim_ascii_end().ends_with(b"Data:")
}

/// What stands in front of a place, without brackets, quotes, colons and blanks.
fn in_front(text: &[u8], at: usize) -> &[u8] {
    let before = text.get(..at).unwrap_or_default();
    let is_between = |byte: &u8| matches!(byte, b' ' | b'[' | b':' | b'=' | b'"' | b'\'' | b'\\' | b'`' | b'(' | b'b');
    let length = before.iter().rposition(|byte| !is_between(byte)).map_or(0, |at| at + 1);
    before.get(..length).unwrap_or_default()
}

/// Whether a text names a response, or an id, as a key in quotes, outside of what was sent.
fn names_response(text: &[u8], requests: &[(usize, usize)]) -> bool {
    const KEYS: [&[u8]; 2] = [b"\"Response\"", b"\"RequestId\""];
    let is_outside = |at: &usize| !requests.iter().any(|&(start, end)| (start..end).contains(at));
    KEYS.iter().any(|key| memchr::memmem::find_iter(text, key).any(|at| is_outside(&at)))
}
