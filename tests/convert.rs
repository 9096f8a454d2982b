//! Converted rules against the queries of the reference implementation.
//!
//! Each row of [`COMBINATIONS`] names a file of the shared folder: the reference's queries for
//! every rule of the corpus in one dialect, format and pipeline. Where ours differs, a row of
//! [`differences`] says by which name of `docs/differences.md`; anything else fails the test, and
//! so does a name that explains nothing.
//! `SIGWRIGHT_COMBINATION` keeps to one file, and the first few differences are printed. Files that
//! the shared folder does not have are looked for in the folder `SIGWRIGHT_REFERENCE`, which
//! `tests/reference.py` fills; without it, they are left out, and so are names only they need.

mod differences;

use differences::{Difference, differences, explained};
use serde_json::Value as Json;
use sigwright_convert::dialect::Format;
use sigwright_convert::pipeline::{Allowed, Shipped, convert};
use sigwright_convert::{Chain, Dialect, Pipeline, dialects, rule};
use sigwright_ir::{Context, lower};
use sigwright_syntax::{Sources, read};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// File of the shared folder, dialect, format; the pipelines stand in the file's name.
const COMBINATIONS: &[(&str, &str, &str)] = &[
    ("splunk-default", "splunk", "default"),
    ("splunk-default-splunk_windows", "splunk", "default"),
    ("splunk-default-splunk_cim", "splunk", "default"),
    (
        "splunk-savedsearches-splunk_windows",
        "splunk",
        "savedsearches",
    ),
    ("splunk-data_model-splunk_cim", "splunk", "data_model"),
    ("elasticsearch_lucene-default", "lucene", "default"),
    ("elasticsearch_eql-default", "eql", "default"),
    ("elasticsearch_esql-default", "esql", "default"),
    ("opensearch_ppl-default", "opensearch_ppl", "default"),
    ("quickwit-default", "quickwit", "default"),
    (
        "elasticsearch_lucene-default-ecs_windows",
        "lucene",
        "default",
    ),
    (
        "elasticsearch_lucene-default-ecs_kubernetes",
        "lucene",
        "default",
    ),
    (
        "elasticsearch_lucene-default-sysmon+ecs_windows",
        "lucene",
        "default",
    ),
    (
        "elasticsearch_lucene-dsl_lucene-ecs_windows",
        "lucene",
        "dsl_lucene",
    ),
    (
        "elasticsearch_lucene-kibana_ndjson-ecs_windows",
        "lucene",
        "kibana_ndjson",
    ),
    (
        "elasticsearch_lucene-siem_rule-ecs_windows",
        "lucene",
        "siem_rule",
    ),
    ("elasticsearch_eql-default-ecs_windows", "eql", "default"),
    ("elasticsearch_esql-default-ecs_windows", "esql", "default"),
    ("kusto-default", "kusto", "default"),
    ("kusto-default-microsoft_xdr", "kusto", "default"),
    ("logscale-default", "logscale", "default"),
    ("loki-default", "loki", "default"),
    ("loki-default-loki_grafana_logfmt", "loki", "default"),
    ("loki-ruler", "loki", "ruler"),
    ("sqlite-default", "sqlite", "default"),
    ("clickhouse-default", "clickhouse", "default"),
    ("databricks-default", "databricks", "default"),
    ("kusto-default-sentinel_asim", "kusto", "default"),
    ("kusto-default-azure_monitor", "kusto", "default"),
    ("logscale-default-crowdstrike_falcon", "logscale", "default"),
    ("logscale-default-crowdstrike_fdr", "logscale", "default"),
];

/// The rules of each file of the corpus; an error where it holds none we can use.
type Corpus = BTreeMap<String, Result<Vec<rule::Rule>, String>>;

/// The reference's answers in one combination: path, queries or what it says against it.
type Golden = Vec<(String, Result<Vec<String>, String>)>;

/// What comparing one combination says.
struct Compared {
    report: String,
    unexplained: usize,
    needed: BTreeSet<&'static str>,
}

