use crate::cx::RuleCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Detection, ElementBody, Item, LogSource, Search};

pub static LINT: Lint = Lint {
    name: "same-element",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "two items about one array may be met by different elements of it",
    page: "\
`containers.image` and `containers.securityContext.privileged` in one selection read as if one container had to be
both. They are two questions: an image of the first container and a privilege of the second answer them together. With
`sigma-version: 3`, `containers[any]: {image: …, securityContext.privileged: true}` asks both of the same element.

Only arrays are spoken of whose elements are known to be objects; the list is in the lint.",
    check: Check::Rule(check),
};

/// By product, keys whose values are arrays of objects. Kubernetes: the types of its API
/// reference; CloudTrail, Google, Azure, Microsoft 365 and Okta: their references of audit
/// records.
const ARRAYS: &[(&str, &[&str])] = &[
    (
        "kubernetes",
        &[
            "containers",
            "env",
            "envFrom",
            "ephemeralContainers",
            "initContainers",
            "ownerReferences",
            "rules",
            "subjects",
            "tolerations",
            "volumeMounts",
            "volumes",
            "webhooks",
        ],
    ),
    ("gcp", &["authorizationInfo", "bindingDeltas"]),
    ("azure", &["modifiedProperties", "targetResources"]),
    (
        "m365",
        &["ExtendedProperties", "ModifiedProperties", "Parameters"],
    ),
    ("okta", &["target"]),
];

fn check(cx: &RuleCx<'_>, sink: &mut Sink<'_>) {
    let arrays = arrays(&cx.rule.logsource);
    if !arrays.is_empty() {
        detection(&cx.rule.detection, arrays, sink);
    }
}

fn arrays(logsource: &LogSource) -> &'static [&'static str] {
    let product = logsource.product.as_ref().map(|p| p.value.as_str());
    let row = ARRAYS.iter().find(|(name, _)| Some(*name) == product);
    row.map_or(&[], |(_, arrays)| arrays)
}

fn detection(of: &Detection, arrays: &[&str], sink: &mut Sink<'_>) {
    for selection in of.selections.values() {
        search(&selection.search, arrays, sink);
    }
}

fn search(of: &Search, arrays: &[&str], sink: &mut Sink<'_>) {
    match of {
        Search::All(parts, _) => {
            map(parts, arrays, sink);
            parts.iter().for_each(|part| search(part, arrays, sink));
        }
        Search::Any(parts, _) => parts.iter().for_each(|part| search(part, arrays, sink)),
        Search::Item(_) => {}
        Search::Elements(elements) => match &elements.body {
            ElementBody::Search(inner) => search(inner, arrays, sink),
            ElementBody::Detection(inner) => detection(inner, arrays, sink),
        },
    }
}

/// Items that must hold together: the first two about the same array, but not the same field.
fn map(parts: &[Search], arrays: &[&str], sink: &mut Sink<'_>) {
    let items: Vec<(&Item, &str, &str)> = parts
        .iter()
        .filter_map(|part| match part {
            Search::Item(item) => Some(item),
            _ => None,
        })
        .filter_map(|item| {
            let (array, rest) = split(&item.field.as_ref()?.name.value, arrays)?;
            Some((item, array, rest))
        })
        .collect();
    for (place, (second, array, rest)) in items.iter().enumerate() {
        let before = items.iter().take(place);
        let mut others = before.filter(|(_, theirs, other)| theirs == array && other != rest);
        let Some((first, _, other)) = others.next() else {
            continue;
        };
        let said = at(
            second.key,
            format!("one element of `{array}` may answer this, another `{other}`"),
        )
        .also(first.key, "may be answered by another element")
        .help(format!(
            "with `sigma-version: 3` write `{array}[any]: {{{other}: …, {rest}: …}}`"
        ));
        sink.report(said);
        break;
    }
}

/// A name as the last array on its way, and what is asked of its elements.
fn split<'n>(name: &'n str, arrays: &[&str]) -> Option<(&'n str, &'n str)> {
    let mut found = None;
    for (dot, _) in name.match_indices('.') {
        let (array, rest) = (name.get(..dot)?, name.get(dot + 1..)?);
        let last = array.rsplit('.').next().unwrap_or(array);
        if arrays.contains(&last) {
            found = Some((array, rest));
        }
    }
    found
}
