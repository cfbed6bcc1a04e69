//! The options that change what is counted, as types: the one list behind the `filters` of a report and what a state
//! remembers. It knows no command line and no file.

mod kept;
mod options;
mod parse;
mod value;

pub use kept::Changed;
pub use options::{Bound, InputFormat, Settings};
pub use parse::{InvalidSetting, bytes, field, forms, zone};
pub use value::Value;
