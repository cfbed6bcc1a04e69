//! Any bytes are the same lines wherever they are cut into chunks, whether a thread has seen the lines before a chunk or looks
//! back at them, and whether frames are undone by chunk or by line: the first byte chooses the size of chunks, and by one bit
//! whether each chunk has a thread of its own.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use resplog::internals::input::around::Around;
use resplog::internals::neighbours::{Chunk, Neighbours};
use resplog::profile::Profile;
use resplog::record::LINE_BYTES_MAX;
use resplog::scan::{Scanner, ScannerKind, Tier};

/// Lines by their places, of chunks of this many bytes and the rest of their last line.
fn told(text: &[u8], chunk_bytes: usize, is_alone: bool) -> Vec<String> {
    let profile = Arc::new(Profile::at(Vec::new()));
    let kind = ScannerKind::Fast(Tier::best());
    let new = || {
        let scanner = Scanner::new(Arc::clone(&profile), LINE_BYTES_MAX, kind);
        (scanner, Neighbours::new(&profile, LINE_BYTES_MAX, kind))
    };
    let (mut scanner, mut neighbours) = new();
    let mut told = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let from = chunk_bytes.min(rest.len()) - 1;
        let end = start + rest[from..].iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| from + at + 1);
        let before = [Arc::new(text[..start].to_vec())];
        // The bytes after a chunk are whole lines from its end on.
        let around = Around::of_stream(&before, &text[end..]);
        if is_alone {
            (scanner, neighbours) = new();
        }
        let chunk = Chunk { input: 0, text: &text[start..end], offset: start as u64, around: &around };
        neighbours.chunk(&mut scanner, chunk, |span, scanned, id| {
            told.push(format!("{} {:?} {:?} {:?} {id:?}", start + span.start, scanned.line, scanned.anomalies, scanned.doubts));
        });
        start = end;
    }
    told
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, text)) = bytes.split_first() else { return };
    let expected = told(text, usize::MAX, false);
    let chunk_bytes = 1 + usize::from(choice >> 1) * 8;
    assert_eq!(told(text, chunk_bytes, choice & 1 != 0), expected, "{}", String::from_utf8_lossy(text));
});
