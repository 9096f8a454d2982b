//! What a value means as a number, a truth value or an address; shared by every evaluator.
//! Strings, patterns and regexes are not here: each evaluator has its own.

use crate::event::Value;
use crate::time::Time;
use sigwright_ir::pred::{Comparison, Number, TimePart};
use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr};

/// True where `text` is a number by the grammar of JSON (RFC 8259, section 6).
pub fn is_json_number(text: &str) -> bool {
    Decimal::parse(text).is_some()
}

/// The number `text` spells in parts of a thousand million, rounded half away from zero; None
/// where it spells none, or one beyond what fits.
pub(crate) fn billionths(text: &str) -> Option<i128> {
    let number = Decimal::parse(text)?;
    let Some(magnitude) = number.magnitude() else {
        return Some(0);
    };
    // the power of ten of the first digit, in billionths
    let mut power = magnitude.checked_add(9)?;
    if power > 37 {
        return None;
    }
    let mut parts: i128 = 0;
    for digit in number.significant() {
        let digit = i128::from(digit - b'0');
        match u32::try_from(power) {
            Ok(power) => parts += digit * 10i128.pow(power),
            Err(_) => {
                parts += i128::from(power == -1 && digit >= 5);
                break;
            }
        }
        power -= 1;
    }
    Some(if number.negative { -parts } else { parts })
}

/// How the number `text` spells stands to `number`; `None` where it spells none.
///
/// Both are taken as decimals, exactly: nothing is rounded on the way. A fraction in a rule
/// stands for its shortest decimal spelling.
pub fn compare(text: &str, number: &Number) -> Option<Ordering> {
    let left = Decimal::parse(text)?;
    if let (Number::Int(right), Ok(left)) = (number, text.parse::<i128>()) {
        return Some(left.cmp(right));
    }
    let spelled = number.to_string();
    Some(left.order(&Decimal::parse(&spelled)?))
}

/// Whether a comparison's outcome is the one asked for.
pub fn satisfies(ordering: Ordering, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Lt => ordering.is_lt(),
        Comparison::Lte => ordering.is_le(),
        Comparison::Gt => ordering.is_gt(),
        Comparison::Gte => ordering.is_ge(),
        Comparison::Eq => ordering.is_eq(),
        Comparison::Neq => ordering.is_ne(),
    }
}

/// Whether a value equals a number of a rule: a number by what it is, a string by spelling
/// it as decimal digits.
pub fn equals_number(value: Value<'_>, number: &Number) -> bool {
    match value {
        Value::Number(text) => compare(text, number) == Some(Ordering::Equal),
        Value::String(text) => match number {
            // a text that begins with a letter cannot equal: spares the formatting
            _ if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => false,
            _ => *text == *number.to_string(),
        },
        _ => false,
    }
}

/// Whether a value, a number or a string that spells one, compares so with a number.
pub fn compares(value: Value<'_>, comparison: Comparison, number: &Number) -> bool {
    match value {
        Value::Number(text) | Value::String(text) => {
            compare(text, number).is_some_and(|ordering| satisfies(ordering, comparison))
        }
        _ => false,
    }
}

/// Whether a value is a truth value, or a string that spells it in any case.
pub fn equals_bool(value: Value<'_>, asked: bool) -> bool {
    match value {
        Value::Bool(found) => found == asked,
        Value::String(text) => text.eq_ignore_ascii_case(if asked { "true" } else { "false" }),
        _ => false,
    }
}

/// Whether `text` is a point in time whose part, read in UTC, compares so with a number.
pub fn time_compares(text: &str, part: TimePart, comparison: Comparison, number: &Number) -> bool {
    time_part(text, part)
        .and_then(|found| compare(&found.to_string(), number))
        .is_some_and(|ordering| satisfies(ordering, comparison))
}

/// A part of the point in time `text` is, read in UTC; `None` where it is none.
pub fn time_part(text: &str, part: TimePart) -> Option<i64> {
    let time = Time::parse(text)?;
    Some(match part {
        TimePart::Minute => time.minute().into(),
        TimePart::Hour => time.hour().into(),
        TimePart::Day => time.day().into(),
        TimePart::Week => time.week().into(),
        TimePart::Month => time.month().into(),
        TimePart::Year => time.year().into(),
    })
}

/// The address `text` is; an IPv4 address mapped into IPv6 (RFC 4291, section 2.5.5.2) is
/// that IPv4 address. `None` for anything else, ports and zones included.
pub fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}

/// Whether `text` is an address inside `network`.
pub fn in_network(text: &str, network: &ipnet::IpNet) -> bool {
    let Some(address) = address(text) else {
        return false;
    };
    match (address, network) {
        (IpAddr::V4(v4), ipnet::IpNet::V4(net)) => net.contains(&v4),
        (IpAddr::V6(v6), ipnet::IpNet::V6(net)) => net.contains(&v6),
        (IpAddr::V4(v4), ipnet::IpNet::V6(net)) => mapped(net).is_some_and(|n| n.contains(&v4)),
        (IpAddr::V6(_), ipnet::IpNet::V4(_)) => false,
    }
}

/// The IPv4 network written as a mapped IPv6 one.
fn mapped(net: &ipnet::Ipv6Net) -> Option<ipnet::Ipv4Net> {
    let v4: Ipv4Addr = net.network().to_ipv4_mapped()?;
    ipnet::Ipv4Net::new(v4, net.prefix_len().checked_sub(96)?).ok()
}

/// A number's spelling, taken apart.
#[derive(Debug, Clone, Copy)]
struct Decimal<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
    exponent: i64,
}

