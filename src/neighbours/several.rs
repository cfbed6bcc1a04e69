//! Records that are printed over several lines: an error that goes on, a block in brackets. It finds where one ends; what it
//! is the scanner says.

use std::collections::HashMap;

use super::heads::is_head;
use super::view::{Own, View};
use crate::scan::text::errors::{self, Until};

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
    /// Whether there were no more lines.
    ran_out: bool,
    /// Offset of the line after the last one that begins a record of the log: nobody writes one into a value that is printed
    /// over several lines.
    head_end: u64,
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
        let (to, line, head_end) = (known.to.max(start), known.line.max(number + 1), known.head_end);
        let mut looked = Looked { to, line, is_head: false, ran_out: false, head_end };
        let mut found = None;
        view.ran_out.set(false);
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
            if is_head(line) {
                looked.head_end = looked.to;
            }
            false
        });
        if found.is_none() {
            looked.ran_out = view.ran_out.take();
            self.0.insert((indent, close), looked);
        }
        found
    }

    /// Whether the block that a line opens can be one that is still being written: no other record of the log begins in what
    /// there is of it.
    pub fn is_being_written(&self, view: &View<'_>, own: Own<'_>, close: u8) -> bool {
        let looked = self.0.get(&(indentation(own.text), close));
        looked.is_some_and(|looked| looked.ran_out && looked.head_end <= view.start(own.span))
    }
}

/// How many bytes an error has that begins in a line and goes on until something, from the start of that line on: up to the
/// first line that ends in the id, else up to the first that has one, or up to the bracket. Nothing when the next record
/// comes before it. What comes after that line is not a part of the error, so that no call in it is hidden.
pub fn length(view: &View<'_>, own: Own<'_>, until: Until) -> Option<usize> {
    if until == Until::Ended {
        return None;
    }
    let (mut lines, mut ended, mut labelled) = (0, None, None);
    view.lines_after(own, 0, ERROR_BYTES_MAX, |line, end| {
        lines += 1;
        let is_end = is_end(line, until);
        // Another print of an error ends this one wherever it begins.
        let is_other = errors::next_print(line, 0) < line.len() || (is_head(line) && !is_end);
        if lines > ERROR_LINES_MAX || is_other {
            return true;
        }
        if is_end {
            ended = Some(end);
        } else if let Until::Label(label) = until
            && memchr::memmem::find(line, label.trim_start().as_bytes()).is_some()
        {
            labelled = labelled.or(Some(end));
        }
        ended.is_some()
    });
    ended.or(labelled)
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
