//! Damaged and odd lines whose class and reason follow from how they are made. It never classifies a line by reading it.

use crate::dice::{Dice, Weighted};
use crate::garbage::{NO_ENVELOPE_BARE, NO_ENVELOPE_WRAPPED, TAILS, TEXTS, TOKENS};
use crate::lines::{Factory, Progress};
use crate::odd::Oddities;
use crate::template::Template;
use crate::truth::{Facts, Outcome, Reason, Tally, Verdict};
use crate::wrapper::{Context, ODD_CONTEXTS};

/// Makes damage for one mode.
pub struct Damage {
    shares: Weighted,
    oddities: Oddities,
    no_envelope: Vec<Template>,
    line: Vec<u8>,
    other: Vec<u8>,
}

/// Kinds of damage and how often each comes, of the sum of all.
const KINDS: [(Kind, u64); 19] = [
    (Kind::Torn, 20),
    (Kind::TornInCharacter, 5),
    (Kind::CharacterLosesByte, 5),
    (Kind::StrayByte, 4),
    (Kind::ControlByte, 5),
    (Kind::Interleaved, 5),
    (Kind::Joined, 5),
    (Kind::TrailingText, 3),
    (Kind::BadToken, 5),
    (Kind::Text, 10),
    (Kind::NoEnvelope, 10),
    (Kind::Blank, 4),
    (Kind::CarriageReturn, 3),
    (Kind::NulPadding, 4),
    (Kind::NulsOnly, 1),
    (Kind::ByteOrderMark, 2),
    (Kind::Odd, 12),
    (Kind::TooDeep, 1),
    (Kind::JustNotTooDeep, 1),
];

#[derive(Clone, Copy)]
enum Kind {
    Torn,
    TornInCharacter,
    CharacterLosesByte,
    StrayByte,
    ControlByte,
    Interleaved,
    Joined,
    TrailingText,
    BadToken,
    Text,
    NoEnvelope,
    Blank,
    CarriageReturn,
    NulPadding,
    NulsOnly,
    ByteOrderMark,
    Odd,
    TooDeep,
    JustNotTooDeep,
}

/// The deepest nesting that is not malformed.
const DEPTH_MAX: usize = 1_024;

impl Damage {
    /// Compiles what `factory`'s mode needs and adds the codes of odd lines to it.
    pub fn new(factory: &mut Factory) -> Self {
        let style = factory.style();
        let texts = if factory.wraps() { NO_ENVELOPE_WRAPPED } else { NO_ENVELOPE_BARE };
        Damage {
            shares: Weighted::new(KINDS.map(|(_, share)| share)),
            oddities: Oddities::new(&mut factory.faults, style),
            no_envelope: texts.iter().map(|text| Template::new(text, style)).collect(),
            line: Vec::new(),
            other: Vec::new(),
        }
    }

    /// Appends one line, or two, with LF, and counts them.
    pub fn write(
        &mut self,
        factory: &mut Factory,
        dice: &mut Dice,
        progress: Progress,
        out: &mut Vec<u8>,
        tally: &mut Tally,
    ) {
        self.line.clear();
        let kind = KINDS[self.shares.draw(dice)].0;
        let verdict = match kind {
            Kind::Blank => {
                self.line.extend_from_slice([&b""[..], b" ", b"\t \t", b"\r", b"  \r"][dice.index(5)]);
                Verdict::Blank
            }
            Kind::NulsOnly => {
                self.line.resize(1 + dice.index(4_000), 0);
                tally.anomaly("nul_padding");
                Verdict::Blank
            }
            Kind::Text => {
                let (text, reason) = TEXTS[dice.index(TEXTS.len())];
                self.line.extend_from_slice(text);
                Verdict::Malformed(reason)
            }
            Kind::NoEnvelope => {
                let call = factory.call(dice, progress);
                let template = &self.no_envelope[dice.index(self.no_envelope.len())];
                template.fill(dice, &factory.scene(&call), &mut self.line);
                Verdict::NoEnvelope
            }
            Kind::Odd => self.odd(factory, dice, progress),
            Kind::TooDeep => self.deep(factory, dice, progress, DEPTH_MAX + 1),
            Kind::JustNotTooDeep => self.deep(factory, dice, progress, DEPTH_MAX),
            Kind::CarriageReturn | Kind::NulPadding | Kind::ByteOrderMark => {
                self.dressed(kind, factory, dice, progress, tally)
            }
            Kind::Interleaved => self.interleaved(factory, dice, progress, out, tally),
            _ => self.broken(kind, factory, dice, progress),
        };
        tally.line(&self.line, &verdict);
        out.extend_from_slice(&self.line);
        out.push(b'\n');
    }

    /// A whole line behind or before bytes that do not change its class.
    fn dressed(
        &mut self,
        kind: Kind,
        factory: &mut Factory,
        dice: &mut Dice,
        progress: Progress,
        tally: &mut Tally,
    ) -> Verdict {
        if matches!(kind, Kind::NulPadding) {
            self.line.resize(1 + dice.index(4_000), 0);
            tally.anomaly("nul_padding");
        }
        if matches!(kind, Kind::ByteOrderMark) {
            self.line.extend_from_slice("\u{feff}".as_bytes());
            tally.anomaly("bom");
        }
        let facts = factory.line(dice, progress, &mut self.line);
        if matches!(kind, Kind::CarriageReturn) {
            self.line.push(b'\r');
        }
        Verdict::Record(facts)
    }

