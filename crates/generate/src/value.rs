//! Values of one field that answer all that is asked of it: proposed by what is asked, and
//! tried.

use crate::text;
use crate::{moment, network, regex};
use serde_json::{Value, json};
use sigwright_engine::{Event, naive};
use sigwright_ir::pred::{Anchor, Comparison, Number, Op, Part, Pattern, StrOp};
use sigwright_ir::{ExprId, Exprs};

/// How many values are kept to choose from.
const ENOUGH: usize = 4;
/// How many texts are tried for one field.
const TRIES: usize = 1_000;

/// A question about a field, and the answer wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Asked {
    /// The expression that asks it, of this field alone.
    pub expr: ExprId,
    /// The answer.
    pub wanted: bool,
}

/// What an event has for a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Slot {
    /// Nothing: the name must not reach anything.
    Absent,
    /// Nothing is needed; what a log of the kind usually has may stand there.
    Free,
    /// This value.
    Is(Value),
}

/// The question behind an expression that asks one.
pub fn op(exprs: &Exprs, expr: ExprId) -> Option<&Op> {
    match exprs.get(expr) {
        sigwright_ir::Expr::Pred(pred) => exprs.predicate(*pred).map(|pred| &pred.op),
        _ => None,
    }
}

/// Whether a field with this value answers as wanted.
fn answers(exprs: &Exprs, name: &str, value: &Value, asked: &[Asked]) -> bool {
    let text = json!({ name: value }).to_string();
    Event::from_json(&text).is_ok_and(|event| {
        asked
            .iter()
            .all(|one| naive::holds(exprs, one.expr, &event) == one.wanted)
    })
}

/// Values that answer as wanted, the plainest first; none where none was found. Where `miss`
/// is one of the questions, values that nearly have another answer to it come first.
pub fn slots(
    exprs: &Exprs,
    name: &str,
    asked: &[Asked],
    miss: Option<ExprId>,
    turn: usize,
) -> Vec<Slot> {
    let mut found: Vec<Slot> = Vec::new();
    let missed = miss.filter(|miss| asked.iter().any(|one| one.expr == *miss));
    if let Some(miss) = missed {
        near_misses(exprs, name, asked, miss, turn, &mut found);
    }
    let needed = asked.iter().any(|one| {
        let is_null = matches!(op(exprs, one.expr), Some(Op::Null));
        one.wanted != is_null
    });
    let try_one = |value: Value, found: &mut Vec<Slot>| {
        let slot = Slot::Is(value);
        if let Slot::Is(value) = &slot
            && !found.contains(&slot)
            && answers(exprs, name, value, asked)
        {
            found.push(slot);
        }
        found.len() >= ENOUGH
    };
    if needed {
        let ops = |wanted: bool| {
            let these = asked.iter().filter(move |one| one.wanted == wanted);
            these.filter_map(|one| op(exprs, one.expr))
        };
        let (yes, no): (Vec<&Op>, Vec<&Op>) = (ops(true).collect(), ops(false).collect());
        propose(name, &yes, &no, turn, &mut |value| {
            try_one(value, &mut found)
        });
        if found.is_empty() {
            found.extend(several(exprs, name, asked, turn));
        }
        return found;
    }
    let null_wanted = asked.iter().any(|one| one.wanted);
    let absence_wanted = asked
        .iter()
        .any(|one| !one.wanted && op(exprs, one.expr) == Some(&Op::Exists));
    found.push(if null_wanted || absence_wanted {
        Slot::Absent
    } else {
        Slot::Free
    });
    if !absence_wanted {
        try_one(Value::Null, &mut found);
    }
    found
}

/// Values in an array, one for each question, where no single one answers all.
fn several(exprs: &Exprs, name: &str, asked: &[Asked], turn: usize) -> Option<Slot> {
    let (yes, no): (Vec<Asked>, Vec<Asked>) = asked.iter().partition(|one| one.wanted);
    if yes.len() < 2 {
        return None;
    }
    let mut values: Vec<Value> = Vec::new();
    for one in yes {
        let mut these = no.clone();
        these.push(one);
        let already = values
            .iter()
            .any(|value| answers(exprs, name, value, &[one]));
        if already {
            continue;
        }
        match slots(exprs, name, &these, None, turn).into_iter().next()? {
            Slot::Is(value) => values.push(value),
            Slot::Absent | Slot::Free => {}
        }
    }
    let value = Value::Array(values);
    answers(exprs, name, &value, asked).then_some(Slot::Is(value))
}

/// Values that just fail to answer `miss` otherwise.
fn near_misses(
    exprs: &Exprs,
    name: &str,
    asked: &[Asked],
    miss: ExprId,
    turn: usize,
    found: &mut Vec<Slot>,
) {
    let hit: Vec<Asked> = asked
        .iter()
        .map(|one| Asked {
            wanted: one.wanted != (one.expr == miss),
            ..*one
        })
        .collect();
    for base in slots(exprs, name, &hit, None, turn).into_iter().take(2) {
        let Slot::Is(base) = base else { continue };
        for value in neighbours(&base, op(exprs, miss)) {
            if answers(exprs, name, &value, asked) {
                found.push(Slot::Is(value));
                if found.len() >= ENOUGH {
                    return;
                }
            }
        }
    }
}

