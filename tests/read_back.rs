//! Queries of Lucene and KQL, read back: every public rule, printed and parsed, must ask what it
//! asked before, up to groups in groups.

use sigwright_convert::parse::{kql, lucene};
use sigwright_convert::{Dialect, Leaf, Query, dialects, print, rule};
use sigwright_ir::pred::{Anchor, Regex};
use sigwright_ir::{Context, Written, lower};
use sigwright_syntax::pattern::{Part, Pattern};
use sigwright_syntax::{Diagnostic, SourceId, Sources, Span, read};
use std::path::{Path, PathBuf};

type Parse = fn(SourceId, &str) -> Result<Query, Diagnostic>;

#[test]
fn corpus() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("read_back: skipped, SIGWRIGHT_SHARED is not set");
        return;
    };
    let mut files = Vec::new();
    walk(&Path::new(&shared).join("corpus/sigmahq"), &mut files);
    for (target, parse) in [("lucene", lucene::parse as Parse), ("kql", kql::parse)] {
        let dialect = dialects::find(target).unwrap();
        let (mut same, mut refused) = (0, 0);
        for file in &files {
            for rule in rules(file) {
                let Ok(texts) = print::queries(&rule, dialect, None) else {
                    refused += 1;
                    continue;
                };
                let queries = Query::of(&rule).unwrap().into_iter().flatten();
                for (query, text) in queries.zip(texts) {
                    let source = Sources::default().add("query", text.clone());
                    let back = parse(source, &text).unwrap_or_else(|said| {
                        panic!("{}: {said:?}\n{text}", file.display());
                    });
                    let (query, back) = (normal(query, Some(dialect)), normal(back, None));
                    assert_eq!(query, back, "{}\n{text}", file.display());
                    same += 1;
                }
            }
        }
        println!("{target}: {same} queries read back, {refused} rules refused");
        assert!(same > 2000 || target == "kql" && same > 1800);
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => walk(&path, files),
            false if path.extension().is_some_and(|e| e == "yml") => files.push(path),
            false => {}
        }
    }
}

fn rules(file: &Path) -> Vec<rule::Rule> {
    let mut sources = Sources::default();
    let id = sources.add("rule", std::fs::read_to_string(file).unwrap());
    let (documents, _) = read(&sources, id);
    let context = Context::default();
    let (set, _) = lower(&documents, &context);
    let rules = rule::rules(&documents, &set, &context);
    rules.into_iter().flatten().collect()
}

/// What a query asks, told in one way; `written` is the language a rule's own query is to be
/// printed in, and None for one read back.
fn normal(query: Query, written: Option<&Dialect>) -> Query {
    match query {
        Query::And(parts) => {
            let mut flat = Vec::new();
            for part in parts {
                match normal(part, written) {
                    Query::And(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            Query::And(flat)
        }
        Query::Or(parts) => {
            let mut flat = Vec::new();
            for part in parts {
                match normal(part, written) {
                    Query::Or(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            Query::Or(flat)
        }
        Query::Not(inner) => match normal(*inner, written) {
            Query::Not(inner) => *inner,
            other => Query::Not(Box::new(other)),
        },
        Query::Leaf(leaf) => question(leaf, written),
    }
}

fn question(leaf: Leaf, written: Option<&Dialect>) -> Query {
    let span = Span::new(Sources::default().add("", String::new()), 0, 0);
    let with = |value: Written| Leaf {
        field: leaf.field.clone(),
        value,
        span,
    };
    let text = |text: String| Written::Text {
        pattern: Pattern::literal(text),
        cased: false,
    };
    let value = match leaf.value.clone() {
        Written::Null | Written::Exists(false) => {
            return Query::Not(Box::new(Query::Leaf(with(Written::Exists(true)))));
        }
        Written::AnyOf(each) => {
            let each = each.into_iter().map(|value| Query::Leaf(with(value)));
            return normal(Query::Or(each.collect()), written);
        }
        Written::Text { pattern, .. } => match (&leaf.field, pattern.parts()) {
            (Some(_), [Part::Many]) => Written::Exists(true),
            // a keyword is found anywhere in a value
            (None, parts) if written.is_some() => {
                let many = || [Part::Many].into_iter();
                Written::Text {
                    pattern: Pattern::from_parts(many().chain(parts.to_vec()).chain(many())),
                    cased: false,
                }
            }
            _ => leaf.value.clone(),
        },
        Written::Number(n) => text(n.to_string()),
        Written::Bool(b) => text(b.to_string()),
        Written::Cidr(network) => text(network.to_string()),
        Written::Regex(regex, anchor) => {
            match written.and_then(|dialect| dialect.ops.regexes.rewrite) {
                Some(rewrite) => Written::Regex(
                    Regex {
                        pattern: rewrite(&regex, anchor).unwrap(),
                        ignore_case: false,
                        multi_line: false,
                        dot_all: false,
                    },
                    Anchor::Whole,
                ),
                None => leaf.value.clone(),
            }
        }
        other => other,
    };
    Query::Leaf(with(value))
}

#[test]
fn faults_have_places() {
    let source = Sources::default().add("query", String::new());
    for (parse, text, at, message) in [
        (
            lucene::parse as Parse,
            "(a:b",
            4,
            "this group is not closed: `)` is missing",
        ),
        (
            lucene::parse,
            "a:b AND c:d OR e:f",
            12,
            "AND and OR side by side have no order in Lucene",
        ),
        (
            lucene::parse,
            "a:\"b",
            2,
            "this phrase is not closed: `\"` is missing",
        ),
        (lucene::parse, "a:b)", 3, "`)` does not belong here"),
        (
            kql::parse,
            "a: (b or c",
            10,
            "this group is not closed: `)` is missing",
        ),
        (
            kql::parse,
            "a: ",
            3,
            "a value is missing before the end of the query",
        ),
        (kql::parse, "a > b", 5, "no number stands behind `>`"),
        (
            kql::parse,
            "a: { b: c }",
            3,
            "queries of nested objects are not read",
        ),
    ] {
        let fault = parse(source, text).unwrap_err();
        assert_eq!(fault.message, message, "{text}");
        assert_eq!(fault.labels[0].span.start, at, "{text}");
    }
    let deep = "(".repeat(100_000);
    assert!(lucene::parse(source, &deep).is_err());
    assert!(kql::parse(source, &deep).is_err());
    assert!(kql::parse(source, &"not ".repeat(100_000)).is_err());
    assert!(lucene::parse(source, &"NOT ".repeat(100_000)).is_err());
}

#[test]
fn values_and_operators_keep_apart() {
    let source = Sources::default().add("query", String::new());
    let value = |query: Query| match query {
        Query::Leaf(Leaf {
            value: Written::Text { pattern, .. },
            ..
        }) => pattern,
        other => panic!("{other:?}"),
    };
    let spelled = "a: *this \\or that, *\\u006eot so*";
    let expected = Pattern::parse("*this or that, *not so*");
    assert_eq!(value(kql::parse(source, spelled).unwrap()), expected);
    let spelled = r"a:*C\:\\x\ y\*?";
    let expected = Pattern::parse(r"*C:\\x y\*?");
    assert_eq!(value(lucene::parse(source, spelled).unwrap()), expected);
}