#[test]
fn reference_queries() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("reference_queries: skipped, SIGWRIGHT_SHARED is not set");
        return;
    };
    let only = std::env::var("SIGWRIGHT_COMBINATION").ok();
    let shared = Path::new(&shared);
    let combinations: Vec<_> = COMBINATIONS
        .iter()
        .filter(|(file, ..)| only.as_ref().is_none_or(|only| only == file))
        .filter(|(file, ..)| {
            let there = golden_file(shared, file).is_some();
            if !there {
                println!("{file}: left out, no such file, and SIGWRIGHT_REFERENCE has none");
            }
            there
        })
        .collect();
    assert!(
        !combinations.is_empty(),
        "no combination is called {only:?}"
    );
    let goldens = on_all_cores(&combinations, |(file, ..)| golden(shared, file));
    let paths: BTreeSet<&String> = goldens.iter().flatten().map(|(path, _)| path).collect();
    let paths: Vec<&String> = paths.into_iter().collect();
    let rules = on_all_cores(&paths, |path| read_rules(shared, path));
    let corpus: Corpus = paths.into_iter().cloned().zip(rules).collect();
    let shown = if only.is_some() { 12 } else { 2 };
    let rows: Vec<_> = combinations.into_iter().zip(&goldens).collect();
    let all = on_all_cores(&rows, |((file, target, format), golden)| {
        compare(file, target, format, golden, &corpus, shown)
    });
    for compared in &all {
        print!("{}", compared.report);
    }
    let unexplained: usize = all.iter().map(|compared| compared.unexplained).sum();
    assert_eq!(unexplained, 0, "queries differ for no reason that is named");
    if only.is_none() {
        let needed: BTreeSet<_> = all.iter().flat_map(|compared| &compared.needed).collect();
        let there = |d: &&Difference| {
            let about = |about: &&str| {
                let mut rows = rows.iter();
                rows.any(|((file, ..), _)| file.starts_with(*about))
            };
            d.about.iter().any(about)
        };
        for difference in differences().filter(there) {
            let name = difference.name;
            assert!(needed.contains(&name), "`{name}` explains no difference");
        }
    }
}

/// Names are headings of the page; that each heading is somewhere's name, `documents` tests.
#[test]
fn every_difference_of_queries_is_a_heading() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/differences.md");
    let page = std::fs::read_to_string(page).unwrap();
    for Difference { name, .. } in differences() {
        let heading = page.lines().any(|l| l.strip_prefix("### ") == Some(name));
        assert!(heading, "`{name}` is not in docs/differences.md");
    }
}

/// What `work` makes of each, in order.
fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let one = || {
            let mut done = Vec::new();
            while let at = next.fetch_add(1, Ordering::Relaxed)
                && let Some(item) = items.get(at)
            {
                done.push((at, work(item)));
            }
            done
        };
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(one)).collect();
        let threads = threads.into_iter();
        threads.flat_map(|thread| thread.join().unwrap()).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Where the reference's answers in one combination are.
fn golden_file(shared: &Path, file: &str) -> Option<PathBuf> {
    let more = std::env::var_os("SIGWRIGHT_REFERENCE").map(PathBuf::from);
    let folders = [Some(shared.join("golden")), more];
    let mut files = folders.into_iter().flatten();
    files
        .by_ref()
        .map(|folder| folder.join(format!("{file}.jsonl")))
        .find(|path| path.exists())
}

/// The reference's answers in one combination.
fn golden(shared: &Path, file: &str) -> Golden {
    let lines = std::fs::read_to_string(golden_file(shared, file).unwrap()).unwrap();
    let answer = |line: &str| {
        let json: Json = serde_json::from_str(line).unwrap();
        let queries = match &json["query"] {
            Json::Null => Err(json["error"].as_str().unwrap_or_default().to_owned()),
            Json::Array(queries) => Ok(queries.iter().map(text).collect()),
            query => Ok(vec![text(query)]),
        };
        (json["path"].as_str().unwrap().to_owned(), queries)
    };
    lines.lines().map(answer).collect()
}

