//! An object store on this machine that does what a test says: it lists and gives ranges as S3 and COS do, and fails on
//! demand.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// How many keys a page has.
const PAGE_KEYS: usize = 1000;

/// What goes wrong with an answer.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// This status with this code, and further lines of the header.
    Refuse(u16, &'static str, String),
    /// Only so many bytes of the body, and the connection ends.
    Cut(usize),
    /// The same, with a length as if that were all.
    Short(usize),
    /// So many milliseconds pass first.
    Slow(u64),
    /// The connection ends without a word.
    Reset,
    /// All of an object, whatever range was asked for.
    Whole,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// The decoded path.
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
}

impl Asked {
    pub fn is_list(&self) -> bool {
        self.query.contains_key("prefix")
    }
}

type Fault = Box<dyn FnMut(&Asked) -> Option<Trouble> + Send>;

/// An object.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    pub bytes: Vec<u8>,
    pub version: u64,
    /// What is said of its encoding, whatever its bytes.
    pub encoding: Option<&'static str>,
}

impl Stored {
    fn etag(&self) -> String {
        format!("\"{:x}-{}\"", self.bytes.len(), self.version)
    }
}

#[derive(Default)]
struct State {
    /// By bucket and key, `bucket/key`.
    objects: BTreeMap<String, Stored>,
    fault: Option<Fault>,
    asked: Vec<Asked>,
    /// The public key that requests must be signed with.
    key: Option<String>,
    /// How many requests are being answered, and were at the most.
    busy: (usize, usize),
}

/// The store.
#[derive(Clone)]
pub struct Store {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Store {
    /// A store without objects; it lasts as long as the process.
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let store = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let own = store.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let store = own.clone();
                thread::spawn(move || store.serve(&stream));
            }
        });
        store
    }

    /// Where it is.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        self.put_encoded(name, bytes, None);
    }

    pub fn put_encoded(&self, name: &str, bytes: &[u8], encoding: Option<&'static str>) {
        let mut state = self.lock();
        let version = state.objects.get(name).map_or(0, |stored| stored.version + 1);
        state.objects.insert(name.to_owned(), Stored { bytes: bytes.to_vec(), version, encoding });
    }

    pub fn remove(&self, name: &str) {
        self.lock().objects.remove(name);
    }

    /// From now on answers go wrong as this says.
    pub fn fail(&self, fault: impl FnMut(&Asked) -> Option<Trouble> + Send + 'static) {
        self.lock().fault = Some(Box::new(fault));
    }

    /// From now on requests have to be signed with this key.
    pub fn expect_key(&self, key: &str) {
        self.lock().key = Some(key.to_owned());
    }

    /// How many requests were answered at once, at the most.
    pub fn busy_max(&self) -> usize {
        self.lock().busy.1
    }

    /// What was asked for since the last call.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.lock().asked)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some(asked) = read(&mut reader) {
            let (answer, trouble) = self.answer(&asked);
            if let Some(Trouble::Slow(ms)) = trouble {
                thread::sleep(Duration::from_millis(ms));
            }
            self.lock().busy.0 -= 1;
            let Answer { status, lines, mut body } = match trouble.clone() {
                Some(Trouble::Refuse(status, code, lines)) => Answer::error(status, code, lines),
                Some(Trouble::Reset) => return,
                Some(Trouble::Whole) => self.answer_whole(&asked),
                _ => answer,
            };
            if let Some(Trouble::Short(length)) = trouble {
                body.truncate(length);
            }
            let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n{lines}\r\n", body.len());
            if let Some(Trouble::Cut(length)) = trouble {
                body.truncate(length);
            }
            let body = if asked.method == "HEAD" { &[][..] } else { &body };
            let mut stream = stream;
            if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).is_err()
                || matches!(trouble, Some(Trouble::Cut(_)))
            {
                return;
            }
        }
    }

    fn answer_whole(&self, asked: &Asked) -> Answer {
        let mut asked = asked.clone();
        asked.headers.remove("range");
        self.lock().objects.get(asked.path.trim_start_matches('/')).map(|stored| give(stored, &asked)).unwrap()
    }

    fn answer(&self, asked: &Asked) -> (Answer, Option<Trouble>) {
        let mut state = self.lock();
        state.asked.push(asked.clone());
        state.busy.0 += 1;
        state.busy.1 = state.busy.1.max(state.busy.0);
        let mut fault = state.fault.take();
        let trouble = fault.as_mut().and_then(|fault| fault(asked));
        state.fault = fault;
        let is_signed = state.key.as_ref().is_none_or(|key| {
            let header =
                asked.headers.get("authorization").is_some_and(|it| it.contains(&format!("Credential={key}/")));
            header || asked.query.get("q-ak") == Some(key)
        });
        let name = asked.path.trim_start_matches('/');
        let answer = match state.objects.get(name) {
            _ if !is_signed => Answer::error(403, "InvalidAccessKeyId", String::new()),
            _ if asked.is_list() => list(&state.objects, name, asked),
            Some(stored) => give(stored, asked),
            None => Answer::error(404, "NoSuchKey", String::new()),
        };
        (answer, trouble)
    }
}

