//! Codes that somebody knows about and does not want to hear of: until a day, up to a number. It knows no report and
//! no clock.

use crate::time::{Civil, Nanos, days_from_date};

/// One line of an `--ack` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// The code, to the byte.
    pub code: String,
    /// The last day in UTC on which it is muted, `2026-12-01`; for good when there is none.
    pub until: Option<Day>,
    /// It is muted up to this number of failures in a report.
    pub failures_max: Option<u64>,
    /// Why.
    pub note: Option<String>,
}

/// A day in UTC, of the years 0 to 9999: more than there are points in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: i32,
    month: u8,
    day: u8,
}

impl Day {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let is_date = |part: &str, digits| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        if parts.next().is_some() || !is_date(year, 4) || !is_date(month, 2) || !is_date(day, 2) {
            return None;
        }
        let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        days_from_date(year, month, day)?;
        Some(Self { year, month, day })
    }

    fn is_over(self, now: Nanos) -> bool {
        let Civil { year, month, day, .. } = now.civil();
        self < Self { year, month, day }
    }

    fn name(self) -> String {
        let Self { year, month, day } = self;
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// What is wrong with a line of an `--ack` file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct AckError {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl Acknowledged {
    /// Reads lines of `CODE [UNTIL [CEILING [NOTE]]]`, with tabs between the fields or, in a line without tabs, blanks;
    /// `-` or nothing between two tabs is not a value. Lines that begin with `#` and empty ones are skipped, a byte order
    /// mark and CR before LF are tolerated.
    ///
    /// # Errors
    ///
    /// The first line that is none of these, or that names a code again.
    pub fn parse(text: &str) -> Result<Vec<Self>, AckError> {
        let mut all: Vec<Self> = Vec::new();
        for (line, text) in (1..).zip(text.strip_prefix('\u{feff}').unwrap_or(text).lines()) {
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let one = Self::parse_line(text).map_err(|problem| AckError { line, problem })?;
            if all.iter().any(|known| known.code == one.code) {
                return Err(AckError { line, problem: format!("{:?} is acknowledged twice", one.code) });
            }
            all.push(one);
        }
        Ok(all)
    }

    fn parse_line(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = match text.contains('\t') {
            true => text.splitn(4, '\t').collect(),
            false => words(text),
        };
        let field = |place: usize| fields.get(place).map(|it| it.trim()).filter(|it| !it.is_empty() && *it != "-");
        // A code is kept to the byte between tabs: one may end with a blank.
        let code = fields.first().copied().filter(|code| !code.trim().is_empty()).ok_or("a code is missing")?;
        let until = field(1).map(|text| {
            let expected = "expected a day such as 2026-12-01, or -, after the code";
            Day::parse(text).ok_or_else(|| format!("{text:?} is not a day; {expected}"))
        });
        let failures_max = field(2).map(|text| {
            let expected = "expected a number of failures, or -, after the day";
            text.parse().map_err(|_| format!("{text:?} is not a number; {expected}"))
        });
        Ok(Self {
            code: code.to_owned(),
            until: until.transpose()?,
            failures_max: failures_max.transpose()?,
            note: field(3).map(str::to_owned),
        })
    }

    /// Whether a code with this number of failures is muted now.
    #[must_use]
    pub fn mutes(&self, failures: u64, now: Nanos) -> bool {
        !self.until.is_some_and(|day| day.is_over(now)) && self.failures_max.is_none_or(|most| failures <= most)
    }

    /// The line as reports name it, without the note: `CODE until 2026-12-01, at most 500`.
    #[must_use]
    pub fn terms(&self) -> String {
        let until = self.until.map(|day| format!(" until {}", day.name()));
        let most = self.failures_max.map(|most| format!(" at most {most}"));
        let terms: Vec<_> = until.into_iter().chain(most).collect();
        self.code.clone() + &terms.join(",")
    }

    /// Why a code with this number of failures is muted, or is not any more.
    #[must_use]
    pub fn reason(&self, failures: u64, now: Nanos) -> String {
        let until = self.until.map(|day| match day.is_over(now) {
            true => format!("was acknowledged until {}", day.name()),
            false => format!("acknowledged until {}", day.name()),
        });
        let mut text = until.unwrap_or_else(|| "acknowledged".to_owned());
        if let Some(most) = self.failures_max {
            let verb = if failures > most { "has more than the" } else { "up to" };
            text += &format!(", {verb} {most} failures{}", if failures > most { " that are known" } else { "" });
        }
        if let Some(note) = &self.note {
            text += &format!(": {note}");
        }
        text
    }
}

