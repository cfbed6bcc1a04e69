//! Envelopes that are valid but unusual, each with what the specification says of it. It knows no damage.

use crate::dice::Dice;
use crate::faults::Faults;
use crate::lines::outcome_of;
use crate::template::{Scene, Style, Template};
use crate::truth::{Facts, Outcome};

/// Compiled odd envelopes.
pub struct Oddities {
    oddities: Vec<Oddity>,
}

/// One kind of envelope.
pub struct Oddity {
    template: Template,
    outcome: Outcome,
    code: Option<usize>,
    has_request_id: bool,
    anomalies: &'static [&'static str],
}

impl Oddities {
    /// Compiles them and adds their codes to `faults`.
    pub fn new(faults: &mut Faults, style: Style) -> Self {
        let mut oddities = Vec::new();
        for &(text, code, anomalies) in TABLE {
            oddities.push(Oddity::new(faults, style, text, code, anomalies));
        }
        for (bytes, kept, anomalies) in [(256, true, &[][..]), (257, false, &["code_too_long"][..])] {
            let code = "LongCode".chars().cycle().take(bytes).collect::<String>();
            let text = format!(r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"x"}},"RequestId":"<rid>"}}}}"#);
            oddities.push(Oddity::new(faults, style, &text, if kept { &code } else { "(none)" }, anomalies));
        }
        Oddities { oddities }
    }

    /// One of them.
    pub fn draw(&self, dice: &mut Dice) -> &Oddity {
        &self.oddities[dice.index(self.oddities.len())]
    }
}

impl Oddity {
    fn new(faults: &mut Faults, style: Style, text: &str, code: &str, anomalies: &'static [&'static str]) -> Self {
        Oddity {
            template: Template::new(text, style),
            outcome: if code.is_empty() { Outcome::Ok } else { outcome_of(code) },
            code: (!code.is_empty()).then(|| faults.intern(code)),
            has_request_id: text.contains("<rid>"),
            anomalies,
        }
    }

    /// The outcome of the records that it makes.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Appends the envelope and enters into `facts`, which hold the context already, what it says.
    pub fn write(&self, dice: &mut Dice, scene: &Scene<'_>, facts: &mut Facts, out: &mut Vec<u8>) {
        let request_id_at = self.template.fill(dice, scene, out);
        facts.request_id_at = request_id_at.map(|at| at..at + UUID_BYTES);
        facts.has_request_id = self.has_request_id;
        facts.code = self.code;
        facts.anomalies.extend_from_slice(self.anomalies);
    }
}

const UUID_BYTES: usize = 36;

