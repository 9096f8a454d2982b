//! `expand`: `%name%` in a value stands for each value of the list of that name, before the
//! other modifiers apply, wherever `expand` stands among them.
//!
//! A list's values are Sigma strings: `*` and `?` are wildcards there, a backslash escapes
//! them, and `%` is plain. Inside a regular expression they keep that meaning, so a dot of
//! a list's value is a dot. `\%` in the rule is a percent sign.

use super::at;
use crate::Context;
use crate::limits::LIMITS;
use crate::pred::{Part, Pattern};
use sigwright_syntax::{Diagnostic, Diagnostics, Span, suggest};

/// A value cut at its placeholders.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'t> {
    /// As the rule has it, `\%` still escaped.
    Raw(&'t str),
    /// A name, and where the placeholder starts.
    Name(&'t str, usize),
}

fn cut(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut raw, mut from) = (0, 0);
    while let Some(open) = unescaped_percent(text, from) {
        let name = text.get(open + 1..).unwrap_or("");
        let length = name
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
            .unwrap_or(name.len());
        match name.split_at_checked(length) {
            Some((name, rest)) if !name.is_empty() && rest.starts_with('%') => {
                pieces.push(Piece::Raw(text.get(raw..open).unwrap_or("")));
                pieces.push(Piece::Name(name, open));
                from = open + name.len() + 2;
                raw = from;
            }
            _ => from = open + 1,
        }
    }
    pieces.push(Piece::Raw(text.get(raw..).unwrap_or("")));
    pieces
}

/// The next `%` that no backslash escapes, at or after `from`.
fn unescaped_percent(text: &str, from: usize) -> Option<usize> {
    let mut escaped = false;
    for (offset, c) in text.get(from..)?.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '%' => return Some(from + offset),
            _ => {}
        }
    }
    None
}

/// `\%` as `%`; every other escape is left to whoever reads the text.
fn without_percent_escapes(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match (c, (c == '\\').then(|| chars.next()).flatten()) {
            ('\\', Some('%')) => text.push('%'),
            (c, escaped) => text.extend(std::iter::once(c).chain(escaped)),
        }
    }
    text
}

/// The Sigma string with its placeholders still in it, if it has one without a list.
pub(super) fn kept(text: &str, context: &Context) -> Option<Pattern> {
    let pieces = cut(text);
    let open = |piece: &Piece<'_>| matches!(piece, Piece::Name(name, _) if !context.lists.contains_key(*name));
    if !pieces.iter().any(open) {
        return None;
    }
    let mut pattern = Pattern::default();
    for piece in pieces {
        match piece {
            Piece::Name(name, _) => pattern.push(Part::Placeholder(name.to_owned())),
            Piece::Raw(raw) => {
                let raw = Pattern::parse(&without_percent_escapes(raw));
                raw.parts()
                    .iter()
                    .cloned()
                    .for_each(|part| pattern.push(part));
            }
        }
    }
    Some(pattern)
}

/// How a value's text and a list's values come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A Sigma string.
    Pattern,
    /// A regular expression.
    Regex,
}

