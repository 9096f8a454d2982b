//! Items: a field (or none, for keywords), its modifiers and values, to an expression.

use super::detection::Scope;
use super::encode;
use super::operand::{Operand, Refusal, Text};
use super::placeholder::{self, Target};
use super::{Lowering, regex};
use crate::limits::LIMITS;
use crate::pred::{Anchor, ExprId, FieldRef, Op, Part, Pattern, Predicate, Regex, StrOp, Subject};
use crate::rule::{Outline, OutlineKind};
use sigwright_syntax::ast::{Item, Modifier, Value};
use sigwright_syntax::{Diagnostic, Severity, Span, Spanned};

impl Lowering<'_> {
    /// The item without its array selectors. None after an error.
    pub(super) fn item(&mut self, item: &Item, scope: Scope) -> Option<Outline> {
        let subject = self.subject(item, scope)?;
        let all = item.modifiers.iter().any(|m| m.value == Modifier::All);
        let mut children = Vec::with_capacity(item.values.len());
        // An empty list asks the same as null: there is no value.
        let nothing = [Spanned::new(Value::Null, item.span)];
        let values = match item.values.is_empty() {
            true => &nothing[..],
            false => &item.values,
        };
        for value in values {
            children.extend(self.value(item, subject, value, all).map(|expr| Outline {
                kind: OutlineKind::Value(shown(value)),
                span: value.span,
                expr,
                children: [].into(),
            }));
            if self.spent(item.span) {
                return None;
            }
        }
        if children.len() != values.len() {
            return None;
        }
        let mut expr = self.linked(all, children.iter().map(|child| child.expr));
        if item.modifiers.iter().any(|m| m.value == Modifier::Neq) {
            expr = self.exprs.not(expr);
        }
        let bare_keyword = item.field.is_none() && item.modifiers.is_empty();
        match children.len() {
            1 if bare_keyword => children.pop(),
            _ => Some(outline(item, expr, children)),
        }
    }

    /// Several values: one must match or, with `all`, each.
    fn linked(&mut self, all: bool, exprs: impl IntoIterator<Item = ExprId>) -> ExprId {
        match all {
            true => self.exprs.and(exprs),
            false => self.exprs.or(exprs),
        }
    }

    /// What the item looks at.
    fn subject(&mut self, item: &Item, scope: Scope) -> Option<Subject> {
        let Some(field) = &item.field else {
            return Some(Subject::AnyValue);
        };
        if field.name.value != "." {
            return Some(Subject::Field(self.exprs.field(&field.name.value)));
        }
        if scope.in_element {
            return Some(Subject::Element);
        }
        self.report(
            Diagnostic::error(
                "no-element",
                field.name.span,
                "`.` stands for an array's element, and there is none here",
            )
            .help("use `.` inside an array selector, such as `verbs[any]: {.: get}`"),
        );
        None
    }

    /// The expression of a value. What its placeholders stand for is linked as if the list's
    /// values stood in the rule.
    fn value(
        &mut self,
        item: &Item,
        subject: Subject,
        value: &Spanned<Value>,
        all: bool,
    ) -> Option<ExprId> {
        let has = |wanted: Modifier| item.modifiers.iter().any(|m| m.value == wanted);
        if let (Value::Str(text), true) = (&value.value, has(Modifier::Expand)) {
            if self.context.keep_placeholders
                && let Some(kept) = placeholder::kept(text, self.context)
            {
                let kept = Operand::Text(Text::from_pattern(kept));
                return self.operand(item, subject, value, kept);
            }
            let texts = self.expanded(item, text, value.span)?;
            if texts.is_empty() {
                return Some(crate::Exprs::FALSE);
            }
            let mut exprs = Vec::with_capacity(texts.len());
            for text in texts {
                exprs.push(self.operand(item, subject, value, Operand::Raw(text))?);
                if self.spent(value.span) {
                    return None;
                }
            }
            return Some(self.linked(all, exprs));
        }
        let operand = self.start(item, value)?;
        self.operand(item, subject, value, operand)
    }

    /// The texts an `expand` value stands for. None after an error.
    pub(super) fn expanded(&mut self, item: &Item, text: &str, span: Span) -> Option<Vec<String>> {
        self.short_enough(text, span)?;
        let target = match item.modifiers.iter().any(|m| m.value == Modifier::Re) {
            true => Target::Regex,
            false => Target::Pattern,
        };
        let mut said = Vec::new();
        let texts = placeholder::expand(text, span, target, self.context, &mut said);
        said.into_iter().for_each(|d| match d.severity {
            Severity::Error => self.report(d),
            _ => self.warn(d),
        });
        texts
    }

    fn short_enough(&mut self, text: &str, span: Span) -> Option<()> {
        if text.len() > LIMITS.pattern {
            self.report(too_long(span, text.len()));
            return None;
        }
        Some(())
    }

    /// A value before any modifier. None after an error.
    pub(super) fn start(&mut self, item: &Item, value: &Spanned<Value>) -> Option<Operand> {
        if let Value::Str(text) = &value.value {
            self.short_enough(text, value.span)?;
        }
        let regex = item.modifiers.iter().any(|m| m.value == Modifier::Re);
        let operand = match (&value.value, regex) {
            // Only decimal numbers are read as numbers, so this is how the rule spells it.
            (Value::Int(n), true) => Some(Operand::Raw(n.to_string())),
            (other, _) => Operand::of(other),
        };
        if operand.is_none() {
            self.report(Diagnostic::error(
                "not-a-number",
                value.span,
                "this number is out of range",
            ));
        }
        operand
    }

    /// The modifiers applied, in the order written. None after an error.
    pub(super) fn modified(
        &mut self,
        item: &Item,
        value: &Spanned<Value>,
        mut operand: Operand,
    ) -> Option<Operand> {
        for modifier in &item.modifiers {
            operand = match operand.apply(modifier.value) {
                Ok(operand) => operand,
                Err(refusal) => {
                    self.report(refused(refusal, modifier, value));
                    return None;
                }
            };
            let length = operand.longest();
            if length > LIMITS.pattern {
                self.report(too_long(value.span, length));
                return None;
            }
        }
        Some(operand)
    }

    /// Applies the modifiers and asks the result of the subject.
    fn operand(
        &mut self,
        item: &Item,
        subject: Subject,
        value: &Spanned<Value>,
        operand: Operand,
    ) -> Option<ExprId> {
        let operand = self.modified(item, value, operand)?;
        match self.predicate(subject, operand, value) {
            Ok(expr) => Some(expr),
            Err(diagnostic) => {
                self.report(*diagnostic);
                None
            }
        }
    }

    fn predicate(
        &mut self,
        subject: Subject,
        operand: Operand,
        value: &Spanned<Value>,
    ) -> Result<ExprId, Box<Diagnostic>> {
        self.values += 1;
        let keyword = subject == Subject::AnyValue;
        let plain = match keyword {
            true => Anchor::Contains,
            false => Anchor::Whole,
        };
        let string = |text: String| Op::Str(StrOp::new(plain, Pattern::literal(text), false));
        let op = match operand {
            Operand::AnyOf(each) => {
                let each: Result<Vec<ExprId>, _> = each
                    .into_iter()
                    .map(|operand| self.predicate(subject, operand, value))
                    .collect();
                return each.map(|each| self.exprs.or(each));
            }
            Operand::Raw(raw) => Op::Str(StrOp::new(plain, Pattern::parse(&raw), false)),
            Operand::Text(text) => Op::Str(text.op(plain)),
            Operand::Bytes(pieces, mut text) => {
                text.pattern =
                    encode::as_text(&pieces).ok_or_else(|| Box::new(not_text(value.span)))?;
                Op::Str(text.op(plain))
            }
            Operand::Regex(regex, anchor) => {
                let written = match &value.value {
                    Value::Str(text) => text.as_str(),
                    _ => "",
                };
                Op::Regex(self.regex(regex, anchor, value.span, written)?)
            }
            Operand::Number(n) if keyword => string(n.to_string()),
            Operand::Bool(b) if keyword => string(b.to_string()),
            Operand::Number(n) => Op::Num(n),
            Operand::Bool(b) => Op::Bool(b),
            other if keyword => {
                let what = match other {
                    Operand::Null => "null",
                    Operand::Cidr(_) => "`cidr`",
                    Operand::Exists(_) => "`exists`",
                    Operand::Field { .. } => "`fieldref`",
                    _ => "a comparison",
                };
                return Err(Box::new(
                    Diagnostic::error(
                        "needs-field",
                        value.span,
                        format!("{what} needs a field to look at"),
                    )
                    .help("keywords are text, a number or a regular expression"),
                ));
            }
            Operand::Cidr(net) => Op::Cidr(net),
            Operand::Field {
                name,
                anchor,
                cased,
            } => Op::FieldRef(FieldRef {
                field: self.exprs.field(&name),
                anchor,
                cased,
            }),
            Operand::Compare(comparison, n) => Op::Compare(comparison, n),
            Operand::Time(part, comparison, n) => Op::Time(part, comparison, n),
            Operand::Null => Op::Null,
            Operand::Exists(wanted) => {
                let exists = self.exprs.pred(Predicate {
                    subject,
                    op: Op::Exists,
                });
                return Ok(match wanted {
                    true => exists,
                    false => self.exprs.not(exists),
                });
            }
        };
        if let Op::Str(op) = &op {
            wildcards(&op.pattern, value.span)?;
        }
        if keyword && matches!(&op, Op::Str(s) if s.pattern.is_empty()) {
            self.warn(
                Diagnostic::warning(
                    "empty-keyword",
                    value.span,
                    "an empty keyword is found in every event that has a value",
                )
                .help("remove it"),
            );
        }
        Ok(self.exprs.pred(Predicate { subject, op }))
    }

    /// Checks a regular expression, once for each spelling.
    fn regex(
        &mut self,
        regex: Regex,
        anchor: Anchor,
        span: Span,
        written: &str,
    ) -> Result<Regex, Box<Diagnostic>> {
        let key = (regex, anchor);
        let checked = match self.regexes.get(&key) {
            Some(checked) => checked.clone(),
            None => {
                let checked =
                    regex::check(key.0.clone(), anchor, span, written).map_err(Box::new)?;
                let all = self
                    .all_regexes_size
                    .saturating_add(checked.size.max(4 << 10));
                if all > LIMITS.all_regexes_size {
                    return Err(Box::new(
                        regex::too_large(span).because("together with those of all rules before"),
                    ));
                }
                self.all_regexes_size = all;
                self.regexes.insert(key, checked.clone());
                checked
            }
        };
        self.regexes_size = self.regexes_size.saturating_add(checked.size.max(4 << 10));
        if self.regexes_size > LIMITS.regexes_size {
            self.exhausted = true;
            return Err(Box::new(
                regex::too_large(span).because("together with the others of this rule"),
            ));
        }
        Ok(checked.regex)
    }
}

