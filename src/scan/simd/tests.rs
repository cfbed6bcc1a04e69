//! The vector versions against the portable one, and the portable one against plain words; buffers end at guard pages.

#![allow(unsafe_code)]

use proptest::prelude::*;

use super::*;

/// What a tier says of a chunk: codes, the places of tokens, marks, odd bytes and the lines with flaws.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    codes: Vec<u8>,
    places: Vec<usize>,
    marks: Vec<u32>,
    odds: Vec<u32>,
    flawed: Vec<usize>,
    line_ends: usize,
}

fn told(chunk: &[u8], tier: Tier) -> Told {
    let mut tokens = Tokens::default();
    tokens.begin();
    let mut lexer = Lexer::new(chunk, tier);
    let (mut marks, mut odds, mut flaws) = (Vec::new(), Vec::new(), Vec::new());
    while lexer.group(&mut tokens).is_some() {
        let place = |&offset: &tokens::Offset| tokens.place(offset) as u32;
        marks.extend(tokens.marks[..tokens.ends.marks].iter().map(place));
        odds.extend(tokens.odds[..tokens.ends.odds].iter().map(place));
        flaws.extend_from_slice(&tokens.flaws);
    }
    let bits = |(place, block): (usize, &tokens::Block)| {
        let bits = block.tokens;
        (0..BLOCK).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| place * BLOCK + bit)
    };
    let line_of = |&place: &u32| chunk[..place as usize].iter().filter(|&&byte| byte == b'\n').count();
    let mut flawed: Vec<_> = flaws.iter().map(line_of).collect();
    flawed.dedup();
    // What stands behind the last line end is decided elsewhere.
    flawed.retain(|&line| line < tokens.line_ends);
    Told {
        codes: tokens.codes[..tokens.ends.codes].to_vec(),
        places: tokens.blocks[..chunk.len().div_ceil(BLOCK)].iter().enumerate().flat_map(bits).collect(),
        marks,
        odds,
        flawed,
        line_ends: tokens.line_ends,
    }
}

fn vectors() -> impl Iterator<Item = Tier> {
    [Tier::Avx2, Tier::Avx512].into_iter().filter(|tier| tier.is_available())
}

/// Pseudo-random numbers below a bound.
fn dice(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |bound| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % bound
    }
}

/// Texts without bytes of 0x80 or more, of bytes and words that mean something.
fn texts() -> impl Iterator<Item = Vec<u8>> {
    const WORDS: [&[u8]; 24] = [
        b"\"",
        b"\\",
        b"\n",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b" ",
        b"\t",
        b"\r",
        b"0",
        b"1.5e-3",
        b"true",
        b"null",
        b"\"RequestId\":",
        b"\"Error\":",
        b"\\\"",
        b"\\u4f60",
        b"\\u0045",
        b"\\\\",
        b"\"key\": \"value\"",
        b"\x01",
    ];
    let mut dice = dice(1);
    (0..4000).map(move |round| {
        let mut text = Vec::new();
        while text.len() < round % 700 {
            match dice(8) {
                0 => text.push(dice(128) as u8),
                1 => text.extend(std::iter::repeat_n(b'x', dice(80))),
                _ => text.extend_from_slice(WORDS[dice(WORDS.len())]),
            }
        }
        text
    })
}

#[test]
fn every_tier_gives_the_tokens_of_the_portable_one() {
    for text in texts() {
        let expected = told(&text, Tier::Portable);
        for tier in vectors() {
            assert_eq!(told(&text, tier), expected, "{tier:?} {:?}", String::from_utf8_lossy(&text));
        }
    }
}

#[test]
fn tokens_are_what_a_reader_sees() {
    let text = b"{\"Error\": [tr, -1,\"a\\\"\"] ,\"RequestId\":{}}\n{\"x\" :0}\n";
    for tier in vectors().chain([Tier::Portable]) {
        let told = told(text, tier);
        let first = [LINE, OPEN_OBJECT, KEY, OPEN_ARRAY, SCALAR, COMMA, SCALAR, COMMA, STRING, CLOSE_ARRAY];
        let second = [COMMA, KEY, OPEN_OBJECT, CLOSE_OBJECT, CLOSE_OBJECT, LINE];
        // The colon behind a blank is taken for the start of a number, and so is one.
        let third = [OPEN_OBJECT, STRING, SCALAR, CLOSE_OBJECT, LINE];
        assert_eq!(told.codes, [&first[..], &second, &third].concat());
        let places = [0, 7, 10, 11, 13, 15, 17, 22, 23, 25, 36, 38, 39, 40, 41, 42, 45, 47, 49, 50];
        assert_eq!(told.places, places);
        assert_eq!(told.marks, [7, 36, 41, 50]);
        assert_eq!(told.odds, [11, 15, 47]);
        assert!(told.flawed.is_empty());
        assert_eq!(told.line_ends, 2);
    }
}

