//! Each transformation, condition, postprocessing and finalizer: a small pipeline in, a query
//! out.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking, also in what it calls"
)]

use sigwright_convert::pipeline::{Allowed, convert};
use sigwright_convert::{Chain, Pipeline, dialects, rule};
use sigwright_ir::{Context, lower};
use sigwright_syntax::{Sources, read};

/// A rule whose detection is given.
fn rule_of(detection: &str) -> String {
    format!(
        "title: A rule\nid: 6e1f0d7c-6d50-4f8e-9f7e-0f5a4a2f3c11\nlevel: high\nstatus: test\n\
         tags: [attack.t1059]\ndate: 2026-02-03\nfields: [User]\n\
         logsource: {{product: windows, category: process_creation}}\ndetection: {detection}\n"
    )
}

fn pipeline(yaml: &str) -> Result<Pipeline, Vec<String>> {
    let mut sources = Sources::new();
    let id = sources.add("pipeline.yml", yaml);
    Pipeline::read(&sources, id).map_err(|said| {
        let place =
            |d: &sigwright_syntax::Diagnostic| d.span().map_or("", |s| sources.text(s)).to_owned();
        said.iter()
            .map(|d| {
                let help = d
                    .help
                    .as_deref()
                    .map(|h| format!("; {h}"))
                    .unwrap_or_default();
                format!("{}{help} @ {}", d.message, place(d))
            })
            .collect()
    })
}

/// The query for a detection after the transformations, which are YAML in flow style.
fn after(transformations: &str, detection: &str) -> Result<String, String> {
    with(
        &format!("transformations: {transformations}"),
        detection,
        Allowed::default(),
    )
}

fn with(yaml: &str, detection: &str, allowed: Allowed) -> Result<String, String> {
    let pipeline = pipeline(yaml).map_err(|said| said.join("\n"))?;
    let dialect = dialects::find("splunk").unwrap();
    let chain = Chain::new(
        dialect,
        &dialect.formats[0],
        vec![("one".into(), pipeline)],
        allowed,
    )?;
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", rule_of(detection));
    let (documents, said) = read(&sources, id);
    assert!(documents.iter().all(|d| !d.faulty), "{said:?}");
    let context = Context {
        keep_placeholders: true,
        ..Context::default()
    };
    let (set, _) = lower(&documents, &context);
    let rule = rule::rules(&documents, &set, &context).remove(0).unwrap();
    let queries = convert(rule, dialect, &dialect.formats[0], &chain).map_err(|e| e.message)?;
    Ok(match chain.finalize(&queries)? {
        Some(text) => text,
        None => {
            let query = queries.join("\n");
            // the fields of the rule, whatever they are called by now
            match query.split_once(" | table ") {
                Some((query, rest)) => {
                    let end =
                        rest.trim_start_matches(|c: char| c.is_alphanumeric() || "_.".contains(c));
                    format!("{query}{end}")
                }
                None => query,
            }
        }
    })
}

const ONE: &str = "{s: {Image: 'C:\\a.exe'}, condition: s}";

#[track_caller]
fn becomes(transformations: &str, detection: &str, query: &str) {
    assert_eq!(after(transformations, detection).as_deref(), Ok(query));
}

#[track_caller]
fn refused(transformations: &str, detection: &str, why: &str) {
    let message = after(transformations, detection).unwrap_err();
    assert!(message.contains(why), "{message}");
}

#[test]
fn a_pipeline_that_leaves_nothing_to_ask() {
    let why = "leaves no query";
    refused("[{type: drop_detection_item}]", ONE, why);
    let none = "[{type: field_name_mapping, mapping: {Image: []}}]";
    refused(none, ONE, why);
}

