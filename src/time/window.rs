//! Windows of time: on which side of one a point lies.

use super::Nanos;

/// Where a point in time lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Side {
    /// Before the window.
    Before,
    /// In it.
    Within,
    /// After it.
    After,
}

impl Side {
    /// Where a time lies of the window `since ≤ t < until`; what is not given is open.
    #[must_use]
    pub fn of(time: Nanos, since: Option<Nanos>, until: Option<Nanos>) -> Self {
        match () {
            () if since.is_some_and(|since| time < since) => Self::Before,
            () if until.is_some_and(|until| time >= until) => Self::After,
            () => Self::Within,
        }
    }
}
