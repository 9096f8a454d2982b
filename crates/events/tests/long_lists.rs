//! A list too long to be held gives the same events as the same elements in a short one.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use sigwright_engine::Event;
use sigwright_events::{Batch, Decoder, Limits, ReadOptions, Reader, origins};

/// What is known of each event: its log and two of its fields.
fn events(document: String, limits: Limits) -> Vec<String> {
    let options = ReadOptions {
        format: None,
        limits,
    };
    let mut reader = Reader::of_stream("x", Box::new(std::io::Cursor::new(document)), options);
    let decoder = Decoder::new(["auditID", "logGroup"]);
    let origins = origins(None);
    let (mut batch, mut event, mut found) = (Batch::new(), Event::new(), Vec::new());
    while reader.read(&mut batch) {
        assert_eq!(batch.faults(), []);
        for record in batch.records() {
            let decoded = decoder.decode(record.text, &mut event, &mut |event| {
                let mut line = format!("{:?}", origins.get(event.origin).map(|o| &o.products));
                for name in ["auditID", "logGroup"] {
                    event.reach(name, &mut |node| {
                        line += &format!(" {name}={:?}", event.value(node).text());
                    });
                }
                found.push(line);
            });
            decoded.unwrap();
        }
    }
    found
}

fn audit_events() -> Vec<String> {
    (0..200)
        .map(|n| {
            format!(
                r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"{n}","verb":"get","stage":"ResponseComplete","requestURI":"/api","user":{{"username":"u"}}}}"#
            )
        })
        .collect()
}

#[test]
fn long_lists_give_the_events_of_short_ones() {
    let events_of = audit_events().join(",");
    let messages: Vec<_> = audit_events()
        .iter()
        .map(|event| serde_json::json!({"id": "1", "timestamp": 1, "message": event}).to_string())
        .collect();
    for document in [
        format!(r#"{{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[{events_of}]}}"#),
        format!(
            r#"{{"messageType":"DATA_MESSAGE","logGroup":"/aws/eks/c/cluster","logStream":"kube-apiserver-audit-1","logEvents":[{}]}}"#,
            messages.join(",")
        ),
    ] {
        let short = events(document.clone(), Limits::default());
        let long = Limits {
            document: 1000,
            ..Limits::default()
        };
        assert_eq!(short.len(), 200);
        assert!(
            short.iter().all(|line| line.contains("kubernetes")),
            "{}",
            short.concat()
        );
        assert_eq!(events(document, long), short);
    }
}
