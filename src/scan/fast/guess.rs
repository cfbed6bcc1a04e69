//! Where the response of a line stands, as a guess for the lines after it. It reads no line, and changes none.

use crate::profile::Pointer;

/// A way from the root of a line to its response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guess {
    /// The pointer of the place.
    pub pointer: Pointer,
    /// After how many members on the way the value is a string whose text is read on, in order.
    pub layers: Vec<usize>,
    /// Whether it leads to a response object without its envelope.
    pub is_unwrapped: bool,
}

impl Guess {
    /// The members up to the first layer, and the way from there on; all members when there is none.
    pub fn at_first_layer(&self) -> (&[String], Option<Self>) {
        let members = self.pointer.members();
        let Some((&first, layers)) = self.layers.split_first() else { return (members, None) };
        let (before, after) = members.split_at(first.min(members.len()));
        let pointer = after.iter().fold(Pointer::default(), |pointer, name| pointer.child(name));
        let layers = layers.iter().map(|layer| layer - first).collect();
        (before, Some(Self { pointer, layers, is_unwrapped: self.is_unwrapped }))
    }
}
