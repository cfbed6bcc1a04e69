//! What stands around a response in a text and says more of the call: a time at the start, `key=value`, and what the SDK of
//! Terraform's provider writes. It reads nothing of the response itself.

use super::fields::find;
use super::pairs::{name_before, value};
use crate::catalog;
use crate::profile::names::{Field, Name, meaning_of};
use crate::record::{Context, Doubt, Doubts};
use crate::scan::context::Reader;
use crate::scan::policy::Value;
use crate::time;

/// How much in front of a response is looked at, in bytes.
const FRONT_BYTES_MAX: usize = 64 * 1024;

/// Reads what stands in front of the place `start` of a text, and what follows the place `end`. Only what `reader` does not
/// have yet is read. Gives what is doubtful about it.
pub fn read<'a>(text: &'a [u8], start: usize, end: usize, reader: &mut Reader<'a, '_>) -> Doubts {
    let mut doubts = Doubts::NONE;
    let front = text.get(..start).unwrap_or_default();
    if reader.context.time.is_none()
        && let Some((at, has_zone)) = time::time_at_start(front, reader.profile.zone())
    {
        reader.time(Some(at));
        if !has_zone {
            doubts.insert(Doubt::NoZone);
        }
    }
    terraform(front, text.get(end..).unwrap_or_default(), reader);
    let near = front.len().saturating_sub(FRONT_BYTES_MAX);
    for at in memchr::memchr_iter(b'=', front).filter(|&at| at >= near) {
        let Some(name) = meaning_of(name_before(front, at)).name else { continue };
        let (_, value) = value(front.get(at + 1..).unwrap_or_default());
        let Some(value) = str::from_utf8(value).ok().filter(|value| !value.is_empty()) else { continue };
        // A code of the API is not a status, although its name says so.
        if name.field != Field::Status || value.bytes().all(|byte| byte.is_ascii_digit()) {
            read_pair(name, value, reader);
        }
    }
    doubts
}

/// `…: [ACTION], request: …, (host HOST, region:[REGION]); response:…,cost 187.8ms`, and `api[ACTION]`.
fn terraform<'a>(front: &'a [u8], after: &'a [u8], reader: &mut Reader<'a, '_>) {
    let between = |text: &'a [u8], open: &[u8], closes: &[u8]| {
        let from = find(text, 0, open)? + open.len();
        let rest = text.get(from..)?;
        let length = rest.iter().position(|byte| closes.contains(byte))?;
        str::from_utf8(rest.get(..length)?).ok().filter(|text| !text.is_empty())
    };
    let sdk = between(front, b"tencentcloud-sdk-go: [", b"]");
    let action = sdk.or_else(|| between(front, b" api[", b"]"));
    reader.context.action = reader.context.action.or(action);
    if sdk.is_none() {
        return;
    }
    let service = between(front, b"(host ", b",)").and_then(catalog::service_of_host);
    reader.context.service = reader.context.service.or(service);
    reader.context.region = reader.context.region.or_else(|| between(front, b"region:[", b"]"));
    let cost = after.strip_prefix(b",cost ").map(|rest| {
        let length =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | 0x80..)).count();
        rest.get(..length).unwrap_or_default()
    });
    let cost = cost.and_then(|cost| str::from_utf8(cost).ok()).and_then(|cost| time::duration_from_text(cost, None));
    reader.context.duration_ns = reader.context.duration_ns.or(cost);
}

/// Reads the text of a pair for a field that was not read yet. What a text says in passing may be unreadable.
fn read_pair<'a>(name: Name, text: &'a str, reader: &mut Reader<'a, '_>) {
    let Context { time, service, action, region, duration_ns, status } = reader.context;
    let is_there = match name.field {
        Field::Time => time.is_some(),
        Field::Service => service.is_some(),
        Field::Action => action.is_some(),
        Field::Region => region.is_some(),
        Field::Duration => duration_ns.is_some(),
        Field::Status => status.is_some(),
    };
    if is_there {
        return;
    }
    let anomalies = reader.anomalies;
    match name {
        Name { is_host: true, .. } => reader.context.service = catalog::service_of_host(text),
        Name { field: Field::Action, .. } => {
            let (service, action) = catalog::split_action(text);
            reader.plain(name, Value::Str(action));
            reader.context.service = reader.context.service.or(service);
        }
        _ => {
            reader.plain(name, Value::Str(text));
        }
    }
    reader.anomalies = anomalies;
}
