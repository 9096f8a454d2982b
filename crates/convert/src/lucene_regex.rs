//! Regular expressions as Lucene reads them.
//!
//! Sigma's are found anywhere in a value. Lucene's cover the whole value, and know neither
//! anchors, nor flags, nor groups that do not capture, nor look-around; `"`, `#`, `@`, `&`, `<`,
//! `>` and `~` are operators.
//! <https://lucene.apache.org/core/9_9_0/core/org/apache/lucene/util/automaton/RegExp.html>
//!
//! The sets `\d`, `\w` and `\s` are those of ASCII there, and `.` takes line ends, too.

use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassPerlKind, ClassSet, ClassSetItem, Flag, FlagsItemKind,
    GroupKind, LiteralKind, RepetitionKind, RepetitionRange,
};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};
use sigwright_ir::pred::{Anchor, Regex};

/// The same question as a regular expression of Lucene.
///
/// # Errors
/// Why there is none.
pub fn rewrite(regex: &Regex, anchor: Anchor) -> Result<String, String> {
    let parsed = ast::parse::ParserBuilder::new()
        .nest_limit(64)
        .build()
        .parse(&regex.pattern)
        .map_err(|error| error.kind().to_string())?;
    let mut writer = Writer {
        pattern: &regex.pattern,
        ignore_case: regex.ignore_case,
        multi_line: regex.multi_line,
        verbose: false,
    };
    let open = Open {
        left: anchor != Anchor::Start,
        right: anchor != Anchor::End,
    };
    writer.expression(&parsed, open)
}

/// Which ends of an expression may have more text beside them.
#[derive(Clone, Copy)]
struct Open {
    left: bool,
    right: bool,
}

/// Neither.
const CLOSED: Open = Open {
    left: false,
    right: false,
};

struct Writer<'p> {
    pattern: &'p str,
    ignore_case: bool,
    multi_line: bool,
    verbose: bool,
}