struct Answer {
    status: u16,
    lines: String,
    body: Vec<u8>,
}

impl Answer {
    fn error(status: u16, code: &str, lines: String) -> Self {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no &amp; no</Message></Error>");
        Self { status, lines, body: body.into_bytes() }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut words = lines.first()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (decoded(name), decoded(value)));
    let header = |line: &String| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: BTreeMap<_, _> = lines.iter().skip(1).filter_map(header).collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok()?;
    Some(Asked { method, path: decoded(path), query: query.split('&').filter_map(pair).collect(), headers })
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&rest[..2]).unwrap(), 16).unwrap());
            rest = &rest[2..];
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A page in the way of S3 or of COS.
fn list(objects: &BTreeMap<String, Stored>, bucket: &str, asked: &Asked) -> Answer {
    let folder = format!("{}/", bucket.trim_end_matches('/'));
    let keys: Vec<_> = objects.iter().filter_map(|(name, it)| Some((name.strip_prefix(&folder)?, it))).collect();
    if keys.is_empty() {
        return Answer::error(404, "NoSuchBucket", String::new());
    }
    let prefix = &asked.query["prefix"];
    let is_v2 = asked.query.get("list-type").is_some_and(|it| it == "2");
    let after = if is_v2 {
        asked.query.get("continuation-token").map(|token| token.strip_prefix("token ").unwrap().to_owned())
    } else {
        asked.query.get("marker").cloned()
    };
    let is_encoded = asked.query.get("encoding-type").is_some_and(|it| it == "url");
    let shown = |key: &str| if is_encoded { encoded(key) } else { escaped(key) };
    let rest = keys.into_iter().filter(|(key, _)| {
        key.starts_with(prefix.as_str()) && after.as_ref().is_none_or(|after| *key > after.as_str())
    });
    let mut page: Vec<_> = rest.take(PAGE_KEYS + 1).collect();
    let is_cut = page.len() > PAGE_KEYS;
    page.truncate(PAGE_KEYS);
    let mut body = format!("<ListBucketResult><Name>x</Name><Prefix>{}</Prefix>", shown(prefix));
    if is_encoded {
        body.push_str("<EncodingType>url</EncodingType>");
    }
    for (key, stored) in &page {
        body.push_str(&format!(
            "<Contents><Key>{}</Key><LastModified>2026-11-24T10:41:07.000Z</LastModified><ETag>{}</ETag><Size>{}</Size>\
             <StorageClass>STANDARD</StorageClass></Contents>",
            shown(key),
            escaped(&stored.etag()),
            stored.bytes.len()
        ));
    }
    body.push_str(&format!("<IsTruncated>{is_cut}</IsTruncated>"));
    if let Some((last, _)) = page.last().filter(|_| is_cut && is_v2) {
        body.push_str(&format!("<NextContinuationToken>token {}</NextContinuationToken>", escaped(last)));
    }
    body.push_str("</ListBucketResult>");
    Answer { status: 200, lines: String::new(), body: body.into_bytes() }
}

/// An object, or a range of it.
fn give(stored: &Stored, asked: &Asked) -> Answer {
    let etag = stored.etag();
    if asked.headers.get("if-match").is_some_and(|expected| *expected != etag) {
        return Answer::error(412, "PreconditionFailed", String::new());
    }
    let encoding = stored.encoding.map(|it| format!("Content-Encoding: {it}\r\n")).unwrap_or_default();
    let lines = format!("ETag: {etag}\r\n{encoding}");
    let Some(range) = asked.headers.get("range") else {
        return Answer { status: 200, lines, body: stored.bytes.clone() };
    };
    let (start, end) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
    let size = stored.bytes.len();
    assert!(start <= end && end < size, "{range} of {size}");
    let lines = format!("{lines}Content-Range: bytes {start}-{end}/{size}\r\n");
    Answer { status: 206, lines, body: stored.bytes[start..=end].to_vec() }
}
