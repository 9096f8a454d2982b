//! What correlations and hints become, and which of them make no sense.

use super::*;
use crate::correlation::{Aggregate, Bounds, Disjunct, KeyField, Kind, Measure, Presence};
use crate::hints::Refire;
use sigwright_syntax::ast::Comparison::{Gt, Gte, Lt};

/// Rules `a`, `b` and `c`, a correlation with these lines, and what else is given.
fn with(correlation: &str, more: &str) -> String {
    let mut text = String::new();
    for name in ["a", "b", "c"] {
        text.push_str(&format!(
            "title: {name}\nname: {name}\nlogsource: {{category: t}}\n\
             detection: {{s: {{f: {name}}}, condition: s}}\n---\n"
        ));
    }
    let lines = correlation.replace('\n', "\n    ");
    text.push_str(&format!(
        "title: x\nname: x\n{more}\ncorrelation:\n    timespan: 5m\n    {lines}\n"
    ));
    text
}

fn planned(correlation: &str) -> Kind {
    let (set, said) = lowered(&with(correlation, ""));
    assert_eq!(said, Said::new());
    set.correlations[0].plan.kind.clone()
}

fn key(name: &str, references: usize) -> KeyField {
    KeyField {
        name: name.to_owned(),
        in_reference: vec![name.to_owned(); references],
    }
}

#[test]
fn a_plan_says_what_is_measured() {
    let kind = planned("type: event_count\nrules: [a]\ncondition: {gt: 2, lt: 9}");
    assert_eq!(kind, Kind::EventCount(Bounds(vec![(Gt, 2.0), (Lt, 9.0)])));
    assert!(!kind.slides());
    let kind = planned("type: value_count\nrules: [a, b]\ncondition: {gte: 2, field: [x, y]}");
    assert!(kind.slides());
    let fields = vec![key("x", 2), key("y", 2)];
    let bounds = Bounds(vec![(Gte, 2.0)]);
    assert_eq!(kind, Kind::ValueCount { fields, bounds });
    for (kind, measure) in [
        ("value_sum", Measure::Sum),
        ("value_avg", Measure::Avg),
        ("value_median", Measure::Percentile(50.0)),
    ] {
        let kind = planned(&format!(
            "type: {kind}\nrules: [a]\ncondition: {{gt: 1.5, field: x}}"
        ));
        assert!(matches!(kind, Kind::Number { measure: m, .. } if m == measure));
    }
    let kind = planned("type: new_terms\nrules: [a]\ncondition: {field: x}");
    assert!(kind.slides() && matches!(kind, Kind::NewTerms { .. }));
    let kind = planned(
        "type: stats\nrules: [a, b]\naggregates: {n: {count: '*'}, m: {count: b}, s: {sum: x}}\n\
         condition: n > 1 and (m >= 2 or s > 5)",
    );
    assert!(kind.slides());
    let Kind::Stats { aggregates, .. } = kind else {
        unreachable!("`stats` was written");
    };
    assert_eq!(aggregates["m"], Aggregate::Count(Some(1)));
    assert_eq!(aggregates["s"], Aggregate::Sum(key("x", 2)));
}

#[test]
fn percentile_is_the_median_if_nothing_is_said() {
    let text = with(
        "type: value_percentile\nrules: [a]\ncondition: {gte: 5, field: x}",
        "",
    );
    let mut sources = Sources::new();
    let id = sources.add("test.yml", text);
    let (documents, said) = read(&sources, id);
    assert_eq!(said[0].code, "missing-percentile");
    let (set, _) = lower(&documents, &Context::default());
    let kind = &set.correlations[0].plan.kind;
    assert!(matches!(kind, Kind::Number { measure, .. } if *measure == Measure::Percentile(50.0)));
}

#[test]
fn presence_without_a_condition_is_of_all() {
    let kind = planned("type: temporal\nrules: [a, b, c]");
    let all = |n: f64| Presence::AtLeast(Bounds(vec![(Gte, n)]));
    assert_eq!(kind, Kind::Temporal(all(3.0)));
    let (set, said) = lowered(&with("type: temporal_ordered\nrules: [a, b, a]", ""));
    assert_eq!(said, Said::new(), "twice is two steps");
    let correlation = &set.correlations[0];
    assert_eq!(correlation.plan.kind, Kind::Ordered(all(3.0)));
    assert_eq!(correlation.plan.steps, [0, 1, 0]);
    assert_eq!(correlation.references.len(), 2);
}

