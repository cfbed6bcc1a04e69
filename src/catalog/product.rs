//! Products by their API names (`cvm`), and the texts that name one: hosts and actions. It refuses to know where such a
//! text came from.

use super::{PRODUCTS, table};

/// Longer names are no product's, in bytes; the longest listed one has 19.
const NAME_BYTES_MAX: usize = 32;
/// What the hosts of the API end with.
const API_DOMAIN: &str = ".tencentcloudapi.com";

/// Whether a shipped table has a product of this API name, in letters of either case: those of which a code is listed.
#[must_use]
pub fn is_product(name: &str) -> bool {
    listed(name).is_some()
}

/// The products that a shipped table has, by their API names, in byte order.
pub fn products() -> impl Iterator<Item = &'static str> {
    table::rows(PRODUCTS).map(|(name, _)| name)
}

/// The product that a host of the API names: `cvm` for `cvm.tencentcloudapi.com`.
///
/// Labels may stand between (`cvm.ap-guangzhou.tencentcloudapi.com`, `cvm.internal…`, `cvm.intl…`), a port and the dot of
/// the root at the end; letters are of either case. A product that the catalog knows is given as the catalog writes it,
/// another one as it stands. None for every other text, `tencentcloudapi.com` alone included.
#[must_use]
pub fn service_of_host(host: &str) -> Option<&str> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) => return None,
        None => host,
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let start = name.len().checked_sub(API_DOMAIN.len())?;
    let (labels, domain) = (name.get(..start)?, name.get(start..)?);
    if !domain.eq_ignore_ascii_case(API_DOMAIN) || !labels.split('.').all(is_label) {
        return None;
    }
    let service = labels.split('.').next()?;
    Some(listed(service).unwrap_or(service))
}

/// Takes an action apart that carries its product, as gateways write it: `/cvm.DescribeInstances`, with or without the
/// slash, is `cvm` and `DescribeInstances`.
///
/// A product is written in small letters and digits, an API as a word that begins with a capital letter. Any other text
/// is an action as a whole.
#[must_use]
pub fn split_action(text: &str) -> (Option<&str>, &str) {
    let is_service = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let is_api = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match text.strip_prefix('/').unwrap_or(text).split_once('.') {
        Some((service, action)) if is_service(service) && is_api(action) => (Some(service), action),
        _ => (None, text),
    }
}

/// A product as the table writes it.
fn listed(name: &str) -> Option<&'static str> {
    let mut small = [0; NAME_BYTES_MAX];
    let small = small.get_mut(..name.len())?;
    small.copy_from_slice(name.as_bytes());
    small.make_ascii_lowercase();
    table::key(PRODUCTS, str::from_utf8(small).ok()?)
}

/// Whether a text may stand between the dots of a host.
fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::SERVICES;
    use proptest::prelude::*;

    #[test]
    fn products_are_the_services_that_list_codes() {
        let of_codes: BTreeSet<_> = table::rows(SERVICES).flat_map(|(_, names)| names.split(',')).collect();
        let products: Vec<_> = PRODUCTS.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(products, of_codes.into_iter().collect::<Vec<_>>());
        for name in products {
            assert!(
                is_product(name) && is_product(&name.to_ascii_uppercase()) && name.len() <= NAME_BYTES_MAX,
                "{name}"
            );
        }
        for name in
            ["", "cv", "cvmm", "billing-api", "MyService", "#", "cvm ", "cvm\n", "cvm\tx", "ｃvm", &"x".repeat(99)]
        {
            assert!(!is_product(name), "{name}");
        }
    }

    #[test]
    fn hosts_name_products() {
        for (host, service) in [
            ("cvm.tencentcloudapi.com", Some("cvm")),
            ("CVM.TencentCloudAPI.com", Some("cvm")),
            ("cvm.tencentcloudapi.com:443", Some("cvm")),
            ("cvm.tencentcloudapi.com.", Some("cvm")),
            ("cvm.tencentcloudapi.com.:443", Some("cvm")),
            ("cvm.ap-guangzhou.tencentcloudapi.com", Some("cvm")),
            ("cvm.internal.tencentcloudapi.com", Some("cvm")),
            ("cvm.intl.tencentcloudapi.com", Some("cvm")),
            ("cvm.ap-singapore.intl.tencentcloudapi.com:80", Some("cvm")),
            ("neverseen.tencentcloudapi.com", Some("neverseen")),
            ("tencentcloudapi.com", None),
            (".tencentcloudapi.com", None),
            ("cvm..tencentcloudapi.com", None),
            ("cvm.tencentcloudapi.com:", None),
            ("cvm.tencentcloudapi.com:x", None),
            ("cvm.tencentcloudapi.com.cn", None),
            ("cvm.tencentcloudapi.com.evil.example", None),
            ("eviltencentcloudapi.com", None),
            ("evil.example/cvm.tencentcloudapi.com", None),
            ("cvm tencentcloudapi.com", None),
            ("世.tencentcloudapi.com", None),
            ("世encentcloudapi.com", None),
            ("10.0.0.1", None),
            ("[::1]:443", None),
            ("", None),
        ] {
            assert_eq!(service_of_host(host), service, "{host}");
        }
    }

    #[test]
    fn actions_carry_products() {
        for (text, service, action) in [
            ("/cvm.DescribeInstances", Some("cvm"), "DescribeInstances"),
            ("cvm.DescribeInstances", Some("cvm"), "DescribeInstances"),
            ("neverseen.Do", Some("neverseen"), "Do"),
            ("DescribeInstances", None, "DescribeInstances"),
            ("/DescribeInstances", None, "/DescribeInstances"),
            ("/cvm.describe", None, "/cvm.describe"),
            ("com.example.Api", None, "com.example.Api"),
            ("Cvm.DescribeInstances", None, "Cvm.DescribeInstances"),
            ("//cvm.DescribeInstances", None, "//cvm.DescribeInstances"),
            ("cvm.DescribeInstances ", None, "cvm.DescribeInstances "),
            (".X", None, ".X"),
            ("a.", None, "a."),
            ("", None, ""),
        ] {
            assert_eq!(split_action(text), (service, action), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,40}", like in "[a-zA-Z.:/0-9世]{0,12}(\\.tencentcloudapi\\.com)?[.:]?[0-9]{0,3}") {
            for text in [&text, &like] {
                let _ = is_product(text);
                if let Some(service) = service_of_host(text) {
                    prop_assert!(text.to_ascii_lowercase().starts_with(&service.to_ascii_lowercase()));
                }
                let (service, action) = split_action(text);
                prop_assert!(text.ends_with(action) && service.is_none_or(|service| text.contains(service)));
            }
        }
    }
}
