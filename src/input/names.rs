//! What the name of a rotated file tells: its date, its numbers, and the names it stands in a row with. It opens no file.

use std::path::Path;

use crate::time::days_from_date;

/// Extensions of archives, which say nothing of a file's place in a row.
const ARCHIVES: [&str; 6] = ["gz", "zst", "bz2", "xz", "lz4", "zip"];
/// Digits of the number that rotation appends, as in `app.log.12`, at the most.
const ROTATION_DIGITS_MAX: usize = 4;
/// Digits of any other number, at the most; longer ones are no numbers but ids and times.
const NUMBER_DIGITS_MAX: usize = 9;
/// How many numbers after a date count: hour, minute, second, part.
const NUMBERS_MAX: usize = 4;
/// Years that are taken for such.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// The place of a file in a row of files, as far as its name tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// The name of the row: the path with `#` for the date and the numbers, without the extensions of archives.
    pub row: String,
    /// The last date in the path, in days since 1970.
    pub date: Option<i64>,
    /// Of a dated name the numbers after the date, such as hour or part; else the last number of the name, if any.
    /// The higher, the newer.
    pub numbers: Vec<u64>,
    /// The number that rotation appended, 1 in `app.log.1`; the higher, the older.
    pub rotation: Option<u64>,
}

impl Name {
    /// What a path tells. Folders may be dates; other numbers count in the last part only.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let text = path.to_string_lossy();
        let mut text: &str = &text;
        while let Some((stem, extension)) = text.rsplit_once('.')
            && ARCHIVES.iter().any(|archive| extension.eq_ignore_ascii_case(archive))
        {
            text = stem;
        }
        let file = text.rfind('/').map_or(0, |slash| slash + 1);
        let dates = dates(text);
        if let Some(last) = dates.last() {
            return Self::dated(text, file.max(last.end), &dates);
        }
        if let Some((stem, digits)) = text.rsplit_once('.')
            && stem.len() > file
            && digits.len() <= ROTATION_DIGITS_MAX
            && let Some(rotation) = number(digits)
        {
            return Self { row: stem.to_owned(), rotation: Some(rotation), ..Self::default() };
        }
        let last = runs(text, file).rev().find_map(|(start, end)| Some((start, end, number(text.get(start..end)?)?)));
        let Some((start, end, number)) = last else { return Self { row: text.to_owned(), ..Self::default() } };
        let row = [text.get(..start).unwrap_or_default(), "#", text.get(end..).unwrap_or_default()].concat();
        Self { row, numbers: vec![number], ..Self::default() }
    }

    fn dated(text: &str, behind: usize, dates: &[Date]) -> Self {
        let mut name = Self { date: dates.last().map(|date| date.days), ..Self::default() };
        let mut done = 0;
        for date in dates {
            name.row.push_str(text.get(done..date.start).unwrap_or_default());
            name.row.push('#');
            done = date.end;
        }
        for (start, end) in runs(text, behind) {
            let number = text.get(start..end).and_then(number);
            if let Some(number) = number.filter(|_| name.numbers.len() < NUMBERS_MAX) {
                name.row.push_str(text.get(done..start).unwrap_or_default());
                name.row.push('#');
                name.numbers.push(number);
                done = end;
            }
        }
        name.row.push_str(text.get(done..).unwrap_or_default());
        name
    }
}

