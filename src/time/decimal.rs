//! A number's text as an exact decimal. It never goes through floating point, and does not know what is counted.

use super::digits::Digits;

/// A number as it is written, to 20 significant digits: as many as the largest results have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decimal {
    negative: bool,
    /// How many digits were written, from the first that is not 0.
    digits: i64,
    /// The first [`LEADING_DIGITS`] of them, or all.
    leading: u64,
    /// The one after those, or 0.
    next: u8,
    /// Whether there is anything but 0 after that.
    more: bool,
    /// How many digits are before the point, 0 or fewer when the magnitude is below 1; saturated.
    before_point: i64,
}

/// As many digits as fit a word whatever they are.
const LEADING_DIGITS: i64 = 19;

/// 10 to the power of 0 to 19.
const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// The number of a text times 10 to the power of `places`, at most 9, as [`Decimal::scaled`] gives it, when it is written
/// as most are: up to seven digits, and up to eight after a point. None for all others, whatever they are.
#[inline]
pub(super) fn plain_scaled(text: &[u8], places: u32) -> Option<u64> {
    const FRACTION_UNITS: u64 = 100_000_000;
    let scale = *POWERS.get(places.min(9) as usize)?;
    let whole = Digits::leading(text);
    let scaled = u64::from(whole.number()) * scale;
    match text.get(whole.count()..)? {
        [] if matches!(whole.count(), 1..=7) => Some(scaled),
        [b'.', fraction @ ..] if matches!(whole.count(), 1..=7) => {
            let digits = Digits::leading(fraction);
            let is_all = digits.count() == fraction.len() && !fraction.is_empty();
            is_all.then(|| scaled + u64::from(digits.fraction()) * scale / FRACTION_UNITS)
        }
        _ => None,
    }
}

impl Decimal {
    /// Reads a text that is one number of the JSON grammar, leading zeros allowed.
    pub fn parse(text: &str) -> Option<Self> {
        match Self::parse_prefix(text.as_bytes())? {
            (decimal, []) => Some(decimal),
            _ => None,
        }
    }

    /// Reads the number that a text begins with, and gives it with what follows.
    pub(super) fn parse_prefix(text: &[u8]) -> Option<(Self, &[u8])> {
        let mut decimal = Self::default();
        let text = match text {
            [b'-', rest @ ..] => {
                decimal.negative = true;
                rest
            }
            _ => text,
        };
        let mut rest = decimal.read_digits(text);
        if rest.len() == text.len() {
            return None;
        }
        decimal.before_point = decimal.digits;
        if let [b'.', fraction @ ..] = rest {
            rest = decimal.read_digits(fraction);
            let length = fraction.len() - rest.len();
            if length == 0 {
                return None;
            }
            if decimal.before_point == 0 {
                decimal.before_point = decimal.digits - length as i64;
            }
        }
        if let [b'e' | b'E', written @ ..] = rest {
            let (exponent, behind) = read_exponent(written)?;
            decimal.before_point = decimal.before_point.saturating_add(exponent);
            rest = behind;
        }
        Some((decimal, rest))
    }

    /// Whether it is below zero; `-0` is not.
    pub const fn is_negative(&self) -> bool {
        self.negative && self.digits > 0
    }

    /// How many digits the magnitude has before its point, exponent counted in; 0 or fewer when it is below 1.
    pub(super) const fn digits_before_point(&self) -> i64 {
        if self.digits == 0 { 0 } else { self.before_point }
    }

    /// The magnitude times 10 to the power of `places`, what is after the point dropped; none above `u64`.
    pub(super) fn scaled(&self, places: u32) -> Option<u64> {
        let wanted = self.before_point.saturating_add(i64::from(places));
        if self.digits == 0 || wanted <= 0 {
            return Some(0);
        }
        let held = self.digits.min(LEADING_DIGITS);
        if wanted <= held {
            return power(held - wanted).map(|unwanted| self.leading / unwanted);
        }
        if self.digits <= LEADING_DIGITS {
            return self.leading.checked_mul(power(wanted - held)?);
        }
        // 2^64 has 20 digits, so a number of more is larger.
        if wanted > LEADING_DIGITS + 1 {
            return None;
        }
        self.leading.checked_mul(10)?.checked_add(u64::from(self.next))
    }

