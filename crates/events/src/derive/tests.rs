use crate::{Decoder, Networks};
use sigwright_engine::Event;

/// What the names reach in a Kubernetes event made of these members.
fn reached(decoder: Decoder, members: &str, names: &[&str]) -> Vec<String> {
    let text = format!(r#"{{"auditID":"a","verb":"create",{members}}}"#);
    let mut event = Event::new();
    let mut found = Vec::new();
    decoder
        .decode(&text, &mut event, &mut |event| {
            for name in names {
                let mut all = Vec::new();
                event.reach(name, &mut |node| {
                    event.leaves(node, &mut |leaf| {
                        all.push(event.value(leaf).text().unwrap_or("null").to_owned());
                    });
                });
                found.push(all.join("|"));
            }
        })
        .unwrap();
    found
}

fn one(members: &str, name: &str) -> String {
    let decoder = Decoder::new([name]);
    reached(decoder, members, &[name]).pop().unwrap()
}

#[test]
fn the_source_is_the_last_public_hop() {
    for (ips, ip, scope) in [
        (
            r#"["203.0.113.1","198.51.100.7","10.0.0.1"]"#,
            "198.51.100.7",
            "public",
        ),
        (r#"["203.0.113.1"]"#, "203.0.113.1", "public"),
        (r#"["10.1.1.1","192.168.0.9"]"#, "192.168.0.9", "private"),
        (
            r#"["203.0.113.1","100.64.0.1","169.254.1.1","fd00::1","fe80::1"]"#,
            "203.0.113.1",
            "public",
        ),
        (r#"["::1"]"#, "::1", "loopback"),
        (r#"["127.0.0.1"]"#, "127.0.0.1", "loopback"),
        (r#"["2001:db8::1"]"#, "2001:db8::1", "public"),
        (r#"["::ffff:10.0.0.1"]"#, "::ffff:10.0.0.1", "private"),
        (r#"["100.128.0.1"]"#, "100.128.0.1", "public"),
        (r#"["172.32.0.1"]"#, "172.32.0.1", "public"),
        (r#"["no address"]"#, "no address", ""),
        (r#"["gce-internal-ip"]"#, "gce-internal-ip", "private"),
        (r#""203.0.113.1""#, "203.0.113.1", "public"),
        ("[]", "", ""),
        ("null", "", ""),
    ] {
        let members = format!(r#""sourceIPs":{ips}"#);
        let names = ["source.ip", "source.scope"];
        assert_eq!(
            reached(Decoder::new(names), &members, &names),
            [ip, scope],
            "{ips}"
        );
    }
}

#[test]
fn a_name_the_event_has_itself_is_not_derived() {
    let members = r#""sourceIPs":["203.0.113.1"],"source":{"ip":"10.0.0.1"},"outcome":"odd","responseStatus":{"code":200}"#;
    let names = ["source.ip", "source.scope", "outcome"];
    assert_eq!(
        reached(Decoder::new(names), members, &names),
        ["10.0.0.1", "private", "odd"]
    );
}

#[test]
fn networks_tell_about_public_sources() {
    let names = [
        "source.as.number",
        "source.as.org",
        "source.is_cloud",
        "source.geo.country",
    ];
    let list = "198.51.100.0/24,64500,Example Networks,true\n10.0.0.0/8,64501,Inside,true\n";
    let decoder = || Decoder::new(names).with_networks(Networks::parse(list).unwrap());
    for (ip, expected) in [
        ("198.51.100.7", ["64500", "Example Networks", "true", ""]),
        ("203.0.113.1", ["", "", "false", ""]),
        ("10.0.0.1", ["", "", "", ""]),
    ] {
        let members = format!(r#""sourceIPs":["{ip}"]"#);
        assert_eq!(reached(decoder(), &members, &names), expected, "{ip}");
    }
    let members = r#""sourceIPs":["198.51.100.7"]"#;
    assert_eq!(
        reached(Decoder::new(names), members, &names),
        ["", "", "", ""]
    );
}

#[test]
fn the_outcome_is_the_answers() {
    for (status, expected) in [
        (r#"{"code":200}"#, "success"),
        (r#"{"code":101}"#, "success"),
        (r#"{"code":403}"#, "failure"),
        (r#"{"code":"500"}"#, "failure"),
        ("{}", ""),
        (r#"{"code":"x"}"#, ""),
    ] {
        let members = format!(
            r#""annotations":{{"authorization.k8s.io/decision":"allow"}},"responseStatus":{status}"#
        );
        assert_eq!(one(&members, "outcome"), expected, "{status}");
    }
}

#[test]
fn the_command_is_decoded() {
    for (uri, expected) in [
        (
            "/api/v1/namespaces/a/pods/b/exec?command=sh&command=-c&command=id%20-u+root&stdin=true",
            "sh -c id -u root",
        ),
        (
            "/api/v1/namespaces/a/pods/b/exec?container=c&comm%61nd=%C3%A4%ff%2",
            "ä\u{FFFD}%2",
        ),
        ("/api/v1/namespaces/a/pods/b/exec?stdin=true", ""),
        ("/api/v1/namespaces/a/pods/b/exec?command=", ""),
        ("/api/v1/namespaces/a/pods/b/log?command=sh", ""),
        ("/api/v1/namespaces/a/pods/b/exec", ""),
    ] {
        let members = format!(r#""requestURI":"{uri}""#);
        assert_eq!(one(&members, "k8s.exec.command"), expected, "{uri}");
    }
    let label = r#""annotations":{"command.gke.io/command":"ls /"}"#;
    assert_eq!(one(label, "k8s.exec.command"), "ls /");
}

#[test]
fn pods_are_found_in_every_kind_of_workload() {
    let spec = r#"{"hostPID":true,"containers":[{"name":"a"},{"name":"b"}],"initContainers":[{"name":"i"}],"ephemeralContainers":[{"name":"e"}]}"#;
    for object in [
        format!(r#"{{"kind":"Pod","spec":{spec}}}"#),
        format!(r#"{{"kind":"Deployment","spec":{{"replicas":1,"template":{{"spec":{spec}}}}}}}"#),
        format!(
            r#"{{"kind":"CronJob","spec":{{"jobTemplate":{{"spec":{{"template":{{"spec":{spec}}}}}}}}}}}"#
        ),
        format!(r#"{{"kind":"PodTemplate","template":{{"spec":{spec}}}}}"#),
    ] {
        let names = [
            "podspec.hostPID",
            "podspec.containers.name",
            "podspec.initContainers.name",
        ];
        let members = format!(r#""requestObject":{object}"#);
        let mut found = reached(Decoder::new(names), &members, &names);
        let mut containers: Vec<&str> = found[1].split('|').collect();
        containers.sort_unstable();
        let containers = containers.join("|");
        found[1] = containers;
        assert_eq!(found, ["true", "a|b|e|i", "i"], "{object}");
    }
}

#[test]
fn patches_and_the_old_body_of_ephemeral_containers_count() {
    let patch = r#""requestObject":{"spec":{"template":{"spec":{"hostNetwork":true}}}}"#;
    assert_eq!(one(patch, "podspec.hostNetwork"), "true");
    let old = r#""objectRef":{"subresource":"ephemeralcontainers"},"requestObject":{"ephemeralContainers":[{"image":"x"}]}"#;
    assert_eq!(one(old, "podspec.containers.image"), "x");
    for other in [
        r#""requestObject":{"spec":{"ports":[]}}"#,
        r#""requestObject":[{"op":"add"}]"#,
        r#""requestObject":{"spec":"text"}"#,
        r#""responseObject":{"spec":{"containers":[]}}"#,
    ] {
        assert_eq!(one(other, "podspec"), "", "{other}");
    }
}

#[test]
fn short_names_of_others_rules_reach_too() {
    let members = r#""objectRef":{"apiGroup":"batch"},"requestObject":{"spec":{"volumes":[{"emptyDir":{}},{"hostPath":{"path":"/etc"}}]}}"#;
    let names = ["apiGroup", "hostPath"];
    assert_eq!(
        reached(Decoder::new(names), members, &names),
        ["batch", "/etc"]
    );
}
