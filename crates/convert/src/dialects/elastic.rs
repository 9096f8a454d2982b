//! The JSON that Kibana and OpenSearch Dashboards import, around a query.

use crate::attack::{self, Entry};
use crate::rule::Rule;
use crate::{Unsupported, python_json};
use serde_json::{Value as Json, json};
use sigwright_syntax::ast::Level;

/// What a detection rule says about its query.
pub struct Language {
    /// `type`.
    pub kind: &'static str,
    /// `language`.
    pub name: &'static str,
    /// `rule_type_id` of the API.
    pub rule_type: &'static str,
    /// The indices are in the rule, not in the query.
    pub index: bool,
}

impl Language {
    /// Query strings.
    pub const LUCENE: Language = Language {
        kind: "query",
        name: "lucene",
        rule_type: "siem.queryRule",
        index: true,
    };
    /// Kibana's query language.
    pub const KQL: Language = Language {
        name: "kuery",
        ..Language::LUCENE
    };
    /// EQL.
    pub const EQL: Language = Language {
        kind: "eql",
        name: "eql",
        rule_type: "siem.eqlRule",
        index: true,
    };
    /// ES|QL.
    pub const ESQL: Language = Language {
        kind: "esql",
        name: "esql",
        rule_type: "siem.esqlRule",
        index: false,
    };
}

/// The indices Elastic Security looks into, unless told otherwise.
const INDICES: [&str; 9] = [
    "apm-*-transaction*",
    "auditbeat-*",
    "endgame-*",
    "filebeat-*",
    "logs-*",
    "packetbeat-*",
    "traces-apm*",
    "winlogbeat-*",
    "-*elastic-cloud-logs-*",
];

/// The rule's text, or null.
fn text(value: Option<&sigwright_syntax::Spanned<String>>) -> Json {
    value.map_or(Json::Null, |text| json!(text.value))
}

fn texts(values: &[sigwright_syntax::Spanned<String>]) -> Json {
    values.iter().map(|text| json!(text.value)).collect()
}

fn name(rule: &Rule) -> String {
    let title = rule.meta.title.as_ref();
    format!("SIGMA - {}", title.map_or("", |title| title.value.as_str()))
}

/// A query string in the query DSL.
pub fn dsl(_: &Rule, _: usize, query: String) -> Result<String, Unsupported> {
    Ok(python_json(&json!({"query": query_dsl(&query)})))
}

fn query_dsl(query: &str) -> Json {
    json!({"bool": {"must": [{"query_string": {"query": query, "analyze_wildcard": true}}]}})
}

/// A saved search of Kibana.
pub fn saved_search(rule: &Rule, _: usize, query: String) -> Result<String, Unsupported> {
    let query = json!({"query_string": {"query": query, "analyze_wildcard": true}});
    Ok(search_with(rule, &query))
}

/// A saved search of Kibana with a query in its own language.
pub fn saved_search_in_kql(rule: &Rule, _: usize, query: String) -> Result<String, Unsupported> {
    let query = json!({"query": query, "language": "kuery"});
    Ok(search_with(rule, &query))
}

fn search_with(rule: &Rule, query: &Json) -> String {
    let source = json!({
        "index": "beats-*",
        "filter": [],
        "highlight": {
            "pre_tags": ["@kibana-highlighted-field@"],
            "post_tags": ["@/kibana-highlighted-field@"],
            "fields": {"*": {}},
            "require_field_match": false,
            "fragment_size": i32::MAX,
        },
        "query": query,
    });
    python_json(&json!({
        "id": text(rule.meta.id.as_ref()),
        "type": "search",
        "attributes": {
            "title": name(rule),
            "description": text(rule.meta.description.as_ref()),
            "hits": 0,
            "columns": [],
            "sort": ["@timestamp", "desc"],
            "version": 1,
            "kibanaSavedObjectMeta": {"searchSourceJSON": python_json(&source)},
        },
        "references": [{
            "id": "beats-*",
            "name": "kibanaSavedObjectMeta.searchSourceJSON.index",
            "type": "index-pattern",
        }],
    }))
}

