//! The table of SPEC 5: the names of context, and those of the objects beside the envelope that hold some. It does not
//! know how a key is compared with them.

use crate::time::Unit;

/// A piece of context that is looked for around the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Field {
    /// When the call was made or logged.
    Time,
    /// The product, such as `cvm`.
    Service,
    /// The API, such as `DescribeInstances`.
    Action,
    /// The region, such as `ap-guangzhou`.
    Region,
    /// How long the call took.
    Duration,
    /// The HTTP status.
    Status,
}

impl Field {
    /// Every field, in the order of the table.
    pub const ALL: [Self; 6] = [Self::Time, Self::Service, Self::Action, Self::Region, Self::Duration, Self::Status];

    /// The word that options and reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Service => "service",
            Self::Action => "action",
            Self::Region => "region",
            Self::Duration => "duration",
            Self::Status => "status",
        }
    }

    /// Reads the word that [`Field::as_str`] gives, and nothing else.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == word)
    }

    /// The names of this field in the order of the table, as documentation shows them; those of the duration
    /// without the suffixes of [`DURATION_SUFFIXES`]. A name with a dot is also the second part within a side object
    /// of the first part's name.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Time => &[
                "time",
                "timestamp",
                "ts",
                "t",
                "eventTime",
                "datetime",
                "asctime",
                "timeMillis",
                "timestampMs",
                "tsMs",
                "timestampUs",
                "timeIso8601",
                "timeLocal",
                "msec",
                "logTime",
                "SCFLogTime",
                "instant",
                "timeUnixNano",
                "realtimeTimestamp",
                "时间",
            ],
            Self::Service => &["host", "authority", "product", "cloud.service", "service", "eventSource"],
            Self::Action => {
                &["action", "actionName", "api", "apiName", "operation", "interface", "eventName", "xTcAction", "接口"]
            }
            Self::Region => &["region", "regionId", "eventRegion", "xTcRegion"],
            Self::Duration => &[
                "duration",
                "dur",
                "latency",
                "elapsed",
                "elapsedTime",
                "cost",
                "costTime",
                "took",
                "timeTaken",
                "useTime",
                "rt",
                "responseTime",
                "requestTime",
                "SCFDuration",
                "latencies.request",
                "耗时",
                "event.duration",
            ],
            Self::Status => &["status", "statusCode", "httpStatus", "code"],
        }
    }

    /// The names in brackets: they count only when no other name of the field is there at all.
    #[must_use]
    pub const fn fallback_names(self) -> &'static [&'static str] {
        match self {
            Self::Time => &["date", "created", "createdAt", "startTime", "startedAt", "startedDateTime", "startUTC"],
            _ => &[],
        }
    }
}

/// How many names of the service hold a host, `cvm.tencentcloudapi.com`; they come first.
pub(super) const HOSTS: usize = 2;
/// The rank in the row of the service of what stands before the dot of an action such as `/cvm.DescribeInstances`.
pub const ACTION_PREFIX_RANK: u8 = HOSTS as u8;

/// What the name of a duration may end with, and the unit that it then has; the bare name comes first. The last name of
/// the row, `event.duration`, takes none: the Elastic Common Schema counts nanoseconds.
pub const DURATION_SUFFIXES: [(&str, Option<Unit>); 13] = [
    ("", None),
    ("ns", Some(Unit::Ns)),
    ("nanos", Some(Unit::Ns)),
    ("us", Some(Unit::Us)),
    ("micros", Some(Unit::Us)),
    ("ms", Some(Unit::Ms)),
    ("millis", Some(Unit::Ms)),
    ("msec", Some(Unit::Ms)),
    ("milliseconds", Some(Unit::Ms)),
    ("s", Some(Unit::S)),
    ("sec", Some(Unit::S)),
    ("secs", Some(Unit::S)),
    ("seconds", Some(Unit::S)),
];

/// An object beside the envelope, or beside an object around it, in which context is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// `request`.
    Request,
    /// `req`.
    Req,
    /// `headers`.
    Headers,
    /// `config`.
    Config,
    /// `event`.
    Event,
    /// `mdc`.
    Mdc,
    /// `labels`.
    Labels,
    /// `fields`.
    Fields,
    /// `extra`.
    Extra,
    /// `context`.
    Context,
    /// `attributes`.
    Attributes,
    /// `properties`.
    Properties,
    /// `cloud`.
    Cloud,
    /// `service`.
    Service,
    /// `httpRequest`.
    HttpRequest,
    /// `latencies`.
    Latencies,
    /// `State`.
    State,
    /// `record`.
    Record,
}

impl Side {
    /// Every side object, in the order of the table, which is the order in which they are looked at.
    pub const ALL: [Self; 18] = [
        Self::Request,
        Self::Req,
        Self::Headers,
        Self::Config,
        Self::Event,
        Self::Mdc,
        Self::Labels,
        Self::Fields,
        Self::Extra,
        Self::Context,
        Self::Attributes,
        Self::Properties,
        Self::Cloud,
        Self::Service,
        Self::HttpRequest,
        Self::Latencies,
        Self::State,
        Self::Record,
    ];

    /// The name in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Req => "req",
            Self::Headers => "headers",
            Self::Config => "config",
            Self::Event => "event",
            Self::Mdc => "mdc",
            Self::Labels => "labels",
            Self::Fields => "fields",
            Self::Extra => "extra",
            Self::Context => "context",
            Self::Attributes => "attributes",
            Self::Properties => "properties",
            Self::Cloud => "cloud",
            Self::Service => "service",
            Self::HttpRequest => "httpRequest",
            Self::Latencies => "latencies",
            Self::State => "State",
            Self::Record => "record",
        }
    }

    /// The place in the table; the lowest is looked at first.
    #[must_use]
    pub const fn rank(self) -> u8 {
        self as u8
    }
}
