//! What modifiers make of a value, one after the other, in the order written.

use super::encode::{self, Piece, Utf16};
use crate::limits::LIMITS;
use crate::pred::{Anchor, Comparison, Number, Part, Pattern, Regex, StrOp, TimePart};
use ipnet::{IpNet, Ipv4Net};
use sigwright_syntax::ast::{Modifier, Value};
use sigwright_syntax::pattern::DASHES;
use std::net::{IpAddr, Ipv4Addr};

/// A value on its way to a predicate.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// Text that no modifier has touched: a Sigma string unless one says otherwise.
    Raw(String),
    /// A Sigma string.
    Text(Text),
    /// Bytes that wait to be Base64, or to be taken as text after all.
    Bytes(Vec<Piece>, Text),
    /// One of several; an encoding made them of one value.
    AnyOf(Vec<Operand>),
    /// A regular expression, not yet checked, and which end of the value it is tied to.
    Regex(Regex, Anchor),
    /// A network.
    Cidr(IpNet),
    /// The values of another field.
    Field {
        name: String,
        anchor: Anchor,
        cased: bool,
    },
    /// A number to be equal to.
    Number(Number),
    /// A number to be compared with.
    Compare(Comparison, Number),
    /// A part of a time.
    Time(TimePart, Comparison, Number),
    /// A truth value.
    Bool(bool),
    /// Whether there is anything.
    Exists(bool),
    /// Nothing there.
    Null,
}

/// A Sigma string with the ends that modifiers have opened.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Text {
    pub(super) pattern: Pattern,
    pub(super) anchor: Option<Anchor>,
    pub(super) cased: bool,
    /// The encoding that made it.
    made_by: Option<&'static str>,
}

impl Text {
    fn parse(text: &str) -> Text {
        Text::from_pattern(Pattern::parse(text))
    }

    /// A string no modifier has touched.
    pub(super) fn from_pattern(pattern: Pattern) -> Text {
        Text {
            pattern,
            ..Text::default()
        }
    }

    /// The string operation; `plain` is the anchor where no modifier set one.
    pub(super) fn op(self, plain: Anchor) -> StrOp {
        StrOp::new(self.anchor.unwrap_or(plain), self.pattern, self.cased)
    }
}

/// Why a modifier cannot be applied to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It takes another kind of value: the kind it takes, and the one it got.
    Takes(&'static str, &'static str),
    /// It must stand before the modifiers that change the value.
    First,
    /// It has no meaning together with the one before it.
    After(&'static str),
    /// There are wildcards in the value, or the ends are open.
    Wildcards,
    /// Fewer than two bytes.
    Short,
    /// Not a network, and why.
    Network(String),
    /// Too many variants.
    Variants,
}

impl Operand {
    /// A value before any modifier; None for a number that is none.
    pub(super) fn of(value: &Value) -> Option<Operand> {
        Some(match value {
            Value::Str(text) => Operand::Raw(text.clone()),
            Value::Int(n) => Operand::Number(Number::Int(*n)),
            Value::Float(x) if !x.is_finite() => return None,
            Value::Float(x) => Operand::Number(Number::from_f64(*x)),
            Value::Bool(b) => Operand::Bool(*b),
            Value::Null => Operand::Null,
        })
    }

