//! Random lists of what happens to a log (written, cut, renamed, compressed, copied, truncated, deleted, read by runs that
//! finish, crash or meet) against a model that knows every line. `RESPLOG_LISTS` says how many lists, `RESPLOG_SEED`
//! which one comes first; a failure prints its seed and its actions.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

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
}

/// What every line came to.
struct Model {
    site: Site,
    dice: Dice,
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
        Self {
            site: Site::new(),
            dice: Dice(seed),
            live: None,
            old: Vec::new(),
            written: 0,
            cut: 0,
            lost: 0,
            lost_cut: 0,
            actions: Vec::new(),
            next: 0,
        }
    }

    fn act(&mut self) {
        let action = self.dice.roll(100);
        match action {
            0..30 => self.write(),
            30..38 => self.write_partly(),
            38..48 => self.rotate(),
            48..56 => self.compress(),
            56..62 => self.copytruncate(),
            62..65 => self.delete(),
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

    /// Makes room for `app.log.1`, as logrotate does; the oldest goes.
    fn shift(&mut self) {
        for place in (0..self.old.len()).rev() {
            let name = &self.old[place].name;
            let ending = if name.ends_with(".gz") { ".gz" } else { "" };
            let to = format!("app.log.{}{ending}", place + 2);
            self.site.rename(&format!("logs/{name}"), &format!("logs/{to}"));
            self.old[place].name = to;
        }
        if self.old.len() > 6 {
            let gone = self.old.pop().unwrap();
            fs::remove_file(self.site.path(&format!("logs/{}", gone.name))).unwrap();
            self.lose(&gone);
        }
    }

    fn lose(&mut self, gone: &Held) {
        self.lost += gone.fresh;
        self.lost_cut += u64::from(gone.cut);
    }

    /// What a file holds once it is rotated: a line without its end ends there.
    fn retire(&mut self, mut held: Held) -> Held {
        if held.partial > 0 {
            self.cut += 1;
            self.next += 1;
            held.partial = 0;
            held.cut = true;
            held.ends_in_a_line = true;
        }
        held.name = "app.log.1".to_owned();
        held
    }

    fn rotate(&mut self) {
        let Some(live) = self.live.take() else { return };
        self.shift();
        self.site.rename("logs/app.log", "logs/app.log.1");
        let held = self.retire(live);
        self.old.insert(0, held);
        // Mostly the log begins anew at once.
        if self.dice.roll(4) > 0 {
            self.site.append("logs/app.log", "");
            self.live();
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
        self.shift();
        self.site.copytruncate("logs/app.log", "logs/app.log.1");
        let held = self.retire(live);
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

    /// A writer that has not noticed the rotation yet goes on in the old file.
    fn append_to_rotated(&mut self) {
        if let Some(held) = self.old.first_mut().filter(|held| !held.name.ends_with(".gz") && !held.ends_in_a_line) {
            self.site.write(&format!("logs/{}", held.name), self.next..self.next + 2);
            held.fresh += 2;
            self.next += 2;
            self.written += 2;
            self.note("write 2 to the rotated file");
        }
    }

    fn generation(&self) -> u64 {
        if self.site.path("state").exists() { self.site.show()["generation"].as_u64().unwrap() } else { 0 }
    }

    /// All that is there has been counted.
    fn settle(&mut self) {
        let waits = self.live.is_none();
        for held in self.old.iter_mut().chain(&mut self.live) {
            held.fresh = 0;
            // Without the log beside it, a file that nobody saw before does not look rotated.
            held.cut &= waits;
        }
    }

    fn run(&mut self) {
        self.note("run");
        let ran = self.site.run(&["logs"]);
        // An empty folder has no file, a deleted file may have had a tail, and a cut line may be all that is new.
        assert!([0, 3].contains(&ran.exit), "{}", ran.stderr);
        self.settle();
        self.check();
    }

    /// A run that is killed at one of its steps. Whether the state moved is not known afterwards.
    fn crash(&mut self) {
        let step = 1 + self.dice.roll(60);
        self.note(format!("crash at step {step}"));
        let mut command = self.site.command(&["logs", "-o", "report.json"]);
        command.env("RESPLOG_FAULT", format!("{step}:kill")).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().unwrap();
    }

    /// Two runs at once.
    fn meet(&mut self) {
        self.note("two runs");
        let before = self.generation();
        let start = || {
            let mut command = self.site.command(&["logs"]);
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

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[test]
fn random_lists_of_actions_end_with_the_truth() {
    let (lists, first) = (number("RESPLOG_LISTS", 40), number("RESPLOG_SEED", 1));
    let mut exact = 0;
    for seed in first..first + lists {
        let mut model = Model::new(seed);
        let length = 10 + model.dice.roll(30);
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..length {
                model.act();
            }
            // What waits for the log to come back is counted when it does.
            model.site.append("logs/app.log", "");
            model.live();
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
