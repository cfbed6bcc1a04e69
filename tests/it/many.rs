//! Very many inputs, and very much to say about each code: a report stays small, and says that it leaves something out.

use std::fs;

use crate::program::run;

const FAILED: &str = r#"{"Response":{"Error":{"Code":"InternalError","Message":"it failed"},"RequestId":"id-0001"}}"#;

#[test]
fn of_many_inputs_the_first_have_a_row_and_those_that_were_not_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..4_110 {
        fs::write(folder.path().join(format!("{number:04}.log")), format!("{FAILED}\n")).unwrap();
    }
    // A gzip without its end.
    fs::write(folder.path().join("4105.log"), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]).unwrap();
    let report = run(folder.path(), ["report", "-f", "json", "."], None).json();
    let inputs = report["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 4_096 + 1 + 1);
    assert_eq!((&inputs[4_096]["path"], &inputs[4_096]["status"]), (&"./4105.log".into(), &"incomplete".into()));
    let rest = &inputs[4_097];
    assert_eq!(
        (&rest["path"], &rest["failed"], &rest["bytes"]),
        (&"(other)".into(), &13.into(), &(13 * (FAILED.len() + 1)).into())
    );
    assert_eq!(report["approximate"], true);
    let text = run(folder.path(), ["report", "."], None).stdout;
    assert!(text.contains("1 of 4110 inputs incomplete") && text.contains("4,110 inputs"), "{text}");
}
