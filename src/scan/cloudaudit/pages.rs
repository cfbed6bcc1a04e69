//! Pages of events, as the API that lists them (`DescribeEvents`, `LookUpEvents`) gives them: `{"Events":[…]}`, in a
//! response or alone. Each event of a page is a value of its own. It does not look into events.

use crate::scan::json::Node;

/// The events of a value that is a page, with their places in it; the value itself when it is none.
pub fn parts(value: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let root = Node::root(value);
    let is_array = |node: &Node<'_>| node.source().starts_with(b"[");
    let events = root.last("Response").unwrap_or(root).last("Events").filter(is_array);
    let alone = events.is_none().then_some((0, value));
    let elements = events.into_iter().flat_map(Node::elements).map(|event| (event.place(), event.source()));
    alone.into_iter().chain(elements)
}

/// Whether an input begins with a page, by its first bytes, which may end anywhere.
#[must_use]
pub fn begins_page(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    // The names of the open objects that can lead to `Events`, and how deep others are nested.
    let (mut in_response, mut depth) = (false, 0_usize);
    while let Some(&byte) = rest.first() {
        rest = &rest[1..];
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return false,
            b'}' | b']' => {
                depth -= 1;
                in_response &= depth > 1;
            }
            b'"' => {
                let end = string_end(rest);
                let text = rest.get(..end).unwrap_or(rest);
                rest = rest.get(end + 1..).unwrap_or_default();
                let value = rest.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start);
                let holds = |bracket: &[u8]| value.is_some_and(|value| value.starts_with(bracket));
                if text == b"Events" && holds(b"[") && (depth == 1 || depth == 2 && in_response) {
                    return true;
                }
                in_response |= text == b"Response" && depth == 1 && holds(b"{");
            }
            _ if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

/// The place of the quote that ends a string, or the end of the text.
fn string_end(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\\', text.get(at..).unwrap_or_default()) {
        at += found;
        if text[at] == b'"' {
            return at;
        }
        at += 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_events() {
        for (value, expected) in [
            ("{\"Events\":[{\"a\":1}, 2 ,\"x\"],\"ListOver\":true}", vec![(11, "{\"a\":1}"), (20, "2"), (23, "\"x\"")]),
            ("{\"Response\":{\"Events\":[{}],\"RequestId\":\"a\"}}", vec![(23, "{}")]),
            ("{\"Events\":[]}", vec![]),
            ("{\"Events\":null}", vec![(0, "{\"Events\":null}")]),
            ("{\"Events\":{}}", vec![(0, "{\"Events\":{}}")]),
            ("{\"eventName\":\"a\"}", vec![(0, "{\"eventName\":\"a\"}")]),
            ("1", vec![(0, "1")]),
        ] {
            let found: Vec<_> = parts(value.as_bytes()).collect();
            let expected: Vec<_> = expected.into_iter().map(|(at, part)| (at, part.as_bytes())).collect();
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn the_first_bytes_tell_a_page() {
        for (head, is_page) in [
            ("{\"Events\":[", true),
            ("\u{feff}\n{\n  \"ListOver\": true,\n  \"Events\" : [\n", true),
            ("{\"Response\":{\"RequestId\":\"a\",\"Events\":[{", true),
            ("{\"a\":{\"Events\":[1]},\"Events\":[", true),
            ("{\"Response\":{\"a\":{}},\"b\":{\"Events\":[", false),
            ("{\"a\":{\"Events\":[", false),
            ("{\"a\":\"Events\",\"b\":[", false),
            ("{\"a\":\"\\\"Events\\\":[\"", false),
            ("{\"Events\":{}}", false),
            ("{\"eventName\":\"a\"}\n{\"Events\":[", false),
            ("\"Events\":[", false),
            ("{\"Events", false),
            ("x", false),
            ("", false),
        ] {
            assert_eq!(begins_page(head.as_bytes()), is_page, "{head}");
        }
    }
}
