//! How stores are asked: where they are, and who asks. It reads no environment and no file; whoever starts a run does.

use std::fmt;

use crate::time::Nanos;

/// How often a request is made at the most, when nothing else is said.
pub const ATTEMPTS: u32 = 7;
/// How many bytes may be held that were fetched, when nothing else is said.
const MEMORY_BYTES: u64 = 64 * 1024 * 1024;
/// How many bytes one request asks for at the most: what a thread takes of a large file at once.
pub const CELL_BYTES: u64 = 8 * 1024 * 1024;

/// How stores are asked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// S3 and what speaks like it.
    pub s3: Service,
    /// COS.
    pub cos: Service,
    /// How often a request is made until it counts as failed.
    pub attempts: u32,
    /// How long the first wait before another attempt is, in milliseconds; each one after it is twice as long.
    pub backoff_ms: u64,
    /// How many threads read what comes.
    pub threads: usize,
    /// How many bytes one request asks for at the most, at most [`CELL_BYTES`].
    pub cell_bytes: u64,
    /// How many bytes may be held that were fetched, but for those that a thread waits for.
    pub memory_bytes: u64,
    /// Certificates in PEM to trust instead of those that browsers do.
    pub certificates: Option<Vec<u8>>,
    /// The clock, which goes into signatures.
    pub clock: fn() -> Nanos,
}

impl Settings {
    /// Stores that nobody said anything of: they are asked without a name.
    #[must_use]
    pub fn new(clock: fn() -> Nanos) -> Self {
        Self {
            s3: Service::default(),
            cos: Service::default(),
            attempts: ATTEMPTS,
            backoff_ms: 100,
            threads: 1,
            cell_bytes: CELL_BYTES,
            memory_bytes: MEMORY_BYTES,
            certificates: None,
            clock,
        }
    }
}

/// How the stores of one provider are asked.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// Who asks.
    pub access: Access,
    /// The region of the buckets.
    pub region: Option<String>,
    /// Where the store is, such as `https://minio.example.com:9000`; none is the provider's own place.
    pub endpoint: Option<String>,
    /// Where the bucket stands.
    pub style: Style,
    /// Where the metadata service of an instance is; none is the provider's own place.
    pub metadata: Option<String>,
}

/// Who asks a store.
#[derive(Clone, Debug, Default)]
pub enum Access {
    /// Nobody in particular.
    #[default]
    Anonymous,
    /// Who holds these keys.
    Keys(Keys),
    /// The role of the instance that the program runs on, whose keys its metadata service gives.
    Role,
    /// It is not known, for this reason.
    Missing(String),
}

/// A pair of keys. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// The public one.
    pub id: String,
    /// The secret one.
    pub secret: String,
    /// Of keys that expire.
    pub token: Option<String>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Keys([redacted])")
    }
}

/// Where the bucket stands in the address of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Where the provider has it; for an address or `localhost` in the path, and so for an endpoint of S3 of one's own.
    #[default]
    Auto,
    /// In front of the path.
    Path,
    /// In front of the host.
    Virtual,
}

impl Style {
    /// The style of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "path" => Some(Self::Path),
            "virtual" => Some(Self::Virtual),
            _ => None,
        }
    }
}
