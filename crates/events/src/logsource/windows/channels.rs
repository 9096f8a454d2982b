//! The table of channels: one row per log.

use super::aliases::{EVENT_TYPE, FIREWALL, PROCESS_END, PROCESS_START, REGISTRY, THREAT};
use super::{Channel, Kind};

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

/// The last row is for every other channel.
pub(super) static CHANNELS: &[Channel] = &[
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
