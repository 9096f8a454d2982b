use crate::Decoder;
use sigwright_engine::Event;

const NAMES: [&str; 21] = [
    "verb",
    "objectRef.apiGroup",
    "objectRef.apiVersion",
    "objectRef.namespace",
    "objectRef.resource",
    "objectRef.name",
    "objectRef.subresource",
    "user.username",
    "impersonatedUser.username",
    "effective.username",
    "sourceIPs",
    "userAgent",
    "responseStatus.code",
    "annotations.authorization.k8s.io/decision",
    "stage",
    "level",
    "stageTimestamp",
    "auditID",
    "cluster.id",
    "k8s.exec.command",
    "outcome",
];

/// What the Kubernetes names reach in an entry with this payload.
fn mapped(payload: &str, rest: &str) -> Vec<(&'static str, String)> {
    let text = format!(
        r#"{{"protoPayload":{{"serviceName":"k8s.io",{payload}}},{rest}"logName":"projects/p/logs/x"}}"#
    );
    let mut found = Vec::new();
    let mut event = Event::new();
    Decoder::new(NAMES)
        .decode(&text, &mut event, &mut |event| {
            for name in NAMES {
                event.reach(name, &mut |node| {
                    found.push((name, event.value(node).text().unwrap_or("null").to_owned()));
                });
            }
        })
        .unwrap();
    found
}

fn get<'f>(found: &'f [(&str, String)], name: &str) -> Vec<&'f str> {
    found
        .iter()
        .filter(|(n, _)| *n == name)
        .map(|(_, value)| value.as_str())
        .collect()
}

#[test]
fn an_entry_has_the_names_of_a_kubernetes_event() {
    let found = mapped(
        r#""methodName":"io.k8s.core.v1.pods.exec.create","resourceName":"core/v1/namespaces/shop/pods/web/exec",
        "authenticationInfo":{"principalEmail":"ana@example.org","authoritySelector":"system:serviceaccount:shop:ci"},
        "requestMetadata":{"callerIp":"203.0.113.5","callerSuppliedUserAgent":"kubectl"},"status":{}"#,
        r#""labels":{"authorization.k8s.io/decision":"allow","command.gke.io/command":"sh -c id"},
        "operation":{"id":"op-1","first":true,"producer":"k8s.io"},"timestamp":"2024-01-01T00:00:00Z",
        "resource":{"type":"k8s_cluster","labels":{"project_id":"p","location":"l","cluster_name":"c"}},"#,
    );
    for (name, expected) in [
        ("verb", "create"),
        ("objectRef.apiVersion", "v1"),
        ("objectRef.namespace", "shop"),
        ("objectRef.resource", "pods"),
        ("objectRef.name", "web"),
        ("objectRef.subresource", "exec"),
        ("user.username", "ana@example.org"),
        ("impersonatedUser.username", "system:serviceaccount:shop:ci"),
        ("effective.username", "system:serviceaccount:shop:ci"),
        ("sourceIPs", "203.0.113.5"),
        ("userAgent", "kubectl"),
        ("responseStatus.code", "200"),
        ("annotations.authorization.k8s.io/decision", "allow"),
        ("stage", "ResponseStarted"),
        ("level", "Metadata"),
        ("stageTimestamp", "2024-01-01T00:00:00Z"),
        ("auditID", "op-1"),
        ("cluster.id", "projects/p/locations/l/clusters/c"),
        ("k8s.exec.command", "sh -c id"),
        ("outcome", "success"),
    ] {
        assert_eq!(get(&found, name), [expected], "{name}");
    }
    assert_eq!(get(&found, "objectRef.apiGroup"), [""; 0]);
}

