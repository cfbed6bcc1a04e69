//! What it means that a store refuses a request.

use super::http::Answer;
use super::{Failure, FailureKind, Provider, xml};

/// What an answer means that is none of those that were asked for.
pub(super) fn refusal(answer: &Answer, provider: Provider) -> Failure {
    let word = |text: &String| !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    let code = xml::text(&answer.body, "Code").filter(word);
    let status = match &code {
        Some(code) => format!("{} {code}", answer.status),
        None => answer.status.to_string(),
    };
    let region = || {
        let variable = if provider == Provider::S3 { "AWS_REGION" } else { "TENCENTCLOUD_REGION" };
        let named =
            answer.header("x-amz-bucket-region").map(str::to_owned).or_else(|| xml::text(&answer.body, "Region"));
        let named = named.filter(word).map(|region| format!("{variable}={region}"));
        named.unwrap_or_else(|| format!("the region of the bucket in {variable}"))
    };
    match answer.status {
        401 | 403 => {
            let text =
                format!("access denied ({status}): expected credentials that may list the bucket and read its objects");
            Failure::new(FailureKind::Denied, text)
        }
        300..=399 => {
            let text = format!("the store leads elsewhere ({status}), which is not followed: expected {}", region());
            Failure::refused(text)
        }
        400 if code.as_deref() == Some("AuthorizationHeaderMalformed") => {
            Failure::refused(format!("the store refuses the request ({status}): expected {}", region()))
        }
        _ => Failure::refused(format!("the store refuses the request ({status})")),
    }
}
