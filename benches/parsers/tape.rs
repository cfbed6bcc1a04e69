//! Finds the three facts on simd-json's tape.

use simd_json::{Node, Tape};

use crate::counts::Counts;
use crate::record;

/// Counts the line that the tape holds, if it has a response object.
pub fn observe(tape: &Tape<'_>, counts: &mut Counts) {
    let nodes = &tape.0;
    let response = record::path().iter().try_fold(0, |at, name| member(nodes, at, name));
    let Some(response) = response.filter(|&at| matches!(nodes[at], Node::Object { .. })) else { return };
    let (mut error, mut request_id) = (None, None);
    for (name, at) in members(nodes, response) {
        match name {
            "Error" => error = Some(at),
            "RequestId" => request_id = text(nodes, at),
            _ => {}
        }
    }
    let error = error.filter(|&at| matches!(nodes[at], Node::Object { .. }));
    let code = error.map(|at| member(nodes, at, "Code").and_then(|at| text(nodes, at)).unwrap_or("(none)"));
    counts.observe(code, request_id);
}

fn member(nodes: &[Node<'_>], object: usize, name: &str) -> Option<usize> {
    members(nodes, object).find_map(|(key, at)| (key == name).then_some(at))
}

/// The keys of an object and the places of their values; none when the node is no object.
fn members<'a>(nodes: &[Node<'a>], object: usize) -> impl Iterator<Item = (&'a str, usize)> {
    let count = if let Node::Object { len, .. } = nodes[object] { len } else { 0 };
    let mut at = object + 1;
    (0..count).map_while(move |_| {
        let key = text(nodes, at)?;
        let value = at + 1;
        let inside = if let Node::Object { count, .. } | Node::Array { count, .. } = nodes[value] { count } else { 0 };
        at = value + 1 + inside;
        Some((key, value))
    })
}

fn text<'a>(nodes: &[Node<'a>], at: usize) -> Option<&'a str> {
    if let Node::String(text) = nodes[at] { Some(text) } else { None }
}
