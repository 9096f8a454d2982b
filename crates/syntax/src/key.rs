//! Keys of a selection: `field|modifier|…`, and the array selectors inside a field's name.
//!
//! Source: rules specification, section "Value Modifiers"; array selectors: SEP #212.

use crate::ast::{ElementSelector, Field, Modifier};
use crate::diagnostic::Diagnostic;
use crate::modifier::MODIFIERS;
use crate::reader::Reader;
use crate::scalar::Place;
use crate::span::{Span, Spanned};

/// A key taken apart.
pub(crate) struct Key {
    /// None for keywords.
    pub field: Option<Field>,
    /// The selector a field ends with, as in `rules[any]`; then also the last of
    /// [`Field::selectors`], and the name is `.`.
    pub ends_in_selector: bool,
    pub modifiers: Vec<Spanned<Modifier>>,
    pub span: Span,
}

impl Reader<'_> {
    /// Takes a key apart.
    pub fn key(&mut self, key: Spanned<String>) -> Key {
        let span = key.span;
        let place = self.place(&key.value, span);
        let (name, mut rest) = match key.value.split_once('|') {
            Some((name, rest)) => (name, Some(rest)),
            None => (key.value.as_str(), None),
        };
        let mut modifiers = Vec::new();
        let mut at = name.len() + 1;
        while let Some(names) = rest {
            let (name, after) = match names.split_once('|') {
                Some((name, after)) => (name, Some(after)),
                None => (names, None),
            };
            let part = place.part(at, at + name.len());
            if modifiers.len() >= self.limits.modifiers {
                let limit = self.limits.modifiers;
                self.report(Diagnostic::error(
                    "too-many-modifiers",
                    part,
                    format!("a key has at most {limit} modifiers"),
                ));
                break;
            }
            match Modifier::from_name(name) {
                Some(modifier) => modifiers.push(Spanned::new(modifier, part)),
                None => self.unknown_modifier(name, part, span),
            }
            at += name.len() + 1;
            rest = after;
        }
        let mut ends_in_selector = false;
        let field = if name.is_empty() {
            None
        } else if name.contains('[') {
            let field = if self.arrays {
                self.array_field(name, &place)
            } else {
                self.note_selector(name, &place);
                plain_field(name.to_owned(), place.part(0, name.len()))
            };
            ends_in_selector = !field.selectors.is_empty() && field.name.value == ".";
            Some(field)
        } else {
            let part = place.part(0, name.len());
            let mut name = key.value;
            name.truncate(name.find('|').unwrap_or(name.len()));
            Some(plain_field(name, part))
        };
        Key {
            field,
            ends_in_selector,
            modifiers,
            span,
        }
    }

    fn unknown_modifier(&mut self, name: &str, part: Span, key: Span) {
        let diagnostic = if name.is_empty() {
            Diagnostic::error("unknown-modifier", key, "a modifier is missing after `|`")
                .help("name one, or remove the `|`")
        } else {
            let diagnostic = Diagnostic::error(
                "unknown-modifier",
                part,
                format!("`{name}` is not a modifier"),
            );
            let names = MODIFIERS
                .iter()
                .flat_map(|row| [Some(row.name), row.alias])
                .flatten();
            match self.hint(name, names) {
                Some(hint) => diagnostic.help(hint),
                None => diagnostic.help("see the modifiers appendix of the specification"),
            }
        };
        self.report(diagnostic);
    }

    /// Without `sigma-version: 3` brackets are letters of the name; that is rarely meant.
    fn note_selector(&mut self, name: &str, place: &Place) {
        let mut open = 0;
        for part in name.split('[') {
            if let Some((inner, _)) = part.split_once(']').filter(|_| open > 0)
                && selector(inner).is_some()
            {
                self.report(
                    Diagnostic::warning(
                        "array-selector-off",
                        place.part(open - 1, open + inner.len() + 1),
                        format!("`[{inner}]` is a plain part of the name here"),
                    )
                    .help("array selectors need `sigma-version: 3` in the rule"),
                );
                return;
            }
            open += part.len() + 1;
        }
    }

    /// `rules[any].verbs[0]`; a backslash makes a bracket a plain letter.
    fn array_field(&mut self, text: &str, place: &Place) -> Field {
        let mut selectors = Vec::new();
        let mut name = String::new();
        let mut start = 0;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' if matches!(chars.peek(), Some((_, '[' | ']'))) => {
                    if let Some((_, bracket)) = chars.next() {
                        name.push(bracket);
                    }
                }
                '[' => {
                    let rest = text.get(at + 1..).unwrap_or("");
                    let Some(length) = rest.find(']') else {
                        self.report(
                            Diagnostic::error(
                                "array-selector",
                                place.part(at, text.len()),
                                "this `[` is never closed",
                            )
                            .help("write `\\[` for a bracket of the name itself"),
                        );
                        name.push_str(text.get(at..).unwrap_or(""));
                        break;
                    };
                    let inner = rest.get(..length).unwrap_or("");
                    let end = at + length + 2;
                    let step = self.selector(inner, place.part(at, end));
                    let of = if name.is_empty() {
                        ".".to_owned()
                    } else {
                        std::mem::take(&mut name)
                    };
                    selectors.push((Spanned::new(of, place.part(start, at)), step));
                    while chars.next_if(|(i, _)| *i < end).is_some() {}
                    start = end;
                    match chars.peek() {
                        None | Some((_, '[')) => {}
                        Some((_, '.')) => {
                            chars.next();
                            start += 1;
                        }
                        Some((i, _)) => {
                            let i = *i;
                            self.report(
                                Diagnostic::error(
                                    "array-selector",
                                    place.part(i, text.len()),
                                    "expected `.` after an array selector",
                                )
                                .help("such as `rules[any].verbs`"),
                            );
                        }
                    }
                }
                c => name.push(c),
            }
        }
        let span = place.part(start.min(text.len()), text.len());
        if name.is_empty() {
            name.push('.');
        }
        Field {
            selectors,
            name: Spanned::new(name, span),
        }
    }

    fn selector(&mut self, inner: &str, span: Span) -> ElementSelector {
        selector(inner).unwrap_or_else(|| {
            let diagnostic = Diagnostic::error(
                "array-selector",
                span,
                format!("`[{inner}]` is not an array selector"),
            );
            let help = self
                .closest(inner, ["any", "all", "all_or_empty", "none"])
                .map_or_else(
                    || {
                        "there are `[any]`, `[all]`, `[all_or_empty]`, `[none]` and `[0]`, \
                         `[1]`, …; write `\\[` for a bracket of the name itself"
                            .to_owned()
                    },
                    |name| format!("did you mean `[{name}]`?"),
                );
            self.report(diagnostic.help(help));
            ElementSelector::Any
        })
    }
}

fn plain_field(name: String, span: Span) -> Field {
    Field {
        selectors: Vec::new(),
        name: Spanned::new(name, span),
    }
}

fn selector(inner: &str) -> Option<ElementSelector> {
    match inner {
        "any" => Some(ElementSelector::Any),
        "all" => Some(ElementSelector::All),
        "all_or_empty" => Some(ElementSelector::AllOrEmpty),
        "none" => Some(ElementSelector::None),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().ok().map(ElementSelector::Index)
        }
        _ => None,
    }
}
