//! Which ids to look into first, over all codes (SPEC 4): the codes in a fixed order, one id of each in turn.

use std::cmp::Reverse;

use super::{Code, LookInto, Trend};

/// How many ids the list holds.
const LOOK_INTO_MAX: usize = 20;

/// The list of ids over these codes.
#[must_use]
pub fn look_into(codes: &[Code]) -> Vec<LookInto> {
    let mut ranked: Vec<&Code> = codes.iter().filter(|code| !code.muted && code.count > 0).collect();
    ranked.sort_by_key(|code| (trend_rank(code.trend), code.class, Reverse(code.count), &code.code));
    let rounds = ranked.iter().map(|code| code.request_ids.len()).max().unwrap_or(0);
    let turns =
        (0..rounds).flat_map(|round| ranked.iter().filter_map(move |code| Some((code, code.request_ids.get(round)?))));
    let ids = turns.map(|(code, id)| LookInto {
        request_id: id.request_id.clone(),
        code: code.code.clone(),
        class: code.class,
        reason: id.reason.clone(),
        at: id.at.clone(),
    });
    ids.take(LOOK_INTO_MAX).collect()
}

const fn trend_rank(trend: Option<Trend>) -> u8 {
    match trend {
        Some(Trend::New) => 0,
        Some(Trend::Escalating) => 1,
        Some(Trend::Easing | Trend::Steady | Trend::Gone) | None => 2,
    }
}
