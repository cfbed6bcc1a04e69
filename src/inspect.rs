//! What the first bytes of an input tell before it is read: how it is cut, where the envelope is, what kind of foreign
//! input it may be, and whether a window of time leaves it out.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use xxhash_rust::xxh3::xxh3_128;

use crate::filter::Filter;
use crate::follow::logs;
use crate::foreign::{self, Foreign};
use crate::input::feed::{Framing, HEAD_BYTES, Head, Whole};
use crate::input::{Input, Pattern, is_tar};
use crate::json_stream;
use crate::neighbours;
use crate::profile::{Pointer, Profile};
use crate::record::Line;
use crate::scan::{Scanner, ScannerKind, begins_page};
use crate::settings::{InputFormat, Settings, Source};
use crate::summary::inputs::IDENTITY_BYTES_MAX;
use crate::time::Nanos;

/// How inputs are understood, and which of their records count.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Where responses and their context are looked for.
    pub profile: Profile,
    /// How inputs are cut.
    pub format: InputFormat,
    /// Which records count.
    pub filter: Filter,
    /// No record after it is the newest one: its clock is ahead.
    pub horizon: Option<Nanos>,
    /// Whether files that lie outside of the filter's window are left out.
    pub prune: bool,
    /// Whether lines of text are rejects too.
    pub rejects_text: bool,
    /// How some inputs are understood instead.
    pub sources: Vec<SourceReading>,
}

/// How the inputs of a source are understood.
#[derive(Clone, Debug)]
pub struct SourceReading {
    source: Source,
    profile: Profile,
    format: InputFormat,
}

impl Reading {
    /// How inputs are read under these settings, with other fields to group by.
    #[must_use]
    pub fn of(settings: &Settings, by: Vec<Pointer>) -> Self {
        let at = |envelope: &[Pointer], format: InputFormat| {
            let profile = Profile::at(envelope.to_vec()).with_forms(settings.forms);
            let is_cloudaudit = format == InputFormat::CloudAudit;
            profile.of_json(is_cloudaudit || format == InputFormat::Ndjson).with_cloudaudit(is_cloudaudit)
        };
        let profile = at(&settings.envelope, settings.input_format);
        let of_source = |source: &Source| {
            let envelope = source.envelope.as_ref().unwrap_or(&settings.envelope);
            let own = |field| source.fields.iter().any(|own| own.field == field);
            let rest = settings.fields.iter().filter(|rest| !own(rest.field));
            let zone = source.assume_tz.as_ref().unwrap_or(&settings.assume_tz);
            let format = source.input_format.unwrap_or(settings.input_format);
            let profile = at(envelope, format);
            SourceReading {
                profile: profile.with_context(
                    source.fields.iter().chain(rest).cloned().collect(),
                    by.clone(),
                    zone.clone(),
                ),
                format,
                source: source.clone(),
            }
        };
        Self {
            sources: settings.sources.iter().map(of_source).collect(),
            format: settings.input_format,
            filter: settings.filter(),
            horizon: None,
            prune: true,
            rejects_text: false,
            profile: profile.with_context(settings.fields.clone(), by, settings.assume_tz.clone()),
        }
    }

    /// The source that holds for an input, by its place: the first that chooses its path, that of the log that it was rotated
    /// from by its name, or that under which earlier runs read it.
    fn source_of(&self, input: &Input) -> Option<usize> {
        if self.sources.is_empty() {
            return None;
        }
        let mut others: Vec<PathBuf> = input.known_as.iter().cloned().collect();
        if input.member.is_none() && !input.is_stdin() {
            others.extend(logs(&input.path));
        }
        let chooses =
            |pattern: &Pattern| pattern.chooses(input) || others.iter().any(|path| pattern.chooses_path(path));
        self.sources.iter().position(|of| of.source.inputs.iter().any(chooses))
    }

