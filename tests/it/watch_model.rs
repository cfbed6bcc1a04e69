//! Random lists of what happens to logs (written, cut, renamed, copied and truncated, compressed, deleted, made anew, with their
//! folder) while they are watched, against a model that knows every line: each is counted once. The clock is the test's, so
//! that nothing waits. `RESPLOG_LISTS` and `RESPLOG_SEED` say how many lists and which comes first.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use resplog::internals::disk::Disk;
use resplog::internals::engine::{Options, RunControl};
use resplog::internals::input::source::Sizes;
use resplog::internals::inspect::Reading;
use resplog::internals::summary::counting::Counting;
use resplog::internals::watch::pipe::Pipe;
use resplog::internals::watch::{LOOK_BYTES, Names, Settings, View, Watch};
use resplog::record::LineClass;
use resplog::scan::{ScannerKind, Tier};
use resplog::time::{self, Nanos, Zone};

use crate::program::number;
use crate::state::{Site, line};
use crate::state_model::Dice;

pub(crate) const SECOND: i64 = 1_000_000_000;
pub(crate) const HOUR: i64 = 3600 * SECOND;

/// A watch with a clock of its own.
pub(crate) struct Watched {
    pub watch: Watch,
    disk: Disk,
    control: RunControl,
    pub now: Nanos,
}

pub(crate) fn settings(inputs: Vec<PathBuf>, window_ns: i64) -> Settings {
    Settings {
        names: Names { inputs, ..Names::default() },
        options: Options {
            threads: 2,
            sizes: Sizes::default(),
            way: ScannerKind::Fast(Tier::best()),
            reading: Reading { prune: false, ..Reading::of(&resplog::settings::Settings::default(), Vec::new()) },
            counting: Counting::default(),
        },
        window_ns,
        has_windows: false,
        since: None,
        classes: Default::default(),
        ids: 5,
        codes: Vec::new(),
        only_classes: Vec::new(),
        by: Vec::new(),
        periods: Vec::new(),
        filters: Default::default(),
        rules: Vec::new(),
        baseline: None,
        look_bytes: LOOK_BYTES,
    }
}

pub(crate) fn at(text: &str) -> Nanos {
    time::point_in_time(text, Nanos(0), &Zone::Utc).unwrap()
}

impl Watched {
    pub fn new(settings: Settings, pipes: Vec<(PathBuf, Arc<Pipe>)>) -> Self {
        let (disk, control, now) = (Disk::default(), RunControl::default(), at("2026-11-25T00:00:00Z"));
        let watch = Watch::begin(settings, pipes, (&disk, &control), now).unwrap();
        Self { watch, disk, control, now }
    }

    /// A second later.
    pub fn look(&mut self) -> bool {
        self.now.0 += SECOND;
        self.watch.look(&self.disk, &self.control, self.now).unwrap()
    }

    pub fn view(&mut self) -> View {
        self.watch.view(self.now).unwrap().0
    }
}

/// A file: what it is called, and how many bytes of a line it has without an end.
#[derive(Clone, Debug, Default)]
struct Held {
    name: String,
    partial: usize,
    /// Whether a look has seen it.
    is_seen: bool,
    /// Lines that no look can have read yet.
    fresh: u64,
}

struct Model {
    site: Site,
    dice: Dice,
    watched: Watched,
    names_folder: bool,
    live: Option<Held>,
    /// The newest first.
    old: Vec<Held>,
    next: u64,
    written: u64,
    cut: u64,
    /// Lines of files that came and went between two looks.
    lost: u64,
    others: u64,
    /// Whether a look has seen the log.
    is_met: bool,
    actions: Vec<String>,
}

impl Model {
    fn new(seed: u64) -> Self {
        let (site, mut dice) = (Site::new(), Dice(seed));
        let names_folder = dice.roll(2) == 0;
        // What is there before the watch begins is not read.
        let begins_with_log = dice.roll(3) > 0;
        if begins_with_log {
            site.write("logs/app.log", 80_000_000..80_000_003);
        }
        let name = if names_folder { "logs" } else { "logs/app.log" };
        // A look of a few lines leaves most of what is new for the next ones.
        let look_bytes = [LOOK_BYTES, 200, 1000][dice.roll(3) as usize];
        let settings = Settings { look_bytes, ..settings(vec![site.path(name)], 48 * HOUR) };
        let watched = Watched::new(settings, Vec::new());
        let live = begins_with_log.then(|| Held { name: "app.log".to_owned(), is_seen: true, ..Held::default() });
        let actions = vec![format!("{name}, with a log: {begins_with_log}, looks of {look_bytes} bytes")];
        Self {
            site,
            dice,
            watched,
            names_folder,
            live,
            old: Vec::new(),
            next: 1,
            written: 0,
            cut: 0,
            lost: 0,
            others: 0,
            is_met: begins_with_log,
            actions,
        }
    }

