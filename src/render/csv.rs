//! The report as CSV (RFC 4180): one table at a time, with a line of column names, exact numbers and UTC times.
//! It knows no files; an unknown value is an empty cell without quotes.

use std::io::{self, Write};

use super::{escape, view};
use crate::report::{At, Calls, Quantiles, Report, Trend};
use crate::settings::Value;
use crate::time::Nanos;

/// A table of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// The rules that fired.
    Breaches,
    /// Failures by code.
    Codes,
    /// The masked messages of each code.
    Messages,
    /// The ids that each code lists.
    Ids,
    /// The ids to look into first, over all codes.
    LookInto,
    /// Where codes are more frequent than calls are.
    StandsOut,
    /// Failures by family.
    Families,
    /// Failures by class.
    Classes,
    /// Calls by service.
    Services,
    /// Calls by action.
    Actions,
    /// Calls by region.
    Regions,
    /// Calls by the `--by` fields and periods.
    By,
    /// Failures by `--by` period and code.
    ByCodes,
    /// Calls over time.
    Timeline,
    /// How long calls took.
    Latency,
    /// How each input was read.
    Inputs,
    /// Where the first malformed lines stand.
    Malformed,
    /// Every single number, text and condition of the report, a row each.
    Totals,
}

impl Table {
    /// Every table, in the order of the report.
    pub const ALL: [Self; 18] = [
        Self::Breaches,
        Self::Codes,
        Self::Messages,
        Self::Ids,
        Self::LookInto,
        Self::StandsOut,
        Self::Families,
        Self::Classes,
        Self::Services,
        Self::Actions,
        Self::Regions,
        Self::By,
        Self::ByCodes,
        Self::Timeline,
        Self::Latency,
        Self::Inputs,
        Self::Malformed,
        Self::Totals,
    ];

    /// The word that the option and the file names use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Breaches => "breaches",
            Self::Codes => "codes",
            Self::Messages => "messages",
            Self::Ids => "ids",
            Self::LookInto => "look_into",
            Self::StandsOut => "stands_out",
            Self::Families => "families",
            Self::Classes => "classes",
            Self::Services => "services",
            Self::Actions => "actions",
            Self::Regions => "regions",
            Self::By => "by",
            Self::ByCodes => "by_codes",
            Self::Timeline => "timeline",
            Self::Latency => "latency",
            Self::Inputs => "inputs",
            Self::Malformed => "malformed",
            Self::Totals => "totals",
        }
    }

    /// The table of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == name)
    }

    /// The names of its columns.
    #[must_use]
    pub const fn columns(self) -> &'static str {
        match self {
            Self::Breaches => "rule,measure,value",
            Self::Codes => "code,kind,family,class,count,share,first,last,since,trend,seen,runs,muted",
            Self::Messages => "code,text,count",
            Self::Ids => "code,class,request_id,reason,input,line,offset,time,service,action,region,duration_ms",
            Self::LookInto => {
                "rank,code,class,request_id,reason,input,line,offset,time,service,action,region,duration_ms"
            }
            Self::StandsOut => "code,field,value,share,share_of_all",
            Self::Families => "family,count",
            Self::Classes => "class,count",
            Self::Services => "service,ok,failed,failure_rate",
            Self::Actions => {
                "service,action,ok,failed,failure_rate,latency_count,p50_ms,p90_ms,p95_ms,p99_ms,p999_ms,max_ms"
            }
            Self::Regions => "region,ok,failed,failure_rate",
            Self::By => "name,value,ok,failed,failure_rate",
            Self::ByCodes => "name,value,code,count",
            Self::Timeline => "start,seconds,ok,failed",
            Self::Latency => "outcome,latency_count,p50_ms,p90_ms,p95_ms,p99_ms,p999_ms,max_ms",
            Self::Inputs => {
                "path,format,compression,envelope,fields,bytes,lines,blank,malformed,no_envelope,ok,failed,dry_run,\
                 duplicates,filtered,status,error,unfinished,skipped"
            }
            Self::Malformed => "input,line,offset,reason",
            Self::Totals => "name,key,value",
        }
    }
}

