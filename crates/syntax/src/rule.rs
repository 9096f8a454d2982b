//! Detection rules: `logsource` and `detection`.

use crate::ast::{LogSource, Rule};
use crate::diagnostic::Diagnostic;
use crate::reader::Reader;
use crate::span::{Span, Spanned};
use crate::yaml::Node;

impl Reader<'_> {
    /// The body of a detection rule; `whole` is the document.
    pub fn rule(
        &mut self,
        logsource: Option<(Spanned<String>, Node)>,
        detection: Option<(Spanned<String>, Node)>,
        whole: Span,
    ) -> Rule {
        let logsource = self.logsource(logsource, whole);
        let read = detection.and_then(|(key, node)| {
            let (entries, span) = self.map("detection", node)?;
            Some(self.detection(&key, entries, span))
        });
        Rule {
            logsource,
            detection: read.unwrap_or_else(|| crate::ast::Detection {
                selections: Default::default(),
                conditions: Vec::new(),
                span: whole,
            }),
        }
    }

    /// `logsource`, mandatory with at least one of its three attributes.
    pub fn logsource(&mut self, entry: Option<(Spanned<String>, Node)>, whole: Span) -> LogSource {
        let mut logsource = LogSource::default();
        let Some((key, node)) = entry else {
            self.report(
                Diagnostic::error(
                    "missing-logsource",
                    whole.slice(0, first_line(self.raw(whole))),
                    "`logsource` is missing",
                )
                .help("say which log is read: `product`, `category`, `service`"),
            );
            return logsource;
        };
        let Some((entries, span)) = self.map("logsource", node) else {
            return logsource;
        };
        logsource.span = Some(span);
        let mut said = false;
        for (key, node) in entries {
            let slot = match key.value.as_str() {
                "product" => &mut logsource.product,
                "category" => &mut logsource.category,
                "service" => &mut logsource.service,
                "definition" => {
                    logsource.definition = self.prose("definition", node);
                    continue;
                }
                _ => continue,
            };
            said = true;
            *slot = self.text(&key.value, node);
        }
        if !said {
            self.report(
                Diagnostic::error("missing-logsource", key.span, "`logsource` names no log")
                    .help("add at least one of `product`, `category` and `service`"),
            );
        }
        logsource
    }
}

/// Length of the first line.
pub(crate) fn first_line(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}
