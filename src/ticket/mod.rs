//! Tickets: what support needs to know of the failures of one code in one product, as plain data, made of a report and
//! a second reading of the inputs. It does not know how a ticket is written, nor in which language.

pub mod evidence;
mod gather;
mod model;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::catalog::{self, Class, Classes};
use crate::engine::{Options, RunControl, ThreadsError};
use crate::input::Input;
use crate::record::{Call, LineClass, Origin};
use crate::report::{Action, At, Code, Report};
use crate::summary::codes;
use crate::summary::exemplars::Exemplar;
use crate::summary::pairs::Kept;
use gather::{Gathered, Success};
use model::known_product;
pub use model::{CODES_MAX, Impact, LeftOut, Message, Picked, Product, Share, Ticket, Tickets, Why, is_plain};

/// Classes that are written up when nothing else is asked for; throttling only when it is sustained.
pub const CLASSES: [Class; 3] = [Class::Provider, Class::Capacity, Class::Throttle];
/// Failures from which on throttling can be sustained.
pub const SUSTAINED_FAILURES_MIN: u64 = 30;
/// Failures from which on throttling without times counts as sustained.
pub const SUSTAINED_UNTIMED_MIN: u64 = 100;
/// In how many buckets of the timeline sustained throttling occurs.
pub const SUSTAINED_BUCKETS_MIN: usize = 3;
/// The most products that are suggested for a code; of a code that more list, the product stays open.
const SUGGESTED_MAX: usize = 3;
/// What is written up.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'c> {
    /// Classes in force; they give meaning and advice.
    pub classes: &'c Classes,
    /// Whether throttling is written up also when it is not sustained: somebody asked for it.
    pub any_throttling: bool,
    /// How many ids a ticket holds.
    pub ids_max: usize,
    /// Names of the `--by` fields.
    pub by: &'c [String],
}

/// Writes up the codes of a report: those in `report.codes`, which lists what was chosen. The inputs are read again, as
/// `options` say; `paths` are their names as they are shown.
///
/// # Errors
///
/// The threads cannot be started. Inputs that cannot be read are no errors; the report tells them.
pub fn tickets(
    report: &Report,
    inputs: &[Input],
    paths: &[String],
    options: &Options,
    watch: &RunControl,
    choice: &Choice<'_>,
) -> Result<Tickets, ThreadsError> {
    let mut rows: Vec<&Code> =
        report.codes.iter().filter(|code| code.code != catalog::OTHER && code.count > 0).collect();
    rows.sort_by_key(|code| (code.class, Reverse(code.count), &code.code));
    let too_many = rows.split_off(rows.len().min(CODES_MAX));
    let mut tickets = Tickets::default();
    if !rows.is_empty() {
        let wanted: BTreeSet<&str> = rows.iter().map(|code| code.code.as_str()).collect();
        let gathered = gather::gather(inputs, options, watch, &wanted)?;
        tickets.interrupted = gathered.interrupted;
        let writer = Writer { report, gathered: &gathered, paths, choice };
        rows.iter().for_each(|code| writer.write(code, &mut tickets));
    }
    let too_many = too_many.into_iter().map(|code| (code.code.clone(), code.count));
    tickets.left_out.extend(too_many.map(|(code, failures)| LeftOut { code, failures, why: Why::TooManyCodes }));
    Ok(tickets)
}

/// What tickets are made of.
struct Writer<'w> {
    report: &'w Report,
    gathered: &'w Gathered,
    paths: &'w [String],
    choice: &'w Choice<'w>,
}

