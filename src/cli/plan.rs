//! Strings become types, once; nothing later compares strings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use resplog::baseline::{Baseline, Measured};
use resplog::catalog::{Class, Classes};
use resplog::internals::acknowledged::Acknowledged;
use resplog::internals::engine::Options;
use resplog::internals::input::source::Sizes;
use resplog::internals::inspect::Reading;
use resplog::internals::partial::Partial;
use resplog::internals::partial::merge::Merger;
use resplog::internals::render::commands::Commands;
use resplog::internals::render::{Format, mail};
use resplog::internals::summary::counting::Counting;
use resplog::profile::Pointer;
use resplog::report::Against;
use resplog::report::tables::Table;
use resplog::rule::Rule;
use resplog::scan::{ScannerKind, Tier};
use resplog::settings::{self, Bound, InputFormat, Settings, Value};
use resplog::time::{self, Calendar, Nanos, Period, Zone};

use super::args::{CacheArgs, FilterArgs, InputArgs, InputFormatArg, ReportArgs};
use super::by::By;
use super::outputs::{Named, Output};
use super::said::warn;
use super::shape::{Content, File, SUMMARY, Shape};
use super::{by, compared, filters, host, incremental};

/// How many threads a processor gets at the most.
const THREADS_EACH: usize = 4;

/// What `report` does, resolved.
pub struct ReportPlan {
    pub inputs: Vec<PathBuf>,
    pub options: Options,
    pub by: Vec<String>,
    /// The same with their pointers, as they are given.
    pub by_fields: Vec<String>,
    pub periods: Vec<Period>,
    /// The option by which lines are counted as in no summary, if there is one.
    pub counts: Option<&'static str>,
    pub classes: Classes,
    pub only_classes: Vec<Class>,
    pub settings: Settings,
    pub filters: BTreeMap<&'static str, Value>,
    pub files: Vec<File>,
    pub rejects: Option<Output>,
    pub cache: Option<Kept>,
    pub stdout: Option<Shape>,
    pub zone: Zone,
    pub folder: PathBuf,
    pub now: Nanos,
    pub rules: Vec<Rule>,
    pub baseline: Option<(Baseline, Measured)>,
    pub acknowledged: Vec<Acknowledged>,
    pub commands: Option<Commands>,
}

/// A cache, and how it is used.
pub struct Kept {
    pub folder: PathBuf,
    pub bytes_max: u64,
    /// Whether all files are read nevertheless.
    pub verify: bool,
}

impl ReportPlan {
    /// Whether one of the files is a summary.
    pub fn writes_summary(&self) -> bool {
        self.files.iter().any(|file| matches!(file.content, Content::Summary))
    }

    /// Merges summaries that agree with this one, for a report and the summaries that it writes.
    pub fn merger(&self, expected: &Partial) -> Merger {
        let merger = Merger::new(expected).threads(self.options.threads);
        if self.writes_summary() { merger.keeping_apart() } else { merger }
    }

    /// Records with later times were written by a clock that is ahead.
    pub fn horizon(&self) -> Nanos {
        horizon(self.now)
    }

    /// What the report is compared with and judged by; `history` is what earlier runs left in a state, `newest` the newest
    /// time of them and this one.
    pub fn against<'a>(&'a self, history: &'a [Baseline], newest: Option<Nanos>) -> Against<'a> {
        Against {
            history,
            newest,
            baseline: self.baseline.as_ref().map(|(baseline, _)| baseline),
            measured: self.baseline.as_ref().map(|(_, measured)| measured),
            acknowledged: &self.acknowledged,
            rules: &self.rules,
            now: self.now,
        }
    }
}

/// How far clocks may be ahead, in nanoseconds.
const AHEAD_MAX_NS: i64 = 5 * 60 * 1_000_000_000;

fn horizon(now: Nanos) -> Nanos {
    Nanos(now.0.saturating_add(AHEAD_MAX_NS))
}

