//! The answer while it grows. It knows nothing of JSON libraries.

use std::collections::HashMap;

use serde_json::{Value, json};

/// How many calls succeeded and failed.
#[derive(Default)]
pub struct Counts {
    ok: u64,
    codes: HashMap<String, Failures>,
}

#[derive(Default)]
struct Failures {
    count: u64,
    request_id: Option<String>,
}

impl Counts {
    /// Counts a response; `code` is that of its error.
    pub fn observe(&mut self, code: Option<&str>, request_id: Option<&str>) {
        let Some(code) = code else {
            self.ok += 1;
            return;
        };
        if !self.codes.contains_key(code) {
            self.codes.insert(code.to_owned(), Failures::default());
        }
        if let Some(failures) = self.codes.get_mut(code) {
            failures.count += 1;
            if failures.request_id.is_none() {
                failures.request_id = request_id.map(str::to_owned);
            }
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.ok += other.ok;
        for (code, failures) in other.codes {
            let own = self.codes.entry(code).or_default();
            own.count += failures.count;
            own.request_id = own.request_id.take().or(failures.request_id);
        }
    }

    /// Rows as `peer.py` prints them; that of the successes has no code.
    pub fn to_json(&self) -> Value {
        let failed = self.codes.iter().map(|(code, failures)| json!([code, failures.count, failures.request_id]));
        std::iter::once(json!([null, self.ok, null])).chain(failed).collect()
    }
}
