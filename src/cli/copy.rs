//! Inputs that are read twice: what cannot be is copied first, and a live file is read to the same end both times.

use std::fs::File;
use std::io;
use std::path::Path;

use resplog::input::Input;
use tempfile::NamedTempFile;

/// Makes inputs fit for a second reading. Copies are files in `folder`, which vanish with what is returned; an input
/// that cannot be copied becomes one that cannot be read.
pub fn rereadable(inputs: &mut [Input], folder: &Path) -> Vec<NamedTempFile> {
    let mut copies = Vec::new();
    for input in inputs {
        if input.error.is_none() && (input.is_stdin() || !input.path.is_file()) && !input.path.is_dir() {
            match copy(input, folder) {
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

fn copy(input: &Input, folder: &Path) -> io::Result<NamedTempFile> {
    let mut copied = NamedTempFile::new_in(folder)?;
    if input.is_stdin() {
        io::copy(&mut io::stdin().lock(), &mut copied)?;
    } else {
        io::copy(&mut File::open(&input.path)?, &mut copied)?;
    }
    Ok(copied)
}
