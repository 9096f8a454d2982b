//! Regular expressions for engines whose `\d`, `\s` and `\w` know ASCII only: those classes are
//! spelled out, all else stays as the rule has it.

use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassPerl, ClassPerlKind, ClassSetItem, Flag, FlagsItemKind,
    HexLiteralKind, LiteralKind, RepetitionKind, RepetitionRange, Span,
};
use sigwright_ir::pred::Regex;

/// All of Unicode's white space: <https://www.unicode.org/Public/UCD/latest/ucd/PropList.txt>
const SPACE: &str = r"\t-\r\x{85}\pZ";
/// The same, the other way round, for use inside brackets.
const NO_SPACE: &str = r"\x00-\x08\x0e-\x1f!-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff}";
/// Alphabetic, marks, decimal digits, connecting punctuation, joiners:
/// <https://www.unicode.org/reports/tr18/#word>
const WORD: &str = r"\pL\pM\p{Nd}\p{Nl}\p{Pc}\x{200c}\x{200d}\x{24b6}-\x{24e9}\x{1f130}-\x{1f149}\x{1f150}-\x{1f169}\x{1f170}-\x{1f189}";

/// The most repetitions RE2 takes: <https://github.com/google/re2/wiki/Syntax>
const MOST: u32 = 1000;

/// For RE2 and what shares its syntax. None for what it has not: look-around, word boundaries
/// beyond ASCII, operations on classes.
pub fn spelled_out(regex: &Regex) -> Option<String> {
    ::regex::Regex::new(&regex.flagged()).ok()?;
    let pattern = &regex.pattern;
    let ast = ast::parse::Parser::new().parse(pattern).ok()?;
    let changes = ast::visit(&ast, Changes::default()).ok()?;
    let mut spelled = String::with_capacity(pattern.len());
    let mut from = 0;
    for (span, text) in changes {
        spelled.push_str(pattern.get(from..span.start.offset)?);
        spelled.push_str(&text);
        from = span.end.offset;
    }
    spelled.push_str(pattern.get(from..)?);
    let spelled = Regex {
        pattern: spelled,
        ..regex.clone()
    };
    Some(spelled.flagged())
}

/// What is written instead, in order of place.
#[derive(Default)]
struct Changes(Vec<(Span, String)>);

/// RE2 has nothing that means the same.
struct Unknown;

impl ast::Visitor for Changes {
    type Output = Vec<(Span, String)>;
    type Err = Unknown;

    fn finish(self) -> Result<Self::Output, Unknown> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Unknown> {
        match ast {
            Ast::ClassPerl(class) => {
                let inside = match class.kind {
                    ClassPerlKind::Digit => r"\p{Nd}",
                    ClassPerlKind::Space => SPACE,
                    ClassPerlKind::Word => WORD,
                };
                let not = if class.negated { "^" } else { "" };
                self.0.push((class.span, format!("[{not}{inside}]")));
            }
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::StartLine
                | AssertionKind::EndLine
                | AssertionKind::StartText
                | AssertionKind::EndText => {}
                _ => return Err(Unknown),
            },
            Ast::Repetition(repeated) => {
                let most = match &repeated.op.kind {
                    RepetitionKind::Range(RepetitionRange::Exactly(n)) => *n,
                    RepetitionKind::Range(RepetitionRange::AtLeast(n)) => *n,
                    RepetitionKind::Range(RepetitionRange::Bounded(_, n)) => *n,
                    _ => 0,
                };
                if most > MOST {
                    return Err(Unknown);
                }
            }
            Ast::Flags(flags) => known(&flags.flags)?,
            Ast::Group(group) => group.flags().map_or(Ok(()), known)?,
            Ast::Literal(literal) => plain(&literal.kind)?,
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Unknown> {
        match item {
            ClassSetItem::Perl(class) => {
                let inside = in_brackets(class).ok_or(Unknown)?;
                self.0.push((class.span, inside.to_owned()));
                Ok(())
            }
            ClassSetItem::Literal(literal) => plain(&literal.kind),
            ClassSetItem::Range(range) => {
                plain(&range.start.kind).and_then(|()| plain(&range.end.kind))
            }
            ClassSetItem::Bracketed(_) => Err(Unknown),
            _ => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &ast::ClassSetBinaryOp) -> Result<(), Unknown> {
        Err(Unknown)
    }
}

fn in_brackets(class: &ClassPerl) -> Option<&'static str> {
    Some(match (&class.kind, class.negated) {
        (ClassPerlKind::Digit, false) => r"\p{Nd}",
        (ClassPerlKind::Digit, true) => r"\P{Nd}",
        (ClassPerlKind::Space, false) => SPACE,
        (ClassPerlKind::Space, true) => NO_SPACE,
        (ClassPerlKind::Word, false) => WORD,
        // hundreds of ranges
        (ClassPerlKind::Word, true) => return None,
    })
}

fn known(flags: &ast::Flags) -> Result<(), Unknown> {
    let known = |kind: &FlagsItemKind| {
        matches!(
            kind,
            FlagsItemKind::Negation
                | FlagsItemKind::Flag(
                    Flag::CaseInsensitive
                        | Flag::MultiLine
                        | Flag::DotMatchesNewLine
                        | Flag::SwapGreed
                )
        )
    };
    match flags.items.iter().all(|item| known(&item.kind)) {
        true => Ok(()),
        false => Err(Unknown),
    }
}

fn plain(kind: &LiteralKind) -> Result<(), Unknown> {
    match kind {
        LiteralKind::HexFixed(HexLiteralKind::UnicodeShort | HexLiteralKind::UnicodeLong) => {
            Err(Unknown)
        }
        LiteralKind::HexBrace(HexLiteralKind::UnicodeShort | HexLiteralKind::UnicodeLong) => {
            Err(Unknown)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str) -> Option<String> {
        spelled_out(&Regex {
            pattern: pattern.to_owned(),
            ignore_case: false,
            multi_line: false,
            dot_all: false,
        })
    }

    /// What is written instead holds the same characters.
    #[test]
    fn classes_are_the_same() {
        for class in [
            r"\d", r"\D", r"\s", r"\S", r"\w", r"\W", r"[\d]", r"[\D]", r"[\s]", r"[\S]", r"[^\w]",
        ] {
            let spelled = of(class).unwrap();
            let hir = |text: &str| regex_syntax::parse(text).unwrap();
            assert_eq!(hir(class), hir(&spelled), "{class}");
        }
    }

    #[test]
    fn the_rest_stays() {
        assert_eq!(of(r"a\.b[^x-z]{2,3}$").unwrap(), r"a\.b[^x-z]{2,3}$");
        assert_eq!(of(r"x\d+[-\d]").unwrap(), r"x[\p{Nd}]+[-\p{Nd}]");
        for none in [
            r"a\b", r"[\W]", r"(?=a)", r"[a&&b]", r"(?x)a", r"a{2000}", r"\u0041",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
