//! What a reader should not miss, at the top of the page, with links to where it stands. It knows no template.

use crate::report::Report;
use crate::report::numbers::counted;

/// A link into the page.
#[derive(Debug)]
pub struct Badge {
    pub(crate) text: String,
    pub(crate) to: &'static str,
    pub(crate) tone: &'static str,
}

/// The badges of a report; `troubles` is how many codes to look into the page shows.
#[must_use]
pub fn badges(report: &Report, troubles: usize) -> Vec<Badge> {
    let new = report.codes.iter().filter(|code| code.is_news()).count() as u64;
    let unread = report.inputs.iter().filter(|input| input.is_lossy()).count() as u64;
    let badges = [
        (new, "new code", "new codes", "s-codes", "bad"),
        (unread, "input not read whole", "inputs not read whole", "s-notes", "warn"),
        (report.hints.len() as u64, "note", "notes", "s-notes", "warn"),
        (troubles as u64, "code to look into", "codes to look into", "s-look", ""),
    ];
    let shown = badges.into_iter().filter(|badge| badge.0 > 0);
    shown.map(|(number, one, many, to, tone)| Badge { text: counted(number, one, many), to, tone }).collect()
}
