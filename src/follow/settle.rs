//! What becomes of the positions that no file goes on from, and the order of the inputs: the last step of a plan.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::decide::{Lost, lost};
use super::folder::name_beside;
use super::missed::UnmetSince;
use super::planner::{Moved, Plan, Planner, Row, Track};
use super::position::StoredPath;

/// How many runs a position is kept that no run saw.
pub const UNSEEN_RUNS_MAX: u32 = 90;

/// Sorts the inputs and settles what becomes of the positions that no stream goes on from.
pub(super) fn settle(mut planner: Planner<'_>, moved: &Moved, unmet_since: &UnmetSince) -> Plan {
    let places: HashSet<PathBuf> = placed(&planner.inputs.rows).map(Path::to_owned).collect();
    let (mut left, mut lost_streams) = (Vec::new(), Vec::new());
    for (index, position) in planner.sought.positions.iter().enumerate() {
        if planner.known.is_claimed(index) {
            continue;
        }
        let mut position = position.clone();
        if let Some(place) = moved.get(&index) {
            position.path = StoredPath::of(&name_beside(position.path.as_path(), place));
            position.place = StoredPath::of(place);
            position.unseen_runs = 0;
        }
        let is_seen_whole = !planner.folders.failed && !planner.inputs.puts_off;
        let is_gone = is_seen_whole && !moved.contains_key(&index) && planner.is_gone(&position);
        if !is_gone {
            left.push(position);
            continue;
        }
        if position.unseen_runs == 0
            && let Some(error) = said_of(lost(&position, places.contains(position.place.as_path())), &planner)
        {
            planner.inputs.rows.push(Row::failed(position.path.path(), error));
            lost_streams.push(position.path.path());
        }
        position.unseen_runs += 1;
        if position.unseen_runs <= UNSEEN_RUNS_MAX {
            left.push(position);
        }
    }
    let tracked = planner.inputs.rows.iter_mut().filter_map(|row| Some(&mut row.track.as_mut()?.position));
    for position in tracked.chain(&mut left) {
        position.unmet_since = unmet_since.of(position.place.as_path());
    }
    planner.inputs.rows.sort_by(|a, b| a.input.path.as_os_str().cmp(b.input.path.as_os_str()));
    // What repeats a file that could not be read to its end is looked at again.
    let is_whole = planner.sought.limits.is_empty() && !planner.folders.failed;
    let stays = |track: &Track| !track.is_new_copy || (is_whole && !track.is_ahead);
    let track = |track: Option<Track>| track.filter(stays);
    let comparisons = planner.known.comparisons();
    let (inputs, tracks) = planner.inputs.rows.into_iter().map(|row| (row.input, track(row.track))).unzip();
    let (puts_off, archive) = (planner.inputs.puts_off, planner.inputs.archive);
    let (is_stale, has_more) = (planner.folders.is_stale, planner.inputs.is_cut || puts_off);
    Plan { inputs, tracks, left, is_stale, comparisons, lost: lost_streams, has_more, puts_off, archive }
}

/// The places of the inputs.
fn placed(rows: &[Row]) -> impl Iterator<Item = &Path> {
    rows.iter().filter_map(|row| Some(row.track.as_ref()?.position.place.as_path()))
}

/// What the reader has to know of a stream that is gone.
fn said_of(lost: Lost, planner: &Planner<'_>) -> Option<String> {
    match lost {
        Lost::Quietly => None,
        Lost::Unread(bytes) => {
            Some(format!("the file is gone, with {bytes} bytes behind its last line that were not read"))
        }
        Lost::Rotated => {
            let hint = if planner.sought.rotated_into.is_empty() {
                "; --rotated-into names another folder to look in"
            } else {
                ""
            };
            Some(format!(
                "the log was rotated or replaced, and its former file is not found: lines that were written to it \
                 after the last run are missing{hint}"
            ))
        }
    }
}
