//! What can be proved about rules: that a condition never holds, that a part of it changes
//! nothing, that one rule finds whatever another finds.
//!
//! Proofs are sound: what is claimed holds for every event, by `docs/semantics.md`. They are
//! not complete: what would take too long, or is about regular expressions that are not
//! plain patterns, is not claimed.
//!
//! A field may have several values, and each predicate about it is answered by any of them.
//! So `a: 1` and `a: 2` do not exclude each other: an array may hold both. [`Values`] says
//! whether that is to be taken into account.

mod question;
mod regex;
mod relations;
mod review;
mod set;
mod solver;
mod texts;

use crate::expr::{ElementSelector, Expr, Exprs};
use crate::pred::{ExprId, Op, PredId, Subject};
use indexmap::IndexSet;
pub use regex::plain_regex;
pub use relations::Relations;
pub use review::{Claim, Remark};
use rustc_hash::FxHashMap;
pub use set::Within;
use solver::{Conflict, Grounds, Node, Problem};

/// Predicates of one field whose pairs are looked at where a field has one value only.
const MOST_APART: usize = 64;
/// Selectors over the same array whose pairs are looked at.
const MOST_SELECTORS: usize = 16;
/// Selectors inside selectors that are looked into.
const NESTED: usize = 4;

/// How many values a field is taken to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Values {
    /// Any number, as the semantics has it.
    Many,
    /// At most one, but for the fields of these names and for names with a dot, under which
    /// shippers keep lists: no arrays, no key twice. What is proved of such events may not
    /// hold for others.
    One {
        /// Fields that may have any number.
        but: &'static [&'static str],
    },
    /// At most one for the fields of these names, any number for others.
    OneFor {
        /// Fields that have at most one.
        fields: &'static [&'static str],
    },
}

impl Values {
    /// At most one, whatever the field.
    pub const ONE: Values = Values::One { but: &[] };

    /// Whether a subject has at most one.
    fn single(self, exprs: &Exprs, subject: Subject) -> bool {
        match (self, subject) {
            // keywords look at all values there are, however many each field has
            (Values::Many, _) | (_, Subject::AnyValue) => false,
            (Values::One { .. }, Subject::Element) => true,
            (Values::OneFor { .. }, Subject::Element) => false,
            (values, Subject::Field(field)) => values.single_field(exprs.field_name(field)),
        }
    }

    /// Whether a field of this name has at most one.
    pub fn single_field(self, name: &str) -> bool {
        match self {
            Values::Many => false,
            Values::One { but } => !name.contains('.') && !but.contains(&name),
            Values::OneFor { fields } => fields.contains(&name),
        }
    }
}

/// One thing a proof rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fact {
    /// Where the first holds, so does the second.
    Implies(PredId, PredId),
    /// The first asks for a value, and the second for there being something, or nothing.
    Presence(PredId, PredId),
    /// No single value is both.
    Apart(PredId, PredId),
    /// No value is.
    Empty(PredId),
    /// What holds for elements by the first, holds by the second, or cannot.
    Elements(ExprId, ExprId),
    /// No element can be as it asks.
    NoElement(ExprId),
}

/// Why a claim holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// What is known of pairs of predicates, and of single ones; none where the shape of the
    /// condition alone decides.
    pub facts: Vec<Fact>,
    /// The predicates and array selectors that play a part, as expressions.
    pub atoms: Vec<ExprId>,
}

/// Proves claims about the expressions of one table.
#[derive(Debug)]
pub struct Prover<'e> {
    exprs: &'e Exprs,
    relations: &'e Relations,
}

impl<'e> Prover<'e> {
    /// A prover for the expressions of a table, of whose predicates `relations` was made.
    pub fn new(exprs: &'e Exprs, relations: &'e Relations) -> Self {
        Prover { exprs, relations }
    }

