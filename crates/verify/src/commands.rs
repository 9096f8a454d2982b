//! Databases behind their own command: `psql`, which connects as its environment says
//! (`PGHOST`, `PGDATABASE` and the like), and `duckdb`.

use crate::{Database, Table};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// A command that reads SQL and prints rows.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    program: &'static str,
    arguments: &'static [&'static str],
    /// The type of a column of JSON.
    json: &'static str,
}

/// PostgreSQL.
pub const PSQL: Client = Client {
    program: "psql",
    arguments: &["-X", "-q", "-t", "--csv", "-v", "ON_ERROR_STOP=1"],
    json: "JSONB",
};

/// DuckDB.
pub const DUCKDB: Client = Client {
    program: "duckdb",
    arguments: &["-bail", "-csv", "-noheader", ":memory:"],
    json: "JSON",
};

impl Database for Client {
    fn find(&mut self, table: &Table, queries: &[String]) -> Result<BTreeSet<usize>, String> {
        let mut script = self.load(table);
        for query in queries {
            // writing to a string does not fail
            let _ = writeln!(script, "SELECT \" row\" FROM ({query}) found;");
        }
        let text = self.run(script)?;
        let places = text.lines().filter_map(|line| line.trim().parse().ok());
        Ok(places.collect())
    }

    fn rows(&mut self, table: &Table, query: &str) -> Result<Vec<Vec<String>>, String> {
        let text = self.run(format!("{}{query};\n", self.load(table)))?;
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.has_headers(false).from_reader(text.as_bytes());
        let rows = reader.records().map(|row| match row {
            Ok(row) => Ok(row.iter().map(str::to_owned).collect()),
            Err(error) => Err(format!("{}: {error}", self.program)),
        });
        rows.collect()
    }
}

impl Client {
    /// What it prints of a script.
    fn run(&self, script: String) -> Result<String, String> {
        let mut child = Command::new(self.program)
            .args(self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program))?;
        let input = child.stdin.take();
        let writer = std::thread::spawn(move || {
            // a command that stops reading says why on its standard error
            input.map(|mut input| input.write_all(script.as_bytes()))
        });
        let output = child.wait_with_output();
        // the thread ends with the pipe
        let _ = writer.join();
        let output = output.map_err(|error| format!("{}: {error}", self.program))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// SQL that makes the table.
    fn load(&self, table: &Table) -> String {
        let quoted = |name: &String| format!("\"{}\" TEXT", name.replace('"', "\"\""));
        let (columns, rows): (Vec<String>, Vec<Vec<Option<&String>>>) = match table {
            Table::Columns(names, rows) => (
                names.iter().map(quoted).collect(),
                rows.iter()
                    .map(|row| row.iter().map(Option::as_ref).collect())
                    .collect(),
            ),
            Table::Json(events) => (
                vec![format!("event {}", self.json)],
                events.iter().map(|event| vec![Some(event)]).collect(),
            ),
        };
        let mut script = String::new();
        let head: Vec<String> = std::iter::once("\" row\" INTEGER".to_owned())
            .chain(columns)
            .collect();
        // writing to a string does not fail
        let _ = writeln!(script, "CREATE TEMPORARY TABLE logs ({});", head.join(", "));
        for (place, row) in rows.iter().enumerate() {
            let values: Vec<String> = row
                .iter()
                .map(|value| match value {
                    Some(text) => format!("'{}'", text.replace('\'', "''")),
                    None => "NULL".to_owned(),
                })
                .collect();
            let values = std::iter::once(place.to_string()).chain(values);
            let values: Vec<String> = values.collect();
            let _ = writeln!(script, "INSERT INTO logs VALUES ({});", values.join(", "));
        }
        script
    }
}
