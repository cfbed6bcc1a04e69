//! What eight tokens in a row do to the open containers. It is worked out once and kept: logs say the same over and over,
//! so the grammar of nearly every stretch is one look-up. It knows tokens, neither bytes nor keys.
//!
//! A window is the token before and seven new ones. What they ask of the containers that were open before, they ask
//! whatever these are: so many are closed or have a comma, each of this kind; then so many are opened. Windows compose,
//! so the walk over a line is a few shifts a window.

use crate::scan::simd::{
    CLOSE_ARRAY, CLOSE_OBJECT, COMMA, KEY, LINE, NOTHING, OPEN_ARRAY, OPEN_OBJECT, SCALAR, STRING,
};

/// Tokens in a window, with the one before.
pub const WINDOW: usize = 8;

/// Bits of a container in a stack: none at all, an array, an object.
pub const LEVEL: u32 = 2;
/// All bits of one.
const INNERMOST: u64 = 0b11;
const ARRAY: u64 = 0b01;
const OBJECT: u64 = 0b10;

/// How many windows are kept; a power of two.
const ENTRIES: usize = 1 << ENTRIES_LOG2;
const ENTRIES_LOG2: u32 = 12;

/// The windows that were seen last.
#[derive(Debug)]
pub struct Memo {
    entries: Box<[Effect; ENTRIES]>,
}

/// What a window does to a stack of containers, whose innermost one is lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(16))]
pub struct Effect {
    /// The codes of the window.
    codes: u64,
    /// The containers that were open before and are touched.
    touched: u16,
    /// What these have to be.
    need: u16,
    /// What is opened and stays open.
    opened: u16,
    /// Bits of the containers that were open before and are closed; above them whether the outermost one that is touched
    /// has a comma.
    closes: u8,
    /// Bits of the containers that stay open.
    opens: u8,
}

/// In `closes`: the outermost container that is touched has a comma, or of a line's first window the root.
const HAS_COMMA: u8 = 0x80;

impl Default for Memo {
    fn default() -> Self {
        Self { entries: Box::new([Effect::default(); ENTRIES]) }
    }
}

/// The containers of a line up to some token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// The open ones, the innermost lowest; what is nested deeper than 32 levels is lost, and then not found again.
    open: u64,
    /// Not zero when the line is no JSON.
    wrong: u64,
    /// Not zero when the root has more members than one.
    root_commas: u8,
}

impl Stack {
    /// How many containers are open.
    #[inline(always)]
    pub const fn depth(self) -> u32 {
        (u64::BITS + 1 - self.open.leading_zeros()) / LEVEL
    }

    /// Goes on by a window.
    #[inline(always)]
    pub fn go_on(&mut self, codes: u64, memo: &mut Memo) {
        let effect = memo.effect(codes);
        let touched = u64::from(effect.touched);
        self.wrong |= (self.open & touched) ^ u64::from(effect.need);
        self.root_commas |= effect.closes & HAS_COMMA & u8::from(self.open <= touched).wrapping_neg();
        // The shift takes the lower six bits.
        let left = self.open.wrapping_shr(u32::from(effect.closes));
        self.open = left.wrapping_shl(u32::from(effect.opens)) | u64::from(effect.opened);
    }

    /// Whether the line that ends here is one object.
    #[inline(always)]
    pub const fn is_sound(self) -> bool {
        self.open | self.wrong == 0
    }

    /// Whether the root of a sound line has one member or none.
    #[inline(always)]
    pub const fn has_one_member(self) -> bool {
        self.root_commas == 0
    }
}

impl Memo {
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

    #[cold]
    #[inline(never)]
    fn learn(&mut self, slot: usize, codes: u64) {
        self.entries[slot] = effect(codes);
    }
}

/// Works out what a window does.
fn effect(codes: u64) -> Effect {
    let window = codes.to_le_bytes();
    let mut stack = Local { opened: 1, touched: 0, need: 0, closed: 0, comma_at: None };
    let mut pairs = window.windows(2);
    let follows = pairs.all(|pair| match *pair {
        [before, code] => follows(before, code) && stack.step(before, code),
        _ => false,
    });
    if !follows {
        // What is needed is not even touched, so this is wrong behind anything.
        return Effect { codes, need: u16::MAX, ..Effect::default() };
    }
    let opens = stack.opened.ilog2();
    // The outermost container that is touched; when none is, the one that the window opened first.
    let outermost =
        if stack.touched == 0 { window.first() == Some(&LINE) } else { stack.comma_at == Some(stack.touched) };
    let has_comma = if outermost && stack.comma_at.is_some() { HAS_COMMA } else { 0 };
    Effect {
        codes,
        touched: ((1_u32 << (LEVEL * stack.touched)) - 1) as u16,
        need: stack.need as u16,
        opened: (stack.opened ^ 1 << opens) as u16,
        closes: (LEVEL * stack.closed) as u8 | has_comma,
        opens: opens as u8,
    }
}

