//! Expressions as text, stable, one line each; `explain --ir` shows it and tests compare it.
//!
//! ```text
//! expression = line, then its parts, each indented by two spaces more
//! line       = "and" | "or" | "not" | "true" | "false"
//!            | selector " of " field               (its part is asked of elements)
//!            | subject " " question
//! selector   = "any" | "all" | "all or empty" | "none" | "element " number
//! subject    = field | "." (the element) | "*" (any value) | part " of " field
//! part       = "minute" | "hour" | "day" | "week" | "month" | "year"
//! question   = ("=" | "startswith" | "endswith" | "contains") " " pattern [" cased"]
//!            | ("=" | "startswith" | "endswith" | "contains") " field " field [" cased"]
//!            | ("=" | "!=" | "<" | "<=" | ">" | ">=") " " number
//!            | "= true" | "= false" | "is null" | "exists"
//!            | "in " network
//!            | "matches " regex
//! pattern    = '"' text with * and ? as wildcards, [-] as any dash '"'
//! regex      = "/" regular expression "/" [ "i" ] [ "m" ] [ "s" ]
//! field      = its name, in quotes where it is not plain
//! ```
//!
//! In a pattern a backslash stands before `*`, `?`, `[`, `"` and itself where they are text,
//! and characters that are not shown are written `\u{…}`. In a regular expression a slash is
//! written `\/`, which means the same, and a line break `\n`.

use crate::expr::{ElementSelector, Expr, Exprs};
use crate::pred::{
    Anchor, Comparison, ExprId, Op, Part, Pattern, Predicate, Regex, StrOp, Subject, TimePart,
};
use std::fmt::{self, Write as _};

/// An expression to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Display<'e> {
    exprs: &'e Exprs,
    root: ExprId,
}

impl Exprs {
    /// The expression as text, lines separated by line breaks, none at the end.
    pub fn display(&self, root: ExprId) -> Display<'_> {
        Display { exprs: self, root }
    }
}

impl fmt::Display for Display<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        expression(f, self.exprs, self.root, 0)
    }
}

fn expression(f: &mut fmt::Formatter<'_>, exprs: &Exprs, id: ExprId, indent: usize) -> fmt::Result {
    if indent > 0 {
        f.write_char('\n')?;
    }
    write!(f, "{:1$}", "", indent * 2)?;
    let parts: &[ExprId] = match exprs.get(id) {
        Expr::True => {
            f.write_str("true")?;
            &[]
        }
        Expr::False => {
            f.write_str("false")?;
            &[]
        }
        Expr::Pred(id) => {
            if let Some(asked) = exprs.predicate(*id) {
                predicate(f, exprs, asked)?;
            }
            &[]
        }
        Expr::And(parts) => {
            f.write_str("and")?;
            parts
        }
        Expr::Or(parts) => {
            f.write_str("or")?;
            parts
        }
        Expr::Not(part) => {
            f.write_str("not")?;
            std::slice::from_ref(part)
        }
        Expr::Elements {
            field,
            selector,
            body,
        } => {
            match selector {
                ElementSelector::Any => f.write_str("any")?,
                ElementSelector::All => f.write_str("all")?,
                ElementSelector::AllOrEmpty => f.write_str("all or empty")?,
                ElementSelector::None => f.write_str("none")?,
                ElementSelector::Index(index) => write!(f, "element {index}")?,
            }
            f.write_str(" of ")?;
            name(f, exprs.field_name(*field))?;
            std::slice::from_ref(body)
        }
    };
    parts
        .iter()
        .try_for_each(|part| expression(f, exprs, *part, indent + 1))
}

fn predicate(f: &mut fmt::Formatter<'_>, exprs: &Exprs, asked: &Predicate) -> fmt::Result {
    if let Op::Time(part, ..) = asked.op {
        f.write_str(match part {
            TimePart::Minute => "minute of ",
            TimePart::Hour => "hour of ",
            TimePart::Day => "day of ",
            TimePart::Week => "week of ",
            TimePart::Month => "month of ",
            TimePart::Year => "year of ",
        })?;
    }
    match asked.subject {
        Subject::Field(field) => name(f, exprs.field_name(field))?,
        Subject::AnyValue => f.write_char('*')?,
        Subject::Element => f.write_char('.')?,
    }
    f.write_char(' ')?;
    match &asked.op {
        Op::Str(StrOp {
            anchor: at,
            pattern: text,
            cased,
        }) => {
            f.write_str(anchor(*at))?;
            pattern(f, text)?;
            suffix(f, *cased)
        }
        Op::FieldRef(other) => {
            write!(f, "{}field ", anchor(other.anchor))?;
            name(f, exprs.field_name(other.field))?;
            suffix(f, other.cased)
        }
        Op::Num(n) => write!(f, "= {n}"),
        Op::Bool(b) => write!(f, "= {b}"),
        Op::Null => f.write_str("is null"),
        Op::Exists => f.write_str("exists"),
        Op::Regex(asked) => regex(f, asked),
        Op::Cidr(net) => write!(f, "in {net}"),
        Op::Compare(by, n) | Op::Time(_, by, n) => write!(f, "{} {n}", comparison(*by)),
    }
}

