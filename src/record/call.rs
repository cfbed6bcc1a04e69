//! A record that outlives its chunk: what lists, tickets and summaries keep of it. Its texts are made ready by whoever
//! keeps it; this knows neither redaction nor how much of a text is kept.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Record;
use crate::time::Nanos;

/// How many texts are kept of a call: three names and the id.
const TEXTS: usize = 4;
/// How many of them are names.
const NAMES: usize = TEXTS - 1;

/// What is known of a call. A summary keeps a hundred thousand of them, so its texts stand in one block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// When it was made.
    pub time: Option<Nanos>,
    /// How long it took, in nanoseconds.
    pub duration_ns: Option<u64>,
    /// Service, action, region and id, one after the other.
    text: String,
    /// Where the names end; the id ends with the text.
    ends: [u32; NAMES],
    /// Which of the texts the log has.
    has: [bool; TEXTS],
}

/// The fields of a call by their names, as they are stored.
#[derive(Serialize, Deserialize)]
struct Fields<T> {
    /// In nanoseconds since 1970.
    time: Option<i64>,
    request_id: Option<T>,
    service: Option<T>,
    action: Option<T>,
    region: Option<T>,
    duration_ns: Option<u64>,
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = Fields {
            time: self.time.map(|time| time.0),
            request_id: self.request_id(),
            service: self.service(),
            action: self.action(),
            region: self.region(),
            duration_ns: self.duration_ns,
        };
        fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Call {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { time, request_id, service, action, region, duration_ns } =
            Fields::<String>::deserialize(deserializer)?;
        let mut call = Self { time: time.map(Nanos), duration_ns, ..Self::default() };
        call.write([&service, &action, &region, &request_id].map(|text| text.as_deref().map(Cow::Borrowed)));
        call.text.shrink_to_fit();
        Ok(call)
    }
}

impl Call {
    /// The call of a record; `own` makes its texts ready to be kept.
    #[must_use]
    pub fn of(record: &Record<'_>, own: impl Fn(&str) -> Cow<'_, str>) -> Self {
        let mut call = Self::default();
        call.replace(record, &own, &own, |_| false);
        call
    }

    /// Puts the call of a record in the place of this one and keeps the memory. `name` and `id` make texts ready to be
    /// kept. A name that is already here, and of which `is_itself` says that it would not be changed, stays.
    pub fn replace(
        &mut self,
        record: &Record<'_>,
        name: impl Fn(&str) -> Cow<'_, str>,
        id: impl Fn(&str) -> Cow<'_, str>,
        is_itself: impl Fn(&str) -> bool,
    ) {
        let context = &record.context;
        (self.time, self.duration_ns) = (context.time, context.duration_ns);
        let names = [context.service, context.action, context.region];
        let stays = |(new, held): (Option<&str>, Option<&str>)| new == held && new.is_none_or(&is_itself);
        if names.into_iter().zip([self.service(), self.action(), self.region()]).all(stays) {
            self.text.truncate(self.ends[NAMES - 1] as usize);
            self.has[NAMES] = record.request_id.is_some();
            self.text.push_str(&record.request_id.map(id).unwrap_or_default());
        } else {
            let [service, action, region] = names.map(|text| text.map(&name));
            self.write([service, action, region, record.request_id.map(id)]);
        }
    }

    fn write(&mut self, texts: [Option<Cow<'_, str>>; TEXTS]) {
        self.text.clear();
        let mut ends = [0; TEXTS];
        for ((text, end), has) in texts.iter().zip(&mut ends).zip(&mut self.has) {
            *has = text.is_some();
            self.text.push_str(text.as_deref().unwrap_or_default());
            // A line of 4 GiB is longer than any that is read.
            *end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        }
        self.ends = [ends[0], ends[1], ends[2]];
    }

    fn text(&self, place: usize) -> Option<&str> {
        let end = |place: usize| self.ends.get(place).map_or(self.text.len(), |&end| end as usize);
        let start = place.checked_sub(1).map_or(0, end);
        self.has.get(place).filter(|&&has| has).and_then(|_| self.text.get(start..end(place)))
    }

    /// The product, such as `cvm`.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.text(0)
    }

    /// The API, such as `DescribeInstances`.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        self.text(1)
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.text(2)
    }

    /// Service, action and region, as far as the log has them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [self.service(), self.action(), self.region()].into_iter().flatten()
    }

    /// The request id.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.text(NAMES)
    }

    /// Cuts each name after this many bytes, at a character, and gives memory back that it does not need.
    pub fn cut_names(&mut self, bytes_max: usize) {
        if self.names().any(|name| name.len() > bytes_max) {
            let cut = |text: &str| text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default().to_owned();
            let names = [self.service(), self.action(), self.region()].map(|name| name.map(|name| cut(name).into()));
            let [service, action, region] = names;
            let id = self.request_id().map(|id| id.to_owned().into());
            self.write([service, action, region, id]);
        }
        self.text.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{Context, Form, Outcome};

    fn record<'r>([service, action, region, request_id]: [Option<&'r str>; TEXTS]) -> Record<'r> {
        Record {
            outcome: Outcome::Failed,
            code: "C",
            message: "",
            request_id,
            context: Context { service, action, region, ..Context::default() },
            by: &[],
            form: Form::default(),
            pointer: None,
        }
    }

    fn texts(call: &Call) -> [Option<&str>; TEXTS] {
        [call.service(), call.action(), call.region(), call.request_id()]
    }

    fn same(text: &str) -> Cow<'_, str> {
        text.into()
    }

    proptest! {
        #[test]
        fn texts_are_what_they_were_and_replacing_leaves_nothing(
            calls in prop::collection::vec(prop::array::uniform4(prop::option::of("[ab签]{0,3}")), 1..5),
            cut in 0..6_usize,
        ) {
            let mut held = Call::default();
            for call in &calls {
                let call = call.each_ref().map(Option::as_deref);
                held.replace(&record(call), same, same, |_| true);
                prop_assert_eq!(texts(&held), call);
                prop_assert_eq!(&held, &Call::of(&record(call), same));
                let stored = serde_json::to_string(&held).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Call>(&stored).unwrap(), &held);
                let mut short = held.clone();
                short.cut_names(cut);
                for (before, after) in texts(&held).into_iter().zip(texts(&short)).take(NAMES) {
                    prop_assert_eq!(after, before.map(|name| &name[..name.floor_char_boundary(cut)]));
                }
                prop_assert_eq!(short.request_id(), held.request_id());
            }
        }
    }
}