#[test]
fn alternatives_of_a_boolean_condition() {
    let kind = planned("type: temporal_ordered\nrules: [a, b, c]\ncondition: a and (b or not c)");
    assert!(!kind.slides());
    let Kind::Ordered(Presence::Expr(expr)) = &kind else {
        unreachable!("an expression was written");
    };
    let one = |present: &[usize], absent: &[usize]| Disjunct {
        present: present.to_vec(),
        absent: absent.to_vec(),
    };
    let found = expr.disjuncts(64).unwrap();
    assert_eq!(found, [one(&[0, 1], &[]), one(&[0], &[2])]);
    assert_eq!(expr.disjuncts(1), None);
    for bits in 0..8_usize {
        let matched = |reference: usize| bits & (1 << reference) != 0;
        let by_parts = found.iter().any(|one| {
            one.present.iter().all(|r| matched(*r)) && !one.absent.iter().any(|r| matched(*r))
        });
        assert_eq!(by_parts, expr.holds(&matched));
    }
}

#[test]
fn a_boolean_condition_has_only_so_many_alternatives() {
    let names: Vec<String> = (0..14).map(|n| format!("r{n}")).collect();
    let rules: String = names
        .iter()
        .map(|name| {
            format!(
                "title: {name}\nname: {name}\nlogsource: {{category: t}}\n\
                 detection: {{s: {{f: 1}}, condition: s}}\n---\n"
            )
        })
        .collect();
    let condition = |pairs: usize| {
        let pairs: Vec<String> = names
            .chunks(2)
            .take(pairs)
            .map(|pair| format!("({} or {})", pair[0], pair[1]))
            .collect();
        format!(
            "{rules}title: t\ncorrelation: {{type: temporal, timespan: 1h, condition: '{}'}}\n",
            pairs.join(" and ")
        )
    };
    assert_eq!(lowered(&condition(6)).0.correlations.len(), 1);
    let (set, said) = lowered(&condition(7));
    assert!(set.correlations.is_empty());
    assert!(said[0].starts_with("condition-too-large"), "{said:?}");
}

#[test]
fn steps_fields_and_aggregates_are_counted() {
    let list = |name: &str, count: usize| {
        let names: Vec<String> = (0..count).map(|n| format!("{name}{n}")).collect();
        names.join(", ")
    };
    let steps = ["a"; 65].join(", ");
    let aggregates: Vec<String> = (0..65).map(|n| format!("n{n}: {{count: '*'}}")).collect();
    for correlation in [
        format!("type: temporal_ordered\nrules: [{steps}]"),
        format!(
            "type: event_count\nrules: [a]\ngroup-by: [{}]\ncondition: {{gte: 2}}",
            list("f", 17)
        ),
        format!(
            "type: value_count\nrules: [a]\ncondition: {{gte: 2, field: [{}]}}",
            list("f", 17)
        ),
        format!(
            "type: stats\nrules: [a]\naggregates: {{{}}}\ncondition: n0 > 1",
            aggregates.join(", ")
        ),
    ] {
        let (set, said) = lowered(&with(&correlation, ""));
        assert!(set.correlations.is_empty());
        assert!(said[0].starts_with("correlation-too-large"), "{said:?}");
    }
}

#[test]
fn aliases_say_what_a_field_is_called_in_each_rule() {
    let (set, said) = lowered(&with(
        "type: value_count\nrules: [a, b]\ngroup-by: [user]\n\
         aliases: {user: {a: u, b: v}, host: {b: h}}\ncondition: {gte: 2, field: host}",
        "x-risk: {message: 'by {user} of {team}'}",
    ));
    assert_eq!(said, Said::new());
    let plan = &set.correlations[0].plan;
    assert_eq!(plan.group_by[0].in_reference, ["u", "v"]);
    let Kind::ValueCount { fields, .. } = &plan.kind else {
        unreachable!("`value_count` was written");
    };
    assert_eq!(fields[0].in_reference, ["host", "h"]);
    let sorted = |rule: usize| {
        let mut fields = set.rules[rule].observed.clone();
        fields.sort();
        fields
    };
    assert_eq!(sorted(0), ["host", "team", "u"]);
    assert_eq!(sorted(1), ["h", "team", "v"]);
    assert_eq!(sorted(2), [""; 0]);
    assert!(set.reads(&set.rules).contains("v"));
}

