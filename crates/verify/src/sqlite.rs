//! SQLite, embedded.

use crate::{Database, Table};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeSet;

/// A database in memory, a new one for each table.
#[derive(Debug, Default)]
pub struct Sqlite;

impl Database for Sqlite {
    fn find(&mut self, table: Table<'_>, queries: &[String]) -> Result<BTreeSet<usize>, String> {
        find(table, queries).map_err(|error| error.to_string())
    }

    fn rows(&mut self, table: Table<'_>, query: &str) -> Result<Vec<Vec<String>>, String> {
        rows(table, query).map_err(|error| error.to_string())
    }
}

fn rows(table: Table<'_>, query: &str) -> rusqlite::Result<Vec<Vec<String>>> {
    let database = Connection::open_in_memory()?;
    add_regexp(&database)?;
    load(&database, table)?;
    let mut statement = database.prepare(query)?;
    let columns = statement.column_count();
    let mut found = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = |column: usize| -> rusqlite::Result<String> {
            Ok(match row.get_ref(column)? {
                ValueRef::Null => String::new(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(text) | ValueRef::Blob(text) => {
                    String::from_utf8_lossy(text).into_owned()
                }
            })
        };
        found.push((0..columns).map(text).collect::<rusqlite::Result<_>>()?);
    }
    Ok(found)
}

fn find(table: Table<'_>, queries: &[String]) -> rusqlite::Result<BTreeSet<usize>> {
    let database = Connection::open_in_memory()?;
    add_regexp(&database)?;
    load(&database, table)?;
    let mut found = BTreeSet::new();
    for query in queries {
        let mut statement = database.prepare(query)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let place: i64 = row.get(0)?;
            found.extend(usize::try_from(place));
        }
    }
    Ok(found)
}

fn load(database: &Connection, table: Table<'_>) -> rusqlite::Result<()> {
    let quoted = |name: &String| format!("\"{}\" TEXT", name.replace('"', "\"\""));
    let columns = match table {
        Table::Columns(names, _) => names.iter().map(quoted).collect(),
        Table::Json(_) => vec!["event TEXT".to_owned()],
    };
    let head: Vec<String> = std::iter::once("\" row\" INTEGER".to_owned())
        .chain(columns)
        .collect();
    database.execute_batch(&format!("BEGIN; CREATE TABLE logs ({})", head.join(", ")))?;
    let places = vec!["?"; head.len()].join(", ");
    let mut insert = database.prepare(&format!("INSERT INTO logs VALUES ({places})"))?;
    let row = |place: usize, values: &[Option<String>]| {
        let place = Some(place.to_string());
        std::iter::once(place)
            .chain(values.iter().cloned())
            .collect::<Vec<_>>()
    };
    match table {
        Table::Columns(_, rows) => {
            for (place, values) in rows.iter().enumerate() {
                insert.execute(params_from_iter(row(place, values)))?;
            }
        }
        Table::Json(events) => {
            for (place, event) in events.iter().enumerate() {
                insert.execute(params_from_iter(row(place, &[Some(event.clone())])))?;
            }
        }
    }
    Ok(())
}

/// `REGEXP`, which SQLite leaves to the program around it.
fn add_regexp(database: &Connection) -> rusqlite::Result<()> {
    type Failure = Box<dyn std::error::Error + Send + Sync>;
    database.create_scalar_function(
        "regexp",
        2,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        |context| {
            let regex = context.get_or_create_aux(0, |pattern| -> Result<_, Failure> {
                Ok(fancy_regex::Regex::new(pattern.as_str()?)?)
            })?;
            let text: Option<String> = context.get(1)?;
            // reaching the limit of steps back is not found
            Ok(text.map(|text| regex.is_match(&text).unwrap_or(false)))
        },
    )
}
