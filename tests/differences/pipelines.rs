//! Why our queries differ from the reference's after pipelines that it has, too: headings of
//! `docs/differences.md`.

use super::{Difference, Kind, rewritten};

const ASIM: &str = "kusto-default-sentinel_asim";
const AZURE: &str = "kusto-default-azure_monitor";
const FALCON: &str = "logscale-default-crowdstrike";

/// All of them.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "sentinel-tables",
        about: &[ASIM],
        kind: Kind::Refused("no parser of ASIM is known"),
    },
    Difference {
        name: "sentinel-tables",
        about: &[AZURE],
        kind: Kind::Refused("no table of Azure Monitor is known"),
    },
    Difference {
        name: "sentinel-tables",
        about: &[ASIM, AZURE],
        kind: Kind::Converted("Unable to determine table name"),
    },
    Difference {
        name: "sentinel-columns",
        about: &[ASIM, AZURE],
        kind: Kind::Refused("has no column for"),
    },
    Difference {
        name: "sentinel-columns",
        about: &[ASIM, AZURE],
        kind: Kind::Converted("Invalid SigmaDetectionItem field name"),
    },
    Difference {
        name: "sentinel-columns",
        about: &[ASIM],
        kind: Kind::Pipeline(asim_columns),
    },
    Difference {
        name: "sentinel-columns",
        about: &[AZURE],
        kind: Kind::Pipeline(azure_columns),
    },
    Difference {
        name: "sentinel-columns",
        about: &[ASIM],
        // networks in two columns, and the number of the event dropped
        kind: Kind::Rules(&[
            "rules/windows/builtin/security/account_management/win_security_susp_failed_logon_source.yml",
        ]),
    },
    Difference {
        name: "sentinel-registry",
        about: &[ASIM],
        kind: Kind::Pipeline(asim_registry),
    },
    Difference {
        name: "sentinel-registry",
        about: &[AZURE],
        kind: Kind::Pipeline(azure_registry),
    },
    Difference {
        name: "sentinel-events",
        about: &[ASIM],
        kind: Kind::Pipeline(|yaml| without(yaml, "sentinel_asim_type_")),
    },
    Difference {
        name: "sentinel-events",
        about: &[AZURE],
        kind: Kind::Pipeline(|yaml| without(yaml, "azure_monitor_event_")),
    },
    Difference {
        name: "sentinel-dropped",
        about: &[ASIM],
        kind: Kind::Pipeline(|yaml| {
            let kept = "type: convert_type\n    target_type: str";
            let fields = "fields: [EventID, EventCode";
            replaced(
                yaml,
                &[
                    (kept, "type: drop_detection_item"),
                    (fields, "fields: [ObjectType, EventID, EventCode"),
                ],
            )
        }),
    },
    Difference {
        name: "sentinel-dropped",
        about: &[AZURE],
        kind: Kind::Pipeline(|yaml| {
            let drop = "transformations:\n  - type: drop_detection_item\n    \
                        field_name_conditions:\n      \
                        - {type: include_fields, fields: [ObjectType]}\n";
            replaced(yaml, &[("transformations:\n", drop)])
        }),
    },
    Difference {
        name: "sentinel-absent",
        about: &[ASIM],
        kind: Kind::Aside(rewritten::absent_columns),
    },
    Difference {
        name: "elastic-kubernetes",
        about: &["elasticsearch_lucene-default-ecs_kubernetes"],
        kind: Kind::Pipeline(|yaml| without(yaml, "kubernetes_audit_")),
    },
    Difference {
        name: "elastic-kubernetes",
        about: &["elasticsearch_lucene-default-ecs_kubernetes"],
        kind: Kind::Refused("the integration of Elastic does not index"),
    },
    Difference {
        name: "crowdstrike-events",
        about: &[FALCON],
        kind: Kind::Refused("no event of CrowdStrike is known"),
    },
    Difference {
        name: "crowdstrike-events",
        about: &[FALCON],
        kind: Kind::Pipeline(|yaml| without(yaml, "cql_network_connection_eventtype")),
    },
    Difference {
        name: "crowdstrike-events",
        about: &["logscale-default-crowdstrike_fdr"],
        kind: Kind::Pipeline(|yaml| {
            let all = "SyntheticProcessRollup2]}\n    rule_conditions:\n      - {type: logsource,";
            let windows = format!("{all} product: windows,");
            replaced(yaml, &[(all, &windows)])
        }),
    },
    Difference {
        name: "crowdstrike-fields",
        about: &[FALCON],
        kind: Kind::Refused("of CrowdStrike has no field for"),
    },
    Difference {
        name: "crowdstrike-fields",
        about: &[FALCON],
        kind: Kind::Refused("of CrowdStrike have no field for"),
    },
    Difference {
        name: "crowdstrike-backslashes",
        about: &[FALCON],
        kind: Kind::Rules(&[
            "rules/windows/image_load/image_load_rundll32_remote_share_load.yml",
            "rules/windows/process_creation/proc_creation_win_office_outlook_susp_child_processes_remote.yml",
            "rules-emerging-threats/2025/Exploits/CVE-2025-33053/image_load_win_exploit_cve_2025_33053.yml",
        ]),
    },
];

