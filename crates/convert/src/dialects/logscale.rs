//! The query language of CrowdStrike Falcon LogScale.
//!
//! <https://library.humio.com/data-analysis/syntax.html>: `=` with a string compares with case,
//! so every value is a regular expression; `d` lets its dot match line ends. `cidr()` stands
//! between pipes, so networks that stand among other conditions are asked of the address's text.

use crate::dialect::{
    ANY, Dialect, Fields, GLOB, Hooks, Link, Logic, NO_OPS, NO_PIPELINES, Ops, PLAIN,
    PLAIN_QUERIES, Printed, Regexes, Strings,
};
use crate::pattern;
use crate::print::{Piece, Printer, unfilled};
use crate::query::Leaf;
use ipnet::{IpNet, Ipv6Net};
use sigwright_ir::Written;
use sigwright_ir::pred::{Anchor, Regex};
use sigwright_syntax::pattern::{Part, Pattern};

/// LogScale.
pub const LOGSCALE: Dialect = Dialect {
    name: "logscale",
    title: "CrowdStrike LogScale",
    formats: &[PLAIN_QUERIES],
    logic: Logic {
        and: " ",
        or: " or ",
        not: "not ",
        negated: None,
        unknown: None,
        opposite: None,
        every_not: false,
        // `or` binds more than the blank between terms
        strengths: [Link::Not, Link::Or, Link::And],
        every_group: false,
        group: ("(", ")"),
    },
    fields: Fields {
        own: None,
        quote: "\"",
        // tags begin with `#`, what LogScale adds with `@`
        needs_quotes: |name| {
            let rest = name.strip_prefix(['#', '@', '|']).unwrap_or(name);
            !rest
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
                || rest.is_empty()
        },
        escape: "\\",
        escaped: |_| false,
    },
    strings: Strings {
        quote: "\"",
        needs_quotes: ANY,
        needs_quotes_in_lists: ANY,
        escape: "\\",
        escaped: "\\",
        escaped_in_quotes: None,
        many: None,
        one: None,
        bare: None,
        named: &[],
        like: GLOB,
        bools: Some(("true", "false")),
    },
    ops: Ops {
        number: Some("{field}={value}"),
        bool: Some("{field}={value}"),
        null: Some("{field}!=*"),
        exists: Some("{field}=*"),
        missing: Some("{field}!=*"),
        regex: Some("{field}=/{regex}/{i}{m}"),
        regexes: Regexes {
            rewrite: Some(slashed),
            ..NO_OPS.regexes
        },
        compare: Some("{field}{op}{value}"),
        keyword_number: Some("/{value}/i"),
        keyword_regex: Some("/{regex}/"),
        ..NO_OPS
    },
    sql: None,
    hooks: Hooks {
        leaf: Some(leaf),
        before: None,
        finish: |_, query, _| Ok(query.to_owned()),
    },
    pipelines: NO_PIPELINES,
};

/// Escaped in regular expressions made of strings.
const SPECIAL: &str = "*$^.|?()[]+/{}\\";

fn leaf(printer: &Printer<'_>, leaf: &Leaf) -> Option<Printed> {
    let (pattern, cased) = match &leaf.value {
        Written::Text { pattern, cased } => (pattern, *cased),
        Written::Cidr(IpNet::V6(network)) => {
            let field = printer.field(leaf.field.as_ref()?);
            return Some(match spellings(network) {
                Some(regex) => Ok(Piece::Text(format!("{field}=/^{regex}/i"))),
                None => Err(printer.cannot(leaf.span, "networks of IPv6 like this")),
            });
        }
        Written::Regex(regex, _) if leaf.field.is_none() && regex.ignore_case => {
            return Some(slashed(regex, Anchor::Whole).map_or_else(
                |why| Err(printer.cannot(leaf.span, &why)),
                |text| Ok(Piece::Text(format!("/{text}/i"))),
            ));
        }
        _ => return None,
    };
    let ends = pattern::ends(pattern);
    let keyword = leaf.field.is_none();
    let field = leaf.field.as_ref().map(|name| printer.field(name));
    if let Some(field) = field.as_ref().filter(|_| ends.lone) {
        return Some(Ok(Piece::Text(format!("{field}=*"))));
    }
    let inner = pattern::without(pattern, ends.start, ends.end && !ends.lone);
    let start = if ends.start || keyword { "" } else { "^" };
    let end = if ends.end || keyword { "" } else { "$" };
    let mut flags = String::new();
    if !cased {
        flags.push('i');
    }
    if !PLAIN(&inner) {
        flags.push('d');
    }
    let regex = match regex(&inner) {
        Ok(regex) => regex,
        Err(name) => return Some(Err(unfilled(&name, leaf.span))),
    };
    let regex = format!("/{start}{regex}{end}/{flags}");
    Some(Ok(Piece::Text(match field {
        Some(field) => format!("{field}={regex}"),
        None => regex,
    })))
}