#[test]
fn aliases_may_call_a_rule_by_its_other_name() {
    let text = with(
        "type: event_count\nrules: [a]\ngroup-by: [user]\n\
         aliases: {user: {b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5: u}, host: {b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5: h}}\n\
         condition: {gte: 2}",
        "x-risk: {message: 'on {host}'}",
    )
    .replacen("name: a\n", "name: a\nid: b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5\n", 1);
    let (set, said) = lowered(&text);
    assert_eq!(said, Said::new());
    let mut observed = set.rules[0].observed.clone();
    observed.sort();
    assert_eq!(observed, ["h", "u"]);
    let plan = &set.correlations[0].plan;
    assert_eq!(plan.group_by[0].in_reference, ["u"]);
}

#[test]
fn what_an_upper_correlation_asks_is_asked_at_the_bottom() {
    let text = with(
        "type: event_count\nrules: [a]\ngroup-by: [u]\ncondition: {gte: 2}",
        "",
    ) + "---\ntitle: y\nx-suppress: {for: 1h, by: [u, ip]}\nx-variations: [{name: n, when: {cloud: false}}]\n\
         correlation: {type: event_count, rules: [x], group-by: [u], timespan: 1h, condition: {gte: 2}}\n";
    let (set, said) = lowered(&text);
    assert_eq!(said, Said::new());
    assert_eq!(set.rules[0].observed, ["u"], "an alert has its group alone");
    assert_eq!(set.rules[0].asked.len(), 1);
    let reads = set.reads(&set.rules[..1]);
    assert!(["cloud", "u", "f"].iter().all(|f| reads.contains(*f)));
}

#[test]
fn an_alert_has_only_the_fields_of_its_group() {
    let (set, said) = lowered(
        &(with(
            "type: new_terms\nrules: [a]\ngroup-by: [u]\ncondition: {field: ip}",
            "",
        ) + "---\ntitle: y\ncorrelation: {type: value_count, rules: [x], group-by: [host], timespan: 1h, condition: {gte: 2, field: ip}}\n"),
    );
    assert_eq!(set.correlations.len(), 2);
    assert_eq!(said, ["missing-field `host`"]);
}