    /// The predicates that hold wherever this one holds, itself not among them; those about
    /// presence left out.
    pub fn broader(&self, id: PredId) -> &'e [PredId] {
        self.relations.broader(id)
    }

    /// The predicates that hold only where this one holds, itself not among them.
    pub fn narrower(&self, id: PredId) -> &'e [PredId] {
        self.relations.narrower(id)
    }

    /// Whether `broad` holds wherever `narrow` does.
    pub fn implies(&self, narrow: PredId, broad: PredId) -> bool {
        narrow == broad || self.broader(narrow).contains(&broad)
    }

    /// Whether no single value answers both; both are about the same field.
    pub fn apart(&self, one: PredId, other: PredId) -> bool {
        let subject = |id| self.exprs.predicate(id).map(|p| p.subject);
        subject(one) == subject(other)
            && match (self.relations.question(one), self.relations.question(other)) {
                (Some(one), Some(other)) => one.apart(other),
                _ => false,
            }
    }

    /// Why an expression holds for no event.
    pub fn never(&self, root: ExprId, values: Values) -> Option<Proof> {
        self.session(&[root], values)?.refute(&[(root, true)])
    }

    /// Why an expression holds for every event.
    pub fn always(&self, root: ExprId, values: Values) -> Option<Proof> {
        self.session(&[root], values)?.refute(&[(root, false)])
    }

    /// Why the second holds wherever the first does.
    pub fn entails(&self, narrow: ExprId, broad: ExprId, values: Values) -> Option<Proof> {
        if narrow == broad {
            return Some(Proof::default());
        }
        self.session(&[narrow, broad], values)?
            .refute(&[(narrow, true), (broad, false)])
    }

    /// Several questions about the same expressions; None where they are too large.
    pub fn session(&self, roots: &[ExprId], values: Values) -> Option<Session> {
        self.nested(roots, values, 0)
    }

    fn nested(&self, roots: &[ExprId], values: Values, depth: usize) -> Option<Session> {
        let mut problem = Problem::new(self.exprs, roots)?;
        let known = self.relate(&mut problem, values, depth);
        let impossible = match problem.begin(&known) {
            Ok(()) => None,
            Err(conflict) => Some(problem.grounds(conflict)),
        };
        Some(Session {
            problem,
            impossible,
        })
    }

    /// Puts in what the atoms say about each other; gives what holds of single ones.
    fn relate(
        &self,
        problem: &mut Problem<Fact>,
        values: Values,
        depth: usize,
    ) -> Vec<(Node, bool, Fact)> {
        let mut known = Vec::new();
        let mut subjects: FxHashMap<Subject, About> = FxHashMap::default();
        let mut nodes: FxHashMap<PredId, Node> = FxHashMap::default();
        let mut selectors: Vec<(Node, ExprId)> = Vec::new();
        let atoms: Vec<(Node, ExprId)> = problem.atoms().collect();
        for (node, id) in atoms {
            let Expr::Pred(pred) = self.exprs.get(id) else {
                selectors.push((node, id));
                continue;
            };
            let Some(predicate) = self.exprs.predicate(*pred) else {
                continue;
            };
            nodes.insert(*pred, node);
            let about = subjects.entry(predicate.subject).or_default();
            match predicate.op {
                Op::Null => about.null = Some((node, *pred)),
                Op::Exists => about.exists = Some((node, *pred)),
                _ => about.valued.push((node, *pred)),
            }
            let question = self.relations.question(*pred);
            if question.is_some_and(question::Question::is_empty) {
                known.push((node, false, Fact::Empty(*pred)));
            }
        }
        for (pred, node) in &nodes {
            for broad in self.broader(*pred) {
                if let Some(to) = nodes.get(broad) {
                    let fact = Fact::Implies(*pred, *broad);
                    problem.relate((*node, true), (*to, true), fact);
                }
            }
        }
        for (subject, about) in &subjects {
            about.relate(problem);
            let single = values.single(self.exprs, *subject);
            if single && about.valued.len() <= MOST_APART {
                for (place, (node, pred)) in about.valued.iter().enumerate() {
                    for (other, with) in about.valued.iter().skip(place + 1) {
                        if self.apart(*pred, *with) {
                            let fact = Fact::Apart(*pred, *with);
                            problem.relate((*node, true), (*other, false), fact);
                        }
                    }
                }
            }
        }
        if depth < NESTED {
            self.relate_selectors(problem, &selectors, values, depth, &mut known);
        }
        known
    }

    fn relate_selectors(
        &self,
        problem: &mut Problem<Fact>,
        selectors: &[(Node, ExprId)],
        values: Values,
        depth: usize,
        known: &mut Vec<(Node, bool, Fact)>,
    ) {
        if selectors.len() > MOST_SELECTORS {
            return;
        }
        // inside, the values of an element's fields may be one or many, like those outside
        let entails = |narrow: ExprId, broad: ExprId| {
            let given = [(narrow, true), (broad, false)];
            let session = self.nested(&[narrow, broad], values, depth + 1);
            narrow == broad || session.and_then(|mut s| s.refute(&given)).is_some()
        };
        for (node, id) in selectors {
            let Some((field, selector, body)) = self.selector(*id) else {
                continue;
            };
            use ElementSelector::{All, AllOrEmpty, Any, Index, None};
            let never = self
                .nested(&[body], values, depth + 1)
                .and_then(|mut s| s.refute(&[(body, true)]));
            if never.is_some() && matches!(selector, Any | All | Index(_)) {
                known.push((*node, false, Fact::NoElement(*id)));
            }
            for (other, with) in selectors {
                let Some((theirs, other_selector, their_body)) = self.selector(*with) else {
                    continue;
                };
                if theirs != field || with == id {
                    continue;
                }
                let fact = Fact::Elements(*id, *with);
                let onward = match (selector, other_selector) {
                    (Any, Any) | (All, All | AllOrEmpty | Any) | (AllOrEmpty, AllOrEmpty) => true,
                    (Index(_), Any) => true,
                    (Index(one), Index(two)) => one == two,
                    _ => false,
                };
                if onward && entails(body, their_body) {
                    problem.relate((*node, true), (*other, true), fact);
                }
                let excluded = matches!((selector, other_selector), (Any | All | Index(_), None));
                if excluded && entails(body, their_body) {
                    problem.relate((*node, true), (*other, false), fact);
                }
                if (selector, other_selector) == (None, None) && entails(their_body, body) {
                    problem.relate((*node, true), (*other, true), fact);
                }
                if (selector, other_selector) == (None, Any) && entails(their_body, body) {
                    problem.relate((*node, true), (*other, false), fact);
                }
            }
        }
    }

    fn selector(&self, id: ExprId) -> Option<(crate::pred::FieldId, ElementSelector, ExprId)> {
        match self.exprs.get(id) {
            Expr::Elements {
                field,
                selector,
                body,
            } => Some((*field, *selector, *body)),
            _ => None,
        }
    }
}