#[test]
fn names_of_fields() {
    becomes(
        "[{type: field_name_mapping, mapping: {Image: path}}]",
        ONE,
        r#"path="C:\\a.exe""#,
    );
    becomes(
        "[{type: field_name_mapping, mapping: {Image: [a, b]}}]",
        ONE,
        r#"a="C:\\a.exe" OR b="C:\\a.exe""#,
    );
    becomes(
        "[{type: field_name_mapping, mapping: {Image: [a, b]}}]",
        "{s: {Image: null}, condition: s}",
        "NOT a=* NOT b=*",
    );
    becomes(
        "[{type: field_name_mapping, mapping: {null: _raw}}]",
        "{s: [word], condition: s}",
        r#"_raw="*word*""#,
    );
    becomes(
        "[{type: field_name_mapping, mapping: {B: x}}]",
        "{s: {A|fieldref: B}, condition: s}",
        "*\n| where lower('A')=lower('x')",
    );
    becomes(
        "[{type: field_name_prefix_mapping, mapping: {win.: event.}}]",
        "{s: {win.a: 1, b: 2}, condition: s}",
        "event.a=1 b=2",
    );
    becomes(
        "[{type: field_name_transform, transform_func: snake_case, mapping: {Keep: Keep}}]",
        "{s: {ParentImage: 1, DNSQuery: 2, Keep: 3}, condition: s}",
        "parent_image=1 dns_query=2 Keep=3",
    );
    becomes(
        "[{type: field_name_prefix, prefix: w.}]",
        ONE,
        r#"w.Image="C:\\a.exe""#,
    );
    becomes(
        "[{type: field_name_suffix, suffix: .text}]",
        ONE,
        r#"Image.text="C:\\a.exe""#,
    );
}

