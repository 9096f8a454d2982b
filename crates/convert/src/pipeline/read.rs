//! From YAML to pipelines, with every fault at its place.

use super::condition_items::{
    ContainsWildcard, ExcludeFields, IncludeFields, IsNull, MatchString, MatchValue,
};
use super::condition_rules::{
    AppliedIs, AttributeIs, ContainsField, ContainsItem, IsCorrelation, IsRule, LogSourceIs,
    StateIs, TagIs,
};
use super::conditions::{Conditions, FieldCondition, ItemCondition, Link, RuleCondition};
use super::expression::Expression;
use super::keys::{Names, Scalar};
use super::transformations::TABLE;
use super::{Pipeline, Step, postprocessing};
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_path_to_error::{Path, Segment};
use sigwright_syntax::ast::Value;
use sigwright_syntax::yaml::Node;
use sigwright_syntax::{
    Diagnostic, Diagnostics, Limits, SourceId, Sources, Span, Spanned, read_yaml, scalar, suggest,
};

/// How deep steps may be nested.
const DEPTH: usize = 16;

/// The keys every step may have besides those of its transformation.
const STEP_KEYS: [&str; 14] = [
    "id",
    "type",
    "rule_conditions",
    "rule_cond_op",
    "rule_cond_not",
    "rule_cond_expr",
    "detection_item_conditions",
    "detection_item_cond_op",
    "detection_item_cond_not",
    "detection_item_cond_expr",
    "field_name_conditions",
    "field_name_cond_op",
    "field_name_cond_not",
    "field_name_cond_expr",
];

/// How the keys of a condition are read.
type Read<C> = fn(&mut Reader<'_>, &Params<'_>) -> Option<Box<C>>;

fn rule<T: DeserializeOwned + RuleCondition + 'static>(
    reader: &mut Reader<'_>,
    params: &Params<'_>,
) -> Option<Box<dyn RuleCondition>> {
    reader.typed::<T>(params).map(|made| Box::new(made) as _)
}

fn item<T: DeserializeOwned + ItemCondition + 'static>(
    reader: &mut Reader<'_>,
    params: &Params<'_>,
) -> Option<Box<dyn ItemCondition>> {
    reader.typed::<T>(params).map(|made| Box::new(made) as _)
}

fn field<T: DeserializeOwned + FieldCondition + 'static>(
    reader: &mut Reader<'_>,
    params: &Params<'_>,
) -> Option<Box<dyn FieldCondition>> {
    reader.typed::<T>(params).map(|made| Box::new(made) as _)
}

const RULE_CONDITIONS: [(&str, Read<dyn RuleCondition>); 9] = [
    ("logsource", rule::<LogSourceIs>),
    ("contains_detection_item", rule::<ContainsItem>),
    ("contains_field", rule::<ContainsField>),
    ("processing_item_applied", rule::<AppliedIs>),
    ("processing_state", rule::<StateIs>),
    ("is_sigma_rule", rule::<IsRule>),
    ("is_sigma_correlation_rule", rule::<IsCorrelation>),
    ("rule_attribute", rule::<AttributeIs>),
    ("tag", rule::<TagIs>),
];

const ITEM_CONDITIONS: [(&str, Read<dyn ItemCondition>); 6] = [
    ("match_string", item::<MatchString>),
    ("match_value", item::<MatchValue>),
    ("contains_wildcard", item::<ContainsWildcard>),
    ("is_null", item::<IsNull>),
    ("processing_item_applied", item::<AppliedIs>),
    ("processing_state", item::<StateIs>),
];

const FIELD_CONDITIONS: [(&str, Read<dyn FieldCondition>); 4] = [
    ("include_fields", field::<IncludeFields>),
    ("exclude_fields", field::<ExcludeFields>),
    ("processing_item_applied", field::<AppliedIs>),
    ("processing_state", field::<StateIs>),
];

