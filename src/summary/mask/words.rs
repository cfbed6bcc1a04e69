//! Words that masking has to know: those with digits that are prose, units, prefixes of resource
//! ids, identifiers; refuses to know where in a message they stand.

/// Words in lower case. A message has many words that stand in no list, and nearly all of those are ruled
/// out by their length and their first byte.
pub(super) struct Words {
    pub(super) words: &'static [&'static str],
    /// By the first byte of a word: a bit for every length.
    lengths: [u32; 128],
    /// By the first byte of a word: the places of the first such word and after the last one.
    places: [(u8, u8); 128],
}

impl Words {
    /// A list of at most 255 words of ASCII, each of 1 to 31 bytes; those that begin alike stand together.
    const fn new(words: &'static [&'static str]) -> Self {
        assert!(words.len() <= u8::MAX as usize, "places have one byte");
        let mut lengths = [0; 128];
        let mut places = [(0, 0); 128];
        let mut place = 0;
        while place < words.len() {
            let word = words[place].as_bytes();
            let first = word[0] as usize;
            if lengths[first] == 0 {
                places[first].0 = place as u8;
            } else {
                assert!(places[first].1 as usize == place, "words that begin alike stand together");
            }
            lengths[first] |= 1 << word.len();
            place += 1;
            places[first].1 = place as u8;
        }
        Self { words, lengths, places }
    }

    #[inline]
    fn has(&self, word: &[u8]) -> bool {
        self.may_have(word) && self.alike(word).iter().any(|known| known.as_bytes() == word)
    }

    #[inline]
    fn has_in_any_case(&self, word: &[u8]) -> bool {
        self.may_have(word) && self.has_it_in_any_case(word)
    }

    #[inline(never)]
    fn has_it_in_any_case(&self, word: &[u8]) -> bool {
        self.alike(word).iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
    }

    /// Whether one of the words begins as this one does and is as long.
    #[inline]
    fn may_have(&self, word: &[u8]) -> bool {
        let first = word.first().map_or(0, |first| usize::from(first.to_ascii_lowercase()));
        let lengths = self.lengths.get(first).copied().unwrap_or_default();
        u32::try_from(word.len()).ok().and_then(|length| lengths.checked_shr(length)).is_some_and(|bits| bits & 1 == 1)
    }

    /// The words that begin as this one does.
    fn alike(&self, word: &[u8]) -> &'static [&'static str] {
        let first = word.first().map_or(0, |first| usize::from(first.to_ascii_lowercase()));
        let (start, end) = self.places.get(first).copied().unwrap_or_default();
        self.words.get(usize::from(start)..usize::from(end)).unwrap_or_default()
    }
}

/// Words of prose with digits in them, in lower case; compared without case.
pub(super) const KNOWN: &Words = &Words::new(&[
    "2d",
    "2fa",
    "3d",
    "3des",
    "4k",
    "4xx",
    "5xx",
    "aes128",
    "aes192",
    "aes256",
    "amd64",
    "arm64",
    "b2b",
    "b2c",
    "base32",
    "base58",
    "base62",
    "base64",
    "e2e",
    "ec2",
    "ed25519",
    "es256",
    "ext3",
    "ext4",
    "float32",
    "float64",
    "g711",
    "gb18030",
    "gb2312",
    "gb-18030",
    "gb-2312",
    "h264",
    "h265",
    "hs256",
    "http2",
    "http3",
    "hmac-sha1",
    "hmac-sha256",
    "i18n",
    "int16",
    "int32",
    "int64",
    "int8",
    "ipv4",
    "ipv6",
    "iso8601",
    "iso-8601",
    "iso-8859-1",
    "jpeg2000",
    "k3s",
    "k8s",
    "l4",
    "l7",
    "latin1",
    "log4j",
    "log4j2",
    "md5",
    "mp3",
    "mp4",
    "neo4j",
    "o2o",
    "oauth1",
    "oauth2",
    "p2p",
    "pkcs1",
    "pkcs12",
    "pkcs5",
    "pkcs7",
    "pkcs8",
    "rfc3339",
    "rs256",
    "s3",
    "sha1",
    "sha-1",
    "sha224",
    "sha256",
    "sha-256",
    "sha384",
    "sha512",
    "sha-512",
    "sm2",
    "sm3",
    "sm4",
    "sslv3",
    "tc3",
    "tc3-hmac-sha256",
    "tls1",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "utf16",
    "utf-16",
    "utf32",
    "utf-32",
    "utf8",
    "utf-8",
    "utf8mb4",
    "web3",
    "x509",
    "x64",
    "x86",
    "x86-64",
    "x86_64",
]);

