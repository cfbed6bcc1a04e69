//! Where lines begin and end in buffers: pure functions on bytes, without files.

/// The bytes that a line may have before its text: one NUL of padding and a byte order mark. Behind it, one CR.
pub const AROUND_TEXT_BYTES: usize = 1 + 3 + 1;

/// The lines of a part of a file are those that begin in it. `buffer` holds the file from the byte before the part,
/// or from the part's start when the part is the first of the file; `part_bytes` is how long the part is. Gives the
/// place where the first line begins, or nothing when none does.
#[must_use]
pub fn first_line(buffer: &[u8], part_bytes: usize, first_part: bool) -> Option<usize> {
    if first_part {
        return (part_bytes > 0).then_some(0);
    }
    // A line that begins at the last byte of the part has its LF one byte before.
    let before_last = buffer.get(..part_bytes.min(buffer.len())).unwrap_or_default();
    memchr::memchr(b'\n', before_last).map(|place| place + 1)
}

/// The place after the last line of `buffer` that is complete; 0 when none is.
#[must_use]
pub fn complete_lines(buffer: &[u8]) -> usize {
    memchr::memrchr(b'\n', buffer).map_or(0, |place| place + 1)
}

/// Shrinks the NUL padding of the unfinished line that begins at `start` of a buffer to one NUL, and tells how many
/// bytes went. The line's class and anomalies stay what they are.
pub fn shrink_padding(buffer: &mut Vec<u8>, start: usize) -> usize {
    let padding = buffer[start..].iter().take_while(|&&byte| byte == 0).count();
    let dropped = padding.saturating_sub(1);
    buffer.drain(start..start + dropped);
    dropped
}

/// Whether the unfinished line that begins at `start` of a buffer is longer than `line_bytes_max` whatever follows. If
/// so, it is cut: what stays is still too long, and the rest need not be kept.
pub fn cut_oversize(buffer: &mut Vec<u8>, start: usize, line_bytes_max: usize) -> bool {
    let bytes_max = line_bytes_max.saturating_add(AROUND_TEXT_BYTES);
    if buffer.len() - start <= bytes_max {
        return false;
    }
    buffer.truncate(start + bytes_max + 1);
    // A CR here is none at the end of the line.
    if let Some(last) = buffer.last_mut() {
        *last = b' ';
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_begins_in_exactly_one_part() {
        let file = b"a\n\nbcd\nefghij\nk";
        let starts = [0, 2, 3, 7, 14];
        for part_bytes in 1..=file.len() + 1 {
            let mut found = Vec::new();
            for begin in (0..file.len()).step_by(part_bytes) {
                let end = (begin + part_bytes).min(file.len());
                let from = begin.saturating_sub(1);
                let mut at = first_line(&file[from..], end - begin, begin == 0).map(|place| from + place);
                while let Some(start) = at.filter(|&start| start < end) {
                    found.push(start);
                    at = memchr::memchr(b'\n', &file[start..]).map(|place| start + place + 1);
                }
            }
            assert_eq!(found, starts, "parts of {part_bytes}");
        }
    }

    #[test]
    fn an_unfinished_line_is_bounded_without_changing_what_it_is() {
        let mut padded = [&b"x\n"[..], &[0; 100], b"{}"].concat();
        assert_eq!(shrink_padding(&mut padded, 2), 99);
        assert_eq!(padded, b"x\n\0{}");
        assert!(!cut_oversize(&mut padded, 2, 10));
        let mut long = vec![b'\r'; 1000];
        assert!(cut_oversize(&mut long, 0, 10));
        assert_eq!(long.len(), 10 + AROUND_TEXT_BYTES + 1);
        assert_eq!(long.last(), Some(&b' '));
    }
}
