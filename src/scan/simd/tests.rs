//! The vector versions against the portable one, and the portable one against plain comparisons.

use super::*;

/// Blocks that hold every byte at every place, and pseudo-random ones.
fn blocks() -> impl Iterator<Item = [u8; BLOCK]> {
    let every = (0..=255_u8).map(|first| std::array::from_fn(|place| first.wrapping_add(place as u8)));
    let mut state = 1_u64;
    let random = (0..2000).map(move |_| {
        std::array::from_fn(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
    });
    every.chain(random)
}

fn plain(before: u8, block: &[u8; BLOCK]) -> Masks {
    let mask = |is: &dyn Fn(u8) -> bool| (0..BLOCK).fold(0, |mask, place| mask | u64::from(is(block[place])) << place);
    let pairs = std::iter::once(before).chain(*block).zip(*block).enumerate();
    Masks {
        quote: mask(&|byte| byte == b'"'),
        backslash: mask(&|byte| byte == b'\\'),
        open: mask(&|byte| byte == b'{' || byte == b'['),
        close: mask(&|byte| byte == b'}' || byte == b']'),
        curly: mask(&|byte| byte & 0x20 != 0),
        comma: mask(&|byte| byte == b','),
        colon: mask(&|byte| byte == b':'),
        newline: mask(&|byte| byte == b'\n'),
        blank: mask(&|byte| byte == b' '),
        control: mask(&|byte| byte < 0x20),
        scalar: mask(&|byte| !b"{}[],:\" \n\r".contains(&byte)),
        digit: mask(&|byte| byte.is_ascii_digit()),
        zero: mask(&|byte| byte == b'0'),
        initial: mask(&|byte| byte == b'R' || byte == b'E'),
        misplaced: pairs.fold(0, |mask, (place, (before, byte))| {
            mask | u64::from(class::behind(class::of(before)) & class::of(byte) == 0) << place
        }),
        not_utf8: 0,
    }
}

#[test]
fn portable_masks_are_plain_comparisons() {
    let mut state = portable::Classifier::new();
    let mut before = b'\n';
    for block in blocks() {
        let masks = Masks { not_utf8: 0, ..state.block(&block) };
        assert_eq!(masks, plain(before, &block), "{block:?}");
        before = block[BLOCK - 1];
    }
}

/// Texts that are UTF-8 or nearly so, of whole blocks.
fn texts() -> impl Iterator<Item = Vec<u8>> {
    let characters = ["a", "é", "你", "😀", "\u{7ff}", "\u{800}", "\u{ffff}", "\u{10000}", "\u{10ffff}"];
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
    let mut seed = 7_u64;
    (0..3000).map(move |round| {
        let mut text = Vec::new();
        while text.len() < 4 * BLOCK {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pick = (seed >> 33) as usize;
            if round % 2 == 1 && pick.is_multiple_of(40) {
                text.extend_from_slice(broken[pick / 40 % broken.len()]);
            } else {
                text.extend_from_slice(characters[pick % characters.len()].as_bytes());
            }
        }
        text.truncate(3 * BLOCK);
        text.extend_from_slice(&[b' '; BLOCK]);
        text
    })
}

#[test]
fn what_is_not_utf8_is_found() {
    for text in texts() {
        let mut state = portable::Classifier::new();
        let wrong = text.as_chunks().0.iter().fold(0, |wrong, block| wrong | state.block(block).not_utf8);
        assert_eq!(wrong == 0, str::from_utf8(&text).is_ok(), "{text:x?}");
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn every_tier_gives_the_masks_of_the_portable_one() {
    let random = blocks().collect::<Vec<_>>();
    let texts = texts().map(|text| text.as_chunks().0.to_vec());
    for run in std::iter::once(random).chain(texts) {
        x86::assert_like_portable(&run);
    }
}

#[test]
fn prefix_xor_is_a_running_parity() {
    let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..1000 {
        let parity = (0..64).fold(0, |sum, place| sum | u64::from((bits << (63 - place)).count_ones() & 1) << place);
        assert_eq!(portable::prefix_xor(bits), parity);
        bits = bits.rotate_left(7).wrapping_mul(0xff51_afd7_ed55_8ccd);
    }
}
