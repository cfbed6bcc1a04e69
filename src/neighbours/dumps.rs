//! Dumps of requests and responses with their headers, as SDKs write them: what a request's headers say of the call is kept
//! for the response that has the same trace id. It reads lines that are not JSON, and judges none.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use xxhash_rust::xxh3::xxh3_64;

use super::heads::is_marked;
use super::ring::REACH_BYTES;
use crate::catalog;
use crate::record::{Context, Doubt, Doubts};
use crate::time::{Nanos, Zone, is_plausible, time_at_start};

/// What a head says before the first header of a request.
const REQUEST_HEAD: &[u8] = b"Request: Host: ";
static REQUEST_HEADS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(REQUEST_HEAD));
const HOST: &[u8] = b"Host: ";
/// How many requests are kept.
const REQUESTS_MAX: usize = 1024;

/// What the lines since the last head said.
#[derive(Clone, Debug, Default)]
struct Dump {
    /// Offset of its head.
    start: u64,
    time: Option<Nanos>,
    /// Whether the time names its zone.
    has_zone: bool,
    /// The hash of its trace id.
    trace: Option<u64>,
    service: Option<String>,
    action: Option<String>,
    region: Option<String>,
    /// Whether any line of it was a header.
    has_headers: bool,
}

/// The dump that the present line may belong to, and the requests before it.
#[derive(Debug, Default)]
pub struct Dumps {
    current: Option<Dump>,
    requests: Vec<Dump>,
}

impl Dumps {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.current = None;
        self.requests.clear();
    }

    /// Takes a line that is not JSON.
    pub fn line(&mut self, line: &[u8], start: u64, zone: &Zone) {
        let time = time_at_start(line, zone);
        if time.is_some() || is_marked(line) {
            self.end();
            let (time, has_zone) = time.unzip();
            let time = time.filter(|&time| is_plausible(time));
            self.current = Some(Dump { start, time, has_zone: has_zone.unwrap_or_default(), ..Dump::default() });
            // A head can go on with the first header.
            if let Some(at) = REQUEST_HEADS.find(line) {
                self.header(line.get(at + REQUEST_HEAD.len() - HOST.len()..).unwrap_or_default());
            }
        } else {
            self.header(line.strip_prefix(b"Header: ").unwrap_or(line));
        }
    }

    fn header(&mut self, line: &[u8]) {
        const NAMES: [&str; 6] =
            ["host", "x-tc-action", "x-tc-region", "x-tc-traceid", "x-tc-requestid", "content-type"];
        let Some(dump) = &mut self.current else { return };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some(colon) = memchr::memchr(b':', line.get(..line.len().min(32)).unwrap_or_default()) else { return };
        let (name, value) = line.split_at(colon);
        let Some(place) = NAMES.iter().position(|it| name.eq_ignore_ascii_case(it.as_bytes())) else { return };
        dump.has_headers = true;
        let Ok(value) = str::from_utf8(value.get(1..).unwrap_or_default().trim_ascii()) else { return };
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty() && value.len() <= 256);
        match place {
            0 => dump.service = catalog::service_of_host(value).map(str::to_owned),
            1 => dump.action = text(),
            2 => dump.region = text(),
            3 => dump.trace = Some(xxh3_64(value.as_bytes())),
            _ => {}
        }
    }

    /// Ends the present dump: it is kept when it is a request whose response a trace id identifies.
    fn end(&mut self) {
        let Some(dump) = self.current.take() else { return };
        if dump.trace.is_some() && dump.action.is_some() {
            if self.requests.len() >= REQUESTS_MAX {
                let start = dump.start.saturating_sub(REACH_BYTES);
                self.requests.retain(|request| request.start >= start);
            }
            self.requests.push(dump);
        }
    }

    /// Ends the present dump at a line that is an object, after it was asked what it says of that.
    pub fn end_at_object(&mut self) {
        if self.current.is_some() {
            self.end();
        }
    }

    /// Whether no line of text stands before the present line since the last object.
    pub const fn is_empty(&self) -> bool {
        self.current.is_none()
    }

    /// Whether the present line belongs to what a program sent.
    pub fn is_request(&self) -> bool {
        self.current.as_ref().is_some_and(|dump| dump.action.is_some())
    }

    /// What a record that begins at `start` lacks and the dump that it stands in knows, and what is doubtful about it. Nothing
    /// when it stands in none.
    pub fn fill<'a>(&'a self, context: Context<'a>, start: u64) -> Option<(Context<'a>, Doubts)> {
        let dump = self.current.as_ref().filter(|dump| dump.has_headers && dump.start + REACH_BYTES >= start)?;
        let mut doubts = Doubts::NONE;
        if context.time.is_none() && dump.time.is_some() && !dump.has_zone {
            doubts.insert(Doubt::NoZone);
        }
        let mut context = Context { time: context.time.or(dump.time), ..context };
        let is_its = |request: &&Dump| request.trace == dump.trace && request.start + REACH_BYTES >= start;
        let request = dump.trace.and_then(|_| self.requests.iter().rev().find(is_its));
        if let Some(request) = request {
            context.service = context.service.or(request.service.as_deref());
            context.action = context.action.or(request.action.as_deref());
            context.region = context.region.or(request.region.as_deref());
            if let (None, Some(sent), Some(got)) = (context.duration_ns, request.time, dump.time) {
                context.duration_ns = u64::try_from(got.0.saturating_sub(sent.0)).ok();
            }
        }
        Some((context, doubts))
    }
}

/// Whether a line begins as headers do that say something of a call.
pub const fn may_be_header(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'H' | b'h' | b'X' | b'x' | b'C' | b'c'))
}

/// The id that a line gives in the header of a response.
pub fn request_id(line: &[u8]) -> Option<&str> {
    const NAME: &[u8] = b"x-tc-requestid:";
    let name = line.get(..NAME.len())?;
    let value = str::from_utf8(line.get(NAME.len()..)?.trim_ascii()).ok()?;
    name.eq_ignore_ascii_case(NAME).then_some(value)
}
