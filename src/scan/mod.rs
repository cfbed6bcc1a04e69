//! Lines become records: three scanners, one policy. `reference` says what SPEC 2 says and decides every line; `full`
//! parses with simd-json; `fast` reads blocks of 64 bytes. Each may decline a line, none may disagree.

mod asked;
mod cloudaudit;
mod context;
mod fast;
mod field_set;
mod find;
mod forms;
mod full;
mod grammar;
pub mod id_set;
mod json;
mod layers;
pub mod lookup;
mod plain_context;
mod policy;
mod prose;
mod reference;
mod scanned;
pub mod sieve;
mod simd;
pub mod text;
mod whole;

use std::sync::Arc;

use bumpalo::Bump;

pub use cloudaudit::begins_page;
pub use fast::Span;
use fast::{Guess, Sight};
pub use grammar::{Space, value_end};
pub use policy::is_request_id;
pub use scanned::{Scanned, strip};
pub use simd::Tier;
use text::{Needles, Words};

use crate::input::budget::{LARGE_BYTES, MAPPED_BYTES};
use crate::profile::{Pointer, Profile};
use crate::record::{Form, Line, Reason, Record};
use json::Node;

/// Which scanner gets a line first; what it declines goes on to the slower ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScannerKind {
    /// The block scanner in some tier.
    Fast(Tier),
    /// simd-json.
    Full,
    /// The reference, which declines nothing.
    Reference,
}

/// How many lines each scanner decided; blank and oversize lines need none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// Lines that the block scanner decided.
    pub fast: u64,
    /// Lines that simd-json decided.
    pub full: u64,
    /// Lines that the reference decided.
    pub reference: u64,
}

impl Decided {
    /// Adds what another scanner decided.
    pub const fn add(&mut self, other: Self) {
        let Self { fast, full, reference } = other;
        self.fast += fast;
        self.full += full;
        self.reference += reference;
    }
}

/// What a line that is longer takes of memory is not kept for the next one, in bytes.
const LONG_LINE_BYTES: usize = 1024 * 1024;

/// Turns chunks of one input into lines. It keeps buffers, so a thread keeps one for each profile.
pub struct Scanner {
    profile: Arc<Profile>,
    line_bytes_max: usize,
    /// The block scanner, when lines go to it first.
    fast: Option<fast::Fast>,
    slow: Slow,
    bump: Bump,
}

/// What decides the lines that the block scanner declines.
struct Slow {
    profile: Arc<Profile>,
    line_bytes_max: usize,
    full: Option<full::Full>,
    /// Whether the last line that the block scanner took for spoilt was malformed. The reference names the reason then, so
    /// it gets the next such line first.
    spoilt_was_malformed: bool,
    /// Where the block scanner looked first for envelopes, as the last slow line said.
    guess: Guess,
    decided: Decided,
}

impl Scanner {
    /// A scanner for inputs of a profile. Lines whose text is longer than `line_bytes_max` bytes are `oversize`.
    #[must_use]
    pub fn new(profile: Arc<Profile>, line_bytes_max: usize, way: ScannerKind) -> Self {
        let full = (way != ScannerKind::Reference).then(full::Full::default);
        Self {
            line_bytes_max,
            fast: match way {
                ScannerKind::Fast(tier) if profile.forms().contains(Form::Envelope) && !profile.is_cloudaudit() => {
                    Some(fast::Fast::new(tier, &profile))
                }
                ScannerKind::Fast(_) | ScannerKind::Full | ScannerKind::Reference => None,
            },
            slow: Slow {
                profile: Arc::clone(&profile),
                line_bytes_max,
                full,
                spoilt_was_malformed: false,
                guess: Guess::default(),
                decided: Decided::default(),
            },
            bump: Bump::new(),
            profile,
        }
    }

    /// How many lines each scanner decided so far.
    #[must_use]
    pub const fn decided(&self) -> Decided {
        self.slow.decided
    }

