//! Signatures of requests: version 4 of AWS in headers, and that of COS in the query. Both are few lines over HMAC, and
//! what crates there are for them signs addresses for others to use, brings a client of its own, or knows one of the two.

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::address::{Target, encoded, encoded_path};
use super::{Keys, Provider};
use crate::time::{NS_PER_SECOND, Nanos};

/// SHA-256 of a body without bytes.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// How long a signature of COS holds, in seconds, and how late the clock there may be.
const HOLDS_SECONDS: i64 = 900;
const BEHIND_SECONDS: i64 = 60;

/// Signs a request without a body. Gives the headers that it needs; what COS needs becomes part of the query, since
/// gateways that speak both ways read a header `Authorization` as that of AWS.
pub(super) fn sign(
    provider: Provider,
    method: &str,
    target: &mut Target,
    region: &str,
    keys: &Keys,
    now: Nanos,
) -> Vec<(&'static str, String)> {
    match provider {
        Provider::S3 => v4(method, target, region, keys, now),
        Provider::Cos => {
            let now = now.0.div_euclid(NS_PER_SECOND);
            let time = format!("{};{}", now - BEHIND_SECONDS, now + HOLDS_SECONDS);
            let headers = [("host", target.host.clone())];
            let signed = cos(method, target, &headers, keys, &time);
            target.query.extend(signed);
            keys.token.iter().map(|token| ("x-cos-security-token", token.clone())).collect()
        }
    }
}

/// Signature Version 4 of AWS, for S3.
fn v4(method: &str, target: &Target, region: &str, keys: &Keys, now: Nanos) -> Vec<(&'static str, String)> {
    let time: String = whole_seconds(now).to_string().chars().filter(|it| !matches!(it, '-' | ':')).collect();
    let date = time.get(..8).unwrap_or_default();
    let mut headers = vec![
        ("host", target.host.clone()),
        ("x-amz-content-sha256", EMPTY_SHA256.to_owned()),
        ("x-amz-date", time.clone()),
    ];
    headers.extend(keys.token.iter().map(|token| ("x-amz-security-token", token.clone())));
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let (path, query) =
        (encoded_path(&target.path), in_order(target.query.iter().map(|(n, v)| (n.as_str(), v.as_str()))));
    let request = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{EMPTY_SHA256}");
    let scope = format!("{date}/{region}/s3/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(request)));
    let key = [date, region, "s3", "aws4_request"]
        .iter()
        .fold(format!("AWS4{}", keys.secret).into_bytes(), |key, part| mac::<Hmac<Sha256>>(&key, part));
    let signature = hex(&mac::<Hmac<Sha256>>(&key, &text));
    let id = &keys.id;
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
    headers.remove(0);
    headers.push(("authorization", authorization));
    headers
}

/// The signature of COS over all parameters and these headers, whose names are in order, as further parameters.
/// `time` is from when to when it holds: two times in seconds since 1970 with a semicolon between them.
fn cos(method: &str, target: &Target, headers: &[(&str, String)], keys: &Keys, time: &str) -> Vec<(String, String)> {
    let lower: Vec<_> = target.query.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str())).collect();
    let parameters = in_order(lower.iter().map(|(name, value)| (name.as_str(), *value)));
    let mut names: Vec<_> = lower.iter().map(|(name, _)| encoded(name).to_ascii_lowercase()).collect();
    names.sort_unstable();
    let header_names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    let header_lines = in_order(headers.iter().map(|(name, value)| (*name, value.as_str())));
    let method = method.to_ascii_lowercase();
    let request = format!("{method}\n{}\n{parameters}\n{header_lines}\n", target.path);
    let key = hex(&mac::<Hmac<Sha1>>(keys.secret.as_bytes(), time));
    let text = format!("sha1\n{time}\n{}\n", hex(&Sha1::digest(request)));
    let signature = hex(&mac::<Hmac<Sha1>>(key.as_bytes(), &text));
    let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![
        own("q-sign-algorithm", "sha1"),
        own("q-ak", &keys.id),
        own("q-sign-time", time),
        own("q-key-time", time),
        own("q-header-list", &header_names.join(";")),
        own("q-url-param-list", &names.join(";")),
        own("q-signature", &signature),
    ]
}

fn whole_seconds(now: Nanos) -> Nanos {
    Nanos(now.0.div_euclid(NS_PER_SECOND) * NS_PER_SECOND)
}

/// Pairs as `name=value`, encoded, in the order of their names.
fn in_order<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut pairs: Vec<_> = pairs.map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn mac<M: Mac + KeyInit>(key: &[u8], text: &str) -> Vec<u8> {
    // Of HMAC a key may have any length.
    <M as Mac>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(host: &str, path: &str, query: &[(&str, &str)]) -> Target {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Target { origin: format!("https://{host}"), host: host.to_owned(), path: path.to_owned(), query }
    }

    #[test]
    fn the_documented_example_of_cos_has_its_documented_signature() {
        // "Download an object" of the page "Request Signature" of the documentation of COS.
        let target = target(
            "examplebucket-1250000000.cos.ap-beijing.myqcloud.com",
            "/exampleobject(腾讯云)",
            &[("response-content-type", "application/octet-stream"), ("response-cache-control", "max-age=600")],
        );
        let keys = Keys {
            id: "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q".to_owned(),
            secret: "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz".to_owned(),
            token: None,
        };
        let headers = [("date", "Thu, 16 May 2019 06:55:53 GMT".to_owned()), ("host", target.host.clone())];
        let signed = cos("GET", &target, &headers, &keys, "1557989753;1557996953");
        let value = |name: &str| signed.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        assert_eq!(value("q-header-list"), Some("date;host"));
        assert_eq!(value("q-url-param-list"), Some("response-cache-control;response-content-type"));
        assert_eq!(value("q-signature"), Some("01681b8c9d798a678e43b685a9f1bba0f6c0e012"));
    }

    #[test]
    fn the_documented_example_of_s3_has_its_documented_signature() {
        // "GET Bucket (List Objects)" of the page "Signature Calculations for the Authorization Header".
        let target = target("examplebucket.s3.amazonaws.com", "/", &[("prefix", "J"), ("max-keys", "2")]);
        let keys = Keys {
            id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            token: None,
        };
        let now = Nanos(1_369_353_600 * NS_PER_SECOND + 1);
        let headers = v4("GET", &target, "us-east-1", &keys, now);
        let (name, value) = headers.last().unwrap();
        assert_eq!(*name, "authorization");
        assert!(
            value.ends_with("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
            "{value}"
        );
    }

    #[test]
    fn a_token_is_signed_for_s3_and_a_header_for_cos() {
        let keys = Keys { id: "id".to_owned(), secret: "secret".to_owned(), token: Some("token".to_owned()) };
        let mut asked = target("h", "/k", &[]);
        let headers = sign(Provider::S3, "GET", &mut asked, "r", &keys, Nanos(0));
        assert!(headers.contains(&("x-amz-security-token", "token".to_owned())));
        assert!(headers.iter().any(|(_, value)| value.contains("x-amz-date;x-amz-security-token,")));
        assert!(asked.query.is_empty());
        let headers = sign(Provider::Cos, "GET", &mut asked, "r", &keys, Nanos(0));
        assert_eq!(headers, [("x-cos-security-token", "token".to_owned())]);
        assert!(asked.query.contains(&("q-sign-time".to_owned(), "-60;900".to_owned())));
        assert!(!asked.url().contains("secret") && !format!("{keys:?}").contains("secret"));
    }
}
