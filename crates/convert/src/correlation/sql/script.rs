//! A query in steps, each with a name, of which later ones make use.

use super::timeline::{Follow, Timeline};
use crate::print::fill;

/// The steps so far.
#[derive(Debug, Default)]
pub(super) struct Script {
    steps: Vec<(String, String)>,
    recursive: bool,
}

/// Which rows [`Script::spaced`] keeps.
pub(super) struct Spacing<'s> {
    /// The step the rows are from; each has a time `t`.
    pub rows: &'s str,
    /// Its columns.
    pub columns: &'s str,
    /// The columns that make a group, of which there is one at least.
    pub group: &'s [String],
    /// The columns that tell rows of one group and time apart.
    pub order: &'s [String],
    /// How much later than the last row that was kept the next must be, in microseconds.
    pub distance: i64,
    /// A column that is 1 where a row is kept however close it is.
    pub fresh: Option<&'s str>,
}

impl Script {
    /// Adds a step under a name that is free, which it gives.
    pub fn add(&mut self, name: &str, body: String) -> String {
        let taken = |name: &str| self.steps.iter().any(|(other, _)| other == name);
        let mut free = name.to_owned();
        let mut number = 1;
        while taken(&free) {
            number += 1;
            free = format!("{name}_{number}");
        }
        self.steps.push((free.clone(), body));
        free
    }

    /// Keeps the first row of each group, and then each that is so much later than the last one
    /// kept.
    pub fn spaced(&mut self, name: &str, timeline: &Timeline, spacing: &Spacing<'_>) -> String {
        let Spacing {
            rows,
            columns,
            distance,
            ..
        } = spacing;
        let by = spacing.group.join(", ");
        let order = std::iter::once("t").chain(spacing.order.iter().map(String::as_str));
        let order = order.collect::<Vec<_>>().join(", ");
        let reach = distance - 1;
        let numbered = self.add(
            "numbered",
            format!(
                "SELECT {columns}, ROW_NUMBER() OVER (PARTITION BY {by} ORDER BY {order}) AS n, \
                 COUNT(*) OVER (PARTITION BY {by} ORDER BY t RANGE BETWEEN CURRENT ROW AND {reach} FOLLOWING) AS near \
                 FROM {rows}"
            ),
        );
        let linked = match spacing.fresh {
            None => self.add(
                "linked",
                format!("SELECT {columns}, n, n + near AS next FROM {numbered}"),
            ),
            Some(fresh) => {
                let ahead = self.add(
                    "ahead",
                    format!(
                        "SELECT {columns}, n, near, MIN(CASE WHEN {fresh} = 1 THEN n END) OVER (PARTITION BY {by} ORDER BY n \
                         ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS fresh_n FROM {numbered}"
                    ),
                );
                self.add(
                    "linked",
                    format!(
                        "SELECT {columns}, n, CASE WHEN fresh_n < n + near THEN fresh_n ELSE n + near END AS next \
                         FROM {ahead}"
                    ),
                )
            }
        };
        let same = joined("r", "s", spacing.group);
        let kept = of("r", columns.split(", "));
        match timeline.follow {
            Follow::Recursive => {
                self.recursive = true;
                let reached = self.add(
                    name,
                    format!("SELECT {columns}, n, next FROM {linked} WHERE n = 1"),
                );
                if let Some((_, body)) = self.steps.last_mut() {
                    body.push_str(&format!(
                        " UNION ALL SELECT {kept}, r.n, r.next FROM {linked} r \
                         JOIN {reached} s ON {same} AND r.n = s.next"
                    ));
                }
                reached
            }
            Follow::Folded { reached, among } => {
                let steps = self.add(
                    "reached",
                    format!("SELECT {by}, {reached} AS reached FROM {linked} GROUP BY {by}"),
                );
                let among = fill(among, &[("reached", "s.reached"), ("n", "r.n")]);
                self.add(
                    name,
                    format!("SELECT {kept} FROM {linked} r JOIN {steps} s ON {same} WHERE {among}"),
                )
            }
        }
    }

    /// The whole query, `last` after the steps.
    pub fn finish(self, last: &str) -> String {
        let steps = self.steps.iter();
        let steps: Vec<String> = steps
            .map(|(name, body)| format!("{name} AS (\n  {body}\n)"))
            .collect();
        let recursive = if self.recursive { " RECURSIVE" } else { "" };
        format!("WITH{recursive} {}\n{last}", steps.join(", "))
    }
}

/// Columns of one of several steps.
fn of<'c>(alias: &str, columns: impl Iterator<Item = &'c str>) -> String {
    let columns = columns.map(|column| format!("{alias}.{column} AS {column}"));
    columns.collect::<Vec<_>>().join(", ")
}

/// That two rows are of one group.
pub(super) fn joined(a: &str, b: &str, keys: &[String]) -> String {
    let same = keys.iter().map(|key| format!("{a}.{key} = {b}.{key}"));
    same.collect::<Vec<_>>().join(" AND ")
}
