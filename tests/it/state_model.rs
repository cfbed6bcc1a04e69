//! Random lists of what happens to a log (written, cut, renamed, compressed, copied, truncated, replaced, deleted, read by
//! runs that finish, crash or meet) against a model that knows every line. The runs name the folder, the log alone, or
//! patterns; rotated files have numbers or dates. `RESPLOG_LISTS` says how many lists, `RESPLOG_SEED` which one comes
//! first; a failure prints its seed and its actions.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::program::number;
use crate::state::{Site, line};

/// Numbers that look random and are the same for a seed (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

/// What the runs of a list name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// The folder, and so every file.
    Folder,
    /// Every file, by a pattern.
    Pattern,
    /// The log alone.
    Log,
    /// The log alone, by a pattern; with dates inside names also what was rotated and not compressed.
    LogPattern,
    /// The log, and one rotated file, which mostly is not there or holds another generation by then.
    LogAndOne,
}

impl Naming {
    const ALL: [Self; 5] = [Self::Folder, Self::Pattern, Self::Log, Self::LogPattern, Self::LogAndOne];

    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Folder => &["logs"],
            Self::Pattern => &["logs/app*"],
            Self::Log => &["logs/app.log"],
            Self::LogPattern => &["logs/*.log"],
            Self::LogAndOne => &["logs/app.log", "logs/app.log.1"],
        }
    }

    /// Whether a rotated file that no run has met before is always met.
    const fn meets_all(self) -> bool {
        matches!(self, Self::Folder | Self::Pattern)
    }
}

/// What rotated files are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `app.log.1`, and all numbers grow when the next one comes.
    Numbers,
    /// `app.log-20261101`.
    Dates,
    /// `app-20261101.log`.
    DatesInside,
}

/// A file of the log: what stands in it that may not have been counted.
#[derive(Clone, Debug, Default)]
struct Held {
    name: String,
    /// Lines that no run surely counted.
    fresh: u64,
    /// Bytes of a line without its end.
    partial: usize,
    /// Whether the file was rotated inside a line.
    ends_in_a_line: bool,
    /// Whether no run surely counted that line.
    cut: bool,
    /// Whether it was rotated before any run surely met the log, and is not named, so that it need not ever be met.
    is_unmet: bool,
}

/// What every line came to.
struct Model {
    site: Site,
    dice: Dice,
    naming: Naming,
    style: Style,
    /// Whether the last run surely knew of the log, so that its rotated files are looked for.
    is_met: bool,
    days: u64,
    strangers: u64,
    live: Option<Held>,
    /// Rotated files, the newest first.
    old: Vec<Held>,
    written: u64,
    /// Lines that ended with their file.
    cut: u64,
    /// Lines that may have gone uncounted, with the files that were deleted.
    lost: u64,
    /// Lines with which a copy was truncated away, so that they may be counted cut or not at all.
    lost_cut: u64,
    actions: Vec<String>,
    next: u64,
}