    /// What it is, for messages.
    fn kind(&self) -> &'static str {
        match self {
            Operand::Raw(_) | Operand::Text(_) => "text",
            Operand::Bytes(..) => "UTF-16",
            Operand::AnyOf(of) => of.first().map_or("text", Operand::kind),
            Operand::Regex(..) => "a regular expression",
            Operand::Cidr(_) => "a network",
            Operand::Field { .. } => "a field name",
            Operand::Number(_) => "a number",
            Operand::Compare(..) => "a comparison",
            Operand::Time(..) => "a part of a time",
            Operand::Bool(_) => "a truth value",
            Operand::Exists(_) => "a test for existence",
            Operand::Null => "null",
        }
    }

    /// Bytes of the longest text in it.
    pub(super) fn longest(&self) -> usize {
        let text = |pattern: &Pattern| {
            let length = |part: &Part| match part {
                Part::Text(text) => text.len(),
                _ => 1,
            };
            pattern.parts().iter().map(length).sum()
        };
        let piece = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => bytes.len(),
            Piece::Wild(_) => 1,
        };
        match self {
            Operand::Raw(raw) => raw.len(),
            Operand::Text(of) => text(&of.pattern),
            Operand::Bytes(pieces, _) => pieces.iter().map(piece).sum(),
            Operand::AnyOf(each) => each.iter().map(Operand::longest).max().unwrap_or(0),
            Operand::Regex(regex, _) => regex.pattern.len(),
            _ => 0,
        }
    }

    /// The value as `modifier` changes it.
    pub(super) fn apply(self, modifier: Modifier) -> Result<Operand, Refusal> {
        if let Operand::AnyOf(each) = self {
            let each: Result<Vec<_>, _> = each.into_iter().map(|o| o.apply(modifier)).collect();
            return each.map(Operand::AnyOf);
        }
        match modifier {
            // These concern the item as a whole, or were applied before all others.
            Modifier::All | Modifier::Neq | Modifier::Expand => Ok(self),
            Modifier::Contains => self.opened(true, true),
            Modifier::StartsWith => self.opened(false, true),
            Modifier::EndsWith => self.opened(true, false),
            Modifier::Cased => self.cased(),
            Modifier::WinDash => self.text("text")?.dashes(),
            Modifier::Re => match self {
                Operand::Raw(pattern) => {
                    let regex = Regex {
                        pattern,
                        ignore_case: false,
                        multi_line: false,
                        dot_all: false,
                    };
                    Ok(Operand::Regex(regex, Anchor::Whole))
                }
                other => Err(other.not_raw("text")),
            },
            Modifier::IgnoreCase => self.flag(|regex| regex.ignore_case = true),
            Modifier::MultiLine => self.flag(|regex| regex.multi_line = true),
            Modifier::DotAll => self.flag(|regex| regex.dot_all = true),
            Modifier::Cidr => match self {
                Operand::Raw(text) => network(&text).map(Operand::Cidr).map_err(Refusal::Network),
                other => Err(other.not_raw("a network")),
            },
            Modifier::FieldRef => match self {
                Operand::Raw(text) => match Pattern::parse(&text).as_literal() {
                    None => Err(Refusal::Wildcards),
                    Some(name) => Ok(Operand::Field {
                        name: name.to_owned(),
                        anchor: Anchor::Whole,
                        cased: false,
                    }),
                },
                other => Err(other.not_raw("a field name")),
            },
            Modifier::Exists => match self {
                Operand::Bool(wanted) => Ok(Operand::Exists(wanted)),
                other => Err(Refusal::Takes("`true` or `false`", other.kind())),
            },
            Modifier::Utf16Le => self.utf16(Utf16::Little),
            Modifier::Utf16Be => self.utf16(Utf16::Big),
            Modifier::Utf16 => self.utf16(Utf16::Marked),
            Modifier::Base64 => self.encoded(|bytes, cased| {
                Ok(vec![Text {
                    pattern: Pattern::literal(encode::base64(bytes)),
                    cased,
                    made_by: Some("base64"),
                    ..Text::default()
                }])
            }),
            Modifier::Base64Offset => self.encoded(|bytes, cased| {
                let offsets = encode::base64_offsets(bytes).ok_or(Refusal::Short)?;
                Ok(Vec::from(offsets.map(|text| Text {
                    pattern: Pattern::literal(text),
                    anchor: Some(Anchor::Contains),
                    cased,
                    made_by: Some("base64offset"),
                })))
            }),
            Modifier::Lt => self.compared(Comparison::Lt),
            Modifier::Lte => self.compared(Comparison::Lte),
            Modifier::Gt => self.compared(Comparison::Gt),
            Modifier::Gte => self.compared(Comparison::Gte),
            Modifier::Minute => self.part(TimePart::Minute),
            Modifier::Hour => self.part(TimePart::Hour),
            Modifier::Day => self.part(TimePart::Day),
            Modifier::Week => self.part(TimePart::Week),
            Modifier::Month => self.part(TimePart::Month),
            Modifier::Year => self.part(TimePart::Year),
        }
    }

    /// The refusal of a modifier that takes untouched text.
    fn not_raw(&self, takes: &'static str) -> Refusal {
        match self {
            Operand::Number(_) | Operand::Bool(_) | Operand::Null => {
                Refusal::Takes(takes, self.kind())
            }
            _ => Refusal::First,
        }
    }

    /// The Sigma string it is.
    fn text(self, takes: &'static str) -> Result<Text, Refusal> {
        match self {
            Operand::Raw(text) => Ok(Text::parse(&text)),
            Operand::Text(text) => Ok(text),
            other => Err(Refusal::Takes(takes, other.kind())),
        }
    }

    fn opened(self, start: bool, end: bool) -> Result<Operand, Refusal> {
        let join = |anchor: Anchor| {
            let open = anchor.open();
            Anchor::opened(open.0 || start, open.1 || end)
        };
        match self {
            Operand::Regex(regex, anchor) => Ok(Operand::Regex(regex, join(anchor))),
            Operand::Field {
                name,
                anchor,
                cased,
            } => Ok(Operand::Field {
                name,
                anchor: join(anchor),
                cased,
            }),
            Operand::Bytes(pieces, text) => {
                let anchor = Some(join(text.anchor.unwrap_or(Anchor::Whole)));
                Ok(Operand::Bytes(pieces, Text { anchor, ..text }))
            }
            other => {
                let text = other.text("text")?;
                if text.made_by == Some("base64offset") && !(start && end) {
                    return Err(Refusal::After("base64offset"));
                }
                let anchor = Some(join(text.anchor.unwrap_or(Anchor::Whole)));
                Ok(Operand::Text(Text { anchor, ..text }))
            }
        }
    }

    fn cased(self) -> Result<Operand, Refusal> {
        match self {
            Operand::Regex(..) => Err(Refusal::After("re")),
            Operand::Field { name, anchor, .. } => Ok(Operand::Field {
                name,
                anchor,
                cased: true,
            }),
            Operand::Bytes(pieces, text) => Ok(Operand::Bytes(
                pieces,
                Text {
                    cased: true,
                    ..text
                },
            )),
            other => {
                let text = other.text("text")?;
                Ok(Operand::Text(Text {
                    cased: true,
                    ..text
                }))
            }
        }
    }

    fn flag(self, set: impl FnOnce(&mut Regex)) -> Result<Operand, Refusal> {
        match self {
            Operand::Regex(mut regex, anchor) => {
                set(&mut regex);
                Ok(Operand::Regex(regex, anchor))
            }
            other => Err(Refusal::Takes("a regular expression", other.kind())),
        }
    }

    fn utf16(self, form: Utf16) -> Result<Operand, Refusal> {
        let text = self.text("text")?;
        let each = spelled(&text.pattern)?
            .into_iter()
            .map(|pattern| Operand::Bytes(encode::utf16(&pattern, form), text.clone()));
        Ok(any_of(each.collect()))
    }

    /// Base64 of the value's bytes: UTF-16 where a modifier asked for it, UTF-8 otherwise.
    fn encoded(
        self,
        texts: impl Fn(&[u8], bool) -> Result<Vec<Text>, Refusal>,
    ) -> Result<Operand, Refusal> {
        let (variants, text) = match self {
            Operand::Bytes(pieces, text) => match pieces.as_slice() {
                [] => (vec![Vec::new()], text),
                [Piece::Bytes(bytes)] => (vec![bytes.clone()], text),
                _ => return Err(Refusal::Wildcards),
            },
            other => {
                let text = other.text("text")?;
                let mut variants = Vec::new();
                for pattern in spelled(&text.pattern)? {
                    let literal = pattern.as_literal().ok_or(Refusal::Wildcards)?;
                    variants.push(literal.as_bytes().to_vec());
                }
                (variants, text)
            }
        };
        if text.anchor.is_some_and(|anchor| anchor != Anchor::Whole) {
            return Err(Refusal::Wildcards);
        }
        let mut each = Vec::new();
        for bytes in variants {
            each.extend(texts(&bytes, text.cased)?.into_iter().map(Operand::Text));
        }
        Ok(any_of(each))
    }

    fn compared(self, comparison: Comparison) -> Result<Operand, Refusal> {
        match self {
            Operand::Number(n) => Ok(Operand::Compare(comparison, n)),
            Operand::Time(part, Comparison::Eq, n) => Ok(Operand::Time(part, comparison, n)),
            other => Err(Refusal::Takes("a number", other.kind())),
        }
    }

    fn part(self, part: TimePart) -> Result<Operand, Refusal> {
        let (comparison, n) = match self {
            Operand::Number(n) => (Comparison::Eq, n),
            Operand::Compare(comparison, n) => (comparison, n),
            other => return Err(Refusal::Takes("a number", other.kind())),
        };
        Ok(Operand::Time(part, comparison, n))
    }
}

