//! Where a command writes: one rule for all outputs, that nothing of the user's is overwritten, and one way to put them
//! in place. It does not know what is written.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use resplog::internals::disk::{self, Disk};
use resplog::internals::input::{discover, source};
use resplog::internals::state::lock;

use super::args::InputArgs;
use super::said::{complain, print};
use super::{exit, stdout};

/// The folder of the files that this process has open.
const DESCRIPTORS: &str = "/dev/fd";
/// The name of standard input among files.
const STDIN: &str = "/dev/stdin";

/// What a command reads and writes, before it does either.
#[derive(Default)]
pub struct Named<'a> {
    inputs: Vec<&'a Path>,
    read: Vec<(&'static str, &'a Path)>,
    written: Vec<(String, PathBuf)>,
}

impl<'a> Named<'a> {
    /// What all commands read that read logs: `inputs`, which may be standard input, and the file of options.
    pub fn new(inputs: &'a [PathBuf], args: &'a InputArgs) -> Self {
        let named = Self { inputs: inputs.iter().map(PathBuf::as_path).collect(), ..Self::default() };
        named.reads("--config", args.config.as_deref())
    }

    /// Adds a file that a flag names and the command reads.
    pub fn reads(mut self, flag: &'static str, path: Option<&'a Path>) -> Self {
        self.read.extend(path.map(|path| (flag, path)));
        self
    }

    /// Adds files that a flag names and the command replaces.
    pub fn writes<'p>(mut self, flag: &str, paths: impl IntoIterator<Item = &'p Path>) -> Self {
        let named = |path: &Path| (format!("{flag} {}", path.display()), path.to_owned());
        self.written.extend(paths.into_iter().map(named));
        self
    }

    /// Adds the state and its lock.
    pub fn keeps(self, state: Option<&Path>) -> Self {
        let lock = state.and_then(|path| source::target(path).ok()).map(|path| lock::path_of(&path));
        self.writes("--state", state).writes("the lock of --state,", lock.as_deref())
    }

    /// Adds standard output, if the command prints.
    pub fn prints(mut self, prints: bool) -> Self {
        if prints {
            self.written.push(("standard output".to_owned(), stdout::PATH.into()));
        }
        self
    }

    /// Refuses an output that would replace something that is read, or another output. Devices, pipes and files that
    /// are open already may be named several times.
    pub fn check(&self) -> Result<()> {
        for (rank, (output, path)) in self.written.iter().enumerate() {
            let expected = "expected a file of its own for each output";
            if let Some(input) = self.inputs.iter().find(|input| is_read(input, path)) {
                let input = if *input == Path::new("-") { "standard input".into() } else { input.to_string_lossy() };
                bail!("{output} would overwrite the input {input}: {expected}");
            }
            if let Some((flag, read)) = self.read.iter().find(|(_, read)| discover::is_same(read, path)) {
                bail!("{output} would overwrite {flag} {}: {expected}", read.display());
            }
            let mut before = self.written.iter().take(rank);
            let is_stream = is_stream(path);
            if let Some((other, _)) =
                before.find(|(_, other)| !(is_stream && self::is_stream(other)) && discover::is_same(other, path))
            {
                bail!("{output} would overwrite {other}: {expected}");
            }
        }
        Ok(())
    }
}

/// Whether an input is, or means, the file of an output.
fn is_read(input: &Path, output: &Path) -> bool {
    match input == Path::new("-") {
        true => discover::is_same(Path::new(STDIN), output),
        false => discover::is_named(input, output),
    }
}

/// An output, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The path as it was named.
    pub path: PathBuf,
    place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A file that is replaced, or made; links are followed.
    File(PathBuf),
    /// A device, a pipe, or a file that this process was given open: it is written into.
    Stream(PathBuf),
    Stdout,
    Stderr,
}

/// What was written and is not in its place yet; of a stream nothing.
pub type Draft = Option<disk::Draft>;

