//! Names become inputs: files, directories, globs and `-`, each file once, in the order of paths. It opens nothing.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{FileId, Input};

/// Finds the inputs that `names` mean, sorted by the bytes of their paths. A file named twice, or by two links, comes
/// once, under the smallest path. Directories are walked for regular files, hidden and ignored ones too, but for
/// those in `own`, which are this program's outputs, and its temporary files. A name that means nothing becomes an input with an error.
#[must_use]
pub fn discover(names: &[PathBuf], own: &[PathBuf]) -> Vec<Input> {
    discover_until(names, own, &AtomicBool::new(false))
}

/// As [`discover`], but when `stop` is set not all of the inputs are found.
#[must_use]
pub fn discover_until(names: &[PathBuf], own: &[PathBuf], stop: &AtomicBool) -> Vec<Input> {
    let own: Vec<_> = own.iter().filter_map(|path| identity(path)).collect();
    let mut found = Found::default();
    for name in names {
        if name.as_os_str() == "-" {
            found.plain(name);
        } else if name.is_dir() {
            walk(name, &own, stop, &mut found);
        } else if !name.exists() && is_glob(name) {
            expand(name, &own, stop, &mut found);
        } else {
            found.plain(name);
        }
    }
    found.into_inputs()
}

#[derive(Default)]
struct Found {
    /// By path bytes, with an error when there is one.
    paths: BTreeMap<Vec<u8>, (PathBuf, Option<String>)>,
}

impl Found {
    fn plain(&mut self, path: &Path) {
        self.paths.entry(path.as_os_str().as_bytes().to_vec()).or_insert_with(|| (path.to_owned(), None));
    }

    fn failed(&mut self, path: &Path, error: impl ToString) {
        self.paths.insert(path.as_os_str().as_bytes().to_vec(), (path.to_owned(), Some(error.to_string())));
    }

    fn into_inputs(self) -> Vec<Input> {
        let mut seen = HashMap::new();
        let inputs = self.paths.into_values().filter(|(path, error)| {
            let identity = if error.is_none() { identity(path) } else { None };
            identity.is_none_or(|identity| seen.insert(identity, ()).is_none())
        });
        inputs.map(|(path, error)| Input { error, ..Input::new(path) }).collect()
    }
}

/// What the names of this program's temporary files begin with; a run that was killed may leave one.
pub const TEMPORARY: &str = ".resplog-";

/// The identity of a regular file; others, such as pipes, are told apart by their names only.
fn identity(path: &Path) -> Option<FileId> {
    path.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| FileId::of(&metadata))
}

fn is_own(path: &Path, own: &[FileId]) -> bool {
    let is_temporary = path.file_name().is_some_and(|name| name.as_bytes().starts_with(TEMPORARY.as_bytes()));
    is_temporary || identity(path).is_some_and(|identity| own.contains(&identity))
}

fn walk(directory: &Path, own: &[FileId], stop: &AtomicBool, found: &mut Found) {
    let before = found.paths.len();
    let mut failed = false;
    let is_stopped = || stop.load(Ordering::Relaxed);
    let entries = ignore::WalkBuilder::new(directory).standard_filters(false).follow_links(true).build();
    for entry in entries.take_while(|_| !is_stopped()) {
        match entry {
            Ok(entry) => {
                let path = entry.path();
                if path.is_file() && !is_own(path, own) {
                    found.plain(path);
                }
            }
            Err(error) => {
                failed = true;
                found.failed(&error_path(&error).unwrap_or_else(|| directory.to_owned()), plain_error(&error));
            }
        }
    }
    if found.paths.len() == before && !failed && !has_files(directory, found) && !is_stopped() {
        found.failed(directory, "the directory holds no file");
    }
}

/// Whether files of the directory were found before, under another name on the command line.
fn has_files(directory: &Path, found: &Found) -> bool {
    found.paths.values().any(|(path, error)| error.is_none() && path.starts_with(directory))
}

fn error_path(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        ignore::Error::Loop { child, .. } => Some(child.clone()),
        _ => None,
    }
}

fn plain_error(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), ToString::to_string)
}

fn is_glob(name: &Path) -> bool {
    name.as_os_str().as_bytes().iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'{'))
}

/// Expands a glob that the shell left alone; `*` does not cross a slash, `**` does.
fn expand(glob: &Path, own: &[FileId], stop: &AtomicBool, found: &mut Found) {
    let text = glob.to_string_lossy();
    let matcher = match globset::GlobBuilder::new(&text).literal_separator(true).build() {
        Ok(built) => built.compile_matcher(),
        Err(error) => return found.failed(glob, error.kind()),
    };
    // The walk begins at the last folder before the first name with a pattern.
    let fixed: PathBuf = glob.components().take_while(|part| !is_glob(Path::new(part.as_os_str()))).collect();
    let root = if fixed.as_os_str().is_empty() { Path::new(".") } else { &fixed };
    let depth = (!text.contains("**")).then(|| glob.components().count() - fixed.components().count());
    let mut any = false;
    let is_stopped = || stop.load(Ordering::Relaxed);
    let entries = ignore::WalkBuilder::new(root).standard_filters(false).max_depth(depth).build();
    for entry in entries.take_while(|_| !is_stopped()).flatten() {
        let path = entry.path();
        let path = if fixed.as_os_str().is_empty() { path.strip_prefix(".").unwrap_or(path) } else { path };
        if path.as_os_str() != OsStr::new("") && matcher.is_match(path) && path.is_file() {
            any = true;
            if !is_own(path, own) {
                found.plain(path);
            }
        }
    }
    if !any && !is_stopped() {
        found.failed(glob, "no file matches");
    }
}
