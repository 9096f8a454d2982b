//! The condition language: a nom grammar for `and`, `or`, `not`, parentheses and, as atoms,
//! identifiers and `1 of x*`; correlations use the same grammar with other atoms.
//!
//! Source: rules specification, section "Condition"; correlations: SEP #198.
//! Loops stand where the grammar repeats, so only parentheses and negations nest, and those
//! are counted against [`Limits::condition_depth`].

mod correlation;

use crate::ast::{Condition, CorrelationExpr, Quantifier, Selector};
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::scalar::Place;
use crate::span::{Span, Spanned};
use nom::bytes::complete::{take_while, take_while1};
use nom::character::complete::{char, multispace0};
use nom::combinator::{recognize, verify};
use nom::error::{ErrorKind, ParseError};
use nom::multi::separated_list1;
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// Reads the condition of a detection.
pub(crate) fn detection(
    text: &str,
    place: &Place,
    limits: &Limits,
) -> Result<Spanned<Condition>, Box<Diagnostic>> {
    Grammar::new(text, place, limits, Identifiers).read(text)
}

/// Reads the boolean condition of a `temporal` correlation: rule names as atoms.
pub(crate) fn temporal(
    text: &str,
    place: &Place,
    limits: &Limits,
) -> Result<Spanned<CorrelationExpr>, Box<Diagnostic>> {
    Grammar::new(text, place, limits, correlation::Rules).read(text)
}

/// Reads the boolean condition of a `stats` correlation: compared aggregates as atoms.
pub(crate) fn stats(
    text: &str,
    place: &Place,
    limits: &Limits,
) -> Result<Spanned<CorrelationExpr>, Box<Diagnostic>> {
    Grammar::new(text, place, limits, correlation::Aggregates).read(text)
}

/// True where a condition can name `name`.
pub(crate) fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_word) && !matches!(name, "and" | "or" | "not")
}

impl Selector {
    /// True where the identifier `name` is meant. Names that start with `_` are left out
    /// unless the pattern itself starts so.
    pub fn selects(&self, name: &str) -> bool {
        match self {
            Selector::Them => !name.starts_with('_'),
            Selector::Pattern(pattern) => {
                (!name.starts_with('_') || pattern.starts_with('_')) && stars(pattern, name)
            }
        }
    }
}

/// Matches `*` as any run of characters: the pieces between stars are found from the left.
fn stars(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for piece in middle.split('*') {
        let Some((_, after)) = name.split_once(piece) else {
            return false;
        };
        name = after;
    }
    name.ends_with(last)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// What went wrong, and at which bytes of the text.
#[derive(Debug)]
struct Problem {
    code: &'static str,
    start: usize,
    end: usize,
    message: String,
    because: &'static str,
    help: Option<String>,
}

impl Problem {
    fn new(start: usize, end: usize, message: impl Into<String>) -> Problem {
        Problem {
            code: "condition-syntax",
            start,
            end,
            message: message.into(),
            because: "",
            help: None,
        }
    }

    fn code(mut self, code: &'static str) -> Problem {
        self.code = code;
        self
    }

    fn because(mut self, text: &'static str) -> Problem {
        self.because = text;
        self
    }

    fn help(mut self, text: impl Into<String>) -> Problem {
        self.help = Some(text.into());
        self
    }

    fn report(self, place: &Place) -> Diagnostic {
        let span = place.part(self.start, self.end);
        let mut diagnostic = Diagnostic::error(self.code, span, self.message).because(self.because);
        diagnostic.help = self.help;
        diagnostic
    }
}

/// nom's error: empty where another branch may still fit, else what is to be said.
#[derive(Debug)]
struct Failed(Option<Box<Problem>>);

impl ParseError<&str> for Failed {
    fn from_error_kind(_: &str, _: ErrorKind) -> Self {
        Failed(None)
    }

    fn append(_: &str, _: ErrorKind, other: Self) -> Self {
        other
    }
}

type Parsed<'i, T> = IResult<&'i str, T, Failed>;

fn fail<T>(problem: Problem) -> Result<T, nom::Err<Failed>> {
    Err(nom::Err::Failure(Failed(Some(Box::new(problem)))))
}

/// The word at the start of the input, blanks skipped.
fn word(input: &str) -> Parsed<'_, &str> {
    preceded(multispace0, take_while1(is_word)).parse(input)
}

