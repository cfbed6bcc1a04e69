//! The verdict: one word and one sentence that say it all, first in every format and the subject of a mail. It knows no
//! format, and how numbers are spelt only by [`numbers`](super::numbers).

use super::numbers::{count, counted, duration, percent, share, times};
use super::parts::{Part, quoted, words};
use super::{Breach, Code, Compared, Condition, Input, Report, Trend};
use crate::input::Status;
use crate::record::{Doubt, LineClass};
use crate::rule::{Measure, Unit};

/// More unrecognised lines than this share belong into the verdict.
const UNRECOGNISED_SHARE: f64 = 0.01;
/// More failures than this share of the calls are those of a log that is failing, where times do not say.
const FAILING_SHARE: f64 = 0.01;
/// More malformed lines than this share may hide failures.
const BROKEN_SHARE: f64 = 0.001;

/// The verdict on a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What stands first.
    pub word: Word,
    /// What stands beside the word: breaches first, then the finding, then what is missing.
    pub sentence: Vec<Part>,
    /// The rules that fired, each with the value that made it fire: `failure_rate > 2% (is 3.1 %)`.
    pub rules: Vec<Vec<Part>>,
}

/// What a verdict says in one word or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// A rule fired.
    Breach,
    /// Failures are more frequent than before, and go on to be; without times, more than one call in a hundred failed.
    Failing,
    /// Some calls failed.
    Failures,
    /// No call failed as far as the log shows, and something in it may hide failures.
    Unsure,
    /// No call failed in what was read, and not everything was.
    Incomplete,
    /// Lines, but no record.
    NothingRecognised,
    /// No call that counts.
    NoCalls,
    /// No call failed.
    Ok,
}

impl Word {
    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Breach => "BREACH",
            Self::Failing => "FAILING",
            Self::Failures => "FAILURES",
            Self::Unsure => "UNSURE",
            Self::Incomplete => "INCOMPLETE",
            Self::NothingRecognised => "NOTHING RECOGNISED",
            Self::NoCalls => "NO CALLS",
            Self::Ok => "OK",
        }
    }
}

/// The verdict on a report.
#[must_use]
pub fn verdict(report: &Report) -> Verdict {
    Verdict { word: word(report), sentence: sentence(report), rules: report.breaches.iter().map(breach).collect() }
}

fn word(report: &Report) -> Word {
    let is_interrupted = report.status.contains(&Condition::Interrupted);
    match finding(report) {
        _ if !report.breaches.is_empty() => Word::Breach,
        Finding::Failures if is_failing(report) => Word::Failing,
        Finding::Failures => Word::Failures,
        Finding::NoFailures | Finding::PartlyRead if !doubts(report).is_empty() => Word::Unsure,
        Finding::NoFailures if !is_interrupted => Word::Ok,
        Finding::NoFailures | Finding::PartlyRead | Finding::Unreadable => Word::Incomplete,
        Finding::NotRecognised => Word::NothingRecognised,
        Finding::NoCalls | Finding::Empty => Word::NoCalls,
    }
}

/// Whether an episode goes on; where most calls have no time, whether many failed.
fn is_failing(report: &Report) -> bool {
    let timeline = &report.timeline;
    let timed = timeline.buckets.iter().fold(timeline.outside, |sum, bucket| sum.saturating_add(bucket.all()));
    let is_timed = timed >= report.totals.counts.calls().div_ceil(2);
    let is_frequent = report.totals.failure_rate.is_some_and(|rate| rate > FAILING_SHARE);
    report.episodes.iter().any(|episode| episode.open) || (is_frequent && !is_timed)
}

/// What was found, whatever it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    Failures,
    NoFailures,
    /// No failures, and not every input was read whole.
    PartlyRead,
    /// Records, but no call that counts.
    NoCalls,
    /// Lines, but no record.
    NotRecognised,
    /// No input could be read.
    Unreadable,
    /// No line that is not blank.
    Empty,
}

