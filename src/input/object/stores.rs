//! The stores of a run: what is asked of them, and what their answers mean.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::asker::Asker;
use super::http::{Answer, Method, Request};
use super::list::{self, Entry};
use super::listed::Object;
use super::location::above;
use super::pool::Pool;
use super::refusal::refusal;
use super::{Failure, Location, Provider, Settings, xml};

/// How long a page of a list is at the most: a thousand keys of a kilobyte, each byte encoded, and room for the rest.
const PAGE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The stores of a run; none are asked before somebody names an object.
#[derive(Clone, Debug, Default)]
pub struct Stores(Option<Inner>);

/// Who asks them, and what comes of it.
#[derive(Clone, Debug)]
struct Inner {
    asker: Arc<Asker>,
    pool: Arc<Pool<Object>>,
}

impl Stores {
    /// Stores that are asked under these settings, until `stop` is set.
    #[must_use]
    pub fn new(settings: Settings, stop: Arc<AtomicBool>) -> Self {
        let pool = Arc::new(Pool::new(&settings, Arc::clone(&stop)));
        Self(Some(Inner { asker: Arc::new(Asker::new(settings, stop)), pool }))
    }

    fn inner(&self) -> Result<&Inner, Failure> {
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
        let entries = inner.asker.apart(move |asker| {
            let key = &of_bucket.key;
            list::choose(key, entries(asker, &of_bucket, list::prefix(key), Some(key))?)
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
        let entries = inner.asker.apart(move |asker| entries(asker, &location, &prefix, None))?;
        Ok(objects(inner, first, entries))
    }

    /// The object of exactly this name, if it is there.
    fn exact(&self, name: &Path) -> Result<Option<(PathBuf, Object)>, Failure> {
        let location = Location::parse(name).map_err(Failure::refused)?;
        let (inner, of_bucket) = (self.inner()?, location.clone());
        let entries = inner.asker.apart(move |asker| page(asker, &of_bucket, &of_bucket.key, None))?.entries;
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
        let Inner { asker, pool } = self.inner()?;
        Ok(Object::new(asker, pool, &location, entry))
    }
}

fn objects(inner: &Inner, location: &Location, entries: Vec<Entry>) -> Vec<(PathBuf, Object)> {
    let object = |entry: Entry| (location.name_of(&entry.key), Object::new(&inner.asker, &inner.pool, location, entry));
    entries.into_iter().map(object).collect()
}

/// All objects whose keys begin with `prefix`; only the first page when it begins with `exact`.
fn entries(asker: &Asker, location: &Location, prefix: &str, exact: Option<&str>) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = page(asker, location, prefix, next.as_deref())?;
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

fn page(asker: &Asker, location: &Location, prefix: &str, next: Option<&str>) -> Result<list::Page, Failure> {
    let query = list::query(location.provider, prefix, next);
    let prepare = || {
        let request = asker.request(Method::Get, location, "", &query, Vec::new())?;
        Ok(Request { bytes_max: PAGE_BYTES_MAX, ..request })
    };
    let is_whole = |answer: &Answer| xml::walk(&answer.body, |_, _| {}).is_ok();
    let answer = asker.client()?.ask(prepare, is_whole)?;
    match answer.status {
        200 => list::page(&answer.body),
        404 => Err(Failure::refused(format!("the store has no bucket '{}' (404)", location.bucket))),
        _ => Err(refusal(&answer, location.provider)),
    }
}