/// The text with the first of each pair as the second; each must be there.
fn replaced(yaml: &str, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(yaml.to_owned(), |yaml, (from, to)| {
        assert!(yaml.contains(from), "the pipeline has no `{from}`");
        yaml.replace(from, to)
    })
}

/// The text without the steps whose names begin so.
fn without(yaml: &str, id: &str) -> String {
    let start = format!("  - id: {id}");
    assert!(yaml.contains(&start), "the pipeline has no step `{id}`");
    let mut out = false;
    let kept = yaml.lines().filter(|line| {
        if line.starts_with("  - ") || !line.starts_with(' ') {
            out = line.starts_with(&start);
        }
        !out
    });
    kept.fold(String::new(), |text, line| text + line + "\n")
}

fn asim_columns(yaml: &str) -> String {
    let file = "mapping:\n      Image: ActingProcessName\n      ProcessName: ActingProcessName\n      \
                CommandLine";
    let direction = "type: map_detection_item\n    mapping:\n      \
                     'true': {NetworkDirection: Outbound}\n      \
                     'false': {NetworkDirection: Inbound}";
    replaced(
        yaml,
        &[
            (
                "ParentImage: ActingProcessName",
                "ParentImage: [ParentProcessName, ActingProcessName]",
            ),
            (
                "ParentProcessId: ActingProcessId",
                "ParentProcessId: [ParentProcessId, ActingProcessId]",
            ),
            (
                "ParentProcessName: ActingProcessName",
                "ParentProcessName: ParentProcessName",
            ),
            (
                file,
                &file.replacen("ActingProcessName", "TargetFilePath", 1),
            ),
            (
                "TargetFilename: TargetFilePath",
                "TargetFilename: TargetFileName",
            ),
            (
                direction,
                "type: field_name_mapping\n    mapping: {Initiated: NetworkDirection}",
            ),
        ],
    )
}

fn asim_registry(yaml: &str) -> String {
    let hklm = "  - id: sentinel_asim_registry_key_replace_hklm\n";
    let set = "  - type: replace_string\n    \
               regex: '(?i)(^HKLM\\\\SYSTEM\\\\CurrentControlSet)'\n    \
               replacement: 'HKEY_LOCAL_MACHINE\\\\SYSTEM\\\\CurrentControlSet001'\n    \
               field_name_conditions:\n      \
               - {type: include_fields, fields: [RegistryKey, PreviousRegistryKey]}\n";
    replaced(
        yaml,
        &[
            (hklm, &format!("{set}{hklm}")),
            (
                "DeleteKey: RegistryKeyDeleted",
                "DeleteKey: [RegistryKeyDeleted, RegistryValueDeleted]",
            ),
            (
                "RenameKey: RegistryKeyRenamed",
                "RenameKey: [RegistryValueSet, RegistryKeyCreated]",
            ),
            ("      DeleteValue: RegistryValueDeleted\n", ""),
        ],
    )
}

fn azure_columns(yaml: &str) -> String {
    replaced(
        yaml,
        &[(
            "      Provider_Name: EventSourceName\n",
            "      ProcessName: NewProcessName\n      ProcessId: NewProcessId\n",
        )],
    )
}

fn azure_registry(yaml: &str) -> String {
    replaced(
        yaml,
        &[
            (
                "      Image: ProcessName\n      TargetObject",
                "      Image: NewProcessName\n      TargetObject",
            ),
            (
                "\\\\REGISTRY\\\\MACHINE\\\\SYSTEM\\\\ControlSet001",
                "HKEY_LOCAL_MACHINE\\\\SYSTEM\\\\CurrentControlSet001",
            ),
            (
                "\\\\REGISTRY\\\\MACHINE\\\\SOFTWARE\\\\Classes",
                "HKEY_LOCAL_MACHINE\\\\CLASSES",
            ),
            ("'\\\\REGISTRY\\\\MACHINE'", "HKEY_LOCAL_MACHINE"),
            ("'\\\\REGISTRY\\\\USER'", "HKEY_USERS"),
        ],
    )
}