/// Resolves the options of `report`. `now` is the clock, `simd` the setting that forces a tier.
pub fn report(args: &ReportArgs, now: Nanos, simd: Option<&str>) -> Result<ReportPlan> {
    let By { names, pointers, fields: by_fields, periods } = by::read(&args.shown.by)?;
    let table = table(&args.table)?;
    let outputs = args.output.iter().map(|path| outputs(path, table)).collect::<Result<Vec<_>>>()?.concat();
    let inputs = inputs(&args.input)?;
    if args.mail_to.as_ref().is_some_and(|to| !mail::is_recipient(to)) {
        bail!("--mail-to: addresses are plain, such as sre@example.com, with commas between them");
    }
    let only_classes = args.shown.class.iter().map(|name| class(name)).collect::<Result<_>>()?;
    let format = args.format.or(args.json.then_some(Format::Json));
    let stdout = format.or_else(|| outputs.is_empty().then_some(Format::Text));
    let stdout = stdout.map(|format| Shape { format, table });
    let named = Named::new(&inputs, &args.input)
        .reads("--ack", args.alarms.ack.as_deref())
        .reads("--classes", args.shown.classes.as_deref())
        .reads("--baseline", args.alarms.baseline.as_deref())
        .reads("--plan", args.plan.as_deref())
        .writes("-o", outputs.iter().map(|(path, _)| path.as_path()))
        .writes("--rejects", args.rejects.as_deref())
        .keeps(args.state.state.as_deref())
        .prints(stdout.is_some());
    named.check()?;
    incremental::check(args, &inputs)?;
    let settings = Settings { dedupe: args.dedupe, ..settings(&args.input, &args.filter, now)? };
    let mut options = options(&args.input, &args.filter, &settings, pointers, simd)?;
    let the_now = the_now(&args.filter, now, &settings.assume_tz)?;
    options.counting.split =
        args.alarms.split.as_deref().map(|text| compared::split(text, the_now, &settings.assume_tz)).transpose()?;
    options.reading.horizon = Some(horizon(the_now));
    // A file that is left out has no position.
    options.reading.prune &= args.state.state.is_none();
    options.reading.rejects_text = args.rejects_text;
    let zone = zone(&args.shown.tz, "--tz")?;
    if !periods.is_empty() {
        options.counting.calendar = Calendar::new(zone.clone(), periods.contains(&Period::Hour));
    }
    // Which of several records of an id counts is not known of one input.
    options.counting.apart = !args.dedupe && outputs.iter().any(|(_, content)| matches!(content, Content::Summary));
    let counts = compared::counts(&options.counting, &periods, &zone);
    if let Some(counts) = counts.filter(|_| outputs.iter().any(|(_, content)| matches!(content, Content::Summary))) {
        bail!(
            "{counts} does not go with -o FILE.{SUMMARY}, since summaries know days of UTC alone: expected another run for it"
        );
    }
    let acknowledged = acknowledged(args.alarms.ack.as_deref())?;
    Ok(ReportPlan {
        commands: args.given.commands(&inputs, &settings),
        rules: rules(&args.alarms.fail_if)?,
        baseline: compared::baseline(args.alarms.baseline.as_deref())?,
        inputs,
        options,
        by: names,
        periods,
        counts,
        classes: classes(args.shown.classes.as_ref())?,
        only_classes,
        filters: filters::of(args, &by_fields, &settings, &acknowledged, &zone),
        by_fields,
        settings,
        files: outputs
            .iter()
            .map(|(path, content)| Ok(File::new(Output::at(path)?, *content)))
            .collect::<Result<_>>()?,
        rejects: args.rejects.as_deref().map(Output::at).transpose()?,
        // What a cache holds is counted by days of UTC, and knows no split.
        cache: cache(&args.cache)?.filter(|_| counts.is_none()),
        stdout,
        zone,
        folder: args.tmp_dir.clone().unwrap_or_else(std::env::temp_dir),
        now: the_now,
        acknowledged,
    })
}

fn cache(args: &CacheArgs) -> Result<Option<Kept>> {
    let CacheArgs { cache, cache_bytes, verify } = args;
    let bytes_max = settings::bytes(cache_bytes).context("--cache-bytes")? as u64;
    Ok(cache.as_ref().map(|folder| Kept { folder: folder.clone(), bytes_max, verify: *verify }))
}

