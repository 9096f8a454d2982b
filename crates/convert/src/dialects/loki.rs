//! LogQL, of Grafana Loki.
//!
//! <https://grafana.com/docs/loki/latest/query/log_queries/>. The grammar (`syntax.y` of
//! <https://github.com/grafana/loki>) has `and` bind more than `or` and knows no `not`. Label
//! filters compare strings with case; their regular expressions cover the whole value, those of
//! line filters are searched for. A label that is missing is compared as an empty string, but
//! filters of numbers and addresses let go of lines without it (`label_filter.go`).

mod ruler;

use crate::Unsupported;
use crate::dialect::{
    ANY, Dialect, Fields, Format, GLOB, Hooks, Link, Logic, NO_OPS, NO_PIPELINES, Ops, PLAIN,
    Printed, Strings,
};
use crate::pattern;
use crate::print::{Deferred, Piece, Printer};
use crate::query::{Leaf, Query};
use crate::rule::Rule;
use sigwright_ir::Written;
use sigwright_ir::pred::{Anchor, Regex};
use sigwright_syntax::Span;
use sigwright_syntax::pattern::{Part, Pattern};

/// Loki.
pub const LOKI: Dialect = Dialect {
    name: "loki",
    title: "Grafana Loki LogQL",
    formats: &[
        Format {
            name: "default",
            title: "plain queries",
            longest: Some(4095),
            query: |_, _, query| Ok(query),
            output: |queries| queries.join("\n"),
        },
        Format {
            name: "ruler",
            title: "alerting rules of Loki's ruler, YAML",
            longest: None,
            query: ruler::item,
            output: |queries| {
                format!(
                    "groups:\n- name: Sigma rules\n  rules:\n{}",
                    queries.join("")
                )
                .trim_end()
                .to_owned()
            },
        },
    ],
    logic: Logic {
        and: " and ",
        or: " or ",
        not: "",
        negated: None,
        unknown: None,
        opposite: Some(opposite),
        every_not: false,
        strengths: [Link::Not, Link::And, Link::Or],
        every_group: false,
        group: ("(", ")"),
    },
    fields: Fields {
        own: Some(label),
        quote: "",
        needs_quotes: |_| false,
        escape: "",
        escaped: |_| false,
    },
    strings: Strings {
        quote: "`",
        needs_quotes: ANY,
        needs_quotes_in_lists: ANY,
        escape: "\\",
        escaped: "",
        escaped_in_quotes: None,
        many: None,
        one: None,
        bare: None,
        named: &[],
        like: GLOB,
        bools: None,
    },
    ops: Ops {
        number: Some("{field}={value}"),
        null: Some("{field}=``"),
        exists: Some("{field}!=\"\""),
        missing: Some("{field}=\"\""),
        cidr: Some("{field}=ip(\"{network}\")"),
        compare: Some("{field}{op}{value}"),
        ..NO_OPS
    },
    sql: None,
    hooks: Hooks {
        leaf: Some(leaf),
        before: Some(|query| keywords(turned(query, false))),
        finish,
    },
    pipelines: NO_PIPELINES,
};

/// A name as Loki makes labels of it.
fn label(name: &str) -> String {
    let name = name.trim();
    let digit = name.starts_with(|c: char| c.is_ascii_digit());
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let under = if digit { "_" } else { "" };
    under.chars().chain(name.chars().map(plain)).collect()
}

/// The label that holds the whole line where keywords stand beside alternatives.
const LINE: &str = "_line";

/// Negations only at questions; what they stood before is turned around.
fn turned(query: Query, negated: bool) -> Query {
    let each = |parts: Vec<Query>| parts.into_iter().map(|q| turned(q, negated)).collect();
    match (query, negated) {
        (Query::And(parts), false) | (Query::Or(parts), true) => Query::And(each(parts)),
        (Query::Or(parts), false) | (Query::And(parts), true) => Query::Or(each(parts)),
        (Query::Not(inner), _) => turned(*inner, !negated),
        (Query::Leaf(leaf), false) => Query::Leaf(leaf),
        (Query::Leaf(leaf), true) => match &leaf.value {
            Written::AnyOf(values) => {
                let not = |value: &Written| {
                    let value = value.clone();
                    turned(
                        Query::Leaf(Leaf {
                            value,
                            ..leaf.clone()
                        }),
                        true,
                    )
                };
                Query::And(values.iter().map(not).collect())
            }
            _ => Query::negated(Query::Leaf(leaf)),
        },
    }
}

