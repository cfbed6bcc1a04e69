//! Masks what varies in an error message, so that the messages of one cause become one text;
//! refuses to know the error code and what the message means.
//!
//! | what | becomes |
//! |---|---|
//! | the response's own request id, and its last 12 hex digits, which storage services quote | `<request_id>` |
//! | UUIDs | `<uuid>` |
//! | `qcs::…`, `arn:…`, `acs:…` | `<resource>` |
//! | URLs | `<url>`, email addresses `<email>` |
//! | IPv4, IPv6, MAC addresses, also with port or prefix length; host names | `<addr>` |
//! | RFC 3339 and RFC 1123 times, dates, clock times | `<time>` |
//! | `ins-abcd1234`, other words with letters and digits mixed, starred ids | `<id>` |
//! | 8 or more hex digits, letters among them; `0x…` | `<hex>` |
//! | numbers, with sign and fraction, also in `node3` and `5GB` | `<n>` |
//! | a word in quotes (`'` `"` `` ` `` `[]` `“”` `‘’` `「」` `『』`) | `<name>` in its quotes |
//! | equal masks in a list | one of them |
//!
//! Words of prose stay, and words in quotes that are not names: identifiers that begin with a
//! capital letter and have no digit (`InstanceId`, `Placement.Zone`, `ID_CARD`), `true`, `null`,
//! and keys of JSON. A mask in the message stays as it is, so masking twice changes nothing.

mod address;
mod bits;
mod cursor;
mod encoded;
pub mod kinds;
mod masked;
mod shape;
mod time;
mod words;

use cursor::{Cursor, NAME, Run, Simple, class};
use encoded::Pair;
use kinds::Mask;
pub use masked::Masked;
use masked::Writer;
use shape::{NAME_BYTES_MAX, Shapes};
use words::is_known_word;

/// Writes the masked form of `message` to `out`, which is cleared first and can be used again.
///
/// `message` is redacted and cut before. `request_id` is that of the response itself; ids without
/// a digit, over 64 bytes or of other characters than `[0-9A-Za-z._-]` are not looked for. Linear
/// in the length of `message`; the result is at most three times as long, and masking it again,
/// with the same id, changes nothing.
pub fn mask(message: &str, request_id: Option<&str>, out: &mut Masked) {
    let Masked { template, kinds, bits, written } = out;
    bits.read(message.as_bytes());
    let cursor = Cursor::new(message, bits);
    let masker = Masker {
        text: message,
        cursor,
        shapes: Shapes::new(cursor, request_id),
        out: Writer::new(bits, message.len(), written, kinds),
    };
    masker.run().finish(template);
}

/// Quotes beyond ASCII that open, and those that close them.
const WIDE_QUOTES: &[(char, char)] = &[('“', '”'), ('‘', '’'), ('「', '」'), ('『', '』')];

/// What redaction leaves; in brackets, but no name.
const REDACTED: &str = "[redacted]";

/// Whether a name in quotes may go on with a byte.
fn may_go_on(byte: u8) -> bool {
    !byte.is_ascii() || class(byte) & NAME != 0
}

struct Masker<'t, 'o> {
    text: &'t str,
    cursor: Cursor<'t>,
    shapes: Shapes<'t>,
    out: Writer<'t, 'o>,
}

impl<'t, 'o> Masker<'t, 'o> {
    fn run(mut self) -> Writer<'t, 'o> {
        let mut at = 0;
        loop {
            at = self.cursor.prose_end(at);
            let run = self.cursor.run(at);
            at = match run.next {
                _ if run.length() > 0 => self.run_of_letters_or_digits(run),
                Some(mark) => self.mark(at, mark),
                None => break,
            };
        }
        self.out.copy_up_to(self.text.len());
        self.out
    }