/// Whether a token may stand behind another one, whatever contains them. A comma in front of a key is one of an object,
/// any other is one of an array; that is looked at with the containers.
const fn follows(before: u8, code: u8) -> bool {
    let is_value = matches!(code, STRING | SCALAR | OPEN_OBJECT | OPEN_ARRAY);
    match before {
        LINE => matches!(code, OPEN_OBJECT | NOTHING),
        OPEN_OBJECT => matches!(code, KEY | CLOSE_OBJECT),
        OPEN_ARRAY => is_value || code == CLOSE_ARRAY,
        CLOSE_OBJECT => matches!(code, COMMA | CLOSE_OBJECT | CLOSE_ARRAY | LINE),
        CLOSE_ARRAY | STRING | SCALAR => matches!(code, COMMA | CLOSE_OBJECT | CLOSE_ARRAY),
        COMMA => is_value || code == KEY,
        KEY => is_value,
        NOTHING => code == NOTHING,
        _ => false,
    }
}

/// The containers while a window is worked out.
struct Local {
    /// What the window opened, below a one.
    opened: u64,
    /// How many containers from before are touched.
    touched: u32,
    /// What these have to be.
    need: u64,
    /// How many of them are closed.
    closed: u32,
    /// Of the containers from before with a comma the outermost, counted from the innermost one on, from 1; 0 for what the
    /// window itself opened as the outermost.
    comma_at: Option<u32>,
}

impl Local {
    /// Takes a token; whether the containers are right.
    fn step(&mut self, before: u8, code: u8) -> bool {
        let comma = match (before, code) {
            (COMMA, KEY) => self.comma(OBJECT),
            (COMMA, _) => self.comma(ARRAY),
            _ => true,
        };
        comma
            && match code {
                OPEN_OBJECT => self.open(OBJECT),
                OPEN_ARRAY => self.open(ARRAY),
                CLOSE_OBJECT => self.close(OBJECT),
                CLOSE_ARRAY => self.close(ARRAY),
                _ => true,
            }
    }

    const fn open(&mut self, kind: u64) -> bool {
        self.opened = self.opened << LEVEL | kind;
        true
    }

    /// The innermost container is of this kind.
    const fn is_in(&mut self, kind: u64) -> bool {
        if self.opened != 1 {
            return self.opened & INNERMOST == kind;
        }
        if self.closed == self.touched {
            self.need |= kind << (LEVEL * self.touched);
            self.touched += 1;
        }
        (self.need >> (LEVEL * self.closed)) & INNERMOST == kind
    }

    fn comma(&mut self, kind: u64) -> bool {
        if self.opened == 1 {
            self.comma_at = Some(self.closed + 1);
        } else if self.opened.ilog2() == LEVEL && self.touched == 0 {
            self.comma_at = Some(0);
        }
        self.is_in(kind)
    }

    const fn close(&mut self, kind: u64) -> bool {
        let is_right = self.is_in(kind);
        if self.opened == 1 {
            self.closed += 1;
        } else {
            self.opened >>= LEVEL;
        }
        is_right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(window: [u8; WINDOW]) -> u64 {
        u64::from_le_bytes(window)
    }

    /// Whether a line of these tokens is sound, and whether its root has one member, in windows.
    fn walked(tokens: &[u8]) -> (bool, bool) {
        let mut memo = Memo::default();
        let mut stack = Stack::default();
        let line: Vec<u8> = std::iter::once(LINE).chain(tokens.iter().copied()).chain([LINE]).collect();
        for start in (0..line.len() - 1).step_by(WINDOW - 1) {
            let window = std::array::from_fn(|place| line.get(start + place).copied().unwrap_or(NOTHING));
            stack.go_on(codes(window), &mut memo);
        }
        (stack.is_sound(), stack.has_one_member())
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
            let (is_sound, one) = walked(&tokens);
            let members = descended(&tokens);
            assert_eq!(is_sound, members.is_some(), "{tokens:?}");
            if let Some(members) = members {
                sound += 1;
                assert_eq!(one, members < 2, "{tokens:?}");
            }
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
                assert_eq!(walked(&tokens).0, descended(&tokens).is_some(), "{tokens:?}");
            }
        }
    }
}