#[test]
fn conditions_without_sense_are_warned_of() {
    for (correlation, said) in [
        (
            "type: event_count\nrules: [a]\ncondition: {lt: 0}",
            "never-true `0`",
        ),
        (
            "type: event_count\nrules: [a]\ncondition: {lt: 1}",
            "never-true `1`",
        ),
        (
            "type: event_count\nrules: [a]\ncondition: {eq: 0}",
            "never-true `0`",
        ),
        (
            "type: event_count\nrules: [a]\ncondition: {gt: 5, lt: 6}",
            "never-true `{gt: 5, lt: 6}`",
        ),
        (
            "type: event_count\nrules: [a]\ncondition: {gte: 0}",
            "always-true `{gte: 0}`",
        ),
        (
            "type: event_count\nrules: [a]\ncondition: {gte: 1.5}",
            "fractional-count `1.5`",
        ),
        (
            "type: value_sum\nrules: [a]\ncondition: {gt: 5, lt: 5, field: x}",
            "never-true `{gt: 5, lt: 5, field: x}`",
        ),
        (
            "type: temporal\nrules: [a, b]\ncondition: {gte: 3}",
            "never-true `3`",
        ),
        (
            "type: temporal_ordered\nrules: [a, b, a]\ncondition: {gte: 4}",
            "never-true `4`",
        ),
        ("type: temporal\nrules: [a]", "lone-rule `temporal`"),
        (
            "type: temporal\ncondition: a and b and not a",
            "never-true `a and b and not a`",
        ),
        (
            "type: temporal\ncondition: not a and not b",
            "never-true `not a and not b`",
        ),
        (
            "type: new_terms\nrules: [a]\ncondition: {gte: 3, field: x}",
            "odd-condition `{gte: 3, field: x}`",
        ),
        (
            "type: new_terms\nrules: [a]\ncondition: {lt: 0, field: x}",
            "never-true `0`",
        ),
        (
            "type: stats\nrules: [a]\naggregates: {n: {count: '*'}, m: {sum: x}}\ncondition: n > 5",
            "unused-aggregate `m`",
        ),
        (
            "type: stats\nrules: [a]\naggregates: {n: {count: '*'}}\ncondition: n > 5 and n < 3",
            "never-true `n > 5 and n < 3`",
        ),
        (
            "type: event_count\nrules: [a]\ngroup-by: [u, u]\ncondition: {gte: 2}",
            "duplicate-field `u`",
        ),
    ] {
        let (set, found) = lowered(&with(correlation, ""));
        assert_eq!(found, [said], "{correlation}");
        assert_eq!(set.correlations.len(), 1, "a warning");
    }
    for correlation in [
        "type: event_count\nrules: [a]\ncondition: {gte: 1}",
        "type: event_count\nrules: [a]\ncondition: {neq: 3}",
        "type: value_avg\nrules: [a]\ncondition: {lt: -1.5, field: x}",
        "type: temporal\nrules: [a, b]\ncondition: {lte: 1}",
        "type: temporal\ncondition: a and not b",
        "type: temporal\ncondition: not a or b",
        "type: new_terms\nrules: [a]\ncondition: {lte: 3, field: x}",
    ] {
        planned(correlation);
    }
}

#[test]
fn hints_are_resolved() {
    let (set, said) = lowered(&with(
        "type: event_count\nrules: [a]\ncondition: {gte: 2}",
        "x-refire: 1h\nx-activation: 2d\nx-suppress: {for: 1m}\nx-variations: [{name: n, when: {g: 1}}]",
    ));
    assert_eq!(said, Said::new());
    let hints = &set.correlations[0].hints;
    assert_eq!(hints.refire, Refire::After(3_600_000_000_000));
    assert_eq!(hints.activation, Some(172_800_000_000_000));
    assert_eq!(hints.suppress.as_ref().unwrap().span, 60_000_000_000);
    assert_eq!(hints.variations[0].title, "x - n");
    let when = hints.variations[0].when.unwrap();
    assert_eq!(set.exprs.display(when).to_string(), "g = 1");
    assert!(hints.stateful());
}

/// Rule `a` with this `when-rule`, and correlation `x` over it with these attributes.
fn asking(target: &str, correlation: &str) -> String {
    let text = with(
        "type: new_terms\nrules: [a]\ncondition: {field: f}",
        correlation,
    );
    text.replacen(
        "name: a\n",
        &format!("name: a\nx-variations: [{{name: n, when-rule: {target}}}]\n"),
        1,
    )
}

#[test]
fn a_rule_asks_a_correlation_over_itself() {
    let (set, said) = lowered(&asking("x", ""));
    assert_eq!(
        said,
        Said::new(),
        "no circle: a rule matches before it is asked"
    );
    assert_eq!(set.rules[0].hints.variations[0].when_rule, Some(0));
    assert_eq!(set.stateful().count(), 1);
}

#[test]
fn what_a_variation_asks_must_be_a_sound_correlation() {
    let (set, said) = lowered(&asking("b", ""));
    assert_eq!(said[0], "not-a-correlation `b`");
    assert_eq!(set.rules.len(), 2);
    assert_eq!(said[1], "reference-to-error `a`", "`x` needs `a`");
    assert!(set.correlations.is_empty());
    let (_, said) = lowered(&asking("y", ""));
    assert_eq!(said[0], "unknown-rule `y`");
    // The correlation is wrong, so is the rule that asks it.
    let wrong = asking("x", "").replace("rules: [a]", "rules: [a, missing]");
    let (set, said) = lowered(&wrong);
    assert_eq!(said, ["unknown-rule `missing`", "reference-to-error `x`"]);
    assert_eq!((set.rules.len(), set.correlations.len()), (2, 0));
}

