//! Random rules of every type, and random timelines for them.

use crate::oracle::Fact;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The types, each with what makes the text of its condition.
pub const TYPES: [&str; 12] = [
    "event_count",
    "value_count",
    "value_sum",
    "value_avg",
    "value_percentile",
    "value_median",
    "temporal",
    "temporal, expression",
    "temporal_ordered",
    "temporal_ordered, expression",
    "new_terms",
    "stats",
];

pub const SECOND: i64 = 1_000_000_000;
/// The rules that events match, by the place in the set.
pub const RULES: [&str; 3] = ["a", "b", "c"];

/// Numbers that depend on a seed alone (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    pub fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    pub fn of<'l>(&mut self, list: &[&'l str]) -> &'l str {
        list[self.below(list.len())]
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for place in (1..list.len()).rev() {
            list.swap(place, self.below(place + 1));
        }
    }
}

/// Documents: three rules, a correlation of the type, sometimes one over it.
pub fn rules(random: &mut Random, kind: usize) -> String {
    let mut text = String::new();
    for name in RULES {
        let _ = write!(
            text,
            "title: {name}\nname: {name}\nlogsource: {{product: test}}\n\
             detection:\n  sel: {{kind: {name}}}\n  condition: sel\n---\n"
        );
    }
    let mut listed: Vec<&str> = RULES[..1 + random.below(3)].to_vec();
    random.shuffle(&mut listed);
    let expression = matches!(kind, 7 | 9);
    if expression {
        listed = RULES.to_vec();
    }
    if kind >= 6 && listed.len() < 2 && kind < 10 {
        listed = vec!["b", "a"];
    }
    if matches!(kind, 8 | 9) && random.one_in(2) {
        let again = listed[random.below(listed.len())];
        listed.insert(random.below(listed.len() + 1), again);
    }
    let span = 1 + random.below(8);
    let name = TYPES[kind].split(',').next().unwrap_or_default();
    let mut body = format!(
        "correlation:\n  type: {name}\n  rules: [{}]\n  timespan: {span}s\n",
        listed.join(", ")
    );
    let groups = [
        "",
        "  group-by: [u]\n",
        "  group-by: [u]\n",
        "  group-by: [u, h]\n",
    ];
    let group = groups[random.below(groups.len())];
    body.push_str(group);
    let aliased = group.contains('h') || matches!(kind, 1 | 10 | 11);
    if aliased && listed.contains(&"b") && random.one_in(2) {
        body.push_str("  aliases: {h: {b: hb}}\n");
    }
    condition(random, kind, &listed, &mut body);
    let mut hints = String::new();
    if kind != 10 {
        let refire = [
            "",
            "",
            "",
            "x-refire: always\n",
            "x-refire: 2s\n",
            "x-refire: 5s\n",
        ];
        hints.push_str(refire[random.below(refire.len())]);
    }
    if random.one_in(5) && kind != 10 {
        let _ = writeln!(hints, "x-suppress: {{for: {}s}}", 1 + random.below(20));
    }
    let slides = !["lt", "eq", "not", "<", "="]
        .iter()
        .any(|sign| body.contains(sign));
    if random.one_in(6) && slides {
        let _ = writeln!(hints, "x-activation: {}s", 1 + random.below(15));
    }
    if random.one_in(4) {
        hints.push_str("x-variations:\n  - {name: flagged, when: {flag: 'yes'}, level: high}\n");
    }
    let generate = match random.one_in(2) {
        true => "generate: true\n",
        false => "",
    };
    let _ = write!(text, "title: one\nname: one\n{hints}{body}");
    if random.one_in(3) {
        let over = ["one", "one, a", "a, one, c"][random.below(3)];
        let group = match group.contains('u') && random.one_in(2) {
            true => "  group-by: [u]\n",
            false => "",
        };
        let condition = match over.contains(',') {
            true => random.of(&[
                "event_count\n  condition: {gte: 2}",
                "event_count\n  condition: {lt: 4}",
                "temporal",
                "temporal_ordered",
                "temporal\n  condition: one and not a",
            ]),
            false => random.of(&[
                "event_count\n  condition: {gte: 2}",
                "event_count\n  condition: {eq: 1}",
            ]),
        };
        let over = match condition.contains("not a") {
            true => "one, a",
            false => over,
        };
        let _ = write!(
            text,
            "---\ntitle: two\nname: two\n{generate}correlation:\n  type: {condition}\n  rules: [{over}]\n  timespan: {}s\n{group}",
            1 + random.below(12),
        );
    }
    text
}

