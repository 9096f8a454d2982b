//! What the search command of SPL cannot ask, asked by commands behind a pipe.
//!
//! A question that must hold for the whole query becomes a command after the search. One that
//! stands beside an alternative becomes a field, `true` or `false`, that commands make before a
//! second search asks for it.

use crate::Unsupported;
use crate::dialect::Printed;
use crate::pattern;
use crate::print::{Deferred, Piece, Place, Printer};
use crate::query::{Leaf, Query};
use crate::rule::Rule;
use sigwright_ir::Written;
use sigwright_ir::pred::{Anchor, Regex};
use sigwright_syntax::pattern::{Part, Pattern};

/// The field with the whole event.
const RAW: &str = "_raw";

/// How long the name of a group in a regular expression may be.
/// Source: PCRE2, <https://www.pcre.org/current/doc/html/pcre2limits.html> (32 code units)
const GROUP: usize = 32;

/// Regular expressions, comparisons of fields, and strings with `?` or a literal `*`, for which a
/// search has no sign.
pub fn question(printer: &Printer<'_>, leaf: &Leaf) -> Option<Printed> {
    match &leaf.value {
        Written::Regex(regex, anchor) => Some(Ok(expression(
            printer,
            leaf,
            &printer.regex(regex, *anchor),
        ))),
        Written::Text {
            pattern,
            cased: false,
        } if inexact(pattern) => Some(kept_exact(printer, leaf, pattern)),
        Written::FieldRef {
            name,
            anchor,
            cased,
        } => Some(fields(printer, leaf, name, *anchor, *cased)),
        _ => None,
    }
}

/// A regular expression.
fn expression(printer: &Printer<'_>, leaf: &Leaf, regex: &str) -> Piece {
    let field = argument(printer, leaf);
    if printer.place() != Place::Inside {
        return Piece::After(deferred(
            leaf,
            format!("| regex {field}{{not}}=\"{regex}\""),
        ));
    }
    let made = Made::new(printer, leaf);
    let Made { group, condition } = &made;
    made.asked(
        printer,
        leaf,
        format!(
            "| rex field={field} \"(?<{group}>{regex})\"\n\
             | eval {condition}=if(isnotnull({group}), \"true\", \"false\")"
        ),
    )
}

/// A field as the argument of a command.
fn argument(printer: &Printer<'_>, leaf: &Leaf) -> String {
    match leaf.field.as_deref().unwrap_or(RAW) {
        name if name.contains(|c: char| c.is_whitespace() || "\"=|".contains(c)) => {
            printer.field(name)
        }
        name => name.to_owned(),
    }
}

/// Whether a search can ask this only with a `*` that finds more. A `*` is a wildcard always.
/// Source: <https://help.splunk.com/en/splunk-enterprise/search/search-manual/search-primer/backslashes>
fn inexact(pattern: &Pattern) -> bool {
    let inexact = |part: &Part| match part {
        Part::One => true,
        Part::Text(text) => text.contains('*'),
        _ => false,
    };
    pattern.parts().iter().any(inexact)
}

/// The pattern with wildcards for its literal `*`.
fn widened(pattern: &Pattern) -> Pattern {
    let mut wide = Pattern::default();
    for part in pattern.parts() {
        match part {
            Part::Text(text) => {
                for (at, text) in text.split('*').enumerate() {
                    if at > 0 {
                        wide.push(Part::Many);
                    }
                    wide.push(Part::Text(text.to_owned()));
                }
            }
            part => wide.push(part.clone()),
        }
    }
    wide
}

/// A string with `?` or a literal `*`: a search takes `*` for either, which finds more, and a
/// regular expression keeps what is right.
fn kept_exact(printer: &Printer<'_>, leaf: &Leaf, pattern: &Pattern) -> Printed {
    let (start, end) = match leaf.field {
        Some(_) => ("^", "$"),
        None => ("", ""),
    };
    let regex = Regex {
        pattern: format!("{start}{}{end}", pattern::regex(pattern, "")),
        ignore_case: true,
        multi_line: false,
        dot_all: true,
    };
    let regex = printer.regex(&regex, Anchor::Whole);
    let name = leaf.field.as_deref().unwrap_or(RAW);
    let field = printer.field(name);
    let value = printer.string(&widened(pattern), leaf.span)?;
    let broad = match leaf.field {
        Some(_) => format!("{field}={value}"),
        None => value,
    };
    if printer.place() == Place::Conjunct {
        let field = argument(printer, leaf);
        let text = format!("| regex {field}{{not}}=\"{regex}\"");
        printer.defer(deferred(leaf, text));
        return Ok(Piece::Text(broad));
    }
    let made = Made::new(printer, leaf);
    let text = format!(
        "| eval {}=if(match('{name}', \"{regex}\"), \"true\", \"false\")",
        made.condition
    );
    let asked = made.asked(printer, leaf, text);
    printer.broaden(broad);
    Ok(asked)
}

