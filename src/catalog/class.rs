//! Who can act on a code: the class, its order, and the table in force. It refuses to know what to tell people about it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::{COMMON, NONE, OTHER, family, rules, table};

/// Full codes that the rules would misread: code, class.
pub(super) const CODES: &str = include_str!("classes.tsv");
/// Families: family, class, meaning.
pub(super) const FAMILIES: &str = include_str!("families.tsv");
/// Longer codes never reach a report, in bytes.
const CODE_BYTES_MAX: usize = 256;

/// Who can act on an error; a hint, not a verdict. The order is the one in which a report looks into codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The service failed: retry, then tell support.
    Provider,
    /// The provider is short of what was asked for.
    Capacity,
    /// A resource, a task or the account is in a state that does not allow it now.
    State,
    /// Too many calls in too short a time.
    Throttle,
    /// An allowance is used up: a quota, a balance, a package.
    Quota,
    /// Nothing tells who can act.
    Unknown,
    /// Made up by an SDK: nothing reached the server, or no response came back.
    ClientSide,
    /// Identity or permission.
    Auth,
    /// The request itself.
    Caller,
}

impl Class {
    /// Every class, in order.
    pub const ALL: [Class; 9] = [
        Class::Provider,
        Class::Capacity,
        Class::State,
        Class::Throttle,
        Class::Quota,
        Class::Unknown,
        Class::ClientSide,
        Class::Auth,
        Class::Caller,
    ];

    /// The word of the report and of `--classes` files: `provider`, `capacity`, `state`, `throttle`, `quota`, `unknown`, `client_side`, `auth`, `caller`.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Provider => "provider",
            Class::Capacity => "capacity",
            Class::State => "state",
            Class::Throttle => "throttle",
            Class::Quota => "quota",
            Class::Unknown => "unknown",
            Class::ClientSide => "client_side",
            Class::Auth => "auth",
            Class::Caller => "caller",
        }
    }

    /// The class of that word, to the byte; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.as_str() == name)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// The table of classes in force: the built-in one, with the overrides of a file on top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    codes: BTreeMap<String, Class>,
    families: BTreeMap<String, Class>,
}

/// What is wrong with a line of overrides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassesError {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong with it, without the line's number; text of the file stands in it quoted, escaped and cut.
    pub problem: String,
}

impl fmt::Display for ClassesError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for ClassesError {}

impl Classes {
    /// The built-in table with overrides: lines `code TAB class`, or `Family.* TAB class` for a whole family (the bare family too).
    ///
    /// Lines that begin with `#` and empty ones are skipped, a byte order mark and CR before LF are tolerated. Codes are taken to the byte, trailing
    /// blanks included. The first line that is neither of these is the error, as is one that contradicts an earlier line.
    pub fn with_overrides(text: &str) -> Result<Classes, ClassesError> {
        let mut classes = Classes::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            classes.add(line).map_err(|problem| ClassesError { line: index.saturating_add(1), problem })?;
        }
        Ok(classes)
    }

    /// The class of a code: by overrides (full code, then family), then by the built-in full codes, the rules on the second part, and the family.
    ///
    /// Blanks and dots around a code make it another code, but not one of another class: what is not found to the byte is looked up without them.
    pub fn class(&self, code: &str) -> Class {
        let bare = trimmed(code);
        self.codes
            .get(code)
            .or_else(|| self.codes.get(bare))
            .or_else(|| self.families.get(family(bare)))
            .copied()
            .unwrap_or_else(|| built_in(bare))
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let (code, name) =
            line.split_once('\t').ok_or_else(|| format!("{} has no TAB between code and class", quoted(line)))?;
        let class = Class::from_name(name.trim()).ok_or_else(|| {
            let names = Class::ALL.map(Class::as_str).join(", ");
            format!("{} is not a class; expected one of {names}", quoted(name.trim()))
        })?;
        let (table, key) = match code.strip_suffix(".*") {
            Some(family) => (&mut self.families, family),
            None => (&mut self.codes, code),
        };
        if key.is_empty() || key.contains('*') {
            return Err(format!("{} is neither a code nor a family followed by .*", quoted(code)));
        }
        if key.len() > CODE_BYTES_MAX {
            return Err(format!("{} is longer than {CODE_BYTES_MAX} bytes, and so not a code", quoted(code)));
        }
        if key == NONE || key == OTHER {
            return Err(format!("{key} is not a code; its class is always unknown"));
        }
        match table.insert(key.to_owned(), class) {
            Some(earlier) if earlier != class => {
                Err(format!("{} has been given the class {earlier} before", quoted(code)))
            }
            _ => Ok(()),
        }
    }
}

