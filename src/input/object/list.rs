//! Lists of objects: pages become entries, and a name chooses among them. It knows neither signatures nor connections.

use globset::GlobBuilder;

use super::{Failure, Provider, xml};
use crate::time::{Nanos, Zone, time_from_text};

/// An object of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) size: u64,
    pub(super) etag: String,
    pub(super) modified: Option<Nanos>,
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) entries: Vec<Entry>,
    /// What the next page is asked for by; none after the last one.
    pub(super) next: Option<String>,
}

/// The parameters of a page of the objects whose keys begin with `prefix`.
pub(super) fn query<'q>(provider: Provider, prefix: &'q str, next: Option<&'q str>) -> Vec<(&'static str, &'q str)> {
    let mut query = vec![("prefix", prefix), ("max-keys", "1000")];
    match provider {
        Provider::S3 => query.extend([("list-type", "2"), ("encoding-type", "url")]),
        Provider::Cos => {}
    }
    let name = if provider == Provider::S3 { "continuation-token" } else { "marker" };
    query.extend(next.map(|next| (name, next)));
    query
}

/// Reads a page.
///
/// # Errors
///
/// It is not one.
pub(super) fn page(body: &[u8]) -> Result<Page, Failure> {
    let mut page = Page::default();
    let (mut entry, mut is_encoded, mut is_cut) = (Entry::default(), false, false);
    let (mut token, mut marker, mut is_list, mut size) = (None, None, false, None);
    let mut wrong: Option<&str> = None;
    let walked = xml::walk(body, |path, text| match (path, text) {
        ("EncodingType", Some(text)) => is_encoded = text == "url",
        ("IsTruncated", Some(text)) => {
            is_list = true;
            is_cut = text == "true";
        }
        ("NextContinuationToken", Some(text)) => token = Some(text.to_owned()),
        ("NextMarker", Some(text)) => marker = Some(text.to_owned()),
        ("Contents/Key", Some(text)) => text.clone_into(&mut entry.key),
        ("Contents/Size", Some(text)) => size = text.parse().ok(),
        ("Contents/ETag", Some(text)) => text.clone_into(&mut entry.etag),
        ("Contents/LastModified", Some(text)) => entry.modified = time_from_text(text, &Zone::default()),
        ("Contents", _) => {
            match size.take() {
                Some(size) if !entry.etag.is_empty() && !entry.key.is_empty() => {
                    page.entries.push(Entry { size, ..std::mem::take(&mut entry) });
                }
                _ => wrong = Some("an object without a key, a size or an ETag"),
            }
            entry = Entry::default();
        }
        _ => {}
    });
    walked.map_err(|error| Failure::refused(format!("the list is not XML: {error}")))?;
    if let Some(wrong) = wrong.or((!is_list).then_some("no word on whether it is whole")) {
        return Err(Failure::refused(format!("the list of the store has {wrong}: expected one as of S3 or COS")));
    }
    if is_encoded {
        let decoded = |text: &str| super::address::decoded(text).ok_or("a key that cannot be decoded");
        let keys = page.entries.iter_mut().try_for_each(|entry| decoded(&entry.key).map(|key| entry.key = key));
        keys.map_err(|wrong| Failure::refused(format!("the list of the store has {wrong}")))?;
    }
    if is_cut {
        // Without a delimiter the old way of listing leaves the marker out: it is the last key.
        page.next = token.or(marker).or_else(|| page.entries.last().map(|entry| entry.key.clone()));
    }
    Ok(page)
}

/// What part of a key all keys begin with that it can mean.
pub(super) fn prefix(key: &str) -> &str {
    let end = key.find(['*', '?', '[', '{']).unwrap_or(key.len());
    key.get(..end).unwrap_or_default()
}

/// Whether a key means itself alone, when it is the first of those that begin with it.
pub(super) fn is_exact(key: &str, first: Option<&Entry>) -> bool {
    !key.is_empty() && first.is_some_and(|first| first.key == key && !is_folder(first))
}

/// A key that consoles make to show a folder.
fn is_folder(entry: &Entry) -> bool {
    entry.size == 0 && entry.key.ends_with('/')
}

