//! What the block scanner makes of a line.

use super::hit::Hit;

/// What the block scanner makes of a line.
#[derive(Clone, Copy, Debug)]
pub enum Sight<'f> {
    /// It is decided by what was found.
    Clear(&'f Hit<'f>),
    /// It is one JSON object, or empty; a slower scanner has to decide what it says.
    Sound,
    /// It is not looked at; a slower scanner has to decide.
    Unclear,
    /// Something in it is wrong, or too rare to be told from that; a slower scanner has to decide.
    Spoilt,
}