#[test]
fn correlations_do_not_ask_each_other_in_a_circle() {
    let other = "---\ntitle: y\nname: y\nx-variations: [{name: n, when-rule: x}]\n\
                 correlation: {type: event_count, rules: [a], timespan: 1h, condition: {gte: 2}}\n";
    let text = with(
        "type: event_count\nrules: [a]\ncondition: {gte: 2}",
        "x-variations: [{name: n, when-rule: y}]",
    );
    let (set, diagnostics, said) = lowered_with(&(text.clone() + other), &Context::default());
    assert_eq!(said, ["variation-cycle `y`"]);
    assert_eq!(diagnostics[0].labels.len(), 2);
    assert!(set.correlations.is_empty());
    let (_, said) = lowered(&text.replace("when-rule: y", "when-rule: x"));
    assert_eq!(said, ["variation-cycle `x`"]);
}

#[test]
fn a_variation_that_never_holds_is_warned_of() {
    let text = asking("x", "").replace("rules: [a]", "rules: [b]");
    let (set, said) = lowered(&text);
    assert_eq!(said, ["idle-variation `x`"]);
    assert_eq!(set.correlations.len(), 1);
}

#[test]
fn refiring_is_for_conditions_that_stay_true() {
    for correlation in [
        "type: event_count\nrules: [a]\ncondition: {lt: 5}",
        "type: new_terms\nrules: [a]\ncondition: {field: x}",
    ] {
        let (_, said) = lowered(&with(correlation, "x-refire: always"));
        assert_eq!(said, ["unused-attribute `always`"]);
    }
}

#[test]
fn hints_name_only_so_many_fields() {
    let fields = |count: usize| -> Vec<String> { (0..count).map(|n| format!("f{n}")).collect() };
    let message: String = fields(65).iter().map(|f| format!("{{{f}}}")).collect();
    for hints in [
        format!("x-suppress: {{for: 1h, by: [{}]}}", fields(17).join(", ")),
        format!("x-risk: {{message: '{message}'}}"),
    ] {
        let (set, said) = lowered(&with(
            "type: event_count\nrules: [a]\ncondition: {gte: 2}",
            &hints,
        ));
        assert!(set.correlations.is_empty());
        assert!(said[0].starts_with("too-many-fields"), "{said:?}");
    }
}

