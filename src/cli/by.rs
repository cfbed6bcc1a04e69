//! What calls are grouped by, as `--by` says it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow, bail};
use resplog::profile::Pointer;
use resplog::time::Period;

/// What calls are grouped by.
#[derive(Default)]
pub struct By {
    /// The names of the fields.
    pub names: Vec<String>,
    /// Where they stand.
    pub pointers: Vec<Pointer>,
    /// Both, as they are given.
    pub fields: Vec<String>,
    /// Stretches of time.
    pub periods: Vec<Period>,
}

/// Reads the values of `--by`.
pub fn read(texts: &[String]) -> Result<By> {
    let mut by = By::default();
    let mut taken = BTreeSet::new();
    for text in texts {
        // Rows of two fields under one name could not be distinguished, and Prometheus refuses them.
        let name = text.split_once('=').map_or(text.as_str(), |(name, _)| name);
        if !taken.insert(name) {
            bail!("--by: the name '{name}' is given twice: expected another name, as in --by other=/pointer");
        }
        if let Some(period) = Period::ALL.into_iter().find(|period| period.as_str() == text) {
            by.periods.push(period);
            continue;
        }
        let (name, pointer) = text
            .split_once('=')
            .ok_or_else(|| anyhow!("--by takes NAME=POINTER, hour, day, week or month, not '{text}'"))?;
        by.pointers.push(Pointer::parse(pointer).with_context(|| format!("--by {text}"))?);
        by.names.push(name.to_owned());
        by.fields.push(text.clone());
    }
    Ok(by)
}
