//! The options of `watch`, resolved: what is followed, how lines are read, what a window shows, when the watch ends.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use resplog::internals::watch::{LOOK_BYTES, Names, Settings};
use resplog::time::{self, Calendar, Nanos, Period, Zone};

use super::super::args::{FilterArgs, WatchArgs, WatchFormat};
use super::super::outputs::Named;
use super::super::{by, compared, filters, host, plan, stdout};

/// The shortest window, in nanoseconds.
const WINDOW_NS_MIN: u64 = 1_000_000_000;
/// How many windows back a watch may begin.
const WINDOWS_MAX: i64 = 4096;
/// Begins the names of objects in a store.
const STORES: [&str; 2] = ["cos://", "s3://"];

/// What `watch` does, resolved.
pub struct WatchPlan {
    pub settings: Settings,
    /// Inputs that are pipes, read from their beginning to their end.
    pub pipes: Vec<PathBuf>,
    pub zone: Zone,
    /// What the watch writes to standard output; none when it shows a screen.
    pub rows: Option<WatchFormat>,
    pub lasting_ns: Option<u64>,
    /// When the watch began.
    pub now: Nanos,
}

/// Resolves the options. `has_screen` tells whether standard output is a terminal that can show one.
pub fn resolve(args: &WatchArgs, has_screen: bool) -> Result<WatchPlan> {
    let now = host::clock();
    let by::By { names: by, pointers, fields, periods } = by::read(&args.shown.by)?;
    let filter = filter(args);
    let plan::Listed { names, options, settings } = plan::reading(&args.input, &filter, pointers)?;
    Named::new(&names, &args.input)
        .reads("--classes", args.shown.classes.as_deref())
        .reads("--baseline", args.baseline.as_deref())
        .check()?;
    let zone = plan::zone(&args.shown.tz, "--tz")?;
    let mut options = options;
    options.reading.prune = false;
    if !periods.is_empty() {
        options.counting.calendar = Calendar::new(zone.clone(), periods.contains(&Period::Hour));
    }
    let window_ns = span(&args.window, "--window")?;
    let since = args
        .since
        .as_deref()
        .map(|text| time::point_in_time(text, now, &settings.assume_tz).with_context(|| format!("--since {text}")));
    let since = since.transpose()?;
    let rows = match args.format.or(args.json.then_some(WatchFormat::Ndjson)) {
        None if has_screen => None,
        Some(WatchFormat::Text) if has_screen => None,
        None => Some(WatchFormat::Ndjson),
        given => given,
    };
    check_since(args, since, window_ns, now)?;
    let (pipes, inputs) = names.into_iter().partition(|name| is_pipe(name));
    let filters = filters::shown(&args.shown, &fields, &settings, args.baseline.as_deref(), &zone);
    // What a screen shows is the last window alone.
    let since =
        since.map(|since| if rows.is_none() { since.max(Nanos(now.0.saturating_sub(window_ns))) } else { since });
    Ok(WatchPlan {
        settings: Settings {
            names: Names {
                inputs: followed(inputs)?,
                own: stdout::own().into(),
                rotated_into: args.rotated_into.clone(),
            },
            options,
            window_ns,
            has_windows: rows.is_some(),
            since,
            classes: plan::classes(args.shown.classes.as_ref())?,
            ids: args.shown.ids,
            codes: args.shown.code.clone(),
            only_classes: args.shown.class.iter().map(|name| plan::class(name)).collect::<Result<_>>()?,
            by,
            periods,
            filters,
            rules: plan::rules(&args.fail_if)?,
            baseline: compared::baseline(args.baseline.as_deref())?.map(|(baseline, _)| baseline),
            look_bytes: LOOK_BYTES,
        },
        pipes,
        zone,
        rows,
        lasting_ns: args.lasting.as_deref().map(|text| span(text, "--for").map(i64::unsigned_abs)).transpose()?,
        now,
    })
}

/// The filters of a watch, which has no window of time that stays where it is.
fn filter(args: &WatchArgs) -> FilterArgs {
    FilterArgs { since: None, until: None, now: None, no_prune: true, names: args.names.clone() }
}

fn span(text: &str, flag: &str) -> Result<i64> {
    let span = time::relative(text).filter(|&span| span >= WINDOW_NS_MIN);
    let span = span.and_then(|span| i64::try_from(span).ok());
    span.with_context(|| format!("{flag}: invalid span '{text}': expected one second or more, such as 30s, 10m or 24h"))
}

fn check_since(args: &WatchArgs, since: Option<Nanos>, window_ns: i64, now: Nanos) -> Result<()> {
    let back = since.map_or(0, |since| now.0.saturating_sub(since.0));
    if back / window_ns > WINDOWS_MAX {
        bail!(
            "--since {}: it reaches back over more than {WINDOWS_MAX} windows of {}: expected a longer --window, or resplog report",
            args.since.as_deref().unwrap_or_default(),
            args.window
        );
    }
    Ok(())
}

/// Whether an input is read once, from its beginning to its end: standard input, and pipes that have a name.
fn is_pipe(name: &Path) -> bool {
    let is_fifo =
        |path: &Path| path.metadata().is_ok_and(|it| it.file_type().is_fifo() || it.file_type().is_char_device());
    name.as_os_str() == "-" || is_fifo(name)
}

/// The inputs, if files with these names can be followed.
fn followed(inputs: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
    for input in &inputs {
        let name = input.as_os_str().as_bytes();
        if STORES.iter().any(|store| name.starts_with(store.as_bytes())) {
            bail!(
                "{}: objects of a store cannot be followed, since they do not grow: expected files, folders, globs or - (resplog \
                 report reads objects, again and again with a timer)",
                input.display()
            );
        }
    }
    Ok(inputs)
}
