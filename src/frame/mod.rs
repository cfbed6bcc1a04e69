//! What collectors write around a line of a program, undone (SPEC 5, "Framing"): one line at a time, by its own bytes. It
//! keeps nothing from line to line, joins no pieces, and does not know what a response is.
//!
//! A frame is taken off only when the line has all of it, so that what a program wrote is not taken for one. Everything
//! here takes time linear in the line.

mod ansi;
mod cri;
mod docker;
mod journald;
mod json;
mod prefix;
mod stamp;
mod syslog;
#[cfg(test)]
mod tests;

use bumpalo::Bump;
use xxhash_rust::xxh3::xxh3_64;

use crate::time::Nanos;

/// How many frames of a line are undone, one around the other.
const DEPTH_MAX: usize = 4;

/// Who wrote a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Docker's `json-file`: `{"log":"…\n","stream":"stdout","time":"…"}`.
    Docker,
    /// The Container Runtime Interface of Kubernetes: `TIME stdout F TEXT`.
    Cri,
    /// Syslog as RFC 3164 describes it, and `journalctl -o short`: `Nov 24 02:41:00 HOST TAG[PID]: TEXT`.
    Syslog3164,
    /// Syslog's files with whole times, and `journalctl -o short-iso`: `TIME HOST TAG[PID]: TEXT`.
    SyslogIso,
    /// Syslog as RFC 5424 defines it: `<134>1 TIME HOST APP PROCID MSGID SD TEXT`.
    Syslog5424,
    /// `journalctl -o json`.
    Journald,
    /// `kubectl logs --prefix` and `--timestamps`, and `docker logs --timestamps`.
    Kubectl,
    /// `docker compose logs`: `NAME-1  | TEXT`.
    Compose,
    /// Colours and other control sequences of terminals.
    Ansi,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Docker,
        Self::Cri,
        Self::Syslog3164,
        Self::SyslogIso,
        Self::Syslog5424,
        Self::Journald,
        Self::Kubectl,
        Self::Compose,
        Self::Ansi,
    ];

    /// The word of the documentation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Cri => "cri",
            Self::Syslog3164 => "syslog-3164",
            Self::SyslogIso => "syslog-iso",
            Self::Syslog5424 => "syslog-5424",
            Self::Journald => "journald",
            Self::Kubectl => "kubectl",
            Self::Compose => "compose",
            Self::Ansi => "ansi",
        }
    }

    /// Whether such a collector cuts long lines into pieces.
    const fn has_pieces(self) -> bool {
        matches!(self, Self::Docker | Self::Cri)
    }
}

/// Tells the streams of an input apart whose lines can be interleaved: standard output and standard error, the names
/// in prefixes, the processes of a host. Streams that no frame names are the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stream(u64);

impl Stream {
    /// The stream of a name.
    fn named(name: &[u8]) -> Self {
        Self(xxh3_64(name))
    }

    /// A stream of this one.
    const fn with(self, inner: Self) -> Self {
        Self(self.0.rotate_left(17) ^ inner.0)
    }
}

/// A line without what collectors wrote around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framed<'a> {
    /// What the program wrote, without the line end. It can hold line feeds, and bytes that are not UTF-8.
    pub text: &'a [u8],
    /// When the innermost collector that says so, with its zone, got the line. RFC 3164 has neither year nor zone.
    pub time: Option<Nanos>,
    /// Whether the collector cut the program's line here: it goes on in the next line of the same stream. What stands
    /// inside a piece is left as it is, since frames can be undone only once the pieces are together.
    pub is_partial: bool,
    /// Whether a line of Docker lacks its line end and yet is shorter than the pieces that Docker cuts: the last words of
    /// a program, or a log of which a tool took the line ends off.
    pub is_open: bool,
    /// The stream that the line belongs to.
    pub stream: Stream,
    /// Where `text` begins in the line, when it stands there as it is.
    pub offset: Option<usize>,
    /// The outermost frame, colours apart when there is another.
    pub kind: Kind,
}

