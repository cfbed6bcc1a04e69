//! What SDKs print of an error: a form is a row of a table, with samples of it. It looks at one place of a text, and knows
//! neither lines nor objects.

use std::sync::LazyLock;

use bumpalo::Bump;
use memchr::memmem::Finder;

use super::fields::{find, find_last, id, name, name_of_code, shown, some_code, starts_with_uuid};
use super::literal;
use crate::scan::json::Node;
use crate::scan::policy::is_request_id;

/// An error as an SDK printed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SdkError<'a> {
    /// Where it begins in the text.
    pub start: usize,
    /// The place after it, as far as it is known.
    pub end: usize,
    /// The code, when the form prints one and it is not empty.
    pub code: Option<&'a str>,
    /// The message.
    pub message: &'a str,
    /// The id; none when there is none, or nothing that counts as one.
    pub request_id: Option<&'a str>,
    /// The name of the class.
    pub name: &'a str,
    /// What ends it, when that has not come yet: it may go on in the next line.
    pub until: Until,
}

/// What ends an error that goes on in the next lines, besides the head of another record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// It has ended.
    Ended,
    /// The line with this label, in front of the id.
    Label(&'static str),
    /// The bracket that closes the members that are shown of it.
    Bracket,
}

impl<'a> SdkError<'a> {
    /// Under which name it is counted when it has no id: that of its code, or of its class.
    #[must_use]
    pub fn counted_as(&self) -> &'a str {
        self.code.unwrap_or(self.name)
    }
}

/// A form in which an SDK prints an error.
pub struct Row {
    /// Which SDKs print it.
    pub name: &'static str,
    /// Reads the error whose class name stands at a place.
    read: for<'a> fn(&Class<'a>, &'a Bump) -> Option<SdkError<'a>>,
    /// A sample of it, its code and its id.
    pub sample: (&'static str, Option<&'static str>, Option<&'static str>),
}

/// The name of an exception in a text.
struct Class<'a> {
    text: &'a [u8],
    /// Where the name begins, with the package and the bracket in front of it.
    start: usize,
    name: &'a str,
    /// Whether it stands in brackets.
    is_in_brackets: bool,
    /// What comes after the name and its bracket.
    rest: usize,
    /// Where the next print of an error begins, or the text ends.
    print_end: usize,
}

/// What the names of all exceptions begin with.
pub const CLASS: &[u8] = b"TencentCloudSDK";

static CLASSES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(CLASS));

/// Every form, the first that fits counts.
pub const ROWS: [Row; 7] = [
    Row {
        name: "Python, PHP, Java, tccli",
        read: with_colons,
        sample: (
            "[TencentCloudSDKException] code:AuthFailure message:no requestId:here requestId:5e2597cb-de5b-47f1-864a-566495d23944",
            Some("AuthFailure"),
            Some("5e2597cb-de5b-47f1-864a-566495d23944"),
        ),
    },
    Row {
        name: "Node.js, as a text",
        read: message_first,
        sample: (
            "[TencentCloudSDKException]message:no  requestId:5e2597cb-de5b-47f1-864a-566495d23944  traceId:11e3b5c8-72a6-4a44-999f-c54dc662be18",
            None,
            Some("5e2597cb-de5b-47f1-864a-566495d23944"),
        ),
    },
    Row {
        name: "Go, Ruby, Terraform",
        read: with_equal_signs,
        sample: (
            "[TencentCloudSDKError] Code=ResourceNotFound, Message=disk, RequestId=none, Code=404, RequestId=5e2597cb-de5b-47f1-864a-566495d23944",
            Some("ResourceNotFound"),
            Some("5e2597cb-de5b-47f1-864a-566495d23944"),
        ),
    },
    Row {
        name: "Python, repr()",
        read: representation,
        sample: (
            "TencentCloudSDKException('InternalError', 'it\\'s', '5e2597cb-de5b-47f1-864a-566495d23944')",
            Some("InternalError"),
            Some("5e2597cb-de5b-47f1-864a-566495d23944"),
        ),
    },
    Row {
        name: "Node.js, console.error",
        read: inspected,
        sample: (
            "TencentCloudSDKHttpException [Error]: no\n    at f (a.js:1:2) {\n  requestId: '5e2597cb-de5b-47f1-864a-566495d23944',\n  traceId: 'x',\n  code: 'InternalError'\n}",
            Some("InternalError"),
            Some("5e2597cb-de5b-47f1-864a-566495d23944"),
        ),
    },
    Row {
        name: ".NET",
        read: id_before_class,
        sample: (
            "requestId: 5e2597cb-de5b-47f1-864a-566495d23944 TencentCloud.Common.TencentCloudSDKException: no",
            None,
            Some("5e2597cb-de5b-47f1-864a-566495d23944"),
        ),
    },
    Row {
        name: ".NET, Node.js, nothing sent",
        read: never_sent,
        sample: ("TencentCloud.Common.TencentCloudSDKException: API request failed", None, None),
    },
];

