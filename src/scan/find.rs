//! Where the response is in a JSON value (SPEC 5): one rule for a line, by its own bytes. It knows neither the log nor the
//! line before, and reads no context.
//!
//! The search goes over every place: the objects that the value holds, directly or in strings whose whole text is one
//! (layers). It offers what it finds there, and the best offer wins in whatever order they come: by kind, then those
//! outside of requests, then few members on the way, then the smaller pointer.

use std::cmp::Ordering;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::forms::{self, Around, Candidate, ErrorObject, Kind};
use super::grammar::{self, Space};
use super::json::{Node, Raw};
use crate::profile::{Pointer, Profile};
use crate::record::{Form, Forms, Reason};

/// How many members down a place is looked for.
pub const MEMBERS_MAX: usize = 8;
/// How many strings that hold JSON are undone on the way to a place.
const LAYERS_MAX: usize = 3;
/// The members that hold what a program sent. A response in there is one that the program received before.
const REQUESTS: [&str; 4] = ["request", "req", "params", "headers"];

/// What a value holds.
#[derive(Debug)]
pub enum Found<'a> {
    /// A response, or an error that an SDK made of one.
    Response(Response<'a>),
    /// No response, but a string that should be one and is cut or spoilt, with the reason of its first offending byte.
    Broken(Reason),
    /// Neither; whether an object is an error but for the mark of an SDK.
    Nothing {
        /// Whether there is such an object.
        has_unmarked_error: bool,
    },
}

/// A response and the way to it.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// What it is.
    pub kind: Kind,
    /// The way to it.
    pub way: Way<'a>,
    /// How many layers lie on the way.
    layers: usize,
}

/// The way from the root of a line to its response.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// The object that says how the call ended.
    pub subject: Node<'a>,
    /// The objects around it, outermost first; of an envelope's response object the last one is the envelope.
    pub around: &'a [Node<'a>],
    /// The names of the members that lead to the place: the envelope, or the subject when it has none.
    pub names: &'a [Raw<'a>],
}

impl<'a> Response<'a> {
    /// How the response stands in the line.
    pub const fn form(&self) -> Form {
        form(self.kind, self.layers)
    }

    /// The pointer of the place.
    pub fn pointer(&self, bump: &'a Bump) -> &'a str {
        pointer(self.way.names, bump)
    }

    /// The object that is the response as it was written: the envelope, or the subject when it has none.
    pub fn place(&self) -> Node<'a> {
        self.way.around.get(self.way.names.len()).copied().unwrap_or(self.way.subject)
    }
}

/// The form of a kind below this number of layers.
const fn form(kind: Kind, layers: usize) -> Form {
    match kind {
        Kind::Strong | Kind::Weak if layers == 0 => Form::Envelope,
        Kind::Strong | Kind::Weak => Form::Layered,
        Kind::ErrorObject => Form::ErrorObject,
        Kind::Unwrapped => Form::Unwrapped,
    }
}

/// The pointer that names are written as.
pub fn pointer<'a>(names: &[Raw<'a>], bump: &'a Bump) -> &'a str {
    let mut text = bumpalo::collections::String::new_in(bump);
    for name in names {
        text.push('/');
        for character in name.unescape(bump).chars() {
            match character {
                '~' => text.push_str("~0"),
                '/' => text.push_str("~1"),
                other => text.push(other),
            }
        }
    }
    text.into_bump_str()
}

fn is_in_request(names: &[Raw<'_>]) -> bool {
    names.iter().any(|name| REQUESTS.iter().any(|request| name.is(request)))
}

/// Whether a pointer leads into what a program sent.
pub fn leads_into_request<'n>(mut names: impl Iterator<Item = &'n str>) -> bool {
    names.any(|name| REQUESTS.contains(&name))
}

/// Says whether a text is one JSON value, in which a line feed is white space.
pub type Check<'c> = dyn FnMut(&[u8]) -> Result<(), Reason> + 'c;

/// Looks for the response in a value. Strings are walked when `check` accepts their texts.
pub fn find<'a>(root: Node<'a>, profile: &Profile, bump: &'a Bump, check: &mut Check<'_>) -> Found<'a> {
    let (names, objects) = (BumpVec::new_in(bump), BumpVec::new_in(bump));
    let forms = profile.forms();
    let mut search = Search { bump, forms, check, names, objects, best: None, broken: None, has_unmarked_error: false };
    if profile.envelope().is_empty() {
        search.value(root, 0);
    } else {
        profile.envelope().iter().find(|pointer| search.given(root, pointer));
    }
    match (search.best, search.broken) {
        (Some(best), _) => Found::Response(best),
        (None, Some(reason)) => Found::Broken(reason),
        (None, None) => Found::Nothing { has_unmarked_error: search.has_unmarked_error },
    }
}

/// The value at a pointer. Strings on the way whose texts are JSON are undone.
pub fn at<'a>(root: Node<'a>, pointer: &Pointer, bump: &'a Bump) -> Option<Node<'a>> {
    let mut value = root;
    for name in pointer.members() {
        while let Some(raw) = value.string() {
            let text = raw.unescape(bump).as_bytes();
            grammar::check(text, Space::Text).ok()?;
            value = Node::root(text);
        }
        value = value.last(name)?;
    }
    Some(value)
}

