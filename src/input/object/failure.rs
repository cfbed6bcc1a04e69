//! Why an object, or a list of objects, could not be read.

use std::io;

/// Why a store did not give what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// What it means.
    pub kind: FailureKind,
    /// What is wrong, and what was expected.
    pub text: String,
}

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The object is not the one that was listed any more, or is gone.
    Changed,
    /// Who asks may not.
    Denied,
    /// The store did not answer well, however often it was asked: later it may.
    Unavailable,
    /// Asking again changes nothing.
    Refused,
    /// The run was stopped.
    Stopped,
}

impl Failure {
    pub(super) fn new(kind: FailureKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self::new(FailureKind::Refused, text)
    }

    #[cfg(feature = "object-store")]
    pub(super) fn stopped() -> Self {
        Self::new(FailureKind::Stopped, "the run was stopped")
    }
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        let kind = match failure.kind {
            // Who reads looks at the wish to stop and asks no more.
            FailureKind::Stopped => io::ErrorKind::Interrupted,
            FailureKind::Denied => io::ErrorKind::PermissionDenied,
            FailureKind::Changed | FailureKind::Unavailable | FailureKind::Refused => io::ErrorKind::Other,
        };
        Self::new(kind, failure)
    }
}
