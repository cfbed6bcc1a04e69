//! The way from the root of a sound line to its error: which members count, and where their values stand. It reads the
//! tokens and the keys of the objects on the way; of the response object it is offered the keys that may count.

use super::line::{Cursor, Line};
use super::span::{NOWHERE, Span};
use crate::profile::{Profile, names};
use crate::scan::json::Node;
use crate::scan::simd::{COMMA, KEY, OPEN_ARRAY, OPEN_OBJECT, plain_end, scalar_end};

/// The way from the root to the response object, and what was found on it in the present line.
#[derive(Debug)]
pub struct Trail {
    /// The names of the objects on the way: the pointer's members and `Response`.
    path: Vec<Vec<u8>>,
    /// What the keys around the response object mean, by their place among those of the line.
    memo: Vec<Memo>,
    /// How many of those keys the present line had so far.
    keys: usize,
    /// What was found so far.
    pub found: Found,
}

/// Where the values stand that the policy looks at; all in the chunk.
#[derive(Debug)]
pub struct Found {
    pub(super) error: usize,
    pub(super) code: usize,
    pub(super) message: usize,
    pub(super) request_id: usize,
    /// Members around the envelope whose names are in the table of context names: level, name, key, value.
    pub(super) context: Vec<(usize, names::Name, Span, usize)>,
}

/// What stands in front of a bare response object.
const BARE: [&[u8]; 2] = [b"{\"Response\":{", b"{\"Response\": {"];

