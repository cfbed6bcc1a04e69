//! Files that somebody else lists and reads, for plans and parts of what this program cannot open. It reads none of them.

use serde::{Deserialize, Serialize};

/// A file as somebody else listed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Its path, as reports show it.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed last, in nanoseconds since 1970; 0 when that is not known.
    #[serde(default)]
    pub modified: i64,
}

/// Why a text is not a list of files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListingError {
    /// A line is something else.
    #[error("line {line}: {error}: expected {{\"path\": TEXT, \"size\": BYTES}}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// A path is there more than once.
    #[error("{0} is there twice: expected it once")]
    Twice(String),
}

/// Reads a list of files, an object of JSON a line, and sorts it by the bytes of their paths.
///
/// # Errors
///
/// A line is something else, or a path is there twice.
pub fn parse(text: &str) -> Result<Vec<Listed>, ListingError> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let listed =
        lines.map(|(line, text)| serde_json::from_str(text).map_err(|error| ListingError::Line { line, error }));
    let mut listed: Vec<Listed> = listed.collect::<Result<_, _>>()?;
    listed.sort_by(|a, b| a.path.cmp(&b.path));
    match listed
        .windows(2)
        .find_map(|pair| pair.first().filter(|one| pair.last().is_some_and(|it| it.path == one.path)))
    {
        Some(twice) => Err(ListingError::Twice(twice.path.clone())),
        None => Ok(listed),
    }
}

/// Bytes that are wanted of a file; all of them are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Wanted<'p> {
    /// The path that it was listed under.
    pub path: &'p str,
    /// The first byte.
    pub offset: u64,
    /// How many.
    pub length: u64,
}

impl Wanted<'_> {
    /// The question, a line of JSON with its end.
    ///
    /// # Errors
    ///
    /// None that a text and two numbers could have.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|text| text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_sorted_and_names_a_file_once() {
        let text =
            "{\"path\": \"b/c\", \"size\": 1}\n\n{\"path\": \"a\", \"size\": 2, \"modified\": 3, \"owner\": \"x\"}\n";
        let listed = parse(text).unwrap();
        let expected = [("a", 2, 3), ("b/c", 1, 0)];
        assert_eq!(listed.iter().map(|it| (&*it.path, it.size, it.modified)).collect::<Vec<_>>(), expected);
        let twice = format!("{text}{{\"path\": \"a\", \"size\": 2}}");
        assert_eq!(parse(&twice).unwrap_err().to_string(), "a is there twice: expected it once");
        assert!(parse(&format!("{text}x")).unwrap_err().to_string().starts_with("line 4: "));
        assert!(parse("{\"path\": \"a\"}").is_err());
    }

    #[test]
    fn a_question_is_a_line() {
        let line = Wanted { path: "a\n\"b", offset: 7, length: 8 }.line().unwrap();
        assert_eq!(line, "{\"path\":\"a\\n\\\"b\",\"offset\":7,\"length\":8}\n");
    }
}
