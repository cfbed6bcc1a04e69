//! What is done with each line that a run shows, whatever the run is for: how its input is read is noted, and it is counted.

use super::run::Seen;
use crate::record::Line;
use crate::scan::lookup;
use crate::summary::fold::Fold;
use crate::summary::shapes::is_piece;

/// Notes how the input of a line is read, whether or not the line counts.
#[inline]
pub fn note_reading(fold: &mut Fold, seen: &Seen<'_>) {
    let offset = seen.origin.offset;
    let reading = fold.reading(seen.origin.input);
    reading.doubt(seen.scanned.doubts);
    if let Line::Record(record) = &seen.scanned.line
        && reading.observe(record, offset)
    {
        reading.insert_fields(offset, lookup::all_fields(seen.text, &record.context, seen.profile));
    }
}

/// Counts a line that nothing took out.
#[inline]
pub fn count(fold: &mut Fold, seen: &Seen<'_>) {
    let line = &seen.scanned.line;
    if matches!(line, Line::NoEnvelope | Line::Malformed(_)) {
        fold.shape(seen.text, seen.origin);
    }
    if matches!(line, Line::Malformed(_)) && is_piece(seen.text) {
        fold.reading(seen.origin.input).piece();
    }
    fold.observe_hashed(line, seen.scanned.anomalies, seen.origin, seen.id_hash);
}
