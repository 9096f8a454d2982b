//! Events made up for a rule: for each of its questions one that answers it, with all else the
//! rule asks for answered too, and one that just does not.

use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::{Map, Value, json};
use sigwright_convert::{Leaf, Query};
use sigwright_ir::Written;
use sigwright_ir::pred::{Anchor, Comparison, Number};
use sigwright_syntax::pattern::{Part, Pattern};

/// JSON texts for at most `most` of the questions of these trees.
pub fn events(trees: &[Query], most: usize) -> Vec<String> {
    let mut events = vec!["{}".to_owned()];
    for tree in trees {
        let mut leaves = Vec::new();
        crate::questions(tree, &mut leaves);
        let step = leaves.len().div_ceil(most.max(1)).max(1);
        for (number, leaf) in leaves.iter().copied().enumerate().step_by(step) {
            for (variant, miss) in [(number, false), (number, true), (number + 1, false)] {
                let mut maker = Maker {
                    aim: leaf,
                    miss,
                    variant,
                    values: Vec::new(),
                };
                maker.answer(tree);
                events.push(maker.event());
            }
        }
    }
    events
}

/// One event in the making.
struct Maker<'q> {
    /// The question it is about.
    aim: &'q Leaf,
    /// It shall just not be answered.
    miss: bool,
    /// Changes case and shape.
    variant: usize,
    values: Vec<(String, Value)>,
}

impl Maker<'_> {
    fn leads_to_aim(&self, query: &Query) -> bool {
        let mut leaves = Vec::new();
        crate::questions(query, &mut leaves);
        leaves.iter().any(|leaf| std::ptr::eq(*leaf, self.aim))
    }

    /// Answers a query; of alternatives the one with the aim.
    fn answer(&mut self, query: &Query) {
        match query {
            Query::And(parts) => parts.iter().for_each(|part| self.answer(part)),
            Query::Or(parts) => {
                let aimed = parts.iter().find(|part| self.leads_to_aim(part));
                if let Some(part) = aimed.or(parts.first()) {
                    self.answer(part);
                }
            }
            Query::Not(part) if self.leads_to_aim(part) => self.answer(part),
            Query::Not(_) => {}
            Query::Leaf(leaf) => {
                let miss = self.miss && std::ptr::eq(leaf, self.aim);
                let name = leaf.field.as_deref().unwrap_or("message");
                self.value(name, &leaf.value, miss);
            }
        }
    }

    fn value(&mut self, name: &str, value: &Written, miss: bool) {
        let text = |text: String| Value::from(text);
        let made = match value {
            Written::Text { pattern, cased } => text(self.text(pattern, *cased, miss)),
            Written::Number(n) => self.number(n, miss),
            Written::Bool(b) => match (self.variant % 2, miss) {
                (0, false) => json!(b),
                (_, false) => text(b.to_string().to_uppercase()),
                (0, true) => json!(!b),
                (_, true) => json!(u8::from(*b)),
            },
            Written::Null if miss => json!(""),
            Written::Null => Value::Null,
            Written::Exists(wanted) if *wanted != miss => json!("x"),
            Written::Exists(_) => return,
            Written::Regex(regex, _) => {
                let mut made = String::new();
                if let Ok(hir) = regex_syntax::parse(&regex.flagged()) {
                    sample(&hir, &mut made);
                }
                if miss {
                    made.pop();
                } else if self.variant % 2 == 1 {
                    made = format!("{made}\n");
                }
                text(made)
            }
            Written::Cidr(network) => text(match (miss, self.variant % 2) {
                (false, 0) => network.network().to_string(),
                (false, _) => network.broadcast().to_string(),
                (true, 0) => format!("{}x", network.network()),
                (true, _) => outside(network),
            }),
            Written::Compare(comparison, n) => self.compared(*comparison, n, miss),
            Written::FieldRef {
                name: other,
                anchor,
                ..
            } => {
                let (mine, theirs) = match (miss, anchor) {
                    (true, _) => ("other", "Same%_\\"),
                    (_, Anchor::Whole) => ("sAME%_\\", "Same%_\\"),
                    (_, Anchor::Start) => ("sAME%_\\ after", "Same%_\\"),
                    (_, Anchor::End) => ("before sAME%_\\", "Same%_\\"),
                    (_, Anchor::Contains) => ("before sAME%_\\ after", "Same%_\\"),
                };
                self.values.push((other.clone(), text(theirs.to_owned())));
                text(mine.to_owned())
            }
            Written::AnyOf(each) => {
                let Some(one) = each.get(self.variant % each.len().max(1)) else {
                    return;
                };
                return self.value(name, one, miss);
            }
            Written::Time(..) | Written::Expression(_) => return,
        };
        self.values.push((name.to_owned(), made));
    }

    fn number(&self, n: &Number, miss: bool) -> Value {
        let spelled = match (n, miss) {
            (Number::Int(n), true) => (n + 1).to_string(),
            (n, false) => n.to_string(),
            (n, true) => format!("{n}1"),
        };
        self.numeral(spelled)
    }

    fn compared(&self, comparison: Comparison, n: &Number, miss: bool) -> Value {
        let equal = matches!(
            comparison,
            Comparison::Gte | Comparison::Lte | Comparison::Eq
        );
        let up = matches!(comparison, Comparison::Gt | Comparison::Gte) != miss;
        let spelled = match (n, equal != miss) {
            (n, true) => n.to_string(),
            (Number::Int(n), false) if up => (n + 10).to_string(),
            (Number::Int(n), false) => (n - 10).to_string(),
            (n, false) => n.to_string(),
        };
        self.numeral(spelled)
    }

    /// As a number or as text.
    fn numeral(&self, spelled: String) -> Value {
        match (self.variant % 2, serde_json::from_str(&spelled)) {
            (0, Ok(number)) => number,
            _ => Value::from(spelled),
        }
    }

    /// A pattern filled in; case turned around where it does not count.
    fn text(&self, pattern: &Pattern, cased: bool, miss: bool) -> String {
        let mut made = String::new();
        let mut missed = !miss;
        for part in pattern.parts() {
            match part {
                Part::Many => made.push_str(
                    ["", "x%", "a\nb", " _é\\"]
                        .get(self.variant % 4)
                        .unwrap_or(&""),
                ),
                Part::One => made.push('ü'),
                Part::Dash(dash) => made.push(*dash),
                Part::Placeholder(_) => {}
                Part::Text(text) => {
                    let mut text = text.clone();
                    if !missed && !text.is_empty() {
                        text.pop();
                        missed = true;
                    }
                    made.push_str(&match (cased, self.variant % 2) {
                        (false, 1) => text.chars().map(turned).collect(),
                        _ => text,
                    });
                }
            }
        }
        if pattern.is_empty() && miss {
            made.push('x');
        }
        made
    }

    /// As JSON: names with dots as one key or as objects, values as they are or in an array;
    /// several texts of one field as one text.
    fn event(self) -> String {
        let mut event = Map::new();
        let mut texts: Vec<(String, Value)> = Vec::new();
        for (name, value) in self.values {
            let known = texts.iter_mut().find(|(known, _)| *known == name);
            match (known, value) {
                (Some((_, Value::String(before))), Value::String(text)) => {
                    before.push(' ');
                    before.push_str(&text);
                }
                (Some(_), _) => {}
                (None, value) => texts.push((name, value)),
            }
        }
        for (name, value) in texts {
            let value = match self.variant % 5 {
                4 => json!([null, [value]]),
                3 if self.variant.is_multiple_of(3) => json!(["other", value]),
                _ => value,
            };
            match self.variant % 2 {
                0 => {
                    event.insert(name, value);
                }
                _ => nest(&mut event, &name, value),
            }
        }
        Value::Object(event).to_string()
    }
}

