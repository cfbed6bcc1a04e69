//! Inputs that are read twice: what cannot be is copied first, and a live file is read to the same end both times.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use resplog::internals::input::discover::TEMPORARY;
use resplog::internals::input::{Input, Peeked, SUMMARY_MAGIC, peek, source, wait, with_members};
use tempfile::NamedTempFile;

/// How many bytes are copied at once; a pipe holds as many.
const COPY_BYTES: usize = 64 * 1024;
/// How long a wait for a pipe lasts before the wish to stop is looked at.
const WAIT: Duration = Duration::from_millis(100);

/// Puts the files of tars in the places of the tars, and marks summaries. A tar or summary on standard input is copied to a
/// file in `folder` first, which vanishes with what is returned.
pub fn with_tars(mut inputs: Vec<Input>, folder: &Path, stop: &AtomicBool) -> (Vec<Input>, Option<NamedTempFile>) {
    let mut kept = None;
    if let Some(input) = inputs.iter_mut().find(|input| input.is_stdin() && input.error.is_none())
        && let Ok(stdin) = io::stdin().as_fd().try_clone_to_owned()
    {
        let Peeked { head, is_tar } = peek(stdin.into(), stop);
        let is_copied = is_tar || head.starts_with(SUMMARY_MAGIC);
        input.head = Some(head.into());
        if is_copied {
            match copy(input, folder, stop) {
                Ok(copied) => {
                    input.copy = Some(copied.path().to_owned());
                    kept = Some(copied);
                }
                Err(error) => input.error = Some(error.to_string()),
            }
        }
    }
    (with_members(inputs, stop), kept)
}

/// Makes inputs fit for a second reading. Copies are files in `folder`, which vanish with what is returned; an input
/// that cannot be copied becomes one that cannot be read. When `stop` is set, what was copied so far is all there is.
pub fn rereadable(inputs: &mut [Input], folder: &Path, stop: &AtomicBool) -> Vec<NamedTempFile> {
    let mut copies = Vec::new();
    // A file of a tar is read where it was listed, and an object only as it was listed.
    for input in inputs.iter_mut().filter(|input| input.member.is_none() && input.object.is_none()) {
        if input.error.is_none()
            && !input.path.is_dir()
            && (input.is_stdin() || !has_known_size(&input.path))
            && input.copy.is_none()
        {
            match copy(input, folder, stop) {
                Ok(copied) => {
                    input.copy = Some(copied.path().to_owned());
                    copies.push(copied);
                }
                Err(error) => input.error = Some(error.to_string()),
            }
        } else if let Ok(metadata) = input.path.metadata() {
            // A live file grows between the two passes.
            input.bytes_max = Some(metadata.len());
        }
    }
    copies
}

fn has_known_size(path: &Path) -> bool {
    let is_known = || Ok::<_, io::Error>(!source::has_unknown_size(&source::open_path(path)?)?);
    path.is_file() && is_known().unwrap_or(true)
}

fn copy(input: &Input, folder: &Path, stop: &AtomicBool) -> io::Result<NamedTempFile> {
    let mut copied = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
    let mut source = if input.is_stdin() {
        File::from(io::stdin().as_fd().try_clone_to_owned()?)
    } else {
        source::open_path(&input.path)?
    };
    copied.write_all(input.head.as_deref().unwrap_or_default())?;
    let mut bytes = vec![0; COPY_BYTES];
    while !stop.load(Ordering::Relaxed) {
        if !wait::until_ready(&source, WAIT)? {
            continue;
        }
        match source.read(&mut bytes) {
            Ok(0) => break,
            Ok(read) => copied.write_all(bytes.get(..read).unwrap_or_default())?,
            Err(error) if wait::is_passing(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(copied)
}