    /// Scans a chunk that begins at the start of a line, which is the input's first when `first` is set. `each` gets
    /// every line in order; what stands behind the last LF is a line too. Gives the number of LF, counted apart from
    /// the lines, so that the two can be held against each other.
    pub fn chunk(&mut self, chunk: &[u8], first: bool, mut each: impl FnMut(Span, &Scanned<'_>)) -> usize {
        let Self { profile, line_bytes_max, fast, slow, bump } = self;
        let mut needles = Needles::new(chunk);
        // A line of a part of the chunk that begins at a place.
        let mut one = |at: usize, own: Span, sight: Sight<'_>| {
            let span = Span { start: at + own.start, end: at + own.end };
            reset(bump, span.end - span.start);
            if let Sight::Clear(hit) = sight
                && span.end - span.start <= *line_bytes_max
            {
                slow.decided.fast += 1;
                each(span, &hit.record(profile, bump));
                return None;
            }
            let is_first = first && span.start == 0;
            let is_spoilt = matches!(sight, Sight::Spoilt);
            let words = needles.words(span.start, span.end);
            let text = &chunk[span.start..span.end];
            // An object that names nothing of calls holds no response.
            if matches!(sight, Sight::Sound)
                && !words.may_hold
                && text.len() <= *line_bytes_max
                && text.first() == Some(&b'{')
                && !fast::has_unicode_escape(text)
            {
                slow.decided.fast += 1;
                each(span, &Scanned::of(Line::NoEnvelope));
                return None;
            }
            let line = Own { text, space: Space::Line, words };
            let scanned = slow.line(line, is_first, is_spoilt, bump);
            each(span, &scanned);
            slow.other_place(text, &scanned, bump)
        };
        // The block scanner counts places in 32 bits.
        let is_short = u32::try_from(chunk.len()).is_ok();
        let mut fast = fast.as_mut().filter(|_| is_short);
        if let Some(fast) = fast.as_mut().filter(|_| !is_prose(chunk)) {
            return fast.chunk(chunk, &mut |span, sight| one(0, span, sight));
        }
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', chunk).chain([chunk.len()]) {
            match (&mut fast, chunk.get(start..=end)) {
                (Some(fast), Some(line @ [b'{', ..])) => {
                    fast.chunk(line, &mut |own, sight| one(start, own, sight));
                }
                _ if end > start || end < chunk.len() => drop(one(0, Span { start, end }, Sight::Unclear)),
                _ => {}
            }
            start = end + 1;
        }
        memchr::memchr_iter(b'\n', chunk).count()
    }

    /// Drops the memory that a long line took, and that the next one would take again.
    pub fn forget_long_line(&mut self) {
        if self.bump.allocated_bytes() > LONG_LINE_BYTES {
            self.bump = Bump::new();
        }
    }

    /// Scans one line, without its LF; it is the input's first when `first` is set.
    pub fn line<'a>(&'a mut self, line: &'a [u8], first: bool) -> Scanned<'a> {
        reset(&mut self.bump, line.len());
        let line = Own { text: line, space: Space::Line, words: Words::of(line) };
        self.slow.line(line, first, false, &self.bump)
    }

    /// The values that count as lines in a value of a stream, with their places: the events of a page, else the value.
    pub fn parts<'v>(&self, value: &'v [u8]) -> impl Iterator<Item = (usize, &'v [u8])> + use<'v> {
        let is_page = self.profile.is_cloudaudit();
        let alone = (!is_page).then_some((0, value));
        alone.into_iter().chain(is_page.then(|| cloudaudit::parts(value)).into_iter().flatten())
    }

    /// Scans one value of a stream of values, in which a line feed is white space.
    pub fn value<'a>(&'a mut self, value: &'a [u8]) -> Scanned<'a> {
        reset(&mut self.bump, value.len());
        let value = Own { text: value, space: Space::Text, words: Words::of(value) };
        self.slow.line(value, true, false, &self.bump)
    }
}

/// A line or a value as it stands.
#[derive(Clone, Copy)]
struct Own<'a> {
    text: &'a [u8],
    space: Space,
    words: Words,
}

