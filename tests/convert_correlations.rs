//! Converted correlations: against the reference implementation, and in forms of our own.

#[path = "correlations/languages.rs"]
mod languages;
#[path = "correlations/matrix.rs"]
mod matrix;
#[path = "correlations/reference.rs"]
mod reference;
#[path = "correlations/sql.rs"]
mod sql;

use sigwright_convert::correlation::{self, Correlations, Target, Voices};
use sigwright_convert::pipeline::{Allowed, convert};
use sigwright_convert::{Chain, Pipeline, dialects, rule};
use sigwright_ir::{Context, lower};
use sigwright_syntax::{Sources, read};

/// What becomes of each document that speaks: a query, or the message with what it underlines.
fn converted(yaml: &str, target: &str, approximate: bool, pipeline: &str) -> Vec<Converted> {
    let correlations = correlation::of(dialects::find(target).unwrap());
    converted_as(yaml, target, correlations, approximate, pipeline)
}

/// The same with other words for correlations.
fn converted_as(
    yaml: &str,
    target: &str,
    correlations: Option<&'static Correlations>,
    approximate: bool,
    pipeline: &str,
) -> Vec<Converted> {
    let form = dialects::find(target).unwrap().formats[0].name;
    converted_to(yaml, (target, form), correlations, approximate, pipeline)
}

/// What is said of the last document, in a form.
fn in_format(yaml: &str, target: &str, form: &str) -> (String, String) {
    let mut all = converted_to(yaml, (target, form), None, false, "");
    all.pop().unwrap().unwrap_err()
}

fn converted_to(
    yaml: &str,
    (target, form): (&str, &str),
    correlations: Option<&'static Correlations>,
    approximate: bool,
    pipeline: &str,
) -> Vec<Converted> {
    let mut sources = Sources::new();
    let id = sources.add("rules.yml", yaml);
    let (documents, _) = read(&sources, id);
    let context = Context::default();
    let (set, _) = lower(&documents, &context);
    let dialect = dialects::find(target).unwrap();
    let format = dialect.formats.iter().find(|f| f.name == form).unwrap();
    let mut user = Vec::new();
    if !pipeline.is_empty() {
        let id = sources.add("pipeline.yml", pipeline);
        user.push(("own".to_owned(), Pipeline::read(&sources, id).unwrap()));
    }
    let chain = Chain::new(dialect, format, user, Allowed::default()).unwrap();
    let rules = rule::rules(&documents, &set, &context);
    let voices = Voices::of(&set);
    let mut all: Vec<Converted> = Vec::new();
    for (_, rule) in rules.iter().enumerate().filter(|(i, _)| voices.rule(*i)) {
        all.extend(
            convert(rule.clone().unwrap(), dialect, format, &chain)
                .unwrap()
                .into_iter()
                .map(Ok),
        );
    }
    let target = Target {
        dialect,
        format,
        chain: &chain,
        correlations,
        approximate,
    };
    for (index, one) in set.correlations.iter().enumerate() {
        if voices.correlation(index) {
            let said = correlation::convert(one, &set, &rules, &sources, &target);
            all.push(match said {
                Ok(correlated) => Ok(correlated.query),
                Err(said) => Err((
                    said[0].message.clone(),
                    sources.text(said[0].span().unwrap()).to_owned(),
                )),
            });
        }
    }
    if set.correlations.len() < documents.iter().filter(|d| is_correlation(d)).count() {
        all.push(Err(("faulty".to_owned(), String::new())));
    }
    all
}

type Converted = Result<String, (String, String)>;

fn is_correlation(document: &sigwright_syntax::ast::Document) -> bool {
    matches!(document.body, sigwright_syntax::ast::Body::Correlation(_)) || document.faulty
}

const RULES: &str = "\
title: Denied
name: denied
logsource: {category: web}
detection:
    sel: {status: 403}
    condition: sel
---
title: Allowed
name: allowed
logsource: {category: web}
detection:
    sel: {status: 200}
    condition: sel
---
title: Not the probe
logsource: {category: web}
filter:
    rules: [allowed]
    sel: {agent: probe}
    condition: not sel
---
title: Both
correlation:
";

fn last(correlation: &str, target: &str, approximate: bool) -> Converted {
    converted(&format!("{RULES}{correlation}"), target, approximate, "")
        .pop()
        .unwrap()
}

const MANY: &str = "    {type: event_count, rules: [denied], group-by: [client], timespan: 10m, condition: {gt: 3}}";

