//! The driver for Spark: `tests/spark/` in Python, with the program that is tested here. What is not installed is named and
//! left out; the whole proof, with a cluster that dies, is in `.ci/long`.

use std::env;
use std::process::Command;

use crate::program::root;

/// What a script of `tests/spark/` ends with that finds no PySpark or no Java.
const SKIPPED: i32 = 77;

/// A Python of the environment, else that of the system; none, with a word about it, when there is none.
fn python(variable: &str) -> Option<Command> {
    let python = env::var(variable).unwrap_or_else(|_| "python3".to_owned());
    let is_there = Command::new(&python).arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        assert!(env::var_os(variable).is_none(), "{variable}: {python} does not run");
        eprintln!("left out: {python}");
    }
    is_there.then(|| {
        let mut command = Command::new(python);
        command.current_dir(root()).env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("RESPLOG_PROGRAM", env!("CARGO_BIN_EXE_resplog"));
        command
    })
}

#[test]
fn the_driver_deals_parts_out_and_reads_them_without_spark() {
    let Some(mut python) = python("RESPLOG_PYTHON") else { return };
    let output = python.args(["-m", "unittest", "discover", "-s", "tests/spark"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("Ran ") && !said.contains("Ran 0 "), "{said}");
}

#[test]
fn spark_reports_what_one_machine_reports() {
    let Some(mut python) = python("RESPLOG_SPARK_PYTHON") else { return };
    let output = python.args(["tests/spark/short.py", env!("CARGO_BIN_EXE_resplog")]).output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    if output.status.code() == Some(SKIPPED) {
        assert!(env::var_os("RESPLOG_SPARK_PYTHON").is_none(), "{said}");
        eprintln!("{said}");
        return;
    }
    assert!(output.status.success() && said.contains("is that of one machine"), "{said}");
}
