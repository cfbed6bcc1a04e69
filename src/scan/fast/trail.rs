//! The way from the root of a sound line to its error: which members count, and where their values stand. It reads the
//! tokens and the keys of the objects on the way; of the response object it is offered the keys that may count.
//!
//! Where the envelope is, is a guess from the line before. A line in which another place may hold one is declined, so the
//! guess decides who reads a line and never what it says.

use super::elsewhere::{is_best_though_weak, may_hold_response, names_one_id_only};
use super::found::{Found, Way, is_key, skip_space};
use super::guess::Guess;
use super::keys::{KEYS_MAX, Key, Meaning, Word};
use super::line::{Cursor, Line};
use super::span::{NOWHERE, Span};
use super::unwrapped;
use crate::profile::names;
use crate::record::Form;
use crate::scan::forms;
use crate::scan::simd::{COMMA, KEY, OPEN_ARRAY, OPEN_OBJECT, STRING, plain_end, scalar_end};

/// The way from the root to the response object or to the string that holds it, and what was found on it in the present line.
#[derive(Debug)]
pub struct Trail {
    /// Where it leads.
    pub guess: Guess,
    /// Whether the way is the only one (`--envelope`), and no guess.
    is_given: bool,
    /// Whether it is one through the text of a string, around which other places may be.
    is_inner: bool,
    /// What the keys around the response object mean, by their place among those of the line.
    memo: Vec<Key>,
    /// How many of those keys the present line had so far.
    keys: usize,
    /// The members of the root that `--by` and `--field` ask for; none where one of them asks for something else.
    asked: Vec<Vec<u8>>,
    /// What was found so far.
    pub found: Found,
    /// Whether it leads to a string, whose text goes on.
    leads_to_text: bool,
}

/// Where a trail ends in a line.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// At a response, and all that decides the line is found.
    Response,
    /// At a string that holds the response; what stands between its quotes.
    Text(Span),
    /// Somewhere else.
    Nowhere,
}

/// What a trail leads to in a line.
#[derive(Clone, Copy)]
struct Goal {
    /// The first and the last token of the value: those that open and close a response object, or that of a string.
    tokens: (usize, usize),
    /// The place of the member's key, and that of the end of the value.
    outside: (usize, usize),
    /// What stands between the quotes of a string.
    text: Span,
}

/// What stands in front of a bare response object.
const BARE: [&[u8]; 2] = [b"{\"Response\":{", b"{\"Response\": {"];

impl Trail {
    /// The way of a guess. Members of the root are asked for by these names.
    pub fn new(guess: &Guess, is_given: bool, asked: &[Vec<u8>], is_inner: bool) -> Self {
        let (members, inner) = guess.at_first_layer();
        let is_envelope = inner.is_none() && !guess.is_unwrapped;
        let last = is_envelope.then_some("Response");
        let path = members.iter().map(String::as_str).chain(last).map(|name| name.as_bytes().to_vec()).collect();
        let form = match guess {
            Guess { is_unwrapped: true, .. } => Form::Unwrapped,
            Guess { layers, .. } if layers.is_empty() => Form::Envelope,
            Guess { .. } => Form::Layered,
        };
        let mut found = Found::nothing(Way { form, pointer: guess.pointer.as_str().to_owned(), path });
        // What leads to the response is not passed by.
        if !asked.iter().any(|name| found.way.path.first() == Some(name)) {
            found.asked.resize(asked.len(), NOWHERE);
        }
        let (leads_to_text, guess, asked) = (inner.is_some(), guess.clone(), asked.to_vec());
        Self { guess, is_given, is_inner, memo: Vec::new(), keys: 0, asked, found, leads_to_text }
    }

    fn begin(&mut self) {
        self.keys = 0;
        self.found.begin();
    }

    /// Follows the way through a sound line.
    #[inline(always)]
    pub fn follow(&mut self, line: &Line<'_>) -> End {
        self.begin();
        if self.leads_to_text {
            return self.text(line).map_or(End::Nowhere, End::Text);
        }
        let is_decided = if self.guess.is_unwrapped { self.is_unwrapped(line) } else { self.is_decided(line) };
        if is_decided { End::Response } else { End::Nowhere }
    }

    /// Whether the way leads to a response object, and the line can be decided here.
    #[inline(always)]
    fn is_decided(&mut self, line: &Line<'_>) -> bool {
        let text = line.chunk.get(line.span.start..line.span.end).unwrap_or_default();
        if line.is_lone
            && self.found.way.path.len() == 1
            && let Some(start) = BARE.iter().find(|start| text.starts_with(start))
        {
            let inside = line.span.start + start.len();
            let key = line.key_places().next();
            let is_decided = match line.key_count() {
                0 => self.is_given || (!self.is_inner && is_best_though_weak(text)),
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
            let Goal { tokens, outside, .. } = self.members(line, first)?;
            // One at the root goes before all others.
            let is_elsewhere = self.found.way.path.len() > 1 && self.is_elsewhere(line, outside);
            (!is_elsewhere).then_some(tokens)
        });
        response.is_some_and(|(open, close)| self.response(line, open + 1, close))
    }

