//! What text from a log or a file name becomes before it reaches a reader, one function a format;
//! refuses to know what the text means and where it came from.
//!
//! Each function is called once, where text is written: escaping twice doubles backslashes.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde_json::ser::{Formatter, PrettyFormatter};

/// Longest label value of [`prometheus_label`], in bytes.
pub const PROMETHEUS_LABEL_BYTES_MAX: usize = 128;

/// Longest id of [`is_shell_safe`], in bytes.
pub const SHELL_SAFE_BYTES_MAX: usize = 64;

/// Characters that change or hide what stands around them, apart from the control characters
/// (C0, DEL, C1): Unicode's `Default_Ignorable_Code_Point` (bidi controls and isolates, zero
/// width, fillers, byte order mark, tags) without the variation selectors that emoji use, the
/// line and paragraph separators, and interlinear annotations. Sorted.
const HIDDEN: &[(char, char)] = &[
    ('\u{AD}', '\u{AD}'),
    ('\u{34F}', '\u{34F}'),
    ('\u{61C}', '\u{61C}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{2028}', '\u{202E}'),
    ('\u{2060}', '\u{206F}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFF0}', '\u{FFFB}'),
    ('\u{1BCA0}', '\u{1BCA3}'),
    ('\u{1D173}', '\u{1D17A}'),
    ('\u{E0000}', '\u{E0FFF}'),
];

/// Text for a terminal or a text file: one line, and nothing in it acts or hides.
///
/// Line feed, carriage return and tab become `\n`, `\r`, `\t`, other control characters and DEL
/// `\x1b`, C1 and hidden characters `\u{202E}`. Everything else, CJK and emoji included, stays.
/// A backslash is doubled only where what follows could be taken for one of these (`\`, `n`, `r`,
/// `t`, `x`, `u`), so different texts never look the same, yet `{\"a\":1}` stays as it is.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(needs_care) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    push_visible(&mut out, text, false);
    Cow::Owned(out)
}

/// As [`terminal`], for file names, which need not be UTF-8: an invalid byte becomes `\xff`.
pub fn terminal_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return terminal(text);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        push_visible(&mut out, chunk.valid(), !chunk.invalid().is_empty());
        for byte in chunk.invalid() {
            push_byte(&mut out, *byte);
        }
    }
    Cow::Owned(out)
}

/// Text for HTML, between tags or in a quoted attribute: made visible as by [`terminal`], and
/// `&`, `<`, `>`, `"`, `'` as references.
pub fn html(text: &str) -> Cow<'_, str> {
    match terminal(text) {
        Cow::Borrowed(visible) => html_of_visible(visible),
        Cow::Owned(visible) => Cow::Owned(html_of_visible(&visible).into_owned()),
    }
}

/// As [`html`], for text that [`terminal`] has made visible already.
pub fn html_of_visible(visible: &str) -> Cow<'_, str> {
    if !visible.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(visible);
    }
    let mut out = String::with_capacity(visible.len() + 16);
    for c in visible.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Text for Markdown outside tables, made visible as by [`terminal`]: a code span with more
/// backticks around it than any run of them inside. Empty text becomes a blank in a code span,
/// because an empty one cannot be written.
pub fn markdown(text: &str) -> String {
    markdown_of_visible(&terminal(text))
}

/// As [`markdown`], for text that [`terminal`] has made visible already.
pub fn markdown_of_visible(text: &str) -> String {
    let run_max = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(run_max + 1);
    // CommonMark takes one blank off both ends if both have one and there is more than blanks.
    let blank_ends = text.starts_with(' ') && text.ends_with(' ') && text.contains(|c| c != ' ');
    let needs_pad = blank_ends || text.starts_with('`') || text.ends_with('`');
    match (text.is_empty(), needs_pad) {
        (true, _) => "` `".to_owned(),
        (_, true) => format!("{fence} {text} {fence}"),
        (_, false) => format!("{fence}{text}{fence}"),
    }
}

/// As [`markdown`], for a cell of a GitHub table, whose pipes are escaped even in code spans
/// (outside tables that backslash would be shown).
pub fn markdown_cell(text: &str) -> String {
    markdown(text).replace('|', r"\|")
}