impl Trail {
    /// The way of a profile: its first candidate. Lines that keep their envelope elsewhere are declined.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        let members = profile.candidates().first().map(|pointer| pointer.members()).unwrap_or_default();
        let path = members.iter().map(String::as_str).chain(["Response"]);
        let found = Found { error: NOWHERE, code: NOWHERE, message: NOWHERE, request_id: NOWHERE, context: Vec::new() };
        let path = path.map(|name| name.as_bytes().to_vec()).collect();
        Self { path, memo: Vec::new(), keys: 0, found }
    }

    fn begin(&mut self) {
        self.keys = 0;
        self.found.error = NOWHERE;
        self.found.code = NOWHERE;
        self.found.message = NOWHERE;
        self.found.request_id = NOWHERE;
        self.found.context.clear();
    }

    /// Follows the way through a sound line; whether it leads to a response object, and the line can be decided here.
    #[inline(always)]
    pub fn follow(&mut self, line: &Line<'_>) -> bool {
        self.begin();
        let text = line.chunk.get(line.span.start..line.span.end).unwrap_or_default();
        if line.is_lone
            && self.path.len() == 1
            && let Some(start) = BARE.iter().find(|start| text.starts_with(start))
        {
            let inside = line.span.start + start.len();
            let key = line.key_places().next();
            let is_decided = match line.key_count() {
                0 => true,
                1 => key.is_some_and(|key| self.found.lone_id(line, inside, key)),
                _ => false,
            };
            return is_decided || self.response(line, line.tokens.token_at(inside), usize::MAX);
        }
        let first = line.tokens.token_at(line.span.start);
        if line.code(first) != OPEN_OBJECT {
            return false;
        }
        let response = self.as_before(line).or_else(|| {
            self.keys = 0;
            self.found.context.clear();
            self.members(line, first)
        });
        response.is_some_and(|(open, close)| self.response(line, open + 1, close))
    }

    /// As [`Self::members`] in the frequent case: around the response object stand the keys of the line before, all values
    /// are strings without escapes, numbers and literals, and nothing comes behind the response object.
    fn as_before(&mut self, line: &Line<'_>) -> Option<(usize, usize)> {
        let Self { path, memo, found, .. } = self;
        let text = line.chunk.get(..line.span.end)?;
        let mut at = skip_space(text, line.span.start) + 1;
        let (mut level, mut seen) = (0, 0_u64);
        for memo in memo.iter() {
            let start = skip_space(text, at) + 1;
            let key = Span { start, end: start + memo.word.length };
            let is_same = memo.level == level
                && text.get(start - 1) == Some(&b'"')
                && Word::of(line.chunk, key) == Some(memo.word)
                && text.get(key.end..key.end + 2) == Some(b"\":");
            if !is_same {
                return None;
            }
            let value = skip_space(text, key.end + 2);
            let rest = text.get(value + 1..)?;
            let end = match (text.get(value)?, memo.meaning) {
                (b'{', Meaning::ScannerKind) => {
                    let bit = 1 << level.min(63);
                    if seen & bit != 0 {
                        return None;
                    }
                    seen |= bit;
                    level += 1;
                    at = value + 1;
                    if level == path.len() {
                        let open = line.tokens.token_at(value);
                        let close = line.close_of(open)?;
                        return line.closes(close + 1, level).then_some((open, close));
                    }
                    continue;
                }
                (b'{' | b'[', _) | (_, Meaning::ScannerKind) => return None,
                (b'"', _) => plain_end(rest)? + 1,
                _ => scalar_end(rest)?,
            };
            if let Meaning::Name(name) = memo.meaning {
                found.context.push((level, name, key, value));
            }
            at = skip_space(text, value + 1 + end);
            if text.get(at) != Some(&b',') {
                return None;
            }
            at += 1;
        }
        None
    }

    /// The members on the way to the response object, and the tokens that open and close it.
    fn members(&mut self, line: &Line<'_>, first: usize) -> Option<(usize, usize)> {
        let mut cursor = Cursor::new(line);
        let mut response = None;
        let (mut level, mut seen) = (0_usize, 0_u64);
        let mut token = first + 1;
        loop {
            let code = line.code(token);
            if code != KEY {
                // The object closes.
                let Some(outer) = level.checked_sub(1) else { return response };
                level = outer;
                token += 1;
                if line.code(token) == COMMA {
                    token += 1;
                }
                continue;
            }
            let mut before = cursor;
            let end = cursor.place(token);
            let (key, meaning) = match self.known(line.chunk, end, level) {
                Some(known) => known,
                None => {
                    let start = skip_space(line.chunk, before.place(token - 1) + 1) + 1;
                    let key = Span { start, end };
                    (key, self.learn(line.chunk, key, level)?)
                }
            };
            let value = skip_space(line.chunk, end + 2);
            let is_on_way = matches!(meaning, Meaning::ScannerKind);
            if is_on_way {
                let bit = 1 << level.min(63);
                // Given twice, the last one counts.
                if seen & bit != 0 {
                    return None;
                }
                seen |= bit;
            } else if let Meaning::Name(name) = meaning {
                self.found.context.push((level, name, key, value));
            }
            token += 1;
            match line.code(token) {
                OPEN_OBJECT if is_on_way && level + 1 < self.path.len() => {
                    level += 1;
                    token += 1;
                    continue;
                }
                open @ (OPEN_OBJECT | OPEN_ARRAY) => {
                    let close = line.close_of(token)?;
                    if is_on_way && open == OPEN_OBJECT {
                        response = Some((token, close));
                    }
                    token = close + 1;
                }
                _ => token += 1,
            }
            if line.code(token) == COMMA {
                token += 1;
            }
        }
    }

    /// The key that ends here and what it means, when it is the one at this place of the line before.
    #[inline(always)]
    fn known(&mut self, chunk: &[u8], end: usize, level: usize) -> Option<(Span, Meaning)> {
        let memo = self.memo.get(self.keys)?;
        let key = Span { start: end.checked_sub(memo.word.length)?, end };
        // The quote in front of it is its opening one unless it is escaped.
        let opens = chunk.get(key.start.checked_sub(2)?..key.start).is_some_and(|it| it[1] == b'"' && it[0] != b'\\');
        (opens && memo.level == level && Word::of(chunk, key) == Some(memo.word)).then(|| {
            self.keys += 1;
            (key, memo.meaning)
        })
    }

    /// Finds out what a key means, and keeps it for the next line; nothing when it has escapes.
    fn learn(&mut self, chunk: &[u8], key: Span, level: usize) -> Option<Meaning> {
        let text = chunk.get(key.start..key.end)?;
        if memchr::memchr(b'\\', text).is_some() {
            return None;
        }
        let on_way = self.path.get(level).is_some_and(|name| text == name);
        let meaning = if on_way {
            Meaning::ScannerKind
        } else {
            names::field_of_bytes(text).map_or(Meaning::None, Meaning::Name)
        };
        if let Some(word) = Word::of(chunk, key)
            && self.keys < MEMO_MAX
        {
            let memo = Memo { word, level, meaning };
            match self.memo.get_mut(self.keys) {
                Some(held) => *held = memo,
                None => self.memo.push(memo),
            }
        }
        self.keys = self.memo.len().min(self.keys + 1);
        Some(meaning)
    }

    /// The members that count of the response object, which has the tokens from one up to another. Whether the line can
    /// be decided here.
    #[inline(never)]
    fn response(&mut self, line: &Line<'_>, from: usize, to: usize) -> bool {
        // How many containers are open inside of the response object, up to a token.
        let (mut depth, mut token) = (0_u32, from);
        for end in line.key_places() {
            let key = line.tokens.token_at(end);
            if key < from || key > to {
                continue;
            }
            // The first and the last key of the response object need no count.
            if key != from && key + 2 != to {
                depth = line.depth_behind(depth, token, key);
                token = key;
                if depth != 0 {
                    continue;
                }
            }
            let value = skip_space(line.chunk, end + 2);
            if is_key(line.chunk, end, b"RequestId") {
                if self.found.request_id != NOWHERE {
                    return false;
                }
                self.found.request_id = value;
            } else if is_key(line.chunk, end, b"Error")
                && (self.found.error != NOWHERE || !self.found.error(line, value))
            {
                return false;
            }
        }
        true
    }
}

