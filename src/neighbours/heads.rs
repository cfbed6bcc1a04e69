//! Where a record of a log begins, by the start of a line. It looks at one line, and reads no response.

use crate::scan::text::errors;
use crate::time::{Zone, time_at_start};

/// The words for levels with which loggers begin a line.
const LEVELS: [&str; 16] = [
    "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL", "PANIC", "info", "warn",
    "fail", "dbug", "crit", "trce",
];

/// Whether a line begins a record of a log: with a time, or as [`is_marked`] has it.
#[must_use]
pub fn is_head(line: &[u8]) -> bool {
    is_marked(line) || time_at_start(line, &Zone::default()).is_some()
}

/// Whether a line begins a record without a time: with an object, a prefix of klog, a level or an error of an SDK.
#[must_use]
pub fn is_marked(line: &[u8]) -> bool {
    match line.first() {
        Some(b'{') => true,
        Some(byte) if byte.is_ascii_alphabetic() || *byte == b'[' => {
            is_klog(line) || begins_with_level(line) || errors::begins_with_error(line)
        }
        _ => false,
    }
}

/// `E1121 17:09:40.434005`: a level, the month and the day, the time of day.
fn is_klog(line: &[u8]) -> bool {
    const FORM: &[u8] = b"?0000 00:00:00.";
    let is_like = |(byte, form): (&u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        b'?' => matches!(byte, b'I' | b'W' | b'E' | b'F'),
        form => byte == form,
    };
    line.len() > FORM.len() && line.iter().zip(FORM).all(is_like)
}

fn begins_with_level(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"[").unwrap_or(line);
    let Some(first) = line.first() else { return false };
    LEVELS.iter().filter(|level| level.as_bytes().first() == Some(first)).any(|level| {
        line.strip_prefix(level.as_bytes())
            .is_some_and(|rest| matches!(rest.first(), None | Some(b' ' | b':' | b']' | b'\t')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_begin_with_a_time_a_level_an_object_or_an_error() {
        for (line, expected) in [
            ("2026-11-20 08:24:55,047 INFO app: x", true),
            ("[2026-11-22 13:14:27] production.INFO: x", true),
            ("2026/11/21 21:49:10 client.go:559: x", true),
            ("D, [2026-11-22T14:51:03.357182 #28577] DEBUG -- : Request: [", true),
            ("E1121 17:09:40.434005       1 controller.go:957] x", true),
            ("info: Acme.Cloud.Worker[0]", true),
            ("ERROR:root:x", true),
            ("{\"a\":1}", true),
            ("[TencentCloudSDKException] code:X message:y", true),
            ("TencentCloudSDKHttpException [Error]: x", true),
            ("requestId: 2895bbf1-5981-4cc0-835c-80dc21295987 TencentCloud.Common.TencentCloudSDKException: x", true),
            ("    at async one (/srv/app/index.js:64:15)", false),
            ("resource (qcs::cvm:ap-guangzhou:uin/1000150:instance/*) has no permission", false),
            ("Information about it", false),
            ("", false),
            ("  {", false),
        ] {
            assert_eq!(is_head(line.as_bytes()), expected, "{line}");
        }
    }
}
