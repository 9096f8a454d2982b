//! When an event happened.

use crate::derive::first;
use sigwright_engine::{Event, Time, Value};

/// What logs call an event's time, the more exact first: when a request was answered before
/// when it came, what the source says before what a shipper adds.
const NAMES: [&str; 26] = [
    // Kubernetes; before audit.k8s.io/v1 it was `timestamp`
    "stageTimestamp",
    "requestReceivedTimestamp",
    // CloudTrail
    "eventTime",
    // Windows: EVTX, Sysmon
    "TimeCreated_SystemTime",
    "UtcTime",
    "TimeCreated",
    // Azure
    "eventTimestamp",
    "event_timestamp",
    "activityDateTime",
    "detectedDateTime",
    "time",
    // Google, and many others
    "timestamp",
    "id.time",
    // Okta, Microsoft 365, GitHub, Bitbucket, Zeek, OpenCanary
    "published",
    "CreationTime",
    "created_at",
    "createdDate",
    "createdAt",
    "ts",
    "utc_time",
    // shippers
    "@timestamp",
    "Timestamp",
    "TimeGenerated",
    "EventTime",
    "EventReceivedTime",
    "date",
];

/// For each byte the names that begin with it, a bit for each.
#[expect(clippy::indexing_slicing, reason = "the compiler works it out")]
const STARTING: [u32; 128] = {
    let mut starting = [0; 128];
    let mut place = 0;
    while place < NAMES.len() {
        starting[NAMES[place].as_bytes()[0] as usize] |= 1 << place;
        place += 1;
    }
    starting
};

/// The time an event says it happened; `None` where it says none that can be read.
pub fn event_time(event: &Event) -> Option<Time> {
    let likely = likely(event);
    NAMES.iter().enumerate().find_map(|(place, name)| {
        if likely >> place & 1 == 0 {
            return None;
        }
        let node = first(event, name)?;
        match event.value(node) {
            Value::Number(spelling) => Time::from_epoch_number(spelling),
            Value::String(text) => Time::parse(text),
            _ => None,
        }
    })
}

/// A bit for each name that reaches something, and for some that do not: one look at all keys
/// tells which names need not be asked for.
fn likely(event: &Event) -> u32 {
    let mut likely = 0;
    let mut look_at = |key: &str| {
        let first = key.bytes().next().unwrap_or_default();
        let mut starting = STARTING.get(first as usize).copied().unwrap_or_default();
        while starting != 0 {
            let place = starting.trailing_zeros();
            starting &= starting - 1;
            let name = NAMES.get(place as usize).copied().unwrap_or_default();
            // most keys have another length: one byte tells
            let ends = matches!(name.as_bytes().get(key.len()), None | Some(b'.'));
            if ends && name.starts_with(key) {
                likely |= 1 << place;
            }
        }
    };
    for root in event.roots() {
        if event.value(*root) == Value::Array {
            return u32::MAX;
        }
        event.members(*root).for_each(|(key, _)| look_at(key));
    }
    event.fields().for_each(|(name, _)| look_at(name));
    likely
}
