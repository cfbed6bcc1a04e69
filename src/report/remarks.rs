//! What the numbers of a report do not cover: lines that are no calls, input that was not seen, how the rest was read.
//! What there is to remark is decided here, and what of it is the same in every format is worded here.

use super::gaps::Gaps;
use super::numbers::counted;
use super::{Code, Condition, FieldSample, Input, MalformedSample, Report, Stamp, phrases};
use crate::input::Status;
use crate::record::{Form, LineClass, Outcome};
use crate::settings::Value;
use crate::summary::totals::OutcomeCounts;

/// How many places of malformed lines one remark names, and how many envelopes.
pub const NAMED_MAX: usize = 3;

/// What a remark is about; remarks of one topic stand together, the topics in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Lines that count for nothing.
    NotInTheRate,
    /// Input and time without calls.
    NotSeen,
    /// Codes that somebody knows about.
    Acknowledged,
    /// Records without an id.
    WithoutAnId,
    /// Lines that count, and are odd all the same.
    OddLines,
    /// Where the envelope and the context were found, and the options that change numbers.
    ReadAs,
    /// What else the reader should know.
    Notes,
    /// When and how the report was made.
    Stamp,
}

/// One thing to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Remark<'r> {
    /// Lines without an envelope.
    NoEnvelope(u64),
    /// Malformed lines.
    Malformed {
        /// Why they are malformed.
        reason: &'static str,
        /// How many there are.
        lines: u64,
        /// Where the first of them stand.
        first: Vec<&'r MalformedSample>,
    },
    /// Lines that are no records and are known to lie outside of the window of time.
    Elsewhere(u64),
    /// Calls that would have succeeded.
    DryRuns(u64),
    /// Records that `--dedupe` took out.
    Duplicates(u64),
    /// Records that filters took out.
    Filtered {
        /// How many there are.
        records: u64,
        /// How many of them have no time.
        untimed: u64,
    },
    /// Blank lines.
    Blank(u64),
    /// An input that was not read, or not whole.
    NotWhole(&'r Input),
    /// An input whose last line is cut.
    Unfinished(&'r Input),
    /// An input outside of the window.
    Skipped(&'r Input),
    /// Stretches of time without calls.
    Gaps(Gaps),
    /// There are inputs, and each was read to its end.
    AllSeen,
    /// A code that somebody knows about, muted or not any more.
    Acknowledged {
        /// The code.
        code: &'r Code,
        /// Until when, and why.
        reason: &'r str,
    },
    /// Records without an id, by outcome.
    WithoutAnId(OutcomeCounts),
    /// Lines with an anomaly.
    Odd {
        /// The anomaly.
        anomaly: &'static str,
        /// How many lines have it.
        lines: u64,
    },
    /// In which forms the records stand, and what stands beside them.
    Forms {
        /// How many records have which form, the most frequent first.
        records: Vec<(&'static str, u64)>,
        /// Lines of other text.
        text: u64,
        /// Lines that say again what others said.
        echoes: u64,
    },
    /// How inputs were read that agree in it.
    ReadAs(Way<'r>),
    /// An option that changes numbers or lists.
    Option(&'static str, &'r Value),
    /// A hint.
    Hint(&'r str),
    /// A table was too small for all its names.
    Approximate,
    /// A report or another file could not be written.
    WriteFailed,
    /// When and how the report was made.
    Stamp(&'r Stamp),
}

/// How inputs were read that agree in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Way<'r> {
    /// The first of them.
    pub input: &'r Input,
    /// How many there are.
    pub inputs: u64,
    /// Whether there are inputs that were read in another way.
    pub is_one_of_several: bool,
}

/// Everything there is to remark, by topic.
#[must_use]
pub fn remarks(report: &Report) -> Vec<(Topic, Vec<Remark<'_>>)> {
    let topics = [
        (Topic::NotInTheRate, not_in_the_rate(report)),
        (Topic::NotSeen, not_seen(report)),
        (Topic::Acknowledged, acknowledged(report)),
        (Topic::WithoutAnId, without_an_id(report)),
        (Topic::OddLines, odd(report)),
        (Topic::ReadAs, read_as(report)),
        (Topic::Notes, notes(report)),
        (Topic::Stamp, report.stamp.iter().map(Remark::Stamp).collect()),
    ];
    topics.into_iter().filter(|(_, remarks)| !remarks.is_empty()).collect()
}

impl Remark<'_> {
    /// The words of a remark that are our own alone and the same in every format; none for the others.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        Some(match *self {
            Self::NoEnvelope(lines) => {
                format!("{} without an envelope: JSON, but no response of the API", counted(lines, "line", "lines"))
            }
            Self::Elsewhere(lines) => format!(
                "{} no record outside of the time window: in no bound and no rule",
                counted(lines, "line holds", "lines hold")
            ),
            Self::DryRuns(runs) => format!("{}: they would have succeeded", counted(runs, "dry run", "dry runs")),
            Self::Duplicates(records) => {
                format!("{} taken out by --dedupe", counted(records, "duplicate", "duplicates"))
            }
            Self::Blank(lines) => counted(lines, "blank line", "blank lines"),
            Self::Odd { anomaly, lines } => {
                let text = format!("{} {} ({anomaly})", counted(lines, "line", "lines"), phrases::anomaly(anomaly));
                text.replace("  ", " ")
            }
            Self::Forms { ref records, text, echoes } => {
                let said = records.iter().map(|&(form, number)| phrases::form(form, number));
                let beside =
                    [(text, "other line of text", "other lines of text"), (echoes, "echo of them", "echoes of them")];
                let beside = beside.into_iter().filter(|beside| beside.0 > 0);
                let beside = beside.map(|(number, one, many)| counted(number, one, many));
                said.chain(beside).collect::<Vec<_>>().join(" · ")
            }
            Self::WriteFailed => "a report or another file could not be written (exit 4)".to_owned(),
            _ => return None,
        })
    }
}

fn not_in_the_rate(report: &Report) -> Vec<Remark<'_>> {
    let counts = &report.totals.counts;
    let some = |class: LineClass| Some(counts[class]).filter(|lines| *lines > 0);
    let malformed = report.malformed.reasons.0.iter().filter(|reason| reason.1 > 0).map(|&(reason, lines)| {
        let samples = report.malformed.samples.iter().filter(|sample| sample.reason == reason);
        Remark::Malformed { reason, lines, first: samples.take(NAMED_MAX).collect() }
    });
    let filtered = |records| Remark::Filtered { records, untimed: report.totals.untimed };
    let elsewhere = report.totals.elsewhere;
    let elsewhere = elsewhere[LineClass::Malformed] + elsewhere[LineClass::NoEnvelope];
    let rest = [
        (elsewhere > 0).then_some(Remark::Elsewhere(elsewhere)),
        some(LineClass::DryRun).map(Remark::DryRuns),
        some(LineClass::Duplicates).map(Remark::Duplicates),
        some(LineClass::Filtered).map(filtered),
        some(LineClass::Blank).map(Remark::Blank),
    ];
    let no_envelope = some(LineClass::NoEnvelope).map(Remark::NoEnvelope);
    no_envelope.into_iter().chain(malformed).chain(rest.into_iter().flatten()).collect()
}

