//! Forms that other programs import, of a rule of our own, and the queries of the documentation.
//!
//! The files in `convert` are what the forms are; `UPDATE=1` writes them. All but those of KQL,
//! which the reference does not have, were compared with the reference's: see
//! "Differences without a case" in docs/differences.md.

use sigwright_convert::pipeline::{Allowed, SHIPPED, convert};
use sigwright_convert::{Chain, Pipeline, dialects, rule};
use sigwright_ir::{Context, lower};
use sigwright_syntax::{Sources, read};
use std::path::{Path, PathBuf};

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The one rule of a text in a form.
fn converted(yaml: &str, target: &str, form: &str, pipeline: Option<&str>) -> String {
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", yaml);
    let (documents, said) = read(&sources, id);
    assert!(said.is_empty(), "{said:?}");
    let context = Context::default();
    let (set, _) = lower(&documents, &context);
    let dialect = dialects::find(target).unwrap();
    let format = dialect.formats.iter().find(|f| f.name == form).unwrap();
    let shipped = pipeline.map(|name| {
        let shipped = SHIPPED.iter().find(|shipped| shipped.name == name).unwrap();
        let read = Pipeline::shipped(shipped, &mut sources).unwrap();
        (name.to_owned(), read)
    });
    let chain = Chain::new(
        dialect,
        format,
        shipped.into_iter().collect(),
        Allowed::default(),
    )
    .unwrap();
    let mut rules = rule::rules(&documents, &set, &context);
    let queries = convert(rules.remove(0).unwrap(), dialect, format, &chain).unwrap();
    (format.output)(&queries)
}

#[test]
fn forms_to_import() {
    let folder = here().join("convert");
    let yaml = std::fs::read_to_string(folder.join("rule.yml")).unwrap();
    for target in ["lucene", "eql", "esql", "kql", "opensearch_lucene"] {
        let dialect = dialects::find(target).unwrap();
        for format in dialect.formats.iter().filter(|f| f.name != "default") {
            let text = converted(&yaml, target, format.name, None) + "\n";
            let file = folder.join(format!("{target}-{}.ndjson", format.name));
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&file, &text).unwrap();
            }
            let known = std::fs::read_to_string(&file).unwrap();
            assert_eq!(text, known, "{}", file.display());
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(json.is_object(), "{text}");
        }
    }
}

#[test]
fn queries_of_the_documentation() {
    let page = std::fs::read_to_string(here().join("../docs/convert.md")).unwrap();
    let (_, rest) = page.split_once("```yaml\n").unwrap();
    let (yaml, _) = rest.split_once("```").unwrap();
    let targets = [
        ("splunk", None),
        ("lucene", None),
        ("eql", None),
        ("esql", None),
        ("kql", None),
        ("opensearch_ppl", None),
        ("quickwit", None),
        ("kusto", Some("microsoft_xdr")),
        ("logscale", None),
        ("loki", None),
    ];
    for (target, pipeline) in targets {
        let query = converted(yaml, target, "default", pipeline);
        let there = format!("\n{query}\n");
        assert!(page.contains(&there), "{target}: {query}");
    }
}