/// Keywords that are alternatives become one; those beside other alternatives look into a label
/// of the line, as line filters stand outside of conditions.
fn keywords(query: Query) -> Query {
    match query {
        Query::And(parts) => Query::And(parts.into_iter().map(keywords).collect()),
        Query::Or(parts) => {
            let query = Query::Or(parts);
            match one_keyword(&query) {
                Some(leaf) => Query::Leaf(leaf),
                None => in_label(query),
            }
        }
        Query::Leaf(leaf) => match one_keyword(&Query::Leaf(leaf.clone())) {
            Some(merged) if matches!(leaf.value, Written::AnyOf(_)) => Query::Leaf(merged),
            _ => Query::Leaf(leaf),
        },
        other => other,
    }
}

fn in_label(query: Query) -> Query {
    match query {
        Query::And(parts) => Query::And(parts.into_iter().map(in_label).collect()),
        Query::Or(parts) => Query::Or(parts.into_iter().map(in_label).collect()),
        Query::Not(inner) => Query::negated(in_label(*inner)),
        Query::Leaf(leaf) if leaf.field.is_none() => Query::Leaf(Leaf {
            field: Some(LINE.to_owned()),
            value: anywhere(leaf.value),
            span: leaf.span,
        }),
        leaf => leaf,
    }
}

/// A keyword asked of a field.
fn anywhere(value: Written) -> Written {
    let open = |pattern: &Pattern| {
        let ends = pattern::ends(pattern);
        let inner = pattern::without(pattern, ends.start, ends.end && !ends.lone);
        let parts = inner.parts().iter().cloned();
        Pattern::from_parts([Part::Many].into_iter().chain(parts).chain([Part::Many]))
    };
    match value {
        Written::Text { pattern, cased } => Written::Text {
            pattern: open(&pattern),
            cased,
        },
        Written::Number(n) => Written::Text {
            pattern: open(&Pattern::literal(n.to_string())),
            cased: false,
        },
        Written::AnyOf(each) => Written::AnyOf(each.into_iter().map(anywhere).collect()),
        other => other,
    }
}

/// Alternatives that are all keywords, as one regular expression.
fn one_keyword(query: &Query) -> Option<Leaf> {
    let mut parts = Vec::new();
    let span = alternatives(query, &mut parts)?;
    let ignore_case = parts.iter().all(|regex| regex.ignore_case);
    let spelled = |regex: &Regex| match ignore_case && !regex.multi_line && !regex.dot_all {
        true => regex.pattern.clone(),
        false => scoped(regex),
    };
    let pattern: Vec<String> = parts.iter().map(spelled).collect();
    Some(Leaf {
        field: None,
        value: Written::Regex(
            Regex {
                pattern: pattern.join("|"),
                ignore_case,
                multi_line: false,
                dot_all: false,
            },
            Anchor::Whole,
        ),
        span,
    })
}

fn alternatives(query: &Query, into: &mut Vec<Regex>) -> Option<Span> {
    match query {
        Query::Or(parts) => {
            let mut span = None;
            for part in parts {
                span = span.or(Some(alternatives(part, into)?));
            }
            span
        }
        Query::Leaf(leaf) if leaf.field.is_none() => {
            keyword(&leaf.value, into).then_some(leaf.span)
        }
        _ => None,
    }
}

fn keyword(value: &Written, into: &mut Vec<Regex>) -> bool {
    let text = |pattern: String, ignore_case: bool| Regex {
        pattern,
        ignore_case,
        multi_line: false,
        dot_all: false,
    };
    match value {
        Written::Text { pattern, cased } if !has_placeholder(pattern) => {
            into.push(text(pattern::regex(pattern, ""), !cased));
            true
        }
        Written::Number(n) => {
            into.push(text(n.to_string(), true));
            true
        }
        Written::Regex(regex, _) => {
            into.push(regex.clone());
            true
        }
        Written::AnyOf(each) => each.iter().all(|value| keyword(value, into)),
        _ => false,
    }
}