impl Writer<'_> {
    /// Adds the tickets of a code: one for each product, the one with the most failures first.
    fn write(&self, code: &Code, tickets: &mut Tickets) {
        let (mut products, others) = self.gathered.products(&code.code);
        products.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(&b.0)));
        let mut not_sustained = 0;
        for (service, failures) in products {
            let is_throttled = code.class == Class::Throttle && !self.choice.any_throttling;
            if is_throttled && !self.is_sustained(failures) {
                not_sustained += failures.count;
            } else {
                tickets.tickets.push(self.ticket(code, service, failures));
            }
        }
        for (failures, why) in [(not_sustained, Why::NotSustained), (others, Why::TooManyProducts)] {
            if failures > 0 {
                tickets.left_out.push(LeftOut { code: code.code.clone(), failures, why });
            }
        }
    }

    /// Whether calls were refused over a stretch of time: often enough, and in several buckets of the report's width;
    /// without times, very often.
    fn is_sustained(&self, failures: &codes::Code) -> bool {
        if failures.first.is_none() {
            return failures.count >= SUSTAINED_UNTIMED_MIN;
        }
        let (_, buckets) = failures.timeline.buckets(self.report.timeline.bucket_seconds.unwrap_or(0));
        failures.count >= SUSTAINED_FAILURES_MIN && buckets.len() >= SUSTAINED_BUCKETS_MIN
    }

    fn ticket(&self, code: &Code, service: Option<&str>, failures: &codes::Code) -> Ticket {
        let entry = catalog::describe(&code.code, self.choice.classes);
        let actions = shares(&failures.actions);
        let (ids, ids_left_out) = self.ids(failures);
        let variants = failures.ranked_variants();
        let main = actions.first().map(|share| share.name.as_str());
        let success = main.and_then(|action| self.success(service, action));
        Ticket {
            code: code.code.clone(),
            class: code.class,
            meaning: entry.meaning,
            advice: entry.advice,
            product: product(service, &code.code),
            impact: self.impact(service, actions.first(), failures.count),
            regions: shares(&failures.regions),
            failures: failures.count,
            first: failures.first,
            last: failures.last,
            since: code.since.filter(|_| code.count == failures.count),
            message: variants.first().map(|(text, _)| Message { text: text.clone(), variants: variants.len() }),
            ids,
            success,
            ids_left_out,
            actions,
            stands_out: code.stands_out.iter().filter(|it| self.choice.by.contains(&it.field)).cloned().collect(),
        }
    }

    fn impact(&self, service: Option<&str>, main: Option<&Share>, failures: u64) -> Impact {
        let of_action = main.and_then(|main| {
            let is_row = |row: &&Action| known_product(row.service.as_deref()) == service && row.action == main.name;
            // Several names that are no products share one ticket.
            let rows = self.report.actions.iter().filter(is_row);
            let calls = rows.map(|row| row.calls.ok + row.calls.failed).reduce(|sum, calls| sum + calls)?;
            Some(Impact { failures: main.failures, calls, action: Some(main.name.clone()) })
        });
        let of_service = || {
            let row = self.report.services.iter().find(|row| Some(row.service.as_str()) == service)?;
            Some(Impact { failures, calls: row.calls.ok + row.calls.failed, action: None })
        };
        let totals = &self.report.totals;
        of_action.or_else(of_service).unwrap_or(Impact {
            failures,
            calls: totals.counts[LineClass::Ok] + totals.counts[LineClass::Failed],
            action: None,
        })
    }

    /// The plain ids of the slots in their order, each once, and how many are not plain.
    fn ids(&self, failures: &codes::Code) -> (Vec<Picked>, usize) {
        let mut ids = Vec::new();
        let mut left_out = 0;
        for (reason, exemplar) in failures.chosen() {
            if !is_plain(exemplar.request_id()) {
                left_out += 1;
            } else if ids.len() < self.choice.ids_max {
                ids.push(Picked { request_id: exemplar.request_id().to_owned(), reason, at: self.at(exemplar) });
            }
        }
        (ids, left_out)
    }

    fn at(&self, exemplar: &Exemplar) -> At {
        self.stands(&exemplar.call, exemplar.origin)
    }

    fn stands(&self, call: &Call, origin: Origin) -> At {
        At::of(call, self.path(origin.input), self.gathered.numbers.line(origin), origin.offset)
    }

    fn success(&self, service: Option<&str>, action: &str) -> Option<Picked> {
        let Success { origin, call } = self.gathered.success(service, action)?;
        let at =
            At { service: service.map(str::to_owned), action: Some(action.to_owned()), ..self.stands(call, *origin) };
        Some(Picked { request_id: call.request_id()?.to_owned(), reason: "latest success".to_owned(), at })
    }

    fn path(&self, input: u32) -> String {
        self.paths.get(input as usize).cloned().unwrap_or_default()
    }
}

/// The product of the log, or of those that list the code when they are few.
fn product(service: Option<&str>, code: &str) -> Product {
    if let Some(service) = service {
        return Product::Named(service.to_owned());
    }
    let listing: Vec<_> = catalog::services(code).take(SUGGESTED_MAX + 1).collect();
    if (1..=SUGGESTED_MAX).contains(&listing.len()) { Product::Suggested(listing) } else { Product::Unknown }
}