/// The only document of a source as a pipeline.
pub(super) fn pipeline(sources: &Sources, id: SourceId) -> Result<Pipeline, Diagnostics> {
    let (documents, mut said) = read_yaml(sources, id, &Limits::default());
    let start = Span::new(id, 0, 0);
    let mut reader = Reader {
        said: Vec::new(),
        folder: sources.get(id).map_or("", |source| source.name.as_str()),
        depth: 0,
    };
    let mut roots = documents
        .iter()
        .filter_map(|document| document.root.as_ref());
    let read = roots.next().map(|root| reader.pipeline(root));
    if read.is_none() && said.is_empty() {
        reader.error(start, "there is no pipeline in this file");
    }
    if let Some(second) = roots.next() {
        reader.error(
            second.span(),
            "a file holds one pipeline, and this is a second one",
        );
    }
    said.append(&mut reader.said);
    match (read, said.is_empty()) {
        (Some(pipeline), true) => Ok(pipeline),
        _ => Err(said),
    }
}

/// The keys of something that has a `type`.
#[derive(Debug)]
pub(super) struct Params<'n> {
    entries: Vec<(&'n Spanned<String>, &'n Node)>,
    span: Span,
}

impl<'n> Params<'n> {
    fn of(node: &'n Node) -> Option<Params<'n>> {
        match node {
            Node::Mapping(entries, span) => Some(Params {
                entries: entries.iter().map(|(key, node)| (key, node)).collect(),
                span: *span,
            }),
            _ => None,
        }
    }

    /// Where all of it is written.
    pub fn span(&self) -> Span {
        self.span
    }

    /// A key and its value.
    pub fn get(&self, name: &str) -> Option<(&'n Spanned<String>, &'n Node)> {
        self.entries
            .iter()
            .find(|(key, _)| key.value == name)
            .copied()
    }

    /// Those with a name of the list, and the rest.
    pub fn split(&self, names: &[&str]) -> (Params<'n>, Params<'n>) {
        let listed = |(key, _): &(&Spanned<String>, &Node)| names.contains(&key.value.as_str());
        let (listed, rest) = self.entries.iter().copied().partition(listed);
        let of = |entries| Params {
            entries,
            span: self.span,
        };
        (of(listed), of(rest))
    }

    /// Complains of every key that is not in the list.
    pub fn only(&self, reader: &mut Reader<'_>, names: &[&str]) -> Option<()> {
        let mut fine = Some(());
        for (key, _) in &self.entries {
            if !names.contains(&key.value.as_str()) {
                reader.unknown("key", key, names.iter().copied());
                fine = None;
            }
        }
        fine
    }
}

/// Collects what is wrong.
pub(super) struct Reader<'s> {
    said: Diagnostics,
    /// The name of the file, beside which files are looked for.
    pub folder: &'s str,
    depth: usize,
}