/// Characters and what is none, between quotes.
fn strings() -> impl Iterator<Item = Vec<u8>> {
    let characters = ["a", "é", "你", "😀", "\u{7ff}", "\u{800}", "\u{ffff}", "\u{10000}", "\u{10ffff}", "\",\""];
    let broken: [&[u8]; 12] = [
        b"\x80",
        b"\xbf",
        b"\xc0\x80",
        b"\xc1\xbf",
        b"\xe0\x9f\xbf",
        b"\xed\xa0\x80",
        b"\xf0\x8f\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\xf5",
        b"\xff",
        b"\xe4\xbd",
        b"\xf0\x9f\x98",
    ];
    let mut dice = dice(7);
    (0..3000).map(move |round| {
        let mut text = vec![b'"'];
        while text.len() < 20 + round % 300 {
            if round % 2 == 1 && dice(40) == 0 {
                text.extend_from_slice(broken[dice(broken.len())]);
            } else {
                text.extend_from_slice(characters[dice(characters.len())].as_bytes());
            }
        }
        text.extend_from_slice(b"\",1\n");
        text
    })
}

#[test]
fn what_is_not_utf8_is_a_flaw_in_every_tier() {
    for text in strings() {
        for tier in vectors().chain([Tier::Portable]) {
            let told = told(&text, tier);
            assert_eq!(told.flawed.is_empty(), str::from_utf8(&text).is_ok(), "{tier:?} {text:x?}");
            assert_eq!(told.line_ends, 1);
        }
    }
}

#[test]
fn an_escape_is_a_flaw_when_it_is_none_or_may_spell_a_key() {
    for (escape, fine) in [
        ("\\n", true),
        ("\\/", true),
        ("\\\\", true),
        ("\\x", false),
        ("\\'", false),
        ("\\é", false),
        ("\\u4f60", true),
        ("\\u00e9", true),
        ("\\u0045", false),
        ("\\u12g4", false),
        ("\\u12", false),
        ("\\\u{1}", false),
    ] {
        for before in 0..130 {
            let text = format!("\"{}{escape}\"\n", "x".repeat(before));
            for tier in vectors().chain([Tier::Portable]) {
                assert_eq!(told(text.as_bytes(), tier).flawed.is_empty(), fine, "{tier:?} {text}");
            }
        }
    }
}

#[test]
fn a_torn_line_spoils_itself_only() {
    for before in 0..130 {
        let text = format!("[1]\n{{\"{}\n[\"a\"]\n\\\n[2]\n", "x".repeat(before));
        for tier in vectors().chain([Tier::Portable]) {
            let told = told(text.as_bytes(), tier);
            // A backslash outside of strings is found with the numbers.
            assert_eq!(told.flawed, [1, 3], "{tier:?} {text}");
            assert_eq!(told.line_ends, 5);
        }
    }
}

/// Memory with pages before and behind it that nobody may touch.
struct Guarded {
    start: *mut u8,
    page: usize,
}

impl Guarded {
    fn new() -> Self {
        use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect};
        let page = rustix::param::page_size();
        // SAFETY: new pages are mapped, nothing is replaced; the two outer ones lose their access.
        unsafe {
            let start =
                mmap_anonymous(std::ptr::null_mut(), 3 * page, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE)
                    .unwrap();
            mprotect(start, page, MprotectFlags::empty()).unwrap();
            mprotect(start.byte_add(2 * page), page, MprotectFlags::empty()).unwrap();
            Self { start: start.byte_add(page).cast(), page }
        }
    }

    fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the page between the others can be read and written, and belongs to nobody else.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.page) }
    }
}

#[test]
fn no_tier_reads_beyond_its_buffer() {
    let mut memory = Guarded::new();
    let page = memory.page;
    let text: Vec<u8> = texts().skip(600).take(40).flatten().take(page).collect();
    for length in 0..=256 {
        for place in [0, page - length] {
            let buffer = &mut memory.bytes()[place..place + length];
            buffer.copy_from_slice(&text[page - length..]);
            let expected = told(buffer, Tier::Portable);
            for tier in vectors() {
                assert_eq!(told(buffer, tier), expected, "{tier:?} {length}");
            }
        }
    }
}

proptest! {
    #[test]
    fn blocks_end_where_bytes_do(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "{\"a\":", "[", "]", "}", "1,", "\"\",", "\"[{\\\"}\",", "\"\\\\\"", "\"0123456789 ünd so weiter {[\"", "\\",
            ]),
            0..60,
        ),
        padding in 0..70_usize,
    ) {
        let text = format!("{}[{}", "x".repeat(padding), parts.concat());
        for text in [text.clone(), text + &"]".repeat(80)] {
            let expected = super::skip::portable(text.as_bytes(), padding, 0);
            let found = container_end(text.as_bytes(), padding);
            prop_assert!(found <= text.len());
            // A backslash outside of strings makes the text invalid.
            let outside = parts.contains(&"\\");
            prop_assert!(outside || found == expected, "{} {} {}", found, expected, text);
        }
    }
}