/// The rules, each once.
pub fn rules(texts: &[String]) -> Result<Vec<Rule>> {
    let mut rules: Vec<Rule> = Vec::new();
    for text in texts {
        let rule = Rule::parse(text).context("--fail-if")?;
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    Ok(rules)
}

/// The codes that an `--ack` file names.
fn acknowledged(file: Option<&Path>) -> Result<Vec<Acknowledged>> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let named = || format!("--ack {}", file.display());
    let text = std::fs::read_to_string(file).with_context(named)?;
    Acknowledged::parse(&text).with_context(named)
}

/// Resolves what the commands share that list records: the names of the inputs, and how they are read.
pub fn reading(input: &InputArgs, filter: &FilterArgs, by: Vec<Pointer>) -> Result<Listed> {
    let settings = settings(input, filter, host::clock())?;
    let names = inputs(input)?;
    Named::new(&names, input).prints(true).check()?;
    let options = options(input, filter, &settings, by, host::simd().as_deref())?;
    Ok(Listed { names, options, settings })
}

/// What is read by commands that list records.
pub struct Listed {
    pub names: Vec<PathBuf>,
    pub options: Options,
    pub settings: Settings,
}

/// The class table in force.
pub fn classes(file: Option<&PathBuf>) -> Result<Classes> {
    let Some(file) = file else { return Ok(Classes::default()) };
    let text = std::fs::read_to_string(file).with_context(|| format!("--classes {}", file.display()))?;
    Classes::with_overrides(&text).with_context(|| format!("--classes {}", file.display()))
}

fn inputs(args: &InputArgs) -> Result<Vec<PathBuf>> {
    use std::io::IsTerminal;
    if !args.inputs.is_empty() {
        return Ok(args.inputs.clone());
    }
    if std::io::stdin().is_terminal() {
        bail!("no input: name files or directories, or pipe a log into standard input");
    }
    Ok(vec!["-".into()])
}

/// The options that change numbers.
fn settings(args: &InputArgs, filter: &FilterArgs, now: Nanos) -> Result<Settings> {
    let pointer = |text: &String| Pointer::parse(text).with_context(|| format!("--envelope {text}"));
    let assume_tz = zone(&args.assume_tz, "--assume-tz")?;
    let (since, until) = window(filter, now, &assume_tz)?;
    if args.input_format == InputFormatArg::Cloudaudit && !args.envelope.is_empty() {
        bail!("--envelope: events of CloudAudit have no envelope; expected another --input-format with it");
    }
    let names = |names: &[String]| Settings::names(names.iter().map(String::as_str));
    Ok(Settings {
        envelope: args.envelope.iter().map(pointer).collect::<Result<_>>()?,
        forms: args.forms.as_deref().map(settings::forms).transpose().context("--forms")?.unwrap_or_default(),
        input_format: match args.input_format {
            InputFormatArg::Auto => InputFormat::Auto,
            InputFormatArg::Ndjson => InputFormat::Ndjson,
            InputFormatArg::Json => InputFormat::Json,
            InputFormatArg::Cloudaudit => InputFormat::CloudAudit,
        },
        fields: args.field.iter().map(|text| settings::field(text)).collect::<Result<_, _>>().context("--field")?,
        line_bytes_max: settings::bytes(&args.max_line).context("--max-line")?,
        assume_tz,
        since,
        until,
        services: names(&filter.names.service),
        actions: names(&filter.names.action),
        regions: names(&filter.names.region),
        sources: args.sources.clone(),
        dedupe: false,
    })
}

fn options(
    args: &InputArgs,
    filter: &FilterArgs,
    settings: &Settings,
    by: Vec<Pointer>,
    simd: Option<&str>,
) -> Result<Options> {
    Ok(Options {
        threads: threads(args.threads)?,
        sizes: Sizes { line_bytes_max: settings.line_bytes_max, ..Sizes::default() },
        way: ScannerKind::Fast(tier(simd)?),
        reading: Reading { prune: !filter.no_prune, ..Reading::of(settings, by) },
        counting: Counting::default(),
    })
}

