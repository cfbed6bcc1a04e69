//! Tells of most texts, in one pass without a branch, that no reading of them has a secret; refuses to know what a secret
//! looks like beyond a few letters.
//!
//! Escapes such as `\"` hide no letter, so what has the letters of no name has no secret however many layers of them are
//! undone. Where escapes may stand for letters, and where there may be a query or a user, others have to look.

use super::patterns::KEY_ID_PREFIX;

/// Letters that every name of a secret has, and the key ids. `_` and `-` between them do not count.
const LETTERS: &[&str] = &["oken", "pass", "pwd", "码", "cret", "key", "sig", "cred", "rizat", KEY_ID_PREFIX];

/// What may hide letters, or begins or ends a secret without a name: for each place the bytes that may stand there.
const MARKS: &[&[&str]] = &[
    &["?"],
    &["@"],
    &["\\", "ux"],
    // What stands for a part of a name, of an escape, or of the above: `%` and `-`; digits and `?`; `@` and letters; letters,
    // `\` and `_`; the first bytes of `码`. Blanks, quotes, brackets, separators and other Chinese text do not.
    &["%", "2", "5D"],
    &["%", "3", "0123456789F"],
    &["%", "46"],
    &["%", "57", "0123456789ACEF"],
    &["%", "E", "7", "%", "A", "0"],
];

/// An automaton that follows all of these at once: a bit for each of their bytes, which is set when the text may have come
/// so far in it.
struct Automaton {
    /// By a byte of the text: the bits that may be set after it.
    masks: [u64; 256],
    /// By a byte of the text: the bits that move on by one, which are none for what does not count.
    moving: [u64; 256],
    /// By a byte of the text: the bits of what may begin with it.
    firsts: [u64; 256],
    last: u64,
}

impl Automaton {
    /// Says that a bit is for a byte, in either case; first bits are set wherever the byte stands.
    const fn add(&mut self, bit: u32, is_first: bool, byte: u8) {
        let bits = if is_first { &mut self.firsts } else { &mut self.masks };
        bits[byte.to_ascii_lowercase() as usize] |= 1 << bit;
        bits[byte.to_ascii_uppercase() as usize] |= 1 << bit;
    }
}

static AUTOMATON: Automaton = {
    let mut automaton = Automaton { masks: [0; 256], moving: [u64::MAX; 256], firsts: [0; 256], last: 0 };
    let mut bit = 0;
    let mut word = 0;
    while word < LETTERS.len() {
        let bytes = LETTERS[word].as_bytes();
        let mut place = 0;
        while place < bytes.len() {
            automaton.add(bit, place == 0, bytes[place]);
            bit += 1;
            place += 1;
        }
        automaton.last |= 1 << (bit - 1);
        word += 1;
    }
    let mut mark = 0;
    while mark < MARKS.len() {
        let mut place = 0;
        while place < MARKS[mark].len() {
            let bytes = MARKS[mark][place].as_bytes();
            let mut choice = 0;
            while choice < bytes.len() {
                automaton.add(bit, place == 0, bytes[choice]);
                choice += 1;
            }
            bit += 1;
            place += 1;
        }
        automaton.last |= 1 << (bit - 1);
        mark += 1;
    }
    automaton.masks[b'_' as usize] = u64::MAX;
    automaton.masks[b'-' as usize] = u64::MAX;
    automaton.moving[b'_' as usize] = 0;
    automaton.moving[b'-' as usize] = 0;
    automaton
};

/// Texts of fewer bytes are read in one go.
const SHORT_BYTES: usize = 96;

/// The automaton forgets what stands this many bytes before, of those that count: no pattern is longer.
const MEMORY: usize = {
    let mut longest = 0;
    let mut place = 0;
    while place < LETTERS.len() {
        longest = if LETTERS[place].len() > longest { LETTERS[place].len() } else { longest };
        place += 1;
    }
    place = 0;
    while place < MARKS.len() {
        longest = if MARKS[place].len() > longest { MARKS[place].len() } else { longest };
        place += 1;
    }
    longest
};

