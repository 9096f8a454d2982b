//! Windows events as EVTX readers, converters from XML, and Winlogbeat write them.
//!
//! Fields are the members of `System`, `EventData` and of what is inside `UserData`, with
//! spaces taken out of names; XML attributes are joined to their element with `_`.

use super::Opened;
use super::shape::{Key, Shape};
use crate::decoder::Walk;
use crate::logsource::Told;
use sigwright_engine::{Event, NodeId, Value};

/// Elements of `System` with their attributes, and the names fields have for these:
/// the schema of Windows events, type `SystemPropertiesType`.
const ATTRIBUTES: [(&str, &str, &str); 11] = [
    ("Provider", "Name", "Provider_Name"),
    ("Provider", "Guid", "Provider_Guid"),
    ("Provider", "EventSourceName", "Provider_EventSourceName"),
    ("EventID", "Qualifiers", "EventID_Qualifiers"),
    ("TimeCreated", "SystemTime", "TimeCreated_SystemTime"),
    ("Correlation", "ActivityID", "Correlation_ActivityID"),
    (
        "Correlation",
        "RelatedActivityID",
        "Correlation_RelatedActivityID",
    ),
    ("Execution", "ProcessID", "Execution_ProcessID"),
    ("Execution", "ThreadID", "Execution_ThreadID"),
    ("Security", "UserID", "Security_UserID"),
    ("Correlation", "ActivityId", "Correlation_ActivityID"),
];

/// Where converters put an element's attributes, if not among its members.
const ATTRIBUTE_GROUPS: [&str; 6] = [
    "#attributes",
    "@attributes",
    "_attributes",
    "attributes",
    "$",
    "@",
];

/// What converters put before an attribute's name.
const ATTRIBUTE_MARKS: [char; 4] = ['@', '_', '-', '#'];

/// What converters call an element's text.
const TEXT: [&str; 8] = [
    "#text", "_text", "text", "_", "$t", "#value", "Value", "value",
];

/// `{Event: {System, EventData, UserData}}`
pub(super) fn nested(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    let event = shape.get(Key::Event);
    match event.and_then(|event| walk.event.member(event, "System").map(|s| (event, s))) {
        Some((event, system)) => open(walk, node, event, system),
        None => Opened::No,
    }
}

/// `{System, EventData, UserData}`
pub(super) fn inside(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    match shape.get(Key::System) {
        Some(system) => open(walk, node, node, system),
        None => Opened::No,
    }
}

fn open(walk: &mut Walk<'_>, node: NodeId, event: NodeId, system: NodeId) -> Opened {
    if !matches!(walk.event.value(system), Value::Object(_)) {
        return Opened::No;
    }
    walk.view(node);
    let mut told = Told {
        channel: walk.event.member(system, "Channel"),
        ..Told::default()
    };
    walk.event.add_root(system);
    for (element, attribute, name) in ATTRIBUTES {
        let Some(element) = walk.event.member(system, element) else {
            continue;
        };
        if let Some(value) = self::attribute(walk.event, element, attribute) {
            walk.event.add_field(name, value);
            if name == "Provider_Name" {
                told.provider = Some(value);
            }
        }
    }
    for key in ["EventID", "EventRecordID", "Level", "Channel", "Computer"] {
        let Some(element) = walk.event.member(system, key) else {
            continue;
        };
        let value = text(walk.event, element);
        if let Some(value) = value {
            walk.event.add_field(key, value);
        }
        match key {
            "EventID" => told.id = value.or(Some(element)),
            "Channel" => told.channel = value.or(Some(element)),
            _ => {}
        }
    }
    for key in ["EventData", "UserData", "RenderingInfo"] {
        if let Some(data) = walk.event.member(event, key) {
            match key {
                "EventData" => event_data(walk.event, data),
                "UserData" => user_data(walk.event, data),
                _ => walk.event.add_root(data),
            }
        }
    }
    walk.finish_windows(told);
    Opened::Yes
}

/// The attribute of an element, whatever a converter made of it.
fn attribute(event: &Event, element: NodeId, name: &str) -> Option<NodeId> {
    let mut found = None;
    for (key, value) in event.members(element) {
        if ATTRIBUTE_GROUPS.contains(&key) {
            found = event.member(value, name).or(found);
        } else if key.trim_start_matches(ATTRIBUTE_MARKS) == name {
            found = Some(value);
        }
    }
    found
}

/// The text of an element that a converter wrote as an object.
fn text(event: &Event, element: NodeId) -> Option<NodeId> {
    TEXT.iter().find_map(|key| event.member(element, key))
}

