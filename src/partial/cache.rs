//! Summaries of files that were read before, so that the next run reads 8 KiB of each instead. An entry is found by
//! everything that its numbers depend on; when a file is in doubt in any way there is none, and the file is read.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use xxhash_rust::xxh3::Xxh3;

use super::Partial;
use super::filed::Filed;
use super::plan::FileStamp;
use super::wire::{self, VERSION};
use crate::baseline::READING;
use crate::disk::Disk;
use crate::input::Status;
use crate::input::discover::{CACHE_TAG, CACHE_TAG_TEXT, TEMPORARY};
use crate::time::{NS_PER_SECOND, Nanos};

/// How long a file has to have been left alone, in nanoseconds: programs that write into it set its times later than they
/// wrote.
const QUIET_NS: i64 = 300 * NS_PER_SECOND;
/// The extension of an entry.
const EXTENSION: &str = "cached";
/// How old a temporary file is at least that a killed run left, in nanoseconds.
const STALE_NS: i64 = 24 * 3600 * NS_PER_SECOND;

/// A folder with summaries.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// What a run would find again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its file.
    pub path: PathBuf,
    /// How many bytes that has.
    pub bytes: u64,
    /// When it was used last.
    pub used: Nanos,
}

impl Entry {
    /// Its summary; none of one that is not as it was written.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn summary(&self) -> io::Result<Option<Filed>> {
        read(&self.path)
    }
}

/// Reads an entry: a summary, and what it is found by, so that one that somebody put in the place of another is none.
fn read(path: &Path) -> io::Result<Option<Filed>> {
    let mut bytes = fs::read(path)?;
    let key = path.file_stem().unwrap_or_default().as_encoded_bytes();
    let is_own = bytes.ends_with(key) && !key.is_empty();
    bytes.truncate(bytes.len().saturating_sub(key.len()));
    Ok(Some(bytes).filter(|_| is_own).and_then(|bytes| Filed::decode(bytes).ok()))
}

impl Cache {
    /// A folder, which is made when it is not there.
    ///
    /// # Errors
    ///
    /// Those of the operating system. A folder that cannot be written to is none: what is in it can be used.
    pub fn open(folder: &Path) -> io::Result<Self> {
        if !folder.is_dir() {
            fs::create_dir_all(folder)?;
        }
        let tag = folder.join(CACHE_TAG);
        if !tag.exists() {
            match fs::write(tag, CACHE_TAG_TEXT) {
                Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(error),
                _ => {}
            }
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// A folder that is one already.
    ///
    /// # Errors
    ///
    /// It is not.
    pub fn known(folder: &Path) -> io::Result<Self> {
        match fs::read(folder.join(CACHE_TAG)) {
            Ok(text) if text == CACHE_TAG_TEXT.as_bytes() => Ok(Self { folder: folder.to_owned() }),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Err(io::Error::other("this is not a cache of resplog: expected the folder of --cache")),
        }
    }

    /// What a file's summary is found by: the file, and the options that it is read with.
    #[must_use]
    pub fn key(stamp: &FileStamp, options: &Partial, prune: bool) -> String {
        let mut hash = Xxh3::new();
        let mut add = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        let FileStamp { path, size, modified, touched, id, ends, etag } = stamp;
        add(path.as_os_str().as_encoded_bytes());
        for number in [size.unwrap_or(u64::MAX), modified.cast_unsigned(), touched.cast_unsigned(), id.device, id.inode]
        {
            add(&number.to_le_bytes());
        }
        add(ends.as_bytes());
        etag.iter().for_each(|etag| add(etag.as_bytes()));
        options.settings.iter().for_each(|(name, value)| add(format!("{name}={value}").as_bytes()));
        options.by.iter().for_each(|by| add(by.as_bytes()));
        add(&[u8::from(prune)]);
        add(&VERSION.to_le_bytes());
        add(format!("{} {READING}", env!("CARGO_PKG_VERSION")).as_bytes());
        format!("{:032x}", hash.digest128())
    }

    /// The summary under a key, if there is one and it is whole.
    #[must_use]
    pub fn get(&self, key: &str, options: &Partial, now: Nanos) -> Option<Filed> {
        let path = self.place(key);
        let filed = read(&path).ok()??;
        let partial = filed.partial();
        let is_own = partial.settings == options.settings && partial.by == options.by;
        // A folder that cannot be written to forgets what was used when.
        let used = UNIX_EPOCH + Duration::from_nanos(now.0.max(0).cast_unsigned());
        let _ = File::options().write(true).open(&path).and_then(|file| file.set_modified(used));
        is_own.then_some(filed)
    }

    /// Keeps a summary.
    ///
    /// # Errors
    ///
    /// Those of the operating system; what was there before stays.
    pub fn put(&self, disk: &Disk, key: &str, partial: &Partial) -> io::Result<()> {
        let mut bytes = wire::encode(partial).map_err(io::Error::other)?;
        bytes.extend_from_slice(key.as_bytes());
        let draft = disk.draft(self.place(key), false, |out| out.write_all(&bytes))?;
        disk.place(draft)
    }

    fn place(&self, key: &str) -> PathBuf {
        self.folder.join(key).with_extension(EXTENSION)
    }

    /// All entries, the least recently used first.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in self.folder.read_dir()? {
            let entry = entry?;
            let path = entry.path();
            let Ok(metadata) = entry.metadata() else { continue };
            if path.extension().is_some_and(|extension| extension == EXTENSION) && metadata.is_file() {
                entries.push(Entry { path, bytes: metadata.len(), used: modified(&metadata) });
            }
        }
        entries.sort_by(|a, b| a.used.cmp(&b.used).then_with(|| a.path.cmp(&b.path)));
        Ok(entries)
    }