/// At most four fields with blanks between them, the last with all that is left.
fn words(text: &str) -> Vec<&str> {
    let mut rest = text.trim();
    let mut fields = Vec::new();
    while !rest.is_empty() && fields.len() < 3 {
        let (field, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        fields.push(field);
        rest = behind.trim_start();
    }
    if !rest.is_empty() {
        fields.push(rest);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last second of a day.
    fn now(text: &str) -> Nanos {
        let Day { year, month, day } = Day::parse(text).unwrap();
        Nanos::from_civil(Civil { year, month, day, hour: 23, minute: 59, second: 59, nanosecond: 0 }).unwrap()
    }

    #[test]
    fn lines_have_a_code_and_up_to_three_fields_more() {
        let text = "\u{feff}# what we know about\n\nA.B\r\nC 2026-12-01\nD  -  50   a  note, - and 7\n\
                    E \t2026-12-01\t\tnote\tof tabs\nF\t-\t7\n  G 2026-12-01 0\n";
        let all = Acknowledged::parse(text).unwrap();
        let shown: Vec<_> = all.iter().map(|it| (it.terms(), it.note.as_deref().unwrap_or_default())).collect();
        let expected = [
            ("A.B", ""),
            ("C until 2026-12-01", ""),
            ("D at most 50", "a  note, - and 7"),
            ("E  until 2026-12-01", "note\tof tabs"),
            ("F at most 7", ""),
            ("G until 2026-12-01, at most 0", ""),
        ];
        assert_eq!(shown, expected.map(|(terms, note)| (terms.to_owned(), note)));
    }

    #[test]
    fn errors_name_the_line() {
        for (text, line, problem) in [
            ("A\n\nB soon", 3, "\"soon\" is not a day"),
            ("A 2026-02-30", 1, "is not a day"),
            ("A 2026-1-1", 1, "is not a day"),
            ("A - many", 1, "\"many\" is not a number"),
            ("A - -5", 1, "is not a number"),
            ("A\nB\nA 2026-12-01", 3, "\"A\" is acknowledged twice"),
            ("\t2026-12-01", 1, "a code is missing"),
        ] {
            let error = Acknowledged::parse(text).unwrap_err();
            assert_eq!(error.line, line, "{text:?}");
            assert!(error.problem.contains(problem), "{text:?}: {error}");
        }
    }

    #[test]
    fn it_mutes_through_its_day_and_up_to_its_ceiling() {
        let [one] = Acknowledged::parse("A 2026-12-01 50 shortage").unwrap().try_into().unwrap();
        assert!(one.mutes(50, now("2026-12-01")));
        assert!(!one.mutes(51, now("2026-12-01")));
        assert!(!one.mutes(1, Nanos(now("2026-12-01").0 + 1_000_000_000)));
        assert_eq!(one.reason(50, now("2026-12-01")), "acknowledged until 2026-12-01, up to 50 failures: shortage");
        let known = "was acknowledged until 2026-12-01, has more than the 50 failures that are known: shortage";
        assert_eq!(one.reason(51, now("2026-12-02")), known);
    }

    #[test]
    fn a_day_beyond_the_last_point_in_time_is_shown_as_it_was_given() {
        for day in ["0000-01-01", "1600-02-29", "2262-04-12", "9999-12-31"] {
            let [one] = Acknowledged::parse(&format!("A {day}")).unwrap().try_into().unwrap();
            assert_eq!(one.terms(), format!("A until {day}"));
            assert_eq!(one.mutes(1, Nanos::MAX), day > "2262-04-11", "{day}");
            assert_eq!(one.mutes(1, Nanos::MIN), day > "1677", "{day}");
        }
    }
}
