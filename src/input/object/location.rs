//! Names of objects, `s3://bucket/key` and `cos://bucket/key`. It asks no store.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The longest name of a bucket, in bytes.
const BUCKET_BYTES_MAX: usize = 255;

/// Which interface a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// S3 of AWS, and what speaks like it.
    S3,
    /// Cloud Object Storage of Tencent Cloud.
    Cos,
}

impl Provider {
    const ALL: [Self; 2] = [Self::S3, Self::Cos];

    /// What its names begin with.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3://",
            Self::Cos => "cos://",
        }
    }
}

/// A bucket, and what comes after it: a key, a prefix of keys, or a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Who holds the bucket.
    pub provider: Provider,
    /// The bucket.
    pub bucket: String,
    /// The rest of the name, without the slash after the bucket.
    pub key: String,
}

/// Whether a path is the name of an object, or of several.
#[must_use]
pub fn is_object(path: &Path) -> bool {
    let name = path.as_os_str().as_bytes();
    Provider::ALL.iter().any(|provider| name.starts_with(provider.scheme().as_bytes()))
}

impl Location {
    /// Reads a name.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(path: &Path) -> Result<Self, String> {
        let name = path.as_os_str().to_str().ok_or("the name is not UTF-8: expected the key of an object")?;
        let split = |provider: Provider| name.strip_prefix(provider.scheme()).map(|rest| (provider, rest));
        let (provider, rest) =
            Provider::ALL.into_iter().find_map(split).ok_or("not a name of an object: expected s3://… or cos://…")?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        // The bucket becomes a part of the host that is asked, which nothing else may be.
        let is_bucket = bucket.len() <= BUCKET_BYTES_MAX
            && bucket.starts_with(|first: char| first.is_ascii_alphanumeric())
            && bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        if !is_bucket {
            return Err(format!("invalid bucket '{bucket}': expected letters, digits, '-', '.' and '_'"));
        }
        Ok(Self { provider, bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// The name of an object of the same bucket.
    #[must_use]
    pub fn name_of(&self, key: &str) -> PathBuf {
        format!("{}{}/{key}", self.provider.scheme(), self.bucket).into()
    }
}

/// The folders that a name lies in, as far as keys go, the innermost first: names that end before a slash.
pub fn above(name: &Path) -> impl Iterator<Item = &Path> + Clone {
    let bytes = name.as_os_str().as_bytes();
    let bucket = bytes.windows(3).position(|it| it == b"://").map_or(0, |at| at + 3);
    let key = memchr::memchr(b'/', bytes.get(bucket..).unwrap_or_default()).map_or(bytes.len(), |at| bucket + at + 1);
    let ends = memchr::memrchr_iter(b'/', bytes).filter(move |&end| end > key);
    ends.map(|end| Path::new(OsStr::from_bytes(bytes.get(..end).unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_a_bucket_and_a_key() {
        let read = |name: &str| Location::parse(Path::new(name)).map(|it| (it.provider, it.bucket, it.key));
        let expected = |provider, bucket: &str, key: &str| Ok((provider, bucket.to_owned(), key.to_owned()));
        assert_eq!(read("s3://logs/2026/a.log"), expected(Provider::S3, "logs", "2026/a.log"));
        assert_eq!(read("cos://logs-1250000000"), expected(Provider::Cos, "logs-1250000000", ""));
        assert_eq!(read("s3://logs//a/../b"), expected(Provider::S3, "logs", "/a/../b"));
        for wrong in ["s3://", "s3:///a", "s3://a b/c", "s3://user@host/c", "s3://a:80/c", "s3://.a/c", "s3://a#b/c"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(is_object(Path::new("s3://a/b")) && is_object(Path::new("cos://a")));
        assert!(
            !is_object(Path::new("s3:/a/b")) && !is_object(Path::new("./s3://a/b")) && !is_object(Path::new("S3://a"))
        );
    }

    #[test]
    fn folders_end_at_the_bucket() {
        let above = |name: &'static str| above(Path::new(name)).map(|it| it.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(above("s3://b/x/y.tar/a/b.log"), ["s3://b/x/y.tar/a", "s3://b/x/y.tar", "s3://b/x"]);
        assert_eq!(above("s3://b/x"), [""; 0]);
        assert_eq!(above("s3://b"), [""; 0]);
    }
}
