//! What codes share: how many of their messages and names are kept together. It keeps no count.

use super::bounds::Bounds;
use super::mask::{Masked, mask};
use super::pairs::{Nameless, Quota, pair_hash};
use crate::record::{MESSAGE_BYTES_MAX, Record};
use crate::redact::{cut, redact};

/// What codes share: how many pairs are kept of all of them.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    /// Of codes and masked messages.
    pub(super) messages: Quota,
    /// Of codes and names of a field.
    pub(super) names: Quota,
    pub(super) nameless_messages: Nameless,
    pub(super) nameless_names: Nameless,
    pub(super) scratch: Scratch,
}

impl Pairs {
    pub(super) fn new(bounds: &Bounds) -> Self {
        Self {
            messages: Quota::new(bounds.messages, bounds.messages_each),
            names: Quota::new(bounds.names, usize::MAX),
            nameless_messages: Nameless::default(),
            nameless_names: Nameless::default(),
            scratch: Scratch::default(),
        }
    }
}

/// A message that was masked.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    pub(super) masked: Masked,
}

impl Scratch {
    /// Masks the message of a record; the hash of its pair, none without a message.
    pub(super) fn message(&mut self, record: &Record<'_>, owner: u64) -> Option<u64> {
        if record.message.is_empty() {
            return None;
        }
        mask(cut(&redact(record.message), MESSAGE_BYTES_MAX), record.request_id, &mut self.masked);
        Some(pair_hash(owner, &self.masked.template))
    }
}
