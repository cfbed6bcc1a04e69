//! What the lines are known to be, counted while they are written. It never looks into a line to find out.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::catalogue::{Catalogue, REGIONS};
use crate::instant;

/// The outcome of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    Failed,
    DryRun,
}

/// Why a line is malformed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Depth,
    Oversize,
    Syntax,
    Trailing,
    Truncated,
    Utf8,
}

const REASONS: [(Reason, &str); 6] = [
    (Reason::Depth, "depth"),
    (Reason::Oversize, "oversize"),
    (Reason::Syntax, "syntax"),
    (Reason::Trailing, "trailing"),
    (Reason::Truncated, "truncated"),
    (Reason::Utf8, "utf8"),
];

/// What a record is known to hold.
#[derive(Clone)]
pub struct Facts {
    pub outcome: Outcome,
    /// Index into the list of codes; failed and dry-run records have one.
    pub code: Option<usize>,
    /// False when the id is missing in the sense of the specification.
    pub has_request_id: bool,
    /// Where the id stands in the buffer that the line was appended to, when it stands there without escapes.
    pub request_id_at: Option<Range<usize>>,
    pub time_us: Option<i64>,
    pub action: Option<usize>,
    pub region: Option<usize>,
    pub duration_us: Option<u64>,
    /// Part of the incident that was asked for.
    pub of_incident: bool,
    /// Anomalies of the record, in the report's words.
    pub anomalies: Vec<&'static str>,
}

impl Facts {
    /// A record of which nothing else is known.
    pub fn new(outcome: Outcome) -> Self {
        Facts {
            outcome,
            code: None,
            has_request_id: false,
            request_id_at: None,
            time_us: None,
            action: None,
            region: None,
            duration_us: None,
            of_incident: false,
            anomalies: Vec::new(),
        }
    }
}

/// The class of one line.
pub enum Verdict {
    Record(Facts),
    Blank,
    Malformed(Reason),
    NoEnvelope,
}

#[derive(Clone, Copy, Default)]
struct Calls {
    ok: u64,
    failed: u64,
}

#[derive(Clone, Copy, Default)]
struct Durations {
    count: u64,
    max_us: u64,
}

/// A failed record that the report's slots could name: (sort key, line, id, time, duration).
#[derive(Clone)]
struct Exemplar {
    key: (i64, u64),
    line: u64,
    request_id: Vec<u8>,
    time_us: Option<i64>,
    duration_us: Option<u64>,
}

#[derive(Default)]
struct Exemplars {
    first: Option<Exemplar>,
    last: Option<Exemplar>,
    slowest: Option<Exemplar>,
    sample: Option<Exemplar>,
}

/// The sums over all lines so far.
pub struct Tally {
    digest: Xxh3,
    bytes: u64,
    lines: u64,
    blank: u64,
    no_envelope: u64,
    malformed: [u64; REASONS.len()],
    outcomes: [u64; 3],
    missing: [u64; 3],
    codes: Vec<u64>,
    exemplars: Vec<Exemplars>,
    actions: Vec<Calls>,
    regions: [Calls; REGIONS.len()],
    minute_first: i64,
    minutes: Vec<Calls>,
    first_us: Option<i64>,
    last_us: Option<i64>,
    durations: [Durations; 3],
    incident_region: Option<usize>,
    incident: [u64; 2],
    anomalies: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Empty sums; times begin at `start_us`, in microseconds since 1970-01-01T00:00:00Z.
    pub fn new(start_us: i64, actions: usize, incident_region: Option<usize>) -> Self {
        Tally {
            digest: Xxh3::new(),
            bytes: 0,
            lines: 0,
            blank: 0,
            no_envelope: 0,
            malformed: [0; REASONS.len()],
            outcomes: [0; 3],
            missing: [0; 3],
            codes: Vec::new(),
            exemplars: Vec::new(),
            actions: vec![Calls::default(); actions],
            regions: [Calls::default(); REGIONS.len()],
            minute_first: minute(start_us),
            minutes: Vec::new(),
            first_us: None,
            last_us: None,
            durations: [Durations::default(); 3],
            incident_region,
            incident: [0; 2],
            anomalies: BTreeMap::new(),
        }
    }

    /// Lines so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Takes note of bytes that go into the file; call it with every byte, in order.
    pub fn written(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.digest.update(bytes);
    }

