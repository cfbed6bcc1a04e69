//! Response objects that an SDK unwrapped, by their own members. What stands around them it does not see.

use super::found::skip_space;
use super::line::{Cursor, Line};
use crate::scan::forms::{is_id_of_this_cloud, is_of_an_error};
use crate::scan::simd::{COMMA, KEY, OPEN_ARRAY, OPEN_OBJECT, plain_string};

/// The place of the id of the object with these tokens, which open and close it, when it is such a response.
pub fn id(line: &Line<'_>, (open, close): (usize, usize)) -> Option<usize> {
    let mut cursor = Cursor::new(line);
    let mut id = None;
    let mut token = open + 1;
    while token < close {
        // The key ends at its token, and begins after the one before.
        let start = skip_space(line.chunk, cursor.place(token - 1) + 1) + 1;
        let end = cursor.place(token);
        let key = line.chunk.get(start..end).filter(|_| line.code(token) == KEY)?;
        let fits = key.first().is_some_and(u8::is_ascii_uppercase)
            && !is_of_an_error(key)
            && memchr::memchr(b'\\', key).is_none();
        if !fits {
            return None;
        }
        if key == b"RequestId" {
            let value = skip_space(line.chunk, end + 2);
            let text = line.chunk.get(value..)?.strip_prefix(b"\"").and_then(plain_string)?;
            if id.replace(value).is_some() || !is_id_of_this_cloud(text) {
                return None;
            }
        }
        token += 1;
        token = if matches!(line.code(token), OPEN_OBJECT | OPEN_ARRAY) { line.close_of(token)? } else { token } + 1;
        if line.code(token) == COMMA {
            token += 1;
        }
    }
    id
}