    /// The magnitude when nothing but zeros is after the point; none above `u64`.
    pub fn whole(&self) -> Option<u64> {
        let value = self.scaled(0)?;
        let held = self.digits.min(LEADING_DIGITS);
        let wanted = self.digits_before_point();
        let dropped_nothing = if wanted <= 0 {
            self.digits == 0
        } else if wanted > LEADING_DIGITS {
            !self.more
        } else {
            let unwanted = power((held - wanted).max(0))?;
            self.leading.is_multiple_of(unwanted) && self.next == 0 && !self.more
        };
        dropped_nothing.then_some(value)
    }

    /// Takes the digits that a text begins with after those taken before, and gives what follows.
    fn read_digits<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let mut rest = text;
        if self.digits == 0 {
            while let [b'0', behind @ ..] = rest {
                rest = behind;
            }
        }
        while let [byte @ b'0'..=b'9', behind @ ..] = rest {
            let digit = byte - b'0';
            if self.digits < LEADING_DIGITS {
                self.leading = self.leading * 10 + u64::from(digit);
            } else if self.digits == LEADING_DIGITS {
                self.next = digit;
            } else {
                self.more |= digit != 0;
            }
            self.digits += 1;
            rest = behind;
        }
        rest
    }
}

/// 10 to a power that is not negative; none above `u64`.
fn power(exponent: i64) -> Option<u64> {
    POWERS.get(usize::try_from(exponent).ok()?).copied()
}

