//! One item of a selection: its values, typed and checked against its modifiers.
//!
//! Source: rules specification, sections "Maps" and "Value Modifiers".

use crate::ast::{Item, Modifier, Value};
use crate::diagnostic::Diagnostic;
use crate::key::Key;
use crate::modifier::{Group, MODIFIERS, Takes};
use crate::pattern::Pattern;
use crate::reader::Reader;
use crate::scalar;
use crate::span::{Span, Spanned};
use crate::yaml::{Node, Style};

impl Reader<'_> {
    /// An item with a key: its values typed, everything checked.
    pub fn item(&mut self, key: Key, node: Node) -> Item {
        let node_span = node.span();
        let mut values = Vec::new();
        let list = matches!(node, Node::Sequence(..));
        let modifiers = &key.modifiers;
        let regex = modifiers.iter().any(|m| m.value == Modifier::Re);
        let exists = modifiers.iter().any(|m| m.value == Modifier::Exists);
        match node {
            Node::Sequence(items, span) => {
                if items.is_empty() {
                    self.report(
                        Diagnostic::warning("empty-list", span, "there is no value to look for")
                            .because("the same as `null`")
                            .help("to look for a field without a value write `null`"),
                    );
                }
                self.count(items.len(), span);
                values.reserve_exact(items.len());
                for item in items {
                    self.value(item, regex, exists, true, &mut values);
                }
            }
            node => self.value(node, regex, exists, false, &mut values),
        }
        let item = Item {
            field: key.field,
            modifiers: key.modifiers,
            values,
            list,
            key: key.span,
            span: cover(key.span, node_span),
        };
        self.check_modifiers(&item);
        self.check_values(&item);
        item
    }

    /// Keywords: texts without a field.
    pub fn keywords(&mut self, nodes: Vec<Node>, list: bool, span: Span) -> Item {
        self.count(nodes.len(), span);
        let mut values = Vec::with_capacity(nodes.len());
        for node in nodes {
            self.value(node, false, false, false, &mut values);
        }
        let item = Item {
            field: None,
            modifiers: Vec::new(),
            values,
            list,
            key: span,
            span,
        };
        self.check_values(&item);
        item
    }

    fn count(&mut self, values: usize, span: Span) {
        if values > self.limits.values {
            let limit = self.limits.values;
            self.report(
                Diagnostic::error(
                    "too-many-values",
                    span,
                    format!("{values} values are more than the {limit} one item may have"),
                )
                .help("use a placeholder and a list file"),
            );
        }
    }

    fn value(
        &mut self,
        node: Node,
        regex: bool,
        exists: bool,
        in_list: bool,
        values: &mut Vec<Spanned<Value>>,
    ) {
        let (text, style, span) = match node {
            Node::Scalar { text, style, span } => (text, style, span),
            Node::Sequence(_, span) => {
                self.report(
                    Diagnostic::error("nested-list", span, "a list of values holds no list")
                        .help("write all values in one list"),
                );
                return;
            }
            Node::Mapping(_, span) => {
                let help = if self.arrays {
                    "end the key with `[any]` to look into the elements of an array"
                } else {
                    "join nested names with dots (`a.b: …`), or look into arrays with \
                     `sigma-version: 3` and `a[any]:`"
                };
                self.report(
                    Diagnostic::error(
                        "map-as-value",
                        span,
                        "a field cannot be compared with a map",
                    )
                    .help(help),
                );
                return;
            }
        };
        let value = match scalar::into_value(text, style) {
            // A regular expression is text, whatever YAML takes it for.
            Value::Int(_) | Value::Float(_) | Value::Bool(_) if regex => {
                Value::Str(self.raw(span).to_owned())
            }
            Value::Str(text) if style == Style::Plain => self.plain(text, span, regex, exists),
            value => value,
        };
        if in_list && value == Value::Null {
            self.report(
                Diagnostic::warning("null-in-list", span, "null stands among other values")
                    .help("look for null in a selection of its own"),
            );
        }
        values.push(Spanned::new(value, span));
    }

    /// Plain text that another YAML reader may take for something else.
    fn plain(&mut self, text: String, span: Span, regex: bool, exists: bool) -> Value {
        if regex {
            return Value::Str(text);
        }
        let Some(other) = scalar::other_reading(&text) else {
            return Value::Str(text);
        };
        if exists && other == "a truth value" {
            let yes = ["yes", "on", "y"]
                .iter()
                .any(|w| text.eq_ignore_ascii_case(w));
            return Value::Bool(yes);
        }
        self.report(
            Diagnostic::note(
                "ambiguous-scalar",
                span,
                format!("`{text}` is read as text"),
            )
            .because(format!("other YAML readers take it for {other}"))
            .help(format!("quote it: `'{text}'`")),
        );
        Value::Str(text)
    }

    /// Modifiers against each other and against the field.
    fn check_modifiers(&mut self, item: &Item) {
        for (i, modifier) in item.modifiers.iter().enumerate() {
            let row = modifier.value.row();
            let before = item.modifiers.iter().take(i);
            if row.group != Group::Encoding
                && let Some(first) = before.clone().find(|m| m.value == modifier.value)
            {
                self.report(
                    Diagnostic::warning(
                        "repeated-modifier",
                        modifier.span,
                        format!("`{}` is already there", row.name),
                    )
                    .also(first.span, "first here"),
                );
                continue;
            }
            if let Some(needed) = row.group.needs()
                && !before.clone().any(|m| m.value.row().group == needed)
            {
                let name = MODIFIERS
                    .iter()
                    .find(|row| row.group == needed)
                    .map_or("", |row| row.name);
                self.report(
                    Diagnostic::error(
                        "modifier-order",
                        modifier.span,
                        format!("`{}` works only after `{name}`", row.name),
                    )
                    .help(format!("write `|{name}|{}`", row.name)),
                );
                continue;
            }
            let clash = before.clone().find(|m| {
                let group = m.value.row().group;
                group != Group::Link && !row.group.follows().contains(&group)
            });
            if let Some(other) = clash {
                let first = other.value.row();
                let diagnostic = if first.group.follows().contains(&row.group) {
                    Diagnostic::error(
                        "modifier-order",
                        modifier.span,
                        format!("`{}` must come before `{}`", row.name, first.name),
                    )
                } else {
                    let reason = if row.group == Group::Case && first.group == Group::Regex {
                        "a regular expression minds case unless `i` follows `re`".to_owned()
                    } else {
                        format!("`{}`: {}", first.name, first.summary)
                    };
                    Diagnostic::error(
                        "modifier-conflict",
                        modifier.span,
                        format!("`{}` cannot follow `{}`", row.name, first.name),
                    )
                    .help(reason)
                };
                self.report(diagnostic.also(other.span, ""));
            }
            if item.field.is_none() && matches!(row.group, Group::Presence | Group::Reference) {
                self.report(
                    Diagnostic::error(
                        "modifier-needs-field",
                        modifier.span,
                        format!("`{}` needs a field", row.name),
                    )
                    .help(format!("write `field|{}`", row.name)),
                );
            }
            if modifier.value == Modifier::All && item.values.len() == 1 {
                self.report(
                    Diagnostic::warning(
                        "all-single-value",
                        modifier.span,
                        "`all` has only one value to link",
                    )
                    .help("remove `all`, or list more values"),
                );
            }
        }
    }

    /// Values against modifiers.
    fn check_values(&mut self, item: &Item) {
        if item.field.is_none() {
            for value in item.values.iter().filter(|v| v.value == Value::Null) {
                self.report(
                    Diagnostic::error("null-keyword", value.span, "null cannot be searched for")
                        .help("a keyword is text or a number"),
                );
            }
        }
        for modifier in &item.modifiers {
            let row = modifier.value.row();
            if row.takes == Takes::Any {
                continue;
            }
            for value in &item.values {
                if !row.takes.accepts(value) {
                    if item.field.is_none() && value.value == Value::Null {
                        continue;
                    }
                    self.report(not_taken(row.name, row.takes, modifier.span, value));
                }
            }
            match row.group {
                Group::Time => self.check_time(modifier.value, item),
                Group::Reference => self.check_reference(item),
                Group::Placeholder => self.check_placeholders(modifier, item),
                _ => {}
            }
        }
    }

    /// A part of a time that no time has.
    fn check_time(&mut self, modifier: Modifier, item: &Item) {
        let (least, most) = match modifier {
            Modifier::Minute => (0, 59),
            Modifier::Hour => (0, 23),
            Modifier::Day => (1, 31),
            Modifier::Week => (1, 53),
            Modifier::Month => (1, 12),
            _ => return,
        };
        for value in &item.values {
            let possible = match value.value {
                Value::Int(number) => (least..=most).contains(&number),
                Value::Float(number) => number.fract() == 0.0,
                _ => true,
            };
            if !possible {
                let name = modifier.name();
                self.report(
                    Diagnostic::warning(
                        "impossible-time",
                        value.span,
                        format!("no {name} is `{}`", self.raw(value.span)),
                    )
                    .because(format!("{name}s are whole, {least} to {most}")),
                );
            }
        }
    }

    /// `expand` without anything to expand.
    fn check_placeholders(&mut self, modifier: &Spanned<Modifier>, item: &Item) {
        for value in &item.values {
            if let Value::Str(text) = &value.value
                && !has_placeholder(text)
            {
                self.report(
                    Diagnostic::warning(
                        "no-placeholder",
                        value.span,
                        "`expand` finds no placeholder here",
                    )
                    .also(modifier.span, "")
                    .help("a placeholder is `%name%`; the name has letters, digits, `_`, `-`, `.`"),
                );
            }
        }
    }

    /// A field name is no pattern.
    fn check_reference(&mut self, item: &Item) {
        for value in &item.values {
            if let Value::Str(text) = &value.value
                && Pattern::parse(text).as_literal().is_none()
            {
                self.report(
                    Diagnostic::error(
                        "wildcard-in-field-name",
                        value.span,
                        "the name of a field holds no wildcard",
                    )
                    .help("write `\\*` for a star of the name itself"),
                );
            }
        }
    }
}

