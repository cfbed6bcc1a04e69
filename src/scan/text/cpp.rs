//! What the SDK for C++ prints of an error: the id first, and no name of a class.

use bumpalo::Bump;

use super::errors::{SdkError, Until};
use super::fields::{id, name_of_code, shown, some_code};

/// What the SDK for C++ prints: `RequestId=…, ErrorCode=…, ErrorMessage=…`, by the place of the first label.
pub fn error<'a>(text: &'a [u8], at: usize, bump: &'a Bump) -> Option<SdkError<'a>> {
    const LABELS: [&[u8]; 3] = [b"RequestId=", b", ErrorCode=", b", ErrorMessage="];
    let [id_label, code_label, message_label] = LABELS;
    let id_at = at + id_label.len();
    text.get(at..id_at).filter(|label| *label == id_label)?;
    let (request_id, length) = id(text.get(id_at..)?);
    let code_at = id_at + length + code_label.len();
    text.get(id_at + length..code_at).filter(|label| *label == code_label)?;
    let code = name_of_code(text.get(code_at..)?);
    let message_at = code_at + code.len() + message_label.len();
    text.get(code_at + code.len()..message_at).filter(|label| *label == message_label)?;
    Some(SdkError {
        start: at,
        end: text.len(),
        code: some_code(code, bump),
        message: shown(text.get(message_at..)?, bump),
        request_id,
        name: "Error",
        until: Until::Ended,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cpp_prints_begins_with_the_id() {
        let bump = Bump::new();
        let text = b"RequestId=s3178911408442428, ErrorCode=AuthFailure, ErrorMessage=no (cvm)";
        let read = error(text, 0, &bump).unwrap();
        assert_eq!((read.code, read.request_id), (Some("AuthFailure"), Some("s3178911408442428")));
        assert_eq!(error(b"RequestId=, ErrorCode=NetworkError, ErrorMessage=x", 0, &bump).unwrap().request_id, None);
        assert_eq!(error(b"RequestId=abcdef, Code=X", 0, &bump), None);
    }
}
