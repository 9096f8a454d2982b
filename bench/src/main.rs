//! The comparison; see `docs/performance.md`.

use clap::{Parser, ValueEnum};
use sigwright_bench::corpus::Corpus;
use sigwright_bench::engines::{self, Engine};
use sigwright_bench::inputs::{Input, Kind};
use sigwright_bench::measure::{self, Cost};
use sigwright_bench::plot::{self, Series};
use sigwright_bench::readers::JsonReader;
use sigwright_bench::report::{Table, count, figure, machine};
use sigwright_bench::{Trouble, convert, median, prepared, state};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Measures Sigwright, other engines on the path and the bare reading of JSON
#[derive(Debug, Parser)]
#[command(after_help = "\
Examples:
  cargo run --release -p sigwright-bench
  cargo run --release -p sigwright-bench -- --inputs k8s --runs 3 --size 50 --figures table,load
  SIGWRIGHT_SHARED=DIR cargo run --release -p sigwright-bench -- --out results

Without SIGWRIGHT_SHARED only `k8s` can be made, from generated events and the rules shipped.")]
struct Args {
    /// Which logs
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "k8s,cloudtrail,windows,hot"
    )]
    inputs: Vec<Kind>,

    /// Rules to measure with, instead of the public or the shipped ones
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,

    /// How often everything is run; medians count
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,

    /// How long each log is, in megabytes
    #[arg(long, value_name = "MB", default_value_t = 200)]
    size: u64,

    /// Where logs, rules and results are put
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    out: PathBuf,

    /// What is measured
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "table,curve,load,threads,instructions,state,convert"
    )]
    figures: Vec<Figure>,

    /// The program, instead of the release build of this workspace
    #[arg(long, value_name = "FILE")]
    sigwright: Option<PathBuf>,

    /// No other engines
    #[arg(long)]
    alone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Figure {
    /// Every engine on every log
    Table,
    /// Cost per event against the number of rules
    Curve,
    /// Loading the rules
    Load,
    /// Two threads against one
    Threads,
    /// Instructions per event, counted by callgrind
    Instructions,
    /// Correlations: events per second and the memory of groups
    State,
    /// Converting the rules to every target
    Convert,
}

/// Rules that the curve ends with.
const MOST_RULES: usize = 20_000;
/// Events that callgrind sees at first, and then as many again.
const COUNTED: usize = 1_000;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match arguments.next().as_deref() {
        Some(measure::MEASURE) => measure::as_child(&arguments.collect::<Vec<_>>()),
        Some(state::WEIGH) => state::weigh(),
        Some(convert::READ) => convert::read_alone(&arguments.collect::<Vec<_>>()),
        _ => compare(&Args::parse()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("error: {trouble}");
            ExitCode::from(2)
        }
    }
}

/// What is compared with what.
struct Bench<'a> {
    args: &'a Args,
    corpus: Corpus,
    rules: PathBuf,
    inputs: Vec<Input>,
    /// The program.
    program: PathBuf,
    sigwright: Engine,
    rivals: Vec<Engine>,
}

fn compare(args: &Args) -> Result<(), Trouble> {
    let shared = std::env::var_os("SIGWRIGHT_SHARED").map(PathBuf::from);
    let corpus = match &args.rules {
        Some(directory) => Corpus::read(directory, &directory.display().to_string())?,
        None => prepared::corpus()?,
    };
    let mut inputs = Vec::new();
    for &kind in &args.inputs {
        match Input::make(kind, shared.as_deref(), args.size * 1_000_000, &args.out)? {
            Some(input) => inputs.push(input),
            None => eprintln!("skipped: {}, as SIGWRIGHT_SHARED is not set", kind.title()),
        }
    }
    let program = engines::sigwright(args.sigwright.clone())?;
    let bench = Bench {
        args,
        rules: corpus.write(corpus.len(), &args.out)?,
        corpus,
        inputs,
        sigwright: Engine::sigwright(&program),
        program,
        rivals: if args.alone {
            Vec::new()
        } else {
            Engine::rivals()
        },
    };
    let mut report = format!(
        "{}; {} rules ({}); medians of {} runs; CPU time of one thread unless said otherwise\n",
        machine(),
        count(bench.corpus.len()),
        bench.corpus.title,
        args.runs
    );
    for figure in &args.figures {
        eprintln!("measuring: {figure:?}");
        let section = match figure {
            Figure::Table => bench.table()?,
            Figure::Curve => bench.curve()?,
            Figure::Load => bench.load()?,
            Figure::Threads => bench.threads()?,
            Figure::Instructions => bench.instructions()?,
            Figure::State => {
                state::figure_of_state(&bench.sigwright, &bench.rivals, args.runs, &args.out)?
            }
            Figure::Convert => convert::figure_of_convert(
                &bench.program,
                &bench.corpus,
                &bench.rules,
                args.runs,
                &args.out,
            )?,
        };
        report.push('\n');
        report.push_str(&section);
    }
    print!("{report}");
    save(&args.out.join("results.md"), &report)
}

