//! One question about a field, or about any value.

use super::network::wildcards;
use super::{Piece, Printer, fill};
use crate::Unsupported;
use crate::dialect::{Link, Text};
use crate::pattern;
use crate::query::{Leaf, Query};
use sigwright_ir::Written;
use sigwright_ir::pred::Anchor;
use sigwright_syntax::Span;
use sigwright_syntax::pattern::{Part, Pattern};

impl Printer<'_> {
    /// One question.
    pub(super) fn leaf(&self, leaf: &Leaf) -> Result<Piece, Unsupported> {
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

    pub(super) fn question(&self, name: &str, leaf: &Leaf) -> Result<Piece, Unsupported> {
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
                let template = self.reference(*anchor, *cased, span)?;
                filled(Some(template), "", &[("other", &self.field(name))])
            }
            Written::Time(part, ..) => Err(self.cannot(
                span,
                &format!("parts of times (`{}`)", format!("{part:?}").to_lowercase()),
            )),
            Written::Expression(text) => Ok(Piece::Text(fill(text, &[("field", &field)]))),
            Written::AnyOf(each) => self.expanded(&variants(leaf, each)),
        }
    }

    /// How another field's value is asked for.
    pub(crate) fn reference(
        &self,
        anchor: Anchor,
        cased: bool,
        span: Span,
    ) -> Result<&'static str, Unsupported> {
        let ops = &self.dialect.ops;
        let (template, what) = match (anchor, cased) {
            (Anchor::Whole, false) => (ops.field_equals, "another field's value (`fieldref`)"),
            (Anchor::Whole, true) => (
                ops.field_equals_cased,
                "another field's value with its case (`fieldref` with `cased`)",
            ),
            (Anchor::Start, false) => (ops.field_starts, "that a value starts with another's"),
            (Anchor::End, false) => (ops.field_ends, "that a value ends with another's"),
            (Anchor::Contains, false) => (ops.field_contains, "that a value contains another's"),
            (_, true) => (None, "a part of a value that is another's with its case"),
        };
        template.ok_or_else(|| self.cannot(span, what))
    }

    /// Whether a single question becomes several, not in a list.
    pub(super) fn is_group(&self, leaf: &Leaf) -> Result<bool, Unsupported> {
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
    pub(super) fn expanded(&self, parts: &[Query]) -> Result<Piece, Unsupported> {
        match parts {
            [one] => self.query(one),
            _ if self.dialect.ops.list_variants => self.linked(Link::Or, parts),
            _ => self.joined(Link::Or, parts),
        }
    }

    pub(super) fn text(
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
    pub(super) fn has_signs(&self, ops: &Text, pattern: &Pattern) -> bool {
        let strings = &self.dialect.strings;
        let signs = [strings.many, strings.one].into_iter().flatten();
        let held = |text: &String| signs.clone().any(|sign| text.contains(sign));
        let mut parts = pattern.parts().iter();
        ops.signs.is_some() && parts.any(|part| matches!(part, Part::Text(text) if held(text)))
    }

    /// What a template asks of a string.
    pub(super) fn spellings(
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

    pub(super) fn keyword(&self, leaf: &Leaf) -> Result<String, Unsupported> {
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

fn filled(template: &str, field: &str, spellings: &[(&str, String)]) -> String {
    let mut values = vec![("field", field)];
    values.extend(spellings.iter().map(|(name, text)| (*name, text.as_str())));
    fill(template, &values)
}
