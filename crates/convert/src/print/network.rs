//! Networks for languages that know none.

use ipnet::IpNet;
use sigwright_ir::Written;
use sigwright_syntax::pattern::{Part, Pattern};

/// A network as strings with a wildcard at the end: one for each value of the last part that
/// the network does not fix whole.
pub fn wildcards(network: &IpNet) -> Vec<Written> {
    let text = |text: String, open: bool| {
        let open = open.then_some(Part::Many);
        Written::Text {
            pattern: Pattern::from_parts([Part::Text(text)].into_iter().chain(open)),
            cased: false,
        }
    };
    match network {
        IpNet::V4(network) => {
            let whole = network.prefix_len().div_ceil(8) * 8;
            let Ok(subnets) = network.subnets(whole) else {
                return Vec::new();
            };
            let octets = usize::from(whole / 8);
            subnets
                .map(|subnet| {
                    let parts = subnet.network().octets();
                    let fixed: Vec<String> = parts.iter().take(octets).map(u8::to_string).collect();
                    match octets {
                        4 => text(fixed.join("."), false),
                        0 => text(String::new(), true),
                        _ => text(format!("{}.", fixed.join(".")), true),
                    }
                })
                .collect()
        }
        IpNet::V6(network) => {
            let whole = network.prefix_len().div_ceil(4) * 4;
            let Ok(subnets) = network.subnets(whole) else {
                return Vec::new();
            };
            let digits = usize::from(whole / 4);
            subnets
                .map(|subnet| {
                    let hex: String = subnet
                        .network()
                        .octets()
                        .iter()
                        .map(|byte| format!("{byte:02x}"))
                        .collect();
                    let mut fixed = String::new();
                    for (i, digit) in hex.chars().take(digits).enumerate() {
                        if i > 0 && i % 4 == 0 {
                            fixed.push(':');
                        }
                        fixed.push(digit);
                    }
                    if digits % 4 == 0 && digits < 32 {
                        fixed.push(':');
                    }
                    text(fixed, digits < 32)
                })
                .collect()
        }
    }
}
