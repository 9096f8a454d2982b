//! Windows event logs: channels, the services rules call them by, and the categories of
//! their events. Channels and categories: Sigma taxonomy appendix 2.1.0, Windows folder.

mod aliases;

use super::{Alias, Family, Log};
use crate::carrier::shape::{Key, Keys, Shape};
use crate::derive;
use aliases::{EVENT_TYPE, FIREWALL, PROCESS_END, PROCESS_START, REGISTRY, THREAT};
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

/// A channel whose events have no categories.
const fn channel(
    names: &'static [&'static str],
    services: &'static [&'static str],
    providers: &'static [&'static str],
) -> Channel {
    Channel {
        names,
        providers,
        services,
        kinds: &[],
        product: &["windows"],
    }
}

const fn kind(ids: &'static [u32], categories: &'static [&'static str]) -> Kind {
    Kind {
        ids,
        when: None,
        categories,
        aliases: &[],
    }
}

const WINDOWS: &[&str] = &["windows"];

static CHANNELS: &[Channel] = &[
    Channel {
        names: &["Microsoft-Windows-Sysmon/Operational"],
        providers: &["Microsoft-Windows-Sysmon"],
        services: &["sysmon"],
        kinds: &SYSMON,
        product: WINDOWS,
    },
    Channel {
        names: &["Linux-Sysmon/Operational"],
        providers: &["Linux-Sysmon"],
        services: &["sysmon"],
        kinds: &SYSMON,
        product: &["linux"],
    },
    Channel {
        names: &["Security"],
        providers: &["Microsoft-Windows-Security-Auditing"],
        services: &["security"],
        kinds: &[
            Kind {
                aliases: &PROCESS_START,
                ..kind(&[4688], &["process_creation"])
            },
            Kind {
                aliases: &PROCESS_END,
                ..kind(&[4689], &["process_termination"])
            },
            // %%1904 a new value, %%1905 another value, %%1906 the value deleted
            Kind {
                when: Some(("OperationType", &["%%1906"])),
                aliases: &REGISTRY,
                ..kind(&[4657], &["registry_event", "registry_delete"])
            },
            Kind {
                aliases: &REGISTRY,
                ..kind(&[4657], &["registry_event", "registry_set"])
            },
            Kind {
                aliases: &FIREWALL,
                ..kind(&[5156], &["network_connection"])
            },
        ],
        product: WINDOWS,
    },
    Channel {
        names: &["System"],
        providers: &["Service Control Manager", "Microsoft-Windows-Eventlog"],
        services: &["system"],
        kinds: &[],
        product: WINDOWS,
    },
    channel(&["Application"], &["application"], &[]),
    Channel {
        names: &["Microsoft-Windows-PowerShell/Operational"],
        providers: &["Microsoft-Windows-PowerShell"],
        services: &["powershell"],
        kinds: &POWERSHELL,
        product: WINDOWS,
    },
    Channel {
        names: &["PowerShellCore/Operational"],
        providers: &["PowerShellCore"],
        services: &["powershell"],
        kinds: &POWERSHELL,
        product: WINDOWS,
    },
    Channel {
        names: &["Windows PowerShell"],
        providers: &["PowerShell"],
        services: &["powershell-classic"],
        kinds: &[
            kind(&[400], &["ps_classic_start"]),
            kind(&[600], &["ps_classic_provider_start"]),
            kind(&[800], &["ps_classic_script"]),
        ],
        product: WINDOWS,
    },
    Channel {
        names: &["Microsoft-Windows-Windows Defender/Operational"],
        providers: &["Microsoft-Windows-Windows Defender"],
        services: &["windefend"],
        kinds: &[Kind {
            aliases: &THREAT,
            ..kind(
                &[1006, 1007, 1008, 1015, 1116, 1117, 1118, 1119],
                &["antivirus"],
            )
        }],
        product: WINDOWS,
    },
    // The file provider has no channel of its own; its events are traced.
    Channel {
        names: &["Microsoft-Windows-Kernel-File/Analytic"],
        providers: &["Microsoft-Windows-Kernel-File"],
        services: &[],
        kinds: &[
            kind(&[12], &["file_access"]),
            kind(&[19, 27], &["file_rename"]),
            kind(&[26], &["file_delete"]),
        ],
        product: WINDOWS,
    },
    channel(
        &[
            "Microsoft-Windows-Application-Experience/Program-Telemetry",
            "Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant",
        ],
        &["application-experience"],
        &[],
    ),
    channel(
        &[
            "Microsoft-Windows-AppLocker/MSI and Script",
            "Microsoft-Windows-AppLocker/EXE and DLL",
            "Microsoft-Windows-AppLocker/Packaged app-Deployment",
            "Microsoft-Windows-AppLocker/Packaged app-Execution",
        ],
        &["applocker"],
        &["Microsoft-Windows-AppLocker"],
    ),
    channel(
        &["Microsoft-Windows-AppModel-Runtime/Admin"],
        &["appmodel-runtime"],
        &["Microsoft-Windows-AppModel-Runtime"],
    ),
    channel(
        &["Microsoft-Windows-AppXDeploymentServer/Operational"],
        &["appxdeployment-server"],
        &["Microsoft-Windows-AppXDeployment-Server"],
    ),
    channel(
        &["Microsoft-Windows-AppxPackaging/Operational"],
        &["appxpackaging-om"],
        &["Microsoft-Windows-AppxPackagingOM"],
    ),
    channel(
        &["Microsoft-Windows-BitLocker/BitLocker Management"],
        &["bitlocker"],
        &[],
    ),
    channel(
        &["Microsoft-Windows-Bits-Client/Operational"],
        &["bits-client"],
        &["Microsoft-Windows-Bits-Client"],
    ),
    channel(
        &["Microsoft-Windows-CAPI2/Operational"],
        &["capi2"],
        &["Microsoft-Windows-CAPI2"],
    ),
    channel(
        &["Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational"],
        &["certificateservicesclient-lifecycle-system"],
        &["Microsoft-Windows-CertificateServicesClient-Lifecycle-System"],
    ),
    channel(
        &["Microsoft-Windows-CodeIntegrity/Operational"],
        &["codeintegrity-operational"],
        &["Microsoft-Windows-CodeIntegrity"],
    ),
    channel(
        &["Microsoft-Windows-DHCP-Server/Operational"],
        &["dhcp"],
        &["Microsoft-Windows-DHCP-Server"],
    ),
    channel(
        &["Microsoft-Windows-Diagnosis-Scripted/Operational"],
        &["diagnosis-scripted"],
        &["Microsoft-Windows-Diagnosis-Scripted"],
    ),
    // The taxonomy has the name Event Viewer shows; the channel is called otherwise.
    channel(
        &[
            "Microsoft-Windows-DNS-Client/Operational",
            "Microsoft-Windows-DNS Client Events/Operational",
        ],
        &["dns-client"],
        &["Microsoft-Windows-DNS-Client"],
    ),
    channel(&["DNS Server"], &["dns-server"], &[]),
    channel(
        &["Microsoft-Windows-DNS-Server/Analytical"],
        &["dns-server-analytic"],
        &[],
    ),
    channel(
        &["Microsoft-Windows-DNS-Server/Audit"],
        &["dns-server-audit"],
        &[],
    ),
    channel(
        &["Microsoft-Windows-DriverFrameworks-UserMode/Operational"],
        &["driver-framework"],
        &["Microsoft-Windows-DriverFrameworks-UserMode"],
    ),
    channel(
        &["Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"],
        &["firewall-as"],
        &["Microsoft-Windows-Windows Firewall With Advanced Security"],
    ),
    channel(
        &[
            "Microsoft-Windows-Hyper-V-Worker",
            "Microsoft-Windows-Hyper-V-Worker-Admin",
            "Microsoft-Windows-Hyper-V-Worker-Operational",
        ],
        &["hyper-v-worker"],
        &["Microsoft-Windows-Hyper-V-Worker"],
    ),
    channel(
        &["Microsoft-IIS-Configuration/Operational"],
        &["iis-configuration"],
        &["Microsoft-Windows-IIS-Configuration"],
    ),
    channel(
        &[
            "Microsoft-Windows-Kernel-EventTracing",
            "Microsoft-Windows-Kernel-EventTracing/Admin",
        ],
        &["kernel-event-tracing"],
        &["Microsoft-Windows-Kernel-EventTracing"],
    ),
    channel(
        &[
            "Microsoft-Windows-Kernel-ShimEngine/Operational",
            "Microsoft-Windows-Kernel-ShimEngine/Diagnostic",
        ],
        &["kernel-shimengine"],
        &["Microsoft-Windows-Kernel-ShimEngine"],
    ),
    channel(
        &["Microsoft-Windows-LDAP-Client/Debug"],
        &["ldap"],
        &["Microsoft-Windows-LDAP-Client"],
    ),
    channel(
        &["Microsoft-Windows-LSA/Operational"],
        &["lsa-server"],
        &["LsaSrv"],
    ),
    channel(
        &["MSExchange Management"],
        &["msexchange-management"],
        &["MSExchange CmdletLogs"],
    ),
    channel(
        &["Microsoft-Windows-Ntfs/Operational"],
        &["ntfs"],
        &["Microsoft-Windows-Ntfs"],
    ),
    channel(
        &["Microsoft-Windows-NTLM/Operational"],
        &["ntlm"],
        &["Microsoft-Windows-NTLM"],
    ),
    channel(&["OpenSSH/Operational"], &["openssh"], &["OpenSSH"]),
    channel(
        &["Microsoft-Windows-PrintService/Admin"],
        &["printservice-admin"],
        &[],
    ),
    channel(
        &["Microsoft-Windows-PrintService/Operational"],
        &["printservice-operational"],
        &[],
    ),
    channel(
        &[
            "Microsoft-Windows-Security-Mitigations/KernelMode",
            "Microsoft-Windows-Security-Mitigations/UserMode",
            "Microsoft-Windows-Security-Mitigations/Kernel Mode",
            "Microsoft-Windows-Security-Mitigations/User Mode",
        ],
        &["security-mitigations"],
        &["Microsoft-Windows-Security-Mitigations"],
    ),
    channel(
        &["Microsoft-Windows-SENSE/Operational"],
        &["sense"],
        &["Microsoft-Windows-SENSE"],
    ),
    // The corpus has one rule for the longer service name.
    channel(
        &[
            "Microsoft-ServiceBus-Client/Operational",
            "Microsoft-ServiceBus-Client/Admin",
        ],
        &["servicebus-client", "microsoft-servicebus-client"],
        &["Microsoft-ServiceBus-Client"],
    ),
    channel(
        &["Microsoft-Windows-Shell-Core/Operational"],
        &["shell-core"],
        &["Microsoft-Windows-Shell-Core"],
    ),
    channel(
        &["Microsoft-Windows-SmbClient/Security"],
        &["smbclient-security"],
        &[],
    ),
    channel(
        &["Microsoft-Windows-SmbClient/Connectivity"],
        &["smbclient-connectivity"],
        &[],
    ),
    channel(
        &["Microsoft-Windows-SMBServer/Connectivity"],
        &["smbserver-connectivity"],
        &[],
    ),
    channel(
        &["Microsoft-Windows-TaskScheduler/Operational"],
        &["taskscheduler"],
        &["Microsoft-Windows-TaskScheduler"],
    ),
    channel(
        &["Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"],
        &["terminalservices-localsessionmanager"],
        &["Microsoft-Windows-TerminalServices-LocalSessionManager"],
    ),
    channel(
        &[
            "Microsoft-Windows-VHDMP/Operational",
            "Microsoft-Windows-VHDMP-Operational",
        ],
        &["vhdmp"],
        &["Microsoft-Windows-VHDMP"],
    ),
    channel(
        &["Microsoft-Windows-WMI-Activity/Operational"],
        &["wmi"],
        &["Microsoft-Windows-WMI-Activity"],
    ),
    // RPC Firewall writes its own channel.
    Channel {
        names: &["RPCFW"],
        providers: &["RPCFW"],
        services: &[],
        kinds: &[kind(&[1, 2, 3, 4, 5], &["application"])],
        product: &["windows", "rpc_firewall"],
    },
    // Last: a channel that is not in this table.
    channel(&[], &[], &[]),
];

const POWERSHELL: [Kind; 2] = [kind(&[4103], &["ps_module"]), kind(&[4104], &["ps_script"])];

const SYSMON: [Kind; 30] = [
    kind(&[1], &["process_creation"]),
    kind(&[2], &["file_change"]),
    kind(&[3], &["network_connection"]),
    kind(&[4, 16], &["sysmon_status"]),
    kind(&[5], &["process_termination"]),
    kind(&[6], &["driver_load"]),
    kind(&[7], &["image_load"]),
    kind(&[8], &["create_remote_thread"]),
    // The taxonomy writes `raw_access_thread` for what is a read of a disk.
    kind(&[9], &["raw_access_thread", "raw_access_read"]),
    kind(&[10], &["process_access"]),
    kind(&[11], &["file_event"]),
    // One event id for keys that come and go; its type says which.
    Kind {
        when: Some(("EventType", &["CreateKey"])),
        ..kind(&[12], &["registry_event", "registry_add"])
    },
    Kind {
        when: Some(("EventType", &["DeleteKey", "DeleteValue"])),
        ..kind(&[12], &["registry_event", "registry_delete"])
    },
    Kind {
        when: Some(("EventTypeOrignal", &["CreateKey"])),
        aliases: &EVENT_TYPE,
        ..kind(&[12], &["registry_event", "registry_add"])
    },
    Kind {
        when: Some(("EventTypeOrignal", &["DeleteKey", "DeleteValue"])),
        aliases: &EVENT_TYPE,
        ..kind(&[12], &["registry_event", "registry_delete"])
    },
    Kind {
        aliases: &EVENT_TYPE,
        ..kind(
            &[12],
            &["registry_event", "registry_add", "registry_delete"],
        )
    },
    Kind {
        aliases: &EVENT_TYPE,
        ..kind(&[13], &["registry_event", "registry_set"])
    },
    Kind {
        aliases: &EVENT_TYPE,
        ..kind(&[14], &["registry_event", "registry_rename"])
    },
    kind(&[15], &["create_stream_hash"]),
    Kind {
        aliases: &EVENT_TYPE,
        ..kind(&[17, 18], &["pipe_created"])
    },
    Kind {
        aliases: &EVENT_TYPE,
        ..kind(&[19, 20, 21], &["wmi_event"])
    },
    kind(&[22], &["dns_query"]),
    kind(&[23], &["file_delete"]),
    kind(&[24], &["clipboard_capture"]),
    kind(&[25], &["process_tampering"]),
    // Deleted, though not kept: it is a deletion all the same.
    kind(&[26], &["file_delete_detected", "file_delete"]),
    kind(&[27], &["file_block_executable"]),
    kind(&[28], &["file_block_shredding"]),
    kind(&[29], &["file_executable_detected"]),
    kind(&[255], &["sysmon_error"]),
];

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
