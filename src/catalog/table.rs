//! Looks lines up in sorted text, without building anything. It refuses to know what the columns mean.
//!
//! A table is text in lines that end with LF: a key, a TAB, the rest. The lines stand in the byte order of their keys,
//! and comments (`#`) stand only at the top, where byte order has them anyway.

/// The columns after `key`, as one text; `None` if no line has that key. Takes a number of steps logarithmic in the size of the table.
pub(super) fn find(table: &'static str, key: &str) -> Option<&'static str> {
    line(table, key).map(|(_, rest)| rest)
}

/// The key itself, as the table has it; `None` if no line has it.
pub(super) fn key(table: &'static str, key: &str) -> Option<&'static str> {
    line(table, key).map(|(found, _)| found)
}

/// The key and the rest of the line of `key`.
fn line(table: &'static str, key: &str) -> Option<(&'static str, &'static str)> {
    let bytes = table.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low.midpoint(high);
        let before = bytes.get(low..middle)?;
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(low, |lf| low + lf + 1);
        let line = table.get(start..)?.split('\n').next()?;
        let (found, rest) = line.split_once('\t').unwrap_or((line, ""));
        match found.as_bytes().cmp(key.as_bytes()) {
            std::cmp::Ordering::Equal if line.starts_with('#') => return None,
            std::cmp::Ordering::Equal => return Some((found, rest)),
            std::cmp::Ordering::Less => low = start + line.len() + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

/// All lines but comments and empty ones, as (key, rest), in the order of the table.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once('\t').unwrap_or((line, "")))
}

/// Column `index` (from 0) of the rest of a line; empty if there is none.
pub(super) fn column(rest: &'static str, index: usize) -> &'static str {
    rest.split('\t').nth(index).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# a comment\nA\t1\nA.B\t2\tx\nB\t3\nb\t4\n";

    #[test]
    fn every_key_is_found_and_nothing_else() {
        for (name, rest) in rows(TABLE) {
            assert_eq!((key(TABLE, name), find(TABLE, name)), (Some(name), Some(rest)), "{name}");
        }
        for key in ["", "# a comment", "A.", "A.B ", "AA", "C", "c", "\u{ff}", "A\t1"] {
            assert_eq!(find(TABLE, key), None, "{key}");
        }
        assert_eq!(find("", "A"), None);
        assert_eq!(column("2\tx", 1), "x");
        assert_eq!(column("2\tx", 2), "");
    }
}
