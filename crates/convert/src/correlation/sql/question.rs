//! What a correlation asks, as numbers of windows and a condition on them: no SQL yet.

use sigwright_ir::CorrelationRule;
use sigwright_ir::correlation::{
    Aggregate, Bounds, KeyField, Kind, Measure as Numbers, Presence, PresenceExpr, StatsExpr,
};
use sigwright_ir::hints::Refire;
use sigwright_ir::pred::Comparison;

/// The most steps of an ordered correlation that may be found in part: of more, there are too
/// many ways to leave some out.
const MOST_STEPS: usize = 6;

/// A correlation's question.
#[derive(Debug)]
pub(super) struct Question<'c> {
    /// The length of a window in microseconds.
    pub span: i64,
    /// What makes a group, and after that, of `new_terms`, a term.
    pub keys: Vec<&'c KeyField>,
    /// How many of them make the group.
    pub group: usize,
    /// The fields that are measured.
    pub columns: Vec<Column<'c>>,
    /// What is measured in a window.
    pub measures: Vec<Measure>,
    /// What must hold of the measures.
    pub condition: Condition,
    /// When it is judged.
    pub judged: Judged,
    /// What rows tell of the measures, and under which names.
    pub shown: Vec<(String, Number)>,
}

/// A measured field.
#[derive(Debug, PartialEq)]
pub(super) struct Column<'c> {
    pub field: &'c KeyField,
    /// Its numbers are measured, not its texts.
    pub numbers: bool,
    /// Where it has no value, there is nothing to observe.
    pub needed: bool,
}

/// A number of a window.
#[derive(Debug, PartialEq)]
pub(super) enum Measure {
    /// How many events; of one reference only, if it is named.
    Events(Option<usize>),
    /// How many different tuples of these columns.
    Distinct(Vec<usize>),
    /// The sum of a column's numbers.
    Sum(usize),
    /// Their mean.
    Avg(usize),
    /// The least.
    Min(usize),
    /// The greatest.
    Max(usize),
    /// The one at a percentile, by nearest rank.
    Percentile(usize, f64),
    /// 1 where these references matched in this order, else 0.
    Run(Vec<usize>),
}

impl Measure {
    /// Whether more observations cannot make it less.
    fn grows(&self) -> bool {
        matches!(
            self,
            Measure::Events(_) | Measure::Distinct(_) | Measure::Max(_) | Measure::Run(_)
        )
    }

    /// Whether it may have no value.
    pub fn may_lack(&self) -> bool {
        matches!(
            self,
            Measure::Sum(_) | Measure::Avg(_) | Measure::Min(_) | Measure::Max(_)
        )
    }
}

/// A number made of measures.
#[derive(Debug, Clone)]
pub(super) enum Number {
    /// The one at this place.
    Of(usize),
    /// How many of these are above 0.
    Present(Vec<usize>),
    /// The greatest weight of those that are above 0: (weight, measure), greatest first.
    Longest(Vec<(usize, usize)>),
}

/// A condition on measures.
#[derive(Debug)]
pub(super) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Compare(Number, Comparison, f64),
}

/// When a correlation is judged, and when it alerts.
#[derive(Debug)]
pub(super) enum Judged {
    /// At each instant over the time up to it; alerts where it becomes true.
    Becoming {
        refire: Refire,
        /// True at an instant, it stays true until observations leave the window.
        grows: bool,
    },
    /// At each instant over the time before it.
    Before,
    /// When a window closes.
    Closed,
}

impl Condition {
    /// Whether it holds where all measures are 0.
    fn holds_of_nothing(&self) -> bool {
        match self {
            Condition::And(parts) => parts.iter().all(Condition::holds_of_nothing),
            Condition::Or(parts) => parts.iter().any(Condition::holds_of_nothing),
            Condition::Not(part) => !part.holds_of_nothing(),
            Condition::Compare(_, comparison, bound) => {
                Bounds(vec![(*comparison, *bound)]).holds(0.0)
            }
        }
    }
}