fn finding(report: &Report) -> Finding {
    let totals = &report.totals;
    let is_bad = Input::is_lossy;
    match () {
        () if totals.counts[LineClass::Failed] > 0 => Finding::Failures,
        () if totals.counts[LineClass::Ok] > 0 && report.inputs.iter().any(is_bad) => Finding::PartlyRead,
        () if totals.counts[LineClass::Ok] > 0 => Finding::NoFailures,
        () if report.totals.counts.recognised() > 0 => Finding::NoCalls,
        () if totals.counts.lines > totals.counts[LineClass::Blank] => Finding::NotRecognised,
        () if !report.inputs.is_empty() && report.inputs.iter().all(is_bad) => Finding::Unreadable,
        () => Finding::Empty,
    }
}

/// What may hide failures in a log that shows none.
fn doubts(report: &Report) -> Vec<String> {
    let counts = report.totals.in_window();
    let mut doubts = Vec::new();
    let without_id = report.totals.missing_request_id.sum();
    if 2 * without_id > counts.responses() {
        doubts.push(format!("{} of {} responses have no id", count(without_id), count(counts.responses())));
    }
    if counts[LineClass::Unidentified] > 0 {
        let errors = counted(counts[LineClass::Unidentified], "error", "errors");
        doubts.push(format!("{errors} without an id"));
    }
    for (&doubt, &lines) in &report.doubts {
        let what = match doubt {
            Doubt::UnmarkedError => "look like an error of an SDK",
            Doubt::SdkError => "name an error of an SDK and hold no response",
            Doubt::OthersInLine => "hold several responses, of which one is read",
            // A zone hides no failure.
            Doubt::NoZone => continue,
        };
        doubts.push(format!("{} of {} lines {what}", count(lines), count(counts.expected())));
    }
    let is_unknown = |input: &&Input| input.counts.expected() > 0 && input.counts.recognised() == 0;
    let unknown = report.inputs.iter().filter(is_unknown).count() as u64;
    if unknown > 0 {
        doubts.push(format!("nothing recognised in {}", counted(unknown, "input", "inputs")));
    }
    let broken = counts[LineClass::Malformed].saturating_sub(report.unfinished_lines());
    if broken as f64 > BROKEN_SHARE * counts.expected() as f64 {
        doubts.push(format!("{} of {} lines malformed", count(broken), count(counts.expected())));
    }
    doubts
}

fn sentence(report: &Report) -> Vec<Part> {
    let mut parts = Vec::new();
    if report.status.contains(&Condition::Interrupted) {
        parts.push(words("so far "));
    }
    match report.breaches.as_slice() {
        [] => {}
        [only] => {
            parts.extend(breach(only));
            parts.push(words(": "));
        }
        several => parts.push(words(format!("{} rules fired: ", several.len()))),
    }
    parts.extend(found(report));
    let doubts = match finding(report) {
        Finding::NoFailures | Finding::PartlyRead => doubts(report),
        _ => Vec::new(),
    };
    let doubts = doubts.into_iter().map(|doubt| Some(vec![words(doubt)]));
    let remarks = [new_codes(report), episodes(report), unread(report), unrecognised(report)];
    for remark in remarks.into_iter().chain(doubts).flatten() {
        parts.push(words("; "));
        parts.extend(remark);
    }
    parts
}

fn breach(breach: &Breach) -> Vec<Part> {
    let rule = quoted(&breach.rule);
    let ([] | [_]) = breach.values.as_slice() else {
        // Which measure has which value has to be said, of each.
        let mut parts = vec![rule];
        for (place, (measure, value)) in breach.values.iter().enumerate() {
            parts.push(words(if place == 0 { " (" } else { ", " }));
            parts.push(quoted(measure.to_string()));
            parts.push(words(match value {
                Some(value) => format!(" is {}", spelt(measure, *value)),
                None => " is not known".to_owned(),
            }));
        }
        parts.push(words(")"));
        return parts;
    };
    vec![rule, words(format!(" (is {})", spelt(&breach.measure, breach.value)))]
}

fn spelt(measure: &Measure, value: f64) -> String {
    match measure.unit() {
        Unit::Fraction => percent(value),
        Unit::Count => plain(value),
        Unit::Milliseconds => duration(value),
        Unit::Seconds => duration((value * 1e3).max(0.0)),
    }
}

