//! Objects as they were listed, and what a store's answers say of them.

use std::io;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::grid::Grid;
use super::http::{Answer, Method, Request};
use super::list::Entry;
use super::reader::Reader;
use super::stores::Inner;
use super::{Failure, FailureKind, Location, Provider, xml};
use crate::time::Nanos;

/// How many of its first bytes tell what an object is.
const MAGIC_BYTES: usize = 16;

/// An object as it was listed. What is read of it is of these bytes, or fails.
#[derive(Clone, Debug)]
pub struct Object(Arc<Listed>);

#[derive(Debug)]
struct Listed {
    stores: Arc<Inner>,
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
    pub(super) fn new(stores: &Arc<Inner>, location: &Location, entry: Entry) -> Self {
        let Entry { key, size, etag, modified } = entry;
        let location = Location { key, ..location.clone() };
        let (failure, magic) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Listed { stores: Arc::clone(stores), location, size, etag, modified, failure, magic }))
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

    /// Opens it, to read a piece of it or all of it.
    #[must_use]
    pub fn open(&self, piece: Option<&Range<u64>>) -> Reader {
        let (size, pool) = (self.0.size, &self.0.stores.pool);
        let piece = piece.map_or(0..size, |piece| piece.start.min(size)..piece.end.clamp(piece.start.min(size), size));
        Reader::new(Arc::clone(pool), self.clone(), Grid::Piece { piece, cell_bytes: pool.cell_bytes, size })
    }

    /// Opens it, to look at its beginning.
    #[must_use]
    pub fn open_head(&self) -> Reader {
        let pool = &self.0.stores.pool;
        Reader::new(Arc::clone(pool), self.clone(), Grid::Growing { cell_bytes: pool.cell_bytes, size: self.0.size })
    }

    /// Its first bytes, 16 or all of them, which are asked for once.
    ///
    /// # Errors
    ///
    /// As [`Reader::read_at`].
    pub fn magic(&self) -> io::Result<&[u8]> {
        if let Some(magic) = self.0.magic.get() {
            return Ok(magic);
        }
        let mut head = vec![0; MAGIC_BYTES];
        let length = self.open_head().read_at(0, &mut head)?;
        self.note_magic(head.get(..length).unwrap_or_default());
        Ok(self.0.magic.get().map(Vec::as_slice).unwrap_or_default())
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
        self.0.stores.apart(move |_| object.ask(Method::Head, None).map(drop))
    }

    /// The bytes of a range, which is not empty.
    pub(super) fn fetch(&self, range: Range<u64>) -> Result<Vec<u8>, Failure> {
        if let Some(failure) = self.failure() {
            return Err(failure.clone());
        }
        self.ask(Method::Get, Some(range)).map(|answer| answer.body)
    }

    fn ask(&self, method: Method, range: Option<Range<u64>>) -> Result<Answer, Failure> {
        let Listed { stores, location, size, etag, failure, .. } = &*self.0;
        let length = range.as_ref().map_or(0, |range| range.end - range.start);
        let prepare = || {
            let mut headers = vec![("if-match", etag.clone())];
            headers.extend(range.as_ref().map(|range| ("range", format!("bytes={}-{}", range.start, range.end - 1))));
            let request = stores.request(method, location, &location.key, &[], headers)?;
            Ok(Request { bytes_max: length, ..request })
        };
        // A store that knows no ranges is not asked again.
        let is_part = |answer: &Answer| answer.status != 200 || range == Some(0..*size);
        let is_whole = |answer: &Answer| range.is_none() || !is_part(answer) || answer.body.len() as u64 == length;
        let answer = stores.client()?.ask(prepare, is_whole);
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

/// What it means that a store refuses a request.
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
