//! Names of Sysmon's events for what the Security log and others call otherwise.

use crate::derive::first;
use crate::logsource::{Alias, alias};
use sigwright_engine::{Event, NodeId};

/// 4688, a new process has been created.
pub(super) const PROCESS_START: [Alias; 8] = [
    alias!("Image" <- "NewProcessName"),
    alias!("ParentImage" <- "ParentProcessName"),
    alias!("CommandLine" <- "ProcessCommandLine"),
    alias!("ParentProcessId" <- "ProcessId"),
    alias!("LogonId" <- "SubjectLogonId"),
    alias!("IntegrityLevel" = integrity_level),
    alias!("User" = user),
    alias!("ParentUser" = subject),
];

/// 4689, a process has exited.
pub(super) const PROCESS_END: [Alias; 2] =
    [alias!("Image" <- "ProcessName"), alias!("User" = subject)];

/// 4657, a registry value was modified.
pub(super) const REGISTRY: [Alias; 4] = [
    alias!("Image" <- "ProcessName"),
    alias!("TargetObject" = target_object),
    alias!("Details" = details),
    alias!("User" = subject),
];

/// NXLog keeps an event's own `EventType` under this name (spelled so) and puts the
/// severity in its place.
pub(super) const EVENT_TYPE: [Alias; 1] = [alias!("EventType" << "EventTypeOrignal")];

/// 5156, the filtering platform has permitted a connection.
pub(super) const FIREWALL: [Alias; 6] = [
    alias!("Image" <- "Application"),
    alias!("SourceIp" <- "SourceAddress"),
    alias!("DestinationIp" <- "DestAddress"),
    alias!("DestinationPort" <- "DestPort"),
    alias!("ProcessId" <- "ProcessID"),
    // %%14592 inbound, %%14593 outbound
    alias!(
        "Initiated" = |event| {
            let outbound = match event.str(first(event, "Direction")?)? {
                "%%14592" | "Inbound" => false,
                "%%14593" | "Outbound" => true,
                _ => return None,
            };
            Some(event.add_text(if outbound { "true" } else { "false" }))
        }
    ),
];

/// Defender's detections.
pub(super) const THREAT: [Alias; 2] = [
    alias!("Signature" <- "ThreatName"),
    alias!("Filename" <- "Path"),
];

/// Mandatory labels: \[MS-DTYP\] 2.4.2.4, well-known SID structures.
fn integrity_level(event: &mut Event) -> Option<NodeId> {
    let level = match event.str(first(event, "MandatoryLabel")?)? {
        "S-1-16-0" => "Untrusted",
        "S-1-16-4096" => "Low",
        "S-1-16-8192" => "Medium",
        "S-1-16-8448" => "Medium+",
        "S-1-16-12288" => "High",
        "S-1-16-16384" => "System",
        "S-1-16-20480" => "Protected",
        _ => return None,
    };
    Some(event.add_text(level))
}

/// Whom the new process runs as: the target where there is one, else who started it.
fn user(event: &mut Event) -> Option<NodeId> {
    account(event, "TargetUserSid", "TargetDomainName", "TargetUserName").or_else(|| subject(event))
}

fn subject(event: &mut Event) -> Option<NodeId> {
    account(
        event,
        "SubjectUserSid",
        "SubjectDomainName",
        "SubjectUserName",
    )
}

/// `DOMAIN\name`, as Sysmon writes it. The Security log has the computer's account where
/// Sysmon has the account of the system.
fn account(event: &mut Event, sid: &str, domain: &str, name: &str) -> Option<NodeId> {
    let text = |field| first(event, field).and_then(|node| event.str(node));
    let known = match text(sid).unwrap_or_default() {
        "S-1-5-18" => Some("NT AUTHORITY\\SYSTEM"),
        "S-1-5-19" => Some("NT AUTHORITY\\LOCAL SERVICE"),
        "S-1-5-20" => Some("NT AUTHORITY\\NETWORK SERVICE"),
        _ => None,
    };
    if let Some(known) = known {
        return Some(event.add_text(known));
    }
    let name = text(name).filter(|name| !matches!(*name, "" | "-"))?;
    let full = match text(domain).unwrap_or_default() {
        "" | "-" => name.to_owned(),
        domain => format!("{domain}\\{name}"),
    };
    Some(event.add_text(&full))
}

/// Sysmon's spelling of a key and value, from the kernel's.
fn target_object(event: &mut Event) -> Option<NodeId> {
    let key = event.str(first(event, "ObjectName")?)?;
    let mut path = String::with_capacity(key.len() + 32);
    let after = |prefix: &str| {
        let head = key.get(..prefix.len())?;
        let rest = key.get(prefix.len()..)?;
        (head.eq_ignore_ascii_case(prefix) && (rest.is_empty() || rest.starts_with('\\')))
            .then_some(rest)
    };
    if let Some(rest) = after("\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001") {
        path.push_str("HKLM\\System\\CurrentControlSet");
        path.push_str(rest);
    } else if let Some(rest) = after("\\REGISTRY\\MACHINE") {
        path.push_str("HKLM");
        path.push_str(rest);
    } else if let Some(rest) = after("\\REGISTRY\\USER") {
        path.push_str("HKU");
        path.push_str(rest);
    } else {
        path.push_str(key);
    }
    let value = first(event, "ObjectValueName").and_then(|node| event.str(node));
    if let Some(value) = value.filter(|value| !matches!(*value, "" | "-")) {
        path.push('\\');
        path.push_str(value);
    }
    Some(event.add_text(&path))
}

/// Sysmon's spelling of a value: numbers in hexadecimal with their type before them.
fn details(event: &mut Event) -> Option<NodeId> {
    let node = first(event, "NewValue")?;
    let kind = first(event, "NewValueType").and_then(|kind| event.str(kind));
    let number = event
        .value(node)
        .text()
        .and_then(|text| text.parse::<u64>().ok());
    let text = match (kind, number) {
        // REG_DWORD, REG_QWORD
        (Some("%%1876"), Some(number)) => format!("DWORD (0x{number:08x})"),
        (Some("%%1883"), Some(number)) => {
            format!(
                "QWORD (0x{:08x}-0x{:08x})",
                number >> 32,
                number & 0xffff_ffff
            )
        }
        _ => return Some(node),
    };
    Some(event.add_text(&text))
}
