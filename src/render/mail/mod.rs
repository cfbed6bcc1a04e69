//! The report as one MIME message for `sendmail -t`: the verdict as subject, a text and an HTML part, at most
//! [`BYTES_MAX`]. Sender and date are left to the mail system. It knows no addresses but the one it is given.

mod mime;

use std::fmt::Write as _;
use std::io::{self, Write};

use askama::Template;

pub use mime::is_recipient;

use super::html::limits::{Limits, fitting};
use super::html::page::Page;
use super::view::View;
use super::{plain, text};
use crate::report::Report;
use crate::report::tables::Layout;
use crate::report::verdict::verdict;

/// The message is at most this long; what does not fit is counted.
pub const BYTES_MAX: usize = 90_000;
/// Columns of the text part.
const COLUMNS: usize = 76;
/// Longer subjects are cut.
const SUBJECT_CHARS_MAX: usize = 200;
/// Equals sign and underscore never stand together in quoted-printable, so no part can hold it.
const BOUNDARY: &str = "=_resplog_part_=";

/// Writes a report as a message with LF as line end, as `sendmail -t` expects it. Without recipients (one address or
/// several with commas) the header has no `To`.
///
/// # Errors
///
/// `out` fails, or whom it is for is not [`is_recipient`].
pub fn write(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let to = view.mail_to.as_deref();
    if to.is_some_and(|to| !is_recipient(to)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "that is not an address to send mail to"));
    }
    let message = fitting(view, BYTES_MAX, |limits| message(report, view, to, limits))?;
    out.write_all(message.as_bytes())
}

/// The HTML part: no style sheet, no drawing, bars as table cells, because mail programs drop everything else.
#[derive(Debug, Template)]
#[template(path = "mail.html")]
struct Body {
    page: Page,
}

fn message(report: &Report, view: &View, to: Option<&str>, limits: Limits) -> io::Result<String> {
    let mut message = String::new();
    if let Some(to) = to {
        message += &format!("To: {to}\n");
    }
    let verdict = verdict(report);
    let subject = format!("{}: {}", verdict.word.as_str(), plain::line(&verdict.sentence));
    let subject: String = subject.chars().take(SUBJECT_CHARS_MAX).collect();
    message += &format!("Subject: {}\n", mime::header(&subject, "Subject: ".len()));
    message += "MIME-Version: 1.0\nAuto-Submitted: auto-generated\n";
    message += &format!("Content-Type: multipart/alternative; boundary=\"{BOUNDARY}\"\n");
    let parts = [("plain", text_part(report, view, limits)?), ("html", html(report, view, limits)?)];
    for (subtype, body) in parts {
        // Writing to a String cannot fail.
        let _ = write!(
            message,
            "\n--{BOUNDARY}\nContent-Type: text/{subtype}; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{}",
            mime::quoted_printable(&body)
        );
    }
    message += &format!("\n--{BOUNDARY}--\n");
    Ok(message)
}

fn text_part(report: &Report, view: &View, limits: Limits) -> io::Result<String> {
    let view = View { top: limits.rows, ..view.of_width(COLUMNS) };
    let mut body = Vec::new();
    text::write(report, &view, &mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    // The text is for reading; the most hostile names would not leave room for the other part.
    Ok(match body.char_indices().nth(limits.chars.saturating_mul(limits.rows + 15)) {
        Some((end, _)) => format!("{}…\n", &body[..end]),
        None => body,
    })
}

fn html(report: &Report, view: &View, limits: Limits) -> io::Result<String> {
    Body { page: Page::of(report, view, limits, Layout::Mail) }.render().map_err(io::Error::other)
}
