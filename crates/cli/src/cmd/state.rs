//! `sigwright state`: look into a file of state, or take something out of it.

use crate::args::{
    ColorWhen, ExportArgs, PruneArgs, ShowArgs, StateCommand, StateCommandArgs, StateFormat,
};
use crate::load;
use crate::render::escape;
use crate::settings::{Look, Outcome, Stream};
use serde_json::{Map, Value, json};
use sigwright_engine::correlate::{
    Key, Kind, OwnerRecord, Store, StoreError, read_begin, read_group, read_owner,
    read_suppression, read_term, read_waiting,
};
use sigwright_state::{Create, OpenError, StateFile};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Runs the subcommand.
pub fn run(args: &StateCommandArgs, color: ColorWhen) -> io::Result<Outcome> {
    let path = match &args.command {
        StateCommand::Show(ShowArgs { path, .. })
        | StateCommand::Export(ExportArgs { path })
        | StateCommand::Prune(PruneArgs { path, .. }) => path,
    };
    let mut file = match StateFile::open(path, Create::No) {
        Ok(file) => file,
        Err(error) => {
            complain(path, &error, Look::of(Stream::Err, color))?;
            return Ok(Outcome::Broken);
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let owners = owners(&mut file).map_err(io::Error::other)?;
    match &args.command {
        StateCommand::Show(args) if args.format == StateFormat::Pretty => {
            show(args, &mut file, &owners, &mut out)?;
        }
        StateCommand::Show(args) => lines(
            &mut file,
            &owners,
            &Filter {
                rule: args.rule.as_deref(),
                group: args.group.as_deref(),
            },
            &mut out,
        )?,
        StateCommand::Export(_) => lines(&mut file, &owners, &Filter::default(), &mut out)?,
        StateCommand::Prune(args) => prune(args, &mut file, &owners, color, &mut out)?,
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// Says why a file of state cannot be used, and what to do.
pub fn complain(path: &Path, error: &OpenError, look: Look) -> io::Result<()> {
    let mut err = io::stderr().lock();
    super::complain(&mut err, look, &format!("{}: {error}", path.display()))?;
    writeln!(err, "  help: {}", error.help())
}

/// Whose state there is.
type Owners = BTreeMap<u128, OwnerRecord>;

fn owners(file: &mut StateFile) -> Result<Owners, StoreError> {
    let mut owners = Owners::new();
    file.each(Kind::Owner, &mut |key, value| {
        owners.insert(key.owner, read_owner(value)?);
        Ok(())
    })?;
    Ok(owners)
}

/// What of the state is wanted.
#[derive(Default)]
struct Filter<'a> {
    rule: Option<&'a str>,
    group: Option<&'a str>,
}

impl Filter<'_> {
    fn owner(&self, owner: Option<&OwnerRecord>) -> bool {
        self.rule.is_none_or(|rule| {
            owner.is_some_and(|owner| owner.title == rule || owner.identity == rule)
        })
    }

    fn group(&self, values: &[String]) -> bool {
        let wanted = |wanted: &str| {
            values
                .iter()
                .any(|value| value.eq_ignore_ascii_case(wanted))
        };
        self.group.is_none_or(wanted)
    }
}

/// What a record says, for people and programs alike; `None` for what only the program needs.
fn describe(key: &Key, value: &[u8]) -> Result<Option<Map<String, Value>>, StoreError> {
    let said = match key.kind {
        Kind::Machine | Kind::Owner => return Ok(None),
        Kind::Group => {
            let group = read_group(value)?;
            json!({"kind": "group", "group": group.values(), "last": time(group.last()),
                "events": group.window().events()})
        }
        Kind::Term => {
            let term = read_term(value)?;
            json!({"kind": "term", "group": term.group(), "term": term.values(),
                "first": time(term.first()), "last": time(term.last()),
                "occurrences": term.occurrences()})
        }
        Kind::Suppression => {
            let (since, values) = read_suppression(value)?;
            json!({"kind": "suppression", "by": values, "since": time(since)})
        }
        Kind::Begin => {
            let (name, began) = read_begin(value)?;
            json!({"kind": "log", "name": name, "began": time(began)})
        }
        Kind::Waiting => json!({"kind": "waiting", "time": time(read_waiting(value)?)}),
    };
    Ok(match said {
        Value::Object(said) => Some(said),
        _ => None,
    })
}

/// The values that make a group, a term (those of its group first) or a suppressed key.
fn values(kind: Kind, value: &[u8]) -> Result<Vec<String>, StoreError> {
    Ok(match kind {
        Kind::Group => read_group(value)?.values(),
        Kind::Term => {
            let term = read_term(value)?;
            [term.group(), term.values()].concat()
        }
        Kind::Suppression => read_suppression(value)?.1,
        _ => Vec::new(),
    })
}

fn time(nanos: i64) -> String {
    jiff::Timestamp::from_nanosecond(nanos.into())
        .map_or_else(|_| nanos.to_string(), |time| time.to_string())
}

/// Every record that is wanted, a JSON object per line.
fn lines(
    file: &mut StateFile,
    owners: &Owners,
    filter: &Filter<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let everything = filter.rule.is_none() && filter.group.is_none();
    if everything {
        for position in file.positions() {
            let said = json!({"kind": "position", "file": position.file,
                "records": position.records});
            writeln!(out, "{said}")?;
        }
    }
    for (owner, record) in owners
        .iter()
        .filter(|(_, record)| filter.owner(Some(record)))
    {
        let said = json!({"kind": "rule", "rule": record.identity, "title": record.title,
            "fingerprint": format!("{owner:032x}"), "counts": record.counts});
        writeln!(out, "{said}")?;
    }
    for kind in Kind::ALL {
        let mut failed = None;
        file.each(kind, &mut |key, value| {
            let owner = owners.get(&key.owner);
            if !filter.owner(owner) {
                return Ok(());
            }
            if filter.group.is_some() && !filter.group(&values(kind, value)?) {
                return Ok(());
            }
            if let Some(mut said) = describe(key, value)? {
                if let Some(owner) = owner {
                    said.insert("rule".to_owned(), json!(owner.identity));
                }
                if let Err(error) = writeln!(out, "{}", Value::Object(said)) {
                    failed.get_or_insert(error);
                    return Err(StoreError(String::new()));
                }
            }
            Ok(())
        })
        .map_err(|error| failed.take().unwrap_or_else(|| io::Error::other(error)))?;
    }
    Ok(())
}

fn show(
    args: &ShowArgs,
    file: &mut StateFile,
    owners: &Owners,
    out: &mut dyn Write,
) -> io::Result<()> {
    let filter = Filter {
        rule: args.rule.as_deref(),
        group: args.group.as_deref(),
    };
    let everything = filter.rule.is_none() && filter.group.is_none();
    if everything {
        for position in file.positions() {
            let name = escape::line(&position.file).to_string();
            writeln!(out, "input {name}: {} records read", position.records)?;
        }
        let mut logs = Vec::new();
        file.each(Kind::Begin, &mut |_, value| {
            logs.push(read_begin(value)?);
            Ok(())
        })
        .map_err(io::Error::other)?;
        for (name, began) in logs {
            writeln!(out, "log {}: since {}", escape::line(&name), time(began))?;
        }
        let waiting = file.count(Kind::Waiting, 0).map_err(io::Error::other)?;
        writeln!(out, "{waiting} observations wait to be put in order")?;
    }
    for (owner, record) in owners
        .iter()
        .filter(|(_, record)| filter.owner(Some(record)))
    {
        let count = |kind| file.count(kind, *owner).map_err(io::Error::other);
        writeln!(
            out,
            "{}: {} groups, {} terms, {} suppressions",
            escape::line(&record.title),
            count(Kind::Group)?,
            count(Kind::Term)?,
            count(Kind::Suppression)?,
        )?;
    }
    if everything {
        return Ok(());
    }
    for kind in [Kind::Group, Kind::Term, Kind::Suppression] {
        let mut failed = None;
        file.each(kind, &mut |key, value| {
            let values = values(kind, value)?;
            if !filter.owner(owners.get(&key.owner)) || !filter.group(&values) {
                return Ok(());
            }
            let values = values.join(", ");
            let text = match kind {
                Kind::Group => format!("group {values}: last {}", time(read_group(value)?.last())),
                Kind::Term => {
                    let term = read_term(value)?;
                    let (first, last) = (time(term.first()), time(term.last()));
                    format!("term {values}: first {first}, last {last}")
                }
                _ => format!(
                    "suppressed {values}: since {}",
                    time(read_suppression(value)?.0)
                ),
            };
            writeln!(out, "  {}", escape::line(&text)).map_err(|error| {
                failed.get_or_insert(error);
                StoreError(String::new())
            })
        })
        .map_err(|error| failed.take().unwrap_or_else(|| io::Error::other(error)))?;
    }
    Ok(())
}

fn prune(
    args: &PruneArgs,
    file: &mut StateFile,
    owners: &Owners,
    color: ColorWhen,
    out: &mut dyn Write,
) -> io::Result<()> {
    let filter = Filter {
        rule: args.rule.as_deref(),
        group: None,
    };
    let known: Option<BTreeSet<u128>> = if args.unknown {
        let loaded = load::load(&args.rules, &args.lists.lists);
        super::report(&loaded, sigwright_syntax::Severity::Error, color)?;
        if loaded.sources.iter().next().is_none() {
            return Err(io::Error::other("no rules: all state would be unknown"));
        }
        Some(
            sigwright_engine::correlate::owners(&loaded.set)
                .into_iter()
                .collect(),
        )
    } else {
        None
    };
    let before = args.before.map(|before| {
        let nanos = before.as_nanosecond();
        i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
    });
    let (mut rules, mut records) = (0u64, 0u64);
    let wanted = owners.iter().filter(|(owner, record)| {
        filter.owner(Some(record)) && known.as_ref().is_none_or(|known| !known.contains(owner))
    });
    for (owner, _) in wanted {
        match before {
            None => {
                rules += 1;
                records += file.remove_owner(*owner).map_err(io::Error::other)?;
            }
            Some(before) => {
                records += older(file, *owner, before).map_err(io::Error::other)?;
            }
        }
    }
    if args.rule.is_some() && !owners.values().any(|record| filter.owner(Some(record))) {
        return Err(io::Error::other(format!(
            "the file has no state of `{}`",
            args.rule.as_deref().unwrap_or_default()
        )));
    }
    let next = file.next();
    file.commit(&[], next).map_err(io::Error::other)?;
    file.shrink().map_err(io::Error::other)?;
    writeln!(out, "removed {records} records, {rules} rules in all")
}

/// Removes what an owner has not seen since.
fn older(file: &mut StateFile, owner: u128, before: i64) -> Result<u64, StoreError> {
    let mut old = Vec::new();
    for kind in [Kind::Group, Kind::Term, Kind::Suppression] {
        file.each(kind, &mut |key, value| {
            let last = match kind {
                Kind::Group => read_group(value)?.last(),
                Kind::Term => read_term(value)?.last(),
                _ => read_suppression(value)?.0,
            };
            if key.owner == owner && last < before {
                old.push(*key);
            }
            Ok(())
        })?;
    }
    for key in &old {
        file.remove(key)?;
    }
    Ok(old.len() as u64)
}
