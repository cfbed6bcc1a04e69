//! Settings as the texts that a state keeps, and which of them changed since.

use std::collections::{BTreeMap, BTreeSet};

use super::format::InputFormat;
use super::options::{Bound, SOURCE, Settings};
use super::parse::{InvalidSetting, bytes, field, forms, pointer, zone};
use super::source::Source;
use crate::time::{self, Nanos, Zone};

/// An option that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} was '{was}' when the state was begun and is '{is}' now: numbers of both would not add up", self.named())]
pub struct Changed {
    /// The name of the option.
    pub option: String,
    /// What it was.
    pub was: String,
    /// What it is now.
    pub is: String,
}

impl Changed {
    /// The option as it is written where it is given.
    #[must_use]
    pub fn named(&self) -> String {
        if self.option == SOURCE { format!("[[{SOURCE}]]") } else { format!("--{}", self.option) }
    }
}

impl Settings {
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
        let names: BTreeSet<_> = was.keys().chain(is.keys()).collect();
        let of = |of: &BTreeMap<String, String>, name| of.get(name).cloned().unwrap_or_else(|| "unset".to_owned());
        // A comma inside of a name is not one between names, so the texts as they were kept are compared too.
        let is_changed = |name: &&String| was.get(*name) != is.get(*name) && kept.get(*name) != is.get(*name);
        names.into_iter().find(is_changed).map(|name| Changed {
            option: name.clone(),
            was: of(&was, name),
            is: of(&is, name),
        })
    }

    /// The settings that a state kept.
    ///
    /// # Errors
    ///
    /// An option is unknown here, or its text cannot be read.
    pub fn from_kept(kept: &BTreeMap<String, String>) -> Result<Self, InvalidSetting> {
        let mut settings = Self::default();
        if let Some(text) = kept.get("assume-tz") {
            settings.assume_tz = zone(text)?;
        }
        for (name, text) in kept {
            match &**name {
                "forms" => settings.forms = forms(text)?,
                "envelope" => settings.envelope = texts(text).map(pointer).collect::<Result<_, _>>()?,
                "field" => settings.fields = texts(text).map(field).collect::<Result<_, _>>()?,
                "service" => settings.services = Self::names(texts(text)),
                "action" => settings.actions = Self::names(texts(text)),
                "region" => settings.regions = Self::names(texts(text)),
                SOURCE => settings.sources = Source::list(text)?,
                "max-line" => settings.line_bytes_max = bytes(text)?,
                "input-format" => settings.input_format = InputFormat::parse(text)?,
                "since" => settings.since = Some(bound(text, &settings.assume_tz)?),
                "until" => settings.until = Some(bound(text, &settings.assume_tz)?),
                "dedupe" => settings.dedupe = text == "true",
                "assume-tz" => {}
                _ => return Err(InvalidSetting::Unknown(name.clone())),
            }
        }
        Ok(settings)
    }
}

/// The texts of a list.
fn texts(list: &str) -> std::str::Split<'_, &'static str> {
    list.split(", ")
}

/// An end of the window that does not depend on when the run is: a state takes no other.
fn bound(text: &str, assumed: &Zone) -> Result<Bound, InvalidSetting> {
    let invalid = || InvalidSetting::Time(text.to_owned());
    if time::depends_on_now(text) {
        return Err(invalid());
    }
    let at = time::point_in_time(text, Nanos::default(), assumed).map_err(|_| invalid())?;
    Ok(Bound { at, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Pointer;

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
        let kept_sources = kept(&[("source", r#"{"inputs":["a"],"input-format":"json"}"#)]);
        let changed = usual.changed(&kept_sources).unwrap();
        assert!(changed.to_string().starts_with("[[source]] was '{\"inputs\":[\"a\"]"), "{changed}");
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
            since: Some(Bound { at: Nanos(1_795_000_000_000_000_000), text: "2026-11-18T11:06:40Z".to_owned() }),
            services: Settings::names(["cvm", "cbs", "cvm"]),
            sources: Source::list(
                r#"{"inputs":["a, b","*.{x,y}"],"assume-tz":"+08:00","envelope":[]}, {"inputs":["-"],"field":["time=/at"]}"#,
            )
            .unwrap(),
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
