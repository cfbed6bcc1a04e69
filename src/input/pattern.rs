//! Paths and globs that choose among inputs which were found: the file itself, a folder that it lies in, or the tar that it
//! is of. It looks at no file.

use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::Input;

/// A path or a glob, of which `*` does not cross a slash and `**` does. Relative ones begin in the working directory. Two are
/// equal when their texts are.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    path: PathBuf,
    glob: GlobMatcher,
}

/// A glob that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid glob '{text}': {reason}")]
pub struct PatternError {
    text: String,
    reason: String,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// Reads a path or a glob; `-` is standard input.
    ///
    /// # Errors
    ///
    /// The text is not a glob: a bracket is open.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let path = match text {
            "-" => PathBuf::from(text),
            _ => plain(Path::new(text)),
        };
        let glob = GlobBuilder::new(&from_root(text, &path))
            .literal_separator(true)
            .build()
            .map_err(|error| PatternError { text: text.to_owned(), reason: error.kind().to_string() })?;
        Ok(Self { text: text.to_owned(), path, glob: glob.compile_matcher() })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it chooses an input: by its path, by a folder on the way, or by the tar that it is of.
    #[must_use]
    pub fn chooses(&self, input: &Input) -> bool {
        let path = match &input.member {
            // What a tar calls its files leads nowhere, `..` neither.
            Some(_) => below_tar(input),
            None if input.is_stdin() => input.path.clone(),
            None => plain(&input.path),
        };
        self.holds(&path)
    }

    /// Whether it chooses a path of a file.
    #[must_use]
    pub fn chooses_path(&self, path: &Path) -> bool {
        self.holds(&plain(path))
    }

    fn holds(&self, path: &Path) -> bool {
        path.ancestors().any(|part| part == self.path || self.glob.is_match(part))
    }
}

/// The glob with the working directory in front, of which only the text is meant, whatever stands in it.
fn from_root(text: &str, path: &Path) -> String {
    let working = plain(Path::new("."));
    let is_relative = text != "-" && Path::new(text).is_relative();
    let split =
        |root: &Path| Some((globset::escape(&root.to_string_lossy()), path.strip_prefix(root).ok()?.to_owned()));
    match working.ancestors().filter(|_| is_relative).find_map(split) {
        Some((root, rest)) => format!("{}/{}", root.trim_end_matches('/'), rest.display()),
        None => path.to_string_lossy().into_owned(),
    }
}

/// The path of a file of a tar, of which only that of the tar is made plain.
fn below_tar(input: &Input) -> PathBuf {
    let tar = input.file().as_os_str().as_bytes();
    let Some(name) = input.path.as_os_str().as_bytes().strip_prefix(tar) else {
        // A tar on standard input lies elsewhere.
        return input.path.clone();
    };
    let mut path = plain(input.file()).into_os_string();
    path.push(std::ffi::OsStr::from_bytes(name));
    path.into()
}

/// A path from the root without `.` and `..`, of which no link is followed.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chooses(pattern: &str, path: &str) -> bool {
        Pattern::parse(pattern).unwrap().chooses(&Input::new(path.into()))
    }

    #[test]
    fn a_pattern_chooses_files_folders_and_globs() {
        for (pattern, path) in [
            ("a.log", "a.log"),
            ("./a.log", "a.log"),
            ("a.log", "./x/../a.log"),
            ("logs", "logs/2026/a.log"),
            ("logs/", "logs/a.log"),
            ("logs/*.log", "logs/a.log"),
            ("logs/*", "logs/2026/a.log"),
            ("x/../logs/*", "logs/a.log"),
            ("../*/src", "src/a.log"),
            ("**/a.log", "x/y/a.log"),
            ("./logs/*.log", "./logs/a.log"),
            ("x.tar", "x.tar/a.log"),
            ("*.tar", "x.tar/b/a.log"),
            ("-", "-"),
            ("odd[1].log", "odd[1].log"),
        ] {
            assert!(chooses(pattern, path), "{pattern} {path}");
            let root = std::env::current_dir().unwrap();
            if path != "-" {
                assert!(chooses(pattern, root.join(path).to_str().unwrap()), "{pattern} {path}");
                assert!(chooses(root.join(pattern).to_str().unwrap(), path), "{pattern} {path}");
            }
        }
        for (pattern, path) in [
            ("a.log", "b.log"),
            ("logs/*.log", "logs/x/a.txt"),
            ("log", "logs/a"),
            ("-", "./-"),
            ("*", "-"),
            ("/", "-"),
        ] {
            assert!(!chooses(pattern, path), "{pattern} {path}");
        }
        assert!(Pattern::parse("[").is_err());
    }
}
