//! Records that are printed over several lines: an error that goes on, a block in brackets. It finds where one ends; what it
//! is the scanner says.

use std::collections::HashMap;

use super::heads::is_head;
use super::view::{Own, View};
use crate::scan::text::errors::Until;

/// How many lines an error goes on at most.
pub const ERROR_LINES_MAX: usize = 64;
/// The same in bytes.
pub const ERROR_BYTES_MAX: usize = 64 * 1024;
/// How many lines a block has at most, and how many bytes.
const BLOCK_LINES_MAX: usize = 2_000;
const BLOCK_BYTES_MAX: usize = 256 * 1024;

/// The bracket that closes the block that a line opens: it ends in the other one.
pub fn closing_bracket(line: &[u8]) -> Option<u8> {
    match line.trim_ascii_end().last() {
        Some(b'{') => Some(b'}'),
        Some(b'[') => Some(b']'),
        Some(b'(') => Some(b')'),
        _ => None,
    }
}

/// How many blanks a line begins with.
fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count()
}

/// Up to where no bracket closes a block, by indentation and bracket. It spares looking at the same lines again for each
/// block that does not close.
#[derive(Debug, Default)]
pub struct Unclosed(HashMap<(usize, u8), Looked>);

/// How far was looked.
#[derive(Clone, Copy, Debug, Default)]
struct Looked {
    /// Offset of the first line that was not looked at, and its number.
    to: u64,
    line: u64,
    /// Whether that line begins a record, so that no block goes beyond it.
    is_head: bool,
}

impl Unclosed {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How many bytes the block has that a line opens, from the start of that line on, without the last line end; the line
    /// has this number.
    pub fn block(&mut self, view: &View<'_>, own: Own<'_>, number: u64, close: u8) -> Option<usize> {
        let indent = indentation(own.text);
        let start = view.start(own.span);
        let known = self.0.get(&(indent, close)).copied().filter(|known| known.to > start).unwrap_or_default();
        if known.is_head {
            return None;
        }
        let from = usize::try_from(known.to.saturating_sub(start)).unwrap_or_default();
        let mut looked = Looked { to: known.to.max(start), line: known.line.max(number + 1), is_head: false };
        let mut found = None;
        view.lines_after(own, from, BLOCK_BYTES_MAX, |line, end| {
            looked.is_head = line.first() == Some(&b'{');
            if looked.is_head || looked.line > number + BLOCK_LINES_MAX as u64 {
                return true;
            }
            if indentation(line) == indent && line.get(indent) == Some(&close) {
                found = Some(end);
                return true;
            }
            looked.line += 1;
            looked.to = start + end as u64 + 1;
            false
        });
        if found.is_none() {
            self.0.insert((indent, close), looked);
        }
        found
    }
}

/// How many bytes an error can have that begins in a line and goes on until something, from the start of that line on; the
/// likeliest first. Nothing when another record begins in the next line.
pub fn lengths(view: &View<'_>, own: Own<'_>, until: Until) -> [Option<usize>; 2] {
    let (mut lines, mut ended, mut longest) = (0, None, None);
    view.lines_after(own, 0, ERROR_BYTES_MAX, |line, end| {
        lines += 1;
        if lines > ERROR_LINES_MAX || (is_head(line) && !is_end(line, until)) {
            return true;
        }
        longest = Some(end);
        if is_end(line, until) {
            ended = Some(end);
        }
        // Where no head follows, the next lines can be those of another error: the first line that ends in an id is the last.
        ended.is_some()
    });
    match until {
        Until::Ended => [None, None],
        Until::Label(_) if ended == longest => [ended, None],
        Until::Label(_) => [ended, longest],
        Until::Bracket => [ended, None],
    }
}

/// Whether a line ends an error: with its id as the last word, or with the bracket.
fn is_end(line: &[u8], until: Until) -> bool {
    match until {
        Until::Ended => true,
        Until::Bracket => line.trim_ascii().first() == Some(&b'}') && line.trim_ascii().len() <= 2,
        Until::Label(label) => {
            let at = memchr::memmem::rfind(line, label.trim_start().as_bytes());
            at.and_then(|at| line.get(at + label.trim_start().len()..)).is_some_and(|rest| {
                let rest = rest.trim_ascii();
                rest.len() <= 256 && !rest.contains(&b' ') && !rest.is_empty()
            })
        }
    }
}