/// A CSV cell, always in quotes, its own quotes doubled; the content stays as it is but for
/// characters that act on a terminal or hide (not tab, carriage return and line feed, which belong
/// to CSV), shown as by [`terminal`].
///
/// A `'` goes first where a spreadsheet would take the cell for a formula: before `=`, `+`, `-`,
/// `@`, their full-width forms, tab, carriage return and line feed.
pub fn csv(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len() + 3);
    out.push('"');
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        out.push('\'');
    }
    for c in cell.chars() {
        match c {
            '"' => out.push_str("\"\""),
            '\t' | '\r' | '\n' => out.push(c),
            _ if c.is_control() || is_hidden(c) => push_escape(&mut out, c),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A Prometheus label value of the grammar `[0-9A-Za-z._/-]{1,128}`.
///
/// A value of this grammar stays. In any other, each character outside it becomes `_`, and `_` and
/// 16 hexadecimal digits of the value's XXH3-64 (seed 0) follow, the whole cut to fit, so that
/// different values keep different series. A value that looks like one changed so is changed too.
pub fn prometheus_label(value: &str) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-');
    let fits = (1..=PROMETHEUS_LABEL_BYTES_MAX).contains(&value.len());
    if fits && value.chars().all(is_allowed) && !ends_with_hash(value) {
        return value.to_owned();
    }
    let kept = PROMETHEUS_LABEL_BYTES_MAX - HASH_BYTES;
    let replaced = value.chars().map(|c| if is_allowed(c) { c } else { '_' });
    let mut out: String = replaced.take(kept).collect();
    let hash = xxhash_rust::xxh3::xxh3_64(value.as_bytes());
    // Writing to a String cannot fail.
    let _ = write!(out, "_{hash:016x}");
    out
}

/// Whether an id may stand in a printed shell command: `[0-9A-Za-z._-]{1,64}`.
///
/// An id that begins with `-` qualifies; print it where it cannot be taken for an option.
pub fn is_shell_safe(id: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=SHELL_SAFE_BYTES_MAX).contains(&id.len()) && id.bytes().all(is_allowed)
}

/// Pretty JSON with two spaces, in whose strings DEL, C1, bidi controls, U+2028 and U+2029 and all
/// other hidden characters are written `\u202e` (above U+FFFF as a surrogate pair), so that the
/// bytes are safe to show and every reader gets the same text back.
#[derive(Debug, Default)]
pub struct JsonFormatter {
    pretty: PrettyFormatter<'static>,
}

/// As [`JsonFormatter`], on one line without blanks, for NDJSON.
#[derive(Debug, Default)]
pub struct JsonLineFormatter;

/// `_` and 16 digits.
const HASH_BYTES: usize = 17;

fn ends_with_hash(value: &str) -> bool {
    let bytes = value.as_bytes();
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    bytes.split_last_chunk::<16>().is_some_and(|(before, digits)| before.ends_with(b"_") && digits.iter().all(is_digit))
}

/// Whether [`terminal`] has to look closer.
fn needs_care(c: char) -> bool {
    c == '\\' || c.is_control() || is_hidden(c)
}

fn is_hidden(c: char) -> bool {
    c > '\u{7F}' && {
        let index = HIDDEN.partition_point(|&(_, last)| last < c);
        HIDDEN.get(index).is_some_and(|&(first, _)| first <= c)
    }
}

/// `escape_follows`: what is pushed next begins with a backslash.
fn push_visible(out: &mut String, text: &str, escape_follows: bool) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' {
            let ambiguous = match chars.peek() {
                Some('\\' | 'n' | 'r' | 't' | 'x' | 'u') => true,
                Some(&next) => needs_care(next),
                None => escape_follows,
            };
            out.push_str(if ambiguous { r"\\" } else { r"\" });
        } else if needs_care(c) {
            push_escape(out, c);
        } else {
            out.push(c);
        }
    }
}

fn push_escape(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str(r"\n"),
        '\r' => out.push_str(r"\r"),
        '\t' => out.push_str(r"\t"),
        '\0'..='\x7F' => push_byte(out, c as u8),
        _ => {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{{{:X}}}", u32::from(c));
        }
    }
}

fn push_byte(out: &mut String, byte: u8) {
    let _ = write!(out, "\\x{byte:02x}");
}

fn write_visible<W: ?Sized + io::Write>(writer: &mut W, fragment: &str) -> io::Result<()> {
    let mut written = 0;
    for (at, c) in fragment.char_indices() {
        if c.is_control() || is_hidden(c) {
            writer.write_all(&fragment.as_bytes()[written..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + c.len_utf8();
        }
    }
    writer.write_all(&fragment.as_bytes()[written..])
}

impl Formatter for JsonLineFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        write_visible(writer, fragment)
    }
}

