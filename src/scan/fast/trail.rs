//! The way from the root of a sound line to its error: which members count, and where their values stand. It reads the
//! tokens and the keys of the objects on the way; of the response object it is offered the keys that may count.
//!
//! Where the envelope is, is a guess from the line before. A line in which another place may hold one is declined, so the
//! guess decides who reads a line and never what it says.

use super::found::{Found, is_key, skip_space};
use super::line::{Cursor, Line};
use super::span::{NOWHERE, Span};
use crate::profile::{Pointer, Profile, names};
use crate::scan::simd::{COMMA, KEY, OPEN_ARRAY, OPEN_OBJECT, plain_end, scalar_end};
use crate::scan::text::names_id;

/// The way from the root to the response object, and what was found on it in the present line.
#[derive(Debug)]
pub struct Trail {
    /// Whether the way is the only one (`--envelope`), and no guess.
    is_given: bool,
    /// What the keys around the response object mean, by their place among those of the line.
    memo: Vec<Memo>,
    /// How many of those keys the present line had so far.
    keys: usize,
    /// The members of the root that `--by` and `--field` ask for; none where one of them asks for something else.
    asked: Vec<Vec<u8>>,
    /// What was found so far.
    pub found: Found,
}

/// What stands in front of a bare response object.
const BARE: [&[u8]; 2] = [b"{\"Response\":{", b"{\"Response\": {"];