/// What may follow a number as part of the same word, in lower case; compared without case.
pub(super) const UNITS: &Words = &Words::new(&[
    "b", "bit", "bits", "bps", "byte", "bytes", "c", "core", "cores", "d", "day", "days", "fps", "g", "gb", "gbps",
    "gi", "gib", "h", "hour", "hours", "hz", "k", "kb", "kbps", "ki", "kib", "kbit", "m", "mb", "mbps", "mi", "mib",
    "min", "mins", "minutes", "ms", "nd", "ns", "p", "pb", "pct", "pib", "px", "qps", "rd", "s", "sec", "seconds",
    "secs", "st", "t", "tb", "th", "ti", "tib", "times", "u", "us", "vcpu", "w", "x",
]);

/// What the ids of common resources begin with. Eight letters or digits follow, and one in
/// fourteen of those has no digit, so for these a word of eight letters counts too.
const RESOURCE_PREFIXES: &Words = &Words::new(&[
    "acl",
    "alb",
    "asc",
    "asg",
    "bwp",
    "ccn",
    "cdb",
    "cfs",
    "ckafka",
    "cls",
    "cmgo",
    "crs",
    "cynosdbmysql",
    "dcdbt",
    "dcg",
    "disk",
    "eip",
    "emr",
    "eni",
    "havip",
    "image",
    "img",
    "ins",
    "ipm",
    "lb",
    "lbl",
    "lbtg",
    "lhdisk",
    "lhimg",
    "lhins",
    "loc",
    "mssql",
    "nat",
    "natgw",
    "pgsql",
    "postgres",
    "ppm",
    "pcx",
    "rtb",
    "sg",
    "skey",
    "snap",
    "sparse",
    "subnet",
    "tdsql",
    "tdsqlshard",
    "vdb",
    "vpc",
    "vpce",
    "vpcsvc",
    "vpngw",
    "vpnx",
]);

/// Words of eight letters that are not an id after such a prefix, as in `vpc-endpoint`.
const EIGHT_LETTERS: &Words = &Words::new(&[
    "abnormal", "activity", "attached", "audience", "backends", "balancer", "bindings", "capacity", "category",
    "clusters", "complete", "consumer", "contents", "creating", "creation", "customer", "database", "decrease",
    "deleting", "deletion", "detached", "disabled", "document", "duration", "endpoint", "exporter", "external",
    "firewall", "function", "gateways", "generate", "identity", "importer", "increase", "instance", "internal",
    "internet", "interval", "isolated", "listener", "location", "manifest", "metadata", "migrated", "operator",
    "overload", "password", "peerings", "physical", "platform", "policies", "pressure", "priority", "producer",
    "property", "protocol", "provider", "readonly", "recovery", "register", "releases", "replicas", "requests",
    "resource", "response", "restored", "rollback", "schedule", "security", "services", "settings", "shutdown",
    "snapshot", "specific", "standard", "starting", "stopping", "strategy", "template", "terminal", "transfer",
    "updating", "upgraded", "username", "versions", "workflow", "writable",
]);

/// Words in quotes that are values, not names.
const LITERALS: &Words = &Words::new(&["true", "false", "null", "none", "nil", "undefined"]);

/// Whether a word with digits is prose: `IPv4`, `SHA256`, `utf-8`.
pub(super) fn is_known_word(word: &[u8]) -> bool {
    KNOWN.has_in_any_case(word)
}

pub(super) fn is_unit(word: &[u8]) -> bool {
    UNITS.has_in_any_case(word)
}

/// Whether a word is, or begins with, the id of a common resource: `ins-abcd1234`.
pub(super) fn is_resource_id(word: &[u8]) -> bool {
    let joins = |byte: &u8| matches!(byte, b'-' | b'_' | b'.');
    let Some(prefix_end) = word.iter().position(joins).filter(|&at| word[at] == b'-') else {
        return false;
    };
    let rest = &word[prefix_end + 1..];
    let id = &rest[..rest.iter().position(joins).unwrap_or(rest.len())];
    let is_lower = || id.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    let has_digit = || id.iter().any(u8::is_ascii_digit);
    RESOURCE_PREFIXES.has(&word[..prefix_end])
        && is_lower()
        && match id.len() {
            8 => has_digit() || !EIGHT_LETTERS.has(id),
            length => length >= 6 && has_digit(),
        }
}

/// Whether a word in quotes is an identifier or a value and no name: labels parted by dots that
/// begin with a capital letter and have no digit, or are numbers after such a label; underscores
/// only between capital letters.
pub(super) fn is_identifier(word: &[u8]) -> bool {
    if !word.first().is_some_and(u8::is_ascii_uppercase) {
        return LITERALS.has_in_any_case(word);
    }
    let mut labels = word.split(|&byte| byte == b'.');
    let is_number = |label: &[u8]| !label.is_empty() && label.iter().all(u8::is_ascii_digit);
    labels.next().is_some_and(is_name) && labels.all(|label| is_number(label) || is_name(label))
        || LITERALS.has_in_any_case(word)
}

/// Whether a label of an identifier is a name.
fn is_name(label: &[u8]) -> bool {
    let is_camel = || label.iter().all(u8::is_ascii_alphabetic);
    let is_capitals = || label.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    label.len() > 1 && label.first().is_some_and(u8::is_ascii_uppercase) && (is_camel() || is_capitals())
}
