//! One undamaged line at a time, with the facts about it. It knows nothing of damage and of files.

use clap::ValueEnum;

use crate::catalogue::{Action, Catalogue, REGIONS};
use crate::dice::Dice;
use crate::envelope::Envelopes;
use crate::faults::{Fault, Faults, Pace};
use crate::template::{Scene, Style};
use crate::truth::{Facts, Outcome};
use crate::wrapper::{self, Context};

/// What the lines look like.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Responses alone, in the documented distribution of sizes and member orders.
    Bare,
    /// Log lines with time, service, action, region and duration around a response.
    Wrapped,
    /// Bare as Python's `json.dumps` writes it: blanks after commas and colons, ASCII only.
    Spaced,
    /// Lists of 64 KB to 2 MB.
    Large,
    /// Each line exactly 126 bytes with its LF.
    Short,
    /// Payloads mostly Chinese and emoji, as raw UTF-8.
    Nonascii,
    /// JSON inside strings, backslashes and `\uXXXX`.
    Escapes,
}

/// A code that starts to fail in a region.
pub struct Incident {
    /// The code, known to the table or new.
    pub code: String,
    /// The service that suffers most; none if all suffer alike.
    pub service: Option<&'static str>,
    /// Index into [`REGIONS`].
    pub region: usize,
    /// Microseconds since 1970-01-01T00:00:00Z; it lasts until the end.
    pub start_us: i64,
}

/// How far the file has come: times follow from it.
#[derive(Clone, Copy)]
pub struct Progress {
    /// Bytes before this line.
    pub bytes: u64,
    /// Bytes wanted.
    pub bytes_total: u64,
}

/// A call, before anything of it is written.
pub struct Call {
    /// Index into the catalogue's actions.
    pub action: usize,
    /// Index into [`REGIONS`].
    pub region: usize,
    /// When it was logged, in microseconds since 1970-01-01T00:00:00Z.
    pub time_us: i64,
    /// True when it gets an `Error`, be it of a dry run.
    pub failed: bool,
    /// True when it failed because of the incident.
    pub of_incident: bool,
}

/// Makes lines of one mode.
pub struct Factory {
    /// The services, actions and regions.
    pub catalogue: Catalogue,
    /// The codes.
    pub faults: Faults,
    mode: Mode,
    style: Style,
    envelopes: Envelopes,
    incident: Option<Incident>,
    start_us: i64,
    span_us: i64,
}

/// Of a million responses of logs without a wrapper, so many failed in the documented samples.
const FAILED_PER_MILLION: u64 = 14_000;

impl Factory {
    /// `actions` is the number of different actions; times run from `start_us` over `span_us` microseconds.
    pub fn new(mode: Mode, actions: usize, start_us: i64, span_us: i64, incident: Option<Incident>) -> Self {
        let style = Style { spaced: mode == Mode::Spaced, ascii: matches!(mode, Mode::Spaced | Mode::Escapes) };
        let incident_code = incident.as_ref().map(|incident| incident.code.as_str());
        Factory {
            catalogue: Catalogue::new(actions),
            faults: Faults::new(style, &Catalogue::services(), incident_code),
            mode,
            style,
            envelopes: Envelopes::new(mode, style),
            incident,
            start_us,
            span_us,
        }
    }

    /// True when lines have a wrapper around the envelope.
    pub fn wraps(&self) -> bool {
        self.mode == Mode::Wrapped
    }

    /// The way that this factory writes.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Appends one line without its LF.
    pub fn line(&mut self, dice: &mut Dice, progress: Progress, out: &mut Vec<u8>) -> Facts {
        let line_start = out.len();
        let call = self.call(dice, progress);
        let action = &self.catalogue.actions()[call.action];
        let fault =
            call.failed.then(|| fault(&self.faults, self.mode, self.incident.as_ref(), action.service, &call, dice));
        let outcome = fault.map_or(Outcome::Ok, |fault| outcome_of(self.faults.name(fault.code)));
        let mut facts =
            Facts { code: fault.map(|fault| fault.code), of_incident: call.of_incident, ..Facts::new(outcome) };
        if self.mode == Mode::Wrapped {
            let duration_us = duration_us(&self.catalogue, &call, fault, dice);
            wrapper::open(&call, action, duration_us, Context::Usual, &mut facts, out);
        }
        let scene = scene(action, &call);
        let error = fault.map(|fault| (self.faults.name(fault.code), fault));
        let request_id_at = self.envelopes.write(dice, &scene, call.action, error, line_start, out);
        if self.mode == Mode::Wrapped {
            out.push(b'}');
        }
        facts.has_request_id = request_id_at.is_some();
        facts.request_id_at = request_id_at;
        facts
    }