#[test]
fn counts_slide_where_the_language_can() {
    let splunk = last(MANY, "splunk", false).unwrap();
    assert_eq!(
        splunk,
        "status=403\n\n| sort 0 _time\n| streamstats global=f window=4 count as event_count \
         range(_time) as event_span by client\n\n\
         | where event_count == 4 AND event_span <= 600"
    );
    let eql = last(MANY, "eql", false).unwrap();
    assert_eq!(
        eql,
        "sequence by client with maxspan=10m \n [any where status == 403]  with runs=4"
    );
    let (message, place) = last(MANY, "esql", false).unwrap_err();
    assert!(
        message.contains("fixed buckets") && message.contains("--approximate"),
        "{message}"
    );
    assert_eq!(place, "event_count");
}

#[test]
fn ranges_and_upper_bounds_are_approximate() {
    let range = MANY.replace("{gt: 3}", "{gte: 3, lt: 9}");
    for target in ["splunk", "esql", "loki"] {
        assert!(last(&range, target, false).is_err(), "{target}");
    }
    assert!(
        last(&range, "splunk", true)
            .unwrap()
            .ends_with("| search event_count >= 3 event_count < 9")
    );
    assert!(
        last(&range, "esql", true)
            .unwrap()
            .ends_with("| where event_count >= 3 and event_count < 9")
    );
    assert!(
        last(&range, "loki", true)
            .unwrap()
            .ends_with("[10m])) >= 3 < 9")
    );
    let (message, place) = last(&range, "eql", true).unwrap_err();
    assert!(message.contains("bounds from below"), "{message}");
    assert_eq!(place, "{gte: 3, lt: 9}");
}

const ALIASED: &str = "
    type: temporal
    rules: [denied, allowed]
    aliases: {who: {denied: client, allowed: caller}}
    group-by: [who]
    timespan: 1h
    condition: denied and not allowed
";

#[test]
fn aliases_and_filters_and_boolean_conditions() {
    let splunk = last(ALIASED, "splunk", true).unwrap();
    assert_eq!(
        splunk,
        "| multisearch\n\
         [ search status=403 | eval event_type=\"denied\" | rename client as who ]\n\
         [ search status=200 NOT agent=\"probe\" | eval event_type=\"allowed\" | rename caller as who ]\n\n\
         | bin _time span=1h\n| stats values(event_type) as event_types by _time who\n\n\
         | search event_types=\"denied\"   NOT event_types=\"allowed\""
    );
    let plain = ALIASED.replace("    condition: denied and not allowed\n", "");
    let (message, place) = last(&plain, "eql", true).unwrap_err();
    assert!(message.contains("`who`"), "{message}");
    assert_eq!(place, "client");
    let loki = last(&plain, "loki", false).unwrap();
    assert!(
        loki.contains("| label_format who=client | who!=`` [1h])) and sum by (who)"),
        "{loki}"
    );
}

#[test]
fn rules_speak_where_nothing_speaks_for_them() {
    let yaml = format!("{RULES}{MANY}");
    assert_eq!(converted(&yaml, "splunk", false, "").len(), 2);
    let yaml = yaml.replace("{type:", "{generate: true, type:");
    assert_eq!(converted(&yaml, "splunk", false, "").len(), 3);
}

#[test]
fn fields_are_called_as_pipelines_call_them() {
    let pipeline = "
name: own
priority: 10
transformations:
    - id: names
      type: field_name_mapping
      mapping: {client: source.ip, status: code}
";
    let yaml = format!("{RULES}{MANY}");
    let eql = converted(&yaml, "eql", false, pipeline)
        .pop()
        .unwrap()
        .unwrap();
    assert_eq!(
        eql,
        "sequence by source.ip with maxspan=10m \n [any where code == 403]  with runs=4"
    );
    let two = pipeline.replace("source.ip,", "[source.ip, client.ip],");
    let (message, place) = converted(&yaml, "eql", false, &two)
        .pop()
        .unwrap()
        .unwrap_err();
    assert!(message.contains("no single name"), "{message}");
    assert_eq!(place, "client");
}

#[test]
fn what_has_no_form_is_refused_at_its_place() {
    let terms = "    {type: new_terms, rules: [denied], timespan: 1d, condition: {field: agent}}";
    for target in ["splunk", "lucene", "logscale", "loki"] {
        let (message, place) = last(terms, target, true).unwrap_err();
        assert!(message.contains("`new_terms`"), "{message}");
        assert_eq!(place, "new_terms");
    }
}
