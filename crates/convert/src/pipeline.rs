//! Processing pipelines: what changes a rule, and then its queries, to fit where they run.
//!
//! The YAML is pySigma's (<https://sigmahq-pysigma.readthedocs.io/en/latest/Processing_Pipelines.html>).
//! A [`Pipeline`] is read once; a [`Chain`] of them changes each rule in place, step by step.
//! What a step can do is a row of `transformations::TABLE` and a type beside its kin.

mod condition_items;
mod condition_rules;
mod conditions;
mod described;
mod expression;
mod external;
mod fields;
mod hashes;
mod items;
mod keys;
mod placeholders;
mod postprocessing;
mod read;
mod rules;
mod scope;
mod shipped;
mod template;
mod transformations;
mod values;

pub use described::{Change, described};
pub use external::Allowed;
pub use shipped::{SHIPPED, Shipped};

use crate::Unsupported;
use crate::dialect::{Dialect, Format};
use crate::print;
use crate::rule::{Rule, Search};
use conditions::{Conditions, FieldCondition, ItemCondition, RuleCondition};
use indexmap::IndexMap;
use postprocessing::{Finalizer, Postprocessing};
use scope::{Run, Scope};
use serde_json::Value as Json;
use sigwright_ir::Written;
use sigwright_syntax::pattern::Part;
use sigwright_syntax::{Diagnostics, SourceId, Sources, Span};
use transformations::Transformation;

/// Steps that change rules, then queries, then the whole output.
#[derive(Debug, Default)]
pub struct Pipeline {
    /// For people; an id where none is given.
    pub name: String,
    /// Pipelines with less are applied first.
    pub priority: i64,
    /// The targets it is made for; none means all.
    pub allowed_backends: Vec<String>,
    /// What placeholders stand for.
    pub vars: IndexMap<String, Json>,
    /// Change the rule.
    pub steps: Vec<Step>,
    postprocessing: Vec<Postprocessing>,
    finalizers: Vec<Finalizer>,
}

/// A transformation and the conditions it is under.
#[derive(Debug)]
pub struct Step {
    /// What later steps may ask for, and people are shown.
    pub id: String,
    /// The transformation's name, such as `field_name_mapping`.
    pub kind: &'static str,
    /// Where it was written.
    pub span: Span,
    rules: Conditions<dyn RuleCondition>,
    items: Conditions<dyn ItemCondition>,
    fields: Conditions<dyn FieldCondition>,
    transformation: Box<dyn Transformation>,
}

impl Pipeline {
    /// Reads a pipeline from the YAML of a source.
    ///
    /// # Errors
    /// All there is to say against it, each at its place.
    pub fn read(sources: &Sources, id: SourceId) -> Result<Pipeline, Diagnostics> {
        read::pipeline(sources, id)
    }

    /// Reads a shipped pipeline.
    ///
    /// # Errors
    /// The same; a test keeps the shipped ones without fault.
    pub fn shipped(shipped: &Shipped, sources: &mut Sources) -> Result<Pipeline, Diagnostics> {
        let id = sources.add(format!("{}.yml", shipped.name), shipped.yaml);
        Pipeline::read(sources, id)
    }

    /// Whether it is made for a target.
    pub fn allows(&self, target: &str) -> bool {
        let names = &self.allowed_backends;
        names.is_empty() || names.iter().any(|name| name == target)
    }
}

/// Pipelines in the order they are applied.
#[derive(Debug, Default)]
pub struct Chain {
    pipelines: Vec<Pipeline>,
    vars: IndexMap<String, Json>,
    /// What steps may reach outside.
    pub allowed: Allowed,
}

impl Chain {
    /// The pipelines of a dialect, those of the user, and those of a format of the dialect. The
    /// user's are put in order by priority, then by what the user called them.
    ///
    /// # Errors
    /// A pipeline of the user that is not made for the dialect, as a sentence.
    pub fn new(
        dialect: &Dialect,
        format: &Format,
        user: Vec<(String, Pipeline)>,
        allowed: Allowed,
    ) -> Result<Chain, String> {
        if let Some((name, pipeline)) = user.iter().find(|(_, p)| !p.allows(dialect.name)) {
            return Err(format!(
                "the pipeline `{name}` is made for {}, not for `{}`",
                pipeline.allowed_backends.join(", "),
                dialect.name
            ));
        }
        let own = &dialect.pipelines;
        let last = own.last.iter().filter(|(of, _)| *of == format.name);
        let mut pipelines = shipped(own.first.iter().copied())?;
        pipelines.extend(ordered(user));
        pipelines.extend(shipped(last.map(|(_, name)| *name))?);
        Ok(Chain::in_order(pipelines, allowed))
    }

    /// The pipelines of the user alone, for no dialect.
    pub fn of(user: Vec<(String, Pipeline)>, allowed: Allowed) -> Chain {
        Chain::in_order(ordered(user).collect(), allowed)
    }

    fn in_order(pipelines: Vec<Pipeline>, allowed: Allowed) -> Chain {
        let vars = pipelines.iter().flat_map(|p| p.vars.clone()).collect();
        Chain {
            pipelines,
            vars,
            allowed,
        }
    }

    /// The pipelines, first to last.
    pub fn pipelines(&self) -> &[Pipeline] {
        &self.pipelines
    }

    /// Changes a rule.
    ///
    /// # Errors
    /// A step that refuses the rule, or a placeholder that nothing has filled.
    pub fn apply(&self, rule: &mut Rule) -> Result<(), Unsupported> {
        self.apply_step_by_step(rule, &mut |_, _, _, _| {})?;
        filled(rule)
    }

