//! Which rules of a set find all that others find, without asking every pair.
//!
//! What a rule cannot find anything without is read off its condition: some clauses, each a
//! choice of predicates. A rule lies within another only if each clause of the other follows
//! from it. So each rule is filed under the clause that follows from the fewest rules, and
//! only for those that meet there the question is asked in full.

use super::{Proof, Prover, Values};
use crate::expr::Expr;
use crate::pred::{ExprId, PredId, RuleId};
use crate::rule::{Rule, RuleSet};
use rustc_hash::{FxHashMap, FxHashSet};
use sigwright_syntax::ast::LogSource;

/// Predicates of a clause that are kept; a longer one is left out, which only costs time.
const WIDEST: usize = 2_000;
/// Alternatives of a rule that are looked at one by one.
const ALTERNATIVES: usize = 64;
/// Pairs asked in full, all in all.
const MOST_PAIRS: usize = 20_000;

/// A rule that finds nothing another does not find too.
#[derive(Debug, Clone)]
pub struct Within {
    /// All it finds,
    pub narrow: RuleId,
    /// this one finds too.
    pub broad: RuleId,
    /// Why.
    pub proof: Proof,
    /// The other way round it is proved too: they find the same.
    pub equal: bool,
}

/// A clause: one of these predicates holds wherever the rule does.
type Clause = Box<[PredId]>;

