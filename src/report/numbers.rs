//! Numbers as people read them: counts, percentages, durations, sizes. It knows no report and no zone, and every
//! function is total: what is not a number reads as `?`.

/// A count with thousands separators: `4,810,661`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 line`, `2 lines`.
#[must_use]
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A part of a whole, 0 to 1, in percent: `57.5 %`, `1.15 %`, `0.041 %`. Only nothing reads as 0 and only everything
/// as 100: what is close to them is `<0.001 %` or `>99.99 %`.
#[must_use]
pub fn percent(part: f64) -> String {
    format!("{} %", percent_digits(part))
}

fn percent_digits(part: f64) -> String {
    let percent = part * 100.0;
    if percent.is_nan() {
        return "?".to_owned();
    }
    if percent == 0.0 || percent >= 100.0 {
        return format!("{percent:.0}");
    }
    let digits = match percent {
        p if p >= 99.9 => 2,
        p if p >= 10.0 => 1,
        p if p >= 0.1 => 2,
        _ => 3,
    };
    let text = format!("{percent:.digits$}");
    match text.as_str() {
        "100.00" => ">99.99".to_owned(),
        "0.000" => "<0.001".to_owned(),
        _ => text,
    }
}

/// A share in a column of shares, one decimal: `57.5 %`, `<0.1 %`.
#[must_use]
pub fn share(part: f64) -> String {
    let percent = part * 100.0;
    let text = format!("{percent:.1}");
    match text.as_str() {
        "0.0" if percent > 0.0 => "<0.1 %".to_owned(),
        "100.0" if percent < 100.0 => ">99.9 %".to_owned(),
        "100.0" => "100 %".to_owned(),
        "0.0" => "0 %".to_owned(),
        "NaN" => "? %".to_owned(),
        _ => format!("{text} %"),
    }
}

/// A share in a sentence, as short as it can be: `99 %`, `21 %`, `0.7 %`, `<0.1 %`.
#[must_use]
pub fn rough_percent(part: f64) -> String {
    let percent = part * 100.0;
    if (10.0..99.5).contains(&percent) { format!("{percent:.0} %") } else { share(part) }
}

/// Two ends of a range in percent, with as many digits as it takes to tell them apart, at most five:
/// `1.152 to 1.153 %`.
#[must_use]
pub fn percent_range(low: f64, high: f64) -> String {
    let (low, high) = (low * 100.0, high * 100.0);
    let fewest = if high >= 10.0 { 1 } else { 2 };
    let digits = (fewest..5).find(|&digits| format!("{low:.digits$}") != format!("{high:.digits$}")).unwrap_or(5);
    format!("{low:.digits$} to {high:.digits$} %")
}

/// A duration from milliseconds: `412 us`, `61 ms`, `1.12 s`, `29.6 s`, `4 min 12 s`.
#[must_use]
pub fn duration(ms: f64) -> String {
    if ms.is_nan() {
        return "?".to_owned();
    }
    if ms == 0.0 {
        return "0 ms".to_owned();
    }
    // The limits are those of rounding, so that nothing reads as 1,000 ms or 60.0 s.
    match ms {
        ms if ms < 0.999_5 => format!("{:.0} us", ms * 1e3),
        ms if ms < 9.95 => format!("{ms:.1} ms"),
        ms if ms < 999.5 => format!("{ms:.0} ms"),
        ms if ms < 9_995.0 => format!("{:.2} s", ms / 1e3),
        ms if ms < 59_950.0 => format!("{:.1} s", ms / 1e3),
        // A cast of a float saturates.
        ms => stretch((ms / 1e3).round() as i64),
    }
}

/// A stretch of time from seconds, its two greatest units: `5 min`, `1 h 4 min`, `11 d 9 h`.
#[must_use]
pub fn stretch(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let Some(place) = UNITS.iter().position(|&(size, _)| seconds >= size) else { return format!("{seconds} s") };
    let (size, unit) = UNITS[place];
    let whole = format!("{} {unit}", count((seconds / size).unsigned_abs()));
    match UNITS.get(place + 1) {
        Some(&(small, unit)) if seconds % size / small > 0 => format!("{whole} {} {unit}", seconds % size / small),
        _ => whole,
    }
}

