//! Times that loggers write as arrays and objects of JSON. It reads valid JSON only; on other bytes it gives none or
//! nonsense, and never panics. Nothing is allocated but strings with escapes.

use std::borrow::Cow;

use super::clock::{Clock, instant, read_clock, read_date, read_offset};
use super::decimal::Decimal;
use super::nanos::{NS_PER_SECOND, Nanos, days_from_date};
use super::stamp::{time_from_number, time_from_text};
use super::zone::Zone;

/// A time from the bytes of one JSON value, in time linear in them; an array ends the reading at its eighth element.
///
/// - A string as in [`time_from_text`], a number as in [`time_from_number`].
/// - An array as in [`time_from_parts`]: `[2026,11,24,10,41,0,412000000]`.
/// - An object with one of these, the first that it has: `$date` (a string, a number or `{"$numberLong":"…"}`),
///   `epochSecond` and, unless it is 0, `nanoOfSecond` as in [`time_from_epoch`]; `date` and `timezone` as in
///   [`time_from_date_and_zone`]; `timestamp` (a string or a number). Numbers may stand as text, other members do not
///   matter, and of a member given twice the last counts.
///
/// None, which is unreadable, for all else.
#[must_use]
pub fn time_from_json(value: &[u8], zone: &Zone) -> Option<Nanos> {
    let (value, _) = Value::split(value)?;
    match value.first() {
        b'[' => from_array(value, zone),
        b'{' => from_object(value, zone),
        _ => from_scalar(value, zone),
    }
}

/// A time from 5 to 7 numbers: year, month, day, hour and minute of a clock in `zone`, then second and nanosecond, as
/// Java's libraries write a date and time of day. None when the date or the time of day does not exist.
#[must_use]
pub fn time_from_parts(parts: &[i64], zone: &Zone) -> Option<Nanos> {
    let (&[year, month, day, hour, minute], rest) = parts.split_first_chunk()?;
    let (second, nanosecond) = match *rest {
        [] => (0, 0),
        [second] => (second, 0),
        [second, nanosecond] => (second, nanosecond),
        _ => return None,
    };
    let days = days_from_date(i32::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    let is_time = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    if !is_time || !(0..NS_PER_SECOND).contains(&nanosecond) {
        return None;
    }
    let second_of_day = hour * 3_600 + minute * 60 + second;
    instant(days, Clock { second_of_day, nanosecond: nanosecond as u32, leap: false }, None, zone)
}

/// A time from seconds since 1970-01-01T00:00:00Z and nanoseconds since that second began, as Log4j writes an instant.
/// None when there are not fewer than a thousand million nanoseconds; a time beyond the range of [`Nanos`] becomes its
/// end.
#[must_use]
pub fn time_from_epoch(second: i64, nano_of_second: i64) -> Option<Nanos> {
    let nanosecond = u32::try_from(nano_of_second).ok().filter(|&it| i64::from(it) < NS_PER_SECOND)?;
    Some(Nanos::from_seconds(second, nanosecond))
}

/// A time from what a clock shows (`2026-11-24 10:41:00.412345`) and the name of its zone, as PHP writes a date: an
/// offset, `UTC`, or a name of the IANA database. None when either is not that, abbreviations that the database does not
/// have (`CST`) included.
#[must_use]
pub fn time_from_date_and_zone(date: &str, zone: &str) -> Option<Nanos> {
    let zone = Zone::parse(zone)?;
    let (days, rest) = read_date(date.as_bytes())?;
    let (clock, rest) = read_clock(rest)?;
    instant(days, clock, read_offset(rest)?, &zone)
}

/// A string or a number as a time.
fn from_scalar(value: Value<'_>, zone: &Zone) -> Option<Nanos> {
    match value.string() {
        Some(text) => time_from_text(&text, zone),
        None => time_from_number(value.number()?),
    }
}

fn from_array(array: Value<'_>, zone: &Zone) -> Option<Nanos> {
    let (mut parts, mut length) = ([0; 7], 0);
    for element in array.parts() {
        *parts.get_mut(length)? = element.whole()?;
        length += 1;
    }
    time_from_parts(parts.get(..length)?, zone)
}

fn from_object(object: Value<'_>, zone: &Zone) -> Option<Nanos> {
    const NAMES: [&str; 6] = ["$date", "epochSecond", "nanoOfSecond", "date", "timezone", "timestamp"];
    match object.members(NAMES) {
        [Some(date), ..] if date.first() == b'{' => {
            let [number] = date.members(["$numberLong"]);
            from_scalar(number?, zone)
        }
        [Some(date), ..] => from_scalar(date, zone),
        [_, Some(second), nano, ..] => time_from_epoch(second.whole()?, nano.map_or(Some(0), Value::whole)?),
        [.., Some(date), Some(timezone), _] => time_from_date_and_zone(&date.string()?, &timezone.string()?),
        [.., timestamp] => from_scalar(timestamp?, zone),
    }
}

/// The bytes of a JSON value.
#[derive(Clone, Copy, Debug)]
struct Value<'t> {
    text: &'t [u8],
}

