//! How object stores are asked, from the environment and the files of the providers' command lines. Nothing of it is
//! printed.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use resplog::internals::input::object::Stores;

/// The stores of a run that this many threads read, until `stop` is set.
#[cfg(feature = "object-store")]
pub fn stores(threads: usize, stop: &Arc<AtomicBool>) -> Stores {
    Stores::new(environment::settings(threads), Arc::clone(stop))
}

/// None: this build lacks them.
#[cfg(not(feature = "object-store"))]
pub fn stores(_: usize, _: &Arc<AtomicBool>) -> Stores {
    Stores::default()
}

#[cfg(feature = "object-store")]
mod environment {
    use std::path::PathBuf;

    use resplog::internals::input::object::profile::{self, Profile};
    use resplog::internals::input::object::{ATTEMPTS, Access, Keys, Service, Settings, Style};

    use super::super::host;

    /// Variables that say where stores of COS are, the first one that is set.
    const COS_ENDPOINTS: [&str; 3] = ["TENCENTCLOUD_ENDPOINT_URL_COS", "TENCENTCLOUD_ENDPOINT_URL", "COS_ENDPOINT_URL"];

    pub fn settings(threads: usize) -> Settings {
        let attempts = value("AWS_MAX_ATTEMPTS").and_then(|text| text.parse().ok()).unwrap_or(ATTEMPTS);
        let certificates = value("AWS_CA_BUNDLE").and_then(|path| std::fs::read(path).ok());
        Settings { s3: s3(), cos: cos(), attempts, threads, certificates, ..Settings::new(host::clock) }
    }

    fn s3() -> Service {
        let name = value("AWS_PROFILE");
        let profile = profile::aws(
            &text(value("AWS_SHARED_CREDENTIALS_FILE"), ".aws/credentials"),
            &text(value("AWS_CONFIG_FILE"), ".aws/config"),
            name.as_deref().unwrap_or("default"),
        );
        let own = keys("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", &["AWS_SESSION_TOKEN"]);
        let is_alone = is_set("AWS_EC2_METADATA_DISABLED");
        let given = first(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]);
        Service {
            access: access(is_set("AWS_SKIP_SIGNATURE"), own, &profile, "AWS_PROFILE", name.as_deref(), is_alone),
            region: first(&["AWS_REGION", "AWS_DEFAULT_REGION"]).or(profile.region),
            endpoint: given.or(profile.endpoint),
            style: style("AWS_S3_ADDRESSING_STYLE").unwrap_or(profile.style),
            metadata: value("AWS_EC2_METADATA_SERVICE_ENDPOINT"),
        }
    }

    fn cos() -> Service {
        let name = value("TCCLI_PROFILE");
        let file = |extension| text(None, &format!(".tccli/{}.{extension}", name.as_deref().unwrap_or("default")));
        let profile = profile::tccli(&file("credential"), &file("configure"));
        let tokens = ["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SESSION_TOKEN"];
        let own = keys("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", &tokens);
        let is_anonymous = is_set("TENCENTCLOUD_SKIP_SIGNATURE");
        Service {
            access: access(is_anonymous, own, &profile, "TCCLI_PROFILE", name.as_deref(), false),
            region: value("TENCENTCLOUD_REGION").or(profile.region),
            endpoint: first(&COS_ENDPOINTS),
            style: style("TENCENTCLOUD_COS_ADDRESSING_STYLE").unwrap_or_default(),
            metadata: value("TENCENTCLOUD_METADATA_ENDPOINT"),
        }
    }

    /// Who asks: nobody when that is wished for, else who has keys here, in a profile, or by the role of the instance.
    fn access(
        is_anonymous: bool,
        own: Option<Keys>,
        profile: &Profile,
        variable: &str,
        name: Option<&str>,
        is_alone: bool,
    ) -> Access {
        if is_anonymous {
            return Access::Anonymous;
        }
        match (own.or_else(|| profile.keys.clone()), profile.unknown, name) {
            (Some(keys), ..) => Access::Keys(keys),
            (None, Some(unknown), _) => Access::Missing(format!(
                "the profile gets its keys by {unknown}, which is not known here: expected the keys themselves, such as \
                 `aws configure export-credentials --format env` prints"
            )),
            (None, None, Some(name)) => Access::Missing(format!(
                "{variable} is '{name}', of which there are no keys: expected a profile with keys"
            )),
            (None, None, None) if is_alone => {
                Access::Missing("no credentials: expected e.g. AWS_ACCESS_KEY_ID".to_owned())
            }
            (None, None, None) => Access::Role,
        }
    }

    fn keys(id: &str, secret: &str, tokens: &[&str]) -> Option<Keys> {
        Some(Keys { id: value(id)?, secret: value(secret)?, token: first(tokens) })
    }

    fn style(name: &str) -> Option<Style> {
        Style::from_name(&value(name)?)
    }

    fn is_set(name: &str) -> bool {
        value(name).is_some_and(|value| matches!(&*value.to_ascii_lowercase(), "true" | "1" | "yes"))
    }

    fn first(names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| value(name))
    }

    /// A variable that is set to something.
    fn value(name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    /// The text of a file, at a place that was given or below the home folder; empty when there is none.
    fn text(given: Option<String>, usual: &str) -> String {
        let home = || value("HOME").map(|home| PathBuf::from(home).join(usual));
        given.map(PathBuf::from).or_else(home).and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
    }
}