    /// Masks the run or leaves it; says where to read on.
    fn run_of_letters_or_digits(&mut self, run: Run) -> usize {
        if run.next == Some(b'%') && run.length() == 2 && !self.shapes.has_at_sign {
            return self.encoded(run);
        }
        match self.cursor.simple(run, self.shapes.has_at_sign) {
            Some(Simple::Prose) => run.end,
            // Ids may be numbers.
            Some(Simple::Number) if self.shapes.request_id(run.start).is_none() => {
                self.push_mask(run.start, Mask::Number, run.end)
            }
            _ => self.word(run),
        }
    }

    /// Masks or leaves what begins at `at` with a quote, a sign, a colon or the `<` of a mask.
    fn mark(&mut self, at: usize, mark: u8) -> usize {
        match mark {
            b'"' | b'\'' | b'`' => self.quoted(at, at + 1, char::from(mark), true),
            b':' => {
                let is_double = self.cursor.bytes.get(at + 1) == Some(&b':');
                if is_double { self.colons(at) } else { at + 1 }
            }
            b'-' | b'+' => self.sign(at),
            b'[' => match self.text[at..].starts_with(REDACTED) {
                true => at + REDACTED.len(),
                false => self.quoted(at, at + 1, ']', false),
            },
            b'<' => Mask::at_start(&self.cursor.bytes[at..]).map_or(at + 1, |mask| self.keep_mask(at, mask)),
            _ => {
                let Some(c) = self.text[at..].chars().next() else { return self.text.len() };
                let start = at + c.len_utf8();
                let quote = WIDE_QUOTES.iter().find(|(open, _)| *open == c);
                quote.map_or(start, |&(_, close)| self.quoted(at, start, close, false))
            }
        }
    }

    /// A sign goes with the number after it, unless a word stands before it.
    fn sign(&mut self, at: usize) -> usize {
        let belongs = self.cursor.is_word_start(at)
            && self.shapes.strong(at + 1).is_none()
            && self.shapes.number(at + 1).is_some();
        if belongs {
            self.out.copy_up_to(at);
            self.out.skip_to(at + 1);
        }
        at + 1
    }

    /// An address that begins with `::`.
    fn colons(&mut self, at: usize) -> usize {
        match self.shapes.strong(at) {
            Some((mask, end)) => self.push_mask(at, mask, end),
            None => at + 1,
        }
    }

    /// A mask that was there before, and the letters and digits right after it (`<n>GB`).
    fn keep_mask(&mut self, at: usize, mask: Mask) -> usize {
        let end = at + mask.text().len();
        let glued_before = self.cursor.is_word_before(at);
        let word_end = self.cursor.alphanumeric_end(end);
        if glued_before || word_end > end {
            self.push_part(at, mask, end);
            return word_end;
        }
        self.push_mask(at, mask, end)
    }

    /// A word, or what looks like one: an address, a time, an id.
    fn word(&mut self, run: Run) -> usize {
        let at = run.start;
        if let Some((mask, end)) = self.shapes.strong_run(run) {
            return self.push_mask(at, mask, end);
        }
        // Only after these may a word go on.
        if matches!(run.next, Some(b'-' | b'_' | b'*')) && self.cursor.is_word_start(at) {
            let end = self.shapes.compound_end(run);
            if is_known_word(&self.cursor.bytes[at..end]) {
                return end;
            }
            if self.shapes.is_compound_id(run, end) {
                return self.push_mask(at, Mask::Id, end);
            }
        }
        if !run.has_digit() || is_known_word(&self.cursor.bytes[at..run.end]) {
            return run.end;
        }
        let Some((digits_end, unit_end)) = self.shapes.number_of_run(run) else {
            return self.segment(run);
        };
        if digits_end == unit_end {
            return self.push_mask(at, Mask::Number, unit_end);
        }
        self.push_part(at, Mask::Number, digits_end);
        unit_end
    }