impl Output {
    /// Finds out what stands at a path.
    pub fn at(path: &Path) -> Result<Self> {
        let name = || path.display().to_string();
        let place = match descriptor(path).as_deref() {
            Some("1") => Place::Stdout,
            Some("2") => Place::Stderr,
            Some(_) => Place::Stream(path.to_owned()),
            None if path.metadata().is_ok_and(|metadata| !metadata.is_file()) => Place::Stream(path.to_owned()),
            None => Place::File(source::target(path).with_context(name)?),
        };
        Ok(Self { path: path.to_owned(), place })
    }

    /// Whether what is written is there at once, and stays.
    pub fn is_stream(&self) -> bool {
        !matches!(self.place, Place::File(_))
    }

    /// What the output holds from an earlier run; nothing of a stream.
    pub fn before(&self) -> Option<String> {
        if let Place::File(path) = &self.place { std::fs::read_to_string(path).ok() } else { None }
    }

    /// Writes a draft of a file, or all of a stream. A `durable` draft has reached the disk.
    pub fn draft(
        &self,
        disk: &Disk,
        durable: bool,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<Draft> {
        let drafted = match &self.place {
            Place::File(path) => disk.draft(path.clone(), durable, write).map(Some),
            Place::Stream(path) => disk.stream(path, write).map(|()| None),
            Place::Stdout => stdout::open().and_then(|out| flushed(out, write)),
            Place::Stderr => flushed(io::BufWriter::new(io::stderr()), write),
        };
        drafted.map_err(|error| self.explain(error))
    }

    /// Puts a draft in place.
    pub fn place(&self, disk: &Disk, draft: Draft) -> Result<()> {
        draft.map_or(Ok(()), |draft| disk.place(draft)).map_err(|error| self.explain(error))
    }

    /// The exit code when an error says that nobody reads standard output any more, or that nobody did before a signal
    /// came: of that nothing is said.
    pub fn unread(&self, error: &anyhow::Error) -> Option<u8> {
        match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::BrokenPipe) if self.place == Place::Stdout => Some(exit::CLOSED),
            Some(io::ErrorKind::TimedOut) if self.is_stream() => exit::signalled(),
            _ => None,
        }
    }

    fn explain(&self, error: io::Error) -> anyhow::Error {
        explain(&self.path, error)
    }
}

/// Writes to where it was asked for, a file or standard output, and tells the exit code.
pub fn hand_in(output: Option<&Output>, disk: &Disk, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> u8 {
    let Some(output) = output else { return print(write) };
    match output.draft(disk, false, |out| write(out)).and_then(|draft| output.place(disk, draft)) {
        Ok(()) => exit::DONE,
        Err(error) => output.unread(&error).unwrap_or_else(|| complain(&error, exit::WRITE)),
    }
}

/// An error about a file that is to be written, with its name and what was expected.
pub fn explain(path: &Path, error: io::Error) -> anyhow::Error {
    let name = path.display();
    let folder = source::folder_of(path);
    match error.kind() {
        io::ErrorKind::NotFound if !folder.is_dir() => {
            anyhow!("{name}: there is no folder {}: expected one that exists", folder.display())
        }
        io::ErrorKind::IsADirectory => anyhow!("{name}: it is a folder: expected the name of a file"),
        _ => anyhow::Error::new(error).context(name.to_string()),
    }
}

fn flushed(
    mut out: impl Write + Send,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> io::Result<Draft> {
    write(&mut out).and_then(|()| out.flush()).map(|()| None)
}

fn is_stream(path: &Path) -> bool {
    descriptor(path).is_some() || path.metadata().is_ok_and(|metadata| !metadata.is_file())
}

/// The number of the open file that a path such as `/dev/stdout` leads to. What its link leads on to must not be
/// replaced: the process writes into the file that is open.
fn descriptor(path: &Path) -> Option<String> {
    let folder = Path::new(DESCRIPTORS).canonicalize().ok()?;
    let mut path = path.to_owned();
    loop {
        if source::folder_of(&path).canonicalize().is_ok_and(|it| it == folder) {
            return path.file_name()?.to_str().map(str::to_owned);
        }
        // A circle of links is not a descriptor; where it is one, the path is refused elsewhere.
        source::target(&path).ok()?;
        path = source::folder_of(&path).join(path.read_link().ok()?);
    }
}
