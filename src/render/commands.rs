//! The commands that a report suggests, ready for a shell. Which options they repeat, the caller decides; here they are
//! quoted and put together. It knows no option but the window of time.

use unicode_width::UnicodeWidthStr;

use super::escape::terminal;
use crate::redact::redact;
use crate::time::{Nanos, Zone};

/// What lines of a command begin with that go on.
const NEXT: &str = "  ";
/// A longer command helps nobody, in bytes.
const BYTES_MAX: usize = 4_000;

/// The commands that a report suggests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commands {
    /// `resplog report` with the inputs and options of this run, but for the window of time.
    pub report: String,
    /// `resplog ticket` with the same.
    pub ticket: String,
    /// The earliest time that counts.
    pub since: Option<Nanos>,
    /// The earliest time that does not count any more.
    pub until: Option<Nanos>,
}

impl Commands {
    /// The report of a stretch of time alone.
    #[must_use]
    pub fn report_of(&self, start: Nanos, end: Nanos, zone: &Zone) -> String {
        let since = self.since.map_or(start, |since| since.max(start));
        let until = self.until.map_or(end, |until| until.min(end));
        within(&self.report, Some(since), Some(until), zone)
    }

    /// The tickets of all failures of this run.
    #[must_use]
    pub fn ticket(&self, zone: &Zone) -> String {
        within(&self.ticket, self.since, self.until, zone)
    }
}

fn within(command: &str, since: Option<Nanos>, until: Option<Nanos>, zone: &Zone) -> String {
    let bounds = [("--since", since), ("--until", until)];
    let bounds = bounds.into_iter().filter_map(|(flag, at)| Some(format!(" {flag} {}", time(at?, zone))));
    format!("{command}{}", bounds.collect::<String>())
}

/// A time as options take it: `2026-11-24T01:00:00+08:00`.
fn time(at: Nanos, zone: &Zone) -> String {
    let offset = zone.offset_text(at);
    let offset = if offset == "UTC" { "Z" } else { &offset };
    format!("{}{offset}", zone.civil(at).to_string().replace(' ', "T"))
}

/// Words as one types them in a shell; none when one of them holds a secret or what would act or hide on a terminal, or
/// when that is too long.
#[must_use]
pub fn line(words: &[&str]) -> Option<String> {
    let harmless =
        |word: &&str| redact(word) == **word && !word.chars().any(char::is_control) && terminal(word) == **word;
    let line = words.iter().all(harmless).then(|| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "));
    line.filter(|line| line.len() <= BYTES_MAX)
}

/// A command in lines that are no wider than this where its words let it; all but the last end in a backslash, so that a
/// shell takes them for one.
#[must_use]
pub fn wrapped(command: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words(command) {
        match lines.last_mut() {
            // Two columns are left for the backslash.
            Some(line) if line.width() + word.width() + 3 <= width => *line += &format!(" {word}"),
            Some(line) => {
                line.push_str(" \\");
                lines.push(format!("{NEXT}{word}"));
            }
            None => lines.push(word.to_owned()),
        }
    }
    if command.width() <= width { vec![command.to_owned()] } else { lines }
}

/// The words of a command; an option and its value go together.
fn words(command: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut is_quoted, mut is_option) = (0, false, false);
    let mut bytes = command.bytes().enumerate().peekable();
    while let Some((place, byte)) = bytes.next() {
        match byte {
            // Outside of quotes it keeps the sign after it from ending or beginning them.
            b'\\' if !is_quoted => drop(bytes.next()),
            b'\'' => is_quoted = !is_quoted,
            b' ' if !is_quoted => {
                let word = &command[start..place];
                if word.starts_with("--") && !word.contains([' ', '=']) && !is_option {
                    is_option = command[place + 1..].starts_with(|next| next != '-');
                    if is_option {
                        continue;
                    }
                }
                words.push(word);
                (start, is_option) = (place + 1, false);
            }
            _ => {}
        }
    }
    words.push(&command[start..]);
    words
}

/// A word in the quotes that a shell needs, if any.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/+:=,@%".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        for (words, command) in [
            (vec!["resplog", "report", "a/b.log", "--tz=+08:00"], Some("resplog report a/b.log --tz=+08:00")),
            (vec!["it's", "", "a b", "*.log", "$HOME", "~"], Some(r"'it'\''s' '' 'a b' '*.log' '$HOME' '~'")),
            (vec!["日志.log"], Some("'日志.log'")),
            (vec!["a\nb"], None),
            (vec!["a\u{202e}b"], None),
            (vec!["Signature=abcdef0123"], None),
        ] {
            assert_eq!(line(&words).as_deref(), command);
        }
        assert_eq!(line(&[&"x".repeat(BYTES_MAX + 1)]), None);
    }

    #[test]
    fn a_long_command_is_several_lines() {
        let command = r"resplog report 'it'\''s a.log' b.log --quiet --by app=/app --tz=+08:00 --fail-if 'failed > 1'";
        assert_eq!(wrapped(command, 200), [command]);
        let lines = [
            r"resplog report \",
            r"  'it'\''s a.log' b.log \",
            r"  --quiet --by app=/app \",
            r"  --tz=+08:00 \",
            r"  --fail-if 'failed > 1'",
        ];
        assert_eq!(wrapped(command, 26), lines);
        assert_eq!(lines.map(|line| line.trim_start().trim_end_matches(" \\")).join(" "), command);
    }

    #[test]
    fn a_window_is_no_wider_than_that_of_the_run() {
        let (second, zone) = (|second: i64| Nanos::from_seconds(1_795_453_200 + second, 0), Zone::Fixed(28_800));
        let commands =
            Commands { report: "resplog report a".into(), ticket: "resplog ticket a".into(), ..Commands::default() };
        assert_eq!(
            commands.report_of(second(0), second(60), &zone),
            "resplog report a --since 2026-11-24T01:00:00+08:00 --until 2026-11-24T01:01:00+08:00"
        );
        assert_eq!(commands.ticket(&zone), "resplog ticket a");
        let commands = Commands { since: Some(second(30)), until: Some(second(45)), ..commands };
        assert_eq!(
            commands.report_of(second(0), second(60), &Zone::Utc),
            "resplog report a --since 2026-11-23T17:00:30Z --until 2026-11-23T17:00:45Z"
        );
        assert_eq!(
            commands.ticket(&Zone::Utc),
            "resplog ticket a --since 2026-11-23T17:00:30Z --until 2026-11-23T17:00:45Z"
        );
    }
}
