//! The file-system calls behind the state and the outputs, one by one, so that a test can make any of them fail. It does
//! not know what the files hold.

pub mod live;
pub mod stream;

use std::fs::{File, Metadata, Permissions, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use stream::Stream;
use tempfile::NamedTempFile;

use crate::input::discover::TEMPORARY;
use crate::input::{FileId, source};

/// Mode of files that only their owner may read.
const PRIVATE: u32 = 0o600;
/// Mode of reports.
const SHARED: u32 = 0o644;
/// The bits of a mode.
const MODE: u32 = 0o7777;
/// Those that let a program act as the owner or the group of its file.
const SET_ID: u32 = 0o6000;

/// A failure that a test asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The call that fails, counted from 1.
    pub call: u64,
    /// Whether all later calls fail as well.
    pub lasting: bool,
    /// What happens then.
    pub failure: Failure,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// With the number of an error of the operating system.
    Error(i32),
    /// The process ends as `kill -9` ends it.
    Kill,
    /// The thread panics.
    Panic,
}

impl Fault {
    /// Reads `7:28`: the seventh call fails with error 28; `7+:28`: all from the seventh on; `7:kill`, `7:panic`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (call, error) = text.split_once(':')?;
        let (call, lasting) = call.strip_suffix('+').map_or((call, false), |call| (call, true));
        let failure = match error {
            "kill" => Failure::Kill,
            "panic" => Failure::Panic,
            errno => Failure::Error(errno.parse().ok()?),
        };
        Some(Self { call: call.parse().ok()?, lasting, failure })
    }
}

/// The file system, as one run uses it.
#[derive(Debug, Default)]
pub struct Disk {
    fault: Option<Fault>,
    calls: AtomicU64,
    /// Set when the run is to end.
    stop: Arc<AtomicBool>,
}

impl Disk {
    /// The file system, with a failure if a test asks for one.
    #[must_use]
    pub fn new(fault: Option<Fault>) -> Self {
        Self { fault, ..Self::default() }
    }

    /// The file system of a run that ends when `stop` is set: then nobody looks at files any more, and no reader of a pipe
    /// is waited for.
    #[must_use]
    pub fn until(self, stop: Arc<AtomicBool>) -> Self {
        Self { stop, ..self }
    }

    /// Whether the run is to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Goes on looking at files, unless the run is to end.
    ///
    /// # Errors
    ///
    /// The run is to end.
    pub fn go_on(&self) -> io::Result<()> {
        if self.is_stopped() { Err(io::Error::other("the run was ended")) } else { Ok(()) }
    }

    /// Counts a call that only looks at files.
    fn look(&self) -> io::Result<()> {
        self.go_on()?;
        self.call()
    }

