//! Where an object, or a list of objects, is asked for: endpoints, and the text of addresses. It asks nothing.

use std::net::IpAddr;

use super::{Failure, Location, Provider, Service, Style};

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// `http` or `https`.
    scheme: String,
    /// The host, with its port when that is not the usual one.
    authority: String,
    /// What comes before all other paths, without a slash at its end.
    path: String,
    /// Whether it was given, and is not the provider's own.
    is_given: bool,
}

/// What is asked for, in a form that can be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The scheme with its colon and slashes, and the host.
    pub(super) origin: String,
    /// The host, as the header `Host` has it.
    pub(super) host: String,
    /// The path as it is meant, from its first slash on.
    pub(super) path: String,
    /// The parameters, as they are meant.
    pub(super) query: Vec<(String, String)>,
}

impl Endpoint {
    /// The endpoint of a provider.
    pub(super) fn of(provider: Provider, service: &Service) -> Result<Self, Failure> {
        if let Some(given) = &service.endpoint {
            return Self::parse(given);
        }
        let region = region(provider, service)?;
        let is_region = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && !region.is_empty();
        if !is_region {
            return Err(Failure::refused(format!("invalid region '{region}': expected e.g. ap-guangzhou")));
        }
        let authority = match provider {
            Provider::S3 if region.starts_with("cn-") => format!("s3.{region}.amazonaws.com.cn"),
            Provider::S3 => format!("s3.{region}.amazonaws.com"),
            Provider::Cos => format!("cos.{region}.myqcloud.com"),
        };
        Ok(Self { scheme: "https".to_owned(), authority, path: String::new(), is_given: false })
    }

    fn parse(text: &str) -> Result<Self, Failure> {
        let wrong =
            || Failure::refused(format!("invalid endpoint '{text}': expected e.g. https://minio.example.com:9000"));
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        let scheme = scheme.to_ascii_lowercase();
        let (authority, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
        let usual = match &*scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return Err(wrong()),
        };
        let authority = authority.strip_suffix(usual).unwrap_or(authority);
        let is_host = !authority.is_empty()
            && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte));
        if !is_host || path.contains(['?', '#']) {
            return Err(wrong());
        }
        let path = path.trim_end_matches('/');
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Self { scheme, authority: authority.to_owned(), path, is_given: true })
    }

    /// The host without its port.
    fn host(&self) -> &str {
        let host = self.authority.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(host, _)| host);
        host.unwrap_or_else(|| self.authority.split(':').next().unwrap_or_default())
    }

    fn is_virtual(&self, location: &Location, style: Style) -> bool {
        match style {
            Style::Path => false,
            Style::Virtual => true,
            Style::Auto => {
                let host = self.host();
                let is_name = host.parse::<IpAddr>().is_err() && host != "localhost" && host.contains('.');
                // No certificate is for a name with more dots.
                let is_certified = self.scheme == "http" || !location.bucket.contains('.');
                is_name && is_certified && (location.provider == Provider::Cos || !self.is_given)
            }
        }
    }

    /// What is asked for of a bucket: an object by its key, or the bucket itself by an empty one.
    pub(super) fn target(&self, location: &Location, style: Style, key: &str, query: &[(&str, &str)]) -> Target {
        let Self { scheme, authority, path, .. } = self;
        let bucket = &location.bucket;
        let (host, path) = match self.is_virtual(location, style) {
            true => (format!("{bucket}.{authority}"), format!("{path}/{key}")),
            false => (authority.clone(), format!("{path}/{bucket}/{key}")),
        };
        // A bucket is asked for without the slash that objects come after.
        let path = if key.is_empty() && path.len() > 1 { path.trim_end_matches('/').to_owned() } else { path };
        let path = if path.is_empty() { "/".to_owned() } else { path };
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Target { origin: format!("{scheme}://{host}"), host, path, query }
    }
}

/// The region that requests are for and signed for.
pub(super) fn region(provider: Provider, service: &Service) -> Result<&str, Failure> {
    match (&service.region, provider) {
        (Some(region), _) => Ok(region),
        (None, Provider::S3) => Ok("us-east-1"),
        (None, Provider::Cos) => Err(Failure::refused(
            "the region of the bucket is not known: expected e.g. TENCENTCLOUD_REGION=ap-guangzhou",
        )),
    }
}