impl Model {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let naming = Naming::ALL[dice.roll(Naming::ALL.len() as u64) as usize];
        let style = [Style::Numbers, Style::Numbers, Style::Dates, Style::DatesInside][dice.roll(4) as usize];
        Self {
            site: Site::new(),
            dice,
            naming,
            style,
            is_met: false,
            days: 0,
            strangers: 0,
            live: None,
            old: Vec::new(),
            written: 0,
            cut: 0,
            lost: 0,
            lost_cut: 0,
            actions: vec![format!("{naming:?}, {style:?}")],
            next: 0,
        }
    }

    fn act(&mut self) {
        let action = self.dice.roll(100);
        match action {
            0..26 => self.write(),
            26..34 => self.write_partly(),
            34..45 => self.rotate(),
            45..53 => self.compress(),
            53..59 => self.copytruncate(),
            59..61 => self.delete(),
            61..63 => self.delete_and_reuse(),
            63..65 => self.replace(),
            65..68 => self.append_to_rotated(),
            68..90 => self.run(),
            90..96 => self.crash(),
            _ => self.meet(),
        }
    }

    fn note(&mut self, action: impl Into<String>) {
        self.actions.push(action.into());
    }

    fn live(&mut self) -> &mut Held {
        self.live.get_or_insert_with(|| Held { name: "app.log".to_owned(), ..Held::default() })
    }

    /// Creates an empty log where none is.
    fn create(&mut self) {
        self.site.append("logs/app.log", "");
        self.live();
        self.note("create");
    }

    /// Writes lines; the first one ends the line that was begun.
    fn write(&mut self) {
        let lines = 1 + self.dice.roll(if self.dice.0.is_multiple_of(8) { 300 } else { 8 });
        let begun = std::mem::take(&mut self.live().partial);
        let text: String = (self.next..self.next + lines).map(line).collect();
        self.site.append("logs/app.log", &text[begun..]);
        self.next += lines;
        self.written += lines;
        self.live().fresh += lines;
        self.note(format!("write {lines}"));
    }

    fn write_partly(&mut self) {
        let begun = self.live().partial;
        let text = line(self.next);
        // A file with nothing but a brace would be a stream of values.
        let upto = (begun + 2 + self.dice.roll(40) as usize).min(text.len() - 1);
        if upto > begun {
            self.site.append("logs/app.log", &text[begun..upto]);
            self.live().partial = upto;
            self.note(format!("write to byte {upto} of a line"));
        }
    }

    /// Makes room for the next rotated file, as logrotate does, and tells its name; the oldest goes.
    fn shift(&mut self) -> String {
        if self.style == Style::Numbers {
            for place in (0..self.old.len()).rev() {
                let name = &self.old[place].name;
                let ending = if name.ends_with(".gz") { ".gz" } else { "" };
                let to = format!("app.log.{}{ending}", place + 2);
                self.site.rename(&format!("logs/{name}"), &format!("logs/{to}"));
                self.old[place].name = to;
            }
        }
        if self.old.len() > 6 {
            let gone = self.old.pop().unwrap();
            fs::remove_file(self.site.path(&format!("logs/{}", gone.name))).unwrap();
            self.lose(&gone);
        }
        self.days += 1;
        match self.style {
            Style::Numbers => "app.log.1".to_owned(),
            Style::Dates => format!("app.log-202611{:02}", self.days),
            Style::DatesInside => format!("app-202611{:02}.log", self.days),
        }
    }

    fn lose(&mut self, gone: &Held) {
        self.lost += gone.fresh;
        self.lost_cut += u64::from(gone.cut);
    }

    /// What a file holds once it is rotated: a line without its end ends there.
    fn retire(&mut self, mut held: Held, name: String) -> Held {
        if held.partial > 0 {
            self.cut += 1;
            self.next += 1;
            held.partial = 0;
            held.cut = true;
            held.ends_in_a_line = true;
        }
        held.name = name;
        held
    }

    fn rotate(&mut self) {
        let Some(live) = self.live.take() else { return };
        let name = self.shift();
        self.site.rename("logs/app.log", &format!("logs/{name}"));
        let held = self.retire(live, name);
        self.old.insert(0, held);
        // Mostly the log begins anew at once.
        if self.dice.roll(4) > 0 {
            self.create();
        }
        self.note("rotate");
    }

    fn compress(&mut self) {
        let place = self.dice.roll(3) as usize;
        if let Some(held) = self.old.get_mut(place).filter(|held| !held.name.ends_with(".gz")) {
            self.site.compress(&format!("logs/{}", held.name));
            held.name.push_str(".gz");
            let name = held.name.clone();
            self.note(format!("compress {name}"));
        }
    }

    fn copytruncate(&mut self) {
        let Some(live) = self.live.take() else { return };
        let name = self.shift();
        self.site.copytruncate("logs/app.log", &format!("logs/{name}"));
        let held = self.retire(live, name);
        self.old.insert(0, held);
        self.live();
        self.note("copytruncate");
    }

    fn delete(&mut self) {
        let Some(mut live) = self.live.take() else { return };
        fs::remove_file(self.site.path("logs/app.log")).unwrap();
        if live.partial > 0 {
            // The line was never counted, and never will be.
            self.next += 1;
            live.partial = 0;
        }
        self.lose(&live);
        self.note("delete");
    }

    /// Deletes the log; a file of somebody else, in which lines stand, gets its inode where the file system does that.
    fn delete_and_reuse(&mut self) {
        self.delete();
        // Who names the folder wants that file too.
        if self.naming != Naming::Folder {
            let first = 90_000_000 + 10 * self.strangers;
            self.site.write(&format!("logs/stranger{}.txt", self.strangers), first..first + 3);
            self.strangers += 1;
            self.note("a stranger");
        }
    }

    /// Replaces the log by a copy of it, as editors do.
    fn replace(&mut self) {
        if self.live.is_some() {
            fs::copy(self.site.path("logs/app.log"), self.site.path("copy")).unwrap();
            self.site.rename("copy", "logs/app.log");
            self.note("replace");
        }
    }

    /// A writer that has not noticed the rotation yet goes on in the old file.
    fn append_to_rotated(&mut self) {
        // The line that was begun in the log has its number already.
        let has_begun = self.live.as_ref().is_some_and(|live| live.partial > 0);
        let is_open = |held: &&mut Held| !held.name.ends_with(".gz") && !held.ends_in_a_line && !has_begun;
        if let Some(held) = self.old.first_mut().filter(is_open) {
            self.site.write(&format!("logs/{}", held.name), self.next..self.next + 2);
            *(if held.is_unmet { &mut self.lost } else { &mut held.fresh }) += 2;
            self.next += 2;
            self.written += 2;
            self.note("write 2 to the rotated file");
        }
    }

    fn generation(&self) -> u64 {
        if self.site.path("state").exists() { self.site.show()["generation"].as_u64().unwrap() } else { 0 }
    }

    /// All that is there has been counted, but for files that were rotated before any run met the log.
    fn settle(&mut self) {
        let waits = self.live.is_none();
        if !self.naming.meets_all() && !self.is_met {
            for held in std::mem::take(&mut self.old) {
                self.lose(&held);
                self.old.push(Held { fresh: 0, cut: false, is_unmet: true, ..held });
            }
        }
        self.is_met |= self.live.is_some();
        self.forget();
        for held in self.old.iter_mut().chain(&mut self.live) {
            held.fresh = 0;
            // Without the log beside it, a file that nobody saw before does not look rotated.
            held.cut &= waits;
        }
    }

    /// A pattern that matches nothing names no log, and what was rotated before is not the log any more.
    fn forget(&mut self) {
        self.is_met &= self.naming != Naming::LogPattern || self.live.is_some();
    }

    fn run(&mut self) {
        self.note("run");
        let ran = self.site.run(self.naming.names());
        // An empty folder has no file, a named one may not be there, a deleted file may have had a tail, and a cut line may be all that is new.
        assert!([0, 3].contains(&ran.exit), "{}", ran.stderr);
        self.settle();
        self.check();
    }

    /// A run that is killed at one of its steps. Whether the state moved is not known afterwards.
    fn crash(&mut self) {
        let step = 1 + self.dice.roll(60);
        self.note(format!("crash at step {step}"));
        let mut command = self.site.command(&[self.naming.names(), &["-o", "report.json"]].concat());
        command.env("RESPLOG_FAULT", format!("{step}:kill")).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().unwrap();
        self.forget();
    }

    /// Two runs at once.
    fn meet(&mut self) {
        self.note("two runs");
        let before = self.generation();
        let start = || {
            let mut command = self.site.command(self.naming.names());
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        let children = [start(), start()];
        let worked = children.map(|mut child| child.wait().unwrap().code().unwrap());
        assert!(
            worked.iter().all(|exit| [0, 3, 5].contains(exit)) && worked.iter().any(|exit| *exit != 5),
            "{worked:?}"
        );
        let moved = worked.iter().filter(|exit| **exit != 5).count() as u64;
        assert_eq!(self.generation(), before + moved);
        self.settle();
        self.check();
    }

    /// The totals of the state are the truth, or lie between its bounds when lines were deleted.
    fn check(&self) {
        let shown = self.site.show();
        let count = |name: &str| shown["totals"][name].as_u64().unwrap();
        let (calls, malformed) = (count("ok") + count("failed"), count("malformed"));
        // A file without a reader takes its lines along; each of them is counted once, or not at all.
        let all = calls + malformed;
        let waiting = self.old.iter().filter(|held| held.cut).count() as u64;
        let least = self.written + self.cut - self.lost - self.lost_cut - waiting;
        assert!((least..=self.written + self.cut).contains(&all), "{all} not in {least}..={}", self.written + self.cut);
        assert_eq!(count("lines"), all + count("blank") + count("no_envelope"));
        if self.lost == 0 && self.lost_cut == 0 && waiting == 0 {
            assert_eq!((all, distinct(&shown)), (self.written + self.cut, calls), "every line is counted once");
        }
        assert!(distinct(&shown) == calls, "no line is counted twice: {shown:#}");
    }
}

fn distinct(shown: &Value) -> u64 {
    shown["totals"]["distinct_request_ids"].as_u64().unwrap()
}

#[test]
fn random_lists_of_actions_end_with_the_truth() {
    let (lists, first) = (number("RESPLOG_LISTS", 40), number("RESPLOG_SEED", 1));
    let mut exact = 0;
    for seed in first..first + lists {
        let mut model = Model::new(seed);
        let length = 10 + model.dice.roll(30);
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            if model.dice.roll(3) == 0 {
                model.create();
            }
            for _ in 0..length {
                model.act();
            }
            // What waits for the log to come back is counted when it does.
            model.create();
            model.run();
            model.run();
        }));
        if let Err(panic) = done {
            eprintln!("RESPLOG_SEED={seed} RESPLOG_LISTS=1: {:#?}", model.actions);
            std::panic::resume_unwind(panic);
        }
        exact += u64::from(model.lost == 0 && model.lost_cut == 0);
    }
    eprintln!(
        "{lists} lists of actions from seed {first}: {exact} with nothing deleted unread, equal to the truth; the rest within bounds"
    );
}