    /// Where a record of an input begins that goes on after its last line, which ends at `end`; none when nothing does, as far
    /// as can be known. `before` reads a number of bytes before that place.
    ///
    /// # Errors
    ///
    /// Those of `before`.
    pub fn open_from(
        &self,
        input: &Input,
        end: u64,
        line_bytes_max: usize,
        before: &dyn Fn(usize) -> io::Result<Vec<u8>>,
    ) -> io::Result<Option<u64>> {
        let source = self.source_of(input).and_then(|place| self.sources.get(place));
        let (profile, format) = source.map_or((&self.profile, self.format), |of| (&of.profile, of.format));
        // Nothing goes on over a line that is an object, and the last ones of most logs are.
        if format != InputFormat::Auto || neighbours::ends_in_object(&before(LAST_BYTES)?) {
            return Ok(None);
        }
        let text = before(neighbours::OPEN_BYTES)?;
        let base = end - text.len() as u64;
        Ok(neighbours::open_from(&Arc::new(profile.clone()), &text, base, line_bytes_max))
    }

    /// The sources that hold for none of the inputs, by their places from 1.
    #[must_use]
    pub fn idle_sources(&self, inputs: &[Input]) -> Vec<usize> {
        let used: HashSet<_> = inputs.iter().filter_map(|input| self.source_of(input)).collect();
        (0..self.sources.len()).filter(|place| !used.contains(place)).map(|place| place + 1).collect()
    }
}

/// What the first bytes of an input show.
#[derive(Clone, Copy, Debug)]
pub struct Inspected {
    /// Whether it is a stream of values.
    pub is_json: bool,
    /// Whether it cannot be read.
    pub is_refused: bool,
    /// Whether it is read as events of CloudAudit.
    pub is_cloudaudit: bool,
    /// What it looks like when it is not a log of responses.
    pub foreign: Option<Foreign>,
    /// Whether it was left out because it lies outside of the window.
    pub skipped: bool,
    /// XXH3-128 of the first bytes of the input, by which a summary knows it; none when what was seen is not its
    /// beginning.
    pub identity: Option<u128>,
}

impl Inspected {
    /// Whether it has no lines that could be read from some place on.
    #[must_use]
    pub const fn is_without_lines(&self) -> bool {
        self.is_json || self.is_refused
    }
}

/// A file is left out when it lies more than this outside of the window, in nanoseconds.
const PRUNE_MARGIN_NS: i64 = 3_600_000_000_000;
/// How many of the first lines are searched for a time.
const LINES_MAX: usize = 1000;
/// How much of the end of a file is looked at for what goes on after it, at first.
const LAST_BYTES: usize = 4096;
/// How much of the end of a file is looked at for its last time.
const TAIL_BYTES: u64 = 256 * 1024;

/// The surveys of all inputs of a run.
pub struct Inspector<'o> {
    reading: &'o Reading,
    profile: Arc<Profile>,
    /// Of the sources, with their formats.
    profiles: Vec<(Arc<Profile>, InputFormat)>,
    /// The source of each input.
    sources: Vec<Option<usize>>,
    inputs: Mutex<Vec<Option<Inspected>>>,
}

impl<'o> Inspector<'o> {
    /// Nothing looked at yet.
    #[must_use]
    pub fn new(reading: &'o Reading, inputs: &[Input]) -> Self {
        let of_source = |of: &SourceReading| (Arc::new(of.profile.clone()), of.format);
        Self {
            reading,
            profile: Arc::new(reading.profile.clone()),
            profiles: reading.sources.iter().map(of_source).collect(),
            sources: inputs.iter().map(|input| reading.source_of(input)).collect(),
            inputs: Mutex::new(vec![None; inputs.len()]),
        }
    }

    /// How the lines of an input are read, and how it is cut.
    fn way(&self, input: u32) -> (&Arc<Profile>, InputFormat) {
        let source = self.sources.get(input as usize).copied().flatten();
        match source.and_then(|source| self.profiles.get(source)) {
            Some((profile, format)) => (profile, *format),
            None => (&self.profile, self.reading.format),
        }
    }

