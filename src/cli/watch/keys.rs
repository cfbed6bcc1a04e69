//! Keys as bytes of a terminal become what somebody wants.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Up,
    Down,
    /// Shows one code's ids, or all codes again.
    Enter,
    /// Goes back.
    Back,
    Pause,
    Report,
    Ticket,
    End,
}

/// The keys in these bytes; others mean nothing.
pub fn keys(bytes: &[u8]) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        let (key, next) = match (first, tail) {
            (0x1b, [b'[' | b'O', b'A', next @ ..]) => (Some(Key::Up), next),
            (0x1b, [b'[' | b'O', b'B', next @ ..]) => (Some(Key::Down), next),
            (0x1b, [b'[' | b'O', next @ ..]) => (None, sequence_end(next)),
            (0x1b, []) => (Some(Key::Back), tail),
            (b'k', _) => (Some(Key::Up), tail),
            (b'j', _) => (Some(Key::Down), tail),
            (b'\r' | b'\n', _) => (Some(Key::Enter), tail),
            (0x7f | 0x08, _) => (Some(Key::Back), tail),
            (b'p' | b' ', _) => (Some(Key::Pause), tail),
            (b'w', _) => (Some(Key::Report), tail),
            (b't', _) => (Some(Key::Ticket), tail),
            (b'q', _) => (Some(Key::End), tail),
            _ => (None, tail),
        };
        keys.extend(key);
        rest = next;
    }
    keys
}

/// What comes after a sequence of a key that means nothing here.
fn sequence_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| (0x40..0x7f).contains(byte)).map_or(bytes.len(), |place| place + 1);
    bytes.get(end..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_sequences_that_mean_nothing() {
        assert_eq!(keys(b"\x1b[A\x1bOBjk\r"), [Key::Up, Key::Down, Key::Down, Key::Up, Key::Enter]);
        assert_eq!(keys(b"\x1b[5~q"), [Key::End], "page up, then q");
        assert_eq!(keys(b"\x1b"), [Key::Back]);
        assert_eq!(keys("pwt日".as_bytes()), [Key::Pause, Key::Report, Key::Ticket]);
    }
}
