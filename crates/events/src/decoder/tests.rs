//! Small events in words of their own; addresses of RFC 5737 and RFC 3849.

use super::*;
use crate::origins;
use proptest::prelude::{Just, ProptestConfig, Strategy, any};
use proptest::{prop_assert, prop_oneof, proptest};

mod windows;

/// Decodes a text and shows what the names reach in each event, and its log.
fn decoded(text: &str, names: &[&str]) -> Vec<Vec<String>> {
    let decoder = Decoder::new(names.iter().copied());
    shown(&decoder, text, names)
}

fn shown(decoder: &Decoder, text: &str, names: &[&str]) -> Vec<Vec<String>> {
    let mut events = Vec::new();
    let mut event = Event::new();
    decoder
        .decode(text, &mut event, &mut |event| {
            let mut values = vec![log(event)];
            for name in names {
                let mut all = Vec::new();
                event.reach(name, &mut |node| {
                    event.leaves(node, &mut |leaf| {
                        all.push(event.value(leaf).text().unwrap_or("null").to_owned());
                    });
                });
                values.push(all.join("|"));
            }
            events.push(values);
        })
        .unwrap();
    events
}

fn log(event: &Event) -> String {
    let origins = origins(None);
    let Some(origin) = origins.get(event.origin) else {
        return "told".to_owned();
    };
    format!(
        "{}/{}/{}",
        origin.products.join("+"),
        origin.services.join("+"),
        origin.categories.join("+")
    )
}

fn one(text: &str, names: &[&str]) -> Vec<String> {
    let mut events = decoded(text, names);
    assert_eq!(events.len(), 1, "{events:?}");
    events.pop().unwrap()
}

const POD_READ: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a1","stage":"ResponseComplete","verb":"get","requestURI":"/api/v1/namespaces/shop/pods/web","user":{"username":"ana","groups":["dev","qa"]},"sourceIPs":["198.51.100.7","10.0.0.4"],"objectRef":{"resource":"pods","namespace":"shop","name":"web"},"responseStatus":{"code":200},"annotations":{"authorization.k8s.io/decision":"allow"}}"#;

const KUBERNETES: &str = "kubernetes/audit/application";

#[test]
fn a_kubernetes_event_is_what_it_is() {
    let names = [
        "verb",
        "objectRef.resource",
        "annotations.authorization.k8s.io/decision",
        "effective.username",
        "effective.groups",
        "source.ip",
        "source.scope",
        "outcome",
        "cluster.id",
    ];
    assert_eq!(
        one(POD_READ, &names),
        [
            KUBERNETES,
            "get",
            "pods",
            "allow",
            "ana",
            "dev|qa",
            "198.51.100.7",
            "public",
            "success",
            "unnamed"
        ]
    );
}

#[test]
fn nothing_is_derived_that_nobody_asks_for() {
    let mut event = Event::new();
    Decoder::new(["verb"])
        .decode(POD_READ, &mut event, &mut |event| {
            assert_eq!(event.fields().len(), 0);
        })
        .unwrap();
}

#[test]
fn lists_hold_many() {
    for (text, expected) in [
        (
            format!(r#"{{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[{POD_READ},{POD_READ}]}}"#),
            vec![KUBERNETES, KUBERNETES],
        ),
        (
            r#"{"Records":[{"eventSource":"s3.amazonaws.com","eventName":"GetObject"},{"else":1},7]}"#
                .to_owned(),
            vec!["aws/cloudtrail/", "//", "//"],
        ),
        (
            r#"{"records":[{"category":"AuditLogs","operationName":"Update user","resourceId":"/x"},
                {"category":"Administrative","operationName":"X/WRITE","resourceId":"/x"}]}"#
                .to_owned(),
            vec!["azure/auditlogs/", "azure/activitylogs/"],
        ),
    ] {
        let found = decoded(&text, &[]);
        let logs: Vec<&str> = found.iter().map(|e| e[0].as_str()).collect();
        assert_eq!(logs, expected);
    }
}

