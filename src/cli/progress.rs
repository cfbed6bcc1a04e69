//! Progress on standard error while a run goes on: bytes of all, speed, time left, input.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use resplog::internals::engine::RunControl;
use resplog::internals::input::Input;
use resplog::internals::input::object::Object;
use resplog::internals::render::escape;

use super::args::When;

/// How often the line is drawn anew.
const TICK: Duration = Duration::from_millis(100);
/// How many characters of a path are shown.
const NAME_CHARS_MAX: usize = 20;

/// Runs `work` with its progress shown, when that is wanted and somebody can see it.
pub fn shown<T>(when: When, inputs: &[Input], watch: &RunControl, work: impl FnOnce() -> T) -> T {
    let wanted = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => std::io::stderr().is_terminal(),
    };
    if !wanted {
        return work();
    }
    let bar = bar(inputs);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                thread::park_timeout(TICK);
                let rank = watch.input.load(Ordering::Relaxed) as usize;
                if let Some(input) = inputs.get(rank) {
                    bar.set_message(end_of(&escape::terminal(&input.path.to_string_lossy())));
                }
                bar.set_position(watch.bytes_done.load(Ordering::Relaxed));
            }
            bar.finish_and_clear();
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    })
}

/// The end of a path, which tells most of it, as short as a line of 80 columns takes beside the numbers.
fn end_of(path: &str) -> String {
    let start = path.char_indices().rev().nth(NAME_CHARS_MAX - 1).map_or(0, |(start, _)| start);
    if start == 0 { path.to_owned() } else { format!("...{}", path.get(start..).unwrap_or_default()) }
}

fn bar(inputs: &[Input]) -> ProgressBar {
    // Only regular files and objects have a size beforehand; with anything else the end is not known.
    let mut tars = HashSet::new();
    let total = inputs.iter().map(|input| match &input.member {
        Some(member) if member.is_packed() && !tars.insert(&member.archive) => Some(0),
        Some(member) if !member.is_packed() => Some(member.span.end - member.span.start),
        _ if input.object.is_some() => input.object.as_ref().map(Object::size),
        _ => Some(input.file().metadata().ok().filter(std::fs::Metadata::is_file)?.len()),
    });
    let total = total.sum::<Option<u64>>();
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{bar:10} {binary_bytes} of {binary_total_bytes}  {eta} left  {wide_msg}  {binary_bytes_per_sec}",
        ),
        None => (ProgressBar::no_length(), "{spinner} {binary_bytes}  {binary_bytes_per_sec}  {wide_msg}"),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr());
    // The templates are constants; one that is wrong would leave the plain style.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