/// Whether the key that ends here is this one, without escapes.
#[inline(always)]
fn is_key(chunk: &[u8], end: usize, name: &[u8]) -> bool {
    let before = chunk.get(..end).unwrap_or_default();
    before
        .strip_suffix(name)
        .and_then(|before| before.strip_suffix(b"\""))
        .is_some_and(|before| !before.ends_with(b"\\"))
}

/// The first place that is no white space.
#[inline(always)]
fn skip_space(chunk: &[u8], mut place: usize) -> usize {
    while matches!(chunk.get(place), Some(b' ' | b'\t' | b'\r')) {
        place += 1;
    }
    place
}

/// How many keys of a line are kept.
const MEMO_MAX: usize = 64;

/// What a key around the response object means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    /// It is on the way to the response object.
    ScannerKind,
    /// It names context.
    Name(names::Name),
    /// Nothing.
    None,
}

/// A key as it stood at some place of an earlier line.
#[derive(Debug)]
struct Memo {
    word: Word,
    level: usize,
    meaning: Meaning,
}

/// A key of at most sixteen bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word {
    bytes: u128,
    length: usize,
}

impl Word {
    /// The key, unless it is longer or the chunk ends too early behind it.
    #[inline(always)]
    fn of(chunk: &[u8], key: Span) -> Option<Self> {
        let length = key.end - key.start;
        let bytes = u128::from_le_bytes(*chunk.get(key.start..)?.first_chunk()?);
        let beyond = 16_usize.checked_sub(length)?;
        // In two steps, since no shift takes all bits away.
        Some(Self { bytes: bytes << (4 * beyond) << (4 * beyond), length })
    }
}

impl Found {
    /// The id of a response object in which one key may count: whether that key is `RequestId`, and stands first in the
    /// object, or its value last, so that nothing else can contain it. The text inside the object begins at `inside`.
    #[inline(always)]
    fn lone_id(&mut self, line: &Line<'_>, inside: usize, key: usize) -> bool {
        let text = line.chunk.get(..line.span.end).unwrap_or_default();
        if !is_key(text, key, b"RequestId") {
            return false;
        }
        let value = skip_space(text, key + 2);
        // Behind the last key of a response stand its value, the ends of response and root, and the line end.
        let last = line.tokens.token_at(line.span.end).wrapping_sub(line.tokens.token_at(key)) == 4;
        let is_certain = last || key == inside + b"\"RequestId".len();
        if is_certain {
            self.request_id = value;
        }
        is_certain
    }

    /// The members of an error, whose value stands here. Whether the line can be decided here.
    #[cold]
    fn error(&mut self, line: &Line<'_>, value: usize) -> bool {
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
