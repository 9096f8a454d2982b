//! Predicates: one question about one field (or about every value) of an event.
//!
//! Nothing is lowercased, compiled or expanded here beyond what the rule says: the original
//! spelling is kept, so that a converter can print it and the engine can fold it.

pub use sigwright_syntax::ast::Comparison;
pub use sigwright_syntax::pattern::{Part, Pattern};

/// Declares an index type.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The place in the table the id belongs to.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(index: usize) -> Self {
                $name(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    };
}
id!(
    /// A field name in [`crate::Exprs`].
    FieldId
);
id!(
    /// A predicate in [`crate::Exprs`].
    PredId
);
id!(
    /// An expression in [`crate::Exprs`].
    ExprId
);
id!(
    /// A rule in a [`crate::RuleSet`].
    RuleId
);

/// A question about an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Predicate {
    /// What is looked at.
    pub subject: Subject,
    /// What is asked.
    pub op: Op,
}

/// What a predicate looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The values a name reaches; true where one of them answers.
    Field(FieldId),
    /// Every value of the event (keyword search).
    AnyValue,
    /// The array element at hand, inside [`crate::Expr::Elements`].
    Element,
}

/// What is asked of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Op {
    /// A Sigma string.
    Str(StrOp),
    /// Equal to a number.
    Num(Number),
    /// Equal to a truth value.
    Bool(bool),
    /// The name reaches nothing, or only nulls.
    Null,
    /// The name reaches something, be it empty or null.
    Exists,
    /// A regular expression found anywhere in the value.
    Regex(Regex),
    /// An address inside a network.
    Cidr(ipnet::IpNet),
    /// A number compared.
    Compare(Comparison, Number),
    /// Compared with the values of another field.
    FieldRef(FieldRef),
    /// A part of a time, in UTC, compared.
    Time(TimePart, Comparison, Number),
}

/// A string operation, in normal form when made by [`StrOp::new`].
///
/// Normal form, so that equal meanings are equal values:
/// - a `*` at either end of the pattern is dropped and that end is open instead, so
///   `*foo*` over the whole value is `foo` anywhere;
/// - in a run of wildcards inside the pattern, each `?` comes first, then one `*` if there
///   was any;
/// - a pattern of nothing but `?`, open at one end, is open at both; so is the empty
///   pattern, which any value that has a text satisfies (a lone `*`);
/// - there are no placeholders.
///
/// On [`Subject::AnyValue`] a keyword without modifiers has been opened at both ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StrOp {
    /// Which part of the value the pattern must cover.
    pub anchor: Anchor,
    /// What to find.
    pub pattern: Pattern,
    /// Case counts.
    pub cased: bool,
}

impl StrOp {
    /// A string operation in normal form.
    pub fn new(anchor: Anchor, pattern: Pattern, cased: bool) -> StrOp {
        let literal = |part: &Part| !matches!(part, Part::One | Part::Many);
        if pattern.parts().first().is_some_and(literal) && !pattern.parts().contains(&Part::Many) {
            return StrOp {
                anchor,
                pattern,
                cased,
            };
        }
        let (mut open_start, mut open_end) = anchor.open();
        let mut parts: Vec<Part> = Vec::with_capacity(pattern.parts().len());
        let mut many = false;
        for part in pattern.parts() {
            match part {
                Part::Many => many = true,
                Part::One => parts.push(Part::One),
                part => {
                    if many {
                        match parts.iter().all(|p| *p == Part::One) {
                            true => open_start = true,
                            false => parts.push(Part::Many),
                        }
                        many = false;
                    }
                    parts.push(part.clone());
                }
            }
        }
        open_end |= many;
        if parts.iter().all(|p| *p == Part::One) && (open_start || open_end) {
            (open_start, open_end) = (true, true);
        }
        StrOp {
            anchor: Anchor::opened(open_start, open_end),
            pattern: Pattern::from_parts(parts),
            cased,
        }
    }
}

/// Which part of a value must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// All of it.
    Whole,
    /// Its start.
    Start,
    /// Its end.
    End,
    /// Any part.
    Contains,
}

impl Anchor {
    /// Whether something may stand before the pattern, and after it.
    pub fn open(self) -> (bool, bool) {
        match self {
            Anchor::Whole => (false, false),
            Anchor::Start => (false, true),
            Anchor::End => (true, false),
            Anchor::Contains => (true, true),
        }
    }

    /// The anchor of a pattern that is open at these ends.
    pub fn opened(start: bool, end: bool) -> Anchor {
        match (start, end) {
            (false, false) => Anchor::Whole,
            (false, true) => Anchor::Start,
            (true, false) => Anchor::End,
            (true, true) => Anchor::Contains,
        }
    }
}

/// A regular expression with its flags.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Regex {
    /// As the rule states it.
    pub pattern: String,
    /// `i`
    pub ignore_case: bool,
    /// `m`
    pub multi_line: bool,
    /// `s`
    pub dot_all: bool,
}

impl Regex {
    /// The pattern with its flags in front, as regex engines read it.
    pub fn flagged(&self) -> String {
        let mut flags = String::new();
        for (on, flag) in [
            (self.ignore_case, 'i'),
            (self.multi_line, 'm'),
            (self.dot_all, 's'),
        ] {
            if on {
                flags.push(flag);
            }
        }
        if flags.is_empty() {
            self.pattern.clone()
        } else {
            format!("(?{flags}){}", self.pattern)
        }
    }
}

/// A comparison with another field of the same event (or element).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldRef {
    /// The other field.
    pub field: FieldId,
    /// Which part of this field's value the other's value must cover.
    pub anchor: Anchor,
    /// Case counts.
    pub cased: bool,
}

/// A number of a rule; whole numbers are exact.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// A whole number.
    Int(i128),
    /// Any other finite number.
    Float(f64),
}

impl Number {
    /// A float as a number: whole ones become exact integers.
    pub fn from_f64(float: f64) -> Number {
        // Every whole float below 2^127 is an exact i128; `as` cannot saturate there.
        if float.fract() == 0.0 && float.abs() < 1.7e38 {
            Number::Int(float as i128)
        } else {
            Number::Float(float)
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a == b,
            (Number::Float(a), Number::Float(b)) => a.to_bits() == b.to_bits(),
            _ => false,
        }
    }
}

impl Eq for Number {}

impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Number::Int(n) => (0u8, n).hash(state),
            Number::Float(f) => (1u8, f.to_bits()).hash(state),
        }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Int(n) => n.fmt(f),
            Number::Float(x) => x.fmt(f),
        }
    }
}

/// A part of a date, read in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimePart {
    /// 0–59
    Minute,
    /// 0–23
    Hour,
    /// 1–31
    Day,
    /// ISO 8601 week, 1–53
    Week,
    /// 1–12
    Month,
    /// The year
    Year,
}

#[cfg(test)]
mod tests;
