//! `resplog state`: what the file of a state holds, and whether it is whole.

use std::path::Path;

use resplog::internals::render::state as render;

use super::args::{FormatArg, StateCommand};
use super::said::{complain, print};
use super::{exit, host, incremental};

pub fn run(command: &StateCommand) -> u8 {
    match command {
        StateCommand::Show { file, format, json } => show(file, if *json { FormatArg::Json } else { *format }),
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
