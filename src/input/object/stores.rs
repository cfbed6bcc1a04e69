//! The stores of a run: what is asked of them, and what their answers mean.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use super::address::{Endpoint, region};
use super::http::{Answer, Client, Method, Request};
use super::list::{self, Entry};
use super::listed::{Object, refusal};
use super::location::above;
use super::pool::Pool;
use super::role::Role;
use super::sign::sign;
use super::{Access, Failure, FailureKind, Location, Provider, Service, Settings, xml};

/// How long a page of a list is at the most: a thousand keys of a kilobyte, each byte encoded, and room for the rest.
const PAGE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How long a wait lasts before the wish to stop is looked at.
const WAIT: Duration = Duration::from_millis(100);

/// The stores of a run; none are asked before somebody names an object.
#[derive(Clone, Debug, Default)]
pub struct Stores(Option<Arc<Inner>>);

/// What a run knows of its stores.
#[derive(Debug)]
pub(super) struct Inner {
    settings: Settings,
    client: OnceLock<Result<Client, Failure>>,
    metadata: OnceLock<Arc<Client>>,
    roles: [Role; 2],
    pub(super) pool: Arc<Pool>,
    stop: Arc<AtomicBool>,
}

impl Stores {
    /// Stores that are asked under these settings, until `stop` is set.
    #[must_use]
    pub fn new(settings: Settings, stop: Arc<AtomicBool>) -> Self {
        let pool = Arc::new(Pool::new(&settings, Arc::clone(&stop)));
        let (client, metadata) = (OnceLock::new(), OnceLock::new());
        Self(Some(Arc::new(Inner { settings, client, metadata, roles: Default::default(), pool, stop })))
    }

    fn inner(&self) -> Result<&Arc<Inner>, Failure> {
        self.0.as_ref().ok_or_else(|| Failure::refused("nothing is known of object stores here: expected files"))
    }

    /// The objects that a name means: the object of this key; else those in the folder of this name; else, with a pattern
    /// in it, those that match; else those whose keys begin so. Folders that consoles make are none.
    ///
    /// # Errors
    ///
    /// There are none, or the store does not give a list.
    pub fn list(&self, name: &Path) -> Result<Vec<(PathBuf, Object)>, Failure> {
        let location = Location::parse(name).map_err(Failure::refused)?;
        let inner = self.inner()?;
        let of_bucket = location.clone();
        let entries = inner.apart(move |inner| {
            let key = &of_bucket.key;
            list::choose(key, inner.entries(&of_bucket, list::prefix(key), Some(key))?)
        })?;
        Ok(objects(inner, &location, entries))
    }

    /// The objects of these names, and those that hold them: a name may be of a file of a tar. What is not there is not
    /// given.
    ///
    /// # Errors
    ///
    /// A store does not give a list.
    pub fn named(&self, names: &[PathBuf]) -> Result<Vec<(PathBuf, Object)>, Failure> {
        let mut of_bucket: HashMap<(Provider, String), Vec<&PathBuf>> = HashMap::new();
        for name in names {
            let Location { provider, bucket, .. } = Location::parse(name).map_err(Failure::refused)?;
            of_bucket.entry((provider, bucket)).or_default().push(name);
        }
        let mut found: HashMap<PathBuf, Object> = HashMap::new();
        for names in of_bucket.into_values() {
            let all: HashMap<PathBuf, Object> = self.beside(&names)?.into_iter().collect();
            for name in names {
                let held = std::iter::once(name.as_path()).chain(above(name));
                let listed =
                    held.clone().find_map(|name| all.get_key_value(name).map(|(name, it)| (name.clone(), it.clone())));
                let alone = || held.map(|name| self.exact(name)).find_map(Result::transpose).transpose();
                found.extend(match listed {
                    Some(listed) => Some(listed),
                    None => alone()?,
                });
            }
        }
        Ok(found.into_iter().collect())
    }