/// Writes one table.
///
/// # Errors
///
/// `out` fails.
pub fn write(report: &Report, table: Table, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", table.columns())?;
    let mut rows = Rows { out };
    match table {
        Table::Breaches => report
            .breaches
            .iter()
            .try_for_each(|it| rows.row(&[text(&it.rule), text(&it.measure.to_string()), real(Some(it.value))])),
        Table::Codes | Table::Messages | Table::Ids | Table::StandsOut => of_codes(report, table, &mut rows),
        Table::LookInto => look_into(report, &mut rows),
        Table::Families => report.families.iter().try_for_each(|row| rows.row(&[text(&row.family), whole(row.count)])),
        Table::Classes => {
            report.classes.iter().try_for_each(|row| rows.row(&[text(row.class.as_str()), whole(row.count)]))
        }
        Table::Services => report.services.iter().try_for_each(|row| rows.calls(&[&row.service], &row.calls)),
        Table::Regions => report.regions.iter().try_for_each(|row| rows.calls(&[&row.region], &row.calls)),
        Table::By => report.by.iter().try_for_each(|row| rows.calls(&[&row.name, &row.value], &row.calls)),
        Table::ByCodes => by_codes(report, &mut rows),
        Table::Actions => actions(report, &mut rows),
        Table::Timeline => timeline(report, &mut rows),
        Table::Latency => {
            let all = [("all", &report.latency.all), ("ok", &report.latency.ok), ("failed", &report.latency.failed)];
            all.into_iter().try_for_each(|(outcome, row)| rows.row(&[vec![text(outcome)], quantiles(row)].concat()))
        }
        Table::Inputs => inputs(report, &mut rows),
        Table::Malformed => report
            .malformed
            .samples
            .iter()
            .try_for_each(|row| rows.row(&[text(&row.input), whole(row.line), whole(row.offset), text(row.reason)])),
        Table::Totals => totals(report, &mut rows),
    }
}

/// Where rows go.
struct Rows<'a> {
    out: &'a mut dyn Write,
}

impl Rows<'_> {
    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        writeln!(self.out, "{}", cells.join(","))
    }

    fn calls(&mut self, names: &[&str], calls: &Calls) -> io::Result<()> {
        let names = names.iter().map(|name| text(name)).collect();
        self.row(&[names, counts(calls)].concat())
    }
}

fn text(text: &str) -> String {
    escape::csv(text)
}

fn maybe(value: Option<&str>) -> String {
    value.map(text).unwrap_or_default()
}

fn whole(number: u64) -> String {
    number.to_string()
}