fn not_seen(report: &Report) -> Vec<Remark<'_>> {
    let inputs = || report.inputs.iter();
    let mut remarks: Vec<_> = inputs().filter(|input| input.status != Status::Ok).map(Remark::NotWhole).collect();
    remarks.extend(inputs().filter(|input| input.unfinished).map(Remark::Unfinished));
    remarks.extend(inputs().filter(|input| input.skipped).map(Remark::Skipped));
    remarks.extend(Gaps::of(&report.timeline).map(Remark::Gaps));
    if remarks.is_empty() && !report.inputs.is_empty() {
        remarks.push(Remark::AllSeen);
    }
    remarks
}

fn acknowledged(report: &Report) -> Vec<Remark<'_>> {
    let known = report.codes.iter().filter_map(|code| Some((code, code.acknowledgement.as_deref()?)));
    known.map(|(code, reason)| Remark::Acknowledged { code, reason }).collect()
}

fn without_an_id(report: &Report) -> Vec<Remark<'_>> {
    let missing = report.totals.missing_request_id;
    if missing.sum() == 0 { Vec::new() } else { vec![Remark::WithoutAnId(missing)] }
}

/// The outcomes in the order in which people ask for them.
pub const OUTCOMES: [(Outcome, &str); 3] =
    [(Outcome::Failed, "failed"), (Outcome::Ok, "ok"), (Outcome::DryRun, "dry runs")];