/// The start of every spelling of an IPv6 address in a network, where a regular expression can
/// say it: one address, or a network that ends within a first part of four digits.
fn spellings(network: &Ipv6Net) -> Option<String> {
    let segments = network.network().segments();
    let bits = usize::from(network.prefix_len());
    if bits == 128 {
        let short = network.network().to_string().replace('.', "\\.");
        let plain = segments.map(|part| format!("{part:x}")).join(":");
        let padded = segments.map(|part| format!("{part:04x}")).join(":");
        return Some(format!("(?:{short}|{plain}|{padded})$"));
    }
    let first = format!("{:04x}", segments.first()?);
    if !(4..=16).contains(&bits) || first.starts_with('0') {
        return None;
    }
    let mut regex = String::new();
    for (at, digit) in first.chars().enumerate() {
        match bits.saturating_sub(at * 4) {
            0 => regex.push_str("[0-9a-f]"),
            fixed @ 1..4 => {
                let from = digit.to_digit(16)?;
                let others =
                    (from..from + (1 << (4 - fixed))).filter_map(|d| char::from_digit(d, 16));
                regex.push_str(&format!("[{}]", others.collect::<String>()));
            }
            _ => regex.push(digit),
        }
    }
    Some(format!("{regex}:"))
}

/// A string as a regular expression; the error is the name of a placeholder.
fn regex(pattern: &Pattern) -> Result<String, String> {
    let mut regex = String::new();
    for part in pattern.parts() {
        match part {
            Part::Many => regex.push_str(".*"),
            Part::One => regex.push('.'),
            Part::Dash(dash) => regex.push(*dash),
            Part::Placeholder(name) => return Err(name.clone()),
            Part::Text(text) => {
                for c in text.chars() {
                    if SPECIAL.contains(c) {
                        regex.push('\\');
                    }
                    regex.push(c);
                }
            }
        }
    }
    Ok(regex)
}

/// A regular expression of a rule between slashes: those inside, and quotes, are escaped where
/// they are not.
fn slashed(regex: &Regex, anchor: Anchor) -> Result<String, String> {
    let flagless = Regex {
        ignore_case: false,
        multi_line: false,
        ..regex.clone()
    };
    let text = pattern::linear(&flagless, anchor)?;
    let mut slashed = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        if matches!(c, '/' | '"') && !escaped {
            slashed.push('\\');
        }
        slashed.push(c);
        escaped = c == '\\' && !escaped;
    }
    Ok(slashed)
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn networks_of_ipv6_by_their_spellings() {
        let of = |network: &str| spellings(&network.parse().unwrap());
        assert_eq!(of("fe80::/10").as_deref(), Some("fe[89ab][0-9a-f]:"));
        assert_eq!(of("fc00::/7").as_deref(), Some("f[cd][0-9a-f][0-9a-f]:"));
        let one = "(?:::1|0:0:0:0:0:0:0:1|0000:0000:0000:0000:0000:0000:0000:0001)$";
        assert_eq!(of("::1/128").as_deref(), Some(one));
        // the first part may be short, or absent
        assert_eq!(of("00fc::/16"), None);
        assert_eq!(of("2001:db8::/32"), None);
    }
}