    /// Counts one anomaly that a line has whatever its class.
    pub fn anomaly(&mut self, name: &'static str) {
        *self.anomalies.entry(name).or_default() += 1;
    }

    /// Counts one line; `buffer` is what the offsets of its facts point into.
    pub fn line(&mut self, buffer: &[u8], verdict: &Verdict) {
        self.lines += 1;
        match verdict {
            Verdict::Blank => self.blank += 1,
            Verdict::NoEnvelope => self.no_envelope += 1,
            Verdict::Malformed(reason) => self.malformed[*reason as usize] += 1,
            Verdict::Record(facts) => self.record(buffer, facts),
        }
    }

    fn record(&mut self, buffer: &[u8], facts: &Facts) {
        let outcome = facts.outcome as usize;
        self.outcomes[outcome] += 1;
        self.missing[outcome] += u64::from(!facts.has_request_id);
        for name in &facts.anomalies {
            self.anomaly(name);
        }
        if let Some(time_us) = facts.time_us {
            self.first_us = Some(self.first_us.map_or(time_us, |first| first.min(time_us)));
            self.last_us = Some(self.last_us.map_or(time_us, |last| last.max(time_us)));
        }
        if let Some(duration_us) = facts.duration_us {
            self.durations[outcome].count += 1;
            self.durations[outcome].max_us = self.durations[outcome].max_us.max(duration_us);
        }
        if facts.outcome == Outcome::DryRun {
            return;
        }
        let failed = facts.outcome == Outcome::Failed;
        let add = |calls: &mut Calls| {
            if failed { calls.failed += 1 } else { calls.ok += 1 }
        };
        if let Some(action) = facts.action {
            add(&mut self.actions[action]);
        }
        if let Some(region) = facts.region {
            add(&mut self.regions[region]);
        }
        if let Some(time_us) = facts.time_us {
            let at = (minute(time_us) - self.minute_first) as usize;
            if at >= self.minutes.len() {
                self.minutes.resize(at + 1, Calls::default());
            }
            add(&mut self.minutes[at]);
        }
        if let (true, Some(code)) = (failed, facts.code) {
            self.failure(buffer, facts, code);
        }
    }

    fn failure(&mut self, buffer: &[u8], facts: &Facts, code: usize) {
        if code >= self.codes.len() {
            self.codes.resize(code + 1, 0);
            self.exemplars.resize_with(code + 1, Exemplars::default);
        }
        self.codes[code] += 1;
        if facts.of_incident {
            self.incident[usize::from(facts.region == self.incident_region)] += 1;
        }
        let Some(at) = &facts.request_id_at else {
            return;
        };
        // Timed records come before untimed ones.
        let key = (facts.time_us.unwrap_or(i64::MAX), self.lines);
        let exemplar = Exemplar {
            key,
            line: self.lines,
            request_id: buffer[at.clone()].to_vec(),
            time_us: facts.time_us,
            duration_us: facts.duration_us,
        };
        self.exemplars[code].observe(exemplar);
    }

