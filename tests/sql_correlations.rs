//! Correlations as SQL, run: random correlations of every type over random timelines alert
//! where the oracle does. `SIGWRIGHT_TIMELINES` says how many timelines of each type there are.
//! SQLite always; PostgreSQL where `PGHOST` is set (`tests/postgres.sh` sets it), DuckDB where
//! `SIGWRIGHT_DUCKDB` is.

#[path = "timelines/generate.rs"]
mod generate;
#[path = "timelines/oracle.rs"]
#[allow(dead_code, reason = "the engine's own tests ask more of it")]
mod oracle;

use generate::{RULES, Random, TYPES};
use oracle::{Fact, Said};
use sigwright_convert::correlation::{self, Target, Voices};
use sigwright_convert::pipeline::Allowed;
use sigwright_convert::{Chain, Pipeline, dialects, rule};
use sigwright_engine::Time;
use sigwright_ir::{Context, lower};
use sigwright_syntax::{Sources, read};
use sigwright_verify::{Database, Table, commands, sqlite::Sqlite};
use std::io::Write;

/// Timelines of each type, if nothing is said.
const USUAL: usize = 120;
/// Timelines for one set of rules.
const EACH: usize = 2;
const FIELDS: [&str; 5] = ["u", "h", "hb", "v", "w"];

fn wanted(usual: usize) -> usize {
    let said = std::env::var("SIGWRIGHT_TIMELINES").ok();
    said.map_or(usual, |count| count.parse().expect("a number"))
}

/// An engine, and how it is asked.
struct Asked<'a> {
    target: &'a str,
    /// `timestamp_format`.
    format: &'a str,
    /// Letters beyond ASCII are none of its own.
    ascii: bool,
    /// Events stand in one column.
    json: bool,
    database: &'a mut dyn Database,
}

/// The rules, with what they ask of a column each, and without the hints that no row tells.
fn asked(text: &str, json: bool) -> String {
    let mut text = text.to_owned();
    for name in RULES.into_iter().filter(|_| !json) {
        text = text.replace(
            &format!("{{kind: {name}}}"),
            &format!("{{is_{name}: 'yes'}}"),
        );
    }
    let hint = |line: &&str| {
        !line.starts_with("x-activation")
            && !line.starts_with("x-variations")
            && !line.contains("flagged")
    };
    let lines: Vec<&str> = text.lines().filter(hint).collect();
    lines.join("\n")
}

/// Events as columns hold them: one value for each field.
fn flat(fact: &Fact, ascii: bool, json: bool) -> Fact {
    let mut fact = fact.clone();
    for values in fact.fields.values_mut() {
        if !json {
            values.truncate(1);
        }
        if ascii {
            for value in values {
                *value = value.replace(['Ä', 'ä'], "x");
            }
        }
    }
    fact
}

/// A table's rows, as [`Table`] borrows them.
enum Rows {
    Columns(Vec<String>, Vec<Vec<Option<String>>>),
    Json(Vec<String>),
}

impl Rows {
    fn table(&self) -> Table<'_> {
        match self {
            Rows::Columns(names, rows) => Table::Columns(names, rows),
            Rows::Json(events) => Table::Json(events),
        }
    }
}

fn table(facts: &[Fact], format: &str) -> Rows {
    let mut names = vec!["timestamp".to_owned()];
    names.extend(RULES.map(|rule| format!("is_{rule}")));
    names.extend(FIELDS.map(str::to_owned));
    let row = |fact: &Fact| {
        let time = match format {
            "iso" => Time::from_nanos(fact.time).unwrap().to_rfc3339(),
            "seconds" => format!("{}", fact.time as f64 / 1e9),
            "milliseconds" => (fact.time / 1_000_000).to_string(),
            other => panic!("{other}"),
        };
        let mut row = vec![Some(time)];
        row.extend((0..RULES.len()).map(|r| fact.rules.contains(&r).then(|| "yes".to_owned())));
        row.extend(FIELDS.map(|name| fact.fields.get(name).and_then(|v| v.first().cloned())));
        row
    };
    Rows::Columns(names, facts.iter().map(row).collect())
}

/// Events as JSON, with their times.
fn nested(events: &[(Fact, String)], ascii: bool) -> Rows {
    let event = |(fact, json): &(Fact, String)| {
        let time = Time::from_nanos(fact.time).unwrap().to_rfc3339();
        let json = json.replacen('{', &format!("{{\"timestamp\":\"{time}\","), 1);
        match ascii {
            true => json.replace(['Ä', 'ä'], "x"),
            false => json,
        }
    };
    Rows::Json(events.iter().map(event).collect())
}