fn odd(report: &Report) -> Vec<Remark<'_>> {
    report.anomalies.iter().map(|(&anomaly, &lines)| Remark::Odd { anomaly, lines }).collect()
}

/// Where envelope and context were found, once for all inputs that agree, and the options that change numbers.
fn read_as(report: &Report) -> Vec<Remark<'_>> {
    let is_same = |a: &Input, b: &Input| {
        let named = |input: &Input| input.envelope.len().min(NAMED_MAX);
        (a.format, a.compression) == (b.format, b.compression)
            && a.envelope[..named(a)] == b.envelope[..named(b)]
            && has_same_fields(a, b)
    };
    let ways = ways(report.inputs.iter().filter(|input| input.counts.lines > 0), is_same);
    let options = report.filters.iter().map(|(name, value)| Remark::Option(name, value));
    forms(report).into_iter().chain(ways.into_iter().map(Remark::ReadAs)).chain(options).collect()
}

/// In which forms the records stand, when they are not envelopes of lines that are JSON alone.
#[must_use]
pub fn forms(report: &Report) -> Option<Remark<'_>> {
    let mut records: Vec<(&'static str, u64)> = Vec::new();
    for &(form, number) in report.inputs.iter().flat_map(|input| &input.forms.0) {
        match records.iter_mut().find(|held| held.0 == form) {
            Some(held) => held.1 += number,
            None => records.push((form, number)),
        }
    }
    records.sort_by_key(|&(_, number)| std::cmp::Reverse(number));
    let (text, echoes) = (report.totals.counts[LineClass::Text], report.totals.counts[LineClass::Echo]);
    let is_plain = |form: &str| form == Form::Envelope.as_str() || form == Form::Layered.as_str();
    let is_shown = text > 0 || echoes > 0 || records.iter().any(|(form, _)| !is_plain(form));
    (is_shown && !records.is_empty()).then_some(Remark::Forms { records, text, echoes })
}

/// Where envelope and context were found, where that is not the root alone.
#[must_use]
pub fn found_elsewhere(report: &Report) -> Vec<Way<'_>> {
    let is_elsewhere =
        |input: &&Input| !input.fields.is_empty() || input.envelope.iter().any(|pointer| !pointer.is_empty());
    let is_same = |a: &Input, b: &Input| a.envelope == b.envelope && has_same_fields(a, b);
    ways(report.inputs.iter().filter(is_elsewhere), is_same)
}

fn has_same_fields(a: &Input, b: &Input) -> bool {
    let pointers = |(name, field): (&&'static str, &FieldSample)| (*name, field.pointer.clone());
    a.fields.iter().map(pointers).eq(b.fields.iter().map(pointers))
}

fn ways<'r>(inputs: impl Iterator<Item = &'r Input>, is_same: impl Fn(&Input, &Input) -> bool) -> Vec<Way<'r>> {
    let mut ways: Vec<Way<'r>> = Vec::new();
    for input in inputs {
        match ways.iter_mut().find(|way| is_same(way.input, input)) {
            Some(way) => way.inputs = way.inputs.saturating_add(1),
            None => ways.push(Way { input, inputs: 1, is_one_of_several: false }),
        }
    }
    let is_one_of_several = ways.len() > 1;
    ways.iter_mut().for_each(|way| way.is_one_of_several = is_one_of_several);
    ways
}

fn notes(report: &Report) -> Vec<Remark<'_>> {
    let mut remarks: Vec<_> = report.hints.iter().map(|hint| Remark::Hint(hint)).collect();
    remarks.extend(report.approximate.then_some(Remark::Approximate));
    remarks.extend(report.status.contains(&Condition::WriteFailed).then_some(Remark::WriteFailed));
    remarks
}