    fn act(&mut self) {
        match self.dice.roll(100) {
            0..28 => self.write(),
            28..36 => self.write_partly(),
            36..46 => self.rotate(),
            46..50 => self.compress(),
            50..56 => self.copytruncate(),
            56..60 => self.delete(),
            60..63 => self.new_file(),
            63..66 => self.write_to_rotated(),
            66..68 => self.remove_folder(),
            _ => self.look(),
        }
    }

    fn path(held: &Held) -> String {
        format!("logs/{}", held.name)
    }

    fn live(&mut self) -> &mut Held {
        self.live.get_or_insert_with(|| Held { name: "app.log".to_owned(), ..Held::default() })
    }

    fn write(&mut self) {
        let lines = 1 + self.dice.roll(if self.dice.0.is_multiple_of(8) { 60 } else { 6 });
        let begun = std::mem::take(&mut self.live().partial);
        let text: String = (self.next..self.next + lines).map(line).collect();
        self.site.append("logs/app.log", &text[begun..]);
        self.next += lines;
        self.written += lines;
        self.live().fresh += lines;
        self.actions.push(format!("write {lines}"));
    }

    fn write_partly(&mut self) {
        let begun = self.live().partial;
        let text = line(self.next);
        let upto = (begun + 2 + self.dice.roll(40) as usize).min(text.len() - 1);
        self.site.append("logs/app.log", &text[begun..upto.max(begun)]);
        self.live().partial = upto.max(begun);
        self.actions.push(format!("write to byte {upto} of a line"));
    }

    /// Makes room for the next rotated file, as logrotate does; the oldest goes.
    fn shift(&mut self) -> String {
        for place in (0..self.old.len()).rev() {
            let name = self.old[place].name.clone();
            let ending = if name.ends_with(".gz") { ".gz" } else { "" };
            self.old[place].name = format!("app.log.{}{ending}", place + 2);
            self.site.rename(&format!("logs/{name}"), &Self::path(&self.old[place]));
        }
        if self.old.len() > 4 {
            let gone = self.old.pop().unwrap();
            fs::remove_file(self.site.path(&Self::path(&gone))).unwrap();
            self.lose(&gone);
        }
        "app.log.1".to_owned()
    }

    /// A file is gone: what it had is read all the same, when a look had seen it before and it was not compressed.
    fn lose(&mut self, gone: &Held) {
        if !gone.is_seen || gone.name.ends_with(".gz") {
            self.lost += gone.fresh;
        }
    }

    /// A line that was begun ends with its file, or its writer ends it there.
    fn end_line(&mut self, held: &mut Held) {
        if held.partial == 0 {
            return;
        }
        if self.dice.roll(2) == 0 && self.site.path(&Self::path(held)).exists() {
            self.site.append(&Self::path(held), &line(self.next)[held.partial..]);
            self.written += 1;
            held.fresh += 1;
            self.actions.push("end the line".to_owned());
        } else {
            self.cut += 1;
        }
        held.partial = 0;
        self.next += 1;
    }

    fn rotate(&mut self) {
        // Of a log that is named alone and was rotated before it was seen nobody knows what was there before.
        if !self.names_folder && !self.is_met {
            return;
        }
        let Some(live) = self.live.take() else { return };
        let name = self.shift();
        self.site.rename("logs/app.log", &format!("logs/{name}"));
        self.actions.push("rotate".to_owned());
        let mut held = Held { name, ..live };
        self.end_line(&mut held);
        self.old.insert(0, held);
        if self.dice.roll(3) > 0 {
            self.write();
        }
    }

