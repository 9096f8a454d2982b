//! `rule_cond_expr` and its like: `and`, `or`, `not` and parentheses over names of conditions.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{char, multispace0};
use nom::combinator::{map, verify};
use nom::multi::separated_list1;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// How deep parentheses and `not` may be nested.
const DEPTH: usize = 64;

/// An expression over names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    Name(String),
}

impl Expression {
    /// Reads an expression; the error is a sentence.
    pub fn parse(text: &str) -> Result<Expression, String> {
        match or(0)(text) {
            Ok((rest, expression)) if rest.trim().is_empty() => Ok(expression),
            Ok((rest, _)) => Err(format!("cannot read `{}` of the expression", rest.trim())),
            Err(_) => Err(format!(
                "`{text}` is no expression over names of conditions"
            )),
        }
    }

    /// Whether it holds.
    pub fn holds(&self, name: &dyn Fn(&str) -> Result<bool, String>) -> Result<bool, String> {
        match self {
            Expression::Name(known) => name(known),
            Expression::Not(inner) => Ok(!inner.holds(name)?),
            Expression::And(parts) => parts
                .iter()
                .try_fold(true, |all, part| Ok(all && part.holds(name)?)),
            Expression::Or(parts) => parts
                .iter()
                .try_fold(false, |any, part| Ok(any || part.holds(name)?)),
        }
    }

    /// The names in it.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Expression::Name(name) => vec![name],
            Expression::Not(inner) => inner.names(),
            Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().flat_map(Expression::names).collect()
            }
        }
    }
}

fn or(depth: usize) -> impl Fn(&str) -> IResult<&str, Expression> {
    move |text| linked("or", Expression::Or, |text| and(depth)(text))(text)
}

fn and(depth: usize) -> impl Fn(&str) -> IResult<&str, Expression> {
    move |text| linked("and", Expression::And, |text| single(depth)(text))(text)
}

/// Parts with a word between.
fn linked<'t>(
    between: &'static str,
    link: fn(Vec<Expression>) -> Expression,
    part: impl Fn(&'t str) -> IResult<&'t str, Expression>,
) -> impl FnOnce(&'t str) -> IResult<&'t str, Expression> {
    move |text| {
        map(
            separated_list1(word(between), part),
            |mut parts| match parts.len() {
                1 => parts.remove(0),
                _ => link(parts),
            },
        )
        .parse(text)
    }
}

fn single(depth: usize) -> impl Fn(&str) -> IResult<&str, Expression> {
    move |text| {
        if depth > DEPTH {
            let kind = nom::error::ErrorKind::TooLarge;
            return Err(nom::Err::Failure(nom::error::Error::new(text, kind)));
        }
        let inner = |text| or(depth + 1)(text);
        let negated = |text| single(depth + 1)(text);
        alt((
            map(preceded(word("not"), negated), |inner| {
                Expression::Not(Box::new(inner))
            }),
            delimited(
                preceded(multispace0, char('(')),
                inner,
                preceded(multispace0, char(')')),
            ),
            map(name, |name: &str| Expression::Name(name.to_owned())),
        ))
        .parse(text)
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

fn name(text: &str) -> IResult<&str, &str> {
    let operator = |name: &&str| !matches!(*name, "and" | "or" | "not");
    preceded(multispace0, verify(take_while1(is_name), operator)).parse(text)
}

/// An operator as a whole word.
fn word(operator: &'static str) -> impl FnMut(&str) -> IResult<&str, &str> {
    move |text| {
        let (rest, found) = preceded(multispace0, tag(operator)).parse(text)?;
        match rest.chars().next() {
            Some(c) if is_name(c) => {
                let kind = nom::error::ErrorKind::Tag;
                Err(nom::Err::Error(nom::error::Error::new(text, kind)))
            }
            _ => Ok((rest, found)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Expression;

    #[test]
    fn operators_bind_as_in_conditions_of_rules() {
        let expression = Expression::parse("a or not b and (c or and-d)").unwrap();
        let holds = |on: &str| expression.holds(&|name| Ok(on.split(' ').any(|n| n == name)));
        assert_eq!(expression.names(), ["a", "b", "c", "and-d"]);
        assert_eq!(holds("a b"), Ok(true));
        assert_eq!(holds("b c"), Ok(false));
        assert_eq!(holds("and-d"), Ok(true));
        assert_eq!(holds(""), Ok(false));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for wrong in ["", "a or", "a b", "(a", "not", &"(".repeat(5000)] {
            assert!(Expression::parse(wrong).is_err(), "{wrong}");
        }
    }
}
