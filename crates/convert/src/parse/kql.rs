//! KQL, the query language of Kibana's search bars.
//!
//! <https://www.elastic.co/docs/reference/query-languages/kql>

use super::{Reader, joined, number, pattern, text};
use crate::query::Query;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while_m_n, take_while1};
use nom::character::complete::{anychar, char, one_of};
use nom::combinator::{map, map_opt, not, value};
use nom::multi::{many0, many1};
use nom::sequence::{delimited, preceded};
use sigwright_ir::Written;
use sigwright_ir::pred::Comparison;
use sigwright_syntax::pattern::Part;
use sigwright_syntax::{Diagnostic, SourceId};

/// Reads a query. Values are texts: only a mapping knows which are numbers.
///
/// # Errors
/// What is wrong or out of reach, and where.
pub fn parse(source: SourceId, text: &str) -> Result<Query, Diagnostic> {
    let mut reader = Reader::new(source, text);
    reader.take(spaces);
    let query = alternatives(&mut reader, None)?;
    reader.take(spaces);
    match reader.rest().is_empty() {
        true => Ok(query),
        false => Err(reader.fault(format!("{} does not belong here", reader.next()))),
    }
}

fn alternatives(reader: &mut Reader<'_>, field: Option<&str>) -> Result<Query, Diagnostic> {
    let mut parts = vec![conjunction(reader, field)?];
    while reader.take(|i| between("or", i)).is_some() {
        parts.push(conjunction(reader, field)?);
    }
    Ok(joined(parts, Query::Or))
}

fn conjunction(reader: &mut Reader<'_>, field: Option<&str>) -> Result<Query, Diagnostic> {
    let mut parts = vec![negation(reader, field)?];
    while reader.take(|i| between("and", i)).is_some() {
        parts.push(negation(reader, field)?);
    }
    Ok(joined(parts, Query::And))
}

fn negation(reader: &mut Reader<'_>, field: Option<&str>) -> Result<Query, Diagnostic> {
    match reader.take(no) {
        Some(()) => Ok(Query::Not(Box::new(clause(reader, field)?))),
        None => clause(reader, field),
    }
}

fn clause(reader: &mut Reader<'_>, field: Option<&str>) -> Result<Query, Diagnostic> {
    let start = reader.at;
    if reader.eat("(") {
        reader.deeper()?;
        reader.take(spaces);
        let inner = alternatives(reader, field)?;
        reader.take(spaces);
        reader.depth -= 1;
        return match reader.eat(")") {
            true => Ok(inner),
            false => Err(reader.fault("this group is not closed: `)` is missing")),
        };
    }
    let (parts, quoted) = literal(reader)?;
    if field.is_none() {
        let before = reader.at;
        reader.take(spaces);
        let name = pattern(parts.clone());
        for (sign, comparison) in [
            ("<=", Comparison::Lte),
            (">=", Comparison::Gte),
            ("<", Comparison::Lt),
            (">", Comparison::Gt),
        ] {
            if reader.eat(sign) {
                let name = literal_name(reader, &name)?;
                reader.take(spaces);
                let (bound, _) = literal(reader)?;
                let bound = pattern(bound).as_literal().and_then(number);
                let bound = bound
                    .ok_or_else(|| reader.fault(format!("no number stands behind `{sign}`")))?;
                return Ok(reader.leaf(start, Some(&name), Written::Compare(comparison, bound)));
            }
        }
        if reader.eat(":") {
            let name = literal_name(reader, &name)?;
            reader.take(spaces);
            if reader.rest().starts_with('{') {
                return Err(reader.fault("queries of nested objects are not read"));
            }
            // a value, or several in parentheses
            return clause(reader, Some(&name));
        }
        reader.at = before;
    }
    let written = match (quoted, parts.as_slice(), field) {
        (false, [Part::Many], Some(_)) => Written::Exists(true),
        _ => text(pattern(parts)),
    };
    Ok(reader.leaf(start, field, written))
}

fn literal_name(
    reader: &Reader<'_>,
    name: &sigwright_syntax::pattern::Pattern,
) -> Result<String, Diagnostic> {
    let name = name.as_literal().map(str::to_owned);
    name.ok_or_else(|| reader.fault("wildcards in names of fields are not read"))
}

/// A string, and whether it is quoted.
fn literal(reader: &mut Reader<'_>) -> Result<(Vec<Part>, bool), Diagnostic> {
    if reader.rest().starts_with('"') {
        let quoted = reader.take(quoted);
        let quoted =
            quoted.ok_or_else(|| reader.fault("this string is not closed: `\"` is missing"))?;
        return Ok((quoted, true));
    }
    let parts = reader.take(unquoted);
    let parts = parts
        .ok_or_else(|| reader.fault(format!("a value is missing before {}", reader.next())))?;
    Ok((trimmed(parts), false))
}

/// Without the blanks at its ends.
fn trimmed(mut parts: Vec<Part>) -> Vec<Part> {
    let blank = |part: Option<&Part>| matches!(part, Some(Part::Text(t)) if t.trim().is_empty());
    while blank(parts.last()) {
        parts.pop();
    }
    while blank(parts.first()) {
        parts.remove(0);
    }
    parts
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{a0}')
}

fn spaces(input: &str) -> nom::IResult<&str, ()> {
    value((), many0(take_while1(is_space))).parse(input)
}

fn between<'a>(name: &'static str, input: &'a str) -> nom::IResult<&'a str, ()> {
    let parts = (
        take_while1(is_space),
        tag_no_case(name),
        take_while1(is_space),
    );
    value((), parts).parse(input)
}

fn no(input: &str) -> nom::IResult<&str, ()> {
    value((), (tag_no_case("not"), take_while1(is_space))).parse(input)
}

fn keyword(input: &str) -> nom::IResult<&str, ()> {
    alt((|i| between("or", i), |i| between("and", i), no)).parse(input)
}

fn blank(input: &str) -> nom::IResult<&str, char> {
    alt((
        value('\t', tag("\\t")),
        value('\r', tag("\\r")),
        value('\n', tag("\\n")),
    ))
    .parse(input)
}

fn numbered(input: &str) -> nom::IResult<&str, char> {
    let digits = take_while_m_n(4, 4, |c: char| c.is_ascii_hexdigit());
    let code = |digits: &str| char::from_u32(u32::from_str_radix(digits, 16).ok()?);
    map_opt(preceded(tag("\\u"), digits), code).parse(input)
}

fn quoted(input: &str) -> nom::IResult<&str, Vec<Part>> {
    let escaped = preceded(char('\\'), one_of("\\\""));
    let other = nom::character::complete::none_of("\"");
    let one = map(alt((blank, numbered, escaped, other)), |c| {
        Part::Text(c.to_string())
    });
    delimited(char('"'), many0(one), char('"')).parse(input)
}

fn unquoted(input: &str) -> nom::IResult<&str, Vec<Part>> {
    const SPECIAL: &str = "\\():<>\"*{}";
    let special = preceded(char('\\'), one_of(SPECIAL));
    let word = alt((tag_no_case("or"), tag_no_case("and"), tag_no_case("not")));
    let word = map(preceded(char('\\'), word), |w: &str| {
        Part::Text(w.to_owned())
    });
    let other = preceded((not(one_of(SPECIAL)), not(keyword)), anychar);
    many1(alt((
        map(alt((blank, special, numbered)), |c| {
            Part::Text(c.to_string())
        }),
        word,
        map(char('*'), |_| Part::Many),
        map(other, |c| Part::Text(c.to_string())),
    )))
    .parse(input)
}
