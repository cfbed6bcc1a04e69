//! `resplog state`: what the file of a state holds, and whether it is whole.

use std::path::Path;

use anyhow::anyhow;
use resplog::internals::partial::wire;
use resplog::internals::render::state as render;
use resplog::redact::redact;

use super::args::{FormatArg, StateCommand};
use super::outputs::{self, Output};
use super::said::{complain, print};
use super::shape::SUMMARY;
use super::{exit, host, incremental, usage};

pub fn run(command: &StateCommand) -> u8 {
    match command {
        StateCommand::Show { file, output: Some(output), .. } => write(file, output),
        StateCommand::Show { file, format, json, output: None } => {
            show(file, if *json { FormatArg::Json } else { *format })
        }
        StateCommand::Check { file } => match incremental::load(&host::disk(), file) {
            Ok(state) => print(|out| render::check(&state, &file.to_string_lossy(), out)),
            Err(error) => complain(&error, exit::WRITE),
        },
    }
}

fn show(file: &Path, format: FormatArg) -> u8 {
    match incremental::load(&host::disk(), file) {
        Ok(state) => print(|out| match format {
            FormatArg::Text => render::text(&state, out),
            FormatArg::Json => render::json(&state, out),
        }),
        Err(error) => complain(&error, exit::WRITE),
    }
}

/// Writes the sums of a state as a summary.
fn write(file: &Path, output: &Path) -> u8 {
    if output.extension().is_none_or(|extension| extension != SUMMARY) {
        return usage::refuse(&anyhow!("-o {}: expected a name that ends in .{SUMMARY}", output.display()));
    }
    let output = match Output::at(output) {
        Ok(output) => output,
        Err(error) => return usage::refuse(&error),
    };
    let encoded = incremental::load(&host::disk(), file).and_then(|state| {
        let name = redact(&file.to_string_lossy()).into_owned();
        Ok(wire::encode(&state.totals.summary(name))?)
    });
    match encoded {
        Ok(bytes) => outputs::hand_in(Some(&output), &host::disk(), |out| out.write_all(&bytes)),
        Err(error) => complain(&error, exit::WRITE),
    }
}