fn outline(item: &Item, expr: ExprId, children: Vec<Outline>) -> Outline {
    let mut label = match &item.field {
        Some(field) => field.name.value.clone(),
        None => "keywords".to_owned(),
    };
    for modifier in &item.modifiers {
        label.push('|');
        label.push_str(modifier.value.name());
    }
    Outline {
        kind: OutlineKind::Item(label),
        span: item.span,
        expr,
        children: children.into(),
    }
}

/// What to say of bytes that are no text.
pub(super) fn not_text(span: Span) -> Diagnostic {
    Diagnostic::error(
        "not-text",
        span,
        "the bytes of this value in UTF-16 are no text",
    )
    .help("add `|base64offset|contains` to look for them inside Base64")
}

/// A value as the rule states it.
fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => text.clone(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => x.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Null => "null".to_owned(),
    }
}

fn too_long(span: Span, length: usize) -> Diagnostic {
    Diagnostic::error(
        "pattern-too-long",
        span,
        format!("this value is {length} bytes long"),
    )
    .because(format!("at most {} are allowed", LIMITS.pattern))
}

/// Refuses a pattern whose one-character wildcards and dashes could each be tried at each
/// character of a value.
fn wildcards(pattern: &Pattern, span: Span) -> Result<(), Box<Diagnostic>> {
    let one = |part: &&Part| matches!(part, Part::One | Part::Dash(_));
    let count = pattern.parts().iter().filter(one).count();
    if count <= LIMITS.wildcards {
        return Ok(());
    }
    Err(Box::new(
        Diagnostic::error(
            "too-many-wildcards",
            span,
            format!("this value has {count} wildcards and dashes that stand for one character"),
        )
        .because(format!("at most {} are allowed", LIMITS.wildcards))
        .help("state a long form by `re`, such as `.{300}`"),
    ))
}