impl Prover<'_> {
    /// The pairs of rules one of which finds all that the other finds, among rules of logs of
    /// which the same can be said. A pair of equals is given once, the later rule first.
    pub fn within(&self, rules: &RuleSet) -> Vec<Within> {
        let candidates = self.candidates(rules);
        let mut found = Vec::new();
        let mut known = FxHashSet::default();
        for (narrow, broad) in candidates.iter().take(MOST_PAIRS) {
            let (Some(a), Some(b)) = (rules.rule(*narrow), rules.rule(*broad)) else {
                continue;
            };
            if let Some(proof) = self.entails(a.root, b.root, Values::Many) {
                known.insert((*narrow, *broad));
                found.push(Within {
                    narrow: *narrow,
                    broad: *broad,
                    proof,
                    equal: false,
                });
            }
        }
        for pair in &mut found {
            pair.equal = known.contains(&(pair.broad, pair.narrow));
        }
        found.retain(|pair| !pair.equal || pair.narrow > pair.broad);
        found
    }

    /// The pairs of rules of which nothing simple says that the one is not within the other.
    fn candidates(&self, rules: &RuleSet) -> Vec<(RuleId, RuleId)> {
        let mut clauses: FxHashMap<Clause, usize> = FxHashMap::default();
        let mut asks: Vec<Vec<usize>> = Vec::with_capacity(rules.rules.len());
        for rule in &rules.rules {
            let mut own = Vec::new();
            for clause in self.clauses(rule.root) {
                let next = clauses.len();
                own.push(*clauses.entry(clause).or_insert(next));
            }
            asks.push(own);
        }
        // under each predicate the clauses it is a choice of
        let mut choices: FxHashMap<PredId, Vec<usize>> = FxHashMap::default();
        for (clause, place) in &clauses {
            for pred in clause {
                choices.entry(*pred).or_default().push(*place);
            }
        }
        let meets = self.meets(rules, &choices);
        let mut count = vec![0usize; clauses.len()];
        for clause in meets.iter().flatten() {
            if let Some(count) = count.get_mut(*clause) {
                *count += 1;
            }
        }
        // under the rarest of its clauses each rule
        let rarity = |clause: &&usize| count.get(**clause).copied().unwrap_or(0);
        let mut filed: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        let mut bare = Vec::new();
        for (rule, own) in asks.iter().enumerate() {
            match own.iter().min_by_key(rarity) {
                Some(rarest) => filed.entry(*rarest).or_default().push(rule),
                None => bare.push(rule),
            }
        }
        let mut pairs = Vec::new();
        for (narrow, met) in meets.iter().enumerate() {
            let here = met.iter().flat_map(|clause| filed.get(clause)).flatten();
            for broad in here.chain(&bare) {
                let all = asks
                    .get(*broad)
                    .is_some_and(|own| own.iter().all(|clause| met.contains(clause)));
                let logs = match (rules.rules.get(narrow), rules.rules.get(*broad)) {
                    (Some(a), Some(b)) => narrow != *broad && sees_all(b, a),
                    _ => false,
                };
                if all && logs {
                    pairs.push((RuleId::from(narrow), RuleId::from(*broad)));
                }
            }
        }
        pairs
    }

    /// For each rule the clauses that follow from it.
    fn meets(
        &self,
        rules: &RuleSet,
        choices: &FxHashMap<PredId, Vec<usize>>,
    ) -> Vec<FxHashSet<usize>> {
        let mut follow: FxHashMap<PredId, FxHashSet<usize>> = FxHashMap::default();
        let mut met = Vec::with_capacity(rules.rules.len());
        for rule in &rules.rules {
            let alternatives = match self.exprs.get(rule.root) {
                Expr::Or(parts) if parts.len() <= ALTERNATIVES => parts,
                _ => std::slice::from_ref(&rule.root),
            };
            let mut all: Option<FxHashSet<usize>> = None;
            for alternative in alternatives {
                let mut own = FxHashSet::default();
                for clause in self.clauses(*alternative) {
                    self.follow(&clause, choices, &mut follow, &mut own);
                }
                all = Some(match all {
                    None => own,
                    Some(before) => before.intersection(&own).copied().collect(),
                });
            }
            met.push(all.unwrap_or_default());
        }
        met
    }

    /// The clauses that follow from one: each of its predicates is, or implies, a choice of
    /// theirs.
    fn follow(
        &self,
        clause: &Clause,
        choices: &FxHashMap<PredId, Vec<usize>>,
        known: &mut FxHashMap<PredId, FxHashSet<usize>>,
        into: &mut FxHashSet<usize>,
    ) {
        for pred in clause {
            known.entry(*pred).or_insert_with(|| {
                let broader = self.broader(*pred).iter().chain([pred]);
                broader
                    .filter_map(|p| choices.get(p))
                    .flatten()
                    .copied()
                    .collect()
            });
        }
        let mut sets: Vec<&FxHashSet<usize>> = clause.iter().filter_map(|p| known.get(p)).collect();
        sets.sort_unstable_by_key(|set| set.len());
        if let Some((smallest, others)) = sets.split_first() {
            let common = smallest
                .iter()
                .filter(|c| others.iter().all(|set| set.contains(*c)));
            into.extend(common);
        }
    }

    /// Clauses an expression implies, not all there are.
    fn clauses(&self, root: ExprId) -> Vec<Clause> {
        let mut found = Vec::new();
        match self.exprs.get(root) {
            Expr::And(parts) => {
                for part in parts {
                    found.extend(self.clause(*part));
                }
            }
            _ => found.extend(self.clause(root)),
        }
        found
    }

    /// The best clause an expression implies; None where there is none.
    fn clause(&self, root: ExprId) -> Option<Clause> {
        match self.exprs.get(root) {
            Expr::Pred(pred) => Some([*pred].into()),
            // of several, the one with the fewest choices tells most
            Expr::And(parts) => parts
                .iter()
                .filter_map(|part| self.clause(*part))
                .min_by_key(|clause| clause.len()),
            Expr::Or(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(self.clause(*part)?);
                    if all.len() > WIDEST {
                        return None;
                    }
                }
                all.sort_unstable();
                all.dedup();
                Some(all.into())
            }
            _ => None,
        }
    }
}

/// Whether the one rule sees every event that the other sees, whichever log it is from.
fn sees_all(one: &Rule, other: &Rule) -> bool {
    let asks = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (None, _) => true,
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        (Some(_), None) => false,
    };
    let parts = |of: &LogSource| {
        [&of.category, &of.product, &of.service]
            .map(|part| part.as_ref().map(|part| part.value.clone()))
    };
    let (one, other) = (parts(&one.logsource), parts(&other.logsource));
    one.iter().zip(&other).all(|(one, other)| asks(one, other))
}