#[test]
fn correlations_ask_only_so_much_of_events() {
    // 160 correlations over 100 rules, each asking for 64 fields of its own
    let mut text = String::new();
    let rules: Vec<String> = (0..100).map(|n| format!("r{n}")).collect();
    for name in &rules {
        text.push_str(&format!(
            "title: t\nname: {name}\nlogsource: {{category: t}}\n\
             detection: {{s: {{f: 1}}, condition: s}}\n---\n"
        ));
    }
    for n in 0..160 {
        let message: String = (0..64).map(|f| format!("{{f{n}.{f}}}")).collect();
        text.push_str(&format!(
            "title: t\nx-risk: {{message: '{message}'}}\ncorrelation: {{type: event_count, \
             rules: [{}], timespan: 1h, condition: {{gte: 2}}}}\n---\n",
            rules.join(", ")
        ));
    }
    let start = std::time::Instant::now();
    let (set, said) = lowered(&text);
    assert!(set.correlations.len() < 160);
    assert!(said[0].starts_with("too-many-fields"), "{}", said[0]);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn fields_of_groups_are_counted_over_all_rules() {
    // 1,100 rules, and correlations of 16 + 16 fields over all of them
    let names: Vec<String> = (0..1_100).map(|n| format!("r{n}")).collect();
    let mut text = String::new();
    for name in &names {
        text.push_str(&format!(
            "title: t\nname: {name}\nlogsource: {{category: t}}\n\
             detection: {{s: {{f: 1}}, condition: s}}\n---\n"
        ));
    }
    let fields: Vec<String> = (0..16).map(|n| format!("f{n}")).collect();
    for _ in 0..40 {
        text.push_str(&format!(
            "title: t\ncorrelation: {{type: value_count, rules: [{}], group-by: [{}], \
             timespan: 1h, condition: {{gte: 2, field: [{}]}}}}\n---\n",
            names.join(", "),
            fields.join(", "),
            fields.join(", ")
        ));
    }
    let (set, said) = lowered(&text);
    assert_eq!(set.correlations.len(), LIMITS.observed / (1_100 * 32));
    assert!(said[0].starts_with("too-many-fields"), "{}", said[0]);
}

#[test]
fn a_boolean_condition_names_only_so_many_rules() {
    let condition = vec!["a"; 1_001].join(" and ");
    let (set, said) = lowered(&with(
        &format!("type: temporal\ncondition: {condition}"),
        "",
    ));
    assert!(set.correlations.is_empty());
    assert!(said[0].starts_with("condition-too-large"), "{said:?}");
}

#[test]
fn a_fingerprint_is_of_the_meaning() {
    let base = with(
        "type: event_count\nrules: [a, b]\ngroup-by: [u]\ncondition: {gte: 2}",
        "",
    );
    let prints = |text: &str| {
        let (set, said) = lowered(text);
        assert_eq!(said, Said::new(), "{text}");
        let rules: Vec<u128> = set.rules.iter().map(|rule| rule.fingerprint).collect();
        (rules, set.correlations[0].plan.fingerprint)
    };
    let (rules, correlation) = prints(&base);
    for same in [
        base.replace("title: x", "title: another"),
        base.replace("timespan: 5m", "timespan: 300s"),
        format!("# a comment\n{base}"),
        base.replace("name: x\n", "name: x\nlevel: high\nx-risk: {score: 5}\n"),
        format!(
            "title: first\nlogsource: {{category: t}}\ndetection: {{s: {{g: 1}}, condition: s}}\n---\n{base}"
        ),
    ] {
        assert_eq!(prints(&same).1, correlation, "{same}");
    }
    for other in [
        base.replace("f: b", "f: changed"),
        base.replace("gte: 2", "gte: 3"),
        base.replace("timespan: 5m", "timespan: 6m"),
        base.replace("[u]", "[v]"),
        base.replace("name: x\n", "name: x\nx-suppress: {for: 1h}\n"),
        base.clone()
            + "---\ntitle: f\nlogsource: {category: t}\nfilter: {rules: [a], s: {g: 1}, condition: not s}\n",
    ] {
        assert_ne!(prints(&other).1, correlation, "{other}");
    }
    let mut seen = std::collections::HashSet::from([correlation]);
    let changed = prints(&base.replace("f: b", "f: changed")).0;
    assert_eq!(changed[0], rules[0], "others go on");
    assert_ne!(changed[1], rules[1]);
    for kind in [
        "type: value_count\nrules: [a]\ncondition: {field: v, gte: 2}",
        "type: value_count\nrules: [a]\ncondition: {field: [v, w], gte: 2}",
        "type: value_sum\nrules: [a]\ncondition: {field: v, gte: 2}",
        "type: value_avg\nrules: [a]\ncondition: {field: v, gte: 2}",
        "type: value_percentile\nrules: [a]\ncondition: {field: v, percentile: 90, gte: 2}",
        "type: temporal\nrules: [a, b]",
        "type: temporal\nrules: [a, b]\ncondition: a and not b",
        "type: temporal\nrules: [a, b]\ncondition: a or not b",
        "type: temporal_ordered\nrules: [a, b]",
        "type: temporal_ordered\nrules: [b, a]",
        "type: new_terms\nrules: [a]\ncondition: {field: v}",
        "type: stats\nrules: [a]\naggregates: {n: {count: '*'}}\ncondition: n > 2",
        "type: stats\nrules: [a]\naggregates: {n: {count: a}}\ncondition: n > 2",
        "type: stats\nrules: [a]\naggregates: {n: {max: v}}\ncondition: n > 2",
        "type: stats\nrules: [a]\naggregates: {n: {min: v}}\ncondition: n > 2",
    ] {
        let print = prints(&with(kind, "")).1;
        assert!(seen.insert(print), "{kind}");
    }
    // Fixed, since state outlives the program that wrote it.
    assert_eq!(
        (rules[0], correlation),
        (
            59_643_130_504_629_909_568_414_525_111_812_565_674,
            302_004_638_574_316_711_342_481_938_962_447_008_115
        )
    );
}
