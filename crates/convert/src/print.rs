//! The one printer: a query and a dialect make text.

use crate::Unsupported;
use crate::dialect::{Dialect, Link, Text};
use crate::pattern;
use crate::query::{Leaf, Query};
use crate::rule::Rule;
use ipnet::IpNet;
use sigwright_ir::Written;
use sigwright_ir::pred::{Anchor, Regex};
use sigwright_syntax::Span;
use sigwright_syntax::pattern::{Part, Pattern};
use std::cell::RefCell;

/// What a part of a query becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Text of the condition.
    Text(String),
    /// Something the language can only say after the condition.
    After(Deferred),
}

/// A part of a query that stands after the condition, such as a command behind a pipe.
#[derive(Debug, Clone, PartialEq)]
pub struct Deferred {
    /// As the dialect spells it.
    pub text: String,
    /// It must not hold.
    pub negated: bool,
    /// The value in the rule.
    pub span: Span,
}

/// Prints queries in one dialect.
#[derive(Debug)]
pub struct Printer<'d> {
    /// The language.
    pub dialect: &'d Dialect,
    after: RefCell<Vec<Deferred>>,
}

/// The queries of a rule, one for each of its conditions, finished but in no format.
///
/// # Errors
/// What the dialect cannot express.
pub fn queries(rule: &Rule, dialect: &Dialect) -> Result<Vec<String>, Unsupported> {
    let mut queries = Vec::new();
    for query in Query::of(rule)?.into_iter().flatten() {
        let printer = Printer {
            dialect,
            after: RefCell::default(),
        };
        let query = match dialect.hooks.before {
            Some(change) => change(query),
            None => query,
        };
        let text = match printer.query(&query)? {
            Piece::Text(text) => text,
            Piece::After(deferred) => {
                printer.after.borrow_mut().push(deferred);
                String::new()
            }
        };
        let after = printer.after.into_inner();
        queries.push((dialect.hooks.finish)(rule, &text, &after)?);
    }
    Ok(queries)
}

