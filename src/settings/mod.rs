//! The options that change what is counted, as types: the one list behind the `filters` of a report and what a state
//! remembers. It knows no command line and no file.

mod format;
mod kept;
mod options;
mod parse;
mod source;
mod value;

pub use format::InputFormat;
pub use kept::Changed;
pub use options::{Bound, SOURCE, Settings};
pub use parse::{InvalidSetting, bytes, field, forms, zone};
pub use source::{InvalidSource, Source, SourceTexts, Sources};
pub use value::Value;