impl Reader<'_> {
    /// Says what is wrong at a place.
    pub fn error(&mut self, span: Span, message: impl Into<String>) {
        self.said.push(Diagnostic::error("pipeline", span, message));
    }

    fn unknown<'a>(
        &mut self,
        what: &str,
        name: &Spanned<String>,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        let mut diagnostic = Diagnostic::error(
            "pipeline",
            name.span,
            format!("no {what} is called `{}`", name.value),
        );
        diagnostic.help = Some(match suggest::closest(&name.value, known.clone()) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("known are {}", known.collect::<Vec<_>>().join(", ")),
        });
        self.said.push(diagnostic);
    }

    /// The keys as a typed value.
    pub fn typed<T: DeserializeOwned>(&mut self, params: &Params<'_>) -> Option<T> {
        let map = params.entries.iter();
        let map = map.map(|(key, node)| (key.value.clone(), json(node)));
        let error = match serde_path_to_error::deserialize(Json::Object(map.collect())) {
            Ok(typed) => return Some(typed),
            Err(error) => error,
        };
        let message = error.inner().to_string();
        let named = message
            .strip_prefix("unknown field `")
            .and_then(|rest| rest.split_once('`'));
        match named {
            Some((name, known)) => {
                let key = params.get(name).map_or_else(
                    || Spanned::new(name.to_owned(), params.span),
                    |(key, _)| key.clone(),
                );
                let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
                self.unknown("key of this", &key, known.into_iter());
            }
            None => {
                let place = place(params, error.path());
                self.error(place, readable(&message));
            }
        }
        None
    }

    /// The steps, or the like, under a key; None where one is wrong.
    pub fn nested<T>(
        &mut self,
        params: &Params<'_>,
        key: &str,
        read: fn(&mut Self, &Node, usize) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some((_, node)) = params.get(key) else {
            self.error(params.span, format!("`{key}` is missing"));
            return None;
        };
        if self.depth >= DEPTH {
            self.error(node.span(), format!("more than {DEPTH} groups in groups"));
            return None;
        }
        self.depth += 1;
        let each = self.list(node, key, read);
        self.depth -= 1;
        each
    }

    fn list<T>(
        &mut self,
        node: &Node,
        key: &str,
        read: fn(&mut Self, &Node, usize) -> Option<T>,
    ) -> Option<Vec<T>> {
        match node {
            Node::Sequence(nodes, _) => {
                let nodes = nodes.iter().enumerate();
                let each: Vec<Option<T>> = nodes.map(|(i, node)| read(self, node, i)).collect();
                each.into_iter().collect()
            }
            node if node.is_null() => Some(Vec::new()),
            node => {
                self.error(
                    node.span(),
                    format!("`{key}` is {}, and should be a list", node.kind()),
                );
                None
            }
        }
    }

    fn pipeline(&mut self, root: &Node) -> Pipeline {
        let mut pipeline = Pipeline::default();
        let Node::Mapping(entries, _) = root else {
            self.error(
                root.span(),
                format!("this is {}, and a pipeline is a map", root.kind()),
            );
            return pipeline;
        };
        for (key, node) in entries {
            match key.value.as_str() {
                "name" => pipeline.name = self.value(key, node).unwrap_or_default(),
                "priority" => pipeline.priority = self.value(key, node).unwrap_or_default(),
                "allowed_backends" => {
                    let names: Option<Names> = self.value(key, node);
                    pipeline.allowed_backends = names.map(|n| n.0).unwrap_or_default();
                }
                "vars" => {
                    let vars: Option<IndexMap<String, Json>> = self.value(key, node);
                    pipeline.vars = vars.unwrap_or_default();
                }
                "transformations" => {
                    let steps = self.list(node, &key.value, Reader::step);
                    pipeline.steps = steps.unwrap_or_default();
                }
                "postprocessing" => {
                    let each = self.list(node, &key.value, postprocessing::read);
                    pipeline.postprocessing = each.unwrap_or_default();
                }
                "finalizers" => {
                    let each = self.list(node, &key.value, postprocessing::read_finalizer);
                    pipeline.finalizers = each.unwrap_or_default();
                }
                _ => {
                    let known = [
                        "name",
                        "priority",
                        "allowed_backends",
                        "vars",
                        "transformations",
                        "postprocessing",
                        "finalizers",
                    ];
                    self.unknown("key of a pipeline", key, known.into_iter());
                }
            }
        }
        pipeline
    }

    /// One value of a type.
    fn value<T: DeserializeOwned>(&mut self, key: &Spanned<String>, node: &Node) -> Option<T> {
        match serde_json::from_value(json(node)) {
            Ok(value) => Some(value),
            Err(error) => {
                let message = readable(&error.to_string());
                self.error(node.span(), format!("`{}`: {message}", key.value));
                None
            }
        }
    }

    /// A step; `place` counts from 0.
    pub fn step(&mut self, node: &Node, place: usize) -> Option<Step> {
        let (kind, make, params) = self.kind("transformation", node, &TABLE)?;
        let (own, rest) = params.split(&STEP_KEYS);
        let transformation = make(self, &rest);
        let step = Step {
            id: self.id(&own, kind, place),
            kind,
            span: node.span(),
            rules: self.conditions(&own, "rule", &RULE_CONDITIONS)?,
            items: self.conditions(&own, "detection_item", &ITEM_CONDITIONS)?,
            fields: self.conditions(&own, "field_name", &FIELD_CONDITIONS)?,
            transformation: transformation?,
        };
        Some(step)
    }

    /// The id given, or one that is the same at every run.
    pub fn id(&mut self, params: &Params<'_>, kind: &str, place: usize) -> String {
        let given = params.get("id").and_then(|(key, node)| {
            let id: Option<Scalar> = self.value(key, node);
            id.map(|id| id.text())
        });
        let given = given.filter(|id| !id.is_empty());
        given.unwrap_or_else(|| format!("{kind}-{}", place + 1))
    }

    /// What a table has under the `type` of a map, and the other keys.
    pub fn kind<'n, T: Copy>(
        &mut self,
        what: &str,
        node: &'n Node,
        table: &[(&'static str, T)],
    ) -> Option<(&'static str, T, Params<'n>)> {
        let Some(mut params) = Params::of(node) else {
            self.error(
                node.span(),
                format!("this is {}, and a {what} is a map", node.kind()),
            );
            return None;
        };
        let Some((_, named)) = params.get("type") else {
            self.error(node.span(), format!("this {what} has no `type`"));
            return None;
        };
        let Node::Scalar { text, span, .. } = named else {
            self.error(
                named.span(),
                format!("`type` is {}, and should be a name", named.kind()),
            );
            return None;
        };
        let Some((name, made)) = table.iter().find(|(name, _)| name == text) else {
            let name = Spanned::new(text.clone(), *span);
            self.unknown(what, &name, table.iter().map(|(name, _)| *name));
            return None;
        };
        params.entries.retain(|(key, _)| key.value != "type");
        Some((*name, *made, params))
    }

    /// The conditions on a rule, under the keys of a step or of a query's.
    pub fn rule_conditions(
        &mut self,
        params: &Params<'_>,
    ) -> Option<Conditions<dyn RuleCondition>> {
        self.conditions(params, "rule", &RULE_CONDITIONS)
    }

    fn conditions<C: ?Sized>(
        &mut self,
        params: &Params<'_>,
        sort: &str,
        table: &[(&'static str, Read<C>)],
    ) -> Option<Conditions<C>> {
        let mut conditions = Conditions::default();
        let mut fine = true;
        let mut named = false;
        match params.get(&format!("{sort}_conditions")) {
            None => {}
            Some((key, Node::Mapping(entries, _))) => {
                named = true;
                for (name, node) in entries {
                    let condition = self.condition(node, table);
                    fine &= condition.is_some();
                    let each = condition.map(|condition| (name.value.clone(), condition));
                    conditions.each.extend(each);
                }
                let _ = key;
            }
            Some((key, node)) => {
                let read = |reader: &mut Self, node: &Node| reader.condition(node, table);
                if let Node::Sequence(nodes, _) = node {
                    for (i, node) in nodes.iter().enumerate() {
                        let condition = read(self, node);
                        fine &= condition.is_some();
                        let each = condition.map(|condition| ((i + 1).to_string(), condition));
                        conditions.each.extend(each);
                    }
                } else {
                    fine = node.is_null();
                    if !fine {
                        self.error(
                            node.span(),
                            format!(
                                "`{}` is {}, and should be a list, or a map of names",
                                key.value,
                                node.kind()
                            ),
                        );
                    }
                }
            }
        }
        if let Some((key, node)) = params.get(&format!("{sort}_cond_not")) {
            conditions.negated = self.value(key, node)?;
        }
        let op = params.get(&format!("{sort}_cond_op"));
        if let Some((key, node)) = op {
            let op: Operator = self.value(key, node)?;
            conditions.link = match op {
                Operator::And => Link::All,
                Operator::Or => Link::Any,
            };
        }
        if let Some((key, node)) = params.get(&format!("{sort}_cond_expr")) {
            let text: String = self.value(key, node)?;
            let expression = match Expression::parse(&text) {
                Ok(expression) => expression,
                Err(message) => {
                    self.error(node.span(), message);
                    return None;
                }
            };
            let wrong = if op.is_some() {
                Some(format!(
                    "`{0}_cond_expr` and `{0}_cond_op` exclude each other",
                    sort
                ))
            } else if !named {
                Some(format!(
                    "the expression needs `{sort}_conditions` with names"
                ))
            } else {
                let names = expression.names();
                let known = |name: &str| conditions.each.iter().any(|(known, _)| known == name);
                let unknown = names.iter().find(|name| fine && !known(name));
                let unused = conditions
                    .each
                    .iter()
                    .find(|(name, _)| !names.contains(&name.as_str()));
                unknown
                    .map(|name| format!("no condition is called `{name}`"))
                    .or(unused.map(|(name, _)| {
                        format!("the expression does not use the condition `{name}`")
                    }))
            };
            if let Some(wrong) = wrong {
                self.error(node.span(), wrong);
                return None;
            }
            conditions.link = Link::Expression(expression);
        }
        fine.then_some(conditions)
    }

    fn condition<C: ?Sized>(
        &mut self,
        node: &Node,
        table: &[(&'static str, Read<C>)],
    ) -> Option<Box<C>> {
        let (_, make, params) = self.kind("condition", node, table)?;
        make(self, &params)
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Operator {
    And,
    Or,
}

/// A node as JSON; numbers as exact as JSON has them.
pub(super) fn json(node: &Node) -> Json {
    match node {
        Node::Scalar { text, style, .. } => match scalar::resolve(text, *style) {
            Value::Str(text) => Json::String(text),
            Value::Int(n) => i64::try_from(n)
                .map(Json::from)
                .unwrap_or_else(|_| Json::from(n as f64)),
            Value::Float(n) => Json::from(n),
            Value::Bool(b) => Json::Bool(b),
            Value::Null => Json::Null,
        },
        Node::Sequence(nodes, _) => Json::Array(nodes.iter().map(json).collect()),
        Node::Mapping(entries, _) => Json::Object(
            entries
                .iter()
                .map(|(key, node)| (key.value.clone(), json(node)))
                .collect(),
        ),
    }
}

/// Where a path of serde's leads.
fn place(params: &Params<'_>, path: &Path) -> Span {
    let mut segments = path.iter();
    let first = match segments.next() {
        Some(Segment::Map { key }) => params.get(key),
        _ => None,
    };
    let Some((key, mut node)) = first else {
        return params.span;
    };
    let mut span = match node.is_null() {
        true => key.span,
        false => node.span(),
    };
    for segment in segments {
        let next = match (segment, node) {
            (Segment::Map { key }, node) => node.get(key).map(|(_, node)| node),
            (Segment::Seq { index }, Node::Sequence(nodes, _)) => nodes.get(*index),
            _ => None,
        };
        let Some(next) = next else { break };
        node = next;
        span = node.span();
    }
    span
}

/// A message of serde's in the words of YAML.
fn readable(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or(message);
    [
        ("missing field", "missing key"),
        ("a boolean", "a truth value"),
        ("boolean", "the truth value"),
        ("a sequence", "a list"),
        ("unknown variant", "unknown name"),
        ("string", "text"),
        ("sequence", "a list"),
    ]
    .iter()
    .fold(message.to_owned(), |text, (from, to)| {
        text.replace(from, to)
    })
}