/// The error whose class name begins at a place of a text, which is that of [`CLASS`]; none when it is the name alone, as
/// it stands in a stack of calls. The next print of an error begins at `print_end`.
pub fn at_class<'a>(text: &'a [u8], at: usize, print_end: usize, bump: &'a Bump) -> Option<SdkError<'a>> {
    let class = Class::at(text, at, print_end)?;
    ROWS.iter().find_map(|row| (row.read)(&class, bump))
}

/// Where the next print of an error begins at or after a place; the end of the text when none does.
pub fn next_print(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let begins = |at: &usize| {
        let after = rest.get(at + CLASS.len()..).unwrap_or_default();
        text.get((from + at).wrapping_sub(1)) == Some(&b'[') || after.starts_with(b"Exception(")
    };
    let at = CLASSES.find_iter(rest).find(begins);
    at.map_or(
        text.len(),
        |at| if text.get((from + at).wrapping_sub(1)) == Some(&b'[') { from + at - 1 } else { from + at },
    )
}

impl<'a> Class<'a> {
    fn at(text: &'a [u8], at: usize, print_end: usize) -> Option<Self> {
        let name = name(text.get(at..)?);
        let packages = text.get(..at)?.iter().rev();
        let package = packages.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'\\' | b'_'));
        let start = at - package.count();
        let after = at + name.len();
        let is_in_brackets = text.get(start.wrapping_sub(1)) == Some(&b'[') && text.get(after) == Some(&b']');
        Some(Self {
            text,
            start: if is_in_brackets { start - 1 } else { start },
            name: str::from_utf8(name).ok()?,
            is_in_brackets,
            rest: if is_in_brackets { after + 1 } else { after },
            print_end,
        })
    }

    /// What is printed after the name, up to the next print of an error.
    fn print(&self) -> &'a [u8] {
        self.text.get(self.rest..self.print_end.max(self.rest)).unwrap_or_default()
    }

    /// An error that is printed as labels, each with a value, the id last: the last one that is labelled so.
    fn labelled(&self, labels: [&'static str; 3], bump: &'a Bump) -> Option<SdkError<'a>> {
        let [code_label, message_label, id_label] = labels;
        let print = self.print();
        let blanks = print.iter().take_while(|&&byte| byte == b' ').count();
        let (code, message_at) = if code_label.is_empty() {
            print.get(blanks..)?.strip_prefix(message_label.as_bytes())?;
            (&[][..], blanks + message_label.len())
        } else {
            let code = print.get(blanks..)?.strip_prefix(code_label.as_bytes())?;
            let code_at = blanks + code_label.len();
            match find(code, 0, message_label.as_bytes()) {
                Some(end) => (code.get(..end)?, code_at + end + message_label.len()),
                // Cut, or without a message.
                None => (name_of_code(code), print.len()),
            }
        };
        let rest = print.get(message_at..).unwrap_or_default();
        let id_at = find_last(rest, id_label.as_bytes());
        let message = rest.get(..id_at.unwrap_or(rest.len())).unwrap_or_default();
        let (request_id, length) =
            id_at.and_then(|at| rest.get(at + id_label.len()..)).map_or((None, 0), |text| id(text));
        let end = id_at.map_or(self.rest + print.len(), |at| self.rest + message_at + at + id_label.len() + length);
        let is_over = id_at.is_some() || self.rest + print.len() < self.text.len();
        Some(SdkError {
            start: self.start,
            end,
            code: some_code(code, bump),
            message: shown(message, bump),
            request_id,
            name: self.name,
            until: if is_over { Until::Ended } else { Until::Label(id_label) },
        })
    }
}

fn with_colons<'a>(class: &Class<'a>, bump: &'a Bump) -> Option<SdkError<'a>> {
    if !class.is_in_brackets {
        return None;
    }
    class.labelled(["code:", " message:", " requestId:"], bump)
}

fn message_first<'a>(class: &Class<'a>, bump: &'a Bump) -> Option<SdkError<'a>> {
    if !class.is_in_brackets {
        return None;
    }
    class.labelled(["", "message:", " requestId:"], bump)
}

fn with_equal_signs<'a>(class: &Class<'a>, bump: &'a Bump) -> Option<SdkError<'a>> {
    if !class.is_in_brackets {
        return None;
    }
    class.labelled(["Code=", ", Message=", ", RequestId="], bump)
}

fn representation<'a>(class: &Class<'a>, bump: &'a Bump) -> Option<SdkError<'a>> {
    let open = class.text.get(class.rest)?;
    let quote = class.text.get(class.rest + 1)?;
    if *open != b'(' || !matches!(quote, b'\'' | b'"' | b'N') {
        return None;
    }
    let list = literal::list(class.text, class.rest, bump).ok()?;
    let mut values = Node::root(list.json).elements();
    let mut text = || Some(values.next()?.string()?.unescape(bump));
    let (code, message, request_id) = (text(), text(), text());
    Some(SdkError {
        start: class.start,
        end: list.end,
        code: code.filter(|code| !code.is_empty()),
        message: message.unwrap_or_default(),
        request_id: request_id.filter(|id| is_request_id(id)),
        name: class.name,
        until: Until::Ended,
    })
}

