//! Records that carry other logs' events: told by their keys, opened, their own members
//! kept as fields beside the event's.

mod azure;
mod cloudwatch;
mod elastic;
pub(crate) mod gke;
mod list;
mod message;
pub(crate) mod shape;
mod windows;

use crate::decoder::Walk;
use shape::{Key, Keys, Shape};
use sigwright_engine::NodeId;

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opened {
    /// What it carries was handed on.
    Yes,
    /// It is not such a carrier after all.
    No,
}

/// A kind of record that carries events.
pub(crate) struct Carrier {
    /// Keys that must all be there.
    pub all: Keys,
    /// Of these one, unless there are none.
    pub any: Keys,
    pub open: fn(&mut Walk<'_>, NodeId, &Shape) -> Opened,
}

/// First match wins.
pub(crate) static CARRIERS: [Carrier; 11] = [
    // Windows: `Event` as EVTX readers write it, or what is inside it
    Carrier {
        all: Keys::of(&[Key::Event]),
        any: Keys::NONE,
        open: windows::nested,
    },
    Carrier {
        all: Keys::of(&[Key::System]),
        any: Keys::of(&[Key::EventData, Key::UserData]),
        open: windows::inside,
    },
    Carrier {
        all: Keys::NONE,
        any: Keys::of(&[Key::Winlog, Key::WinlogChannel, Key::WinlogProvider]),
        open: windows::winlogbeat,
    },
    // Azure diagnostics around a Kubernetes event
    Carrier {
        all: Keys::of(&[Key::Category, Key::Properties]),
        any: Keys::NONE,
        open: azure::diagnostics,
    },
    Carrier {
        all: Keys::of(&[Key::CategoryLa, Key::LogS]),
        any: Keys::NONE,
        open: azure::log_analytics,
    },
    // CloudWatch subscription around many
    Carrier {
        all: Keys::of(&[Key::LogEvents]),
        any: Keys::NONE,
        open: cloudwatch::log_events,
    },
    // EventBridge around one
    Carrier {
        all: Keys::of(&[Key::Detail, Key::DetailType]),
        any: Keys::NONE,
        open: message::detail,
    },
    // Filebeat's module around a Kubernetes event
    Carrier {
        all: Keys::of(&[Key::Kubernetes]),
        any: Keys::NONE,
        open: elastic::kubernetes,
    },
    // a Kubernetes EventList, CloudTrail's files, Azure's Event Hub
    Carrier {
        all: Keys::of(&[Key::Items, Key::Kind]),
        any: Keys::NONE,
        open: list::items,
    },
    Carrier {
        all: Keys::NONE,
        any: Keys::of(&[Key::Records, Key::AzureRecords]),
        open: list::records,
    },
    // an event as the text of a shipper's or of CloudWatch's message
    Carrier {
        all: Keys::NONE,
        any: Keys::of(&[Key::Message, Key::AtMessage, Key::Log]),
        open: message::text,
    },
];