impl Printer<'_> {
    /// A query as text.
    ///
    /// # Errors
    /// What the dialect cannot express.
    pub fn query(&self, query: &Query) -> Result<Piece, Unsupported> {
        match query {
            Query::And(parts) => self.linked(Link::And, parts),
            Query::Or(parts) => self.linked(Link::Or, parts),
            Query::Not(inner) => self.negated(inner),
            Query::Leaf(leaf) => self.leaf(leaf),
        }
    }

    fn linked(&self, link: Link, parts: &[Query]) -> Result<Piece, Unsupported> {
        if let Some(list) = self.list(link, parts)? {
            return Ok(Piece::Text(list));
        }
        self.joined(link, parts)
    }

    fn joined(&self, link: Link, parts: &[Query]) -> Result<Piece, Unsupported> {
        let logic = &self.dialect.logic;
        let mut texts = Vec::with_capacity(parts.len());
        for part in parts {
            match self.grouped(link, part)? {
                Piece::Text(text) => texts.push(text),
                Piece::After(deferred) if link == Link::And => {
                    self.after.borrow_mut().push(deferred);
                }
                Piece::After(deferred) => return Err(self.only_with_and(deferred.span)),
            }
        }
        let joiner = match link {
            Link::Or => logic.or,
            _ => logic.and,
        };
        Ok(Piece::Text(texts.join(joiner)))
    }

    fn only_with_and(&self, span: Span) -> Unsupported {
        Unsupported::new(
            span,
            format!(
                "{} can ask this only after everything else, not beside an alternative",
                self.dialect.title
            ),
        )
    }

    /// A part inside a group of `outer`, in parentheses where it binds less.
    fn grouped(&self, outer: Link, part: &Query) -> Result<Piece, Unsupported> {
        let piece = self.query(part)?;
        let needs = match kind(part) {
            None => false,
            Some(_) if self.dialect.logic.every_group && !matches!(part, Query::Leaf(_)) => true,
            Some(inner) => self.strength(inner) > self.strength(outer),
        };
        Ok(match piece {
            Piece::Text(text) if needs => Piece::Text(self.in_parentheses(&text)),
            piece => piece,
        })
    }

    /// The place in the order of binding: less is stronger.
    fn strength(&self, link: Link) -> usize {
        let strengths = &self.dialect.logic.strengths;
        strengths.iter().position(|l| *l == link).unwrap_or(0)
    }

    fn in_parentheses(&self, text: &str) -> String {
        let (open, close) = self.dialect.logic.group;
        format!("{open}{text}{close}")
    }

    fn negated(&self, inner: &Query) -> Result<Piece, Unsupported> {
        let not = self.dialect.logic.not;
        match inner {
            Query::Leaf(leaf) => Ok(match self.leaf(leaf)? {
                Piece::Text(text) => Piece::Text(format!("{not}{text}")),
                Piece::After(deferred) => Piece::After(Deferred {
                    negated: !deferred.negated,
                    ..deferred
                }),
            }),
            group => match self.query(group)? {
                Piece::Text(text) => {
                    Ok(Piece::Text(format!("{not}{}", self.in_parentheses(&text))))
                }
                Piece::After(deferred) => Err(self.only_with_and(deferred.span)),
            },
        }
    }

    /// Values of one field as a list, where the language has lists.
    fn list(&self, link: Link, parts: &[Query]) -> Result<Option<String>, Unsupported> {
        let ops = &self.dialect.ops;
        let template = match link {
            Link::Or => ops.one_of,
            _ => ops.all_of,
        };
        let (Some(template), Some(Query::Leaf(first))) = (template, parts.first()) else {
            return Ok(None);
        };
        let Some(field) = &first.field else {
            return Ok(None);
        };
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            let Query::Leaf(leaf) = part else {
                return Ok(None);
            };
            if leaf.field.as_ref() != Some(field) {
                return Ok(None);
            }
            values.push(match &leaf.value {
                Written::Text { pattern, .. } => {
                    if pattern::has_wildcards(pattern) && !ops.list_wildcards {
                        return Ok(None);
                    }
                    self.string(pattern, leaf.span)?
                }
                Written::Number(n) => n.to_string(),
                _ => return Ok(None),
            });
        }
        Ok(Some(fill(
            template,
            &[
                ("field", &self.field(field)),
                ("list", &values.join(ops.list)),
            ],
        )))
    }

    /// One question.
    fn leaf(&self, leaf: &Leaf) -> Result<Piece, Unsupported> {
        if let Some(hook) = self.dialect.hooks.leaf
            && let Some(piece) = hook(self, leaf)
        {
            return piece;
        }
        let Some(field) = &leaf.field else {
            return self.keyword(leaf).map(Piece::Text);
        };
        self.question(field, leaf)
    }

    fn question(&self, name: &str, leaf: &Leaf) -> Result<Piece, Unsupported> {
        let ops = &self.dialect.ops;
        let field = self.field(name);
        let span = leaf.span;
        let filled = |template: Option<&'static str>, what: &str, values: &[(&str, &str)]| {
            let template = template.ok_or_else(|| self.cannot(span, what))?;
            let mut all = vec![("field", field.as_str())];
            all.extend_from_slice(values);
            Ok(Piece::Text(fill(template, &all)))
        };
        match &leaf.value {
            Written::Text { pattern, cased } => {
                let (text, what) = match cased {
                    false => (&ops.text, "strings"),
                    true => (&ops.cased, "strings whose case counts (`cased`)"),
                };
                self.text(&field, text, what, pattern, span)
                    .map(Piece::Text)
            }
            Written::Number(n) => filled(ops.number, "numbers", &[("value", &n.to_string())]),
            Written::Bool(b) => {
                let bools = self.dialect.strings.bools;
                let (yes, no) = bools.ok_or_else(|| self.cannot(span, "truth values"))?;
                let value = if *b { yes } else { no };
                filled(ops.bool, "truth values", &[("value", value)])
            }
            Written::Null => filled(ops.null, "fields without a value", &[]),
            Written::Exists(true) => filled(ops.exists, "`exists`", &[]),
            Written::Exists(false) => match ops.missing {
                Some(_) => filled(ops.missing, "`exists`", &[]),
                None => match filled(ops.exists, "`exists`", &[])? {
                    Piece::Text(text) => {
                        Ok(Piece::Text(format!("{}{text}", self.dialect.logic.not)))
                    }
                    piece => Ok(piece),
                },
            },
            Written::Regex(regex, anchor) => {
                let text = self.regex(regex, *anchor);
                let flag = |on: bool, flag: &'static str| if on { flag } else { "" };
                filled(
                    ops.regex,
                    "regular expressions",
                    &[
                        ("regex", &text),
                        ("i", flag(regex.ignore_case, "i")),
                        ("m", flag(regex.multi_line, "m")),
                        ("s", flag(regex.dot_all, "s")),
                    ],
                )
            }
            Written::Cidr(network) => match ops.cidr {
                Some(_) => filled(
                    ops.cidr,
                    "networks",
                    &[
                        ("network", &network.to_string()),
                        ("address", &network.network().to_string()),
                        ("length", &network.prefix_len().to_string()),
                        ("mask", &network.netmask().to_string()),
                    ],
                ),
                None => self.expanded(leaf, &wildcards(network)),
            },
            Written::Compare(comparison, n) => filled(
                ops.compare,
                "comparisons",
                &[
                    ("op", (ops.comparisons)(*comparison)),
                    ("value", &n.to_string()),
                ],
            ),
            Written::FieldRef {
                name,
                anchor,
                cased,
            } => {
                let template = match anchor {
                    Anchor::Whole => ops.field_equals,
                    Anchor::Start => ops.field_starts,
                    Anchor::End => ops.field_ends,
                    Anchor::Contains => ops.field_contains,
                };
                let template = template.filter(|_| !cased);
                filled(
                    template,
                    "`fieldref` like this",
                    &[("other", &self.field(name))],
                )
            }
            Written::Time(part, ..) => Err(self.cannot(
                span,
                &format!("parts of times (`{}`)", format!("{part:?}").to_lowercase()),
            )),
            Written::AnyOf(each) => self.expanded(leaf, each),
            Written::Expression(text) => Ok(Piece::Text(fill(text, &[("field", &field)]))),
        }
    }

    /// Several values instead of one.
    fn expanded(&self, leaf: &Leaf, values: &[Written]) -> Result<Piece, Unsupported> {
        let parts: Vec<Query> = values
            .iter()
            .map(|value| {
                Query::Leaf(Leaf {
                    value: value.clone(),
                    ..leaf.clone()
                })
            })
            .collect();
        match parts.as_slice() {
            [one] => self.query(one),
            _ if self.dialect.ops.list_variants => self.linked(Link::Or, &parts),
            _ => self.joined(Link::Or, &parts),
        }
    }

    fn text(
        &self,
        field: &str,
        ops: &Text,
        what: &str,
        pattern: &Pattern,
        span: Span,
    ) -> Result<String, Unsupported> {
        let ends = pattern::ends(pattern);
        let plain = |pattern: &Pattern| ops.wildcards_inside || !pattern::has_wildcards(pattern);
        let tries = [
            (ops.starts, ends.end, pattern::without(pattern, false, true)),
            (ops.ends, ends.start, pattern::without(pattern, true, false)),
            (
                ops.contains,
                ends.start && ends.end && !ends.lone,
                pattern::without(pattern, true, true),
            ),
        ];
        let special = tries
            .into_iter()
            .find(|(template, open, rest)| template.is_some() && *open && plain(rest));
        let (template, rest) = match special {
            Some((template, _, rest)) => (template, rest),
            None if pattern::has_wildcards(pattern) && ops.like.is_some() => {
                (ops.like, pattern.clone())
            }
            None => (ops.equals, pattern.clone()),
        };
        let template = template.ok_or_else(|| self.cannot(span, what))?;
        let regexes = &self.dialect.ops.regexes;
        Ok(fill(
            template,
            &[
                ("field", field),
                ("value", &self.string(&rest, span)?),
                (
                    "regex",
                    &self.escaped_regex(&pattern::regex(&rest, regexes.also)),
                ),
            ],
        ))
    }

    fn keyword(&self, leaf: &Leaf) -> Result<String, Unsupported> {
        let ops = &self.dialect.ops;
        let span = leaf.span;
        let (template, value, regex) = match &leaf.value {
            Written::Text {
                pattern,
                cased: false,
            } => (
                ops.keyword,
                self.string(pattern, span)?,
                pattern::regex(pattern, ops.regexes.also),
            ),
            Written::Number(n) => (ops.keyword_number, n.to_string(), n.to_string()),
            Written::Regex(regex, anchor) => {
                (ops.keyword_regex, self.regex(regex, *anchor), String::new())
            }
            Written::AnyOf(each) => {
                return match self.expanded(leaf, each)? {
                    Piece::Text(text) => Ok(text),
                    Piece::After(deferred) => Err(self.only_with_and(deferred.span)),
                };
            }
            _ => (None, String::new(), String::new()),
        };
        let template = template.ok_or_else(|| self.cannot(span, "keywords like this"))?;
        Ok(fill(template, &[("value", &value), ("regex", &regex)]))
    }

    /// The message that the language has no words for something.
    pub fn cannot(&self, span: Span, what: &str) -> Unsupported {
        Unsupported::new(
            span,
            format!("{} cannot express {what}", self.dialect.title),
        )
    }

    /// A field name as the language spells it.
    pub fn field(&self, name: &str) -> String {
        let fields = &self.dialect.fields;
        let mut spelled = String::with_capacity(name.len() + 2);
        for c in name.chars() {
            let is_quote = fields.quote.starts_with(c) && !fields.quote.is_empty();
            if !fields.escape.is_empty() && (is_quote || (fields.escaped)(c)) {
                spelled.push_str(fields.escape);
            }
            spelled.push(c);
        }
        match (fields.needs_quotes)(&spelled) {
            true => format!("{0}{spelled}{0}", fields.quote),
            false => spelled,
        }
    }

    /// A string as the language spells it, quoted where it needs to be.
    ///
    /// # Errors
    /// A wildcard the language has no sign for, a placeholder nothing has filled.
    pub fn string(&self, pattern: &Pattern, span: Span) -> Result<String, Unsupported> {
        let strings = &self.dialect.strings;
        let mut text = String::new();
        for part in pattern.parts() {
            match part {
                Part::Many => text.push_str(
                    strings
                        .many
                        .ok_or_else(|| self.cannot(span, "`*` in a string"))?,
                ),
                Part::One => text.push_str(
                    strings
                        .one
                        .ok_or_else(|| self.cannot(span, "`?` in a string"))?,
                ),
                Part::Dash(dash) => text.push(*dash),
                Part::Placeholder(name) => {
                    return Err(Unsupported::new(
                        span,
                        format!("nothing says what the placeholder `{name}` stands for"),
                    ));
                }
                Part::Text(literal) => {
                    for c in literal.chars() {
                        if strings.dropped.contains(c) {
                            continue;
                        }
                        let wild = |sign: Option<&str>| sign.is_some_and(|s| s.contains(c));
                        if strings.escaped.contains(c)
                            || strings.quote.contains(c)
                            || wild(strings.many)
                            || wild(strings.one)
                        {
                            text.push_str(strings.escape);
                        }
                        text.push(c);
                    }
                }
            }
        }
        Ok(match (strings.needs_quotes)(&pattern::sigma(pattern)) {
            true => format!("{0}{text}{0}", strings.quote),
            false => text,
        })
    }

    /// A regular expression of the rule as the language spells it.
    pub fn regex(&self, regex: &Regex, anchor: Anchor) -> String {
        let (start, end) = anchor.open();
        let mut text = String::new();
        if start && !regex.pattern.starts_with(".*") && !regex.pattern.starts_with('^') {
            text.push_str(".*");
        }
        text.push_str(&regex.pattern);
        if end && !regex.pattern.ends_with(".*") && !regex.pattern.ends_with('$') {
            text.push_str(".*");
        }
        let text = self.escaped_regex(&text);
        let regexes = &self.dialect.ops.regexes;
        match regexes.flags_in_front {
            false => text,
            true => {
                let flags = Regex {
                    pattern: String::new(),
                    ..regex.clone()
                };
                format!("{}{text}", flags.flagged())
            }
        }
    }

    fn escaped_regex(&self, text: &str) -> String {
        let regexes = &self.dialect.ops.regexes;
        let itself = regexes.escape_itself.then_some(regexes.escape);
        let mut escaped = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let all = regexes.escaped.iter().copied().chain(itself);
            let found = all.filter(|s| !s.is_empty()).find(|s| rest.starts_with(s));
            let taken = found.map_or(c.len_utf8(), str::len);
            if found.is_some() {
                escaped.push_str(regexes.escape);
            }
            escaped.push_str(rest.get(..taken).unwrap_or_default());
            rest = rest.get(taken..).unwrap_or_default();
        }
        escaped
    }
}