impl Trail {
    /// The way of a profile: that of its first pointer, or a guess that the root is the envelope.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        let given = profile.envelope().first();
        let found = Found {
            pointer: String::new(),
            path: Vec::new(),
            error: NOWHERE,
            code: NOWHERE,
            message: NOWHERE,
            request_id: NOWHERE,
            context: Vec::new(),
            has_nested_context: false,
            asked: Vec::new(),
        };
        let asked = asked(profile).unwrap_or_default();
        let mut trail = Self { is_given: given.is_some(), memo: Vec::new(), keys: 0, asked, found };
        trail.lead_to(given.unwrap_or(&Pointer::default()));
        trail
    }

    /// Guesses that the envelope of the next lines is at this pointer.
    pub fn guess(&mut self, pointer: &Pointer) {
        if !self.is_given {
            self.lead_to(pointer);
        }
    }

    fn lead_to(&mut self, pointer: &Pointer) {
        let path = pointer.members().iter().map(String::as_str).chain(["Response"]);
        self.found.path = path.map(|name| name.as_bytes().to_vec()).collect();
        pointer.as_str().clone_into(&mut self.found.pointer);
        self.memo.clear();
        self.found.asked.clear();
        // What leads to the response is not passed by.
        if !self.asked.iter().any(|name| self.found.path.first() == Some(name)) {
            self.found.asked.resize(self.asked.len(), NOWHERE);
        }
    }

    fn begin(&mut self) {
        self.keys = 0;
        self.found.error = NOWHERE;
        self.found.code = NOWHERE;
        self.found.message = NOWHERE;
        self.found.request_id = NOWHERE;
        self.found.context.clear();
        self.found.has_nested_context = false;
        self.found.asked.fill(NOWHERE);
    }

    /// Follows the way through a sound line; whether it leads to a response object, and the line can be decided here.
    #[inline(always)]
    pub fn follow(&mut self, line: &Line<'_>) -> bool {
        self.begin();
        let text = line.chunk.get(line.span.start..line.span.end).unwrap_or_default();
        if line.is_lone
            && self.found.path.len() == 1
            && let Some(start) = BARE.iter().find(|start| text.starts_with(start))
        {
            let inside = line.span.start + start.len();
            let key = line.key_places().next();
            let is_decided = match line.key_count() {
                0 => self.is_given || is_best_though_weak(text),
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
            self.begin();
            self.members(line, first)
        });
        response.is_some_and(|(open, close)| self.response(line, open + 1, close))
    }

    /// As [`Self::members`] in the frequent case: around the response object stand the keys of the line before, all values
    /// are strings without escapes, numbers and literals, and nothing comes behind the response object.
    fn as_before(&mut self, line: &Line<'_>) -> Option<(usize, usize)> {
        let Self { memo, found, .. } = self;
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
                (b'{', Meaning::OnWay) => {
                    let bit = 1 << level.min(63);
                    if seen & bit != 0 {
                        return None;
                    }
                    seen |= bit;
                    level += 1;
                    at = value + 1;
                    if level == found.path.len() {
                        let open = line.tokens.token_at(value);
                        let close = line.close_of(open)?;
                        return line.closes(close + 1, level).then_some((open, close));
                    }
                    continue;
                }
                (b'{' | b'[', _) | (_, Meaning::OnWay) => return None,
                (b'"', _) => plain_end(rest)? + 1,
                _ => scalar_end(rest)?,
            };
            if let Meaning::Context(names::Meaning { name, .. }, asked) = memo.meaning {
                found.context.extend(name.map(|name| (name, value)));
                if asked != 0 {
                    found.ask(asked, value);
                }
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
        let (mut response, mut outside) = (None, None);
        let (mut level, mut seen) = (0_usize, 0_u64);
        let mut token = first + 1;
        loop {
            let code = line.code(token);
            if code != KEY {
                // The object closes.
                let Some(outer) = level.checked_sub(1) else {
                    return response.filter(|_| !self.is_elsewhere(line, outside));
                };
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
            let is_on_way = matches!(meaning, Meaning::OnWay);
            if is_on_way {
                let bit = 1 << level.min(63);
                // Given twice, the last one counts.
                if seen & bit != 0 {
                    return None;
                }
                seen |= bit;
            } else if let Meaning::Context(context, asked) = meaning {
                self.found.has_nested_context |= matches!(line.chunk.get(value), Some(b'{' | b'['));
                self.found.context.extend(context.name.map(|name| (name, value)));
                if asked != 0 {
                    self.found.ask(asked, value);
                }
            }
            token += 1;
            match line.code(token) {
                OPEN_OBJECT if is_on_way && level + 1 < self.found.path.len() => {
                    level += 1;
                    token += 1;
                    continue;
                }
                open @ (OPEN_OBJECT | OPEN_ARRAY) => {
                    let close = line.close_of(token)?;
                    if is_on_way && open == OPEN_OBJECT {
                        response = Some((token, close));
                        outside = Some((key.start, cursor.place(close)));
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

    /// Whether another place of a line may hold an envelope that goes before the one between these places, which are those
    /// of its key and its end. One at the root goes before all others.
    fn is_elsewhere(&self, line: &Line<'_>, outside: Option<(usize, usize)>) -> bool {
        let Some((key, end)) = outside.filter(|_| !self.is_given && self.found.path.len() > 1) else { return false };
        let text = |from: usize, to: usize| line.chunk.get(from..to).unwrap_or_default();
        may_hold_response(text(line.span.start, key)) || may_hold_response(text(end, line.span.end))
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
        let on_way = self.found.path.get(level).is_some_and(|name| text == name);
        let asks =
            |numbers: u64, (number, name): (usize, &Vec<u8>)| numbers | u64::from(level == 0 && text == name) << number;
        let asked = self.asked.iter().enumerate().fold(0, asks);
        let meaning = if on_way { Meaning::OnWay } else { Meaning::Context(names::meaning_of(text), asked) };
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
        self.is_given
            || self.found.is_strong(line.chunk)
            || self.found.path.len() == 1
                && line.chunk.get(line.span.start..line.span.end).is_some_and(is_best_though_weak)
    }
}

/// Whether a weak envelope at the root of a line is all that it holds: whatever goes before one has an id.
#[cold]
fn is_best_though_weak(line: &[u8]) -> bool {
    // The first key of this name is its own.
    let own = memchr::memmem::find(line, RESPONSE).map_or(line.len(), |at| at + RESPONSE.len());
    !may_hold_response(line.get(own..).unwrap_or_default())
        && !names_id(line)
        && memchr::memmem::find(line, b"\\u").is_none()
}

/// What the key of an envelope begins with.
const RESPONSE: &[u8] = b"\"Response";

/// Whether some part of a line may hold an envelope, as a key or in a string: it spells the name of the member, or might.
fn may_hold_response(text: &[u8]) -> bool {
    let is_key = |at: usize| matches!(text.get(at + RESPONSE.len()), Some(b'"' | b'\\'));
    memchr::memmem::find_iter(text, RESPONSE).any(is_key) || memchr::memmem::find(text, b"\\u").is_some()
}

/// The members of the root that `--by` and then `--field` ask for; nothing where one of them asks for something else, or
/// there are more than a word has bits.
fn asked(profile: &Profile) -> Option<Vec<Vec<u8>>> {
    let pointers = profile.by().iter().chain(profile.fields().iter().map(|field| &field.pointer));
    let member = |pointer: &Pointer| match pointer.members() {
        [name] => Some(name.as_bytes().to_vec()),
        _ => None,
    };
    pointers.map(member).collect::<Option<Vec<_>>>().filter(|asked| asked.len() <= u64::BITS as usize)
}

/// How many keys of a line are kept.
const MEMO_MAX: usize = 64;

/// What a key around the response object means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    /// It is on the way to the response object.
    OnWay,
    /// It names context, or an object that may hold some, or neither; and the numbers of those who ask for it, as bits.
    Context(names::Meaning, u64),
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
