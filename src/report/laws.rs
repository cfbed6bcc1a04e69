//! The sums of SPEC 2, compared with each other before anything is printed. A sum that does not add up is a bug.

use super::Report;
use crate::record::LineClass;

/// Numbers that should be equal and are not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{law}: {left} is not {right}")]
pub struct LawBroken {
    law: String,
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
    let counts = totals.counts;
    let inputs = |count: &dyn Fn(&super::Input) -> u64| report.inputs.iter().map(count).sum::<u64>();
    let of = |law: &str, left, right| {
        if left == right { Ok(()) } else { Err(LawBroken { law: law.to_owned(), left, right }) }
    };
    of("lines are the sum of the line classes", counts.lines, counts.classed())?;
    of("responses = ok + failed + dry_run", totals.responses, counts.responses())?;
    of("codes sum to failed", report.codes.iter().map(|code| code.count).sum(), counts[LineClass::Failed])?;
    of("families sum to failed", report.families.iter().map(|family| family.count).sum(), counts[LineClass::Failed])?;
    of("classes sum to failed", report.classes.iter().map(|class| class.count).sum(), counts[LineClass::Failed])?;
    of(
        "reasons sum to malformed",
        report.malformed.reasons.0.iter().map(|(_, count)| count).sum(),
        counts[LineClass::Malformed],
    )?;
    of("lines of inputs sum to lines", inputs(&|input| input.counts.lines), counts.lines)?;
    for (class, lines) in counts.iter() {
        of(&format!("{} of inputs sums to that of all", class.as_str()), inputs(&|input| input.counts[class]), lines)?;
    }
    of("bytes of inputs sum to bytes", inputs(&|input| input.bytes), totals.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Code, samples};

    #[test]
    fn a_sum_that_does_not_add_up_is_found() {
        assert_eq!(check(&samples::empty()), Ok(()));
        type Change = fn(&mut Report);
        let changes: [(&str, Change); 4] = [
            ("lines are the sum of the line classes", |report| report.totals.counts.lines += 1),
            ("responses = ok + failed + dry_run", |report| report.totals.responses += 1),
            ("codes sum to failed", |report| report.codes.push(Code { count: 1, ..samples::code("A.B") })),
            ("bytes of inputs sum to bytes", |report| report.totals.bytes += 1),
        ];
        for (law, change) in changes {
            let mut report = samples::empty();
            change(&mut report);
            assert_eq!(check(&report).map_err(|broken| broken.law), Err(law.to_owned()));
        }
    }
}
