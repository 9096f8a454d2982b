use super::*;
use crate::args::{EventArgs, FindingFormat};
use crate::load::Loaded;
use sigwright_events::{ReadOptions, Reader};
use sigwright_syntax::Sources;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::io::Cursor;
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How long to wait for the other tests, which share the allocator, to be quiet.
const SOON: Duration = Duration::from_secs(20);

const RULES: &str = r"
title: 'Shell in a ''pod'''
id: 0b8d7c0e-6a3c-4a0d-9a53-5b1c7c1a6d01
level: high
tags: [attack.execution, attack.t1609]
logsource: {product: kubernetes, service: audit}
detection:
  call: {verb: create, objectRef.subresource: exec}
  who:
    user.groups|contains: ['Dev', 'authenticated']
    sourceIPs|cidr: 203.0.113.0/24
  condition: call and who
---
title: Failed
level: low
logsource: {product: kubernetes, service: audit}
detection:
  failed: {responseStatus.code|gte: 400}
  condition: failed
";

const EVENTS: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"ResponseComplete","auditID":"a-1","verb":"create","requestURI":"/x","user":{"username":"eve \"e\"","groups":["devs","system:authenticated"]},"sourceIPs":["203.0.113.9"],"objectRef":{"resource":"pods","subresource":"exec"},"responseStatus":{"code":403},"stageTimestamp":"2026-11-20T10:00:00.120Z"}
{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"ResponseComplete","auditID":"a-2","verb":"get","requestURI":"/x","user":{"username":"a"},"responseStatus":{"code":200}}
"#;

fn loaded() -> Loaded {
    let mut sources = Sources::new();
    let id = sources.add("pod.yml", RULES);
    let (documents, said) = sigwright_syntax::read(&sources, id);
    assert_eq!(said, []);
    let (set, said) = sigwright_ir::lower(&documents, &Default::default());
    assert_eq!(said, []);
    Loaded {
        sources,
        set: Arc::new(set),
        ..Loaded::default()
    }
}

/// From the record to the finding as it is written.
#[test]
fn findings_allocate_nothing_once_warm() {
    let loaded = loaded();
    let args = EventArgs {
        logsource: None,
        ignore_logsource: false,
        input_format: None,
        networks: None,
        cluster: None,
    };
    let input = Input::new(&args, &loaded.set).unwrap();
    let look = Look::of(Stream::Out, ColorWhen::Never);
    let wiring = Wiring::new(&loaded.set, false);
    let job = Job {
        input: &input,
        set: &loaded.set,
        wiring: &wiring,
        train: false,
        dates: false,
        ticks: false,
        first: 0,
        printer: Printer::new(&loaded, FindingFormat::Ndjson, false, look),
        min_level: None,
    };
    let options = ProgramOptions::default();
    let program = Program::compile(loaded.set.clone(), input.origins.clone(), options);
    let mut scratch = Scratch::new(&program, &job);
    let events = Box::new(Cursor::new(EVENTS));
    let mut lot = Lot::new();
    assert!(lot.fill(&mut Feed {
        reader: Reader::of_stream("e.ndjson", events, ReadOptions::default()),
        tracker: None,
    }));
    let mut run = || {
        lot.text.clear();
        job.batch(&mut scratch, &mut lot);
        let lines = lot.text.split(|byte| *byte == b'\n');
        lines.filter(|line| !line.is_empty()).count()
    };
    assert_eq!(run(), 2);
    let started = Instant::now();
    loop {
        let region = Region::new(ALLOCATOR);
        let findings = run();
        let change = region.change();
        assert_eq!(findings, 2);
        if (change.allocations, change.reallocations) == (0, 0) {
            break;
        }
        assert!(started.elapsed() < SOON, "{change:?}");
        std::thread::yield_now();
    }
    let text = String::from_utf8(lot.text).unwrap();
    let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(first["time"], "2026-11-20T10:00:00.12Z");
    assert_eq!(
        first["fields"]["user.groups"],
        serde_json::json!(["devs", "system:authenticated"])
    );
}
