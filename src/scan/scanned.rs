//! What a scanner says of a line, and what belongs to a line and not to its text. It decides nothing.

use crate::record::{Anomalies, Anomaly, Doubts, Line, Reason};

/// What a line is, and what is odd about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scanned<'a> {
    /// The line's class, with the record when it is one.
    pub line: Line<'a>,
    /// Anomalies of the line and of the record.
    pub anomalies: Anomalies,
    /// What makes the line doubtful.
    pub doubts: Doubts,
    /// Whether it is a text that is known to say nothing of calls, by itself or beside other lines.
    pub is_silent: bool,
}

impl<'a> Scanned<'a> {
    /// A line with nothing odd about it.
    #[must_use]
    pub const fn of(line: Line<'a>) -> Self {
        Self { line, anomalies: Anomalies::NONE, doubts: Doubts::NONE, is_silent: false }
    }

    /// A line that is malformed for this reason.
    #[must_use]
    pub const fn malformed(reason: Reason) -> Self {
        Self::of(Line::Malformed(reason))
    }
}

/// What a line holds without one CR at its end, NUL bytes and one byte order mark at its start (SPEC 2, a to c).
pub fn strip(line: &[u8], first: bool) -> (&[u8], Anomalies) {
    let mut anomalies = Anomalies::NONE;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let padding = line.iter().take_while(|&&byte| byte == 0).count();
    if padding > 0 {
        anomalies.insert(Anomaly::NulPadding);
    }
    let text = &line[padding..];
    let Some(text) = text.strip_prefix(b"\xef\xbb\xbf") else { return (text, anomalies) };
    if !first {
        anomalies.insert(Anomaly::Bom);
    }
    (text, anomalies)
}
