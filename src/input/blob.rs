//! Bytes that can be read at any place: those of a file, or of an object in a store. It knows no line.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::object;

/// Bytes that can be read at any place, by several threads.
#[derive(Debug)]
pub enum Blob {
    /// A file.
    File(File),
    /// An object.
    Object(object::Reader),
}

impl Blob {
    /// From now on it is read in order: what comes next of an object is fetched meanwhile.
    pub fn read_ahead(&self) {
        if let Self::Object(object) = self {
            object.read_ahead();
        }
    }

    /// Fills a buffer from a place on, and tells how far; less at the end alone.
    ///
    /// # Errors
    ///
    /// As the operating system says, or the store. An object may say `Interrupted`, and means it: the run was stopped.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => read_at(file, offset, out),
            Self::Object(object) => object.read_at(offset, out),
        }
    }
}

impl From<File> for Blob {
    fn from(file: File) -> Self {
        Self::File(file)
    }
}

/// Fills a buffer with what stands at a place of a file, and tells how many bytes there are; fewer at the end only.
///
/// # Errors
///
/// As the operating system says.
pub fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while let Some(room) = buffer.get_mut(length..).filter(|room| !room.is_empty()) {
        match file.read_at(room, offset + length as u64) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