    /// The objects of the folder that these names of one bucket have in common, or of the only name.
    fn beside(&self, names: &[&PathBuf]) -> Result<Vec<(PathBuf, Object)>, Failure> {
        let locations: Vec<_> =
            names.iter().map(|name| Location::parse(name).map_err(Failure::refused)).collect::<Result<_, _>>()?;
        let Some((first, rest)) = locations.split_first() else { return Ok(Vec::new()) };
        let mut prefix = first.key.as_str();
        while !rest.iter().all(|other| other.key.starts_with(prefix)) {
            let cut = prefix.trim_end_matches('/').rfind('/').map_or(0, |at| at + 1);
            prefix = prefix.get(..cut).unwrap_or_default();
        }
        let (inner, location, prefix) = (self.inner()?, first.clone(), prefix.to_owned());
        let entries = inner.apart(move |inner| inner.entries(&location, &prefix, None))?;
        Ok(objects(inner, first, entries))
    }

    /// The object of exactly this name, if it is there.
    fn exact(&self, name: &Path) -> Result<Option<(PathBuf, Object)>, Failure> {
        let location = Location::parse(name).map_err(Failure::refused)?;
        let (inner, of_bucket) = (self.inner()?, location.clone());
        let entries = inner.apart(move |inner| inner.page(&of_bucket, &of_bucket.key, None))?.entries;
        let exact = entries.into_iter().filter(|entry| entry.key == location.key).take(1).collect();
        Ok(objects(inner, &location, exact).pop())
    }

    /// An object that was listed before, elsewhere.
    ///
    /// # Errors
    ///
    /// The name is not one.
    pub fn object(&self, name: &Path, size: u64, etag: &str) -> Result<Object, Failure> {
        let location = Location::parse(name).map_err(Failure::refused)?;
        let entry = Entry { key: location.key.clone(), size, etag: etag.to_owned(), modified: None };
        Ok(Object::new(self.inner()?, &location, entry))
    }
}

fn objects(inner: &Arc<Inner>, location: &Location, entries: Vec<Entry>) -> Vec<(PathBuf, Object)> {
    let object = |entry: Entry| (location.name_of(&entry.key), Object::new(inner, location, entry));
    entries.into_iter().map(object).collect()
}

impl Inner {
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

    /// All objects whose keys begin with `prefix`; only the first page when it begins with `exact`.
    fn entries(&self, location: &Location, prefix: &str, exact: Option<&str>) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let page = self.page(location, prefix, next.as_deref())?;
            entries.extend(page.entries);
            let is_found = exact.is_some_and(|exact| exact == prefix && list::is_exact(exact, entries.first()));
            match page.next {
                Some(after) if !is_found && next.as_ref() == Some(&after) => {
                    return Err(Failure::refused("the list of the store does not go on: expected its next page"));
                }
                Some(after) if !is_found => next = Some(after),
                _ => return Ok(entries),
            }
        }
    }

    fn page(&self, location: &Location, prefix: &str, next: Option<&str>) -> Result<list::Page, Failure> {
        let query = list::query(location.provider, prefix, next);
        let prepare = || {
            let request = self.request(Method::Get, location, "", &query, Vec::new())?;
            Ok(Request { bytes_max: PAGE_BYTES_MAX, ..request })
        };
        let is_whole = |answer: &Answer| xml::walk(&answer.body, |_, _| {}).is_ok();
        let answer = self.client()?.ask(prepare, is_whole)?;
        match answer.status {
            200 => list::page(&answer.body),
            404 => Err(Failure::refused(format!("the store has no bucket '{}' (404)", location.bucket))),
            _ => Err(refusal(&answer, location.provider)),
        }
    }

    /// Does what takes a while on a thread of its own, so that who waits for it can be stopped.
    pub(super) fn apart<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (done, result) = channel();
        let inner = Arc::clone(self);
        let spawned = thread::Builder::new().spawn(move || drop(done.send(work(&inner))));
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
