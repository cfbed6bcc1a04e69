//! A watch: logs are followed while they are written, and a report is made of what the last minutes brought. One look after
//! another reads what is new, into slices of time; a window is merged from slices. What time it is the caller says, and
//! what is shown and where is for others.

mod collect;
mod failures;
mod follower;
mod held;
mod names;
mod outcomes;
mod outside;
pub mod pipe;
mod progress;
mod rules;
mod session;
mod shares;
mod signature;
pub mod slices;
mod troubles;
mod view;
mod window_report;
mod windows;

pub use failures::Failure;
pub use follower::Names;
pub use names::FILES;
pub use outside::{Outside, Strays};
pub use rules::RuleState;
pub use session::{AHEAD_MAX_NS, Settings, Watch, WatchError};
pub use shares::LOOK_BYTES;
pub use view::{Bar, CodeTrend, View};
pub use window_report::WindowReport;
