//! Where a request came from: its address, and what is known about that address.

use super::{Tools, add, said};
use crate::logsource::Family;
use crate::networks::Known;
use sigwright_engine::{Event, NodeId};
use std::net::IpAddr;

/// What the logs of a family call the caller's address.
fn names(family: Family) -> &'static [&'static str] {
    match family {
        Family::Kubernetes => &["sourceIPs"],
        Family::Aws => &["sourceIPAddress"],
        Family::Gcp => &["protoPayload.requestMetadata.callerIp", "ipAddress"],
        Family::Azure => &[
            "callerIpAddress",
            "properties.ipAddress",
            "httpRequest.clientIpAddress",
            "http_request.client_ip_address",
        ],
        Family::Windows | Family::Other => &[],
    }
}

pub(super) fn derive(event: &mut Event, family: Family, tools: &Tools) {
    // Derived from an address the event gives itself, where it has one of that name.
    let native = said(event, "source.ip");
    let Some(node) = native.or_else(|| source(event, family)) else {
        return;
    };
    if native.is_none() {
        event.add_field("source.ip", node);
    }
    let text = event.str(node).unwrap_or_default();
    let Some(ip) = parse(text) else {
        // Google writes these words for addresses within its own networks.
        if matches!(text, "private" | "gce-internal-ip") {
            let scope = event.add_text("private");
            add(event, "source.scope", scope);
        }
        return;
    };
    let scope = scope(ip);
    let name = event.add_text(scope.name());
    add(event, "source.scope", name);
    if scope != Scope::Public {
        return;
    }
    if let Some(known) = tools.networks.as_ref().and_then(|n| n.find(ip)) {
        add_known(event, &known);
    }
}

fn add_known(event: &mut Event, known: &Known<'_>) {
    if let Some(number) = known.number {
        let mut digits = [0; 10];
        let node = event.add_number(decimal(number, &mut digits));
        add(event, "source.as.number", node);
    }
    if let Some(org) = known.org {
        let node = event.add_text(org);
        add(event, "source.as.org", node);
    }
    if let Some(is_cloud) = known.is_cloud {
        let node = event.add_bool(is_cloud);
        add(event, "source.is_cloud", node);
    }
    if let Some(country) = known.country {
        let node = event.add_text(country);
        add(event, "source.geo.country", node);
    }
}

fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &str {
    let mut length = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        length += 1;
        if number == 0 {
            break;
        }
    }
    let used = digits.get(10 - length..).unwrap_or_default();
    std::str::from_utf8(used).unwrap_or_default()
}

/// The address the request came from: the last public one, for each hop appends the address
/// it was asked from and a client can only make up those before; the last at all, where
/// none is public.
fn source(event: &Event, family: Family) -> Option<NodeId> {
    let (mut public, mut last) = (None, None);
    for name in names(family) {
        event.reach(name, &mut |node| {
            event.leaves(node, &mut |leaf| {
                let text = event.str(leaf).unwrap_or_default();
                if text.is_empty() {
                    return;
                }
                last = Some(leaf);
                if parse(text).is_some_and(|ip| scope(ip) == Scope::Public) {
                    public = Some(leaf);
                }
            });
        });
        if last.is_some() {
            break;
        }
    }
    public.or(last)
}

/// An address, with or without a port behind it.
pub(crate) fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let ip = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<std::net::SocketAddr>().map(|a| a.ip()))
        .ok()?;
    Some(ip.to_canonical())
}

/// How far an address reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Public,
    Private,
    Loopback,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Scope::Public => "public",
            Scope::Private => "private",
            Scope::Loopback => "loopback",
        }
    }
}

/// Private: RFC 1918, carrier-grade NAT (RFC 6598), link-local (RFC 3927, RFC 4291), unique
/// local (RFC 4193), unspecified, multicast, broadcast and reserved.
/// Addresses for documentation count as public: samples use them in place of public ones.
fn scope(ip: IpAddr) -> Scope {
    let private = match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_link_local()
                || a == 0
                || a >= 224
                || (a == 100 && b & 0xc0 == 64)
        }
        IpAddr::V6(v6) => {
            v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.is_unspecified()
                || v6.is_multicast()
        }
    };
    if ip.is_loopback() {
        Scope::Loopback
    } else if private {
        Scope::Private
    } else {
        Scope::Public
    }
}