impl<'c> Question<'c> {
    /// The error says what is too much for a query.
    pub fn of(correlation: &'c CorrelationRule) -> Result<Question<'c>, String> {
        let plan = &correlation.plan;
        let mut asking = Asking::default();
        let each: Vec<usize> = (0..correlation.references.len()).collect();
        let mut terms: &[KeyField] = &[];
        let (condition, shown) = match &plan.kind {
            Kind::EventCount(bounds) => {
                let count = asking.number(Measure::Events(None));
                (all(&count, bounds), vec![("count".to_owned(), count)])
            }
            Kind::ValueCount { fields, bounds } => {
                let columns = fields.iter().map(|field| asking.column(field, false, true));
                let columns = columns.collect();
                let count = asking.number(Measure::Distinct(columns));
                (all(&count, bounds), vec![("distinct".to_owned(), count)])
            }
            Kind::Number {
                measure,
                field,
                bounds,
            } => {
                let column = asking.column(field, true, true);
                let (name, measure) = match measure {
                    Numbers::Sum => ("sum", Measure::Sum(column)),
                    Numbers::Avg => ("avg", Measure::Avg(column)),
                    Numbers::Percentile(50.0) => ("median", Measure::Percentile(column, 50.0)),
                    Numbers::Percentile(p) => ("percentile", Measure::Percentile(column, *p)),
                };
                let number = asking.number(measure);
                (all(&number, bounds), vec![(name.to_owned(), number)])
            }
            Kind::Temporal(presence) => {
                let present = asking.present(&each);
                let condition = match presence {
                    Presence::AtLeast(bounds) => all(&present, bounds),
                    Presence::Expr(expr) => asking.expression(expr),
                };
                (condition, vec![("rules".to_owned(), present)])
            }
            Kind::Ordered(Presence::AtLeast(bounds)) => {
                let steps = asking.longest(&plan.steps, bounds)?;
                (all(&steps, bounds), vec![("steps".to_owned(), steps)])
            }
            Kind::Ordered(Presence::Expr(expr)) => {
                let present = asking.present(&each);
                let condition = asking.ordered(expr, &plan.steps)?;
                (condition, vec![("rules".to_owned(), present)])
            }
            Kind::NewTerms { fields, bounds } => {
                terms = fields;
                let prior = asking.number(Measure::Events(None));
                (all(&prior, bounds), vec![("prior".to_owned(), prior)])
            }
            Kind::Stats {
                aggregates,
                condition,
            } => {
                let numbers: Vec<Number> = aggregates
                    .values()
                    .map(|aggregate| asking.aggregate(aggregate))
                    .collect();
                let condition = compared(condition, &numbers);
                (condition, aggregates.keys().cloned().zip(numbers).collect())
            }
        };
        let judged = match &plan.kind {
            Kind::NewTerms { .. } => Judged::Before,
            kind if kind.slides() => Judged::Becoming {
                refire: correlation.hints.refire,
                grows: asking.measures.iter().all(Measure::grows) && !condition.holds_of_nothing(),
            },
            _ => Judged::Closed,
        };
        Ok(Question {
            span: plan.timespan / 1_000,
            keys: plan.group_by.iter().chain(terms).collect(),
            group: plan.group_by.len(),
            columns: asking.columns,
            measures: asking.measures,
            condition,
            judged,
            shown,
        })
    }

    /// Whether it matters which reference an observation is of.
    pub fn tells_references(&self) -> bool {
        let tells =
            |measure: &Measure| matches!(measure, Measure::Events(Some(_)) | Measure::Run(_));
        self.measures.iter().any(tells)
    }

    /// Whether it matters how many events there are, so that one which several references match
    /// must count once.
    pub fn counts_events(&self) -> bool {
        self.measures.contains(&Measure::Events(None))
    }

    /// The orders that are looked for and all their beginnings, shortest first.
    pub fn runs(&self) -> Vec<&[usize]> {
        let mut runs: Vec<&[usize]> = Vec::new();
        for measure in &self.measures {
            if let Measure::Run(steps) = measure {
                let beginnings = (1..=steps.len()).filter_map(|length| steps.get(..length));
                runs.extend(beginnings);
            }
        }
        runs.sort_by_key(|run| (run.len(), *run));
        runs.dedup();
        runs
    }
}

fn all(number: &Number, bounds: &Bounds) -> Condition {
    let compare = |(comparison, bound): &(Comparison, f64)| {
        Condition::Compare(number.clone(), *comparison, *bound)
    };
    Condition::And(bounds.0.iter().map(compare).collect())
}

fn compared(condition: &StatsExpr, numbers: &[Number]) -> Condition {
    let each = |parts: &[StatsExpr]| parts.iter().map(|part| compared(part, numbers)).collect();
    match condition {
        StatsExpr::And(parts) => Condition::And(each(parts)),
        StatsExpr::Or(parts) => Condition::Or(each(parts)),
        StatsExpr::Not(part) => Condition::Not(Box::new(compared(part, numbers))),
        StatsExpr::Compare(aggregate, comparison, bound) => {
            let number = numbers.get(*aggregate).cloned();
            Condition::Compare(number.unwrap_or(Number::Of(0)), *comparison, *bound)
        }
    }
}

/// A question in the making.
#[derive(Default)]
struct Asking<'c> {
    columns: Vec<Column<'c>>,
    measures: Vec<Measure>,
}

