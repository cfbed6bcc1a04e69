//! `{"Response":{…}}`: sizes, the order of members, ids. It knows neither wrappers nor why a call failed.

use std::ops::Range;

use crate::catalogue::lists;
use crate::dice::Dice;
use crate::faults::Fault;
use crate::lines::Mode;
use crate::payload::{Flavour, Payloads, Walk};
use crate::template::{Scene, Style, push_number, push_uuid};

/// Writes envelopes of one mode.
pub struct Envelopes {
    mode: Mode,
    payloads: Payloads,
    comma: &'static [u8],
    colon: &'static [u8],
    id_member: Vec<u8>,
}

/// Where the id stands among the members.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Only,
    First,
    Middle,
    Last,
}

/// A line of the short mode, with its LF.
const SHORT_BYTES: usize = 126;
/// A bare line that holds nothing but a UUID, with its LF.
const ONLY_ID_BYTES: u64 = 66;
const LARGE_BYTES_MIN: u64 = 64 << 10;
const LARGE_OCTAVES: u64 = 5;

/// Lines in 10,000, and the bytes with LF that so many of the documented lines do not exceed. The first row has only the id.
const DOCUMENTED_BYTES: [(u64, u64); 18] = [
    (2_660, ONLY_ID_BYTES),
    (3_000, 80),
    (4_000, 97),
    (5_000, 126),
    (6_000, 191),
    (7_000, 292),
    (7_500, 357),
    (8_000, 447),
    (8_500, 568),
    (9_000, 790),
    (9_500, 1_346),
    (9_700, 1_900),
    (9_800, 2_456),
    (9_900, 4_220),
    (9_950, 6_663),
    (9_990, 18_152),
    (9_999, 35_754),
    (10_000, 62_000),
];

impl Envelopes {
    /// Compiles what the mode needs.
    pub fn new(mode: Mode, style: Style) -> Self {
        let flavour = match mode {
            Mode::Nonascii => Flavour::NonAscii,
            Mode::Escapes => Flavour::Escapes,
            _ => Flavour::Documented,
        };
        Envelopes {
            mode,
            payloads: Payloads::new(flavour, style),
            comma: style.comma(),
            colon: style.colon(),
            id_member: Vec::new(),
        }
    }

    /// Appends an envelope; with an `error`, its code and fault. Returns where the id stands, `None` if it counts as missing.
    /// `action` decides what lists hold; a short line is measured from `line_start`.
    pub fn write(
        &mut self,
        dice: &mut Dice,
        scene: &Scene<'_>,
        action: usize,
        error: Option<(&str, &Fault)>,
        line_start: usize,
        out: &mut Vec<u8>,
    ) -> Option<Range<usize>> {
        let id_in_member = self.draw_id(dice);
        self.key(out, b"{", "Response");
        out.push(b'{');
        let member_start = match (error, self.mode) {
            (error, Mode::Short) => self.short(dice, error, line_start, out),
            (Some((code, fault)), _) => self.failure(dice, scene, action, code, fault, out),
            (None, _) => self.success(dice, scene, action, out),
        };
        out.extend_from_slice(b"}}");
        id_in_member.map(|at| member_start + at.start..member_start + at.end)
    }

