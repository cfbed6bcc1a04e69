//! The second reading: failures of the chosen codes by product, and the latest success of every action. It knows no
//! ticket.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::engine::{self, Options, Run, RunControl, Seen, ThreadsError};
use crate::filter::Verdict;
use crate::input::Input;
use crate::input::order::Order;
use crate::record::{Call, Line, Origin, Outcome, Record};
use crate::redact::redact;
use crate::summary::Aggregate;
use crate::summary::bounded::Bounded;
use crate::summary::codes::{Code, Codes};
use crate::summary::numbering::{Numbering, Numbers};
use crate::time::Nanos;

use super::model::{is_plain, known_product};

/// How many products are counted apart.
const PRODUCTS_MAX: usize = 64;
/// Of how many actions a success is kept.
const ACTIONS_MAX: usize = 4096;
/// Stands between product and action in a name; neither could hold it and be anything but hostile.
const SEPARATOR: char = '\n';

/// What the second reading found.
pub(super) struct Gathered {
    found: Found,
    /// Line numbers.
    pub(super) numbers: Numbers,
    /// Whether it was stopped before its end.
    pub(super) interrupted: bool,
}

impl Gathered {
    /// The failures with a code: those of each product, those without a known one under `None`; and how many are of products
    /// that are not counted apart.
    pub(super) fn products(&self, code: &str) -> (Vec<(Option<&str>, &Code)>, u64) {
        let unnamed = of(&self.found.unnamed, code).map(|failures| (None, failures));
        let named = self.found.named.iter().filter_map(|(name, codes)| Some((Some(name), of(codes, code)?)));
        let others = self.found.named.rest().and_then(|codes| of(codes, code)).map_or(0, |failures| failures.count);
        (unnamed.into_iter().chain(named).collect(), others)
    }

    /// The latest success of an action that has a plain id.
    pub(super) fn success(&self, service: Option<&str>, action: &str) -> Option<&Success> {
        let name = format!("{}{SEPARATOR}{action}", service.unwrap_or_default());
        self.found.successes.get(&name).filter(|success| success.call.request_id().is_some())
    }
}

/// A success, as much of it as a ticket shows; all texts are redacted.
#[derive(Clone, Debug, Default)]
pub(super) struct Success {
    pub(super) origin: Origin,
    /// It has no id when there is none yet.
    pub(super) call: Call,
}

impl Success {
    /// Untimed records are earlier than timed ones here: `None` is less than any time.
    fn order(&self) -> (bool, Option<Nanos>, u32, u64) {
        (self.call.request_id().is_some(), self.call.time, self.origin.input, self.origin.offset)
    }

    fn observe(&mut self, record: &Record<'_>, origin: Origin) {
        if (true, record.context.time, origin.input, origin.offset) <= self.order() {
            return;
        }
        self.origin = origin;
        // The texts keep their memory: a live log has ever later successes.
        // A name that is held was redacted, which changes nothing twice.
        self.call.replace(record, redact, redact, |_| true);
    }

    fn merge(&mut self, other: Self) {
        if other.order() > self.order() {
            *self = other;
        }
    }
}

/// What one thread found.
struct Found {
    named: Bounded<Codes>,
    unnamed: Codes,
    successes: Bounded<Success>,
    numbering: Numbering,
    /// A name being put together.
    scratch: String,
}

impl Default for Found {
    fn default() -> Self {
        Self {
            named: Bounded::new(PRODUCTS_MAX),
            unnamed: Codes::default(),
            successes: Bounded::new(ACTIONS_MAX),
            numbering: Numbering::default(),
            scratch: String::new(),
        }
    }
}

impl Found {
    fn line(&mut self, seen: &Seen<'_>, options: &Options, wanted: &BTreeSet<&str>) {
        let Line::Record(record) = &seen.scanned.line else { return };
        if options.reading.filter.judge(record) != Verdict::Counts {
            return;
        }
        match record.outcome {
            Outcome::Ok => self.success(record, seen.origin),
            Outcome::Failed if wanted.contains(&*redact(record.code)) => {
                let codes = match known_product(record.context.service) {
                    Some(service) => self.named.entry(service, redact, Codes::merge),
                    None => &mut self.unnamed,
                };
                codes.observe(record, seen.origin);
            }
            Outcome::Failed | Outcome::DryRun => {}
        }
    }

    fn success(&mut self, record: &Record<'_>, origin: Origin) {
        let (Some(action), Some(id)) = (record.context.action, record.request_id) else { return };
        if !is_plain(&redact(id)) {
            return;
        }
        self.scratch.clear();
        self.scratch.push_str(&redact(known_product(record.context.service).unwrap_or_default()));
        self.scratch.push(SEPARATOR);
        self.scratch.push_str(&redact(action));
        self.successes.entry(&self.scratch, Cow::Borrowed, Success::merge).observe(record, origin);
    }

    fn merge(&mut self, other: Self) {
        let Self { named, unnamed, successes, numbering, scratch: _ } = other;
        self.named.merge(named, Codes::merge);
        self.unnamed.merge(unnamed);
        self.successes.merge(successes, Success::merge);
        self.numbering.merge(numbering);
    }
}

/// Reads the inputs for the failures of the wanted codes, which are redacted.
pub(super) fn gather(
    inputs: &[Input],
    options: &Options,
    watch: &RunControl,
    wanted: &BTreeSet<&str>,
) -> Result<Gathered, ThreadsError> {
    let driven = engine::drive(
        &Run { inputs, order: Order::NewestFirst, sieve: None, options, watch },
        Found::default,
        |found: &mut Found, seen| found.line(seen, options, wanted),
        |found, done| found.numbering.chunk(done.input, &done.bytes, done.lines),
        |_, _| {},
    )?;
    let mut found = Found::default();
    driven.folds.into_iter().for_each(|part| found.merge(part));
    let numbers = found.numbering.resolve();
    Ok(Gathered { found, numbers, interrupted: driven.interrupted })
}

fn of<'c>(codes: &'c Codes, code: &str) -> Option<&'c Code> {
    codes.iter().find(|(name, _)| *name == code).map(|(_, failures)| failures)
}