/// The texts that `text` stands for: Sigma strings or regular expressions, as `target` says,
/// to be read as if the rule held them. Exactly one, without placeholders. None after an
/// error, which has been reported.
pub(super) fn expand(
    text: &str,
    span: Span,
    target: Target,
    context: &Context,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<String>> {
    let pieces = cut(text);
    let mut lists: Vec<&[String]> = Vec::new();
    let mut variants = Some(1usize);
    let mut missing = false;
    for piece in &pieces {
        let Piece::Name(name, start) = piece else {
            continue;
        };
        if diagnostics.len() >= LIMITS.messages {
            return None;
        }
        let place = at(span, text, *start..start + name.len() + 2);
        match context.lists.get(*name) {
            None => {
                missing = true;
                diagnostics.push(no_list(name, place, context));
            }
            Some(list) => {
                if list.is_empty() {
                    diagnostics.push(
                        // a list that only the site can fill is shipped without values
                        Diagnostic::note(
                            "empty-placeholder",
                            place,
                            format!("the list `{name}` is empty"),
                        )
                        .because("this value matches nothing"),
                    );
                }
                lists.push(list);
                variants = variants.and_then(|n| n.checked_mul(list.len()));
            }
        }
    }
    if missing {
        return None;
    }
    let longest = |piece: &Piece<'_>| match piece {
        Piece::Raw(raw) => raw.len(),
        Piece::Name(name, _) => context
            .lists
            .get(*name)
            .and_then(|list| list.iter().map(String::len).max())
            .unwrap_or(0),
    };
    let bytes = pieces
        .iter()
        .fold(0usize, |sum, piece| sum.saturating_add(longest(piece)))
        .checked_mul(variants.unwrap_or(usize::MAX));
    if variants.is_none_or(|n| n > LIMITS.variants)
        || bytes.is_none_or(|n| n > LIMITS.variant_bytes)
    {
        let sizes: Vec<String> = lists.iter().map(|l| l.len().to_string()).collect();
        diagnostics.push(
            Diagnostic::error(
                "too-many-variants",
                span,
                format!(
                    "this value stands for {} texts, more than a rule may hold",
                    sizes.join(" × "),
                ),
            )
            .because(format!(
                "at most {} texts of {} bytes in all",
                LIMITS.variants, LIMITS.variant_bytes
            ))
            .help("use fewer placeholders in one value, or shorter lists"),
        );
        return None;
    }
    let mut texts = vec![String::new()];
    let mut lists = lists.into_iter();
    for piece in &pieces {
        match piece {
            Piece::Raw(raw) => {
                let raw = without_percent_escapes(raw);
                texts.iter_mut().for_each(|t| t.push_str(&raw));
            }
            Piece::Name(..) => {
                let list = lists.next().unwrap_or_default();
                texts = texts
                    .iter()
                    .flat_map(|text| {
                        list.iter()
                            .map(move |value| format!("{text}{}", inserted(value, target)))
                    })
                    .collect();
            }
        }
    }
    Some(texts)
}

/// A list's value as the text around it needs it.
fn inserted(value: &str, target: Target) -> String {
    match target {
        // A lone backslash at the end must not escape what follows in the rule.
        Target::Pattern => print(&Pattern::parse(value)),
        Target::Regex => {
            let mut regex = String::from("(?:");
            for part in Pattern::parse(value).parts() {
                match part {
                    Part::Text(text) => regex.push_str(&regex_syntax::escape(text)),
                    Part::One => regex.push_str("(?s:.)"),
                    Part::Many => regex.push_str("(?s:.*)"),
                    Part::Dash(c) => regex.push(*c),
                    Part::Placeholder(_) => {}
                }
            }
            regex.push(')');
            regex
        }
    }
}

/// A pattern as a Sigma string that reads back as itself wherever it stands.
fn print(pattern: &Pattern) -> String {
    let mut text = String::new();
    for part in pattern.parts() {
        match part {
            Part::Text(literal) => {
                for c in literal.chars() {
                    if matches!(c, '*' | '?' | '\\') {
                        text.push('\\');
                    }
                    text.push(c);
                }
            }
            Part::One => text.push('?'),
            Part::Many => text.push('*'),
            Part::Dash(c) => text.push(*c),
            Part::Placeholder(name) => text.push_str(name),
        }
    }
    text
}

fn no_list(name: &str, place: Span, context: &Context) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("unknown-list", place, format!("no list is called `{name}`"));
    match suggest::closest(name, context.lists.keys().map(String::as_str)) {
        Some(close) => diagnostic.help(format!("did you mean `%{close}%`?")),
        None => diagnostic.help(format!(
            "give a list file of that name, such as `{name}.txt`, with one value per line"
        )),
    }
}
