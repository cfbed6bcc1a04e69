//! The file-system calls behind the state and the outputs, one by one, so that a test can make any of them fail. It does
//! not know what the files hold.

use std::fs::{File, Metadata, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::NamedTempFile;

use crate::input::discover::TEMPORARY;
use crate::input::{FileId, source};

/// Mode of files that only their owner may read.
const PRIVATE: u32 = 0o600;
/// Mode of reports.
const SHARED: u32 = 0o644;

/// A failure that a test asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The call that fails, counted from 1.
    pub call: u64,
    /// Whether all later calls fail as well.
    pub lasting: bool,
    /// The number of the error; none ends the process as `kill -9` does.
    pub errno: Option<i32>,
}

impl Fault {
    /// Reads `7:28`: the seventh call fails with error 28; `7+:28`: all from the seventh on; `7:kill`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (call, error) = text.split_once(':')?;
        let (call, lasting) = call.strip_suffix('+').map_or((call, false), |call| (call, true));
        let errno = if error == "kill" { None } else { Some(error.parse().ok()?) };
        Some(Self { call: call.parse().ok()?, lasting, errno })
    }
}

/// The file system.
#[derive(Debug, Default)]
pub struct Disk {
    fault: Option<Fault>,
    calls: AtomicU64,
}

impl Disk {
    /// The file system, with a failure if a test asks for one.
    #[must_use]
    pub fn new(fault: Option<Fault>) -> Self {
        Self { fault, calls: AtomicU64::new(0) }
    }

    /// Counts a call, which fails when it is its turn.
    fn call(&self) -> io::Result<()> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(fault) = self.fault else { return Ok(()) };
        if number != fault.call && !(fault.lasting && number > fault.call) {
            return Ok(());
        }
        match fault.errno {
            Some(errno) => Err(io::Error::from_raw_os_error(errno)),
            None => {
                rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL)?;
                Ok(())
            }
        }
    }

    /// Opens a file for reading, without waiting for a writer of a pipe.
    ///
    /// # Errors
    ///
    /// The error of the operating system; so everywhere here.
    pub fn open(&self, path: &Path) -> io::Result<File> {
        self.call()?;
        source::open_path(path)
    }

    /// Opens a certain file, which may have been renamed in its directory.
    ///
    /// # Errors
    ///
    /// `NotFound` when the directory does not hold the file.
    pub fn open_same(&self, path: &Path, id: FileId) -> io::Result<File> {
        self.call()?;
        source::open_same(path, id)
    }

    /// What is known of a path, through symbolic links.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.call()?;
        path.metadata()
    }

    /// The regular files of a directory, sorted, without this program's temporary files.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn files(&self, folder: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
        self.call()?;
        let mut files = Vec::new();
        for entry in folder.read_dir()? {
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
        self.call()?;
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
        let mut file = self.open(path)?;
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
        File::options().read(true).write(true).create(true).truncate(false).mode(PRIVATE).open(path)
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

    /// Replaces a report in one step, so that readers see the old one or the new one, whole. With `durable` the new one
    /// has reached the disk when this returns. A link stays one: what it leads to is replaced. Devices and pipes are
    /// written into, never replaced.
    ///
    /// # Errors
    ///
    /// Those of `write` too. What was there before stays, and nothing else is left.
    pub fn replace(
        &self,
        path: &Path,
        durable: bool,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> io::Result<()> {
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if target.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            self.call()?;
            let file = File::options().write(true).open(&target)?;
            let mut out = BufWriter::new(Out { disk: self, file: &file });
            return write(&mut out).and_then(|()| out.flush());
        }
        self.replace_with_mode(&target, SHARED, durable, write)
    }

    /// Replaces a file that only its owner may read, in one step and durably.
    ///
    /// # Errors
    ///
    /// As [`replace`](Self::replace).
    pub fn replace_private(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.replace_with_mode(path, PRIVATE, true, |out| out.write_all(bytes))
    }

    fn replace_with_mode(
        &self,
        path: &Path,
        mode: u32,
        durable: bool,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> io::Result<()> {
        let folder = source::folder_of(path);
        let temporary = self.create_temporary(folder, mode)?;
        let mut out = BufWriter::new(Out { disk: self, file: temporary.as_file() });
        write(&mut out).and_then(|()| out.flush())?;
        drop(out);
        if durable {
            self.call()?;
            temporary.as_file().sync_all()?;
        }
        self.call()?;
        temporary.persist(path).map_err(|error| error.error)?;
        if durable {
            self.call()?;
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    fn create_temporary(&self, folder: &Path, mode: u32) -> io::Result<NamedTempFile> {
        self.call()?;
        let mut temporary = tempfile::Builder::new();
        let file = temporary.prefix(TEMPORARY).permissions(PermissionsExt::from_mode(mode)).tempfile_in(folder);
        // The error of the crate names the temporary file, which nobody asked for.
        file.map_err(|error| io::Error::from(error.kind()))
    }
}

/// Writes to a file, each write a call that may fail.
struct Out<'d> {
    disk: &'d Disk,
    file: &'d File,
}

impl Write for Out<'_> {
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
        assert_eq!(Fault::parse("7:28"), Some(Fault { call: 7, lasting: false, errno: Some(28) }));
        assert_eq!(Fault::parse("1+:5"), Some(Fault { call: 1, lasting: true, errno: Some(5) }));
        assert_eq!(Fault::parse("3:kill"), Some(Fault { call: 3, lasting: false, errno: None }));
        for wrong in ["", "7", "x:5", "7:x", ":5"] {
            assert_eq!(Fault::parse(wrong), None, "{wrong}");
        }
    }
}
