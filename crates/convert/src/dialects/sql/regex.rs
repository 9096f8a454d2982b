//! Regular expressions in the words of databases.

use super::classes;
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use sigwright_ir::pred::{Anchor, Regex};

/// With the ends that modifiers have opened or tied.
pub fn anchored(regex: &Regex, anchor: Anchor) -> Regex {
    let pattern = &regex.pattern;
    let (start, end) = anchor.open();
    let pattern = match (start, end) {
        (false, true) => format!("^(?:{pattern})"),
        (true, false) => format!("(?:{pattern})$"),
        _ => pattern.clone(),
    };
    Regex {
        pattern,
        ..regex.clone()
    }
}

/// As the rule has it, flags in front.
pub fn as_written(regex: &Regex) -> Option<String> {
    Some(regex.flagged())
}

/// For RE2 in ClickHouse, where a dot is a line end, too, unless told.
/// <https://clickhouse.com/docs/sql-reference/functions/string-search-functions#match>
pub fn re2_of_clickhouse(regex: &Regex) -> Option<String> {
    let flagged = classes::spelled_out(regex)?;
    let dots = regex.pattern.contains('.') && !regex.dot_all;
    let escaped = regex.pattern.matches('.').count() == regex.pattern.matches("\\.").count();
    Some(match dots && !escaped {
        true => format!("(?-s){flagged}"),
        false => flagged,
    })
}

/// For Java, where case and classes are ASCII's unless told, a dot stops at more than line feeds,
/// and `$` is before a last line end, too.
/// <https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html>
pub fn java(regex: &Regex) -> Option<String> {
    let mut pattern = String::with_capacity(regex.pattern.len());
    let mut letters = regex.pattern.chars();
    let (mut in_class, mut classes, mut lines) = (false, false, regex.multi_line);
    while let Some(c) = letters.next() {
        match c {
            '\\' => {
                let escaped = letters.next();
                classes |= escaped.is_some_and(|c| "dDsSwWbB".contains(c));
                pattern.push(c);
                pattern.extend(escaped);
                continue;
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '.' if !in_class => lines |= !regex.dot_all,
            '$' if !in_class && !regex.multi_line => {
                pattern.push_str("\\z");
                continue;
            }
            _ => {}
        }
        pattern.push(c);
    }
    let flags: String = [
        (regex.ignore_case, 'i'),
        (regex.multi_line, 'm'),
        (regex.dot_all, 's'),
        (regex.ignore_case || in_flags(&pattern, 'i'), 'u'),
        (lines, 'd'),
        (classes, 'U'),
    ]
    .iter()
    .filter_map(|(on, flag)| on.then_some(*flag))
    .collect();
    Some(match flags.is_empty() {
        true => pattern,
        false => format!("(?{flags}){pattern}"),
    })
}

/// Whether a flag is set inside an expression.
fn in_flags(pattern: &str, flag: char) -> bool {
    let groups = pattern.split("(?").skip(1);
    groups.into_iter().any(|group| {
        let mut flags = group.chars().take_while(|c| c.is_ascii_lowercase());
        flags.any(|c| c == flag)
    })
}

/// Longest of the expressions made for PostgreSQL, in bytes.
const LONGEST: usize = 16 << 10;

/// For PostgreSQL, which has no flags inside and other words for ends: spelled anew from what
/// the expression means. <https://www.postgresql.org/docs/current/functions-matching.html>
pub fn postgres(regex: &Regex) -> Option<String> {
    let mut parser = regex_syntax::ParserBuilder::new().build();
    let mut spelled = String::new();
    spell(&parser.parse(&regex.flagged()).ok()?, &mut spelled)?;
    (spelled.len() <= LONGEST).then_some(spelled)
}

fn spell(hir: &Hir, to: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty => to.push_str("(?:)"),
        HirKind::Literal(literal) => {
            for c in std::str::from_utf8(&literal.0).ok()?.chars() {
                character(c, to)?;
            }
        }
        HirKind::Class(Class::Unicode(class)) => {
            if let Some(name) = named(class) {
                to.push_str(name);
                return Some(());
            }
            to.push('[');
            for range in class.ranges() {
                bracketed(range.start(), to)?;
                if range.start() < range.end() {
                    to.push('-');
                    bracketed(range.end(), to)?;
                }
            }
            to.push(']');
        }
        HirKind::Class(Class::Bytes(_)) => return None,
        HirKind::Look(look) => to.push_str(match look {
            Look::Start => "\\A",
            Look::End => "\\Z",
            Look::WordUnicode => "\\y",
            Look::WordUnicodeNegate => "\\Y",
            Look::WordStartUnicode => "\\m",
            Look::WordEndUnicode => "\\M",
            _ => return None,
        }),
        HirKind::Repetition(repeated) => {
            to.push_str("(?:");
            spell(&repeated.sub, to)?;
            to.push(')');
            // Bounds go to 255.
            match (repeated.min, repeated.max) {
                (0, None) => to.push('*'),
                (1, None) => to.push('+'),
                (0, Some(1)) => to.push('?'),
                (min, None) if min <= 255 => to.push_str(&format!("{{{min},}}")),
                (min, Some(max)) if max <= 255 => to.push_str(&format!("{{{min},{max}}}")),
                _ => return None,
            }
        }
        HirKind::Capture(capture) => {
            to.push_str("(?:");
            spell(&capture.sub, to)?;
            to.push(')');
        }
        HirKind::Concat(parts) => {
            for part in parts {
                spell(part, to)?;
            }
        }
        HirKind::Alternation(parts) => {
            to.push_str("(?:");
            for (number, part) in parts.iter().enumerate() {
                if number > 0 {
                    to.push('|');
                }
                spell(part, to)?;
            }
            to.push(')');
        }
    }
    Some(())
}

/// Word characters have a name; digits and white space, which have one too, do not mean all of
/// Unicode's there.
fn named(class: &regex_syntax::hir::ClassUnicode) -> Option<&'static str> {
    let names = [("\\w", "\\w"), ("\\W", "\\W")];
    names.into_iter().find_map(|(rust, theirs)| {
        let hir = regex_syntax::parse(rust).ok()?;
        let same = matches!(hir.kind(), HirKind::Class(Class::Unicode(named)) if named == class);
        same.then_some(theirs)
    })
}

fn character(c: char, to: &mut String) -> Option<()> {
    match c {
        '\0' => return None,
        c if c.is_ascii() && !c.is_ascii_alphanumeric() && !c.is_ascii_control() => {
            to.push('\\');
            to.push(c);
        }
        c => to.push(c),
    }
    Some(())
}

/// In brackets; PostgreSQL holds no zero, which no text has.
fn bracketed(c: char, to: &mut String) -> Option<()> {
    match c {
        '\0' => to.push_str("\\x01"),
        c if c.is_alphanumeric() => to.push(c),
        c => to.push_str(&format!("\\U{:08x}", u32::from(c))),
    }
    Some(())
}
