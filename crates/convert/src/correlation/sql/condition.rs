//! Conditions on measures, and numbers made of them, as SQL.

use super::measured::Windows;
use super::question::{Condition, Measure, Number};

impl Windows<'_> {
    /// A condition on the measures that are called so.
    pub(super) fn condition(&self, condition: &Condition, name: &str) -> String {
        let each = |parts: &[Condition], link: &str, none: &str| match parts {
            [] => none.to_owned(),
            [one] => self.condition(one, name),
            parts => {
                let parts = parts.iter().map(|part| self.condition(part, name));
                format!("({})", parts.collect::<Vec<_>>().join(link))
            }
        };
        match condition {
            Condition::And(parts) => each(parts, " AND ", "1 = 1"),
            Condition::Or(parts) => each(parts, " OR ", "1 = 0"),
            Condition::Not(part) => format!("NOT {}", self.condition(part, name)),
            Condition::Compare(number, comparison, bound) => {
                let sign = (self.comparisons)(*comparison);
                let compared = format!("{} {sign} {bound}", self.number(number, name));
                match number {
                    Number::Of(index)
                        if self
                            .question
                            .measures
                            .get(*index)
                            .is_some_and(Measure::may_lack) =>
                    {
                        format!("COALESCE({compared}, FALSE)")
                    }
                    _ => format!("({compared})"),
                }
            }
        }
    }

    /// A number made of the measures that are called so.
    pub fn number(&self, number: &Number, name: &str) -> String {
        match number {
            Number::Of(index) => format!("{name}{index}"),
            Number::Present(measures) => {
                let each = measures
                    .iter()
                    .map(|m| format!("CASE WHEN {name}{m} > 0 THEN 1 ELSE 0 END"));
                each.collect::<Vec<_>>().join(" + ")
            }
            Number::Longest(weighed) => {
                let each = weighed
                    .iter()
                    .map(|(weight, m)| format!(" WHEN {name}{m} > 0 THEN {weight}"));
                format!("CASE{} ELSE 0 END", each.collect::<String>())
            }
        }
    }
}
