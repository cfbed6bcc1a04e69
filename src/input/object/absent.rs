//! What stands in for stores in a build without them: every name is one that cannot be read, and there are no objects.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Failure;
use crate::time::Nanos;

const LACKS: &str = "this build lacks object stores: expected one with the feature 'object-store', as packages are";

/// What does not exist; outside of here nobody sees that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Never {}

/// The stores, of which there are none.
#[derive(Clone, Debug, Default)]
pub struct Stores(());

impl Stores {
    /// None, whatever the settings.
    #[must_use]
    pub fn new(_: super::Settings, _: Arc<AtomicBool>) -> Self {
        Self(())
    }

    /// The objects that a name means.
    ///
    /// # Errors
    ///
    /// There are none.
    pub fn list(&self, _: &Path) -> Result<Vec<(PathBuf, Object)>, Failure> {
        Err(Failure::refused(LACKS))
    }

    /// The objects of these names.
    ///
    /// # Errors
    ///
    /// There are none.
    pub fn named(&self, _: &[PathBuf]) -> Result<Vec<(PathBuf, Object)>, Failure> {
        Err(Failure::refused(LACKS))
    }

    /// An object that was listed before.
    ///
    /// # Errors
    ///
    /// There are none.
    pub fn object(&self, _: &Path, _: u64, _: &str) -> Result<Object, Failure> {
        Err(Failure::refused(LACKS))
    }
}

/// An object, of which there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object(Never);

impl Object {
    /// How many bytes it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        match self.0 {}
    }

    /// What changes whenever its bytes do.
    #[must_use]
    pub const fn etag(&self) -> &str {
        match self.0 {}
    }

    /// When it was written.
    #[must_use]
    pub const fn modified(&self) -> Option<Nanos> {
        match self.0 {}
    }

    /// Why it could not be read, once it could not.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        match self.0 {}
    }

    /// Its first bytes.
    ///
    /// # Errors
    ///
    /// There is none.
    pub const fn magic(&self) -> io::Result<&[u8]> {
        match self.0 {}
    }

    /// Keeps the first of its first bytes.
    pub(in super::super) const fn note_magic(&self, _: &[u8]) {
        match self.0 {}
    }

    /// Asks whether it is still there.
    ///
    /// # Errors
    ///
    /// There is none.
    pub const fn check(&self) -> Result<(), Failure> {
        match self.0 {}
    }

    /// Opens it.
    #[must_use]
    pub const fn open(&self, _: Option<&Range<u64>>) -> Reader {
        match self.0 {}
    }

    /// Opens it to look at its beginning.
    #[must_use]
    pub const fn open_head(&self) -> Reader {
        match self.0 {}
    }
}

/// An opened object, of which there is none.
#[derive(Debug)]
pub struct Reader(Never);

impl Reader {
    /// Reads what comes next.
    pub const fn read_ahead(&self) {
        match self.0 {}
    }

    /// Fetches.
    pub const fn prefetch(&self) {
        match self.0 {}
    }

    /// Reads.
    ///
    /// # Errors
    ///
    /// There is none.
    pub const fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }
}
