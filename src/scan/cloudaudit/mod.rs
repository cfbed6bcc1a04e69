//! Events of CloudAudit (操作审计), the account's own record of its API calls (`--input-format cloudaudit`): an event that
//! tells of a call becomes a record. It shares the policy and the readers of context with responses, and looks for no
//! response.
//!
//! The members are those that the product documents for the details of an event, and for `Event` of the API
//! 2019-03-19: `errorCode` is that of the check of signature and permission, `apiErrorCode` that of the API itself; 0,
//! an empty text and no member at all say that there was none.

mod event;
mod pages;

use bumpalo::Bump;

pub use self::event::Event;
use self::event::{Names, REQUEST_ID, Search};
pub use self::pages::{begins_page, parts};
use super::asked::{self, Overrides};
use super::context::{self, Seat};
use super::find;
use super::json::Node;
use super::layers::Check;
use super::policy::{self, Members, Spot, Value};
use super::scanned::Scanned;
use crate::catalog;
use crate::profile::Profile;
use crate::profile::names::Field;
use crate::record::{Anomalies, Anomaly, Context, Form, Line};

/// The codes of an event, each with the message that belongs to it; that of the API first.
const ERRORS: [(Names, Names); 2] = [
    (&["apiErrorCode", "ApiErrorCode"], &["apiErrorMessage", "ApiErrorMessage"]),
    (&["errorCode", "ErrorCode"], &["errorMessage", "ErrorMessage"]),
];
const EVENT_TYPE: Names = &["eventType", "EventType"];
/// The types of events that tell of a call of an API; others are logins and the like.
const CALLS: [&str; 3] = ["ApiCall", "ConsoleCall", "MiniProgramCall"];
/// Where the fields of context stand. Of the services, `eventSource` is a host.
const CONTEXT: [(Field, Names); 5] = [
    (Field::Time, &["eventTime", "EventTime"]),
    (Field::Action, event::NAME),
    (Field::Region, &["eventRegion", "EventRegion", "region"]),
    (Field::Service, &["resourceType"]),
    (Field::Service, &["eventSource", "EventSource"]),
];
/// The domains of the hosts that `eventSource` names.
const API_DOMAINS: [&str; 3] = [".tencentcloudapi.com", ".api.tencentyun.com", ".api.qcloud.com"];

/// What a valid line is.
pub fn line<'a>(text: &'a [u8], profile: &Profile, bump: &'a Bump, check: &mut Check<'_>) -> Scanned<'a> {
    let root = Node::root(text);
    let mut search = Search::new(bump, check);
    search.value(root);
    let Some(event) = search.best.filter(|event| event.is_call(bump)) else {
        return Scanned::of(search.broken.map_or(Line::NoEnvelope, Line::Malformed));
    };
    if !profile.forms().contains(event.form()) {
        return Scanned::of(Line::NoEnvelope);
    }
    let overrides = Overrides::of(root, profile, bump);
    let (context, odd) = event.context(profile, overrides, bump, |_, _, _| {});
    let by = asked::by(root, profile, bump);
    let spot = Spot { form: event.form(), pointer: Some(find::pointer(event.names, bump)) };
    let (record, mut anomalies) = policy::judge(event.outcome(bump), context, by, spot);
    if event.gives_a_key_twice() {
        anomalies.insert(Anomaly::DuplicateKey);
    }
    Scanned { anomalies: anomalies.union(odd), ..Scanned::of(Line::Record(record)) }
}

/// The event of a valid line that is a record.
pub fn call<'a>(text: &'a [u8], bump: &'a Bump, check: &mut Check<'_>) -> Option<Event<'a>> {
    let mut search = Search::new(bump, check);
    search.value(Node::root(text));
    search.best.filter(|event| event.is_call(bump))
}

impl<'a> Event<'a> {
    /// Whether the event tells of a call: it has the id of one, or no type that says otherwise.
    fn is_call(&self, bump: &'a Bump) -> bool {
        let text = |names| self.text(names, bump).is_some_and(|text| !text.is_empty());
        text(REQUEST_ID) || self.text(EVENT_TYPE, bump).is_none_or(|kind| CALLS.contains(&kind))
    }

    /// An event says how a call ended as an envelope does, and stands in a line as one.
    const fn form(&self) -> Form {
        if self.layers == 0 { Form::Envelope } else { Form::Layered }
    }

