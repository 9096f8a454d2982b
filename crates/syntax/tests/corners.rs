//! The corner cases of the reference implementation: which of them are refused here.
//! Needs `SIGWRIGHT_SHARED`.

use sigwright_syntax::{Severity, Sources, read};
use std::path::Path;

#[test]
fn corner_cases() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("skipped: SIGWRIGHT_SHARED is not set");
        return;
    };
    let file = Path::new(&shared).join("golden/corner-cases.jsonl");
    let text = std::fs::read_to_string(file).unwrap();
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = format!(
            "{}/{}",
            case["group"].as_str().unwrap(),
            case["name"].as_str().unwrap()
        );
        let mut sources = Sources::new();
        let id = sources.add(name.clone(), case["yaml"].as_str().unwrap());
        let (documents, diagnostics) = read(&sources, id);
        let refused = documents.iter().any(|d| d.faulty);
        let theirs = case["trees"].is_null() || case["error"].is_string();
        if refused != theirs || std::env::var_os("ALL").is_some() {
            println!(
                "{} {name:?} ({})",
                if refused { "REFUSED" } else { "read" },
                if theirs { "ref ERR" } else { "ref ok" }
            );
            for d in &diagnostics {
                println!(
                    "    {} {} `{}` {:?} {:?}",
                    d.severity.as_str(),
                    d.code,
                    sources.text(d.span().unwrap()),
                    d.message,
                    d.help
                );
            }
        }
        let _ = Severity::Error;
    }
}
