//! What a correlation means, its references resolved: a plan that a state machine can run.
//!
//! Comes from [`sigwright_syntax::ast::Correlation`]; docs/correlation.md states the meaning.

use crate::pred::Comparison;
use indexmap::IndexMap;

/// A correlation ready to run. Where it speaks of a reference, it means a place in
/// [`crate::CorrelationRule::references`].
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What is measured, and when it alerts.
    pub kind: Kind,
    /// The length of a window in nanoseconds, above 0; both its ends belong to it.
    pub timespan: i64,
    /// What makes a group; empty: all observations are one.
    pub group_by: Vec<KeyField>,
    /// `rules` as listed, as references; one listed twice is here twice.
    pub steps: Vec<usize>,
    /// Equal where everything that decides what it matches is equal.
    pub fingerprint: u128,
}

/// A field, under the name the correlation has for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyField {
    /// The name in `group-by` or the condition.
    pub name: String,
    /// What it is called in each reference: the name itself, or what `aliases` says. For a
    /// reference to a correlation it names one of that correlation's own fields.
    pub in_reference: Vec<String>,
}

/// What a correlation measures in a window, and what the measure must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// How many events.
    EventCount(Bounds),
    /// How many different tuples of these fields.
    ValueCount {
        /// One, or a tuple.
        fields: Vec<KeyField>,
        /// What the number must satisfy.
        bounds: Bounds,
    },
    /// A number made of the numbers in one field.
    Number {
        /// How it is made.
        measure: Measure,
        /// Where the numbers stand.
        field: KeyField,
        /// What it must satisfy.
        bounds: Bounds,
    },
    /// Which references matched, in any order.
    Temporal(Presence),
    /// Which references matched, in the order of [`Plan::steps`].
    Ordered(Presence),
    /// How often a tuple of these fields was seen before.
    NewTerms {
        /// One, or a tuple.
        fields: Vec<KeyField>,
        /// What the number of prior occurrences must satisfy.
        bounds: Bounds,
    },
    /// Several measures at once.
    Stats {
        /// By the names the condition has for them.
        aggregates: IndexMap<String, Aggregate>,
        /// What they must satisfy.
        condition: StatsExpr,
    },
}

impl Kind {
    /// True where it is judged at every instant, since what makes it true can only be added
    /// to: lower bounds, no `not`. Otherwise it is judged when a window closes.
    /// First-seen correlations are judged at every instant whatever their bounds.
    pub fn slides(&self) -> bool {
        match self {
            Kind::EventCount(bounds)
            | Kind::ValueCount { bounds, .. }
            | Kind::Number { bounds, .. } => bounds.lower_only(),
            Kind::Temporal(presence) | Kind::Ordered(presence) => presence.lower_only(),
            Kind::NewTerms { .. } => true,
            Kind::Stats { condition, .. } => condition.lower_only(),
        }
    }

    /// The fields whose values it needs, besides those that make the group.
    pub fn fields(&self) -> Vec<&KeyField> {
        match self {
            Kind::EventCount(_) | Kind::Temporal(_) | Kind::Ordered(_) => Vec::new(),
            Kind::ValueCount { fields, .. } | Kind::NewTerms { fields, .. } => {
                fields.iter().collect()
            }
            Kind::Number { field, .. } => vec![field],
            Kind::Stats { aggregates, .. } => {
                aggregates.values().flat_map(Aggregate::fields).collect()
            }
        }
    }
}

/// Comparisons of one number that must all hold; at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds(pub Vec<(Comparison, f64)>);

impl Bounds {
    /// True where `value` satisfies all of them.
    pub fn holds(&self, value: f64) -> bool {
        self.0
            .iter()
            .all(|(comparison, bound)| compare(*comparison, value, *bound))
    }

    /// True where a greater number always satisfies them as well: `gt` and `gte` only.
    pub fn lower_only(&self) -> bool {
        self.0
            .iter()
            .all(|(comparison, _)| matches!(comparison, Comparison::Gt | Comparison::Gte))
    }

