//! Addresses inside and outside of networks.

use ipnet::IpNet;
use sigwright_ir::Op;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address some steps on; both ends meet.
fn step(address: IpAddr, steps: i8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4).wrapping_add_signed(steps.into())).into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6).wrapping_add_signed(steps.into())).into(),
    }
}

/// Addresses that may be in all the networks wanted and in none of the others.
pub fn inside(yes: &[&Op], no: &[&Op]) -> Vec<String> {
    let mut made = Vec::new();
    for op in yes {
        if let Op::Cidr(network) = op {
            let (first, last) = (network.network(), network.broadcast());
            made.extend([step(first, 10), step(first, 1), first, last, step(last, -1)]);
        }
    }
    for op in no {
        if let Op::Cidr(network) = op {
            made.extend([step(network.network(), -1), step(network.broadcast(), 1)]);
        }
    }
    made.iter().map(ToString::to_string).collect()
}

/// Addresses just outside of a network.
pub fn outside(network: &IpNet) -> Vec<String> {
    let near = [
        step(network.broadcast(), 1),
        step(network.network(), -1),
        step(network.broadcast(), 100),
    ];
    near.iter().map(ToString::to_string).collect()
}
