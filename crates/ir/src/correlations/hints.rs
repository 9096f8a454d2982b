//! What documents ask of their alerts, names resolved.

use super::plan::nanoseconds;
use crate::correlation::Kind;
use crate::hints::{Entity, Hints, Refire, Risk, Suppress, Template, TemplatePart, Variation};
use crate::limits::LIMITS;
use crate::lower::Lowering;
use crate::names::Names;
use sigwright_syntax::ast::{self, Body, Document};
use sigwright_syntax::{Diagnostic, Span, Spanned};

/// A document's hints; `when_rule` in them is the place of a document still.
pub(super) struct Lowered {
    pub(super) hints: Hints,
    /// The documents that `when-rule` names, in the order of the variations that have one.
    pub(super) asked: Vec<(usize, Spanned<String>)>,
}

/// The hints of a document; `kind` is there for a correlation. None after an error.
pub(super) fn lower(
    lowering: &mut Lowering<'_>,
    document: &Document,
    kind: Option<&Kind>,
    names: &Names<'_>,
) -> Option<Lowered> {
    let hints = &document.hints;
    if let (Some(refire), Some(kind)) = (&hints.refire, kind) {
        let once = match kind {
            Kind::NewTerms { .. } => Some("a first-seen correlation, which has no episodes"),
            kind if !kind.slides() => {
                Some("a condition that is judged once, when its window closes")
            }
            _ => None,
        };
        if let Some(once) = once {
            lowering.diagnostics.push(Diagnostic::warning(
                "unused-attribute",
                refire.span,
                format!("`x-refire` has no effect on {once}"),
            ));
        }
    }
    let mut sound = few_fields(lowering, hints);
    let mut lowered = Lowered {
        hints: Hints {
            suppress: hints.suppress.as_ref().map(|suppress| Suppress {
                span: nanoseconds(suppress.span.value),
                by: suppress
                    .by
                    .iter()
                    .map(|field| field.value.clone())
                    .collect(),
            }),
            activation: hints.activation.map(|span| nanoseconds(span.value)),
            refire: match hints.refire.map(|refire| refire.value) {
                None => Refire::Once,
                Some(ast::Refire::Always) => Refire::Always,
                Some(ast::Refire::After(seconds)) => Refire::After(nanoseconds(seconds)),
            },
            risk: hints.risk.as_ref().map(risk),
            variations: Vec::with_capacity(hints.variations.len()),
        },
        asked: Vec::new(),
    };
    for variation in &hints.variations {
        let when = match &variation.when {
            None => None,
            Some(search) => {
                let when = lowering.when(search);
                sound &= when.is_some();
                when
            }
        };
        let when_rule = match &variation.when_rule {
            None => None,
            Some(name) => {
                let target = correlation(lowering, name, names);
                sound &= target.is_some();
                lowered
                    .asked
                    .extend(target.map(|target| (target, name.clone())));
                target
            }
        };
        let name = &variation.name.value;
        lowered.hints.variations.push(Variation {
            name: name.clone(),
            title: match &variation.title {
                Some(title) => title.value.clone(),
                None => format!("{} - {name}", document.meta.shown()),
            },
            when,
            when_rule,
            level: variation.level.map(|level| level.value),
            score: variation.score.map(|score| score.value),
        });
    }
    sound.then_some(lowered)
}

/// True where the fields the hints name are not too many; otherwise that is reported.
fn few_fields(lowering: &mut Lowering<'_>, hints: &ast::Hints) -> bool {
    let mut sound = true;
    let mut check = |count: usize, most: usize, span: Option<Span>, what: &str| {
        if let (true, Some(span)) = (count > most, span) {
            sound = false;
            lowering.diagnostics.push(
                Diagnostic::error(
                    "too-many-fields",
                    span,
                    format!("{what} names too many fields"),
                )
                .because(format!("{count}, at most {most}")),
            );
        }
    };
    if let Some(suppress) = &hints.suppress {
        let first = suppress.by.first().map(|field| field.span);
        check(suppress.by.len(), LIMITS.key_fields, first, "`by`");
    }
    if let Some(risk) = &hints.risk {
        let template = risk.message.as_ref();
        let parts = template.map_or(&[][..], |template| &template.parts);
        let named = |part: &&ast::TemplatePart| matches!(part, ast::TemplatePart::Field(_));
        let fields = parts.iter().filter(named).count();
        let span = template.map(|template| template.span);
        check(fields, LIMITS.shown_fields, span, "this message");
        let first = risk.entities.first().map(|entity| entity.field.span);
        check(
            risk.entities.len(),
            LIMITS.shown_fields,
            first,
            "`entities`",
        );
    }
    sound
}

/// The correlation a `when-rule` names. None after an error.
fn correlation(
    lowering: &mut Lowering<'_>,
    name: &Spanned<String>,
    names: &Names<'_>,
) -> Option<usize> {
    let target = match names.resolve(name) {
        Ok(target) => target,
        Err(error) => {
            lowering.diagnostics.push(*error);
            return None;
        }
    };
    let body = names.document(target).map(|document| &document.body);
    if let Some(Body::Correlation(_)) = body {
        return Some(target);
    }
    lowering.diagnostics.push(
        Diagnostic::error(
            "not-a-correlation",
            name.span,
            format!("`{}` is no correlation", name.value),
        )
        .help("what a single event is like belongs under `when`"),
    );
    None
}

fn risk(risk: &ast::Risk) -> Risk {
    let template = |template: &ast::Template| {
        let parts = template.parts.iter().map(|part| match part {
            ast::TemplatePart::Text(text) => TemplatePart::Text(text.clone()),
            ast::TemplatePart::Field(field) => TemplatePart::Field(field.value.clone()),
        });
        Template(parts.collect())
    };
    let entity = |entity: &ast::Entity| Entity {
        field: entity.field.value.clone(),
        role: entity.role.as_ref().map(|role| role.value.clone()),
    };
    Risk {
        score: risk.score.map(|score| score.value),
        message: risk.message.as_ref().map(template),
        entities: risk.entities.iter().map(entity).collect(),
    }
}