    /// A whole line with damage in it.
    fn broken(&mut self, kind: Kind, factory: &mut Factory, dice: &mut Dice, progress: Progress) -> Verdict {
        factory.line(dice, progress, &mut self.line);
        let line = &mut self.line;
        let within_character = pick(dice, line, continuation_bytes);
        let reason = match (kind, within_character) {
            // Of an object, every part that starts at its brace lacks the closing brace, whatever was cut.
            (Kind::TornInCharacter, Some(at)) => {
                line.truncate(at);
                Reason::Truncated
            }
            // Text beyond ASCII stands only in strings; with one byte less its sequence meets a byte that cannot continue it.
            (Kind::CharacterLosesByte, Some(at)) => {
                line.remove(at);
                Reason::Utf8
            }
            (Kind::StrayByte | Kind::CharacterLosesByte, _) => {
                if let Some(at) = pick(dice, line, plain_bytes_in_strings) {
                    line[at] = [0x80, 0xbf, 0xc0, 0xf5, 0xff][dice.index(5)];
                }
                Reason::Utf8
            }
            (Kind::ControlByte, _) => {
                if let Some(at) = pick(dice, line, plain_bytes_in_strings) {
                    line[at] = [0x00, 0x01, b'\t', 0x0b, 0x1b, 0x1f][dice.index(6)];
                }
                Reason::Syntax
            }
            (Kind::Joined, _) => {
                factory.line(dice, progress, line);
                Reason::Trailing
            }
            (Kind::TrailingText, _) => {
                let (tail, reason) = TAILS[dice.index(TAILS.len())];
                line.extend_from_slice(tail);
                reason
            }
            (Kind::BadToken, _) => {
                // The line's own brace is still missing: what follows stands where a comma or a brace belongs.
                line.pop();
                line.extend_from_slice(TOKENS[dice.index(TOKENS.len())]);
                Reason::Syntax
            }
            _ => {
                line.truncate(1 + dice.index(line.len() - 1));
                Reason::Truncated
            }
        };
        Verdict::Malformed(reason)
    }

    /// One writer's line in the midst of another's string: the quote of its first key ends that string, and the key's letter is
    /// nothing that may follow a string. The rest of the outer line begins with a letter that begins no value. The first of the
    /// two lines is counted and written here, the second is left to the caller.
    fn interleaved(
        &mut self,
        factory: &mut Factory,
        dice: &mut Dice,
        progress: Progress,
        out: &mut Vec<u8>,
        tally: &mut Tally,
    ) -> Verdict {
        factory.line(dice, progress, &mut self.line);
        self.other.clear();
        factory.line(dice, progress, &mut self.other);
        let begins_no_value = |byte: u8| byte.is_ascii_alphabetic() && !matches!(byte, b't' | b'f' | b'n');
        let all = plain_bytes_in_strings(&self.line);
        let cuts: Vec<usize> = all.into_iter().filter(|at| begins_no_value(self.line[*at])).collect();
        // A line has the key `Response`, so there is a cut.
        let cut = cuts[dice.index(cuts.len())];
        tally.line(&[], &Verdict::Malformed(Reason::Syntax));
        out.extend_from_slice(&self.line[..cut]);
        out.extend_from_slice(&self.other);
        out.push(b'\n');
        self.line.drain(..cut);
        Verdict::Malformed(Reason::Syntax)
    }

    /// A valid envelope that is unusual, or in wrapped logs an unusual context around it.
    fn odd(&mut self, factory: &mut Factory, dice: &mut Dice, progress: Progress) -> Verdict {
        let oddity = self.oddities.draw(dice);
        let context = if dice.below(2) == 0 { Context::Usual } else { ODD_CONTEXTS[dice.index(ODD_CONTEXTS.len())] };
        let mut call = factory.call(dice, progress);
        call.failed = oddity.outcome() != Outcome::Ok;
        let mut facts = Facts::new(oddity.outcome());
        factory.open_wrapper(dice, &call, context, &mut facts, &mut self.line);
        let scene = factory.scene(&call);
        oddity.write(dice, &scene, &mut facts, &mut self.line);
        if factory.wraps() {
            self.line.push(b'}');
        }
        Verdict::Record(facts)
    }

    /// A line with `levels` nested brackets.
    fn deep(&mut self, factory: &mut Factory, dice: &mut Dice, progress: Progress, levels: usize) -> Verdict {
        let mut facts = Facts::new(Outcome::Ok);
        let call = crate::lines::Call { failed: false, of_incident: false, ..factory.call(dice, progress) };
        factory.open_wrapper(dice, &call, Context::Usual, &mut facts, &mut self.line);
        self.line.extend_from_slice(br#"{"Response":{"Data":"#);
        let above = if factory.wraps() { 3 } else { 2 };
        self.line.resize(self.line.len() + levels - above, b'[');
        self.line.resize(self.line.len() + levels - above, b']');
        self.line.extend_from_slice(b"}}");
        if factory.wraps() {
            self.line.push(b'}');
        }
        if levels > DEPTH_MAX { Verdict::Malformed(Reason::Depth) } else { Verdict::Record(facts) }
    }
}

fn pick(dice: &mut Dice, line: &[u8], places: impl Fn(&[u8]) -> Vec<usize>) -> Option<usize> {
    let places = places(line);
    (!places.is_empty()).then(|| places[dice.index(places.len())])
}

fn continuation_bytes(line: &[u8]) -> Vec<usize> {
    (0..line.len()).filter(|at| line[*at] & 0xc0 == 0x80).collect()
}

/// Places of ASCII bytes inside strings of a valid line that are no part of an escape.
fn plain_bytes_in_strings(line: &[u8]) -> Vec<usize> {
    let (mut places, mut in_string, mut at) = (Vec::new(), false, 0);
    while at < line.len() {
        match line[at] {
            b'"' => in_string = !in_string,
            b'\\' => at += if line[at + 1] == b'u' { 5 } else { 1 },
            byte if in_string && byte.is_ascii() => places.push(at),
            _ => {}
        }
        at += 1;
    }
    places
}