#[test]
fn the_list_of_fields() {
    let table = |t: &str| {
        with(
            &format!("transformations: {t}\nfinalizers: [{{type: concat}}]"),
            ONE,
            Allowed::default(),
        )
    };
    let expect = |t: &str, fields: &str| {
        assert_eq!(
            table(t).unwrap(),
            format!(r#"Image="C:\\a.exe" | table {fields}"#)
        );
    };
    expect("[{type: add_field, field: [a, b]}]", "User,a,b");
    expect(
        "[{type: add_field, field: a}, {type: remove_field, field: User}]",
        "a",
    );
    expect("[{type: set_field, fields: [x]}]", "x");
    expect("[{type: field_name_mapping, mapping: {User: u}}]", "u");
}

#[test]
fn whole_rules() {
    becomes(
        "[{type: add_condition, conditions: {source: a, 'x|contains': [1b, c]}}]",
        ONE,
        r#"source="a" x IN ("*1b*", "*c*") Image="C:\\a.exe""#,
    );
    becomes(
        "[{type: add_condition, negated: true, template: true, conditions: {i: '$product-${category}'}}]",
        ONE,
        r#"NOT i="windows-process_creation" Image="C:\\a.exe""#,
    );
    let moved = "{type: change_logsource, product: linux}";
    let only = |product: &str| {
        format!(
            "{{type: field_name_prefix, prefix: {product}., rule_conditions: [{{type: logsource, product: {product}}}]}}"
        )
    };
    becomes(
        &format!("[{moved}, {}, {}]", only("windows"), only("linux")),
        ONE,
        r#"linux.Image="C:\\a.exe""#,
    );
    let asks = "{type: field_name_prefix, prefix: s., rule_conditions: [{type: processing_state, key: k, val: 2, op: gt}]}";
    becomes(
        &format!("[{{type: set_state, key: k, val: 3}}, {asks}]"),
        ONE,
        r#"s.Image="C:\\a.exe""#,
    );
    becomes(
        &format!("[{{type: set_state, key: k, val: 2}}, {asks}]"),
        ONE,
        r#"Image="C:\\a.exe""#,
    );
    let asks = "{type: field_name_prefix, prefix: s., rule_conditions: [{type: rule_attribute, attribute: mine, value: 1}]}";
    becomes(
        &format!("[{{type: set_custom_attribute, attribute: mine, value: 1}}, {asks}]"),
        ONE,
        r#"s.Image="C:\\a.exe""#,
    );
    becomes(
        "[{type: drop_detection_item, field_name_conditions: [{type: include_fields, fields: [b]}]}]",
        "{s: {a: 1, b: 2}, condition: s}",
        "a=1",
    );
    refused("[{type: rule_failure, message: not here}]", ONE, "not here");
    refused(
        "[{type: detection_item_failure, message: no such field}]",
        ONE,
        "no such field",
    );
    refused("[{type: strict_field_mapping_failure}]", ONE, "`Image`");
    becomes(
        "[{type: field_name_mapping, mapping: {Image: p}}, {type: strict_field_mapping_failure}]",
        ONE,
        r#"p="C:\\a.exe""#,
    );
    becomes(
        "[{type: nest, items: [{type: field_name_prefix, prefix: a.}, {type: field_name_prefix, prefix: b.}]}]",
        ONE,
        r#"b.a.Image="C:\\a.exe""#,
    );
}

#[test]
fn values() {
    let v = |value: &str| format!("{{s: {{f: {value}}}, condition: s}}");
    becomes(
        r"[{type: replace_string, regex: '^HKLM\\(.)', replacement: 'HKEY\\\g<1>'}]",
        &v(r"'HKLM\Soft*'"),
        r#"f="HKEY\\Soft*""#,
    );
    becomes(
        "[{type: replace_string, regex: a, replacement: '*', skip_special: true}]",
        &v("'a*'"),
        "f=\"*\"\n| regex f=\"(?is)^\\\\*.*$\"",
    );
    becomes(
        "[{type: map_string, mapping: {a: [b, c], d: e}}]",
        &v("[a, d, x]"),
        r#"f IN ("b", "c", "e", "x")"#,
    );
    becomes("[{type: regex}]", &v("'a1*'"), "*\n| regex f=\"[aA]1.*\"");
    becomes(
        "[{type: regex, method: ignore_case_flag}]",
        &v("'a.?'"),
        "*\n| regex f=\"(?i)a\\\\..\"",
    );
    becomes("[{type: set_value, value: 7}]", &v("[a, b]"), "f IN (7, 7)");
    becomes(
        "[{type: set_value, value: 7, force_type: str}]",
        &v("a"),
        r#"f="7""#,
    );
    becomes(
        "[{type: convert_type, target_type: str}]",
        &v("7"),
        r#"f="7""#,
    );
    becomes("[{type: convert_type, target_type: num}]", &v("'7'"), "f=7");
    refused(
        "[{type: convert_type, target_type: num}]",
        &v("x"),
        "no number",
    );
    becomes("[{type: case, method: upper}]", &v("'aB*'"), r#"f="AB*""#);
    becomes(
        "[{type: case}]",
        "{s: {f|windash|contains: ' -E'}, condition: s}",
        r#"f="* -e*" OR f="* /e*" OR f="* –e*" OR f="* —e*" OR f="* ―e*""#,
    );
}

#[test]
fn values_taken_apart() {
    let hashes = "[{type: hashes_fields, valid_hash_algos: [MD5, SHA1], field_prefix: h.}]";
    becomes(
        hashes,
        "{s: {Hashes|contains: [MD5=aa, SHA1=bb, IMPHASH=cc]}, condition: s}",
        r#"h.MD5="aa" OR h.SHA1="bb""#,
    );
    refused(
        hashes,
        "{s: {Hashes: IMPHASH=cc}, condition: s}",
        "MD5, SHA1",
    );
    becomes(
        r"[{type: extract_fields, regex: '(?P<type>\w+):(?P<n>\d+)', field_prefix: reg}]",
        "{s: {f: ['Dword:12', 'Qword:01', none]}, condition: s}",
        r#"(reg.type="Dword" reg.n=12) OR (reg.type="Qword" reg.n="01")"#,
    );
}

#[test]
fn placeholders() {
    let rule = "{s: {'User|expand': '%admins%'}, condition: s}";
    refused("[]", rule, "`admins`");
    becomes("[{type: wildcard_placeholders}]", rule, r#"User="*""#);
    refused(
        "[{type: wildcard_placeholders, exclude: [admins]}]",
        rule,
        "`admins`",
    );
    let vars = "vars: {admins: [root, 7]}\ntransformations: [{type: value_placeholders}]";
    assert_eq!(
        with(vars, rule, Allowed::default()).unwrap(),
        r#"User IN ("root", "7")"#
    );
    refused("[{type: value_placeholders}]", rule, "`admins`");
    becomes(
        "[{type: query_expression_placeholders, expression: '[| inputlookup {id} | fields {field}]', mapping: {admins: list}}]",
        rule,
        "[| inputlookup list | fields User]",
    );
}

#[test]
fn placeholders_from_outside() {
    let rule = "{s: {'User|expand': '%admins%'}, condition: s}";
    let command =
        "transformations: [{type: command_placeholders, cmd: [printf, 'a\\nb\\n'], filter: '^a'}]";
    let message = with(command, rule, Allowed::default()).unwrap_err();
    assert!(message.contains("--allow-commands"), "{message}");
    let allowed = Allowed {
        commands: true,
        ..Allowed::default()
    };
    assert_eq!(with(command, rule, allowed).unwrap(), r#"User="a""#);
    let json = r#"transformations: [{type: command_placeholders, format: json, jq_expression: '.users[].name', cmd: "echo '{\"users\": [{\"name\": \"x\"}, {\"name\": \"y\"}]}'"}]"#;
    assert_eq!(with(json, rule, allowed).unwrap(), r#"User IN ("x", "y")"#);
    let csv = r#"transformations: [{type: command_placeholders, format: csv, csv_column: name, cmd: "printf 'id,name\\n1,x\\n'"}]"#;
    assert_eq!(with(csv, rule, allowed).unwrap(), r#"User="x""#);
    let slow = "transformations: [{type: command_placeholders, cmd: sleep 9, timeout: 0}]";
    assert!(
        with(slow, rule, allowed)
            .unwrap_err()
            .contains("longer than 0 s")
    );
    let url = "transformations: [{type: http_placeholders, url: 'https://example.com/list'}]";
    assert!(
        with(url, rule, allowed)
            .unwrap_err()
            .contains("--allow-urls")
    );
    let file = "transformations: [{type: file_placeholders, path: list.txt}]";
    assert!(
        with(file, rule, allowed)
            .unwrap_err()
            .contains("--allow-files")
    );
}

#[test]
fn conditions() {
    let yes = r#"p.Image="C:\\a.exe""#;
    let no = r#"Image="C:\\a.exe""#;
    let step =
        |conditions: &str| format!("[{{type: field_name_prefix, prefix: p., {conditions}}}]");
    for (condition, expected) in [
        (
            "rule_conditions: [{type: contains_field, field: Image}]",
            yes,
        ),
        (
            r"rule_conditions: [{type: contains_detection_item, field: Image, value: 'C:\a.exe'}]",
            yes,
        ),
        (
            "rule_conditions: [{type: contains_detection_item, field: Image, value: x}]",
            no,
        ),
        ("rule_conditions: [{type: is_sigma_rule}]", yes),
        ("rule_conditions: [{type: is_sigma_correlation_rule}]", no),
        ("rule_conditions: [{type: tag, tag: attack.t1059}]", yes),
        (
            "rule_conditions: [{type: rule_attribute, attribute: level, value: medium, op: gte}]",
            yes,
        ),
        (
            "rule_conditions: [{type: rule_attribute, attribute: date, value: '2026-03-01', op: lt}]",
            yes,
        ),
        (
            "rule_conditions: [{type: rule_attribute, attribute: status, value: stable, op: lt}]",
            yes,
        ),
        (
            "rule_conditions: [{type: rule_attribute, attribute: tags, value: attack.t1059, op: not_in}]",
            no,
        ),
        (
            "rule_conditions: [{type: is_sigma_rule}, {type: tag, tag: x.y}]",
            no,
        ),
        (
            "rule_cond_op: or, rule_conditions: [{type: is_sigma_rule}, {type: tag, tag: x.y}]",
            yes,
        ),
        (
            "rule_cond_not: true, rule_conditions: [{type: tag, tag: x.y}]",
            yes,
        ),
        (
            "rule_cond_expr: not a and b, rule_conditions: {a: {type: tag, tag: x.y}, b: {type: is_sigma_rule}}",
            yes,
        ),
        (
            "rule_conditions: [{type: processing_item_applied, processing_item_id: other}]",
            no,
        ),
        (
            r"detection_item_conditions: [{type: match_string, cond: any, pattern: 'C:'}]",
            yes,
        ),
        (
            "detection_item_conditions: [{type: match_string, cond: all, pattern: a}]",
            no,
        ),
        (
            r"detection_item_conditions: [{type: match_value, cond: any, value: 'C:\a.exe'}]",
            yes,
        ),
        (
            "detection_item_conditions: [{type: contains_wildcard, cond: any}]",
            no,
        ),
        (
            "detection_item_cond_not: true, detection_item_conditions: [{type: is_null, cond: any}]",
            yes,
        ),
        (
            "detection_item_conditions: [{type: processing_item_applied, processing_item_id: x}]",
            no,
        ),
        (
            "detection_item_conditions: [{type: processing_state, key: x, val: 1}]",
            no,
        ),
        (
            "field_name_conditions: [{type: include_fields, fields: [Image]}]",
            yes,
        ),
        (
            "field_name_conditions: [{type: include_fields, mode: re, fields: ['I\\w+$']}]",
            yes,
        ),
        (
            "field_name_conditions: [{type: exclude_fields, fields: [Image]}]",
            no,
        ),
        (
            "field_name_conditions: [{type: processing_item_applied, processing_item_id: x}]",
            no,
        ),
        (
            "field_name_conditions: [{type: processing_state, key: x, val: 1}]",
            no,
        ),
    ] {
        assert_eq!(
            after(&step(condition), ONE).as_deref(),
            Ok(expected),
            "{condition}"
        );
    }
}

#[test]
fn postprocessing() {
    let post = |items: &str| with(&format!("postprocessing: {items}"), ONE, Allowed::default());
    let query = r#"Image="C:\\a.exe""#;
    assert_eq!(
        post("[{type: embed, prefix: '<', suffix: '>'}]").unwrap(),
        format!("<{query}>")
    );
    assert_eq!(
        post("[{type: simple_template, template: '{rule.title}: {rule.logsource.product}'}]")
            .unwrap(),
        "A rule: windows"
    );
    assert_eq!(
        post("[{type: template, template: '{{ rule.level | upper }} {% for t in rule.tags %}{{ t }}{% endfor %}'}]").unwrap(),
        "HIGH attack.t1059"
    );
    assert!(
        post("[{type: template, template: '{{ nothing }}'}]")
            .unwrap_err()
            .contains("fails")
    );
    assert_eq!(
        post(r#"[{type: json, json_template: '{"q": ["%QUERY%", 1]}'}]"#).unwrap(),
        r#"{"q": ["Image=\"C:\\\\a.exe\"", 1]}"#
    );
    assert_eq!(
        post(r"[{type: replace, pattern: '(\w+)=', replacement: '\1: '}]").unwrap(),
        r#"Image: "C:\\a.exe""#
    );
    assert_eq!(
        post("[{type: nest, rule_conditions: [{type: tag, tag: x.y}], items: [{type: embed, prefix: no}]}]").unwrap(),
        query
    );
}

#[test]
fn finalizers() {
    let last = |items: &str| {
        let yaml = format!(
            "postprocessing: [{{type: simple_template, template: 'q\"'}}]\nfinalizers: {items}"
        );
        with(&yaml, ONE, Allowed::default()).unwrap()
    };
    assert_eq!(last("[{type: concat, prefix: '<', suffix: '>'}]"), "<q\">");
    assert_eq!(last("[{type: json}]"), r#"["q\""]"#);
    assert_eq!(last("[{type: json, indent: 2}]"), "[\n  \"q\\\"\"\n]");
    assert_eq!(last("[{type: yaml}]"), "- q\"\n");
    assert_eq!(
        last("[{type: template, template: '{{ queries | length }}'}]"),
        "1"
    );
    assert_eq!(
        last("[{type: nested, finalizers: [{type: concat}, {type: json}]}]"),
        r#""q\"""#
    );
}

#[test]
fn faults_are_shown_where_they_are() {
    for (yaml, said) in [
        (
            "transformations: [{type: field_name_maping}]",
            "no transformation is called `field_name_maping`; did you mean `field_name_mapping`? @ field_name_maping",
        ),
        (
            "transformations: [{type: set_state, key: a, val: 1, kind: b}]",
            "no key of this is called `kind`; known are key, val @ kind",
        ),
        (
            "transformations: [{type: field_name_mapping, mapping: {a: [b, 3]}}]",
            "`3` is no name @ [b, 3]",
        ),
        (
            "transformations: [{type: set_state, key: [a], val: 1}]",
            "invalid type: a list, expected a text @ [a]",
        ),
        (
            "transformations: [{type: case, method: loud}]",
            "unknown name `loud`, expected one of `lower`, `upper`, `snake_case` @ loud",
        ),
        (
            "transformations: [{type: set_state, key: a}]",
            "missing key `val` @ {type: set_state, key: a}",
        ),
        (
            "name: x\npriorty: 3",
            "no key of a pipeline is called `priorty`; did you mean `priority`? @ priorty",
        ),
        (
            "transformations: [{type: case, rule_cond_expr: a and c, rule_conditions: {a: {type: is_sigma_rule}}}]",
            "no condition is called `c` @ a and c",
        ),
        (
            "transformations: [{type: replace_string, regex: '(', replacement: x}]",
            "is no regular expression",
        ),
        (
            "transformations: [{type: add_condition, conditions: {a|nope: 1}}]",
            "nope",
        ),
        (
            "transformations: 7",
            "`transformations` is a number, and should be a list @ 7",
        ),
    ] {
        let found = pipeline(yaml).unwrap_err();
        assert!(found.iter().any(|f| f.contains(said)), "{yaml}\n{found:#?}");
    }
}

#[test]
fn pipelines_are_in_order_of_priority_then_name() {
    let prefix = |name: &str, priority: i64| {
        let yaml = format!(
            "priority: {priority}\ntransformations: [{{type: field_name_prefix, prefix: {name}.}}]"
        );
        (name.to_owned(), pipeline(&yaml).unwrap())
    };
    let chain = Chain::of(
        vec![prefix("c", 5), prefix("b", 9), prefix("a", 9)],
        Allowed::default(),
    );
    let steps = chain
        .pipelines()
        .iter()
        .map(|p| p.priority)
        .collect::<Vec<_>>();
    assert_eq!(steps, [5, 9, 9]);
    let made = pipeline("allowed_backends: [loki]").unwrap();
    let dialect = dialects::find("splunk").unwrap();
    let wrong = Chain::new(
        dialect,
        &dialect.formats[0],
        vec![("l".into(), made)],
        Allowed::default(),
    );
    assert!(wrong.unwrap_err().contains("made for loki"));
}

#[test]
fn values_that_stand_for_detections() {
    let step = |end: &str| {
        format!(
            "[{{type: map_detection_item, mapping: {{good: {{code|lt: 400}}, bad: {{code|gte: 400, \
             seen: true}}}}{end}, field_name_conditions: [{{type: include_fields, fields: [outcome]}}]}}]"
        )
    };
    becomes(
        &step(""),
        "{s: {outcome: Good, a: 1}, condition: s}",
        "code<400 a=1",
    );
    becomes(
        &step(""),
        "{s: {outcome: [good, bad]}, condition: s}",
        "code<400 OR (code>=400 seen=true)",
    );
    becomes(
        &step(""),
        "{s: {outcome: bad}, condition: not s}",
        "NOT (code>=400 seen=true)",
    );
    refused(
        &step(""),
        "{s: {outcome: g*}, condition: s}",
        "only `good`, `bad` are known",
    );
    refused(
        &step(""),
        "{s: {outcome|neq: good}, condition: s}",
        "`neq` cannot deny",
    );
    let wrong = pipeline("transformations: [{type: map_detection_item, mapping: {a: 1}}]");
    assert!(wrong.is_err_and(|said| said[0].contains("conditions are a map")));
}

#[test]
fn refusals_name_the_field() {
    refused(
        "[{type: detection_item_failure, message: 'no column for {field}'}]",
        ONE,
        "no column for `Image`",
    );
}

#[test]
fn one_of_several_values_is_contained() {
    let step = "[{type: field_name_prefix, prefix: w., rule_conditions: \
                [{type: contains_detection_item, field: EventID, value: [1, 4688]}]}]";
    becomes(step, "{s: {EventID: 4688}, condition: s}", "w.EventID=4688");
    becomes(step, "{s: {EventID: 2}, condition: s}", "EventID=2");
}
