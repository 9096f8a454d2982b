//! Diagnostics: pretty (through miette), short, JSON.

use super::place::Places;
use super::{escape, github};
use crate::args::DiagnosticFormat;
use crate::settings::Look;
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use serde::Serialize;
use sigwright_syntax::diagnostic::Label;
use sigwright_syntax::{Diagnostic, Fix, Safety, Severity, SourceId, Sources};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};

/// Writes diagnostics in one form.
pub struct Printer<'a> {
    sources: &'a Sources,
    form: DiagnosticFormat,
    look: Look,
    safe: HashMap<SourceId, Cow<'a, str>>,
    places: Places<'a>,
}

impl<'a> Printer<'a> {
    /// A printer of messages about `sources`.
    pub fn new(sources: &'a Sources, form: DiagnosticFormat, look: Look) -> Self {
        Printer {
            sources,
            form,
            look,
            safe: HashMap::new(),
            places: Places::new(sources),
        }
    }

    /// Writes one message.
    pub fn print(&mut self, diagnostic: &Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        match self.form {
            DiagnosticFormat::Pretty => self.pretty(diagnostic, out),
            DiagnosticFormat::Short => self.short(diagnostic, out),
            DiagnosticFormat::Json => self.json(diagnostic, out),
            DiagnosticFormat::Github => github::annotation(&mut self.places, diagnostic, out),
        }
    }

    fn short(&mut self, diagnostic: &Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        if let Some(span) = diagnostic.span() {
            let (line, column) = self.places.start(span);
            write!(
                out,
                "{}:{line}:{column}: ",
                escape::line(self.places.name(span.source))
            )?;
        }
        writeln!(
            out,
            "{}[{}]: {}",
            diagnostic.severity.as_str(),
            diagnostic.code,
            escape::line(&diagnostic.message)
        )
    }

