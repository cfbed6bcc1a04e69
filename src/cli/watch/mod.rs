//! `resplog watch`: a report of the last minutes, live: on a screen, or as rows for programs.

mod files;
mod keys;
mod live;
mod pace;
mod pipes;
mod plan;
mod rows;
mod terminal;

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use resplog::internals::engine::RunControl;
use resplog::internals::watch::Watch;

use super::args::WatchArgs;
use super::said::complain;
use super::signals::Signals;
use super::{exit, host, usage};
use pace::{Run, failed};

pub fn run(args: &WatchArgs) -> u8 {
    let plan = match plan::resolve(args, terminal::is_there()) {
        Ok(plan) => plan,
        Err(error) => return usage::refuse(&error),
    };
    let control = RunControl::default();
    let signals = if plan.rows.is_some() { Signals::stop(&control) } else { Signals::note(&control) };
    let signals = match signals {
        Ok(signals) => signals,
        Err(error) => return complain(&anyhow::Error::new(error).context("signals"), exit::WRITE),
    };
    let pipes = pipes::read(&plan.pipes, &control.stop);
    let disk = host::disk().until(Arc::clone(&control.stop));
    let watch = match Watch::begin(plan.settings.clone(), pipes, (&disk, &control), plan.now) {
        Ok(watch) => watch,
        Err(error) => return failed(error),
    };
    let run = Run {
        args,
        plan: &plan,
        disk: &disk,
        control: &control,
        signals: &signals,
        began: Instant::now(),
        bytes_end: OnceLock::new(),
    };
    let ended = match plan.rows {
        Some(format) => rows::run(&run, watch, format),
        None => live::run(&run, watch),
    };
    match ended {
        Ok(code) => code,
        Err(error) => complain(&error, exit::WRITE),
    }
}
