//! Why our queries for Kusto, LogScale and Loki differ from the reference's: headings of
//! `docs/differences.md`.

use super::{Difference, Kind, rewritten};
use sigwright_convert::Dialect;
use sigwright_convert::dialect::Ops;

pub const KUSTO: &str = "kusto";
const LOGSCALE: &str = "logscale";
const LOKI: &str = "loki";

/// All of them.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "kusto-names",
        about: &[KUSTO],
        kind: Kind::Aside(rewritten::kusto_names),
    },
    Difference {
        name: "kusto-numbers-in-lists",
        about: &[KUSTO],
        kind: Kind::Aside(rewritten::kusto_numbers),
    },
    Difference {
        name: "kusto-no-value",
        about: &[KUSTO],
        kind: Kind::Fault(|d| Dialect {
            ops: Ops {
                null: Some("isnull({field})"),
                ..d.ops
            },
            ..d
        }),
    },
    Difference {
        name: "kusto-truth-values",
        about: &[KUSTO],
        kind: Kind::Fault(|d| Dialect {
            ops: Ops {
                bool: Some("{field} =~ {value}"),
                ..d.ops
            },
            ..d
        }),
    },
    Difference {
        name: "any-value",
        about: &[KUSTO],
        kind: Kind::Aside(rewritten::kusto_any),
    },
    Difference {
        name: "any-value",
        about: &[LOGSCALE],
        kind: Kind::Aside(rewritten::logscale_any),
    },
    Difference {
        name: "any-value",
        about: &[LOKI],
        kind: Kind::Aside(rewritten::loki_any),
    },
    Difference {
        name: "kusto-wildcards-inside",
        about: &[KUSTO],
        kind: Kind::Aside(rewritten::kusto_wildcards),
    },
    Difference {
        name: "kusto-wildcards-inside",
        about: &[KUSTO],
        // the reference halves the backslashes, too
        kind: Kind::Rules(&[
            "rules-emerging-threats/2024/Exploits/CVE-2024-1708/win_security_exploit_cve_2024_1708_screenconnect.yml",
            "rules-emerging-threats/2026/Exploits/CVE-2026-33829/proc_creation_win_exploit_cve_2026_33829.yml",
            "rules/windows/builtin/security/win_security_signal_sensitive_config_access.yml",
            "rules/windows/process_creation/proc_creation_win_susp_copy_lateral_movement.yml",
        ]),
    },
    Difference {
        name: "kusto-keywords",
        about: &[KUSTO],
        kind: Kind::Aside(rewritten::kusto_keywords),
    },
    Difference {
        name: "kusto-keywords",
        about: &[KUSTO],
        // with numbers
        kind: Kind::Rules(&["rules/linux/auditd/execve/lnx_auditd_system_shutdown_reboot.yml"]),
    },
    Difference {
        name: "defender-hashes",
        about: &["kusto-default-microsoft_xdr", "kusto-default-sentinel_asim"],
        kind: Kind::Aside(rewritten::kusto_hashes),
    },
    Difference {
        name: "defender-accounts",
        about: &["kusto-default-microsoft_xdr"],
        kind: Kind::Rules(&[
            "rules/windows/process_creation/proc_creation_win_susp_child_process_as_system_.yml",
        ]),
    },
    Difference {
        name: "nothing-left-to-ask",
        about: &["kusto-default-microsoft_xdr"],
        kind: Kind::Refused("drops all that this condition asks"),
    },
    Difference {
        name: "kusto-networks-of-ipv6",
        about: &[KUSTO],
        kind: Kind::Aside(rewritten::kusto_networks),
    },
    Difference {
        name: "values-of-other-fields",
        about: &[KUSTO],
        kind: Kind::Converted("Field reference"),
    },
    Difference {
        name: "values-of-other-fields",
        about: &["kusto-default-microsoft_xdr"],
        kind: Kind::Converted("SigmaFieldReference"),
    },
    Difference {
        name: "values-of-other-fields",
        about: &[LOKI],
        kind: Kind::Rules(&[
            "rules-threat-hunting/windows/process_creation/proc_creation_win_susp_parent_execute_itself.yml",
            "rules/cloud/aws/cloudtrail/aws_update_login_profile.yml",
            "rules/windows/file/file_delete/file_delete_win_delete_own_image.yml",
            "rules/windows/process_creation/proc_creation_win_susp_cross_user_process_spawn.yml",
        ]),
    },
    Difference {
        name: "wildcards-and-line-ends",
        about: &[LOGSCALE],
        kind: Kind::Aside(rewritten::logscale_line_ends),
    },
    Difference {
        name: "wildcards-and-line-ends",
        about: &[LOKI],
        kind: Kind::Aside(rewritten::loki_line_ends),
    },
    Difference {
        name: "logscale-keywords",
        about: &[LOGSCALE],
        kind: Kind::Aside(rewritten::logscale_keywords),
    },
    Difference {
        name: "logscale-keywords",
        about: &[LOGSCALE],
        // `"/i` stands inside a keyword
        kind: Kind::Rules(&["rules/linux/builtin/lnx_shell_susp_rev_shells.yml"]),
    },
    Difference {
        name: "logscale-escapes",
        about: &[LOGSCALE],
        kind: Kind::Aside(rewritten::logscale_escapes),
    },
    Difference {
        name: "logscale-not",
        about: &[LOGSCALE],
        kind: Kind::Rules(&[
            "rules/windows/process_creation/proc_creation_win_regsvr32_flags_anomaly.yml",
        ]),
    },
    Difference {
        name: "logscale-networks",
        about: &[LOGSCALE],
        kind: Kind::Converted("ORing CIDR"),
    },
    Difference {
        name: "loki-regexes",
        about: &[LOKI],
        kind: Kind::Aside(rewritten::loki_regexes),
    },
    Difference {
        name: "loki-negated-numbers",
        about: &[LOKI],
        kind: Kind::Aside(rewritten::loki_negated),
    },
    Difference {
        name: "loki-escaped-wildcards",
        about: &[LOKI],
        kind: Kind::Aside(rewritten::loki_escapes),
    },
    Difference {
        name: "loki-variants",
        about: &[LOKI],
        kind: Kind::Aside(rewritten::loki_variants),
    },
    Difference {
        name: "loki-keywords-beside-alternatives",
        about: &[LOKI],
        kind: Kind::Converted("Operator 'or' not supported"),
    },
    Difference {
        name: "loki-keywords-beside-alternatives",
        about: &[LOKI],
        kind: Kind::Rules(&[
            "rules/linux/auditd/execve/lnx_auditd_system_shutdown_reboot.yml",
            "rules/windows/sysmon/sysmon_config_modification_status.yml",
        ]),
    },
    Difference {
        name: "loki-split",
        about: &["loki-default"],
        kind: Kind::Rules(SPLIT),
    },
    Difference {
        name: "placeholders",
        about: &[LOKI],
        kind: Kind::Refused("the placeholder"),
    },
    Difference {
        name: "regex-out-of-reach",
        about: &[KUSTO, LOGSCALE, LOKI],
        kind: Kind::Refused("cannot express this regular expression"),
    },
    Difference {
        name: "truth-values",
        about: &[LOKI],
        kind: Kind::Converted("Boolean value"),
    },
];

/// Rules whose query is split: the reference loses alternatives.
const SPLIT: &[&str] = &[
    "rules-emerging-threats/2025/Malware/Shai-Hulud/proc_creation_win_mal_shai_hulud_malicious_npm_package_installation.yml",
    "rules/web/proxy_generic/proxy_ua_apt.yml",
    "rules/windows/file/file_event/file_event_win_creation_system_file.yml",
    "rules/windows/image_load/image_load_side_load_from_non_system_location.yml",
    "rules/windows/powershell/powershell_module/posh_pm_malicious_commandlets.yml",
    "rules/windows/process_creation/proc_creation_win_powershell_malicious_cmdlets.yml",
    "rules/windows/process_creation/proc_creation_win_pua_pingcastle.yml",
    "rules/windows/process_creation/proc_creation_win_susp_emoji_usage_in_cli_1.yml",
    "rules/windows/process_creation/proc_creation_win_susp_emoji_usage_in_cli_2.yml",
    "rules/windows/process_creation/proc_creation_win_susp_emoji_usage_in_cli_3.yml",
    "rules/windows/process_creation/proc_creation_win_sysinternals_psexec_paexec_escalate_system.yml",
];