/// A word of the language.
fn keyword<'i>(name: &'static str) -> impl Parser<&'i str, Output = &'i str, Error = Failed> {
    verify(word, move |w: &str| w == name)
}

/// What a language adds to the boolean grammar.
trait Language: Sized {
    type Tree;
    /// What an atom is called in messages.
    const ATOM: &'static str;
    fn and(terms: Vec<Spanned<Self::Tree>>) -> Self::Tree;
    fn or(terms: Vec<Spanned<Self::Tree>>) -> Self::Tree;
    fn not(term: Box<Spanned<Self::Tree>>) -> Self::Tree;
    /// Reads an atom that starts with `first`; `rest` is what follows it.
    fn atom<'i>(
        grammar: &Grammar<'_, Self>,
        first: &'i str,
        rest: &'i str,
    ) -> Parsed<'i, Spanned<Self::Tree>>;
}

struct Grammar<'g, L> {
    /// Length of the whole text: an offset is this less what is left.
    whole: usize,
    place: &'g Place,
    limits: &'g Limits,
    _language: L,
}

impl<'g, L: Language> Grammar<'g, L> {
    fn new(text: &str, place: &'g Place, limits: &'g Limits, language: L) -> Self {
        Grammar {
            whole: text.len(),
            place,
            limits,
            _language: language,
        }
    }

    fn read(&self, text: &str) -> Result<Spanned<L::Tree>, Box<Diagnostic>> {
        let failed = match self.all(text) {
            Ok(tree) => return Ok(tree),
            Err(nom::Err::Error(failed) | nom::Err::Failure(failed)) => failed.0,
            Err(nom::Err::Incomplete(_)) => None,
        };
        let problem = match failed {
            Some(problem) => *problem,
            None => Problem::new(0, text.len(), "this is not a condition"),
        };
        Err(Box::new(problem.report(self.place)))
    }

    fn all(&self, text: &str) -> Result<Spanned<L::Tree>, nom::Err<Failed>> {
        if text.len() > self.limits.condition_bytes {
            let message = format!(
                "the condition is longer than {} bytes",
                self.limits.condition_bytes
            );
            return fail(Problem::new(0, text.len(), message).code("condition-too-long"));
        }
        if text.trim().is_empty() {
            let problem = Problem::new(0, text.len(), "the condition is empty")
                .code("empty-condition")
                .help(format!("name {}", L::ATOM));
            return fail(problem);
        }
        let (rest, tree) = self.or(text, 0)?;
        let (rest, _) = blanks(rest)?;
        match rest {
            "" => Ok(tree),
            _ => fail(self.unexpected(rest)),
        }
    }

    fn at(&self, rest: &str) -> usize {
        self.whole - rest.len()
    }

    fn span(&self, start: &str, end: &str) -> Span {
        self.place.part(self.at(start), self.at(end))
    }

