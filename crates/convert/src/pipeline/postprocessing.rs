//! What becomes of queries, and of all of them together: a row and a type for each.

use super::Allowed;
use super::conditions::{Conditions, RuleCondition};
use super::keys::{Matcher, Replacement};
use super::read::{Params, Reader};
use super::scope::Run;
use super::template::{Template, formatted, of_output, of_query};
use crate::Unsupported;
use crate::rule::Rule;
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use sigwright_syntax::yaml::Node;
use std::borrow::Cow;
use std::fmt;

/// A change of queries and the conditions it is under.
#[derive(Debug)]
pub(super) struct Postprocessing {
    id: String,
    rules: Conditions<dyn RuleCondition>,
    change: Box<dyn Change>,
}

/// What changes a query.
trait Change: fmt::Debug + Send + Sync {
    fn apply(
        &self,
        rule: &mut Cow<'_, Rule>,
        query: String,
        vars: &IndexMap<String, Json>,
        allowed: &Allowed,
    ) -> Result<String, String>;
}

type Read = fn(&mut Reader<'_>, &Params<'_>) -> Option<Box<dyn Change>>;

fn typed<T: DeserializeOwned + Change + 'static>(
    reader: &mut Reader<'_>,
    params: &Params<'_>,
) -> Option<Box<dyn Change>> {
    reader.typed::<T>(params).map(|made| Box::new(made) as _)
}

const CHANGES: [(&str, Read); 6] = [
    ("embed", typed::<Embed>),
    ("simple_template", typed::<SimpleTemplate>),
    ("template", typed::<JinjaTemplate>),
    ("json", typed::<InJson>),
    ("replace", typed::<Replace>),
    ("nest", Nest::read),
];

/// The keys of a change besides its own.
const KEYS: [&str; 5] = [
    "id",
    "rule_conditions",
    "rule_cond_op",
    "rule_cond_not",
    "rule_cond_expr",
];

/// Reads one change.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, place: usize) -> Option<Postprocessing> {
    let (kind, make, params) = reader.kind("postprocessing", node, &CHANGES)?;
    let (own, rest) = params.split(&KEYS);
    let change = make(reader, &rest);
    Some(Postprocessing {
        id: reader.id(&own, kind, place),
        rules: reader.rule_conditions(&own)?,
        change: change?,
    })
}

impl Postprocessing {
    /// The query as it is after it.
    pub fn apply(
        &self,
        rule: &mut Cow<'_, Rule>,
        query: String,
        vars: &IndexMap<String, Json>,
        allowed: &Allowed,
    ) -> Result<String, Unsupported> {
        let span = rule.span;
        self.applied(rule, query, vars, allowed)
            .map_err(|message| Unsupported::new(span, message))
    }

    fn applied(
        &self,
        rule: &mut Cow<'_, Rule>,
        query: String,
        vars: &IndexMap<String, Json>,
        allowed: &Allowed,
    ) -> Result<String, String> {
        let run = Run::new(vars, allowed);
        if !self.rules.hold(|condition| condition.holds(rule, &run))? {
            return Ok(query);
        }
        let query = self.change.apply(rule, query, vars, allowed)?;
        rule.to_mut().applied.insert(self.id.clone());
        Ok(query)
    }
}

/// `embed`: text before and after.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Embed {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    suffix: String,
}

impl Change for Embed {
    fn apply(
        &self,
        _: &mut Cow<'_, Rule>,
        query: String,
        _: &IndexMap<String, Json>,
        _: &Allowed,
    ) -> Result<String, String> {
        Ok(format!("{}{query}{}", self.prefix, self.suffix))
    }
}

/// `simple_template`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SimpleTemplate {
    template: String,
}

impl Change for SimpleTemplate {
    fn apply(
        &self,
        rule: &mut Cow<'_, Rule>,
        query: String,
        vars: &IndexMap<String, Json>,
        _: &Allowed,
    ) -> Result<String, String> {
        formatted(&self.template, &of_query(rule, &query, vars))
    }
}

/// `template`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, try_from = "TemplateKeys")]
struct JinjaTemplate(Template);

/// The keys of a template. Those of the reference that name files, `path` and `vars` (Python
/// code), are refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateKeys {
    template: String,
    #[serde(default)]
    autoescape: bool,
    path: Option<String>,
    vars: Option<String>,
}

impl TryFrom<TemplateKeys> for JinjaTemplate {
    type Error = String;