/// A saved search of Kibana in ES|QL.
pub fn saved_esql(rule: &Rule, _: usize, query: String) -> Result<String, Unsupported> {
    let index = rule.state.get("index").cloned().unwrap_or(json!("*"));
    let source = json!({
        "query": {"esql": query},
        "index": {
            "title": index,
            "timeFieldName": "@timestamp",
            "sourceFilters": [],
            "type": "esql",
            "fieldFormats": {},
            "runtimeFieldMap": {},
            "allowNoIndex": false,
            "name": index,
            "allowHidden": false,
        },
        "filter": [],
    });
    Ok(python_json(&json!({
        "attributes": {
            "columns": [],
            "description": described(rule),
            "grid": {},
            "hideChart": false,
            "isTextBasedQuery": true,
            "kibanaSavedObjectMeta": {"searchSourceJSON": python_json(&source)},
            "sort": [["@timestamp", "desc"]],
            "timeRestore": false,
            "title": name(rule),
            "usesAdHocDataView": false,
        },
        "id": text(rule.meta.id.as_ref()),
        "managed": false,
        "references": [],
        "type": "search",
        "typeMigrationVersion": "10.2.0",
    })))
}

fn described(rule: &Rule) -> Json {
    match &rule.meta.description {
        Some(text) => json!(text.value),
        None => json!("No description"),
    }
}

/// What both forms of a detection rule need.
struct Parts {
    author: Json,
    license: Json,
    risk: u8,
    severity: &'static str,
    threat: Json,
    tags: Json,
    index: Json,
}

impl Parts {
    fn of(rule: &Rule) -> Parts {
        let meta = &rule.meta;
        let (risk, severity) = match meta.level.as_ref().map(|level| level.value) {
            Some(Level::Informational) => (0, "low"),
            Some(Level::Low) | None => (21, "low"),
            Some(Level::Medium) => (47, "medium"),
            Some(Level::High) => (73, "high"),
            Some(Level::Critical) => (99, "critical"),
        };
        let tags = || meta.tags.iter().map(|tag| tag.value.as_str());
        let threat = threat(attack::threats(tags()));
        let told = !threat.as_array().is_none_or(Vec::is_empty);
        let others = tags().filter(|tag| !(told && tag.starts_with("attack.")));
        let index = match rule.state.get("index") {
            Some(Json::Array(indices)) => json!(indices),
            Some(index) => json!([index]),
            None => json!(INDICES),
        };
        Parts {
            author: meta
                .author
                .iter()
                .map(|author| json!(author.value))
                .collect(),
            license: meta
                .license
                .as_ref()
                .map_or(json!("DRL"), |l| json!(l.value)),
            risk,
            severity,
            threat,
            tags: others.map(|tag| json!(tag.replacen('.', "-", 1))).collect(),
            index,
        }
    }
}

fn threat(threats: Vec<(&Entry, Vec<attack::Tagged>)>) -> Json {
    let technique = |entry: &Entry| {
        let page = entry.id.replace('.', "/");
        json!({
            "id": entry.id,
            "reference": format!("https://attack.mitre.org/techniques/{page}"),
            "name": entry.name,
        })
    };
    let mut all = Vec::new();
    for (tactic, tagged) in threats {
        let mut techniques: Vec<(Json, Vec<Json>)> = Vec::new();
        for (parent, sub) in tagged {
            let parent = technique(parent);
            let sub = sub.map(technique);
            match techniques.iter_mut().find(|(known, _)| *known == parent) {
                Some((_, subs)) => subs.extend(sub),
                None => techniques.push((parent, sub.into_iter().collect())),
            }
        }
        let techniques = techniques.into_iter().map(|(mut technique, subs)| {
            if let Some(object) = technique.as_object_mut() {
                object.insert("subtechnique".to_owned(), json!(subs));
            }
            technique
        });
        all.push(json!({
            "tactic": {
                "id": tactic.id,
                "reference": format!("https://attack.mitre.org/tactics/{}", tactic.id),
                "name": tactic.name,
            },
            "framework": "MITRE ATT&CK",
            "technique": techniques.collect::<Vec<Json>>(),
        }));
    }
    json!(all)
}