    /// Removes the least recently used entries until the others have at most `bytes_max` bytes, and what killed runs left.
    /// Gives those that were removed.
    ///
    /// # Errors
    ///
    /// As the operating system says; what was removed until then stays so.
    pub fn shrink(&self, bytes_max: u64, now: Nanos) -> io::Result<Vec<Entry>> {
        self.remove_stale(now)?;
        let entries = self.entries()?;
        let mut bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
        let mut removed = Vec::new();
        for entry in entries {
            if bytes <= bytes_max {
                break;
            }
            bytes -= entry.bytes;
            remove(&entry.path)?;
            removed.push(entry);
        }
        Ok(removed)
    }

    /// Removes an entry.
    ///
    /// # Errors
    ///
    /// As the operating system says; that it is gone already is none.
    pub fn remove(&self, entry: &Entry) -> io::Result<()> {
        remove(&entry.path)
    }

    fn remove_stale(&self, now: Nanos) -> io::Result<()> {
        for entry in self.folder.read_dir()? {
            let entry = entry?;
            let is_temporary = entry.file_name().to_string_lossy().starts_with(TEMPORARY);
            let is_stale = |metadata: Metadata| modified(&metadata).0 < now.0.saturating_sub(STALE_NS);
            if is_temporary && entry.metadata().is_ok_and(is_stale) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }
}

fn modified(metadata: &Metadata) -> Nanos {
    Nanos(metadata.mtime().saturating_mul(NS_PER_SECOND).saturating_add(metadata.mtime_nsec()))
}

/// Removes a file; another run may have done so.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Whether the summary of a file may be kept: it was read whole, and nobody has written to it for a while, nor while it was
/// read. An object is replaced as a whole, and read only as long as it is the one that was listed.
#[must_use]
pub fn is_settled(before: &FileStamp, after: &FileStamp, partial: &Partial, now: Nanos) -> bool {
    before == after
        && (before.etag.is_some() || before.modified <= now.0.saturating_sub(QUIET_NS))
        && partial.inputs.iter().all(|held| held.read.status == Status::Ok && held.pieces.are_all(held.size))
}
