//! Any bytes are the same lines to every scanner: the first byte chooses where the envelope is (anywhere, when no pointer is
//! given) and how long a line may be, the rest is a chunk.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use resplog::profile::{Pointer, Profile};
use resplog::record::LINE_BYTES_MAX;
use resplog::scan::{Scanner, Tier, ScannerKind};

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, chunk)) = bytes.split_first() else { return };
    let pointers: &[&str] = match choice % 4 {
        0 if choice & 0x20 == 0 => &[],
        0 => &[""],
        1 => &["/w"],
        2 => &["/message", ""],
        _ => &["", "/w", "/message"],
    };
    let pointers = pointers.iter().map(|text| Pointer::parse(text).expect("a pointer")).collect();
    let profile = Arc::new(Profile::at(pointers).with_cloudaudit(choice & 0x10 != 0));
    let line_bytes_max = if choice & 0x80 == 0 { LINE_BYTES_MAX } else { usize::from(choice >> 2) };
    let told = |way: ScannerKind| {
        let mut told = Vec::new();
        let ends = Scanner::new(Arc::clone(&profile), line_bytes_max, way)
            .chunk(chunk, choice & 0x40 == 0, |span, scanned| told.push(format!("{span:?} {scanned:?}")));
        (told, ends)
    };
    let expected = told(ScannerKind::Reference);
    let tiers = Tier::ALL.into_iter().filter(|tier| tier.is_available()).map(ScannerKind::Fast);
    for way in tiers.chain([ScannerKind::Full]) {
        assert_eq!(told(way), expected, "{way:?} on {:?}", String::from_utf8_lossy(chunk));
    }
});
