//! Bars and sparklines: a number as a row of signs. It knows no report.

use super::page::Signs;

/// A bar of at most `width` columns for a part of the greatest, drawn to an eighth of a column.
#[must_use]
pub fn bar(part: f64, width: usize, signs: &Signs) -> String {
    // A cast of a float saturates, and what is not a number becomes 0.
    let eighths = (part.clamp(0.0, 1.0) * 8.0 * width as f64).round() as usize;
    let (whole, rest) = (eighths / 8, eighths % 8);
    let mut text: String = std::iter::repeat_n(signs.bar[7], whole).collect();
    if rest > 0 {
        text.push(signs.bar[rest - 1]);
    }
    text.trim_end_matches(' ').to_owned()
}

/// The sign for a part of the greatest: only nothing at all gets the lowest.
#[must_use]
pub fn level(part: f64, signs: &Signs) -> char {
    let steps = signs.levels.len() - 1;
    let step = (part.clamp(0.0, 1.0) * steps as f64).ceil() as usize;
    signs.levels[step.min(steps)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::text::page::Page;

    #[test]
    fn draws_parts_of_the_greatest() {
        let signs = Page::new(Vec::new(), 80, false, true).signs;
        for (part, text) in [
            (1.0, "██████████"),
            (0.5, "█████"),
            (0.39, "███▉"),
            (0.01, "▏"),
            (0.001, ""),
            (0.0, ""),
            (f64::NAN, ""),
            (7.0, "██████████"),
        ] {
            assert_eq!(bar(part, 10, &signs), text, "{part}");
        }
        for (part, sign) in [(0.0, '▁'), (1e-9, '▂'), (0.5, '▅'), (1.0, '█'), (f64::NAN, '▁')] {
            assert_eq!(level(part, &signs), sign, "{part}");
        }
        let signs = Page::new(Vec::new(), 80, false, false).signs;
        assert_eq!([bar(0.5, 4, &signs), bar(0.04, 10, &signs)], ["##", ""]);
    }
}
