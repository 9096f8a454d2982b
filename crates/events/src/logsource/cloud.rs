//! Logs told by the keys of their events: Kubernetes, clouds and services.

mod aliases;

use super::{Family, Log, alias};
use crate::carrier::gke;
use crate::carrier::shape::{Key, Keys, Shape};
use crate::derive::text_is;
use aliases::{
    AZURE_AUDIT, AZURE_SIGN_IN, GCP_ALIASES, GCP_AND_KUBERNETES, GCP_WORKSPACE, KUBERNETES_ALIASES,
    WORKSPACE,
};
use sigwright_engine::{Event, NodeId};

struct Row {
    /// Keys that must all be there.
    all: Keys,
    /// Of these one, unless there are none.
    any: Keys,
    /// What else must hold.
    is: fn(&Event, NodeId, &Shape) -> bool,
    /// Adds the names the log's events have elsewhere.
    map: fn(&mut Event, NodeId),
    log: Log,
}

const ALWAYS: fn(&Event, NodeId, &Shape) -> bool = |_, _, _| true;
const AS_IS: fn(&mut Event, NodeId) = |_, _| {};

/// How many logs this table has.
pub(super) const COUNT: usize = ROWS.len();

/// First match wins.
static ROWS: [Row; 26] = [
    // Kubernetes audit, audit.k8s.io/v1 and its forerunners; OpenShift's is the same. The
    // keys suffice without `auditID`: whoever cuts an event down keeps what was done.
    Row {
        all: Keys::NONE,
        any: Keys::of(&[Key::Verb, Key::Stage]),
        is: |_, _, shape| {
            let any = Keys::of(&[
                Key::AuditId,
                Key::ObjectRef,
                Key::ObjectRefResource,
                Key::RequestUri,
            ]);
            shape.fits(Keys::NONE, any)
        },
        map: AS_IS,
        log: KUBERNETES,
    },
    Row {
        all: Keys::of(&[Key::EventSource, Key::EventName]),
        any: Keys::NONE,
        is: |event, _, shape| {
            let source = text(event, shape, Key::EventSource);
            source.ends_with(".amazonaws.com") || shape.get(Key::EventIdAws).is_some()
        },
        map: AS_IS,
        log: Log {
            products: &["aws"],
            services: &["cloudtrail"],
            family: Family::Aws,
            ..NOTHING
        },
    },
    // GKE's Kubernetes audit log is one of Google's too.
    Row {
        all: Keys::of(&[Key::ProtoPayload]),
        any: Keys::NONE,
        is: |event, node, _| text_is(event, node, &["protoPayload", "serviceName"], "k8s.io"),
        map: gke::map,
        log: Log {
            products: &["kubernetes", "gcp"],
            services: &["audit", "gcp.audit"],
            categories: &["application"],
            family: Family::Kubernetes,
            aliases: &GCP_AND_KUBERNETES,
        },
    },
    Row {
        all: Keys::of(&[Key::ProtoPayload]),
        any: Keys::NONE,
        is: |event, node, _| {
            let service = ["protoPayload", "serviceName"];
            text_is(event, node, &service, "login.googleapis.com")
        },
        map: AS_IS,
        log: Log {
            services: &["gcp.audit", "google_workspace.login"],
            ..GCP
        },
    },
    Row {
        all: Keys::of(&[Key::ProtoPayload]),
        any: Keys::NONE,
        is: |event, node, _| {
            let service = ["protoPayload", "serviceName"];
            text_is(event, node, &service, "admin.googleapis.com")
        },
        map: AS_IS,
        log: Log {
            services: &["gcp.audit", "google_workspace.admin"],
            aliases: &GCP_WORKSPACE,
            ..GCP
        },
    },
    Row {
        all: Keys::NONE,
        any: Keys::of(&[Key::ProtoPayload, Key::ProtoPayloadExported]),
        is: ALWAYS,
        map: |event, node| {
            if let Some(payload) = event.member(node, "protopayload_auditlog") {
                event.add_field("protoPayload", payload);
            }
        },
        log: GCP,
    },
    // Other entries of Google Cloud's logs are no audit events.
    Row {
        all: Keys::of(&[Key::LogName]),
        any: Keys::NONE,
        is: |event, _, shape| {
            let name = text(event, shape, Key::LogName);
            let owner = name.split('/').next().unwrap_or_default();
            name.contains("/logs/")
                && ["projects", "organizations", "folders", "billingAccounts"].contains(&owner)
        },
        map: AS_IS,
        log: Log {
            services: &[],
            aliases: &[],
            ..GCP
        },
    },
    // Reports of the Google Workspace Admin SDK.
    Row {
        all: Keys::of(&[Key::Kind, Key::Id]),
        any: Keys::of(&[Key::Events, Key::EventLower]),
        is: |event, node, shape| {
            text(event, shape, Key::Kind) == "admin#reports#activity"
                && text_is(event, node, &["id", "applicationName"], "login")
        },
        map: AS_IS,
        log: Log {
            services: &["google_workspace.login"],
            aliases: &[],
            ..GCP
        },
    },
    Row {
        all: Keys::of(&[Key::Kind, Key::Id]),
        any: Keys::of(&[Key::Events, Key::EventLower]),
        is: |event, _, shape| text(event, shape, Key::Kind) == "admin#reports#activity",
        map: AS_IS,
        log: Log {
            services: &["google_workspace.admin"],
            aliases: &WORKSPACE,
            ..GCP
        },
    },
    // Azure Monitor diagnostics, by their category.
    Row {
        all: Keys::of(&[Key::Category, Key::OperationName]),
        any: AZURE_ANY,
        is: |event, _, shape| category_is(event, shape, &["AuditLogs"]),
        map: azure,
        log: Log {
            services: &["auditlogs"],
            aliases: &AZURE_AUDIT,
            ..AZURE
        },
    },
    Row {
        all: Keys::of(&[Key::Category, Key::OperationName]),
        any: AZURE_ANY,
        is: |event, _, shape| {
            let names = [
                "SignInLogs",
                "NonInteractiveUserSignInLogs",
                "ServicePrincipalSignInLogs",
                "ManagedIdentitySignInLogs",
                "ADFSSignInLogs",
            ];
            category_is(event, shape, &names)
        },
        map: azure,
        log: Log {
            services: &["signinlogs"],
            aliases: &AZURE_SIGN_IN,
            ..AZURE
        },
    },
    Row {
        all: Keys::of(&[Key::Category, Key::OperationName]),
        any: AZURE_ANY,
        is: |event, _, shape| {
            let names = ["UserRiskEvents", "ServicePrincipalRiskEvents"];
            category_is(event, shape, &names)
        },
        map: azure,
        log: AZURE_RISK,
    },
    Row {
        all: Keys::of(&[Key::RiskEventType]),
        any: Keys::of(&[Key::DetectedDateTime]),
        is: ALWAYS,
        map: AS_IS,
        log: AZURE_RISK,
    },
    Row {
        all: Keys::of(&[Key::Category, Key::OperationName]),
        any: AZURE_ANY,
        is: |event, _, shape| {
            let names = [
                "Administrative",
                "Alert",
                "Autoscale",
                "Policy",
                "Recommendation",
                "ResourceHealth",
                "Security",
                "ServiceHealth",
                // as Event Hub exports of the activity log say it
                "Action",
                "Delete",
                "Write",
            ];
            category_is(event, shape, &names)
        },
        map: azure,
        log: AZURE_ACTIVITY,
    },
    // The activity log as its own interface (camel case) and its SDK (snake case) spell it.
    Row {
        all: Keys::NONE,
        any: Keys::of(&[Key::EventDataId, Key::EventDataIdSdk]),
        is: |_, _, shape| {
            let any = Keys::of(&[Key::OperationName, Key::OperationNameSdk]);
            shape.fits(Keys::NONE, any)
        },
        map: azure,
        log: AZURE_ACTIVITY,
    },
    Row {
        all: Keys::of(&[Key::Category, Key::OperationName, Key::ResourceId]),
        any: Keys::NONE,
        is: ALWAYS,
        map: azure,
        log: AZURE,
    },
    Row {
        all: Keys::of(&[Key::Workload, Key::Operation, Key::RecordType]),
        any: Keys::NONE,
        is: |event, _, shape| text(event, shape, Key::Workload) == "Exchange",
        map: AS_IS,
        log: Log {
            products: &["m365"],
            services: &["audit", "exchange"],
            ..NOTHING
        },
    },
    Row {
        all: Keys::of(&[Key::Workload, Key::Operation, Key::RecordType]),
        any: Keys::NONE,
        is: ALWAYS,
        map: AS_IS,
        log: Log {
            products: &["m365"],
            services: &["audit"],
            ..NOTHING
        },
    },
    Row {
        all: Keys::of(&[Key::EventType, Key::Published, Key::DisplayMessage]),
        any: Keys::NONE,
        is: ALWAYS,
        map: AS_IS,
        log: Log {
            products: &["okta"],
            services: &["okta"],
            ..NOTHING
        },
    },
    Row {
        all: Keys::of(&[Key::Action, Key::DocumentId]),
        any: Keys::NONE,
        is: ALWAYS,
        map: AS_IS,
        log: Log {
            products: &["github"],
            services: &["audit"],
            ..NOTHING
        },
    },
    Row {
        all: Keys::of(&[Key::AuditType, Key::AffectedObjects]),
        any: Keys::NONE,
        is: ALWAYS,
        map: AS_IS,
        log: Log {
            products: &["bitbucket"],
            services: &["audit"],
            ..NOTHING
        },
    },
    Row {
        all: Keys::of(&[Key::LogType, Key::NodeId]),
        any: Keys::NONE,
        is: ALWAYS,
        map: AS_IS,
        log: Log {
            products: &["opencanary"],
            categories: &["application"],
            ..NOTHING
        },
    },
    // Lines of Cisco IOS. Its configuration logger says which commands were entered.
    Row {
        all: Keys::of(&[Key::Message]),
        any: Keys::NONE,
        is: |event, _, shape| {
            let facility = cisco_facility(text(event, shape, Key::Message));
            matches!(facility, Some("PARSER" | "AAA" | "AAAA"))
        },
        map: AS_IS,
        log: Log {
            services: &["aaa"],
            ..CISCO
        },
    },
    Row {
        all: Keys::of(&[Key::Message]),
        any: Keys::NONE,
        is: |event, _, shape| cisco_facility(text(event, shape, Key::Message)) == Some("BGP"),
        map: AS_IS,
        log: Log {
            services: &["bgp"],
            ..CISCO
        },
    },
    Row {
        all: Keys::of(&[Key::Message]),
        any: Keys::NONE,
        is: |event, _, shape| cisco_facility(text(event, shape, Key::Message)) == Some("LDP"),
        map: AS_IS,
        log: Log {
            services: &["ldp"],
            ..CISCO
        },
    },
    Row {
        all: Keys::of(&[Key::Message]),
        any: Keys::NONE,
        is: |event, _, shape| cisco_facility(text(event, shape, Key::Message)).is_some(),
        map: AS_IS,
        log: CISCO,
    },
];

