//! Who, what and where of an event, at a glance: one row per product.
//!
//! The names are those of the logs themselves, so that a glance costs nothing but looking.

use sigwright_engine::{Event, Value};
use std::fmt::Write;

/// A part of a phrase: what stands before it, and the names it may have, first one counts.
type Part = (&'static str, &'static [&'static str]);

/// How the events of a product are put in a few words.
struct Row {
    product: &'static str,
    who: &'static [Part],
    what: &'static [Part],
    from: &'static [Part],
}

// Kubernetes: k8s.io/apiserver audit.k8s.io/v1 Event. CloudTrail: record contents reference.
// GCP: google.cloud.audit.AuditLog. Azure: activity log and Entra schemas. Windows: Sysmon
// and Security event fields as Sigma names them.
const ROWS: &[Row] = &[
    Row {
        product: "kubernetes",
        who: &[
            ("", &["user.username"]),
            (" as ", &["impersonatedUser.username"]),
        ],
        what: &[
            ("", &["verb"]),
            (" ", &["objectRef.resource", "requestURI"]),
            ("/", &["objectRef.subresource"]),
            (" ", &["objectRef.namespace"]),
            ("/", &["objectRef.name"]),
            (" → ", &["responseStatus.code"]),
        ],
        from: &[("", &["sourceIPs"])],
    },
    Row {
        product: "aws",
        who: &[(
            "",
            &[
                "userIdentity.arn",
                "userIdentity.userName",
                "userIdentity.invokedBy",
                "userIdentity.principalId",
                "userIdentity.type",
            ],
        )],
        what: &[
            ("", &["eventSource"]),
            (" ", &["eventName"]),
            (" → ", &["errorCode"]),
        ],
        from: &[("", &["sourceIPAddress"]), (" in ", &["awsRegion"])],
    },
    Row {
        product: "gcp",
        who: &[(
            "",
            &[
                "protoPayload.authenticationInfo.principalEmail",
                "data.protoPayload.authenticationInfo.principalEmail",
            ],
        )],
        what: &[
            (
                "",
                &["protoPayload.methodName", "data.protoPayload.methodName"],
            ),
            (
                " ",
                &[
                    "protoPayload.resourceName",
                    "data.protoPayload.resourceName",
                ],
            ),
            (" → ", &["protoPayload.status.message"]),
        ],
        from: &[("", &["protoPayload.requestMetadata.callerIp"])],
    },
    Row {
        product: "azure",
        who: &[(
            "",
            &[
                "caller",
                "properties.userPrincipalName",
                "userPrincipalName",
                "initiatedBy.user.userPrincipalName",
                "identity",
            ],
        )],
        what: &[
            (
                "",
                &[
                    "operationName.value",
                    "operationName",
                    "activityDisplayName",
                ],
            ),
            (" ", &["resourceId"]),
            (" → ", &["resultType", "result"]),
        ],
        from: &[("", &["callerIpAddress", "ipAddress"])],
    },
    Row {
        product: "windows",
        who: &[(
            "",
            &["User", "SubjectUserName", "TargetUserName", "AccountName"],
        )],
        what: &[
            (
                "",
                &[
                    "CommandLine",
                    "Image",
                    "NewProcessName",
                    "ProcessName",
                    "SourceImage",
                    "ScriptBlockText",
                    "ServiceName",
                    "Provider_Name",
                ],
            ),
            (
                " → ",
                &[
                    "TargetObject",
                    "TargetFilename",
                    "TargetImage",
                    "ImageLoaded",
                    "QueryName",
                    "DestinationIp",
                    "PipeName",
                    "ImagePath",
                    "ObjectName",
                ],
            ),
            (" · event ", &["EventID"]),
        ],
        from: &[("", &["Computer", "ComputerName", "Hostname"])],
    },
];

/// For every other product, and where the product is not known.
const OTHER: Row = Row {
    product: "",
    who: &[(
        "",
        &[
            "user.name",
            "user.username",
            "username",
            "User",
            "user",
            "actor",
            "userIdentity.arn",
        ],
    )],
    what: &[(
        "",
        &[
            "CommandLine",
            "event.action",
            "action",
            "eventName",
            "verb",
            "Image",
            "message",
        ],
    )],
    from: &[(
        "",
        &[
            "source.ip",
            "src_ip",
            "c-ip",
            "sourceIPAddress",
            "sourceIPs",
            "host.name",
            "hostname",
            "host",
            "Computer",
        ],
    )],
};

/// An event in a few words; what it does not say is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Glance {
    /// The account.
    pub who: Option<String>,
    /// The request or the process.
    pub what: Option<String>,
    /// The address or the host.
    pub from: Option<String>,
}

fn row(products: &[String]) -> &'static Row {
    ROWS.iter()
        .find(|r| products.iter().any(|p| r.product.eq_ignore_ascii_case(p)))
        .unwrap_or(&OTHER)
}

/// Who, what and where.
pub fn glance(event: &Event, products: &[String]) -> Glance {
    let row = row(products);
    Glance {
        who: phrase(event, row.who),
        what: phrase(event, row.what),
        from: phrase(event, row.from),
    }
}

fn phrase(event: &Event, parts: &[Part]) -> Option<String> {
    let mut out = String::new();
    for (before, names) in parts {
        if let Some(text) = first(event, names) {
            if !out.is_empty() {
                out.push_str(before);
            }
            out.push_str(&text);
        }
    }
    (!out.is_empty()).then_some(out)
}

/// The text of the first name that reaches one; several members of an array are listed.
fn first(event: &Event, names: &[&str]) -> Option<String> {
    const MEMBERS: usize = 3;
    names.iter().find_map(|name| {
        let mut out = String::new();
        let mut count = 0usize;
        event.reach(name, &mut |node| {
            event.leaves(node, &mut |leaf| {
                let text = match event.value(leaf) {
                    Value::Object(_) => None,
                    value => value.text().filter(|t| !t.is_empty()),
                };
                if let Some(text) = text {
                    count += 1;
                    if count <= MEMBERS {
                        if count > 1 {
                            out.push_str(", ");
                        }
                        out.push_str(text);
                    }
                }
            });
        });
        if count > MEMBERS {
            let _ = write!(out, " and {} more", count - MEMBERS);
        }
        (count > 0).then_some(out)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kubernetes_request_in_a_few_words() {
        let event = Event::from_json(
            r#"{"verb":"create","user":{"username":"eve"},"impersonatedUser":{"username":"sa"},
               "objectRef":{"resource":"pods","subresource":"exec","namespace":"ns","name":"p"},
               "responseStatus":{"code":403},"sourceIPs":["192.0.2.1","10.0.0.1"]}"#,
        )
        .unwrap();
        let glance = glance(&event, &["gcp".to_owned(), "Kubernetes".to_owned()]);
        assert_eq!(glance.who.as_deref(), Some("eve as sa"));
        assert_eq!(glance.what.as_deref(), Some("create pods/exec ns/p → 403"));
        assert_eq!(glance.from.as_deref(), Some("192.0.2.1, 10.0.0.1"));
    }

    #[test]
    fn what_an_event_does_not_say_is_absent() {
        let event = Event::from_json(r#"{"user":{},"verb":null,"time":""}"#).unwrap();
        assert_eq!(glance(&event, &[]), Glance::default());
    }
}
