//! The library behind `resplog`: logs of Tencent Cloud API 3.0 responses become a summary, and the summary a report.

pub mod acknowledged;
pub mod catalog;
pub mod coverage;
pub mod dedupe;
pub mod disk;
pub mod drive;
pub mod filter;
pub mod foreign;
pub mod hints;
pub mod ids;
pub mod input;
pub mod nanos;
pub mod past;
pub mod pipeline;
pub mod profile;
pub mod record;
pub mod redact;
pub mod render;
pub mod report;
pub mod rule;
pub mod scan;
mod sequence;
pub mod state;
pub mod summary;
pub mod survey;
pub mod ticket;
pub mod values;
