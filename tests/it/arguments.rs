//! The command line: the order of inputs changes nothing, and messages show nothing of an argument that acts or hides.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use proptest::prelude::*;

use crate::program::{folder, run, testdata};
use crate::scanners::cases;
use resplog::Format;

#[test]
fn every_format_is_the_same_for_any_order_of_inputs() {
    let log = |name: &str| fs::read(testdata().join(name)).unwrap();
    let folder = folder(&[("a", &log("bare.ndjson")), ("b", &log("damaged.ndjson")), ("c", &log("wrapped.ndjson"))]);
    for format in Format::ALL.map(Format::name) {
        let fixed = ["report", "--now", "2026-11-25", "-f", format];
        let of = |inputs: [&str; 3]| run(folder.path(), [&fixed[..], &inputs].concat(), None);
        let first = of(["a", "b", "c"]);
        assert!(first.exit == 0 && !first.stdout.is_empty(), "{first:?}");
        for order in [["a", "c", "b"], ["b", "c", "a"], ["c", "b", "a"]] {
            assert_eq!(of(order).stdout, first.stdout, "{format} of {order:?}");
        }
    }
}

#[cfg(not(feature = "object-store"))]
#[test]
fn a_build_without_object_stores_says_so() {
    let folder = folder(&[("a", &fs::read(testdata().join("bare.ndjson")).unwrap())]);
    for name in ["s3://bucket/key", "cos://bucket-1250000000/prefix/"] {
        let ran = run(folder.path(), ["report", name, "a", "-f", "json"], None);
        assert_eq!((ran.exit, &ran.json()["inputs"][1]["status"]), (3, &"error".into()), "{ran:?}");
        assert!(ran.stderr.contains(&format!("{name}: this build lacks object stores: expected")), "{ran:?}");
    }
}

#[test]
fn files_that_the_kernel_makes_up_are_read_whatever_size_they_say_they_have() {
    // The size of the first is 0, that of the second a page.
    for path in ["/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled"] {
        let Ok(bytes) = fs::read(path) else { continue };
        for more in [&[][..], &["--dedupe"]] {
            let ran = run(Path::new("/"), [&["report", "-f", "json", path][..], more].concat(), None);
            let row = &ran.json()["inputs"][0];
            assert_eq!((row["bytes"].as_u64(), &row["status"]), (Some(bytes.len() as u64), &"ok".into()), "{ran:?}");
        }
    }
}

/// What arguments are made of.
const PIECES: &[&str] = &[
    "a",
    "-",
    "'",
    "=",
    "\\",
    "\n",
    "\r",
    "\t",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{9b}31m",
    "\u{202e}",
    "\u{200b}",
    "\u{2028}",
];

/// Texts of characters that act or hide, of line ends and of bytes that are no UTF-8, among plain ones.
fn hostile() -> impl Strategy<Value = OsString> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => Just(b"\xff".to_vec()),
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| OsString::from_vec(pieces.concat()))
}

/// Where a command line takes a text.
const PLACES: &[&[&str]] = &[
    &[],
    &["report"],
    &["report", "--top"],
    &["report", "--color"],
    &["report", "--tz"],
    &["report", "--by"],
    &["report", "--fail-if"],
    &["report", "--config"],
    &["report", "--class"],
    &["report", "--since"],
    &["report", "-o"],
    &["find", "--ids-from"],
    &["completions"],
    &["state"],
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases() / 16))]

    #[test]
    fn messages_show_nothing_of_an_argument_that_acts_or_hides(text in hostile(), flag: bool) {
        let folder = folder(&[]);
        let text = if flag { OsString::from_vec([b"--", &*text.into_vec()].concat()) } else { text };
        for place in PLACES {
            let typed = place.iter().map(OsString::from).chain([text.clone()]);
            let ran = run(folder.path(), typed, Some(b""));
            let acts = |it: char| it != '\n' && (it.is_control() || "\u{202e}\u{200b}\u{2028}".contains(it));
            prop_assert!(!ran.stderr.contains(acts), "{place:?}: {:?}", ran.stderr);
            // An argument makes no line of its own.
            prop_assert!(!ran.stderr.lines().any(|line| line == "a" || line == "aa"), "{place:?}: {:?}", ran.stderr);
        }
    }
}
