//! `sigwright test`.

mod cases;
mod heard;
mod report;
mod timeline;

use super::complain;
use super::explain::{explained, is_called, matches};
use crate::args::{ColorWhen, DiagnosticFormat, EventArgs, TestArgs};
use crate::input::{Input, is_io};
use crate::load::{self, Loaded};
use crate::render::diagnostic;
use crate::settings::{Look, Outcome, Stream};
use crate::walk::{self, Want};
use cases::{Case, CasesFile, Events, Expected};
use report::{Checked, Report, Status};
use sigwright_engine::evidence::Finder;
use sigwright_engine::{Event, Time};
use sigwright_ir::{Reference, Rule, RuleId};
use sigwright_syntax::ast::Meta;
use sigwright_syntax::{Severity, SourceId};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use timeline::Course;

/// What a failing case's explanation looks like: it may end up in a file.
const PLAIN: Look = Look {
    color: false,
    unicode: true,
    width: 100,
};
/// How many events of one case are explained.
const EXPLAINED: usize = 3;

/// Runs the cases and prints how they went.
pub fn run(args: &TestArgs, color: ColorWhen) -> io::Result<Outcome> {
    let found = walk::find(&args.paths, Want::RulesAndCases);
    let (rules, orphans) = pair(&found.files);
    let mut tester = Tester {
        args,
        files: neighbourhood(&args.paths, &rules),
        loaded: HashMap::new(),
        look: match args.format {
            crate::args::TestFormat::Pretty => Look::of(Stream::Out, color),
            _ => PLAIN,
        },
        broken: !found.unreadable.is_empty(),
    };
    let err_look = Look::of(Stream::Err, color);
    for (path, reason) in &found.unreadable {
        let text = format!("{}: {reason}", path.display());
        complain(&mut io::stderr().lock(), err_look, &text)?;
    }
    let mut report = Report::new(args.format, Look::of(Stream::Out, color));
    for (rule, cases) in &rules {
        report.push(tester.file(rule, cases.as_deref()));
    }
    for path in orphans {
        report.push(Checked::broken(
            &path,
            "the cases belong to no rule: there is no rule file of that name beside them",
        ));
    }
    report.print(&mut io::stdout().lock())?;
    if !report.tested() {
        complain(
            &mut io::stderr().lock(),
            err_look,
            "no cases: nothing was tested",
        )?;
        return Ok(Outcome::Broken);
    }
    Ok(if tester.broken {
        Outcome::Broken
    } else if report.failed() {
        Outcome::Failed
    } else {
        Outcome::Clean
    })
}

/// A rule file and its cases file, if it has one.
type Pair = (PathBuf, Option<PathBuf>);

/// Rule files with their cases, and cases without a rule.
fn pair(files: &[PathBuf]) -> (Vec<Pair>, Vec<PathBuf>) {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut orphans = Vec::new();
    for file in files {
        let rule = if walk::is_cases(file) {
            walk::rules_of_cases(file).into_iter().find(|r| r.is_file())
        } else {
            Some(file.clone())
        };
        match rule {
            Some(rule) if pairs.iter().any(|(known, _)| *known == rule) => {}
            Some(rule) => {
                let cases = walk::cases_of_rule(&rule).into_iter().find(|c| c.is_file());
                pairs.push((rule, cases));
            }
            None => orphans.push(file.clone()),
        }
    }
    (pairs, orphans)
}

/// The rule files to load: those tested and, as rules may refer to others, those around a
/// file that was named alone.
fn neighbourhood(paths: &[PathBuf], rules: &[Pair]) -> Vec<Vec<PathBuf>> {
    let own: Vec<PathBuf> = rules.iter().map(|(rule, _)| rule.clone()).collect();
    let named: Vec<PathBuf> = paths.iter().filter(|p| p.is_file()).cloned().collect();
    load::rings(&own, &named)
}

struct Tester<'a> {
    args: &'a TestArgs,
    files: Vec<Vec<PathBuf>>,
    /// By the directory of lists a cases file asks for.
    loaded: HashMap<Option<PathBuf>, Loaded>,
    look: Look,
    broken: bool,
}

impl Tester<'_> {
    fn file(&mut self, rule: &Path, cases: Option<&Path>) -> Checked {
        let mut checked = Checked::new(rule, cases);
        let read = match cases {
            None => None,
            Some(path) => match cases::read(path) {
                Ok(read) => Some((path, read)),
                Err(reason) => {
                    checked.error(reason);
                    return checked;
                }
            },
        };
        let lists = read
            .as_ref()
            .and_then(|(path, read)| read.lists.as_ref().map(|dir| path.with_file_name(dir)));
        let args = self.args;
        let files = &self.files;
        let loaded = self.loaded.entry(lists.clone()).or_insert_with(|| {
            let lists: Vec<PathBuf> = lists.into_iter().chain(args.lists.lists.clone()).collect();
            load::load_rings(files, &lists)
        });
        let name = rule.display().to_string();
        let Some((source, _)) = loaded.sources.iter().find(|(_, s)| s.name == name) else {
            let reason = loaded.unreadable.iter().find(|(path, _)| path == rule);
            checked.error(reason.map_or("not read".to_owned(), |(_, reason)| reason.clone()));
            self.broken = true;
            return checked;
        };
        if let Some(errors) = errors(loaded, source, self.look) {
            checked.error(errors);
        } else if let Some((path, read)) = read {
            run_cases(loaded, source, path, &read, self.look, &mut checked);
        }
        checked
    }
}

