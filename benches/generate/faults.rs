//! Why calls fail: codes, how often, and what their messages say. It knows no outcome of a particular line.

use crate::dice::{Dice, Weighted};
use crate::fault_table::{INCIDENT_MESSAGES, TABLE};
use crate::template::{Style, Template};

/// How long a failed call takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Refused at the door: a few milliseconds.
    Refused,
    /// As long as the action takes.
    Usual,
    /// After a time limit of 30 s or 60 s.
    TimedOut,
}

/// The codes in use, each with its message variants.
pub struct Faults {
    faults: Vec<Fault>,
    usual: Vec<(String, Vec<usize>, Weighted)>,
    anywhere: (Vec<usize>, Weighted),
    brief: (Vec<usize>, Weighted),
    names: Vec<String>,
}

/// One code at one service.
pub struct Fault {
    /// Index into [`Faults::names`].
    pub code: usize,
    /// How long it takes.
    pub pace: Pace,
    /// The content of the string `Message`, in variants.
    messages: Vec<Template>,
}

impl Fault {
    /// One of the variants: the first in half of the cases.
    pub fn message(&self, dice: &mut Dice) -> &Template {
        let at = if dice.chance(500_000) { 0 } else { dice.index(self.messages.len()) };
        &self.messages[at]
    }
}

impl Faults {
    /// Compiles the table; `incident` is added behind it, for codes that the table lacks.
    pub fn new(style: Style, services: &[&str], incident: Option<&str>) -> Self {
        let mut names = Vec::new();
        let mut faults = Vec::new();
        let known = TABLE.iter().copied().chain(incident.map(|code| ("", 0, Pace::Usual, code, INCIDENT_MESSAGES)));
        let mut rows = Vec::new();
        for (service, weight, pace, code, messages) in known {
            let messages = messages.iter().map(|text| Template::inside_string(text, style)).collect();
            faults.push(Fault { code: intern(&mut names, code), pace, messages });
            rows.push((service, weight));
        }
        let chosen = |wanted: &dyn Fn(usize) -> bool| {
            let usable: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].1 > 0 && wanted(*at)).collect();
            let weights = Weighted::new(usable.iter().map(|at| rows[*at].1));
            (usable, weights)
        };
        let usual = services
            .iter()
            .map(|service| {
                let (usable, weights) = chosen(&|at| rows[at].0.is_empty() || rows[at].0 == *service);
                ((*service).to_owned(), usable, weights)
            })
            .collect();
        let anywhere = chosen(&|_| true);
        let brief = chosen(&|at| names[faults[at].code].len() <= BRIEF_BYTES_MAX);
        Faults { faults, usual, anywhere, brief, names }
    }

    /// A fault of a service in its usual mix; of any service when the name is unknown.
    pub fn draw(&self, dice: &mut Dice, service: &str) -> &Fault {
        let (usable, weights) = self
            .usual
            .iter()
            .find(|(name, ..)| name == service)
            .map_or((&self.anywhere.0, &self.anywhere.1), |(_, usable, weights)| (usable, weights));
        &self.faults[usable[weights.draw(dice)]]
    }

    /// A fault whose code is short enough for the shortest lines.
    pub fn draw_brief(&self, dice: &mut Dice) -> &Fault {
        &self.faults[self.brief.0[self.brief.1.draw(dice)]]
    }

    /// The first fault with this code, which is in the table or was given as the incident's.
    pub fn of_code(&self, code: &str) -> &Fault {
        match self.faults.iter().find(|fault| self.names[fault.code] == code) {
            Some(fault) => fault,
            None => panic!("no fault has the code {code}"),
        }
    }

    /// The text of a code.
    pub fn name(&self, code: usize) -> &str {
        &self.names[code]
    }

    /// All codes; an index never changes its meaning.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The index of a code that damaged or odd lines bring with them.
    pub fn intern(&mut self, code: &str) -> usize {
        intern(&mut self.names, code)
    }
}

/// The service whose code this is, if the table says so.
pub fn service_of(code: &str) -> Option<&'static str> {
    TABLE.iter().find(|row| row.3 == code && !row.0.is_empty()).map(|row| row.0)
}

fn intern(names: &mut Vec<String>, code: &str) -> usize {
    names.iter().position(|name| name == code).unwrap_or_else(|| {
        names.push(code.to_owned());
        names.len() - 1
    })
}

const BRIEF_BYTES_MAX: usize = 21;