impl<'c> Asking<'c> {
    fn column(&mut self, field: &'c KeyField, numbers: bool, needed: bool) -> usize {
        let column = Column {
            field,
            numbers,
            needed,
        };
        place(&mut self.columns, column)
    }

    fn measure(&mut self, measure: Measure) -> usize {
        place(&mut self.measures, measure)
    }

    fn number(&mut self, measure: Measure) -> Number {
        Number::Of(self.measure(measure))
    }

    fn reference(&mut self, reference: usize) -> usize {
        self.measure(Measure::Events(Some(reference)))
    }

    fn present(&mut self, references: &[usize]) -> Number {
        Number::Present(references.iter().map(|r| self.reference(*r)).collect())
    }

    fn matched(&mut self, reference: usize) -> Condition {
        Condition::Compare(Number::Of(self.reference(reference)), Comparison::Gt, 0.0)
    }

    fn expression(&mut self, expr: &PresenceExpr) -> Condition {
        let mut each = |parts: &[PresenceExpr]| parts.iter().map(|p| self.expression(p)).collect();
        match expr {
            PresenceExpr::And(parts) => Condition::And(each(parts)),
            PresenceExpr::Or(parts) => Condition::Or(each(parts)),
            PresenceExpr::Not(part) => Condition::Not(Box::new(self.expression(part))),
            PresenceExpr::Rule(reference) => self.matched(*reference),
        }
    }

    fn aggregate(&mut self, aggregate: &'c Aggregate) -> Number {
        let measure = match aggregate {
            Aggregate::Count(reference) => Measure::Events(*reference),
            Aggregate::CountDistinct(fields) => {
                let columns = fields.iter().map(|field| self.column(field, false, false));
                Measure::Distinct(columns.collect())
            }
            Aggregate::Sum(field) => Measure::Sum(self.column(field, true, false)),
            Aggregate::Avg(field) => Measure::Avg(self.column(field, true, false)),
            Aggregate::Min(field) => Measure::Min(self.column(field, true, false)),
            Aggregate::Max(field) => Measure::Max(self.column(field, true, false)),
        };
        self.number(measure)
    }

    /// How many steps stand in order.
    fn longest(&mut self, steps: &[usize], bounds: &Bounds) -> Result<Number, String> {
        let most = steps.len();
        let whole = bounds.lower_only() && bounds.lower() >= most as u64;
        if !whole && most > MOST_STEPS {
            return Err(format!(
                "any of more than {MOST_STEPS} steps in order, and this has {most}"
            ));
        }
        let mut runs: Vec<Vec<usize>> = vec![Vec::new()];
        match whole {
            true => runs = vec![steps.to_vec()],
            false => {
                for step in steps {
                    let longer: Vec<Vec<usize>> = runs
                        .iter()
                        .map(|run| run.iter().chain([step]).copied().collect())
                        .collect();
                    runs.extend(longer);
                }
            }
        }
        runs.retain(|run| !run.is_empty());
        runs.sort_by(|a, b| (b.len(), a).cmp(&(a.len(), b)));
        runs.dedup();
        let weighed = runs.into_iter();
        let weighed = weighed.map(|run| (run.len(), self.measure(Measure::Run(run))));
        Ok(Number::Longest(weighed.collect()))
    }

    /// One of the alternatives: what must be there in order, the rest nowhere.
    fn ordered(&mut self, expr: &PresenceExpr, steps: &[usize]) -> Result<Condition, String> {
        // rules with more alternatives are refused when they are read
        let alternatives = expr.disjuncts(64);
        let alternatives = alternatives.ok_or("a condition with so many alternatives")?;
        let one = |one: &sigwright_ir::correlation::Disjunct| {
            let run = steps.iter().filter(|step| one.present.contains(step));
            let run: Vec<usize> = run.copied().collect();
            let mut parts = Vec::new();
            if !run.is_empty() {
                let run = self.number(Measure::Run(run));
                parts.push(Condition::Compare(run, Comparison::Gt, 0.0));
            }
            for reference in &one.absent {
                parts.push(Condition::Not(Box::new(self.matched(*reference))));
            }
            Condition::And(parts)
        };
        Ok(Condition::Or(alternatives.iter().map(one).collect()))
    }
}

/// Where something stands in a list, which it is added to where it is not there.
fn place<T: PartialEq>(list: &mut Vec<T>, one: T) -> usize {
    let found = list.iter().position(|other| *other == one);
    found.unwrap_or_else(|| {
        list.push(one);
        list.len() - 1
    })
}
