//! Failures and calls over the window, a sign for each stretch of time.

use super::drawn::{Drawn, padded};
use super::layout::Layout;
use crate::render::text::bars::level;
use crate::render::text::page::{Span, Style};
use crate::report::numbers::{counted, stretch};
use crate::time::NS_PER_SECOND;
use crate::watch::View as Watched;

/// Columns before and after the signs.
const LABEL_WIDTH: usize = 8;
const PEAK_WIDTH: usize = 22;

/// Draws the chart, when there is room for one.
pub fn draw(watched: &Watched, layout: &Layout, drawn: &mut Drawn) {
    if !layout.has_chart {
        return;
    }
    drawn.line(&[]);
    let width = drawn.width.saturating_sub(LABEL_WIDTH + PEAK_WIDTH).max(10);
    let failed: Vec<_> = watched.bars.iter().map(|bar| bar.failed).collect();
    let calls: Vec<_> = watched.bars.iter().map(|bar| bar.ok + bar.failed).collect();
    let (all, each) = grouped(&calls, width);
    for (label, counts, style) in [("failed", failed, Style::Bad), ("calls", calls, Style::Plain)] {
        let (counts, _) = grouped(&counts, width);
        let peak = counts.iter().copied().max().unwrap_or(0);
        let span = stretch(watched.bar_ns * each as i64 / NS_PER_SECOND);
        let signs = signs(&counts, peak, drawn);
        let gap = drawn.signs().gap;
        let signs: String = signs.chars().zip(&all).map(|(sign, &calls)| if calls > 0 { sign } else { gap }).collect();
        let style = if peak > 0 { style } else { Style::Faint };
        drawn.line(&[
            Span::styled(Style::Faint, padded(label, LABEL_WIDTH)),
            Span::styled(style, padded(&signs, width.min(counts.len()))),
            Span::styled(Style::Faint, format!("  peak {} in {span}", counted(peak, "", "").trim_end())),
        ]);
    }
}

/// The signs of counts, of which one has this most.
pub fn signs(counts: &[u64], peak: u64, drawn: &Drawn) -> String {
    let signs = drawn.signs();
    counts.iter().map(|&count| level(count as f64 / peak.max(1) as f64, &signs)).collect()
}

/// Counts that fit into a width, the newest last, each the sum of this number of the given ones.
pub fn grouped(counts: &[u64], width: usize) -> (Vec<u64>, usize) {
    let each = counts.len().div_ceil(width.max(1)).max(1);
    let first = counts.len() % each;
    let (head, tail) = counts.split_at(first);
    let head = (!head.is_empty()).then(|| head.iter().sum());
    (head.into_iter().chain(tail.chunks(each).map(|chunk| chunk.iter().sum())).collect(), each)
}
