//! What an input looks like that is not a log of API 3.0 responses. It is a guess from the first bytes, for a hint.

use serde::{Deserialize, Serialize};

/// A kind of input that people mistake for a log of responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Foreign {
    /// Text in UTF-16.
    Utf16,
    /// A page of HTML, such as a gateway gives.
    Html,
    /// What Python prints of a dict.
    PythonRepr,
    /// Responses of API 2.0: `code`, `message` and `codeDesc` at the root.
    ApiVersion2,
    /// Responses of another cloud.
    OtherCloud(Cloud),
    /// Bodies in base64.
    Base64,
    /// Several responses in the array of one line.
    Arrays,
    /// What OpenTelemetry exports: records in arrays of arrays.
    Otlp,
    /// Events of CloudAudit, which an option reads.
    CloudAudit,
}

/// Another cloud, or several whose responses look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cloud {
    /// Amazon Web Services or Volcano Engine.
    AmazonOrVolcano,
    /// Amazon Web Services.
    Amazon,
    /// Alibaba Cloud.
    Alibaba,
    /// Huawei Cloud.
    Huawei,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Google,
}

impl Cloud {
    /// What people call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AmazonOrVolcano => "Amazon Web Services or Volcano Engine",
            Self::Amazon => "Amazon Web Services",
            Self::Alibaba => "Alibaba Cloud",
            Self::Huawei => "Huawei Cloud",
            Self::Azure => "Microsoft Azure",
            Self::Google => "Google Cloud",
        }
    }
}

impl Foreign {
    /// What the reader should know.
    #[must_use]
    pub fn hint(self) -> String {
        match self {
            Self::Utf16 => "is text in UTF-16; convert it first: iconv -f UTF-16 -t UTF-8".into(),
            Self::Html => "holds pages of HTML, as gateways and proxies give them; no response reached the log".into(),
            Self::PythonRepr => {
                "holds what Python prints of a dict, in single quotes; write json.dumps(response) instead".into()
            }
            Self::ApiVersion2 => {
                "holds responses of API 2.0 (code, message, codeDesc); only API 3.0 has the Response envelope".into()
            }
            Self::Base64 => "holds responses in base64; decode them first, or log the bodies as they are".into(),
            Self::Arrays => "holds several responses in the array of one line; write one a line: jq -c '.[]'".into(),
            Self::Otlp => {
                "holds OTLP, whose records are in arrays; export one record a line, or take the bodies out: jq -c \
                 '.resourceLogs[].scopeLogs[].logRecords[]'"
                    .into()
            }
            Self::CloudAudit => "holds events of CloudAudit; --input-format cloudaudit reads them".into(),
            Self::OtherCloud(cloud) => {
                format!("looks like responses of {}, not of Tencent Cloud API 3.0", cloud.as_str())
            }
        }
    }
}

/// What the first bytes of an input look like, when that is something known.
#[must_use]
pub fn recognise(head: &[u8]) -> Option<Foreign> {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || is_utf16(head) {
        return Some(Foreign::Utf16);
    }
    let line = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty())?;
    let start = line.get(..line.len().min(4096))?;
    let lower = start.to_ascii_lowercase();
    if lower.starts_with(b"<!doctype") || lower.starts_with(b"<html") {
        return Some(Foreign::Html);
    }
    let has = |text: &str| memchr::memmem::find(start, text.as_bytes()).is_some();
    if start.starts_with(b"{'") {
        return Some(Foreign::PythonRepr);
    }
    // The beginning of an envelope in base64.
    if has("eyJSZXNwb25zZSI6") {
        return Some(Foreign::Base64);
    }
    if has("\"resourceLogs\"") {
        return Some(Foreign::Otlp);
    }
    if has("\"CloudAuditEvent\"") || is_audit_event(&has) {
        return Some(Foreign::CloudAudit);
    }
    if has("[{\"Response\"") {
        return Some(Foreign::Arrays);
    }
    if !start.starts_with(b"{\"") || has("\"Response\"") {
        return None;
    }
    if has("\"codeDesc\"") || (has("\"code\"") && has("\"message\"") && has("\"requestId\"") && has("\"data\"")) {
        return Some(Foreign::ApiVersion2);
    }
    for (member, cloud) in OTHER_CLOUDS {
        if has(member) {
            return Some(Foreign::OtherCloud(cloud));
        }
    }
    None
}

/// Whether a line has the members of an event of CloudAudit, and none that only those of other clouds have.
fn is_audit_event(has: &impl Fn(&str) -> bool) -> bool {
    ["\"eventName\"", "\"eventSource\"", "\"eventRegion\"", "\"requestID\""].into_iter().all(has)
        && !["\"awsRegion\"", "\"acsRegion\""].into_iter().any(has)
}

/// Members that only responses of another cloud have.
const OTHER_CLOUDS: [(&str, Cloud); 8] = [
    ("\"ResponseMetadata\"", Cloud::AmazonOrVolcano),
    ("\"x-amzn-RequestId\"", Cloud::Amazon),
    ("\"__type\"", Cloud::Amazon),
    ("\"HostId\"", Cloud::Alibaba),
    ("\"Recommend\"", Cloud::Alibaba),
    ("\"error_code\"", Cloud::Huawei),
    ("\"odata.error\"", Cloud::Azure),
    ("\"@type\":\"type.googleapis.com", Cloud::Google),
];

/// ASCII in UTF-16 without a mark: every other byte is NUL.
fn is_utf16(head: &[u8]) -> bool {
    let (pairs, _) = head.get(..head.len().min(256)).unwrap_or_default().as_chunks::<2>();
    let zeros = |place: usize| pairs.iter().filter(|pair| pair[place] == 0 && pair[1 - place] != 0).count();
    pairs.len() >= 8 && zeros(0).max(zeros(1)) * 10 > pairs.len() * 9
}