    /// A run of letters and digits that no more can be said about.
    fn segment(&mut self, run: Run) -> usize {
        let Run { start, end, .. } = run;
        let segment = &self.cursor.bytes[start..end];
        if run.next == Some(b'<') && Mask::at_start(&self.cursor.bytes[end..]).is_some() {
            return end;
        }
        if shape::is_hex_run(run, segment) {
            return self.push_mask(start, Mask::Hex, end);
        }
        if let Some(letters) = run.letters_before_digits(self.text) {
            self.push_part(start + letters, Mask::Number, end);
            return end;
        }
        self.push_mask(start, Mask::Id, end)
    }

    /// What is written as `%E5%9B%BE` has a run of two letters or digits for each byte. They are read in a row, since
    /// nothing can be said of them but by themselves.
    fn encoded(&mut self, run: Run) -> usize {
        let &[high, low] = &self.cursor.bytes[run.start..run.end] else { return self.word(run) };
        if self.shapes.has_short_id() {
            return self.word(run);
        }
        match Pair::of(high, low) {
            Pair::Other | Pair::Stays => {}
            Pair::Number => drop(self.push_mask(run.start, Mask::Number, run.end)),
            Pair::Id => drop(self.push_mask(run.start, Mask::Id, run.end)),
            Pair::NumberLast => self.push_part(run.start + 1, Mask::Number, run.end),
            Pair::NumberFirst => self.push_part(run.start, Mask::Number, run.start + 1),
        }
        // The mark after the first one parts them from any list.
        self.out.push_pairs(run.end + 1)
    }

    /// A quote that opens, and the name from `start` on if the quotes hold nothing else. One that may close as well opens
    /// only where no word stands before it.
    fn quoted(&mut self, at: usize, start: usize, close: char, may_close: bool) -> usize {
        let run = self.cursor.run(start);
        // Most names are one run, and most of what are none end with the first one.
        let end = match run.next {
            Some(next) if run.length() > 0 && u32::from(next) == u32::from(close) => Some(run.end),
            Some(next) if run.length() > 0 && !may_go_on(next) => None,
            _ => self.shapes.name_end(start, close),
        };
        if let Some(end) = end.filter(|&end| end - start <= NAME_BYTES_MAX)
            && !(may_close && self.cursor.is_word_before(at))
        {
            let after = end + close.len_utf8();
            if let Some(mask) = self.mask_of_name(at, run, end, after) {
                self.out.push_quoted(at..start, mask, end..after, self.cursor.is_continued(after));
                return after;
            }
        }
        if run.length() > 0 { self.run_of_letters_or_digits(run) } else { start }
    }

    /// What a name in quotes becomes, or nothing when it is to be read like prose.
    fn mask_of_name(&mut self, at: usize, run: Run, end: usize, after: usize) -> Option<Mask> {
        let start = run.start;
        let strong = if run.length() > 0 { self.shapes.strong_run(run) } else { self.shapes.strong(start) };
        if let Some((mask, strong_end)) = strong
            && strong_end == end
        {
            return Some(mask);
        }
        let name = &self.cursor.bytes[start..end];
        let unsigned = start + usize::from(matches!(name, [b'-' | b'+', ..]));
        if self.shapes.number(unsigned) == Some((end, end)) {
            return Some(Mask::Number);
        }
        if shape::is_long_hex(name) {
            return Some(Mask::Hex);
        }
        // Only a word with a `-` is the id of a resource.
        if run.end < end && words::is_resource_id(name) {
            return Some(Mask::Id);
        }
        let is_prose = words::is_identifier(name) || self.shapes.is_json_key(at, after);
        (!is_prose).then_some(Mask::Name)
    }

    /// A mask for a part of a word.
    fn push_part(&mut self, start: usize, mask: Mask, end: usize) {
        self.out.push_part(start..end, mask);
    }

