//! What an object is: an envelope, a response object that an SDK unwrapped, an error that an SDK threw (SPEC 5), or
//! something of another cloud that looks like one. It sees one object with those around it, and chooses nothing.

use bumpalo::Bump;

use super::json::{Member, Node, Raw};
use super::policy::is_request_id;
use crate::catalog;

/// What an object can be, the best first: of several the smallest is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An envelope whose response object has an id, or an error with a code.
    Strong,
    /// An error as SDKs throw it.
    ErrorObject,
    /// What an SDK printed of an error, in a string.
    SdkError,
    /// A response object without its envelope.
    Unwrapped,
    /// A response in the text of a string.
    Embedded,
    /// An envelope whose response object has neither.
    Weak,
}

/// An object that may be the response.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// What it is.
    pub kind: Kind,
    /// The object that says how the call ended: the value of `Response`, or the object itself.
    pub subject: Node<'a>,
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

/// What stands around an object.
#[derive(Clone, Copy)]
pub struct Around<'a, 's> {
    /// The objects that hold it, outermost first.
    pub objects: &'s [Node<'a>],
    /// The name in each of them that leads to the next.
    pub names: &'s [Raw<'a>],
}

/// The names under which SDKs give the parts of an error, the first that is there.
pub const ERROR_CODES: [&str; 2] = ["Code", "code"];
/// The same of the message.
pub const ERROR_MESSAGES: [&str; 2] = ["Message", "message"];
/// The same of the id.
pub const ERROR_IDS: [&str; 3] = ["RequestId", "requestId", "request_id"];

/// The envelope that an object with these members is.
pub fn envelope<'a>(members: &[Member<'a>]) -> Option<Candidate<'a>> {
    let subject = named(members, "Response").filter(|value| value.is_object())?;
    let ([id, error], _) = subject.last_of(["RequestId", "Error"]);
    let is_strong = id.is_some_and(|id| id.string().is_some()) || error.is_some_and(|it| it.last("Code").is_some());
    Some(Candidate { kind: if is_strong { Kind::Strong } else { Kind::Weak }, subject })
}

/// The response object that an object is. Responses of other clouds look alike, so everything must fit.
pub fn unwrapped<'a>(
    object: Node<'a>,
    members: &[Member<'a>],
    around: Around<'a, '_>,
    bump: &'a Bump,
) -> Option<Candidate<'a>> {
    let id = named(members, "RequestId")?.string()?.unescape(bump);
    let fits = is_id_of_this_cloud(id)
        && members.iter().all(|(name, _)| name.unescape(bump).starts_with(|first: char| first.is_ascii_uppercase()))
        && !around.names.iter().any(|name| name.is("ResponseMetadata"))
        && !around.objects.iter().chain([&object]).any(|object| names_an_error(*object, bump));
    fits.then_some(Candidate { kind: Kind::Unwrapped, subject: object })
}

/// Whether an id is a UUID in lower case, or `s` and 16 digits.
pub fn is_id_of_this_cloud(id: &str) -> bool {
    if let Some(digits) = id.strip_prefix('s') {
        return digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_digit());
    }
    id.len() == 36
        && id.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// Whether an object has a member that a success of this cloud does not have, and those of others do.
fn names_an_error<'a>(object: Node<'a>, bump: &'a Bump) -> bool {
    object.members().any(|(name, _)| is_of_an_error(name.unescape(bump).as_bytes()))
}

/// Whether a success of this cloud has no member of this name, and those of others do.
pub fn is_of_an_error(name: &[u8]) -> bool {
    name.starts_with(b"Error") || name.starts_with(b"Exception") || matches!(name, b"Code" | b"HostId" | b"Recommend")
}

/// Whether an object is an error as SDKs throw it.
pub enum ErrorObject<'a> {
    /// It is.
    Marked(Candidate<'a>),
    /// It has a known code and an id, but nothing says that an SDK of this cloud made it.
    Unmarked,
    /// It is not.
    None,
}

/// Says whether an object is an error as SDKs throw it.
pub fn error_object<'a>(
    object: Node<'a>,
    members: &[Member<'a>],
    around: Around<'a, '_>,
    bump: &'a Bump,
) -> ErrorObject<'a> {
    let text = |name: &&str| named(members, name).and_then(Node::string).map(|raw| raw.unescape(bump));
    let is_error = ERROR_CODES.iter().filter_map(text).any(catalog::names_error)
        && ERROR_IDS.iter().filter_map(text).any(is_request_id);
    if !is_error {
        return ErrorObject::None;
    }
    let on_way = around.names.iter().map(|name| Some(*name)).chain([None]);
    let objects = || around.objects.iter().chain([&object]);
    if objects().any(|object| is_of_another_cloud(*object)) {
        return ErrorObject::None;
    }
    if objects().zip(on_way).any(|(object, name)| is_marked(*object, name, bump)) {
        return ErrorObject::Marked(Candidate { kind: Kind::ErrorObject, subject: object });
    }
    ErrorObject::Unmarked
}

fn is_of_another_cloud(object: Node<'_>) -> bool {
    const NAMES: [&str; 4] = ["statusCode", "retryable", "$metadata", "HostId"];
    object.members().any(|(name, _)| NAMES.iter().any(|it| name.is(it)))
}

/// Whether a member says that an SDK of this cloud made the object. The layer that leads further inwards says nothing of
/// what stands beside it.
fn is_marked<'a>(object: Node<'a>, on_way: Option<Raw<'a>>, bump: &'a Bump) -> bool {
    object.members().any(|(name, value)| {
        name.is("traceId")
            || !on_way.is_some_and(|it| it.is(name.unescape(bump)))
                && value.string().is_some_and(|raw| names_the_sdk(raw.unescape(bump)))
    })
}

/// Whether a text names the cloud as classes, paths, packages and hosts do.
fn names_the_sdk(text: &str) -> bool {
    const NAME: &[u8] = b"tencentcloud";
    let text = text.as_bytes();
    memchr::memchr2_iter(b't', b'T', text)
        .any(|at| text.get(at..at + NAME.len()).is_some_and(|it| it.eq_ignore_ascii_case(NAME)))
}

/// The member of this name among those that count.
fn named<'a>(members: &[Member<'a>], name: &str) -> Option<Node<'a>> {
    members.iter().find(|(key, _)| key.is(name)).map(|&(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_this_cloud_have_two_forms() {
        for (id, is_one) in [
            ("b5b41468-520d-4192-b42f-595cc34b6c1c", true),
            ("B5B41468-520D-4192-B42F-595CC34B6C1C", false),
            ("b5b41468-520d-4192-b42f-595cc34b6c1", false),
            ("b5b41468-520d-4192-b42f-595cc34b6c1cc", false),
            ("b5b41468_520d_4192_b42f_595cc34b6c1c", false),
            ("s1234567890123456", true),
            ("s123456789012345", false),
            ("s12345678901234567", false),
            ("S1234567890123456", false),
            ("s123456789012345x", false),
            ("", false),
        ] {
            assert_eq!(is_id_of_this_cloud(id), is_one, "{id}");
        }
    }

    #[test]
    fn the_name_of_the_sdk_is_found_in_any_case_wherever_it_stands() {
        for (text, is_one) in [
            ("com.tencentcloudapi.common", true),
            ("TencentCloudSDKHttpException", true),
            ("tttencentcloud", true),
            ("cvm.tencentcloudapi.com", true),
            ("tencentclou", false),
            ("tencent cloud", false),
            ("", false),
        ] {
            assert_eq!(names_the_sdk(text), is_one, "{text}");
        }
    }
}