impl<'a> Framed<'a> {
    /// A frame of which nothing is known but its text.
    fn new(kind: Kind, text: &'a [u8]) -> Self {
        Self { text, time: None, is_partial: false, is_open: false, stream: Stream::default(), offset: None, kind }
    }

    /// A frame in front of the rest of a line.
    fn before(kind: Kind, line: &'a [u8], text: &'a [u8]) -> Self {
        Self { offset: Some(line.len() - text.len()), ..Self::new(kind, without_cr(text)) }
    }

    /// What was found in this frame's text, as found in the line.
    #[must_use]
    pub fn around(self, inner: Self) -> Self {
        Self {
            text: inner.text,
            time: inner.time.or(self.time),
            is_partial: self.is_partial || inner.is_partial,
            is_open: self.is_open || inner.is_open,
            stream: self.stream.with(inner.stream),
            offset: self.offset.zip(inner.offset).map(|(outer, inner)| outer + inner),
            kind: if self.kind == Kind::Ansi { inner.kind } else { self.kind },
        }
    }
}

/// Undoes the frames of a line, outermost first, at most four; none when it has none. The line comes without its line
/// feed, leading NUL bytes and byte order mark. What is not a slice of it lives in `bump`.
#[must_use]
pub fn undo<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    undo_while(line, bump, |_| true)
}

/// Undoes the frames of a line up to the first that cuts lines into pieces, Docker's or that of CRI. The texts of pieces are
/// joined first, and what they make is undone then.
#[must_use]
pub fn undo_outer<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    undo_while(line, bump, |kind| !kind.has_pieces())
}

/// Whether a line that holds no colours can have a frame, as far as its first bytes tell: what is turned down has none.
#[must_use]
pub fn may_have_one(line: &[u8]) -> bool {
    match line.first() {
        Some(b'{' | b'<') => true,
        Some(b'[') => line.starts_with(prefix::KUBECTL),
        Some(b'0'..=b'9') => stamp::may_lead(line) || prefix::may_be_compose(line),
        Some(b'A'..=b'Z') => syslog::may_be_rfc3164(line) || prefix::may_be_compose(line),
        Some(b'a'..=b'z') => prefix::may_be_compose(line),
        _ => false,
    }
}

/// Whether a collector wrote something around a line.
#[must_use]
pub fn is_around(line: &[u8]) -> bool {
    undo_outer(line, &Bump::new()).is_some()
}

fn undo_while<'a>(line: &'a [u8], bump: &'a Bump, goes_on: impl Fn(Kind) -> bool) -> Option<Framed<'a>> {
    let mut found = one(line, bump)?;
    let mut last = found.kind;
    for _ in 1..DEPTH_MAX {
        if found.is_partial || !goes_on(last) {
            break;
        }
        let Some(inner) = one(found.text, bump) else { break };
        last = inner.kind;
        found = found.around(inner);
    }
    Some(found)
}

/// Undoes the outermost frame. The first byte says which there can be, but for colours.
fn one<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    let framed = match line.first()? {
        b'{' => docker::undo(line, bump).or_else(|| journald::undo(line, bump)),
        b'<' => syslog::with_priority(line, bump),
        b'[' => prefix::kubectl(line),
        b'0'..=b'9' => timed(line, bump).or_else(|| prefix::compose(line)),
        b'A'..=b'Z' => syslog::rfc3164(line, bump).or_else(|| prefix::compose(line)),
        b'a'..=b'z' => prefix::compose(line),
        _ => None,
    };
    framed.or_else(|| ansi::undo(line, bump))
}

/// Undoes a frame that begins with a whole time.
fn timed<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    let (stamp, rest) = stamp::leading(line)?;
    cri::after(stamp, line, rest)
        .or_else(|| prefix::timestamps(stamp, line, rest))
        .or_else(|| syslog::iso(stamp, line, rest, bump))
}

/// A text without the CR before its line feed.
fn without_cr(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"\r").unwrap_or(text)
}

/// A text without the line feed at its end, and the CR before that.
fn without_line_end(text: &[u8]) -> &[u8] {
    without_cr(text.strip_suffix(b"\n").unwrap_or(text))
}
