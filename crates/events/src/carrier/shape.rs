//! One pass over an object's members: which of the keys that tell logs apart it has.

use sigwright_engine::{Event, NodeId};

/// A set of [`Key`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keys(u128);

impl Keys {
    /// No key.
    pub const NONE: Keys = Keys(0);

    /// These keys.
    pub const fn of(keys: &[Key]) -> Keys {
        let mut set = 0;
        let mut rest = keys;
        while let [key, others @ ..] = rest {
            set |= 1 << *key as u8;
            rest = others;
        }
        Keys(set)
    }
}

macro_rules! keys {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// A key that tells a log or a carrier.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Key {
            $(
                #[doc = $name]
                $variant,
            )*
        }

        static NAMES: [&str; [$(Key::$variant),*].len()] = [$($name),*];
    };
}

keys! {
    // Kubernetes audit
    AuditId = "auditID",
    Verb = "verb",
    Stage = "stage",
    RequestUri = "requestURI",
    ObjectRef = "objectRef",
    ObjectRefResource = "objectRef.resource",
    ApiVersion = "apiVersion",
    Kind = "kind",
    Items = "items",
    Kubernetes = "kubernetes",
    // CloudWatch and shippers
    LogEvents = "logEvents",
    Message = "message",
    AtMessage = "@message",
    Log = "log",
    // AWS
    Records = "Records",
    Detail = "detail",
    DetailType = "detail-type",
    EventSource = "eventSource",
    EventName = "eventName",
    EventIdAws = "eventID",
    // Azure
    AzureRecords = "records",
    Category = "category",
    CategoryLa = "Category",
    Properties = "properties",
    LogS = "log_s",
    OperationName = "operationName",
    OperationNameSdk = "operation_name",
    ResourceId = "resourceId",
    TenantId = "tenantId",
    EventDataId = "eventDataId",
    EventDataIdSdk = "event_data_id",
    RiskEventType = "riskEventType",
    DetectedDateTime = "detectedDateTime",
    // Google
    ProtoPayload = "protoPayload",
    ProtoPayloadExported = "protopayload_auditlog",
    LogName = "logName",
    Id = "id",
    Events = "events",
    EventLower = "event",
    // other cloud services
    Workload = "Workload",
    Operation = "Operation",
    RecordType = "RecordType",
    EventType = "eventType",
    Published = "published",
    DisplayMessage = "displayMessage",
    Action = "action",
    DocumentId = "_document_id",
    AuditType = "auditType",
    AffectedObjects = "affectedObjects",
    EventTypeId = "event_type_id",
    ZeekPath = "_path",
    LogType = "logtype",
    NodeId = "node_id",
    // Windows
    Event = "Event",
    System = "System",
    EventData = "EventData",
    UserData = "UserData",
    Winlog = "winlog",
    WinlogChannel = "winlog.channel",
    WinlogProvider = "winlog.provider_name",
    WinlogEventId = "winlog.event_id",
    Channel = "Channel",
    ChannelLower = "channel",
    LogNameWindows = "LogName",
    ProviderUnderscore = "Provider_Name",
    ProviderName = "ProviderName",
    SourceName = "SourceName",
    SourceNameLower = "source_name",
    Provider = "Provider",
    EventIdWindows = "EventID",
    EventIdCamel = "EventId",
    EventIdLower = "event_id",
    EventCode = "EventCode",
}

/// Which keys a name may be: the first by [`slot`], behind each the next of the same slot.
struct Index {
    first: [u8; 256],
    next: [u8; NAMES.len()],
}

/// No key.
const NO_KEY: u8 = u8::MAX;

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler; an index out of bounds would not compile"
)]
static INDEX: Index = {
    let mut index = Index {
        first: [NO_KEY; 256],
        next: [NO_KEY; NAMES.len()],
    };
    let mut key = NAMES.len();
    while key > 0 {
        key -= 1;
        let slot = slot(NAMES[key]) as usize;
        index.next[key] = index.first[slot];
        index.first[slot] = key as u8;
    }
    index
};

/// From a name's length and ends. The factors keep nearly all keys apart.
const fn slot(name: &str) -> u8 {
    let bytes = name.as_bytes();
    let ([first, ..], [.., last]) = (bytes, bytes) else {
        return 0;
    };
    (bytes.len() as u8)
        .wrapping_mul(19)
        .wrapping_add(first.wrapping_mul(21))
        .wrapping_add(last.wrapping_mul(25))
}

/// Which keys an object has, and the value of each; of a key that occurs twice, the first.
#[derive(Debug)]
pub(crate) struct Shape {
    seen: u128,
    /// Of keys that are not there, any node.
    at: [NodeId; NAMES.len()],
    /// How many members the object has.
    pub len: usize,
}

impl Shape {
    /// Looks at the members of an object; of any other value there is nothing to see.
    pub fn of(event: &Event, object: NodeId) -> Shape {
        let mut shape = Shape {
            seen: 0,
            at: [object; NAMES.len()],
            len: 0,
        };
        for (name, node) in event.members(object) {
            shape.len += 1;
            let mut key = INDEX.first.get(usize::from(slot(name))).copied();
            while let Some(candidate) = key.map(usize::from) {
                if NAMES.get(candidate) == Some(&name) {
                    if shape.seen >> candidate & 1 == 0
                        && let Some(place) = shape.at.get_mut(candidate)
                    {
                        *place = node;
                    }
                    shape.seen |= 1 << candidate;
                    break;
                }
                key = INDEX.next.get(candidate).copied();
            }
        }
        shape
    }

    /// Whether all of `all` and, unless `any` is empty, one of `any` are there.
    pub fn fits(&self, all: Keys, any: Keys) -> bool {
        self.seen & all.0 == all.0 && (any.0 == 0 || self.seen & any.0 != 0)
    }

    /// The value of a key.
    pub fn get(&self, key: Key) -> Option<NodeId> {
        let seen = self.seen >> key as u8 & 1 == 1;
        self.at.get(key as usize).copied().filter(|_| seen)
    }

    /// The value of the first of these keys that is there.
    pub fn first(&self, keys: &[Key]) -> Option<NodeId> {
        keys.iter().find_map(|key| self.get(*key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_keys_and_their_first_value() {
        let event = Event::from_json(
            r#"{"other":1,"auditID":"a","auditID":"b","Über":2,"verb":null,"":3}"#,
        )
        .unwrap();
        let shape = Shape::of(&event, event.whole().unwrap());
        assert_eq!(shape.len, 6);
        assert!(shape.fits(Keys::of(&[Key::AuditId, Key::Verb]), Keys::NONE));
        assert!(shape.fits(Keys::NONE, Keys::of(&[Key::Stage, Key::Verb])));
        assert!(!shape.fits(Keys::of(&[Key::Stage]), Keys::NONE));
        assert!(!shape.fits(Keys::NONE, Keys::of(&[Key::Stage])));
        assert_eq!(event.str(shape.get(Key::AuditId).unwrap()), Some("a"));
    }

    #[test]
    fn every_key_is_found_under_its_name() {
        for (index, name) in NAMES.iter().enumerate() {
            let event = Event::from_json(&format!(r#"{{"{name}":1}}"#)).unwrap();
            assert_eq!(Shape::of(&event, event.whole().unwrap()).seen, 1 << index);
        }
    }
}
