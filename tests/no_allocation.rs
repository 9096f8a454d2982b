//! Once warm, reading, decoding and matching an event and finding the evidence allocates
//! nothing.
//!
//! Array selectors and time parts are left to the slow evaluator and do allocate; the rules
//! here have none. So does evidence for keywords, which have no name before they are found,
//! and for a field reference with several values.

use sigwright_engine::evidence::Finder;
use sigwright_engine::{Event, Matcher, Program, ProgramOptions};
use sigwright_events::{Decoder, origins};
use sigwright_ir::RuleId;
use sigwright_syntax::Sources;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const RULES: &str = r"
title: Kubernetes
logsource: {product: kubernetes, service: audit}
detection:
  who:
    user.username|startswith: 'system:serviceaccount:'
    annotations.authorization.k8s.io/decision: [allow, forbid]
  where:
    source.ip|cidr: [198.51.100.0/24, 203.0.113.0/24]
    responseStatus.code|gte: 200
    requestObject: null
  agent:
    userAgent|re: '(?:curl|wget)/[0-9]+'
    user.groups: ['System:Auth*ed', 'SYSTEM:masters', 'system:serviceAccounts']
  noise:
    userAgent|contains: ['kube?probe', 'Ä*ß']
  condition: who and 1 of where* and not noise or agent
---
title: Process
logsource: {product: windows, category: process_creation}
detection:
  tool:
    Image|endswith: ['\cmd.exe', '\pwsh.exe']
    CommandLine|contains|windash: ' -enc'
  same: {Image|fieldref: ParentImage}
  condition: same or tool
---
title: Trail
logsource: {product: aws, service: cloudtrail}
detection:
  call: {eventSource: iam.amazonaws.com, eventName|startswith: Create}
  words: ['AdministratorAccess']
  condition: call and words
";

/// The last of them.
const KEYWORDS: RuleId = RuleId(2);

const EVENTS: [&str; 4] = [
    r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"ResponseComplete","auditID":"a-1","verb":"list","requestURI":"/api/v1/pods","user":{"username":"system:serviceaccount:ci:builder","groups":["system:serviceaccounts","system:authenticated"]},"sourceIPs":["203.0.113.9"],"userAgent":"curl/8.5","objectRef":{"resource":"pods"},"responseStatus":{"code":403},"annotations":{"authorization.k8s.io/decision":"forbid"},"stageTimestamp":"2026-11-20T10:00:00Z"}"#,
    r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"RequestReceived","auditID":"a-2","verb":"get","requestURI":"/livez","user":{"username":"kubelet \"ä\""},"sourceIPs":["10.0.0.1"],"userAgent":"kube-probe/1.31"}"#,
    r#"{"Channel":"Microsoft-Windows-Sysmon/Operational","Provider_Name":"Microsoft-Windows-Sysmon","EventID":1,"Image":"C:\\Windows\\System32\\CMD.exe","CommandLine":"cmd /ENC x","ParentImage":"C:\\Tools\\start.exe"}"#,
    r#"{"eventVersion":"1.10","eventSource":"iam.amazonaws.com","eventName":"CreateUser","userIdentity":{"type":"IAMUser"},"requestParameters":{"policy":"AdministratorAccess"},"eventID":"e","awsRegion":"eu-west-1"}"#,
];

#[test]
fn nothing_is_allocated_once_warm() {
    let mut sources = Sources::new();
    let id = sources.add("rules.yml", RULES);
    let (documents, faults) = sigwright_syntax::read(&sources, id);
    assert_eq!(faults, []);
    let (set, faults) = sigwright_ir::lower(&documents, &Default::default());
    assert_eq!(faults, []);
    let set = Arc::new(set);
    let names: Vec<&str> = set.exprs.field_names().map(|(_, name)| name).collect();
    let decoder = Decoder::new(names);
    let program = Program::compile(set.clone(), origins(None), ProgramOptions::default());
    let mut matcher = Matcher::new(&program);
    let mut event = Event::new();
    let mut found = Vec::new();
    let finder = Finder::new(&set);
    let mut evidence = Vec::new();
    let mut all = |matcher: &mut Matcher<'_>| {
        let (mut matches, mut reasons) = (0, 0);
        for text in EVENTS {
            decoder
                .decode(text, &mut event, &mut |event| {
                    matcher.matches(event, &mut found);
                    matches += found.len();
                    for rule in found.iter().copied().filter(|rule| *rule != KEYWORDS) {
                        finder.find_after(matcher, rule, event, &mut evidence);
                        reasons += evidence.len();
                    }
                })
                .unwrap();
        }
        (matches, reasons)
    };
    // one match each, but for the probe
    let expected = (3, 9);
    assert_eq!(all(&mut matcher), expected);
    all(&mut matcher);
    let region = Region::new(ALLOCATOR);
    let results = [all(&mut matcher), all(&mut matcher)];
    let change = region.change();
    assert_eq!(results, [expected; 2]);
    assert_eq!(
        (change.allocations, change.reallocations),
        (0, 0),
        "{change:?}"
    );
}
