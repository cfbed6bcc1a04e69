//! Any bytes with a right checksum are the file of a summary in its one form, or refused; what is read can be merged and
//! reported.

#![no_main]

use libfuzzer_sys::fuzz_target;
use resplog::internals::partial::wire::{MAGIC, VERSION, decode, encode};
use resplog::internals::summary::Summary;
use xxhash_rust::xxh3::xxh3_128;

fuzz_target!(|body: &[u8]| {
    let length = (body.len() as u64).to_le_bytes();
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes(), &[0], &length, body].concat();
    bytes.extend(xxh3_128(&bytes).to_le_bytes());
    if let Ok(read) = decode(&bytes) {
        let again = encode(&read).expect("what was read can be written");
        assert!(decode(&again).is_ok());
        let mut both = Summary::default();
        both.merge(read.summary);
    }
});