fn real(number: Option<f64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn time(time: Option<Nanos>) -> String {
    time.map(|time| text(&time.to_string())).unwrap_or_default()
}

fn counts(calls: &Calls) -> Vec<String> {
    vec![whole(calls.ok), whole(calls.failed), real(calls.failure_rate)]
}

fn quantiles(row: &Quantiles) -> Vec<String> {
    let values = [row.p50, row.p90, row.p95, row.p99, row.p999, row.max];
    std::iter::once(whole(row.count)).chain(values.map(real)).collect()
}

fn place(at: &At) -> Vec<String> {
    vec![
        text(&at.input),
        whole(at.line),
        whole(at.offset),
        time(at.time),
        maybe(at.service.as_deref()),
        maybe(at.action.as_deref()),
        maybe(at.region.as_deref()),
        real(at.duration_ms),
    ]
}

fn of_codes(report: &Report, table: Table, rows: &mut Rows<'_>) -> io::Result<()> {
    for code in &report.codes {
        let name = || text(&code.code);
        match table {
            Table::Messages => {
                code.messages.iter().try_for_each(|it| rows.row(&[name(), text(&it.text), whole(it.count)]))
            }
            Table::StandsOut => code.stands_out.iter().try_for_each(|it| {
                let shares = [real(Some(it.share)), real(Some(it.share_of_all))];
                rows.row(&[&[name(), text(&it.field), text(&it.value)], shares.as_slice()].concat())
            }),
            Table::Ids => code.request_ids.iter().try_for_each(|it| {
                let own = vec![name(), text(code.class.as_str()), text(&it.request_id), text(&it.reason)];
                rows.row(&[own, place(&it.at)].concat())
            }),
            _ => rows.row(&[
                name(),
                text(code.kind.as_str()),
                text(&code.family),
                text(code.class.as_str()),
                whole(code.count),
                real(Some(code.share)),
                time(code.first),
                time(code.last),
                time(code.since),
                maybe(code.trend.map(Trend::as_str)),
                code.seen_runs.as_ref().map(|it| whole(it.seen)).unwrap_or_default(),
                code.seen_runs.as_ref().map(|it| whole(it.runs)).unwrap_or_default(),
                code.muted.to_string(),
            ]),
        }?;
    }
    Ok(())
}

fn look_into(report: &Report, rows: &mut Rows<'_>) -> io::Result<()> {
    for (rank, it) in (1..).zip(&report.look_into) {
        let own = vec![whole(rank), text(&it.code), text(it.class.as_str()), text(&it.request_id), text(&it.reason)];
        rows.row(&[own, place(&it.at)].concat())?;
    }
    Ok(())
}

fn by_codes(report: &Report, rows: &mut Rows<'_>) -> io::Result<()> {
    for row in &report.by {
        for code in row.codes.iter().flatten() {
            rows.row(&[text(&row.name), text(&row.value), text(&code.code), whole(code.count)])?;
        }
    }
    Ok(())
}

fn actions(report: &Report, rows: &mut Rows<'_>) -> io::Result<()> {
    report.actions.iter().try_for_each(|row| {
        let names = vec![maybe(row.service.as_deref()), text(&row.action)];
        rows.row(&[names, counts(&row.calls), quantiles(&row.latency)].concat())
    })
}

fn timeline(report: &Report, rows: &mut Rows<'_>) -> io::Result<()> {
    let seconds = report.timeline.bucket_seconds.map(|it| it.to_string()).unwrap_or_default();
    report
        .timeline
        .buckets
        .iter()
        .try_for_each(|row| rows.row(&[time(Some(row.start)), seconds.clone(), whole(row.ok), whole(row.failed)]))
}

fn inputs(report: &Report, rows: &mut Rows<'_>) -> io::Result<()> {
    for it in &report.inputs {
        let fields: Vec<_> = it.fields.iter().map(|(name, field)| format!("{name}={}", field.pointer)).collect();
        let words = [&it.path, it.format.as_str(), it.compression.as_str(), &it.envelope.join(" "), &fields.join(" ")]
            .map(text);
        let counts = [it.bytes, it.counts.lines].into_iter().chain(it.counts.iter().map(|(_, lines)| lines));
        let counts: Vec<_> = counts.map(whole).collect();
        let ends =
            [text(it.status.as_str()), maybe(it.error.as_deref()), it.unfinished.to_string(), it.skipped.to_string()];
        rows.row(&[words.as_slice(), counts.as_slice(), ends.as_slice()].concat())?;
    }
    Ok(())
}

/// What is no table of its own: `name` is a key of the JSON report, `key` one inside it.
fn totals(report: &Report, rows: &mut Rows<'_>) -> io::Result<()> {
    let totals = &report.totals;
    let [low, high] = totals.failure_rate_bounds.map_or([None, None], |bounds| bounds.map(Some));
    let counts = totals.counts.iter().map(|(class, lines)| (class.as_str(), whole(lines)));
    let missing = totals.missing_request_id.iter();
    let missing =
        missing.map(|(outcome, records)| (format!("missing_request_id.{}", outcome.as_str()), whole(records)));
    let single = [
        ("untimed", whole(totals.untimed)),
        ("responses", whole(totals.responses)),
        ("bytes", whole(totals.bytes)),
        ("failure_rate", real(totals.failure_rate)),
        ("failure_rate_bounds.low", real(low)),
        ("failure_rate_bounds.high", real(high)),
    ];
    let mut row = |name: &str, key: &str, value: String| rows.row(&[text(name), text(key), value]);
    report.breaches.iter().try_for_each(|it| row("breaches", &it.rule, real(Some(it.value))))?;
    report.status.iter().try_for_each(|condition| row("status", "", text(view::condition(*condition))))?;
    row("totals", "lines", whole(totals.counts.lines))?;
    counts.chain(single).try_for_each(|(key, value)| row("totals", key, value))?;
    missing.into_iter().try_for_each(|(key, value)| row("totals", &key, value))?;
    row("totals", "distinct_request_ids", whole(totals.distinct_request_ids))?;
    report.malformed.reasons.0.iter().try_for_each(|&(key, lines)| row("malformed", key, whole(lines)))?;
    report.anomalies.iter().try_for_each(|(key, &lines)| row("anomalies", key, whole(lines)))?;
    if let Some(window) = &report.window {
        row("window", "generation", whole(window.generation))?;
        row("window", "from", time(window.from))?;
        row("window", "to", time(window.to))?;
    }
    for (name, setting) in &report.filters {
        match setting {
            Value::Number(number) => row("filters", name, whole(*number))?,
            Value::Switch(on) => row("filters", name, on.to_string())?,
            Value::Text(value) => row("filters", name, text(value))?,
            Value::List(values) => values.iter().try_for_each(|value| row("filters", name, text(value)))?,
        }
    }
    report.hints.iter().try_for_each(|hint| row("hints", "", text(hint)))?;
    if let Some(stamp) = &report.stamp {
        row("stamp", "version", text(stamp.version))?;
        row("stamp", "time", time(Some(stamp.time)))?;
        row("stamp", "seconds", real(Some(stamp.seconds)))?;
        row("stamp", "threads", stamp.threads.to_string())?;
        let options = stamp.options.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        options.into_iter().try_for_each(|(name, value)| row("options", name, text(value)))?;
    }
    row("approximate", "", report.approximate.to_string())
}
