//! What the trail found in a line: where the values stand that the policy looks at. It does not look for the way.

use super::line::Line;
use super::span::NOWHERE;
use crate::profile::names;
use crate::record::Form;
use crate::scan::json::Node;

/// A way through lines or texts.
#[derive(Debug)]
pub struct Way {
    /// How the response at its end stands there.
    pub form: Form,
    /// Pointer of the place, over all layers.
    pub pointer: String,
    /// The names of the members on the way: those of the pointer and, of an envelope, `Response`; or those of the pointer up to
    /// the first layer.
    pub path: Vec<Vec<u8>>,
}

/// What stands around the way in one text.
#[derive(Clone, Copy, Debug)]
pub struct Around<'f> {
    /// Members whose names are in the table of context names: the name, and its value.
    pub context: &'f [(names::Name, usize)],
    /// Whether some context stands in an array or object.
    pub has_nested_context: bool,
    /// Where the members stand that `--by` and `--field` ask for.
    pub asked: &'f [usize],
}

/// The way of the present lines, and where the values stand that the policy looks at; all in the chunk.
#[derive(Debug)]
pub struct Found {
    pub(super) way: Way,
    pub(super) error: usize,
    pub(super) code: usize,
    pub(super) message: usize,
    pub(super) request_id: usize,
    /// Members around the envelope whose names are in the table of context names: the name, and its value.
    pub(super) context: Vec<(names::Name, usize)>,
    /// Whether some context stands in an array or object.
    pub(super) has_nested_context: bool,
    /// Where the members of the root stand that `--by` and `--field` ask for, in that order; none of a member that is not
    /// there, and an empty list where one of them asks for something else.
    pub(super) asked: Vec<usize>,
}

impl Found {
    /// Nothing found yet on a way.
    pub const fn nothing(way: Way) -> Self {
        Self {
            way,
            error: NOWHERE,
            code: NOWHERE,
            message: NOWHERE,
            request_id: NOWHERE,
            context: Vec::new(),
            has_nested_context: false,
            asked: Vec::new(),
        }
    }

    /// Forgets what was found in the line before.
    pub fn begin(&mut self) {
        let Self { way: _, error, code, message, request_id, context, has_nested_context, asked } = self;
        for place in [error, code, message, request_id] {
            *place = NOWHERE;
        }
        context.clear();
        *has_nested_context = false;
        asked.fill(NOWHERE);
    }

    /// What stands around the way.
    pub fn around(&self) -> Around<'_> {
        let Self { context, has_nested_context, asked, .. } = self;
        Around { context, has_nested_context: *has_nested_context, asked }
    }

    /// Whether what was found makes the envelope a strong one: an id that is a string, or an error with a code.
    #[inline(always)]
    pub fn is_strong(&self, chunk: &[u8]) -> bool {
        self.code != NOWHERE || chunk.get(self.request_id) == Some(&b'"')
    }

    /// The id of a response object in which one key may count: whether that key is `RequestId`, and stands first in the
    /// object, or its value last, so that nothing else can contain it. The text inside the object begins at `inside`.
    #[inline(always)]
    pub fn lone_id(&mut self, line: &Line<'_>, inside: usize, key: usize) -> bool {
        let text = line.chunk.get(..line.span.end).unwrap_or_default();
        if !is_key(text, key, b"RequestId") {
            return false;
        }
        let value = skip_space(text, key + 2);
        // Behind the last key of a response stand its value, the ends of response and root, and the line end.
        let last = line.tokens.token_at(line.span.end).wrapping_sub(line.tokens.token_at(key)) == 4;
        let is_certain = (last || key == inside + b"\"RequestId".len()) && text.get(value) == Some(&b'"');
        if is_certain {
            self.request_id = value;
        }
        is_certain
    }

    /// Notes that the value of a member stands here that those of these numbers ask for; of several the last one counts.
    #[cold]
    pub fn ask(&mut self, numbers: u64, value: usize) {
        for (number, place) in self.asked.iter_mut().enumerate() {
            if numbers >> number & 1 == 1 {
                *place = value;
            }
        }
    }

    /// The members of an error, whose value stands here. Whether the line can be decided here.
    #[cold]
    pub fn error(&mut self, line: &Line<'_>, value: usize) -> bool {
        self.error = value;
        let text = line.chunk.get(..line.span.end).unwrap_or_default();
        for (key, member) in Node::at(text, value).members() {
            let place = match key.0 {
                b"Code" => &mut self.code,
                b"Message" => &mut self.message,
                name if memchr::memchr(b'\\', name).is_some() => return false,
                _ => continue,
            };
            if *place != NOWHERE {
                return false;
            }
            *place = member.place();
        }
        true
    }
}

/// Whether the key that ends here is this one, without escapes.
#[inline(always)]
pub fn is_key(chunk: &[u8], end: usize, name: &[u8]) -> bool {
    let before = chunk.get(..end).unwrap_or_default();
    before
        .strip_suffix(name)
        .and_then(|before| before.strip_suffix(b"\""))
        .is_some_and(|before| !before.ends_with(b"\\"))
}

/// The first place that is not white space.
#[inline(always)]
pub fn skip_space(chunk: &[u8], mut place: usize) -> usize {
    while matches!(chunk.get(place), Some(b' ' | b'\t' | b'\r')) {
        place += 1;
    }
    place
}