/// A detection rule for Kibana's API.
pub fn rule(rule: &Rule, language: &Language, query: &str) -> Result<String, Unsupported> {
    let parts = Parts::of(rule);
    let mut params = json!({
        "author": parts.author,
        "description": described(rule),
        "ruleId": text(rule.meta.id.as_ref()),
        "falsePositives": texts(&rule.meta.falsepositives),
        "from": "now-5m",
        "immutable": false,
        "license": parts.license,
        "outputIndex": "",
        "meta": {"from": "1m"},
        "maxSignals": 100,
        "riskScore": parts.risk,
        "riskScoreMapping": [],
        "severity": parts.severity,
        "severityMapping": [],
        "threat": parts.threat,
        "to": "now",
        "references": texts(&rule.meta.references),
        "version": 1,
        "exceptionsList": [],
        "relatedIntegrations": [],
        "requiredFields": [],
        "setup": "",
    });
    add_query(&mut params, language, &parts.index, query);
    Ok(python_json(&json!({
        "name": name(rule),
        "consumer": "siem",
        "enabled": true,
        "throttle": null,
        "schedule": {"interval": "5m"},
        "params": params,
        "rule_type_id": language.rule_type,
        "tags": parts.tags,
        "notify_when": "onActiveAlert",
        "actions": [],
    })))
}

/// A detection rule to import into Kibana.
pub fn import(rule: &Rule, language: &Language, query: &str) -> Result<String, Unsupported> {
    let parts = Parts::of(rule);
    let mut params = json!({
        "id": text(rule.meta.id.as_ref()),
        "name": name(rule),
        "enabled": true,
        "throttle": "no_actions",
        "interval": "5m",
        "author": parts.author,
        "description": described(rule),
        "rule_id": text(rule.meta.id.as_ref()),
        "false_positives": texts(&rule.meta.falsepositives),
        "from": "now-5m",
        "immutable": false,
        "license": parts.license,
        "output_index": "",
        "meta": {"from": "1m"},
        "max_signals": 100,
        "risk_score": parts.risk,
        "risk_score_mapping": [],
        "severity": parts.severity,
        "severity_mapping": [],
        "threat": parts.threat,
        "tags": parts.tags,
        "to": "now",
        "references": texts(&rule.meta.references),
        "version": 1,
        "exceptions_list": [],
        "related_integrations": [],
        "required_fields": [],
        "setup": "",
    });
    add_query(&mut params, language, &parts.index, query);
    if let Some(object) = params.as_object_mut() {
        object.insert("actions".to_owned(), json!([]));
    }
    Ok(python_json(&params))
}

fn add_query(params: &mut Json, language: &Language, index: &Json, query: &str) {
    let Some(object) = params.as_object_mut() else {
        return;
    };
    object.insert("type".to_owned(), json!(language.kind));
    object.insert("language".to_owned(), json!(language.name));
    if language.index {
        object.insert("index".to_owned(), index.clone());
    }
    object.insert("query".to_owned(), json!(query));
    if language.index {
        object.insert("filters".to_owned(), json!([]));
    }
}

/// A monitor of OpenSearch's alerting.
pub fn monitor(rule: &Rule, _: usize, query: String) -> Result<String, Unsupported> {
    // 1 is the worst there
    let severity = match rule.meta.level.as_ref().map(|level| level.value) {
        Some(Level::Informational) => 5,
        Some(Level::Low) => 4,
        Some(Level::Medium) => 3,
        Some(Level::High) => 2,
        Some(Level::Critical) | None => 1,
    };
    let index = match rule.state.get("index") {
        Some(Json::Array(indices)) => json!(indices),
        Some(index) => json!([index]),
        None => json!(["beats-*"]),
    };
    let tags = rule.meta.tags.iter();
    let tags: Json = tags
        .map(|tag| json!(tag.value.replacen('.', "-", 1)))
        .collect();
    Ok(python_json(&json!({
        "type": "monitor",
        "name": name(rule),
        "description": text(rule.meta.description.as_ref()),
        "enabled": true,
        "schedule": {"period": {"interval": 5, "unit": "MINUTES"}},
        "inputs": [{"search": {
            "indices": index,
            "query": {"size": 1, "query": query_dsl(&query)},
        }}],
        "tags": tags,
        "triggers": [{
            "name": "generated-trigger",
            "severity": severity,
            "condition": {"script": {
                "source": "ctx.results[0].hits.total.value > 0",
                "lang": "painless",
            }},
            "actions": [],
        }],
        "sigma_meta_data": {"rule_id": text(rule.meta.id.as_ref()), "threat": []},
        "references": texts(&rule.meta.references),
    })))
}
