//! What a correlation observes, as rows: a time `t`, the group's and the term's fields `k…`,
//! the measured ones `x…`, the reference `r` where it matters, and in `e` whether it is of a
//! new event, where several references may match one.

use super::question::{Column, Measure, Question};
use super::script::Script;
use super::timeline::Timeline;
use crate::print::fill;
use std::collections::BTreeSet;
use std::fmt::Write;

/// What one reference gives.
#[derive(Debug)]
pub(super) struct Seen {
    /// A table, or a step.
    pub from: String,
    /// Which of its rows; None for all.
    pub condition: Option<String>,
    /// Their time.
    pub time: String,
    /// Their keys; in nested JSON the queries of their values.
    pub keys: Vec<String>,
    /// Their measured fields; in nested JSON the queries of their values.
    pub columns: Vec<String>,
    /// They are in nested JSON.
    pub nested: bool,
}

impl Seen {
    fn alike(&self, other: &Seen) -> bool {
        self.beside(other) && self.keys == other.keys && self.columns == other.columns
    }

    /// Whether both may match one event.
    fn beside(&self, other: &Seen) -> bool {
        self.from == other.from
            && self.time == other.time
            && self.condition.is_some()
            && other.condition.is_some()
    }
}

/// Adds the step of observations; whether they tell new events. None where rules call a field of
/// nested JSON differently, and one event of both must count once.
pub(super) fn observe(
    question: &Question<'_>,
    seen: &[Seen],
    keys: &[String],
    timeline: &Timeline,
    script: &mut Script,
) -> Option<(String, bool)> {
    let mut left: Vec<usize> = (0..seen.len()).collect();
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    while let Some(first) = left.first().copied() {
        let same = |index: &usize| match (seen.get(first), seen.get(*index)) {
            (Some(a), Some(b)) => first == *index || a.beside(b),
            _ => false,
        };
        let (cluster, rest) = left.into_iter().partition(same);
        clusters.push(cluster);
        left = rest;
    }
    let once = question.counts_events() || question.columns.iter().any(|c| c.numbers);
    let at_once = |cluster: &[usize]| {
        let mut seen = cluster.iter().filter_map(|index| seen.get(*index));
        let first = seen.next();
        !question.tells_references() && first.is_some_and(|a| seen.all(|b| a.alike(b)))
    };
    let apart = |cluster: &Vec<usize>| cluster.len() > 1 && once && !at_once(cluster);
    let many = question.columns.iter().any(|column| !column.needed);
    let many = many && seen.iter().any(|one| one.nested);
    let tells_events = question.counts_events() && (many || clusters.iter().any(apart));
    let mut selects = Vec::new();
    let rows = Rows {
        question,
        keys,
        timeline,
        tells_events,
    };
    for cluster in &clusters {
        let of: Vec<(usize, &Seen)> = cluster
            .iter()
            .filter_map(|index| Some((*index, seen.get(*index)?)))
            .collect();
        if of.iter().any(|(_, one)| one.nested) {
            rows.nested(&of, once, many, &mut selects)?;
        } else if apart(cluster) {
            rows.apart(&of, script, &mut selects);
        } else if at_once(cluster) {
            selects.extend(rows.at_once(&of));
        } else {
            selects.extend(of.iter().map(|(index, one)| {
                rows.select(
                    *index,
                    one,
                    "1",
                    &one.columns,
                    &one.from,
                    one.condition.as_deref(),
                )
            }));
        }
    }
    let mut needed: Vec<String> = std::iter::once("t").map(str::to_owned).collect();
    if !question.keys.is_empty() {
        needed.extend(keys.iter().cloned());
    }
    let measured = question.columns.iter().enumerate();
    let measured = measured.filter(|(_, column)| column.needed);
    needed.extend(measured.map(|(index, _)| format!("x{index}")));
    let needed: Vec<String> = needed.iter().map(|c| format!("{c} IS NOT NULL")).collect();
    let all = selects.join("\n    UNION ALL ");
    let body = format!(
        "SELECT * FROM (\n    {all}\n  ) o WHERE {}",
        needed.join(" AND ")
    );
    Some((script.add("observed", body), tells_events))
}

