//! The types of keys: names, single values, regular expressions and what replaces their matches.

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use sigwright_ir::pred::Number;

/// One name, or a list of them.
#[derive(Debug, Clone)]
pub(super) struct Names(pub Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Names, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(name) => Ok(Names(vec![name])),
            Json::Array(names) => names
                .into_iter()
                .map(|name| match name {
                    Json::String(name) => Ok(name),
                    other => Err(serde::de::Error::custom(format!("`{other}` is no name"))),
                })
                .collect::<Result<_, _>>()
                .map(Names),
            other => Err(serde::de::Error::custom(format!(
                "`{other}` is no name and no list of names"
            ))),
        }
    }
}

/// A single value.
#[derive(Debug, Clone)]
pub(super) enum Scalar {
    Text(String),
    Number(Number),
    Bool(bool),
    Null,
}

impl Scalar {
    /// As people write it.
    pub fn text(&self) -> String {
        match self {
            Scalar::Text(text) => text.clone(),
            Scalar::Number(n) => n.to_string(),
            Scalar::Bool(b) => b.to_string(),
            Scalar::Null => "null".to_owned(),
        }
    }
}

/// A single value, or a list of them.
#[derive(Debug, Clone)]
pub(super) struct Scalars(pub Vec<Scalar>);

impl<'de> Deserialize<'de> for Scalars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scalars, D::Error> {
        let one = |json| serde_json::from_value(json).map_err(serde::de::Error::custom);
        match Json::deserialize(deserializer)? {
            Json::Array(each) => each.into_iter().map(one).collect::<Result<_, _>>(),
            json => one(json).map(|one| vec![one]),
        }
        .map(Scalars)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
        let json = Json::deserialize(deserializer)?;
        Ok(match json {
            Json::String(text) => Scalar::Text(text),
            Json::Bool(b) => Scalar::Bool(b),
            Json::Null => Scalar::Null,
            Json::Number(n) => Scalar::Number(match n.as_i64() {
                Some(n) => Number::Int(n.into()),
                None => Number::from_f64(n.as_f64().unwrap_or_default()),
            }),
            other => {
                return Err(serde::de::Error::custom(format!(
                    "`{other}` is no single value"
                )));
            }
        })
    }
}

/// A regular expression of a pipeline.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Matcher {
    search: fancy_regex::Regex,
    start: fancy_regex::Regex,
}

impl TryFrom<String> for Matcher {
    type Error = String;

    fn try_from(text: String) -> Result<Matcher, String> {
        let compiled = |pattern: &str| {
            fancy_regex::Regex::new(pattern)
                .map_err(|error| format!("`{text}` is no regular expression: {error}"))
        };
        Ok(Matcher {
            search: compiled(&text)?,
            start: compiled(&format!(r"\A(?:{text})"))?,
        })
    }
}

/// A regular expression that gives up is an error, not a "no".
fn gave_up(error: fancy_regex::Error) -> String {
    format!("a regular expression of a pipeline gives up: {error}")
}

impl Matcher {
    /// Whether it is found anywhere.
    pub fn finds(&self, text: &str) -> Result<bool, String> {
        self.search.is_match(text).map_err(gave_up)
    }

    /// Whether it matches from the start.
    pub fn matches_start(&self, text: &str) -> Result<bool, String> {
        self.start.is_match(text).map_err(gave_up)
    }

    /// The names of its groups.
    pub fn groups(&self) -> Vec<&str> {
        self.start.capture_names().flatten().collect()
    }

    /// What its named groups capture where it matches from the start.
    pub fn captures_start(&self, text: &str) -> Result<Option<Vec<(String, String)>>, String> {
        let captures = self.start.captures(text).map_err(gave_up)?;
        Ok(captures.map(|captures| {
            self.groups()
                .into_iter()
                .filter_map(|name| {
                    let group = captures.name(name)?;
                    Some((name.to_owned(), group.as_str().to_owned()))
                })
                .collect()
        }))
    }

    /// With everything it finds replaced.
    pub fn replace_all(&self, text: &str, replacement: &Replacement) -> Result<String, String> {
        let mut replaced = String::with_capacity(text.len());
        let mut from = 0;
        for captures in self.search.captures_iter(text) {
            let captures = captures.map_err(gave_up)?;
            let Some(whole) = captures.get(0) else {
                continue;
            };
            replaced.push_str(text.get(from..whole.start()).unwrap_or_default());
            for piece in &replacement.0 {
                match piece {
                    Piece::Text(text) => replaced.push_str(text),
                    Piece::Group(n) => {
                        replaced.push_str(captures.get(*n).map_or("", |group| group.as_str()));
                    }
                    Piece::Name(name) => {
                        replaced.push_str(captures.name(name).map_or("", |group| group.as_str()));
                    }
                }
            }
            from = whole.end();
        }
        replaced.push_str(text.get(from..).unwrap_or_default());
        Ok(replaced)
    }
}

/// What stands in for a match: text with groups, as `\1` and `\g<name>`.
/// Source: <https://docs.python.org/3/library/re.html#re.sub>
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub(super) struct Replacement(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Group(usize),
    Name(String),
}

impl From<String> for Replacement {
    fn from(text: String) -> Replacement {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text.as_str();
        while let Some(c) = rest.chars().next() {
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            if c != '\\' {
                literal.push(c);
                continue;
            }
            let name = rest.strip_prefix("g<").and_then(|r| r.split_once('>'));
            let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
            let piece = match (name, rest.get(..digits).and_then(|d| d.parse().ok())) {
                (Some((name, after)), _) => {
                    rest = after;
                    match name.parse() {
                        Ok(number) => Piece::Group(number),
                        Err(_) => Piece::Name(name.to_owned()),
                    }
                }
                (None, Some(number)) => {
                    rest = rest.get(digits..).unwrap_or_default();
                    Piece::Group(number)
                }
                (None, None) => {
                    let next = rest.chars().next();
                    rest = rest
                        .get(next.map_or(0, char::len_utf8)..)
                        .unwrap_or_default();
                    match next {
                        Some('n') => literal.push('\n'),
                        Some('t') => literal.push('\t'),
                        Some('r') => literal.push('\r'),
                        Some('\\') | None => literal.push('\\'),
                        Some(other) => literal.extend(['\\', other]),
                    }
                    continue;
                }
            };
            if !literal.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut literal)));
            }
            pieces.push(piece);
        }
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        Replacement(pieces)
    }
}
