//! Templates over a query, its rule and the pipeline's state.

use crate::rule::Rule;
use indexmap::IndexMap;
use minijinja::{Environment, UndefinedBehavior};
use serde_json::{Map, Value as Json, json};

/// How much a template may work.
const FUEL: u64 = 5_000_000;

/// A Jinja template. Source: <https://jinja.palletsprojects.com/en/stable/templates/>
#[derive(Debug)]
pub(super) struct Template {
    environment: Environment<'static>,
}

impl Template {
    /// Compiles a template; the error is a sentence.
    pub fn new(text: String, escape: bool) -> Result<Template, String> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_auto_escape_callback(move |_| match escape {
            true => minijinja::AutoEscape::Html,
            false => minijinja::AutoEscape::None,
        });
        environment
            .add_template_owned("template", text)
            .map_err(|error| format!("the template cannot be read: {error}"))?;
        Ok(Template { environment })
    }

    /// Renders it.
    pub fn render(&self, context: &Json) -> Result<String, String> {
        self.environment
            .get_template("template")
            .and_then(|template| template.render(context))
            .map_err(|error| format!("a pipeline's template fails: {error}"))
    }
}

/// A template in the manner of Python's `str.format`: `{query}`, `{rule.title}`,
/// `{pipeline.state[index]}`, and doubled braces.
/// Source: <https://docs.python.org/3/library/string.html#format-string-syntax>
pub(super) fn formatted(template: &str, context: &Json) -> Result<String, String> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(before);
        if let Some(after) = after.strip_prefix("{{") {
            text.push('{');
            rest = after;
        } else if let Some(after) = after.strip_prefix("}}") {
            text.push('}');
            rest = after;
        } else {
            let (name, after) = after
                .strip_prefix('{')
                .and_then(|after| after.split_once('}'))
                .ok_or("a pipeline's template has a brace without its partner")?;
            text.push_str(&value(name, context)?);
            rest = after;
        }
    }
    text.push_str(rest);
    Ok(text)
}

fn value(name: &str, context: &Json) -> Result<String, String> {
    let missing = || format!("a pipeline's template wants `{name}`, which there is not");
    let mut value = context;
    for step in name.split(['.', '[']) {
        let step = step.trim_end_matches(']');
        value = match value {
            Json::Array(list) => step.parse::<usize>().ok().and_then(|i| list.get(i)),
            other => other.get(step),
        }
        .ok_or_else(missing)?;
    }
    Ok(match value {
        Json::String(text) => text.clone(),
        Json::Null => "None".to_owned(),
        other => other.to_string(),
    })
}

/// What templates of queries see.
pub(super) fn of_query(rule: &Rule, query: &str, vars: &IndexMap<String, Json>) -> Json {
    json!({
        "query": query,
        "rule": of_rule(rule),
        "pipeline": of_pipeline(Some(rule), vars),
    })
}

/// What templates of the whole output see.
pub(super) fn of_output(queries: &[String], vars: &IndexMap<String, Json>) -> Json {
    json!({ "queries": queries, "pipeline": of_pipeline(None, vars) })
}

fn of_pipeline(rule: Option<&Rule>, vars: &IndexMap<String, Json>) -> Json {
    let state = rule.into_iter().flat_map(|rule| &rule.state);
    let map = |(key, value): (&String, &Json)| (key.clone(), value.clone());
    json!({
        "state": state.map(map).collect::<Map<_, _>>(),
        "vars": vars.iter().map(map).collect::<Map<_, _>>(),
    })
}

fn of_rule(rule: &Rule) -> Json {
    use sigwright_syntax::Spanned;
    let meta = &rule.meta;
    let text = |value: &Option<Spanned<String>>| value.as_ref().map(|v| v.value.clone());
    let list = |values: &[Spanned<String>]| -> Vec<String> {
        values.iter().map(|v| v.value.clone()).collect()
    };
    let source = &rule.logsource;
    let custom: Map<_, _> = rule
        .custom
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    json!({
        "title": text(&meta.title),
        "id": text(&meta.id),
        "name": text(&meta.name),
        "status": text(&meta.status),
        "level": meta.level.as_ref().map(|level| level.as_str()),
        "description": text(&meta.description),
        "author": text(&meta.author),
        "date": text(&meta.date),
        "modified": text(&meta.modified),
        "license": text(&meta.license),
        "taxonomy": text(&meta.taxonomy),
        "references": list(&meta.references),
        "tags": list(&meta.tags),
        "falsepositives": list(&meta.falsepositives),
        "scope": list(&meta.scope),
        "fields": rule.fields,
        "logsource": {
            "category": text(&source.category),
            "product": text(&source.product),
            "service": text(&source.service),
            "definition": text(&source.definition),
        },
        "custom_attributes": custom,
    })
}

#[cfg(test)]
mod tests {
    use super::formatted;
    use serde_json::json;

    #[test]
    fn python_format_strings() {
        let context = json!({"query": "a=1", "pipeline": {"state": {"index": "main"}}});
        assert_eq!(
            formatted("{{{query}}} in {pipeline.state[index]}", &context).unwrap(),
            "{a=1} in main"
        );
        assert!(formatted("{rule.nothing}", &context).is_err());
        assert!(formatted("{query", &context).is_err());
        assert!(formatted("query}", &context).is_err());
    }
}
