//! What an earlier run counted, as trends and comparisons take it. It does not know where that run stands: in a state or in a JSON
//! report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The name and version of the JSON report.
pub const SCHEMA: &str = "resplog.report/2";
/// The version before, which is read as well.
const SCHEMA_BEFORE: &str = "resplog.report/1";
/// The edition of the rules that say what a line is. Numbers of two editions are not compared.
pub const READING: u32 = 2;

/// The failures of one earlier run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Failures by code, as reports show it; only those above 0.
    pub codes: BTreeMap<String, u64>,
    /// The edition of the rules that the log was read by.
    #[serde(default = "first_reading")]
    pub reading: u32,
}

/// What was counted before editions had numbers.
const fn first_reading() -> u32 {
    1
}

impl Baseline {
    /// How many calls its rates divide by.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.ok.saturating_add(self.failed)
    }
}

/// Calls of some time, as they are compared with those of another time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that failed.
    pub failed: u64,
    /// The 99th percentile of their durations, in milliseconds; none when no duration is known.
    pub p99_ms: Option<f64>,
    /// Failures by code; only those above 0.
    pub codes: BTreeMap<String, u64>,
    /// Calls by service, where it is known, and action.
    pub actions: BTreeMap<(Option<String>, String), MeasuredAction>,
}

/// Calls of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeasuredAction {
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that failed.
    pub failed: u64,
    /// As that of all calls.
    pub p99_ms: Option<f64>,
}

/// Why an earlier report cannot be compared with.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is not the JSON of a report.
    #[error("this is not a JSON report of resplog")]
    Json(#[from] serde_json::Error),
    /// It is a report of another version.
    #[error("this is a report of the version {0:?}, which is not known here")]
    Schema(String),
    /// It does not list all its codes.
    #[error("it lists only some codes, as --code and --class make it; a baseline lists all")]
    SomeCodes,
}

/// The parts of a JSON report that trends need.
#[derive(Deserialize)]
struct Told {
    schema: String,
    #[serde(default = "first_reading")]
    reading: u32,
    totals: Counts,
    codes: Vec<CodeCount>,
    #[serde(default)]
    actions: Vec<ActionCounts>,
    #[serde(default)]
    latency: Latency,
}

#[derive(Deserialize)]
struct ActionCounts {
    service: Option<String>,
    action: String,
    ok: u64,
    failed: u64,
    #[serde(default)]
    latency: Quantiles,
}

#[derive(Default, Deserialize)]
struct Latency {
    #[serde(default)]
    all: Quantiles,
}

#[derive(Default, Deserialize)]
struct Quantiles {
    #[serde(default)]
    p99: Option<f64>,
}

#[derive(Deserialize)]
struct Counts {
    ok: u64,
    failed: u64,
}

#[derive(Deserialize)]
struct CodeCount {
    code: String,
    count: u64,
}

/// What a JSON report counted, and how long its calls took.
///
/// # Errors
///
/// It is not a report, of another version, or does not list all codes.
pub fn from_report(json: &[u8]) -> Result<(Baseline, Measured), BaselineError> {
    let Told { schema, reading, totals, codes, actions, latency } = serde_json::from_slice(json)?;
    if ![SCHEMA, SCHEMA_BEFORE].contains(&schema.as_str()) {
        return Err(BaselineError::Schema(schema));
    }
    let listed = codes.iter().fold(0_u64, |sum, row| sum.saturating_add(row.count));
    if listed != totals.failed {
        return Err(BaselineError::SomeCodes);
    }
    let codes = codes.into_iter().filter(|row| row.count > 0).map(|row| (row.code, row.count));
    let codes: BTreeMap<_, _> = codes.collect();
    let actions = actions.into_iter().map(|row| {
        let ActionCounts { service, action, ok, failed, latency } = row;
        ((service, action), MeasuredAction { ok, failed, p99_ms: latency.p99 })
    });
    let Counts { ok, failed } = totals;
    let measured = Measured { ok, failed, p99_ms: latency.all.p99, codes: codes.clone(), actions: actions.collect() };
    Ok((Baseline { ok, failed, codes, reading }, measured))
}
