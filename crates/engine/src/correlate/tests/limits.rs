//! What a machine does not keep.

use super::*;

const SUM: &str = "title: much\nname: much\ncorrelation:\n  type: value_sum\n  rules: [a]\n  group-by: [user]\n  timespan: 100s\n  condition: {field: size, gte: 1000}\n";

#[test]
fn a_group_holds_only_so_much_and_the_rest_is_counted() {
    let run = Run::new(&(rule("a", "") + SUM));
    let a = r#""kind":"a","user":"ann","size":1"#;
    let events: Vec<(i64, &str)> = (0..12).map(|second| (second, a)).collect();
    let options = Options {
        held: 5,
        ..Options::default()
    };
    let (_, machine) = run.says_with(options, &events);
    let counts = machine.counts(Reference::Correlation(0));
    assert_eq!((counts.observed, counts.full), (12, 7));
    let open: Vec<OpenGroup> = machine.open_groups(0).collect();
    assert_eq!(open[0].values, [("sum".to_owned(), 5.0)]);
    assert_eq!(open[0].group, [("user".to_owned(), "ann".to_owned())]);
}

#[test]
fn keys_that_are_silent_longest_speak_again() {
    let run = Run::new(&rule("a", "x-suppress: {for: 1h, by: [user]}"));
    let users: Vec<String> = (0..100)
        .chain([99, 0])
        .map(|user| format!(r#""kind":"a","user":"u{user}""#))
        .collect();
    let users = users.iter().map(String::as_str);
    let events: Vec<(i64, &str)> = (0..).zip(users).collect();
    let options = Options {
        suppressed: 10,
        ..Options::default()
    };
    let (lines, machine) = run.says_with(options, &events);
    // the last one but one is remembered, the first one is not
    let counts = machine.counts(Reference::Rule(0.into()));
    assert_eq!((counts.spoken, counts.suppressed), (101, 1));
    assert_eq!(lines.last().map(String::as_str), Some("a@101"));
}

#[test]
fn only_groups_that_something_is_in_are_open() {
    let closing = SUM.replace("gte: 1000", "lt: 1000");
    let a = r#""kind":"a","user":"ann","size":1"#;
    let b = r#""kind":"a","user":"bob","size":2"#;
    for (text, window) in [(SUM, (0, 100)), (&closing, (50, 150))] {
        let run = Run::new(&(rule("a", "") + text));
        let mut machine = run.machine(Options::default(), NoStore);
        for observation in run.observe(&[(-60, b), (50, a), (100, a)]) {
            machine.push(observation, &mut |_| {});
        }
        machine.pause(&mut |_| {});
        let open: Vec<OpenGroup> = machine.open_groups(0).collect();
        assert_eq!(open.len(), 1, "{open:?}");
        assert_eq!(open[0].group[0].1, "ann");
        assert_eq!(open[0].values[0].1, 2.0);
        assert_eq!(open[0].window, (window.0 * SECOND, window.1 * SECOND));
        assert_eq!(open[0].events.len(), 2);
        assert_eq!(open[0].holds, window.0 == 50);
    }
}

#[test]
fn findings_that_wait_take_only_so_much_memory() {
    let run = Run::new(&rule("a", "x-suppress: {for: 1s}"));
    let events: Vec<(i64, &str)> = (0..100).map(|second| (second, r#""kind":"a""#)).collect();
    let options = Options {
        waiting_bytes: 1 << 20,
        ..Options::default()
    };
    let mut machine = run.machine(options, NoStore);
    let (mut said, mut most) = (0, 0);
    for (pushed, mut observation) in run.observe(&events).into_iter().enumerate() {
        observation.text = Some(vec![b'x'; 100 << 10].into());
        machine.push(observation, &mut |_| said += 1);
        most = most.max(pushed + 1 - said);
    }
    assert!(most <= 11, "{most} waited at a time");
    machine.finish(&mut |_| said += 1);
    assert_eq!(said, 100);
    assert!(machine.hurried() > 0);
}