impl Text {
    /// Every dash that starts a word as a class of dashes.
    fn dashes(self) -> Result<Operand, Refusal> {
        if let Some(encoding) = self.made_by {
            return Err(Refusal::After(encoding));
        }
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let mut pattern = Pattern::default();
        for part in self.pattern.parts() {
            let Part::Text(text) = part else {
                pattern.push(part.clone());
                continue;
            };
            let mut before = None;
            let mut chars = text.chars().peekable();
            while let Some(c) = chars.next() {
                let starts_word =
                    DASHES.contains(&c) && !word(before) && word(chars.peek().copied());
                pattern.push(match starts_word {
                    true => Part::Dash(c),
                    false => Part::Text(c.to_string()),
                });
                before = Some(c);
            }
        }
        Ok(Operand::Text(Text { pattern, ..self }))
    }
}

/// One operand out of several.
fn any_of(mut each: Vec<Operand>) -> Operand {
    match each.len() {
        1 => each.pop().unwrap_or(Operand::Null),
        _ => Operand::AnyOf(each),
    }
}

/// The pattern with every dash class spelled out, which encodings need.
fn spelled(pattern: &Pattern) -> Result<Vec<Pattern>, Refusal> {
    let classes = pattern
        .parts()
        .iter()
        .filter(|p| matches!(p, Part::Dash(_)))
        .count();
    let variants = u32::try_from(classes)
        .ok()
        .and_then(|n| DASHES.len().checked_pow(n))
        .filter(|n| *n <= LIMITS.encoded_variants);
    let bytes: usize = pattern
        .parts()
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.len(),
            _ => 3,
        })
        .sum();
    let variants = variants.filter(|n| n.saturating_mul(bytes) <= LIMITS.encoded_bytes);
    if variants.is_none() {
        return Err(Refusal::Variants);
    }
    let mut each = vec![Pattern::default()];
    for part in pattern.parts() {
        match part {
            Part::Dash(_) => {
                each = each
                    .iter()
                    .flat_map(|pattern| {
                        DASHES.iter().map(move |dash| {
                            let mut pattern = pattern.clone();
                            pattern.push(Part::Text(dash.to_string()));
                            pattern
                        })
                    })
                    .collect();
            }
            part => each.iter_mut().for_each(|p| p.push(part.clone())),
        }
    }
    Ok(each)
}