/// The built-in class of a code that has been trimmed: by full code, by rule, by family, else unknown.
pub(super) fn built_in(code: &str) -> Class {
    let family = family(code);
    let part = code.split_once('.').map_or("", |(_, part)| part);
    exact(code).or_else(|| rules::class(family, part)).or_else(|| by_family(family)).unwrap_or(Class::Unknown)
}

/// The class that a table gives to the full code.
pub(super) fn exact(code: &str) -> Option<Class> {
    let name = match table::find(COMMON, code) {
        Some(rest) => table::column(rest, 1),
        None => table::find(CODES, code)?,
    };
    Class::from_name(name)
}

/// The class of codes of this family that nothing else decides.
pub(super) fn by_family(family: &str) -> Option<Class> {
    table::find(FAMILIES, family).and_then(|rest| Class::from_name(table::column(rest, 0)))
}

/// The code without blanks, control characters and dots around it.
pub(super) fn trimmed(code: &str) -> &str {
    code.trim_matches(|letter: char| letter == '.' || letter.is_whitespace() || letter.is_control())
}

/// Text of a file in an error message: escaped, and cut at 40 characters.
fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(40).collect();
    let rest = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut:?}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_and_order_is_that_of_look_into() {
        let names: Vec<_> = Class::ALL.map(Class::as_str).to_vec();
        assert_eq!(
            names,
            ["provider", "capacity", "state", "throttle", "quota", "unknown", "client_side", "auth", "caller"]
        );
        assert!(Class::ALL.is_sorted());
        assert!(Class::ALL.iter().all(|class| Class::from_name(class.as_str()) == Some(*class)));
        assert_eq!(Class::from_name("Provider"), None);
    }

    #[test]
    fn classes_of_codes() {
        let classes = Classes::default();
        for (code, expected) in [
            ("InternalError", "provider"),
            ("InternalError.ResourceOpFailed", "provider"),
            ("InternalError.Param", "caller"),
            ("InternalError.ParamError", "caller"),
            ("InternalError.CamNoAuth", "auth"),
            ("InternalError.TuringRequestLimitExceeded", "throttle"),
            ("FailedOperation", "unknown"),
            ("FailedOperation.Unknown", "unknown"),
            ("FailedOperation.Timeout", "provider"),
            ("FailedOperation.RequestTimeout", "provider"),
            ("FailedOperation.DownLoadTimeoutError", "caller"),
            ("FailedOperation.InternalError", "provider"),
            ("FailedOperation.DownloadError ", "caller"),
            ("FailedOperation.PermissionDenied.", "auth"),
            ("FailedOperation.RequestLimitExceeded", "throttle"),
            ("FailedOperation.BalanceInsufficient", "quota"),
            ("FailedOperation.InstanceStatusConflict", "state"),
            ("LimitExceeded", "quota"),
            ("LimitExceeded.TooManyRequests", "throttle"),
            ("LimitExceeded.KeyPairLimitExceeded", "quota"),
            ("RequestLimitExceeded", "throttle"),
            ("RequestLimitExceeded.IPLimitExceeded", "throttle"),
            ("RequestLimitExceeded.NeverSeen", "throttle"),
            ("ResourceInsufficient.SpecifiedInstanceType", "capacity"),
            ("ResourceInsufficient.CVMQuota", "quota"),
            ("ResourcesSoldOut.CvmSoldOut", "capacity"),
            ("ResourceUnavailable.InArrears", "quota"),
            ("ResourceUnavailable.NotExist", "caller"),
            ("ResourceInUse", "state"),
            ("ResourceInUse.CosBucketExists", "caller"),
            ("UnauthorizedOperation.PermissionDenied", "auth"),
            ("UnauthorizedOperation.OperationTooOften", "throttle"),
            ("UnsupportedOperation.InstanceStateRunning", "state"),
            ("UnsupportedOperation.NotSupportZone", "caller"),
            ("InvalidParameterValue.Timeout", "caller"),
            ("InvalidParameterValue.LimitExceeded", "caller"),
            ("InvalidInstanceId.NotFound", "caller"),
            ("InvalidNewThingId.NotFound", "caller"),
            ("DryRunOperation", "caller"),
            ("DryRunOperation.DryRunOperationError", "caller"),
            ("ClientError.NetworkError", "client_side"),
            ("ClientError.TooManyRequests", "client_side"),
            ("ServerSideError", "client_side"),
            ("NeverSeen", "unknown"),
            ("NeverSeen.Whatever", "unknown"),
            ("internalerror", "unknown"),
            ("InternalError ", "provider"),
            ("", "unknown"),
            ("...", "unknown"),
            (NONE, "unknown"),
            (OTHER, "unknown"),
        ] {
            assert_eq!(classes.class(code).as_str(), expected, "{code:?}");
        }
        classes.class(&"FailedOperation.Timeout\u{202e}é".repeat(1_000));
    }

    #[test]
    fn overrides_come_first() {
        let text = "\u{feff}# ours\r\n\r\nInternalError.Param\tprovider\r\nFailedOperation.*\tprovider\nFailedOperation.Timeout\tstate \nNeverSeen\tauth\nNeverSeen\tauth\n";
        let classes = Classes::with_overrides(text).unwrap();
        for (code, expected) in [
            ("InternalError.Param", Class::Provider),
            ("InternalError.ParamError", Class::Caller),
            ("FailedOperation", Class::Provider),
            ("FailedOperation.NoAuth", Class::Provider),
            ("FailedOperation.Timeout", Class::State),
            ("FailedOperation.Timeout ", Class::State),
            ("NeverSeen", Class::Auth),
            ("NeverSeen.X", Class::Unknown),
            (NONE, Class::Unknown),
        ] {
            assert_eq!(classes.class(code), expected, "{code:?}");
        }
        assert_eq!(Classes::with_overrides(""), Ok(Classes::default()));
    }

    #[test]
    fn errors_name_the_line_and_what_is_wrong() {
        let long = format!("{}\tauth", "x".repeat(257));
        for (text, line, problem) in [
            ("InternalError provider", 1, "\"InternalError provider\" has no TAB between code and class"),
            ("# fine\nA\tProvider", 2, "\"Provider\" is not a class; expected one of provider, capacity, state"),
            ("A\tauth\nB.*\tauth\nA\tcaller", 3, "\"A\" has been given the class auth before"),
            ("\tauth", 1, "\"\" is neither a code nor"),
            (".*\tauth", 1, "\".*\" is neither a code nor"),
            ("Invalid*\tauth", 1, "\"Invalid*\" is neither a code nor"),
            ("(none)\tauth", 1, "(none) is not a code"),
            (long.as_str(), 1, "is longer than 256 bytes"),
            ("A\tauth\tx", 1, "\"auth\\tx\" is not a class"),
        ] {
            let error = Classes::with_overrides(text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.problem.contains(problem), "{text}: {error}");
            assert!(error.to_string().starts_with(&format!("line {line}: ")));
        }
    }

    #[test]
    fn tables_are_plain_text_in_byte_order() {
        for table in [CODES, FAMILIES] {
            assert!(table.is_ascii() && table.ends_with('\n'));
            let keys: Vec<_> = table::rows(table).map(|(key, _)| key).collect();
            assert!(keys.is_sorted_by(|left, right| left < right));
            assert!(table::rows(table).all(|(_, rest)| Class::from_name(table::column(rest, 0)).is_some()));
        }
        assert!(table::rows(COMMON).all(|(code, _)| exact(code).is_some()));
    }
}