fn inspected<'a>(class: &Class<'a>, bump: &'a Bump) -> Option<SdkError<'a>> {
    let print = class.print();
    let rest = print.strip_prefix(b" [Error]: ").or_else(|| print.strip_prefix(b": "))?;
    let text_at = class.rest + print.len() - rest.len();
    let stack = find(rest, 0, b"\n    at ").unwrap_or(rest.len());
    let bare = SdkError {
        start: class.start,
        end: class.rest + print.len(),
        code: None,
        message: shown(rest.get(..stack)?, bump),
        request_id: None,
        name: class.name,
        until: Until::Bracket,
    };
    let Some(label) = find(rest, 0, b"requestId:") else {
        // Other languages print a class and a colon as well, and no members.
        return print.starts_with(b" [Error]: ").then_some(bare);
    };
    let open = rest.get(..label)?.iter().rposition(|&byte| byte == b'{')?;
    let members = literal::object(class.text, text_at + open, bump).ok()?;
    let root = Node::root(members.json);
    let text = |name: &str| root.last(name).and_then(Node::string).map(|raw| raw.unescape(bump));
    let message_end = stack.min(open);
    Some(SdkError {
        end: members.end,
        code: text("code").filter(|code| !code.is_empty()),
        message: shown(rest.get(..message_end)?, bump),
        request_id: text("requestId").filter(|id| is_request_id(id)),
        until: Until::Ended,
        ..bare
    })
}

fn id_before_class<'a>(class: &Class<'a>, bump: &'a Bump) -> Option<SdkError<'a>> {
    const LABEL: &[u8] = b"requestId: ";
    let rest = class.text.get(class.rest..)?.strip_prefix(b": ")?;
    let before = class.text.get(..class.start)?.strip_suffix(b" ")?;
    let start = before.len() - before.iter().rev().take_while(|&&byte| byte != b' ').count();
    let before_id = before.get(..start)?;
    let label_at = before_id.len().checked_sub(LABEL.len())?;
    (before_id.get(label_at..)? == LABEL).then_some(())?;
    let (request_id, _) = id(before.get(start..)?);
    let message = rest.split(|&byte| byte == b'\n').next()?;
    Some(SdkError {
        start: label_at,
        end: class.rest + 2 + message.len(),
        code: None,
        message: shown(message, bump),
        request_id,
        name: class.name,
        until: Until::Ended,
    })
}

/// Texts of exceptions that say that nothing was sent, or that nothing came back.
const NEVER_SENT: [&[u8]; 8] = [
    b"API request failed",
    b"request to http",
    b"network timeout at",
    b"Response timeout",
    b"response code is ",
    b"Bad Gateway",
    b"Cannot access a disposed object",
    b"connect ",
];

fn never_sent<'a>(class: &Class<'a>, bump: &'a Bump) -> Option<SdkError<'a>> {
    let rest = class.text.get(class.rest..)?.strip_prefix(b": ")?;
    let says_so = NEVER_SENT.iter().any(|text| rest.starts_with(text));
    let message = rest.split(|&byte| byte == b'\n').next()?;
    says_so.then(|| SdkError {
        start: class.start,
        end: class.rest + 2 + message.len(),
        code: None,
        message: shown(message, bump),
        request_id: None,
        name: class.name,
        until: Until::Ended,
    })
}

/// Whether a line begins with an error of an SDK: the name of its class, after a bracket or its package, or the id that
/// stands in front of it.
#[must_use]
pub fn begins_with_error(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"[").unwrap_or(line);
    let rest = line.strip_prefix(b"requestId: ").or_else(|| line.strip_prefix(b"RequestId="));
    if let Some(rest) = rest {
        return starts_with_uuid(rest) || id(rest).0.is_some();
    }
    let package = line.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'\\' | b'_'));
    let name = line.get(..package.count()).unwrap_or_default();
    name.len() >= CLASS.len() && find(name, 0, CLASS).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_its_sample_and_no_earlier_row_takes_it() {
        for row in &ROWS {
            let (text, code, id) = row.sample;
            for (before, after) in [("", ""), ("2026-11-20 08:24:55,047 ERROR app: ", "")] {
                let bump = Bump::new();
                let text = format!("{before}{text}{after}");
                let at = find(text.as_bytes(), 0, CLASS).unwrap();
                let class = Class::at(text.as_bytes(), at, text.len()).unwrap();
                let fits = ROWS.iter().find(|row| (row.read)(&class, &bump).is_some()).map(|row| row.name);
                assert_eq!(fits, Some(row.name), "{text}");
                let error = at_class(text.as_bytes(), at, text.len(), &bump).unwrap();
                assert_eq!((error.code, error.request_id), (code, id), "{text}");
                assert_eq!(error.start, before.len(), "{text}");
                assert_eq!(error.until, Until::Ended, "{text}");
            }
        }
    }
}