    fn success(&self, dice: &mut Dice, scene: &Scene<'_>, action: usize, out: &mut Vec<u8>) -> usize {
        let (place, bytes) = match self.mode {
            Mode::Large => {
                let least = LARGE_BYTES_MIN << dice.below(LARGE_OCTAVES);
                (Place::Last, least + dice.below(least))
            }
            Mode::Wrapped if !lists(scene.action) => match dice.below(10) {
                0..5 => (Place::Only, 0),
                _ => (Place::Last, ONLY_ID_BYTES + 16 + dice.below(90)),
            },
            _ => documented_size(dice),
        };
        // A response without an id yields to a whole one that its payload may quote, so it gets no payload.
        let is_alone = place == Place::Only || self.id_member.is_empty();
        let place = if is_alone { Place::Only } else { draw_place(dice) };
        let room = bytes.saturating_sub(ONLY_ID_BYTES + 1) as usize;
        let mut walk = match self.mode {
            Mode::Wrapped => self.payloads.walk_of(dice, action),
            _ => self.payloads.walk(dice),
        };
        match place {
            Place::Only => self.id(out),
            Place::First => {
                let at = self.id(out);
                self.separate(out);
                self.payloads.members(dice, scene, &mut walk, room, out);
                at
            }
            Place::Middle => {
                self.payloads.members(dice, scene, &mut walk, room / 2, out);
                self.separate(out);
                let at = self.id(out);
                out.extend_from_slice(self.comma);
                self.payloads.members(dice, scene, &mut walk, room / 2, out);
                at
            }
            Place::Last => {
                self.payloads.members(dice, scene, &mut walk, room, out);
                self.separate(out);
                self.id(out)
            }
        }
    }

    fn failure(
        &self,
        dice: &mut Dice,
        scene: &Scene<'_>,
        action: usize,
        code: &str,
        fault: &Fault,
        out: &mut Vec<u8>,
    ) -> usize {
        let write_error = |dice: &mut Dice, out: &mut Vec<u8>| {
            self.error_up_to_message(code, out);
            fault.message(dice).fill(dice, scene, out);
            out.extend_from_slice(b"\"}");
        };
        match dice.below(100) {
            0..7 => {
                let at = self.id(out);
                self.separate(out);
                write_error(dice, out);
                at
            }
            7..10 => {
                // A partial answer beside the error.
                let mut walk: Walk = self.payloads.walk_of(dice, action);
                let bytes = if self.mode == Mode::Large { LARGE_BYTES_MIN as usize } else { 40 };
                self.payloads.members(dice, scene, &mut walk, bytes, out);
                out.extend_from_slice(self.comma);
                write_error(dice, out);
                self.separate(out);
                self.id(out)
            }
            _ => {
                write_error(dice, out);
                self.separate(out);
                self.id(out)
            }
        }
    }

    /// A line of a fixed length: the last text is as long as needed.
    fn short(&self, dice: &mut Dice, error: Option<(&str, &Fault)>, line_start: usize, out: &mut Vec<u8>) -> usize {
        const CLOSING_BYTES: usize = "}}\n".len();
        let id_first = dice.below(10) < 3;
        let mut id_at = out.len();
        if id_first {
            id_at = self.id(out);
            self.separate(out);
        }
        let (tail, tail_bytes): (&[u8], usize) = match error {
            Some((code, _)) => {
                self.error_up_to_message(code, out);
                (b"\"}", 2)
            }
            None => {
                if dice.below(2) == 0 {
                    self.key(out, b"", "TotalCount");
                    push_number(out, dice.below(100));
                    out.extend_from_slice(self.comma);
                }
                self.key(out, b"", ["Data", "Status", "InstanceId", "Result"][dice.index(4)]);
                out.push(b'"');
                (b"\"", 1)
            }
        };
        let id_bytes = if id_first || self.id_member.is_empty() { 0 } else { self.comma.len() + self.id_member.len() };
        let used = out.len() - line_start + tail_bytes + id_bytes + CLOSING_BYTES;
        assert!(used <= SHORT_BYTES, "a short line has no room for its code and id");
        let from = dice.index(FILLER.len() - SHORT_BYTES);
        out.extend_from_slice(&FILLER[from..from + SHORT_BYTES - used]);
        out.extend_from_slice(tail);
        if !id_first {
            self.separate(out);
            id_at = self.id(out);
        }
        id_at
    }

    fn error_up_to_message(&self, code: &str, out: &mut Vec<u8>) {
        self.key(out, b"", "Error");
        self.key(out, b"{", "Code");
        out.push(b'"');
        out.extend_from_slice(code.as_bytes());
        out.push(b'"');
        self.key(out, self.comma, "Message");
        out.push(b'"');
    }

