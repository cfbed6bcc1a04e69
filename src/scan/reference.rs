//! The policy of SPEC 2 in plain, slow, safe code: it decides every line, gives every reason, and is the oracle that
//! the other scanners are held to.

use bumpalo::Bump;

use super::grammar::{self, Space};
use super::prose;
use super::scanned::Scanned;
use super::whole;
use crate::profile::Profile;

/// Decides a line that is not blank; `line` has no line end, padding or byte order mark any more. `may_hold` says whether its
/// text can say anything of calls, when it is not JSON.
pub fn scan<'a>(line: &'a [u8], space: Space, may_hold: bool, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
    match grammar::check(line, space) {
        Ok(()) => whole::line(line, profile, bump, &mut |text| grammar::check(text, Space::Text)),
        Err(reason) => prose::line(line, reason, may_hold, profile, bump),
    }
}