/// Envelope, code (empty: no failure), anomalies. An envelope has an id that counts exactly when it has a `<rid>`, its last one.
const TABLE: &[(&str, &str, &[&str])] = &[
    (r#"{"Response":{"Error":null,"RequestId":"<rid>"}}"#, "", &["null_error"]),
    (r#"{"Response":{"RequestId":"<uuid>","TotalCount":0,"RequestId":"<rid>"}}"#, "", &["duplicate_key"]),
    (
        r#"{"Response":{"Error":{"Code":"InternalError","Message":"overridden"}},"Response":{"RequestId":"<rid>"}}"#,
        "",
        &["duplicate_key"],
    ),
    (
        r#"{"Response":{"Error":{"Code":"InternalError","Message":"overridden"},"RequestId":"<rid>","Error":null}}"#,
        "",
        &["duplicate_key", "null_error"],
    ),
    (r#"{"Response":{"Request\u0049d":"<rid>","Data":"\u0045rror"}}"#, "", &[]),
    (r#"{"R\u0065sponse":{"RequestId":"<rid>"}}"#, "", &[]),
    (
        r#"{"Response":{"Big":1e400,"Small":-0.0E-999,"Long":123456789012345678901234567890,"Lone":"\ud800","RequestId":"<rid>"}}"#,
        "",
        &[],
    ),
    ("\t{ \"Response\" : \t{ \"Data\" : [ ] , \"RequestId\"\t:  \"<rid>\" } }  ", "", &[]),
    (r#"{"Response":{"error":{"Code":"InternalError","Message":"lower case"},"RequestId":"<rid>"}}"#, "", &[]),
    (
        r#"{"Retcode":0,"Response":{"RequestId":"<rid>"},"Error":{"Code":"InternalError","Message":"beside it"}}"#,
        "",
        &[],
    ),
    (
        r#"{"Response":{"Data":[{"Error":{"Code":"InternalError","Message":"below it"},"Error":null}],"RequestId":"<rid>"}}"#,
        "",
        &[],
    ),
    (r#"{"Response":{}}"#, "", &[]),
    (r#"{"Response":{"RequestId":null}}"#, "", &[]),
    (r#"{"Response":{"RequestId":<n 1000 999999>}}"#, "", &[]),
    (r#"{"Response":{"RequestId":["<uuid>"]}}"#, "", &[]),
    (r#"{"Response":{"RequestId":"undefined"}}"#, "", &[]),
    (r#"{"Response":{"Error":{},"RequestId":"<rid>"}}"#, "(none)", &["error_without_code"]),
    (r#"{"Response":{"Error":"<words 2 4>","RequestId":"<rid>"}}"#, "(none)", &["error_without_code"]),
    (r#"{"Response":{"Error":false,"RequestId":"<rid>"}}"#, "(none)", &["error_without_code"]),
    (
        r#"{"Response":{"Error":[{"Code":"InternalError","Message":"in a list"}],"RequestId":"<rid>"}}"#,
        "(none)",
        &["error_without_code"],
    ),
    (r#"{"Response":{"Error":{"Message":"<words 2 4>"},"RequestId":"<rid>"}}"#, "(none)", &["error_without_code"]),
    (
        r#"{"Response":{"Error":{"Code":null,"Message":"<words 2 4>"},"RequestId":"<rid>"}}"#,
        "(none)",
        &["error_without_code"],
    ),
    (
        r#"{"Response":{"Error":{"Code":"","Message":"<words 2 4>"},"RequestId":"<rid>"}}"#,
        "(none)",
        &["error_without_code"],
    ),
    (
        r#"{"Response":{"Error":{"Code":{"Code":"InternalError"},"Message":"nested"},"RequestId":"<rid>"}}"#,
        "(none)",
        &["error_without_code"],
    ),
    (
        r#"{"Response":{"Error":{"Code":4000,"Message":"<words 2 4>"},"RequestId":"<rid>"}}"#,
        "4000",
        &["code_not_string"],
    ),
    (
        r#"{"Response":{"Error":{"Code":-1.50E+3,"Message":"<words 2 4>"},"RequestId":"<rid>"}}"#,
        "-1.50E+3",
        &["code_not_string"],
    ),
    (
        r#"{"Response":{"\u0045rror":{"C\u006fde":"InternalError","Message":"escaped keys"},"RequestId":"<rid>"}}"#,
        "InternalError",
        &[],
    ),
    (
        r#"{"Response":{"Error":{"Code":"Resource\u004eotFound","Message":"escaped code"},"RequestId":"<rid>"}}"#,
        "ResourceNotFound",
        &[],
    ),
    (
        r#"{"Response":{"Error":{"Code":"InternalError","Code":"ResourceNotFound","Message":"twice"},"RequestId":"<rid>"}}"#,
        "ResourceNotFound",
        &["duplicate_key"],
    ),
    (
        r#"{"Response":{"Error":null,"RequestId":"<rid>","Error":{"Code":"InternalError","Message":"the last one counts"}}}"#,
        "InternalError",
        &["duplicate_key"],
    ),
    (
        r#"{"Response":{"Error":{"Code":"InternalError","Message":"a","Message":"b"},"RequestId":"<rid>"}}"#,
        "InternalError",
        &["duplicate_key"],
    ),
    (
        r#"{"Response":{"Error":{"Code":"InternalError ","Message":"a space behind it"},"RequestId":"<rid>"}}"#,
        "InternalError ",
        &[],
    ),
    (
        r#"{"Response":{"Error":{"Code":"internalError","Message":"lower case"},"RequestId":"<rid>"}}"#,
        "internalError",
        &[],
    ),
    (r#"{"Response":{"Error":{"Code":"内部错误","Message":"操作失败"},"RequestId":"<rid>"}}"#, "内部错误", &[]),
    (r#"{"Response":{"Error":{"Code":"ServiceUnavailable","Message":"no id"}}}"#, "ServiceUnavailable", &[]),
    (
        r#"{"Response":{"Error":{"Code":"ServiceUnavailable","Message":"a masked id"},"RequestId":"<hex 8>-****-<hex 4>"}}"#,
        "ServiceUnavailable",
        &[],
    ),
    (
        r#"{"Response":{"Error":{"Code":"DryRunOperation","Message":"it would have succeeded"},"RequestId":"<rid>"}}"#,
        "DryRunOperation",
        &[],
    ),
    (
        r#"{"Response":{"Error":{"Code":"DryRunOperation.DryRunOperationError","Message":"it would have succeeded"},"RequestId":""}}"#,
        "DryRunOperation.DryRunOperationError",
        &[],
    ),
    (
        r#"{"Response":{"Error":{"Code":"DryRunOperation.Other","Message":"not one of the two"},"RequestId":"<rid>"}}"#,
        "DryRunOperation.Other",
        &[],
    ),
];