/// The queries of the correlations that speak: title, group and term, measures, query.
fn queries(
    text: &str,
    (target, form): (&str, &str),
    format: &str,
) -> (sigwright_ir::RuleSet, Vec<(String, usize, String)>) {
    let mut sources = Sources::new();
    let id = sources.add("rules.yml", text);
    let (documents, _) = read(&sources, id);
    let context = Context::default();
    let (set, said) = lower(&documents, &context);
    let dialect = dialects::find(target).unwrap();
    let id = sources.add(
        "pipeline.yml",
        format!(
            "name: own\npriority: 1\ntransformations:\n  - {{type: set_state, key: timestamp_format, val: {format}}}\n"
        ),
    );
    let own = vec![("own".to_owned(), Pipeline::read(&sources, id).unwrap())];
    let form = dialect.formats.iter().find(|f| f.name == form).unwrap();
    let chain = Chain::new(dialect, form, own, Allowed::default()).unwrap();
    let rules = rule::rules(&documents, &set, &context);
    let voices = Voices::of(&set);
    let target = Target {
        dialect,
        format: form,
        chain: &chain,
        correlations: None,
        approximate: false,
    };
    assert!(!set.correlations.is_empty(), "{said:?}\n{text}");
    let speaking = set.correlations.iter().enumerate();
    let speaking = speaking.filter(|(index, _)| voices.correlation(*index));
    let queries = speaking.filter_map(|(_, one)| {
        let query = match correlation::convert(one, &set, &rules, &sources, &target) {
            Ok(correlated) => correlated.query,
            // the only thing that is refused
            Err(said) if said[0].message.contains("call a field of JSON differently") => {
                return None;
            }
            Err(said) => panic!("{said:?}\n{text}"),
        };
        let term = match &one.plan.kind {
            sigwright_ir::Kind::NewTerms { fields, .. } => fields.len(),
            _ => 0,
        };
        let group = one.plan.group_by.len() + term;
        Some((one.title().to_owned(), group, query))
    });
    let queries = queries.collect();
    (set, queries)
}

/// An alert: when, from when on, of which group, with which measures.
type Row = (i64, i64, Vec<String>, Vec<f64>);

fn time(text: &str, format: &str) -> i64 {
    let number = || text.parse::<f64>().unwrap_or_else(|_| panic!("{text}"));
    match format {
        "seconds" => (number() * 1e9).round() as i64,
        "milliseconds" => (number() * 1e6).round() as i64,
        _ => {
            let text = text.replace(' ', "T");
            let text = match text.strip_suffix("+00") {
                Some(text) => format!("{text}Z"),
                None => text,
            };
            let time = Time::parse(&text).unwrap_or_else(|| panic!("{text}"));
            time.as_nanos()
        }
    }
}

fn rows(found: Vec<Vec<String>>, group: usize, format: &str) -> Vec<Row> {
    let row = |row: Vec<String>| {
        let fields = row[2..2 + group].iter().map(|text| text.to_lowercase());
        let values = row[2 + group..].iter().filter(|text| !text.is_empty());
        (
            time(&row[0], format),
            time(&row[1], format),
            fields.collect(),
            values.map(|text| text.parse().unwrap()).collect(),
        )
    };
    let mut rows: Vec<Row> = found.into_iter().map(row).collect();
    rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
    rows
}

fn expected(said: &[Said], title: &str) -> Vec<Row> {
    let said = said.iter().filter(|said| said.title == title);
    let row = |said: &Said| {
        let fields = said.group.iter().map(|(_, value)| value.to_lowercase());
        let values = said.values.iter().map(|(_, value)| *value);
        (said.time, said.from, fields.collect(), values.collect())
    };
    let mut rows: Vec<Row> = said.map(row).collect();
    rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
    rows
}

fn alike(a: &[Row], b: &[Row]) -> bool {
    let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6;
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            (a.0, a.1, &a.2) == (b.0, b.1, &b.2)
                && a.3.len() == b.3.len()
                && a.3.iter().zip(&b.3).all(close)
        })
}

/// Runs `count` timelines of a type; how many alerts there were.
fn compare(kind: usize, count: usize, engine: &mut Asked<'_>) -> usize {
    let mut alerts = 0;
    for round in 0..count.div_ceil(EACH) {
        let seed = (kind * 7_000_003 + round) as u64;
        let mut random = Random(seed);
        let text = asked(&generate::rules(&mut random, kind), engine.json);
        let form = if engine.json { "json" } else { "default" };
        let (set, queries) = queries(&text, (engine.target, form), engine.format);
        for _ in 0..EACH.min(count - round * EACH) {
            let events = generate::timeline(&mut random, 40);
            let fact = |(fact, _): &(Fact, String)| flat(fact, engine.ascii, engine.json);
            let facts: Vec<Fact> = events.iter().map(fact).collect();
            let said = oracle::judge(&set, &facts, None);
            let table = match engine.json {
                true => nested(&events, engine.ascii),
                false => table(&facts, engine.format),
            };
            for (title, group, query) in &queries {
                let found = engine.database.rows(table.table(), query);
                let found = found.unwrap_or_else(|error| panic!("{error}\n{text}\n{query}"));
                let found = rows(found, *group, engine.format);
                let expected = expected(&said, title);
                assert!(
                    alike(&found, &expected),
                    "{}, seed {seed}, {title}\nfound    {found:?}\nexpected {expected:?}\n{text}\n{query}\n{facts:?}",
                    engine.target,
                );
                alerts += found.len();
            }
        }
    }
    alerts
}