    fn copytruncate(&mut self) {
        if !self.names_folder && !self.is_met {
            return;
        }
        let Some(live) = self.live.take() else { return };
        let name = self.shift();
        self.site.copytruncate("logs/app.log", &format!("logs/{name}"));
        let mut held = Held { name, ..live };
        // The copy is another file.
        let is_seen = std::mem::take(&mut held.is_seen);
        if std::mem::take(&mut held.partial) > 0 {
            // Of a copy that goes before it is seen this is lost.
            held.fresh += 1;
            self.cut += 1;
            self.next += 1;
        }
        self.old.insert(0, held);
        self.live().is_seen = is_seen;
        self.actions.push("copytruncate".to_owned());
    }

    fn compress(&mut self) {
        let place = self.dice.roll(3) as usize;
        // logrotate compresses what nobody writes to any more.
        let is_slow = self.dice.roll(2) == 0;
        let Some(held) = self.old.get(place).filter(|held| !held.name.ends_with(".gz") && held.is_seen).cloned() else {
            return;
        };
        let plain = Self::path(&held);
        self.actions.push(format!("compress {}, slowly: {is_slow}", held.name));
        self.site.pack(&plain);
        if is_slow {
            self.look();
        }
        fs::remove_file(self.site.path(&plain)).unwrap();
        self.old[place].name.push_str(".gz");
    }

    fn delete(&mut self) {
        let Some(mut live) = self.live.take() else { return };
        fs::remove_file(self.site.path("logs/app.log")).unwrap();
        self.actions.push("delete".to_owned());
        if live.partial > 0 && live.is_seen {
            self.end_line(&mut live);
        } else if live.partial > 0 {
            self.next += 1;
        }
        self.lose(&live);
    }

    fn new_file(&mut self) {
        if self.names_folder {
            self.others += 1;
            let name = format!("logs/other{}.log", self.others);
            self.site.write(&name, self.next..self.next + 3);
            self.next += 3;
            self.written += 3;
            self.actions.push(name);
        }
    }

    /// A writer that has not noticed the rotation yet.
    fn write_to_rotated(&mut self) {
        let has_begun = self.live.as_ref().is_some_and(|live| live.partial > 0);
        let cut = self.cut;
        if let Some(held) = self.old.first_mut().filter(|held| !held.name.ends_with(".gz") && !has_begun && cut == 0) {
            self.site.append(&Self::path(held), &line(self.next));
            held.fresh += 1;
            self.next += 1;
            self.written += 1;
            self.actions.push("write 1 to the rotated file".to_owned());
        }
    }

    fn remove_folder(&mut self) {
        fs::remove_dir_all(self.site.path("logs")).unwrap();
        self.actions.push("remove the folder".to_owned());
        for mut gone in std::mem::take(&mut self.old).into_iter().chain(self.live.take()) {
            if gone.partial > 0 && gone.is_seen {
                self.end_line(&mut gone);
            }
            self.lose(&gone);
        }
        self.lost += if self.others > 0 { 3 * self.others } else { 0 };
        self.look();
        fs::create_dir(self.site.path("logs")).unwrap();
    }

    fn look(&mut self) {
        self.watched.look();
        let calls = self.calls();
        self.actions.push(format!("look, {calls} of {}", self.written));
        self.is_met |= self.live.is_some();
        for held in self.old.iter_mut().chain(&mut self.live) {
            held.is_seen = true;
            if !self.watched.watch.is_behind() {
                held.fresh = 0;
            }
        }
    }

    fn calls(&mut self) -> u64 {
        self.watched.view().report.totals.counts.calls()
    }

    /// Every line is counted once.
    fn check(&mut self) {
        // A line that ends with its file counts when the file has been quiet.
        (0..9).for_each(|_| self.look());
        let mut looks = 0;
        while self.watched.watch.is_behind() {
            self.look();
            looks += 1;
            assert!(looks < 100_000, "it gets on");
        }
        (0..9).for_each(|_| self.look());
        let view = self.watched.view();
        let totals = &view.report.totals;
        let calls = totals.counts[LineClass::Ok] + totals.counts[LineClass::Failed];
        let malformed = totals.counts[LineClass::Malformed];
        assert_eq!(totals.distinct_request_ids, calls, "no line is counted twice");
        // A line that ends with its file may be whole but for its end.
        let (all, most) = (calls + malformed, self.written + self.cut);
        assert!(all <= most && all + self.lost + self.cut >= most, "{all} of {most}, {} may be lost", self.lost);
        if self.lost == 0 {
            assert_eq!(all, most, "every line is counted");
            assert!(calls >= self.written);
        }
    }
}

