//! What eight tokens in a row do to the open containers. It is worked out once and kept: logs say the same over and over,
//! so the grammar of nearly every stretch is one look-up. It knows tokens, neither bytes nor keys.
//!
//! A window is the token before and seven new ones, wherever lines end. What they ask of the containers that were open
//! before, they ask whatever these are: so many are closed, each of this kind; then so many are opened. Windows compose,
//! so the walk over a group of lines is a few shifts a window.

use crate::scan::simd::{
    CLOSE_ARRAY, CLOSE_OBJECT, COMMA, KEY, LINE, NOTHING, OPEN_ARRAY, OPEN_OBJECT, SCALAR, STRING,
};

/// Tokens in a window, with the one before.
const WINDOW: usize = 8;

/// Windows behind which it is asked whether something is wrong.
const STRIDE: usize = 8;

/// Bits of a container in a stack.
const LEVEL: u32 = 2;
/// All bits of one.
const ALL: u64 = 0b11;
/// The bit that no object has.
const NO_OBJECT: u64 = 0b01;
/// The object that a line is.
const ROOT: u64 = 0b00;
const ARRAY: u64 = 0b01;
/// An object that is not the root.
const OBJECT: u64 = 0b10;
/// What is left when the root is closed. It lies below every line, and no token opens it: where more levels are open than
/// fit, it is lost, and no line ends any more.
const BOTTOM: u64 = 0b11;

/// How many windows are kept; a power of two.
const ENTRIES: usize = 1 << ENTRIES_LOG2;
const ENTRIES_LOG2: u32 = 15;

/// How many members the root of a line may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// One at most, as the root of a bare response.
    Lone,
    /// Any number.
    Any,
}

/// The windows that were seen last.
#[derive(Debug)]
pub struct Memo {
    root: Root,
    entries: Box<[Effect; ENTRIES]>,
}

/// What a window does to a stack of containers, whose innermost one is lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(16))]
pub struct Effect {
    /// The codes of the window.
    codes: u64,
    /// The bits that are looked at, of the containers that were open before.
    touched: u16,
    /// What these have to be.
    need: u16,
    /// What is opened and stays open.
    opened: u16,
    /// Bits of the containers that were open before and are closed.
    closes: u8,
    /// Bits of the containers that stay open.
    opens: u8,
}

/// A token, and the containers that are open behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The token.
    pub token: usize,
    stack: Stack,
}

/// The containers of a line up to some token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stack {
    /// The open ones, the innermost lowest.
    open: u64,
    /// Not zero when some line up to here is not an object, or not one with as many members as its root may have.
    wrong: u64,
}

impl Place {
    /// The start of a line, behind the line end that is this token.
    pub const fn at_start(token: usize) -> Self {
        Self { token, stack: Stack { open: BOTTOM, wrong: 0 } }
    }

    /// A place in a line that is wrong, whatever comes.
    pub const fn in_wrong_line(token: usize) -> Self {
        Self { token, stack: Stack { open: BOTTOM, wrong: 1 } }
    }

    /// Goes on to a token. When something is wrong, the error is a place on the way up to which nothing is; what is wrong
    /// is the line that goes on there, or one of the next.
    #[inline(always)]
    pub fn walk(self, codes: &[u8], to: usize, memo: &mut Memo) -> Result<Self, Self> {
        let Self { token: mut at, mut stack } = self;
        let mut sound = self;
        while at + STRIDE * (WINDOW - 1) <= to {
            for _ in 0..STRIDE {
                stack.go_on(window(codes, at), memo);
                at += WINDOW - 1;
            }
            if stack.wrong != 0 {
                return Err(sound);
            }
            sound = Self { token: at, stack };
        }
        while at + WINDOW - 1 <= to {
            stack.go_on(window(codes, at), memo);
            at += WINDOW - 1;
        }
        if at < to {
            // Behind the last token there is nothing.
            stack.go_on(window(codes, at) & u64::MAX >> (u8::BITS as usize * (WINDOW - 1 - (to - at))), memo);
        }
        if stack.wrong == 0 { Ok(Self { token: to, stack }) } else { Err(sound) }
    }
}

impl Stack {
    /// Goes on by a window.
    #[inline(always)]
    fn go_on(&mut self, codes: u64, memo: &mut Memo) {
        let effect = memo.effect(codes);
        self.wrong |= (self.open & u64::from(effect.touched)) ^ u64::from(effect.need);
        // The shifts take the lower six bits.
        let left = self.open.wrapping_shr(u32::from(effect.closes));
        self.open = left.wrapping_shl(u32::from(effect.opens)) | u64::from(effect.opened);
    }
}

impl Memo {
    /// Windows of lines whose roots have so many members.
    pub fn new(root: Root) -> Self {
        Self { root, entries: Box::new([Effect::default(); ENTRIES]) }
    }