impl Formatter for JsonFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        write_visible(writer, fragment)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Serialize as _;

    /// Text with much of what has to be escaped.
    fn hostile() -> impl Strategy<Value = String> {
        let c = prop_oneof![
            prop::sample::select("\\\\\\nrtxu{}0`|'\"&<>=+-@ ,;.\0\t\r\n\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{e0041}中é👍\u{fe0f}".chars().collect::<Vec<_>>()),
            any::<char>(),
        ];
        prop::collection::vec(c, 0..24).prop_map(|chars| chars.into_iter().collect())
    }

    fn acts(c: char) -> bool {
        c.is_control() || is_hidden(c)
    }

    /// Undoes `terminal_bytes`; the law that it can be done is that nothing is ambiguous.
    fn undo(visible: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = visible;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            let escape = if c == '\\' { rest.chars().next() } else { None };
            match escape {
                Some('\\') => bytes.push(b'\\'),
                Some('n') => bytes.push(b'\n'),
                Some('r') => bytes.push(b'\r'),
                Some('t') => bytes.push(b'\t'),
                Some('x') => bytes.push(u8::from_str_radix(&rest[1..3], 16).unwrap()),
                Some('u') => {
                    let digits = rest[2..].split('}').next().unwrap();
                    let c = char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap();
                    bytes.extend(c.to_string().bytes());
                    rest = &rest[digits.len()..];
                }
                _ => {
                    bytes.extend(c.to_string().bytes());
                    continue;
                }
            }
            let length = match escape {
                Some('x') => 3,
                Some('u') => 3,
                _ => 1,
            };
            rest = &rest[length..];
        }
        bytes
    }

    #[test]
    fn visible() {
        for (text, shown) in [
            ("", ""),
            ("实例 ins-1 不存在 👍\u{fe0f}", "实例 ins-1 不存在 👍\u{fe0f}"),
            ("\u{1b}[31mred\u{7}\0", r"\x1b[31mred\x07\x00"),
            ("a\r\n\tb\u{7f}", r"a\r\n\tb\x7f"),
            ("\u{85}\u{9b}", r"\u{85}\u{9B}"),
            ("evil\u{202e}txt.exe\u{2069}", r"evil\u{202E}txt.exe\u{2069}"),
            ("\u{feff}a\u{200b}b\u{2028}c\u{e0041}", r"\u{FEFF}a\u{200B}b\u{2028}c\u{E0041}"),
            (r#"{\"a\":1} C:\Logs\"#, r#"{\"a\":1} C:\Logs\"#),
            (r"\x1b \\ C:\new", r"\\x1b \\\ C:\\new"),
            ("\\\u{1b}", r"\\\x1b"),
        ] {
            assert_eq!(terminal(text), shown);
        }
        assert_eq!(terminal_bytes(b"a\\\xff\xe4\xb8\x1b.log"), r"a\\\xff\xe4\xb8\x1b.log");
        assert!(matches!(terminal("plain 文字"), Cow::Borrowed(_)));
    }

    #[test]
    fn hidden_is_sorted_and_disjoint() {
        assert!(HIDDEN.iter().all(|(first, last)| first <= last));
        assert!(HIDDEN.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn code_spans() {
        for (text, span) in [
            ("", "` `"),
            ("a", "`a`"),
            ("a`b", "``a`b``"),
            ("`a``", "``` `a`` ```"),
            (" a ", "`  a  `"),
            (" a", "` a`"),
            ("  ", "`  `"),
            ("a\n# b", r"`a\n# b`"),
            ("a|b", "`a|b`"),
        ] {
            assert_eq!(markdown(text), span);
        }
        assert_eq!(markdown_cell(r"a|b\|c"), r"`a\|b\\|c`");
    }

    #[test]
    fn cells_labels_and_ids() {
        for (cell, written) in [
            ("", r#""""#),
            ("a,\"b\"\nc", "\"a,\"\"b\"\"\nc\""),
            ("=1+1", r#""'=1+1""#),
            ("-5", r#""'-5""#),
            ("\t=1", "\"'\t=1\""),
            ("＝1", r#""'＝1""#),
            ("\u{1b}[0m", r#""\x1b[0m""#),
            (r"C:\new", r#""C:\new""#),
        ] {
            assert_eq!(csv(cell), written);
        }
        assert_eq!(prometheus_label("InternalError.Db"), "InternalError.Db");
        assert_eq!(prometheus_label("a b"), "a_b_8044f8a624582c4c");
        assert_eq!(prometheus_label(""), "_2d06800538d394c2");
        assert_ne!(prometheus_label("中"), prometheus_label("文"));
        assert_ne!(prometheus_label("a_b_8044f8a624582c4c"), prometheus_label("a b"));
        assert_eq!(html("<a b='c'>&\"\u{202e}"), r"&lt;a b=&#39;c&#39;&gt;&amp;&quot;\u{202E}");
        let long = "a".repeat(65);
        for (id, safe) in [
            ("a", true),
            ("ed93f3cb-f35e_1.2", true),
            ("", false),
            (&long, false),
            ("a b", false),
            ("a;b", false),
            ("é", false),
        ] {
            assert_eq!(is_shell_safe(id), safe, "{id}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_safe_and_unambiguous(text in hostile()) {
            let shown = terminal(&text);
            prop_assert!(!shown.contains(acts));
            prop_assert_eq!(undo(&shown), text.as_bytes());
            prop_assert_eq!(terminal_bytes(text.as_bytes()), &*shown);
        }

        #[test]
        fn names_of_any_bytes_are_safe_and_unambiguous(bytes in prop::collection::vec(prop_oneof![Just(b'\\'), any::<u8>()], 0..24)) {
            let shown = terminal_bytes(&bytes);
            prop_assert!(!shown.contains(acts));
            prop_assert_eq!(undo(&shown), bytes);
        }

        #[test]
        fn json_reads_back(text in hostile(), key in hostile()) {
            let value = serde_json::json!({ "k": [text, 1, null, {}], key: [] });
            let mut pretty = Vec::new();
            let mut serializer = serde_json::Serializer::with_formatter(&mut pretty, JsonFormatter::default());
            value.serialize(&mut serializer).unwrap();
            let mut line = Vec::new();
            let mut serializer = serde_json::Serializer::with_formatter(&mut line, JsonLineFormatter);
            value.serialize(&mut serializer).unwrap();
            for written in [String::from_utf8(pretty).unwrap(), String::from_utf8(line).unwrap()] {
                prop_assert!(!written.contains(|c| c != '\n' && acts(c)));
                prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&written).unwrap(), &value);
            }
            let plain = serde_json::json!({ "a": [1, { "b": [] }] });
            let mut pretty = Vec::new();
            let mut serializer = serde_json::Serializer::with_formatter(&mut pretty, JsonFormatter::default());
            plain.serialize(&mut serializer).unwrap();
            prop_assert_eq!(String::from_utf8(pretty).unwrap(), serde_json::to_string_pretty(&plain).unwrap());
        }

        #[test]
        fn a_code_span_holds_its_text(text in hostile()) {
            let span = markdown(&text);
            let fence = &span[..span.len() - span.trim_start_matches('`').len()];
            let inner = span.strip_prefix(fence).unwrap().strip_suffix(fence).unwrap();
            prop_assert!(!inner.split(|c| c != '`').any(|run| run.len() >= fence.len()));
            let strips = inner.len() > 1 && inner.starts_with(' ') && inner.ends_with(' ') && inner.contains(|c| c != ' ');
            let shown = if strips { &inner[1..inner.len() - 1] } else { inner };
            prop_assert!(shown == terminal(&text) || text.is_empty());
        }

        #[test]
        fn a_cell_is_one_cell(text in hostile()) {
            let cell = csv(&text);
            let inner = cell.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            prop_assert!(!inner.replace("\"\"", "").contains('"'));
            prop_assert!(!inner.starts_with(['=', '+', '-', '@', '\t', '\r']));
        }

        #[test]
        fn a_label_has_the_grammar(text in hostile(), repeat in 0_usize..20) {
            let label = prometheus_label(&text.repeat(repeat));
            prop_assert!((1..=128).contains(&label.len()));
            prop_assert!(label.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/-".contains(&b)));
        }

        #[test]
        fn html_has_no_markup(text in hostile()) {
            let safe = html(&text);
            prop_assert!(!safe.contains(['<', '>', '"', '\'']) && !safe.contains(acts));
            let back = safe.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
            prop_assert_eq!(back, terminal(&text));
        }
    }
}
