//! Kusto Query Language, of Microsoft Sentinel and Defender.
//!
//! <https://learn.microsoft.com/en-us/kusto/query/>. Which types an operator takes is read from
//! the language's own library, `Operators.cs` of <https://github.com/microsoft/Kusto-Query-Language>:
//! `=~`, `in~` and their like take strings and dynamic values, not numbers or truth values.

use crate::dialect::{
    ANY, C_ESCAPES, Dialect, Fields, Format, GLOB, Hooks, Link, Logic, NO_OPS, NO_PIPELINES,
    NO_TEXT, Ops, PLAIN, PLAIN_QUERIES, Printed, Regexes, Strings, Text,
};
use crate::pattern;
use crate::print::{Piece, Printer, fill, unfilled};
use crate::query::Leaf;
use ipnet::IpNet;
use sigwright_ir::Written;
use sigwright_syntax::pattern::{Part, Pattern};

/// Kusto.
pub const KUSTO: Dialect = Dialect {
    name: "kusto",
    title: "Kusto Query Language (Microsoft Sentinel and Defender)",
    formats: &[Format {
        title: "conditions of `where`",
        ..PLAIN_QUERIES
    }],
    logic: Logic {
        and: " and ",
        or: " or ",
        not: "not",
        negated: None,
        unknown: Some("coalesce({part}, false)"),
        opposite: None,
        every_not: true,
        strengths: [Link::Not, Link::And, Link::Or],
        every_group: true,
        group: ("(", ")"),
    },
    fields: Fields {
        own: Some(path),
        quote: "",
        needs_quotes: |_| false,
        escape: "",
        escaped: |_| false,
    },
    strings: Strings {
        quote: "\"",
        needs_quotes: ANY,
        needs_quotes_in_lists: ANY,
        escape: "\\",
        escaped: "\\",
        escaped_in_quotes: None,
        // strings have no wildcards; the questions below have them
        many: None,
        one: None,
        bare: None,
        named: C_ESCAPES,
        like: GLOB,
        bools: Some(("true", "false")),
    },
    ops: Ops {
        text: Text {
            equals: Some("{field} =~ {value}"),
            starts: Some("{field} startswith {value}"),
            ends: Some("{field} endswith {value}"),
            contains: Some("{field} contains {value}"),
            one_of: Some("{field} in~ ({list})"),
            ..NO_TEXT
        },
        cased: Text {
            equals: Some("{field} == {value}"),
            starts: Some("{field} startswith_cs {value}"),
            ends: Some("{field} endswith_cs {value}"),
            contains: Some("{field} contains_cs {value}"),
            one_of: Some("{field} in ({list})"),
            ..NO_TEXT
        },
        number: Some("{field} == {value}"),
        // right for columns of truth values and of strings
        bool: Some("tostring({field}) =~ \"{value}\""),
        // a string is never null: `isnull` would be false for every column of strings
        null: Some("isempty({field})"),
        exists: Some("isnotempty({field})"),
        missing: Some("isempty({field})"),
        regex: Some("{field} matches regex \"{regex}\""),
        regexes: Regexes {
            escaped: &["\""],
            escape_itself: true,
            named: C_ESCAPES,
            rewrite: Some(pattern::linear),
            ..NO_OPS.regexes
        },
        cidr: Some("ipv4_is_in_range({field}, \"{network}\")"),
        compare: Some("{field} {op} {value}"),
        // missing columns are empty strings, which do not equal each other in Sigma
        field_equals: Some("({field} =~ {other} and isnotempty({field}))"),
        field_equals_cased: Some("({field} == {other} and isnotempty({field}))"),
        field_starts: Some("({field} startswith {other} and isnotempty({other}))"),
        field_ends: Some("({field} endswith {other} and isnotempty({other}))"),
        field_contains: Some("({field} contains {other} and isnotempty({other}))"),
        long_numbers: true,
        one_of_numbers: Some("{field} in ({list})"),
        listed: PLAIN,
        list_aside: true,
        keywords_by_value: true,
        keyword_number: Some("* contains \"{value}\""),
        keyword_regex: Some("* matches regex \"{regex}\""),
        ..NO_OPS
    },
    sql: None,
    hooks: Hooks {
        leaf: Some(leaf),
        before: None,
        finish: |_, query, _| Ok(query.to_owned()),
    },
    pipelines: NO_PIPELINES,
};

/// A name with dots is a path into a dynamic column; other names that are no identifiers stand
/// in brackets. A pipeline may write a key with dots in brackets (`a['b.c'].d`), and a
/// conversion around the whole (`tolong(a.b)`).
fn path(name: &str) -> String {
    let called = CONVERSIONS.iter().find_map(|function| {
        let inner = name.strip_prefix(function)?.strip_prefix('(')?;
        Some((function, inner.strip_suffix(')')?))
    });
    if let Some((function, inner)) = called {
        return format!("{function}({})", path(inner));
    }
    let identifier = |part: &str| {
        !part.starts_with(|c: char| c.is_ascii_digit())
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !KEYWORDS.split(' ').any(|keyword| keyword == part)
    };
    let bracketed = |part: &str| format!("['{}']", part.replace('\\', "\\\\").replace('\'', "\\'"));
    let keys = keys(name);
    if keys.iter().any(|key| key.is_empty()) {
        return bracketed(name);
    }
    let mut path = String::with_capacity(name.len());
    for key in keys {
        match identifier(key) {
            true if path.is_empty() => path.push_str(key),
            true => path.push_str(&format!(".{key}")),
            false => path.push_str(&bracketed(key)),
        }
    }
    path
}