/// Values by their names: as members, or as a list of `Data` elements that have a name.
fn event_data(event: &mut Event, data: NodeId) {
    if let Value::Object(_) = event.value(data) {
        event.add_root(data);
        without_spaces(event, data);
        if let Some(list) = event.member(data, "Data") {
            data_list(event, list);
        }
    } else {
        data_list(event, data);
    }
}

fn data_list(event: &mut Event, list: NodeId) {
    let elements: Vec<NodeId> = match event.value(list) {
        Value::Array => event.elements(list).collect(),
        Value::Object(_) => vec![list],
        _ => return,
    };
    for element in elements {
        if !matches!(event.value(element), Value::Object(_)) {
            continue;
        }
        let name = attribute(event, element, "Name").filter(|n| event.str(*n).is_some());
        let value = text(event, element);
        match (name, value) {
            (Some(name), value) => {
                // an element without text is empty
                let value = value.unwrap_or_else(|| event.add_text(""));
                event.add_field_spelled(name, value);
                let spaced = event.str(name).filter(|n| n.contains(' '));
                if let Some(spaced) = spaced.map(str::to_owned) {
                    add_spaced(event, &spaced, value);
                }
            }
            (None, Some(value)) => event.add_field("Data", value),
            (None, None) => {}
        }
    }
}

/// The members of every element inside.
fn user_data(event: &mut Event, data: NodeId) {
    let inside: Vec<NodeId> = event.members(data).map(|(_, node)| node).collect();
    for element in inside {
        if let Value::Object(_) = event.value(element) {
            event.add_root(element);
            without_spaces(event, element);
        }
    }
}

/// Names without their spaces, for members that have some.
fn without_spaces(event: &mut Event, object: NodeId) {
    let spaced: Vec<(String, NodeId)> = event
        .members(object)
        .filter(|(key, _)| key.contains(' '))
        .map(|(key, node)| (key.to_owned(), node))
        .collect();
    for (name, node) in spaced {
        add_spaced(event, &name, node);
    }
}

/// Rules write `New Value` as `NewValue`, some as `New_Value`.
fn add_spaced(event: &mut Event, name: &str, node: NodeId) {
    event.add_field_named(&name.replace(' ', ""), node);
    event.add_field_named(&name.replace(' ', "_"), node);
}

/// Names of Winlogbeat, and those of the event itself.
const WINLOG: [(&str, &str); 10] = [
    ("channel", "Channel"),
    ("provider_name", "Provider_Name"),
    ("provider_guid", "Provider_Guid"),
    ("event_id", "EventID"),
    ("computer_name", "Computer"),
    ("record_id", "EventRecordID"),
    ("task", "Task"),
    ("keywords", "Keywords"),
    ("opcode", "Opcode"),
    ("time_created", "TimeCreated_SystemTime"),
];

/// `{winlog: {channel, event_id, event_data, …}}`, nested or with dotted keys.
pub(super) fn winlogbeat(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    walk.view(node);
    let event = &mut *walk.event;
    let mut told = Told::default();
    if let Some(winlog) = shape.get(Key::Winlog) {
        for (key, name) in WINLOG {
            if let Some(value) = event.member(winlog, key) {
                event.add_field(name, value);
                note(&mut told, name, value);
            }
        }
        for key in ["event_data", "user_data"] {
            if let Some(data) = event.member(winlog, key) {
                event.add_root(data);
                without_spaces(event, data);
            }
        }
    }
    let dotted: Vec<(String, NodeId)> = event
        .members(node)
        .filter_map(|(key, value)| Some((key.strip_prefix("winlog.")?.to_owned(), value)))
        .collect();
    for (key, value) in dotted {
        let data = key
            .strip_prefix("event_data.")
            .or_else(|| key.strip_prefix("user_data."));
        if let Some(name) = data {
            event.add_field_named(name, value);
            if name.contains(' ') {
                add_spaced(event, name, value);
            }
        } else if let Some((_, name)) = WINLOG.iter().find(|(winlog, _)| *winlog == key) {
            event.add_field(name, value);
            note(&mut told, name, value);
        }
    }
    if let Some(message) = shape.get(Key::Message) {
        event.add_field("Message", message);
    }
    walk.finish_windows(told);
    Opened::Yes
}

fn note(told: &mut Told, name: &str, value: NodeId) {
    match name {
        "Channel" => told.channel = Some(value),
        "Provider_Name" => told.provider = Some(value),
        "EventID" => told.id = Some(value),
        _ => {}
    }
}
