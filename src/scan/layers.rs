//! Strings whose texts are JSON, and so go on: layers. It undoes them, and looks for nothing in them.

use bumpalo::Bump;

use super::grammar::Space;
use super::json::{Node, Raw};
use crate::profile::Pointer;
use crate::record::Reason;

/// How many strings that hold JSON are undone on the way to a place.
const LAYERS_MAX: usize = 3;

/// Says whether a text is one JSON value, in which a line feed is white space.
pub type Check<'c> = dyn FnMut(&[u8]) -> Result<(), Reason> + 'c;

/// The value that the text of a string is, below this number of layers, when it begins like an object or again a string; its
/// reason and its text when it is not valid. Nothing when it begins otherwise, or lies too deep.
pub fn layer<'a>(
    raw: Raw<'a>,
    layers: usize,
    bump: &'a Bump,
    check: &mut Check<'_>,
) -> Option<Result<Node<'a>, (Reason, &'a [u8])>> {
    if layers == LAYERS_MAX || !matches!(raw.0.first(), Some(b'{' | b'\\' | b' ')) {
        return None;
    }
    let text = raw.unescape(bump).as_bytes();
    if !matches!(text.iter().find(|&&byte| !Space::Text.has(byte))?, b'{' | b'"') {
        return None;
    }
    Some(check(text).map(|()| Node::root(text)).map_err(|reason| (reason, text)))
}

/// Whether a text begins with the bracket of an object.
pub fn begins_object(text: &[u8]) -> bool {
    text.iter().find(|&&byte| !Space::Text.has(byte)) == Some(&b'{')
}

/// Whether a text names an envelope.
pub fn names_envelope(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"\"Response\"").is_some()
}

/// After how many members on the way of a pointer the value is a string whose text is read on, in order; nothing when the
/// way ends before, or such a text is a string again.
pub fn members_to_layers<'a>(root: Node<'a>, pointer: &Pointer, bump: &'a Bump) -> Option<Vec<usize>> {
    let (mut value, mut layers) = (root, Vec::new());
    for (number, name) in (1..).zip(pointer.members()) {
        value = value.last(name)?;
        if let Some(raw) = value.string() {
            value = Node::root(raw.unescape(bump).as_bytes());
            layers.push(number);
        }
        if !value.is_object() {
            return None;
        }
    }
    Some(layers)
}
