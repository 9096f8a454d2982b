//! What converting costs: every rule to every target and form, against reading the rules alone.

use crate::Trouble;
use crate::corpus::Corpus;
use crate::measure::{self, Cost};
use crate::median;
use crate::report::{Table, count, figure};
use sigwright_convert::dialects::DIALECTS;
use sigwright_syntax::Sources;
use std::fs;
use std::path::{Path, PathBuf};

/// The first argument that makes this program read rules and do nothing else.
pub const READ: &str = "read-rules";

/// Exit codes of `sigwright convert`: all rules converted, or some refused.
const CONVERTED: [i32; 2] = [0, 1];

/// Is the process of its own: reads every rule of a directory and parses its YAML.
///
/// # Errors
/// Where something cannot be read.
pub fn read_alone(arguments: &[String]) -> Result<(), Trouble> {
    let [directory] = arguments else {
        return Err(Trouble::new("no directory to read"));
    };
    let failed = |error| Trouble::of(directory, error);
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_none_or(|end| end != "yml") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        let mut sources = Sources::new();
        let id = sources.add(path.display().to_string(), text);
        let (documents, _) = sigwright_syntax::read(&sources, id);
        std::hint::black_box(documents);
    }
    Ok(())
}

/// How many values the rule of many has.
const VALUES: usize = 4_432;

/// What one target and form took.
struct Row {
    target: &'static str,
    form: &'static str,
    all: Vec<Cost>,
    many: Vec<Cost>,
}

/// Every rule to every target and form, in turns; one rule of many values as well.
///
/// # Errors
/// Where the program fails.
pub fn figure_of_convert(
    program: &Path,
    corpus: &Corpus,
    rules: &Path,
    runs: u32,
    out: &Path,
) -> Result<String, Trouble> {
    let many = many_values(out)?;
    let this =
        std::env::current_exe().map_err(|error| Trouble::of("finding this program", error))?;
    let read: Vec<String> = [&this, Path::new(READ), rules]
        .map(|word| word.display().to_string())
        .into();
    let convert = |target: &str, form: &str, rules: &Path| {
        let (program, rules) = (program.display().to_string(), rules.display().to_string());
        let words = [
            "convert", "-t", target, "-f", form, "--format", "ndjson", &rules,
        ];
        let words = words.map(str::to_owned);
        let command: Vec<String> = std::iter::once(program).chain(words).collect();
        measure::run(&command, &CONVERTED)
    };
    let forms = DIALECTS.iter().flat_map(|dialect| {
        let forms = dialect.formats.iter();
        forms.map(|form| Row {
            target: dialect.name,
            form: form.name,
            all: Vec::new(),
            many: Vec::new(),
        })
    });
    let mut rows: Vec<Row> = forms.collect();
    let mut reading = Vec::new();
    for _ in 0..runs {
        reading.push(measure::run(&read, &[0])?);
        for row in &mut rows {
            row.all.push(convert(row.target, row.form, rules)?);
            row.many.push(convert(row.target, row.form, &many)?);
        }
    }
    let of = |costs: &[Cost], of: fn(&Cost) -> f64| {
        median(&costs.iter().map(of).collect::<Vec<_>>()).unwrap_or_default()
    };
    let alone = of(&reading, |cost| cost.cpu);
    let mut table = Table::new(&[
        "target",
        "form",
        "all rules, CPU s",
        "wall s",
        "× reading",
        "one rule, CPU s",
    ]);
    table.row(vec![
        "reading the YAML alone".to_owned(),
        String::new(),
        format!("{alone:.3}"),
        format!("{:.3}", of(&reading, |cost| cost.wall)),
        "1".to_owned(),
        String::new(),
    ]);
    for row in &rows {
        let cpu = of(&row.all, |cost| cost.cpu);
        table.row(vec![
            format!("`{}`", row.target),
            format!("`{}`", row.form),
            format!("{cpu:.3}"),
            format!("{:.3}", of(&row.all, |cost| cost.wall)),
            figure(cpu / alone),
            format!("{:.4}", of(&row.many, |cost| cost.cpu)),
        ]);
    }
    Ok(format!(
        "## Converting ({} rules; one rule of {} values)\n\n{table}",
        count(corpus.len()),
        count(VALUES)
    ))
}

/// A rule with very many values, in a file of its own.
fn many_values(out: &Path) -> Result<PathBuf, Trouble> {
    let mut text = String::from(
        "title: Many values\nlogsource: {product: windows, category: process_creation}\n\
         detection:\n  selection:\n    CommandLine|contains:\n",
    );
    for at in 0..VALUES {
        // no two alike, and none the start of another
        text.push_str(&format!("      - 'package-{at:05}@1.{}.0'\n", at % 7));
    }
    text.push_str("  condition: selection\n");
    let path = out.join("many-values.yml");
    fs::write(&path, &text).map_err(|error| Trouble::of(path.display(), error))?;
    Ok(path)
}