    /// Appends a wrapper whose context is unusual, up to the envelope; nothing in a mode without wrappers.
    pub fn open_wrapper(
        &mut self,
        dice: &mut Dice,
        call: &Call,
        context: Context,
        facts: &mut Facts,
        out: &mut Vec<u8>,
    ) {
        if self.mode == Mode::Wrapped {
            let duration_us = self.catalogue.latency_us(dice, call.action, 1);
            let action = &self.catalogue.actions()[call.action];
            wrapper::open(call, action, duration_us, context, facts, out);
        }
    }

    /// What templates may say about a call.
    pub fn scene(&self, call: &Call) -> Scene<'_> {
        scene(&self.catalogue.actions()[call.action], call)
    }

    /// Draws what is called, when and where, and whether it fails.
    pub fn call(&self, dice: &mut Dice, progress: Progress) -> Call {
        let (action, region) = self.catalogue.draw(dice);
        let share_us = |bytes: u64| {
            let scaled = i128::from(self.span_us) * i128::from(bytes) / i128::from(progress.bytes_total.max(1));
            scaled.clamp(0, i128::from(self.span_us)) as i64
        };
        // No wrapped line is shorter than 128 bytes, so a jitter below their share keeps times in order.
        let jitter_us = dice.below(share_us(128).max(1) as u64) as i64;
        let time_us = self.start_us + share_us(progress.bytes) + jitter_us;
        let of_incident = dice.chance(self.incident_per_million(action, region, time_us));
        let usual_per_million = match self.mode {
            Mode::Wrapped => self.catalogue.actions()[action].failed_per_million,
            _ => FAILED_PER_MILLION,
        };
        let failed = dice.chance(usual_per_million) || of_incident;
        Call { action, region, time_us, failed, of_incident }
    }

    fn incident_per_million(&self, action: usize, region: usize, time_us: i64) -> u64 {
        let Some(incident) = self.incident.as_ref().filter(|incident| incident.start_us <= time_us) else {
            return 0;
        };
        let suffers = incident.service.map(|service| service == self.catalogue.actions()[action].service);
        match (region == incident.region, suffers) {
            (true, Some(true)) => 550_000,
            (true, Some(false)) => 30_000,
            (true, None) => 250_000,
            (false, Some(true)) => 1_500,
            (false, Some(false)) => 0,
            (false, None) => 700,
        }
    }
}

fn fault<'a>(
    faults: &'a Faults,
    mode: Mode,
    incident: Option<&Incident>,
    service: &str,
    call: &Call,
    dice: &mut Dice,
) -> &'a Fault {
    match (incident, mode) {
        (Some(incident), _) if call.of_incident => faults.of_code(&incident.code),
        (_, Mode::Short) => faults.draw_brief(dice),
        (_, Mode::Wrapped) => faults.draw(dice, service),
        _ => faults.draw(dice, ""),
    }
}

fn duration_us(catalogue: &Catalogue, call: &Call, fault: Option<&Fault>, dice: &mut Dice) -> u64 {
    match fault.map(|fault| fault.pace) {
        Some(Pace::Refused) => 3_000 + dice.below(9_000) + dice.below(20_000),
        Some(Pace::TimedOut) => (if dice.chance(700_000) { 30_000_000 } else { 60_000_000 }) + dice.below(30_000),
        _ if call.of_incident => catalogue.latency_us(dice, call.action, 8),
        _ => catalogue.latency_us(dice, call.action, 1),
    }
}

/// The outcome of an `Error` with this code.
pub fn outcome_of(code: &str) -> Outcome {
    match code {
        "DryRunOperation" | "DryRunOperation.DryRunOperationError" => Outcome::DryRun,
        _ => Outcome::Failed,
    }
}

fn scene<'a>(action: &Action, call: &Call) -> Scene<'a> {
    Scene { service: action.service, action: action.name, region: REGIONS[call.region], time_us: call.time_us }
}