    fn or<'i>(&self, input: &'i str, depth: usize) -> Parsed<'i, Spanned<L::Tree>> {
        let (rest, terms) = separated_list1(keyword("or"), |i| self.and(i, depth)).parse(input)?;
        Ok((rest, self.join(terms, input, rest, L::or)))
    }

    fn and<'i>(&self, input: &'i str, depth: usize) -> Parsed<'i, Spanned<L::Tree>> {
        let (rest, terms) = separated_list1(keyword("and"), |i| self.not(i, depth)).parse(input)?;
        Ok((rest, self.join(terms, input, rest, L::and)))
    }

    /// One term stands for itself.
    fn join(
        &self,
        mut terms: Vec<Spanned<L::Tree>>,
        input: &str,
        rest: &str,
        link: fn(Vec<Spanned<L::Tree>>) -> L::Tree,
    ) -> Spanned<L::Tree> {
        if terms.len() == 1
            && let Some(term) = terms.pop()
        {
            return term;
        }
        let span = self.span(input.trim_start(), rest);
        Spanned::new(link(terms), span)
    }

    fn not<'i>(&self, input: &'i str, depth: usize) -> Parsed<'i, Spanned<L::Tree>> {
        let mut starts = Vec::new();
        let mut rest = input;
        while let Ok((after, word)) = keyword("not").parse(rest) {
            starts.push(self.at(after) - word.len());
            rest = after;
            self.deep(depth + starts.len(), after)?;
        }
        let (rest, mut term) = self.primary(rest, depth + starts.len())?;
        for start in starts.into_iter().rev() {
            let span = self.place.part(start, self.at(rest));
            term = Spanned::new(L::not(Box::new(term)), span);
        }
        Ok((rest, term))
    }

    fn deep(&self, depth: usize, rest: &str) -> Result<(), nom::Err<Failed>> {
        if depth <= self.limits.condition_depth {
            return Ok(());
        }
        let at = self.at(rest);
        fail(
            Problem::new(
                at.saturating_sub(1),
                at,
                format!(
                    "the condition nests more than {} deep",
                    self.limits.condition_depth
                ),
            )
            .code("condition-too-deep")
            .help("split it into several selections"),
        )
    }

    fn primary<'i>(&self, input: &'i str, depth: usize) -> Parsed<'i, Spanned<L::Tree>> {
        let (start, _) = blanks(input)?;
        if let Ok((inner, _)) = open(start) {
            self.deep(depth + 1, inner)?;
            let (rest, tree) = self.or(inner, depth + 1)?;
            let (rest, _) = blanks(rest)?;
            let Ok((after, _)) = close(rest) else {
                if rest.is_empty() {
                    let at = self.at(start);
                    return fail(
                        Problem::new(at, at + 1, "this parenthesis is never closed")
                            .help("add `)`"),
                    );
                }
                return fail(self.unexpected(rest));
            };
            return Ok((after, Spanned::new(tree.value, self.span(start, after))));
        }
        let Ok((rest, first)) = word(start) else {
            return fail(self.missing(start));
        };
        if matches!(first, "and" | "or") {
            return fail(self.missing(start));
        }
        if first != "not" && first.eq_ignore_ascii_case("not") && self.operand_follows(rest) {
            return fail(self.upper_case(start, first));
        }
        L::atom(self, first, rest)
    }

    fn operand_follows(&self, rest: &str) -> bool {
        let rest = rest.trim_start();
        open(rest).is_ok()
            || word(rest)
                .is_ok_and(|(_, w)| !w.eq_ignore_ascii_case("and") && !w.eq_ignore_ascii_case("or"))
    }

    /// The text from `start` on, as long as it looks like one thing.
    fn token<'i>(&self, start: &'i str) -> &'i str {
        let run = take_while::<_, _, Failed>(|c: char| is_word(c) || matches!(c, '*' | '.'));
        match recognize(run).parse(start) {
            Ok((_, token)) if !token.is_empty() => token,
            _ => start
                .char_indices()
                .nth(1)
                .map_or(start, |(at, _)| start.get(..at).unwrap_or("")),
        }
    }

    /// An atom was due at `start`.
    fn missing(&self, start: &str) -> Problem {
        let token = self.token(start);
        let at = self.at(start);
        match token {
            "" => {
                // Point at what asks for more.
                Problem::new(
                    at.saturating_sub(1),
                    at,
                    format!("{} is missing at the end", L::ATOM),
                )
            }
            ")" => Problem::new(at, at + 1, format!("expected {}, found `)`", L::ATOM)),
            _ => Problem::new(
                at,
                at + token.len(),
                format!("expected {}, found `{token}`", L::ATOM),
            ),
        }
    }

    fn upper_case(&self, start: &str, found: &str) -> Problem {
        let at = self.at(start);
        let lower = found.to_ascii_lowercase();
        Problem::new(
            at,
            at + found.len(),
            format!("`{found}` is not an operator"),
        )
        .because("operators are lower-case")
        .help(format!("write `{lower}`"))
    }

    /// Something stands where only an operator, `)` or the end can.
    fn unexpected(&self, rest: &str) -> Problem {
        let at = self.at(rest);
        let token = self.token(rest);
        let end = at + token.len();
        if token == "|" {
            return Problem::new(at, self.whole, "a condition has no aggregation after `|`")
                .code("deprecated-aggregation")
                .because("this form of Sigma 1 is gone")
                .help(
                    "count or order matches in a document of its own with `correlation:` \
                     (`type: event_count`, `value_count`, `temporal`)",
                );
        }
        if token == ")" {
            return Problem::new(at, end, "this parenthesis was never opened")
                .help("remove it, or add `(`");
        }
        if token.eq_ignore_ascii_case("and") || token.eq_ignore_ascii_case("or") {
            return self.upper_case(rest, token);
        }
        let problem = Problem::new(at, end, format!("expected `and` or `or`, found `{token}`"));
        match token {
            "#" => problem.help("a comment ends a YAML value only outside of quotes"),
            "," => problem.help("link with `and` or `or`"),
            "&" => problem.help("write `and`"),
            _ if token.starts_with('*') => {
                problem.help("a pattern needs `1 of` or `all of` before it")
            }
            _ => problem,
        }
    }
}

