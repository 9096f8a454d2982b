//! Diagnostics as SARIF 2.1.0, the form that code scanning services read.
//!
//! Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.

use super::place::Places;
use serde_json::{Value, json};
use sigwright_lint::Level;
use sigwright_syntax::{Diagnostic, Edit, Fix, Severity, Sources, Span};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes one log with one run. `unreadable` are files that could not be looked at.
pub fn write(
    sources: &Sources,
    diagnostics: &[Diagnostic],
    unreadable: &[(PathBuf, String)],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut places = Places::new(sources);
    let mut codes: Vec<&str> = diagnostics.iter().map(|said| said.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code)).collect();
    let results = diagnostics.iter().map(|said| {
        let index = codes.binary_search(&said.code).ok();
        result(&mut places, said, index)
    });
    let results: Vec<Value> = results.collect();
    let notifications = unreadable.iter().map(|(path, reason)| {
        json!({
            "level": "error",
            "message": { "text": format!("{}: {reason}", path.display()) },
            "locations": [{ "physicalLocation": { "artifactLocation": artifact(&path.to_string_lossy()) } }],
        })
    });
    let notifications: Vec<Value> = notifications.collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "sigwright",
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": unreadable.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

/// A row of the table of lints, or what little is known of a message of the reader.
fn rule(code: &str) -> Value {
    let Some((_, lint)) = sigwright_lint::find(code) else {
        return json!({ "id": code });
    };
    let level = match lint.level {
        Level::Off => "none",
        level => level_of(level.as_str()),
    };
    json!({
        "id": code,
        "shortDescription": { "text": lint.summary },
        "help": { "text": lint.page, "markdown": lint.page },
        "defaultConfiguration": { "enabled": lint.level != Level::Off, "level": level },
        "properties": { "tags": [lint.group.as_str()] },
    })
}

fn level_of(name: &str) -> &str {
    match name {
        "error" | "warning" => name,
        _ => "note",
    }
}

fn result(places: &mut Places<'_>, said: &Diagnostic, rule: Option<usize>) -> Value {
    let mut text = said.message.clone();
    if let Some(help) = &said.help {
        text.push_str("; ");
        text.push_str(help);
    }
    let mut labels = said.labels.iter();
    let location = labels
        .next()
        .map(|label| location(places, label.span, &label.text));
    let related = labels.map(|label| location_of_related(places, label.span, &label.text));
    let related: Vec<Value> = related.collect();
    let fixes: Vec<Value> = said
        .fixes
        .iter()
        .map(|fix| fix_value(places, fix))
        .collect();
    let mut result = json!({
        "ruleId": said.code,
        "level": match said.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "message": { "text": text },
        "locations": location.into_iter().collect::<Vec<Value>>(),
    });
    if let Some(fields) = result.as_object_mut() {
        if let Some(rule) = rule {
            fields.insert("ruleIndex".to_owned(), rule.into());
        }
        if !related.is_empty() {
            fields.insert("relatedLocations".to_owned(), related.into());
        }
        if !fixes.is_empty() {
            fields.insert("fixes".to_owned(), fixes.into());
        }
    }
    result
}

fn location(places: &mut Places<'_>, span: Span, text: &str) -> Value {
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": artifact(places.name(span.source)),
        "region": region(places, span),
    }});
    if let (false, Some(fields)) = (text.is_empty(), location.as_object_mut()) {
        fields.insert("message".to_owned(), json!({ "text": text }));
    }
    location
}

/// A viewer shows a related place only with something to show beside it.
fn location_of_related(places: &mut Places<'_>, span: Span, text: &str) -> Value {
    location(
        places,
        span,
        if text.is_empty() { "see here" } else { text },
    )
}

fn region(places: &mut Places<'_>, span: Span) -> Value {
    let ((line, column), (end_line, end_column)) = (places.start(span), places.end(span));
    json!({
        "startLine": line, "startColumn": column,
        "endLine": end_line, "endColumn": end_column,
        "byteOffset": span.start, "byteLength": span.len(),
    })
}

fn fix_value(places: &mut Places<'_>, fix: &Fix) -> Value {
    let mut sources: Vec<_> = fix.edits.iter().map(|edit| edit.span.source).collect();
    sources.dedup();
    let changes = sources.into_iter().map(|source| {
        let edits = fix.edits.iter().filter(|edit| edit.span.source == source);
        let edits: Vec<Value> = edits.map(|edit| replacement(places, edit)).collect();
        json!({ "artifactLocation": artifact(places.name(source)), "replacements": edits })
    });
    let changes: Vec<Value> = changes.collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

fn replacement(places: &mut Places<'_>, edit: &Edit) -> Value {
    json!({
        "deletedRegion": region(places, edit.span),
        "insertedContent": { "text": edit.text },
    })
}

/// Where a file is: relative paths stay relative to where the command was run.
fn artifact(path: &str) -> Value {
    let absolute = Path::new(path).is_absolute();
    let path = path.strip_prefix("./").unwrap_or(path).replace('\\', "/");
    let mut uri = String::from(if absolute { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    json!({ "uri": uri })
}
