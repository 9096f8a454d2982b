//! Why our queries differ from the reference's: each name is a heading of
//! `docs/differences.md`.
//!
//! A dialect is data, so most differences can be put back: with the fault of the reference in
//! it, our dialect must print the reference's query byte for byte.

mod elastic;
mod logs;
mod pipelines;
mod rewritten;
mod splunk;

use sigwright_convert::Dialect;
use sigwright_convert::dialect::{Hooks, Logic, Ops, Sql, Strings, Text};
use sigwright_syntax::pattern::Part;

/// Why a query may differ.
pub struct Difference {
    /// The heading.
    pub name: &'static str,
    /// The files of the shared folder it is about, by how their names begin.
    pub about: &'static [&'static str],
    /// How it is recognised.
    pub kind: Kind,
}

/// How a difference is recognised.
pub enum Kind {
    /// We refuse with this in the message, where the reference converts.
    Refused(&'static str),
    /// The reference fails with this in its message, where we convert.
    Converted(&'static str),
    /// The dialect with the fault of the reference put back.
    Fault(Fault),
    /// The text of the pipeline with the fault of the reference put back.
    Pipeline(fn(&str) -> String),
    /// Equal but for a part, which this takes out of both.
    Aside(fn(&str) -> String),
    /// Only in these rules.
    Rules(&'static [&'static str]),
    /// Ours, then theirs: what is ours, undone, leaves theirs.
    Undone(fn(&str, &str) -> bool),
}

/// Puts a fault of the reference back.
pub type Fault = fn(Dialect) -> Dialect;

const LUCENE: &str = "elasticsearch_lucene";
const EQL: &str = "elasticsearch_eql";
const ESQL: &str = "elasticsearch_esql";
const PPL: &str = "opensearch_ppl";
const QUICKWIT: &str = "quickwit";
const SQLITE: &str = "sqlite";
const CLICKHOUSE: &str = "clickhouse";
const DATABRICKS: &str = "databricks";

const SPLUNK: &str = "splunk";

/// All of them.
pub fn differences() -> impl Iterator<Item = &'static Difference> {
    DIFFERENCES
        .iter()
        .chain(elastic::DIFFERENCES)
        .chain(logs::DIFFERENCES)
        .chain(pipelines::DIFFERENCES)
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "splunk-continued-description",
        about: &["splunk-savedsearches-splunk_windows"],
        kind: Kind::Rules(&["rules/windows/file/file_event/file_event_win_susp_colorcpl.yml"]),
    },
    Difference {
        name: "splunk-question-mark",
        about: &[SPLUNK],
        kind: Kind::Fault(splunk::question_mark),
    },
    undone("splunk-lists-of-one", splunk::lists_of_one),
    undone("splunk-variants-under-not", splunk::variants_under_not),
    undone(
        "splunk-regex-in-a-negated-group",
        splunk::regex_in_a_negated_group,
    ),
    undone("splunk-fields-compared", splunk::fields_compared),
    Difference {
        name: "splunk-fields-compared",
        about: &[SPLUNK],
        kind: Kind::Converted("ORing FieldRef"),
    },
    undone("splunk-first-command", splunk::first_command),
    undone(
        "splunk-alternatives-stay-together",
        splunk::alternatives_stay_together,
    ),
    undone("splunk-tstats-before-fields", splunk::tstats_before_fields),
    Difference {
        name: "lists-of-one",
        about: &[LUCENE, EQL, QUICKWIT, DATABRICKS],
        kind: Kind::Rules(&[
            "rules/windows/process_creation/proc_creation_win_cmd_launched_with_hidden_start_flag.yml",
            "rules/windows/process_creation/proc_creation_win_esentutl_sensitive_file_copy.yml",
            "rules/windows/process_creation/proc_creation_win_findstr_lsass.yml",
        ]),
    },
    Difference {
        name: "not-without-the-field",
        about: &[ESQL, PPL, CLICKHOUSE, DATABRICKS, logs::KUSTO],
        kind: Kind::Fault(|d| Dialect {
            logic: Logic {
                negated: None,
                unknown: None,
                ..d.logic
            },
            ..d
        }),
    },
    Difference {
        name: "sqlite-case",
        about: &[SQLITE],
        kind: Kind::Fault(|d| with_equals(d, "{field}={value}")),
    },
    Difference {
        name: "case-of-other-fields",
        about: &[SQLITE, CLICKHOUSE, DATABRICKS],
        kind: Kind::Fault(|d| {
            with_ops(d, |ops| Ops {
                field_equals: match d.name {
                    "databricks" => Some("{field} = {other}"),
                    _ => Some("{field}={other}"),
                },
                ..ops
            })
        }),
    },
    Difference {
        name: "clickhouse-escapes",
        about: &[CLICKHOUSE],
        kind: Kind::Fault(|d| Dialect {
            strings: Strings {
                named: &[('\\', "\\\\"), ('_', "\\_"), ('%', "\\%")],
                ..d.strings
            },
            ..d
        }),
    },
    Difference {
        name: "databricks-truth-values",
        about: &[DATABRICKS],
        kind: Kind::Fault(|d| {
            with_ops(d, |ops| Ops {
                bool: Some("{field} = {value}"),
                ..ops
            })
        }),
    },
    Difference {
        name: "keywords-open-at-one-end",
        about: &[CLICKHOUSE, DATABRICKS],
        kind: Kind::Refused("a keyword that is open at one end"),
    },
    Difference {
        name: "keywords-with-wildcards",
        about: &[DATABRICKS],
        kind: Kind::Rules(&[
            "rules/application/sql/app_sqlinjection_errors.yml",
            "rules/linux/builtin/lnx_shell_clear_cmd_history.yml",
            "rules/web/webserver_generic/web_sql_injection_in_access_logs.yml",
        ]),
    },
    Difference {
        name: "not-over-several-dashes",
        about: &[CLICKHOUSE, DATABRICKS],
        kind: Kind::Rules(&[
            "rules/windows/process_creation/proc_creation_win_regsvr32_flags_anomaly.yml",
        ]),
    },
    Difference {
        name: "sqlite-letters-beyond-ascii",
        about: &[SQLITE],
        kind: Kind::Fault(|d| {
            with_sql(d, |sql| Sql {
                beyond_ascii: None,
                ..sql
            })
        }),
    },
    Difference {
        name: "sqlite-truth-values",
        about: &[SQLITE],
        kind: Kind::Fault(|d| {
            with_ops(d, |ops| Ops {
                bool: Some("({field}='{value}' OR {field}={number})"),
                ..ops
            })
        }),
    },
    Difference {
        name: "sqlite-networks",
        about: &[SQLITE],
        kind: Kind::Rules(&[
            "rules-emerging-threats/2023/Exploits/CVE-2023-23397/win_smbclient_connectivity_exploit_cve_2023_23397_outlook_remote_file.yml",
            "rules-threat-hunting/windows/network_connection/net_connection_win_dllhost_non_local_ip.yml",
            "rules/linux/network_connection/net_connection_lnx_susp_malware_callback_port.yml",
            "rules/web/proxy_generic/proxy_webdav_external_execution.yml",
            "rules/windows/builtin/security/account_management/win_security_susp_failed_logon_source.yml",
            "rules/windows/builtin/smbserver/connectivity/win_smbserver_connectivity_unsigned_and_unencrypted_share_connection.yml",
            "rules/windows/network_connection/net_connection_win_dialer_initiated_connection.yml",
            "rules/windows/network_connection/net_connection_win_regasm_network_activity.yml",
            "rules/windows/network_connection/net_connection_win_susp_malware_callback_port.yml",
            "rules/windows/network_connection/net_connection_win_susp_malware_callback_ports_uncommon.yml",
            "rules/windows/network_connection/net_connection_win_susp_outbound_mobsync_connection.yml",
            "rules/windows/network_connection/net_connection_win_winlogon_net_connections.yml",
            "rules/windows/network_connection/net_connection_win_wuauclt_network_connection.yml",
        ]),
    },
    Difference {
        name: "clickhouse-case",
        about: &[CLICKHOUSE],
        kind: Kind::Fault(|d| {
            let d = with_sql(d, |sql| Sql {
                like_also: "\\%_",
                ..sql
            });
            let d = with_ops(d, |ops| Ops {
                text: Text {
                    one_of: ops.one_of_numbers,
                    ..ops.text
                },
                listed: |pattern| {
                    !pattern
                        .parts()
                        .iter()
                        .any(|p| matches!(p, Part::One | Part::Many))
                },
                one_of_numbers: None,
                bool: Some("{field}={value}"),
                ..ops
            });
            with_equals(d, "{field}={value}")
        }),
    },
    Difference {
        name: "clickhouse-networks",
        about: &[CLICKHOUSE],
        kind: Kind::Fault(|d| {
            with_ops(d, |ops| Ops {
                cidr: Some("isIPAddressInRange({field}, '{network}')"),
                ..ops
            })
        }),
    },
    Difference {
        name: "clickhouse-regular-expressions",
        about: &[CLICKHOUSE],
        kind: Kind::Fault(|d| {
            with_sql(d, |sql| Sql {
                regex: |r| Some(r.flagged()),
                ..sql
            })
        }),
    },
    Difference {
        name: "clickhouse-word-boundaries",
        about: &[CLICKHOUSE],
        kind: Kind::Refused("this regular expression"),
    },
    Difference {
        name: "numbers-beside-text",
        about: &[CLICKHOUSE, DATABRICKS],
        kind: Kind::Fault(|d| Dialect {
            hooks: Hooks {
                before: None,
                ..d.hooks
            },
            ..d
        }),
    },
    Difference {
        name: "databricks-networks",
        about: &[DATABRICKS],
        kind: Kind::Fault(|d| {
            with_ops(d, |ops| Ops {
                cidr: Some("ip_cidr_contains('{network}', try_ip_as_binary({field}))"),
                ..ops
            })
        }),
    },
    Difference {
        name: "databricks-variables",
        about: &[DATABRICKS],
        kind: Kind::Fault(|d| {
            with_sql(d, |sql| Sql {
                variables: false,
                ..sql
            })
        }),
    },
    Difference {
        name: "clickhouse-keywords",
        about: &[CLICKHOUSE],
        kind: Kind::Fault(|d| Dialect {
            strings: Strings {
                many: Some("%"),
                one: Some("_"),
                ..d.strings
            },
            ..with_ops(d, |ops| Ops {
                keyword: Some("hasToken(full_log, {value})"),
                ..ops
            })
        }),
    },
    Difference {
        name: "databricks-regular-expressions",
        about: &[DATABRICKS],
        kind: Kind::Fault(|d| {
            let d = with_sql(d, |sql| Sql {
                regex: |r| {
                    Some(match r.ignore_case {
                        true => r.flagged().replacen(')', "u)", 1),
                        false => r.flagged(),
                    })
                },
                ..sql
            });
            with_ops(d, |ops| Ops {
                text: Text {
                    like: Some("{field} rlike '(?isu)^{regex}$'"),
                    ..ops.text
                },
                ..ops
            })
        }),
    },
];

