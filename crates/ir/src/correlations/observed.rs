//! What correlations and hints need of the events that rules match.

use super::Work;
use crate::limits::LIMITS;
use crate::lower::Lowering;
use crate::names::Names;
use crate::pred::ExprId;
use indexmap::IndexSet;
use sigwright_syntax::{Diagnostic, Spanned};
use std::collections::HashMap;

/// What is needed of the events below a document.
#[derive(Default)]
struct Needs {
    fields: IndexSet<String>,
    asked: IndexSet<ExprId>,
}

impl Work<'_> {
    /// Works out what each rule's events are asked, from the uppermost correlation down.
    /// `order` has each correlation behind those it refers to.
    pub(super) fn observe(
        &mut self,
        order: &[usize],
        names: &Names<'_>,
        lowering: &mut Lowering<'_>,
    ) {
        let mut needs: HashMap<usize, Needs> = HashMap::new();
        let mut room = LIMITS.observed;
        for index in order.iter().rev() {
            let mut own = needs.remove(index).unwrap_or_default();
            let Some(correlation) = self.correlations.get(index) else {
                continue;
            };
            if let Some(lowered) = self.hints.get(index) {
                own.add(&lowered.hints);
            }
            let plan = &correlation.plan;
            // Rules may be called otherwise in `aliases` than in `rules`.
            let aliases = &correlation.correlation.aliases;
            let aliased: HashMap<(&str, usize), &Spanned<String>> = aliases
                .iter()
                .flat_map(|(alias, fields)| {
                    fields.iter().filter_map(move |(rule, field)| {
                        let [target] = names.find(rule) else {
                            return None;
                        };
                        Some(((alias.as_str(), *target), field))
                    })
                })
                .collect();
            let mut spent = false;
            for (at, (target, reference)) in correlation.references.iter().enumerate() {
                let cost = own.fields.len() + own.asked.len() + 1;
                let Some(left) = room.checked_sub(cost) else {
                    spent = true;
                    lowering.diagnostics.push(
                        Diagnostic::error(
                            "too-many-fields",
                            reference.span,
                            "correlations ask too much of the events below them",
                        )
                        .because(format!("more than {} questions", LIMITS.observed))
                        .help("use fewer correlations, or fewer fields in their hints"),
                    );
                    break;
                };
                room = left;
                let below = needs.entry(*target).or_default();
                below.asked.extend(&own.asked);
                if self.correlations.contains_key(target) {
                    // Its alerts have the fields of its group, and no others.
                    continue;
                }
                for field in &own.fields {
                    let alias = aliased.get(&(field.as_str(), *target));
                    let name = alias.map_or(field, |alias| &alias.value);
                    below.fields.insert(name.clone());
                }
                let keys = plan.group_by.iter().chain(plan.kind.fields());
                let names = keys.filter_map(|key| key.in_reference.get(at));
                below.fields.extend(names.cloned());
            }
            if spent {
                self.correlations.remove(index);
            }
        }
        for (index, rule) in self.rules.iter_mut().enumerate() {
            let Some(rule) = rule else { continue };
            let mut own = needs.remove(&index).unwrap_or_default();
            if let Some(lowered) = self.hints.get(&index) {
                own.add(&lowered.hints);
            }
            rule.observed = own.fields.into_iter().collect();
            rule.asked = own.asked.into_iter().collect();
        }
    }
}

impl Needs {
    fn add(&mut self, hints: &crate::hints::Hints) {
        self.fields.extend(hints.fields().map(str::to_owned));
        self.asked
            .extend(hints.variations.iter().filter_map(|v| v.when));
    }
}