impl<'t> Decimal<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (rest, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        if !digits(whole) || !digits(fraction) {
            return None;
        }
        let exponent = match exponent {
            None => 0,
            Some(spelled) => {
                let bare = spelled.strip_prefix(['+', '-']).unwrap_or(spelled);
                if bare.is_empty() || !digits(bare) {
                    return None;
                }
                // beyond any text that fits in memory, so that clamping keeps the order
                let size = bare.trim_start_matches('0');
                let size = match size {
                    "" => 0,
                    size => size.parse::<i64>().unwrap_or(i64::MAX).min(i64::MAX / 4),
                };
                if spelled.starts_with('-') {
                    -size
                } else {
                    size
                }
            }
        };
        Some(Decimal {
            negative,
            whole,
            fraction,
            exponent,
        })
    }

    /// The digits from the first that is not 0 to the last that is not 0.
    fn significant(&self) -> impl Iterator<Item = u8> + Clone + 't {
        let (whole, fraction) = (self.whole, self.fraction);
        let all = whole.bytes().chain(fraction.bytes());
        let trailing = all.clone().rev().take_while(|byte| *byte == b'0').count();
        all.take(whole.len() + fraction.len() - trailing)
            .skip_while(|byte| *byte == b'0')
    }

    /// The power of ten of the first digit that is not 0; `None` for zero.
    fn magnitude(&self) -> Option<i64> {
        let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX / 4);
        let zeros = self
            .whole
            .bytes()
            .chain(self.fraction.bytes())
            .position(|byte| byte != b'0')?;
        Some(size(self.whole.len()) - 1 - size(zeros) + self.exponent)
    }

    fn order(&self, other: &Decimal<'_>) -> Ordering {
        match (self.magnitude(), other.magnitude()) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) if other.negative => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) if self.negative => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(_), Some(_)) if self.negative != other.negative => {
                other.negative.cmp(&self.negative)
            }
            (Some(left), Some(right)) => {
                let size = left
                    .cmp(&right)
                    .then_with(|| self.significant().cmp(other.significant()));
                if self.negative { size.reverse() } else { size }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(left: &str, right: &str) -> Option<Ordering> {
        Some(Decimal::parse(left)?.order(&Decimal::parse(right)?))
    }

    #[test]
    fn decimals_are_exact() {
        use Ordering::{Equal, Greater, Less};
        for (left, right, expected) in [
            ("9007199254740993", "9007199254740992", Greater),
            ("1.0", "1", Equal),
            ("1e2", "100", Equal),
            ("100e-2", "1.00", Equal),
            ("0.1", "0.10000000000000001", Less),
            ("-0", "0", Equal),
            ("-0.0", "0e99", Equal),
            ("-2", "1", Less),
            ("-2", "-10", Greater),
            ("0", "-1", Greater),
            ("0", "0.5", Less),
            ("1e999", "1e1000", Less),
            ("1e99999999999999999999", "1e5", Greater),
            ("1e-99999999999999999999", "0", Greater),
            ("12", "1.2e1", Equal),
            ("120", "12", Greater),
            ("0.0012", "12e-4", Equal),
        ] {
            assert_eq!(order(left, right), Some(expected), "{left} {right}");
            assert_eq!(
                order(right, left),
                Some(expected.reverse()),
                "{right} {left}"
            );
        }
    }

    #[test]
    fn only_the_json_grammar_spells_a_number() {
        for text in [
            "", "-", "+1", " 1", "1 ", "01", "1.", ".5", "0x10", "1e", "1e+", "NaN", "inf", "1_0",
            "٣",
        ] {
            assert!(!is_json_number(text), "{text}");
        }
        assert_eq!(
            compare("5", &Number::Float(4.5)),
            Some(Ordering::Greater),
            "a fraction in the rule"
        );
        assert_eq!(
            compare("0.1", &Number::Float(0.1)),
            Some(Ordering::Equal),
            "stands for its spelling"
        );
    }

    #[test]
    fn mapped_addresses_are_ipv4() {
        let net = |text: &str| text.parse::<ipnet::IpNet>().unwrap();
        assert!(in_network("::ffff:10.1.2.3", &net("10.0.0.0/8")));
        assert!(in_network("10.1.2.3", &net("::ffff:10.0.0.0/104")));
        assert!(!in_network("10.1.2.3", &net("::/0")));
        assert!(!in_network("::ffff:10.1.2.3", &net("::/0")));
        assert!(in_network("2001:db8::1", &net("2001:db8::/32")));
        for text in [
            "10.1.2.3:80",
            " 10.1.2.3",
            "10.1.2",
            "010.1.2.3",
            "fe80::1%eth0",
            "",
        ] {
            assert!(!in_network(text, &net("0.0.0.0/0")), "{text}");
            assert!(!in_network(text, &net("::/0")), "{text}");
        }
    }

    proptest! {
        /// The order of decimals is the order of the numbers they spell.
        #[test]
        fn agrees_with_whole_numbers(left in any::<i64>(), right in any::<i64>(), zeros in 0usize..4) {
            let spelled = format!("{left}{}e-{zeros}", "0".repeat(zeros));
            prop_assert_eq!(order(&spelled, &right.to_string()), Some(left.cmp(&right)));
            prop_assert_eq!(
                compare(&spelled, &Number::Int(right.into())),
                Some(left.cmp(&right))
            );
        }

        #[test]
        fn agrees_with_floats(left in -1e6f64..1e6, right in -1e6f64..1e6) {
            prop_assert_eq!(
                compare(&left.to_string(), &Number::Float(right)),
                left.partial_cmp(&right)
            );
        }
    }
}
