//! Asks stores, signed, and off the thread that waits for the answer. It does not know what objects are.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use super::address::{Endpoint, region};
use super::http::{Client, Method, Request};
use super::role::Role;
use super::sign::sign;
use super::{Access, Failure, FailureKind, Location, Provider, Service, Settings};

/// How long a wait lasts before the wish to stop is looked at.
const WAIT: Duration = Duration::from_millis(100);

/// What a run knows of its stores.
#[derive(Debug)]
pub(super) struct Asker {
    settings: Settings,
    client: OnceLock<Result<Client, Failure>>,
    metadata: OnceLock<Arc<Client>>,
    roles: [Role; 2],
    stop: Arc<AtomicBool>,
}

impl Asker {
    pub(super) fn new(settings: Settings, stop: Arc<AtomicBool>) -> Self {
        let (client, metadata) = (OnceLock::new(), OnceLock::new());
        Self { settings, client, metadata, roles: Default::default(), stop }
    }

    pub(super) fn client(&self) -> Result<&Client, Failure> {
        let client = self.client.get_or_init(|| Client::new(&self.settings, Arc::clone(&self.stop)));
        client.as_ref().map_err(Clone::clone)
    }

    const fn service(&self, provider: Provider) -> &Service {
        match provider {
            Provider::S3 => &self.settings.s3,
            Provider::Cos => &self.settings.cos,
        }
    }

    /// A request, signed.
    pub(super) fn request(
        &self,
        method: Method,
        location: &Location,
        key: &str,
        query: &[(&str, &str)],
        mut headers: Vec<(&'static str, String)>,
    ) -> Result<Request, Failure> {
        let provider = location.provider;
        let service = self.service(provider);
        let mut target = Endpoint::of(provider, service)?.target(location, service.style, key, query);
        let now = (self.settings.clock)();
        let keys = match &service.access {
            Access::Anonymous => None,
            Access::Keys(keys) => Some(keys.clone()),
            Access::Missing(why) => return Err(Failure::new(FailureKind::Denied, why.clone())),
            Access::Role => {
                let client =
                    || Arc::clone(self.metadata.get_or_init(|| Arc::new(Client::of_metadata(Arc::clone(&self.stop)))));
                let [s3, cos] = &self.roles;
                let role = if provider == Provider::S3 { s3 } else { cos };
                Some(role.keys(provider, service, client, now)?)
            }
        };
        if let Some(keys) = keys {
            let verb = if method == Method::Head { "HEAD" } else { "GET" };
            // Only a signature of S3 is for a region.
            let region = if provider == Provider::S3 { region(provider, service)? } else { "" };
            headers.extend(sign(provider, verb, &mut target, region, &keys, now));
        }
        Ok(Request { method, url: target.url(), headers, host: target.host, bytes_max: 0 })
    }

    /// Does what takes a while on a thread of its own, so that who waits for it can be stopped.
    pub(super) fn apart<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (done, result) = channel();
        let asker = Arc::clone(self);
        let spawned = thread::Builder::new().spawn(move || drop(done.send(work(&asker))));
        spawned.map_err(|error| Failure::new(FailureKind::Unavailable, format!("no thread to ask with: {error}")))?;
        loop {
            match result.recv_timeout(WAIT) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) if self.stop.load(Ordering::Relaxed) => return Err(Failure::stopped()),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Failure::refused("the thread that asked failed")),
            }
        }
    }
}