impl Target {
    /// The whole address.
    pub(super) fn url(&self) -> String {
        let Self { origin, path, query, .. } = self;
        let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("{origin}{}{mark}{}", encoded_path(path), pairs.join("&"))
    }
}

/// A text with everything as `%XX` that is not unreserved by RFC 3986.
pub(super) fn encoded(text: &str) -> String {
    encode(text, false)
}

/// The same of a path, whose slashes stay.
pub(super) fn encoded_path(path: &str) -> String {
    encode(path, true)
}

fn encode(text: &str, keeps_slashes: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            b'/' if keeps_slashes => encoded.push('/'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A text in which `%XX` stands for a byte, and `+` for a blank; none when it is not one, or not UTF-8.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit =
                    |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit(rest.next())? << 4 | digit(rest.next())?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn url(name: &str, endpoint: Option<&str>, style: Style) -> String {
        let location = Location::parse(Path::new(name)).unwrap();
        let service = Service {
            endpoint: endpoint.map(str::to_owned),
            region: Some("ap-guangzhou".to_owned()),
            style,
            ..Service::default()
        };
        let endpoint = Endpoint::of(location.provider, &service).unwrap();
        endpoint.target(&location, service.style, &location.key, &[]).url()
    }

    #[test]
    fn addresses_are_those_of_the_providers() {
        let auto = Style::Auto;
        assert_eq!(url("s3://b/k/x y", None, auto), "https://b.s3.ap-guangzhou.amazonaws.com/k/x%20y");
        assert_eq!(url("s3://b", None, auto), "https://b.s3.ap-guangzhou.amazonaws.com/");
        assert_eq!(url("s3://b.c/k", None, auto), "https://s3.ap-guangzhou.amazonaws.com/b.c/k");
        assert_eq!(url("s3://b/k", None, Style::Path), "https://s3.ap-guangzhou.amazonaws.com/b/k");
        assert_eq!(url("cos://b-1/k", None, auto), "https://b-1.cos.ap-guangzhou.myqcloud.com/k");
        for host in ["127.0.0.1:9000", "localhost:90", "[::1]:90"] {
            let given = format!("http://{host}");
            assert_eq!(url("s3://b/k", Some(&given), auto), format!("http://{host}/b/k"));
            assert_eq!(url("cos://b/k", Some(&given), auto), format!("http://{host}/b/k"));
            assert_eq!(url("s3://b", Some(&format!("http://{host}/")), auto), format!("http://{host}/b"));
        }
        assert_eq!(
            url("s3://b/k", Some("https://minio.example.com:443/s3/"), auto),
            "https://minio.example.com/s3/b/k"
        );
        assert_eq!(url("s3://b/k", Some("http://minio.example.com"), Style::Virtual), "http://b.minio.example.com/k");
        assert_eq!(url("cos://b/k", Some("https://cos.example.com"), auto), "https://b.cos.example.com/k");
        assert_eq!(url("s3://b//a/../b", None, auto), "https://b.s3.ap-guangzhou.amazonaws.com//a/../b");
        for wrong in ["127.0.0.1:9000", "ftp://a", "http://", "http://a b", "http://a?x", "http://u@h"] {
            let service = Service { endpoint: Some(wrong.to_owned()), ..Service::default() };
            assert!(Endpoint::of(Provider::S3, &service).is_err(), "{wrong}");
        }
        assert!(Endpoint::of(Provider::Cos, &Service::default()).is_err());
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let text = "a b+c%/\u{1}中~";
        assert_eq!(encoded(text), "a%20b%2Bc%25%2F%01%E4%B8%AD~");
        assert_eq!(decoded(&encoded(text)).as_deref(), Some(text));
        assert_eq!(
            (decoded("a+b").as_deref(), decoded("%4"), decoded("%zz"), decoded("%ff")),
            (Some("a b"), None, None, None)
        );
    }
}