impl<'t> Value<'t> {
    /// The value that a text begins with after white space, commas and colons, and what follows it; none at the end of an
    /// array or object.
    fn split(text: &'t [u8]) -> Option<(Self, &'t [u8])> {
        let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':'))?;
        let text = text.get(start..)?;
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            match byte {
                b'"' => at = string_end(text, at)?,
                b'[' | b'{' => {
                    depth += 1;
                    at += 1;
                }
                b']' | b'}' => {
                    depth = depth.checked_sub(1)?;
                    at += 1;
                }
                _ if depth > 0 => at += 1,
                _ => {
                    let scalar = text.get(at..)?;
                    let is_end = |byte: &u8| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'E' | b'+' | b'-' | b'.');
                    at += scalar.iter().position(is_end).unwrap_or(scalar.len()).max(1);
                }
            }
            if depth == 0 {
                break;
            }
        }
        let (value, rest) = text.split_at_checked(at)?;
        Some((Self { text: value }, rest))
    }

    fn first(self) -> u8 {
        self.text.first().copied().unwrap_or_default()
    }

    /// The elements of an array; of an object its names and values in turn.
    fn parts(self) -> impl Iterator<Item = Self> {
        let mut rest = self.text.get(1..).unwrap_or_default();
        std::iter::from_fn(move || {
            let (value, after) = Self::split(rest)?;
            rest = after;
            Some(value)
        })
    }

    /// The members of an object by these names, of each the last.
    fn members<const COUNT: usize>(self, names: [&str; COUNT]) -> [Option<Self>; COUNT] {
        let mut found = [None; COUNT];
        let mut parts = self.parts();
        while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            let name = name.string().unwrap_or_default();
            if let Some(place) = names.iter().position(|it| *it == name) {
                found[place] = Some(value);
            }
        }
        found
    }

    /// The value as a string, unescaped; none for one with a lone surrogate, which is neither a time nor a name that matters.
    fn string(self) -> Option<Cow<'t, str>> {
        let inner = self.text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        if inner.contains(&b'\\') {
            return serde_json::from_slice(self.text).ok().map(Cow::Owned);
        }
        str::from_utf8(inner).ok().map(Cow::Borrowed)
    }

    /// The text of a number.
    fn number(self) -> Option<&'t str> {
        matches!(self.first(), b'-' | b'0'..=b'9').then(|| str::from_utf8(self.text).ok())?
    }

    /// A number without a fraction, or a string that is one.
    fn whole(self) -> Option<i64> {
        let text = self.string().or_else(|| self.number().map(Cow::Borrowed))?;
        let number = Decimal::parse(&text)?;
        let magnitude = number.whole()?;
        if number.is_negative() { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
    }
}

