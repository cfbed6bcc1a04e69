//! The options that change what is counted, as types: the one list behind the `filters` of a report and what a state
//! remembers. It knows no command line and no file.

mod parse;
mod value;

use std::collections::BTreeMap;

use crate::filter::Filter;
use crate::profile::{FieldPointer, Pointer};
use crate::record::LINE_BYTES_MAX;
use crate::time::{Nanos, Zone};

pub use parse::{InvalidSetting, bytes, field, zone};
pub use value::Value;

/// How inputs are cut into lines or values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputFormat {
    /// Chosen by the first line that is not blank.
    #[default]
    Auto,
    /// A value a line.
    Ndjson,
    /// A stream of values, or one array of them.
    Json,
}

impl InputFormat {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Ndjson, Self::Json];

    /// The word that `--input-format` takes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
        }
    }
}

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

/// The options that change what is counted. Two are equal when the same logs give the same numbers under both, however
/// the options were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where envelopes are looked for, in this order; detected when there are none.
    pub envelope: Vec<Pointer>,
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
    /// Whether each request id counts once.
    pub dedupe: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            envelope: Vec::new(),
            input_format: InputFormat::Auto,
            fields: Vec::new(),
            line_bytes_max: LINE_BYTES_MAX,
            assume_tz: Zone::Utc,
            since: None,
            until: None,
            services: Vec::new(),
            actions: Vec::new(),
            regions: Vec::new(),
            dedupe: false,
        }
    }
}

/// An option that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--{option} was '{was}' when the state was begun and is '{is}' now: numbers of both would not add up")]
pub struct Changed {
    /// The name of the option.
    pub option: String,
    /// What it was.
    pub was: String,
    /// What it is now.
    pub is: String,
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

    /// All options as texts: those that are given, and the defaults that another version might change. A list is joined
    /// by commas.
    #[must_use]
    pub fn kept(&self) -> BTreeMap<String, String> {
        let given = self.given().into_iter().map(|(name, value)| (name, value.to_string()));
        self.texts().into_iter().chain(given).map(|(name, text)| (name.to_owned(), text)).collect()
    }

    /// The first option that is not what `kept` says it was; texts that mean the same are the same.
    #[must_use]
    pub fn changed(&self, kept: &BTreeMap<String, String>) -> Option<Changed> {
        let is = self.kept();
        let was = match Self::from_kept(kept) {
            Ok(was) if was == *self => return None,
            Ok(was) => was.kept(),
            // Options that cannot be read any more are compared as texts.
            Err(_) => kept.clone(),
        };
        let names: std::collections::BTreeSet<_> = was.keys().chain(is.keys()).collect();
        let of = |of: &BTreeMap<String, String>, name| of.get(name).cloned().unwrap_or_else(|| "unset".to_owned());
        // A comma inside of a name is not one between names, so the texts as they were kept are compared too.
        let is_changed = |name: &&String| was.get(*name) != is.get(*name) && kept.get(*name) != is.get(*name);
        names.into_iter().find(is_changed).map(|name| Changed {
            option: name.clone(),
            was: of(&was, name),
            is: of(&is, name),
        })
    }

    fn lists(&self) -> [(&'static str, Value); 5] {
        let pointers = self.envelope.iter().map(|pointer| pointer.as_str().to_owned()).collect();
        let fields = self.fields.iter().map(FieldPointer::to_string).collect();
        [
            ("envelope", Value::List(pointers)),
            ("field", Value::List(fields)),
            ("service", Value::List(self.services.clone())),
            ("action", Value::List(self.actions.clone())),
            ("region", Value::List(self.regions.clone())),
        ]
    }

    fn texts(&self) -> [(&'static str, String); 3] {
        [
            ("max-line", parse::bytes_text(self.line_bytes_max)),
            ("assume-tz", self.assume_tz.name()),
            ("input-format", self.input_format.as_str().to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(options: &[(&str, &str)]) -> BTreeMap<String, String> {
        options.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect()
    }

    #[test]
    fn options_are_compared_by_what_they_mean() {
        let usual = Settings::default();
        for same in [
            kept(&[]),
            kept(&[("max-line", "16M"), ("assume-tz", "UTC"), ("input-format", "auto")]),
            kept(&[("max-line", "16384K"), ("assume-tz", "+00:00")]),
            kept(&[("max-line", "16777216"), ("assume-tz", "utc")]),
            usual.kept(),
        ] {
            assert_eq!(usual.changed(&same), None, "{same:?}");
        }
        let eight = Settings { assume_tz: zone("+8").unwrap(), ..Settings::default() };
        assert_eq!(eight.changed(&kept(&[("assume-tz", "+08:00")])), None);
        let changed = eight.changed(&usual.kept()).unwrap();
        assert_eq!((&*changed.option, &*changed.was, &*changed.is), ("assume-tz", "UTC", "+08:00"));
        let changed = usual.changed(&kept(&[("service", "cvm, cbs")])).unwrap();
        assert_eq!((&*changed.option, &*changed.was, &*changed.is), ("service", "cbs, cvm", "unset"));
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let settings = Settings {
            envelope: vec![Pointer::parse("/a b").unwrap(), Pointer::default()],
            input_format: InputFormat::Json,
            fields: vec![field("duration=/took:s").unwrap(), field("time=/at").unwrap()],
            line_bytes_max: 1_000,
            assume_tz: zone("Asia/Shanghai").unwrap(),
            since: Some(Bound { at: Nanos(1_795_000_000_000_000_000), text: "2026-11-18T13:46:40Z".to_owned() }),
            services: Settings::names(["cvm", "cbs", "cvm"]),
            ..Settings::default()
        };
        assert_eq!(Settings::from_kept(&settings.kept()).unwrap(), settings);
    }

    #[test]
    fn a_comma_inside_of_a_name_is_no_change() {
        let settings = Settings { envelope: vec![Pointer::parse("/a, b").unwrap()], ..Settings::default() };
        assert_eq!(settings.changed(&settings.kept()), None);
    }
}