    /// What a window does.
    #[inline(always)]
    fn effect(&mut self, codes: u64) -> &Effect {
        // The upper bits of a product depend on all bits of the codes.
        let slot = (codes.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - ENTRIES_LOG2)) as usize;
        if self.entries[slot].codes != codes {
            self.learn(slot, codes);
        }
        &self.entries[slot]
    }

    /// Puts a window into its slot; what was there goes into the slot beside, or comes back from it.
    #[cold]
    #[inline(never)]
    fn learn(&mut self, slot: usize, codes: u64) {
        self.entries.swap(slot, slot ^ 1);
        if self.entries[slot].codes != codes {
            self.entries[slot] = effect(codes, self.root);
        }
    }
}

/// The codes of a window.
#[inline(always)]
fn window(codes: &[u8], at: usize) -> u64 {
    codes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |window| u64::from_le_bytes(*window))
}

/// Works out what a window does.
fn effect(codes: u64, root: Root) -> Effect {
    let window = codes.to_le_bytes();
    let mut stack = Local { root, opened: 1, touched: 0, need: 0, closed: 0 };
    let follows = window.windows(2).all(|pair| match *pair {
        [before, code] => follows(before, code) && stack.step(before, code),
        _ => false,
    });
    if !follows {
        // What is needed is not even touched, so this is wrong behind anything.
        return Effect { codes, need: u16::MAX, ..Effect::default() };
    }
    let opens = stack.opened.ilog2();
    Effect {
        codes,
        touched: stack.touched as u16,
        need: stack.need as u16,
        opened: (stack.opened ^ 1 << opens) as u16,
        closes: (LEVEL * stack.closed) as u8,
        opens: opens as u8,
    }
}

/// Whether a token may stand behind another one, whatever contains them. A comma in front of a key is one of an object,
/// any other is one of an array; that is looked at with the containers. Lines may be empty, and nothing fills up a window.
const fn follows(before: u8, code: u8) -> bool {
    let is_value = matches!(code, STRING | SCALAR | OPEN_OBJECT | OPEN_ARRAY);
    match before {
        _ if code == NOTHING => true,
        LINE => matches!(code, OPEN_OBJECT | LINE),
        OPEN_OBJECT => matches!(code, KEY | CLOSE_OBJECT),
        OPEN_ARRAY => is_value || code == CLOSE_ARRAY,
        CLOSE_OBJECT => matches!(code, COMMA | CLOSE_OBJECT | CLOSE_ARRAY | LINE),
        CLOSE_ARRAY | STRING | SCALAR => matches!(code, COMMA | CLOSE_OBJECT | CLOSE_ARRAY),
        COMMA => is_value || code == KEY,
        KEY => is_value,
        _ => false,
    }
}

/// The containers while a window is worked out.
struct Local {
    root: Root,
    /// What the window opened, below a one.
    opened: u64,
    /// The bits that are looked at, of the containers from before.
    touched: u64,
    /// What these have to be.
    need: u64,
    /// How many of those containers are closed.
    closed: u32,
}

impl Local {
    /// Takes a token; whether the containers are right.
    fn step(&mut self, before: u8, code: u8) -> bool {
        let comma = match (before, code, self.root) {
            (COMMA, KEY, Root::Any) => self.is_in(NO_OBJECT, ROOT),
            (COMMA, KEY, Root::Lone) => self.is_in(ALL, OBJECT),
            (COMMA, ..) if code != NOTHING => self.is_in(ALL, ARRAY),
            _ => true,
        };
        comma
            && match code {
                OPEN_OBJECT => self.open(if before == LINE { ROOT } else { OBJECT }),
                OPEN_ARRAY => self.open(ARRAY),
                CLOSE_OBJECT => self.is_in(NO_OBJECT, ROOT) && self.close(),
                CLOSE_ARRAY => self.is_in(ALL, ARRAY) && self.close(),
                LINE => self.is_in(ALL, BOTTOM),
                _ => true,
            }
    }

    /// Whether the innermost container can have these bits, of those that are looked at.
    const fn is_in(&mut self, bits: u64, kind: u64) -> bool {
        if self.opened != 1 {
            return self.opened & bits == kind;
        }
        let level = LEVEL * self.closed;
        let fits = (self.need ^ kind << level) & self.touched & bits << level == 0;
        self.touched |= bits << level;
        self.need |= kind << level;
        fits
    }

    const fn open(&mut self, kind: u64) -> bool {
        self.opened = self.opened << LEVEL | kind;
        true
    }

