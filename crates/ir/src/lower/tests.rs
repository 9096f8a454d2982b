//! Documents as text, and what they become.

use crate::{Context, RuleSet, lower};
use sigwright_syntax::{Diagnostic, Severity, Sources, read};

/// Reads and lowers `text`; the diagnostics of lowering with the text each underlines.
fn lowered_with(text: &str, context: &Context) -> (RuleSet, Vec<(Diagnostic, String)>) {
    let mut sources = Sources::new();
    let id = sources.add("test.yml", text);
    let (documents, said) = read(&sources, id);
    let errors: Vec<&Diagnostic> = said
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "the reader refuses: {errors:?}");
    let (set, said) = lower(&documents, context);
    let shown = |d: Diagnostic| {
        let text = d.span().map_or("", |span| sources.text(span)).to_owned();
        (d, text)
    };
    (set, said.into_iter().map(shown).collect())
}

/// A rule with one selection, `item` being its lines.
fn rule(item: &str) -> String {
    let item = item.replace('\n', "\n        ");
    format!(
        "title: t\nlogsource:\n    category: test\ndetection:\n    sel:\n        {item}\n    condition: sel\n"
    )
}

/// What the one rule of `text` asks.
fn asks(text: &str) -> String {
    let (set, said) = lowered_with(text, &Context::default());
    assert!(said.is_empty(), "{said:?}");
    set.exprs.display(set.rules[0].root).to_string()
}

#[test]
fn a_map_is_linked_by_and_a_list_by_or() {
    assert_eq!(
        asks(&rule("a: x\nb:\n    - y\n    - z")),
        "and\n  a = \"x\"\n  or\n    b = \"y\"\n    b = \"z\""
    );
}