impl Writer<'_> {
    /// An expression with whatever may stand beside it.
    fn expression(&mut self, ast: &Ast, open: Open) -> Result<String, String> {
        if !(open.left || open.right) || !is_anchored(ast) {
            let text = self.plain(ast)?;
            return Ok(beside(ast, text, open));
        }
        match ast {
            Ast::Assertion(assertion) => self.anchor(&assertion.kind, open),
            Ast::Group(group) => self.grouped(group, open),
            Ast::Alternation(alternation) => {
                let each = alternation.asts.iter();
                let each: Result<Vec<String>, String> =
                    each.map(|ast| self.expression(ast, open)).collect();
                Ok(each?.join("|"))
            }
            Ast::Concat(concat) => self.concat(&concat.asts, open),
            other => {
                let text = self.plain(other)?;
                Ok(beside(other, text, open))
            }
        }
    }

    /// One after the other; anchors only make sense at the ends.
    fn concat(&mut self, asts: &[Ast], open: Open) -> Result<String, String> {
        let mut text = String::new();
        let first = asts.iter().position(|ast| !matches!(ast, Ast::Flags(_)));
        let first = first.unwrap_or(0);
        let last = asts.len().saturating_sub(1);
        let mut left = open.left;
        for (i, ast) in asts.iter().enumerate() {
            if i == first && is_start_anchor(ast) && i != last {
                self.single_line()?;
                left = false;
                continue;
            }
            let open = Open {
                left: left && i == first,
                right: open.right && i == last,
            };
            text.push_str(&match ast {
                // an end: nothing more
                Ast::Assertion(a) if i == last && is_end(&a.kind) && !text.is_empty() => {
                    self.single_line()?;
                    String::new()
                }
                Ast::Alternation(_) => format!("({})", self.expression(ast, open)?),
                ast => self.expression(ast, open)?,
            });
        }
        Ok(text)
    }

    fn grouped(&mut self, group: &ast::Group, open: Open) -> Result<String, String> {
        let (ignore_case, multi_line, verbose) = (self.ignore_case, self.multi_line, self.verbose);
        if let GroupKind::NonCapturing(flags) = &group.kind {
            self.flags(flags);
        }
        let text = self.expression(&group.ast, open);
        (self.ignore_case, self.multi_line, self.verbose) = (ignore_case, multi_line, verbose);
        Ok(format!("({})", text?))
    }

    fn anchor(&self, kind: &AssertionKind, open: Open) -> Result<String, String> {
        let start = matches!(kind, AssertionKind::StartLine | AssertionKind::StartText);
        let end = is_end(kind);
        if !(start && open.left || end && open.right) {
            return Err(no_anchor(kind));
        }
        self.single_line()?;
        // the other side stays open
        Ok(match (start && open.right, end && open.left) {
            (false, false) => "()".to_owned(),
            _ => ".*".to_owned(),
        })
    }

    fn single_line(&self) -> Result<(), String> {
        match self.multi_line {
            true => Err("it asks for the start or end of a line (`m`)".to_owned()),
            false => Ok(()),
        }
    }

    fn flags(&mut self, flags: &ast::Flags) {
        let mut on = true;
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Negation => on = false,
                FlagsItemKind::Flag(Flag::CaseInsensitive) => self.ignore_case = on,
                FlagsItemKind::Flag(Flag::MultiLine) => self.multi_line = on,
                FlagsItemKind::Flag(Flag::IgnoreWhitespace) => self.verbose = on,
                FlagsItemKind::Flag(_) => {}
            }
        }
    }

    /// An expression that covers just what it matches.
    fn plain(&mut self, ast: &Ast) -> Result<String, String> {
        Ok(match ast {
            Ast::Empty(_) => "()".to_owned(),
            Ast::Flags(set) => {
                self.flags(&set.flags);
                String::new()
            }
            Ast::Literal(literal) => self.literal(literal.c),
            Ast::Dot(_) => ".".to_owned(),
            Ast::Assertion(assertion) => return Err(no_anchor(&assertion.kind)),
            Ast::ClassUnicode(_) => return Err("it has a class of Unicode (`\\p`)".to_owned()),
            Ast::ClassPerl(class) => self.source(class.span.start.offset, class.span.end.offset),
            Ast::ClassBracketed(class) => self.class(class)?,
            Ast::Repetition(repetition) => {
                let inner = self.plain(&repetition.ast)?;
                let times = match &repetition.op.kind {
                    RepetitionKind::ZeroOrOne => "?".to_owned(),
                    RepetitionKind::ZeroOrMore => "*".to_owned(),
                    RepetitionKind::OneOrMore => "+".to_owned(),
                    RepetitionKind::Range(RepetitionRange::Exactly(n)) => format!("{{{n}}}"),
                    RepetitionKind::Range(RepetitionRange::AtLeast(n)) => format!("{{{n},}}"),
                    RepetitionKind::Range(RepetitionRange::Bounded(n, m)) => format!("{{{n},{m}}}"),
                };
                format!("{inner}{times}")
            }
            Ast::Group(group) => self.grouped(group, CLOSED)?,
            Ast::Alternation(alternation) => {
                let each = alternation.asts.iter().map(|ast| self.plain(ast));
                each.collect::<Result<Vec<String>, String>>()?.join("|")
            }
            Ast::Concat(concat) => {
                let each = concat.asts.iter().map(|ast| self.plain(ast));
                each.collect::<Result<Vec<String>, String>>()?.concat()
            }
        })
    }

    fn source(&self, start: usize, end: usize) -> String {
        self.pattern.get(start..end).unwrap_or_default().to_owned()
    }

    fn literal(&self, c: char) -> String {
        if self.ignore_case {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            class.case_fold_simple();
            if class.ranges().len() > 1 || class.ranges().iter().any(|r| r.start() != r.end()) {
                return ranges(&class);
            }
        }
        match is_operator(c) {
            // other engines on Lucene's model read an escape before these as something else
            true if matches!(c, '"' | '@' | '<' | '>') => format!("[{c}]"),
            true => format!("\\{c}"),
            false => c.to_string(),
        }
    }

    fn class(&self, class: &ast::ClassBracketed) -> Result<String, String> {
        if !self.ignore_case && !self.verbose && is_simple(&class.kind) {
            let source = self.source(class.span.start.offset, class.span.end.offset);
            return Ok(without_escaped_slashes(&source));
        }
        let ClassSet::Item(item) = &class.kind else {
            return Err("it combines classes of characters".to_owned());
        };
        let mut set = ClassUnicode::empty();
        members(item, &mut set)?;
        if self.ignore_case {
            set.case_fold_simple();
        }
        if class.negated {
            set.negate();
        }
        Ok(ranges(&set))
    }
}

