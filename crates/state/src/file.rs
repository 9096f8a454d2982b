//! A file of state, open.

use crate::check::{self, First, owner_seal, position_seal, record_seal};
use crate::error::OpenError;
use crate::position::Position;
use crate::schema::{APPLICATION, FORMAT, TABLES};
use crate::seal::Total;
use rusqlite::{Connection, OptionalExtension, params};
use sigwright_engine::correlate::{Key, Kind, Store, StoreError};
use std::collections::HashMap;
use std::path::Path;

/// How much of the file is kept in memory, in KiB.
const CACHE: u32 = 64 << 10;

/// How many pages the log of changes holds before they are moved into the file.
const LOG: u32 = 8192;

/// What to do where there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Create {
    /// Make one.
    Yes,
    /// Say so.
    No,
}

/// A file of state, open, and by this process alone.
#[derive(Debug)]
pub struct StateFile {
    db: Connection,
    owners: HashMap<u128, i64>,
    positions: Vec<Position>,
    total: Total,
    /// True between the first change and the commit.
    changing: bool,
    /// True where the file was made just now.
    new: bool,
}

impl StateFile {
    /// Opens a file and checks all of it; an empty file counts as none. Takes about a second
    /// per million records.
    ///
    /// # Errors
    /// Where the file cannot be used, exactly as it was written, by this process alone.
    pub fn open(path: &Path, create: Create) -> Result<StateFile, OpenError> {
        if matches!(check::first(path)?, First::Nothing) && create == Create::No {
            return Err(OpenError::Missing);
        }
        let db = Connection::open(path)?;
        db.busy_timeout(std::time::Duration::ZERO)?;
        db.execute_batch(&format!(
            "PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON;
             PRAGMA cache_size = -{CACHE};
             PRAGMA temp_store = MEMORY;
             PRAGMA locking_mode = EXCLUSIVE;"
        ))?;
        // also where a process died while it made the file: SQLite has undone that now
        let pages: i64 = db.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let new = pages == 0;
        if new {
            make(&db)?;
        }
        // a commit that is lost with the power is done again: what rests on it is lost, too
        let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(OpenError::InUse);
        }
        db.execute_batch(&format!(
            "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = {LOG};
             BEGIN IMMEDIATE; COMMIT;"
        ))?;
        if db.is_readonly("main")? {
            return Err(OpenError::Unusable("it can only be read".to_owned()));
        }
        let (owners, total) = check::all(&db)?;
        let positions = positions(&db)?;
        Ok(StateFile {
            db,
            owners,
            positions,
            total,
            changing: false,
            new,
        })
    }

    /// True where [`StateFile::open`] made the file.
    pub fn is_new(&self) -> bool {
        self.new
    }

    /// The number from which to count what is read next, so that later events have greater
    /// numbers than those of all runs before; 0 in a new file.
    pub fn next(&self) -> u64 {
        self.total.next.cast_unsigned()
    }

    /// How far inputs had been read at the last commit, in the order they were first named.
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// Whose records there are: fingerprints of rules.
    pub fn owners(&self) -> impl Iterator<Item = u128> {
        self.owners.keys().copied()
    }

    /// How many records there are of a kind and owner.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn count(&self, kind: Kind, owner: u128) -> Result<u64, StoreError> {
        let Some(owner) = self.owners.get(&owner) else {
            return Ok(0);
        };
        self.db
            .query_row(
                "SELECT count(*) FROM record WHERE kind = ? AND owner = ?",
                params![kind as u8, owner],
                |row| row.get::<_, i64>(0),
            )
            .map(i64::unsigned_abs)
            .map_err(store_error)
    }

    /// Removes all records of an owner, and says how many there were.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn remove_owner(&mut self, owner: u128) -> Result<u64, StoreError> {
        let Some(number) = self.owners.get(&owner).copied() else {
            return Ok(0);
        };
        self.forget(owner, number).map_err(store_error)
    }

    fn forget(&mut self, owner: u128, number: i64) -> rusqlite::Result<u64> {
        self.change()?;
        let mut removed = 0;
        let mut total = self.total;
        let mut statement = self
            .db
            .prepare_cached("DELETE FROM record WHERE kind = ? AND owner = ? RETURNING seal")?;
        for kind in Kind::ALL {
            let mut rows = statement.query(params![kind as u8, number])?;
            while let Some(row) = rows.next()? {
                total.take(row.get(0)?);
                removed += 1;
            }
        }
        drop(statement);
        self.db
            .execute("DELETE FROM owner WHERE number = ?", [number])?;
        total.take(owner_seal(number, &owner.to_be_bytes()));
        self.total = total;
        self.owners.remove(&owner);
        Ok(removed)
    }

    /// Makes everything durable that was put since the last commit, these positions in place
    /// of those of the same files, and [`StateFile::next`]; all of it or, where it fails,
    /// nothing.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn commit(&mut self, positions: &[Position], next: u64) -> Result<(), StoreError> {
        self.try_commit(positions, next).map_err(store_error)
    }

    fn try_commit(&mut self, positions: &[Position], next: u64) -> rusqlite::Result<()> {
        for position in positions {
            self.move_to(position)?;
        }
        let next = next.cast_signed();
        if next != self.total.next {
            self.change()?;
            self.total.next = next;
        }
        if !self.changing {
            return Ok(());
        }
        let Total { rows, sum, next } = self.total;
        self.db
            .prepare_cached("UPDATE total SET rows = ?, sum = ?, next = ?, seal = ?")?
            .execute(params![rows, sum, next, self.total.seal()])?;
        self.db.execute_batch("COMMIT")?;
        self.changing = false;
        Ok(())
    }

    fn move_to(&mut self, position: &Position) -> rusqlite::Result<()> {
        let place = self.positions.iter().position(|p| p.file == position.file);
        let number = place.unwrap_or(self.positions.len());
        let row = i64::try_from(number).unwrap_or(i64::MAX);
        let seal = position_seal(row, &position.file, &position.value());
        if let Some(old) = self.positions.get(number) {
            if old == position {
                return Ok(());
            }
            let old = position_seal(row, &old.file, &old.value());
            self.total.take(old);
        }
        self.total.add(seal);
        self.change()?;
        self.db
            .prepare_cached("INSERT OR REPLACE INTO position VALUES (?, ?, ?, ?)")?
            .execute(params![row, position.file, position.value(), seal])?;
        match self.positions.get_mut(number) {
            Some(old) => old.clone_from(position),
            None => self.positions.push(position.clone()),
        }
        Ok(())
    }

    /// Gives the room of removed records back to the file system.
    ///
    /// # Errors
    /// Where the file cannot be written, or changes wait for a commit.
    pub fn shrink(&mut self) -> Result<(), StoreError> {
        self.db.execute_batch("VACUUM").map_err(store_error)
    }

    fn change(&mut self) -> rusqlite::Result<()> {
        if !self.changing {
            self.db.execute_batch("BEGIN IMMEDIATE")?;
            self.changing = true;
        }
        Ok(())
    }

    fn owner(&mut self, fingerprint: u128) -> rusqlite::Result<i64> {
        if let Some(number) = self.owners.get(&fingerprint) {
            return Ok(*number);
        }
        let bytes = fingerprint.to_be_bytes();
        let number: i64 =
            self.db
                .query_row("SELECT ifnull(max(number), 0) + 1 FROM owner", [], |row| {
                    row.get(0)
                })?;
        let seal = owner_seal(number, &bytes);
        self.db
            .prepare_cached("INSERT INTO owner VALUES (?, ?, ?)")?
            .execute(params![number, bytes, seal])?;
        self.total.add(seal);
        self.owners.insert(fingerprint, number);
        Ok(number)
    }

    fn try_get(&self, key: &Key) -> rusqlite::Result<Option<Vec<u8>>> {
        let Some(owner) = self.owners.get(&key.owner) else {
            return Ok(None);
        };
        self.db
            .prepare_cached("SELECT value FROM record WHERE kind = ? AND owner = ? AND id = ?")?
            .query_row(
                params![key.kind as u8, owner, key.id.to_be_bytes()],
                |row| row.get(0),
            )
            .optional()
    }

    fn try_put(&mut self, key: &Key, value: &[u8]) -> rusqlite::Result<()> {
        self.change()?;
        let owner = self.owner(key.owner)?;
        let id = key.id.to_be_bytes();
        if let Some(old) = self.seal(key, owner)? {
            self.total.take(old);
        }
        let seal = record_seal(i64::from(key.kind as u8), owner, &id, value);
        self.total.add(seal);
        self.db
            .prepare_cached(
                "INSERT INTO record VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, owner, id) \
                 DO UPDATE SET value = excluded.value, seal = excluded.seal",
            )?
            .execute(params![key.kind as u8, owner, id, value, seal])?;
        Ok(())
    }

    fn try_remove(&mut self, key: &Key) -> rusqlite::Result<()> {
        let Some(owner) = self.owners.get(&key.owner).copied() else {
            return Ok(());
        };
        let Some(old) = self.seal(key, owner)? else {
            return Ok(());
        };
        self.change()?;
        self.total.take(old);
        self.db
            .prepare_cached("DELETE FROM record WHERE kind = ? AND owner = ? AND id = ?")?
            .execute(params![key.kind as u8, owner, key.id.to_be_bytes()])?;
        Ok(())
    }

    /// The seal of the record that is there.
    fn seal(&self, key: &Key, owner: i64) -> rusqlite::Result<Option<i64>> {
        self.db
            .prepare_cached("SELECT seal FROM record WHERE kind = ? AND owner = ? AND id = ?")?
            .query_row(
                params![key.kind as u8, owner, key.id.to_be_bytes()],
                |row| row.get(0),
            )
            .optional()
    }
}

