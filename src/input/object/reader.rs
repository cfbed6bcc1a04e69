//! An opened object, which is read at any place like a file.

use std::io;
use std::iter;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::grid::Grid;
use super::listed::{MAGIC_BYTES, Object};
use super::pool::{Pool, ahead};

/// An opened object. Several threads may read it; ranges of it are shared by them, and kept for a while.
#[derive(Debug)]
pub struct Reader {
    pool: Arc<Pool<Object>>,
    number: u64,
    object: Object,
    grid: Grid,
    /// Whether it is read in order, from where it is read.
    is_ahead: AtomicBool,
}

impl Object {
    /// Opens it, to read a piece of it or all of it.
    #[must_use]
    pub fn open(&self, piece: Option<&Range<u64>>) -> Reader {
        let (size, pool) = (self.size(), self.pool());
        let piece = piece.map_or(0..size, |piece| piece.start.min(size)..piece.end.clamp(piece.start.min(size), size));
        Reader::new(Arc::clone(pool), self.clone(), Grid::Piece { piece, cell_bytes: pool.cell_bytes, size })
    }

    /// Opens it, to look at its beginning.
    #[must_use]
    pub fn open_head(&self) -> Reader {
        let pool = self.pool();
        Reader::new(Arc::clone(pool), self.clone(), Grid::Growing { cell_bytes: pool.cell_bytes, size: self.size() })
    }

    /// Its first bytes, 16 or all of them, which are asked for once.
    ///
    /// # Errors
    ///
    /// As [`Reader::read_at`].
    pub fn magic(&self) -> io::Result<&[u8]> {
        if let Some(magic) = self.known_magic() {
            return Ok(magic);
        }
        let mut head = vec![0; MAGIC_BYTES];
        let length = self.open_head().read_at(0, &mut head)?;
        self.note_magic(head.get(..length).unwrap_or_default());
        Ok(self.known_magic().unwrap_or_default())
    }
}

impl Reader {
    fn new(pool: Arc<Pool<Object>>, object: Object, grid: Grid) -> Self {
        Self { number: pool.reader(), pool, object, grid, is_ahead: AtomicBool::new(false) }
    }

    /// From now on what comes after a place that is read is fetched as well.
    pub fn read_ahead(&self) {
        self.is_ahead.store(true, Ordering::Relaxed);
    }

    /// Fetches its first bytes already, as far as there is room.
    pub fn prefetch(&self) {
        let first = self.grid.cell(0);
        if !first.is_empty() {
            self.pool.prefetch(self.number, &self.object, first);
        }
    }

    /// Fills a buffer from a place on, and tells how far; less at the end alone.
    ///
    /// # Errors
    ///
    /// A [`Failure`](super::Failure); `Interrupted` when the run was stopped.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        let ahead = if self.is_ahead.load(Ordering::Relaxed) { ahead() } else { 0 };
        let mut length = 0;
        while length < out.len() {
            let at = offset + length as u64;
            let cell = self.grid.cell(at);
            if at >= cell.end {
                break;
            }
            let after = iter::successors(self.grid.next(&cell), |cell| self.grid.next(cell)).take(ahead);
            let bytes = self.pool.get(self.number, &self.object, &cell, after)?;
            let held = bytes.get((at - cell.start) as usize..).unwrap_or_default();
            let taken = held.len().min(out.len() - length);
            if let (Some(room), Some(held)) = (out.get_mut(length..length + taken), held.get(..taken)) {
                room.copy_from_slice(held);
            }
            length += taken;
        }
        Ok(length)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.pool.close(self.number);
    }
}
