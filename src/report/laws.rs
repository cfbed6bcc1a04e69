//! The sums of SPEC 2, held against each other before anything is printed. A sum that does not add up is a bug.

use super::Report;

/// Numbers that should be equal and are not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{law}: {left} is not {right}")]
pub struct LawBroken {
    law: &'static str,
    left: u64,
    right: u64,
}

/// Checks every law on a report whose lists are not cut yet.
///
/// # Errors
///
/// The first law that does not hold.
pub fn check(report: &Report) -> Result<(), LawBroken> {
    let totals = &report.totals;
    let classed = totals.blank
        + totals.malformed
        + totals.no_envelope
        + totals.ok
        + totals.failed
        + totals.dry_run
        + totals.duplicates
        + totals.filtered;
    let inputs = |count: fn(&super::Input) -> u64| report.inputs.iter().map(count).sum::<u64>();
    let of = |law, left, right| if left == right { Ok(()) } else { Err(LawBroken { law, left, right }) };
    of(
        "lines = blank + malformed + no_envelope + ok + failed + dry_run + duplicates + filtered",
        totals.lines,
        classed,
    )?;
    of("responses = ok + failed + dry_run", totals.responses, totals.ok + totals.failed + totals.dry_run)?;
    of("codes sum to failed", report.codes.iter().map(|code| code.count).sum(), totals.failed)?;
    of("families sum to failed", report.families.iter().map(|family| family.count).sum(), totals.failed)?;
    of("classes sum to failed", report.classes.iter().map(|class| class.count).sum(), totals.failed)?;
    of("reasons sum to malformed", report.malformed.reasons.0.iter().map(|(_, count)| count).sum(), totals.malformed)?;
    of("lines of inputs sum to lines", inputs(|input| input.lines), totals.lines)?;
    of("blank of inputs sums to blank", inputs(|input| input.blank), totals.blank)?;
    of("malformed of inputs sums to malformed", inputs(|input| input.malformed), totals.malformed)?;
    of("no_envelope of inputs sums to no_envelope", inputs(|input| input.no_envelope), totals.no_envelope)?;
    of("ok of inputs sums to ok", inputs(|input| input.ok), totals.ok)?;
    of("failed of inputs sums to failed", inputs(|input| input.failed), totals.failed)?;
    of("dry_run of inputs sums to dry_run", inputs(|input| input.dry_run), totals.dry_run)?;
    of("duplicates of inputs sum to duplicates", inputs(|input| input.duplicates), totals.duplicates)?;
    of("filtered of inputs sums to filtered", inputs(|input| input.filtered), totals.filtered)?;
    of("bytes of inputs sum to bytes", inputs(|input| input.bytes), totals.bytes)
}
