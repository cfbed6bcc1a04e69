//! What codes share: how many of their messages and names are kept together. It keeps no count.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

use super::bounds::Bounds;
use super::mask::{Masked, mask};
use super::pairs::{Nameless, Quota};
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

/// Messages that were masked.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    masked: Masked,
    /// Messages that came back, by their hashes; empty until the first one.
    known: Vec<Option<Box<Known>>>,
    /// The hashes of the last messages that were not known. What varies with each failure is not worth keeping.
    seen: Vec<u64>,
}

/// A message that is masked in the same way whatever the response's own id is, unless that stands in it.
#[derive(Clone, Debug)]
struct Known {
    message: Box<str>,
    template: String,
    kinds: Vec<u8>,
}

/// A masked message.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaskedMessage<'m> {
    /// Its text with one character in the place of each mask.
    pub(super) template: &'m str,
    /// The kinds of the masks, in order.
    pub(super) kinds: &'m [u8],
}

/// How many messages are known at a time; a power of two.
const KNOWN: usize = 256;
/// How many bytes of an id are looked for in a message. No id is shorter.
const ID_END_BYTES: usize = 4;

impl Scratch {
    /// Masks the message of a record; none without a message.
    pub(super) fn message(&mut self, record: &Record<'_>) -> Option<MaskedMessage<'_>> {
        let Record { message, request_id, .. } = *record;
        if message.is_empty() {
            return None;
        }
        let Self { masked, known, seen } = self;
        if message.len() > MESSAGE_BYTES_MAX || request_id.is_some_and(|id| may_hold_id(message, id)) {
            mask(cut(&redact(message), MESSAGE_BYTES_MAX), request_id, masked);
            return Some(MaskedMessage { template: &masked.template, kinds: &masked.kinds });
        }
        if known.is_empty() {
            known.resize(KNOWN, None);
            seen.resize(KNOWN, 0);
        }
        let hash = xxh3_64(message.as_bytes());
        let place = hash as usize % KNOWN;
        let is_known = |slot: &Option<Box<Known>>| slot.as_ref().is_some_and(|known| *known.message == *message);
        if !known.get(place).is_some_and(is_known) {
            let redacted = redact(message);
            mask(cut(&redacted, MESSAGE_BYTES_MAX), request_id, masked);
            let is_again = seen.get_mut(place).is_some_and(|last| std::mem::replace(last, hash) == hash);
            // What redaction puts in its place could be read with what stands beside it.
            let is_plain = matches!(redacted, Cow::Borrowed(_));
            if is_again
                && is_plain
                && let Some(slot) = known.get_mut(place)
            {
                let Masked { template, kinds, .. } = &*masked;
                let (message, template, kinds) = (message.into(), template.clone(), kinds.clone());
                *slot = Some(Box::new(Known { message, template, kinds }));
            }
            return Some(MaskedMessage { template: &masked.template, kinds: &masked.kinds });
        }
        let known = known.get(place)?.as_deref()?;
        Some(MaskedMessage { template: &known.template, kinds: &known.kinds })
    }
}

/// Whether a message may hold an id, or the end of one: ids that are looked for have digits.
fn may_hold_id(message: &str, id: &str) -> bool {
    let end = id.as_bytes().last_chunk::<ID_END_BYTES>();
    message.bytes().any(|byte| byte.is_ascii_digit())
        && end.is_none_or(|end| message.as_bytes().windows(ID_END_BYTES).any(|it| it.eq_ignore_ascii_case(end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Context, Form, Outcome};

    #[test]
    fn a_message_that_comes_back_is_masked_as_the_first_time_unless_it_holds_the_id() {
        let mut scratch = Scratch::default();
        let ids = [None, Some("b5b41468-520d-4192-b42f-595cc34b6c1c"), Some("1000"), Some("abc-0f00")];
        let messages = [
            "the quota of 1000 is used up, see b5b41468-520d-4192-b42f-595cc34b6c1c",
            "no disk `ins-12ab34cd` in zone 3, code 0F00",
            "write to a@b.com, password=hunter2 at 595cc34b6c1c",
            "nothing varies",
            "",
        ];
        for round in 0..4 {
            for message in messages {
                for request_id in ids {
                    let record = Record {
                        outcome: Outcome::Failed,
                        code: "A",
                        message,
                        request_id,
                        context: Context::default(),
                        by: &[],
                        form: Form::Envelope,
                        pointer: None,
                    };
                    let mut expected = Masked::default();
                    mask(cut(&redact(message), MESSAGE_BYTES_MAX), request_id, &mut expected);
                    let found = scratch.message(&record).map(|it| (it.template.to_owned(), it.kinds.to_vec()));
                    let expected = (!message.is_empty()).then_some((expected.template, expected.kinds));
                    assert_eq!(found, expected, "{round} {message} {request_id:?}");
                }
            }
        }
        assert!(scratch.known.iter().flatten().count() >= 2);
    }
}