    fn try_from(keys: TemplateKeys) -> Result<Self, String> {
        if keys.path.is_some() {
            return Err("a template is written in the pipeline, not read from `path`".to_owned());
        }
        if keys.vars.is_some() {
            return Err("`vars` of a template is Python code, which is not run; \
                 `vars` of the pipeline is there as `pipeline.vars`"
                .to_owned());
        }
        Template::new(keys.template, keys.autoescape).map(JinjaTemplate)
    }
}

impl Change for JinjaTemplate {
    fn apply(
        &self,
        rule: &mut Cow<'_, Rule>,
        query: String,
        vars: &IndexMap<String, Json>,
        _: &Allowed,
    ) -> Result<String, String> {
        self.0.render(&of_query(rule, &query, vars))
    }
}

/// `json`: inside a JSON text, where `%QUERY%` stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, try_from = "InJsonKeys")]
struct InJson(Json);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InJsonKeys {
    json_template: String,
}

impl TryFrom<InJsonKeys> for InJson {
    type Error = String;

    fn try_from(keys: InJsonKeys) -> Result<Self, String> {
        serde_json::from_str(&keys.json_template)
            .map(InJson)
            .map_err(|error| format!("`json_template` is no JSON: {error}"))
    }
}

impl Change for InJson {
    fn apply(
        &self,
        _: &mut Cow<'_, Rule>,
        query: String,
        _: &IndexMap<String, Json>,
        _: &Allowed,
    ) -> Result<String, String> {
        fn with(json: &Json, query: &str) -> Json {
            match json {
                Json::String(text) if text == "%QUERY%" => Json::from(query),
                Json::Array(list) => list.iter().map(|one| with(one, query)).collect(),
                Json::Object(map) => Json::Object(
                    map.iter()
                        .map(|(key, value)| (key.clone(), with(value, query)))
                        .collect(),
                ),
                other => other.clone(),
            }
        }
        Ok(python::dumps(&with(&self.0, &query), None))
    }
}

/// `replace`: what a regular expression finds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replace {
    pattern: Matcher,
    replacement: Replacement,
}

impl Change for Replace {
    fn apply(
        &self,
        _: &mut Cow<'_, Rule>,
        query: String,
        _: &IndexMap<String, Json>,
        _: &Allowed,
    ) -> Result<String, String> {
        self.pattern.replace_all(&query, &self.replacement)
    }
}

/// `nest`: several under the conditions of one.
#[derive(Debug)]
struct Nest(Vec<Postprocessing>);

impl Nest {
    fn read(reader: &mut Reader<'_>, params: &Params<'_>) -> Option<Box<dyn Change>> {
        params.only(reader, &["items"])?;
        Some(Box::new(Nest(reader.nested(params, "items", read)?)))
    }
}

impl Change for Nest {
    fn apply(
        &self,
        rule: &mut Cow<'_, Rule>,
        query: String,
        vars: &IndexMap<String, Json>,
        allowed: &Allowed,
    ) -> Result<String, String> {
        let mut each = self.0.iter();
        each.try_fold(query, |query, one| one.applied(rule, query, vars, allowed))
    }
}

/// What finalizers hand on.
#[derive(Debug, Clone)]
pub(super) enum Output {
    Queries(Vec<String>),
    Text(String),
}

impl Output {
    /// As one text.
    pub fn into_text(self) -> String {
        match self {
            Output::Queries(queries) => queries.join("\n"),
            Output::Text(text) => text,
        }
    }

    fn queries(self) -> Vec<String> {
        match self {
            Output::Queries(queries) => queries,
            Output::Text(text) => vec![text],
        }
    }

    fn json(self) -> Json {
        match self {
            Output::Queries(queries) => Json::from(queries),
            Output::Text(text) => Json::from(text),
        }
    }
}

/// What becomes of all queries together.
#[derive(Debug)]
pub(super) struct Finalizer(Box<dyn Finalize>);

trait Finalize: fmt::Debug + Send + Sync {
    fn apply(&self, output: Output, vars: &IndexMap<String, Json>) -> Result<Output, String>;
}

type ReadFinalizer = fn(&mut Reader<'_>, &Params<'_>) -> Option<Box<dyn Finalize>>;

fn finalizer<T: DeserializeOwned + Finalize + 'static>(
    reader: &mut Reader<'_>,
    params: &Params<'_>,
) -> Option<Box<dyn Finalize>> {
    reader.typed::<T>(params).map(|made| Box::new(made) as _)
}