    /// Whether the way leads to a response object without its envelope, and nothing in the line goes before it.
    #[inline(never)]
    fn is_unwrapped(&mut self, line: &Line<'_>) -> bool {
        let first = line.tokens.token_at(line.span.start);
        if line.code(first) != OPEN_OBJECT || !self.is_alone(line) {
            return false;
        }
        let tokens = match self.found.way.path.is_empty() {
            true => line.close_of(first).map(|close| (first, close)),
            false => self.members(line, first).map(|goal| goal.tokens),
        };
        let id = tokens.and_then(|tokens| unwrapped::id(line, tokens));
        self.found.request_id = id.unwrap_or(NOWHERE);
        id.is_some()
    }

    /// Whether no other place of a line can hold a response than the one without an envelope to which the way leads.
    fn is_alone(&self, line: &Line<'_>) -> bool {
        self.is_inner || line.chunk.get(line.span.start..line.span.end).is_some_and(names_one_id_only)
    }

    /// The text of the string at the end of the way.
    fn text(&mut self, line: &Line<'_>) -> Option<Span> {
        let first = line.tokens.token_at(line.span.start);
        if line.code(first) != OPEN_OBJECT {
            return None;
        }
        if self.guess.is_unwrapped && !self.is_alone(line) {
            return None;
        }
        let Goal { outside, text, .. } = self.members(line, first)?;
        // Only objects are read on, and what others hold is looked for elsewhere.
        let is_object = line.chunk.get(text.start) == Some(&b'{');
        (is_object && !self.is_elsewhere(line, outside)).then_some(text)
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
                    if level == found.way.path.len() {
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

    /// The members on the way to the response object or the string that holds it, and where that stands.
    fn members(&mut self, line: &Line<'_>, first: usize) -> Option<Goal> {
        let mut cursor = Cursor::new(line);
        let mut goal = None;
        let (mut level, mut seen) = (0_usize, 0_u64);
        let mut token = first + 1;
        loop {
            let code = line.code(token);
            if code != KEY {
                // The object closes.
                let Some(outer) = level.checked_sub(1) else { return goal };
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
                let is_context = context.name.is_some() || context.side.is_some();
                self.found.has_nested_context |= is_context && matches!(line.chunk.get(value), Some(b'{' | b'['));
                self.found.context.extend(context.name.map(|name| (name, value)));
                if asked != 0 {
                    self.found.ask(asked, value);
                }
            }
            token += 1;
            let code = line.code(token);
            if is_on_way && code == OPEN_OBJECT && level + 1 < self.found.way.path.len() {
                level += 1;
                token += 1;
                continue;
            }
            let last = if matches!(code, OPEN_OBJECT | OPEN_ARRAY) { line.close_of(token)? } else { token };
            if is_on_way {
                let is_it = code == if self.leads_to_text { STRING } else { OPEN_OBJECT };
                if !is_it || level + 1 < self.found.way.path.len() {
                    return None;
                }
                let end = cursor.place(last);
                goal = Some(Goal {
                    tokens: (token, last),
                    outside: (key.start, end),
                    text: Span { start: value + 1, end },
                });
            }
            token = last + 1;
            if line.code(token) == COMMA {
                token += 1;
            }
        }
    }

    /// Whether another place of a line may hold an envelope that goes before the one between these places, which are those
    /// of its key and its end.
    fn is_elsewhere(&self, line: &Line<'_>, (key, end): (usize, usize)) -> bool {
        let text = |from: usize, to: usize| line.chunk.get(from..to).unwrap_or_default();
        !self.is_given && (may_hold_response(text(line.span.start, key)) || may_hold_response(text(end, line.span.end)))
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
        let on_way = self.found.way.path.get(level).is_some_and(|name| text == name);
        // Those around tell whose response it is.
        if self.guess.is_unwrapped && forms::is_of_an_error(text) {
            return None;
        }
        let asks =
            |numbers: u64, (number, name): (usize, &Vec<u8>)| numbers | u64::from(level == 0 && text == name) << number;
        let asked = self.asked.iter().enumerate().fold(0, asks);
        let meaning = if on_way { Meaning::OnWay } else { Meaning::Context(names::meaning_of(text), asked) };
        if let Some(word) = Word::of(chunk, key)
            && self.keys < KEYS_MAX
        {
            let memo = Key { word, level, meaning };
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
            || self.found.way.path.len() == 1
                && line
                    .chunk
                    .get(line.span.start..line.span.end)
                    .is_some_and(|text| !self.is_inner && is_best_though_weak(text))
    }
}
