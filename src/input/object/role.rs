//! Keys of the role of an instance, from its metadata service. They expire, and are asked for again before that.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;

use super::http::{Answer, Client, Method, Request};
use super::{Failure, FailureKind, Keys, Provider, Service};
use crate::time::{Nanos, Zone, time_from_text};

/// How long before they expire keys are not used any more, in nanoseconds.
const MARGIN_NS: i64 = 300_000_000_000;
/// How long keys are used that do not say when they expire, in nanoseconds.
const USED_NS: i64 = 600_000_000_000;
/// Where AWS has the metadata service.
const AWS: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
/// How long an answer is at the most.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// The keys of a role, while they hold.
#[derive(Debug, Default)]
pub(super) struct Role(Mutex<Option<(Keys, Nanos)>>);

/// What a metadata service says of keys, in the words of either provider.
#[derive(Deserialize)]
struct Credentials {
    #[serde(alias = "AccessKeyId", alias = "TmpSecretId")]
    id: String,
    #[serde(alias = "SecretAccessKey", alias = "TmpSecretKey")]
    secret: String,
    #[serde(rename = "Token")]
    token: Option<String>,
    #[serde(rename = "Expiration")]
    expiration: Option<String>,
}

impl Role {
    /// Keys that hold, from the service when there are none.
    ///
    /// # Errors
    ///
    /// The service does not answer, or the instance has no role.
    pub(super) fn keys(
        &self,
        provider: Provider,
        service: &Service,
        client: impl FnOnce() -> Arc<Client>,
        now: Nanos,
    ) -> Result<Keys, Failure> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((keys, until)) = &*held
            && now < *until
        {
            return Ok(keys.clone());
        }
        let Credentials { id, secret, token, expiration } = ask(provider, service, &client())?;
        let expires = expiration.and_then(|text| time_from_text(&text, &Zone::default()));
        let until = expires.map_or(now.0.saturating_add(USED_NS), |expires| expires.0.saturating_sub(MARGIN_NS));
        let keys = Keys { id, secret, token };
        *held = Some((keys.clone(), Nanos(until)));
        Ok(keys)
    }
}

fn ask(provider: Provider, service: &Service, client: &Client) -> Result<Credentials, Failure> {
    let (usual, folder) = match provider {
        Provider::S3 => (format!("http://{AWS}"), "/latest/meta-data/iam/security-credentials/"),
        Provider::Cos => ("http://metadata.tencentyun.com".to_owned(), "/latest/meta-data/cam/security-credentials/"),
    };
    let base = service.metadata.as_deref().unwrap_or(&usual).trim_end_matches('/');
    let get = |method, path: &str, headers: Vec<(&'static str, String)>| {
        let request = || Request {
            method,
            url: format!("{base}{path}"),
            headers: headers.clone(),
            host: "the metadata service".to_owned(),
            bytes_max: ANSWER_BYTES_MAX,
        };
        client.ask(|| Ok(request()), |_| true)
    };
    let text = |answer: Result<Answer, Failure>| match answer {
        Ok(Answer { status: 200, body, .. }) => {
            String::from_utf8(body).map_err(|_| none(provider, "its answer is not text"))
        }
        Ok(answer) => Err(none(provider, &format!("it says {}", answer.status))),
        Err(failure) if failure.kind == FailureKind::Stopped => Err(failure),
        Err(failure) => Err(none(provider, &failure.text)),
    };
    let headers = match provider {
        Provider::S3 => {
            let lasts = vec![("x-aws-ec2-metadata-token-ttl-seconds", "21600".to_owned())];
            vec![("x-aws-ec2-metadata-token", text(get(Method::Put, "/latest/api/token", lasts))?)]
        }
        Provider::Cos => Vec::new(),
    };
    let role = text(get(Method::Get, folder, headers.clone()))?;
    let role = role.lines().next().unwrap_or_default().trim();
    let keys = text(get(Method::Get, &format!("{folder}{role}"), headers))?;
    serde_json::from_str(&keys).map_err(|_| none(provider, "its answer holds no keys"))
}

fn none(provider: Provider, why: &str) -> Failure {
    let expected = match provider {
        Provider::S3 => "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile in ~/.aws",
        Provider::Cos => "TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, a profile in ~/.tccli",
    };
    let text = format!("no credentials: expected {expected}, or an instance with a role (metadata service: {why})");
    Failure::new(FailureKind::Denied, text)
}
