//! Networks as regular expressions over the text of an address, for databases that have no
//! type of addresses or stop at a text that is none.

use ipnet::IpNet;

const HEX: &str = "[0-9a-fA-F]{1,4}";
const OCTET: &str = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";

/// Covers the addresses of a network and nothing else, spelled as RFC 4291 section 2.2 allows:
/// dotted IPv4, `::ffff:` before it, IPv6 in full or with `::`. Other spellings of IPv4 mapped
/// into IPv6 are not covered. None for an IPv6 network that holds all of IPv4.
pub fn regex(network: &IpNet) -> Option<String> {
    match network {
        IpNet::V4(network) => {
            let octets = network.network().octets();
            let parts = groups(octets.map(u32::from).as_slice(), network.prefix_len(), 8);
            let spelled: Vec<String> = parts.iter().map(octet).collect();
            Some(format!("^(::[fF]{{4}}:)?{}$", spelled.join("\\.")))
        }
        IpNet::V6(network) => {
            let segments = network.network().segments();
            let mapped = std::net::Ipv4Addr::UNSPECIFIED.to_ipv6_mapped();
            if network.prefix_len() < 96 && network.contains(&mapped) {
                return None;
            }
            let parts = groups(segments.map(u32::from).as_slice(), network.prefix_len(), 16);
            Some(format!("^({})$", forms(&parts).join("|")))
        }
    }
}

/// Least and greatest value of each part of the addresses of a network.
fn groups(parts: &[u32], prefix: u8, bits: u8) -> Vec<(u32, u32)> {
    let mut left = prefix;
    let groups = parts.iter().map(|part| {
        let fixed = left.min(bits);
        left -= fixed;
        let free = (1u32 << (bits - fixed)) - 1;
        (*part & !free, *part | free)
    });
    groups.collect()
}

fn octet(group: &(u32, u32)) -> String {
    match *group {
        (0, 255) => OCTET.to_owned(),
        (low, high) if low == high => low.to_string(),
        (low, high) => {
            let each: Vec<String> = (low..=high).map(|n| n.to_string()).collect();
            format!("({})", each.join("|"))
        }
    }
}

/// In full, and with `::` in place of each run of parts that may be zero.
fn forms(parts: &[(u32, u32)]) -> Vec<String> {
    let spelled: Vec<String> = parts.iter().map(segment).collect();
    let mut forms = vec![spelled.join(":")];
    for start in 0..parts.len() {
        let zeros = parts.iter().skip(start).take_while(|(low, _)| *low == 0);
        for length in 1..=zeros.count() {
            let before = spelled.iter().take(start).cloned().collect::<Vec<_>>();
            let after = spelled.iter().skip(start + length).cloned();
            let after = after.collect::<Vec<_>>();
            forms.push(format!("{}::{}", before.join(":"), after.join(":")));
        }
    }
    forms
}

/// One to four digits in either case; zeros in front are allowed.
fn segment(group: &(u32, u32)) -> String {
    let (low, high) = *group;
    if (low, high) == (0, 0xffff) {
        return HEX.to_owned();
    }
    let free = (high - low + 1).trailing_zeros() as usize;
    let digits: Vec<char> = format!("{low:04x}").chars().collect();
    let any = free / 4;
    let mut spelled = String::new();
    if low == 0 && any > 0 {
        // all that is fixed is zeros in front, so every digit but the last may be left out
        spelled.push_str(&"0?".repeat(digits.len() - any - 1));
        spelled.push_str(&format!("[0-{}]?", (1u32 << (free % 4)) - 1));
        spelled.push_str(&format!("[0-9a-fA-F]{{1,{any}}}"));
        return spelled;
    }
    let mut is_leading = true;
    for (place, digit) in digits.iter().enumerate() {
        let from_right = digits.len() - place - 1;
        if from_right < any {
            spelled.push_str("[0-9a-fA-F]");
            continue;
        }
        let steps = match from_right == any {
            true => 1u32 << (free % 4),
            false => 1,
        };
        let first = digit.to_digit(16).unwrap_or(0);
        if is_leading && first == 0 && steps == 1 && from_right > 0 {
            spelled.push_str("0?");
            continue;
        }
        is_leading = false;
        let each = (first..first + steps).filter_map(|d| char::from_digit(d, 16));
        let each: String = each
            .flat_map(|d| match d.is_ascii_alphabetic() {
                true => vec![d, d.to_ascii_uppercase()],
                false => vec![d],
            })
            .collect();
        match each.len() {
            1 => spelled.push_str(&each),
            _ => spelled.push_str(&format!("[{each}]")),
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_just_the_network() {
        let networks = [
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.1.7/32",
            "0.0.0.0/0",
            "::1/128",
            "fe80::/10",
            "fc00::/7",
            "2001:db8::/32",
            "2001:db8:0:40::/58",
            "2001:db8::/33",
            "1::/20",
            "1:1000::/20",
            "2001:db8::/42",
            "2001:db8::/41",
        ];
        let texts = [
            "10.1.2.3",
            "10.1.2.3:80",
            "10.1.2",
            "10.1.2.256",
            "010.1.2.3",
            "::ffff:10.1.2.3",
            "172.15.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "172.32.0.0",
            "192.168.1.7",
            "::1",
            "0:0:0:0:0:0:0:1",
            "0000:0::0001",
            "::2",
            "1::",
            "fe80::1",
            "FEBF::1",
            "fec0::1",
            "fe80:0:0:0:1:2:3:4",
            "fe80:0:0:0:1:2:3:4:5",
            "fd12::",
            "fdff:1::2:3",
            "fe00::",
            "2001:db8::",
            "2001:0DB8:1:2:3:4:5:6",
            "2001:db9::",
            "2001:db8::40:0:0:0:1",
            "2001:db8:0:7f::",
            "2001:db8:0:80::",
            "2001:db8:0:1::1",
            "2001:0db8:0:0::1",
            "2001:db8:7f:1::1",
            "2001:db8:007F:1::1",
            "2001:db8:80:1::1",
            "2001:db8:3f::",
            "2001:db8:40::",
            "2001:db8:7fff::1",
            "2001:db8:8000::1",
            "2001:db8:07fff::1",
            "1:1:8800::",
            "1:fff::",
            "1:0fff::1",
            "1:1000::1",
            "1:2000::1",
            "",
            "-",
            "::",
            "localhost",
        ];
        for network in networks {
            let network: IpNet = network.parse().unwrap();
            let regex = ::regex::Regex::new(&regex(&network).unwrap()).unwrap();
            for text in texts {
                let address: Option<std::net::IpAddr> = text.parse().ok();
                let inside = address.is_some_and(|a| network.contains(&a.to_canonical()));
                assert_eq!(regex.is_match(text), inside, "{network} {text} {regex}");
            }
        }
    }
}
