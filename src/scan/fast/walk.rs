//! The walk over the tokens of a chunk: whether every line is one object. It goes over the line ends as over any other
//! token, and looks for the line that is wrong only when one is. The grammar is the memo's.

use super::memo::{Memo, Root, Stack};
use crate::scan::simd::{LINE, Tokens};

/// Of so many groups of a log in which roots have several members, one is tried as if they had one.
const TRIED: u32 = 32;

/// What a thread keeps of its walks.
#[derive(Debug)]
pub struct Walk {
    lone: Memo,
    any: Memo,
    /// What is expected of the next groups.
    expected: Root,
    /// Whether that is a guess, which no group has confirmed.
    is_guess: bool,
    /// How many groups were walked over that were expected to have several members.
    tried: u32,
    /// The last token that was passed.
    at: usize,
    stack: Stack,
}

impl Walk {
    /// A walk that has met nothing yet.
    pub fn new() -> Self {
        Self {
            lone: Memo::new(Root::Lone),
            any: Memo::new(Root::Any),
            expected: Root::Lone,
            is_guess: true,
            tried: 0,
            at: 0,
            stack: Stack::default(),
        }
    }

    /// Goes back to the start of a chunk, which is the start of a line.
    pub fn begin(&mut self) {
        (self.at, self.stack) = (0, Stack::default());
    }

    /// Walks over the tokens that a group has added, and adds a flaw for each line end whose line is wrong. Tells how many
    /// members the roots have of lines that are not: where most have one at most, those with more are wrong too.
    pub fn group(&mut self, tokens: &mut Tokens, to: usize) -> Root {
        if self.expected == Root::Any {
            self.tried += 1;
            if self.tried.is_multiple_of(TRIED) {
                (self.expected, self.is_guess) = (Root::Lone, true);
            }
        }
        let range = (self.at, tokens.ends.codes - 1);
        let mut root = self.expected;
        let mut stack = self.stack.walk(&tokens.codes, range, self.memo(root));
        if !stack.is_sound() && self.is_guess {
            root = Root::Any;
            stack = self.stack.walk(&tokens.codes, range, &mut self.any);
        }
        if stack.is_sound() {
            self.stack = stack;
            (self.expected, self.is_guess) = (root, false);
        } else {
            self.line_by_line(tokens, range, to, root);
        }
        self.at = range.1;
        root
    }

    fn memo(&mut self, root: Root) -> &mut Memo {
        match root {
            Root::Lone => &mut self.lone,
            Root::Any => &mut self.any,
        }
    }

    /// Walks over a group in which some line is wrong.
    #[cold]
    fn line_by_line(&mut self, tokens: &mut Tokens, (from, to): (usize, usize), end: usize, root: Root) {
        let mut start = from;
        let mut before = self.stack;
        // Sound lines by how many members their roots have.
        let (mut lone, mut several) = (0, 0);
        let new = tokens.codes.get(from + 1..=to).unwrap_or_default();
        for behind in memchr::memchr_iter(LINE, new) {
            let range = (start, from + 1 + behind);
            let is_lone = before.walk(&tokens.codes, range, &mut self.lone).is_sound();
            let is_sound = is_lone || before.walk(&tokens.codes, range, &mut self.any).is_sound();
            lone += usize::from(is_lone);
            several += usize::from(is_sound && !is_lone);
            if !is_sound || !is_lone && root == Root::Lone {
                let place = tokens.place_of(range.1, end);
                tokens.flaws.push(place as u32);
            }
            (start, before) = (range.1, Stack::default());
        }
        self.stack = before.walk(&tokens.codes, (start, to), self.memo(root));
        if several + lone > 0 {
            self.expected = if several > lone { Root::Any } else { Root::Lone };
        }
    }
}
