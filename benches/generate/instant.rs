//! Times as text: RFC 3339 in UTC, read and written without a time library; it knows no zone and no clock.

/// Microseconds in a second.
pub const SECOND_US: i64 = 1_000_000;

/// Reads `YYYY-MM-DDTHH:MM:SSZ` into microseconds since 1970-01-01T00:00:00Z.
pub fn parse(text: &str) -> Result<i64, String> {
    let complaint = || format!("{text:?} is not of the form 2026-11-24T00:00:00Z");
    let bytes = text.as_bytes();
    if bytes.len() != 20 || [4, 7, 10, 13, 16, 19].map(|at| bytes[at]) != [b'-', b'-', b'T', b':', b':', b'Z'] {
        return Err(complaint());
    }
    let field = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0, |value, digit| {
            digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0')).ok_or_else(complaint)
        })
    };
    let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
    let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
    let days = days_from_civil(year, month, day);
    if !(2010..2099).contains(&year)
        || hour > 23
        || minute > 59
        || second > 59
        || civil_from_days(days) != (year, month, day)
    {
        return Err(format!("{text:?} is not a time from 2010 to 2098"));
    }
    Ok((days * 86_400 + hour * 3_600 + minute * 60 + second) * SECOND_US)
}

/// Appends `YYYY-MM-DD<separator>HH:MM:SS`.
pub fn push_seconds(out: &mut Vec<u8>, time_us: i64, separator: u8) {
    let seconds = time_us.div_euclid(SECOND_US);
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    let second_of_day = seconds.rem_euclid(86_400);
    let mut text = *b"0000-00-00T00:00:00";
    put(&mut text[0..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    text[10] = separator;
    put(&mut text[11..13], second_of_day / 3_600);
    put(&mut text[14..16], second_of_day / 60 % 60);
    put(&mut text[17..19], second_of_day % 60);
    out.extend_from_slice(&text);
}

/// Appends RFC 3339 with always six fraction digits, as log libraries write it, without a zone.
pub fn push_micros(out: &mut Vec<u8>, time_us: i64) {
    push_seconds(out, time_us, b'T');
    let mut fraction = *b".000000";
    put(&mut fraction[1..], time_us.rem_euclid(SECOND_US));
    out.extend_from_slice(&fraction);
}

/// RFC 3339 in UTC with 0, 3 or 6 fraction digits, the fewest that are exact.
pub fn shortest(time_us: i64) -> String {
    let mut out = Vec::with_capacity(27);
    push_micros(&mut out, time_us);
    let digits = match time_us.rem_euclid(SECOND_US) {
        0 => 19,
        fraction if fraction % 1_000 == 0 => 23,
        _ => 26,
    };
    out.truncate(digits);
    out.push(b'Z');
    String::from_utf8_lossy(&out).into_owned()
}

fn put(digits: &mut [u8], mut value: i64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// Days since 1970-01-01 of a day of the proleptic Gregorian calendar, by Howard Hinnant's method.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}