fn with_ops(d: Dialect, change: impl Fn(Ops) -> Ops) -> Dialect {
    Dialect {
        ops: change(d.ops),
        ..d
    }
}

fn with_sql(d: Dialect, change: impl Fn(Sql) -> Sql) -> Dialect {
    Dialect {
        sql: d.sql.map(change),
        ..d
    }
}

fn with_equals(d: Dialect, equals: &'static str) -> Dialect {
    with_ops(d, |ops| Ops {
        text: Text {
            equals: Some(equals),
            ..ops.text
        },
        ..ops
    })
}

const fn undone(name: &'static str, is: fn(&str, &str) -> bool) -> Difference {
    Difference {
        name,
        about: &[SPLUNK],
        kind: Kind::Undone(is),
    }
}

/// What puts faults of the reference's pipelines back, by name.
pub fn faulty_pipelines(file: &str) -> impl Iterator<Item = (&'static str, fn(&str) -> String)> {
    let about = move |d: &&Difference| d.about.iter().any(|about| file.starts_with(about));
    differences().filter(about).filter_map(|d| match d.kind {
        Kind::Pipeline(put_back) => Some((d.name, put_back)),
        _ => None,
    })
}

/// What explains that `ours` and `theirs` differ; None where something unexplained is left.
/// `print` gives our queries in another dialect, with all faults of the reference's pipelines
/// but those of one name.
pub fn explained(
    file: &str,
    path: &str,
    dialect: &Dialect,
    ours: &Result<Vec<String>, String>,
    theirs: Result<&Vec<String>, &str>,
    print: impl Fn(&Dialect, Option<&str>) -> Result<Vec<String>, String>,
) -> Option<Vec<&'static str>> {
    let about = || {
        let about = |d: &&Difference| d.about.iter().any(|about| file.starts_with(about));
        differences().filter(about)
    };
    let by = |is: &dyn Fn(&Kind) -> bool| about().find(|d| is(&d.kind)).map(|d| vec![d.name]);
    let theirs = match (ours, theirs) {
        (Err(message), Ok(_)) => {
            return by(&|kind| matches!(kind, Kind::Refused(part) if message.contains(part)));
        }
        (Ok(_), Err(error)) => {
            return by(&|kind| matches!(kind, Kind::Converted(part) if error.contains(part)));
        }
        (Err(_), Err(_)) => return None,
        (Ok(_), Ok(theirs)) => theirs,
    };
    let kinds: Vec<(&'static str, &Kind)> = about().map(|d| (d.name, &d.kind)).collect();
    let equal = |left_out: Option<&str>| {
        let (mut faulty, mut asides) = (*dialect, Vec::new());
        for (_, kind) in kinds.iter().filter(|(name, _)| Some(*name) != left_out) {
            match kind {
                Kind::Fault(put_back) => faulty = put_back(faulty),
                Kind::Aside(take_out) => asides.push(take_out),
                _ => {}
            }
        }
        let left = |queries: &Vec<String>| -> Vec<String> {
            // YAML is compared by its strings where they differ
            let text = |query: &String| match file {
                "loki-ruler" => rewritten::layout(query),
                _ => query.clone(),
            };
            let left = |query: &String| asides.iter().fold(text(query), |q, aside| aside(&q));
            queries.iter().map(left).collect()
        };
        print(&faulty, left_out).is_ok_and(|ours| left(&ours) == left(theirs))
    };
    if !equal(None) {
        let undone = by(&|kind| match kind {
            Kind::Undone(is) => {
                let mut faulty = *dialect;
                for (_, kind) in &kinds {
                    if let Kind::Fault(put_back) = kind {
                        faulty = put_back(faulty);
                    }
                }
                let ours = print(&faulty, None);
                let mut pairs = ours.iter().flatten().zip(theirs);
                ours.as_ref().is_ok_and(|ours| ours.len() == theirs.len())
                    && pairs.all(|(ours, theirs)| ours == theirs || is(ours, theirs))
            }
            _ => false,
        });
        if undone.is_some() {
            return undone;
        }
        return by(&|kind| matches!(kind, Kind::Rules(rules) if rules.contains(&path)));
    }
    // those without which something would differ
    let needed = kinds.iter().map(|(name, _)| *name);
    let mut needed: Vec<&str> = needed.filter(|name| !equal(Some(name))).collect();
    needed.dedup();
    Some(needed)
}