/// The open ends as `.*`, unless the expression begins or ends so itself.
fn beside(ast: &Ast, text: String, open: Open) -> String {
    let anything = |ast: Option<&Ast>| {
        matches!(ast, Some(Ast::Repetition(r))
            if matches!(*r.ast, Ast::Dot(_)) && matches!(r.op.kind, RepetitionKind::ZeroOrMore))
    };
    let (first, last) = match ast {
        Ast::Concat(concat) => {
            let first = concat.asts.iter().find(|ast| !matches!(ast, Ast::Flags(_)));
            (first, concat.asts.last())
        }
        Ast::Flags(_) => return text,
        ast => (Some(ast), Some(ast)),
    };
    let (open_left, open_right) = (open.left && !anything(first), open.right && !anything(last));
    let several = matches!(ast, Ast::Alternation(_)) && (open_left || open_right);
    let text = match several {
        true => format!("({text})"),
        false => text,
    };
    let side = |open: bool| if open { ".*" } else { "" };
    format!("{}{text}{}", side(open_left), side(open_right))
}

/// An anchor is somewhere in it.
fn is_anchored(ast: &Ast) -> bool {
    match ast {
        Ast::Assertion(_) => true,
        Ast::Group(group) => is_anchored(&group.ast),
        Ast::Repetition(repetition) => is_anchored(&repetition.ast),
        Ast::Alternation(alternation) => alternation.asts.iter().any(is_anchored),
        Ast::Concat(concat) => concat.asts.iter().any(is_anchored),
        _ => false,
    }
}

fn is_start_anchor(ast: &Ast) -> bool {
    let start =
        |kind: &AssertionKind| matches!(kind, AssertionKind::StartLine | AssertionKind::StartText);
    matches!(ast, Ast::Assertion(a) if start(&a.kind))
}

fn is_end(kind: &AssertionKind) -> bool {
    matches!(kind, AssertionKind::EndLine | AssertionKind::EndText)
}

fn no_anchor(kind: &AssertionKind) -> String {
    match kind {
        AssertionKind::StartLine | AssertionKind::StartText => {
            "it asks for the start of the value behind its own start".to_owned()
        }
        AssertionKind::EndLine | AssertionKind::EndText => {
            "it asks for the end of the value before its own end".to_owned()
        }
        _ => "it asks for the edge of a word (`\\b`)".to_owned(),
    }
}

fn is_operator(c: char) -> bool {
    matches!(
        c,
        '.' | '?'
            | '+'
            | '*'
            | '|'
            | '{'
            | '}'
            | '['
            | ']'
            | '('
            | ')'
            | '"'
            | '\\'
            | '#'
            | '@'
            | '&'
            | '<'
            | '>'
            | '~'
            | '^'
            | '$'
    )
}

/// Lucene reads the class as it is written.
fn is_simple(class: &ClassSet) -> bool {
    let literal = |kind: &LiteralKind| {
        matches!(
            kind,
            LiteralKind::Verbatim | LiteralKind::Meta | LiteralKind::Superfluous
        )
    };
    let item = |item: &ClassSetItem| match item {
        ClassSetItem::Literal(l) => literal(&l.kind),
        ClassSetItem::Range(r) => literal(&r.start.kind) && literal(&r.end.kind),
        ClassSetItem::Perl(_) => true,
        _ => false,
    };
    match class {
        ClassSet::Item(ClassSetItem::Union(union)) => union.items.iter().all(item),
        ClassSet::Item(one) => item(one),
        ClassSet::BinaryOp(_) => false,
    }
}

