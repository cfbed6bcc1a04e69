//! How times stand in a stored summary: as numbers, since texts are for readers.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::Nanos;

/// Writes a time as its nanoseconds since 1970.
pub fn serialize<S: Serializer>(time: &Option<Nanos>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.0).serialize(serializer)
}

/// Reads a time.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Nanos>, D::Error> {
    Ok(Option::<i64>::deserialize(deserializer)?.map(Nanos))
}
