//! The named differences from the reference; `docs/differences.md` explains each name.

/// What we make of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ours {
    /// We take it, with another tree or where the reference does not; what the rules ask.
    Means(&'static str),
    /// We refuse it, with these codes, sorted.
    Rejects(&'static str),
}

/// A case of `corner-cases.jsonl` that we see differently.
#[derive(Debug)]
pub struct Difference {
    /// Its group and name.
    pub case: &'static str,
    /// The heading in `docs/differences.md`.
    pub name: &'static str,
    /// What we make of it.
    pub ours: Ours,
}

const fn row(name: &'static str, case: &'static str, ours: Ours) -> Difference {
    Difference { case, name, ours }
}

/// Rules of the corpus whose tree differs, with the name of the difference.
pub const CORPUS: &[(&str, &str)] = &[];

/// Corner cases that differ.
#[rustfmt::skip]
pub const CORNERS: &[Difference] = &[
    row("yaml-scalars", "value: bool yes (yaml1.1)", Ours::Means("f = \"yes\"")),
    row("yaml-scalars", "value: octal 010 (yaml1.1)", Ours::Means("f = \"010\"")),
    row("yaml-scalars", "value: hex 0x1F", Ours::Means("f = \"0x1F\"")),
    row("yaml-scalars", "value: sexagesimal 12:30:45", Ours::Means("f = \"12:30:45\"")),
    row("yaml-scalars", "value: .inf", Ours::Means("f = \".inf\"")),
    row("yaml-scalars", "value: .nan", Ours::Means("f = \".nan\"")),
    row("yaml-scalars", "value: date value", Ours::Means("f = \"2024-01-02\"")),
    row("yaml-scalars", "value: datetime value", Ours::Means("f = \"2024-01-02T03:04:05Z\"")),
    row("exact-numbers", "value: big int", Ours::Means("f = 123456789012345678901234567890")),
    row("keys-are-text", "field/mod: int field name", Ours::Means("1 = \"a\"")),
    row("duplicate-keys", "field/mod: dup key", Ours::Rejects("duplicate-key")),
    row("keys-are-text", "field/mod: true field", Ours::Means("true = \"a\"")),
    row("look-behind", "re: re lookbehind var", Ours::Means("f matches /(?<=a+)b/")),
    row("null-is-no-regex", "re: re null", Ours::Rejects("modifier-value")),
    row("regex-anchors", "re: re contains", Ours::Means("f matches /a.b/")),
    row("regex-anchors", "re: re startswith", Ours::Means("f matches /\\A(?:abc)/")),
    row("regex-anchors", "re: re contains empty", Ours::Means("f matches //")),
    row("base64-of-escapes", "encoding: base64 escaped star", Ours::Means("f = \"YSpi\"")),
    row("base64offset-anywhere", "encoding: base64offset", Ours::Means("or f contains \"Zm9vYmFy\" f contains \"Zvb2Jhc\" f contains \"mb29iYX\"")),
    row("base64offset-anywhere", "encoding: base64offset len1", Ours::Rejects("value-too-short")),
    row("base64offset-of-bytes", "encoding: base64offset utf8", Ours::Means("or f contains \"w6Ri\" f contains \"OkY\" f contains \"DpG\"")),
    row("utf16-is-bytes", "encoding: utf16", Ours::Rejects("not-text")),
    row("utf16-is-bytes", "encoding: utf16 base64", Ours::Means("f = \"//5hAGIAYwA=\"")),
    row("utf16-is-bytes", "encoding: utf16le", Ours::Means("f = \"a\\u{0}b\\u{0}c\\u{0}\"")),
    row("base64offset-anywhere", "encoding: base64offset startswith", Ours::Rejects("modifier-conflict")),
    row("keywords-are-text", "cidr: cidr keyword", Ours::Rejects("needs-field")),
    row("keywords-are-text", "misc-mod: gt kw", Ours::Rejects("needs-field")),
    row("cased-stays", "misc-mod: cased base64", Ours::Means("f = \"YQ==\" cased")),
    row("exact-numbers", "misc-mod: hour float", Ours::Means("hour of f = 5.5")),
    row("expand-comes-first", "misc-mod: expand base64", Ours::Means("f = \"4p+mYeKfpw==\"")),
    row("yaml-scalars", "detection: date kw", Ours::Means("* contains \"2024-01-01\"")),
    row("empty-selectors", "condition: all of nope_*", Ours::Rejects("empty-selector")),
    row("empty-selectors", "condition: a and 1 of nope_*", Ours::Rejects("empty-selector")),
    row("empty-selectors", "condition: 1 of THEM", Ours::Rejects("empty-selector")),
    row("whole-words", "condition: not_x", Ours::Means("f = \"nx\"")),
    row("whole-words", "condition: not_x and a", Ours::Means("and f = \"nx\" f = \"a\"")),
    row("whole-words", "condition: a andb", Ours::Rejects("condition-syntax")),
    row("whole-words", "condition: nota", Ours::Rejects("unknown-selection")),
    row("selection-names", "condition: 1 of sel-*", Ours::Means("f = \"s3\"")),
    row("selection-names", "condition: det name unicode", Ours::Means("f = \"a\"")),
    row("keys-are-text", "condition: int det name", Ours::Means("f = \"a\"")),
    row("keys-are-text", "condition: selector over int names", Ours::Means("f = \"a\"")),
    row("attributes", "rule: title int", Ours::Means("f = \"a\"")),
    row("attributes", "rule: title 257", Ours::Means("f = \"a\"")),
    row("attributes", "rule: id=1", Ours::Means("f = \"a\"")),
    row("attributes", "rule: id=5", Ours::Means("f = \"a\"")),
    row("attributes", "rule: status=1", Ours::Means("f = \"a\"")),
    row("attributes", "rule: level=foo", Ours::Means("f = \"a\"")),
    row("attributes", "rule: date='2024-1-1'", Ours::Means("f = \"a\"")),
    row("attributes", "rule: date=2024-13-01", Ours::Means("f = \"a\"")),
    row("attributes", "rule: date=01/01/2024", Ours::Means("f = \"a\"")),
    row("attributes", "rule: modified=x", Ours::Means("f = \"a\"")),
    row("attributes", "rule: tags=[nodot]", Ours::Means("f = \"a\"")),
    row("attributes", "rule: tags=[1]", Ours::Means("f = \"a\"")),
    row("attributes", "rule: references=abc", Ours::Means("f = \"a\"")),
    row("attributes", "rule: fields=a", Ours::Means("f = \"a\"")),
    row("attributes", "rule: author=[a]", Ours::Means("f = \"a\"")),
    row("attributes", "rule: description=1", Ours::Means("f = \"a\"")),
    row("attributes", "rule: license=[a]", Ours::Means("f = \"a\"")),
    row("attributes", "rule: scope=a", Ours::Means("f = \"a\"")),
    row("attributes", "rule: taxonomy=''", Ours::Means("f = \"a\"")),
    row("attributes", "rule: taxonomy=1", Ours::Means("f = \"a\"")),
    row("attributes", "rule: name=''", Ours::Means("f = \"a\"")),
    row("attributes", "rule: name=1", Ours::Means("f = \"a\"")),
    row("attributes", "rule: related=abc", Ours::Means("f = \"a\"")),
    row("attributes", "rule: related=[{id: x, type: derived}]", Ours::Means("f = \"a\"")),
    row("attributes", "rule: related=[abc]", Ours::Means("f = \"a\"")),
    row("reset-and-rule", "rule: action=reset", Ours::Means("f = \"a\"")),
    row("duplicate-keys", "rule: dup top key", Ours::Rejects("duplicate-key")),
    row("ranges", "correlation: cond two ops", Ours::Means("f = \"a\"; f = \"b\"")),
    row("exact-numbers", "correlation: cond float", Ours::Means("f = \"a\"; f = \"b\"")),
    row("unknown-keys", "correlation: ignore-case group", Ours::Rejects("unknown-key")),
    row("unused-field", "correlation: event_count field", Ours::Means("f = \"a\"; f = \"b\"")),
    row("temporal-of-nothing", "correlation: temporal no rules no cond", Ours::Rejects("missing-attribute")),
    row("cycles", "correlation: self ref", Ours::Rejects("correlation-cycle")),
    row("unknown-references", "filter: by title", Ours::Rejects("unknown-rule")),
];
