//! Where the response is in a JSON value (SPEC 5): one rule for a line, by its own bytes. It knows neither the log nor the
//! line before, and reads no context.
//!
//! The search goes over every place: the objects that the value holds, directly or in strings whose whole text is one
//! (layers). It offers what it finds there, and the best offer wins in whatever order they come: by kind, then those
//! outside of requests, then few members on the way, then the smaller pointer.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::forms::{self, Around, Candidate, ErrorObject, Kind, Way};
use super::grammar::{self, Space};
use super::json::{Node, Raw};
use super::layers::{Check, begins_object, layer, names_envelope};
use super::text::errors::SdkError;
use super::text::{self, Evidence};
use crate::profile::{Pointer, Profile};
use crate::record::{Form, Forms, Reason};

/// How many members down a place is looked for.
pub const MEMBERS_MAX: usize = 8;
/// The members that hold what a program sent. A response in there is one that the program received before.
const REQUESTS: [&str; 4] = ["request", "req", "params", "headers"];

/// What a value holds.
#[derive(Debug)]
pub enum Found<'a> {
    /// A response, or an error that an SDK made of one.
    Response(Response<'a>),
    /// No response, but a string that should be one and is cut or spoilt, with the reason of its first offending byte.
    Broken(Reason),
    /// No response, but an error of an SDK without an id, by the name that it is counted under.
    Unidentified(&'a str),
    /// None of these; whether an object is an error but for the mark of an SDK.
    Nothing {
        /// Whether there is such an object.
        has_unmarked_error: bool,
        /// Whether a text names an exception of an SDK, and says nothing else of it.
        names_exception: bool,
    },
}

/// A response and the way to it.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// What it is, by which of several the best is read.
    pub kind: Kind,
    /// As what its subject is read: of a response in a text, what that is by itself.
    pub judged_as: Kind,
    /// What an SDK printed of an error, when that is what it is.
    pub error: Option<SdkError<'a>>,
    /// Whether others come after it in the same text.
    pub has_others: bool,
    /// The way to it.
    pub way: Way<'a>,
    /// How many layers lie on the way.
    layers: usize,
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
        Kind::SdkError => Form::SdkError,
        Kind::Unwrapped => Form::Unwrapped,
        Kind::Embedded => Form::Embedded,
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

/// Looks for the response in a value. Strings are walked when `check` accepts their texts.
pub fn find<'a>(root: Node<'a>, profile: &Profile, bump: &'a Bump, check: &mut Check<'_>) -> Found<'a> {
    let mut search = Search::new(bump, profile.forms(), profile.reads_text(), check);
    if profile.envelope().is_empty() {
        search.value(root, 0);
    } else {
        profile.envelope().iter().find(|pointer| search.given(root, pointer));
    }
    let Search { best, error_outside, broken, unidentified, has_unmarked_error, names_exception, .. } = search;
    // What was sent says nothing of how the call ended when an error does.
    let best = match best {
        Some(best) if is_in_request(best.way.names) && error_outside.is_some() => error_outside,
        Some(best) if is_in_request(best.way.names) && unidentified.is_some() => None,
        best => best,
    };
    match (best, broken, unidentified) {
        (Some(best), ..) => Found::Response(best),
        (None, Some(reason), _) => Found::Broken(reason),
        (None, None, Some(name)) => Found::Unidentified(name),
        (None, None, None) => Found::Nothing { has_unmarked_error, names_exception },
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
    /// Whether responses are looked for in the texts of strings too.
    reads_text: bool,
    check: &'p mut Check<'c>,
    /// The objects around the present one, from the root on, and of each the name that leads further.
    objects: BumpVec<'a, Node<'a>>,
    names: BumpVec<'a, Raw<'a>>,
    best: Option<Response<'a>>,
    /// The best error of an SDK that does not stand in a request.
    error_outside: Option<Response<'a>>,
    broken: Option<Reason>,
    /// The first error of an SDK without an id that does not stand in a request.
    unidentified: Option<&'a str>,
    has_unmarked_error: bool,
    names_exception: bool,
}

impl<'a, 'c, 'p> Search<'a, 'c, 'p> {
    /// A search that has found nothing yet, at the root of a value.
    fn new(bump: &'a Bump, forms: Forms, reads_text: bool, check: &'p mut Check<'c>) -> Self {
        Self {
            bump,
            forms,
            reads_text,
            check,
            names: BumpVec::new_in(bump),
            objects: BumpVec::new_in(bump),
            best: None,
            broken: None,
            error_outside: None,
            unidentified: None,
            has_unmarked_error: false,
            names_exception: false,
        }
    }

    /// Offers what a value and those below it hold.
    fn value(&mut self, value: Node<'a>, layers: usize) {
        if value.is_object() {
            self.object(value, layers);
        } else if let Some(raw) = value.string() {
            match self.layer(raw, layers) {
                Some(inner) => self.value(inner, layers + 1),
                None if self.reads_text && text::may_hold(raw.0) => self.text(value, raw, layers),
                None => {}
            }
        }
    }