/// How a part is joined inside; None for a single question.
fn kind(query: &Query) -> Option<Link> {
    match query {
        Query::And(_) => Some(Link::And),
        Query::Or(_) => Some(Link::Or),
        Query::Not(_) => Some(Link::Not),
        Query::Leaf(leaf) => matches!(leaf.value, Written::AnyOf(_)).then_some(Link::Or),
    }
}

/// A template with its names in braces replaced.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let known = after.split_once('}').and_then(|(name, after)| {
            let value = values.iter().find(|(known, _)| *known == name)?.1;
            Some((value, after))
        });
        match known {
            Some((value, after)) => {
                text.push_str(value);
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// A network as strings with a wildcard at the end: one for each value of the last part that
/// the network does not fix whole.
pub fn wildcards(network: &IpNet) -> Vec<Written> {
    let text = |text: String, open: bool| {
        let open = open.then_some(Part::Many);
        Written::Text {
            pattern: Pattern::from_parts([Part::Text(text)].into_iter().chain(open)),
            cased: false,
        }
    };
    match network {
        IpNet::V4(network) => {
            let whole = network.prefix_len().div_ceil(8) * 8;
            let Ok(subnets) = network.subnets(whole) else {
                return Vec::new();
            };
            let octets = usize::from(whole / 8);
            subnets
                .map(|subnet| {
                    let parts = subnet.network().octets();
                    let fixed: Vec<String> = parts.iter().take(octets).map(u8::to_string).collect();
                    match octets {
                        4 => text(fixed.join("."), false),
                        0 => text(String::new(), true),
                        _ => text(format!("{}.", fixed.join(".")), true),
                    }
                })
                .collect()
        }
        IpNet::V6(network) => {
            let whole = network.prefix_len().div_ceil(4) * 4;
            let Ok(subnets) = network.subnets(whole) else {
                return Vec::new();
            };
            let digits = usize::from(whole / 4);
            subnets
                .map(|subnet| {
                    let hex: String = subnet
                        .network()
                        .octets()
                        .iter()
                        .map(|byte| format!("{byte:02x}"))
                        .collect();
                    let mut fixed = String::new();
                    for (i, digit) in hex.chars().take(digits).enumerate() {
                        if i > 0 && i % 4 == 0 {
                            fixed.push(':');
                        }
                        fixed.push(digit);
                    }
                    if digits % 4 == 0 && digits < 32 {
                        fixed.push(':');
                    }
                    text(fixed, digits < 32)
                })
                .collect()
        }
    }
}