    /// A mask in the place of `start..end`, unless it repeats the one before it in a list. Returns `end`.
    fn push_mask(&mut self, start: usize, mask: Mask, end: usize) -> usize {
        self.out.push_mask(start..end, mask, self.cursor.is_continued(end));
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "ed93f3cb-f35e-473f-b9f3-0d451b8b79c6";

    fn masked(message: &str) -> String {
        let mut out = Masked { template: "left over".into(), kinds: vec![7], ..Masked::default() };
        mask(message, Some(ID), &mut out);
        out.text()
    }

    #[test]
    fn cases() {
        for (message, variant) in [
            // Prose.
            ("", ""),
            (
                "The provided credentials could not be validated. Please ensure your signature is correct.",
                "The provided credentials could not be validated. Please ensure your signature is correct.",
            ),
            (
                "pay-as-you-go client-side TencentCloudSDKException it's ForceDelete=true",
                "pay-as-you-go client-side TencentCloudSDKException it's ForceDelete=true",
            ),
            (
                "IPv4 SHA256 utf-8 TC3-HMAC-SHA256 E证通 x86_64 Base64",
                "IPv4 SHA256 utf-8 TC3-HMAC-SHA256 E证通 x86_64 Base64",
            ),
            ("人员库ID不存在。", "人员库ID不存在。"),
            // The response's own id.
            ("failed, RequestId: ed93f3cb-f35e-473f-b9f3-0d451b8b79c6", "failed, RequestId: <request_id>"),
            ("[ED93F3CB-F35E-473F-B9F3-0D451B8B79C6]", "[<request_id>]"),
            ("trace 0d451b8b79c6 of req-0d451b8b79c6", "trace <request_id> of req-<request_id>"),
            ("topic not exist RequestId:[341023a0-26d7-4ce6-8f8f-72fc34661335]", "topic not exist RequestId:[<uuid>]"),
            // Ids.
            ("instance ins-abcd1234 and disk-qwertyui not found", "instance <id> and <id> not found"),
            ("vpc-endpoint lb-listener disk-snapshot", "vpc-endpoint lb-listener disk-snapshot"),
            (r#"instance "vdb-ecbgiqwb1" not found"#, r#"instance "<id>" not found"#),
            ("pod nginx-deployment-66b6c48dd5-7wq2p in ap-guangzhou-3", "pod <id> in ap-guangzhou-<n>"),
            ("合同yDwFkUUckpstzjhfUugNAWf1KibXqS26不可用", "合同<id>不可用"),
            ("合同[yDR1AUUgygja******uO4zjEB8zAkJEFN]不包含", "合同[<name>]不包含"),
            ("流程yDR1AUUgygja******uO4zjEB8zAkJEFN终止", "流程<id>终止"),
            ("node3 worker12 my_table_01 S5.MEDIUM4", "node<n> worker<n> my_table_<n> S<n>.MEDIUM<n>"),
            ("digest 5d41402abc4b2a76b9719d911017c592 at 0x7ffe12", "digest <hex> at <hex>"),
            ("image@sha256:5d41402abc4b2a76b9719d911017c592", "image@sha256:<hex>"),
            // Numbers.
            ("Code:1001, Msg:Invalid parameter (itemid)", "Code:<n>, Msg:Invalid parameter (itemid)"),
            ("code: -70003, 1,254,418 rows, 1.258e+09 bytes, 5.7.18", "code: <n> rows, <n> bytes, <n>"),
            ("在0.5到2.0范围内，1秒到60秒", "在<n>到<n>范围内，<n>秒到<n>秒"),
            ("disk 50GB < 100GB after 1.5s, 99.9%", "disk <n>GB < <n>GB after <n>s, <n>%"),
            ("status code: 500", "status code: <n>"),
            // Addresses.
            ("dial tcp 10.0.0.1:8080: i/o timeout", "dial tcp <addr>: i/o timeout"),
            ("10.0.0.0/16 conflicts with 10.0.0.1-10.0.0.9", "<addr> conflicts with <addr>-<addr>"),
            ("[fe80::1%eth] 2402:4e00::/32 ::1 ::ffff:10.0.0.1 std::vector", "[<addr>%eth] <addr> std::vector"),
            ("mac 52:54:00:ab:cd:ef", "mac <addr>"),
            ("300.1.1.1 1.2.3.4.5", "<n>"),
            ("lookup cvm.tencentcloudapi.com: no such host", "lookup <addr>: no such host"),
            ("app.log com.tencent.Foo key.name", "app.log com.tencent.Foo key.name"),
            // Times.
            ("msg: 2021-01-13 22:34:42, TRTC onError", "msg: <time>, TRTC onError"),
            ("expired at 2022-07-28T21:37:22.123+08:00 (20210113T223442Z)", "expired at <time> (<time>)"),
            ("Date 'Tue, 13 Jan 2021 22:34:42 GMT' or 2009-11-10 23:00:00 +0000 UTC", "Date '<time>' or <time> UTC"),
            ("at 22:34:42 on 2021/1/13", "at <time> on <time>"),
            // Resources, URLs, mail.
            ("qcs::cvm:ap-guangzhou:uin/100001:instance/* is denied", "<resource> is denied"),
            ("on resource (qcs::cos:ap-guangzhou:uid/125:bucket/a*).", "on resource (<resource>)."),
            ("(FYI: https://cloud.tencent.com/document/product/269/32688 )", "(FYI: <url> )"),
            ("see http://a.b/c?d=[redacted]. 详情https://a.b/1.json，请", "see <url>. 详情<url>，请"),
            ("mail alice.b+c@example.com.", "mail <email>."),
            // Quotes.
            ("Param is illegal: `101`", "Param is illegal: `<n>`"),
            (
                "'web-01' \"web\" `my.db` [db1] “测试” 「x」",
                "'<name>' \"<name>\" `<name>` [<name>] “<name>” 「<name>」",
            ),
            ("企业名称[测试认证企业一]重复", "企业名称[<name>]重复"),
            (
                "Invalid arguments[Keywords] `Placement.Zone` 'Filters.0.Name' \"ID_CARD\" 'null'",
                "Invalid arguments[Keywords] `Placement.Zone` 'Filters.<n>.Name' \"ID_CARD\" 'null'",
            ),
            ("the user's disk isn't 'in use'", "the user's disk isn't 'in use'"),
            (r#"{"code":-1, "msg" : "bad"}"#, r#"{"code":<n>, "msg" : "<name>"}"#),
            ("password=[redacted] [姓名：某某,手机号：13200000000]", "password=[redacted] [姓名：某某,手机号：<n>]"),
            // Lists.
            ("ids [ins-abcd1234 ins-abcd1235], 'a', 'b', 'c'; 1、2、3", "ids [<id>], '<name>'; <n>"),
            ("80:90, 81:91", "<n>:<n>, <n>:<n>"),
        ] {
            assert_eq!(masked(message), variant, "from {message}");
            assert_eq!(masked(variant), variant, "again");
        }
    }

    #[test]
    fn encoded_bytes_are_words_of_their_own() {
        for byte in 0..=255_u8 {
            for pair in [format!("{byte:02x}"), format!("{byte:02X}")] {
                // Blanks would join equal masks.
                let alone = masked(&format!("{pair}=1")).replace("=<n>", "");
                assert_eq!(masked(&format!("{pair}%")), format!("{alone}%"));
                assert_eq!(masked(&format!("a%{pair}%{pair}%{pair}")), format!("a%{alone}%{alone}%{alone}"));
            }
        }
    }

    #[test]
    fn a_mask_in_the_message_is_kept() {
        for text in ["<n>GB node<n> <id>, <uuid>", "'<name>' <request_id>-<hex> <a> <b1"] {
            assert_eq!(masked(text), text.replace("b1", "b<n>"));
        }
    }

    /// Pieces that make shapes, near misses and their ends.
    fn dense() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "ins",
                "disk",
                "abcdefgh",
                "abcd1234",
                "sha256",
                "utf",
                "qcs:",
                "://",
                "http",
                "com",
                "www",
                "10",
                "1",
                "255",
                "2021",
                "01",
                "22:34:42",
                "-",
                "_",
                ".",
                ":",
                "::",
                "/",
                "@",
                "+",
                "e",
                "E+",
                "T",
                "Z",
                "**",
                "*",
                "0x",
                "deadbeef",
                "GB",
                "s",
                "UTC",
                "'",
                "\"",
                "`",
                "[",
                "]",
                "(",
                ")",
                "“",
                "”",
                "{",
                "}",
                ",",
                ", ",
                ";",
                " ",
                "=",
                "\\",
                "<n>",
                "<id>",
                "<name>",
                "<",
                ">",
                "[redacted]",
                "Zone",
                "null",
                "中",
                "、",
                "10.0.0.1",
                "fe80",
                "ab:cd",
                "Tue, 13 Jan 2021 ",
                "ed93f3cb-f35e-473f-b9f3-0d451b8b79c6",
                "0d451b8b79c6",
                "341023a0-26d7-4ce6-8f8f-72fc34661335",
                "a.b@c.de",
                "x",
                "name",
            ])
            .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn masking_twice_is_masking_once(message in dense()) {
            let once = masked(&message);
            prop_assert!(once.len() <= 3 * message.len());
            prop_assert_eq!(masked(&once), once);
        }

        #[test]
        fn every_mask_has_its_kind(message in dense(), encoded in "(%?[0-9a-zA-Z]{2}%?|\0){0,40}") {
            let mut out = Masked::default();
            for text in [format!("{message}{encoded}"), format!("{encoded}{message}\0")] {
                mask(&text, Some(ID), &mut out);
                prop_assert_eq!(out.template.matches('\0').count(), out.kinds.len(), "{}", text);
                prop_assert!(out.template.len() <= text.len());
            }
        }

        #[test]
        fn what_differs_only_in_an_id_is_one_variant(
            message in prop::sample::select(vec![
                "instance {} not found", "实例{}不存在", "Invalid: `{}`", "[{}] is gone", "id={}, retry",
                "can't use '{}'.", "{}", "{\"id\":\"{}\"}", "(disk:{})",
            ]),
            shape in prop::sample::select(vec![
                ("(ins|disk|subnet|lb)-[0-9a-z]{7}[0-9]", "<id>"),
                ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>"),
                ("[1-9][0-9]{0,17}", "<n>"),
                ("[1-9][0-9]{0,1}\\.[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}", "<addr>"),
                ("2[0-9]{3}-[01][0-9]-[0-3][0-9] [012][0-9]:[0-5][0-9]:[0-5][0-9]", "<time>"),
                ("https://[a-z]{1,9}\\.com/[a-z0-9/]{0,9}", "<url>"),
                ("qcs::[a-z]{3}:ap-[a-z]{4}:uin/[0-9]{9}:instance/[a-z0-9-]{0,9}x", "<resource>"),
                ("[a-z]{1,9}\\.?[a-z0-9]{1,9}@[a-z]{1,9}\\.com", "<email>"),
                ("f[0-9a-f]{29}[0-9]e", "<hex>"),
            ]).prop_flat_map(|(pattern, mask)| (pattern, Just(mask))),
        ) {
            let (id, mask) = shape;
            prop_assert_eq!(masked(&message.replace("{}", &id)), message.replace("{}", mask));
        }

        #[test]
        fn names_in_quotes_are_one_variant(name in "[a-z][a-z0-9_.-]{0,20}|[一-龥]{1,10}") {
            prop_assume!(!words::is_identifier(name.as_bytes()) && !words::is_resource_id(name.as_bytes()));
            let variant = masked(&format!("'{name}' exists"));
            let is_strong = variant == "'<addr>' exists" || variant == "'<hex>' exists";
            prop_assert!(variant == "'<name>' exists" || is_strong, "{}", variant);
        }

        #[test]
        fn prose_survives(words in prop::collection::vec("[A-Za-z]{1,12}|[一-龥]{1,6}", 0..8)) {
            let prose = words.join(" ");
            prop_assert_eq!(masked(&prose), prose);
        }
    }
}
