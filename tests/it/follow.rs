//! Laws of following files: the plan of a run does not depend on the order in which files are found, and to make it takes
//! work in proportion to the number of files and positions. Work is counted in comparisons and calls, never in seconds.

use std::fs;
use std::path::{Path, PathBuf};

use resplog::internals::disk::Disk;
use resplog::internals::follow::{self, Limits, Outcome, Plan, Position, Sought};
use resplog::internals::input::feed::InputRead;
use resplog::internals::input::{Input, discover};

use crate::program::folder;
use crate::state::line;
use crate::state_model::Dice;

/// A folder of logs that is planned for without being read.
struct Logs {
    folder: tempfile::TempDir,
    positions: Vec<Position>,
}

impl Logs {
    fn new() -> Self {
        Self { folder: folder(&[]), positions: Vec::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let file = fs::File::options().append(true).create(true).open(self.path(name)).unwrap();
        std::io::Write::write_all(&mut &file, text.as_bytes()).unwrap();
    }

    fn compress(&self, name: &str) {
        let file = fs::File::create(self.path(&format!("{name}.gz"))).unwrap();
        let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, &fs::read(self.path(name)).unwrap()).unwrap();
        encoder.finish().unwrap();
        fs::remove_file(self.path(name)).unwrap();
    }

    fn found(&self, names: &[&str]) -> Vec<Input> {
        discover::discover(&names.iter().map(|name| self.path(name)).collect::<Vec<_>>(), &[])
    }

    fn plan(&self, disk: &Disk, found: Vec<Input>) -> Plan {
        let limits = Limits::new();
        let sought = Sought {
            disk,
            positions: &self.positions,
            own: &[],
            rotated_into: &[],
            limits: &limits,
            open_from: &|_, _, _| Ok(None),
            share_of: &|_| u64::MAX,
            is_written: &|_, _| false,
        };
        follow::plan(sought, found)
    }

    /// A run over these names that reads all that is planned; gives the comparisons and the calls that the plan took.
    fn run(&mut self, names: &[&str]) -> [u64; 2] {
        let disk = Disk::default();
        let mut plan = self.plan(&disk, self.found(names));
        let work = [plan.comparisons, disk.calls()];
        let inputs = plan.inputs.clone();
        let outcome = |rank: usize| {
            let input = &inputs[rank];
            let start = input.start.as_ref().unwrap();
            let bytes = input.bytes_max.unwrap_or(0) - start.offset;
            let read = InputRead { bytes, ..Default::default() };
            Outcome { read, lines: 1, ..Outcome::default() }
        };
        self.positions = plan.positions(&disk, outcome).unwrap();
        work
    }
}

/// Lines that begin alike, as those of one writer do, and then differ.
fn text(number: u64) -> String {
    text_after(40, number)
}

/// The same after this many bytes of a name.
fn text_after(bytes: usize, number: u64) -> String {
    format!("{{\"host\":\"a-name-that-all-lines-of-all-logs-begin-with-{}\",{}", "x".repeat(bytes), &line(number)[1..])
}

/// What becomes of so many logs between two runs, whose lines are made so.
type Change = fn(&Logs, u64, &dyn Fn(u64) -> String);

/// Changes, with what they are called.
const CHANGES: [(&str, Change); 6] = [
    ("nothing", |_, _, _| {}),
    ("all are new", |logs, files, text| {
        for file in 0..files {
            fs::remove_file(logs.path(&format!("d/app.log.{file}"))).unwrap();
            logs.write(&format!("d/new.log.{file}"), &text(1_000_000 + file));
        }
    }),
    ("all are renamed", |logs, files, _| {
        for file in 0..files {
            fs::rename(logs.path(&format!("d/app.log.{file}")), logs.path(&format!("d/old.log.{file}"))).unwrap();
        }
    }),
    ("all are copied, and other logs have their names", |logs, files, text| {
        for file in 0..files {
            let log = format!("d/app.log.{file}");
            fs::copy(logs.path(&log), logs.path(&format!("d/copy.{file}"))).unwrap();
            fs::remove_file(logs.path(&log)).unwrap();
            logs.write(&log, &text(1_000_000 + file));
        }
    }),
    ("all are truncated", |logs, files, text| {
        for file in 0..files {
            fs::write(logs.path(&format!("d/app.log.{file}")), text(1_000_000 + file)).unwrap();
        }
    }),
    ("all are empty", |logs, files, _| {
        for file in 0..files {
            fs::write(logs.path(&format!("d/app.log.{file}")), "").unwrap();
        }
    }),
];