/// What to say about a modifier that does not suit its value.
fn refused(refusal: Refusal, modifier: &Spanned<Modifier>, value: &Spanned<Value>) -> Diagnostic {
    let name = modifier.value.name();
    let error = |code, message: String| Diagnostic::error(code, modifier.span, message);
    match refusal {
        Refusal::Takes(takes, got) => error(
            "modifier-value",
            format!("`{name}` takes {takes}, not {got}"),
        )
        .also(value.span, format!("this is {got}"))
        .help(match (takes, got) {
            ("text", "a number" | "a truth value") => "put the value in quotes to use it as text",
            ("a number", "text") => "write the number without quotes",
            _ => "change the value, or remove the modifier",
        }),
        Refusal::First => error(
            "modifier-order",
            format!("`{name}` must stand before the modifiers that change the value"),
        ),
        Refusal::After(other) => error(
            "modifier-conflict",
            format!("`{name}` has no meaning after `{other}`"),
        )
        .help("remove one of the two"),
        Refusal::Wildcards => error(
            "wildcards",
            format!("`{name}` takes a whole value without wildcards"),
        )
        .also(value.span, "wildcards here, or open ends")
        .help("escape `*` and `?` with a backslash; put `contains` and the like behind it"),
        Refusal::Short => error(
            "value-too-short",
            format!("`{name}` needs a value of at least two bytes"),
        )
        .also(
            value.span,
            "at some offsets nothing of it can be told from its surroundings",
        ),
        Refusal::Network(why) => Diagnostic::error("invalid-cidr", value.span, why)
            .help("write a network such as `10.0.0.0/8` or `fd00::/8`, or one address"),
        Refusal::Variants => error(
            "too-many-variants",
            format!("`{name}` needs every dash spelled out, and there are too many"),
        )
        .also(
            value.span,
            format!(
                "five for each dash, at most {} variants or {} bytes",
                LIMITS.encoded_variants, LIMITS.encoded_bytes
            ),
        )
        .help("remove `windash`"),
    }
}
