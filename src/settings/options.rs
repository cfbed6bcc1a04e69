//! The options by themselves. What of them is text for a state is not known here.

use std::collections::BTreeMap;

use super::format::InputFormat;
use super::parse;
use super::source::Source;
use super::value::Value;
use crate::filter::Filter;
use crate::profile::{FieldPointer, Pointer};
use crate::record::{Forms, LINE_BYTES_MAX};
use crate::time::{Nanos, Zone};

/// An end of the window of time: the point, and how somebody wrote it, which two equal ends may differ in.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The point in time.
    pub at: Nanos,
    /// The text of the option, such as `24h`.
    pub text: String,
}

impl PartialEq for Bound {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Bound {}

/// What options for some inputs are called, which no flag gives.
pub const SOURCE: &str = "source";

/// The options that change what is counted. Two are equal when the same logs give the same numbers under both, however
/// the options were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The only places where envelopes are looked for, in this order; anywhere when there are none.
    pub envelope: Vec<Pointer>,
    /// The forms of responses that are read.
    pub forms: Forms,
    /// How inputs are cut.
    pub input_format: InputFormat,
    /// Context fields that are read from a given place.
    pub fields: Vec<FieldPointer>,
    /// The longest line that is looked at, in bytes.
    pub line_bytes_max: usize,
    /// The zone of times that name none.
    pub assume_tz: Zone,
    /// The earliest time that counts.
    pub since: Option<Bound>,
    /// The earliest time that does not count any more.
    pub until: Option<Bound>,
    /// Services that count, sorted; all when empty.
    pub services: Vec<String>,
    /// Actions that count, sorted; all when empty.
    pub actions: Vec<String>,
    /// Regions that count, sorted; all when empty.
    pub regions: Vec<String>,
    /// Options for some inputs alone, of which the first that chooses an input holds.
    pub sources: Vec<Source>,
    /// Whether each request id counts once.
    pub dedupe: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            envelope: Vec::new(),
            forms: Forms::default(),
            input_format: InputFormat::Auto,
            fields: Vec::new(),
            line_bytes_max: LINE_BYTES_MAX,
            assume_tz: Zone::Utc,
            since: None,
            until: None,
            services: Vec::new(),
            actions: Vec::new(),
            regions: Vec::new(),
            sources: Vec::new(),
            dedupe: false,
        }
    }
}

impl Settings {
    /// Names that count, for [`services`](Self::services) and its like: sorted, each once.
    #[must_use]
    pub fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
        let mut names: Vec<_> = names.into_iter().map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Which records count.
    #[must_use]
    pub fn filter(&self) -> Filter {
        Filter {
            since: self.since.as_ref().map(|bound| bound.at),
            until: self.until.as_ref().map(|bound| bound.at),
            services: self.services.clone(),
            actions: self.actions.clone(),
            regions: self.regions.clone(),
        }
    }

    /// The same with the ends of the window as points in time, which mean the same whenever they are read.
    #[must_use]
    pub fn absolute(&self) -> Self {
        let absolute = |bound: &Bound| Bound { at: bound.at, text: bound.at.to_string() };
        Self { since: self.since.as_ref().map(absolute), until: self.until.as_ref().map(absolute), ..self.clone() }
    }

    /// The options that are not at their default, by the names of their flags.
    #[must_use]
    pub fn given(&self) -> BTreeMap<&'static str, Value> {
        let default = Self::default();
        let mut given: BTreeMap<_, _> = self.lists().into_iter().filter(|(_, value)| !value.is_empty()).collect();
        for (name, bound) in [("since", &self.since), ("until", &self.until)] {
            if let Some(bound) = bound {
                given.insert(name, Value::Text(bound.text.clone()));
            }
        }
        for ((name, text), (_, usual)) in self.texts().into_iter().zip(default.texts()) {
            if text != usual {
                given.insert(name, Value::Text(text));
            }
        }
        if self.dedupe {
            given.insert("dedupe", Value::Switch(true));
        }
        given
    }

    fn lists(&self) -> [(&'static str, Value); 6] {
        let pointers = self.envelope.iter().map(|pointer| pointer.as_str().to_owned()).collect();
        let fields = self.fields.iter().map(FieldPointer::to_string).collect();
        [
            ("envelope", Value::List(pointers)),
            ("field", Value::List(fields)),
            ("service", Value::List(self.services.clone())),
            ("action", Value::List(self.actions.clone())),
            ("region", Value::List(self.regions.clone())),
            (SOURCE, Value::List(self.sources.iter().map(Source::to_json).collect())),
        ]
    }

    /// The options that always have a text.
    pub(super) fn texts(&self) -> [(&'static str, String); 4] {
        [
            ("max-line", parse::bytes_text(self.line_bytes_max)),
            ("assume-tz", self.assume_tz.name()),
            ("input-format", self.input_format.as_str().to_owned()),
            ("forms", parse::forms_text(self.forms)),
        ]
    }
}
