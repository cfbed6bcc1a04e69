//! What the inputs do not cover, as their names and ids show: holes in rows of rotated files, and files that repeat
//! each other. It opens no file; damage and gaps in time stand in the report itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::input::names::Name;
use crate::summary::overlap::Overlap;

/// How many holes, groups or paths one sentence names.
const NAMED_MAX: usize = 3;
/// How many files make a row, unless rotation numbered them.
const ROW_MIN: usize = 3;

/// A hole in a row of files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hole {
    /// The rank of the file before it.
    pub after: usize,
    /// The rank of the file behind it.
    pub before: usize,
    /// How many files are missing.
    pub missing: u64,
}

/// The holes in the rows that these paths form, the paths of each hole in the order of dates or numbers.
#[must_use]
pub fn holes(paths: &[&str]) -> Vec<Hole> {
    let names: Vec<_> = paths.iter().map(|path| Name::of(Path::new(path))).collect();
    let mut rows: BTreeMap<(Row, &str, Vec<i64>), BTreeMap<i64, usize>> = BTreeMap::new();
    for (rank, name) in names.iter().enumerate() {
        for (kind, place, beside) in places(name) {
            rows.entry((kind, name.row.as_str(), beside)).or_default().entry(place).or_insert(rank);
        }
    }
    // A log that is still written is the first of those that rotation numbered.
    for (rank, path) in paths.iter().enumerate() {
        if let Some(row) = rows.get_mut(&(Row::Rotated, *path, Vec::new())) {
            row.entry(0).or_insert(rank);
        }
    }
    let mut holes = BTreeSet::new();
    rows.iter().for_each(|((kind, ..), row)| holes.extend(holes_of(*kind, row)));
    holes.into_iter().collect()
}

/// What puts files in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    Rotated,
    Dated,
    Numbered,
}

/// The places that a file has in rows, with what the files of the row have in common beside their name.
fn places(name: &Name) -> Vec<(Row, i64, Vec<i64>)> {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut places = Vec::new();
    places.extend(name.rotation.map(|rotation| (Row::Rotated, whole(rotation), Vec::new())));
    places.extend(name.date.map(|date| (Row::Dated, date, Vec::new())));
    if let Some((&last, others)) = name.numbers.split_last() {
        let beside = name.date.into_iter().chain(others.iter().copied().map(whole)).collect();
        places.push((Row::Numbered, whole(last), beside));
    }
    places
}

/// The holes of a row, if it is one: its files are about equally far from each other, and more are there than missing.
fn holes_of(kind: Row, row: &BTreeMap<i64, usize>) -> Vec<Hole> {
    let enough = if kind == Row::Rotated { 2 } else { ROW_MIN };
    let steps = || row.iter().zip(row.iter().skip(1)).map(|((a, after), (b, before))| (b - a, *after, *before));
    let step = if kind == Row::Dated { steps().map(|(step, ..)| step).min().unwrap_or(1) } else { 1 };
    let is_regular = steps().all(|(length, ..)| length % step == 0);
    let hole = |(length, after, before): (i64, usize, usize)| Hole {
        after,
        before,
        missing: (length / step - 1).unsigned_abs(),
    };
    let holes: Vec<_> = steps().filter(|(length, ..)| *length > step).map(hole).collect();
    let missing: u64 = holes.iter().map(|hole| hole.missing).sum();
    if row.len() >= enough && is_regular && missing <= row.len() as u64 { holes } else { Vec::new() }
}

/// Says which files seem to be missing; `paths` are the inputs as they are shown.
#[must_use]
pub fn say_holes(paths: &[&str]) -> Option<String> {
    let holes = holes(paths);
    let path = |rank: usize| paths.get(rank).copied().unwrap_or_default();
    let one = |hole: &Hole| format!("{} missing between {} and {}", hole.missing, path(hole.after), path(hole.before));
    let said: Vec<_> = holes.iter().take(NAMED_MAX).map(one).collect();
    let more =
        if holes.len() > NAMED_MAX { format!("; {} more holes", holes.len() - NAMED_MAX) } else { String::new() };
    (!said.is_empty()).then(|| format!("the names of the inputs have holes: {}{more}", said.join("; ")))
}