/// Values close to one.
fn neighbours(value: &Value, asked: Option<&Op>) -> Vec<Value> {
    let mut made: Vec<Value> = Vec::new();
    match asked {
        Some(Op::Cidr(network)) => {
            made.extend(network::outside(network).into_iter().map(Value::from));
        }
        Some(Op::Compare(_, number) | Op::Num(number)) => made.extend(numbers(number)),
        Some(Op::Time(..)) => made.extend(moment::others().map(Value::from)),
        Some(Op::Null) => made.extend([json!("x"), json!("")]),
        _ => {}
    }
    match value {
        Value::String(text) => made.extend(text::near(text).into_iter().map(Value::from)),
        Value::Bool(is) => made.push(json!(!is)),
        Value::Number(number) => {
            made.extend(number.as_i64().map(|n| json!(n.saturating_add(1))));
            made.extend(text::near(&number.to_string()).into_iter().map(Value::from));
        }
        Value::Array(values) => {
            for place in 0..values.len() {
                let kept = values.iter().enumerate().filter(|(at, _)| *at != place);
                made.push(Value::Array(kept.map(|(_, value)| value.clone()).collect()));
            }
        }
        Value::Null | Value::Object(_) => {}
    }
    made
}

/// A number as JSON; beyond what JSON readers keep, as text.
fn numeral(number: &Number) -> Value {
    let small = match number {
        Number::Int(n) => i64::try_from(*n).ok().map(Value::from),
        Number::Float(x) => serde_json::Number::from_f64(*x).map(Value::Number),
    };
    small.unwrap_or_else(|| Value::from(number.to_string()))
}

/// A number and those next to it.
fn numbers(number: &Number) -> Vec<Value> {
    let around: Vec<Number> = match number {
        Number::Int(n) => [0, 1, -1, 10, -10]
            .into_iter()
            .map(|step| Number::Int(n.saturating_add(step)))
            .collect(),
        Number::Float(x) => vec![
            Number::Float(*x),
            Number::from_f64(x.ceil()),
            Number::from_f64(x.floor()),
            Number::from_f64(x.ceil() + 1.0),
            Number::from_f64(x.floor() - 1.0),
        ],
    };
    around.iter().map(numeral).collect()
}

/// Offers values until `enough` says so.
fn propose(
    name: &str,
    yes: &[&Op],
    no: &[&Op],
    turn: usize,
    enough: &mut dyn FnMut(Value) -> bool,
) {
    let mut tries = 0;
    let mut offer = |value: Value| {
        tries += 1;
        enough(value) || tries > TRIES
    };
    let mut texts: Vec<&StrOp> = Vec::new();
    let mut samples: Vec<String> = Vec::new();
    let mut whole = Vec::new();
    for op in yes {
        match op {
            Op::Str(text) => texts.push(text),
            Op::Regex(regex) => samples.extend(regex::texts(regex)),
            // a number that must also fit a pattern is one of its texts
            Op::Num(number) => whole.push(StrOp {
                anchor: Anchor::Whole,
                pattern: Pattern::literal(number.to_string()),
                cased: false,
            }),
            _ => {}
        }
    }
    let plain = yes.iter().chain(no).flat_map(|op| match op {
        Op::Num(number) | Op::Compare(_, number) => numbers(number),
        _ => Vec::new(),
    });
    if yes
        .iter()
        .any(|op| matches!(op, Op::Num(_) | Op::Compare(..)))
    {
        for value in plain {
            let text = value.to_string();
            if offer(value) || offer(Value::from(text)) {
                return;
            }
        }
    }
    for op in yes {
        let offered = match op {
            Op::Bool(is) => offer(json!(is)) || offer(Value::from(is.to_string())),
            Op::Cidr(_) => network::inside(yes, no)
                .into_iter()
                .any(|v| offer(v.into())),
            Op::Time(..) => moment::fitting(yes, no)
                .into_iter()
                .any(|v| offer(v.into())),
            _ => false,
        };
        if offered {
            return;
        }
    }
    texts.extend(&whole);
    // no pattern but an open one: anything that a log may have there
    let open = texts.iter().all(|text| {
        let parts = text.pattern.parts();
        text.anchor == Anchor::Contains && parts.iter().all(|part| *part == Part::One)
    });
    if open && samples.is_empty() {
        for number in 0..8 {
            if offer(ordinary(name, turn + number)) {
                return;
            }
        }
    }
    if yes.is_empty()
        && no
            .iter()
            .any(|op| matches!(op, Op::Compare(Comparison::Neq, _)))
    {
        offer(json!(0));
    }
    text::fitting(&texts, &samples, turn, &mut |text| offer(Value::from(text)));
}

/// A value that a field of this name may well have; another for each number.
pub fn ordinary(name: &str, number: usize) -> Value {
    let last = name
        .rsplit(['.', '_'])
        .next()
        .unwrap_or(name)
        .to_lowercase();
    let host = number % 200 + 10;
    let any = |words: &[&str]| words.iter().any(|word| last.contains(word));
    if any(&["ip", "addr"]) && !any(&["script", "desc", "recip", "type", "princip"]) {
        return Value::from(format!("198.51.100.{host}"));
    }
    if any(&["user", "account", "actor", "owner", "principal"]) {
        const NAMES: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];
        return match NAMES.get(number) {
            Some(name) => Value::from(*name),
            None => Value::from(format!("user-{number}")),
        };
    }
    if any(&["host", "computer", "workstation"]) {
        return Value::from(format!("host-{host}.example.com"));
    }
    if any(&["port"]) {
        return json!(49_152 + number);
    }
    Value::from(format!("value-{}", number + 1))
}