#[test]
fn resources_are_told_from_their_names() {
    let fields = ["apiGroup", "namespace", "resource", "name", "subresource"];
    for (method, resource, expected) in [
        (
            "io.k8s.apps.v1.deployments.list",
            "apps/v1/deployments",
            ["apps", "", "deployments", "", ""],
        ),
        (
            "io.k8s.core.v1.secrets.list",
            "core/v1/namespaces/a/secrets",
            ["", "a", "secrets", "", ""],
        ),
        (
            "io.k8s.core.v1.namespaces.delete",
            "core/v1/namespaces/a",
            ["", "a", "namespaces", "a", ""],
        ),
        (
            "io.k8s.core.v1.namespaces.finalize.update",
            "core/v1/namespaces/a/finalize",
            ["", "a", "namespaces", "a", "finalize"],
        ),
        (
            "io.k8s.core.v1.nodes.status.patch",
            "core/v1/nodes/n1/status",
            ["", "", "nodes", "n1", "status"],
        ),
        (
            "io.k8s.authorization.rbac.v1.clusterroles.update",
            "rbac.authorization.k8s.io/v1/clusterroles/r",
            ["rbac.authorization.k8s.io", "", "clusterroles", "r", ""],
        ),
        (
            "io.example.v1beta2.things.get",
            "example.io/v1beta2/namespaces/a/things/t",
            ["example.io", "a", "things", "t", ""],
        ),
        ("io.k8s.get", "healthz", ["", "", "", "", ""]),
    ] {
        let found = mapped(
            &format!(r#""methodName":"{method}","resourceName":"{resource}""#),
            "",
        );
        for (field, expected) in fields.iter().zip(expected) {
            let name = format!("objectRef.{field}");
            let expected: &[&str] = if expected.is_empty() {
                &[]
            } else {
                &[expected]
            };
            assert_eq!(get(&found, &name), expected, "{resource} {name}");
        }
    }
}

#[test]
fn codes_become_http() {
    for (grpc, http) in [
        (0, "200"),
        (1, "499"),
        (2, "500"),
        (3, "400"),
        (4, "504"),
        (5, "404"),
        (6, "409"),
        (7, "403"),
        (8, "429"),
        (9, "400"),
        (10, "409"),
        (11, "400"),
        (12, "501"),
        (13, "500"),
        (14, "503"),
        (15, "500"),
        (16, "401"),
        (99, "500"),
    ] {
        let found = mapped(&format!(r#""status":{{"code":{grpc},"message":"m"}}"#), "");
        assert_eq!(get(&found, "responseStatus.code"), [http], "{grpc}");
    }
    // the answer's own code says more
    let found = mapped(
        r#""status":{"code":10},"response":{"@type":"core.k8s.io/v1.Status","code":422,"reason":"Invalid"}"#,
        "",
    );
    assert_eq!(get(&found, "responseStatus.code"), ["422"]);
    assert_eq!(get(&found, "outcome"), ["failure"]);
}

#[test]
fn who_is_the_first_of_three() {
    for (info, user, impersonated) in [
        (
            r#"{"principalSubject":"system:serviceaccount:a:b"}"#,
            "system:serviceaccount:a:b",
            "",
        ),
        (
            r#"{"authoritySelector":"system:anonymous"}"#,
            "system:anonymous",
            "",
        ),
        (r#"{"principalEmail":"","principalSubject":"s"}"#, "s", ""),
        (
            r#"{"principalEmail":"e","principalSubject":"s","authoritySelector":"x"}"#,
            "e",
            "x",
        ),
    ] {
        let found = mapped(&format!(r#""authenticationInfo":{info}"#), "");
        assert_eq!(get(&found, "user.username"), [user], "{info}");
        assert_eq!(
            get(&found, "impersonatedUser.username").join(""),
            impersonated,
            "{info}"
        );
    }
}

#[test]
fn streams_are_answered_when_they_start() {
    let exec = |status: &str, operation: &str| {
        let payload = format!(
            r#""methodName":"io.k8s.core.v1.pods.exec.create","resourceName":"core/v1/namespaces/a/pods/b/exec","status":{status}"#
        );
        mapped(&payload, &format!(r#""operation":{operation},"#))
    };
    for (status, operation, stage) in [
        ("{}", r#"{"first":true,"last":true}"#, "ResponseStarted"),
        ("{}", r#"{"first":true}"#, "ResponseStarted"),
        ("{}", r#"{"last":true}"#, "ResponseComplete"),
        ("{}", "null", "ResponseStarted"),
        (
            r#"{"code":7}"#,
            r#"{"first":true,"last":true}"#,
            "ResponseComplete",
        ),
    ] {
        assert_eq!(
            get(&exec(status, operation), "stage"),
            [stage],
            "{status} {operation}"
        );
    }
    let get_pod =
        r#""methodName":"io.k8s.core.v1.pods.get","resourceName":"core/v1/namespaces/a/pods/b""#;
    assert_eq!(get(&mapped(get_pod, ""), "stage"), ["ResponseComplete"]);
}
