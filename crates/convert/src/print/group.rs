//! Groups of questions: lists, parentheses, negation.

use super::{Deferred, Piece, Place, Printer, fill};
use crate::Unsupported;
use crate::dialect::{Link, Printed};
use crate::query::{Leaf, Query};
use sigwright_ir::Written;
use sigwright_syntax::pattern::Pattern;

impl Printer<'_> {
    pub(super) fn linked(&self, link: Link, parts: &[Query]) -> Result<Piece, Unsupported> {
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
    pub(super) fn list_aside(&self, parts: &[Query]) -> Result<Option<String>, Unsupported> {
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

    pub(super) fn joined(&self, link: Link, parts: &[Query]) -> Result<Piece, Unsupported> {
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
    pub(super) fn apart(&self, print: impl FnOnce() -> Printed) -> Printed {
        let before = self.after.borrow().len();
        let piece = print()?;
        let after = self.after.borrow();
        match after.iter().skip(before).find(|d| !d.prepares) {
            Some(deferred) => Err(self.only_with_and(deferred.span)),
            None => Ok(piece),
        }
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

    /// A part inside a group of `outer`, in parentheses where it binds less.
    pub(super) fn grouped(&self, outer: Link, part: &Query) -> Result<Piece, Unsupported> {
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
    pub(super) fn is_list(&self, query: &Query) -> Result<bool, Unsupported> {
        Ok(match query {
            Query::And(parts) => self.list(Link::And, parts)?.is_some(),
            Query::Or(parts) => self.list(Link::Or, parts)?.is_some(),
            Query::Not(_) | Query::Leaf(_) => false,
        })
    }

    /// The place in the order of binding: less is stronger.
    pub(super) fn strength(&self, link: Link) -> usize {
        let strengths = &self.dialect.logic.strengths;
        strengths.iter().position(|l| *l == link).unwrap_or(0)
    }

    pub(super) fn in_parentheses(&self, text: &str) -> String {
        let (open, close) = self.dialect.logic.group;
        format!("{open}{text}{close}")
    }

    pub(super) fn negated(&self, inner: &Query) -> Result<Piece, Unsupported> {
        let place = match (inner, self.place()) {
            (Query::Leaf(_), Place::Conjunct) => Place::NegatedConjunct,
            _ => Place::Inside,
        };
        let outer = self.under_not.replace(true);
        let piece = self.at(place, || match inner {
            Query::Leaf(_) => self.query(inner),
            _ => self.apart(|| self.query(inner)),
        });
        self.under_not.set(outer);
        let piece = piece?;
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
    pub(super) fn not(&self, part: &str, group: bool, never_unknown: bool) -> String {
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
    pub(super) fn list(&self, link: Link, parts: &[Query]) -> Result<Option<String>, Unsupported> {
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
