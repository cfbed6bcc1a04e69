//! Keys as paths through a tree of the prefixes of names. It does not know what a name means.

use super::table::Field;

/// Names as a tree of their prefixes: most keys leave it after two or three letters, and no key is copied.
pub(super) struct Tree<const PREFIXES: usize> {
    /// The prefix that a prefix becomes with one more byte, by the byte's class.
    pub(super) next: [[u16; CLASSES_MAX]; PREFIXES],
    last: u16,
}

/// The number of what begins no name.
pub(super) const NO_NAME: u16 = 0;
/// The number of the empty prefix.
pub(super) const START: u16 = 1;

/// What the bytes of keys are: one class for a letter in either case, one for each other byte that stands in a name.
static CLASSES: [u8; 256] = CLASSES_OF_BYTES;
pub(super) const CLASSES_OF_BYTES: [u8; 256] = classes();
/// What is in no name.
const IN_NO_NAME: u8 = 0;
/// `_`, `-`, `@` and `.`, which leave a prefix as it is.
pub(super) const IGNORED: u8 = 1;
/// A power of two, so that no bounds need checking.
const CLASSES_MAX: usize = 64;

impl<const PREFIXES: usize> Tree<PREFIXES> {
    pub(super) const fn new() -> Self {
        let mut next = [[NO_NAME; CLASSES_MAX]; PREFIXES];
        next[START as usize][IGNORED as usize] = START;
        Self { next, last: START }
    }

    /// Goes along the bytes of a key from a prefix, to the last prefix, and gives what it did not take.
    pub(super) fn walk<'k>(&self, mut prefix: u16, key: &'k [u8]) -> (u16, &'k [u8]) {
        for (place, &byte) in key.iter().enumerate() {
            let class = CLASSES[byte as usize] as usize % CLASSES_MAX;
            let next = self.next.get(prefix as usize).map_or(NO_NAME, |next| next[class]);
            if next == NO_NAME {
                return (prefix, key.get(place..).unwrap_or_default());
            }
            prefix = next;
        }
        (prefix, &[])
    }

    /// Walks from a prefix along a name, makes what is missing, and gives the prefix at the end. Fails to compile when
    /// there are too many.
    pub(super) const fn add(&mut self, mut prefix: u16, name: &str) -> u16 {
        let mut at = 0;
        while at < name.len() {
            let class = CLASSES_OF_BYTES[name.as_bytes()[at] as usize] as usize;
            if self.next[prefix as usize][class] == NO_NAME {
                self.last += 1;
                self.next[prefix as usize][class] = self.last;
                self.next[self.last as usize][IGNORED as usize] = self.last;
            }
            prefix = self.next[prefix as usize][class];
            at += 1;
        }
        prefix
    }
}

const fn classes() -> [u8; 256] {
    let mut classes = [IN_NO_NAME; 256];
    let ignored = b"_-@.";
    let mut at = 0;
    while at < ignored.len() {
        classes[ignored[at] as usize] = IGNORED;
        at += 1;
    }
    let mut last = IGNORED;
    while last < IGNORED + 26 {
        last += 1;
        classes[(b'a' + last - IGNORED - 1) as usize] = last;
        classes[(b'A' + last - IGNORED - 1) as usize] = last;
    }
    let mut field_at = 0;
    while field_at < Field::ALL.len() {
        let names = Field::ALL[field_at].names();
        let mut name_at = 0;
        while name_at < names.len() {
            let name = names[name_at].as_bytes();
            let mut at = 0;
            while at < name.len() {
                if classes[name[at] as usize] == IN_NO_NAME {
                    last += 1;
                    classes[name[at] as usize] = last;
                }
                at += 1;
            }
            name_at += 1;
        }
        field_at += 1;
    }
    assert!((last as usize) < CLASSES_MAX);
    classes
}
