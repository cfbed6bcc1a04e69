//! What a report is compared with, as options name it: an earlier report or summary, or a point in time; and which options
//! count lines in another way than summaries do.

use std::path::Path;

use anyhow::{Context, Result};
use resplog::baseline::{self, Baseline, Measured};
use resplog::internals::partial::wire;
use resplog::internals::summary::Summary;
use resplog::internals::summary::counting::Counting;
use resplog::report::comparison;
use resplog::time::{self, Nanos, Period, Zone};

/// What an earlier report counted, or a summary that the library wrote.
pub fn baseline(file: Option<&Path>) -> Result<Option<(Baseline, Measured)>> {
    let Some(file) = file else { return Ok(None) };
    let named = || format!("--baseline {}", file.display());
    let bytes = std::fs::read(file).with_context(named)?;
    let read = if wire::begins(&bytes) {
        let of = |summary: &Summary| (summary.baseline(), comparison::measured(summary));
        wire::decode(&bytes).map(|partial| of(&partial.summary)).map_err(anyhow::Error::new)
    } else {
        baseline::from_report(&bytes).map_err(anyhow::Error::new)
    };
    read.map(Some).with_context(named)
}

/// The time before and after which calls are compared.
pub fn split(text: &str, now: Nanos, assumed: &Zone) -> Result<Nanos> {
    time::point_in_time(text, now, assumed).with_context(|| format!("--split {text}"))
}

/// The option by which lines are counted in another way than in summaries, whose days are those of UTC.
pub fn counts(counting: &Counting, periods: &[Period], zone: &Zone) -> Option<&'static str> {
    match () {
        () if counting.split.is_some() => Some("--split"),
        () if periods.contains(&Period::Hour) => Some("--by hour"),
        () if !periods.is_empty() && *zone != Zone::Utc => Some("--by PERIOD with --tz"),
        () => None,
    }
}
