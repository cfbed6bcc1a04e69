//! The last bytes of a stream that were passed over, for those who have to look back from the first line that is read.

/// How much of an input can be seen before a chunk, in bytes.
pub const BEFORE_BYTES: usize = 576 * 1024;

/// The last bytes that were passed over, at most [`BEFORE_BYTES`].
#[derive(Debug, Default)]
pub struct Passed(Vec<u8>);

impl Passed {
    /// Takes the next bytes that are passed over.
    pub fn pass(&mut self, bytes: &[u8]) {
        let kept = BEFORE_BYTES.saturating_sub(bytes.len()).min(self.0.len());
        self.0.drain(..self.0.len() - kept);
        self.0.extend_from_slice(bytes.get(bytes.len().saturating_sub(BEFORE_BYTES)..).unwrap_or_default());
    }

    /// The bytes, once.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bytes_are_kept() {
        let mut passed = Passed::default();
        passed.pass(b"first");
        passed.pass(&[b'x'; BEFORE_BYTES - 2]);
        passed.pass(b"");
        let kept = passed.take();
        assert_eq!((kept.len(), kept.get(..2)), (BEFORE_BYTES, Some(&b"st"[..])));
        passed.pass(&[b'y'; BEFORE_BYTES + 1]);
        assert_eq!(passed.take().len(), BEFORE_BYTES);
    }
}
