//! What one question about a value says about another, whatever the value.
//!
//! A question other than null and existence holds for a set of values, and a field answers
//! it with any of its values. So one question implies another about the same field exactly
//! where its set lies within the other's.

use super::regex::around;
use super::texts::Texts;
use crate::pred::{Anchor, Comparison, Number, Op, Subject, TimePart};
use ipnet::IpNet;
use std::cmp::Ordering;
use std::net::IpAddr;

/// The set of values a question holds for.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// The text of each value in the set is one of these.
    upper: Texts,
    /// Each value that has one of these texts is in the set; None where that is not known.
    lower: Option<Texts>,
    kind: Kind,
}

/// What the set is besides its texts.
#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// All values with certain texts.
    Text,
    /// Truth values, and strings that spell one.
    Bool,
    /// Numbers that equal this one, and strings that spell it.
    Number(Number),
    /// Numbers that compare so, and strings that spell them.
    Compare(Comparison, Number),
    /// Addresses in a network.
    Network(IpNet),
    /// Times whose part compares so.
    Time(TimePart, Comparison, Number),
}

impl Question {
    /// The set; None for questions that are not about one value by itself, and for those
    /// nothing is known about.
    pub(super) fn of(subject: Subject, op: &Op) -> Option<Question> {
        let keyword = subject == Subject::AnyValue;
        let exact = |texts: Texts| Question {
            lower: Some(texts.clone()),
            upper: texts,
            kind: Kind::Text,
        };
        let special = |kind: Kind| Question {
            upper: Texts::all(),
            lower: None,
            kind,
        };
        Some(match op {
            Op::Str(asked) => {
                let anchor = match asked.anchor {
                    Anchor::Whole if keyword => Anchor::Contains,
                    anchor => anchor,
                };
                exact(Texts::of(asked, anchor)?)
            }
            Op::Regex(regex) => {
                let around = around(regex)?;
                Question {
                    upper: around.upper,
                    lower: around.lower,
                    kind: Kind::Text,
                }
            }
            // among keywords, what is neither text nor regex is not made by any rule
            _ if keyword => return None,
            Op::Num(number) => Question {
                lower: Some(Texts::literal(&number.to_string(), true)),
                ..special(Kind::Number(*number))
            },
            Op::Bool(value) => Question {
                upper: Texts::literal(&value.to_string(), false),
                // `ſ` folds to `s`, but spells no truth value
                lower: Some(Texts::literal(&value.to_string(), true)),
                kind: Kind::Bool,
            },
            Op::Compare(comparison, number) => special(Kind::Compare(*comparison, *number)),
            Op::Cidr(network) => special(Kind::Network(canonical(*network))),
            Op::Time(part, comparison, number) => special(Kind::Time(*part, *comparison, *number)),
            Op::Null | Op::Exists | Op::FieldRef(_) => return None,
        })
    }

    /// All texts of its values.
    pub(super) fn upper(&self) -> &Texts {
        &self.upper
    }

    /// Texts all of whose values are in it.
    pub(super) fn lower(&self) -> Option<&Texts> {
        self.lower.as_ref()
    }

    /// Whether every value in it is in `other`. Where that is not plain, false.
    pub(super) fn within(&self, other: &Question) -> bool {
        if let Some(lower) = &other.lower
            && self.upper.within(lower)
        {
            return true;
        }
        match (&self.kind, &other.kind) {
            (Kind::Number(n), Kind::Compare(comparison, bound)) => {
                compares(n, *comparison, bound) == Some(true)
            }
            (Kind::Compare(c, n), Kind::Compare(d, m))
            | (Kind::Time(_, c, n), Kind::Time(_, d, m)) => {
                same_part(&self.kind, &other.kind) && narrower((*c, n), (*d, m))
            }
            (Kind::Network(inner), Kind::Network(outer)) => outer.contains(inner),
            (Kind::Text, Kind::Compare(comparison, bound)) => self
                .whole_number()
                .is_some_and(|n| compares(&n, *comparison, bound) == Some(true)),
            (Kind::Text, Kind::Network(network)) => {
                self.address().is_some_and(|a| network.contains(&a))
            }
            _ => false,
        }
    }

    /// Whether no value is in both. Where that is not plain, false.
    pub(super) fn apart(&self, other: &Question) -> bool {
        if self.upper.apart(&other.upper) {
            return true;
        }
        let one_way = |a: &Question, b: &Question| match (&a.kind, &b.kind) {
            (Kind::Number(n), Kind::Number(m)) => order(n, m).is_some_and(Ordering::is_ne),
            (Kind::Number(n), Kind::Compare(comparison, bound)) => {
                compares(n, *comparison, bound) == Some(false)
            }
            (Kind::Compare(c, n), Kind::Compare(d, m))
            | (Kind::Time(_, c, n), Kind::Time(_, d, m)) => {
                same_part(&a.kind, &b.kind) && disjoint((*c, n), (*d, m))
            }
            (Kind::Network(one), Kind::Network(two)) => !one.contains(two) && !two.contains(one),
            (Kind::Text, Kind::Network(network)) => match a.upper.only() {
                Some(text) => !address(&text).is_some_and(|a| network.contains(&a)),
                None => false,
            },
            (Kind::Text | Kind::Bool, Kind::Number(_) | Kind::Compare(..))
                if a.upper.needs(no_part_of_numbers) =>
            {
                true
            }
            (Kind::Text, Kind::Number(number)) => a
                .whole_number()
                .is_some_and(|n| order(&n, number).is_some_and(Ordering::is_ne)),
            (Kind::Text, Kind::Compare(comparison, bound)) => a
                .whole_number()
                .is_some_and(|n| compares(&n, *comparison, bound) == Some(false)),
            _ => false,
        };
        one_way(self, other) || one_way(other, self)
    }