fn not_taken(name: &str, takes: Takes, modifier: Span, value: &Spanned<Value>) -> Diagnostic {
    let kind = scalar::kind(&value.value);
    let diagnostic = Diagnostic::error(
        "modifier-value",
        value.span,
        format!("`{name}` takes {}, not {kind}", takes.noun()),
    )
    .also(modifier, "");
    match (takes, &value.value) {
        (Takes::Text, Value::Int(_) | Value::Float(_) | Value::Bool(_)) => {
            diagnostic.help("quote the value")
        }
        (Takes::Number, Value::Str(text)) if text.parse::<f64>().is_ok() => {
            diagnostic.help(format!("remove the quotes: `{text}`"))
        }
        (Takes::Truth, Value::Str(text))
            if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") =>
        {
            diagnostic.help(format!(
                "remove the quotes: `{}`",
                text.to_ascii_lowercase()
            ))
        }
        (_, Value::Null) => diagnostic.help("remove the modifier, or give a value"),
        _ => diagnostic,
    }
}

/// True where `%name%` stands somewhere in the text; a backslash makes `%` plain.
fn has_placeholder(text: &str) -> bool {
    let mut name: Option<usize> = None;
    let mut escaped = false;
    for c in text.chars() {
        if escaped {
            escaped = false;
            name = None;
            continue;
        }
        name = match (c, name) {
            ('%', Some(length)) if length > 0 => return true,
            ('%', _) => Some(0),
            (c, Some(length)) if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') => {
                Some(length + 1)
            }
            _ => None,
        };
        escaped = c == '\\';
    }
    false
}

/// From key to value; an alias may have its value stand before the key.
pub(crate) fn cover(key: Span, value: Span) -> Span {
    if value.start >= key.start {
        key.to(value)
    } else {
        key
    }
}
