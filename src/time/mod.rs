//! Points in time, zones and durations: what the texts and numbers of logs mean (SPEC 5), and what people type. It knows
//! no clock, and neither names nor places of context.
//!
//! Everything that reads is a pure function that gives none for what it cannot read, and takes time linear in its text.

mod calendar;
mod calendar_text;
mod clock;
mod decimal;
mod digits;
mod duration;
mod duration_forms;
mod json_forms;
mod nanos;
mod point;
mod stamp;
mod window;
mod zone;

pub use calendar::{Calendar, ClockHour};
pub(crate) use decimal::Decimal;
pub use duration::{Unit, duration_from_number, duration_from_text};
pub use json_forms::{time_from_date_and_zone, time_from_epoch, time_from_json, time_from_parts};
pub use nanos::{Civil, NS_PER_SECOND, Nanos, Period, SECONDS_PER_DAY, days_from_date, milliseconds};
pub use point::{NoPointInTime, depends_on_now, point_in_time, relative};
pub use stamp::{is_plausible, time_at_start, time_from_number, time_from_text};
pub use window::Side;
pub use zone::Zone;
