//! The way from the root of a line to its error, and the record that stands at its end. It sees keys and places, no
//! masks.

use bumpalo::Bump;

use super::{NOWHERE, Span};
use crate::profile::{Profile, names};
use crate::record::{Anomalies, Line};
use crate::scan::context::{self, Offers, Overrides};
use crate::scan::json::Node;
use crate::scan::policy::{self, Members, Value};

/// The floor of the root: the stack that holds one container.
const ROOT: u64 = 0b10;

/// The way from the root to the response object, and what was found on it in the present line.
#[derive(Debug)]
pub struct Trail {
    /// The names of the objects on the way: the pointer's members, `Response`, `Error`.
    path: Vec<Vec<u8>>,
    /// How many objects on the way are open, without the root.
    level: usize,
    /// A stack of containers, one bit a level below a one, is smaller than this when the innermost open object on the
    /// way is not in it any more.
    floor: u64,
    /// One bit a level: whether the next name of the way was seen there.
    seen: u64,
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
    response: usize,
    error: usize,
    code: usize,
    message: usize,
    request_id: usize,
    /// Members around the envelope whose names are in the table of context names: level, name, key, value.
    context: Vec<(usize, names::Name, Span, usize)>,
}

impl Trail {
    /// The way of a profile: its first candidate. Lines that keep their envelope elsewhere are declined.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        let members = profile.candidates().first().map(|pointer| pointer.members()).unwrap_or_default();
        let path = members.iter().map(String::as_str).chain(["Response", "Error"]);
        let found = Found {
            response: NOWHERE,
            error: NOWHERE,
            code: NOWHERE,
            message: NOWHERE,
            request_id: NOWHERE,
            context: Vec::new(),
        };
        Self {
            path: path.map(|name| name.as_bytes().to_vec()).collect(),
            level: 0,
            floor: ROOT,
            seen: 0,
            memo: Vec::new(),
            keys: 0,
            found,
        }
    }

    pub fn begin_line(&mut self) {
        self.level = 0;
        self.floor = ROOT;
        self.seen = 0;
        self.keys = 0;
        self.found.response = NOWHERE;
        self.found.error = NOWHERE;
        self.found.code = NOWHERE;
        self.found.message = NOWHERE;
        self.found.request_id = NOWHERE;
        self.found.context.clear();
    }

    /// Whether the innermost open object on the way is the response object. Of its keys, those that cannot be
    /// `RequestId` or `Error` need not be shown.
    #[inline(always)]
    pub const fn is_in_response(&self) -> bool {
        self.level + 1 == self.path.len()
    }

    /// A stack of containers, one bit a level below a one, is smaller than this when it does not hold the innermost
    /// object on the way, and at least twice this when it holds more.
    #[inline(always)]
    pub const fn floor(&self) -> u64 {
        self.floor
    }

    /// The innermost open object on the way closes; behind the root nothing may open.
    pub const fn leave(&mut self, is_root: bool) {
        self.level = self.level.saturating_sub(1);
        self.floor = if is_root { u64::MAX } else { self.floor >> 1 };
    }

    /// The next object on the way is the value at this place, if that is one.
    fn enter(&mut self, chunk: &[u8], value: usize) {
        if chunk.get(value) == Some(&b'{') {
            self.level += 1;
            self.floor <<= 1;
        }
    }

    /// A key of the innermost open object on the way. Whether the line can still be decided here.
    pub fn key(&mut self, chunk: &[u8], key: Span, may_escape: bool) -> bool {
        let Some(text) = chunk.get(key.start..key.end) else { return false };
        let envelope = self.path.len() - 2;
        // What was met before has no backslash.
        let word = if self.level > envelope { None } else { Word::of(chunk, key) };
        let known = word.and_then(|word| self.known(word));
        if known.is_none() && may_escape && memchr::memchr(b'\\', text).is_some() {
            return false;
        }
        let blank = usize::from(chunk.get(key.end + 2) == Some(&b' '));
        let value = key.end + 2 + blank;
        let place = if self.level == envelope + 2 {
            match text {
                b"Code" => &mut self.found.code,
                b"Message" => &mut self.found.message,
                _ => return true,
            }
        } else if self.level == envelope + 1 {
            match text {
                b"RequestId" => &mut self.found.request_id,
                b"Error" => {
                    let first = self.found.error == NOWHERE;
                    self.found.error = value;
                    self.enter(chunk, value);
                    return first;
                }
                _ => return true,
            }
        } else {
            let meaning = known.unwrap_or_else(|| self.learn(text, word));
            return self.around(meaning, chunk, key, value);
        };
        let first = *place == NOWHERE;
        *place = value;
        first
    }

    /// What a key around the response object means, when the key at this place of the line before was the same.
    #[inline(always)]
    fn known(&mut self, word: Word) -> Option<Meaning> {
        let memo = self.memo.get(self.keys)?;
        (memo.word == word && memo.level == self.level).then(|| {
            self.keys += 1;
            memo.meaning
        })
    }

    /// Finds out what a key around the response object means, and keeps it for the next line.
    fn learn(&mut self, text: &[u8], word: Option<Word>) -> Meaning {
        let on_way = self.path.get(self.level).is_some_and(|name| text == name);
        let meaning =
            if on_way { Meaning::Way } else { names::field_of_bytes(text).map_or(Meaning::None, Meaning::Name) };
        if let Some(word) = word
            && self.keys < MEMO_MAX
        {
            let memo = Memo { word, level: self.level, meaning };
            match self.memo.get_mut(self.keys) {
                Some(held) => *held = memo,
                None => self.memo.push(memo),
            }
        }
        self.keys = self.memo.len().min(self.keys + 1);
        meaning
    }

    /// A key around the response object. Whether the line can still be decided here.
    fn around(&mut self, meaning: Meaning, chunk: &[u8], key: Span, value: usize) -> bool {
        match meaning {
            Meaning::None => true,
            Meaning::Name(name) => {
                self.found.context.push((self.level, name, key, value));
                true
            }
            Meaning::Way => {
                if self.level + 2 == self.path.len() {
                    self.found.response = value;
                }
                let bit = 1 << self.level.min(63);
                let first = self.seen & bit == 0;
                self.seen |= bit;
                self.enter(chunk, value);
                first
            }
        }
    }

    /// Whether there is a response object, without which other places have to be looked at.
    pub fn is_complete(&self, chunk: &[u8]) -> bool {
        chunk.get(self.found.response) == Some(&b'{')
    }
}