struct Search<'a, 'c, 'p> {
    bump: &'a Bump,
    forms: Forms,
    check: &'p mut Check<'c>,
    /// The objects around the present one, from the root on, and of each the name that leads further.
    objects: BumpVec<'a, Node<'a>>,
    names: BumpVec<'a, Raw<'a>>,
    best: Option<Response<'a>>,
    broken: Option<Reason>,
    has_unmarked_error: bool,
}

impl<'a> Search<'a, '_, '_> {
    /// Offers what a value and those below it hold.
    fn value(&mut self, value: Node<'a>, layers: usize) {
        if value.is_object() {
            self.object(value, layers);
        } else if let Some(inner) = value.string().and_then(|raw| self.layer(raw, layers)) {
            self.value(inner, layers + 1);
        }
    }

    fn object(&mut self, object: Node<'a>, layers: usize) {
        let members = object.members_that_count(self.bump);
        let around = Around { objects: &self.objects, names: &self.names };
        let unwrapped = forms::unwrapped(object, &members, around, self.bump);
        match forms::error_object(object, &members, around, self.bump) {
            ErrorObject::Marked(candidate) => self.offer(candidate, layers),
            ErrorObject::Unmarked => self.has_unmarked_error = true,
            ErrorObject::None => {}
        }
        if let Some(candidate) = unwrapped {
            self.offer(candidate, layers);
        }
        self.objects.push(object);
        let envelope = forms::envelope(&members);
        if let Some(candidate) = envelope {
            self.offer(candidate, layers);
        }
        // What a strong response object holds is the action's, whatever it looks like.
        let closed = envelope.filter(|it| it.kind == Kind::Strong).map(|it| it.subject.place());
        if self.names.len() < MEMBERS_MAX {
            for &(name, value) in members.iter().filter(|(_, value)| Some(value.place()) != closed) {
                self.names.push(name);
                self.value(value, layers);
                self.names.pop();
            }
        }
        self.objects.pop();
    }

    /// Takes a candidate whose way is the present one, when it is better than the best so far.
    fn offer(&mut self, candidate: Candidate<'a>, layers: usize) {
        if !self.forms.contains(form(candidate.kind, layers)) {
            return;
        }
        let order = self.best.as_ref().map_or(Ordering::Less, |best| {
            let new = (candidate.kind, is_in_request(&self.names), self.names.len());
            let names = best.way.names;
            new.cmp(&(best.kind, is_in_request(names), names.len()))
                .then_with(|| pointer(&self.names, self.bump).cmp(pointer(names, self.bump)))
        });
        if order.is_lt() {
            self.take(candidate, layers);
        }
    }

    fn take(&mut self, candidate: Candidate<'a>, layers: usize) {
        let around = self.bump.alloc_slice_copy(&self.objects);
        let names = self.bump.alloc_slice_copy(&self.names);
        let Candidate { kind, subject } = candidate;
        self.best = Some(Response { kind, way: Way { subject, around, names }, layers });
    }

    /// Takes the envelope at a pointer, strong or weak. Whether there is one.
    fn given(&mut self, root: Node<'a>, pointer: &Pointer) -> bool {
        self.objects.clear();
        self.names.clear();
        let mut layers = 0;
        let mut object = self.undo(root, &mut layers);
        for name in pointer.members() {
            let Some(outer) = object else { return false };
            let Some((key, value)) = outer.last_member(name) else { return false };
            self.objects.push(outer);
            self.names.push(key);
            object = self.undo(value, &mut layers);
        }
        let Some(envelope) = object else { return false };
        let candidate = forms::envelope(&envelope.members_that_count(self.bump));
        let Some(candidate) = candidate.filter(|it| self.forms.contains(form(it.kind, layers))) else { return false };
        self.objects.push(envelope);
        self.take(candidate, layers);
        true
    }

    /// The object that a value is, or that its layers hold.
    fn undo(&mut self, mut value: Node<'a>, layers: &mut usize) -> Option<Node<'a>> {
        while !value.is_object() {
            value = self.layer(value.string()?, *layers)?;
            *layers += 1;
        }
        Some(value)
    }

    /// The value that the text of a string is, when that is an object or again a string. Of the
    /// strings that should hold a response and do not, the first is kept.
    fn layer(&mut self, raw: Raw<'a>, layers: usize) -> Option<Node<'a>> {
        if layers == LAYERS_MAX || !matches!(raw.0.first(), Some(b'{' | b'\\' | b' ')) {
            return None;
        }
        let text = raw.unescape(self.bump).as_bytes();
        let first = text.iter().find(|&&byte| !Space::Text.has(byte))?;
        if !matches!(first, b'{' | b'"') {
            return None;
        }
        match (self.check)(text) {
            Ok(()) => Some(Node::root(text)),
            Err(reason) => {
                if *first == b'{' && memchr::memmem::find(text, b"\"Response\"").is_some() {
                    self.broken.get_or_insert(reason);
                }
                None
            }
        }
    }
}
