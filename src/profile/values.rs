//! What the texts and numbers of context mean (SPEC 5), and the times and zones that people type. It knows neither
//! names nor places of context, and no clock.
//!
//! Everything here is a pure function that gives none for what it cannot read, and takes time linear in its text.

mod decimal;
mod digits;
mod duration;
mod point;
mod status;
mod time;
mod zone;

pub use duration::{Unit, duration_from_number, duration_from_text};
pub use point::{NoPointInTime, point_in_time, relative};
pub use status::status_from_number;
pub use time::{is_plausible, time_from_number, time_from_text};
pub use zone::Zone;
