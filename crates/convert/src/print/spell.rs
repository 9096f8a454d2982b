//! How names, strings and regular expressions are spelled.

use super::Printer;
use crate::Unsupported;
use sigwright_ir::pred::{Anchor, Regex};
use sigwright_syntax::Span;
use sigwright_syntax::pattern::{Part, Pattern};

impl Printer<'_> {
    /// A pattern of the language's operator for wildcards, as a string.
    pub(super) fn like(&self, pattern: &Pattern, span: Span) -> Result<String, Unsupported> {
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
    pub(super) fn bare(&self, text: &str, span: Span) -> Result<String, Unsupported> {
        self.quoted(&Pattern::literal(text), false, span)
    }

    /// The same, with quotes or without.
    pub(super) fn quoted(
        &self,
        pattern: &Pattern,
        quotes: bool,
        span: Span,
    ) -> Result<String, Unsupported> {
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
    pub(super) fn own_regex(
        &self,
        regex: &Regex,
        anchor: Anchor,
        span: Span,
    ) -> Result<String, Unsupported> {
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