impl Store for StateFile {
    fn get(&mut self, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        self.try_get(key).map_err(store_error)
    }

    fn put(&mut self, key: &Key, value: &[u8]) -> Result<(), StoreError> {
        self.try_put(key, value).map_err(store_error)
    }

    fn remove(&mut self, key: &Key) -> Result<(), StoreError> {
        self.try_remove(key).map_err(store_error)
    }

    fn each(
        &mut self,
        kind: Kind,
        each: &mut dyn FnMut(&Key, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut owners: Vec<(u128, i64)> = self.owners.iter().map(|(f, n)| (*f, *n)).collect();
        owners.sort_unstable();
        let mut statement = self
            .db
            .prepare_cached("SELECT id, value FROM record WHERE kind = ? AND owner = ? ORDER BY id")
            .map_err(store_error)?;
        for (owner, number) in owners {
            let mut rows = statement
                .query(params![kind as u8, number])
                .map_err(store_error)?;
            while let Some(row) = rows.next().map_err(store_error)? {
                let id: [u8; 16] = row.get(0).map_err(store_error)?;
                let id = u128::from_be_bytes(id);
                let value = row.get_ref(1).map_err(store_error)?;
                let value = value.as_blob().map_err(|e| StoreError(e.to_string()))?;
                each(&Key { kind, owner, id }, value)?;
            }
        }
        Ok(())
    }
}

/// Makes the tables, all at once: a file that is being made when the process dies is empty.
fn make(db: &Connection) -> rusqlite::Result<()> {
    let total = Total::default();
    db.execute_batch(&format!(
        "BEGIN EXCLUSIVE;
         PRAGMA application_id = {APPLICATION};
         PRAGMA user_version = {FORMAT};
         {};
         INSERT INTO total VALUES (1, {}, {}, {}, {});
         COMMIT;",
        TABLES.join(";\n"),
        total.rows,
        total.sum,
        total.next,
        total.seal()
    ))
}

fn positions(db: &Connection) -> Result<Vec<Position>, OpenError> {
    let mut positions = Vec::new();
    let mut statement = db.prepare("SELECT file, value FROM position ORDER BY number")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let value: Vec<u8> = row.get(1)?;
        let position = Position::of(row.get(0)?, &value);
        positions.push(
            position
                .ok_or_else(|| OpenError::Damaged("a position in the input is none".to_owned()))?,
        );
    }
    Ok(positions)
}

fn store_error(error: rusqlite::Error) -> StoreError {
    StoreError(match error {
        // what SQLite says, without its code
        rusqlite::Error::SqliteFailure(_, Some(message)) => message,
        error => error.to_string(),
    })
}
