//! Addresses in messages: IPv4, IPv6, MAC, host names; refuses to know where they lead.

use super::cursor::{Cursor, HOST};

impl Cursor<'_> {
    pub(super) fn mac(&self, at: usize) -> Option<usize> {
        let mut end = self.hex(at, 2, 2)?;
        let separator = [*self.bytes.get(end)?];
        if !matches!(separator, [b':' | b'-']) {
            return None;
        }
        for _ in 1..6 {
            end = self.hex(self.byte(end, &separator)?, 2, 2)?;
        }
        (!self.is_word_at(end) && !self.is_continued(end)).then_some(end)
    }

    pub(super) fn ipv4(&self, at: usize) -> Option<usize> {
        let mut end = at;
        for index in 0..4 {
            if index > 0 {
                end = self.byte(end, b".")?;
            }
            let start = end;
            end = self.digits(start, 1, 3)?;
            if self.text[start..end].parse::<u8>().is_err() {
                return None;
            }
        }
        let goes_on = self.byte(end, b".").is_some_and(|next| self.is_word_at(next));
        (!goes_on && !self.is_word_at(end)).then(|| self.with_port_or_prefix(end))
    }

    pub(super) fn ipv6(&self, at: usize) -> Option<usize> {
        let gap_at = |at: usize| self.bytes[at..].starts_with(b"::");
        let (mut end, mut gap, mut groups) = (at, false, 0);
        // One group more than there may be, and no further.
        for _ in 0..9 {
            if !gap && gap_at(end) {
                gap = true;
                end += 2;
            } else if groups > 0 {
                let Some(next) = self.byte(end, b":").filter(|&next| self.hex(next, 1, 4).is_some()) else {
                    break;
                };
                end = next;
            }
            let Some(group_end) = self.hex(end, 1, 4) else {
                break;
            };
            groups += 1;
            if groups > 1
                && let Some(ipv4_end) = self.ipv4(end)
            {
                end = ipv4_end;
                groups += 1;
                break;
            }
            end = group_end;
        }
        let is_whole = if gap { (1..8).contains(&groups) } else { groups == 8 };
        let has_digit = self.bytes[at..end].iter().any(u8::is_ascii_digit);
        let goes_on = self.bytes.get(end) == Some(&b':') && self.is_continued(end);
        (is_whole && has_digit && !goes_on && !self.is_word_at(end)).then(|| self.with_port_or_prefix(end))
    }

    /// `:8080` or `/24` after an address.
    pub(super) fn with_port_or_prefix(&self, end: usize) -> usize {
        let more = self.byte(end, b":/").and_then(|at| self.digits(at, 1, 5));
        more.filter(|&more| !self.is_word_at(more)).unwrap_or(end)
    }

    /// Where a host name ends: two labels at least, the last as asked for.
    pub(super) fn host_end(&self, at: usize, is_top_level: impl Fn(&str) -> bool) -> Option<usize> {
        let run_end = self.run_end(at, HOST);
        let run = &self.bytes[at..run_end];
        let length = run.iter().rposition(u8::is_ascii_alphanumeric)? + 1;
        let dot = run[..length].iter().rposition(|&byte| byte == b'.')?;
        let end = at + length;
        let is_host =
            run[..dot].last().is_some_and(u8::is_ascii_alphanumeric) && is_top_level(&self.text[at + dot + 1..end]);
        // A mask after `a.com-` stands for letters, with which it was no host either.
        (is_host && !self.is_word_at(run_end)).then_some(end)
    }
}