/// Says which inputs repeat each other; `paths` are the inputs as they are shown.
#[must_use]
pub fn say_repeats(overlap: &Overlap, paths: &[&str]) -> Option<String> {
    let groups = overlap.groups();
    let path = |rank: &u32| paths.get(*rank as usize).copied().unwrap_or_default();
    let one = |group: &Vec<u32>| {
        let shown: Vec<_> = group.iter().take(NAMED_MAX).map(path).collect();
        let more = group.len() - shown.len();
        shown.join(", ") + &(if more > 0 { format!(" and {more} more") } else { String::new() })
    };
    let said: Vec<_> = groups.iter().take(NAMED_MAX).map(one).collect();
    let more =
        if groups.len() > NAMED_MAX { format!("; {} more groups", groups.len() - NAMED_MAX) } else { String::new() };
    (!said.is_empty()).then(|| format!("these inputs hold the same request ids: {}{more}", said.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(paths: &[&str]) -> Option<String> {
        let mut paths = paths.to_vec();
        paths.sort();
        say_holes(&paths)
    }

    #[test]
    fn holes_in_rows_are_told() {
        let some = |holes: &str| Some(format!("the names of the inputs have holes: {holes}"));
        assert_eq!(
            said(&["app.log", "app.log.1", "app.log.3.gz"]),
            some("1 missing between app.log.1 and app.log.3.gz")
        );
        assert_eq!(said(&["app.log", "app.log.2", "x"]), some("1 missing between app.log and app.log.2"));
        assert_eq!(
            said(&["a-2026-11-28.gz", "a-2026-11-29.gz", "a-2026-12-01.gz", "a-2026-12-04.gz"]),
            some(
                "1 missing between a-2026-11-29.gz and a-2026-12-01.gz; 2 missing between a-2026-12-01.gz and a-2026-12-04.gz"
            )
        );
        assert_eq!(
            said(&["2026/11/01/a", "2026/11/08/a", "2026/11/22/a"]),
            some("1 missing between 2026/11/08/a and 2026/11/22/a")
        );
        assert_eq!(said(&["api-01", "api-02", "api-04"]), some("1 missing between api-02 and api-04"));
        assert_eq!(
            said(&["a-2026-11-24.08", "a-2026-11-24.09", "a-2026-11-24.11"]),
            some("1 missing between a-2026-11-24.09 and a-2026-11-24.11")
        );
        let many: Vec<_> = (0..20).map(|number| format!("p{}", number * 2 - number % 2)).collect();
        let many = said(&many.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        assert!(many.ends_with("; 6 more holes"), "{many}");
    }

    #[test]
    fn what_is_no_row_has_no_holes() {
        for paths in [
            &["app.log", "app.log.1", "app.log.2"][..],
            &["web1.log", "web3.log"],
            &["a-2026-11-24", "a-2026-11-27"],
            &["a-2026-11-24", "a-2026-11-26", "a-2026-11-29"],
            &["a-2026-11-24", "a-2026-11-25", "b-2026-11-27"],
            &["host1/app.log.1", "host2/app.log.3"],
            &["r7", "r100", "r5000"],
            &["app.log.1", "app.log.9"],
            &["a", "b", "-"],
            &[],
        ] {
            assert_eq!(said(paths), None, "{paths:?}");
        }
    }

    #[test]
    fn repeats_are_named_and_bounded() {
        let paths: Vec<_> = (0..20).map(|rank| format!("p{rank}")).collect();
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        let mut overlap = Overlap::default();
        assert_eq!(say_repeats(&overlap, &paths), None);
        for rank in 0..20 {
            (0..40).for_each(|hash| overlap.insert(rank, 1000 * u64::from(rank % 4) + hash));
        }
        let said = say_repeats(&overlap, &paths).unwrap();
        let expected = "p0, p4, p8 and 2 more; p1, p5, p9 and 2 more; p2, p6, p10 and 2 more; 1 more groups";
        assert_eq!(said, format!("these inputs hold the same request ids: {expected}"));
    }
}
