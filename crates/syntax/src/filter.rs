//! Filters: `logsource`, the rules they are for, and a detection.
//!
//! Source: filters specification; `rules: any` is from the draft of 2.2.

use crate::ast::{Detection, Filter, FilterRules};
use crate::diagnostic::Diagnostic;
use crate::reader::Reader;
use crate::span::{Span, Spanned};
use crate::yaml::Node;

impl Reader<'_> {
    /// The body of a filter; `whole` is the document.
    pub fn filter(
        &mut self,
        key: &Spanned<String>,
        node: Node,
        logsource: Option<(Spanned<String>, Node)>,
        whole: Span,
    ) -> Filter {
        let logsource = self.logsource(logsource, whole);
        let mut filter = Filter {
            logsource,
            rules: FilterRules::Listed(Vec::new()),
            detection: Detection {
                selections: Default::default(),
                conditions: Vec::new(),
                span: whole,
            },
        };
        let Some((mut entries, span)) = self.map("filter", node) else {
            return filter;
        };
        let rules = entries.iter().position(|(key, _)| key.value == "rules");
        match rules.map(|at| entries.remove(at)) {
            Some((key, node)) => filter.rules = self.filter_rules(&key, node),
            None => self.report(
                Diagnostic::error("missing-rules", key.span, "`filter` names no rules")
                    .help("list ids or names under `rules:`, or write `rules: any`"),
            ),
        }
        if let Some((_, node @ Node::Sequence(..))) =
            entries.iter().find(|(key, _)| key.value == "condition")
        {
            self.report(
                Diagnostic::error(
                    "wrong-type",
                    node.span(),
                    "a filter has one condition, not a list",
                )
                .help("join them with `or`"),
            );
        }
        filter.detection = self.detection(key, entries, span);
        filter
    }

    fn filter_rules(&mut self, key: &Spanned<String>, node: Node) -> FilterRules {
        if let Node::Scalar { text, .. } = &node
            && text.eq_ignore_ascii_case("any")
        {
            return FilterRules::Any;
        }
        if matches!(&node, Node::Sequence(items, _) if items.is_empty()) {
            self.report(
                Diagnostic::error("missing-rules", key.span, "`rules` lists no rule")
                    .help("for all rules of the log source write `rules: any`"),
            );
        }
        FilterRules::Listed(self.text_list("rules", node))
    }
}