fn save(path: &Path, text: &str) -> Result<(), Trouble> {
    fs::write(path, text).map_err(|error| Trouble::of(path.display(), error))?;
    eprintln!("written: {}", path.display());
    Ok(())
}

/// Runs of one engine over one log, and over its first event alone.
#[derive(Debug, Default)]
struct Runs {
    whole: Vec<Cost>,
    one: Vec<Cost>,
    failed: Option<Trouble>,
}

impl Runs {
    fn add(&mut self, engine: &Engine, rules: &Path, input: &Input) {
        if self.failed.is_some() {
            return;
        }
        let both = engine
            .run(rules, &input.one, input)
            .and_then(|one| Ok((one, engine.run(rules, &input.path, input)?)));
        match both {
            Ok((one, whole)) => {
                self.one.push(one);
                self.whole.push(whole);
            }
            Err(trouble) => {
                eprintln!("failed: {}: {trouble}", engine.name);
                self.failed = Some(trouble);
            }
        }
    }

    fn median(costs: &[Cost], of: fn(&Cost) -> f64) -> Option<f64> {
        median(&costs.iter().map(of).collect::<Vec<_>>())
    }

    /// What to write where there is no rate.
    fn why(&self) -> &'static str {
        if self.failed.is_some() {
            "failed"
        } else {
            "log too short"
        }
    }

    /// Seconds for the log without loading; `None` where the log is too short to tell.
    fn net(&self, of: fn(&Cost) -> f64) -> Option<f64> {
        let net = Runs::median(&self.whole, of)? - Runs::median(&self.one, of)?;
        (net > 0.0).then_some(net)
    }
}

fn cpu(cost: &Cost) -> f64 {
    cost.cpu
}

fn wall(cost: &Cost) -> f64 {
    cost.wall
}

fn peak(cost: &Cost) -> f64 {
    cost.peak as f64
}

