//! Lines checked by simd-json, for those that the block scanner declines. It declines what it cannot decide to the byte:
//! whatever simd-json rejects, and very long lines.

use bumpalo::Bump;
use simd_json::Buffers;

use super::grammar::{self, DEPTH_MAX, Space};
use super::scanned::Scanned;
use super::whole;
use crate::profile::Profile;
use crate::record::Reason;

/// The tape costs 24 bytes a node, so longer lines are left to the reference.
const LINE_BYTES_MAX: usize = 256 * 1024;

/// Buffers of the parser, kept from line to line.
#[derive(Default)]
pub struct Full {
    buffers: Buffers,
    /// The text, which the parser changes.
    text: Vec<u8>,
}

impl Full {
    /// Decides a line that is not blank, or declines it.
    pub fn scan<'a>(&mut self, line: &'a [u8], space: Space, profile: &Profile, bump: &'a Bump) -> Option<Scanned<'a>> {
        // In a line a line feed is not white space, and none stands in one.
        let is_line = space == Space::Line && memchr::memchr(b'\n', line).is_some();
        if line.len() > LINE_BYTES_MAX || is_line || !self.accepts(line) {
            return None;
        }
        Some(whole::line(line, profile, bump, &mut |text| self.check(text)))
    }

    /// Whether a text is one JSON value. What the parser rejects inside of a line, the grammar has to name.
    fn check(&mut self, text: &[u8]) -> Result<(), Reason> {
        if self.accepts(text) { Ok(()) } else { grammar::check(text, Space::Text) }
    }

    fn accepts(&mut self, text: &[u8]) -> bool {
        // The parser has no limit of its own on nesting.
        let opened = memchr::memchr2_iter(b'{', b'[', text).take(DEPTH_MAX + 1).count();
        self.text.clear();
        self.text.extend_from_slice(text);
        opened <= DEPTH_MAX && simd_json::to_tape_with_buffers(&mut self.text, &mut self.buffers).is_ok()
    }
}
