//! The one printer: a query and a dialect make text.

use crate::Unsupported;
use crate::dialect::{Dialect, Link, Printed, Text};
use crate::pattern;
use crate::query::{Leaf, Query};
use crate::rule::Rule;
use ipnet::IpNet;
use sigwright_ir::Written;
use sigwright_ir::pred::{Anchor, Regex};
use sigwright_syntax::Span;
use sigwright_syntax::pattern::{Part, Pattern};
use std::cell::{Cell, RefCell};

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
    /// It only prepares what the condition asks, whatever operators stand around that.
    pub prepares: bool,
    /// What the condition itself can ask in its place, which finds at least as much.
    pub broad: Option<String>,
    /// The value in the rule.
    pub span: Span,
}

/// Where a question stands in a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// It must hold for the whole query to hold.
    #[default]
    Conjunct,
    /// It must not hold for the whole query to hold.
    NegatedConjunct,
    /// Beside an alternative, or in a group that must not hold.
    Inside,
}

/// Prints queries in one dialect.
#[derive(Debug)]
pub struct Printer<'d> {
    /// The language.
    pub dialect: &'d Dialect,
    after: RefCell<Vec<Deferred>>,
    place: Cell<Place>,
}

/// The queries of a rule, one for each of its conditions, finished but in no format. One that
/// is longer than `longest` becomes several, which find the same events together.
///
/// # Errors
/// What the dialect cannot express.
pub fn queries(
    rule: &Rule,
    dialect: &Dialect,
    longest: Option<usize>,
) -> Result<Vec<String>, Unsupported> {
    let mut queries = Vec::new();
    for query in Query::of(rule)?.into_iter().flatten() {
        let query = match dialect.hooks.before {
            Some(change) => change(query),
            None => query,
        };
        let text = printed(rule, dialect, &query)?;
        let parts = longest.map_or(1, |longest| text.chars().count().div_ceil(longest.max(1)));
        let split = match parts {
            0 | 1 => Vec::new(),
            parts => query.split(parts),
        };
        if split.len() < 2 {
            queries.push(text);
            continue;
        }
        for part in &split {
            queries.push(printed(rule, dialect, part)?);
        }
    }
    Ok(queries)
}

fn printed(rule: &Rule, dialect: &Dialect, query: &Query) -> Result<String, Unsupported> {
    let printer = Printer::new(dialect);
    let text = match printer.query(query)? {
        Piece::Text(text) => text,
        Piece::After(deferred) => {
            printer.defer(deferred);
            String::new()
        }
    };
    (dialect.hooks.finish)(rule, &text, &printer.after.into_inner())
}

impl<'d> Printer<'d> {
    /// Of one query, or of names outside of any.
    pub fn new(dialect: &'d Dialect) -> Printer<'d> {
        Printer {
            dialect,
            after: RefCell::default(),
            place: Cell::default(),
        }
    }
}

impl Printer<'_> {
    /// Where the question that is printed stands.
    pub fn place(&self) -> Place {
        self.place.get()
    }

    /// Gives what was deferred last a broad question in its place.
    pub fn broaden(&self, broad: String) {
        if let Some(last) = self.after.borrow_mut().last_mut() {
            last.broad = Some(broad);
        }
    }

    /// How much of what comes after the condition is of a sort.
    pub fn deferred_like(&self, sort: impl Fn(&Deferred) -> bool) -> usize {
        self.after.borrow().iter().filter(|d| sort(d)).count()
    }