    /// Offers what the text of a string says.
    fn text(&mut self, value: Node<'a>, raw: Raw<'a>, layers: usize) {
        let text = raw.unescape(self.bump).as_bytes();
        if begins_object(text) && names_envelope(text) {
            return;
        }
        let found = text::search(text, self.forms, self.bump);
        match found.evidence {
            Some(Evidence::Error(error)) if error.request_id.is_none() => {
                if !is_in_request(&self.names) {
                    self.unidentified.get_or_insert(error.counted_as());
                }
            }
            Some(Evidence::Error(error)) => self.sdk_error(value, error, layers, found.has_others),
            // A wrapper of somebody else yields to what it holds.
            Some(Evidence::Object(Candidate { kind: Kind::Weak, .. }, root, ..)) => self.inside(root, layers),
            Some(Evidence::Object(inner, root, ..)) => {
                let way = text::way(inner, root, self.bump);
                self.offer_embedded(inner.kind, way, layers, found.has_others);
            }
            None => {
                self.names_exception |= found.names_exception;
                for &(root, _) in found.inside {
                    self.inside(root, layers);
                }
            }
        }
    }

    /// Offers what an SDK printed of an error in a string.
    fn sdk_error(&mut self, value: Node<'a>, error: SdkError<'a>, layers: usize, has_others: bool) {
        let candidate = Candidate { kind: Kind::SdkError, subject: value };
        let response = Response { error: Some(error), has_others, ..self.here(candidate, layers) };
        if !is_in_request(&self.names) && self.is_better(Kind::SdkError, self.error_outside.as_ref()) {
            self.error_outside = Some(response);
        }
        if self.is_better(Kind::SdkError, self.best.as_ref()) {
            self.best = Some(response);
        }
    }

    /// Offers what lies somewhere inside of an object in the text of a string.
    fn inside(&mut self, root: Node<'a>, layers: usize) {
        let Self { bump, forms, .. } = *self;
        let mut search = Search::new(bump, forms, false, &mut *self.check);
        search.value(root, layers);
        if let Some(best) = search.best {
            self.offer_embedded(best.kind, best.way, layers, false);
        }
    }

    /// Offers a response in the text of the string at the present place.
    fn offer_embedded(&mut self, judged_as: Kind, inner: Way<'a>, layers: usize, has_others: bool) {
        let candidate = Candidate { kind: Kind::Embedded, subject: inner.subject };
        if !self.offer(candidate, layers) {
            return;
        }
        let around = BumpVec::from_iter_in(self.objects.iter().chain(inner.around).copied(), self.bump);
        let names = BumpVec::from_iter_in(self.names.iter().chain(inner.names).copied(), self.bump);
        if let Some(best) = &mut self.best {
            (best.judged_as, best.has_others) = (judged_as, has_others);
            best.way = Way { subject: inner.subject, around: around.into_bump_slice(), names: names.into_bump_slice() };
        }
    }

    fn object(&mut self, object: Node<'a>, layers: usize) {
        let members = object.members_that_count(self.bump);
        let around = Around { objects: &self.objects, names: &self.names };
        let unwrapped = forms::unwrapped(object, &members, around, self.bump);
        match forms::error_object(object, &members, around, self.bump) {
            ErrorObject::Marked(candidate) => {
                self.offer(candidate, layers);
            }
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

    /// Takes a candidate whose way is the present one, when it is better than the best so far. Whether it is.
    fn offer(&mut self, candidate: Candidate<'a>, layers: usize) -> bool {
        let is_better =
            self.forms.contains(form(candidate.kind, layers)) && self.is_better(candidate.kind, self.best.as_ref());
        if is_better {
            self.best = Some(self.here(candidate, layers));
        }
        is_better
    }

    /// Whether something of this kind at the present place is better than the best so far.
    fn is_better(&self, kind: Kind, best: Option<&Response<'a>>) -> bool {
        let Some(best) = best else { return true };
        let new = (kind, is_in_request(&self.names), self.names.len());
        let names = best.way.names;
        let order = new.cmp(&(best.kind, is_in_request(names), names.len()));
        order.then_with(|| pointer(&self.names, self.bump).cmp(pointer(names, self.bump))).is_lt()
    }

    /// A candidate at the present place.
    fn here(&self, candidate: Candidate<'a>, layers: usize) -> Response<'a> {
        let around = self.bump.alloc_slice_copy(&self.objects);
        let names = self.bump.alloc_slice_copy(&self.names);
        let Candidate { kind, subject } = candidate;
        let way = Way { subject, around, names };
        Response { kind, judged_as: kind, error: None, has_others: false, way, layers }
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
        self.best = Some(self.here(candidate, layers));
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

    /// The value that the text of a string is, when it is a layer. Of the strings that should hold a response and do not, the
    /// first is kept.
    fn layer(&mut self, raw: Raw<'a>, layers: usize) -> Option<Node<'a>> {
        match layer(raw, layers, self.bump, self.check)? {
            Ok(value) => Some(value),
            Err((reason, text)) => {
                if begins_object(text) && names_envelope(text) {
                    self.broken.get_or_insert(reason);
                }
                None
            }
        }
    }
}
