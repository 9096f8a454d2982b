//! What the pipelines that come with the program make of small rules, or why they refuse them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking, also in what it calls"
)]

use sigwright_convert::pipeline::{Allowed, Shipped, convert};
use sigwright_convert::{Chain, Pipeline, dialects, rule};
use sigwright_ir::{Context, lower};
use sigwright_syntax::{Sources, read};

/// The query of a rule with this log source and selection, or the message against it.
fn query(target: &str, name: &str, source: &str, selection: &str) -> Result<String, String> {
    let dialect = dialects::find(target).unwrap();
    let format = &dialect.formats[0];
    let pipeline = Pipeline::shipped(Shipped::find(name).unwrap(), &mut Sources::new()).unwrap();
    let user = vec![(name.to_owned(), pipeline)];
    let chain = Chain::new(dialect, format, user, Allowed::default()).unwrap();
    let mut sources = Sources::new();
    let text = format!(
        "title: A rule\nlogsource: {{{source}}}\n\
         detection: {{selection: {{{selection}}}, condition: selection}}\n"
    );
    let id = sources.add("rule.yml", text);
    let (documents, said) = read(&sources, id);
    assert!(documents.iter().all(|d| !d.faulty), "{said:?}");
    let context = Context::default();
    let (set, _) = lower(&documents, &context);
    let rule = rule::rules(&documents, &set, &context).remove(0).unwrap();
    let queries = convert(rule, dialect, format, &chain).map_err(|said| said.message)?;
    Ok(queries.join("\n"))
}

const PROCESS: &str = "product: windows, category: process_creation";

/// Pipeline, target, log source, selection, and the query, or a part of the message after `!`.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ROWS: &[Row] = &[
    (
        "sentinel_asim",
        "kusto",
        PROCESS,
        r"ParentImage|endswith: '\w3wp.exe', OriginalFileName: Cmd.Exe",
        "imProcessCreate\n| where ActingProcessName endswith \"\\\\w3wp.exe\" and \
         TargetProcessFileOriginalName =~ \"Cmd.Exe\"",
    ),
    (
        "sentinel_asim",
        "kusto",
        "product: windows, category: file_delete",
        r"Image|endswith: '\rm.exe', TargetFilename|endswith: .evtx",
        "imFileEvent\n| where EventType =~ \"FileDeleted\" and \
         (ActingProcessName endswith \"\\\\rm.exe\" and TargetFilePath endswith \".evtx\")",
    ),
    (
        "sentinel_asim",
        "kusto",
        "product: windows, category: registry_set",
        r"TargetObject|startswith: 'HKLM\SOFTWARE\A', Details: x",
        "imRegistry\n| where EventType =~ \"RegistryValueSet\" and \
         (RegistryKey startswith \"HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\A\" and \
         RegistryValueData =~ \"x\")",
    ),
    (
        "sentinel_asim",
        "kusto",
        "product: windows, category: network_connection",
        "Initiated: 'false', DestinationPort: 3389",
        "imNetworkSession\n| where NetworkDirection =~ \"Inbound\" and DstPortNumber == 3389",
    ),
    (
        "sentinel_asim",
        "kusto",
        "product: windows, service: security",
        "EventID: 4625, TargetUserName: root",
        "imAuthentication\n| where EventOriginalType =~ \"4625\" and TargetUsername =~ \"root\"",
    ),
    (
        "sentinel_asim",
        "kusto",
        PROCESS,
        "GrantedAccess: '0x10'",
        "!imProcessCreate has no column for `GrantedAccess`",
    ),
    (
        "sentinel_asim",
        "kusto",
        "product: windows, category: image_load",
        "ImageLoaded: x",
        "!no parser of ASIM is known",
    ),
    (
        "azure_monitor",
        "kusto",
        PROCESS,
        r"ParentImage|endswith: '\w3wp.exe', IntegrityLevel: High",
        "SecurityEvent\n| where ParentProcessName endswith \"\\\\w3wp.exe\" and \
         MandatoryLabel =~ \"S-1-16-12288\"",
    ),
    (
        "azure_monitor",
        "kusto",
        "product: windows, service: security",
        "EventID: 4648, ProcessName: x",
        "SecurityEvent\n| where EventID == 4648 and ProcessName =~ \"x\"",
    ),
    (
        "azure_monitor",
        "kusto",
        "product: windows, category: registry_event",
        r"TargetObject|startswith: 'HKLM\SOFTWARE\A'",
        "SecurityEvent\n| where EventID == 4657 and \
         ObjectName startswith \"\\\\REGISTRY\\\\MACHINE\\\\SOFTWARE\\\\A\"",
    ),
    (
        "azure_monitor",
        "kusto",
        "product: windows, category: file_event",
        "TargetFilename: x",
        "!no table of Azure Monitor is known",
    ),
    (
        "azure_monitor",
        "kusto",
        PROCESS,
        "Hashes|contains: x",
        "!SecurityEvent has no column for `Hashes`",
    ),
    (
        "crowdstrike_falcon",
        "logscale",
        "product: linux, category: process_creation",
        "Image|endswith: /nc",
        r"event_platform=/^Lin$/i #event_simpleName=/^ProcessRollup2$/i or #event_simpleName=/^SyntheticProcessRollup2$/i ImageFileName=/\/nc$/i",
    ),
    (
        "crowdstrike_fdr",
        "logscale",
        "product: windows, category: network_connection",
        r"Initiated: 'true', Image|endswith: '\nc.exe', DestinationPort: 4444",
        r"event_simpleName=/^NetworkConnectIP4$/i ContextBaseFileName=/^nc\.exe$/i RemotePort=4444",
    ),
    (
        "crowdstrike_falcon",
        "logscale",
        PROCESS,
        r"ParentImage: 'C:\Windows\explorer.exe'",
        "!not where the file is",
    ),
    (
        "crowdstrike_fdr",
        "logscale",
        PROCESS,
        "ParentCommandLine: x",
        "!ProcessRollup2 of CrowdStrike has no field for `ParentCommandLine`",
    ),
    (
        "crowdstrike_fdr",
        "logscale",
        "product: windows, category: pipe_created",
        "PipeName: x",
        "!no event of CrowdStrike is known",
    ),
    (
        "ocsf",
        "sqlite",
        "product: windows, category: file_delete",
        "TargetFilename|endswith: .evtx, User: root",
        "SELECT * FROM logs WHERE (class_uid=1001 AND activity_id=4) AND \
         (`file.path` LIKE '%.evtx' ESCAPE '\\' AND `actor.user.name`='root' COLLATE NOCASE)",
    ),
    (
        "ocsf",
        "sqlite",
        "product: windows, category: network_connection",
        "Initiated: 'true', DestinationPort: 4444",
        "SELECT * FROM logs WHERE (class_uid=4001 AND activity_id=1) AND \
         (`connection_info.direction_id`=2 AND `dst_endpoint.port`=4444)",
    ),
    (
        "ocsf",
        "sqlite",
        PROCESS,
        "OriginalFileName: x",
        "!OCSF has no attribute that is known to be `OriginalFileName`",
    ),
    (
        "ocsf",
        "sqlite",
        "product: okta, service: okta",
        "eventType: x",
        "!no class of OCSF is known",
    ),
    (
        "ocsf",
        "sqlite",
        "product: windows, category: network_connection",
        "Initiated: maybe",
        "!only `true`, `false` are known",
    ),
    (
        "splunk_kubernetes_audit",
        "splunk",
        "product: kubernetes, service: audit",
        "groups: 'system:masters', outcome: failure",
        "kind=\"Event\" \"user.groups{}\"=\"system:masters\" responseStatus.code>=400",
    ),
    (
        "loki_kubernetes_audit",
        "loki",
        "product: kubernetes, service: audit",
        "resource: secrets, podspec.hostPID: true",
        "{job=~\".+\"} | json | objectRef_resource=~`(?i)^secrets$` and \
         (requestObject_spec_jobTemplate_spec_template_spec_hostPID=~`(?i)^true$` or \
         requestObject_spec_template_spec_hostPID=~`(?i)^true$` or \
         requestObject_template_spec_hostPID=~`(?i)^true$` or \
         requestObject_spec_hostPID=~`(?i)^true$`)",
    ),
    (
        "sentinel_aks_audit",
        "kusto",
        "product: kubernetes, service: audit",
        "user.groups|startswith: 'system:', responseStatus.code: 403",
        "AKSAudit\n| where User.groups matches regex \"(?is)\\\"system:.*\\\"\" and \
         tolong(ResponseStatus.code) == 403",
    ),
    (
        "sentinel_aks_diagnostics",
        "kusto",
        "product: kubernetes, service: audit",
        "impersonatedUser.username: admin",
        "AzureDiagnostics\n| where Category in (\"kube-audit\", \"kube-audit-admin\")\n\
         | extend Audit = parse_json(log_s)\n| where Audit.impersonatedUser.username =~ \"admin\"",
    ),
    (
        "ecs_kubernetes",
        "lucene",
        "product: kubernetes, service: audit",
        "annotations.authorization.k8s.io/decision: forbid",
        "kubernetes.audit.kind:Event AND \
         kubernetes.audit.annotations.authorization_k8s_io\\/decision:forbid",
    ),
    (
        "athena_eks_audit",
        "athena",
        "product: kubernetes, service: audit",
        "requestObject.spec.replicas: 0",
        "!has no column for `requestObject.spec.replicas`",
    ),
    (
        "athena_gke_audit",
        "athena",
        "product: kubernetes, service: audit",
        "user.groups: 'system:masters'",
        "!has no column for `user.groups`",
    ),
];

