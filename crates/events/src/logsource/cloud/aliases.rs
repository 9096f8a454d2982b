//! Names that rules have for what clouds call otherwise.

use crate::derive::{first, text_is};
use crate::logsource::{Alias, alias};
use sigwright_engine::{Event, NodeId};

/// A name that rules of SigmaHQ use short, and annotations whose dots others replaced:
/// Elastic's ingest pipelines, Panther.
pub(super) const KUBERNETES_ALIASES: [Alias; 5] = [
    alias!("apiGroup" <- "objectRef.apiGroup"),
    alias!("annotations.authorization.k8s.io/decision"
        <- "annotations.authorization_k8s_io/decision"),
    alias!("annotations.authorization.k8s.io/reason"
        <- "annotations.authorization_k8s_io/reason"),
    alias!("annotations.authorization.k8s.io/decision"
        <- "annotations.authorization_k8s_io_slash_decision"),
    alias!("annotations.authorization.k8s.io/reason"
        <- "annotations.authorization_k8s_io_slash_reason"),
];

/// Names of Filebeat, and of the wrapping that Pub/Sub puts around an entry.
pub(super) const GCP_ALIASES: [Alias; 5] = [
    alias!("gcp.audit.method_name" <- "protoPayload.methodName"),
    alias!("gcp.audit.service_name" <- "protoPayload.serviceName"),
    alias!("data.protoPayload" <- "protoPayload"),
    alias!("data.protoPayload.resource" <- "resource"),
    alias!("data.protoPayload.logName" = log_name),
];

/// A log's name without whose it is.
fn log_name(event: &mut Event) -> Option<NodeId> {
    let name = first(event, "logName")?;
    let text = event.str(name)?;
    let start = text.rfind('/').map_or(0, |slash| slash + 1);
    let end = text.len();
    event.add_part(name, start..end)
}

pub(super) const GCP_AND_KUBERNETES: [Alias; 6] = [
    KUBERNETES_ALIASES[0],
    GCP_ALIASES[0],
    GCP_ALIASES[1],
    GCP_ALIASES[2],
    GCP_ALIASES[3],
    GCP_ALIASES[4],
];

pub(super) const WORKSPACE: [Alias; 4] = [
    alias!("eventName" <- "events.name"),
    alias!("eventName" <- "event.name"),
    alias!(
        "eventService" = |event| {
            let admin = event.str(first(event, "id.applicationName")?)? == "admin";
            admin.then(|| event.add_text("admin.googleapis.com"))
        }
    ),
    alias!("setting_name" = setting_name),
];

/// The same events, exported to Cloud Audit Logs.
pub(super) const GCP_WORKSPACE: [Alias; 8] = [
    alias!("eventName" <- "protoPayload.metadata.event.eventName"),
    alias!("eventService" <- "protoPayload.serviceName"),
    alias!("setting_name" = setting_name),
    GCP_ALIASES[0],
    GCP_ALIASES[1],
    GCP_ALIASES[2],
    GCP_ALIASES[3],
    GCP_ALIASES[4],
];

/// The value of the parameter SETTING_NAME.
fn setting_name(event: &mut Event) -> Option<NodeId> {
    let mut found = None;
    for parameters in [
        "events.parameters",
        "event.parameters",
        "protoPayload.metadata.event.parameter",
    ] {
        event.reach(parameters, &mut |list| {
            event.leaves(list, &mut |parameter| {
                if text_is(event, parameter, &["name"], "SETTING_NAME") {
                    found = event.member(parameter, "value").or(found);
                }
            });
        });
    }
    found
}

/// Names of the tables of Log Analytics for members of `properties`.
pub(super) const AZURE_AUDIT: [Alias; 8] = [
    alias!("properties.message" <- "operationName"),
    alias!("OperationName" <- "operationName"),
    alias!("ActivityDisplayName" <- "properties.activityDisplayName"),
    alias!("Category" <- "properties.category"),
    alias!("Status" <- "properties.result"),
    alias!("TargetResources" <- "properties.targetResources"),
    alias!("targetResources" <- "properties.targetResources"),
    alias!("InitiatedBy" <- "properties.initiatedBy"),
];

pub(super) const AZURE_SIGN_IN: [Alias; 18] = [
    alias!("ResultType" <- "resultType"),
    alias!("ResultDescription" <- "resultDescription"),
    alias!("AuthenticationRequirement" <- "properties.authenticationRequirement"),
    alias!("DeviceDetail" <- "properties.deviceDetail"),
    alias!("DeviceDetail.trusttype" <- "properties.deviceDetail.trustType"),
    alias!("userAgent" <- "properties.userAgent"),
    alias!("appId" <- "properties.appId"),
    alias!("AppDisplayName" <- "properties.appDisplayName"),
    alias!("ResourceDisplayName" <- "properties.resourceDisplayName"),
    alias!("RiskState" <- "properties.riskState"),
    alias!("NetworkLocationDetails" <- "properties.networkLocationDetails"),
    alias!("conditionalAccessStatus" <- "properties.conditionalAccessStatus"),
    alias!("homeTenantId" <- "properties.homeTenantId"),
    alias!("resourceTenantId" <- "properties.resourceTenantId"),
    alias!("Username" <- "properties.userPrincipalName"),
    alias!("ClientApp" <- "properties.clientAppUsed"),
    alias!("DeviceDetail.deviceId" <- "properties.deviceDetail.deviceId"),
    alias!(
        "Status" = |event| {
            let result = first(event, "resultType")?;
            let success = event.value(result).text()? == "0";
            Some(event.add_text(if success { "Success" } else { "Failure" }))
        }
    ),
];