const NOTHING: Log = Log {
    products: &[],
    services: &[],
    categories: &[],
    family: Family::Other,
    aliases: &[],
};

const CISCO: Log = Log {
    products: &["cisco"],
    ..NOTHING
};

/// The facility in a message of IOS: `%FACILITY-SEVERITY-MNEMONIC: text`.
fn cisco_facility(message: &str) -> Option<&str> {
    message.split('%').skip(1).find_map(|rest| {
        let (code, _) = rest.split_once(": ")?;
        let mut parts = code.splitn(3, '-');
        let (facility, severity, mnemonic) = (parts.next()?, parts.next()?, parts.next()?);
        let upper = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        };
        let known = upper(facility) && upper(mnemonic);
        (known && matches!(severity.as_bytes(), [b'0'..=b'7'])).then_some(facility)
    })
}

const KUBERNETES: Log = Log {
    products: &["kubernetes"],
    services: &["audit"],
    categories: &["application"],
    family: Family::Kubernetes,
    aliases: &KUBERNETES_ALIASES,
};

const GCP: Log = Log {
    products: &["gcp"],
    services: &["gcp.audit"],
    categories: &[],
    family: Family::Gcp,
    aliases: &GCP_ALIASES,
};

const AZURE: Log = Log {
    products: &["azure"],
    services: &[],
    categories: &[],
    family: Family::Azure,
    aliases: &[],
};

