//! Calls by service, action, region and the `--by` fields. Names are redacted and cut before they are kept.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::aggregate::Aggregate;
use super::bounded::Bounded;
use super::latency::Durations;
use super::recalled::Recalled;
use super::timeline::Calls;
use crate::record::{Origin, Outcome, Record};
use crate::redact::redact;
use crate::summary::names::{is_itself, kept};

/// How many actions are kept by name.
const ACTIONS_MAX: usize = 4096;
/// How many services, regions and values of a `--by` field are kept by name, each.
const NAMES_MAX: usize = 1024;
/// What an action takes beside its histogram, in bytes.
const ACTION_BYTES: usize = 512;
/// Between service and action in the name of an action; neither a product nor an API has it in its name.
const SEPARATOR: &str = "\u{1f}";

/// Calls of one action and how long they took.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Action {
    /// The calls.
    pub calls: Calls,
    /// Their durations, within 1 %.
    pub durations: Durations<2>,
}

impl Action {
    /// Adds the calls of another one.
    pub fn add(&mut self, other: Self) {
        let Self { calls, durations } = other;
        self.calls.add(calls);
        self.durations.merge(durations);
    }
}

/// Calls by the fields of their context.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Groups {
    services: Recalled<Calls>,
    actions: Recalled<Action>,
    regions: Recalled<Calls>,
    by: Vec<Recalled<Calls>>,
}

impl Default for Groups {
    fn default() -> Self {
        Self {
            services: Recalled::new(NAMES_MAX),
            actions: Recalled::new(ACTIONS_MAX),
            regions: Recalled::new(NAMES_MAX),
            by: Vec::new(),
        }
    }
}

impl Aggregate for Groups {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        if record.outcome == Outcome::DryRun {
            return;
        }
        let context = &record.context;
        count(&mut self.services, context.service, record.outcome);
        count(&mut self.regions, context.region, record.outcome);
        if let Some(action) = context.action {
            let entry = self::action(&mut self.actions, context.service.unwrap_or_default(), action);
            entry.calls.count(record.outcome);
            if let Some(duration_ns) = context.duration_ns {
                entry.durations.record(duration_ns);
            }
        }
        if self.by.len() < record.by.len() {
            self.by.resize_with(record.by.len(), || Recalled::new(NAMES_MAX));
        }
        for (table, value) in self.by.iter_mut().zip(record.by) {
            count(table, *value, record.outcome);
        }
    }

    fn merge(&mut self, other: Self) {
        let Self { services, actions, regions, by } = other;
        self.services.merge(services, Calls::add);
        self.actions.merge(actions, Action::add);
        self.regions.merge(regions, Calls::add);
        if self.by.len() < by.len() {
            self.by.resize_with(by.len(), || Recalled::new(NAMES_MAX));
        }
        for (table, more) in self.by.iter_mut().zip(by) {
            table.merge(more, Calls::add);
        }
    }
}

impl Groups {
    /// About how much memory the actions take, in bytes; the other tables are small.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.actions.table().iter().map(|(_, action)| ACTION_BYTES + action.durations.bytes()).sum()
    }

    /// Whether its tables have the bounds that they are made with.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let is_sound = |table: &Bounded<Calls>| {
            table.cap() == NAMES_MAX
                && table.iter().map(|(_, calls)| calls).chain(table.rest()).all(|calls| calls.is_sound())
        };
        let actions = self.actions();
        actions.cap() == ACTIONS_MAX
            && actions.iter().map(|(_, action)| action).chain(actions.rest()).all(|action| action.calls.is_sound())
            && [self.services(), self.regions()].into_iter().chain(self.by()).all(is_sound)
    }

    /// Calls by service.
    #[must_use]
    pub const fn services(&self) -> &Bounded<Calls> {
        self.services.table()
    }

    /// Calls by region.
    #[must_use]
    pub const fn regions(&self) -> &Bounded<Calls> {
        self.regions.table()
    }

    /// Calls by action; [`service_and_action`] takes the names apart.
    #[must_use]
    pub const fn actions(&self) -> &Bounded<Action> {
        self.actions.table()
    }

    /// Calls by the values of each `--by` field, in the order of the options.
    pub fn by(&self) -> impl ExactSizeIterator<Item = &Bounded<Calls>> {
        self.by.iter().map(Recalled::table)
    }
}

/// The service, when the log names one, and the action of a name in the table of actions.
#[must_use]
pub fn service_and_action(name: &str) -> (Option<&str>, &str) {
    let (service, action) = name.split_once(SEPARATOR).unwrap_or(("", name));
    ((!service.is_empty()).then_some(service), action)
}

#[inline]
fn count(table: &mut Recalled<Calls>, name: Option<&str>, outcome: Outcome) {
    if let Some(name) = name {
        let entry = if is_itself(name) {
            table.entry([name], kept, Calls::add)
        } else {
            table.entry([&*kept(name)], |name| Cow::Borrowed(name), Calls::add)
        };
        entry.count(outcome);
    }
}

/// The entry of an action of a service; each of the names is cut by itself.
#[inline]
fn action<'t>(table: &'t mut Recalled<Action>, service: &str, action: &str) -> &'t mut Action {
    if is_itself(service) && is_itself(action) {
        table.entry([service, SEPARATOR, action], redact, Action::add)
    } else {
        table.entry([&*kept(service), SEPARATOR, &*kept(action)], |name| Cow::Borrowed(name), Action::add)
    }
}