const FINALIZERS: [(&str, ReadFinalizer); 5] = [
    ("concat", finalizer::<Concat>),
    ("json", finalizer::<AsJson>),
    ("yaml", finalizer::<AsYaml>),
    ("template", finalizer::<JinjaTemplate>),
    ("nested", Nested::read),
];

/// Reads one finalizer.
pub(super) fn read_finalizer(reader: &mut Reader<'_>, node: &Node, _: usize) -> Option<Finalizer> {
    let (_, make, params) = reader.kind("finalizer", node, &FINALIZERS)?;
    make(reader, &params).map(Finalizer)
}

impl Finalizer {
    /// The output as it is after it.
    pub fn apply(&self, output: Output, vars: &IndexMap<String, Json>) -> Result<Output, String> {
        self.0.apply(output, vars)
    }
}

/// `concat`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Concat {
    #[serde(default = "newline")]
    separator: String,
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    suffix: String,
}

fn newline() -> String {
    "\n".to_owned()
}

impl Finalize for Concat {
    fn apply(&self, output: Output, _: &IndexMap<String, Json>) -> Result<Output, String> {
        let queries = output.queries().join(&self.separator);
        Ok(Output::Text(format!(
            "{}{queries}{}",
            self.prefix, self.suffix
        )))
    }
}

/// `json`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AsJson {
    indent: Option<usize>,
}

impl Finalize for AsJson {
    fn apply(&self, output: Output, _: &IndexMap<String, Json>) -> Result<Output, String> {
        let json = output.json();
        Ok(Output::Text(python::dumps(&json, self.indent)))
    }
}

/// `yaml`; `indent` is read, and the same for every list of texts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AsYaml {
    #[serde(rename = "indent")]
    _indent: Option<usize>,
}

impl Finalize for AsYaml {
    fn apply(&self, output: Output, _: &IndexMap<String, Json>) -> Result<Output, String> {
        serde_yaml::to_string(&output.json())
            .map(Output::Text)
            .map_err(|error| error.to_string())
    }
}

impl Finalize for JinjaTemplate {
    fn apply(&self, output: Output, vars: &IndexMap<String, Json>) -> Result<Output, String> {
        let queries = output.queries();
        self.0.render(&of_output(&queries, vars)).map(Output::Text)
    }
}

/// `nested`: several as one.
#[derive(Debug)]
struct Nested(Vec<Finalizer>);

impl Nested {
    fn read(reader: &mut Reader<'_>, params: &Params<'_>) -> Option<Box<dyn Finalize>> {
        params.only(reader, &["finalizers"])?;
        let each = reader.nested(params, "finalizers", read_finalizer)?;
        Some(Box::new(Nested(each)))
    }
}

impl Finalize for Nested {
    fn apply(&self, output: Output, vars: &IndexMap<String, Json>) -> Result<Output, String> {
        let mut each = self.0.iter();
        each.try_fold(output, |output, one| one.apply(output, vars))
    }
}

/// JSON spaced and escaped the way the reference's language does it.
mod python {
    use serde_json::Value as Json;
    use std::fmt::Write;

    /// As `json.dumps`: a blank after `:` and `,`, ASCII only.
    pub fn dumps(json: &Json, indent: Option<usize>) -> String {
        let mut text = String::new();
        write(json, indent, 0, &mut text);
        text
    }

    fn write(json: &Json, indent: Option<usize>, depth: usize, out: &mut String) {
        let line = |depth: usize, out: &mut String| {
            if let Some(indent) = indent {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent * depth));
            }
        };
        let comma = if indent.is_some() { "," } else { ", " };
        match json {
            Json::Array(list) if !list.is_empty() => {
                out.push('[');
                for (i, one) in list.iter().enumerate() {
                    if i > 0 {
                        out.push_str(comma);
                    }
                    line(depth + 1, out);
                    write(one, indent, depth + 1, out);
                }
                line(depth, out);
                out.push(']');
            }
            Json::Object(map) if !map.is_empty() => {
                out.push('{');
                for (i, (key, value)) in map.iter().enumerate() {
                    if i > 0 {
                        out.push_str(comma);
                    }
                    line(depth + 1, out);
                    string(key, out);
                    out.push_str(": ");
                    write(value, indent, depth + 1, out);
                }
                line(depth, out);
                out.push('}');
            }
            Json::String(text) => string(text, out),
            other => out.push_str(&other.to_string()),
        }
    }

    fn string(text: &str, out: &mut String) {
        for c in Json::from(text).to_string().chars() {
            if c.is_ascii() {
                out.push(c);
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}