    /// True where, of the whole numbers up to `most`, only that one satisfies them.
    pub fn least_of(&self, most: u64) -> bool {
        self.lower() == most && self.holds(most as f64)
    }

    /// The least whole number, 0 or more, below which no count satisfies them.
    pub fn lower(&self) -> u64 {
        let least = |(comparison, bound): &(Comparison, f64)| match comparison {
            // `as` takes what is negative for 0 and what is too large for the largest.
            Comparison::Gt => (bound.floor() as u64).saturating_add(u64::from(*bound >= 0.0)),
            Comparison::Gte | Comparison::Eq => bound.ceil() as u64,
            Comparison::Lt | Comparison::Lte | Comparison::Neq => 0,
        };
        self.0.iter().map(least).max().unwrap_or(0)
    }
}

/// Compares as the specification's operators do.
pub(crate) fn compare(comparison: Comparison, value: f64, bound: f64) -> bool {
    match comparison {
        Comparison::Lt => value < bound,
        Comparison::Lte => value <= bound,
        Comparison::Gt => value > bound,
        Comparison::Gte => value >= bound,
        Comparison::Eq => value == bound,
        Comparison::Neq => value != bound,
    }
}

/// How several numbers become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// Their sum.
    Sum,
    /// Their sum divided by how many they are.
    Avg,
    /// The one at this percentile by nearest rank, 0 to 100: of n numbers in order, the one
    /// at place ceil(p / 100 * n), the first for p = 0.
    Percentile(f64),
}

/// Which references must have matched in the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Presence {
    /// How many of them: of different references, or of steps that stand in order.
    AtLeast(Bounds),
    /// A boolean expression.
    Expr(PresenceExpr),
}

impl Presence {
    /// True where more matches cannot make it false.
    pub fn lower_only(&self) -> bool {
        match self {
            Presence::AtLeast(bounds) => bounds.lower_only(),
            Presence::Expr(expr) => expr.lower_only(),
        }
    }
}

/// A boolean expression over references.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PresenceExpr {
    /// All hold.
    And(Vec<PresenceExpr>),
    /// One holds.
    Or(Vec<PresenceExpr>),
    /// Does not hold.
    Not(Box<PresenceExpr>),
    /// The reference at this place matched in the window.
    Rule(usize),
}

/// One alternative of a boolean expression: what must be there, and what must not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Disjunct {
    /// References that must have matched, in ascending order.
    pub present: Vec<usize>,
    /// References that must not have matched, in ascending order.
    pub absent: Vec<usize>,
}

impl PresenceExpr {
    /// True where `matched` references satisfy it.
    pub fn holds(&self, matched: &impl Fn(usize) -> bool) -> bool {
        match self {
            PresenceExpr::And(parts) => parts.iter().all(|part| part.holds(matched)),
            PresenceExpr::Or(parts) => parts.iter().any(|part| part.holds(matched)),
            PresenceExpr::Not(part) => !part.holds(matched),
            PresenceExpr::Rule(reference) => matched(*reference),
        }
    }

    /// True where more matches cannot make it false: there is no `not`.
    pub fn lower_only(&self) -> bool {
        match self {
            PresenceExpr::And(parts) | PresenceExpr::Or(parts) => {
                parts.iter().all(PresenceExpr::lower_only)
            }
            PresenceExpr::Not(_) => false,
            PresenceExpr::Rule(_) => true,
        }
    }

    /// The alternatives that make it true, those left out that contradict themselves. None
    /// where there would be more than `most`.
    pub fn disjuncts(&self, most: usize) -> Option<Vec<Disjunct>> {
        let mut found = self.alternatives(true, most)?;
        found.retain(|one| !one.present.iter().any(|r| one.absent.contains(r)));
        Some(found)
    }