/// Whether a text may have a secret. It may have none all the same.
pub(super) fn may_hold_a_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < SHORT_BYTES {
        return has_last(bytes.iter().fold(START, step));
    }
    // A step waits for the one before it. So the four quarters are read at once, each from where the automaton has
    // forgotten what was before it.
    let quarter = bytes.len() / 4;
    let read = |place: usize| &bytes[warm_up(bytes, place * quarter)..(place + 1) * quarter];
    let [first, second, third, fourth] = [&bytes[..quarter], read(1), read(2), &bytes[warm_up(bytes, 3 * quarter)..]];
    let mut states = [START; 4];
    for (((a, b), c), d) in first.iter().zip(second).zip(third).zip(fourth) {
        let [w, x, y, z] = states;
        states = [step(w, a), step(x, b), step(y, c), step(z, d)];
    }
    let [w, x, y, z] = states;
    let rest = |state, part: &[u8]| part.iter().skip(quarter).fold(state, step);
    [w, rest(x, second), rest(y, third), rest(z, fourth)].into_iter().any(has_last)
}

/// Where to begin, so that nothing before it matters at a place.
fn warm_up(bytes: &[u8], place: usize) -> usize {
    let counts = |&byte: &u8| AUTOMATON.moving[usize::from(byte)] > 0;
    let before = bytes[..place].iter().enumerate().rev().filter(|(_, byte)| counts(byte));
    before.map(|(at, _)| at).nth(MEMORY).unwrap_or(0)
}

/// The bits that are set, and those that ever were.
type State = (u64, u64);

const START: State = (0, 0);

#[inline]
fn step((state, found): State, &byte: &u8) -> State {
    let Automaton { masks, moving, firsts, .. } = &AUTOMATON;
    let byte = usize::from(byte);
    let state = (state.wrapping_add(state & moving[byte]) & masks[byte]) | firsts[byte];
    (state, found | state)
}

fn has_last((_, found): State) -> bool {
    found & AUTOMATON.last != 0
}

#[cfg(test)]
mod tests {
    use super::super::patterns;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quarters_tell_what_the_whole_tells(
            before in "[a-z%\\\\ _-]{0,200}",
            pattern in prop::sample::select(vec!["o-k_en", "_p__a-s---s", "密码", "%E7%A0", "\\u", "@", "a", "AK--ID"]),
            after in "[a-z%2ABDEKI_-]{0,200}",
        ) {
            let text = format!("{before}{pattern}{after}");
            let whole = has_last(text.as_bytes().iter().fold(START, step));
            prop_assert_eq!(may_hold_a_secret(&text), whole, "{}", text);
        }
    }

    #[test]
    fn every_pattern_passes() {
        let names = [patterns::SECRET_NAMES, patterns::SECRET_WHOLE_NAMES, patterns::SECRET_HEADERS].concat();
        for name in names {
            let marked: String = name.chars().flat_map(|c| [c.to_ascii_uppercase(), '_']).collect();
            for text in [format!("{name}=a"), format!("a_{name}: b"), marked] {
                assert!(may_hold_a_secret(&text), "{text}");
            }
        }
        // A query begins with its `?`, and a user ends with an `@`, whatever else they have.
        for text in [
            "AKID1234567890123",
            "a?q-ak=1",
            "a://b:c@d",
            "pass%77ord=a",
            "pa%5fss=a",
            "pa%2Dss=a",
            "%e5%af%86%e7%a0%81=a",
            "%255f",
            "%5Cu",
            "p%%36%31ss",
            "a%40",
            r"tok\u0065n=a",
            r"tok\x65n=a",
        ] {
            assert!(may_hold_a_secret(text), "{text}");
        }
    }

    #[test]
    fn most_texts_do_not() {
        for text in
            ["", "code=5: a, b: \"c\\n\"", "to be, sword: a", r#"{\"code\":[1,2],\"n_o_d_e\":\"\\\\\"}"#, "密：a"]
        {
            assert!(!may_hold_a_secret(text), "{text}");
        }
    }
}
