//! The answers of stores, which are small documents of XML: elements with texts. Attributes and everything else of XML
//! mean nothing here.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// Shows each element that has a text and no other element, by its path from the root's children on, such as
/// `Contents/Key`, with its text; an element that ends is shown with no text.
///
/// # Errors
///
/// It is not XML.
pub(super) fn walk(xml: &[u8], mut show: impl FnMut(&str, Option<&str>)) -> Result<(), String> {
    let mut reader = Reader::from_reader(xml);
    let (mut path, mut text): (Vec<String>, _) = (Vec::new(), String::new());
    let (mut is_leaf, mut is_ended) = (false, false);
    let named = |path: &[String]| path.get(1..).unwrap_or_default().join("/");
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                path.push(String::from_utf8_lossy(start.local_name().as_ref()).into_owned());
                text.clear();
                is_leaf = true;
            }
            Event::Empty(start) => {
                path.push(String::from_utf8_lossy(start.local_name().as_ref()).into_owned());
                show(&named(&path), Some(""));
                path.pop();
                is_ended |= path.is_empty();
            }
            Event::Text(part) => text.push_str(&part.decode().map_err(|error| error.to_string())?),
            Event::CData(part) => text.push_str(&part.decode().map_err(|error| error.to_string())?),
            Event::GeneralRef(entity) => {
                let name = entity.decode().map_err(|error| error.to_string())?;
                match entity.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(character) => text.push(character),
                    None => text.push_str(resolve_predefined_entity(&name).ok_or("it has an unknown entity")?),
                }
            }
            Event::End(_) => {
                show(&named(&path), is_leaf.then_some(&*text));
                path.pop();
                is_leaf = false;
                is_ended |= path.is_empty();
            }
            Event::Eof if is_ended && path.is_empty() => return Ok(()),
            Event::Eof => return Err("it ends early".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// The text of the first element of a name right below the root; none when it is not there or this is not XML.
pub(super) fn text(xml: &[u8], name: &str) -> Option<String> {
    let mut found = None;
    let walked = walk(xml, |path, text| {
        if path == name
            && let Some(text) = text
        {
            found.get_or_insert_with(|| text.to_owned());
        }
    });
    walked.ok().and(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_shown_with_their_paths() {
        let xml = br#"<?xml version="1.0"?><R xmlns="x"><A>1 &amp; &#50; &quot;x&quot;</A><C><K><![CDATA[<k>]]></K><E/></C></R>"#;
        let mut shown = Vec::new();
        walk(xml, |path, text| shown.push((path.to_owned(), text.map(str::to_owned)))).unwrap();
        let expected = [("A", Some("1 & 2 \"x\"")), ("C/K", Some("<k>")), ("C/E", Some("")), ("C", None), ("", None)];
        let expected: Vec<_> =
            expected.iter().map(|(path, text)| ((*path).to_owned(), text.map(str::to_owned))).collect();
        assert_eq!(shown, expected);
        assert_eq!(text(xml, "A").as_deref(), Some("1 & 2 \"x\""));
        assert_eq!(text(xml, "B"), None);
    }

    #[test]
    fn what_is_cut_or_is_not_xml_is_an_error() {
        for wrong in [&b"<R><A>1</A>"[..], b"", b"<R></A></R>", b"<R>&foo;</R>", b"{}"] {
            assert!(walk(wrong, |_, _| {}).is_err(), "{}", String::from_utf8_lossy(wrong));
        }
    }
}
