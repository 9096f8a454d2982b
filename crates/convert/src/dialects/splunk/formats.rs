//! The forms of Splunk's queries.

use crate::Unsupported;
use crate::rule::Rule;
use serde_json::Value as Json;
use sigwright_syntax::Spanned;

/// A search, with the fields the rule lists in a table.
pub fn search(rule: &Rule, _: usize, query: String) -> Result<String, Unsupported> {
    Ok(match rule.fields.is_empty() {
        true => query,
        false => format!("{query} | table {}", rule.fields.join(",")),
    })
}

/// A section of `savedsearches.conf`.
/// Source: <https://docs.splunk.com/Documentation/Splunk/latest/Admin/Savedsearchesconf>
pub fn saved_search(rule: &Rule, _: usize, query: String) -> Result<String, Unsupported> {
    // Other control characters could end a line, too, and a backslash at the end takes in the
    // next one.
    let text = |value: &Option<Spanned<String>>| {
        let value = value.as_ref().map(|v| v.value.as_str()).unwrap_or_default();
        let value = value.replace(|c: char| c.is_control() && c != '\n', " ");
        value.trim().trim_end_matches(['\\', ' ']).to_owned()
    };
    let title: String = text(&rule.meta.title)
        .replace('\n', " ")
        .chars()
        .filter(|c| !matches!(c, '[' | ']'))
        .collect();
    let query = match rule.fields.is_empty() {
        true => query,
        false => format!("{query}\n| table {}", rule.fields.join(",")),
    };
    let setting = |name: &str, value: &str| format!("\n{name} = {}", value.replace('\n', " \\\n"));
    Ok(format!(
        "\n[{title}]{}{}",
        setting("description", &text(&rule.meta.description)),
        setting("search", &query)
    ))
}

/// All sections, with how far back they look.
pub fn saved_searches(sections: &[String]) -> String {
    let defaults = "\n[default]\ndispatch.earliest_time = -30d\ndispatch.latest_time = now\n";
    format!("{defaults}{}", sections.join("\n"))
}

/// A search of an accelerated data model; a pipeline says which, and its fields.
/// Source: <https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Tstats>
pub fn data_model(rule: &Rule, _: usize, query: String) -> Result<String, Unsupported> {
    let place = rule.logsource.span.unwrap_or(rule.span);
    let missing = |what: &str| {
        Unsupported::new(
            place,
            format!("no pipeline says {what}; `splunk_cim` does for the logs it knows"),
        )
    };
    let model = rule.state.get("data_model_set").and_then(Json::as_str);
    let model = model.ok_or_else(|| missing("which data model to search"))?;
    let set = match model.split_once('.') {
        Some((name, set)) if !name.is_empty() && !set.is_empty() && !set.contains('.') => set,
        _ => {
            return Err(Unsupported::new(
                place,
                format!("`{model}` is no name of a data model and one of its sets, `model.set`"),
            ));
        }
    };
    let fields = rule.state.get("fields").and_then(Json::as_array);
    let fields: Vec<&str> = fields
        .ok_or_else(|| missing("which fields the data model has"))?
        .iter()
        .filter_map(Json::as_str)
        .collect();
    let (condition, commands) = match query.split_once("\n| ") {
        Some((condition, commands)) => (condition, format!("\n| {commands}")),
        None => (query.as_str(), String::new()),
    };
    let fields = fields.join(" ");
    let text = format!(
        "| tstats summariesonly=false allow_old_summaries=true fillnull_value=\"null\" count \
         min(_time) as firstTime max(_time) as lastTime from datamodel={model} where {condition} \
         by {fields}{commands}\n\
         | `drop_dm_object_name({set})`\n\
         | convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(firstTime)\n\
         | convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(lastTime)\n"
    );
    Ok(text.replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_descriptions_stay_on_their_line() {
        let mut sources = sigwright_syntax::Sources::new();
        let rule = serde_json::json!({
            "title": "evil\n[other]\r\nsearch = index=*",
            "description": "Writes\n to C:\\Windows\\",
            "logsource": {"category": "any"},
            "detection": {"s": {"x": "y"}, "condition": "s"},
        });
        let id = sources.add("", rule.to_string());
        let (documents, _) = sigwright_syntax::read(&sources, id);
        let rule = Rule::new(&documents[0], &[], &Default::default()).unwrap();
        assert_eq!(
            saved_search(&rule, 0, "x=\"y\"".to_owned()).unwrap(),
            "\n[evil other  search = index=*]\ndescription = Writes \\\n to C:\\Windows\nsearch = x=\"y\""
        );
    }
}