/// A number with at most three digits after the point.
fn plain(value: f64) -> String {
    if value.fract() == 0.0 && (0.0..9e15).contains(&value) {
        return count(value as u64);
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn found(report: &Report) -> Vec<Part> {
    let totals = &report.totals;
    let calls = totals.counts[LineClass::Ok].saturating_add(totals.counts[LineClass::Failed]);
    let text = match finding(report) {
        Finding::Failures => {
            let failed = totals.counts[LineClass::Failed];
            if totals.rate_unknown.is_some() {
                let failures = counted(failed, "call failed", "calls failed");
                let rate = words(format!("{failures}; the log shows no successes, so the rate is not known"));
                return std::iter::once(rate).chain(leading(report)).collect();
            }
            let failures = failures(failed, calls, totals.failure_rate);
            let rate = words(format!("{failures}{}", compared(report, calls)));
            return std::iter::once(rate).chain(leading(report)).collect();
        }
        Finding::NoFailures | Finding::PartlyRead if calls == 1 => "the only call succeeded".to_owned(),
        Finding::NoFailures | Finding::PartlyRead => {
            format!("no failures in {} calls{}", count(calls), compared(report, calls))
        }
        Finding::NoCalls if totals.counts[LineClass::DryRun] > 0 => {
            format!("nothing but {}", counted(totals.counts[LineClass::DryRun], "dry run", "dry runs"))
        }
        Finding::NoCalls if report.totals.counts.recognised() == 1 => "filters took out the only record".to_owned(),
        Finding::NoCalls => format!("filters took out all {} records", count(report.totals.counts.recognised())),
        Finding::NotRecognised => match report.totals.counts.not_blank() {
            1 => "the only line is not a response of the API".to_owned(),
            lines => format!("none of {} lines is a response of the API", count(lines)),
        },
        Finding::Unreadable => match report.input_count() {
            1 => "the input could not be read".to_owned(),
            inputs => format!("none of {inputs} inputs could be read"),
        },
        Finding::Empty if totals.counts[LineClass::Blank] > 0 => {
            format!("nothing but {}", counted(totals.counts[LineClass::Blank], "blank line", "blank lines"))
        }
        _ => "nothing was logged: 0 lines".to_owned(),
    };
    vec![words(text)]
}

fn failures(failed: u64, calls: u64, rate: Option<f64>) -> String {
    match rate {
        _ if calls == 1 => "the only call failed".to_owned(),
        _ if failed == calls => format!("all {} calls failed", count(calls)),
        Some(rate) => format!("{} of {} calls failed ({})", percent(rate), count(calls), count(failed)),
        None => format!("{} of {} calls failed", count(failed), count(calls)),
    }
}

/// The rate beside that of the run compared with: `, 2.8 times last time's 0.41 %`.
fn compared(report: &Report, calls: u64) -> String {
    let Some(Compared { failed, calls: calls_before, is_baseline }) = report.compared else { return String::new() };
    let before = failed as f64 / calls_before as f64;
    let now = report.totals.counts[LineClass::Failed] as f64 / calls as f64;
    let of = if is_baseline { "the baseline's" } else { "last time's" };
    match now / before {
        _ if failed == 0 && report.totals.counts[LineClass::Failed] == 0 => String::new(),
        _ if failed == 0 => format!(", {of} rate was 0"),
        0.0 => format!(", {of} rate was {}", percent(before)),
        times => match self::times(times).as_str() {
            "1.0" => format!(", much like {of} {}", percent(before)),
            times => format!(", {times} times {of} {}", percent(before)),
        },
    }
}

/// The code that most failures have.
fn leading(report: &Report) -> Vec<Part> {
    let Some(leading) = report.codes.first().filter(|code| code.count > 0) else { return Vec::new() };
    let trend = match leading.trend {
        _ if leading.muted => " (acknowledged)".to_owned(),
        Some(trend @ (Trend::New | Trend::Escalating)) => format!(" ({})", trend.as_str()),
        _ => String::new(),
    };
    let of_all = if leading.count == report.totals.counts[LineClass::Failed] {
        format!(",{} with ", if leading.count == 1 { "" } else { " all" })
    } else {
        format!(", {} of them with ", share(leading.share))
    };
    vec![words(of_all), Part::Code(leading.code.clone()), words(trend)]
}

/// New codes beside the leading one.
fn new_codes(report: &Report) -> Option<Vec<Part>> {
    let leads = report.codes.first().is_some_and(Code::is_news);
    let new: Vec<_> = report.codes.iter().skip(1).filter(|code| code.is_news()).collect();
    match new.as_slice() {
        [] => None,
        [only] => Some(vec![words(if leads { "also new: " } else { "new: " }), Part::Code(only.code.clone())]),
        several => Some(vec![words(format!("{} {}new codes", several.len(), if leads { "more " } else { "" }))]),
    }
}

/// How many episodes there are, and whether they go on.
fn episodes(report: &Report) -> Option<Vec<Part>> {
    let open = report.episodes.iter().filter(|episode| episode.open).count();
    let said = match (report.episodes.len(), open) {
        (0, _) => return None,
        (1, 0) => "1 episode, over".to_owned(),
        (1, _) => "1 episode, going on".to_owned(),
        (several, 0) => format!("{several} episodes, all over"),
        (several, open) => format!("{several} episodes, {open} of them going on"),
    };
    Some(vec![words(said)])
}

/// Inputs that were not read, or not whole.
fn unread(report: &Report) -> Option<Vec<Part>> {
    let total = report.input_count();
    let of = |status| report.inputs.iter().filter(|input| input.status == status && input.is_lossy()).count();
    let said: Vec<_> =
        [(Status::Error, "unreadable"), (Status::Incomplete, "incomplete"), (Status::Corrupt, "corrupt")]
            .into_iter()
            .map(|(status, word)| (of(status), word))
            .filter(|&(inputs, _)| inputs > 0)
            .collect();
    let (&(inputs, word), rest) = said.split_first().filter(|_| finding(report) != Finding::Unreadable)?;
    if total == 1 {
        return Some(vec![words(format!("the input is {word}"))]);
    }
    let rest = rest.iter().map(|(inputs, word)| format!(", {inputs} {word}"));
    Some(vec![words(format!("{inputs} of {total} inputs {word}{}", rest.collect::<String>()))])
}

/// Lines that are no records, when they are many.
fn unrecognised(report: &Report) -> Option<Vec<Part>> {
    let counts = report.totals.in_window();
    let lines = counts.expected();
    let known = counts.recognised() + counts[LineClass::Unidentified];
    let rest = lines.saturating_sub(known);
    let is_many = rest as f64 > UNRECOGNISED_SHARE * lines as f64;
    (is_many && finding(report) != Finding::NotRecognised)
        .then(|| vec![words(format!("{} of {} lines not recognised", count(rest), count(lines)))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Class;
    use crate::report as samples;
    use crate::report::{Bucket, Episode, Timeline, Totals};
    use crate::rule::{Percentile, Scale};
    use crate::summary::totals::Counts;
    use crate::time::Nanos;

    fn line(parts: &[Part]) -> String {
        let texts = parts.iter().map(|part| match part {
            Part::Words(text) | Part::Quoted(text) | Part::Code(text) => text.as_str(),
        });
        texts.collect()
    }

    fn said(report: &Report) -> String {
        let Verdict { word, sentence, .. } = verdict(report);
        format!("{}  {}", word.as_str(), line(&sentence))
    }

    fn totals(ok: u64, failed: u64) -> Totals {
        let rate = (ok + failed > 0).then(|| failed as f64 / (ok + failed) as f64);
        let counts = Counts::of(&[(LineClass::Ok, ok), (LineClass::Failed, failed)]);
        Totals { counts, responses: ok + failed, failure_rate: rate, ..Totals::default() }
    }

    fn of(totals: Totals) -> Report {
        Report { totals, ..samples::empty() }
    }

    #[test]
    fn one_sentence_says_it_all() {
        let of_lines = |counts: &[(LineClass, u64)]| Totals { counts: Counts::of(counts), ..Totals::default() };
        let lines = |blank, malformed| of_lines(&[(LineClass::Blank, blank), (LineClass::Malformed, malformed)]);
        let filtered = of_lines(&[(LineClass::Filtered, 3)]);
        let dry = Totals { responses: 2, ..of_lines(&[(LineClass::DryRun, 2)]) };
        let noisy = Counts::of(&[(LineClass::NoEnvelope, 20), (LineClass::Ok, 100)]);
        let noisy = Totals { counts: noisy, ..totals(100, 0) };
        for (report, text) in [
            (of(totals(9_126, 0)), "OK  no failures in 9,126 calls"),
            (of(totals(1, 0)), "OK  the only call succeeded"),
            (of(totals(0, 1)), "FAILING  the only call failed"),
            (of(totals(0, 12)), "FAILING  all 12 calls failed"),
            (of(totals(2, 1)), "FAILING  33.3 % of 3 calls failed (1)"),
            (of(noisy), "OK  no failures in 100 calls; 20 of 120 lines not recognised"),
            (of(lines(0, 0)), "NO CALLS  nothing was logged: 0 lines"),
            (of(lines(4, 0)), "NO CALLS  nothing but 4 blank lines"),
            (of(lines(1, 1)), "NOTHING RECOGNISED  the only line is not a response of the API"),
            (of(lines(0, 1_000)), "NOTHING RECOGNISED  none of 1,000 lines is a response of the API"),
            (of(filtered), "NO CALLS  filters took out all 3 records"),
            (of(dry), "NO CALLS  nothing but 2 dry runs"),
        ] {
            assert_eq!(said(&report), text);
        }
    }

    #[test]
    fn what_was_not_read_is_part_of_it() {
        let with = |statuses: &[Status], totals| {
            let input = |&status: &Status| Input { status, ..samples::input("a.ndjson") };
            Report { inputs: statuses.iter().map(input).collect(), ..of(totals) }
        };
        for (report, text) in [
            (
                with(&[Status::Ok, Status::Corrupt], totals(5, 0)),
                "INCOMPLETE  no failures in 5 calls; 1 of 2 inputs corrupt",
            ),
            (with(&[Status::Incomplete], totals(5, 0)), "INCOMPLETE  no failures in 5 calls; the input is incomplete"),
            (
                with(&[Status::Error, Status::Incomplete, Status::Ok], totals(1, 1)),
                "FAILING  50.0 % of 2 calls failed (1); 1 of 3 inputs unreadable, 1 incomplete",
            ),
            (with(&[Status::Error], totals(0, 0)), "INCOMPLETE  the input could not be read"),
            (with(&[Status::Error, Status::Error], totals(0, 0)), "INCOMPLETE  none of 2 inputs could be read"),
        ] {
            assert_eq!(said(&report), text);
        }
    }

    #[test]
    fn failing_is_what_goes_on() {
        let timed = |report: Report| {
            let buckets = vec![Bucket { start: Nanos(0), ok: 90, failed: 10 }];
            Report { timeline: Timeline { bucket_seconds: Some(60), outside: 0, buckets }, ..report }
        };
        let with = |open: &[bool]| {
            let episode = |&open| Episode { open, ..samples::everything().episodes.remove(0) };
            timed(Report { episodes: open.iter().map(episode).collect(), ..of(totals(90, 10)) })
        };
        let failed = "10.0 % of 100 calls failed (10)";
        for (report, text) in [
            (of(totals(90, 10)), format!("FAILING  {failed}")),
            (with(&[]), format!("FAILURES  {failed}")),
            (with(&[false]), format!("FAILURES  {failed}; 1 episode, over")),
            (with(&[true]), format!("FAILING  {failed}; 1 episode, going on")),
            (with(&[false, false]), format!("FAILURES  {failed}; 2 episodes, all over")),
            (with(&[false, true]), format!("FAILING  {failed}; 2 episodes, 1 of them going on")),
            // Few calls have a time.
            (timed(of(totals(900, 100))), "FAILING  10.0 % of 1,000 calls failed (100)".to_owned()),
        ] {
            assert_eq!(said(&report), text);
        }
    }

    #[test]
    fn breaches_and_interruptions_stand_first() {
        let breach = |rule: &str, value, measure| Breach { rule: rule.to_owned(), value, measure, values: Vec::new() };
        let mut rate = breach("failure_rate > 2% and responses >= 200", 0.25, Measure::FailureRate);
        rate.values = vec![(Measure::FailureRate, Some(0.25)), (Measure::Responses, Some(4.0))];
        let mut report = Report { breaches: vec![rate.clone()], ..of(totals(3, 1)) };
        assert_eq!(
            said(&report),
            "BREACH  failure_rate > 2% and responses >= 200 (failure_rate is 25.0 %, responses is 4): 25.0 % of 4 calls failed \
             (1)"
        );
        report.breaches.push(breach("new_codes > 0", 2.0, Measure::NewCodes));
        assert_eq!(said(&report), "BREACH  2 rules fired: 25.0 % of 4 calls failed (1)");
        report.status = vec![Condition::Interrupted, Condition::Breach];
        assert_eq!(said(&report), "BREACH  so far 2 rules fired: 25.0 % of 4 calls failed (1)");
        let p99 = || Measure::Percentile(Percentile::P99);
        for (rule, value, measure, text) in [
            ("p99 > 2s", 2_304.5, p99(), "p99 > 2s (is 2.30 s)"),
            ("newest_age>=15m", 4_000.0, Measure::NewestAge, "newest_age>=15m (is 1 h 6 min)"),
            (
                "class(provider)>=0.1 %",
                0.5,
                Measure::Class(Class::Provider, Scale::Share),
                "class(provider)>=0.1 % (is 50.0 %)",
            ),
            ("new_codes > 0", 1_200.0, Measure::NewCodes, "new_codes > 0 (is 1,200)"),
            (
                "code(\u{1b}[31m) > 0 or p99 > 1s",
                5.0,
                Measure::Code("\u{1b}[31m".into(), Scale::Count),
                "code(\u{1b}[31m) > 0 or p99 > 1s (code(\u{1b}[31m) is 5, p99 is not known)",
            ),
        ] {
            let mut values = vec![(measure.clone(), Some(value))];
            values.extend(rule.contains(" or ").then(|| (p99(), None)));
            let breach = Breach { rule: rule.to_owned(), value, measure, values };
            assert_eq!(line(&super::breach(&breach)), text);
        }
    }

    #[test]
    fn the_rate_is_compared_with_an_earlier_run() {
        for (failed, is_baseline, (ok, failed_now), text) in [
            (41, false, (9_885, 115), "FAILING  1.15 % of 10,000 calls failed (115), 2.8 times last time's 0.41 %"),
            (41, true, (9_960, 40), "FAILURES  0.40 % of 10,000 calls failed (40), much like the baseline's 0.41 %"),
            (0, false, (9_960, 40), "FAILURES  0.40 % of 10,000 calls failed (40), last time's rate was 0"),
            (41, false, (9, 0), "OK  no failures in 9 calls, last time's rate was 0.41 %"),
            (0, false, (9, 0), "OK  no failures in 9 calls"),
            (
                9_000,
                true,
                (9_999, 1),
                "FAILURES  0.010 % of 10,000 calls failed (1), <0.01 times the baseline's 90.0 %",
            ),
        ] {
            let compared = Some(Compared { failed, calls: 10_000, is_baseline });
            assert_eq!(said(&Report { compared, ..of(totals(ok, failed_now)) }), text);
        }
    }

    #[test]
    fn the_leading_code_is_named() {
        let code = |name: &str, count, trend| Code { count, share: count as f64 / 4.0, trend, ..samples::code(name) };
        let mut report = of(totals(4, 4));
        report.codes = vec![code("Internal\nError", 3, None), code("B", 1, None)];
        assert_eq!(said(&report), "FAILING  50.0 % of 8 calls failed (4), 75.0 % of them with Internal\nError");
        report.codes =
            vec![code("A", 3, Some(Trend::New)), code("B", 1, Some(Trend::New)), code("C", 0, Some(Trend::Gone))];
        assert_eq!(said(&report), "FAILING  50.0 % of 8 calls failed (4), 75.0 % of them with A (new); also new: B");
        report.codes = vec![code("A ", 4, Some(Trend::Steady))];
        assert_eq!(said(&report), "FAILING  50.0 % of 8 calls failed (4), all with A ");
        report.codes =
            vec![code("A", 2, Some(Trend::Escalating)), code("B", 1, Some(Trend::New)), code("C", 1, Some(Trend::New))];
        assert_eq!(
            said(&report),
            "FAILING  50.0 % of 8 calls failed (4), 50.0 % of them with A (escalating); 2 new codes"
        );
    }
}