impl Bench<'_> {
    fn engines(&self) -> impl Iterator<Item = &Engine> {
        std::iter::once(&self.sigwright).chain(&self.rivals)
    }

    /// Every engine on every log, run in turns so that a machine in a mood treats all alike.
    fn table(&self) -> Result<String, Trouble> {
        let mut text = String::from("## Throughput\n");
        let mut ratios = Table::new(&["log", "Sigwright against", "is"]);
        for input in &self.inputs {
            let log =
                fs::read(&input.path).map_err(|error| Trouble::of(input.path.display(), error))?;
            let mut runs: Vec<Runs> = self.engines().map(|_| Runs::default()).collect();
            let mut readers: Vec<Vec<f64>> = vec![Vec::new(); JsonReader::ALL.len()];
            for _ in 0..self.args.runs {
                for (reader, times) in JsonReader::ALL.into_iter().zip(&mut readers) {
                    times.push(reader.time(&log));
                }
                for (engine, runs) in self.engines().zip(&mut runs) {
                    runs.add(engine, &self.rules, input);
                }
            }
            drop(log);
            let head = [
                "",
                "events per CPU second",
                "MB per CPU second",
                "µs per event",
                "loading, CPU s",
                "peak, MB",
            ];
            let mut table = Table::new(&head);
            let rates = |net: f64| {
                let events = input.events as f64;
                [
                    figure(events / net),
                    figure(input.bytes as f64 / net / 1e6),
                    figure(net / events * 1e6),
                ]
            };
            let ours = runs.first().and_then(|runs| runs.net(cpu));
            for (engine, runs) in self.engines().zip(&runs) {
                let mut row = vec![engine.name.clone()];
                match (runs.net(cpu), &runs.failed) {
                    (Some(net), None) => {
                        row.extend(rates(net));
                        row.push(
                            Runs::median(&runs.one, cpu)
                                .map_or_else(String::new, |load| format!("{load:.3}")),
                        );
                        row.push(
                            Runs::median(&runs.whole, peak)
                                .map_or_else(String::new, |peak| figure(peak / 1e6)),
                        );
                        if let Some(ours) = ours.filter(|_| engine.name != self.sigwright.name) {
                            let title = input.kind.title().to_owned();
                            ratios.row(vec![
                                title,
                                engine.name.clone(),
                                format!("{:.1}×", net / ours),
                            ]);
                        }
                    }
                    _ => row.extend([runs.why(), "", "", "", ""].map(str::to_owned)),
                }
                table.row(row);
            }
            let mut fastest: Option<(JsonReader, f64)> = None;
            for (reader, times) in JsonReader::ALL.into_iter().zip(&readers) {
                let Some(time) = median(times) else { continue };
                let mut row = vec![format!("reading alone: {}", reader.name())];
                row.extend(rates(time));
                row.extend([String::new(), String::new()]);
                table.row(row);
                if fastest.is_none_or(|(_, best)| time < best) {
                    fastest = Some((reader, time));
                }
            }
            if let (Some((reader, time)), Some(ours)) = (fastest, ours) {
                let title = input.kind.title().to_owned();
                let share = format!("{:.0} % of its throughput", 100.0 * time / ours);
                ratios.row(vec![
                    title,
                    format!("reading alone ({})", reader.name()),
                    share,
                ]);
            }
            let made = if input.captured {
                "captured, repeated"
            } else {
                "generated"
            };
            let (events, megabytes) = (
                figure(input.events as f64),
                figure(input.bytes as f64 / 1e6),
            );
            let _ = write!(
                text,
                "\n### {} ({events} events, {megabytes} MB, {made})\n\n{table}",
                input.kind.title()
            );
        }
        Ok(format!("## Ratios\n\n{ratios}\n{text}"))
    }

    /// Cost per event against the number of rules, on the first log.
    fn curve(&self) -> Result<String, Trouble> {
        let Some(input) = self.inputs.first() else {
            return Ok(String::new());
        };
        let mut counts = vec![10, 100, 1_000, self.corpus.len(), MOST_RULES];
        counts.sort_unstable();
        counts.dedup();
        let engines: Vec<Engine> = std::iter::once(self.sigwright.clone())
            .chain(std::iter::once(self.sigwright.clone().with_every_rule()))
            .chain(self.rivals.iter().cloned())
            .collect();
        let mut series: Vec<Series> = engines
            .iter()
            .map(|engine| Series {
                name: engine.name.clone(),
                points: Vec::new(),
            })
            .collect();
        let mut head = vec!["rules"];
        head.extend(engines.iter().map(|engine| engine.name.as_str()));
        let mut table = Table::new(&head);
        for rules_in_set in counts {
            eprintln!("measuring: {rules_in_set} rules");
            let rules = self.corpus.write(rules_in_set, &self.args.out)?;
            let mut runs: Vec<Runs> = engines.iter().map(|_| Runs::default()).collect();
            for _ in 0..self.args.runs {
                for (engine, runs) in engines.iter().zip(&mut runs) {
                    runs.add(engine, &rules, input);
                }
            }
            let mut row = vec![count(rules_in_set)];
            for (runs, line) in runs.iter().zip(&mut series) {
                match runs.net(cpu) {
                    Some(net) => {
                        let micros = net / input.events as f64 * 1e6;
                        line.points.push((rules_in_set as f64, micros));
                        row.push(format!("{} µs", figure(micros)));
                    }
                    None => row.push(runs.why().to_owned()),
                }
            }
            table.row(row);
        }
        let title = format!(
            "{}: cost of an event against the number of rules",
            input.kind.title()
        );
        if let Some(svg) = plot::draw(&title, &series) {
            save(&self.args.out.join("rules.svg"), &svg)?;
        }
        Ok(format!(
            "## Cost of an event against the number of rules ({})\n\n{table}",
            input.kind.title()
        ))
    }

    /// Loading the rules, and starting with a single one.
    fn load(&self) -> Result<String, Trouble> {
        let Some(input) = self.inputs.first() else {
            return Ok(String::new());
        };
        let mut table = Table::new(&["", "rules", "CPU s", "wall s", "peak, MB"]);
        let single = self.corpus.write(1, &self.args.out)?;
        for (rules_in_set, rules) in [(self.corpus.len(), &self.rules), (1, &single)] {
            let mut runs: Vec<Vec<Cost>> = self.engines().map(|_| Vec::new()).collect();
            for _ in 0..self.args.runs {
                for (engine, runs) in self.engines().zip(&mut runs) {
                    match engine.run(rules, &input.one, input) {
                        Ok(cost) => runs.push(cost),
                        Err(trouble) => eprintln!("failed: {}: {trouble}", engine.name),
                    }
                }
            }
            for (engine, runs) in self.engines().zip(&runs) {
                let [cpu, wall, peak] = [cpu, wall, peak].map(|of| Runs::median(runs, of));
                let seconds = |time: Option<f64>| {
                    time.map_or_else(|| "failed".to_owned(), |time| format!("{time:.4}"))
                };
                let peak = peak.map_or_else(String::new, |peak| figure(peak / 1e6));
                table.row(vec![
                    engine.name.clone(),
                    count(rules_in_set),
                    seconds(cpu),
                    seconds(wall),
                    peak,
                ]);
            }
        }
        Ok(format!("## Loading (one event)\n\n{table}"))
    }

    /// The time from start to end with two threads against one.
    fn threads(&self) -> Result<String, Trouble> {
        let engines = [
            self.sigwright.clone(),
            self.sigwright.clone().with_threads(2),
        ];
        let mut table = Table::new(&["log", "one thread, wall s", "two threads, wall s", "is"]);
        for input in &self.inputs {
            let mut runs = [Runs::default(), Runs::default()];
            for _ in 0..self.args.runs {
                for (engine, runs) in engines.iter().zip(&mut runs) {
                    runs.add(engine, &self.rules, input);
                }
            }
            let mut row = vec![input.kind.title().to_owned()];
            match [runs[0].net(wall), runs[1].net(wall)] {
                [Some(one), Some(two)] => row.extend([
                    format!("{one:.3}"),
                    format!("{two:.3}"),
                    format!("{:.2}×", one / two),
                ]),
                _ => row.extend([runs[0].why(), runs[1].why(), ""].map(str::to_owned)),
            }
            table.row(row);
        }
        Ok(format!("## Two threads (without loading)\n\n{table}"))
    }

    /// Instructions per event: those for twice the events less those for once, so that loading
    /// does not count.
    fn instructions(&self) -> Result<String, Trouble> {
        let mut table = Table::new(&["log", "engine", "instructions per event"]);
        for input in &self.inputs {
            let heads = [input.head(COUNTED)?, input.head(2 * COUNTED)?];
            for engine in self.engines() {
                let mut counts = Vec::new();
                for head in &heads {
                    match measure::instructions(&engine.command(&self.rules, head, input))? {
                        Some(count) => counts.push(count),
                        None => {
                            return Ok(
                                "## Instructions\n\nvalgrind is not on the path.\n".to_owned()
                            );
                        }
                    }
                }
                if let [once, twice] = counts.as_slice() {
                    let each = twice.saturating_sub(*once) as f64 / COUNTED as f64;
                    table.row(vec![
                        input.kind.title().to_owned(),
                        engine.name.clone(),
                        figure(each),
                    ]);
                }
            }
        }
        Ok(format!(
            "## Instructions (callgrind, without loading)\n\n{table}"
        ))
    }
}
