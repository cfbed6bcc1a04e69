//! How far a follower is: what it had to leave, and whether it has read what was there when it began.

use crate::follow::Plan;
use crate::input::Compression;
use crate::input::feed::InputRead;

/// How far a follower is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// How many bytes of plain files and pipes were read.
    pub bytes_read: u64,
    /// How many of plain files were there before the first look, and are to be read.
    pub backlog: u64,
    /// Whether the last look left something, and whether that was archives too.
    pub has_more: bool,
    pub puts_off: bool,
    /// Whether the last look read anything.
    has_read: bool,
}

impl Progress {
    /// Notes what a plan leaves for the next look.
    pub const fn plan(&mut self, plan: &Plan) {
        (self.has_more, self.puts_off) = (plan.has_more, plan.puts_off);
    }

    /// Notes what a look read.
    pub fn read(&mut self, reads: &[InputRead]) {
        self.has_read = reads.iter().any(|read| read.bytes > 0);
        let plain = reads.iter().filter(|read| read.compression == Compression::None);
        self.bytes_read += plain.map(|read| read.bytes).sum::<u64>();
    }

    /// Whether the last look had to leave something, so that the next one should come at once.
    pub const fn is_behind(&self) -> bool {
        self.has_more && self.has_read
    }

    /// Whether what was there before the first look has been read.
    pub const fn has_caught_up(&self) -> bool {
        !self.has_more || (!self.puts_off && self.bytes_read >= self.backlog)
    }
}