    /// What the policy looks at.
    fn outcome(&self, bump: &'a Bump) -> Members<'a> {
        let value = |names| self.member(names).map_or(Value::Absent, |it| it.value.value(bump));
        let failures = || ERRORS.iter().filter(|(code, _)| is_failure(value(code)));
        // A number says less than the text of a code, whichever of the two has it.
        let failure = failures().find(|(code, _)| matches!(value(code), Value::Str(_))).or_else(|| failures().next());
        let request_id = value(REQUEST_ID);
        let Some((code, message)) = failure else { return Members { request_id, ..Members::default() } };
        let message = match value(message) {
            Value::Str(text) if !text.is_empty() => Value::Str(text),
            _ => ERRORS.iter().map(|(_, message)| value(message)).find(is_text).unwrap_or_default(),
        };
        Members { error: Value::Object, code: value(code), message, request_id }
    }

    /// The context of the call.
    pub fn context(
        &self,
        profile: &Profile,
        overrides: Overrides<'a>,
        bump: &'a Bump,
        show: impl FnMut(Field, Seat<'a>, &Context<'a>),
    ) -> (Context<'a>, Anomalies) {
        let mut offers = bumpalo::collections::Vec::new_in(bump);
        for (field, names) in CONTEXT {
            for member in names.iter().filter_map(|name| self.member(&[name])) {
                let value = match (field, member.value.value(bump)) {
                    (_, Value::Str("")) => continue,
                    (Field::Service, Value::Str(text)) if names.contains(&"eventSource") => {
                        service_of_source(text).map_or(Value::Null, Value::Str)
                    }
                    (_, value) => value,
                };
                offers.push((field, Seat::Member(member.level, [None; 2], member.key), value));
            }
        }
        if let Some((seat, value)) = self.resource_type(bump) {
            offers.push((Field::Service, seat, value));
        }
        // A product that the catalog knows goes before others.
        offers.sort_by_key(|(field, _, value)| {
            (*field, *field == Field::Service && !matches!(value, Value::Str(name) if catalog::is_product(name)))
        });
        context::read_known(&offers, profile, overrides, bump, show)
    }

    /// The product that the API which lists events names beside each, as `Resources.ResourceType`.
    fn resource_type(&self, bump: &'a Bump) -> Option<(Seat<'a>, Value<'a>)> {
        let resources = self.member(&["Resources"])?;
        let (key, value) = resources.value.last_member("ResourceType")?;
        let value = value.value(bump);
        is_text(&value).then_some((Seat::Member(resources.level, [Some(resources.key), None], key), value))
    }

    fn gives_a_key_twice(&self) -> bool {
        let looked_up = ERRORS.iter().flat_map(|(code, message)| code.iter().chain(*message)).chain(REQUEST_ID);
        looked_up.into_iter().any(|name| self.members.iter().filter(|(key, _)| key.is(name)).nth(1).is_some())
    }
}

fn is_text(value: &Value<'_>) -> bool {
    matches!(value, Value::Str(text) if !text.is_empty())
}

/// Whether the value of a code says that something failed: all but none, an empty text and zero.
fn is_failure(code: Value<'_>) -> bool {
    match code {
        Value::Absent | Value::Null => false,
        Value::Str(text) => !text.is_empty() && !is_zero(text),
        Value::Number(text) => !is_zero(text),
        Value::Object | Value::Other => true,
    }
}

fn is_zero(text: &str) -> bool {
    let digits = text.split(['e', 'E']).next().unwrap_or_default().trim_start_matches('-');
    !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

/// The product that the host of a source names: `cam` for `cam.ap-guangzhou.api.tencentyun.com`, with or without a path.
fn service_of_source(text: &str) -> Option<&str> {
    let host = text.split_once("://").map_or(text, |(_, rest)| rest).split(['/', ':']).next()?;
    if !host.contains('.') {
        return Some(host).filter(|name| catalog::is_product(name));
    }
    let is_ours = API_DOMAINS.iter().any(|domain| host.ends_with(domain) || host.ends_with(&domain[1..]));
    host.split('.').next().filter(|label| is_ours && !label.is_empty() && !matches!(*label, "api" | "tencentcloudapi"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Outcome, Record};
    use crate::scan::grammar::{self, Space};

    fn with_record<T>(text: &str, look: impl FnOnce(Option<&Record<'_>>, Anomalies) -> T) -> T {
        let (profile, bump) = (Profile::default(), Bump::new());
        let scanned = line(text.as_bytes(), &profile, &bump, &mut |text| grammar::check(text, Space::Text));
        match &scanned.line {
            Line::Record(record) => look(Some(record), scanned.anomalies),
            _ => look(None, scanned.anomalies),
        }
    }

    fn event(members: &str) -> String {
        format!(r#"{{"eventName":"RunInstances","requestID":"b5b41468-520d-4192-b42f-595cc34b6c1c",{members}}}"#)
    }

    #[test]
    fn codes_tell_how_a_call_ended() {
        for (members, outcome, code, message) in [
            (r#""errorCode":0"#, Outcome::Ok, "", ""),
            (r#""errorCode":"0","apiErrorCode":"","errorMessage":"permission verify""#, Outcome::Ok, "", ""),
            (r#""errorCode":"","apiErrorCode":0"#, Outcome::Ok, "", ""),
            (r#""errorCode":null"#, Outcome::Ok, "", ""),
            (r#""userIdentity":{}"#, Outcome::Ok, "", ""),
            (
                r#""errorCode":0,"apiErrorCode":"LimitExceeded.X","apiErrorMessage":"m""#,
                Outcome::Failed,
                "LimitExceeded.X",
                "m",
            ),
            (r#""errorCode":4102,"errorMessage":"m""#, Outcome::Failed, "4102", "m"),
            (
                r#""errorCode":"AuthFailure","apiErrorCode":4,"apiErrorMessage":"a","errorMessage":"e""#,
                Outcome::Failed,
                "AuthFailure",
                "e",
            ),
            (
                r#""errorCode":1,"apiErrorCode":"X.Y","apiErrorMessage":"","errorMessage":"e""#,
                Outcome::Failed,
                "X.Y",
                "e",
            ),
            (r#""errorCode":[]"#, Outcome::Failed, "(none)", ""),
            (r#""errorCode":-1"#, Outcome::Failed, "-1", ""),
            (r#""apiErrorCode":"DryRunOperation","apiErrorMessage":"m""#, Outcome::DryRun, "DryRunOperation", "m"),
            (r#""ErrorCode":7"#, Outcome::Failed, "7", ""),
        ] {
            with_record(&event(members), |record, _| {
                let record = record.unwrap_or_else(|| panic!("{members}"));
                assert_eq!((record.outcome, record.code, record.message), (outcome, code, message), "{members}");
            });
        }
    }

    #[test]
    fn context_comes_from_the_event() {
        for (members, service, region, time) in [
            (
                r#""resourceType":"cvm","eventRegion":"ap-guangzhou","eventTime":1795488060"#,
                Some("cvm"),
                Some("ap-guangzhou"),
                Some("2026-11-24T02:41:00Z"),
            ),
            (
                r#""resourceType":"","eventRegion":"","region":"","eventSource":"cam.ap-guangzhou.api.tencentyun.com""#,
                Some("cam"),
                None,
                None,
            ),
            (
                r#""eventSource":"https://cvm.tencentcloudapi.com:443/","eventTime":"2026-11-24 02:41:00""#,
                Some("cvm"),
                None,
                Some("2026-11-24T02:41:00Z"),
            ),
            (r#""eventSource":"cloudaudit.api.tencentyun.com/v2/index.php""#, Some("cloudaudit"), None, None),
            (r#""eventSource":"tencentcloudapi.com""#, None, None, None),
            (r#""eventSource":"console.example.com""#, None, None, None),
            (r#""resourceType":"neverseen","eventSource":"cvm.tencentcloudapi.com""#, Some("cvm"), None, None),
            (r#""resourceType":"neverseen","eventVersion":2"#, Some("neverseen"), None, None),
        ] {
            with_record(&event(members), |record, anomalies| {
                let context = record.unwrap_or_else(|| panic!("{members}")).context;
                assert_eq!(
                    (context.service, context.action, context.region),
                    (service, Some("RunInstances"), region),
                    "{members}"
                );
                assert_eq!(context.time.map(|time| time.to_string()).as_deref(), time, "{members}");
                assert_eq!(anomalies, Anomalies::NONE, "{members}");
            });
        }
    }

    #[test]
    fn what_is_not_a_call_is_not_a_record() {
        for (text, id) in [
            (r#"{"eventName":"A","errorCode":0,"requestId":"abcd"}"#, Some(Some("abcd"))),
            (r#"{"eventName":"A","errorCode":0,"eventType":"ApiCall"}"#, Some(None)),
            (r#"{"eventName":"A","errorCode":5,"requestID":""}"#, Some(None)),
            (r#"{"eventName":"ConsoleLogin","eventType":"ConsoleLogin","errorCode":5,"requestID":""}"#, None),
            (r#"{"eventName":"ConsoleLogin","eventType":"ConsoleLogin","requestID":"abcd"}"#, Some(Some("abcd"))),
            (r#"{"eventName":"A","requestID":"abcd","awsRegion":"us-east-1"}"#, None),
            (r#"{"eventName":"A","requestId":"abcd","acsRegion":"cn-hangzhou"}"#, None),
            (r#"{"eventName":"A"}"#, None),
            (r#"{"eventName":1,"requestID":"abcd"}"#, None),
            (r#"{"Response":{"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c"}}"#, None),
            (r#"[]"#, None),
            (r#"1"#, None),
        ] {
            with_record(text, |record, _| assert_eq!(record.map(|record| record.request_id), id, "{text}"));
        }
    }

    #[test]
    fn an_event_is_found_in_what_is_put_around_it() {
        let inner = r#"{"eventName":"In","errorCode":0,"apiErrorCode":"X.Y","requestID":"abcd","requestParameters":{"eventName":"No","requestID":"efgh","errorCode":1}}"#;
        let quoted = serde_json::to_string(inner).unwrap();
        for (text, pointer, form) in [
            (inner.to_owned(), "", Form::Envelope),
            (
                format!(r#"{{"EventName":"Out","RequestID":"ijkl","ErrorCode":3,"CloudAuditEvent":{quoted}}}"#),
                "/CloudAuditEvent",
                Form::Layered,
            ),
            (
                format!(r#"{{"specversion":"1.0","type":"cvm:CloudEvent:ApiCall","data":{inner}}}"#),
                "/data",
                Form::Envelope,
            ),
            (format!(r#"{{"a":{{"b":{inner}}},"message":{quoted}}}"#), "/message", Form::Layered),
            (
                format!(r#"{{"Response":{{"Events":[{{"CloudAuditEvent":{quoted}}}],"RequestId":"mnop"}}}}"#),
                "/Response/Events/0/CloudAuditEvent",
                Form::Layered,
            ),
        ] {
            with_record(&text, |record, _| {
                let record = record.unwrap_or_else(|| panic!("{text}"));
                assert_eq!((record.code, record.request_id), ("X.Y", Some("abcd")), "{text}");
                assert_eq!((record.pointer, record.form), (Some(pointer), form), "{text}");
            });
        }
        // The text is cut: what the API says beside it is left.
        let cut = r#"{"EventName":"Out","RequestID":"ijkl","ErrorCode":3,"Resources":{"ResourceType":"cvm"},"CloudAuditEvent":"{\"eventName\":"}"#;
        with_record(cut, |record, _| {
            let record = record.unwrap();
            assert_eq!((record.code, record.context.action, record.context.service), ("3", Some("Out"), Some("cvm")));
        });
        let several = format!(r#"{{"Events":[{inner},{inner}]}}"#);
        with_record(&several, |record, _| assert_eq!(record, None));
    }

    #[test]
    fn a_broken_text_is_malformed_when_nothing_else_tells_of_the_event() {
        let (profile, bump) = (Profile::default(), Bump::new());
        let text = br#"{"CloudAuditEvent":"{\"eventName\":"}"#;
        let scanned = line(text, &profile, &bump, &mut |text| grammar::check(text, Space::Text));
        assert_eq!(scanned.line, Line::Malformed(crate::record::Reason::Truncated));
    }

    #[test]
    fn keys_given_twice_are_counted_and_the_last_counts() {
        with_record(&event(r#""errorCode":1,"errorCode":0"#), |record, anomalies| {
            assert_eq!(record.unwrap().outcome, Outcome::Ok);
            assert!(anomalies.contains(Anomaly::DuplicateKey));
        });
    }
}
