//! Rules and events in memory, for looking at the stages one by one.

use crate::corpus::Corpus;
use sigwright_engine::{Program, ProgramOptions};
use sigwright_events::Decoder;
use sigwright_ir::RuleSet;
use sigwright_sample::{KubernetesLog, Options};
use sigwright_syntax::Sources;
use std::path::Path;
use std::sync::Arc;

/// The rules to measure with: the public ones where `SIGWRIGHT_SHARED` says, else those shipped.
///
/// # Errors
/// Where they cannot be read.
pub fn corpus() -> Result<Corpus, crate::Trouble> {
    match std::env::var_os("SIGWRIGHT_SHARED") {
        Some(shared) => Corpus::read(&Path::new(&shared).join("corpus/sigmahq"), "SigmaHQ"),
        None => {
            let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
            Corpus::read(&shipped, "the rules shipped")
        }
    }
}

/// Reads and lowers rule texts; what has an error is left out.
pub fn rule_set(texts: &[String]) -> Arc<RuleSet> {
    let mut sources = Sources::new();
    let mut documents = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let id = sources.add(format!("{at}.yml"), text.clone());
        documents.extend(sigwright_syntax::read(&sources, id).0);
    }
    let (set, _) = sigwright_ir::lower(&documents, &sigwright_ir::Context::default());
    Arc::new(set)
}

/// The decoder and the program for a rule set.
pub fn program(set: &Arc<RuleSet>) -> (Decoder, Program) {
    let decoder = Decoder::new(set.exprs.field_names().map(|(_, name)| name));
    let origins = sigwright_events::origins(None);
    (
        decoder,
        Program::compile(Arc::clone(set), origins, ProgramOptions::default()),
    )
}

/// So many lines of a generated Kubernetes audit log.
pub fn log(events: u64) -> Vec<String> {
    let options = Options {
        events,
        seed: 7,
        ..Options::default()
    };
    let mut text = Vec::new();
    if let Ok(mut log) = KubernetesLog::new(options) {
        while log.write_line(&mut text) {}
    }
    String::from_utf8_lossy(&text)
        .lines()
        .map(str::to_owned)
        .collect()
}
