//! How long the texts of failures are, for an estimate of the memory that they take. It keeps none of them.

use super::names::NAME_BYTES_MAX;
use crate::record::{MESSAGE_BYTES_MAX, Record};

/// The longest texts of the failures that were seen, in bytes: how much memory the others take at the most.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Longest {
    /// Id, service, action and region of a call together.
    pub(super) call: usize,
    /// A message.
    pub(super) message: usize,
    /// A name.
    pub(super) name: usize,
}

impl Longest {
    /// Takes the texts of a failure.
    #[inline]
    pub(super) fn observe(&mut self, record: &Record<'_>) {
        let context = &record.context;
        let cut = |text: Option<&str>| text.map_or(0, str::len).min(NAME_BYTES_MAX);
        let names = [context.service, context.action, context.region].map(cut);
        let others = record.by.iter().map(|name| cut(*name)).max().unwrap_or(0);
        self.name = names.into_iter().fold(self.name.max(others), usize::max);
        self.call = self.call.max(cut(record.request_id) + names.into_iter().sum::<usize>());
        self.message = self.message.max(record.message.len().min(MESSAGE_BYTES_MAX));
    }

    /// Takes those of another part.
    pub(super) fn merge(&mut self, other: Self) {
        let Self { call, message, name } = other;
        self.call = self.call.max(call);
        self.message = self.message.max(message);
        self.name = self.name.max(name);
    }
}
