//! The ids to look into, grouped by code in the order in which the list comes to them. It knows no format.

use super::{Code, LookInto, Report};
use crate::catalog::Class;

/// A code with its ids.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble<'r> {
    /// The code.
    pub name: &'r str,
    /// Who can act; a hint.
    pub class: Class,
    /// What else is known of the code.
    pub code: Option<&'r Code>,
    /// Its ids in the list.
    pub ids: Vec<&'r LookInto>,
}

/// The codes to look into, the first one first.
#[must_use]
pub fn troubles(report: &Report) -> Vec<Trouble<'_>> {
    let mut troubles: Vec<Trouble<'_>> = Vec::new();
    for id in &report.look_into {
        match troubles.iter_mut().find(|trouble| trouble.name == id.code) {
            Some(trouble) => trouble.ids.push(id),
            None => troubles.push(Trouble {
                name: &id.code,
                class: id.class,
                code: report.codes.iter().find(|code| code.code == id.code),
                ids: vec![id],
            }),
        }
    }
    troubles
}
