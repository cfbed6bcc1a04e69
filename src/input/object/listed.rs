//! Objects as they were listed, and what a store's answers say of them. How they are read is the reader's.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::asker::Asker;
use super::http::{Answer, Method, Request};
use super::list::Entry;
use super::pool::{Fetch, Pool};
use super::refusal::refusal;
use super::{Failure, FailureKind, Location};
use crate::time::Nanos;

/// How many of its first bytes tell what an object is.
pub(super) const MAGIC_BYTES: usize = 16;

/// An object as it was listed. What is read of it is of these bytes, or fails.
#[derive(Clone, Debug)]
pub struct Object(Arc<Listed>);

#[derive(Debug)]
struct Listed {
    asker: Arc<Asker>,
    pool: Arc<Pool<Object>>,
    location: Location,
    size: u64,
    etag: String,
    modified: Option<Nanos>,
    /// Why it could not be read; it is not asked for again then.
    failure: OnceLock<Failure>,
    magic: OnceLock<Vec<u8>>,
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        (&self.0.location, self.0.size, &self.0.etag) == (&other.0.location, other.0.size, &other.0.etag)
    }
}

impl Eq for Object {}

impl Object {
    pub(super) fn new(asker: &Arc<Asker>, pool: &Arc<Pool<Self>>, location: &Location, entry: Entry) -> Self {
        let Entry { key, size, etag, modified } = entry;
        let location = Location { key, ..location.clone() };
        let (failure, magic) = (OnceLock::new(), OnceLock::new());
        let (asker, pool) = (Arc::clone(asker), Arc::clone(pool));
        Self(Arc::new(Listed { asker, pool, location, size, etag, modified, failure, magic }))
    }

    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// What changes whenever its bytes do.
    #[must_use]
    pub fn etag(&self) -> &str {
        &self.0.etag
    }

    /// When it was written, as the list had it.
    #[must_use]
    pub fn modified(&self) -> Option<Nanos> {
        self.0.modified
    }

    /// Why it could not be read, once it could not.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.0.failure.get()
    }

    /// What ranges of it are fetched through.
    pub(super) fn pool(&self) -> &Arc<Pool<Self>> {
        &self.0.pool
    }

    /// Its first bytes, 16 or all of them, once somebody has seen them.
    pub(super) fn known_magic(&self) -> Option<&[u8]> {
        self.0.magic.get().map(Vec::as_slice)
    }

    /// Keeps the first of its first bytes, which somebody has seen.
    pub(in super::super) fn note_magic(&self, head: &[u8]) {
        self.0.magic.get_or_init(|| head.get(..MAGIC_BYTES).unwrap_or(head).to_vec());
    }

    /// Asks whether it is still there, as it was listed.
    ///
    /// # Errors
    ///
    /// It is not, or the store does not answer.
    pub fn check(&self) -> Result<(), Failure> {
        let object = self.clone();
        self.0.asker.apart(move |_| object.ask(Method::Head, None).map(drop))
    }

    fn ask(&self, method: Method, range: Option<Range<u64>>) -> Result<Answer, Failure> {
        let Listed { asker, location, size, etag, failure, .. } = &*self.0;
        let length = range.as_ref().map_or(0, |range| range.end - range.start);
        let prepare = || {
            let mut headers = vec![("if-match", etag.clone())];
            headers.extend(range.as_ref().map(|range| ("range", format!("bytes={}-{}", range.start, range.end - 1))));
            let request = asker.request(method, location, &location.key, &[], headers)?;
            Ok(Request { bytes_max: length, ..request })
        };
        // A store that knows no ranges is not asked again.
        let is_part = |answer: &Answer| answer.status != 200 || range == Some(0..*size);
        let is_whole = |answer: &Answer| range.is_none() || !is_part(answer) || answer.body.len() as u64 == length;
        let answer = asker.client()?.ask(prepare, is_whole);
        let checked = answer.and_then(|answer| self.meaning(answer, range.clone(), *size));
        if let Err(error) = &checked
            && error.kind != FailureKind::Stopped
        {
            failure.get_or_init(|| error.clone());
        }
        checked
    }

    /// What an answer says of the object.
    fn meaning(&self, answer: Answer, range: Option<Range<u64>>, size: u64) -> Result<Answer, Failure> {
        let changed = |why: &str| Failure::new(FailureKind::Changed, format!("the object {why} since it was listed"));
        let is_other = answer.header("etag").is_some_and(|etag| etag != self.0.etag);
        match (answer.status, range) {
            (200 | 206, _) if is_other => Err(changed("has changed")),
            (200, None) => Ok(answer),
            (206, Some(range)) => {
                let expected = format!("bytes {}-{}/{size}", range.start, range.end - 1);
                match answer.header("content-range") {
                    Some(found) if found == expected => Ok(answer),
                    found => {
                        let found = found.unwrap_or("no range");
                        Err(Failure::refused(format!("the store sent {found}: expected {expected}")))
                    }
                }
            }
            (200, Some(range)) if range == (0..size) => Ok(answer),
            (200, Some(_)) => Err(Failure::refused("the store sends whole objects: expected ranges of them")),
            (404, _) => Err(changed("is gone")),
            (412 | 416, _) => Err(changed("has changed")),
            _ => Err(refusal(&answer, self.0.location.provider)),
        }
    }
}

impl Fetch for Object {
    fn fetch(&self, range: Range<u64>) -> Result<Vec<u8>, Failure> {
        if let Some(failure) = self.failure() {
            return Err(failure.clone());
        }
        self.ask(Method::Get, Some(range)).map(|answer| answer.body)
    }
}
