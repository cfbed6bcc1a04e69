//! The policy of SPEC 2 in plain, slow, safe code: it decides every line, gives every reason, and is the oracle that
//! the other scanners are held to.

use bumpalo::Bump;

use super::grammar::{self, Space};
use super::scanned::Scanned;
use super::whole;
use crate::profile::Profile;
use crate::record::Line;

/// Decides a line that is not blank; `line` has no line end, padding or byte order mark any more.
pub fn scan<'a>(line: &'a [u8], space: Space, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
    match grammar::check(line, space) {
        Ok(()) => whole::line(line, profile, bump, &mut |text| grammar::check(text, Space::Text)),
        Err(reason) => Scanned::of(Line::Malformed(reason)),
    }
}