const AZURE_ACTIVITY: Log = Log {
    services: &["activitylogs"],
    aliases: &[
        alias!("OperationNameValue" <- "operationName"),
        alias!("CategoryValue" <- "category"),
        alias!("ResourceId" <- "resourceId"),
        alias!("ResourceProviderValue" <- "resourceProviderName.value"),
        alias!("properties.message" <- "operationName"),
    ],
    ..AZURE
};

const AZURE_RISK: Log = Log {
    services: &["riskdetection", "pim"],
    aliases: &[alias!("riskEventType" <- "properties.riskEventType")],
    ..AZURE
};

const AZURE_ANY: Keys = Keys::of(&[Key::ResourceId, Key::TenantId, Key::Properties]);

/// `operationName` and `category` are objects with a `value` in some spellings.
fn azure(event: &mut Event, node: NodeId) {
    for (name, keys) in [
        ("operationName", ["operationName", "value"]),
        ("operationName", ["operation_name", "value"]),
        ("category", ["category", "value"]),
        ("category", ["eventSource", "value"]),
        ("status", ["status", "value"]),
    ] {
        if let Some(value) = event.at(node, &keys) {
            event.add_field(name, value);
        }
    }
    for (name, key) in [("resourceId", "resource_id"), ("resourceId", "resourceUri")] {
        if let Some(value) = event.member(node, key) {
            event.add_field(name, value);
        }
    }
}

fn text<'e>(event: &'e Event, shape: &Shape, key: Key) -> &'e str {
    shape
        .get(key)
        .and_then(|node| event.str(node))
        .unwrap_or_default()
}

fn category_is(event: &Event, shape: &Shape, names: &[&str]) -> bool {
    let category = text(event, shape, Key::Category);
    names.iter().any(|n| n.eq_ignore_ascii_case(category))
}

pub(super) fn logs() -> impl Iterator<Item = Log> {
    ROWS.iter().map(|row| row.log)
}

/// The place in the table of the log an object belongs to.
pub(super) fn recognise(event: &mut Event, node: NodeId, shape: &Shape) -> Option<u16> {
    let (place, row) = ROWS
        .iter()
        .enumerate()
        .find(|(_, row)| shape.fits(row.all, row.any) && (row.is)(event, node, shape))?;
    (row.map)(event, node);
    u16::try_from(place).ok()
}