fn without_escaped_slashes(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some('/')) => {}
            ('\\', Some(next)) => {
                chars.next();
                text.extend(['\\', next]);
            }
            _ => text.push(c),
        }
    }
    text
}

fn members(item: &ClassSetItem, set: &mut ClassUnicode) -> Result<(), String> {
    match item {
        ClassSetItem::Empty(_) => {}
        ClassSetItem::Literal(l) => set.push(ClassUnicodeRange::new(l.c, l.c)),
        ClassSetItem::Range(r) => set.push(ClassUnicodeRange::new(r.start.c, r.end.c)),
        ClassSetItem::Union(union) => {
            for item in &union.items {
                members(item, set)?;
            }
        }
        ClassSetItem::Perl(perl) => {
            let ranges: &[(char, char)] = match perl.kind {
                ClassPerlKind::Digit => &[('0', '9')],
                ClassPerlKind::Space => &[('\t', '\r'), (' ', ' ')],
                ClassPerlKind::Word => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
            };
            let ranges = ranges.iter().map(|(a, b)| ClassUnicodeRange::new(*a, *b));
            let mut class = ClassUnicode::new(ranges);
            if perl.negated {
                class.negate();
            }
            set.union(&class);
        }
        ClassSetItem::Bracketed(_) | ClassSetItem::Ascii(_) | ClassSetItem::Unicode(_) => {
            return Err("it has a class of characters inside another".to_owned());
        }
    }
    Ok(())
}

/// A class of characters; the shorter of what it has and what it lacks.
fn ranges(class: &ClassUnicode) -> String {
    let mut others = class.clone();
    others.negate();
    let (not, class) = match others.ranges().len() < class.ranges().len() {
        true => ("^", &others),
        false => ("", class),
    };
    let member = |c: char| match c.is_alphanumeric() || c.is_control() || c == ' ' {
        true => c.to_string(),
        false => format!("\\{c}"),
    };
    let mut text = format!("[{not}");
    for range in class.ranges() {
        text.push_str(&member(range.start()));
        if range.end() > range.start() {
            text.push('-');
            text.push_str(&member(range.end()));
        }
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(pattern: &str) -> Result<String, String> {
        let regex = Regex {
            pattern: pattern.to_owned(),
            ignore_case: false,
            multi_line: false,
            dot_all: false,
        };
        rewrite(&regex, Anchor::Whole)
    }

    #[test]
    fn covers_the_whole_value() {
        for (rule, lucene) in [
            ("abc", ".*abc.*"),
            ("^abc", "abc.*"),
            ("abc$", ".*abc"),
            ("^abc$", "abc"),
            ("^$", "()"),
            (".*abc.*", ".*abc.*"),
            ("a|b", ".*(a|b).*"),
            ("^a|b$", "a.*|.*b"),
            ("(^a|b)c", "(a|.*b)c.*"),
            ("x(y|$)", ".*x(y.*|())"),
            (r"(?:\s|)a", r".*(\s|())a.*"),
            (r#"a"b@c"#, r#".*a["]b[@]c.*"#),
            (r"[^\/\s]+\/", r".*[^/\s]+/.*"),
            ("(?i)k1", ".*[Kk\u{212a}]1.*"),
            (r"\t", ".*\t.*"),
        ] {
            assert_eq!(rewritten(rule).as_deref(), Ok(lucene), "{rule}");
        }
    }

    #[test]
    fn says_what_it_cannot() {
        for rule in ["(?=a)", r"(a)\1", r"\ba", "a^b", "(?m)^a", r"\p{L}"] {
            assert!(rewritten(rule).is_err(), "{rule}");
        }
    }
}