fn condition(random: &mut Random, kind: usize, listed: &[&str], body: &mut String) {
    let count = random.below(6);
    let bounds = |random: &mut Random, at: i64| match random.below(9) {
        0 | 1 => format!("gte: {at}"),
        2 => format!("gt: {at}"),
        3 => format!("lt: {at}"),
        4 => format!("lte: {at}"),
        5 => format!("eq: {at}"),
        6 => format!("neq: {at}"),
        7 => format!("gt: {at}, lte: {}", at + 2),
        _ => format!("gte: {}, gt: {at}", at + 1),
    };
    let tuple = random.of(&["w", "h", "[w, h]"]);
    let number = random.below(30) as i64 - 10;
    let _ = match kind {
        0 => writeln!(
            body,
            "  condition: {{{}}}",
            bounds(random, count as i64 + 1)
        ),
        1 => writeln!(
            body,
            "  condition: {{field: {tuple}, {}}}",
            bounds(random, count as i64)
        ),
        2..=5 => {
            let percent = match kind {
                4 => format!(
                    ", percentile: {}",
                    [0, 10, 33, 75, 90, 100][random.below(6)]
                ),
                _ => String::new(),
            };
            writeln!(
                body,
                "  condition: {{field: v, {}{percent}}}",
                bounds(random, number)
            )
        }
        6 | 8 => match random.below(3) {
            0 => Ok(()),
            _ => {
                let at = 1 + random.below(listed.len());
                writeln!(body, "  condition: {{{}}}", bounds(random, at as i64))
            }
        },
        7 | 9 => {
            let expression = random.of(&[
                "a and b and c",
                "a and (b or c)",
                "(a or b) and not c",
                "not (a and b) or c",
                "a and b and not c",
                "c or (b and a)",
                "not a and (not b or c)",
            ]);
            writeln!(body, "  condition: {expression}")
        }
        10 => match random.below(3) {
            0 => writeln!(body, "  condition: {{field: {tuple}, eq: 0}}"),
            1 => writeln!(body, "  condition: {{field: {tuple}, lt: {}}}", 1 + count),
            _ => writeln!(body, "  condition: {{field: {tuple}, eq: {count}}}"),
        },
        _ => {
            let _ = writeln!(
                body,
                "  aggregates:\n    all: {{count: '*'}}\n    some: {{count: {}}}\n    kinds: {{count_distinct: {tuple}}}\n    \
                 total: {{sum: v}}\n    mean: {{avg: v}}\n    least: {{min: v}}\n    most: {{max: v}}",
                listed[0]
            );
            let rest = random.of(&[
                "some >= 1 or mean > 2 or least > 5 or most > 8 or total > 20 or kinds > 1",
                "(some >= 1 or kinds > 2) and (mean > 2 or least > 5 or most > 8 or total > 20)",
                "(some < 2 or kinds = 2) and (mean > 2 or least > 5 or most > 8 or total < 20)",
                "not (some > 2 and kinds > 1) and (mean > 2 or least < 5 or most < 8 or total < 20)",
            ]);
            writeln!(body, "  condition: all > {count} and ({rest})")
        }
    };
}

/// Events in the order they happen, times in whole and half seconds, with what each is as
/// JSON. Times repeat, fields are missing, null or lists.
pub fn timeline(random: &mut Random, most: usize) -> Vec<(Fact, String)> {
    let mut time = 1_000_000 * SECOND;
    let count = 1 + random.below(most);
    (0..count)
        .map(|_| {
            time += [0, 0, 1, 1, 2, 3, 4, 9][random.below(8)] * SECOND / 2;
            event(random, time)
        })
        .collect()
}

fn event(random: &mut Random, time: i64) -> (Fact, String) {
    let rules: Vec<usize> = match random.below(8) {
        0 => vec![0, 1],
        1 => vec![0, 1, 2],
        2 => Vec::new(),
        n => vec![n % 3],
    };
    let kinds: Vec<String> = rules
        .iter()
        .map(|rule| format!("\"{}\"", RULES[*rule]))
        .collect();
    let mut json = format!("{{\"kind\":[{}]", kinds.join(","));
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let choices: [(&str, &[&str]); 6] = [
        ("u", &["ann", "ANN", "bob", "Ärger", "ÄRGER"]),
        ("h", &["one", "two", "7"]),
        ("hb", &["one", "Two", "three"]),
        ("v", &["1", "2.5", "-3", "10", "0", "7.1", "\"4\"", "\"x\""]),
        ("w", &["p", "P", "q", "r", "s"]),
        ("flag", &["yes", "no"]),
    ];
    for (name, values) in choices {
        let count = match random.below(10) {
            0 => 0,
            1 => 2,
            2 if name != "flag" => {
                let _ = write!(json, ",\"{name}\":null");
                continue;
            }
            _ => 1,
        };
        let mut spelled = Vec::new();
        for _ in 0..count {
            let value = random.of(values);
            let text = value.trim_matches('"').to_owned();
            spelled.push(match name == "v" || value == "7" {
                true => value.to_owned(),
                false => format!("\"{value}\""),
            });
            fields.entry(name.to_owned()).or_default().push(text);
        }
        match spelled.as_slice() {
            [] => {}
            [one] => drop(write!(json, ",\"{name}\":{one}")),
            _ => drop(write!(json, ",\"{name}\":[{}]", spelled.join(","))),
        }
    }
    json.push('}');
    (
        Fact {
            time,
            rules,
            fields,
        },
        json,
    )
}