fn blanks(input: &str) -> Parsed<'_, &str> {
    multispace0(input)
}

fn open(input: &str) -> Parsed<'_, char> {
    char('(').parse(input)
}

fn close(input: &str) -> Parsed<'_, char> {
    char(')').parse(input)
}

/// Detections: identifiers and selectors.
struct Identifiers;

impl Language for Identifiers {
    type Tree = Condition;
    const ATOM: &'static str = "a selection";

    fn and(terms: Vec<Spanned<Condition>>) -> Condition {
        Condition::And(terms)
    }

    fn or(terms: Vec<Spanned<Condition>>) -> Condition {
        Condition::Or(terms)
    }

    fn not(term: Box<Spanned<Condition>>) -> Condition {
        Condition::Not(term)
    }

    fn atom<'i>(
        grammar: &Grammar<'_, Self>,
        first: &'i str,
        rest: &'i str,
    ) -> Parsed<'i, Spanned<Condition>> {
        let start = grammar.at(rest) - first.len();
        if let Ok((after, of)) = word(rest)
            && of.eq_ignore_ascii_case("of")
        {
            let quantifier = match first {
                "1" | "any" => Some(Quantifier::One),
                "all" => Some(Quantifier::All),
                _ => None,
            };
            let lower = first.to_ascii_lowercase();
            let Some(quantifier) = quantifier.filter(|_| of == "of") else {
                let end = grammar.at(after);
                return fail(match lower.as_str() {
                    "1" | "any" | "all" => {
                        Problem::new(start, end, format!("`{first} {of}` is not an operator"))
                            .because("operators are lower-case")
                            .help(format!("write `{lower} of`"))
                    }
                    _ => Problem::new(start, end, format!("`{first} {of}` is not an operator"))
                        .help("there are `1 of`, `any of` and `all of`"),
                });
            };
            let (after, _) = blanks(after)?;
            let (rest, pattern) =
                take_while::<_, _, Failed>(|c: char| is_word(c) || c == '*')(after)?;
            if pattern.is_empty() {
                let token = grammar.token(after);
                let at = grammar.at(after);
                let problem = if token.is_empty() {
                    Problem::new(start, at, format!("`{first} of` must name selections"))
                } else {
                    Problem::new(
                        at,
                        at + token.len(),
                        format!("expected `them` or a pattern, found `{token}`"),
                    )
                };
                return fail(problem.help("such as `selection_*`"));
            }
            let selector = match pattern {
                "them" => Selector::Them,
                _ => Selector::Pattern(pattern.to_owned()),
            };
            let span = grammar.place.part(start, grammar.at(rest));
            return Ok((
                rest,
                Spanned::new(Condition::Of(quantifier, selector), span),
            ));
        }
        let span = grammar.place.part(start, grammar.at(rest));
        Ok((
            rest,
            Spanned::new(Condition::Selection(first.to_owned()), span),
        ))
    }
}
