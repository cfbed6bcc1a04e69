//! How failures by code stay within their bounds. What is kept depends on the data alone, whenever this happens.

use super::bounds::Bounds;
use super::codes::Codes;
use super::exemplars::SLOTS;
use super::failed_timeline;
use super::longest::Longest;
use super::pairs::{Kept, Quota};

/// By how much a part may keep more pairs than allowed before it chooses among them, as a share of what is allowed:
/// choosing looks at all of them.
const EXCESS_SHARE: usize = 16;
/// How much other parts may add before everything is brought within the bounds, in bytes.
const ADDED_BYTES_MAX: usize = 12 << 20;
/// How many names a call has: service, action and region.
const CALL_NAMES: usize = 3;
/// What an entry of each kind takes beside its texts, in bytes, rather more than less.
const CODE_BYTES: usize = 1536;
const MESSAGE_BYTES: usize = 384;
const NAME_BYTES: usize = 128;
const BUCKET_BYTES: usize = 48;

impl Codes {
    /// Brings everything within the bounds: what is kept then depends on the data alone. Merging does it by itself.
    pub fn fit(&mut self) {
        self.added = 0;
        self.fit_pairs();
        self.fit_calls();
        let Self { bounds: Bounds { buckets, buckets_each, days, .. }, table, .. } = self;
        if !failed_timeline::is_shared(table.iter().map(|(_, code)| &code.timeline), *buckets, *buckets_each) {
            let timelines = table.ranked_mut().into_iter().map(|code| &mut code.timeline);
            failed_timeline::share(timelines.collect(), *buckets, *buckets_each);
        }
        // Each code has the same share of the days, which falls with the number of codes alone.
        let days = *days / table.len().max(1);
        table.iter_mut().for_each(|code| code.days.limit(days));
        self.buckets = table.iter().map(|(_, code)| code.timeline.len() + code.days.len()).sum();
    }

    /// Cuts the names of the calls that are kept. How long they may be falls with the number of codes and messages alone,
    /// which is smaller in any part of the data, so that no part cuts more than the whole.
    fn fit_calls(&mut self) {
        let calls = SLOTS * self.table.len() + self.pairs.messages.held();
        let bytes_max = self.bounds.call_names / (CALL_NAMES * calls.max(1));
        for code in self.table.iter_mut() {
            code.slots.cut_names(bytes_max);
            code.variants.values_mut().for_each(|variant| variant.first.cut_names(bytes_max));
        }
    }

    fn fit_pairs(&mut self) {
        if self.pairs.messages.is_exceeded() {
            let Self { table, pairs, .. } = self;
            let kept = table.iter().flat_map(|(_, code)| code.variants.hashes());
            pairs.messages.fit(kept.chain(pairs.nameless_messages.hashes()).collect());
            self.trim();
        }
        if self.pairs.names.is_exceeded() {
            let Self { table, pairs, .. } = self;
            let kept = table.iter().flat_map(|(_, code)| code.tables()).flat_map(Kept::hashes);
            pairs.names.fit(kept.chain(pairs.nameless_names.hashes()).collect());
            self.trim();
        }
    }

    /// Gives up the pairs that are not below the bounds of their quotas.
    pub(super) fn trim(&mut self) {
        let Self { table, pairs, .. } = self;
        table.iter_mut().for_each(|code| code.trim(pairs));
        pairs.nameless_messages.trim(&mut pairs.messages);
        pairs.nameless_names.trim(&mut pairs.names);
    }

    /// Brings within the bounds what is far above them, since that looks at all that is kept.
    #[inline]
    pub(super) fn fit_often(&mut self) {
        let is_far_above = |quota: &Quota, all: usize| quota.held() > all + all / EXCESS_SHARE;
        if self.added > ADDED_BYTES_MAX {
            self.fit();
        } else if is_far_above(&self.pairs.messages, self.bounds.messages)
            || is_far_above(&self.pairs.names, self.bounds.names)
        {
            self.fit_pairs();
        }
    }

    /// About how much memory the codes take, in bytes, rather more than less.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let Longest { call, message, name } = self.longest;
        self.table.len() * (CODE_BYTES + SLOTS * call)
            + self.pairs.messages.held() * (MESSAGE_BYTES + message + call)
            + self.pairs.names.held() * (NAME_BYTES + name)
            + self.buckets * BUCKET_BYTES
    }
}
