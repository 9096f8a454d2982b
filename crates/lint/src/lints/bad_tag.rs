use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::{Edit, Fix};

pub static LINT: Lint = Lint {
    name: "bad-tag",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "a tag does not have the form its namespace asks for",
    page: "\
Tags are read by programs. They are written in lower-case letters, digits, `-`, `_` and dots, a namespace before the
first dot, and in the form of that namespace (tags appendix of the specification): `attack.t1059.001`,
`car.2016-04-005`, `cve.2021-44228`, `d3fend.d3-am`, `detection.threat-hunting`, `stp.3k`, `tlp.amber`.",
    check: Check::Document(check),
};

/// A namespace, what its tags look like, and whether a name does.
type Form = (&'static str, &'static str, fn(&str) -> bool);

/// Forms by namespace. TLP has the words of both versions of the protocol. Names of ATT&CK and
/// D3FEND have lints of their own.
const FORMS: [Form; 5] = [
    ("car", "`car.2016-04-005`", |name| digits(name, &[4, 2, 3])),
    ("cve", "`cve.2021-44228`", is_cve),
    (
        "detection",
        "`detection.dfir`, `detection.emerging-threats` or `detection.threat-hunting`",
        |name| ["dfir", "emerging-threats", "threat-hunting"].contains(&name),
    ),
    (
        "stp",
        "`stp.1` to `stp.5`, with `a`, `u` or `k` behind it where known",
        is_stp,
    ),
    (
        "tlp",
        "`tlp.clear`, `tlp.green`, `tlp.amber`, `tlp.amber-strict` or `tlp.red`",
        |name| ["clear", "white", "green", "amber", "amber-strict", "red"].contains(&name),
    ),
];

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    for tag in &cx.document.meta.tags {
        // said by the reader
        let Some((namespace, name)) = tag.value.split_once('.') else {
            continue;
        };
        let span = cx.content(tag.span);
        let form = FORMS
            .iter()
            .find(|(known, ..)| known.eq_ignore_ascii_case(namespace));
        if let Some((_, form, fits)) = form
            && !fits(&name.to_ascii_lowercase())
        {
            let said = at(
                span,
                format!("`{}` is not a tag of `{namespace}`", tag.value),
            );
            let said = said.help(format!("write {form}"));
            let proper = name.to_ascii_lowercase();
            let proper = proper.strip_prefix("cve-").filter(|name| is_cve(name));
            sink.report(match proper {
                Some(name) => said.fix(Fix::safe(
                    format!("write `cve.{name}`"),
                    vec![Edit::replace(span, format!("cve.{name}"))],
                )),
                None => said,
            });
            continue;
        }
        let lower = tag.value.to_ascii_lowercase();
        // artifacts of D3FEND have capitals
        let artifact = namespace == "d3fend" && name.starts_with("d3f-");
        let proper = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !tag.value.chars().all(proper) || namespace.is_empty() || name.is_empty() {
            let said = at(span, format!("`{}` has signs that no tag has", tag.value));
            sink.report(said.help("a tag has letters, digits, `-`, `_` and dots"));
        } else if lower != tag.value && !artifact {
            let said = at(span, format!("`{}` has capitals", tag.value));
            let fix = Fix::safe(
                format!("write `{lower}`"),
                vec![Edit::replace(span, lower.clone())],
            );
            sink.report(said.help(format!("write `{lower}`")).fix(fix));
        }
    }
}

/// Runs of digits of these lengths with `-` between them.
fn digits(name: &str, lengths: &[usize]) -> bool {
    let mut runs = name.split('-');
    let fits = |(run, length): (&str, usize)| {
        run.len() == length && run.bytes().all(|b| b.is_ascii_digit())
    };
    lengths
        .iter()
        .all(|length| runs.next().is_some_and(|run| fits((run, *length))))
        && runs.next().is_none()
}

/// A year and a number of at least four digits.
fn is_cve(name: &str) -> bool {
    let Some((year, number)) = name.split_once('-') else {
        return false;
    };
    let all = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    year.len() == 4 && all(year) && number.len() >= 4 && all(number)
}

fn is_stp(name: &str) -> bool {
    let mut signs = name.bytes();
    matches!(signs.next(), Some(b'1'..=b'5'))
        && matches!(signs.next(), None | Some(b'a' | b'u' | b'k'))
        && signs.next().is_none()
}