/// Two fields compared. Strings are compared with case in `where` and `eval`, and a missing field
/// makes neither true nor false.
/// Source: <https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Where>
fn fields(printer: &Printer<'_>, leaf: &Leaf, other: &str, anchor: Anchor, cased: bool) -> Printed {
    let name = leaf.field.as_deref().unwrap_or(RAW);
    let folded = |name: &str| match cased {
        true => format!("'{name}'"),
        false => format!("lower('{name}')"),
    };
    let (a, b) = (folded(name), folded(other));
    let test = match anchor {
        Anchor::Whole => format!("{a}={b}"),
        Anchor::Start => format!("len({b})>0 AND substr({a}, 1, len({b}))={b}"),
        Anchor::End => format!("len({b})>0 AND substr({a}, -len({b}))={b}"),
        Anchor::Contains => {
            return Err(printer.cannot(leaf.span, "that a field contains another's value"));
        }
    };
    if printer.place() == Place::Conjunct {
        return Ok(Piece::After(deferred(leaf, format!("| where {test}"))));
    }
    let made = Made::new(printer, leaf);
    let text = format!("| eval {}=if({test}, \"true\", \"false\")", made.condition);
    Ok(made.asked(printer, leaf, text))
}

fn deferred(leaf: &Leaf, text: String) -> Deferred {
    Deferred {
        text,
        negated: false,
        prepares: false,
        broad: None,
        span: leaf.span,
    }
}

/// A field that says whether something holds.
struct Made {
    /// What a regular expression captures.
    group: String,
    /// `true` or `false`.
    condition: String,
}

impl Made {
    /// The next one about a field: named after the last part of its name.
    fn new(printer: &Printer<'_>, leaf: &Leaf) -> Made {
        let name = leaf.field.as_deref().unwrap_or(RAW);
        let last = name.rsplit('.').next().unwrap_or(name);
        let word = |c: char| match c.is_ascii_alphanumeric() {
            true => c,
            false => '_',
        };
        let mut stem: String = last.chars().map(word).collect();
        if stem.starts_with(|c: char| c.is_ascii_digit()) {
            stem.insert(0, '_');
        }
        stem.truncate(GROUP - "Match00".len());
        let start = format!("eval {stem}Condition");
        let number = 1 + printer.deferred_like(|d| {
            let mut after = d.text.split(&start).skip(1);
            d.prepares
                && after.any(|rest| {
                    rest.trim_start_matches(|c: char| c.is_ascii_digit())
                        .starts_with('=')
                })
        });
        let number = match number {
            1 => String::new(),
            n => n.to_string(),
        };
        Made {
            group: format!("{stem}Match{number}"),
            condition: format!("{stem}Condition{number}"),
        }
    }

    /// Puts off the commands that make it; the search asks for it.
    fn asked(&self, printer: &Printer<'_>, leaf: &Leaf, text: String) -> Piece {
        printer.defer(Deferred {
            prepares: true,
            ..deferred(leaf, text)
        });
        Piece::Text(format!("{}=\"true\"", self.condition))
    }
}

/// Keeps strings with `?` or a literal `*` out of lists.
pub fn apart(query: Query) -> Query {
    let each = |parts: Vec<Query>| parts.into_iter().map(apart).collect();
    match query {
        Query::And(parts) => Query::And(each(parts)),
        Query::Not(inner) => Query::Not(Box::new(apart(*inner))),
        Query::Leaf(leaf) => Query::Leaf(leaf),
        Query::Or(parts) => Query::Or(
            parts
                .into_iter()
                .map(|part| match part {
                    Query::Leaf(leaf) => Query::Leaf(match &leaf.value {
                        Written::Text { pattern, .. } if inexact(pattern) => Leaf {
                            value: Written::AnyOf(vec![leaf.value]),
                            ..leaf
                        },
                        _ => leaf,
                    }),
                    part => apart(part),
                })
                .collect(),
        ),
    }
}

/// The search with its commands. Where commands make fields, what needs none of them is asked
/// first: it spares them events, and a pipe needs a search before it.
pub fn finish(_: &Rule, query: &str, after: &[Deferred]) -> Result<String, Unsupported> {
    let (making, after): (Vec<&Deferred>, Vec<&Deferred>) = after.iter().partition(|d| d.prepares);
    let mut text = String::new();
    if making.is_empty() {
        text.push_str(match query {
            "" => "*",
            query => query,
        });
    } else {
        let (first, rest) = split(query, &making);
        text.push_str(match first.as_str() {
            "" => "*",
            first => first,
        });
        for made in making {
            text.push('\n');
            text.push_str(&made.text);
        }
        text.push_str("\n| search ");
        text.push_str(&rest);
    }
    for deferred in after {
        let not = if deferred.negated { "!" } else { "" };
        text.push('\n');
        text.push_str(&deferred.text.replace("{not}", not));
    }
    Ok(text)
}