/// Words that are no names unless they stand in brackets.
/// <https://learn.microsoft.com/en-us/kusto/query/schema-entities/entity-names#reference-rules>
const KEYWORDS: &str = "and as asc between by consume contains datatable declare desc distinct evaluate extend externaldata false find fork from getschema has has_all has_any hasprefix hassuffix in invoke join kind let like limit lookup materialize matches mv not null of on or order parse partition pattern print project range reduce render sample scan search serialize set sort startswith endswith summarize take to top toscalar true typeof union where with";

/// Functions of one value that a name may stand in.
const CONVERSIONS: [&str; 3] = ["tostring", "tolong", "toreal"];

/// The keys of a path: cut at dots and at brackets.
fn keys(name: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    let mut rest = name;
    loop {
        let (plain, after) = match rest.split_once("['") {
            Some((plain, after)) if after.contains("']") => (plain, Some(after)),
            _ => (rest, None),
        };
        let plain = match keys.is_empty() {
            true => plain,
            false => plain.strip_prefix('.').unwrap_or(plain),
        };
        if !(plain.is_empty() && (after.is_some() || !keys.is_empty())) {
            keys.extend(plain.split('.'));
        }
        let Some((key, after)) = after.and_then(|after| after.split_once("']")) else {
            return keys;
        };
        keys.push(key);
        rest = after;
        if rest.is_empty() {
            return keys;
        }
    }
}

fn leaf(printer: &Printer<'_>, leaf: &Leaf) -> Option<Printed> {
    let name = leaf.field.as_ref().map(|name| printer.field(name));
    let text = match (&leaf.value, &name) {
        (Written::Text { pattern, .. }, _) if placeholder(pattern).is_some() => {
            return placeholder(pattern).map(|name| Err(unfilled(name, leaf.span)));
        }
        (Written::Text { pattern, .. }, Some(field)) if pattern::ends(pattern).lone => {
            format!("isnotempty({field})")
        }
        (Written::Text { pattern, cased }, Some(field)) => {
            let ends = pattern::ends(pattern);
            let inner = pattern::without(pattern, ends.start, ends.end);
            if PLAIN(&inner) {
                return None;
            }
            matches(printer, field, &inner, (!ends.start, !ends.end), *cased)
        }
        (Written::Text { pattern, cased }, None) => {
            let ends = pattern::ends(pattern);
            let inner = pattern::without(pattern, ends.start, ends.end && !ends.lone);
            let contains = match cased {
                false => "contains",
                true => "contains_cs",
            };
            match PLAIN(&inner) {
                true => match printer.string(&inner, leaf.span) {
                    Ok(value) => format!("* {contains} {value}"),
                    Err(unsupported) => return Some(Err(unsupported)),
                },
                false => matches(printer, "*", &inner, (false, false), *cased),
            }
        }
        (Written::Cidr(network @ IpNet::V6(_)), Some(field)) => {
            format!("ipv6_is_in_range({field}, \"{network}\")")
        }
        _ => return None,
    };
    Some(Ok(Piece::Text(text)))
}

fn placeholder(pattern: &Pattern) -> Option<&str> {
    pattern.parts().iter().find_map(|part| match part {
        Part::Placeholder(name) => Some(name.as_str()),
        _ => None,
    })
}

/// A value with wildcards inside, tied to the start and the end of what it looks at.
fn matches(
    printer: &Printer<'_>,
    field: &str,
    pattern: &Pattern,
    (start, end): (bool, bool),
    cased: bool,
) -> String {
    let flags = if cased { "s" } else { "is" };
    let (start, end) = (if start { "^" } else { "" }, if end { "$" } else { "" });
    let regex = format!("(?{flags}){start}{}{end}", pattern::regex(pattern, ""));
    fill(
        "{field} matches regex \"{regex}\"",
        &[("field", field), ("regex", &printer.escaped_regex(&regex))],
    )
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn names_are_paths_or_brackets() {
        assert_eq!(path("CommandLine"), "CommandLine");
        assert_eq!(path("userIdentity.type"), "userIdentity.type");
        assert_eq!(path("cs-uri"), "['cs-uri']");
        assert_eq!(path("http.user-agent.x"), "http['user-agent'].x");
        assert_eq!(path("it's"), "['it\\'s']");
        assert_eq!(path("a..b"), "['a..b']");
        assert_eq!(path("1st"), "['1st']");
        assert_eq!(path("where"), "['where']");
        assert_eq!(path("a.in.b"), "a['in'].b");
        assert_eq!(path("In"), "In");
        assert_eq!(
            path("Annotations['authorization.k8s.io/decision']"),
            "Annotations['authorization.k8s.io/decision']"
        );
        assert_eq!(path("a['b.c'].d-e['f']"), "a['b.c']['d-e'].f");
        assert_eq!(path("a['b"), "['a[\\'b']");
        assert_eq!(path("tolong(a.b-c)"), "tolong(a['b-c'])");
        assert_eq!(path("todouble(a)"), "['todouble(a)']");
    }
}