/// A number of calls in a unit of time: `565`, `4.2`.
#[must_use]
pub fn rate(number: f64) -> String {
    // A cast of a float saturates, and what is not a number becomes 0.
    if number < 9.95 { format!("{number:.1}") } else { count(number.round() as u64) }
}

/// How many times as much: `0.25`, `2.8`, `31`.
#[must_use]
pub fn times(times: f64) -> String {
    match times {
        times if times >= 9.95 => count(times.round() as u64),
        times if times >= 0.95 => format!("{times:.1}"),
        times if times >= 0.005 => format!("{times:.2}"),
        _ => "<0.01".to_owned(),
    }
}

/// A size in bytes, in powers of 1,000: `62 bytes`, `1.9 GB`.
#[must_use]
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if number < 1_000 {
        return counted(number, "byte", "bytes");
    }
    let mut size = number as f64 / 1e3;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1e3;
        unit += 1;
    }
    let digits = usize::from(size < 9.95);
    format!("{size:.digits$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_separators() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (4_810_661, "4,810,661"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(count(number), text);
        }
        assert_eq!([rate(0.0), rate(9.94), rate(9.96), rate(1_234.5)], ["0.0", "9.9", "10", "1,235"]);
        assert_eq!(counted(1, "line", "lines"), "1 line");
        assert_eq!(counted(0, "line", "lines"), "0 lines");
    }

    #[test]
    fn only_nothing_is_zero_and_only_everything_is_hundred() {
        for (part, exact, column, rough) in [
            (0.0, "0 %", "0 %", "0 %"),
            (1.0, "100 %", "100 %", "100 %"),
            (0.575, "57.5 %", "57.5 %", "57 %"),
            (0.011_523, "1.15 %", "1.2 %", "1.2 %"),
            (0.004_1, "0.41 %", "0.4 %", "0.4 %"),
            (0.000_41, "0.041 %", "<0.1 %", "<0.1 %"),
            (0.000_000_1, "<0.001 %", "<0.1 %", "<0.1 %"),
            (0.999_999_9, ">99.99 %", ">99.9 %", ">99.9 %"),
            (0.999_7, "99.97 %", ">99.9 %", ">99.9 %"),
            (0.991, "99.1 %", "99.1 %", "99 %"),
            (f64::NAN, "? %", "? %", "? %"),
        ] {
            assert_eq!([percent(part), share(part), rough_percent(part)], [exact, column, rough], "{part}");
        }
    }

    #[test]
    fn ranges_tell_their_ends_apart() {
        assert_eq!(percent_range(0.011_522_9, 0.011_531_4), "1.152 to 1.153 %");
        assert_eq!(percent_range(0.0, 0.5), "0.0 to 50.0 %");
        assert_eq!(percent_range(0.5, 0.5), "50.00000 to 50.00000 %");
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        for (ms, text) in [
            (0.0, "0 ms"),
            (0.412, "412 us"),
            (0.999_9, "1.0 ms"),
            (9.96, "10 ms"),
            (61.4, "61 ms"),
            (999.6, "1.00 s"),
            (1_120.0, "1.12 s"),
            (30_004.0, "30.0 s"),
            (59_990.0, "1 min"),
            (252_000.0, "4 min 12 s"),
            (f64::INFINITY, "106,751,991,167,300 d 15 h"),
            (f64::NAN, "?"),
        ] {
            assert_eq!(duration(ms), text);
        }
        for (seconds, text) in [
            (60, "1 min"),
            (3_840, "1 h 4 min"),
            (983_040, "11 d 9 h"),
            (0, "0 s"),
            (i64::MIN, "-9223372036854775808 s"),
        ] {
            assert_eq!(stretch(seconds), text);
        }
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (number, text) in [
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (999_999, "1.0 MB"),
            (1_900_000_000, "1.9 GB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(bytes(number), text);
        }
    }
}
