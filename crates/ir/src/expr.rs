//! Boolean expressions over predicates, shared by all rules of a set.
//!
//! Equal predicates and expressions get one id (hash-consing on meaning only; spans live in
//! each rule's [`crate::Outline`]). Expressions are built through [`Exprs`]'s constructors
//! alone, which keep these invariants: `And`/`Or` have at least two children, none of them
//! of the same kind or constant; `Not` never holds `Not` or a constant.

use crate::pred::{ExprId, FieldId, Op, PredId, Predicate, Subject};
use indexmap::IndexSet;
pub use sigwright_syntax::ast::ElementSelector;

/// A boolean expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// Holds for every event.
    True,
    /// Holds for none.
    False,
    /// Holds where the predicate does.
    Pred(PredId),
    /// All hold; in the order written.
    And(Box<[ExprId]>),
    /// One holds; in the order written.
    Or(Box<[ExprId]>),
    /// Does not hold.
    Not(ExprId),
    /// Holds for the elements an array has, each taken as an event of its own.
    Elements {
        /// The name that reaches the array.
        field: FieldId,
        /// Which elements must satisfy the body.
        selector: ElementSelector,
        /// Asked of each element.
        body: ExprId,
    },
}

/// The fields, predicates and expressions of a rule set.
#[derive(Debug, Clone)]
pub struct Exprs {
    fields: IndexSet<Box<str>>,
    preds: IndexSet<Predicate>,
    exprs: IndexSet<Expr>,
}

impl Default for Exprs {
    fn default() -> Self {
        let mut exprs = IndexSet::new();
        exprs.insert(Expr::True);
        exprs.insert(Expr::False);
        Exprs {
            fields: IndexSet::new(),
            preds: IndexSet::new(),
            exprs,
        }
    }
}

impl Exprs {
    /// The expression that holds for every event.
    pub const TRUE: ExprId = ExprId(0);
    /// The expression that holds for none.
    pub const FALSE: ExprId = ExprId(1);

    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The id of a field name.
    pub fn field(&mut self, name: &str) -> FieldId {
        if let Some(index) = self.fields.get_index_of(name) {
            return FieldId::from(index);
        }
        FieldId::from(self.fields.insert_full(name.into()).0)
    }

    /// The expression that asks one predicate.
    pub fn pred(&mut self, predicate: Predicate) -> ExprId {
        let id = PredId::from(self.preds.insert_full(predicate).0);
        self.intern(Expr::Pred(id))
    }

    /// All of `children`.
    pub fn and(&mut self, children: impl IntoIterator<Item = ExprId>) -> ExprId {
        let mut flat = Vec::new();
        for child in children {
            match self.get(child) {
                Expr::True => {}
                Expr::False => return Self::FALSE,
                Expr::And(inner) => flat.extend_from_slice(inner),
                _ => flat.push(child),
            }
        }
        match flat.as_slice() {
            [] => Self::TRUE,
            [one] => *one,
            _ => self.intern(Expr::And(flat.into())),
        }
    }

    /// One of `children`.
    pub fn or(&mut self, children: impl IntoIterator<Item = ExprId>) -> ExprId {
        let mut flat = Vec::new();
        for child in children {
            match self.get(child) {
                Expr::False => {}
                Expr::True => return Self::TRUE,
                Expr::Or(inner) => flat.extend_from_slice(inner),
                _ => flat.push(child),
            }
        }
        match flat.as_slice() {
            [] => Self::FALSE,
            [one] => *one,
            _ => self.intern(Expr::Or(flat.into())),
        }
    }

    /// The opposite of `child`.
    pub fn not(&mut self, child: ExprId) -> ExprId {
        match self.get(child) {
            Expr::True => Self::FALSE,
            Expr::False => Self::TRUE,
            Expr::Not(inner) => *inner,
            _ => self.intern(Expr::Not(child)),
        }
    }

    /// `body` asked of the elements `field` reaches.
    pub fn elements(&mut self, field: FieldId, selector: ElementSelector, body: ExprId) -> ExprId {
        self.intern(Expr::Elements {
            field,
            selector,
            body,
        })
    }

    fn intern(&mut self, expr: Expr) -> ExprId {
        ExprId::from(self.exprs.insert_full(expr).0)
    }

    /// The expression behind an id; `False` for an id of another table.
    pub fn get(&self, id: ExprId) -> &Expr {
        self.exprs.get_index(id.index()).unwrap_or(&Expr::False)
    }

    /// The predicate behind an id.
    pub fn predicate(&self, id: PredId) -> Option<&Predicate> {
        self.preds.get_index(id.index())
    }

    /// The name behind a field id; empty for an id of another table.
    pub fn field_name(&self, id: FieldId) -> &str {
        self.fields.get_index(id.index()).map_or("", |name| name)
    }

    /// All predicates in id order.
    pub fn predicates(&self) -> impl ExactSizeIterator<Item = (PredId, &Predicate)> {
        self.preds
            .iter()
            .enumerate()
            .map(|(i, p)| (PredId::from(i), p))
    }

    /// All field names in id order.
    pub fn field_names(&self) -> impl ExactSizeIterator<Item = (FieldId, &str)> {
        self.fields
            .iter()
            .enumerate()
            .map(|(i, f)| (FieldId::from(i), f.as_ref()))
    }

    /// The fields that some of these expressions read, array selectors' included, in the
    /// order they are met.
    pub fn reads(&self, roots: impl IntoIterator<Item = ExprId>) -> IndexSet<FieldId> {
        let mut fields = IndexSet::new();
        let mut open: Vec<ExprId> = roots.into_iter().collect();
        let mut seen = vec![false; self.exprs.len()];
        while let Some(expr) = open.pop() {
            match seen.get_mut(expr.index()) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let inside = match self.get(expr) {
                Expr::True | Expr::False => &[][..],
                Expr::And(parts) | Expr::Or(parts) => parts,
                Expr::Not(inner) => std::slice::from_ref(inner),
                Expr::Elements { field, body, .. } => {
                    fields.insert(*field);
                    std::slice::from_ref(body)
                }
                Expr::Pred(pred) => {
                    if let Some(predicate) = self.predicate(*pred) {
                        if let Subject::Field(field) = predicate.subject {
                            fields.insert(field);
                        }
                        if let Op::FieldRef(reference) = &predicate.op {
                            fields.insert(reference.field);
                        }
                    }
                    &[]
                }
            };
            open.extend_from_slice(inside);
        }
        fields
    }

    /// How many expressions there are.
    pub fn len(&self) -> usize {
        self.exprs.len()
    }

    /// Never true: the constants are always there.
    pub fn is_empty(&self) -> bool {
        self.exprs.is_empty()
    }
}