    fn json(&mut self, diagnostic: &Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        let span = diagnostic.span();
        let (line, column) = span.map(|s| self.places.start(s)).unzip();
        let line = JsonDiagnostic {
            code: diagnostic.code,
            severity: diagnostic.severity.as_str(),
            message: &diagnostic.message,
            path: span.map(|s| self.places.name(s.source)),
            line,
            column,
            span: span.map(|s| [s.start, s.end]),
            help: diagnostic.help.as_deref(),
            fixes: diagnostic.fixes.iter().map(JsonFix::new).collect(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")
    }

    fn pretty(&mut self, diagnostic: &Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        let sources = self.sources;
        for label in &diagnostic.labels {
            let id = label.span.source;
            self.safe
                .entry(id)
                .or_insert_with(|| escape::source(sources.get(id).map_or("", |s| &s.text)));
        }
        let report = Report::new(diagnostic, self);
        let mut text = String::new();
        let theme = GraphicalTheme {
            characters: if self.look.unicode {
                ThemeCharacters::unicode()
            } else {
                ThemeCharacters::ascii()
            },
            styles: if self.look.color {
                ThemeStyles::ansi()
            } else {
                ThemeStyles::none()
            },
        };
        GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_width(self.look.width)
            .with_context_lines(1)
            .with_show_related_as_nested(true)
            .render_report(&mut text, &report)
            .map_err(|_| io::Error::other("a diagnostic could not be written"))?;
        out.write_all(text.as_bytes())?;
        out.write_all(b"\n")
    }
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    path: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    span: Option<[u32; 2]>,
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<JsonFix<'a>>,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    span: [u32; 2],
    text: &'a str,
}

impl<'a> JsonFix<'a> {
    fn new(fix: &'a Fix) -> Self {
        let edits = fix.edits.iter().map(|edit| JsonEdit {
            span: [edit.span.start, edit.span.end],
            text: &edit.text,
        });
        JsonFix {
            title: &fix.title,
            safe: fix.safety == Safety::Safe,
            edits: edits.collect(),
        }
    }
}

/// A diagnostic in miette's terms: labels of the main file, other files below.
#[derive(Debug)]
struct Report<'a> {
    code: &'static str,
    severity: Option<Severity>,
    message: String,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    source: Option<Text<'a>>,
    others: Vec<Report<'a>>,
}

impl<'a> Report<'a> {
    fn new(diagnostic: &Diagnostic, printer: &'a Printer<'_>) -> Self {
        let main = diagnostic.span().map(|s| s.source);
        let (here, there): (Vec<&Label>, Vec<&Label>) = diagnostic
            .labels
            .iter()
            .partition(|l| Some(l.span.source) == main);
        let source = main.map(|id| Text::new(id, printer));
        let labels = here
            .iter()
            .enumerate()
            .filter_map(|(i, label)| source.as_ref().map(|s| s.label(label, i == 0)))
            .collect();
        let others = there
            .iter()
            .map(|label| {
                let source = Text::new(label.span.source, printer);
                Report {
                    code: "",
                    severity: Some(Severity::Note),
                    message: escape::line(&label.text).into_owned(),
                    help: None,
                    labels: vec![source.label(
                        &Label {
                            span: label.span,
                            text: String::new(),
                        },
                        true,
                    )],
                    source: Some(source),
                    others: Vec::new(),
                }
            })
            .collect();
        Report {
            code: diagnostic.code,
            severity: Some(diagnostic.severity),
            message: escape::line(&diagnostic.message).into_owned(),
            help: diagnostic
                .help
                .as_deref()
                .map(|h| escape::lines(h).into_owned()),
            labels,
            source,
            others,
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let severity = self.severity.map_or("", Severity::as_str);
        (!self.code.is_empty())
            .then(|| Box::new(format!("{severity}[{}]", self.code)) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.severity.map(|severity| match severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.help
            .as_ref()
            .map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|s| s as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'b>(&'b self) -> Option<Box<dyn Iterator<Item = &'b dyn miette::Diagnostic> + 'b>> {
        (!self.others.is_empty()).then(|| {
            Box::new(self.others.iter().map(|o| o as &dyn miette::Diagnostic))
                as Box<dyn Iterator<Item = &'b dyn miette::Diagnostic>>
        })
    }
}

/// A rule file as shown: harmful characters escaped, places moved accordingly.
#[derive(Debug)]
struct Text<'a> {
    name: String,
    raw: &'a str,
    safe: &'a str,
}

impl<'a> Text<'a> {
    fn new(id: SourceId, printer: &'a Printer<'_>) -> Self {
        let source = printer.sources.get(id);
        Text {
            name: escape::line(source.map_or("", |s| &s.name)).into_owned(),
            raw: source.map_or("", |s| &s.text),
            safe: printer.safe.get(&id).map_or("", |s| s.as_ref()),
        }
    }

    fn label(&self, label: &Label, primary: bool) -> LabeledSpan {
        let moved = |offset: u32| match self.raw.get(..offset as usize) {
            Some(before) if self.raw.len() != self.safe.len() => escape::source(before).len(),
            _ => (offset as usize).min(self.safe.len()),
        };
        let start = moved(label.span.start);
        let end = moved(label.span.end).max(start);
        let covered = self.safe.get(start..end).unwrap_or("");
        // of a place with an endless line only the beginning is underlined
        let end = if is_long(covered) {
            before(self.safe, start + CLIP)
        } else {
            end
        };
        let span = SourceSpan::from((start, end - start));
        let text = (!label.text.is_empty()).then(|| escape::line(&label.text).into_owned());
        if primary {
            LabeledSpan::new_primary_with_span(text, span)
        } else {
            LabeledSpan::new_with_span(text, span)
        }
    }
}

impl SourceCode for Text<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, miette::MietteError> {
        let found = self.safe.read_span(span, lines_before, lines_after)?;
        let whole = found.span();
        let (start, end) = (span.offset(), span.offset() + span.len());
        let text = self.safe;
        let from = text
            .get(..start)
            .unwrap_or("")
            .rfind('\n')
            .map_or(0, |at| at + 1);
        let data = text.get(whole.offset()..whole.offset() + whole.len());
        let (first, last) = if !data.is_some_and(is_long) {
            (whole.offset(), whole.offset() + whole.len())
        } else if span.len() > CLIP {
            // places far apart are shown one by one
            return Err(miette::MietteError::OutOfBounds);
        } else {
            let to = text.get(end..).unwrap_or("").find('\n');
            let to = to.map_or(text.len(), |at| end + at);
            let room = if lines_before == 0 { 0 } else { CLIP / 2 };
            (
                before(text, start.saturating_sub(room).max(from)),
                before(text, (end + CLIP / 2).min(to)),
            )
        };
        let skipped = text.get(whole.offset()..first).unwrap_or("");
        let lead = text.get(from..first).unwrap_or("");
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            text.get(first..last).unwrap_or("").as_bytes(),
            SourceSpan::from((first, last - first)),
            found.line() + skipped.matches('\n').count(),
            lead.chars().count(),
            found.line_count(),
        )))
    }
}

/// How long a line may be, in bytes, before only a part of it is shown.
const LONG: usize = 500;
/// How many bytes of such a line are underlined or shown around.
const CLIP: usize = 120;

fn is_long(text: &str) -> bool {
    text.split('\n').any(|line| line.len() > LONG)
}

/// The last place in a text where a character begins, up to `at`.
fn before(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}
