//! How much a report lists, so that its JSON stays small whatever the log says. Sizes are those of the JSON report,
//! rather too large than too small; what is listed depends on counts and names alone.

/// How large the JSON of a report becomes at the most, in bytes. Inputs that were not read whole come on top: each has a
/// row.
const JSON_BYTES_MAX: usize = 19_000_000;
/// What there is to be shared when what is listed in any case has taken all.
const LEFT_BYTES_MIN: usize = 400_000;

/// What is left for lists, in bytes, and whether any was cut.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    left: usize,
    is_exceeded: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: JSON_BYTES_MAX, is_exceeded: false }
    }
}

impl Budget {
    /// Takes off what is listed in any case.
    pub const fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }

    /// Whether any list was cut.
    #[must_use]
    pub const fn is_exceeded(&self) -> bool {
        self.is_exceeded
    }

    fn share(&self, shares: usize) -> usize {
        self.left.max(LEFT_BYTES_MIN) / shares.max(1)
    }

    /// How many entries of each list are listed, of entries that take these bytes, so that all together take no more than
    /// one of this many equal shares of what is left: the lists take turns, in their order, until the next entry does
    /// not fit.
    pub fn turns(&mut self, lists: &[Vec<usize>], shares: usize) -> Vec<usize> {
        let mut listed = vec![0; lists.len()];
        let mut left = self.share(shares);
        let turns = lists.iter().map(Vec::len).max().unwrap_or(0);
        let entries = (0..turns).flat_map(|turn| {
            let entries = lists.iter().enumerate();
            entries.filter_map(move |(list, entries)| Some((list, *entries.get(turn)?)))
        });
        for (list, bytes) in entries {
            let Some(less) = left.checked_sub(bytes) else {
                self.is_exceeded = true;
                break;
            };
            left = less;
            self.spend(bytes);
            if let Some(listed) = listed.get_mut(list) {
                *listed += 1;
            }
        }
        listed
    }

    /// Takes the last rows off, so that the others take no more than one of this many equal shares of what is left.
    pub fn fold<T>(&mut self, rows: &mut Vec<T>, shares: usize, bytes: impl Fn(&T) -> usize) -> Vec<T> {
        let sizes: Vec<_> = rows.iter().map(|row| vec![bytes(row)]).collect();
        let listed = self.turns(&sizes, shares).into_iter().sum();
        rows.split_off(listed)
    }
}

/// How many bytes a text takes in JSON, its quotes included.
#[must_use]
pub fn text(text: &str) -> usize {
    let bytes = |c: char| match c {
        '"' | '\\' => 2,
        '\0'..='\x1f' | '\x7f' => 6,
        ' '..='~' => 1,
        // Scripts in which most texts are written; of the others some characters are written as escapes.
        '\u{AE}'..='\u{34E}' | '\u{370}'..='\u{61B}' | '\u{2E80}'..='\u{3163}' | '\u{3165}'..='\u{D7FF}' => {
            c.len_utf8()
        }
        _ => 6 * c.len_utf16(),
    };
    2 + text.chars().map(bytes).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_take_turns_until_the_next_entry_does_not_fit() {
        const MB: usize = 1_000_000;
        let lists = [vec![3 * MB, 3 * MB, 3 * MB], vec![MB], vec![2 * MB, 9 * MB]];
        let turns = |left, shares| {
            let mut budget = Budget { left, is_exceeded: false };
            let listed = budget.turns(&lists, shares);
            (listed, budget.left, budget.is_exceeded())
        };
        assert_eq!(turns(30 * MB, 1), (vec![3, 1, 2], 9 * MB, false));
        assert_eq!(turns(18 * MB, 2), (vec![2, 1, 1], 9 * MB, true));
        assert_eq!(turns(4 * MB, 1), (vec![1, 1, 0], 0, true));
        assert_eq!(turns(0, 1), (vec![0, 0, 0], 0, true));
    }

    #[test]
    fn the_last_rows_are_taken_off() {
        let mut budget = Budget { left: 3_000_000, is_exceeded: false };
        let mut rows = vec![700_000, 200_000, 100_001, 5];
        assert_eq!(budget.fold(&mut rows, 3, |&bytes| bytes), [100_001, 5]);
        assert_eq!((rows, budget.left), (vec![700_000, 200_000], 2_100_000));
    }
}