/// The share of lines that begin with an object below which the block scanner is of no use for all of them.
const OBJECTS_SHARE: usize = 4;
/// How much of a chunk is looked at for that, in bytes.
const SAMPLE_BYTES: usize = 16 * 1024;

/// Whether few lines of a chunk are objects: then the tokens of the others are not worth finding. It is a guess that changes
/// no line.
fn is_prose(chunk: &[u8]) -> bool {
    if chunk.first() == Some(&b'{') {
        return false;
    }
    let chunk = chunk.get(..SAMPLE_BYTES).unwrap_or(chunk);
    let (mut lines, mut objects) = (1, 0);
    for end in memchr::memchr_iter(b'\n', chunk) {
        lines += 1;
        objects += usize::from(chunk.get(end + 1) == Some(&b'{'));
    }
    objects * OBJECTS_SHARE < lines
}

/// Makes room for a line of so many bytes.
fn reset(bump: &mut Bump, line_bytes: usize) {
    bump.reset();
    if line_bytes > LARGE_BYTES && bump.chunk_capacity() < line_bytes {
        *bump = Bump::with_capacity(line_bytes.max(MAPPED_BYTES));
    }
}

impl Slow {
    /// Where the block scanner should look for the next responses, when a line that it declined has one.
    fn other_place(&mut self, line: &[u8], scanned: &Scanned<'_>, bump: &Bump) -> Option<Box<Guess>> {
        let Line::Record(Record { form, pointer: Some(pointer), .. }) = scanned.line else { return None };
        let Guess { pointer: known, layers, is_unwrapped } = &self.guess;
        if form == Form::Envelope && *pointer == *known.as_str() && layers.is_empty() && !is_unwrapped {
            return None;
        }
        let pointer = Pointer::parse(pointer).ok()?;
        let layers = match form {
            Form::Envelope => Vec::new(),
            Form::Layered | Form::Unwrapped => {
                layers::members_to_layers(Node::root(strip(line, true).0), &pointer, bump)?
            }
            Form::ErrorObject | Form::SdkError | Form::Embedded => return None,
        };
        // Places outside of requests go before those inside, so that such a line has to be looked through.
        if find::leads_into_request(pointer.members().iter().map(String::as_str)) {
            return None;
        }
        let guess = Guess { pointer, layers, is_unwrapped: form == Form::Unwrapped };
        if guess == self.guess {
            return None;
        }
        self.guess.clone_from(&guess);
        Some(Box::new(guess))
    }

    fn line<'a>(&mut self, line: Own<'a>, first: bool, is_spoilt: bool, bump: &'a Bump) -> Scanned<'a> {
        let Own { text, space, words: Words { may_hold, is_silent } } = line;
        let (text, anomalies) = strip(text, first);
        if text.len() > self.line_bytes_max {
            return Scanned { anomalies, ..Scanned::malformed(Reason::Oversize) };
        }
        if text.iter().all(|&byte| space.has(byte)) {
            return Scanned { anomalies, ..Scanned::of(Line::Blank) };
        }
        if !may_hold && self.profile.reads_text() && !grammar::may_be_value(text, space) {
            self.decided.reference += 1;
            return Scanned { anomalies, is_silent, ..Scanned::of(Line::Text) };
        }
        let may_be_json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'[' | b'"'));
        let full = self.full.as_mut().filter(|_| may_be_json && !(is_spoilt && self.spoilt_was_malformed));
        let decided = full.and_then(|full| full.scan(text, space, &self.profile, bump));
        if decided.is_some() {
            self.decided.full += 1;
        } else {
            self.decided.reference += 1;
        }
        let scanned = decided.unwrap_or_else(|| reference::scan(text, space, may_hold, &self.profile, bump));
        if is_spoilt {
            self.spoilt_was_malformed = matches!(scanned.line, Line::Malformed(_));
        }
        Scanned { anomalies: anomalies.union(scanned.anomalies), ..scanned }
    }
}
