use crate::cx::FileCx;
use crate::logsources;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Body, Document};

pub static LINT: Lint = Lint {
    name: "filename-prefix",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "the name of a rule file does not begin as its log source asks",
    page: "\
Files of the public rules begin with their log source: `proc_creation_win_` for process starts on Windows,
`kubernetes_audit_` for Kubernetes. Files with a correlation begin with `correlation_`.",
    check: Check::File(check),
};

fn check(cx: &FileCx<'_>, sink: &mut Sink<'_>) {
    let path = cx.path();
    let name = path.rsplit('/').next().unwrap_or_default();
    let documents = cx.documents();
    let correlation = documents
        .iter()
        .find(|d| matches!(d.body, Body::Correlation(_)));
    if let Some(document) = correlation {
        report(document, name, "correlation_", sink);
        return;
    }
    for document in documents {
        let Body::Rule(rule) = &document.body else {
            continue;
        };
        let known = logsources::known(&rule.logsource).filter(|known| !known.prefix.is_empty());
        let known = known.or_else(|| logsources::of_product(&rule.logsource));
        if let Some(known) = known {
            report(document, name, known.prefix, sink);
        }
    }
}

fn report(document: &Document, name: &str, prefix: &str, sink: &mut Sink<'_>) {
    if !name.starts_with(prefix) {
        let message = format!("`{name}` does not begin with `{prefix}`");
        sink.report(at(document.span.slice(0, 1), message).help("rename the file"));
    }
}
