//! What inputs are, without reading their lines: sizes, identities, and which of them can be read in pieces.

use super::drive::{ThreadsError, drive};
use super::run::{Options, Run, RunControl};
use crate::input::order::Order;
use crate::input::{Compression, Input};

/// What an input is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surveyed {
    /// How many bytes it has, as they are packed.
    pub size: u64,
    /// By which a summary knows it; none of what stands in a packed tar, which is not decoded for that.
    pub identity: Option<u128>,
    /// Whether its lines can be read from any place.
    pub is_plain: bool,
    /// Why it cannot be read.
    pub error: Option<String>,
}

/// Looks at inputs, in their order.
///
/// # Errors
///
/// The threads cannot be started.
pub fn survey(inputs: &[Input], options: &Options, watch: &RunControl) -> Result<Vec<Surveyed>, ThreadsError> {
    let is_packed = |input: &Input| input.member.as_ref().is_some_and(|member| member.is_packed());
    let looked_at: Vec<_> = inputs.iter().filter(|input| !is_packed(input)).cloned().collect();
    let looked_at: Vec<_> = looked_at.into_iter().map(|input| Input { piece: Some(0..0), ..input }).collect();
    let run = Run { inputs: &looked_at, order: Order::Paths, sieve: None, options, watch };
    let driven = drive(&run, || (), |(), _| {}, |(), _| {}, |_, _| {})?;
    let mut seen = driven.reads.into_iter().zip(driven.inspected);
    let surveyed = inputs.iter().map(|input| {
        if is_packed(input) {
            let size = input.member.as_ref().map(|member| member.span.end - member.span.start);
            return Surveyed { size: size.unwrap_or_default(), ..Surveyed::default() };
        }
        let (read, inspected) = seen.next().unwrap_or_default();
        Surveyed {
            size: read.size.unwrap_or_default(),
            identity: inspected.and_then(|it| it.identity),
            is_plain: read.compression == Compression::None && inspected.is_some_and(|it| !it.is_without_lines()),
            error: read.damage.filter(|_| read.size.is_none()).map(|damage| damage.text),
        }
    });
    Ok(surveyed.collect())
}
