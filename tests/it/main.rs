//! The integration suite: one binary, a file a subject.
#![allow(missing_docs)]
// Clippy takes only functions marked as tests for tests, not what they call.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

mod archives;
mod arguments;
mod cache;
mod cases;
mod chunks;
mod circles;
mod command_line;
mod config;
mod contrib;
mod corpora;
mod episodes;
mod examples;
mod find;
mod follow;
mod formats;
mod hostile;
mod injection;
mod laws;
mod library;
mod loggers;
mod many;
mod month;
#[cfg(feature = "object-store")]
mod object_stores;
mod outputs;
mod packages;
mod packing;
mod parts;
mod places;
mod program;
mod read_back;
mod readme;
mod scanners;
mod schema;
mod secrets;
mod signals;
mod spark;
mod state;
mod state_faults;
mod state_model;
mod state_named;
mod state_rotated;
#[cfg(feature = "object-store")]
mod store;
mod suggested;
mod tars;
mod texts;
mod tickets;
mod tidy;
mod truth;
mod watch;
mod watch_looks;
mod watch_model;
mod watch_screen;
mod wire;