/// The objects that a key means, of all that begin with its [`prefix`]: the object of this key; else those in the folder of
/// this name; else, with a pattern in it, those that match; else those whose keys begin so.
///
/// # Errors
///
/// There are none, or the pattern cannot be read.
pub(super) fn choose(key: &str, mut entries: Vec<Entry>) -> Result<Vec<Entry>, Failure> {
    entries.retain(|entry| !is_folder(entry));
    if let Some(place) = entries.iter().position(|entry| entry.key == key) {
        return Ok(vec![entries.swap_remove(place)]);
    }
    let folder = if key.is_empty() || key.ends_with('/') { key.to_owned() } else { format!("{key}/") };
    if entries.iter().any(|entry| entry.key.starts_with(&folder)) {
        entries.retain(|entry| entry.key.starts_with(&folder));
    } else if prefix(key) != key {
        let glob = GlobBuilder::new(key).literal_separator(true).build();
        let glob = glob.map_err(|error| Failure::refused(error.kind().to_string()))?.compile_matcher();
        entries.retain(|entry| glob.is_match(&entry.key));
    }
    match entries.is_empty() {
        true => Err(Failure::refused("no object matches")),
        false => Ok(entries),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(key: &str, keys: &[&str]) -> Vec<String> {
        let entry = |key: &&str| Entry { key: (*key).to_owned(), ..Entry::default() };
        let chosen = choose(key, keys.iter().map(entry).collect()).unwrap_or_default();
        chosen.into_iter().map(|entry| entry.key).collect()
    }

    #[test]
    fn a_name_is_an_object_a_pattern_a_folder_or_a_prefix() {
        let keys = ["a", "a/", "a/b", "a/c/d.log", "ab", "a*"];
        assert_eq!(chosen("a", &keys), ["a"]);
        assert_eq!(chosen("a", &keys[1..]), ["a/b", "a/c/d.log"]);
        assert_eq!(chosen("a/", &["a/", "a/b", "a/c/d.log"]), ["a/b", "a/c/d.log"]);
        assert_eq!(chosen("a", &["ab", "ac"]), ["ab", "ac"]);
        assert_eq!(chosen("", &["a", "b/c"]), ["a", "b/c"]);
        assert_eq!(chosen("a*", &keys), ["a*"]);
        assert_eq!(chosen("a?", &keys), ["ab", "a*"]);
        assert_eq!(chosen("a[1]", &["a1", "a[1]/x"]), ["a[1]/x"]);
        assert_eq!(chosen("a[1]/", &["a1/", "a[1]/x"]), ["a[1]/x"]);
        assert_eq!(chosen("a[1]", &["a1", "a2"]), ["a1"]);
        assert_eq!(chosen("a/*", &keys), ["a/b"]);
        assert_eq!(chosen("a/**/*.log", &keys), ["a/c/d.log"]);
        assert_eq!(chosen("b", &[]), [""; 0]);
        assert_eq!(chosen("a/", &["a/"]), [""; 0]);
        assert_eq!((prefix("a/b*c"), prefix("a/b")), ("a/b", "a/b"));
    }

    #[test]
    fn a_page_says_what_comes_next() {
        let contents = "<Contents><Key>a%20b%2B</Key><LastModified>2026-11-24T10:41:07.000Z</LastModified>\
            <ETag>&quot;1-2&quot;</ETag><Size>7</Size><Owner><ID>x</ID></Owner></Contents>";
        let read = |inner: &str| page(format!("<ListBucketResult>{inner}</ListBucketResult>").as_bytes());
        let whole =
            read(&format!("<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>{contents}")).unwrap();
        let modified = Some(Nanos(1_795_516_867 * 1_000_000_000));
        let entry = Entry { key: "a b+".to_owned(), size: 7, etag: "\"1-2\"".to_owned(), modified };
        assert_eq!(whole, Page { entries: vec![entry], next: None });
        let cut = "<IsTruncated>true</IsTruncated>";
        assert_eq!(read(&format!("{cut}{contents}")).unwrap().next.as_deref(), Some("a%20b%2B"));
        let token = "<NextContinuationToken>t</NextContinuationToken>";
        assert_eq!(read(&format!("{cut}{contents}{token}")).unwrap().next.as_deref(), Some("t"));
        assert!(read(contents).is_err() && read("<IsTruncated>false</IsTruncated><Contents/>").is_err());
        assert!(page(b"<html>").is_err());
    }
}