/// The errors of one rule file, printed.
fn errors(loaded: &Loaded, source: SourceId, look: Look) -> Option<String> {
    let mut text = Vec::new();
    let mut printer = diagnostic::Printer::new(&loaded.sources, DiagnosticFormat::Pretty, look);
    for diagnostic in &loaded.diagnostics {
        let here = diagnostic.span().is_some_and(|s| s.source == source);
        if here && diagnostic.severity == Severity::Error {
            // writing to a vector cannot fail
            let _ = printer.print(diagnostic, &mut text);
        }
    }
    (!text.is_empty()).then(|| {
        format!(
            "the rule file has errors\n{}",
            String::from_utf8_lossy(&text)
        )
    })
}

fn run_cases(
    loaded: &Loaded,
    source: SourceId,
    path: &Path,
    file: &CasesFile,
    look: Look,
    checked: &mut Checked,
) {
    let rules: Vec<(RuleId, &Rule)> = loaded
        .set
        .iter()
        .filter(|(_, rule)| rule.source == source)
        .collect();
    let beside = |name: &String| path.with_file_name(name);
    let events = EventArgs {
        logsource: file.logsource.clone(),
        ignore_logsource: file.ignore_logsource,
        networks: file.networks.as_ref().map(beside),
        ..EventArgs::default()
    };
    let input = match Input::new(&events, &loaded.set) {
        Ok(input) => input,
        Err(reason) => return checked.error(reason),
    };
    let runner = Runner {
        loaded,
        finder: Finder::new(&loaded.set),
        input: &input,
        rules,
        path,
        look,
    };
    for (i, case) in file.cases.iter().enumerate() {
        let name = case.name.clone().unwrap_or(format!("case {}", i + 1));
        checked.push(name, &case.why, runner.case(case));
    }
    for (i, timeline) in file.timeline.iter().enumerate() {
        let name = timeline
            .name
            .clone()
            .unwrap_or(format!("timeline {}", i + 1));
        let status = match Course::new(&runner, timeline, &events, source) {
            Ok(course) => course.run(),
            Err(reason) => Status::Error(reason),
        };
        checked.push(name, &timeline.why, status);
    }
}

struct Runner<'a> {
    loaded: &'a Loaded,
    finder: Finder<'a>,
    input: &'a Input,
    rules: Vec<(RuleId, &'a Rule)>,
    path: &'a Path,
    look: Look,
}

impl<'a> Runner<'a> {
    fn case(&self, case: &Case) -> Status {
        if self.rules.is_empty() {
            return Status::Error(
                "the file has no detection rule: a correlation is tested by a `timeline`".into(),
            );
        }
        if let Expected::These(names) = &case.expected {
            let known = |name: &&String| {
                self.rules
                    .iter()
                    .any(|(_, rule)| is_called(&rule.meta, name))
            };
            if let Some(name) = names.iter().find(|name| !known(name)) {
                return Status::Error(format!("no rule of the file is called `{name}`"));
            }
        }
        let mut failures = Vec::new();
        let (mut events, mut failed) = (0usize, 0usize);
        let mut each = |event: &mut Event, place: &str| {
            events += 1;
            let mut wrong = false;
            for (id, rule) in &self.rules {
                let must = case.expected.wants(rule);
                if matches(self.loaded, &self.finder, self.input, *id, event) != must {
                    wrong = true;
                    if failed < EXPLAINED {
                        failures.push(self.explain(self.input, *id, rule, event, place, must));
                    }
                }
            }
            failed += usize::from(wrong);
        };
        let faults = match &case.events {
            Events::Inline(texts) => {
                let mut faults = Vec::new();
                for (i, text) in texts.iter().enumerate() {
                    let place = if texts.len() == 1 {
                        format!("{}", self.path.display())
                    } else {
                        format!("{}, event {}", self.path.display(), i + 1)
                    };
                    faults.extend(
                        self.input
                            .for_each_in(text, &mut |event| each(event, &place)),
                    );
                }
                faults
            }
            Events::File(name) => {
                let file = self.path.with_file_name(name);
                self.input.for_each(&[file], &mut |event, file, line| {
                    each(event, &format!("{file}:{line}"));
                })
            }
        };
        if let Some(fault) = faults.first() {
            let unread = if is_io(fault) { "" } else { "damaged event: " };
            return Status::Error(format!("{unread}{fault}"));
        }
        if events == 0 {
            return Status::Error("there is no event in it".into());
        }
        if failed > EXPLAINED {
            failures.push(format!("and {} more events\n", failed - EXPLAINED));
        }
        if failures.is_empty() {
            Status::Passed
        } else {
            Status::Failed(failures.concat())
        }
    }

    /// What a rule or correlation says of itself.
    fn meta(&self, of: Reference) -> &'a Meta {
        static UNKNOWN: LazyLock<Meta> = LazyLock::new(Meta::default);
        let set = &self.loaded.set;
        let meta = match of {
            Reference::Rule(id) => set.rule(id).map(|rule| &rule.meta),
            Reference::Correlation(index) => set.correlations.get(index).map(|rule| &rule.meta),
        };
        meta.unwrap_or(&UNKNOWN)
    }

    fn explain(
        &self,
        input: &Input,
        id: RuleId,
        rule: &Rule,
        event: &Event,
        place: &str,
        must: bool,
    ) -> String {
        let head = if must {
            "must match and does not"
        } else {
            "must not match and does"
        };
        let mut text = format!("{head}:\n").into_bytes();
        // writing to a vector cannot fail
        let _ = explained(self.loaded, input, id, rule, event, place).pretty(
            &self.loaded.sources,
            self.look,
            &mut text,
        );
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// A moment, as cases files have it.
fn moment(nanos: i64) -> String {
    Time::from_nanos(nanos).map_or_else(|| nanos.to_string(), Time::to_rfc3339)
}