    /// The truth as JSON; `codes` are the texts of the code indices.
    pub fn into_json(self, codes: &[String], catalogue: &Catalogue, incident: Value) -> Value {
        let calls = |calls: &Calls| json!({"ok": calls.ok, "failed": calls.failed});
        let [ok, failed, dry_run] = self.outcomes;
        let mut services: BTreeMap<&str, Calls> = BTreeMap::new();
        let mut actions = Map::new();
        for (action, counted) in catalogue.actions().iter().zip(&self.actions) {
            if counted.ok + counted.failed > 0 {
                let service = services.entry(action.service).or_default();
                service.ok += counted.ok;
                service.failed += counted.failed;
                actions.insert(format!("{}/{}", action.service, action.name), calls(counted));
            }
        }
        let named: Vec<_> =
            codes.iter().zip(self.codes.iter().zip(&self.exemplars)).filter(|(_, (count, _))| **count > 0).collect();
        let unnamed = self.missing[Outcome::Ok as usize]
            + self.missing[Outcome::Failed as usize]
            + self.missing[Outcome::DryRun as usize];
        let [of_ok, of_failed, of_dry_run] = self.durations;
        let of_all = Durations {
            count: of_ok.count + of_failed.count + of_dry_run.count,
            max_us: of_ok.max_us.max(of_failed.max_us).max(of_dry_run.max_us),
        };
        json!({
            "lines": self.lines,
            "bytes": self.bytes,
            "xxh3_64": format!("{:016x}", self.digest.digest()),
            "blank": self.blank,
            "malformed": REASONS.iter().map(|(reason, name)| ((*name).to_owned(), json!(self.malformed[*reason as usize]))).collect::<Map<_, _>>(),
            "no_envelope": self.no_envelope,
            "ok": ok,
            "failed": failed,
            "dry_run": dry_run,
            "missing_request_id": {"ok": self.missing[0], "failed": self.missing[1], "dry_run": self.missing[2]},
            "distinct_request_ids": ok + failed + dry_run - unnamed,
            "codes": named.iter().map(|(name, (count, _))| ((*name).clone(), json!(count))).collect::<Map<_, _>>(),
            "exemplars": named.iter().map(|(name, (_, exemplars))| ((*name).clone(), exemplars.to_json())).collect::<Map<_, _>>(),
            "services": services.iter().map(|(name, counted)| ((*name).to_owned(), calls(counted))).collect::<Map<_, _>>(),
            "actions": actions,
            "regions": REGIONS.iter().zip(&self.regions).filter(|(_, counted)| counted.ok + counted.failed > 0)
                .map(|(name, counted)| ((*name).to_owned(), calls(counted))).collect::<Map<_, _>>(),
            "first": self.first_us.map(instant::shortest),
            "last": self.last_us.map(instant::shortest),
            "timeline": self.minutes.iter().enumerate().filter(|(_, counted)| counted.ok + counted.failed > 0)
                .map(|(at, counted)| (instant::shortest((self.minute_first + at as i64) * MINUTE_US), calls(counted))).collect::<Map<_, _>>(),
            "latency_ms": {
                "count": of_all.count,
                "max": milliseconds((of_all.count > 0).then_some(of_all.max_us)),
                "ok": of_ok.to_json(),
                "failed": of_failed.to_json(),
            },
            "incident": incident,
            "anomalies": self.anomalies,
        })
    }

    /// Failures that the incident caused: elsewhere, and in its region.
    pub fn of_incident(&self) -> [u64; 2] {
        self.incident
    }
}

impl Durations {
    fn to_json(self) -> Value {
        json!({"count": self.count, "max": milliseconds((self.count > 0).then_some(self.max_us))})
    }
}

impl Exemplars {
    fn observe(&mut self, exemplar: Exemplar) {
        let better = |slot: &Option<Exemplar>, wins: &dyn Fn(&Exemplar) -> bool| slot.as_ref().is_none_or(wins);
        if better(&self.first, &|held| exemplar.key < held.key) {
            self.first = Some(exemplar.clone());
        }
        // The last is the latest timed record; untimed ones stand in only while there is none.
        let recency = |at: &Exemplar| (at.time_us.is_some(), at.key);
        if better(&self.last, &|held| recency(&exemplar) > recency(held)) {
            self.last = Some(exemplar.clone());
        }
        let slowness = |at: &Exemplar| (at.duration_us, std::cmp::Reverse(at.key));
        if exemplar.duration_us.is_some() && better(&self.slowest, &|held| slowness(&exemplar) > slowness(held)) {
            self.slowest = Some(exemplar.clone());
        }
        let hash = |at: &Exemplar| (xxh3_64(&at.request_id), at.request_id.clone());
        if better(&self.sample, &|held| hash(&exemplar) < hash(held)) {
            self.sample = Some(exemplar);
        }
    }

    fn to_json(&self) -> Value {
        let slot = |exemplar: &Option<Exemplar>| {
            exemplar.as_ref().map(|exemplar| {
                json!({
                    "request_id": String::from_utf8_lossy(&exemplar.request_id),
                    "line": exemplar.line,
                    "time": exemplar.time_us.map(instant::shortest),
                    "duration_ms": milliseconds(exemplar.duration_us),
                })
            })
        };
        json!({"first": slot(&self.first), "last": slot(&self.last), "slowest": slot(&self.slowest), "sample": slot(&self.sample)})
    }
}

const MINUTE_US: i64 = 60 * instant::SECOND_US;

fn minute(time_us: i64) -> i64 {
    time_us.div_euclid(MINUTE_US)
}

fn milliseconds(micros: Option<u64>) -> Option<f64> {
    micros.map(|micros| micros as f64 / 1_000.0)
}