fn anchor(anchor: Anchor) -> &'static str {
    match anchor {
        Anchor::Whole => "= ",
        Anchor::Start => "startswith ",
        Anchor::End => "endswith ",
        Anchor::Contains => "contains ",
    }
}

fn comparison(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Lt => "<",
        Comparison::Lte => "<=",
        Comparison::Gt => ">",
        Comparison::Gte => ">=",
        Comparison::Eq => "=",
        Comparison::Neq => "!=",
    }
}

fn suffix(f: &mut fmt::Formatter<'_>, cased: bool) -> fmt::Result {
    match cased {
        true => f.write_str(" cased"),
        false => Ok(()),
    }
}

fn name(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | ':');
    if !name.is_empty() && name != "." && name.chars().all(plain) {
        return f.write_str(name);
    }
    f.write_char('"')?;
    name.chars().try_for_each(|c| literal(f, c, &['"', '\\']))?;
    f.write_char('"')
}

fn pattern(f: &mut fmt::Formatter<'_>, pattern: &Pattern) -> fmt::Result {
    f.write_char('"')?;
    for part in pattern.parts() {
        match part {
            Part::Text(text) => text
                .chars()
                .try_for_each(|c| literal(f, c, &['"', '\\', '*', '?', '[']))?,
            Part::One => f.write_char('?')?,
            Part::Many => f.write_char('*')?,
            Part::Dash(_) => f.write_str("[-]")?,
            Part::Placeholder(name) => write!(f, "%{name}%")?,
        }
    }
    f.write_char('"')
}

fn literal(f: &mut fmt::Formatter<'_>, c: char, escaped: &[char]) -> fmt::Result {
    if escaped.contains(&c) {
        write!(f, "\\{c}")
    } else if c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    {
        // Not shown, or able to reorder the line they stand in.
        write!(f, "{}", c.escape_unicode())
    } else {
        f.write_char(c)
    }
}

fn regex(f: &mut fmt::Formatter<'_>, regex: &Regex) -> fmt::Result {
    f.write_str("matches /")?;
    let mut escaped = false;
    for c in regex.pattern.chars() {
        match c {
            '/' if !escaped => f.write_str("\\/")?,
            '\n' => f.write_str("\\n")?,
            c => literal(f, c, &[])?,
        }
        escaped = c == '\\' && !escaped;
    }
    f.write_char('/')?;
    for (on, flag) in [
        (regex.ignore_case, 'i'),
        (regex.multi_line, 'm'),
        (regex.dot_all, 's'),
    ] {
        if on {
            f.write_char(flag)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pred::Number;

    fn shown(field: &str, op: Op) -> String {
        let mut exprs = Exprs::new();
        let subject = Subject::Field(exprs.field(field));
        let id = exprs.pred(Predicate { subject, op });
        exprs.display(id).to_string()
    }

    fn text(text: &str) -> Op {
        let pattern = Pattern::parse(text);
        Op::Str(StrOp::new(Anchor::Whole, pattern, false))
    }

    #[test]
    fn constants_are_words() {
        let exprs = Exprs::new();
        assert_eq!(exprs.display(Exprs::TRUE).to_string(), "true");
        assert_eq!(exprs.display(Exprs::FALSE).to_string(), "false");
    }

    #[test]
    fn names_are_quoted_where_they_could_be_misread() {
        let five = || Op::Num(Number::Int(5));
        assert_eq!(shown("a.b/c-d@e", five()), "a.b/c-d@e = 5");
        assert_eq!(shown("a b", five()), "\"a b\" = 5");
        assert_eq!(shown("", five()), "\"\" = 5");
        assert_eq!(shown(".", five()), "\".\" = 5");
        assert_eq!(shown("a\"\n", five()), "\"a\\\"\\u{a}\" = 5");
    }

    #[test]
    fn text_and_wildcards_cannot_be_confused() {
        assert_eq!(shown("f", text(r"a*b\*c?d\\e")), r#"f = "a*b\*c?d\\e""#);
        assert_eq!(shown("f", text("[-] \"x\"")), r#"f = "\[-] \"x\"""#);
        // A character that turns the line around is not let through.
        assert_eq!(shown("f", text("a\u{202E}b")), "f = \"a\\u{202e}b\"");
    }

    #[test]
    fn a_regular_expression_ends_at_its_last_slash() {
        let regex = |pattern: &str| {
            Op::Regex(Regex {
                pattern: pattern.to_owned(),
                ignore_case: true,
                multi_line: false,
                dot_all: true,
            })
        };
        assert_eq!(
            shown("f", regex(r"a/b\/c\\/d")),
            r"f matches /a\/b\/c\\\/d/is"
        );
        assert_eq!(shown("f", regex("a\nb")), r"f matches /a\nb/is");
    }
}