    /// Whether no value at all is in it.
    pub(super) fn is_empty(&self) -> bool {
        let Kind::Time(part, comparison, bound) = &self.kind else {
            return false;
        };
        let (least, most) = match part {
            TimePart::Minute => (0, 59),
            TimePart::Hour => (0, 23),
            TimePart::Day => (1, 31),
            TimePart::Week => (1, 53),
            TimePart::Month => (1, 12),
            TimePart::Year => return false,
        };
        (least..=most).all(|n| compares(&Number::Int(n), *comparison, bound) == Some(false))
    }

    /// The whole number it asks for as a text, spelled as a number is.
    fn whole_number(&self) -> Option<Number> {
        let text = self.upper.exactly()?;
        let number: i128 = text.parse().ok()?;
        (number.to_string() == text).then_some(Number::Int(number))
    }

    /// The address it asks for as a text.
    fn address(&self) -> Option<IpAddr> {
        address(&self.upper.only()?)
    }
}

fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|a| a.to_canonical())
}

/// A network of IPv4 addresses mapped into IPv6 as the IPv4 network it holds.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(six) = network else {
        return network;
    };
    let four = six.network().to_ipv4_mapped();
    match (four, six.prefix_len().checked_sub(96)) {
        (Some(four), Some(prefix)) => ipnet::Ipv4Net::new(four, prefix).map_or(network, IpNet::V4),
        _ => network,
    }
}

/// No number is spelled with it; of a folded character.
fn no_part_of_numbers(c: char) -> bool {
    !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e')
}

fn same_part(a: &Kind, b: &Kind) -> bool {
    match (a, b) {
        (Kind::Time(a, ..), Kind::Time(b, ..)) => a == b,
        (Kind::Compare(..), Kind::Compare(..)) => true,
        _ => false,
    }
}

/// How two numbers stand to each other; None where it takes more than is done here.
fn order(a: &Number, b: &Number) -> Option<Ordering> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(b)),
        // the shortest spellings of floats are in the order of the floats
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(b),
        (Number::Int(int), Number::Float(float)) => mixed(*int, *float),
        (Number::Float(float), Number::Int(int)) => mixed(*int, *float).map(Ordering::reverse),
    }
}

/// A whole number against a fraction, which lies between two whole ones.
fn mixed(int: i128, float: f64) -> Option<Ordering> {
    if float.abs() >= 9e15 || float.fract() == 0.0 {
        return None;
    }
    match int <= float.floor() as i128 {
        true => Some(Ordering::Less),
        false => Some(Ordering::Greater),
    }
}

fn compares(number: &Number, comparison: Comparison, bound: &Number) -> Option<bool> {
    let order = order(number, bound)?;
    Some(match comparison {
        Comparison::Lt => order.is_lt(),
        Comparison::Lte => order.is_le(),
        Comparison::Gt => order.is_gt(),
        Comparison::Gte => order.is_ge(),
        Comparison::Eq => order.is_eq(),
        Comparison::Neq => order.is_ne(),
    })
}

/// Whether all numbers of one comparison are in another.
fn narrower((c, n): (Comparison, &Number), (d, m): (Comparison, &Number)) -> bool {
    use Comparison::{Eq, Gt, Gte, Lt, Lte, Neq};
    let Some(order) = order(n, m) else {
        return false;
    };
    match (c, d) {
        (Eq, d) => compares(n, d, m) == Some(true),
        (Lt, Lt | Lte) | (Lte, Lte) => order.is_le(),
        (Lte, Lt) => order.is_lt(),
        (Gt, Gt | Gte) | (Gte, Gte) => order.is_ge(),
        (Gte, Gt) => order.is_gt(),
        (Lt, Neq) => order.is_le(),
        (Lte, Neq) => order.is_lt(),
        (Gt, Neq) => order.is_ge(),
        (Gte, Neq) => order.is_gt(),
        (Neq, Neq) => order.is_eq(),
        _ => false,
    }
}

/// Whether no number is in both.
fn disjoint((c, n): (Comparison, &Number), (d, m): (Comparison, &Number)) -> bool {
    use Comparison::{Eq, Gt, Gte, Lt, Lte, Neq};
    let opposite = match d {
        Lt => Gte,
        Lte => Gt,
        Gt => Lte,
        Gte => Lt,
        Eq => Neq,
        Neq => Eq,
    };
    narrower((c, n), (opposite, m))
}
