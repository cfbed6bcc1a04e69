//! The library behind `resplog`: logs of Tencent Cloud API 3.0 responses become a summary, and the summary a report.

pub mod acknowledged;
pub mod baseline;
pub mod catalog;
pub mod coverage;
pub mod dedupe;
pub mod disk;
pub mod engine;
pub mod filter;
pub mod foreign;
pub mod hints;
pub mod ids;
pub mod input;
pub mod inspect;
pub mod json_stream;
pub mod profile;
pub mod record;
pub mod redact;
pub mod render;
mod reorder;
pub mod report;
pub mod rule;
pub mod scan;
pub mod settings;
pub mod state;
pub mod summary;
pub mod ticket;
pub mod time;
