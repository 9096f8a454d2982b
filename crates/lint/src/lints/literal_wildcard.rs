use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Modifier, Value};
use sigwright_syntax::{Edit, Fix};

pub static LINT: Lint = Lint {
    name: "literal-wildcard",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "a `*` that the log itself holds is written as a wildcard",
    page: "\
In the rules of a Kubernetes role `*` is data: it grants every verb, or every resource. A rule that looks for it has to
escape it, `'\\\\*'`, since a bare `*` is a wildcard and holds for every role there is. In a list of values too the bare
one swallows the others.",
    check: Check::Item(check),
};

/// Lists in the rules of a role in which `*` means all: type `PolicyRule` of
/// `rbac.authorization.k8s.io/v1`.
const GRANTS: &[&str] = &["apiGroups", "nonResourceURLs", "resources", "verbs"];

/// Whether `*` is data in what an item looks at.
pub(super) fn meant(cx: &ItemCx<'_>) -> bool {
    let logsource = cx.cx.logsource();
    let product = logsource.and_then(|l| l.product.as_ref());
    if product.is_none_or(|product| product.value != "kubernetes") {
        return false;
    }
    let Some(field) = &cx.item.field else {
        return false;
    };
    // `.` is an element of the array around it
    let own = field.name.value.as_str();
    let name = match (own, field.selectors.last()) {
        (".", Some((array, _))) => array.value.as_str(),
        _ => own,
    };
    let (path, last) = name.rsplit_once('.').unwrap_or(("", name));
    let in_rules = path == "rules" || path.ends_with(".rules");
    // containers have `resources` too, which are no list
    let in_some = path.is_empty() && cx.element && last != "resources";
    GRANTS.contains(&last) && (in_rules || in_some)
}

fn check(cx: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let plain = |m: Modifier| matches!(m, Modifier::All | Modifier::Neq | Modifier::Cased);
    if !cx.item.modifiers.iter().all(|m| plain(m.value)) || !meant(cx) {
        return;
    }
    for value in &cx.item.values {
        if matches!(&value.value, Value::Str(text) if text == "*") {
            let said = at(
                value.span,
                "this `*` is a wildcard, and holds for any value",
            )
            .because("in a role it is data: it grants all")
            .help(r"write `'\*'` to look for the character")
            .fix(Fix::risky(
                "look for the character",
                vec![Edit::replace(value.span, r"'\*'")],
            ));
            sink.report(said);
        }
    }
}
