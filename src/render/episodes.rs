//! Episodes for people: when, how many failures, of what, and the command that shows one alone. It decides only how that
//! is worded, and knows no format; each escapes names in its own manner.

use super::clock::Clock;
use super::view::View;
use crate::report::numbers::{count, percent, rough_percent};
use crate::report::{Episode, Report};

/// How many codes are named.
const CODES_MAX: usize = 3;

/// An episode in words.
#[derive(Debug)]
pub struct Worded {
    /// `14:10–14:50`, or `since 14:10`.
    pub(crate) when: String,
    /// `139 of 1,631 calls failed, 8.5 % (0.59 % otherwise)`.
    pub(crate) what: String,
    /// The most frequent codes with their failures; hostile.
    pub(crate) codes: Vec<(String, String)>,
    /// What there is beside these: `4 more`; may be empty.
    pub(crate) more: String,
    /// Field, value (both hostile) and share of what stands out.
    pub(crate) stands_out: Vec<(String, String, String)>,
    /// The command that shows it alone; hostile, quoted for a shell, may be empty.
    pub(crate) command: String,
}

/// The episodes of a report in words; `to_sign` stands between the ends of a range.
#[must_use]
pub fn worded(report: &Report, view: &View, clock: &Clock<'_>, to_sign: &str) -> Vec<Worded> {
    report.episodes.iter().map(|episode| word(episode, view, clock, to_sign)).collect()
}

fn word(episode: &Episode, view: &View, clock: &Clock<'_>, to_sign: &str) -> Worded {
    let otherwise = episode.failure_rate_outside.map(|rate| format!(" ({} otherwise)", percent(rate)));
    let named = episode.codes.iter().take(CODES_MAX);
    let more = episode.codes.len().saturating_sub(CODES_MAX);
    Worded {
        when: match episode.open {
            true => format!("since {}", clock.minute(episode.start)),
            false => clock.stretch(episode.start, episode.end, to_sign),
        },
        what: format!(
            "{} of {} calls failed, {}{}{}",
            count(episode.failed),
            count(episode.calls),
            percent(episode.failure_rate),
            otherwise.unwrap_or_default(),
            if episode.open { ", and it goes on" } else { "" }
        ),
        codes: named.map(|row| (row.code.clone(), count(row.count))).collect(),
        more: if more > 0 { format!("{more} more") } else { String::new() },
        stands_out: episode
            .stands_out
            .iter()
            .map(|row| {
                let shares = format!("{} ({} of all calls)", rough_percent(row.share), rough_percent(row.share_of_all));
                (row.field.clone(), row.value.clone(), shares)
            })
            .collect(),
        command: view
            .commands
            .as_ref()
            .map(|commands| commands.report_of(episode.start, episode.end, &view.zone))
            .unwrap_or_default(),
    }
}
