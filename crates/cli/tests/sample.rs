//! `sigwright sample`.

mod common;

use common::Place;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let place = Place::new("sample-bytes");
    let arguments = ["sample", "kubernetes", "--events", "500", "--seed", "7"];
    let log = place.run(&arguments).code(0).out;
    assert_eq!(log.lines().count(), 500);
    assert_eq!(log, place.run(&arguments).out);
    let later = ["sample", "kubernetes", "--start", "2031-02-03T04:05:06Z"];
    let later = place.run(&later).code(0).out;
    assert!(
        later.contains(r#""stageTimestamp":"2031-02-03T04:05:06.000000Z""#),
        "{later:.500}"
    );
}

#[test]
fn too_few_events_for_the_incident_are_refused() {
    let place = Place::new("sample-short");
    let arguments = ["sample", "kubernetes", "--with-incident", "--events", "9"];
    let ran = place.run(&arguments).code(2);
    assert!(ran.err.contains("the incident alone takes"), "{}", ran.err);
    assert!(ran.out.is_empty());
}

/// The incident is there to be found: by every rule for Kubernetes that needs no list of networks
/// and is not about the log of one cloud. And without it, the same rules see next to nothing.
#[test]
fn the_shipped_rules_find_the_incident() {
    let place = Place::new("sample-incident");
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/kubernetes");
    let rules = rules.to_string_lossy();
    let fired = |incident: bool| {
        let mut arguments = vec!["sample", "kubernetes", "--events", "4000", "--seed", "3"];
        arguments.extend(incident.then_some("--with-incident"));
        place.file("log.ndjson", place.run(&arguments).code(0).out);
        let ran = place.run(&["eval", "-r", &rules, "--format", "ndjson", "log.ndjson"]);
        let name = |line: &str| -> Option<String> {
            let finding: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(finding.pointer("/rule/name")?.as_str()?.to_owned())
        };
        ran.out.lines().filter_map(name).collect::<BTreeSet<_>>()
    };
    let with = fired(true);
    for rule in [
        "k8s_anonymous_granted",
        "k8s_cluster_admin_binding",
        "k8s_container_exec",
        "k8s_container_exec_credentials",
        "k8s_creation_forbidden",
        "k8s_privileged_container",
        "k8s_privileged_impersonation",
        "k8s_secret_read",
        "k8s_secrets_listed_cluster_wide",
        "k8s_service_account_request_denied",
        "k8s_wildcard_role",
    ] {
        assert!(with.contains(rule), "{rule} did not fire: {with:?}");
    }
    // It learns for the first fourteen days of a log (`x-activation`).
    assert!(!with.contains("k8s_service_account_outside_cluster"));
    let without = fired(false);
    for rule in [
        "k8s_anonymous_granted",
        "k8s_cluster_admin_binding",
        "k8s_container_exec_credentials",
        "k8s_privileged_container",
        "k8s_privileged_impersonation",
        "k8s_service_account_outside_cluster",
        "k8s_service_account_request_denied",
        "k8s_wildcard_role",
    ] {
        assert!(!without.contains(rule), "{rule} fired on a quiet day");
    }
}