    /// The alternatives that make it `wanted`.
    fn alternatives(&self, wanted: bool, most: usize) -> Option<Vec<Disjunct>> {
        match (self, wanted) {
            (PresenceExpr::Rule(reference), _) => {
                let mut one = Disjunct::default();
                match wanted {
                    true => one.present.push(*reference),
                    false => one.absent.push(*reference),
                }
                Some(vec![one])
            }
            (PresenceExpr::Not(part), _) => part.alternatives(!wanted, most),
            (PresenceExpr::Or(parts), true) | (PresenceExpr::And(parts), false) => {
                let mut all: Vec<Disjunct> = Vec::new();
                for part in parts {
                    for one in part.alternatives(wanted, most)? {
                        if !all.contains(&one) {
                            all.push(one);
                        }
                    }
                    if all.len() > most {
                        return None;
                    }
                }
                Some(all)
            }
            (PresenceExpr::And(parts), true) | (PresenceExpr::Or(parts), false) => {
                let mut all = vec![Disjunct::default()];
                for part in parts {
                    let others = part.alternatives(wanted, most)?;
                    let mut product: Vec<Disjunct> = Vec::new();
                    for (one, other) in all
                        .iter()
                        .flat_map(|one| others.iter().map(move |other| (one, other)))
                    {
                        let joined = one.with(other);
                        if !product.contains(&joined) {
                            product.push(joined);
                        }
                        if product.len() > most {
                            return None;
                        }
                    }
                    all = product;
                }
                Some(all)
            }
        }
    }
}

impl Disjunct {
    fn with(&self, other: &Disjunct) -> Disjunct {
        let union = |a: &[usize], b: &[usize]| {
            let mut all: Vec<usize> = a.iter().chain(b).copied().collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        Disjunct {
            present: union(&self.present, &other.present),
            absent: union(&self.absent, &other.absent),
        }
    }
}

/// What one aggregate of `stats` measures.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// Events; of one reference only, if it is named.
    Count(Option<usize>),
    /// Different tuples of these fields.
    CountDistinct(Vec<KeyField>),
    /// The sum of the numbers in a field.
    Sum(KeyField),
    /// Their mean.
    Avg(KeyField),
    /// The least of them.
    Min(KeyField),
    /// The greatest of them.
    Max(KeyField),
}

impl Aggregate {
    /// The fields whose values it needs.
    pub fn fields(&self) -> &[KeyField] {
        match self {
            Aggregate::Count(_) => &[],
            Aggregate::CountDistinct(fields) => fields,
            Aggregate::Sum(field)
            | Aggregate::Avg(field)
            | Aggregate::Min(field)
            | Aggregate::Max(field) => std::slice::from_ref(field),
        }
    }
}

/// A boolean expression over aggregates.
#[derive(Debug, Clone, PartialEq)]
pub enum StatsExpr {
    /// All hold.
    And(Vec<StatsExpr>),
    /// One holds.
    Or(Vec<StatsExpr>),
    /// Does not hold.
    Not(Box<StatsExpr>),
    /// The aggregate at this place compared with a number; false where the aggregate has no
    /// value, as the least of no numbers.
    Compare(usize, Comparison, f64),
}

impl StatsExpr {
    /// True where the aggregates' values satisfy it; `value` gives the one at a place, None
    /// where it has none.
    pub fn holds(&self, value: &impl Fn(usize) -> Option<f64>) -> bool {
        match self {
            StatsExpr::And(parts) => parts.iter().all(|part| part.holds(value)),
            StatsExpr::Or(parts) => parts.iter().any(|part| part.holds(value)),
            StatsExpr::Not(part) => !part.holds(value),
            StatsExpr::Compare(aggregate, comparison, bound) => {
                value(*aggregate).is_some_and(|value| compare(*comparison, value, *bound))
            }
        }
    }

    /// True where it has `gt` and `gte` only, and no `not`.
    pub fn lower_only(&self) -> bool {
        match self {
            StatsExpr::And(parts) | StatsExpr::Or(parts) => parts.iter().all(StatsExpr::lower_only),
            StatsExpr::Not(_) => false,
            StatsExpr::Compare(_, comparison, _) => {
                matches!(comparison, Comparison::Gt | Comparison::Gte)
            }
        }
    }
}
