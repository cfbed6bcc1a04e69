//! Maps as they are stored: in the order of their keys, which makes reading them linear.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// How many entries a map may ask room for before it shows them.
const ROOM_MAX: usize = 1024;

/// Reads a map whose keys are sorted, each of them once.
pub fn deserialize<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    deserializer.deserialize_map(Sorted(PhantomData))
}

struct Sorted<K, V>(PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Sorted<K, V> {
    type Value = BTreeMap<K, V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map with sorted keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: Vec<(K, V)> = Vec::with_capacity(map.size_hint().unwrap_or_default().min(ROOM_MAX));
        while let Some((key, value)) = map.next_entry()? {
            if entries.last().is_some_and(|(before, _)| *before >= key) {
                return Err(A::Error::custom("keys are out of order"));
            }
            entries.push((key, value));
        }
        // The tree is built of what is sorted without a search.
        Ok(entries.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<BTreeMap<u64, u64>> {
        deserialize(&mut postcard::Deserializer::from_bytes(bytes)).ok()
    }

    #[test]
    fn a_map_in_another_order_is_refused() {
        assert_eq!(read(&[0]), Some(BTreeMap::new()));
        assert_eq!(read(&[2, 1, 7, 3, 8]), Some(BTreeMap::from([(1, 7), (3, 8)])));
        for other in [&[2, 3, 8, 1, 7][..], &[2, 1, 7, 1, 7], &[2, 1, 7], &[0xff, 0xff, 0xff, 0x7f, 1, 1]] {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}