fn every_type(count: usize, engine: &mut Asked<'_>) {
    for (kind, name) in TYPES.iter().enumerate() {
        let alerts = compare(kind, count, engine);
        println!(
            "{} {name}: {count} timelines, {alerts} alerts, as the oracle says",
            engine.target
        );
        assert!(alerts > count / 20, "{name}: hardly any alerts");
    }
}

#[test]
fn sqlite_agrees_with_the_oracle() {
    every_type(
        wanted(USUAL),
        &mut Asked {
            target: "sqlite",
            format: "iso",
            ascii: true,
            json: false,
            database: &mut Sqlite,
        },
    );
}

#[test]
fn sqlite_agrees_over_json() {
    every_type(
        wanted(USUAL / 4),
        &mut Asked {
            target: "sqlite",
            format: "iso",
            ascii: true,
            json: true,
            database: &mut Sqlite,
        },
    );
}

#[test]
fn postgres_agrees_over_json() {
    if std::env::var_os("PGHOST").is_none() {
        println!("postgres_agrees_over_json: skipped, PGHOST is not set");
        return;
    }
    let mut database = commands::PSQL;
    every_type(
        wanted(USUAL / 6),
        &mut Asked {
            target: "postgres",
            format: "iso",
            ascii: false,
            json: true,
            database: &mut database,
        },
    );
}

#[test]
fn numbers_of_seconds_are_times() {
    for format in ["seconds", "milliseconds"] {
        let engine = &mut Asked {
            target: "sqlite",
            format,
            ascii: true,
            json: false,
            database: &mut Sqlite,
        };
        assert!(compare(0, 20, engine) > 0);
    }
}

#[test]
fn postgres_agrees_with_the_oracle() {
    if std::env::var_os("PGHOST").is_none() {
        println!("postgres_agrees_with_the_oracle: skipped, PGHOST is not set");
        return;
    }
    let mut database = commands::PSQL;
    every_type(
        wanted(USUAL / 6),
        &mut Asked {
            target: "postgres",
            format: "iso",
            ascii: false,
            json: false,
            database: &mut database,
        },
    );
}

#[test]
fn duckdb_agrees_with_the_oracle() {
    if std::env::var_os("SIGWRIGHT_DUCKDB").is_none() {
        println!("duckdb_agrees_with_the_oracle: skipped, SIGWRIGHT_DUCKDB is not set");
        return;
    }
    let mut database = commands::DUCKDB;
    every_type(
        wanted(USUAL / 6),
        &mut Asked {
            target: "duckdb",
            format: "iso",
            ascii: false,
            json: false,
            database: &mut database,
        },
    );
}

/// Writes what [`compare`] would compare for engines that run elsewhere, a line for each query:
/// `target`, `query`, `names` and `rows` of the table `logs`, and the `expected` alerts (times in
/// nanoseconds, group, measures). `SIGWRIGHT_CASES` names the file.
#[test]
fn cases_for_engines_elsewhere() {
    let Some(path) = std::env::var_os("SIGWRIGHT_CASES") else {
        println!("cases_for_engines_elsewhere: skipped, SIGWRIGHT_CASES is not set");
        return;
    };
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    for (kind, name) in TYPES.iter().enumerate() {
        for round in 0..wanted(USUAL).div_ceil(EACH) {
            let seed = (kind * 7_000_003 + round) as u64;
            let mut random = Random(seed);
            let text = asked(&generate::rules(&mut random, kind), false);
            let events = generate::timeline(&mut random, 40);
            let facts: Vec<Fact> = events.iter().map(|(f, _)| flat(f, false, false)).collect();
            let Rows::Columns(names, values) = table(&facts, "iso") else {
                continue;
            };
            for target in ["duckdb", "clickhouse", "databricks", "athena"] {
                let (set, queries) = queries(&text, (target, "default"), "iso");
                let said = oracle::judge(&set, &facts, None);
                for (title, group, query) in queries {
                    let expected = expected(&said, &title);
                    let line = serde_json::json!({
                        "target": target, "kind": name, "rules": text, "query": query,
                        "group": group, "names": names, "rows": values, "expected": expected,
                    });
                    writeln!(file, "{line}").unwrap();
                }
            }
        }
    }
}