/// A regular expression whose flags end with it.
fn scoped(regex: &Regex) -> String {
    let flags = [
        (regex.ignore_case, 'i'),
        (regex.multi_line, 'm'),
        (regex.dot_all, 's'),
    ];
    let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, f)| f).collect();
    format!("(?{flags}:{})", regex.pattern)
}

fn has_placeholder(pattern: &Pattern) -> bool {
    pattern
        .parts()
        .iter()
        .any(|part| matches!(part, Part::Placeholder(_)))
}

/// The text of a pattern without wildcards.
fn literal(pattern: &Pattern) -> String {
    let text = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Dash(dash) => dash.to_string(),
        Part::Many | Part::One | Part::Placeholder(_) => String::new(),
    };
    pattern.parts().iter().map(text).collect()
}

/// In backticks, where nothing needs an escape, or in quotes.
fn quoted(text: &str) -> String {
    // a string in backticks loses its carriage returns: <https://go.dev/ref/spec#String_literals>
    match text.contains(['`', '\r']) {
        false => format!("`{text}`"),
        true => {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"");
            let text = text.replace('\n', "\\n").replace('\r', "\\r");
            format!("\"{text}\"")
        }
    }
}

fn leaf(printer: &Printer<'_>, leaf: &Leaf) -> Option<Printed> {
    let Some(name) = &leaf.field else {
        return Some(line_filter(printer, leaf));
    };
    if name == LINE {
        prepare(printer, format!("{LINE}=`{{{{ __line__ }}}}`"), leaf.span);
    }
    let field = label(name);
    let text = match &leaf.value {
        Written::Text { pattern, .. } if has_placeholder(pattern) => {
            return Some(printer.string(pattern, leaf.span).map(Piece::Text));
        }
        Written::Text { pattern, .. } if pattern::ends(pattern).lone => format!("{field}!=``"),
        Written::Text {
            pattern,
            cased: true,
        } if PLAIN(pattern) => {
            format!("{field}={}", quoted(&literal(pattern)))
        }
        Written::Text { pattern, cased } => {
            format!("{field}=~{}", quoted(&whole(pattern, *cased)))
        }
        Written::Bool(yes) => format!("{field}=~`(?i)^{yes}$`"),
        Written::Regex(regex, anchor) => match searched(regex, *anchor) {
            Ok(regex) => format!("{field}=~{}", quoted(&regex)),
            Err(why) => {
                let what = format!("this regular expression: {why}");
                return Some(Err(printer.cannot(leaf.span, &what)));
            }
        },
        Written::FieldRef {
            name,
            anchor,
            cased,
        } => {
            let count = printer.deferred();
            let same = same(&field, &label(name), *anchor, *cased);
            prepare(printer, format!("match_{count}=`{same}`"), leaf.span);
            format!("match_{count}=`true`")
        }
        _ => return None,
    };
    Some(Ok(Piece::Text(text)))
}

fn prepare(printer: &Printer<'_>, text: String, span: Span) {
    printer.defer(Deferred {
        text,
        negated: false,
        prepares: true,
        broad: None,
        span,
    });
}

/// A template that is `true` where one label's value has the other's; a label that is missing
/// has none.
fn same(field: &str, other: &str, anchor: Anchor, cased: bool) -> String {
    let value = |name: &str| match cased {
        true => format!(".{name}"),
        false => format!("(lower .{name})"),
    };
    let (field_value, other_value) = (value(field), value(other));
    let question = match anchor {
        Anchor::Whole => format!("eq {field_value} {other_value}"),
        Anchor::Start => format!("hasPrefix {other_value} {field_value}"),
        Anchor::End => format!("hasSuffix {other_value} {field_value}"),
        Anchor::Contains => format!("contains {other_value} {field_value}"),
    };
    format!("{{{{ if and .{field} .{other} ({question}) }}}}true{{{{ end }}}}")
}

/// A string as a regular expression that covers the value. Without `s` the dot stops at line
/// ends; but Loki makes a search for text of a text between two `.*`, and of those only.
fn whole(pattern: &Pattern, cased: bool) -> String {
    let ends = pattern::ends(pattern);
    let inner = pattern::without(pattern, ends.start, ends.end);
    let flags = match (cased, PLAIN(&inner)) {
        (false, true) => "(?i)",
        (false, false) => "(?is)",
        (true, true) => "",
        (true, false) => "(?s)",
    };
    let start = if ends.start { "" } else { "^" };
    let end = if ends.end { "" } else { "$" };
    format!("{flags}{start}{}{end}", pattern::regex(pattern, ""))
}