    const fn close(&mut self) -> bool {
        if self.opened == 1 {
            self.closed += 1;
        } else {
            self.opened >>= LEVEL;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a line of these tokens is sound, as one of several lines, by the number of members that roots may have.
    fn walked(tokens: &[u8], root: Root) -> bool {
        let line: Vec<u8> = std::iter::once(LINE).chain(tokens.iter().copied()).chain([LINE]).collect();
        let mut memo = Memo::new(root);
        let whole = |codes: &[u8], memo: &mut Memo| {
            let padded = [codes, &[NOTHING; WINDOW]].concat();
            Place::at_start(0).walk(&padded, codes.len() - 1, memo).is_ok()
        };
        let is_sound = whole(&line, &mut memo);
        let other = [LINE, OPEN_OBJECT, KEY, OPEN_ARRAY, STRING, CLOSE_ARRAY, CLOSE_OBJECT, LINE];
        let among = [&other[..], &line[1..], &other[1..], &line[1..]].concat();
        assert_eq!(whole(&among, &mut memo), is_sound, "{tokens:?} among others");
        is_sound
    }

    /// The same by the book: a value by recursive descent.
    fn descended(tokens: &[u8]) -> Option<usize> {
        fn value(tokens: &[u8]) -> Option<&[u8]> {
            match tokens.split_first()? {
                (&(STRING | SCALAR), rest) => Some(rest),
                (&OPEN_OBJECT, rest) => members(rest, CLOSE_OBJECT).map(|(rest, _)| rest),
                (&OPEN_ARRAY, rest) => members(rest, CLOSE_ARRAY).map(|(rest, _)| rest),
                _ => None,
            }
        }
        fn members(mut tokens: &[u8], close: u8) -> Option<(&[u8], usize)> {
            if tokens.first() == Some(&close) {
                return Some((&tokens[1..], 0));
            }
            let mut count = 0;
            loop {
                if close == CLOSE_OBJECT {
                    tokens = tokens.strip_prefix(&[KEY])?;
                }
                tokens = value(tokens)?;
                count += 1;
                match tokens.split_first()? {
                    (&COMMA, rest) => tokens = rest,
                    (&code, rest) if code == close => return Some((rest, count)),
                    _ => return None,
                }
            }
        }
        let (rest, count) = members(tokens.strip_prefix(&[OPEN_OBJECT])?, CLOSE_OBJECT)?;
        rest.is_empty().then_some(count)
    }

    const CODES: [u8; 8] = [OPEN_OBJECT, OPEN_ARRAY, CLOSE_OBJECT, CLOSE_ARRAY, COMMA, KEY, STRING, SCALAR];

    #[test]
    fn windows_say_what_recursive_descent_says() {
        // Random tokens that nearly follow each other, so that many lines are sound, and all short ones.
        let mut seed = 1_u64;
        let mut next = |bound: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % bound
        };
        let mut sound = 0;
        for round in 0..200_000 {
            let mut tokens = vec![OPEN_OBJECT];
            let mut open = vec![CLOSE_OBJECT];
            while !open.is_empty() && tokens.len() < 5 + round % 60 {
                let before = *tokens.last().unwrap();
                let may: Vec<u8> = CODES.into_iter().filter(|&code| follows(before, code)).collect();
                let code = may[next(may.len())];
                match code {
                    OPEN_OBJECT => open.push(CLOSE_OBJECT),
                    OPEN_ARRAY => open.push(CLOSE_ARRAY),
                    CLOSE_OBJECT | CLOSE_ARRAY if next(50) > 0 && open.last() != Some(&code) => continue,
                    CLOSE_OBJECT | CLOSE_ARRAY => drop(open.pop()),
                    COMMA if next(50) > 0 => {
                        tokens.push(COMMA);
                        if open.last() == Some(&CLOSE_OBJECT) {
                            tokens.push(KEY);
                        }
                        continue;
                    }
                    KEY if before == COMMA => continue,
                    _ => {}
                }
                tokens.push(code);
            }
            if next(2) == 0 {
                tokens.extend(open.into_iter().rev());
            }
            let members = descended(&tokens);
            assert_eq!(walked(&tokens, Root::Any), members.is_some(), "{tokens:?}");
            assert_eq!(walked(&tokens, Root::Lone), members.is_some_and(|count| count < 2), "{tokens:?}");
            sound += usize::from(members.is_some());
        }
        assert!(sound > 20_000, "{sound}");
    }

    #[test]
    fn every_short_line_is_what_recursive_descent_says() {
        let mut tokens = Vec::new();
        for length in 0..6_u32 {
            for number in 0..CODES.len().pow(length) {
                tokens.clear();
                tokens.push(OPEN_OBJECT);
                tokens.extend((0..length).map(|place| CODES[number / CODES.len().pow(place) % CODES.len()]));
                assert_eq!(walked(&tokens, Root::Any), descended(&tokens).is_some(), "{tokens:?}");
            }
        }
    }

    #[test]
    fn a_line_that_is_cut_is_not_sound_however_deep_it_is() {
        for depth in 1..70 {
            let mut tokens = vec![OPEN_OBJECT, KEY];
            tokens.resize(depth + 2, OPEN_ARRAY);
            tokens.resize(2 * depth + 2, CLOSE_ARRAY);
            tokens.push(CLOSE_OBJECT);
            // Deeper ones are left to the slower scanners; a window more or less depends on where it begins.
            assert!(walked(&tokens, Root::Any) || depth > 30, "{depth}");
            for cut in 1..tokens.len() {
                assert!(!walked(&tokens[..cut], Root::Any), "{depth} {cut}");
            }
            tokens.insert(depth + 2, CLOSE_ARRAY);
            assert!(!walked(&tokens, Root::Any), "{depth} and one too many");
        }
    }
}