    /// The same, telling `watch` after each step: the step, the rule before and after it, and
    /// whether its rule conditions held, or why it refuses the rule. Placeholders may be left.
    ///
    /// # Errors
    /// A step that refuses the rule.
    pub fn apply_watched(&self, rule: &mut Rule, watch: Watch<'_>) -> Result<(), Unsupported> {
        let mut before = rule.clone();
        self.apply_step_by_step(rule, &mut |step, rule, _, applied| {
            watch(step, &before, rule, applied);
            before = rule.clone();
        })
    }

    fn apply_step_by_step(
        &self,
        rule: &mut Rule,
        done: &mut dyn FnMut(&Step, &Rule, &Run<'_>, Applied<'_>),
    ) -> Result<(), Unsupported> {
        let mut run = Run::new(&self.vars, &self.allowed);
        for step in self.pipelines.iter().flat_map(|p| &p.steps) {
            let applied = step.apply(rule, &mut run);
            done(step, rule, &run, applied.as_ref().copied());
            applied?;
        }
        Ok(())
    }

    /// Changes a query of a rule, after the format has made it.
    ///
    /// # Errors
    /// A template that does not render.
    pub fn postprocess(&self, rule: &Rule, query: String) -> Result<String, Unsupported> {
        let mut rule = std::borrow::Cow::Borrowed(rule);
        let all = self.pipelines.iter().flat_map(|p| &p.postprocessing);
        all.into_iter().try_fold(query, |query, one| {
            one.apply(&mut rule, query, &self.vars, &self.allowed)
        })
    }

    /// The whole output, where a pipeline says what becomes of it.
    ///
    /// # Errors
    /// A template that does not render, as a sentence.
    pub fn finalize(&self, queries: &[String]) -> Result<Option<String>, String> {
        let mut finalizers = self.pipelines.iter().flat_map(|p| &p.finalizers).peekable();
        if finalizers.peek().is_none() {
            return Ok(None);
        }
        let mut output = postprocessing::Output::Queries(queries.to_vec());
        for finalizer in finalizers {
            output = finalizer.apply(output, &self.vars)?;
        }
        Ok(Some(output.into_text()))
    }
}

/// By priority, then by what the user called them.
fn ordered(mut user: Vec<(String, Pipeline)>) -> impl Iterator<Item = Pipeline> {
    user.sort_by(|(a, x), (b, y)| x.priority.cmp(&y.priority).then_with(|| a.cmp(b)));
    user.into_iter().map(|(_, pipeline)| pipeline)
}

/// Shipped pipelines of these names.
fn shipped(names: impl Iterator<Item = &'static str>) -> Result<Vec<Pipeline>, String> {
    names
        .map(|name| {
            let found = Shipped::find(name).ok_or_else(|| format!("no pipeline `{name}`"))?;
            Pipeline::shipped(found, &mut Sources::new()).map_err(|said| {
                said.into_iter()
                    .map(|d| d.message)
                    .collect::<Vec<_>>()
                    .join("; ")
            })
        })
        .collect()
}

/// Whether a step's rule conditions held, or why it refuses the rule.
pub type Applied<'u> = Result<bool, &'u Unsupported>;

/// Told of each step: the step, the rule before and after it, and whether it applied.
pub type Watch<'w> = &'w mut dyn FnMut(&Step, &Rule, &Rule, Applied<'_>);

impl Step {
    /// Applies it where its rule conditions hold; says whether they did.
    fn apply(&self, rule: &mut Rule, run: &mut Run<'_>) -> Result<bool, Unsupported> {
        let span = rule.logsource.span.unwrap_or(rule.span);
        let holds = self
            .rules
            .hold(|condition| condition.holds(rule, run))
            .map_err(|message| Unsupported::new(span, message))?;
        if holds {
            rule.applied.insert(self.id.clone());
            self.transformation.apply(&mut Scope {
                rule,
                step: self,
                run,
            })?;
        }
        Ok(holds)
    }
}

/// The queries of a rule after its pipelines, in a form of a dialect.
///
/// # Errors
/// What the dialect cannot express, and what a pipeline refuses.
pub fn convert(
    mut rule: Rule,
    dialect: &Dialect,
    format: &Format,
    chain: &Chain,
) -> Result<Vec<String>, Unsupported> {
    chain.apply(&mut rule)?;
    let queries = print::queries(&rule, dialect.in_format(format.name), format.longest)?
        .into_iter()
        .enumerate();
    queries
        .map(|(index, query)| {
            let query = (format.query)(&rule, index, query)?;
            chain.postprocess(&rule, query)
        })
        .collect()
}

/// Fails at a placeholder that is still there.
fn filled(rule: &Rule) -> Result<(), Unsupported> {
    fn name(value: &Written) -> Option<&str> {
        match value {
            Written::Text { pattern, .. } => pattern.parts().iter().find_map(|part| match part {
                Part::Placeholder(name) => Some(name.as_str()),
                _ => None,
            }),
            Written::AnyOf(each) => each.iter().find_map(name),
            _ => None,
        }
    }
    fn check(search: &Search) -> Result<(), Unsupported> {
        match search {
            Search::All(parts) | Search::Any(parts) => parts.iter().try_for_each(check),
            Search::Elements(_) => Ok(()),
            Search::Item(item) => item.values.iter().try_for_each(|value| {
                name(&value.value).map_or(Ok(()), |name| {
                    Err(Unsupported::new(
                        value.span,
                        format!(
                            "nothing says what the placeholder `{name}` stands for: \
                             no list, and no step of a pipeline"
                        ),
                    ))
                })
            }),
        }
    }
    rule.selections.values().try_for_each(check)
}
