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

/// The time an event says it happened; `None` where it says none that can be read.
pub fn event_time(event: &Event) -> Option<Time> {
    NAMES.iter().find_map(|name| {
        let node = first(event, name)?;
        match event.value(node) {
            Value::Number(spelling) => Time::from_epoch_number(spelling),
            Value::String(text) => Time::parse(text),
            _ => None,
        }
    })
}
