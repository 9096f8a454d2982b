//! The atoms of correlations: rules, and aggregates compared with numbers.

use super::{Failed, Grammar, Language, Parsed, Problem, blanks, fail};
use crate::ast::{Comparison, CorrelationExpr};
use crate::span::Spanned;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::number::complete::recognize_float;

/// Correlations: the names or ids of rules.
pub(super) struct Rules;

/// Correlations of type `stats`: an aggregate compared with a number.
pub(super) struct Aggregates;

macro_rules! correlation_links {
    () => {
        type Tree = CorrelationExpr;

        fn and(terms: Vec<Spanned<CorrelationExpr>>) -> CorrelationExpr {
            CorrelationExpr::And(terms)
        }

        fn or(terms: Vec<Spanned<CorrelationExpr>>) -> CorrelationExpr {
            CorrelationExpr::Or(terms)
        }

        fn not(term: Box<Spanned<CorrelationExpr>>) -> CorrelationExpr {
            CorrelationExpr::Not(term)
        }
    };
}

impl Language for Rules {
    correlation_links!();
    const ATOM: &'static str = "a rule";

    fn atom<'i>(
        grammar: &Grammar<'_, Self>,
        first: &'i str,
        rest: &'i str,
    ) -> Parsed<'i, Spanned<CorrelationExpr>> {
        let end = grammar.at(rest);
        let span = grammar.place.part(end - first.len(), end);
        Ok((
            rest,
            Spanned::new(CorrelationExpr::Rule(first.to_owned()), span),
        ))
    }
}

impl Language for Aggregates {
    correlation_links!();
    const ATOM: &'static str = "an aggregate";

    fn atom<'i>(
        grammar: &Grammar<'_, Self>,
        first: &'i str,
        rest: &'i str,
    ) -> Parsed<'i, Spanned<CorrelationExpr>> {
        let start = grammar.at(rest) - first.len();
        let (after, _) = blanks(rest)?;
        // The longer spellings come first.
        let symbols = alt((
            tag::<_, _, Failed>(">="),
            tag("<="),
            tag("!="),
            tag("=="),
            tag(">"),
            tag("<"),
            tag("="),
        ));
        let mut symbols = symbols;
        let Ok((number, symbol)) = symbols.parse(after) else {
            return fail(
                Problem::new(
                    start,
                    grammar.at(rest),
                    format!("`{first}` is not compared with anything"),
                )
                .help(format!("such as `{first} >= 5`")),
            );
        };
        let comparison = match symbol {
            ">=" => Comparison::Gte,
            "<=" => Comparison::Lte,
            ">" => Comparison::Gt,
            "<" => Comparison::Lt,
            "!=" => Comparison::Neq,
            _ => Comparison::Eq,
        };
        let (number, _) = blanks(number)?;
        let parsed: Parsed<'i, &str> = recognize_float(number);
        let value = parsed
            .ok()
            .and_then(|(rest, text)| Some((rest, text.parse::<f64>().ok()?)));
        let Some((rest, value)) = value.filter(|(_, value)| value.is_finite()) else {
            let token = grammar.token(number);
            let at = grammar.at(number);
            let problem = if token.is_empty() {
                Problem::new(
                    start,
                    at,
                    format!("`{symbol}` must be followed by a number"),
                )
            } else {
                Problem::new(
                    at,
                    at + token.len(),
                    format!("expected a number, found `{token}`"),
                )
            };
            return fail(problem);
        };
        let span = grammar.place.part(start, grammar.at(rest));
        let tree = CorrelationExpr::Compare(first.to_owned(), comparison, value);
        Ok((rest, Spanned::new(tree, span)))
    }
}
