//! Decides for each candidate, in an order that the data gives, where reading it begins. It does not look for files.

use std::cmp::Reverse;
use std::io;

use super::archive;
use super::planner::{Candidate, Planner, Row};

impl Planner<'_> {
    /// Decides where reading begins: tracked files first, then new ones from the largest on, so that a copy that is being
    /// made finds its original; then archives.
    pub(super) fn decide_all(&mut self, mut candidates: Vec<Candidate>) {
        candidates.sort_by_cached_key(|candidate| {
            let probe = &candidate.probe;
            // An inode may be that of another file by now; a state of the first version does not tell.
            let may_be = |born: Option<i64>| born.is_none() || born == probe.times.born;
            let is_new = !self.known.of_file(probe.file).any(|(_, it)| may_be(it.times.born));
            (probe.packed.is_some(), is_new, Reverse(probe.size), candidate.input.path.clone())
        });
        for candidate in &mut candidates {
            candidate.decoded = archive::beginning(self, &candidate.probe);
            let head = candidate.decoded.as_ref().map_or(&candidate.probe.head, |decoded| &decoded.head);
            self.inputs.originals.want(head);
        }
        for candidate in candidates {
            let (file, is_certain) = (candidate.probe.file, candidate.is_certain);
            let is_tracked = || self.known.of_file(file).next().is_some();
            let tells_errors = is_certain || is_tracked();
            if self.waits(&candidate) {
                continue;
            }
            let row = self.decide(candidate);
            if row.before.is_some() || is_certain || (row.input.error.is_some() && tells_errors) {
                self.inputs.rows.push(row);
            } else {
                self.inputs.files.remove(file);
            }
        }
    }

    /// Whether a new archive is left for the next plan, since it would take long to read: one is read at a time.
    fn waits(&mut self, candidate: &Candidate) -> bool {
        let probe = &candidate.probe;
        let share = (self.sought.share_of)(probe.file);
        let Some(packed) = probe.packed.filter(|_| probe.size > share) else { return false };
        if self.known.of_packed(&packed).is_some() {
            return false;
        }
        if share > 0 && self.inputs.archive.is_none() {
            self.inputs.archive = Some(probe.file);
            return false;
        }
        self.inputs.puts_off = true;
        true
    }

    fn decide(&mut self, candidate: Candidate) -> Row {
        if let (Some((_, text)), Some(_)) = (self.sought.limits.get(&candidate.input.path), candidate.probe.packed) {
            self.folders.failed = true;
            return Row::failed(candidate.input.path, text.clone());
        }
        let decided = match candidate.probe.packed {
            Some(packed) => archive::decide(self, &candidate, packed),
            None => self.plain(&candidate),
        };
        let Candidate { mut input, probe, found_beside, rotated_from, .. } = candidate;
        match decided {
            Ok((mut track, start, before)) => {
                track.position.found_beside = found_beside;
                input.bytes_max = probe.packed.is_none().then_some(track.position.offset);
                input.start = Some(start);
                let known = before.and_then(|before| self.sought.positions.get(before));
                input.known_as = known.map(|position| position.path.path()).or(rotated_from);
                Row { input, track: Some(track), before }
            }
            Err(error) => {
                self.folders.failed = true;
                self.folders.is_stale |= error.kind() == io::ErrorKind::NotFound;
                Row::failed(input.path, error.to_string())
            }
        }
    }
}
