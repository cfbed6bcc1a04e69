//! Names become inputs: files, directories, globs and `-`, each file once, in the order of paths. It reads no more of a
//! file than it takes to see that this program wrote it.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::object::{FailureKind, Object, Stores, is_object};
use super::pattern::plain;
use super::{FileId, Input, source};

/// Finds the inputs that `names` mean, sorted by the bytes of their paths. A file named twice, or by two links, comes
/// once, under the smallest path. Directories are walked for regular files, hidden and ignored ones too, but for
/// those in `own`, which are the outputs of this run, and for states, their locks and temporary files of any run. A name
/// that means nothing becomes an input with an error.
#[must_use]
pub fn discover(names: &[PathBuf], own: &[PathBuf]) -> Vec<Input> {
    discover_until(names, own, &AtomicBool::new(false))
}

/// As [`discover`], but when `stop` is set not all of the inputs are found.
#[must_use]
pub fn discover_until(names: &[PathBuf], own: &[PathBuf], stop: &AtomicBool) -> Vec<Input> {
    discover_in(names, own, &Stores::default(), stop)
}

/// As [`discover_until`], with the stores that names of objects are looked for in.
#[must_use]
pub fn discover_in(names: &[PathBuf], own: &[PathBuf], stores: &Stores, stop: &AtomicBool) -> Vec<Input> {
    let own: Vec<_> = own.iter().filter_map(|path| identity(path)).collect();
    let mut found = Found::default();
    for name in names {
        if name.as_os_str() == "-" {
            found.plain(name);
        } else if is_object(name) {
            found.objects(name, stores);
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
    /// With an error when there is one. Paths would sort by their parts, these sort by their bytes.
    paths: BTreeMap<OsString, Option<String>>,
    /// Those of the paths that are objects.
    objects: HashMap<OsString, Object>,
}

impl Found {
    fn plain(&mut self, path: &Path) {
        self.paths.entry(path.as_os_str().to_owned()).or_default();
    }

    fn failed(&mut self, path: &Path, error: impl ToString) {
        self.paths.insert(path.as_os_str().to_owned(), Some(error.to_string()));
    }

    fn objects(&mut self, name: &Path, stores: &Stores) {
        match stores.list(name) {
            Ok(listed) => {
                for (path, object) in listed {
                    self.plain(&path);
                    self.objects.insert(path.into(), object);
                }
            }
            // The run ends, and nothing is said of what was not looked at.
            Err(failure) if failure.kind == FailureKind::Stopped => {}
            Err(failure) => self.failed(name, failure),
        }
    }

    fn into_inputs(self) -> Vec<Input> {
        let (mut seen, mut objects) = (HashMap::new(), self.objects);
        let inputs = self.paths.into_iter().filter(|(path, error)| {
            let is_file = error.is_none() && !is_object(Path::new(path));
            let identity = if is_file { identity(Path::new(path)) } else { None };
            identity.is_none_or(|identity| seen.insert(identity, ()).is_none())
        });
        let input = |(path, error): (OsString, Option<String>)| {
            let object = objects.remove(&path).filter(|_| error.is_none());
            Input { error, object, ..Input::new(path.into()) }
        };
        inputs.map(input).collect()
    }
}

/// What the names of this program's temporary files begin with; a run that was killed may leave one.
pub const TEMPORARY: &str = ".resplog-";

/// The file that says of a folder that it is a cache, as programs agree that make backups.
pub const CACHE_TAG: &str = "CACHEDIR.TAG";
/// What it holds in a cache of this program.
pub const CACHE_TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # This folder is a cache of resplog. It may be removed.\n";

/// How many bytes of a file tell whether it is a state.
const STATE_BYTES: usize = 32;

/// Whether a file that begins with these bytes is a state, whichever run and version wrote it: with white space between
/// its members or without.
#[must_use]
pub fn begins_state(head: &[u8]) -> bool {
    let member = head.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    member.is_some_and(|member| member.starts_with(b"\"resplog_state\":"))
}

/// The identity of a regular file; others, such as pipes, are distinguished by their names only.
fn identity(path: &Path) -> Option<FileId> {
    path.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| FileId::of(&metadata))
}

/// Whether a file that nobody named is one that a run of this program wrote.
fn is_own(path: &Path, own: &[FileId]) -> bool {
    let is_temporary = path.file_name().is_some_and(|name| name.as_bytes().starts_with(TEMPORARY.as_bytes()));
    is_temporary || identity(path).is_some_and(|identity| own.contains(&identity)) || is_state(path) || is_lock(path)
}

/// Whether a folder is a cache of this program.
fn is_cache(folder: &Path) -> bool {
    std::fs::read(folder.join(CACHE_TAG)).is_ok_and(|text| text == CACHE_TAG_TEXT.as_bytes())
}

fn is_state(path: &Path) -> bool {
    let mut head = [0; STATE_BYTES];
    let read = source::open_path(path).and_then(|file| source::read_at(&file, 0, &mut head));
    read.is_ok_and(|length| begins_state(head.get(..length).unwrap_or_default()))
}

/// Whether a file is the lock of a state, which may not have been written yet.
fn is_lock(path: &Path) -> bool {
    let Some(state) = path.as_os_str().as_bytes().strip_suffix(b".lock").map(OsStr::from_bytes).map(Path::new) else {
        return false;
    };
    let is_empty = || path.metadata().is_ok_and(|metadata| metadata.len() == 0);
    is_state(state) || (is_empty() && !state.exists())
}

fn walk(directory: &Path, own: &[FileId], stop: &AtomicBool, found: &mut Found) {
    let before = found.paths.len();
    let mut failed = false;
    let is_stopped = || stop.load(Ordering::Relaxed);
    let mut entries = ignore::WalkBuilder::new(directory);
    entries.standard_filters(false).follow_links(true);
    let entries = entries.filter_entry(|entry| entry.depth() == 0 || !is_cache(entry.path())).build();
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
    found.paths.iter().any(|(path, error)| error.is_none() && Path::new(path).starts_with(directory))
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

/// A glob that the shell left alone; `*` does not cross a slash, `**` does.
struct Glob {
    text: PathBuf,
    /// The folders before the first name with a pattern; empty for the current one.
    fixed: PathBuf,
    depth: Option<usize>,
    matcher: globset::GlobMatcher,
}

impl Glob {
    fn parse(glob: &Path) -> Result<Self, globset::Error> {
        let text = glob.to_string_lossy();
        let matcher = globset::GlobBuilder::new(&text).literal_separator(true).build()?.compile_matcher();
        let fixed: PathBuf = glob.components().take_while(|part| !is_glob(Path::new(part.as_os_str()))).collect();
        let depth = (!text.contains("**")).then(|| glob.components().count() - fixed.components().count());
        Ok(Self { text: glob.to_owned(), fixed, depth, matcher })
    }

    fn root(&self) -> &Path {
        if self.fixed.as_os_str().is_empty() { Path::new(".") } else { &self.fixed }
    }

    /// The files that match.
    fn files(&self) -> impl Iterator<Item = PathBuf> {
        let walk = ignore::WalkBuilder::new(self.root()).standard_filters(false).max_depth(self.depth).build();
        walk.flatten().filter_map(|entry| {
            let path = entry.path();
            let path = if self.fixed.as_os_str().is_empty() { path.strip_prefix(".").unwrap_or(path) } else { path };
            let is_match = path.as_os_str() != OsStr::new("") && self.matcher.is_match(path) && path.is_file();
            is_match.then(|| path.to_owned())
        })
    }

    /// Whether a file would match that may not be there yet.
    fn would_match(&self, path: &Path) -> bool {
        let folder = source::folder_of(path).canonicalize();
        let (Ok(root), Ok(folder), Some(name)) = (self.root().canonicalize(), folder, path.file_name()) else {
            return false;
        };
        folder.strip_prefix(root).is_ok_and(|below| self.matcher.is_match(self.fixed.join(below).join(name)))
    }
}

/// Whether a file at `path`, which may not be there yet, is among those that `name` means by itself or by its pattern.
/// What walking a directory finds does not count, nor does `-`.
#[must_use]
pub fn is_named(name: &Path, path: &Path) -> bool {
    if name.as_os_str() == "-" || name.is_dir() || is_object(name) {
        return false;
    }
    if name.exists() || !is_glob(name) {
        return is_same(name, path);
    }
    Glob::parse(name).is_ok_and(|glob| glob.would_match(path) || glob.files().any(|found| is_same(&found, path)))
}

/// Whether two paths lead to one regular file, or would when it is there.
#[must_use]
pub fn is_same(one: &Path, other: &Path) -> bool {
    match (identity(one), identity(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => place(one).is_some_and(|one| place(other) == Some(one)),
        _ => false,
    }
}

/// Where a file would be made: the folder, by its path if it is not there either, and the name in it; none for what is
/// there and is not a regular file.
fn place(path: &Path) -> Option<(Result<FileId, PathBuf>, PathBuf)> {
    let path = source::target(path).ok().filter(|path| !path.exists())?;
    let folder = source::folder_of(&path);
    let known = folder.metadata().map(|metadata| FileId::of(&metadata)).map_err(|_| plain(folder));
    Some((known, path.file_name()?.into()))
}

fn expand(glob: &Path, own: &[FileId], stop: &AtomicBool, found: &mut Found) {
    let glob = match Glob::parse(glob) {
        Ok(parsed) => parsed,
        Err(error) => return found.failed(glob, error.kind()),
    };
    let mut any = false;
    let is_stopped = || stop.load(Ordering::Relaxed);
    for path in glob.files().take_while(|_| !is_stopped()) {
        any = true;
        if !is_own(&path, own) {
            found.plain(&path);
        }
    }
    if !any && !is_stopped() {
        found.failed(&glob.text, "no file matches");
    }
}