    /// Looks at the first bytes of an input.
    pub fn prepare(&self, input: u32, head: Head<'_>) -> (Arc<Profile>, Framing) {
        let (profile, format) = self.way(input);
        let is_json = match format {
            _ if head.is_begun => false,
            InputFormat::Auto => json_stream::is_stream(&first_bytes(head)),
            InputFormat::Ndjson => false,
            InputFormat::Json => true,
            InputFormat::CloudAudit => {
                let head = first_bytes(head);
                json_stream::is_stream(&head) || begins_page(&head)
            }
        };
        let skipped = self.reading.prune
            && !is_json
            && head.file.is_some_and(|whole| is_outside(&self.reading.filter, profile, head.first, whole));
        let refused = refused(head, is_json);
        let inspected = Inspected {
            is_json,
            is_refused: refused.is_some(),
            is_cloudaudit: profile.is_cloudaudit(),
            foreign: foreign::recognise(head.first).filter(|&it| it != Foreign::CloudAudit || !profile.is_cloudaudit()),
            skipped,
            identity: (!head.has_start).then(|| xxh3_128(head.first.get(..IDENTITY_BYTES_MAX).unwrap_or(head.first))),
        };
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = inputs.get_mut(input as usize) {
            *slot = Some(inspected);
        }
        let framing = match (refused, skipped, is_json) {
            (Some(text), _, _) => Framing::Refuse(text),
            (None, true, _) => Framing::Skip,
            (None, false, true) => Framing::Values,
            (None, false, false) => Framing::Lines,
        };
        (Arc::clone(profile), framing)
    }

    /// What is known of each input.
    #[must_use]
    pub fn finish(self) -> Vec<Option<Inspected>> {
        self.inputs.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why an input cannot be read, by its first bytes.
fn refused(head: Head<'_>, is_json: bool) -> Option<&'static str> {
    if is_json && head.has_start {
        return Some("a stream of JSON values cannot be followed, only lines can");
    }
    if head.is_begun {
        return None;
    }
    if ZIP.iter().any(|magic| head.first.starts_with(magic)) {
        return Some("a zip is not read: expected its files, as from unzip -p FILE | resplog report -");
    }
    match is_tar(head.first) {
        true if head.has_start => {
            Some("a tar cannot be followed: expected its files unpacked, or a report without --state")
        }
        true => Some(
            "a tar in a named pipe or in another tar is not read: expected a file, or tar -xOf FILE | resplog report -",
        ),
        false => None,
    }
}

/// What a zip begins with: a file, the end of an empty one, or the mark of one in volumes.
const ZIP: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"];

/// The first 256 KiB as they are. What was read of a file ends with a line, which was cut when it is too long for one.
fn first_bytes(head: Head<'_>) -> Cow<'_, [u8]> {
    if let Some(Whole { file, start, size }) = head.file
        && head.first.len() <= HEAD_BYTES
    {
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX).min(HEAD_BYTES)];
        if let Ok(length) = file.read_at(start, &mut bytes) {
            bytes.truncate(length);
            return bytes.into();
        }
    }
    head.first.get(..HEAD_BYTES).unwrap_or(head.first).into()
}

/// Whether the first and the last timed record of a file both lie clearly before the window, or both after it.
fn is_outside(filter: &Filter, profile: &Arc<Profile>, head: &[u8], whole: Whole<'_>) -> bool {
    if !filter.has_window() {
        return false;
    }
    let first = times(profile, head.split(|&byte| byte == b'\n').take(LINES_MAX)).next();
    let Whole { file, start, size } = whole;
    let mut tail = vec![0; size.min(TAIL_BYTES) as usize];
    let at = start + size - tail.len() as u64;
    let (Some(first), Ok(length)) = (first, file.read_at(at, &mut tail)) else { return false };
    if length < tail.len() {
        return false;
    }
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