    /// How many calls there were so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Counts a call, which fails when it is its turn.
    fn call(&self) -> io::Result<()> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(fault) = self.fault else { return Ok(()) };
        if number != fault.call && !(fault.lasting && number > fault.call) {
            return Ok(());
        }
        match fault.failure {
            Failure::Error(errno) => Err(io::Error::from_raw_os_error(errno)),
            Failure::Kill => {
                rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL)?;
                Ok(())
            }
            // As a bug would: there is nothing to take.
            Failure::Panic => Vec::new().swap_remove(0),
        }
    }

    /// Opens a file for reading, without waiting for a writer of a pipe.
    ///
    /// # Errors
    ///
    /// The error of the operating system; so everywhere here.
    pub fn open(&self, path: &Path) -> io::Result<File> {
        self.look()?;
        source::open_path(path)
    }

    /// Opens a certain file, which may have been renamed in its directory.
    ///
    /// # Errors
    ///
    /// `NotFound` when the directory does not hold the file.
    pub fn open_same(&self, path: &Path, id: FileId) -> io::Result<File> {
        self.look()?;
        source::open_same(path, id)
    }

    /// What is known of a path, through symbolic links.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.look()?;
        path.metadata()
    }

    /// The regular files of a directory, sorted, without this program's temporary files.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn files(&self, folder: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
        self.look()?;
        let mut files = Vec::new();
        for entry in folder.read_dir()? {
            self.go_on()?;
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes()) {
                continue;
            }
            // A file may be gone by now.
            if let Ok(metadata) = entry.path().metadata()
                && metadata.is_file()
            {
                files.push((entry.path(), metadata));
            }
        }
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(files)
    }

    /// Reads up to `bytes` bytes at a place; fewer at the end.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn read_at(&self, file: &File, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
        self.look()?;
        let mut buffer = vec![0; bytes];
        let length = source::read_at(file, offset, &mut buffer)?;
        buffer.truncate(length);
        Ok(buffer)
    }

    /// All bytes of a file.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.call()?;
        let mut file = source::open_path(path)?;
        self.call()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Opens the file that a lock is held on, and makes it when it is not there.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn open_lock(&self, path: &Path) -> io::Result<File> {
        self.call()?;
        let options = || File::options().read(true).write(true).mode(PRIVATE).to_owned();
        match options().create_new(true).open(path) {
            Ok(file) => {
                // Whatever the umask; the next run has to open it too.
                file.set_permissions(Permissions::from_mode(PRIVATE))?;
                Ok(file)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => options().open(path),
            Err(error) => Err(error),
        }
    }

    /// Locks a file unless somebody else has; tells whether it did.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn try_lock(&self, file: &File) -> io::Result<bool> {
        self.call()?;
        match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Writes a report beside its place, whole; readers see it only from [`place`](Self::place) on. With `durable` it has
    /// reached the disk when this returns. An existing file's mode, and its owner where that is allowed, are kept; a new
    /// one is readable for everybody, whatever the umask.
    ///
    /// # Errors
    ///
    /// Those of `write` too. What was there before stays, and nothing else is left.
    pub fn draft(
        &self,
        target: PathBuf,
        durable: bool,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> io::Result<Draft> {
        self.draft_with_mode(target, SHARED, durable, write)
    }

    /// Puts a draft in its place in one step, so that readers see the old file or the new one, whole.
    ///
    /// # Errors
    ///
    /// As the operating system says. What was there before stays, or the new file is there and may not have reached the
    /// disk.
    pub fn place(&self, draft: Draft) -> io::Result<()> {
        let Draft { temporary, target, durable } = draft;
        self.call()?;
        temporary.persist(&target).map_err(|error| error.error)?;
        if durable {
            self.call()?;
            File::open(source::folder_of(&target))?.sync_all()?;
        }
        Ok(())
    }

    /// Writes into a device, a pipe or an open file, after what is in it.
    ///
    /// # Errors
    ///
    /// Those of `write` too; `TimedOut` when the run is to end and nobody reads.
    pub fn stream(&self, path: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> io::Result<()> {
        self.call()?;
        let stream = Stream::open(path, || self.is_stopped())?;
        let mut out = BufWriter::new(Out { disk: self, file: stream });
        write(&mut out).and_then(|()| out.flush())
    }

    /// Replaces a file that only its owner may read, unless it has another mode already, in one step and durably.
    ///
    /// # Errors
    ///
    /// As [`draft`](Self::draft) and [`place`](Self::place).
    pub fn replace_private(
        &self,
        path: &Path,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> io::Result<()> {
        self.place(self.draft_with_mode(path.to_owned(), PRIVATE, true, write)?)
    }

    fn draft_with_mode(
        &self,
        target: PathBuf,
        mode: u32,
        durable: bool,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> io::Result<Draft> {
        let before = target.metadata().ok().filter(Metadata::is_file);
        let temporary = self.create_temporary(source::folder_of(&target), before.as_ref(), mode)?;
        let mut out = BufWriter::new(Out { disk: self, file: temporary.as_file() });
        write(&mut out).and_then(|()| out.flush())?;
        drop(out);
        if durable {
            self.call()?;
            temporary.as_file().sync_all()?;
        }
        Ok(Draft { temporary, target, durable })
    }

    /// A temporary file with the owner and the mode of the file that it is going to replace, else with `mode`.
    fn create_temporary(&self, folder: &Path, before: Option<&Metadata>, mode: u32) -> io::Result<NamedTempFile> {
        self.call()?;
        let temporary = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder).map_err(plain)?;
        let file = temporary.as_file();
        let mut mode = before.map_or(mode, |before| before.mode() & MODE);
        if let Some(before) = before
            && !is_given(file, before)?
        {
            // What a file may do in the name of its owner or group is for that one only.
            mode &= !SET_ID;
        }
        self.call()?;
        match file.set_permissions(Permissions::from_mode(mode)) {
            // File systems without modes refuse to change them.
            Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unsupported) => {}
            done => done?,
        }
        Ok(temporary)
    }
}

/// A file that is written, but not in its place yet; dropped, it vanishes.
#[derive(Debug)]
pub struct Draft {
    temporary: NamedTempFile,
    target: PathBuf,
    durable: bool,
}

/// Gives a new file to the owner of another one, or at least to its group; tells whether both are the same then.
fn is_given(file: &File, like: &Metadata) -> io::Result<bool> {
    let own = file.metadata()?;
    let (is_owner, is_group) = (own.uid() == like.uid(), own.gid() == like.gid());
    if is_owner && is_group {
        return Ok(true);
    }
    let given = fchown(file, Some(like.uid()), Some(like.gid())).is_ok();
    // Only root gives files away; to a group that one is in, everybody may.
    if !given && !is_group {
        drop(fchown(file, None, Some(like.gid())));
    }
    Ok(given)
}

/// The error of the operating system alone; that of the crate names the temporary file, which nobody asked for.
fn plain(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(std::error::Error::source).and_then(|it| it.downcast_ref::<io::Error>());
    inner.and_then(io::Error::raw_os_error).map_or(error, io::Error::from_raw_os_error)
}

/// Writes to a file, each write a call that may fail.
struct Out<'d, W> {
    disk: &'d Disk,
    file: W,
}

impl<W: Write> Write for Out<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.call()?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_from_its_text() {
        assert_eq!(Fault::parse("7:28"), Some(Fault { call: 7, lasting: false, failure: Failure::Error(28) }));
        assert_eq!(Fault::parse("1+:5"), Some(Fault { call: 1, lasting: true, failure: Failure::Error(5) }));
        assert_eq!(Fault::parse("3:kill"), Some(Fault { call: 3, lasting: false, failure: Failure::Kill }));
        assert_eq!(Fault::parse("3:panic"), Some(Fault { call: 3, lasting: false, failure: Failure::Panic }));
        for wrong in ["", "7", "x:5", "7:x", ":5"] {
            assert_eq!(Fault::parse(wrong), None, "{wrong}");
        }
    }
}
