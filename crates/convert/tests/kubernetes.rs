//! The rules shipped for Kubernetes, through each pipeline for where audit logs are kept: a rule is
//! converted, or refused for a reason that stands here.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking, also in what it calls"
)]

use sigwright_convert::pipeline::{Allowed, Shipped, convert};
use sigwright_convert::{Chain, Pipeline, dialects, rule};
use sigwright_ir::{Context, lower};
use sigwright_syntax::{Sources, read};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A target, a pipeline, and what it refuses: the end of a rule's name, a part of the reason.
type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const EXEC: (&str, &str) = ("container_exec_credentials", "`k8s.exec.command`");
const GKE: (&str, &str) = ("creation_forbidden_gke", "`protoPayload.serviceName`");
const SCOPE: (&str, &str) = ("secret_read", "`source.scope` is worked out");
const OUTSIDE: (&str, &str) = (
    "service_account_outside_cluster",
    "`source.scope` is worked out",
);
const ELEMENTS: (&str, &str) = ("wildcard_role", "one element of an array");
const PRIVILEGED: &str = "privileged_container";

const ROWS: &[Row] = &[
    (
        "splunk",
        "splunk_kubernetes_audit",
        &[EXEC, GKE, SCOPE, OUTSIDE, ELEMENTS],
    ),
    (
        "loki",
        "loki_kubernetes_audit",
        &[
            EXEC,
            GKE,
            SCOPE,
            OUTSIDE,
            ELEMENTS,
            (
                PRIVILEGED,
                "in an array, which the parser of Loki leaves out",
            ),
            ("anonymous_granted", "`user.groups` is in an array"),
            ("privileged_impersonation", "is in an array"),
        ],
    ),
    (
        "kusto",
        "sentinel_aks_audit",
        &[
            EXEC,
            GKE,
            SCOPE,
            OUTSIDE,
            ELEMENTS,
            (PRIVILEGED, "which a path of Kusto does not enter"),
            ("privileged_impersonation", "AKSAudit has no column for"),
        ],
    ),
    (
        "kusto",
        "sentinel_aks_diagnostics",
        &[
            EXEC,
            GKE,
            SCOPE,
            OUTSIDE,
            ELEMENTS,
            (PRIVILEGED, "which a path of Kusto does not enter"),
        ],
    ),
    (
        "lucene",
        "ecs_kubernetes",
        &[
            EXEC,
            GKE,
            SCOPE,
            OUTSIDE,
            ELEMENTS,
            (PRIVILEGED, "does not index `podspec"),
            (
                "cluster_admin_binding",
                "does not index `requestObject.role",
            ),
        ],
    ),
    (
        "athena",
        "athena_eks_audit",
        &[GKE, ELEMENTS, (PRIVILEGED, "no column for `podspec")],
    ),
    (
        "athena",
        "athena_gke_audit",
        &[
            EXEC,
            ELEMENTS,
            (PRIVILEGED, "no column for `podspec"),
            ("anonymous_granted", "no column for `user.groups`"),
            ("privileged_impersonation", "no column for `impersonated"),
            ("secret_read", "no column for `source.scope`"),
            (
                "service_account_outside_cluster",
                "no column for `source.scope`",
            ),
        ],
    ),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/kubernetes")
}

/// The rules by name, with the lists shipped beside them.
fn rules() -> BTreeMap<String, rule::Rule> {
    let files = |folder: PathBuf, end: &str| {
        let entries = std::fs::read_dir(folder).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let mut paths: Vec<PathBuf> = paths
            .filter(|path| {
                let name = path.to_string_lossy();
                name.ends_with(end) && !name.ends_with(".cases.yml")
            })
            .collect();
        paths.sort();
        paths
    };
    let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut context = Context::default();
    for path in files(folder().join("lists"), ".txt") {
        let text = std::fs::read_to_string(&path).unwrap();
        let values = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let values = values.map(str::to_owned).collect();
        context.lists.insert(stem(&path), values);
    }
    let (mut sources, mut documents) = (Sources::new(), Vec::new());
    for folder in [folder(), folder().join("correlation")] {
        for path in files(folder, ".yml") {
            let id = sources.add(stem(&path), std::fs::read_to_string(&path).unwrap());
            documents.extend(read(&sources, id).0);
        }
    }
    let (set, _) = lower(&documents, &context);
    let each = rule::rules(&documents, &set, &context);
    let named = each.into_iter().map(|rule| {
        let rule = rule.unwrap();
        let name = sources.get(rule.span.source).unwrap().name.clone();
        let name = name.strip_prefix("kubernetes_audit_").unwrap().to_owned();
        (name, rule)
    });
    named.collect()
}

#[test]
fn rules_are_converted_or_refused_for_a_reason() {
    let rules = rules();
    assert_eq!(rules.len(), 13);
    let mut wrong = Vec::new();
    for (target, name, refused) in ROWS {
        let dialect = dialects::find(target).unwrap();
        let pipeline =
            Pipeline::shipped(Shipped::find(name).unwrap(), &mut Sources::new()).unwrap();
        let user = vec![((*name).to_owned(), pipeline)];
        let format = &dialect.formats[0];
        let chain = Chain::new(dialect, format, user, Allowed::default()).unwrap();
        for (stem, rule) in &rules {
            let reason = refused.iter().find(|(rule, _)| rule == stem);
            match (convert(rule.clone(), dialect, format, &chain), reason) {
                (Err(said), Some((_, part))) if said.message.contains(part) => {}
                (Ok(queries), None) => {
                    // no store has these; views of Athena have columns of such names
                    let derived = ["outcome", "podspec", "source.scope"];
                    let left = |query: &String| derived.iter().any(|name| query.contains(name));
                    if *target != "athena" && queries.iter().any(left) {
                        wrong.push(format!("{name}: {stem}: {queries:?}"));
                    }
                }
                (became, _) => wrong.push(format!("{name}: {stem}: {became:?}")),
            }
        }
        for (stem, _) in *refused {
            assert!(rules.contains_key(*stem), "no rule `{stem}`");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