    fn key(&self, out: &mut Vec<u8>, before: &[u8], name: &str) {
        for piece in [before, b"\"", name.as_bytes(), b"\"", self.colon] {
            out.extend_from_slice(piece);
        }
    }

    /// Appends the id's member, if there is one, and returns where it starts.
    fn id(&self, out: &mut Vec<u8>) -> usize {
        let at = out.len();
        out.extend_from_slice(&self.id_member);
        at
    }

    /// Appends a comma if the id's member is there to need one.
    fn separate(&self, out: &mut Vec<u8>) {
        if !self.id_member.is_empty() {
            out.extend_from_slice(self.comma);
        }
    }

    /// Writes the next id's member aside; where in it the id stands, `None` if it counts as missing. In logs without
    /// a wrapper 18 % of the ids are no lower-case UUIDs, as in the documented samples; a gateway's log has few of them.
    fn draw_id(&mut self, dice: &mut Dice) -> Option<Range<usize>> {
        let mut member = std::mem::take(&mut self.id_member);
        member.clear();
        self.key(&mut member, b"", "RequestId");
        member.push(b'"');
        let start = member.len();
        let strange_per_million = if self.mode == Mode::Wrapped { 4_000 } else { 180_000 };
        let kind = if dice.chance(strange_per_million) { dice.below(100) } else { 100 };
        let (high, low) = (dice.unique(), dice.bits());
        push_uuid(&mut member, high, low);
        let mut counts = true;
        match kind {
            0..38 => member[start..].make_ascii_uppercase(),
            38..66 => member.retain(|byte| *byte != b'-'),
            66..78 => {
                member.truncate(start);
                push_number(&mut member, high);
            }
            78..90 => {
                member.truncate(start);
                push_base62(&mut member, high);
                push_base62(&mut member, low);
            }
            90..95 => {
                member[start + 19..start + 23].copy_from_slice(b"****");
                counts = false;
            }
            95..97 => {
                member.truncate(start);
                member.extend_from_slice([&b""[..], b"None", b"null", b"nil", b"abc"][dice.index(5)]);
                counts = false;
            }
            97..100 => {
                member.clear();
                counts = false;
            }
            _ => {}
        }
        let end = member.len();
        if !member.is_empty() {
            member.push(b'"');
        }
        self.id_member = member;
        counts.then_some(start..end)
    }
}

/// Text for short lines: ASCII that needs no escape.
const FILLER: &[u8] = b"the instance ins-4f81a0 is attached to disk-77c2d9 in zone ap-guangzhou-6 and waits for the next snapshot of cluster cls-0a9be1 before backend 10.20.30.40:8080 is added to listener lbl-5521fe with weight 10 and health check /status every 5 seconds under policy default of project 1024";

/// A place and a size in bytes from the documented distribution.
fn documented_size(dice: &mut Dice) -> (Place, u64) {
    let draw = dice.below(10_000_000);
    if draw < DOCUMENTED_BYTES[0].0 * 1_000 {
        return (Place::Only, 0);
    }
    let at = DOCUMENTED_BYTES.partition_point(|(share, _)| share * 1_000 <= draw).min(DOCUMENTED_BYTES.len() - 1);
    let ((low_share, low), (high_share, high)) = (DOCUMENTED_BYTES[at - 1], DOCUMENTED_BYTES[at]);
    let bytes = low + (high - low) * (draw - low_share * 1_000) / ((high_share - low_share) * 1_000);
    (Place::Last, bytes)
}

/// First 17, in the middle 10, last 47 of 100 documented lines.
fn draw_place(dice: &mut Dice) -> Place {
    match dice.below(74) {
        0..17 => Place::First,
        17..27 => Place::Middle,
        _ => Place::Last,
    }
}

/// Appends eleven digits, enough for 64 bits.
fn push_base62(out: &mut Vec<u8>, mut value: u64) {
    for _ in 0..11 {
        out.push(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[(value % 62) as usize]);
        value /= 62;
    }
}