/// How many keys of a line are kept.
const MEMO_MAX: usize = 64;

/// What a key around the response object means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    /// It is on the way to the response object.
    Way,
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
    /// The record of a line that the block scanner accepted.
    pub fn record<'a>(&self, chunk: &'a [u8], line: Span, profile: &Profile, bump: &'a Bump) -> (Line<'a>, Anomalies) {
        let value = |place: usize| if place == NOWHERE { Value::Absent } else { value(chunk, place, bump) };
        let members = Members {
            error: value(self.error),
            code: value(self.code),
            message: value(self.message),
            request_id: value(self.request_id),
        };
        let fields = self.context.iter().map(|&(_, (field, _, _), _, _)| field);
        if profile.fields().is_empty() && profile.by().is_empty() && context::are_distinct(fields) {
            let offers = self.context.iter().map(|&(_, name, _, place)| (name, value(place)));
            let (context, odd) = context::read_each(profile, offers);
            let (record, anomalies) = policy::judge(members, context, &[]);
            return (Line::Record(record), anomalies.union(odd));
        }
        let mut offers = Offers::new(bump);
        let mut level = 0;
        for &(at, name, key, place) in &self.context {
            while level < at {
                offers.descend();
                level += 1;
            }
            let key = str::from_utf8(&chunk[key.start..key.end]).unwrap_or_default();
            offers.known(name, key, value(place));
        }
        let root = Node::at(&chunk[..line.end], line.start);
        let (context, odd) = offers.read(profile, Overrides::of(root, profile, bump));
        let by = context::by(root, profile, bump);
        let (record, anomalies) = policy::judge(members, context, by);
        (Line::Record(record), anomalies.union(odd))
    }
}

/// The value at a place of the chunk. Short strings without escapes, as ids and codes are, take a short way.
fn value<'a>(chunk: &'a [u8], place: usize, bump: &'a Bump) -> Value<'a> {
    if let Some((b'"', text)) =
        chunk.get(place..).and_then(|rest| rest.split_first().map(|(first, rest)| (*first, rest)))
        && let Some(end) = memchr::memchr2(b'"', b'\\', text)
        && text.get(end) == Some(&b'"')
        && let Some(text) = text.get(..end)
    {
        return Value::Str(str::from_utf8(text).unwrap_or_default());
    }
    Node::at(chunk, place).value(bump)
}