/// A regular expression that may stand anywhere in the value, for a filter that covers it.
fn searched(regex: &Regex, anchor: Anchor) -> Result<String, String> {
    pattern::linear(regex, anchor)?;
    let (start, end) = match anchor {
        Anchor::Whole | Anchor::Contains => ("", ""),
        Anchor::Start => ("^", ""),
        Anchor::End => ("", "$"),
    };
    Ok(format!("(?s:.*){start}{}{end}(?s:.*)", scoped(regex)))
}

fn line_filter(printer: &Printer<'_>, leaf: &Leaf) -> Printed {
    let text = match &leaf.value {
        Written::Text { pattern, cased } => {
            if has_placeholder(pattern) {
                return printer.string(pattern, leaf.span).map(Piece::Text);
            }
            let ends = pattern::ends(pattern);
            let inner = pattern::without(pattern, ends.start, ends.end && !ends.lone);
            let flags = if *cased { "" } else { "(?i)" };
            format!(
                "|~ {}",
                quoted(&format!("{flags}{}", pattern::regex(&inner, "")))
            )
        }
        Written::Number(n) => format!("|= `{n}`"),
        Written::Regex(regex, anchor) => match pattern::linear(regex, *anchor) {
            Ok(regex) => format!("|~ {}", quoted(&regex)),
            Err(why) => {
                let what = format!("this regular expression: {why}");
                return Err(printer.cannot(leaf.span, &what));
            }
        },
        Written::Cidr(network) => format!("|= ip(\"{network}\")"),
        _ => return Err(printer.cannot(leaf.span, "keywords like this")),
    };
    Ok(Piece::After(Deferred {
        text,
        negated: false,
        prepares: false,
        broad: None,
        span: leaf.span,
    }))
}

/// The opposite of a label filter.
fn opposite(question: &str) -> String {
    let end = question.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let (field, rest) = question
        .split_at_checked(end.unwrap_or(0))
        .unwrap_or_default();
    const OPPOSITES: [(&str, &str); 8] = [
        ("=~", "!~"),
        ("!~", "=~"),
        ("!=", "="),
        (">=", "<"),
        ("<=", ">"),
        (">", "<="),
        ("<", ">="),
        ("=", "!="),
    ];
    let found = OPPOSITES
        .iter()
        .find_map(|(sign, other)| Some((other, rest.strip_prefix(sign)?)));
    let Some((sign, value)) = found else {
        return question.to_owned();
    };
    let turned = format!("{field}{sign}{value}");
    match value.starts_with(['`', '"']) {
        true => turned,
        // filters of numbers and addresses let go of lines without the label
        false => format!("({turned} or {field}=``)"),
    }
}

/// The streams, line filters, the parser, labels made for the condition, and the condition.
fn finish(rule: &Rule, query: &str, after: &[Deferred]) -> Result<String, Unsupported> {
    let mut text = own(rule, "logsource_loki_selection").unwrap_or_else(|| stream(rule).to_owned());
    for filter in after.iter().filter(|d| !d.prepares) {
        let spelled = match (filter.negated, filter.text.split_at_checked(2)) {
            (true, Some(("|~", rest))) => format!("!~{rest}"),
            (true, Some((_, rest))) => format!("!={rest}"),
            _ => filter.text.clone(),
        };
        text.push_str(&format!(" {spelled}"));
    }
    if !query.is_empty() {
        let parser = own(rule, "loki_parser").unwrap_or_else(|| parser(rule).to_owned());
        let parser = parser.trim();
        let parser = parser.strip_prefix('|').unwrap_or(parser).trim_start();
        let parser = parser.strip_suffix('|').unwrap_or(parser).trim_end();
        text.push_str(&format!(" | {parser}"));
        let mut made: Vec<&str> = Vec::new();
        for label in after.iter().filter(|d| d.prepares) {
            if !made.contains(&label.text.as_str()) {
                made.push(&label.text);
            }
        }
        if !made.is_empty() {
            text.push_str(&format!(" | label_format {}", made.join(",")));
        }
        text.push_str(&format!(" | {query}"));
    }
    if !rule.fields.is_empty() {
        let shown: Vec<String> = rule
            .fields
            .iter()
            .map(|f| format!("{{{{.{}}}}}", label(f)))
            .collect();
        text.push_str(&format!(" | line_format \"{}\"", shown.join(" ")));
    }
    Ok(text)
}

