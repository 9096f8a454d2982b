//! What a file must pass before anything of it is used.

use crate::error::OpenError;
use crate::schema::{APPLICATION, FORMAT, TABLES};
use crate::seal::{self, Total};
use rusqlite::{Connection, Row};
use std::collections::HashMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The size of SQLite's header.
const HEADER: usize = 100;

/// What the first bytes of a file say.
pub(crate) enum First {
    /// Nothing is there, or nothing yet.
    Nothing,
    /// A file of ours, of a format that is known.
    Ours,
}

/// Reads the first bytes without letting SQLite near them: a file of another program must
/// not be touched.
pub(crate) fn first(path: &Path) -> Result<First, OpenError> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file
            .take(HEADER as u64)
            .read_to_end(&mut bytes)
            .map_err(|error| OpenError::Unusable(error.to_string()))?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(First::Nothing),
        Err(error) => return Err(OpenError::Unusable(error.to_string())),
    };
    if bytes.is_empty() {
        return Ok(First::Nothing);
    }
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Err(OpenError::Foreign);
    }
    let number = |at: usize| {
        let four = bytes.get(at..at + 4)?;
        Some(u32::from_be_bytes(four.try_into().ok()?))
    };
    match (number(68), number(60)) {
        (Some(APPLICATION), Some(FORMAT)) => Ok(First::Ours),
        (Some(APPLICATION), Some(found)) if found > FORMAT => Err(OpenError::Newer {
            found,
            known: FORMAT,
        }),
        (Some(APPLICATION), Some(found @ 1..)) => Err(OpenError::Older {
            found,
            known: FORMAT,
        }),
        (Some(APPLICATION), Some(0)) => Err(OpenError::Damaged("there is no format 0".to_owned())),
        (Some(_), _) => Err(OpenError::Foreign),
        (None, _) => Err(OpenError::Damaged("it ends in its header".to_owned())),
    }
}

/// Reads every row and compares it with its seal, all of them with their total, and lets
/// SQLite look at what holds them together. Gives the owners by fingerprint, and the total.
pub(crate) fn all(db: &Connection) -> Result<(HashMap<u128, i64>, Total), OpenError> {
    let mut tables = db.prepare("SELECT sql FROM sqlite_schema ORDER BY name")?;
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if tables != TABLES {
        return Err(damaged("its tables are not those it was made with"));
    }
    let said: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(OpenError::Damaged(said));
    }
    let mut total = Total::default();
    let mut owners = HashMap::new();
    rows(db, "SELECT number, fingerprint, seal FROM owner", |row| {
        let (number, fingerprint): (i64, [u8; 16]) = (row.get(0)?, row.get(1)?);
        owners.insert(u128::from_be_bytes(fingerprint), number);
        let seal = row.get(2)?;
        total.add(seal);
        Ok(seal == owner_seal(number, &fingerprint))
    })?;
    let query = "SELECT number, file, value, seal FROM position";
    rows(db, query, |row| {
        let (file, value) = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_blob()?);
        let seal = row.get(3)?;
        total.add(seal);
        Ok(seal == position_seal(row.get(0)?, file, value))
    })?;
    rows(
        db,
        "SELECT kind, owner, id, value, seal FROM record",
        |row| {
            let (id, value) = (row.get_ref(2)?.as_blob()?, row.get_ref(3)?.as_blob()?);
            let seal = row.get(4)?;
            total.add(seal);
            Ok(seal == record_seal(row.get(0)?, row.get(1)?, id, value))
        },
    )?;
    let (said, seal) = db.query_row("SELECT rows, sum, next, seal FROM total", [], |row| {
        let said = Total {
            rows: row.get(0)?,
            sum: row.get(1)?,
            next: row.get(2)?,
        };
        Ok((said, row.get::<_, i64>(3)?))
    })?;
    total.next = said.next;
    if said.seal() != seal || said != total {
        return Err(damaged("rows are missing, or there are too many"));
    }
    Ok((owners, total))
}

fn rows(
    db: &Connection,
    query: &str,
    mut fits: impl FnMut(&Row<'_>) -> rusqlite::Result<bool>,
) -> Result<(), OpenError> {
    let mut statement = db.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if !fits(row)? {
            return Err(damaged("a row is not as it was written"));
        }
    }
    Ok(())
}

fn damaged(what: &str) -> OpenError {
    OpenError::Damaged(what.to_owned())
}

pub(crate) fn owner_seal(number: i64, fingerprint: &[u8]) -> i64 {
    seal::of(&[b"owner", &number.to_le_bytes(), fingerprint])
}

pub(crate) fn position_seal(number: i64, file: &str, value: &[u8]) -> i64 {
    seal::of(&[b"position", &number.to_le_bytes(), file.as_bytes(), value])
}

pub(crate) fn record_seal(kind: i64, owner: i64, id: &[u8], value: &[u8]) -> i64 {
    let (kind, owner) = (kind.to_le_bytes(), owner.to_le_bytes());
    seal::of(&[b"record", &kind, &owner, id, value])
}
