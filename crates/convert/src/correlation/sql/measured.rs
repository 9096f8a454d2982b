//! The numbers of windows, for no engine in particular.

use super::question::{Judged, Measure, Question};
use super::script::{Script, Spacing, joined};
use super::timeline::Timeline;
use crate::print::fill;
use sigwright_ir::hints::Refire;
use sigwright_ir::pred::Comparison;
use std::collections::BTreeSet;

/// One correlation on its way from observations to alerts.
pub(super) struct Windows<'q> {
    pub question: &'q Question<'q>,
    pub timeline: &'q Timeline,
    pub comparisons: fn(Comparison) -> &'static str,
    /// The columns of the group and the term; one at least.
    pub keys: Vec<String>,
    /// Observations tell in the column `e` whether they are of a new event.
    pub tells_events: bool,
}

impl Windows<'_> {
    /// The step with a row for each alert: the keys, when its window begins (`f`) and when it
    /// alerts (`t`), and the measures.
    pub fn alerts(&self, observed: &str, script: &mut Script) -> String {
        let measured = match (&self.question.judged, self.percentile()) {
            (Judged::Closed, _) => self.closed(observed, script),
            (_, Some((column, p))) => self.sliding_percentile(observed, column, p, script),
            (_, None) => self.sliding(observed, script),
        };
        let now = self.condition(&self.question.condition, "m");
        let (keys, span) = (self.keys(""), self.question.span);
        let values = self.values();
        let (refire, grows) = match self.question.judged {
            Judged::Closed => {
                let body = format!("SELECT {keys}, f, t, {values} FROM {measured} WHERE {now}");
                return script.add("alerts", body);
            }
            Judged::Before => {
                let body = format!(
                    "SELECT {keys}, t - {span} AS f, t, {values} FROM {measured} WHERE {now}"
                );
                return script.add("alerts", body);
            }
            Judged::Becoming { refire, grows } => (refire, grows),
        };
        let before = self.condition(&self.question.condition, "b");
        let judged = script.add(
            "judged",
            format!(
                "SELECT {keys}, t, {values}, CASE WHEN {now} THEN 1 ELSE 0 END AS holds, \
                 CASE WHEN {before} THEN 1 ELSE 0 END AS held FROM {measured}{}",
                self.instants_only()
            ),
        );
        // what only grows held at the last instant where it held just before this one
        let judged = match grows {
            true => judged,
            false => script.add(
                "followed",
                format!(
                    "SELECT {keys}, t, {values}, holds, CASE WHEN held = 1 AND MAX(holds) OVER (\
                     PARTITION BY {keys} ORDER BY t ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING) = 1 \
                     THEN 1 ELSE 0 END AS held FROM {judged}"
                ),
            ),
        };
        let select = format!("SELECT {keys}, t - {span} AS f, t, {values}");
        match refire {
            Refire::Once => script.add(
                "alerts",
                format!("{select} FROM {judged} WHERE holds = 1 AND held = 0"),
            ),
            Refire::Always => {
                script.add("alerts", format!("{select} FROM {judged} WHERE holds = 1"))
            }
            Refire::After(distance) => {
                let holding = script.add(
                    "holding",
                    format!(
                        "{select}, CASE WHEN held = 1 THEN 0 ELSE 1 END AS fresh \
                         FROM {judged} WHERE holds = 1"
                    ),
                );
                script.spaced(
                    "alerts",
                    self.timeline,
                    &Spacing {
                        rows: &holding,
                        columns: &format!("{keys}, f, t, {values}, fresh"),
                        group: &self.keys,
                        order: &[],
                        distance: distance / 1_000,
                        fresh: Some("fresh"),
                    },
                )
            }
        }
    }

    /// The columns of alerts.
    pub fn columns(&self) -> String {
        format!("{}, f, t, {}", self.keys(""), self.values())
    }

    /// The keys, as columns of a step.
    fn keys(&self, of: &str) -> String {
        let keys = self.keys.iter().map(|key| format!("{of}{key}"));
        keys.collect::<Vec<_>>().join(", ")
    }

    fn values(&self) -> String {
        let values = 0..self.question.measures.len();
        let values = values.map(|index| format!("m{index}"));
        values.collect::<Vec<_>>().join(", ")
    }

    fn percentile(&self) -> Option<(usize, f64)> {
        self.question.measures.iter().find_map(|m| match m {
            Measure::Percentile(column, p) => Some((*column, *p)),
            _ => None,
        })
    }

    fn distinct(&self) -> impl Iterator<Item = (usize, &[usize])> {
        let measures = self.question.measures.iter().enumerate();
        measures.filter_map(|(index, measure)| match measure {
            Measure::Distinct(columns) => Some((index, columns.as_slice())),
            _ => None,
        })
    }

    /// Where there are rows of times at which nothing was observed.
    fn instants_only(&self) -> &'static str {
        match self.distinct().next() {
            Some(_) => " WHERE o = 1",
            None => "",
        }
    }

    /// A row for each instant of a group.
    fn moments(&self, observed: &str, script: &mut Script) -> String {
        let keys = self.keys("");
        script.add(
            "instants",
            format!("SELECT DISTINCT {keys}, t FROM {observed}"),
        )
    }

    /// The same, with what it adds to the measures.
    fn instants(&self, observed: &str, script: &mut Script) -> String {
        let keys = self.keys("");
        let mut columns = vec![keys.clone(), "t".to_owned()];
        for (index, measure) in self.question.measures.iter().enumerate() {
            let part = match measure {
                Measure::Events(None) if self.tells_events => "SUM(e)".to_owned(),
                Measure::Events(None) => "COUNT(*)".to_owned(),
                Measure::Events(Some(r)) => format!("SUM(CASE WHEN r = {r} THEN 1 ELSE 0 END)"),
                Measure::Sum(column) => format!("SUM(x{column})"),
                Measure::Avg(column) => {
                    columns.push(format!("COUNT(x{column}) AS q{index}"));
                    format!("SUM(x{column})")
                }
                Measure::Min(column) => format!("MIN(x{column})"),
                Measure::Max(column) => format!("MAX(x{column})"),
                Measure::Distinct(_) | Measure::Percentile(..) | Measure::Run(_) => continue,
            };
            columns.push(format!("{part} AS p{index}"));
        }
        let steps: BTreeSet<usize> = self
            .question
            .runs()
            .into_iter()
            .flatten()
            .copied()
            .collect();
        for step in steps {
            columns.push(format!(
                "SUM(CASE WHEN r = {step} THEN 1 ELSE 0 END) AS c{step}"
            ));
        }
        let columns = columns.join(", ");
        script.add(
            "instants",
            format!("SELECT {columns} FROM {observed} GROUP BY {keys}, t"),
        )
    }

    /// The columns that [`Windows::instants`] makes for measures.
    fn parts(&self) -> Vec<String> {
        let measures = self.question.measures.iter().enumerate();
        let parts = measures.flat_map(|(index, measure)| match measure {
            Measure::Distinct(_) | Measure::Percentile(..) | Measure::Run(_) => Vec::new(),
            Measure::Avg(_) => vec![format!("q{index}"), format!("p{index}")],
            _ => vec![format!("p{index}")],
        });
        parts.collect()
    }

    /// Measures `m…` of the time up to each instant, and `b…` of the same without the instant.
    fn sliding(&self, observed: &str, script: &mut Script) -> String {
        let instants = self.instants(observed, script);
        let instants = self.runs(instants, script);
        let instants = self.changes(observed, instants, script);
        let (keys, span) = (self.keys(""), self.question.span);
        let prior = matches!(self.question.judged, Judged::Before);
        let mut columns = vec![keys.clone(), "t".to_owned()];
        if self.distinct().next().is_some() {
            columns.push("o".to_owned());
        }
        for (index, measure) in self.question.measures.iter().enumerate() {
            if !prior {
                let now = self.over(index, measure, "w_now", "w_upto");
                columns.push(format!("{now} AS m{index}"));
            }
            let before = match measure {
                Measure::Distinct(_) => {
                    format!("(SUM(u{index} - d{index}) OVER w_upto) - u{index}")
                }
                _ => self.over(index, measure, "w_before", "w_until"),
            };
            let name = if prior { 'm' } else { 'b' };
            columns.push(format!("{before} AS {name}{index}"));
        }
        let columns = columns.join(", ");
        let mut windows = String::new();
        let frames = [
            (
                "w_now",
                format!("RANGE BETWEEN {span} PRECEDING AND CURRENT ROW"),
            ),
            (
                "w_before",
                format!("RANGE BETWEEN {span} PRECEDING AND 1 PRECEDING"),
            ),
            ("w_upto", UPTO.to_owned()),
            ("w_until", UNTIL.to_owned()),
        ];
        for (name, frame) in frames {
            if columns.contains(name) {
                windows.push_str(if windows.is_empty() {
                    "\n  WINDOW "
                } else {
                    ",\n    "
                });
                windows.push_str(&format!(
                    "{name} AS (PARTITION BY {keys} ORDER BY t {frame})"
                ));
            }
        }
        script.add(
            "measured",
            format!("SELECT {columns} FROM {instants}{windows}"),
        )
    }

    /// A measure over a frame; one that tells of all time so far has another frame.
    fn over(&self, index: usize, measure: &Measure, frame: &str, whole: &str) -> String {
        let span = self.question.span;
        match measure {
            Measure::Events(_) => format!("COALESCE(SUM(p{index}) OVER {frame}, 0)"),
            Measure::Sum(_) => format!("SUM(p{index}) OVER {frame}"),
            Measure::Avg(_) => self.mean(
                &format!("SUM(p{index}) OVER {frame}"),
                &format!("SUM(q{index}) OVER {frame}"),
            ),
            Measure::Min(_) => format!("MIN(p{index}) OVER {frame}"),
            Measure::Max(_) => format!("MAX(p{index}) OVER {frame}"),
            Measure::Distinct(_) => format!("SUM(u{index} - d{index}) OVER {whole}"),
            Measure::Run(steps) => {
                let run = self.run(steps);
                format!("CASE WHEN MAX(s{run}) OVER {whole} >= t - {span} THEN 1 ELSE 0 END")
            }
            // has a way of its own
            Measure::Percentile(..) => "NULL".to_owned(),
        }
    }

    fn mean(&self, sum: &str, count: &str) -> String {
        let sum = fill(self.timeline.real, &[("value", sum)]);
        format!("{sum} / NULLIF({count}, 0)")
    }

    fn run(&self, steps: &[usize]) -> usize {
        let runs = self.question.runs();
        runs.iter().position(|run| *run == steps).unwrap_or(0)
    }

    /// How many different values there are changes where one comes that was not there, and
    /// where one has not come again for a `timespan`: `u…` and `d…` say how many do.
    fn changes(&self, observed: &str, instants: String, script: &mut Script) -> String {
        if self.distinct().next().is_none() {
            return instants;
        }
        let (keys, span) = (self.keys(""), self.question.span);
        let parts = self.parts();
        let nothing = self.distinct();
        let nothing = nothing.map(|(index, _)| format!(", 0 AS u{index}, 0 AS d{index}"));
        let nothing: String = nothing.collect();
        let own: String = parts.iter().map(|part| format!(", {part}")).collect();
        let none: String = parts
            .iter()
            .map(|part| format!(", NULL AS {part}"))
            .collect();
        let mut all = vec![format!(
            "SELECT {keys}, t, 1 AS o{own}{nothing} FROM {instants}"
        )];
        for (index, columns) in self.distinct() {
            let values: Vec<String> = columns.iter().map(|c| format!("x{c}")).collect();
            let there: Vec<String> = values.iter().map(|x| format!("{x} IS NOT NULL")).collect();
            let (values, there) = (values.join(", "), there.join(" AND "));
            let seen = script.add(
                "seen",
                format!("SELECT DISTINCT {keys}, {values}, t FROM {observed} WHERE {there}"),
            );
            let near = script.add(
                "near",
                format!(
                    "SELECT {keys}, t, \
                     COUNT(*) OVER (PARTITION BY {keys}, {values} ORDER BY t RANGE BETWEEN {span} PRECEDING AND 1 PRECEDING) AS earlier, \
                     COUNT(*) OVER (PARTITION BY {keys}, {values} ORDER BY t RANGE BETWEEN 1 FOLLOWING AND {span} FOLLOWING) AS later \
                     FROM {seen}"
                ),
            );
            // each is asked twice, but named once: some engines read a step anew for each name
            let values = self.distinct().map(|(other, _)| match other == index {
                true => format!(", 1 - ends.e AS u{other}, ends.e AS d{other}"),
                false => format!(", 0 AS u{other}, 0 AS d{other}"),
            });
            all.push(format!(
                "SELECT {keys}, t + ends.e * ({span} + 1) AS t, 0 AS o{none}{} FROM {near} \
                 CROSS JOIN (SELECT 0 AS e UNION ALL SELECT 1 AS e) ends \
                 WHERE CASE WHEN ends.e = 0 THEN earlier ELSE later END = 0",
                values.collect::<String>()
            ));
        }
        let all = script.add("events", all.join("\n  UNION ALL "));
        let own: String = parts.iter().map(|p| format!(", MAX({p}) AS {p}")).collect();
        let sums: String = self
            .distinct()
            .map(|(index, _)| format!(", SUM(u{index}) AS u{index}, SUM(d{index}) AS d{index}"))
            .collect();
        script.add(
            "changes",
            format!("SELECT {keys}, t, MAX(o) AS o{own}{sums} FROM {all} GROUP BY {keys}, t"),
        )
    }

    /// Adds to instants, for each order of references that is looked for and each of its
    /// beginnings, when the latest that is complete by then began: `s…`, and `b…` without the
    /// instant itself. What is of one instant may stand in any order.
    fn runs(&self, instants: String, script: &mut Script) -> String {
        let keys = self.keys("");
        let runs = self.question.runs();
        let mut step = instants;
        let deepest = runs.last().map_or(0, |run| run.len());
        for length in 1..=deepest {
            let mut before = String::new();
            let mut starts = String::new();
            for (index, run) in runs.iter().enumerate() {
                if run.len() + 1 == length {
                    before.push_str(&format!(
                        ", MAX(s{index}) OVER (PARTITION BY {keys} ORDER BY t {UNTIL}) AS b{index}"
                    ));
                }
                if run.len() == length {
                    starts.push_str(&format!(", {} AS s{index}", self.start(run)));
                }
            }
            if length > 1 {
                step = script.add("begun", format!("SELECT *{before} FROM {step}"));
            }
            step = script.add("runs", format!("SELECT *{starts} FROM {step}"));
        }
        step
    }

    /// When a run that ends at an instant began: the more of it the instant holds, the later.
    fn start(&self, run: &[usize]) -> String {
        let mut cases = String::from("CASE");
        for from in 0..run.len() {
            let rest = run.get(from..).unwrap_or_default();
            let steps: BTreeSet<usize> = rest.iter().copied().collect();
            let enough = steps.iter().map(|step| {
                let wanted = rest.iter().filter(|other| *other == step).count();
                format!("c{step} >= {wanted}")
            });
            let enough: Vec<String> = enough.collect();
            let start = match run.get(..from) {
                None | Some([]) => "t".to_owned(),
                Some(begun) => format!("b{}", self.run(begun)),
            };
            cases.push_str(&format!(" WHEN {} THEN {start}", enough.join(" AND ")));
        }
        cases.push_str(" END");
        cases
    }

    /// Each number is ranked among those of its window.
    fn sliding_percentile(
        &self,
        observed: &str,
        column: usize,
        p: f64,
        script: &mut Script,
    ) -> String {
        let instants = self.moments(observed, script);
        let span = self.question.span;
        let windowed = script.add(
            "windowed",
            format!(
                "SELECT {}, i.t AS t, o.x{column} AS x, CASE WHEN o.t < i.t THEN 1 ELSE 0 END AS earlier \
                 FROM {instants} i JOIN {observed} o ON {} WHERE o.t BETWEEN i.t - {span} AND i.t",
                self.named("i."),
                joined("i", "o", &self.keys)
            ),
        );
        let keys = self.keys("");
        let ranked = script.add(
            "ranked",
            format!(
                "SELECT {keys}, t, x, earlier, \
                 COUNT(*) OVER (PARTITION BY {keys}, t ORDER BY x) AS below, \
                 COUNT(*) OVER (PARTITION BY {keys}, t) AS among, \
                 SUM(earlier) OVER (PARTITION BY {keys}, t ORDER BY x) AS below_earlier, \
                 SUM(earlier) OVER (PARTITION BY {keys}, t) AS among_earlier FROM {windowed}"
            ),
        );
        script.add(
            "measured",
            format!(
                "SELECT {keys}, t, MIN(CASE WHEN below * 100 >= {p} * among THEN x END) AS m0, \
                 MIN(CASE WHEN earlier = 1 AND below_earlier * 100 >= {p} * among_earlier THEN x END) AS b0 \
                 FROM {ranked} GROUP BY {keys}, t"
            ),
        )
    }

    fn named(&self, of: &str) -> String {
        let keys = self.keys.iter().map(|key| format!("{of}{key} AS {key}"));
        keys.collect::<Vec<_>>().join(", ")
    }

    /// Measures of windows that open at the first observation outside of the last one.
    fn closed(&self, observed: &str, script: &mut Script) -> String {
        let span = self.question.span;
        let runs = self.question.runs();
        let ordered = !runs.is_empty();
        let instants = match ordered {
            true => self.instants(observed, script),
            false => self.moments(observed, script),
        };
        let opened = script.spaced(
            "opened",
            self.timeline,
            &Spacing {
                rows: &instants,
                columns: &format!("{}, t", self.keys("")),
                group: &self.keys,
                order: &[],
                distance: span + 1,
                fresh: None,
            },
        );
        let from = match ordered {
            true => self.runs(instants, script),
            false => observed.to_owned(),
        };
        let mut columns = vec![self.named("o."), "w.t AS f".to_owned()];
        match ordered {
            true => {
                columns.extend(
                    self.parts()
                        .iter()
                        .map(|part| format!("o.{part} AS {part}")),
                );
                columns.extend((0..runs.len()).map(|run| format!("o.s{run} AS s{run}")));
            }
            false => {
                let measured = 0..self.question.columns.len();
                columns.extend(measured.map(|c| format!("o.x{c} AS x{c}")));
                if self.question.tells_references() {
                    columns.push("o.r AS r".to_owned());
                }
                if self.tells_events {
                    columns.push("o.e AS e".to_owned());
                }
            }
        }
        for (index, tuple) in self.distinct() {
            let values: Vec<String> = tuple.iter().map(|c| format!("o.x{c}")).collect();
            let there: Vec<String> = values.iter().map(|x| format!("{x} IS NOT NULL")).collect();
            columns.push(format!(
                "CASE WHEN {} AND ROW_NUMBER() OVER (PARTITION BY {}, w.t, {} ORDER BY o.t) = 1 \
                 THEN 1 ELSE 0 END AS d{index}",
                there.join(" AND "),
                self.keys("o."),
                values.join(", "),
            ));
        }
        let mut windowed = script.add(
            "windowed",
            format!(
                "SELECT {} FROM {from} o JOIN {opened} w ON {} WHERE o.t BETWEEN w.t AND w.t + {span}",
                columns.join(", "),
                joined("o", "w", &self.keys)
            ),
        );
        let keys = self.keys("");
        if let Some((column, _)) = self.percentile() {
            windowed = script.add(
                "ranked",
                format!(
                    "SELECT {keys}, f, x{column}, \
                     COUNT(*) OVER (PARTITION BY {keys}, f ORDER BY x{column}) AS below, \
                     COUNT(*) OVER (PARTITION BY {keys}, f) AS among FROM {windowed}"
                ),
            );
        }
        let measures = self.question.measures.iter().enumerate();
        let measures = measures.map(|(index, measure)| {
            let whole = self.whole(index, measure, ordered);
            format!(", {whole} AS m{index}")
        });
        let measures: String = measures.collect();
        script.add(
            "measured",
            format!(
                "SELECT {keys}, f, f + {span} AS t{measures} FROM {windowed} GROUP BY {keys}, f"
            ),
        )
    }

    /// A measure of a whole window.
    fn whole(&self, index: usize, measure: &Measure, ordered: bool) -> String {
        match measure {
            Measure::Events(_) if ordered => format!("SUM(p{index})"),
            Measure::Events(None) if self.tells_events => "SUM(e)".to_owned(),
            Measure::Events(None) => "COUNT(*)".to_owned(),
            Measure::Events(Some(r)) => format!("SUM(CASE WHEN r = {r} THEN 1 ELSE 0 END)"),
            Measure::Distinct(_) => format!("SUM(d{index})"),
            Measure::Sum(x) => format!("SUM(x{x})"),
            Measure::Avg(x) => self.mean(&format!("SUM(x{x})"), &format!("COUNT(x{x})")),
            Measure::Min(x) => format!("MIN(x{x})"),
            Measure::Max(x) => format!("MAX(x{x})"),
            Measure::Percentile(x, p) => {
                format!("MIN(CASE WHEN below * 100 >= {p} * among THEN x{x} END)")
            }
            Measure::Run(steps) => {
                format!("CASE WHEN MAX(s{}) >= f THEN 1 ELSE 0 END", self.run(steps))
            }
        }
    }
}

/// The frame of all time so far.
const UPTO: &str = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
/// The same without the instant itself.
const UNTIL: &str = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING";
