//! Questions about one field that no event answers as wanted.

use crate::text;
use crate::value::{Asked, op};
use serde_json::{Value, json};
use sigwright_engine::{Event, naive};
use sigwright_ir::Exprs;
use sigwright_ir::pred::{Op, Part};

/// What contradicts what, in words; `None` where nothing is known to.
///
/// A pattern implies another where a text that is as general as the first allows fits the
/// second: what is open filled with characters that no rule has. It must fit whether much or
/// nothing stands there, and the second must have no `?`, which could take such a character
/// for one that need not be there.
pub fn found(exprs: &Exprs, name: &str, asked: &[Asked]) -> Option<String> {
    let shown = |one: &Asked| format!("`{}`", exprs.display(one.expr));
    let says = |one: &Asked| op(exprs, one.expr).map(|op| (op, one.wanted));
    let no_value = asked
        .iter()
        .find(|one| matches!(says(one), Some((Op::Null, true) | (Op::Exists, false))));
    let value = asked.iter().find(|one| match says(one) {
        Some((Op::Null, wanted)) => !wanted,
        Some((Op::Exists, _)) | None => false,
        Some((_, wanted)) => wanted,
    });
    if let (Some(none), Some(some)) = (no_value, value) {
        let verb = if none.wanted { "" } else { "no " };
        return Some(format!("{} and {verb}{}", shown(some), shown(none)));
    }
    for yes in asked.iter().filter(|one| one.wanted) {
        for no in asked.iter().filter(|one| !one.wanted) {
            if implies(exprs, name, yes, no) {
                return Some(format!(
                    "what fits {} fits {}, which must not be",
                    shown(yes),
                    shown(no)
                ));
            }
        }
    }
    None
}

fn implies(exprs: &Exprs, name: &str, yes: &Asked, no: &Asked) -> bool {
    let holds = |value: Value| {
        let text = json!({ name: value }).to_string();
        Event::from_json(&text).is_ok_and(|event| naive::holds(exprs, no.expr, &event))
    };
    match (op(exprs, yes.expr), op(exprs, no.expr)) {
        (Some(Op::Str(yes)), Some(Op::Str(no))) => {
            let plain = |parts: &[Part]| !parts.contains(&Part::One);
            let (before, after) = yes.anchor.open();
            plain(no.pattern.parts())
                && plain(yes.pattern.parts())
                && (!no.cased || yes.cased)
                && ["", "\u{e000}\u{e001}\u{e002}"].into_iter().all(|any| {
                    let text = text::filled(&yes.pattern, any, 'a');
                    let open = |is: bool| if is { any } else { "" };
                    holds(Value::from(format!(
                        "{}{text}{}",
                        open(before),
                        open(after)
                    )))
                })
        }
        (Some(Op::Cidr(yes)), Some(Op::Cidr(no))) => no.contains(yes),
        _ => false,
    }
}