fn nest(event: &mut Map<String, Value>, name: &str, value: Value) {
    let Some((key, rest)) = name.split_once('.') else {
        event.insert(name.to_owned(), value);
        return;
    };
    let inner = event
        .entry(key)
        .or_insert_with(|| Value::Object(Map::new()));
    match inner {
        Value::Object(inner) => nest(inner, rest, value),
        _ => {
            event.insert(name.to_owned(), value);
        }
    }
}

fn turned(c: char) -> char {
    match c.is_ascii_lowercase() {
        true => c.to_ascii_uppercase(),
        false => c.to_ascii_lowercase(),
    }
}

/// An address behind the last of a network.
fn outside(network: &ipnet::IpNet) -> String {
    match network {
        ipnet::IpNet::V4(net) => {
            std::net::Ipv4Addr::from(u32::from(net.broadcast()).wrapping_add(1)).to_string()
        }
        ipnet::IpNet::V6(net) => {
            std::net::Ipv6Addr::from(u128::from(net.broadcast()).wrapping_add(1)).to_string()
        }
    }
}

/// A short text that fits.
fn sample(hir: &Hir, to: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => to.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges();
            let plain = ranges.iter().find(|range| range.end() >= 'a');
            let range = plain.or(ranges.first());
            to.extend(range.map(|range| range.start().max('a').min(range.end())));
        }
        HirKind::Class(Class::Bytes(_)) => {}
        HirKind::Repetition(repeated) => {
            for _ in 0..repeated.min.min(64) {
                sample(&repeated.sub, to);
            }
        }
        HirKind::Capture(capture) => sample(&capture.sub, to),
        HirKind::Concat(parts) => parts.iter().for_each(|part| sample(part, to)),
        HirKind::Alternation(parts) => {
            if let Some(part) = parts.first() {
                sample(part, to);
            }
        }
    }
}
