//! Error code -> kind, family, class, meaning: what the shipped tables and rules say about a code. It refuses to know where a code came from.
//!
//! The tables are data files beside this one. They are compiled in as text and looked up where they stand: nothing is built at start.
//! `docs/classes.md` explains them and shows what each rule catches.

mod class;
mod entry;
mod product;
#[cfg(test)]
mod review;
mod rules;
mod suggest;
mod table;

use serde::Serialize;

pub use class::{Class, Classes, ClassesError};
pub use entry::{Entry, Retry, describe};
pub use product::{is_product, products, service_of_host, split_action};
pub use suggest::suggest;

/// Codes that are common to all services, and those that SDKs make up: code, scope, class, retry, meaning, advice.
const COMMON: &str = include_str!("common.tsv");
/// Codes that at least one service lists: code, services.
const SERVICES: &str = include_str!("services.tsv");
/// The services of that table.
const PRODUCTS: &str = include_str!("products.tsv");

/// Stands for the code of an error that has none: kind `api`, class `unknown`.
pub const NONE: &str = "(none)";
/// Stands for all codes beyond the bound on the number of codes: kind `api`, class `unknown`.
pub const OTHER: &str = "(other)";

/// Whether every service can answer a code, or only some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One of the 38 codes that the API's documentation lists as common to all services.
    Common,
    /// Any other code.
    Api,
}

impl Kind {
    /// The word of the report: `common` or `api`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Common => "common",
            Kind::Api => "api",
        }
    }
}

/// The kind of a code, compared to the byte: case variants and codes with trailing blanks are `api`.
pub fn kind(code: &str) -> Kind {
    match table::find(COMMON, code) {
        Some(rest) if table::column(rest, 0) == "common" => Kind::Common,
        _ => Kind::Api,
    }
}

/// The text before the first dot, the whole code if there is none. `InvalidParameterValue.X` belongs to `InvalidParameterValue`.
pub fn family(code: &str) -> &str {
    code.split_once('.').map_or(code, |(family, _)| family)
}

/// Whether a shipped table has this code, to the byte: as a common one, one that an SDK makes up, or one that a service lists.
pub fn is_listed(code: &str) -> bool {
    table::find(COMMON, code).is_some() || table::find(SERVICES, code).is_some()
}

/// Whether the catalog knows an error by its code: by the full code, as [`is_listed`] has it, or by a family that is common
/// to all services, so that `InternalError.NeverSeen` is one and `Domain.NeverSeen` is not.
pub fn names_error(code: &str) -> bool {
    is_listed(code) || kind(family(code)) == Kind::Common
}

/// The services that list this code, by their API names (`cvm`), in byte order; none for a code that is not listed.
pub fn services(code: &str) -> impl Iterator<Item = &'static str> + use<> {
    table::find(SERVICES, code).into_iter().flat_map(|names| names.split(','))
}

/// Every shipped code once, in byte order.
pub fn listed() -> impl Iterator<Item = &'static str> {
    let code = |(code, _): (&'static str, &'static str)| code;
    let mut common = table::rows(COMMON).map(code).peekable();
    let mut services = table::rows(SERVICES).map(code).peekable();
    std::iter::from_fn(move || match (common.peek(), services.peek()) {
        (Some(left), Some(right)) if left == right => {
            common.next();
            services.next()
        }
        (Some(left), Some(right)) if left < right => common.next(),
        (Some(_), None) => common.next(),
        _ => services.next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_hold_what_the_sources_hold() {
        let scope = |scope: &str| table::rows(COMMON).filter(|(_, rest)| table::column(rest, 0) == scope).count();
        let common_in_services = table::rows(SERVICES).filter(|(code, _)| kind(code) == Kind::Common).count();
        assert_eq!(table::rows(COMMON).count(), 51);
        assert_eq!(scope("common"), 38);
        assert_eq!(table::rows(SERVICES).count(), 12_793);
        assert_eq!(common_in_services, 27);
        let pairs: usize = listed().map(|code| services(code).count()).sum();
        assert_eq!(pairs, 17_511);
        assert_eq!(listed().count(), 12_793 + 51 - 27);
    }

    #[test]
    fn tables_are_plain_text_in_byte_order() {
        for table in [COMMON, SERVICES] {
            assert!(table.is_ascii() && table.ends_with('\n') && !table.contains('\r'));
            let codes: Vec<_> = table::rows(table).map(|(code, _)| code).collect();
            assert!(codes.is_sorted_by(|left, right| left < right));
            assert_eq!(codes.len(), table.lines().filter(|line| !line.starts_with('#')).count());
        }
        let all: Vec<_> = listed().collect();
        assert!(all.is_sorted_by(|left, right| left < right));
        assert!(all.iter().all(|code| is_listed(code)));
    }

    #[test]
    fn kinds_families_and_services() {
        for (code, kind_expected, family_expected, listed_expected) in [
            ("InternalError", Kind::Common, "InternalError", true),
            ("internalerror", Kind::Api, "internalerror", false),
            ("InternalError ", Kind::Api, "InternalError ", false),
            ("DryRunOperation", Kind::Common, "DryRunOperation", true),
            ("AuthFailure.SignatureFailure", Kind::Common, "AuthFailure", true),
            ("InvalidParameterValue.Range", Kind::Api, "InvalidParameterValue", true),
            ("ClientError.NetworkError", Kind::Api, "ClientError", true),
            ("Domain.A.B", Kind::Api, "Domain", false),
            (".X", Kind::Api, "", false),
            ("", Kind::Api, "", false),
            (NONE, Kind::Api, "(none)", false),
            (OTHER, Kind::Api, "(other)", false),
        ] {
            assert_eq!(kind(code), kind_expected, "{code}");
            assert_eq!(family(code), family_expected, "{code}");
            assert_eq!(is_listed(code), listed_expected, "{code}");
        }
        for (code, expected) in [
            ("InternalError", true),
            ("InternalError.NeverSeen", true),
            ("DryRunOperation.X.Y", true),
            ("ClientError.NetworkError", true),
            ("internalerror", false),
            ("InternalErrors.X", false),
            ("Domain.NeverSeen", false),
            ("AccessDenied", false),
            ("404", false),
            (".InternalError", false),
            ("", false),
            (NONE, false),
            (OTHER, false),
        ] {
            assert_eq!(names_error(code), expected, "{code}");
        }
        assert!(listed().all(names_error));
        assert_eq!(services("InternalError.DBError").take(2).collect::<Vec<_>>(), ["bizlive", "ccc"]);
        assert_eq!(services("ClientError").count(), 0);
        assert_eq!(services("no such code").count(), 0);
    }
}
