//! Profiles: keys and regions in the files of the command lines of the providers. It opens no file.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Keys, Style};

/// What the files of a provider's command line say of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its keys.
    pub keys: Option<Keys>,
    /// Its region.
    pub region: Option<String>,
    /// Where its stores are.
    pub endpoint: Option<String>,
    /// Where buckets stand.
    pub style: Style,
    /// A way to get keys that is not known here, by the name of its setting.
    pub unknown: Option<&'static str>,
}

/// Ways to get keys that only the command line of AWS knows.
const UNKNOWN: [&str; 5] = ["role_arn", "credential_process", "sso_session", "sso_start_url", "login_session"];

/// A profile of the command line of AWS, by the texts of `~/.aws/credentials` and `~/.aws/config`.
#[must_use]
pub fn aws(credentials: &str, config: &str, name: &str) -> Profile {
    let section = if name == "default" { name.to_owned() } else { format!("profile {name}") };
    let mut values = sections(config).remove(section.as_str()).unwrap_or_default();
    values.extend(sections(credentials).remove(name).unwrap_or_default());
    let mut value = |name: &str| values.remove(name).filter(|value| !value.is_empty());
    let pair = value("aws_access_key_id").zip(value("aws_secret_access_key"));
    let token = value("aws_session_token");
    Profile {
        keys: pair.map(|(id, secret)| Keys { id, secret, token }),
        region: value("region"),
        endpoint: value("s3.endpoint_url").or_else(|| value("endpoint_url")),
        style: value("s3.addressing_style").and_then(|name| Style::from_name(&name)).unwrap_or_default(),
        unknown: UNKNOWN.into_iter().find(|name| value(name).is_some()),
    }
}

/// The sections of a file in the form of INI, each with its values; an indented value belongs to the one before it.
fn sections(text: &str) -> HashMap<String, HashMap<String, String>> {
    let mut sections: HashMap<String, HashMap<String, String>> = HashMap::new();
    let (mut section, mut group) = (String::new(), String::new());
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = name.split_whitespace().collect::<Vec<_>>().join(" ");
            group.clear();
            continue;
        }
        let Some((name, value)) = trimmed.split_once('=') else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        let is_nested = line.starts_with([' ', '\t']) && !group.is_empty();
        let name = if is_nested { format!("{group}.{name}") } else { name };
        if !is_nested {
            group = if value.is_empty() { name.clone() } else { String::new() };
        }
        sections.entry(section.clone()).or_default().insert(name, value.to_owned());
    }
    sections
}

/// The file `NAME.credential` of the command line of Tencent Cloud.
#[derive(Deserialize)]
struct Credential {
    #[serde(rename = "secretId")]
    id: String,
    #[serde(rename = "secretKey")]
    secret: String,
    token: Option<String>,
}

/// The file `NAME.configure`.
#[derive(Deserialize)]
struct Configure {
    #[serde(rename = "_sys_param")]
    system: System,
}

#[derive(Deserialize)]
struct System {
    region: Option<String>,
}

/// A profile of the command line of Tencent Cloud, by the texts of `~/.tccli/NAME.credential` and `NAME.configure`.
#[must_use]
pub fn tccli(credential: &str, configure: &str) -> Profile {
    let keys =
        serde_json::from_str::<Credential>(credential).ok().filter(|it| !it.id.is_empty() && !it.secret.is_empty());
    let region = serde_json::from_str::<Configure>(configure).ok().and_then(|it| it.system.region);
    Profile {
        keys: keys.map(|it| Keys { id: it.id, secret: it.secret, token: it.token.filter(|token| !token.is_empty()) }),
        region: region.filter(|region| !region.is_empty() && region != "None"),
        ..Profile::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(id: &str, token: Option<&str>) -> Option<Keys> {
        Some(Keys { id: id.to_owned(), secret: "s".to_owned(), token: token.map(str::to_owned) })
    }

    #[test]
    fn profiles_of_aws_are_read() {
        let credentials = "# mine\n[default]\naws_access_key_id = a\naws_secret_access_key=s\n\n[ops]\n\
            aws_access_key_id=b\naws_secret_access_key = s\naws_session_token = t\n";
        let config = "[default]\nregion = eu-west-1\ns3 =\n    addressing_style = path\n    endpoint_url = http://x\n\
            output = json\n[profile ops]\nregion=us-west-2\n[profile role]\nrole_arn = arn:x\nsource_profile = ops\n";
        let read = aws(credentials, config, "default");
        assert_eq!((read.keys, read.region.as_deref()), (keys("a", None), Some("eu-west-1")));
        assert_eq!((read.endpoint.as_deref(), read.style), (Some("http://x"), Style::Path));
        let read = aws(credentials, config, "ops");
        assert_eq!((read.keys, read.region.as_deref()), (keys("b", Some("t")), Some("us-west-2")));
        assert_eq!(aws(credentials, config, "role").unknown, Some("role_arn"));
        assert_eq!(aws(credentials, config, "gone"), Profile::default());
    }

    #[test]
    fn profiles_of_tencent_cloud_are_read() {
        let configure = r#"{"_sys_param": {"language": "zh-CN", "region": "ap-guangzhou", "output": "json"}}"#;
        let read = tccli(r#"{"secretId": "a", "secretKey": "s"}"#, configure);
        assert_eq!((read.keys, read.region.as_deref()), (keys("a", None), Some("ap-guangzhou")));
        assert_eq!(tccli(r#"{"secretId": "a", "secretKey": "s", "token": "t"}"#, "").keys, keys("a", Some("t")));
        assert_eq!(tccli("", "{}"), Profile::default());
    }
}