/// That one of the references matches.
fn either(of: &[(usize, &Seen)]) -> String {
    let conditions: Vec<&str> = of
        .iter()
        .filter_map(|(_, one)| one.condition.as_deref())
        .collect();
    match conditions.as_slice() {
        [one] => (*one).to_owned(),
        several => format!("({})", several.join(") OR (")),
    }
}

/// The columns of observations.
struct Rows<'q> {
    question: &'q Question<'q>,
    keys: &'q [String],
    timeline: &'q Timeline,
    tells_events: bool,
}

/// No reference.
const NONE: &str = "-1";

impl Rows<'_> {
    /// References that need not be told apart: an event is one row.
    fn at_once(&self, of: &[(usize, &Seen)]) -> Option<String> {
        let (index, first) = of.first()?;
        let condition = first.condition.is_some().then(|| either(of));
        let condition = condition.as_deref();
        Some(self.select(*index, first, "1", &first.columns, &first.from, condition))
    }

    /// References whose rows of one event differ: those of later ones are no new event, and add
    /// no numbers, where an earlier one gave the same group some.
    fn apart(&self, of: &[(usize, &Seen)], script: &mut Script, selects: &mut Vec<String>) {
        let Some((_, first)) = of.first() else {
            return;
        };
        let mut matched = String::from("SELECT *");
        for (index, one) in of {
            let condition = one.condition.as_deref().unwrap_or("1 = 1");
            // writing to a string does not fail
            let _ = write!(
                matched,
                ", CASE WHEN {condition} THEN 1 ELSE 0 END AS match_{index}"
            );
        }
        let _ = write!(matched, " FROM {}", first.from);
        let matched = script.add("matched", matched);
        for (place, (index, one)) in of.iter().enumerate() {
            let earlier = of.get(..place).unwrap_or_default();
            let mut before = Vec::new();
            for (other_index, other) in earlier {
                let mut same = vec![format!("match_{other_index} = 1")];
                let keys = other.keys.iter().zip(&one.keys).filter(|(a, b)| a != b);
                same.extend(keys.map(|(a, b)| format!("{a} = {b}")));
                before.push((same.join(" AND "), other));
            }
            let new = match before.is_empty() {
                true => "1".to_owned(),
                false => {
                    let before: Vec<&str> = before.iter().map(|(same, _)| same.as_str()).collect();
                    format!("CASE WHEN {} THEN 0 ELSE 1 END", before.join(" OR "))
                }
            };
            let columns = self.question.columns.iter().enumerate();
            let columns: Vec<String> = columns
                .map(|(at, column): (usize, &Column<'_>)| {
                    let own = one.columns.get(at).map_or("NULL", String::as_str);
                    if !column.numbers || before.is_empty() {
                        return own.to_owned();
                    }
                    let given = before.iter().map(|(same, other)| {
                        let theirs = other.columns.get(at).map_or("NULL", String::as_str);
                        format!("{same} AND {theirs} IS NOT NULL")
                    });
                    let given: Vec<String> = given.collect();
                    format!("CASE WHEN {} THEN NULL ELSE {own} END", given.join(" OR "))
                })
                .collect();
            let condition = format!("match_{index} = 1");
            selects.push(self.select(*index, one, &new, &columns, &matched, Some(&condition)));
        }
    }

    fn select(
        &self,
        reference: usize,
        one: &Seen,
        new: &str,
        measured: &[String],
        from: &str,
        condition: Option<&str>,
    ) -> String {
        let mut columns = vec![format!("{} AS t", one.time)];
        let keys = self.keys.iter().enumerate();
        columns.extend(keys.map(|(at, key)| {
            // without a field there is one group
            let value = one.keys.get(at).map_or("0", String::as_str);
            format!("{value} AS {key}")
        }));
        let measured = measured.iter().enumerate();
        columns.extend(measured.map(|(at, value)| format!("{value} AS x{at}")));
        if self.question.tells_references() {
            columns.push(format!("{reference} AS r"));
        }
        if self.tells_events {
            columns.push(format!("{new} AS e"));
        }
        let whence = condition.map_or_else(String::new, |c| format!(" WHERE {c}"));
        format!("SELECT {} FROM {from}{whence}", columns.join(", "))
    }

    /// References in nested JSON, where a field may have many values. Several measures of one
    /// event stand in rows of their own, so that the values of one do not multiply another's.
    fn nested(
        &self,
        of: &[(usize, &Seen)],
        once: bool,
        many: bool,
        selects: &mut Vec<String>,
    ) -> Option<()> {
        let (_, first) = of.first()?;
        let alike = of.iter().all(|(_, one)| first.alike(one));
        if once && !alike {
            return None;
        }
        let all: Vec<usize> = (0..self.question.columns.len()).collect();
        let tells = self.question.tells_references();
        // where they are alike, an event is one row
        let whole: Vec<(&Seen, String)> = match alike {
            true => vec![(first, either(of))],
            false => of
                .iter()
                .map(|(_, one)| (*one, either(&[(0, one)])))
                .collect(),
        };
        if !many || tells {
            let (new, measured) = if many {
                ("0", &[][..])
            } else {
                ("1", &all[..])
            };
            match tells {
                true => selects.extend(of.iter().map(|(index, one)| {
                    let condition = either(&[(*index, *one)]);
                    self.each(&index.to_string(), one, new, measured, &condition)
                })),
                false => selects.extend(
                    whole
                        .iter()
                        .map(|(one, condition)| self.each(NONE, one, new, measured, condition)),
                ),
            }
        }
        if many {
            let mut sets: BTreeSet<Vec<usize>> = BTreeSet::new();
            for measure in &self.question.measures {
                match measure {
                    Measure::Distinct(columns) => drop(sets.insert(columns.clone())),
                    Measure::Sum(column)
                    | Measure::Avg(column)
                    | Measure::Min(column)
                    | Measure::Max(column) => drop(sets.insert(vec![*column])),
                    Measure::Events(_) | Measure::Percentile(..) | Measure::Run(_) => {}
                }
            }
            for (one, condition) in &whole {
                selects.push(self.each(NONE, one, "1", &[], condition));
                let sets = sets.iter();
                selects.extend(sets.map(|set| self.each(NONE, one, "0", set, condition)));
            }
        }
        Some(())
    }

    /// A row for each combination of values of the keys and of these measured fields.
    fn each(
        &self,
        reference: &str,
        one: &Seen,
        new: &str,
        measured: &[usize],
        condition: &str,
    ) -> String {
        let mut from = one.from.clone();
        let template = self.timeline.each.unwrap_or_default();
        let mut join = |values: &str, distinct: &str, value: &str, alias: &str| {
            from.push_str(&fill(
                template,
                &[
                    ("values", values),
                    ("distinct", distinct),
                    ("value", value),
                    ("alias", alias),
                ],
            ));
            format!("{alias}.value")
        };
        let folded = fill(self.timeline.folded, &[("field", "v")]);
        let mut columns = vec![format!("{} AS t", one.time)];
        for (at, key) in self.keys.iter().enumerate() {
            let value = match one.keys.get(at) {
                Some(values) => join(values, "DISTINCT ", &folded, &format!("j{key}")),
                None => "0".to_owned(),
            };
            columns.push(format!("{value} AS {key}"));
        }
        for (at, column) in self.question.columns.iter().enumerate() {
            let value = match one.columns.get(at).filter(|_| measured.contains(&at)) {
                Some(values) if column.numbers => join(values, "", "v", &format!("jx{at}")),
                Some(values) => join(values, "", &folded, &format!("jx{at}")),
                None => "NULL".to_owned(),
            };
            let value = match column.numbers {
                true => fill(self.timeline.number, &[("field", &value)]),
                // of the same type where it is NULL
                false => fill(self.timeline.folded, &[("field", &value)]),
            };
            columns.push(format!("{value} AS x{at}"));
        }
        if self.question.tells_references() {
            columns.push(format!("{reference} AS r"));
        }
        if self.tells_events {
            columns.push(format!("{new} AS e"));
        }
        format!(
            "SELECT {} FROM {from} WHERE {condition}",
            columns.join(", ")
        )
    }
}
