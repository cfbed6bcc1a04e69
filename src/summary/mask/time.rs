//! Times in messages: RFC 3339 and what resembles it, RFC 1123, times of day; refuses to know which
//! moment they mean.

use super::cursor::Cursor;

impl Cursor<'_> {
    /// A date with or without a time of day, or a time of day alone.
    pub(super) fn time(&self, at: usize) -> Option<usize> {
        let end = self
            .compact_time(at)
            .or_else(|| self.mail_date(at))
            .or_else(|| {
                let date = self.date(at)?;
                let start = self.byte(date, b"Tt ").unwrap_or(date);
                Some(self.clock(start).unwrap_or(date))
            })
            .or_else(|| self.clock(at))?;
        (!self.is_word_at(end)).then_some(end)
    }

    /// A time that is one run of letters and digits.
    pub(super) fn time_of_one_run(&self, at: usize) -> Option<usize> {
        self.compact_time(at).filter(|&end| !self.is_word_at(end))
    }

    /// `2021-01-13` or `2021/1/13`.
    fn date(&self, at: usize) -> Option<usize> {
        let year = self.digits(at, 4, 4)?;
        let separator = [*self.bytes.get(year)?];
        let month = self.digits(self.byte(year, b"-/")?, 1, 2)?;
        self.digits(self.byte(month, &separator)?, 1, 2)
    }

    /// `20210113T223442Z`.
    fn compact_time(&self, at: usize) -> Option<usize> {
        let date = self.digits(at, 8, 8)?;
        let time = self.digits(self.byte(date, b"T")?, 6, 6)?;
        Some(self.byte(time, b"Z").unwrap_or(time))
    }

    /// `Tue, 13 Jan 2021 22:34:42 GMT`.
    fn mail_date(&self, at: usize) -> Option<usize> {
        const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let day = self.text.get(at..at + 3)?;
        if !DAYS.iter().any(|name| name.eq_ignore_ascii_case(day)) {
            return None;
        }
        let date = self.digits(self.byte(self.byte(at + 3, b",")?, b" ")?, 1, 2)?;
        let month = self.byte(date, b" ")?;
        let month_end = self.alphanumeric_end(month);
        if month_end != month + 3 {
            return None;
        }
        let year = self.digits(self.byte(month_end, b" ")?, 4, 4)?;
        self.clock(self.byte(year, b" ")?)
    }

    /// `22:34:42`, with fraction and zone.
    fn clock(&self, at: usize) -> Option<usize> {
        let hour = self.digits(at, 1, 2)?;
        let minute = self.digits(self.byte(hour, b":")?, 2, 2)?;
        let mut end = self.digits(self.byte(minute, b":")?, 2, 2)?;
        if let Some(fraction) = self.byte(end, b".,").and_then(|at| self.digits(at, 1, 9)) {
            end = fraction;
        }
        let start = self.byte(end, b" ").unwrap_or(end);
        let names = ["Z", "z", "UTC", "GMT", "CST"];
        let named = names.iter().find(|name| self.bytes[start..].starts_with(name.as_bytes()));
        let zone = named.map(|name| start + name.len()).or_else(|| {
            let offset = self.byte(start, b"+-")?;
            let colon = |hour| self.digits(self.byte(hour, b":")?, 2, 2);
            self.digits(offset, 4, 4).or_else(|| colon(self.digits(offset, 2, 2)?))
        });
        Some(zone.filter(|&zone| !self.is_word_at(zone)).unwrap_or(end))
    }
}
