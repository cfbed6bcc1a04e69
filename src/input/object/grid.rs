//! Which ranges of an object are asked for: arithmetic on offsets. It knows no store.

use std::ops::Range;

/// How much is asked for of what lies around a piece, at once.
const AROUND_BYTES: u64 = 512 * 1024;
/// How much is asked for first of an object that is looked at.
const FIRST_BYTES: u64 = 16 * 1024;

/// Ranges that cover an object, of which each byte lies in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Grid {
    /// Long ones for a piece that is read to its end, short ones for what lies around it.
    Piece {
        /// The piece.
        piece: Range<u64>,
        /// How long the long ones are.
        cell_bytes: u64,
        /// How many bytes there are.
        size: u64,
    },
    /// Each as long as all before it, for who may want to see the beginning alone.
    Growing {
        /// How long the longest ones are.
        cell_bytes: u64,
        /// How many bytes there are.
        size: u64,
    },
}

impl Grid {
    /// The range that a byte lies in; one that ends at the end or before for a place after it.
    pub(super) fn cell(&self, offset: u64) -> Range<u64> {
        let (from, length, end) = match self {
            Self::Piece { piece, cell_bytes, .. } if piece.contains(&offset) => (piece.start, *cell_bytes, piece.end),
            Self::Piece { piece, .. } if offset < piece.start => (0, AROUND_BYTES, piece.start),
            Self::Piece { piece, size, .. } => (piece.end, AROUND_BYTES, *size),
            Self::Growing { size, .. } if offset < FIRST_BYTES => (0, FIRST_BYTES, *size),
            Self::Growing { cell_bytes, size } => {
                let power = 1_u64 << offset.ilog2();
                if power < *cell_bytes { (power, power, *size) } else { (0, *cell_bytes, *size) }
            }
        };
        let start = from + (offset - from) / length * length;
        start.min(end)..(start + length).min(end)
    }

    /// The range after one that is read to its end; none after the last one.
    pub(super) fn next(&self, cell: &Range<u64>) -> Option<Range<u64>> {
        match self {
            Self::Piece { piece, .. } if piece.contains(&cell.end) && cell.end > piece.start => {
                Some(self.cell(cell.end))
            }
            Self::Piece { .. } | Self::Growing { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ranges of an object in order.
    fn cells(grid: &Grid, size: u64) -> Vec<Range<u64>> {
        let mut cells: Vec<Range<u64>> = Vec::new();
        let mut at = 0;
        while at < size {
            let cell = grid.cell(at);
            assert!(cell.start == at && cell.end > at && cell.end <= size, "{cell:?} at {at}");
            assert_eq!((grid.cell(cell.end - 1), grid.cell((cell.start + cell.end) / 2)), (cell.clone(), cell.clone()));
            at = cell.end;
            cells.push(cell);
        }
        assert!(grid.cell(size).end <= size);
        cells
    }

    #[test]
    fn every_byte_lies_in_one_range() {
        const MIB: u64 = 1024 * 1024;
        let (size, cell_bytes) = (100 * MIB + 7, 8 * MIB);
        let piece = 16 * MIB..48 * MIB + 1;
        let grid = Grid::Piece { piece: piece.clone(), cell_bytes, size };
        let all = cells(&grid, size);
        assert_eq!(all.len(), 32 + 5 + 105);
        assert_eq!(grid.next(&grid.cell(16 * MIB)), Some(24 * MIB..32 * MIB));
        assert_eq!(grid.next(&grid.cell(16 * MIB - 1)), None);
        assert_eq!(grid.next(&grid.cell(48 * MIB)), None);
        assert_eq!(cells(&Grid::Piece { piece: 0..size, cell_bytes, size }, size).len(), 13);
        assert_eq!(cells(&Grid::Piece { piece: 0..0, cell_bytes, size }, size).len(), 201);
        let growing = cells(&Grid::Growing { cell_bytes, size }, size);
        assert_eq!(growing.get(..3), Some(&[0..16384, 16384..32768, 32768..65536][..]));
        assert_eq!(cells(&Grid::Growing { cell_bytes, size: 5 }, 5).first(), Some(&(0..5)));
    }
}