#[test]
fn queries_and_refusals() {
    let mut wrong = Vec::new();
    for (pipeline, target, source, selection, wanted) in ROWS {
        let became = query(target, pipeline, source, selection);
        let right = match (&became, wanted.strip_prefix('!')) {
            (Ok(query), None) => query == wanted,
            (Err(message), Some(part)) => message.contains(part),
            _ => false,
        };
        if !right {
            wrong.push(format!(
                "{pipeline}: {selection}\n  {became:?}\n  {wanted:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The page of pipelines has a row for each.
#[test]
fn the_page_lists_all() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pipelines.md");
    let page = std::fs::read_to_string(page).unwrap();
    for shipped in sigwright_convert::pipeline::SHIPPED {
        let read = Pipeline::shipped(shipped, &mut Sources::new()).unwrap();
        let targets = match read.allowed_backends.as_slice() {
            [] => "any".to_owned(),
            names => format!("`{}`", names.join(", ")),
        };
        let row = format!("| `{}` | {} | {targets} |", shipped.name, read.name);
        assert!(page.contains(&row), "no row {row}");
    }
}

/// A view has a row per event, and its columns are asked.
#[test]
fn views_of_athena_come_first() {
    for (pipeline, table) in [
        ("athena_eks_audit", "eks_audit"),
        ("athena_gke_audit", "gke_audit"),
    ] {
        let source = "product: kubernetes, service: audit";
        let query = query("athena", pipeline, source, "verb: delete").unwrap();
        assert!(query.starts_with("WITH logs AS (SELECT\n"), "{query}");
        assert!(query.contains(&format!("FROM {table} WHERE")), "{query}");
        let end = "\nSELECT * FROM logs WHERE lower(\"verb\")=lower('delete')";
        assert!(query.ends_with(end), "{query}");
    }
}