/// The predicates about one field.
#[derive(Default)]
struct About {
    null: Option<(Node, PredId)>,
    exists: Option<(Node, PredId)>,
    /// Those a value answers.
    valued: Vec<(Node, PredId)>,
}

impl About {
    /// A value that answers is there, and not null; where nothing is there, it is null.
    fn relate(&self, problem: &mut Problem<Fact>) {
        for (node, pred) in &self.valued {
            if let Some((null, id)) = self.null {
                problem.relate((*node, true), (null, false), Fact::Presence(*pred, id));
            }
            if let Some((exists, id)) = self.exists {
                problem.relate((*node, true), (exists, true), Fact::Presence(*pred, id));
            }
        }
        if let (Some((null, null_id)), Some((exists, id))) = (self.null, self.exists) {
            problem.relate((null, false), (exists, true), Fact::Presence(null_id, id));
        }
    }
}

/// Questions about the same expressions, each under assumptions of its own.
#[derive(Debug)]
pub struct Session {
    problem: Problem<Fact>,
    /// What is known of the atoms cannot be at once.
    impossible: Option<Grounds<Fact>>,
}

impl Session {
    /// Why these expressions cannot have these truths at once. None where they can, or that
    /// was not found out; also where one of them is no part of the session.
    pub fn refute(&mut self, given: &[(ExprId, bool)]) -> Option<Proof> {
        let mark = self.problem.mark();
        self.problem.refill();
        let outcome = self.under(given);
        self.problem.back(mark);
        outcome
    }

    fn under(&mut self, given: &[(ExprId, bool)]) -> Option<Proof> {
        if let Some(grounds) = &self.impossible {
            return Some(self.proof(grounds.clone()));
        }
        for (id, truth) in given {
            let node = self.problem.node(*id)?;
            if let Err(conflict) = self.problem.assume(node, *truth) {
                return Some(self.conflict(conflict));
            }
        }
        let grounds = self.problem.refute()?;
        Some(self.proof(grounds))
    }

    fn conflict(&self, conflict: Conflict<Fact>) -> Proof {
        self.proof(self.problem.grounds(conflict))
    }

    fn proof(&self, grounds: Grounds<Fact>) -> Proof {
        let facts: IndexSet<Fact> = grounds.facts.into_iter().collect();
        let atoms: IndexSet<ExprId> = grounds.atoms.into_iter().collect();
        Proof {
            facts: facts.into_iter().collect(),
            atoms: atoms.into_iter().collect(),
        }
    }
}
