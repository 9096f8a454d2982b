//! Lucene's query strings.
//!
//! <https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query#query-string-syntax>

use super::{Reader, joined, number, pattern, text};
use crate::query::Query;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{anychar, char, multispace0, none_of};
use nom::combinator::{map, not, peek, recognize};
use nom::multi::{fold_many0, many0, many1};
use nom::sequence::{delimited, preceded, terminated};
use sigwright_ir::Written;
use sigwright_ir::pred::{Anchor, Comparison, Regex};
use sigwright_syntax::pattern::Part;
use sigwright_syntax::{Diagnostic, SourceId};

/// Reads a query string. Terms beside each other without an operator are alternatives, as by
/// default. Values are texts: only a mapping knows which are numbers.
///
/// # Errors
/// What is wrong or out of reach, and where.
pub fn parse(source: SourceId, text: &str) -> Result<Query, Diagnostic> {
    let mut reader = Reader::new(source, text);
    let query = group(&mut reader, None)?;
    match reader.rest().is_empty() {
        true => Ok(query),
        false => Err(reader.fault(format!("{} does not belong here", reader.next()))),
    }
}

/// Clauses up to the end of a group.
fn group(reader: &mut Reader<'_>, field: Option<&str>) -> Result<Query, Diagnostic> {
    reader.deeper()?;
    let mut parts = vec![clause(reader, field)?];
    let mut and = None;
    loop {
        reader.take(multispace0::<&str, nom::error::Error<&str>>);
        if reader.rest().is_empty() || reader.rest().starts_with(')') {
            break;
        }
        let place = reader.at;
        let is_and = reader.take(operator).unwrap_or(false);
        if and.is_some_and(|and| and != is_and) {
            reader.at = place;
            return Err(reader
                .fault("AND and OR side by side have no order in Lucene")
                .help("put parentheses around one of them"));
        }
        and = Some(is_and);
        parts.push(clause(reader, field)?);
    }
    reader.depth -= 1;
    Ok(joined(
        parts,
        match and {
            Some(true) => Query::And,
            _ => Query::Or,
        },
    ))
}

/// AND is true, OR is false.
fn operator(input: &str) -> nom::IResult<&str, bool> {
    let and = map(alt((word("AND"), tag("&&"))), |_| true);
    let or = map(alt((word("OR"), tag("||"))), |_| false);
    alt((and, or)).parse(input)
}

/// A word that ends here.
fn word<'a>(
    name: &'static str,
) -> impl Parser<&'a str, Output = &'a str, Error = nom::error::Error<&'a str>> {
    terminated(tag(name), not(peek(plain)))
}

fn clause(reader: &mut Reader<'_>, field: Option<&str>) -> Result<Query, Diagnostic> {
    reader.take(multispace0::<&str, nom::error::Error<&str>>);
    if reader.take(|i| word("NOT").parse(i)).is_some() || reader.eat("-") || reader.eat("!") {
        reader.deeper()?;
        let inner = clause(reader, field)?;
        reader.depth -= 1;
        return Ok(Query::Not(Box::new(inner)));
    }
    if reader.rest().starts_with('+') {
        return Err(reader
            .fault("`+` before a clause is not read")
            .help("write AND"));
    }
    let start = reader.at;
    let named = reader.take(|i| terminated(name, char(':')).parse(i));
    let field = named.as_deref().or(field);
    if named.as_deref() == Some("_exists_") {
        let name = reader.take(name);
        let name =
            name.ok_or_else(|| reader.fault("a field's name is missing behind `_exists_:`"))?;
        return Ok(reader.leaf(start, Some(&name), Written::Exists(true)));
    }
    if reader.eat("(") {
        let inner = group(reader, field)?;
        return match reader.eat(")") {
            true => Ok(inner),
            false => Err(reader.fault("this group is not closed: `)` is missing")),
        };
    }
    value(reader, start, field)
}

fn value(reader: &mut Reader<'_>, start: usize, field: Option<&str>) -> Result<Query, Diagnostic> {
    for (sign, comparison) in [
        (">=", Comparison::Gte),
        ("<=", Comparison::Lte),
        (">", Comparison::Gt),
        ("<", Comparison::Lt),
    ] {
        if reader.eat(sign) {
            let bound = reader.take(name).as_deref().and_then(number);
            let bound =
                bound.ok_or_else(|| reader.fault(format!("no number stands behind `{sign}`")))?;
            return Ok(reader.leaf(start, field, Written::Compare(comparison, bound)));
        }
    }
    let written = if reader.rest().starts_with('"') {
        let phrase = reader.take(phrase);
        let parts =
            phrase.ok_or_else(|| reader.fault("this phrase is not closed: `\"` is missing"))?;
        text(pattern(parts))
    } else if reader.rest().starts_with('/') {
        let regex = reader.take(regex);
        let regex = regex
            .ok_or_else(|| reader.fault("this regular expression is not closed: `/` is missing"))?;
        Written::Regex(
            Regex {
                pattern: regex,
                ignore_case: false,
                multi_line: false,
                dot_all: false,
            },
            Anchor::Whole,
        )
    } else if reader.rest().starts_with(['[', '{']) {
        return Err(reader
            .fault("ranges in brackets are not read")
            .help("write `>=` and `<=`"));
    } else {
        let term = reader.take(term);
        text(pattern(term.ok_or_else(|| {
            reader.fault(format!("a value is missing before {}", reader.next()))
        })?))
    };
    if reader.rest().starts_with(['~', '^']) {
        return Err(reader.fault("fuzzy terms and boosts are not read"));
    }
    Ok(reader.leaf(start, field, written))
}

/// A character that stands for itself.
fn plain(input: &str) -> nom::IResult<&str, char> {
    none_of(" \t\r\n\u{3000}+!(){}[]^\"~*?:\\/<>&|=")(input)
}

fn escaped(input: &str) -> nom::IResult<&str, char> {
    preceded(char('\\'), anychar).parse(input)
}

fn name(input: &str) -> nom::IResult<&str, String> {
    let (input, all) = many1(alt((escaped, plain))).parse(input)?;
    Ok((input, all.into_iter().collect()))
}

fn term(input: &str) -> nom::IResult<&str, Vec<Part>> {
    many1(alt((
        map(escaped, |c| Part::Text(c.to_string())),
        map(char('*'), |_| Part::Many),
        map(char('?'), |_| Part::One),
        map(recognize(many1(plain)), |text: &str| {
            Part::Text(text.to_owned())
        }),
    )))
    .parse(input)
}

fn phrase(input: &str) -> nom::IResult<&str, Vec<Part>> {
    let literal = take_while1(|c| c != '"' && c != '\\');
    let literal = map(literal, |text: &str| Part::Text(text.to_owned()));
    let escaped = map(escaped, |c| Part::Text(c.to_string()));
    delimited(char('"'), many0(alt((escaped, literal))), char('"')).parse(input)
}

/// As Lucene reads it, with slashes plain.
fn regex(input: &str) -> nom::IResult<&str, String> {
    let slash = map(tag("\\/"), |_| "/");
    let pair = recognize((char('\\'), anychar));
    let literal = take_while1(|c| c != '/' && c != '\\');
    let all = fold_many0(alt((slash, pair, literal)), String::new, |all, part| {
        all + part
    });
    delimited(char('/'), all, char('/')).parse(input)
}