#[test]
fn a_list_that_carries_nothing_is_an_event() {
    for text in [
        r#"{"records":3}"#,
        r#"{"records":[]}"#,
        r#"{"Records":["a"]}"#,
        "[]",
        "1",
    ] {
        assert_eq!(decoded(text, &[]), [["//"]], "{text}");
    }
}

#[test]
fn eks_events_come_out_of_cloudwatch() {
    let message = serde_json::to_string(POD_READ).unwrap();
    let names = [
        "user.username",
        "cluster.id",
        "logGroup",
        "owner",
        "id",
        "logEvents",
    ];
    let subscription = format!(
        r#"{{"owner":"111122223333","logGroup":"/aws/eks/shop-prod/cluster","logStream":"kube-apiserver-audit-1",
        "logEvents":[{{"id":"1","message":{message}}},{{"id":"2","message":"plain words"}}]}}"#
    );
    let events = decoded(&subscription, &names);
    assert_eq!(
        events[0],
        [
            KUBERNETES,
            "ana",
            "shop-prod",
            "/aws/eks/shop-prod/cluster",
            "111122223333",
            "1",
            ""
        ]
    );
    assert_eq!(events[1][0], "//");
    assert_eq!(events[1][5], "2");
    assert_eq!(events.len(), 2);

    let query = format!(r#"{{"@log":"111122223333:/aws/eks/a/cluster","@message":{message}}}"#);
    assert_eq!(one(&query, &names)[..3], [KUBERNETES, "ana", "a"]);
    let shipped = format!(r#"{{"log_group":"/aws/eks/b/cluster","message":{message}}}"#);
    assert_eq!(one(&shipped, &names)[..3], [KUBERNETES, "ana", "b"]);
}

#[test]
fn what_a_carrier_says_stays_behind_the_events_own() {
    let message = serde_json::to_string(POD_READ).unwrap();
    let text = format!(r#"{{"verb":"shipped","host":"h1","message":{message}}}"#);
    assert_eq!(one(&text, &["verb", "host"]), [KUBERNETES, "get", "h1"]);
}

#[test]
fn aks_events_come_out_of_diagnostics() {
    let names = ["user.username", "cluster.id", "operationName"];
    let expected = [KUBERNETES, "ana", "/subscriptions/s/clusters/c", "op"];
    let log = serde_json::to_string(&format!("{POD_READ}\n")).unwrap();
    let properties = serde_json::to_string(&format!(r#"{{"log":{log}}}"#)).unwrap();
    for properties in [
        format!(r#"{{"log":{log},"stream":"stdout"}}"#),
        format!(r#"{{"log":{POD_READ}}}"#),
        properties,
    ] {
        let record = format!(
            r#"{{"category":"kube-audit-admin","operationName":"op","resourceId":"/subscriptions/s/clusters/c","properties":{properties}}}"#
        );
        assert_eq!(one(&record, &names), expected);
        let hub = format!(r#"{{"records":[{record}]}}"#);
        assert_eq!(one(&hub, &names), expected);
    }
    let analytics = format!(
        r#"{{"Category":"kube-audit","ResourceId":"/subscriptions/s/clusters/c","operationName":"op","log_s":{log}}}"#
    );
    assert_eq!(one(&analytics, &names), expected);
}

#[test]
fn a_carrier_whose_text_is_broken_is_an_event_and_counted() {
    let decoder = Decoder::new(["category"]);
    let record = r#"{"category":"kube-audit","operationName":"op","resourceId":"/r","properties":{"log":"{\"verb\":"}}"#;
    assert_eq!(
        shown(&decoder, record, &["category"]),
        [["azure//", "kube-audit"]]
    );
    assert_eq!(decoder.unreadable(), 1);
}

#[test]
fn carriers_in_carriers_end_somewhere() {
    let mut text = POD_READ.to_owned();
    for _ in 0..6 {
        text = format!(r#"{{"message":{}}}"#, serde_json::to_string(&text).unwrap());
    }
    assert_eq!(decoded(&text, &[]), [["//"]]);
    let mut text = POD_READ.to_owned();
    for _ in 0..4 {
        text = format!(r#"{{"message":{}}}"#, serde_json::to_string(&text).unwrap());
    }
    assert_eq!(decoded(&text, &[]), [[KUBERNETES]]);
}

#[test]
fn filebeat_nests_the_event() {
    let text = r#"{"@timestamp":"2024-01-01T00:00:00Z","kubernetes":{"audit":{"verb":"list","auditID":"b","annotations":{"authorization_k8s_io/decision":"forbid"}}}}"#;
    let names = [
        "verb",
        "annotations.authorization.k8s.io/decision",
        "kubernetes.audit.verb",
        "@timestamp",
    ];
    assert_eq!(
        one(text, &names),
        [KUBERNETES, "list", "forbid", "list", "2024-01-01T00:00:00Z"]
    );
}

#[test]
fn rows_of_tables_have_dotted_names() {
    let text = r#"{"verb":"get","objectRef.resource":"secrets","user.username":"eve","responseStatus.code":"403","sourceIPs":"203.0.113.9"}"#;
    assert_eq!(
        one(text, &["effective.username", "outcome", "source.ip"]),
        [KUBERNETES, "eve", "failure", "203.0.113.9"]
    );
}

#[test]
fn old_kubernetes_events_are_kubernetes_events() {
    let text = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1alpha1","metadata":{},"timestamp":"2017-09-11T19:55:05Z","auditID":"c","stage":"ResponseComplete","verb":"list","user":{"username":"root"},"impersonatedUser":{"username":"bo"}}"#;
    assert_eq!(
        one(text, &["effective.username", "effective.groups"]),
        [KUBERNETES, "bo", ""]
    );
}

#[test]
fn empty_cells_say_nothing() {
    let text = r#"{"verb":"get","objectRef.resource":"pods","user.username":"ana","impersonatedUser.username":"","responseStatus.code":"","source.ip":"","sourceIPs":"","resourceId":"","log_group":"/aws/eks/e/cluster"}"#;
    assert_eq!(
        one(text, &["effective.username", "outcome", "cluster.id"]),
        [KUBERNETES, "ana", "", "e"]
    );
}

#[test]
fn a_carrier_with_endless_members_costs_no_more_than_its_length() {
    let mut members = String::new();
    for i in 0..20_000 {
        members.push_str(&format!("\"m{i}\":{i},"));
    }
    let record = format!("{{{members}\"x\":1}}");
    let text = format!("{{{members}\"records\":[{}]}}", vec![record; 20].join(","));
    let events = decoded(&text, &["m0", "m19999"]);
    assert_eq!(events.len(), 20);
}

#[test]
fn other_clouds_and_services_are_told() {
    for (text, log) in [
        (
            r#"{"eventSource":"iam.amazonaws.com","eventName":"CreateUser"}"#,
            "aws/cloudtrail/",
        ),
        (
            r#"{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","awsRegion":"x"}"#,
            "//",
        ),
        (
            r#"{"detail-type":"AWS API Call via CloudTrail","detail":{"eventSource":"iam.amazonaws.com","eventName":"CreateUser"}}"#,
            "aws/cloudtrail/",
        ),
        (
            r#"{"protoPayload":{"serviceName":"storage.googleapis.com"},"logName":"projects/p/logs/x"}"#,
            "gcp/gcp.audit/",
        ),
        (
            r#"{"logName":"projects/p/logs/x","textPayload":"x"}"#,
            "gcp//",
        ),
        (r#"{"logName":"Security","x":1}"#, "//"),
        (
            r#"{"kind":"admin#reports#activity","id":{"applicationName":"login"},"events":[]}"#,
            "gcp/google_workspace.login/",
        ),
        (
            r#"{"kind":"admin#reports#activity","id":{"applicationName":"admin"},"events":[]}"#,
            "gcp/google_workspace.admin/",
        ),
        (
            r#"{"category":"SignInLogs","operationName":"Sign-in activity","tenantId":"t"}"#,
            "azure/signinlogs/",
        ),
        (
            r#"{"eventDataId":"e","operationName":{"value":"A/write"}}"#,
            "azure/activitylogs/",
        ),
        (r#"{"category":"Cats","operationName":"purr"}"#, "//"),
        (
            r#"{"Workload":"Exchange","Operation":"New-InboxRule","RecordType":1}"#,
            "m365/audit+exchange/",
        ),
        (
            r#"{"eventType":"user.session.start","published":"2024-01-01T00:00:00Z","displayMessage":"x"}"#,
            "okta/okta/",
        ),
        (
            r#"{"action":"repo.create","_document_id":"d"}"#,
            "github/audit/",
        ),
        (
            r#"{"auditType":{"category":"Users","action":"x"},"affectedObjects":[]}"#,
            "bitbucket/audit/",
        ),
        (
            r#"{"logtype":4002,"node_id":"n"}"#,
            "opencanary//application",
        ),
    ] {
        assert_eq!(decoded(text, &[]), [[log]], "{text}");
    }
}

#[test]
fn azure_names_of_log_analytics_reach_diagnostics() {
    let text = r#"{"category":"SignInLogs","operationName":"Sign-in activity","resultType":"0","callerIpAddress":"2001:db8::5","properties":{"deviceDetail":{"trustType":"Hybrid"},"authenticationRequirement":"x"}}"#;
    let names = [
        "ResultType",
        "DeviceDetail.trusttype",
        "AuthenticationRequirement",
        "Status",
        "outcome",
        "source.ip",
    ];
    assert_eq!(
        one(text, &names)[1..],
        ["0", "Hybrid", "x", "Success", "success", "2001:db8::5"]
    );
    let sdk =
        r#"{"event_data_id":"e","operation_name":{"value":"A/write"},"status":{"value":"Failed"}}"#;
    assert_eq!(
        one(sdk, &["operationName", "outcome"])[1..],
        ["A/write", "failure"]
    );
}

#[test]
fn cloudtrail_says_where_from_and_how_it_ended() {
    let text = r#"{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","sourceIPAddress":"203.0.113.9","errorCode":"AccessDenied"}"#;
    assert_eq!(
        one(text, &["source.ip", "source.scope", "outcome"])[1..],
        ["203.0.113.9", "public", "failure"]
    );
}

#[test]
fn the_users_word_gives_every_event_its_origin_and_names() {
    let told = Origin {
        products: vec!["Windows".into()],
        categories: vec!["process_creation".into()],
        ..Origin::default()
    };
    let decoder = Decoder::new(["Image"]).with_origin(&told);
    let table = origins(Some(told));
    let mut event = Event::new();
    for text in [
        r#"{"NewProcessName":"C:\\a.exe"}"#,
        r#"{"Image":"C:\\a.exe"}"#,
        POD_READ,
    ] {
        decoder
            .decode(text, &mut event, &mut |event| {
                assert_eq!(table.get(event.origin).unwrap().products, ["Windows"]);
                let image = crate::derive::first(event, "Image");
                assert_eq!(image.is_some(), text != POD_READ);
            })
            .unwrap();
    }
}

#[test]
fn the_users_word_brings_derived_fields() {
    let told = Origin {
        products: vec!["kubernetes".into()],
        ..Origin::default()
    };
    let decoder = Decoder::new(["effective.username"]).with_origin(&told);
    let text = r#"{"user":{"username":"ana"}}"#;
    assert_eq!(
        shown(&decoder, text, &["effective.username"]),
        [["told".to_owned(), "ana".to_owned()]]
    );
}

#[test]
fn every_origin_is_of_the_table() {
    let table = origins(None);
    assert!(table.len() > 100);
    assert!(
        table
            .get(sigwright_engine::OriginId(0))
            .unwrap()
            .products
            .is_empty()
    );
}

#[test]
fn workspace_settings_have_names() {
    let names = ["eventService", "eventName", "setting_name"];
    let expected = ["admin.googleapis.com", "CHANGE_APPLICATION_SETTING", "X"];
    let report = r#"{"kind":"admin#reports#activity","id":{"applicationName":"admin"},"events":[{"name":"CHANGE_APPLICATION_SETTING","parameters":[{"name":"A","value":"B"},{"name":"SETTING_NAME","value":"X"}]}]}"#;
    assert_eq!(one(report, &names)[1..], expected);
    let entry = r#"{"logName":"organizations/1/logs/cloudaudit.googleapis.com%2Factivity","protoPayload":{"serviceName":"admin.googleapis.com","metadata":{"event":[{"eventName":"CHANGE_APPLICATION_SETTING","parameter":[{"name":"SETTING_NAME","value":"X"}]}]}}}"#;
    assert_eq!(one(entry, &names)[1..], expected);
    assert_eq!(
        one(
            entry,
            &["data.protoPayload.logName", "gcp.audit.service_name"]
        )[1..],
        [
            "cloudaudit.googleapis.com%2Factivity",
            "admin.googleapis.com"
        ]
    );
}

/// JSON of the keys and words that carriers and logs are told by.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    const KEYS: &[&str] = &[
        "Event",
        "System",
        "EventData",
        "UserData",
        "Data",
        "#text",
        "@Name",
        "Channel",
        "EventID",
        "Provider",
        "winlog",
        "winlog.channel",
        "event_data",
        "message",
        "log",
        "records",
        "Records",
        "items",
        "kind",
        "logEvents",
        "detail",
        "detail-type",
        "kubernetes",
        "audit",
        "category",
        "properties",
        "log_s",
        "Category",
        "resourceId",
        "operationName",
        "protoPayload",
        "serviceName",
        "methodName",
        "resourceName",
        "status",
        "code",
        "response",
        "auditID",
        "verb",
        "objectRef",
        "requestURI",
        "user",
        "username",
        "impersonatedUser",
        "sourceIPs",
        "requestObject",
        "spec",
        "template",
        "containers",
        "volumes",
        "annotations",
        "responseStatus",
        "eventSource",
        "eventName",
        "a b",
    ];
    const WORDS: &[&str] = &[
        "",
        "k8s.io",
        "kube-audit",
        "EventList",
        "Security",
        "io.k8s.core.v1.pods.exec.create",
        "core/v1/namespaces/a/pods/b/exec",
        "core/v1//",
        "/",
        ".",
        "s3.amazonaws.com",
        "::1",
        "198.51.100.1:80",
        "/a/exec?command=%",
        "{\"verb\":\"get\",\"auditID\":\"a\"}",
        "{",
        "{\"records\":[{}]}",
        "4688",
        "ü%ü",
        "Microsoft-Windows-Sysmon/Operational",
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<u32>().prop_map(Into::into),
        (0..20_u32).prop_map(Into::into),
        proptest::sample::select(WORDS).prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            4 => proptest::collection::vec((proptest::sample::select(KEYS), inner), 0..7)
                .prop_map(|members| {
                    let members = members.into_iter().map(|(k, v)| (k.to_owned(), v));
                    serde_json::Value::Object(members.collect())
                }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Nothing panics, and no record is lost: each gives an event at least.
    #[test]
    fn whatever_comes_is_an_event(json in any_json()) {
        let names = [
            "effective.username", "source.ip", "source.is_cloud", "outcome", "cluster.id",
            "k8s.exec.command", "podspec.containers", "hostPath", "Image", "User",
            "TargetObject", "Details", "setting_name", "data.protoPayload.logName",
        ];
        let decoder = Decoder::new(names);
        let mut event = Event::new();
        let mut events = 0;
        decoder.decode(&json.to_string(), &mut event, &mut |event| {
            events += 1;
            for name in names {
                event.reach(name, &mut |_| {});
            }
            let _ = crate::time::event_time(event);
        }).unwrap();
        prop_assert!(events > 0);
    }
}
