//! Reads pipes, unpacked, each in a thread of its own, as fast as the watch takes what comes. It does not know what a line is.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use resplog::internals::input::decode::memory::Memory;
use resplog::internals::input::decode::{self, Decoder, ReadError, SNIFF_BYTES};
use resplog::internals::input::wait;
use resplog::internals::watch::pipe::Pipe;

/// How much is read at once.
const READ_BYTES: usize = 256 * 1024;

/// Begins to read pipes; they end with the program.
pub fn read(names: &[PathBuf], stop: &Arc<AtomicBool>) -> Vec<(PathBuf, Arc<Pipe>)> {
    let start = |name: &PathBuf| {
        let pipe = Arc::new(Pipe::default());
        let (inlet, path, stop) = (Arc::clone(&pipe), name.clone(), Arc::clone(stop));
        thread::spawn(move || {
            let read = open(&path).and_then(|file| pass_on(file, &inlet, &stop));
            inlet.end(read.err().map(|error| error.to_string()));
        });
        (name.clone(), pipe)
    };
    names.iter().map(start).collect()
}

fn open(path: &Path) -> io::Result<File> {
    if path.as_os_str() == "-" {
        return Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?));
    }
    File::open(path)
}

/// Passes on what a file has, to its end.
fn pass_on(mut file: File, pipe: &Pipe, stop: &AtomicBool) -> io::Result<()> {
    let is_stopped = || stop.load(Ordering::Relaxed);
    let mut buffer = vec![0; READ_BYTES];
    let head = head(&mut file)?;
    if let Some(compression) = decode::sniff(&head) {
        return unpack(Decoder::new(compression, &head, file, &Memory::default()), &mut buffer, pipe, is_stopped);
    }
    let mut bytes: &[u8] = &head;
    let mut read = head.len();
    while read > 0 && pipe.push(bytes, is_stopped) {
        read = match file.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if wait::is_passing(&error) => {
                thread::yield_now();
                bytes = &[];
                read = 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        bytes = buffer.get(..read).unwrap_or_default();
    }
    Ok(())
}

/// As many bytes as tell how a stream is packed, or what comes first: a line that is shorter than that does not wait.
fn head(file: &mut File) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut buffer = [0; SNIFF_BYTES];
    while head.len() < SNIFF_BYTES && !head.contains(&b'\n') {
        let room = SNIFF_BYTES - head.len();
        match file.read(buffer.get_mut(..room).unwrap_or_default()) {
            Ok(0) => break,
            Ok(read) => head.extend_from_slice(buffer.get(..read).unwrap_or_default()),
            Err(error) if wait::is_passing(&error) => thread::yield_now(),
            Err(error) => return Err(error),
        }
    }
    Ok(head)
}

fn unpack(
    mut decoder: Decoder,
    buffer: &mut [u8],
    pipe: &Pipe,
    is_stopped: impl Fn() -> bool + Copy,
) -> io::Result<()> {
    loop {
        match decoder.read(buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                if !pipe.push(buffer.get(..read).unwrap_or_default(), is_stopped) {
                    return Ok(());
                }
            }
            Err(ReadError::Memory) => thread::yield_now(),
            Err(ReadError::Source(error)) if wait::is_passing(&error) => thread::yield_now(),
            Err(ReadError::Source(error)) => return Err(error),
            Err(ReadError::Damage(damage)) => return Err(io::Error::other(damage.text)),
        }
    }
}
