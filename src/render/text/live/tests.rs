//! What a screen looks like, at three widths.

use super::layout::Layout;
use super::*;

#[test]
fn a_layout_fills_the_screen() {
    for rows in 20..80 {
        for rules in 0..6 {
            let Layout { rules, has_chart, codes, failures } = Layout::of(rows, rules);
            let lines = 3 + layout::VERDICT_LINES + rules + if has_chart { 3 } else { 0 } + 1 + codes + 1 + failures;
            assert_eq!(lines, rows, "{rows} {rules}");
        }
    }
}

#[test]
fn what_does_not_fit_is_grouped_or_cut() {
    assert_eq!(chart::grouped(&[1, 2, 3, 4, 5], 2), (vec![3, 12], 3));
    assert_eq!(chart::grouped(&[1, 2, 3], 60), (vec![1, 2, 3], 1));
    let mut drawn = Drawn::new(&View { width: 12, ..View::default() });
    drawn.line(&[Span::plain("日本語日本語日本語")]);
    assert_eq!(drawn.lines, ["日本語日本…"]);
}
