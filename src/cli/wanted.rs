//! The ids that `find` looks for, and which of them it has found. It reads no log.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use resplog::internals::ids::IdSet;
use resplog::internals::render::escape;

use super::args::FindArgs;

/// Ids, each with whether it was found.
pub struct Ids {
    /// The ids.
    pub all: Arc<IdSet>,
    /// A bit each.
    found: Vec<u64>,
}

impl Ids {
    /// The ids of the arguments and of the file, and the inputs.
    pub fn of(args: &FindArgs) -> Result<(Self, Vec<PathBuf>)> {
        let mut ids = IdSet::default();
        let mut inputs = args.input.inputs.clone();
        if let Some(file) = &args.ids_from {
            read(file, &mut ids).with_context(|| format!("--ids-from {}", file.display()))?;
            inputs.splice(0..0, args.ids.iter().map(Into::into));
        } else if let Some(listed) = &args.ids {
            refuse_path(listed, &inputs)?;
            listed.split(',').try_for_each(|id| add(id, &mut ids))?;
        }
        if ids.is_empty() {
            bail!("no id to find: name them, separated by commas, or give --ids-from a file with one a line");
        }
        let found = vec![0; ids.len().div_ceil(u64::BITS as usize)];
        Ok((Self { all: Arc::new(ids), found }, inputs))
    }

    /// Notes that the id of a number was found.
    pub fn note(&mut self, number: usize) {
        let (word, bit) = (number / u64::BITS as usize, number % u64::BITS as usize);
        if let Some(word) = self.found.get_mut(word) {
            *word |= 1 << bit;
        }
    }

    fn is_found(&self, number: usize) -> bool {
        let (word, bit) = (number / u64::BITS as usize, number % u64::BITS as usize);
        self.found.get(word).is_some_and(|word| word & 1 << bit != 0)
    }

    /// How many of the ids were found.
    pub fn found(&self) -> usize {
        self.found.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether every id was found.
    pub fn are_found(&self) -> bool {
        self.found() == self.all.len()
    }

    /// Says which ids were not found, one a line in the order of their bytes, on standard error.
    pub fn say_missing(&self, not_found: &str) {
        let mut missing: Vec<_> = (0..self.all.len()).filter(|&number| !self.is_found(number)).collect();
        missing.sort_unstable_by_key(|&number| self.all.get(number));
        // There may be millions, which are not written one by one.
        let mut out = BufWriter::new(io::stderr().lock());
        for number in missing {
            let id = escape::terminal_bytes(self.all.get(number));
            if writeln!(out, "resplog: {not_found}: {id}").is_err() {
                return;
            }
        }
        let _ = out.flush();
    }
}

/// The first argument is the ids: a log in their place would be looked for as an id, in standard input.
fn refuse_path(listed: &str, inputs: &[PathBuf]) -> Result<()> {
    let is_there = Path::new(listed).exists();
    let is_like_one = listed.contains(['/', '*']) && inputs.is_empty();
    if !is_there && !is_like_one {
        return Ok(());
    }
    let what = if is_there { "is a file or folder" } else { "looks like a path" };
    bail!("'{listed}' {what}: expected the ids first, as in resplog find ID[,ID…] {listed}, or --ids-from FILE");
}

/// Adds the ids of a file, one a line. A byte order mark, CR before LF, white space around an id and empty lines are no
/// part of an id.
fn read(file: &Path, ids: &mut IdSet) -> Result<()> {
    let mut lines = BufReader::new(File::open(file)?);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = std::str::from_utf8(&line).map_err(|_| anyhow!("line {number} is not UTF-8"))?;
        let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        add(text, ids)?;
    }
    Ok(())
}

fn add(text: &str, ids: &mut IdSet) -> Result<()> {
    let id = text.trim();
    if !id.is_empty() {
        ids.insert(id.as_bytes())?;
    }
    Ok(())
}