    /// Prints a part that stands elsewhere.
    fn at<T>(&self, place: Place, print: impl FnOnce() -> T) -> T {
        let outer = self.place.replace(place);
        let printed = print();
        self.place.set(outer);
        printed
    }

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
        if link == Link::Or
            && self.dialect.ops.list_aside
            && let Some(text) = self.list_aside(parts)?
        {
            return Ok(Piece::Text(text));
        }
        let group = self.dialect.sql.and_then(|sql| sql.group);
        if let Some(text) = group.and_then(|group| group(self, link, parts)) {
            return text.map(Piece::Text);
        }
        self.joined(link, parts)
    }

    /// Values of one field, of which only some may stand in a list: the list, then the others.
    fn list_aside(&self, parts: &[Query]) -> Result<Option<String>, Unsupported> {
        let Some(Query::Leaf(Leaf { field, .. })) = parts.first() else {
            return Ok(None);
        };
        let (mut listed, mut others) = (Vec::new(), Vec::new());
        for part in parts {
            let Query::Leaf(leaf) = part else {
                return Ok(None);
            };
            if leaf.field != *field {
                return Ok(None);
            }
            match &leaf.value {
                Written::Text {
                    pattern,
                    cased: false,
                } => match (self.dialect.ops.listed)(pattern) {
                    true => listed.push(part.clone()),
                    false => others.push(part.clone()),
                },
                // a number among strings is a string
                Written::Number(n) => listed.push(Query::Leaf(Leaf {
                    value: Written::Text {
                        pattern: Pattern::literal(n.to_string()),
                        cased: false,
                    },
                    ..leaf.clone()
                })),
                _ => return Ok(None),
            }
        }
        let Some(list) = self.list(Link::Or, &listed)? else {
            return Ok(None);
        };
        let mut texts = vec![list];
        match self.joined(Link::Or, &others)? {
            Piece::Text(text) if !text.is_empty() => texts.push(text),
            _ => {}
        }
        Ok(Some(texts.join(self.dialect.logic.or)))
    }

    fn joined(&self, link: Link, parts: &[Query]) -> Result<Piece, Unsupported> {
        let logic = &self.dialect.logic;
        let mut texts = Vec::with_capacity(parts.len());
        let place = match (link, self.place()) {
            (Link::And, place) => place,
            _ => Place::Inside,
        };
        for part in parts {
            let piece = self.at(place, || match link {
                Link::And => self.grouped(link, part),
                _ => self.apart(|| self.grouped(link, part)),
            })?;
            match piece {
                // all of it stands after the condition
                Piece::Text(text) if text.is_empty() => {}
                Piece::Text(text) => texts.push(text),
                Piece::After(deferred) if place == Place::Conjunct => {
                    self.after.borrow_mut().push(deferred);
                }
                Piece::After(deferred) => return Err(self.only_with_and(deferred.span)),
            }
        }
        let joiner = match link {
            Link::Or => logic.or,
            _ => logic.and,
        };
        if let Some(most) = self.dialect.sql.and_then(|sql| sql.longest) {
            texts = self.few(texts, joiner, most);
        }
        Ok(Piece::Text(texts.join(joiner)))
    }

    /// A part of which nothing may stand after the condition.
    fn apart(&self, print: impl FnOnce() -> Printed) -> Printed {
        let before = self.after.borrow().len();
        let piece = print()?;
        let after = self.after.borrow();
        match after.iter().skip(before).find(|d| !d.prepares) {
            Some(deferred) => Err(self.only_with_and(deferred.span)),
            None => Ok(piece),
        }
    }

    /// Adds something that stands after the condition.
    pub fn defer(&self, deferred: Deferred) {
        self.after.borrow_mut().push(deferred);
    }

    /// How many things stand after the condition so far.
    pub fn deferred(&self) -> usize {
        self.after.borrow().len()
    }

    /// The parts in groups, and these in groups again, until there are no more than `most`.
    pub(crate) fn few(&self, mut parts: Vec<String>, joiner: &str, most: usize) -> Vec<String> {
        let few = match parts.len() > most {
            true => (most / 2).max(2),
            false => most,
        };
        while parts.len() > few {
            let groups = parts.chunks(few);
            parts = groups
                .map(|group| self.in_parentheses(&group.join(joiner)))
                .collect();
        }
        parts
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
        let null =
            |query: &Query| matches!(query, Query::Leaf(leaf) if leaf.value == Written::Null);
        let needs = match kind(part) {
            _ if !self.dialect.ops.list_grouped && self.is_list(part)? => false,
            None => null(part) && self.dialect.ops.null_grouped,
            Some(_) if self.dialect.logic.every_group && !matches!(part, Query::Leaf(_)) => true,
            Some(inner) => self.strength(inner) > self.strength(outer),
        };
        Ok(match piece {
            Piece::Text(text) if needs => Piece::Text(self.in_parentheses(&text)),
            piece => piece,
        })
    }

    /// Whether several questions are one list.
    fn is_list(&self, query: &Query) -> Result<bool, Unsupported> {
        Ok(match query {
            Query::And(parts) => self.list(Link::And, parts)?.is_some(),
            Query::Or(parts) => self.list(Link::Or, parts)?.is_some(),
            Query::Not(_) | Query::Leaf(_) => false,
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
        let place = match (inner, self.place()) {
            (Query::Leaf(_), Place::Conjunct) => Place::NegatedConjunct,
            _ => Place::Inside,
        };
        let piece = self.at(place, || match inner {
            Query::Leaf(_) => self.query(inner),
            _ => self.apart(|| self.query(inner)),
        })?;
        match (piece, inner) {
            (Piece::Text(text), Query::Leaf(leaf)) => {
                let never_unknown = matches!(leaf.value, Written::Null | Written::Exists(_));
                // parentheses that are there anyway hold the variants of one value together
                let group = !self.dialect.logic.every_not && self.is_group(leaf)?;
                Ok(Piece::Text(self.not(&text, group, never_unknown)))
            }
            (Piece::Text(text), group) => {
                let atom = !self.dialect.ops.list_grouped && self.is_list(group)?;
                Ok(Piece::Text(self.not(&text, !atom, false)))
            }
            (Piece::After(deferred), Query::Leaf(_)) => Ok(Piece::After(Deferred {
                negated: !deferred.negated,
                ..deferred
            })),
            (Piece::After(deferred), _) => Err(self.only_with_and(deferred.span)),
        }
    }

    /// `part`, negated. It is a group of several questions, or one that is always true or
    /// false, never unknown.
    fn not(&self, part: &str, group: bool, never_unknown: bool) -> String {
        let logic = &self.dialect.logic;
        if let Some(opposite) = logic.opposite {
            return opposite(part);
        }
        match logic.negated {
            Some(template) if !never_unknown || self.dialect.sql.is_some() => {
                fill(template, &[("part", part)])
            }
            _ if group && logic.every_not => {
                let group = self.in_parentheses(part);
                format!("{}{}", logic.not, self.in_parentheses(&group))
            }
            _ if group || logic.every_not => {
                format!("{}{}", logic.not, self.in_parentheses(part))
            }
            _ => format!("{}{part}", logic.not),
        }
    }

    /// Values of one field as a list, where the language has lists.
    fn list(&self, link: Link, parts: &[Query]) -> Result<Option<String>, Unsupported> {
        let ops = &self.dialect.ops;
        let Some(Query::Leaf(first)) = parts.first() else {
            return Ok(None);
        };
        let Some(field) = &first.field else {
            return Ok(None);
        };
        let leaves = parts.iter().map(|part| match part {
            Query::Leaf(leaf) if leaf.field.as_ref() == Some(field) => Some(leaf),
            _ => None,
        });
        let Some(leaves) = leaves.collect::<Option<Vec<&Leaf>>>() else {
            return Ok(None);
        };
        let number = |leaf: &&Leaf| matches!(leaf.value, Written::Number(_));
        let cased = |leaf: &&Leaf| matches!(leaf.value, Written::Text { cased: true, .. });
        let text = match leaves.iter().any(cased) {
            false => &ops.text,
            true if leaves.iter().all(cased) => &ops.cased,
            true => return Ok(None),
        };
        let template = match (link, ops.one_of_numbers) {
            (Link::Or, Some(numbers)) if leaves.iter().all(number) => Some(numbers),
            (Link::Or, Some(_)) if leaves.iter().any(number) => None,
            (Link::Or, _) => text.one_of,
            _ => ops.all_of,
        };
        let Some(template) = template else {
            return Ok(None);
        };
        let mut values = Vec::with_capacity(leaves.len());
        for leaf in leaves {
            values.push(match &leaf.value {
                Written::Text { pattern, .. } => {
                    if !(ops.listed)(pattern) || self.has_signs(text, pattern) {
                        return Ok(None);
                    }
                    let pattern = text.of(pattern);
                    let needs_quotes = self.dialect.strings.needs_quotes_in_lists;
                    self.quoted(&pattern, needs_quotes(&pattern), leaf.span)?
                }
                Written::Number(n) => self.bare(&n.to_string(), leaf.span)?,
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
            Written::Number(n) => {
                let bare = self.bare(&n.to_string(), span)?;
                let value = n.to_string();
                filled(ops.number, "numbers", &[("value", &value), ("bare", &bare)])
            }
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
                let text = self.own_regex(regex, *anchor, span)?;
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
                        ("bare", &self.bare(&network.to_string(), span)?),
                        ("address", &network.network().to_string()),
                        ("last", &network.broadcast().to_string()),
                        ("length", &network.prefix_len().to_string()),
                        ("mask", &network.netmask().to_string()),
                    ],
                ),
                None => self.expanded(&variants(leaf, &wildcards(network))),
            },
            Written::Compare(comparison, n) => filled(
                ops.compare,
                "comparisons",
                &[
                    ("op", (ops.comparisons)(*comparison)),
                    ("value", &n.to_string()),
                    ("bare", &self.bare(&n.to_string(), span)?),
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
            Written::Expression(text) => Ok(Piece::Text(fill(text, &[("field", &field)]))),
            Written::AnyOf(each) => self.expanded(&variants(leaf, each)),
        }
    }

    /// Whether a single question becomes several, not in a list.
    fn is_group(&self, leaf: &Leaf) -> Result<bool, Unsupported> {
        let parts = match &leaf.value {
            Written::AnyOf(each) => variants(leaf, each),
            Written::Cidr(network) if self.dialect.ops.cidr.is_none() => {
                variants(leaf, &wildcards(network))
            }
            _ => return Ok(false),
        };
        let list = self.dialect.ops.list_variants && self.list(Link::Or, &parts)?.is_some();
        Ok(parts.len() > 1 && !list)
    }

    /// Several questions instead of one.
    fn expanded(&self, parts: &[Query]) -> Result<Piece, Unsupported> {
        match parts {
            [one] => self.query(one),
            _ if self.dialect.ops.list_variants => self.linked(Link::Or, parts),
            _ => self.joined(Link::Or, parts),
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
        if self.has_signs(ops, pattern)
            && let Some(template) = ops.signs
        {
            let spelled = self.spellings(template, &ops.of(pattern), span)?;
            return Ok(filled(template, field, &spelled));
        }
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
        let spelled = self.spellings(template, &ops.of(&rest), span)?;
        Ok(filled(template, field, &spelled))
    }

    /// Whether a value holds the sign of a wildcard that no escape makes plain.
    fn has_signs(&self, ops: &Text, pattern: &Pattern) -> bool {
        let strings = &self.dialect.strings;
        let signs = [strings.many, strings.one].into_iter().flatten();
        let held = |text: &String| signs.clone().any(|sign| text.contains(sign));
        let mut parts = pattern.parts().iter();
        ops.signs.is_some() && parts.any(|part| matches!(part, Part::Text(text) if held(text)))
    }

    /// What a template asks of a string.
    fn spellings(
        &self,
        template: &str,
        pattern: &Pattern,
        span: Span,
    ) -> Result<Vec<(&'static str, String)>, Unsupported> {
        let mut spellings = Vec::new();
        if template.contains("{value}") {
            spellings.push(("value", self.string(pattern, span)?));
        }
        if template.contains("{bare}") {
            spellings.push(("bare", self.quoted(pattern, false, span)?));
        }
        if template.contains("{like}") {
            spellings.push(("like", self.like(pattern, span)?));
        }
        if template.contains("{regex}") {
            let regexes = &self.dialect.ops.regexes;
            let regex = pattern::regex(pattern, regexes.also);
            spellings.push(("regex", self.escaped_regex(&regex)));
        }
        Ok(spellings)
    }

    /// A pattern of the language's operator for wildcards, as a string.
    fn like(&self, pattern: &Pattern, span: Span) -> Result<String, Unsupported> {
        let like = &self.dialect.strings.like;
        let mut text = String::new();
        for part in pattern.parts() {
            match part {
                Part::Many => text.push_str(like.many),
                Part::One => text.push_str(like.one),
                Part::Dash(dash) => text.push(*dash),
                Part::Placeholder(name) => return Err(unfilled(name, span)),
                Part::Text(literal) => {
                    for c in literal.chars() {
                        if like.escaped.contains(c) {
                            text.push_str(like.escape);
                        }
                        text.push(c);
                    }
                }
            }
        }
        self.string(&Pattern::literal(text), span)
    }

    fn keyword(&self, leaf: &Leaf) -> Result<String, Unsupported> {
        let ops = &self.dialect.ops;
        let span = leaf.span;
        let lacks = || self.cannot(span, "keywords like this");
        let (template, value) = match &leaf.value {
            Written::Text {
                pattern,
                cased: false,
            } => {
                let template = ops.keyword.ok_or_else(lacks)?;
                let spelled = self.spellings(template, pattern, span)?;
                return Ok(filled(template, "", &spelled));
            }
            Written::Number(n) => (ops.keyword_number, n.to_string()),
            Written::Regex(regex, anchor) => {
                (ops.keyword_regex, self.own_regex(regex, *anchor, span)?)
            }
            Written::AnyOf(each) => {
                return match self.expanded(&variants(leaf, each))? {
                    Piece::Text(text) => Ok(text),
                    Piece::After(deferred) => Err(self.only_with_and(deferred.span)),
                };
            }
            _ => (None, String::new()),
        };
        let template = template.ok_or_else(lacks)?;
        Ok(fill(template, &[("value", &value), ("regex", &value)]))
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
        if let Some(own) = fields.own {
            return own(name);
        }
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
        let quotes = (self.dialect.strings.needs_quotes)(pattern);
        self.quoted(pattern, quotes, span)
    }

    /// Literal text as a string without quotes.
    fn bare(&self, text: &str, span: Span) -> Result<String, Unsupported> {
        self.quoted(&Pattern::literal(text), false, span)
    }

    /// The same, with quotes or without.
    fn quoted(&self, pattern: &Pattern, quotes: bool, span: Span) -> Result<String, Unsupported> {
        let strings = &self.dialect.strings;
        let escaped = match (quotes, strings.escaped_in_quotes) {
            (true, Some(escaped)) => escaped,
            _ => strings.escaped,
        };
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
                Part::Placeholder(name) => return Err(unfilled(name, span)),
                Part::Text(literal) => {
                    for c in literal.chars() {
                        if let Some((_, named)) = strings.named.iter().find(|(n, _)| *n == c) {
                            text.push_str(named);
                            continue;
                        }
                        // in quotes of their own kind wildcards are plain already
                        let in_quotes = quotes && strings.escaped_in_quotes.is_some();
                        let wild =
                            |sign: Option<&str>| !in_quotes && sign.is_some_and(|s| s.contains(c));
                        if escaped.contains(c)
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
        Ok(match (quotes, strings.bare) {
            (true, _) => format!("{0}{text}{0}", strings.quote),
            (false, Some(change)) => change(&text),
            (false, None) => text,
        })
    }

    /// A regular expression of the rule in the language's own kind of them.
    fn own_regex(&self, regex: &Regex, anchor: Anchor, span: Span) -> Result<String, Unsupported> {
        let Some(rewrite) = self.dialect.ops.regexes.rewrite else {
            return Ok(self.regex(regex, anchor));
        };
        let title = self.dialect.title;
        rewrite(regex, anchor)
            .map(|text| self.escaped_regex(&text))
            .map_err(|why| {
                let message = format!("{title} cannot express this regular expression: {why}");
                Unsupported::new(span, message)
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

    pub(crate) fn escaped_regex(&self, text: &str) -> String {
        let regexes = &self.dialect.ops.regexes;
        let itself = regexes.escape_itself.then_some(regexes.escape);
        let mut escaped = String::with_capacity(text.len());
        let mut rest = text;
        let named = regexes.named;
        while let Some(c) = rest.chars().next() {
            if let Some((_, named)) = named.iter().find(|(n, _)| *n == c) {
                escaped.push_str(named);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
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

pub(crate) fn unfilled(name: &str, span: Span) -> Unsupported {
    let message = format!("nothing says what the placeholder `{name}` stands for");
    Unsupported::new(span, message)
}

/// The question with other values in its place.
fn variants(leaf: &Leaf, values: &[Written]) -> Vec<Query> {
    let one = |value: &Written| {
        Query::Leaf(Leaf {
            value: value.clone(),
            ..leaf.clone()
        })
    };
    values.iter().map(one).collect()
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

fn filled(template: &str, field: &str, spellings: &[(&str, String)]) -> String {
    let mut values = vec![("field", field)];
    values.extend(spellings.iter().map(|(name, text)| (*name, text.as_str())));
    fill(template, &values)
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
