//! What paths tell of inputs: how they are shown, which are this program's own, and which logs were written last.

use std::path::Path;
use std::sync::Arc;

use crate::input::Input;
use crate::redact::redact;

/// How much of the end of a log is looked at for its newest time, when nothing of it is read.
const TAIL_BYTES: u64 = 64 * 1024;
/// Of how many logs.
const TAILS_MAX: usize = 64;
/// What the names of files begin with that a watch writes.
pub const FILES: &str = "resplog-";
/// The path of an input as reports show it, without secrets.
pub fn shown_path(path: &Path) -> Arc<str> {
    redact(&path.to_string_lossy()).into()
}

/// Whether a file is a summary, or what a watch writes when somebody asks for it: `resplog-20261124T024107Z.txt`.
pub fn is_own(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(rest) = name.strip_prefix(FILES) else { return name.ends_with(".summary") };
    let shape: String = rest.chars().map(|it| if it.is_ascii_digit() { '0' } else { it }).collect();
    let shape = shape.strip_prefix("ticket-").unwrap_or(&shape);
    shape.starts_with("00000000T000000Z.")
}

/// Whether a path is that of a file which this process has open, and nobody a name for.
pub fn is_descriptor(path: &Path) -> bool {
    path.starts_with("/proc/self/fd")
}

/// The ends of the logs that were written last.
pub fn tails(inputs: &[Input]) -> Vec<Input> {
    let written = |input: &Input| input.path.metadata().and_then(|metadata| metadata.modified()).ok();
    let mut newest: Vec<_> = inputs.iter().filter(|input| input.bytes_max.is_some()).collect();
    newest.sort_by_cached_key(|input| std::cmp::Reverse(written(input)));
    newest.truncate(TAILS_MAX);
    newest.sort_by(|one, other| one.path.cmp(&other.path));
    let tail = |input: &Input| {
        let end = input.bytes_max.unwrap_or_default();
        Input {
            piece: Some(end.saturating_sub(TAIL_BYTES)..end),
            bytes_max: Some(end),
            ..Input::new(input.path.clone())
        }
    };
    newest.into_iter().map(tail).collect()
}