/// What stands after `e`; an exponent that fits nothing saturates, which is as good as exact.
fn read_exponent(text: &[u8]) -> Option<(i64, &[u8])> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let mut rest = text;
    let mut exponent = 0_i64;
    while let [byte @ b'0'..=b'9', behind @ ..] = rest {
        exponent = exponent.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
        rest = behind;
    }
    (rest.len() < text.len()).then_some((if negative { -exponent } else { exponent }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_grammar_and_nothing_else() {
        for text in
            ["", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "1e1.5", "0x10", "1 ", " 1", "1_000", "NaN", "--1", "１"]
        {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
        for text in ["0", "-0", "007", "1.50", "1E5", "1e+5", "1e-5", "-1.0e0005"] {
            assert!(Decimal::parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn scales_exactly_and_drops_the_rest() {
        for (text, places, value) in [
            ("0", 9, Some(0)),
            ("0e400", 9, Some(0)),
            ("0.000e999999999999999999999", 9, Some(0)),
            ("1", 0, Some(1)),
            ("1.999999999999999999999", 9, Some(1_999_999_999)),
            ("0.0000000019", 9, Some(1)),
            ("0.0000000009", 9, Some(0)),
            ("0.00123e3", 2, Some(123)),
            ("123.456e-2", 4, Some(12_345)),
            ("9007199254740993", 0, Some(9_007_199_254_740_993)),
            ("18446744073709551615", 0, Some(u64::MAX)),
            ("18446744073709551616", 0, None),
            ("1.8446744073709551615999e19", 0, Some(u64::MAX)),
            ("99999999999999999999", 0, None),
            ("1e20", 0, None),
            ("1e400", 0, None),
            ("1e-400", 9, Some(0)),
            ("1e99999999999999999999", 9, None),
            ("1e-99999999999999999999", 9, Some(0)),
            ("-5", 3, Some(5_000)),
            ("0.12345678901234567899", 19, Some(1_234_567_890_123_456_789)),
            ("0.12345678901234567899", 20, Some(12_345_678_901_234_567_899)),
            ("0.0012345678901234567899", 22, Some(12_345_678_901_234_567_899)),
            ("1234567890123456789", 1, Some(12_345_678_901_234_567_890)),
            ("1234567890123456789e1", 1, None),
            ("12345678901234567899e-19", 0, Some(1)),
            ("12345678901234567899e-20", 0, Some(0)),
            ("0.000", 9, Some(0)),
            ("000.0010", 3, Some(1)),
        ] {
            assert_eq!(Decimal::parse(text).unwrap().scaled(places), value, "{text} by 10^{places}");
        }
    }

    #[test]
    fn knows_whole_numbers() {
        for (text, value) in [
            ("200", Some(200)),
            ("200.0", Some(200)),
            ("2e2", Some(200)),
            ("20000e-2", Some(200)),
            ("200.5", None),
            ("0.5", None),
            ("0.05e1", None),
            ("0.0", Some(0)),
            ("1e-400", None),
            ("1e20", None),
            ("12345678901234567890e-1", Some(1_234_567_890_123_456_789)),
            ("12345678901234567891e-1", None),
            ("1234567890123456789.00000", Some(1_234_567_890_123_456_789)),
            ("1234567890123456789.00001", None),
            ("12345678901234567899.0", Some(12_345_678_901_234_567_899)),
            ("12345678901234567899.1", None),
            ("12345678901234567899.01", None),
            ("100.00000000000000000000000000000001", None),
            ("100.00000000000000000000000000000000", Some(100)),
        ] {
            assert_eq!(Decimal::parse(text).unwrap().whole(), value, "{text}");
        }
    }

    proptest! {
        #[test]
        fn moving_the_point_changes_nothing(value: u64, places in 0_u32..30, zeros in 0_usize..5) {
            let digits = format!("{value:0>width$}", width = places as usize + 1);
            let (whole, fraction) = digits.split_at(digits.len() - places as usize);
            let dot = if fraction.is_empty() { "" } else { "." };
            let text = format!("{}{whole}{dot}{fraction}e{places}", "0".repeat(zeros));
            let decimal = Decimal::parse(&text).unwrap();
            prop_assert_eq!(decimal.scaled(0), Some(value));
            prop_assert_eq!(decimal.whole(), Some(value));
        }

        #[test]
        fn agrees_with_moving_the_point_by_hand(
            whole in "[0-9]{1,25}",
            fraction in "[0-9]{1,25}|0{1,22}[0-9]{1,3}",
            exponent in -30_i64..30,
            places in 0_u32..=9,
        ) {
            let decimal = Decimal::parse(&format!("{whole}.{fraction}e{exponent}")).unwrap();
            let by_hand = |places: i64| {
                // Enough zeros on both sides that the point stays within.
                let digits = format!("{0:0>40}{whole}{fraction}{0:0>40}", "");
                let point = 40 + whole.len() as i64 + exponent + places;
                let (before, behind) = digits.split_at(point as usize);
                let before = before.trim_start_matches('0');
                let value = if before.is_empty() { Some(0) } else { before.parse::<u64>().ok() };
                (value, behind.bytes().all(|digit| digit == b'0'))
            };
            prop_assert_eq!(decimal.scaled(places), by_hand(i64::from(places)).0);
            let (value, is_whole) = by_hand(0);
            prop_assert_eq!(decimal.whole(), value.filter(|_| is_whole));
        }

        #[test]
        fn plain_numbers_are_scaled_as_all_are(text in "[0-9]{0,9}(\\.[0-9]{0,10})?|-?[0-9]{1,4}[.eE][0-9]{0,3}", places in 0_u32..=9) {
            if let Some(scaled) = plain_scaled(text.as_bytes(), places) {
                prop_assert_eq!(Some(scaled), Decimal::parse(&text).unwrap().scaled(places));
            }
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
            let is_plain = |part: &str, max| (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            prop_assert_eq!(plain_scaled(text.as_bytes(), places).is_some(), is_plain(whole, 7) && is_plain(fraction, 8));
        }

        #[test]
        fn is_total(text in "-?[0-9]{0,25}(\\.[0-9]{0,25})?([eE][+-]?[0-9]{0,22})?", places in 0_u32..=9) {
            if let Some(decimal) = Decimal::parse(&text) {
                decimal.scaled(places);
                decimal.whole();
            }
        }
    }
}