/// What a pipeline has set.
fn own(rule: &Rule, attribute: &str) -> Option<String> {
    rule.custom.get(attribute)?.as_str().map(str::to_owned)
}

fn product(rule: &Rule) -> &str {
    let product = rule.logsource.product.as_ref();
    product.map_or("", |product| product.value.as_str())
}

/// What usual exporters write: event logs of Windows, logs of Azure and Zeek as JSON.
fn parser(rule: &Rule) -> &'static str {
    match product(rule) {
        "windows" | "azure" | "zeek" => "json",
        _ => "logfmt",
    }
}

/// The labels that usual exporters give their streams.
fn stream(rule: &Rule) -> &'static str {
    match product(rule) {
        "windows" => "{job=~\"eventlog|winlog|windows|fluentbit.*\"}",
        "azure" => "{job=\"logstash\"}",
        _ => "{job=~\".+\"}",
    }
}

#[cfg(test)]
mod tests {
    use super::LOKI;
    use crate::{print, rule};
    use sigwright_ir::{Context, lower};
    use sigwright_syntax::{Sources, read};

    /// The condition of a rule's query, behind the streams.
    fn query(detection: &str) -> String {
        let mut sources = Sources::default();
        let text = format!("title: t\nlogsource: {{category: c}}\ndetection:\n{detection}\n");
        let id = sources.add("rule.yml".to_owned(), text);
        let (documents, _) = read(&sources, id);
        let context = Context::default();
        let (set, _) = lower(&documents, &context);
        let rule = rule::rules(&documents, &set, &context).remove(0).unwrap();
        let queries = print::queries(&rule, &LOKI, None).unwrap();
        queries[0].strip_prefix("{job=~\".+\"}").unwrap().to_owned()
    }

    #[test]
    fn values_of_strings() {
        let of = |item: &str| query(&format!("  s: {{{item}}}\n  condition: s"));
        assert_eq!(of(r"f: 'A*b\*c'"), r" | logfmt | f=~`(?is)^A.*b\*c$`");
        assert_eq!(of(r"f|cased: 'C:\x.y'"), r" | logfmt | f=`C:\x.y`");
        assert_eq!(of(r"f|cased|contains: 'x.y'"), r" | logfmt | f=~`.*x\.y.*`");
        assert_eq!(of("f: 'a`b'"), " | logfmt | f=~\"(?i)^a`b$\"");
        assert_eq!(of("f: '*'"), " | logfmt | f!=``");
        assert_eq!(
            of("f|re: '^a|b'"),
            " | logfmt | f=~`(?s:.*)(?:^a|b)(?s:.*)`"
        );
    }

    #[test]
    fn variants_stay_together() {
        let found = query("  s: {f|contains|windash: ' -x', g: 1}\n  condition: s");
        assert!(found.starts_with(" | logfmt | (f=~"), "{found}");
        assert!(found.ends_with(") and g=1"), "{found}");
    }

    #[test]
    fn negation_is_turned_around() {
        let found = query("  a: {f: x, g: 1}\n  b: {h: null}\n  condition: not (a or b)");
        let expected = " | logfmt | (f!~`(?i)^x$` or (g!=1 or g=``)) and h!=``";
        assert_eq!(found, expected);
    }

    #[test]
    fn keywords_are_line_filters_or_ask_a_label() {
        let found = query("  k: [a, 'b*c']\n  s: {f: x}\n  condition: k and s");
        assert_eq!(found, " |~ `(?i)a|b.*c` | logfmt | f=~`(?i)^x$`");
        let found = query("  k: [a, b]\n  condition: not k");
        assert_eq!(found, " !~ `(?i)a` !~ `(?i)b`");
        let found = query("  k: [a]\n  s: {f: x}\n  condition: k or s");
        let label = " | logfmt | label_format _line=`{{ __line__ }}`";
        assert_eq!(
            found,
            format!("{label} | _line=~`(?i).*a.*` or f=~`(?i)^x$`")
        );
    }
}
