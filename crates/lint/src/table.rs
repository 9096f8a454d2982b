//! The table of lints, and what a row is.

use crate::config::Levels;
use crate::cx::{DocumentCx, FileCx, ItemCx, MeaningCx, RuleCx, Rules};
pub use crate::lints::LINTS;
use sigwright_syntax::{Diagnostic, Diagnostics, Severity, SourceId, Span};

/// A row of the table.
#[derive(Debug)]
pub struct Lint {
    /// Kebab-case; reads well after `allow`.
    pub name: &'static str,
    /// What kind of remark it makes.
    pub group: Group,
    /// How it is reported unless something else is asked for.
    pub level: Level,
    /// What it finds, in one line without a full stop.
    pub summary: &'static str,
    /// Why it matters and what to do, as Markdown.
    pub page: &'static str,
    /// What it looks at.
    pub check: Check,
}

/// What kind of remark a lint makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// The rule cannot do what it is for, or breaks the specification.
    Correctness,
    /// The rule probably does not do what its author means.
    Suspicious,
    /// The same could be said more simply.
    Style,
    /// What describes the rule is missing, wrong or doubtful.
    Metadata,
    /// A convention of the public SigmaHQ rules; off unless asked for.
    Sigmahq,
}

impl Group {
    /// All groups, gravest first.
    pub const ALL: [Group; 5] = [
        Group::Correctness,
        Group::Suspicious,
        Group::Style,
        Group::Metadata,
        Group::Sigmahq,
    ];

    /// The name used in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Group::Correctness => "correctness",
            Group::Suspicious => "suspicious",
            Group::Style => "style",
            Group::Metadata => "metadata",
            Group::Sigmahq => "sigmahq",
        }
    }
}

/// How a lint is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Not at all.
    Off,
    /// As a note.
    Note,
    /// As a warning.
    Warning,
    /// As an error.
    Error,
}

impl Level {
    /// All levels, mildest first.
    pub const ALL: [Level; 4] = [Level::Off, Level::Note, Level::Warning, Level::Error];

    /// The name used in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }

    fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::Note => Some(Severity::Note),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}

/// What a lint looks at.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Each file.
    File(fn(&FileCx<'_>, &mut Sink<'_>)),
    /// Each document, of whatever kind.
    Document(fn(&DocumentCx<'_>, &mut Sink<'_>)),
    /// Each detection rule, as written.
    Rule(fn(&RuleCx<'_>, &mut Sink<'_>)),
    /// Each `field|modifier: value` of rules and filters.
    Item(fn(&ItemCx<'_>, &mut Sink<'_>)),
    /// Each detection rule without errors, as it was understood.
    Meaning(fn(&MeaningCx<'_>, &mut Sink<'_>)),
    /// All rules together.
    Set(fn(&Rules<'_>, &mut Sink<'_>)),
    /// Nothing: the row is for what is said elsewhere, by the reader or about suppressions.
    Said,
}

/// The row of a name, and its place in [`LINTS`].
pub fn find(name: &str) -> Option<(usize, &'static Lint)> {
    let place = LINTS.binary_search_by(|lint| lint.name.cmp(name)).ok()?;
    LINTS.get(place).map(|lint| (place, *lint))
}

/// A remark about `span`; its name and level are those of the lint that reports it.
pub fn at(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::warning("", span, message)
}

/// Takes what lints report, at the level their file asks for.
#[derive(Debug)]
pub struct Sink<'a> {
    rules: &'a Rules<'a>,
    levels: &'a [Levels],
    lint: usize,
    list: Diagnostics,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(rules: &'a Rules<'a>, levels: &'a [Levels]) -> Self {
        Sink {
            rules,
            levels,
            lint: 0,
            list: Vec::new(),
        }
    }

    /// Reports go to this lint from now on.
    pub(crate) fn lint(&mut self, place: usize) {
        self.lint = place;
    }

    /// How strict to be with a lint in a file.
    pub(crate) fn level(&self, place: usize, source: SourceId) -> Level {
        let file = self
            .rules
            .file(source)
            .and_then(|file| self.levels.get(file));
        file.map_or(Level::Off, |levels| levels.of(place))
    }

    /// Takes a remark of the present lint.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        let (Some(lint), Some(span)) = (LINTS.get(self.lint), diagnostic.span()) else {
            return;
        };
        let Some(severity) = self.level(self.lint, span.source).severity() else {
            return;
        };
        self.list.push(Diagnostic {
            code: lint.name,
            severity,
            ..diagnostic
        });
    }

    /// Takes what the reader said: its errors stay errors, the level of the rest can be set.
    pub(crate) fn take(&mut self, said: Diagnostics) {
        for diagnostic in said {
            let row = match diagnostic.severity {
                Severity::Error => None,
                _ => find(diagnostic.code).zip(diagnostic.span()),
            };
            let Some(((place, lint), span)) = row else {
                self.list.push(diagnostic);
                continue;
            };
            let level = self.level(place, span.source);
            let asked = match level == lint.level {
                true => Some(diagnostic.severity),
                false => level.severity(),
            };
            if let Some(severity) = asked {
                self.list.push(Diagnostic {
                    severity,
                    ..diagnostic
                });
            }
        }
    }

    /// What was reported, by file and place.
    pub(crate) fn finish(mut self) -> Diagnostics {
        self.list.sort_by_key(|said| {
            said.span()
                .map_or((SourceId(u32::MAX), 0), |span| (span.source, span.start))
        });
        self.list
    }

    pub(crate) fn list(&mut self) -> &mut Diagnostics {
        &mut self.list
    }
}

/// Asks one lint about everything it looks at.
pub(crate) fn run(lint: &Lint, rules: &Rules<'_>, levels: &[Levels], sink: &mut Sink<'_>) {
    let place = sink.lint;
    let wanted = |source: SourceId, sink: &Sink<'_>| sink.level(place, source) != Level::Off;
    match lint.check {
        Check::File(check) => {
            for cx in rules.files(levels) {
                if wanted(cx.file.source, sink) {
                    check(&cx, sink);
                }
            }
        }
        Check::Document(check) => {
            for cx in rules.documents(levels) {
                if wanted(cx.document.span.source, sink) {
                    check(&cx, sink);
                }
            }
        }
        Check::Rule(check) => {
            for cx in rules.documents(levels) {
                if let Some(cx) = cx.rule().filter(|_| wanted(cx.document.span.source, sink)) {
                    check(&cx, sink);
                }
            }
        }
        Check::Item(check) => {
            for cx in rules.documents(levels) {
                if wanted(cx.document.span.source, sink) {
                    cx.items(&mut |item| check(item, sink));
                }
            }
        }
        Check::Meaning(check) => {
            for cx in rules.meanings(levels) {
                if wanted(cx.rule.source, sink) {
                    check(&cx, sink);
                }
            }
        }
        Check::Set(check) => check(rules, sink),
        Check::Said => {}
    }
}
