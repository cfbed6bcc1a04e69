//! The program as a user runs it: in a folder, with arguments and without an environment.

use std::ffi::OsStr;
use std::io::{PipeWriter, Write, pipe};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the logs that belong to the project.
pub fn testdata() -> PathBuf {
    root().join("testdata")
}

/// The program, to be started in a folder. Standard input is empty until somebody says otherwise.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_resplog"));
    command.env_clear().current_dir(folder).stdin(Stdio::null());
    command
}

/// What a run left.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub exit: i32,
}

impl Ran {
    /// What a run left that has ended.
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        let exit = output.status.code().expect("no signal ends the program");
        Self { stdout: text(output.stdout), stderr: text(output.stderr), exit }
    }

    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs the program in a folder, with bytes on its standard input if there are any.
pub fn run(folder: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, stdin: Option<&[u8]>) -> Ran {
    let mut command = command(folder);
    command.args(arguments);
    let Some(stdin) = stdin else { return Ran::of(command.output().unwrap()) };
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A program that ends before it has read everything closes the pipe, which is no failure of the test.
        scope.spawn(move || drop(pipe.write_all(stdin)));
        Ran::of(child.wait_with_output().unwrap())
    })
}

/// Starts a run in a folder whose standard input is a pipe, and gives the end that is written to; what the run prints is
/// kept. The pipe ends when that end is dropped.
pub fn on_pipe(folder: &Path, arguments: &[&str]) -> (Child, PipeWriter) {
    let (reader, writer) = pipe().unwrap();
    let mut command = command(folder);
    let child = command.args(arguments).stdin(reader).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    (child, writer)
}

/// A fresh folder with these files.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Sends a signal to a run.
pub fn send(child: &Child, signal: &str) {
    // The shell's own kill is everywhere.
    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

/// Sends a signal to a run that may have ended.
pub fn send_if_it_runs(child: &Child, signal: &str) {
    let kill = format!("kill -{signal} {} 2> /dev/null || true", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

/// A number from the environment, for longer runs of a test.
pub fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}
