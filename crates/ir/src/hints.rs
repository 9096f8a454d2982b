//! What a rule or correlation asks of its alerts: the `x-…` attributes, resolved.
//!
//! None of them decides what matches; docs/correlation.md states their meaning.

use crate::pred::ExprId;
use sigwright_syntax::ast::Level;

/// What the `x-…` attributes say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints {
    /// `x-suppress`: how long the same stays silent.
    pub suppress: Option<Suppress>,
    /// `x-activation`: nanoseconds of a log's time before it speaks.
    pub activation: Option<i64>,
    /// `x-refire`: whether a condition that stays true alerts again.
    pub refire: Refire,
    /// `x-risk`: shown with each alert.
    pub risk: Option<Risk>,
    /// `x-variations`: the first that holds names the alert.
    pub variations: Vec<Variation>,
}

/// After an alert, the same key is silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppress {
    /// For so many nanoseconds from that alert on.
    pub span: i64,
    /// What makes the key; empty: the group of a correlation, one key for a rule.
    pub by: Vec<String>,
}

/// When a condition that stays true alerts again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Refire {
    /// Once in an episode.
    #[default]
    Once,
    /// So many nanoseconds after its last alert.
    After(i64),
    /// At every instant.
    Always,
}

/// How bad an alert is for whom, and in which words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Risk {
    /// 0 to 100.
    pub score: Option<u8>,
    /// One sentence with the event's values in it.
    pub message: Option<Template>,
    /// Who and what is concerned.
    pub entities: Vec<Entity>,
}

/// A text with fields to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(pub Vec<TemplatePart>);

/// A part of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// Stands as it is.
    Text(String),
    /// Stands for the values of the field of this name.
    Field(String),
}

/// Somebody or something an alert concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The field whose values name it.
    pub field: String,
    /// What part it plays, such as `attacker`.
    pub role: Option<String>,
}

/// Another name and level for some of a rule's alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct Variation {
    /// Its name, none other of the rule's has.
    pub name: String,
    /// The title of such an alert.
    pub title: String,
    /// What the event must satisfy.
    pub when: Option<ExprId>,
    /// The correlation that must have alerted on the event, by its place in
    /// [`crate::RuleSet::correlations`].
    pub when_rule: Option<usize>,
    /// The level of such an alert, if not the rule's.
    pub level: Option<Level>,
    /// The score of such an alert, if not the rule's.
    pub score: Option<u8>,
}

impl Hints {
    /// True where what it says is only known from what came before: suppression,
    /// activation, or a variation that asks a correlation.
    pub fn stateful(&self) -> bool {
        self.suppress.is_some()
            || self.activation.is_some()
            || self.variations.iter().any(|v| v.when_rule.is_some())
    }

    /// The fields it names, `when` not among them.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let suppressed = self.suppress.iter().flat_map(|s| &s.by);
        let entities = self.risk.iter().flat_map(|risk| &risk.entities);
        let parts = self.risk.iter().filter_map(|risk| risk.message.as_ref());
        suppressed
            .chain(entities.map(|entity| &entity.field))
            .chain(parts.flat_map(|template| {
                template.0.iter().filter_map(|part| match part {
                    TemplatePart::Field(field) => Some(field),
                    TemplatePart::Text(_) => None,
                })
            }))
            .map(String::as_str)
    }
}