fn number(digits: &str) -> Option<u64> {
    let is_number = (1..=NUMBER_DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}

/// The runs of digits from a place on, with the places after them.
fn runs(text: &str, from: usize) -> impl DoubleEndedIterator<Item = (usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (place, byte) in text.bytes().enumerate().skip(from) {
        if byte.is_ascii_digit() {
            match runs.last_mut() {
                Some((_, end)) if *end == place => *end += 1,
                _ => runs.push((place, place + 1)),
            }
        }
    }
    runs.into_iter()
}

/// A date in a path.
struct Date {
    start: usize,
    end: usize,
    days: i64,
}

/// The dates of a path: `20261124` with or without a time of day after it, `2026-11-24`, `2026_11_24`, `2026.11.24`,
/// `2026/11/24`.
fn dates(text: &str) -> Vec<Date> {
    let runs: Vec<_> = runs(text, 0).collect();
    let digits = |place: usize| runs.get(place).and_then(|&(start, end)| text.get(start..end));
    let mut dates = Vec::new();
    let mut place = 0;
    while let Some(&(start, end)) = runs.get(place) {
        place += 1;
        if matches!(end - start, 8 | 10 | 12 | 14) {
            // A time of day after the date is left to the numbers.
            let days = text.get(start..start + 8).and_then(|all| days(all.get(..4)?, all.get(4..6)?, all.get(6..8)?));
            dates.extend(days.map(|days| Date { start, end: start + 8, days }));
        } else if let (Some(year), Some(month), Some(day)) = (digits(place - 1), digits(place), digits(place + 1))
            && let (Some(&(month_start, month_end)), Some(&(day_start, day_end))) =
                (runs.get(place), runs.get(place + 1))
            && is_between(text, end, month_start)
            && is_between(text, month_end, day_start)
            && let Some(days) = days(year, month, day)
        {
            dates.push(Date { start, end: day_end, days });
            place += 2;
        }
    }
    dates
}

/// Whether one character stands between the parts of a date, and it is one that does.
fn is_between(text: &str, from: usize, to: usize) -> bool {
    matches!(text.get(from..to), Some("-" | "_" | "." | "/"))
}

fn days(year: &str, month: &str, day: &str) -> Option<i64> {
    if year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let year = year.parse().ok().filter(|year| YEARS.contains(year))?;
    days_from_date(year, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str) -> (String, Option<i64>, Vec<u64>, Option<u64>) {
        let Name { row, date, numbers, rotation } = Name::of(Path::new(path));
        (row, date, numbers, rotation)
    }

    #[test]
    fn names_of_every_rotation_are_understood() {
        let day = days_from_date(2026, 11, 24);
        let row = |row: &str| row.to_owned();
        assert_eq!(told("logs/app.log"), (row("logs/app.log"), None, vec![], None));
        assert_eq!(told("app.log.2.gz"), (row("app.log"), None, vec![], Some(2)));
        assert_eq!(told("host7/app.log.10"), (row("host7/app.log"), None, vec![], Some(10)));
        assert_eq!(told("app.log-20261124.gz"), (row("app.log-#"), day, vec![], None));
        assert_eq!(told("app-2026-11-24.log"), (row("app-#.log"), day, vec![], None));
        assert_eq!(told("app-2026-11-24.3.log.zst"), (row("app-#.#.log"), day, vec![3], None));
        assert_eq!(told("app.2026-11-24T07_30.log"), (row("app.#T#_#.log"), day, vec![7, 30], None));
        assert_eq!(told("2026/11/24/05/app.log"), (row("#/05/app.log"), day, vec![], None));
        assert_eq!(told("app-2026112407.log"), (row("app-##.log"), day, vec![7], None));
        assert_eq!(told("api-02.ndjson"), (row("api-#.ndjson"), None, vec![2], None));
        assert_eq!(told("v2/part-00017"), (row("v2/part-#"), None, vec![17], None));
        // No date, no number.
        assert_eq!(told("app-2026-13-24.log"), (row("app-2026-13-#.log"), None, vec![24], None));
        assert_eq!(told("app.log.20261324"), (row("app.log.#"), None, vec![20_261_324], None));
        assert_eq!(told("id-12345678901234567890"), (row("id-12345678901234567890"), None, vec![], None));
        assert_eq!(told(".1"), (row(".#"), None, vec![1], None));
        assert_eq!(told("-"), (row("-"), None, vec![], None));
        assert_eq!(told(""), (row(""), None, vec![], None));
        assert_eq!(told("日志-20261124.log.xz"), (row("日志-#.log"), day, vec![], None));
    }
}