#[test]
fn whatever_happens_to_logs_each_line_is_counted_once() {
    let (lists, first) = (number("RESPLOG_LISTS", 60), number("RESPLOG_SEED", 1));
    let mut exact = 0;
    for seed in first..first + lists {
        let mut model = Model::new(seed);
        let length = 10 + model.dice.roll(50);
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            (0..length).for_each(|_| model.act());
            model.write();
            model.check();
        }));
        if let Err(panic) = done {
            eprintln!("RESPLOG_SEED={seed} RESPLOG_LISTS=1: {:#?}", model.actions);
            std::panic::resume_unwind(panic);
        }
        exact += u64::from(model.lost == 0);
    }
    assert!(5 * exact > 2 * lists, "{exact} of {lists} lists lose nothing");
    eprintln!("{lists} lists of actions from seed {first}: {exact} equal to the truth, the rest within bounds");
}

/// A call at a time that is a number of seconds away from the clock.
pub(crate) fn call(now: Nanos, seconds: i64, number: u64) -> String {
    let time = Zone::Utc.show(Nanos(now.0 + seconds * SECOND));
    line(number).replacen(&line(number)[9..29], &time, 1)
}

#[test]
fn windows_and_what_is_outside_of_them_add_up() {
    for seed in 1..=3 {
        let (site, mut dice) = (Site::new(), Dice(seed));
        site.append("logs/app.log", "");
        let has_windows = true;
        let settings = Settings { has_windows, ..settings(vec![site.path("logs")], 10 * SECOND) };
        let mut watched = Watched::new(settings, Vec::new());
        let (mut written, mut counted) = (0, 0);
        let mut take = |watched: &mut Watched, is_end| {
            while let Some(window) = watched.watch.next_window(watched.now, is_end).unwrap() {
                assert!(window.from < window.to || window.is_last);
                let Some(span) = window.report.span else { continue };
                counted += window.report.totals.counts.calls();
                assert!(window.is_last || span.last < window.to);
            }
        };
        for _ in 0..80 {
            for _ in 0..dice.roll(4) {
                let away = [0, -1, -3, -15, -200, 4, 200, 4000][dice.roll(8) as usize];
                site.append("logs/app.log", &call(watched.now, away, written));
                written += 1;
            }
            watched.look();
            take(&mut watched, false);
        }
        take(&mut watched, true);
        let outside = watched.watch.all_outside();
        assert_eq!(counted + outside.ahead.all() + outside.late.all(), written, "seed {seed}");
        assert!(outside.ahead.all() > 0 && outside.late.all() > 0);
    }
}

#[test]
fn a_call_leaves_the_window_when_its_time_does() {
    let site = Site::new();
    site.append("logs/app.log", "");
    let mut watched = Watched::new(settings(vec![site.path("logs/app.log")], 60 * SECOND), Vec::new());
    site.append("logs/app.log", &(0..3).map(|number| call(watched.now, -30, number)).collect::<String>());
    let mut calls = Vec::new();
    for _ in 0..35 {
        watched.look();
        calls.push(watched.view().report.totals.counts.calls());
    }
    assert_eq!((calls[0], calls[28], calls[34]), (3, 3, 0), "{calls:?}");
}

#[test]
fn a_line_through_a_pipe_waits_for_its_end_and_is_numbered() {
    let pipe = Arc::new(Pipe::default());
    let mut watched = Watched::new(settings(Vec::new(), 48 * HOUR), vec![("-".into(), Arc::clone(&pipe))]);
    let text: String = (1..400).map(line).collect();
    let push = |bytes: &[u8]| assert!(pipe.push(bytes, || false));
    for bytes in text.as_bytes().chunks(997) {
        push(bytes);
        watched.look();
    }
    push(&line(402).as_bytes()[..50]);
    watched.look();
    let view = watched.view();
    assert_eq!((view.report.totals.counts.calls(), view.unread), (399, 50));
    let id = view.report.codes[0].request_ids.iter().find(|id| id.reason == "last").unwrap();
    let place = text.find(&line(399)).unwrap() as u64;
    assert_eq!((id.at.line, id.at.offset, &*id.at.input), (Some(399), place, "-"));
    assert!(!watched.watch.is_done());
    pipe.end(None);
    watched.look();
    assert!(watched.watch.is_done());
    assert_eq!(watched.view().report.totals.counts[LineClass::Malformed], 1);
}
