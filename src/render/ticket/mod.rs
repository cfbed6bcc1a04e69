//! Tickets as text, Markdown and CSV: what to paste stands above a line, what the sender should know below it. Of a log
//! only error, request id, time, service, action, region and duration are shown above.

mod csv;
pub mod evidence;
mod markdown;
mod sender;
mod sheet;
mod text;
mod view;
pub mod words;

use std::io::{self, Write};
use std::path::Path;

pub use view::{Language, View};

use crate::ticket::Tickets;

/// How tickets are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For forms that take plain text.
    #[default]
    Text,
    /// For forms that take Markdown.
    Markdown,
    /// A row for each request id; headings are the same in all languages, nothing stands below the line.
    Csv,
}

impl Format {
    /// The format that a file's extension asks for.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "txt" | "text" => Some(Self::Text),
            "md" | "markdown" => Some(Self::Markdown),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// Writes all tickets.
///
/// # Errors
///
/// `out` fails.
pub fn write(tickets: &Tickets, format: Format, view: &View, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(tickets, view, out),
        Format::Markdown => markdown::write(tickets, view, out),
        Format::Csv => csv::write(tickets, view, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Class;
    use crate::render::escape::is_shell_safe;
    use crate::report::At;
    use crate::ticket::{Impact, Message, Picked, Product, Share, Ticket, is_plain};
    use crate::time::{Nanos, Zone};

    const NAMES: [&str; 6] = [
        "$(touch x)",
        "a`touch x`b``c",
        "a | b\n# [x](javascript:alert(1)) <script>",
        "=cmd|' /C calc'!A0",
        "\u{202e}gnp.exe\u{1b}[2J",
        "; rm -rf / #",
    ];

    fn picked(id: &str, name: &str) -> Picked {
        let name = Some(name.to_owned());
        let at = At {
            input: "logs/$(touch y).ndjson".to_owned(),
            line: Some(7),
            offset: 99,
            time: Some(Nanos(1_795_487_500_452_000_000)),
            service: name.clone(),
            action: name.clone(),
            region: name,
            duration_ms: Some(12.6),
        };
        Picked { request_id: id.to_owned(), reason: "first".to_owned(), at }
    }

    fn ticket(name: &str, ids: usize) -> Ticket {
        let share = || Share { name: name.to_owned(), failures: 1_234 };
        Ticket {
            code: name.to_owned(),
            class: Class::Provider,
            meaning: "It failed.".to_owned(),
            advice: "Retry.".to_owned(),
            product: Product::Named(name.to_owned()),
            actions: vec![share(), share(), share(), share()],
            regions: vec![share(), share(), share(), share()],
            failures: 4_936,
            first: Some(Nanos(1_795_487_500_452_000_000)),
            last: Some(Nanos(1_795_599_999_000_000_000)),
            since: Some(Nanos(1_795_487_600_000_000_000)),
            impact: Impact { failures: 1_234, calls: 5_000, action: Some(name.to_owned()) },
            message: Some(Message { text: name.to_owned(), variants: 3 }),
            ids: (0..ids).map(|place| picked(&format!("{}-{place:04}", "i".repeat(59)), name)).collect(),
            success: Some(picked("61a8459b-27c8-4868-af8f-f374db0245f8", name)),
            ids_left_out: 2,
            stands_out: Vec::new(),
        }
    }

    fn written(ticket: Ticket, format: Format, language: Language) -> String {
        let tickets = Tickets { tickets: vec![ticket], ..Tickets::default() };
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let mut out = Vec::new();
        write(&tickets, format, &View { language, zone, uin: Some("100000000001".to_owned()) }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn above(text: &str) -> &str {
        let line = if text.contains("\n----- above") { "\n----- above" } else { "\n---\n\nAbove" };
        text.split_once(line).unwrap().0
    }

    const LANGUAGES: [Language; 3] = [Language::English, Language::Chinese, Language::Japanese];

    #[test]
    fn a_ticket_fits_whatever_the_log_says() {
        let fillers = ["x", "`", "\u{202e}", "雲", "|", "\\n", "🙂", "_"].map(|unit| unit.repeat(256));
        for name in fillers.iter().map(String::as_str).chain(NAMES) {
            for language in LANGUAGES {
                for format in [Format::Text, Format::Markdown] {
                    let text = written(ticket(name, 60), format, language);
                    assert!(above(&text).chars().count() < 2_000, "{format:?} {language:?} {name}");
                    assert!(above(&text).contains("iiii-0000"), "{format:?} {language:?} {name}");
                    assert!(text.contains("for want of room"));
                }
            }
        }
    }

    #[test]
    fn a_common_ticket_keeps_all_its_ids() {
        let text = written(ticket("DescribeInstances", 5), Format::Text, Language::English);
        assert!((0..5).all(|place| above(&text).contains(&format!("iiii-{place:04}"))));
        assert!(!text.contains("for want of room"));
    }

    #[test]
    fn neither_where_a_record_stands_nor_the_class_is_above_the_line() {
        for format in [Format::Text, Format::Markdown] {
            let text = written(ticket("x", 1), format, Language::English);
            assert!(!above(&text).contains("ndjson") && !above(&text).contains("provider"));
            assert!(text.contains("ndjson:7") && text.contains("class provider"));
        }
        assert!(!written(ticket("x", 1), Format::Csv, Language::English).contains("ndjson"));
    }

    #[test]
    fn commands_hold_plain_ids_only() {
        for name in NAMES {
            for format in [Format::Text, Format::Markdown] {
                let text = written(ticket(name, 2), format, Language::English);
                let commands: Vec<_> = text.lines().filter(|line| line.contains("tccli ")).collect();
                assert_eq!(commands.len(), 1);
                let fixed = "tccli cloudaudit DescribeEvents --region ap-guangzhou --StartTime 1795486600 \
                             --EndTime 1795488400 --LookupAttributes \
                             '[{\"AttributeKey\":\"RequestId\",\"AttributeValue\":\"";
                let id = commands[0].trim().strip_prefix(fixed).unwrap().strip_suffix("\"}]'").unwrap();
                assert!(is_shell_safe(id));
            }
        }
    }

    #[test]
    fn an_id_that_is_not_plain_gets_no_command() {
        let mut hostile = ticket("x", 0);
        hostile.ids = vec![picked("$(touch x)", "x"), picked("a'b", "x")];
        assert!(!written(hostile, Format::Text, Language::English).contains("tccli "));
    }

    #[test]
    fn plain_ids_are_those_that_are_safe_in_a_shell() {
        let long = "a".repeat(64);
        let longer = "a".repeat(65);
        let ids = ["", "a", "-", "a.b_c-D9", "a b", "a\n", "é", "a'b", "[redacted]", long.as_str(), longer.as_str()];
        for id in NAMES.into_iter().chain(ids) {
            assert_eq!(is_plain(id), is_shell_safe(id), "{id:?}");
        }
    }

    #[test]
    fn markdown_holds_log_text_in_code_spans_only() {
        for name in NAMES {
            let text = written(ticket(name, 1), Format::Markdown, Language::English);
            assert!(text.contains(&crate::render::escape::markdown(name)), "{name}");
            assert!(text.lines().all(|line| !line.starts_with("# ") && !line.starts_with("[x]")));
        }
        let text = written(ticket("a`b``c", 1), Format::Markdown, Language::English);
        assert!(text.contains("```a`b``c```"));
    }

    #[test]
    fn csv_has_a_row_for_each_id_and_no_formula() {
        let text = written(ticket("=1+1", 2), Format::Csv, Language::Chinese);
        assert_eq!(text.lines().count(), 1 + 2 + 1);
        assert!(text.contains("\"'=1+1\"") && !text.contains("\"=1+1"));
        let columns = text.lines().next().unwrap().split(',').count();
        assert!(text.lines().skip(1).all(|row| row.split("\",\"").count() == columns));
        let bare = written(Ticket { success: None, ..ticket("x", 0) }, Format::Csv, Language::English);
        assert_eq!(bare.lines().count(), 2);
    }

    #[test]
    fn a_language_changes_headings_only() {
        let english = written(ticket("ResourceInsufficient", 1), Format::Text, Language::English);
        for (language, heading) in [(Language::Chinese, "错误码"), (Language::Japanese, "エラーコード")] {
            let text = written(ticket("ResourceInsufficient", 1), Format::Text, language);
            assert!(text.contains(heading) && !english.contains(heading));
            assert_eq!(text.lines().count(), english.lines().count());
            assert_eq!(text.split_once("-----").unwrap().1, english.split_once("-----").unwrap().1);
        }
    }

    #[test]
    fn a_product_that_the_log_does_not_name_is_suggested_or_left_blank() {
        for (product, title, line) in [
            (Product::Suggested(vec!["cvm"]), "[CVM?] x: ", "____________  (suggested: cvm)"),
            (Product::Suggested(vec!["cbs", "cvm"]), "x: ", "____________  (suggested: cbs, cvm)"),
            (Product::Unknown, "x: ", "____________"),
        ] {
            let text = written(Ticket { product, ..ticket("x", 1) }, Format::Text, Language::English);
            assert!(text.starts_with(title) && text.lines().any(|it| it.starts_with("Product") && it.ends_with(line)));
        }
    }
}
