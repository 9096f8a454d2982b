//! Windows event logs: channels, the services rules call them by, and the categories of
//! their events. Channels and categories: Sigma taxonomy appendix 2.1.0, Windows folder.

mod aliases;
mod channels;

use super::{Alias, Family, Log};
use crate::carrier::shape::{Key, Keys, Shape};
use crate::derive;
use channels::CHANNELS;
use sigwright_engine::{Event, NodeId, Value};

/// A channel, or several that go by the same service.
struct Channel {
    /// Names of the channel, compared without case.
    names: &'static [&'static str],
    /// Providers whose events are of this channel where an export left the channel out.
    providers: &'static [&'static str],
    services: &'static [&'static str],
    kinds: &'static [Kind],
    product: &'static [&'static str],
}

/// Events of a channel that have categories.
struct Kind {
    ids: &'static [u32],
    /// Only where this field has one of these values.
    when: Option<(&'static str, &'static [&'static str])>,
    categories: &'static [&'static str],
    aliases: &'static [Alias],
}

/// A channel's events without category, then each of its kinds.
pub(super) fn logs() -> impl Iterator<Item = Log> {
    CHANNELS.iter().flat_map(|channel| {
        let plain = Log {
            products: channel.product,
            services: channel.services,
            categories: &[],
            family: Family::Windows,
            aliases: &[],
        };
        let kinds = channel.kinds.iter().map(move |kind| Log {
            categories: kind.categories,
            aliases: kind.aliases,
            ..plain
        });
        std::iter::once(plain).chain(kinds)
    })
}

/// What a Windows event says of its log.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    pub channel: Option<NodeId>,
    pub provider: Option<NodeId>,
    pub id: Option<NodeId>,
}

/// The place among [`logs`] of a Windows event's log; `None` where it names neither a
/// channel nor a provider.
pub(super) fn place(event: &Event, told: Told) -> Option<usize> {
    let text = |node: Option<NodeId>| node.and_then(|n| event.str(n)).filter(|t| !t.is_empty());
    let named = text(told.channel);
    let provider = text(told.provider);
    if named.is_none() && provider.is_none() {
        return None;
    }
    let id = told.id.and_then(|node| number(event.value(node)));
    let mut place = 0;
    for channel in CHANNELS {
        let is_last = channel.names.is_empty();
        let here = match (named, provider) {
            (Some(name), _) => contains(channel.names, name),
            (None, Some(provider)) => contains(channel.providers, provider),
            (None, None) => false,
        };
        if here || is_last {
            let kind = channel.kinds.iter().position(|kind| {
                id.is_some_and(|id| kind.ids.contains(&id))
                    && kind.when.is_none_or(|(field, values)| {
                        derive::first(event, field)
                            .and_then(|node| event.str(node))
                            .is_some_and(|text| contains(values, text))
                    })
            });
            return Some(place + kind.map_or(0, |kind| kind + 1));
        }
        place += 1 + channel.kinds.len();
    }
    None
}

fn contains(names: &[&str], name: &str) -> bool {
    names.iter().any(|n| n.eq_ignore_ascii_case(name))
}

fn number(value: Value<'_>) -> Option<u32> {
    value.text()?.trim().parse().ok()
}

const CHANNEL_KEYS: &[Key] = &[Key::Channel, Key::ChannelLower, Key::LogNameWindows];
const PROVIDER_KEYS: &[Key] = &[
    Key::ProviderUnderscore,
    Key::ProviderName,
    Key::SourceName,
    Key::SourceNameLower,
    Key::Provider,
];
const ID_KEYS: &[Key] = &[
    Key::EventIdWindows,
    Key::EventIdCamel,
    Key::EventIdLower,
    Key::EventCode,
];

/// What an event whose fields lie side by side says of its log: exports of NXLog,
/// Fluent Bit, Splunk and the like. The names rules use reach what it calls otherwise.
pub(super) fn flat(event: &mut Event, shape: &Shape) -> Option<Told> {
    if !shape.fits(Keys::NONE, const { Keys::of(ID_KEYS) }) {
        return None;
    }
    let told = Told {
        channel: shape.first(CHANNEL_KEYS),
        provider: shape.first(PROVIDER_KEYS),
        id: shape.first(ID_KEYS),
    };
    let windows = match (told.channel, told.provider) {
        (None, None) => false,
        // `channel` and `event_id` are anybody's words: the channel must be a known one.
        _ if shape.get(Key::EventIdWindows).is_none() => {
            place(event, told).is_some_and(|place| place + 1 < logs().count())
        }
        _ => true,
    };
    if !windows {
        return None;
    }
    for (key, name, node) in [
        (Key::Channel, "Channel", told.channel),
        (Key::ProviderUnderscore, "Provider_Name", told.provider),
        (Key::EventIdWindows, "EventID", told.id),
    ] {
        if let (None, Some(node)) = (shape.get(key), node) {
            event.add_field(name, node);
        }
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_channel_is_in_two_rows() {
        let mut names: Vec<_> = CHANNELS
            .iter()
            .flat_map(|c| c.names)
            .map(|n| n.to_lowercase())
            .collect();
        names.sort();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