/// What can be asked before fields are made, and what must be asked behind them. The parts
/// `field=value` that lead the query come first, or, where there is none, all parts that need no
/// field that is made. A field may have a broad question in its stead, which comes first as well
/// unless it is negated.
fn split(query: &str, making: &[&Deferred]) -> (String, String) {
    let parts = conjuncts(query);
    let broad: Vec<(String, Option<&str>)> = making
        .iter()
        .filter_map(|made| {
            let (_, rest) = made.text.rsplit_once("| eval ")?;
            let (name, _) = rest.split_once('=')?;
            Some((format!("{name}=\"true\""), made.broad.as_deref()))
        })
        .collect();
    let needed = |part: &String| broad.iter().any(|(asked, _)| part.contains(asked));
    let simple = |part: &&String| {
        let name = |name: &str| {
            name.chars()
                .all(|c| c.is_alphanumeric() || "_.".contains(c))
        };
        !needed(part)
            && !part.contains(" OR ")
            && part.split_once('=').is_some_and(|(n, _)| name(n))
    };
    let leading = parts.iter().take_while(simple).count();
    let broadened = |part: &String| {
        let asked = broad.iter().filter(|(asked, _)| part.contains(asked));
        let mut text = part.clone();
        for (asked, broad) in asked {
            text = text.replace(asked, (*broad)?);
        }
        (!part.contains("NOT ")).then_some(text)
    };
    let only_leading = leading > 0 && broad.iter().all(|(_, broad)| broad.is_none());
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for (at, part) in parts.iter().enumerate() {
        match (only_leading, needed(part)) {
            (true, _) if at < leading => first.push(part.clone()),
            (false, false) => first.push(part.clone()),
            (false, true) => {
                first.extend(broadened(part));
                rest.push(part.as_str());
            }
            _ => rest.push(part.as_str()),
        }
    }
    (first.join(" "), rest.join(" "))
}

/// The parts of a search that must all hold: OR binds more than the blank between them, NOT
/// and IN more than OR.
fn conjuncts(query: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut open = true;
    for word in words(query) {
        let joins = matches!(word, "OR" | "IN");
        match parts.last_mut() {
            Some(part) if open || joins => {
                part.push(' ');
                part.push_str(word);
            }
            _ => parts.push(word.to_owned()),
        }
        open = joins || word == "NOT";
    }
    parts
}

/// Cut at blanks outside quotes and parentheses.
fn words(query: &str) -> Vec<&str> {
    let (mut words, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in query.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ' ' if !quoted && depth == 0 => {
                words.extend(query.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    words.extend(query.get(from..));
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::{conjuncts, split};
    use crate::print::Deferred;
    use sigwright_syntax::{SourceId, Span};

    #[test]
    fn or_binds_more_than_the_blank() {
        assert_eq!(
            conjuncts(r#"a="x y" b IN ("1", "2") OR c="\" OR" NOT (d=1 OR e=2) NOT f=1 OR g=2"#),
            [
                r#"a="x y""#,
                r#"b IN ("1", "2") OR c="\" OR""#,
                "NOT (d=1 OR e=2)",
                "NOT f=1 OR g=2"
            ]
        );
    }

    fn made(text: &str, broad: Option<&str>) -> Deferred {
        Deferred {
            text: text.to_owned(),
            negated: false,
            prepares: true,
            broad: broad.map(str::to_owned),
            span: Span::new(SourceId(0), 0, 0),
        }
    }

    #[test]
    fn nothing_is_taken_out_of_an_alternative() {
        let made = made("| eval aCondition=if(x, \"true\", \"false\")", None);
        let split = |query: &str| split(query, &[&made]);
        let (first, rest) = split(r#"a="1" b="2" OR aCondition="true" c="3""#);
        assert_eq!(first, r#"a="1""#);
        assert_eq!(rest, r#"b="2" OR aCondition="true" c="3""#);
        let (first, rest) = split(r#"a="1" OR b="2" aCondition="true""#);
        assert_eq!(first, r#"a="1" OR b="2""#);
        assert_eq!(rest, r#"aCondition="true""#);
    }

    #[test]
    fn a_broad_question_comes_first_unless_negated() {
        let made = made(
            "| eval aCondition=if(x, \"true\", \"false\")",
            Some(r#"a="x*y""#),
        );
        let split = |query: &str| split(query, &[&made]);
        let (first, rest) = split(r#"b="1" OR aCondition="true" c="2""#);
        assert_eq!(first, r#"b="1" OR a="x*y" c="2""#);
        assert_eq!(rest, r#"b="1" OR aCondition="true""#);
        let (first, rest) = split(r#"c="2" NOT aCondition="true""#);
        assert_eq!(first, r#"c="2""#);
        assert_eq!(rest, r#"NOT aCondition="true""#);
    }
}
