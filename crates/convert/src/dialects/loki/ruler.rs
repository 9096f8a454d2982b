//! Alerting rules of Loki's ruler.

use crate::Unsupported;
use crate::rule::Rule;
use crate::yaml;

/// One rule of the ruler: <https://grafana.com/docs/loki/latest/alert/>.
pub fn item(rule: &Rule, _: usize, query: String) -> Result<String, Unsupported> {
    let meta = &rule.meta;
    let text = |value: &Option<sigwright_syntax::Spanned<String>>| {
        value.as_ref().map(|value| value.value.clone())
    };
    let title = text(&meta.title).unwrap_or_default();
    let mut alert = String::new();
    for c in title.chars() {
        match c.is_ascii_alphanumeric() || matches!(c, '_' | ':') {
            true => alert.push(c),
            false if alert.ends_with(REPLACED) => {}
            false => alert.push(REPLACED),
        }
    }
    let alert = alert.replace(REPLACED, "_");
    let expr = match rule.is_correlation {
        true => query,
        false => format!("sum(count_over_time({query} [1m])) or vector(0) > 0"),
    };
    let mut lines = vec![yaml::pair(4, "alert", Some(alert.trim_matches('_')))];
    lines.push("    annotations:".to_owned());
    if let Some(author) = text(&meta.author).filter(|author| !author.is_empty()) {
        lines.push(yaml::pair(6, "author", Some(&author)));
    }
    lines.push(yaml::pair(
        6,
        "description",
        text(&meta.description).as_deref(),
    ));
    lines.push(yaml::pair(6, "summary", Some(&title)));
    lines.push(yaml::pair(4, "expr", Some(&expr)));
    match &meta.level {
        Some(level) => {
            lines.push("    labels:".to_owned());
            lines.push(yaml::pair(6, "severity", Some(level.value.as_str())));
        }
        None => lines.push("    labels: {}".to_owned()),
    }
    let item = lines.join("\n");
    Ok(format!(
        "  -{}\n",
        item.strip_prefix("   ").unwrap_or(&item)
    ))
}

/// In place of a run of characters that an alert's name cannot have.
const REPLACED: char = '\u{0}';
