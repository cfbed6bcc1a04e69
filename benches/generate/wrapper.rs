//! The log line around an envelope: time, level, service, action, region, duration. It never looks inside.

use crate::catalogue::{Action, REGIONS};
use crate::instant;
use crate::lines::Call;
use crate::template::{push_milliseconds, push_number};
use crate::truth::Facts;

/// What is unusual about the context of a wrapped line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Nothing.
    Usual,
    NoTime,
    NullTime,
    /// Text that is no time.
    BadTime,
    /// A time that can be read but not believed.
    AncientTime,
    /// The same time at +08:00.
    ZonedTime,
    /// Epoch milliseconds.
    EpochTime,
    NoRegion,
    EmptyRegion,
    NoDuration,
    NegativeDuration,
}

/// All that are not usual.
pub const ODD_CONTEXTS: [Context; 10] = [
    Context::NoTime,
    Context::NullTime,
    Context::BadTime,
    Context::AncientTime,
    Context::ZonedTime,
    Context::EpochTime,
    Context::NoRegion,
    Context::EmptyRegion,
    Context::NoDuration,
    Context::NegativeDuration,
];

/// Appends the wrapper up to the envelope and enters into `facts` what it says. A `}` after the envelope completes the line.
pub fn open(call: &Call, action: &Action, duration_us: u64, context: Context, facts: &mut Facts, out: &mut Vec<u8>) {
    facts.action = Some(call.action);
    out.push(b'{');
    time(call.time_us, context, facts, out);
    out.extend_from_slice(if call.failed { br#""level":"error""# } else { br#""level":"info""# });
    text_member(out, "service", action.service);
    text_member(out, "action", action.name);
    match context {
        Context::NoRegion => {}
        Context::EmptyRegion => {
            text_member(out, "region", "");
            facts.anomalies.push("bad_context");
        }
        _ => {
            text_member(out, "region", REGIONS[call.region]);
            facts.region = Some(call.region);
        }
    }
    match context {
        Context::NoDuration => {}
        Context::NegativeDuration => {
            out.extend_from_slice(br#","duration_ms":-1.5"#);
            facts.anomalies.push("bad_context");
        }
        _ => {
            out.extend_from_slice(br#","duration_ms":"#);
            push_milliseconds(out, duration_us);
            facts.duration_us = Some(duration_us);
        }
    }
    out.extend_from_slice(br#","response":"#);
}

fn time(time_us: i64, context: Context, facts: &mut Facts, out: &mut Vec<u8>) {
    const EAST_US: i64 = 8 * 3_600 * instant::SECOND_US;
    match context {
        Context::NoTime => {}
        Context::NullTime => out.extend_from_slice(br#""time":null,"#),
        Context::BadTime => {
            out.extend_from_slice(br#""time":"yesterday","#);
            facts.anomalies.push("bad_context");
        }
        Context::AncientTime => {
            out.extend_from_slice(br#""time":"2003-04-05T06:07:08Z","#);
            facts.anomalies.push("implausible_time");
        }
        Context::ZonedTime => {
            out.extend_from_slice(br#""time":""#);
            instant::push_micros(out, time_us + EAST_US);
            out.extend_from_slice(br#"+08:00","#);
            facts.time_us = Some(time_us);
        }
        Context::EpochTime => {
            out.extend_from_slice(br#""time":"#);
            push_number(out, time_us.unsigned_abs() / 1_000);
            out.push(b',');
            facts.time_us = Some(time_us - time_us.rem_euclid(1_000));
        }
        _ => {
            out.extend_from_slice(br#""time":""#);
            instant::push_micros(out, time_us);
            out.extend_from_slice(br#"Z","#);
            facts.time_us = Some(time_us);
        }
    }
}

fn text_member(out: &mut Vec<u8>, name: &str, value: &str) {
    for piece in [",\"", name, "\":\"", value, "\""] {
        out.extend_from_slice(piece.as_bytes());
    }
}