/// Names by failures descending, then bytes; those beyond the bound of the table have no row.
fn shares(table: &Kept<u64>) -> Vec<Share> {
    let mut shares: Vec<_> = table.iter().map(|(name, &failures)| Share { name: name.to_owned(), failures }).collect();
    shares.sort_by(|a, b| b.failures.cmp(&a.failures).then_with(|| a.name.cmp(&b.name)));
    shares
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Write;

    use super::*;
    use crate::engine::{self, Duplicates};
    use crate::input::source::Sizes;
    use crate::inspect::Reading;
    use crate::profile::Profile;
    use crate::report::build;
    use crate::scan::ScannerKind;
    use crate::settings::InputFormat;
    use crate::summary::counting::Counting;
    use crate::summary::rejects::Reject;
    use crate::time::Zone;

    fn options(threads: usize) -> Options {
        Options {
            threads,
            sizes: Sizes { read_bytes: 256, ..Sizes::default() },
            way: ScannerKind::Reference,
            counting: Counting::default(),
            reading: Reading {
                sources: Vec::new(),
                horizon: None,
                format: InputFormat::Auto,
                filter: crate::filter::Filter::default(),
                prune: true,
                rejects_text: false,
                profile: Profile::at(Vec::new()).with_context(Vec::new(), Vec::new(), Zone::Utc),
            },
        }
    }

    fn written_up(log: &str, codes: &[&str], threads: usize) -> (Tickets, Vec<evidence::Evidence>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(log.as_bytes()).unwrap();
        let inputs = [Input::new(file.path().to_owned())];
        let paths = ["a.ndjson".to_owned()];
        let (watch, options) = (RunControl::default(), options(threads));
        let no_rejects = None::<fn(&Reject, u64)>;
        let analysis = engine::analyze(&inputs, &options, &watch, &Duplicates::default(), no_rejects).unwrap();
        let classes = Classes::default();
        let codes: Vec<_> = codes.iter().map(|code| (*code).to_owned()).collect();
        let only_classes = if codes.is_empty() { CLASSES.to_vec() } else { Vec::new() };
        let build = crate::report::Options {
            classes: &classes,
            ids: 5,
            codes: &codes,
            only_classes: &only_classes,
            by: &[],
            periods: &[],
            filters: &BTreeMap::new(),
            split: None,
            against: crate::report::Against::default(),
        };
        let facts = crate::report::InputFacts { path: paths[0].clone(), ..Default::default() };
        let report = build::report(&analysis.summary, vec![facts], false, Vec::new(), &build).unwrap();
        let choice = Choice { classes: &classes, any_throttling: !codes.is_empty(), ids_max: 5, by: &[] };
        let tickets = tickets(&report, &inputs, &paths, &options, &watch, &choice).unwrap();
        let mut found = Vec::new();
        evidence::evidence(&tickets.tickets, &inputs, &options, &watch, |it| found.push(it.clone())).unwrap();
        (tickets, found)
    }

    fn failure(minute: u32, service: &str, code: &str, id: &str) -> String {
        format!(
            r#"{{"time":"2026-11-24T01:{minute:02}:00Z","service":"{service}","action":"Act","password":"hunter2","Response":{{"Error":{{"Code":"{code}","Message":"disk disk-1a2b3c4d failed, password=hunter2"}},"Secret":"hunter2","RequestId":"{id}"}}}}"#
        ) + "\n"
    }

    fn success(minute: u32, service: &str, id: &str) -> String {
        format!(
            r#"{{"time":"2026-11-24T01:{minute:02}:00Z","service":"{service}","action":"Act","Response":{{"RequestId":"{id}"}}}}"#
        ) + "\n"
    }

    #[test]
    fn there_is_one_ticket_for_each_code_and_product() {
        let log = [
            success(1, "cbs", "good-1"),
            failure(2, "cbs", "InternalError", "bad-1"),
            failure(3, "cvm", "InternalError", "bad-2"),
            failure(4, "cvm", "InternalError", "bad-3"),
            success(5, "cbs", "good-2"),
            success(4, "cbs", "good-3"),
            success(9, "cbs", "$(touch x)"),
            failure(5, "cvm", "AuthFailure", "bad-4"),
        ]
        .concat();
        let (tickets, evidence) = written_up(&log, &[], 1);
        let summary: Vec<_> =
            tickets.tickets.iter().map(|it| (it.code.as_str(), it.product.named(), it.failures)).collect();
        assert_eq!(summary, [("InternalError", Some("cvm"), 2), ("InternalError", Some("cbs"), 1)]);
        let of_cbs = &tickets.tickets[1];
        assert_eq!(of_cbs.success.as_ref().map(|it| (it.request_id.as_str(), it.at.line)), Some(("good-2", Some(5))));
        assert_eq!(
            of_cbs.ids.iter().map(|it| (it.request_id.as_str(), it.at.line)).collect::<Vec<_>>(),
            [("bad-1", Some(2))]
        );
        assert_eq!(of_cbs.impact, Impact { failures: 1, calls: 5, action: Some("Act".to_owned()) });
        assert!(tickets.tickets[0].success.is_none());
        assert_eq!(evidence.iter().map(|it| it.line).collect::<Vec<_>>(), [2, 3, 4]);
    }

    #[test]
    fn a_name_that_is_not_a_product_names_no_ticket() {
        let log = [
            success(1, "my-shop", "good-1"),
            failure(2, "my-shop", "InternalError", "bad-1"),
            failure(3, "checkout", "InternalError", "bad-2"),
            failure(4, "cvm", "InternalError", "bad-3"),
        ]
        .concat();
        let (tickets, evidence) = written_up(&log, &[], 1);
        let summary: Vec<_> = tickets.tickets.iter().map(|it| (it.product.named(), it.failures)).collect();
        assert_eq!(summary, [(None, 2), (Some("cvm"), 1)]);
        let unnamed = &tickets.tickets[0];
        assert_eq!(unnamed.impact, Impact { failures: 2, calls: 3, action: Some("Act".to_owned()) });
        assert_eq!(unnamed.success.as_ref().map(|it| it.request_id.as_str()), Some("good-1"));
        assert_eq!(evidence.iter().map(|it| it.line).collect::<Vec<_>>(), [2, 3, 4]);
    }

    #[test]
    fn nothing_but_what_is_allowed_is_kept() {
        let log = failure(2, "cbs", "InternalError", "bad-1") + &failure(3, "cbs", "InternalError", "`id`; $(touch x)");
        let (tickets, evidence) = written_up(&log, &[], 1);
        assert!(!format!("{tickets:?}{evidence:?}").contains("hunter2"));
        assert_eq!((tickets.tickets[0].ids.len(), tickets.tickets[0].ids_left_out), (1, 1));
        assert!(!format!("{tickets:?}").contains("touch"));
    }

    #[test]
    fn throttling_is_written_up_when_it_is_sustained_or_asked_for() {
        let spread = |count: u32, minutes: u32| -> String {
            (0..count).map(|n| failure(n % minutes, "cvm", "RequestLimitExceeded", &format!("id-{n:04}"))).collect()
        };
        let untimed = |count: u32| {
            let line = r#"{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"x"},"RequestId":"some"}}"#;
            format!("{line}\n").repeat(count as usize)
        };
        for (log, is_written) in [
            (spread(30, 3), true),
            (spread(30, 2), false),
            (spread(29, 3), false),
            (untimed(100), true),
            (untimed(99), false),
        ] {
            let (tickets, _) = written_up(&log, &[], 1);
            assert_eq!(tickets.tickets.len(), usize::from(is_written));
            let why: Vec<_> = tickets.left_out.iter().map(|it| it.why).collect();
            assert_eq!(why, if is_written { vec![] } else { vec![Why::NotSustained] });
            assert_eq!(written_up(&log, &["RequestLimitExceeded"], 1).0.tickets.len(), 1);
        }
    }

    #[test]
    fn any_number_of_threads_writes_the_same() {
        let log: String = (0..400)
            .map(|n| match n % 3 {
                0 => success(n % 60, ["cbs", "cvm"][n as usize % 2], &format!("good-{n}")),
                _ => failure(n % 60, ["cbs", "cvm"][n as usize % 2], "InternalError", &format!("bad-{n}")),
            })
            .collect();
        assert_eq!(written_up(&log, &[], 1), written_up(&log, &[], 4));
    }

    #[test]
    fn the_product_is_suggested_where_few_list_the_code() {
        assert_eq!(product(Some("x"), "InternalError"), Product::Named("x".to_owned()));
        assert_eq!(product(None, "InternalError"), Product::Unknown);
        assert_eq!(product(None, "no such code"), Product::Unknown);
        let alone = catalog::listed().find(|code| catalog::services(code).count() == 1).unwrap();
        assert_eq!(product(None, alone), Product::Suggested(catalog::services(alone).collect()));
    }
}