/// How many threads are started. More than a few for each processor make no run faster, and each takes memory.
pub fn threads(wanted: Option<usize>) -> Result<usize> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads_max = processors.saturating_mul(THREADS_EACH);
    match wanted {
        None => Ok(processors),
        Some(0) => bail!("--threads: at least 1 is needed"),
        Some(threads) if threads > threads_max => {
            warn(&format!("--threads {threads}: {threads_max} are used, {THREADS_EACH} for each processor"));
            Ok(threads_max)
        }
        Some(threads) => Ok(threads),
    }
}

pub fn tier(simd: Option<&str>) -> Result<Tier> {
    let Some(name) = simd else { return Ok(Tier::best()) };
    let tier =
        Tier::from_name(name).ok_or_else(|| anyhow!("RESPLOG_SIMD is '{name}'; it can be portable, avx2 or avx512"))?;
    if !tier.is_available() {
        bail!("RESPLOG_SIMD is '{name}', which this processor does not have");
    }
    Ok(tier)
}

/// What "now" is: the option, else the clock.
pub fn the_now(args: &FilterArgs, clock: Nanos, assumed: &Zone) -> Result<Nanos> {
    let Some(text) = &args.now else { return Ok(clock) };
    time::point_in_time(text, clock, assumed).with_context(|| format!("--now {text}"))
}

/// The window of time.
fn window(args: &FilterArgs, clock: Nanos, assumed: &Zone) -> Result<(Option<Bound>, Option<Bound>)> {
    let now = the_now(args, clock, assumed)?;
    let bound = |text: &Option<String>, flag: &str| {
        let read = |text: &String| {
            let at = time::point_in_time(text, now, assumed).with_context(|| format!("{flag} {text}"))?;
            Ok::<_, anyhow::Error>(Bound { at, text: text.clone() })
        };
        text.as_ref().map(read).transpose()
    };
    let (since, until) = (bound(&args.since, "--since")?, bound(&args.until, "--until")?);
    if let (Some(since), Some(until)) = (&since, &until)
        && since.at >= until.at
        // What lies outside of the range of times is in no order.
        && !(since.at == until.at && [Nanos::MIN, Nanos::MAX].contains(&since.at))
    {
        bail!("--since {} is not before --until {}", since.text, until.text);
    }
    Ok((since, until))
}

/// The files that a path of `-o` stands for.
fn outputs(path: &Path, table: Table) -> Result<Vec<(PathBuf, Content)>> {
    if path.is_dir() {
        let tables = Format::ALL.into_iter().filter(|format| format.is_one_table()).flat_map(|format| {
            let file = |table: Table| path.join(table.as_str()).with_extension(format.extension());
            Table::ALL.map(|table| (file(table), Content::Report(Shape { format, table })))
        });
        return Ok(tables.collect());
    }
    if path.extension().is_some_and(|extension| extension == SUMMARY) {
        return Ok(vec![(path.to_owned(), Content::Summary)]);
    }
    let Some(format) = Format::of(path) else {
        let names: Vec<_> = Format::ALL.iter().map(|format| format!(".{}", format.extension())).collect();
        let last = format!(".{SUMMARY}");
        bail!(
            "-o {}: the extension names no format, and it is not a folder; expected {} or {last}",
            path.display(),
            names.join(", ")
        );
    };
    Ok(vec![(path.to_owned(), Content::Report(Shape { format, table }))])
}

fn table(name: &str) -> Result<Table> {
    Table::from_name(name).ok_or_else(|| {
        let names = Table::ALL.map(Table::as_str).join(", ");
        anyhow!("--table: there is no table '{name}'; expected one of {names}")
    })
}

/// The class of that name.
pub fn class(name: &str) -> Result<Class> {
    Class::from_name(name).ok_or_else(|| {
        let names = Class::ALL.map(Class::as_str).join(", ");
        anyhow!("--class: there is no class '{name}'; expected one of {names}")
    })
}

/// The zone that a flag names.
pub fn zone(text: &str, flag: &str) -> Result<Zone> {
    settings::zone(text).with_context(|| flag.to_owned())
}