/// The place after the closing quote of the string that opens at a place.
fn string_end(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_arrays_and_objects() {
        for (value, expected) in [
            ("[2026,11,24,10,41,0,412000000]", Some("2026-11-24T02:41:00.412Z")),
            (" [ 2026 , 11\n,24,10,41 , 7 ] ", Some("2026-11-24T02:41:07Z")),
            ("[2026,11,24,10,41]", Some("2026-11-24T02:41:00Z")),
            ("[2026,11,24,10,41,0,0.5e1]", Some("2026-11-24T02:41:00.000000005Z")),
            ("[\"2026\",\"11\",\"24\",\"10\",\"41\"]", Some("2026-11-24T02:41:00Z")),
            ("[2026,11,24,10]", None),
            ("[2026,11,24]", None),
            ("[]", None),
            ("[2026,11,24,10,41,0,1,0]", None),
            ("[2026,11,24,10,41,0,1000000000]", None),
            ("[2026,11,24,10,41,0,-1]", None),
            ("[2026,11,24,10,41,0.5]", None),
            ("[2026,11,24,10,41,60]", None),
            ("[2026,11,31,10,41,0]", None),
            ("[2026,11,24,24,0,0]", None),
            ("[2026,11,24,10,41,null]", None),
            ("[2026,11,24,10,41,[0]]", None),
            ("[99999999999,11,24,10,41,0]", None),
            ("[[2026,11,24,10,41,0]]", None),
            (r#"{"$date":"2026-11-24T02:41:00.412Z"}"#, Some("2026-11-24T02:41:00.412Z")),
            (r#"{"$date":1795488060412}"#, Some("2026-11-24T02:41:00.412Z")),
            (r#"{"$date":{"$numberLong":"1795488060412"}}"#, Some("2026-11-24T02:41:00.412Z")),
            (r#"{"$date":{"$numberLong":1795488060412}}"#, Some("2026-11-24T02:41:00.412Z")),
            (r#"{"$date":{"$numberLong":"soon"}}"#, None),
            (r#"{"$date":{}}"#, None),
            (r#"{"$date":[1795488060412]}"#, None),
            (r#"{"$date":null}"#, None),
            (r#"{"epochSecond":1795488060,"nanoOfSecond":412000000}"#, Some("2026-11-24T02:41:00.412Z")),
            (r#"{"nanoOfSecond":"412000000","x":[{}],"epochSecond":"1795488060"}"#, Some("2026-11-24T02:41:00.412Z")),
            (r#"{"epochSecond":1795488060}"#, Some("2026-11-24T02:41:00Z")),
            (r#"{"epochSecond":-1,"nanoOfSecond":5}"#, Some("1969-12-31T23:59:59.000000005Z")),
            (r#"{"epochSecond":9223372036854775807}"#, Some("2262-04-11T23:47:16.854775807Z")),
            (r#"{"epochSecond":9223372036854775808}"#, None),
            (r#"{"epochSecond":1795488060.5,"nanoOfSecond":0}"#, None),
            (r#"{"epochSecond":1795488060,"nanoOfSecond":1000000000}"#, None),
            (r#"{"epochSecond":1795488060,"nanoOfSecond":null}"#, None),
            (
                r#"{"date":"2026-11-24 10:41:00.412345","timezone_type":3,"timezone":"Asia/Shanghai"}"#,
                Some("2026-11-24T02:41:00.412345Z"),
            ),
            (r#"{"date":"2026-11-24 02:41:00.0","timezone":"+00:00"}"#, Some("2026-11-24T02:41:00Z")),
            (r#"{"date":"2026\/11\/24 02:41:00","timezone":"UTC"}"#, Some("2026-11-24T02:41:00Z")),
            (r#"{"date":"2026-11-24 02:41:00","timezone":"CST"}"#, None),
            (r#"{"date":"2026-11-24 02:41:00","timezone":"Mars/Olympus"}"#, None),
            (r#"{"date":"2026-11-24 02:41:00","timezone":null}"#, None),
            (r#"{"date":"2026-11-24 02:41:00"}"#, None),
            (r#"{"date":1795488060,"timezone":"UTC"}"#, None),
            (r#"{"timestamp":1795488060.412}"#, Some("2026-11-24T02:41:00.412Z")),
            (r#"{"timestamp":"1795488060412"}"#, Some("2026-11-24T02:41:00.412Z")),
            (r#"{"timestamp":"2026-11-24 10:41:00"}"#, Some("2026-11-24T02:41:00Z")),
            (r#"{"timestamp":1,"\u0074imestamp":1795488060}"#, Some("2026-11-24T02:41:00Z")),
            (r#"{"timestamp":1795488060,"\ud800":0,"y":1e400,"n":"}\""}"#, Some("2026-11-24T02:41:00Z")),
            (r#"{"timestamp":{"timestamp":1795488060}}"#, None),
            (r#"{"x":{"timestamp":1795488060}}"#, None),
            (r#"{"time":1795488060}"#, None),
            ("{}", None),
            ("1795488060.412", Some("2026-11-24T02:41:00.412Z")),
            ("\"24/Nov/2026:10:41:00 +0800\"", Some("2026-11-24T02:41:00Z")),
            ("true", None),
            ("null", None),
            ("", None),
            ("[", None),
            ("{\"timestamp\":", None),
            ("{\"timestamp", None),
            ("\"", None),
        ] {
            let shown = time_from_json(value.as_bytes(), &Zone::Fixed(28_800)).map(|time| time.to_string());
            assert_eq!(shown.as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn deep_and_long_values_cost_no_more_than_their_length() {
        let deep = format!("{{\"x\":{}{},\"timestamp\":1795488060}}", "[".repeat(500_000), "]".repeat(500_000));
        assert!(time_from_json(deep.as_bytes(), &Zone::Utc).is_some());
        let long = format!("[{}0]", "0,".repeat(1_000_000));
        assert_eq!(time_from_json(long.as_bytes(), &Zone::Utc), None);
    }

    proptest! {
        #[test]
        fn every_form_reads_back(nanos in 0_i64..4_133_980_800_000_000_000, blank in "[ \t\r\n]{0,2}", extra: bool) {
            let (second, nano) = (nanos / NS_PER_SECOND, nanos % NS_PER_SECOND);
            let time = jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap();
            let zone = Zone::parse("Asia/Shanghai").unwrap();
            let clock = time.to_zoned(jiff::tz::TimeZoneDatabase::bundled().get("Asia/Shanghai").unwrap());
            let (date, day) = (clock.strftime("%Y-%m-%d %H:%M:%S%.9f"), clock.strftime("%Y,%-m,%-d,%-H,%-M,%-S"));
            let members = [
                format!("\"$date\"{blank}:{blank}\"{time}\""),
                format!("\"$date\":{blank}{nanos}"),
                format!("\"$date\":{{\"$numberLong\":\"{nanos}\"}}"),
                format!("\"epochSecond\":{second},{blank}\"nanoOfSecond\":{nano}"),
                format!("\"date\":\"{date}\",\"timezone_type\":3,\"timezone\":\"Asia\\/Shanghai\""),
                format!("\"timestamp\":\"{date}\""),
            ];
            let extra = if extra { "\"x\":[1,{\"timestamp\":2}]," } else { "" };
            let mut forms: Vec<_> = members.iter().map(|member| format!("{{{blank}{extra}{member}{blank}}}")).collect();
            forms.push(format!("[{blank}{day}{blank},{nano}]"));
            for form in forms {
                // Before 1992, Shanghai set its clocks back, and small numbers are of another unit.
                if second > 1_000_000_000 {
                    prop_assert_eq!(time_from_json(form.as_bytes(), &zone), Some(Nanos(nanos)), "{}", form);
                }
                for cut in 0..form.len() {
                    let _ = time_from_json(&form.as_bytes()[..cut], &zone);
                }
            }
        }

        #[test]
        fn no_bytes_are_too_odd(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            like in "[\\[{]{0,2}(\"(date|timezone|\\$date|timestamp|epochSecond)\"?[:,]?|[0-9]{1,10},?|[\\[\\]{},:\"\\\\]){0,12}",
            year: i64, second: i64, nano: i64,
        ) {
            let _ = time_from_json(&bytes, &Zone::Utc);
            let _ = time_from_json(like.as_bytes(), &Zone::Utc);
            let _ = time_from_parts(&[year, 1, 1, 1, 1, second, nano], &Zone::Utc);
            let _ = time_from_epoch(second, nano);
        }
    }
}