/// One combination against the reference.
fn compare(
    file: &str,
    target: &str,
    format: &str,
    golden: &Golden,
    corpus: &Corpus,
    shown: usize,
) -> Compared {
    let dialect = dialects::find(target).unwrap();
    let format = dialect.formats.iter().find(|f| f.name == format).unwrap();
    let own = chain(file, dialect, format, &|yaml| yaml.to_owned());
    let faulty = faulty_chains(file, dialect, format);
    let (mut equal, mut refused, mut different) = (0, 0, Vec::new());
    let mut named: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (path, theirs) in golden {
        let rules = &corpus[path];
        // the reference's file holds the output of the whole form
        let whole = |queries: Result<Vec<String>, String>| {
            queries.map(|queries| match format.name {
                "savedsearches" => vec![(format.output)(&queries)],
                _ => queries,
            })
        };
        let print = |dialect: &Dialect, left_out: Option<&str>| {
            let chain = faulty.get(&left_out).or(faulty.get(&None));
            whole(queries(rules, dialect, format, chain.unwrap_or(&own)))
        };
        let ours = whole(queries(rules, dialect, format, &own));
        match (&ours, theirs) {
            (Ok(ours), Ok(theirs)) if ours == theirs => equal += 1,
            (Err(_), Err(_)) => refused += 1,
            _ => {
                let theirs = theirs.as_ref().map_err(String::as_str);
                match explained(file, path, dialect, &ours, theirs, print) {
                    Some(names) => {
                        for name in names {
                            *named.entry(name).or_default() += 1;
                        }
                    }
                    None => different.push((path, ours, theirs)),
                }
            }
        }
    }
    let mut report = format!(
        "{file}: {equal} equal, {refused} refused by both, {named:?}, {} unexplained\n",
        different.len()
    );
    for (path, ours, theirs) in different.iter().take(shown) {
        let _ = writeln!(
            report,
            "  {path}\n    ours   {ours:?}\n    theirs {theirs:?}"
        );
    }
    Compared {
        report,
        unexplained: different.len(),
        needed: named.into_keys().collect(),
    }
}

/// The pipelines with all faults of the reference put back (None), and without one name's each.
fn faulty_chains(
    file: &str,
    dialect: &Dialect,
    format: &Format,
) -> BTreeMap<Option<&'static str>, Chain> {
    let faults: Vec<_> = differences::faulty_pipelines(file).collect();
    let mut names: BTreeSet<Option<&str>> = faults.iter().map(|(name, _)| Some(*name)).collect();
    if !names.is_empty() {
        names.insert(None);
    }
    let chain = |left_out: Option<&'static str>| {
        let put_back = |yaml: &str| {
            let each = faults.iter().filter(|(name, _)| Some(*name) != left_out);
            each.fold(yaml.to_owned(), |yaml, (_, fault)| fault(&yaml))
        };
        (left_out, chain(file, dialect, format, &put_back))
    };
    names.into_iter().map(chain).collect()
}

/// The pipelines in the name of a file: `backend-format-one+other`, with their texts changed.
fn chain(
    file: &str,
    dialect: &Dialect,
    format: &Format,
    changed: &dyn Fn(&str) -> String,
) -> Chain {
    let names = file.splitn(3, '-').nth(2).into_iter();
    let read = |name: &str| {
        let shipped = Shipped::find(name).unwrap_or_else(|| panic!("no pipeline `{name}`"));
        let mut sources = Sources::new();
        let id = sources.add(format!("{name}.yml"), changed(shipped.yaml));
        let pipeline =
            Pipeline::read(&sources, id).unwrap_or_else(|said| panic!("{name}: {said:?}"));
        (name.to_owned(), pipeline)
    };
    let user = names.flat_map(|names| names.split('+')).map(read).collect();
    Chain::new(dialect, format, user, Allowed::default()).unwrap()
}

/// A query as text; an object as JSON in one form.
fn text(query: &Json) -> String {
    match query {
        Json::String(text) => text.clone(),
        json => json.to_string(),
    }
}

/// The rules of one file.
fn read_rules(shared: &Path, path: &str) -> Result<Vec<rule::Rule>, String> {
    let source = std::fs::read_to_string(shared.join("corpus/sigmahq").join(path)).unwrap();
    let mut sources = Sources::default();
    let id = sources.add(path.to_owned(), source);
    let (documents, _) = read(&sources, id);
    let context = Context {
        keep_placeholders: true,
        ..Context::default()
    };
    let (set, said) = lower(&documents, &context);
    let rules = rule::rules(&documents, &set, &context);
    if rules.is_empty() {
        return Err(format!("{said:?}"));
    }
    let rules = rules.into_iter();
    rules
        .map(|rule| rule.map_err(|said| format!("{said:?}")))
        .collect()
}

/// Their queries.
fn queries(
    rules: &Result<Vec<rule::Rule>, String>,
    dialect: &Dialect,
    format: &Format,
    chain: &Chain,
) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for rule in rules.as_ref().map_err(String::clone)? {
        let queries = convert(rule.clone(), dialect, format, chain).map_err(|e| e.message)?;
        for query in queries {
            all.push(match serde_json::from_str::<Json>(&query) {
                Ok(json @ Json::Object(_)) => json.to_string(),
                _ => query,
            });
        }
    }
    // the reference's file has whole outputs of this form
    if (dialect.name, format.name) == ("loki", "ruler") {
        all = vec![format!("{}\n", (format.output)(&all))];
    }
    Ok(all)
}
