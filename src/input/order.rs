//! In which order inputs are handed out. It changes what an interrupted run has seen, never what a whole one says.

use std::cmp::Reverse;
use std::os::unix::fs::MetadataExt;

use super::Input;
use super::names::Name;
use crate::time::NS_PER_SECOND;

/// In which order inputs are handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// In the order of their paths, for those who tell what they find as they find it.
    #[default]
    Paths,
    /// The newest first, for those who tell at the end: a run that is interrupted has seen the useful half.
    NewestFirst,
}

impl Order {
    /// The ranks of the inputs in this order.
    #[must_use]
    pub fn ranks(self, inputs: &[Input]) -> Vec<u32> {
        let mut ranks: Vec<u32> = (0..).take(inputs.len()).collect();
        if self == Self::NewestFirst && inputs.len() > 1 {
            let names: Vec<_> = inputs.iter().map(|input| Age::of(Name::of(&input.path))).collect();
            ranks.sort_by_key(|&rank| names.get(rank as usize));
            let same_age = |a: &u32, b: &u32| names.get(*a as usize) == names.get(*b as usize);
            for same in ranks.chunk_by_mut(same_age).filter(|same| same.len() > 1) {
                same.sort_by_cached_key(|&rank| Reverse(inputs.get(rank as usize).and_then(written)));
            }
        }
        ranks
    }
}

/// What sorts new names before old ones.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Age {
    /// A name without a date is that of a log that is still written.
    dated: bool,
    date: Reverse<Option<i64>>,
    rotation: Option<u64>,
    numbers: Reverse<Vec<u64>>,
}

impl Age {
    fn of(name: Name) -> Self {
        let Name { row: _, date, numbers, rotation } = name;
        Self { dated: date.is_some(), date: Reverse(date), rotation, numbers: Reverse(numbers) }
    }
}

/// When the file was last written; standard input is always new.
fn written(input: &Input) -> Option<(i64, i64)> {
    if input.is_stdin() {
        return Some((i64::MAX, 0));
    }
    if let Some(object) = &input.object {
        let modified = object.modified()?.0;
        return Some((modified.div_euclid(NS_PER_SECOND), modified.rem_euclid(NS_PER_SECOND)));
    }
    let metadata = input.file().metadata().ok()?;
    Some((metadata.mtime(), metadata.mtime_nsec()))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn newest_first(names: &[&str]) -> Vec<String> {
        let inputs: Vec<_> = names.iter().map(|name| Input::new(name.into())).collect();
        let ranks = Order::NewestFirst.ranks(&inputs);
        ranks.iter().map(|&rank| inputs[rank as usize].path.display().to_string()).collect()
    }

    #[test]
    fn dates_and_numbers_tell_the_newest() {
        let rotated = ["app.log", "app.log.1", "app.log.2.gz", "app.log.10.gz"];
        assert_eq!(newest_first(&["app.log", "app.log.1", "app.log.10.gz", "app.log.2.gz"]), rotated);
        let dated = ["app.log", "app-2026-11-25.log", "app-2026-11-24.log.gz", "app-2026-11-23.log.gz"];
        assert_eq!(newest_first(&[dated[3], dated[2], dated[1], dated[0]]), dated);
        let hours = ["app-20261125", "app-2026112410", "app-2026112409"];
        assert_eq!(newest_first(&["app-20261125", "app-2026112409", "app-2026112410"]), hours);
        assert_eq!(newest_first(&["api-02.ndjson", "api-03.ndjson"]), ["api-03.ndjson", "api-02.ndjson"]);
        assert_eq!(newest_first(&["b/app.log.1", "a/app.log.2", "-"]), ["-", "b/app.log.1", "a/app.log.2"]);
        assert_eq!(Order::Paths.ranks(&[Input::new("app.log.1".into()), Input::new("app.log".into())]), [0, 1]);
    }

    #[test]
    fn the_time_of_writing_tells_when_names_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        for (name, seconds) in [("a.log", 100), ("b.log", 300), ("c.log", 200)] {
            let file = File::create(path(name)).unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        }
        let names = ["a.log", "b.log", "c.log", "gone.log"].map(path);
        let expected = ["b.log", "c.log", "a.log", "gone.log"].map(path);
        assert_eq!(newest_first(&names.each_ref().map(String::as_str)), expected);
    }
}