/// The work of three runs over this many logs, with a change after the first one.
fn work(files: u64, change: Change, named: &[&str], text: &dyn Fn(u64) -> String) -> Vec<u64> {
    let mut logs = Logs::new();
    fs::create_dir(logs.path("d")).unwrap();
    for file in 0..files {
        logs.write(&format!("d/app.log.{file}"), &text(file));
    }
    let first = logs.run(&["d"]);
    change(&logs, files, text);
    [first, logs.run(named), logs.run(named)].concat()
}

#[test]
fn the_work_of_a_plan_grows_as_the_files_do() {
    // Lines that are alike in fewer bytes than a stream is known by, and in more.
    for alike in [40, 4096] {
        let text = |number| text_after(alike, number);
        for (names, named) in [("the folder", &["d"][..]), ("one log", &["d/app.log.0"])] {
            for (what, change) in CHANGES {
                let work = [40, 160].map(|files| work(files, change, named, &text));
                for (few, many) in work[0].iter().zip(&work[1]) {
                    // Four times as many files are four times the work, and a little that does not depend on them.
                    assert!(*many <= 5 * few + 100, "{alike}, {names}, {what}: {work:?}");
                }
            }
        }
    }
}

#[test]
fn archives_are_linear_too() {
    let work = [20, 80].map(|files: u64| {
        let mut logs = Logs::new();
        fs::create_dir(logs.path("d")).unwrap();
        for file in 0..files {
            logs.write(&format!("d/app.log.{file}"), &text(file));
        }
        logs.run(&["d"]);
        for file in 0..files {
            logs.compress(&format!("d/app.log.{file}"));
        }
        let disk = Disk::default();
        let plan = logs.plan(&disk, logs.found(&["d"]));
        let continued = plan.inputs.iter().filter(|input| input.start.as_ref().unwrap().offset > 0).count();
        assert_eq!(continued as u64, files, "every archive goes on where its log was left");
        [plan.comparisons, disk.calls()]
    });
    for (few, many) in work[0].iter().zip(&work[1]) {
        assert!(*many <= 5 * few + 100, "{work:?}");
    }
}

/// Some logs in every state, and what became of them.
fn scene(dice: &mut Dice) -> Logs {
    let mut logs = Logs::new();
    fs::create_dir(logs.path("d")).unwrap();
    let names = ["app.log", "app.log.1", "app.log.2", "b-20261124.log", "b.log", "c"].map(|name| format!("d/{name}"));
    for (number, name) in (0..).zip(&names) {
        match dice.roll(4) {
            0 => logs.write(name, ""),
            1 => logs.write(name, &text(number)[..30]),
            _ => logs.write(name, &(0..1 + dice.roll(60)).map(|line| text(1000 * number + line)).collect::<String>()),
        }
    }
    logs.run(&["d"]);
    for (number, name) in (100..).zip(&names) {
        let other = &names[dice.roll(names.len() as u64) as usize];
        match dice.roll(7) {
            0 => logs.write(name, &text(number)),
            1 if Path::exists(&logs.path(name)) => fs::rename(logs.path(name), logs.path(other)).unwrap(),
            2 if Path::exists(&logs.path(name)) => logs.compress(name),
            3 if name != other && logs.path(name).exists() => {
                fs::copy(logs.path(name), logs.path(other)).unwrap();
            }
            4 => fs::write(logs.path(name), text(number)).unwrap(),
            5 => drop(fs::remove_file(logs.path(name))),
            _ => {}
        }
    }
    logs
}

#[test]
fn a_plan_does_not_depend_on_the_order_of_the_files() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let logs = scene(&mut dice);
        let found = logs.found(&["d"]);
        let plan = |found: Vec<Input>| {
            let mut plan = logs.plan(&Disk::default(), found);
            plan.comparisons = 0;
            format!("{plan:#?}")
        };
        let sorted = plan(found.clone());
        for _ in 0..4 {
            let mut shuffled = found.clone();
            for place in (1..shuffled.len()).rev() {
                shuffled.swap(place, dice.roll(place as u64 + 1) as usize);
            }
            assert_eq!(plan(shuffled), sorted, "{seed}");
        }
    }
}
