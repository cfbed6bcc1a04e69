//! What the first bytes of an input tell before it is read: how it is cut, where the envelope is, what kind of foreign
//! input it may be, and whether a window of time leaves it out.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::filter::Filter;
use crate::foreign::{self, Foreign};
use crate::input::feed::{Framing, HEAD_BYTES, Head};
use crate::json_stream;
use crate::profile::{Pointer, Profile};
use crate::record::Line;
use crate::scan::detect::{self, FieldSeen};
use crate::scan::{Scanner, ScannerKind};
use crate::settings::{InputFormat, Settings};
use crate::time::Nanos;

/// How inputs are understood, and which of their records count.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Where envelope and context are; the pointers to the envelope are told from each input when `detect` is set.
    pub profile: Profile,
    /// Whether the place of the envelope is detected.
    pub detect: bool,
    /// How inputs are cut.
    pub format: InputFormat,
    /// Which records count.
    pub filter: Filter,
    /// Whether files that lie outside of the filter's window are left out.
    pub prune: bool,
}

impl Reading {
    /// How inputs are read under these settings, with other fields to group by.
    #[must_use]
    pub fn of(settings: &Settings, by: Vec<Pointer>) -> Self {
        let profile = Profile::at(settings.envelope.clone());
        Self {
            detect: settings.envelope.is_empty(),
            format: settings.input_format,
            filter: settings.filter(),
            prune: true,
            profile: profile.with_context(settings.fields.clone(), by, settings.assume_tz.clone()),
        }
    }
}

/// What was told of an input.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// Where envelope and context are.
    pub profile: Arc<Profile>,
    /// Whether more bytes behind these would change nothing: the pointers are given, or all lines were there that are
    /// looked at.
    pub is_final: bool,
    /// Whether it is a stream of values.
    pub is_json: bool,
    /// Where each context field was found, with a sample.
    pub fields: BTreeMap<&'static str, FieldSeen>,
    /// What it looks like when it is no log of responses.
    pub foreign: Option<Foreign>,
    /// Whether it was left out because it lies outside of the window.
    pub skipped: bool,
}

/// A file is left out when it lies more than this outside of the window, in nanoseconds.
const PRUNE_MARGIN_NS: i64 = 3_600_000_000_000;
/// How much of the end of a file is looked at for its last time.
const TAIL_BYTES: u64 = 256 * 1024;

/// The surveys of all inputs of a run.
pub struct Inspector<'o> {
    reading: &'o Reading,
    profiles: Mutex<Vec<Arc<Profile>>>,
    inputs: Mutex<Vec<Option<Inspected>>>,
}

impl<'o> Inspector<'o> {
    /// Nothing looked at yet.
    #[must_use]
    pub fn new(reading: &'o Reading, inputs: usize) -> Self {
        Self { reading, profiles: Mutex::new(Vec::new()), inputs: Mutex::new(vec![None; inputs]) }
    }

    /// Looks at the first bytes of an input.
    pub fn prepare(&self, input: u32, head: Head<'_>) -> (Arc<Profile>, Framing) {
        let is_json = match self.reading.format {
            _ if head.envelope.is_some() => false,
            InputFormat::Auto => json_stream::is_stream(head.first),
            InputFormat::Ndjson => false,
            InputFormat::Json => true,
        };
        let texts: Vec<&[u8]> = if is_json {
            json_stream::sample(head.first).take(detect::LINES_MAX).collect()
        } else {
            detect::sample(head.first).collect()
        };
        let given = &self.reading.profile;
        let profile = self.intern(if let Some(known) = head.envelope {
            given.with_candidates(known.to_vec())
        } else if self.reading.detect {
            given.with_candidates(detect::candidates(texts.iter().copied()))
        } else {
            given.clone()
        });
        let fields = detect::fields(texts.iter().copied(), &profile);
        let skipped = self.reading.prune
            && !is_json
            && head.file.is_some_and(|(file, size)| is_outside(&self.reading.filter, &profile, &texts, file, size));
        let whole = texts.len() >= detect::LINES_MAX || head.first.len() >= HEAD_BYTES;
        let inspected = Inspected {
            profile: Arc::clone(&profile),
            is_final: head.envelope.is_some() || !self.reading.detect || whole,
            is_json,
            fields,
            foreign: foreign::recognise(head.first),
            skipped,
        };
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = inputs.get_mut(input as usize) {
            *slot = Some(inspected);
        }
        let framing = match (skipped, is_json) {
            (true, _) => Framing::Skip,
            (false, true) if head.has_start => Framing::Refuse,
            (false, true) => Framing::Values,
            (false, false) => Framing::Lines,
        };
        (profile, framing)
    }

    /// What was told of each input.
    #[must_use]
    pub fn finish(self) -> Vec<Option<Inspected>> {
        self.inputs.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Inputs of one profile share it, and with it the scanners of the threads.
    fn intern(&self, profile: Profile) -> Arc<Profile> {
        let mut profiles = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = profiles.iter().find(|held| held.candidates() == profile.candidates()) {
            return Arc::clone(same);
        }
        let profile = Arc::new(profile);
        profiles.push(Arc::clone(&profile));
        profile
    }
}

/// Whether the first and the last timed record of a file both lie clearly before the window, or both behind it.
fn is_outside(filter: &Filter, profile: &Arc<Profile>, first: &[&[u8]], file: &File, size: u64) -> bool {
    if !filter.has_window() {
        return false;
    }
    let first = times(profile, first.iter().copied()).next();
    let mut tail = vec![0; size.min(TAIL_BYTES) as usize];
    let at = size - tail.len() as u64;
    let (Some(first), Ok(())) = (first, file.read_exact_at(&mut tail, at)) else { return false };
    // The first line of the tail may be cut, unless it is the file's first.
    let from = if tail.len() as u64 == size { 0 } else { memchr::memchr(b'\n', &tail).map_or(tail.len(), |at| at + 1) };
    let lines = tail.get(from..).unwrap_or_default().split(|&byte| byte == b'\n');
    let Some(last) = times(profile, lines.rev()).next() else { return false };
    let before = filter.since.is_some_and(|since| first.max(last).0 < since.0.saturating_sub(PRUNE_MARGIN_NS));
    let behind = filter.until.is_some_and(|until| first.min(last).0 > until.0.saturating_add(PRUNE_MARGIN_NS));
    before || behind
}

/// The times of the records among these lines.
fn times<'t>(profile: &Arc<Profile>, lines: impl Iterator<Item = &'t [u8]>) -> impl Iterator<Item = Nanos> {
    let mut scanner = Scanner::new(Arc::clone(profile), crate::record::LINE_BYTES_MAX, ScannerKind::Reference);
    lines.filter_map(move |line| match scanner.value(line).line {
        Line::Record(record) => record.context.time,
        _ => None,
    })
}