/// A network: with a prefix, with a mask, or one address. IPv4 written as IPv6 is IPv4.
fn network(text: &str) -> Result<IpNet, String> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return Err(format!("`{address}` is no IPv4 or IPv6 address"));
    };
    let net = match (address, prefix) {
        (address, None) => IpNet::from(address),
        (IpAddr::V4(v4), Some(mask)) if mask.contains('.') => masked(v4, mask)
            .ok_or_else(|| format!("`{mask}` is no network mask"))?
            .into(),
        (address, Some(prefix)) => {
            let most = if address.is_ipv4() { 32 } else { 128 };
            prefix
                .bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| prefix.parse().ok())
                .flatten()
                .and_then(|length: u8| IpNet::new(address, length).ok())
                .ok_or_else(|| format!("`{prefix}` is no prefix length from 0 to {most}"))?
        }
    };
    if net.addr() != net.network() {
        return Err(format!(
            "`{text}` has bits set beyond its prefix; the network is `{}`",
            net.trunc()
        ));
    }
    Ok(match net {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => match v6.addr().to_ipv4_mapped() {
            Some(v4) => Ipv4Net::new(v4, v6.prefix_len() - 96).map_or(net, IpNet::V4),
            None => net,
        },
        net => net,
    })
}

fn masked(address: Ipv4Addr, mask: &str) -> Option<Ipv4Net> {
    let mask: Ipv4Addr = mask.parse().ok()?;
    Ipv4Net::with_netmask(address, mask)
        .or_else(|_| Ipv4Net::with_netmask(address, Ipv4Addr::from(!u32::from(mask))))
        .ok()
}
