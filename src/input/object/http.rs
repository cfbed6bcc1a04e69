//! Requests, and how often they are made. Nothing is followed elsewhere and nothing is unpacked: the bytes are those that
//! the store sent. It knows no provider, and shows no address, which may be signed.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use super::{Failure, FailureKind, Settings};

/// How long a connection may take, and how long a store may say nothing.
const CONNECT: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(30);
/// The same of a metadata service, which is next door or not there.
const METADATA: Duration = Duration::from_secs(1);
/// The longest wait before another attempt, in milliseconds.
const BACKOFF_MS_MAX: u64 = 10_000;
/// How long a wait lasts before the wish to stop is looked at, in milliseconds.
const SLICE_MS: u64 = 50;
/// How many connections are kept.
const CONNECTIONS_MAX: usize = 64;
/// How much of the text of an error is read.
const ERROR_BYTES_MAX: u64 = 64 * 1024;

/// Who asks.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    attempts: u32,
    backoff_ms: u64,
    stop: Arc<AtomicBool>,
}

/// What is asked for.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    /// The host, for texts.
    pub(super) host: String,
    /// How many bytes a good answer has at the most.
    pub(super) bytes_max: u64,
}

/// What is done with what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Head,
    Put,
}

/// What a store says.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: ureq::http::HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A header, if it is there and is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why an attempt failed.
enum Trouble {
    /// Another one may do better.
    Passing(String),
    Lasting(Failure),
}

impl Client {
    /// Who asks stores under these settings until `stop` is set.
    pub(super) fn new(settings: &Settings, stop: Arc<AtomicBool>) -> Result<Self, Failure> {
        let roots = match &settings.certificates {
            Some(pem) => RootCerts::Specific(Arc::new(certificates(pem)?)),
            None => RootCerts::WebPki,
        };
        let config = Agent::config_builder()
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .timeout_per_write(Some(SILENCE));
        let agent = plain(config).build().new_agent();
        Ok(Self { agent, attempts: settings.attempts.max(1), backoff_ms: settings.backoff_ms, stop })
    }

    /// Who asks metadata services: twice, and not for long.
    pub(super) fn of_metadata(stop: Arc<AtomicBool>) -> Self {
        let config = Agent::config_builder().timeout_connect(Some(METADATA)).timeout_global(Some(2 * METADATA));
        Self { agent: plain(config).build().new_agent(), attempts: 2, backoff_ms: 100, stop }
    }

    /// Asks until there is an answer, which may be that it is refused. `prepare` is called for each attempt, since
    /// signatures are of a time. `is_whole` tells of a good answer whether all of it is there.
    ///
    /// # Errors
    ///
    /// No answer, that the run was stopped, and those of `prepare`.
    pub(super) fn ask(
        &self,
        prepare: impl Fn() -> Result<Request, Failure>,
        is_whole: impl Fn(&Answer) -> bool,
    ) -> Result<Answer, Failure> {
        let mut attempt = 1;
        loop {
            if self.is_stopped() {
                return Err(Failure::stopped());
            }
            let request = prepare()?;
            let host = request.host.clone();
            match self.once(request, &is_whole) {
                Ok(answer) => return Ok(answer),
                Err(Trouble::Lasting(failure)) => return Err(failure),
                Err(Trouble::Passing(text)) if attempt >= self.attempts => {
                    let text = format!("no good answer of {host} in {attempt} attempts: {text}");
                    return Err(Failure::new(FailureKind::Unavailable, text));
                }
                Err(Trouble::Passing(_)) => self.wait(attempt),
            }
            attempt += 1;
        }
    }

    fn once(&self, request: Request, is_whole: impl Fn(&Answer) -> bool) -> Result<Answer, Trouble> {
        let mut response = self.send(&request).map_err(|error| trouble(&error))?;
        let status = response.status().as_u16();
        let is_good = (200..300).contains(&status);
        let bytes_max = if is_good { request.bytes_max } else { ERROR_BYTES_MAX };
        let mut body = Vec::with_capacity(if is_good { usize::try_from(bytes_max).unwrap_or(0) } else { 0 });
        let mut reader = response.body_mut().as_reader().take(bytes_max.saturating_add(1));
        let read = if request.method == Method::Head { Ok(0) } else { reader.read_to_end(&mut body) };
        let answer = Answer { status, headers: response.headers().clone(), body };
        match (read, status) {
            (_, 408 | 429 | 500..) => {
                let code = super::xml::text(&answer.body, "Code").map(|code| format!(" {code}")).unwrap_or_default();
                Err(Trouble::Passing(format!("{status}{code}")))
            }
            (Err(error), _) if is_good => Err(Trouble::Passing(format!("the answer is cut: {error}"))),
            (Ok(_), _) if is_good && !is_whole(&answer) => {
                Err(Trouble::Passing(format!("the answer is cut after {} bytes", answer.body.len())))
            }
            _ => Ok(answer),
        }
    }

    fn send(&self, request: &Request) -> Result<ureq::http::Response<Body>, ureq::Error> {
        macro_rules! with_headers {
            ($builder:expr) => {
                request.headers.iter().fold($builder, |builder, (name, value)| builder.header(*name, value))
            };
        }
        match request.method {
            Method::Get => with_headers!(self.agent.get(&request.url)).call(),
            Method::Head => with_headers!(self.agent.head(&request.url)).call(),
            Method::Put => with_headers!(self.agent.put(&request.url)).send_empty(),
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Waits before the attempt after this one.
    fn wait(&self, attempt: u32) {
        let doubled = 1_u64.checked_shl(attempt - 1).unwrap_or(u64::MAX);
        let mut left = self.backoff_ms.saturating_mul(doubled).min(BACKOFF_MS_MAX);
        while left > 0 && !self.is_stopped() {
            let slice = left.min(SLICE_MS);
            thread::sleep(Duration::from_millis(slice));
            left -= slice;
        }
    }
}

type Builder = ureq::config::ConfigBuilder<ureq::typestate::AgentScope>;

/// Answers as they are, whatever they say.
fn plain(config: Builder) -> Builder {
    config
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("resplog/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .max_idle_connections(CONNECTIONS_MAX)
        .max_idle_connections_per_host(CONNECTIONS_MAX)
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, Failure> {
    let certificates: Vec<_> = parse_pem(pem)
        .filter_map(|item| if let Ok(PemItem::Certificate(certificate)) = item { Some(certificate) } else { None })
        .collect();
    match certificates.is_empty() {
        true => Err(Failure::refused("the file of certificates has none: expected PEM")),
        false => Ok(certificates),
    }
}

fn trouble(error: &ureq::Error) -> Trouble {
    use ureq::Error;
    let text = match error {
        Error::Io(error) => error.to_string(),
        Error::Timeout(_) => "it takes too long".to_owned(),
        Error::HostNotFound => "the host is not known".to_owned(),
        Error::ConnectionFailed => "the connection failed".to_owned(),
        Error::Protocol(_) => "the answer is not HTTP".to_owned(),
        Error::BadUri(_) | Error::Http(_) => {
            return Trouble::Lasting(Failure::refused("the name is not one that can be asked for"));
        }
        Error::Rustls(error) => {
            return Trouble::Lasting(Failure::refused(format!("the connection is not safe: {error}")));
        }
        _ => "the request failed".to_owned(),
    };
    Trouble::Passing(text)
}
