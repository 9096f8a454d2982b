//! Databases behind their own command: `psql`, which connects as its environment says
//! (`PGHOST`, `PGDATABASE` and the like), and `duckdb`.

use crate::{Database, Table};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};

/// A command that reads SQL and prints rows; it stays for all tables until something fails.
#[derive(Debug)]
pub struct Client {
    program: &'static str,
    arguments: &'static [&'static str],
    /// The type of a column of JSON.
    json: &'static str,
    session: Option<Session>,
}

/// PostgreSQL.
pub const PSQL: Client = Client {
    program: "psql",
    arguments: &["-X", "-q", "-t", "--csv", "-v", "ON_ERROR_STOP=1"],
    json: "JSONB",
    session: None,
};

/// DuckDB.
pub const DUCKDB: Client = Client {
    program: "duckdb",
    arguments: &["-bail", "-csv", "-noheader", ":memory:"],
    json: "JSON",
    session: None,
};

impl Database for Client {
    fn find(&mut self, table: Table<'_>, queries: &[String]) -> Result<BTreeSet<usize>, String> {
        let found = queries
            .iter()
            .map(|query| format!("SELECT \" row\" FROM ({query}) found;\n"));
        let text = self.ask(table, &found.collect::<String>())?;
        let places = text.lines().filter_map(|line| line.trim().parse().ok());
        Ok(places.collect())
    }

    fn rows(&mut self, table: Table<'_>, query: &str) -> Result<Vec<Vec<String>>, String> {
        let text = self.ask(table, &format!("{query};\n"))?;
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
    /// What it prints of a script over a table.
    fn ask(&mut self, table: Table<'_>, script: &str) -> Result<String, String> {
        let script = format!(
            "{}{script}DROP TABLE logs;\nSELECT '{DONE}';\n",
            load(self.json, table)
        );
        let named = |error: io::Error| format!("{}: {error}", self.program);
        let mut session = match self.session.take() {
            Some(session) => session,
            None => Session::start(self.program, self.arguments).map_err(named)?,
        };
        match session.run(&script).map_err(named)? {
            Some(text) => {
                self.session = Some(session);
                Ok(text)
            }
            None => Err(session.last_words()),
        }
    }
}

/// A running command.
#[derive(Debug)]
struct Session {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    complaints: JoinHandle<String>,
}

/// Printed when all queries of a table have run.
const DONE: &str = "-- all done --";

impl Session {
    fn start(program: &str, arguments: &[&str]) -> io::Result<Session> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(mut complaints)) = pipes else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Session {
            child,
            input,
            output: BufReader::new(output),
            complaints: thread::spawn(move || {
                let mut text = Vec::new();
                // what could be read says enough
                let _ = complaints.read_to_end(&mut text);
                String::from_utf8_lossy(&text).trim().to_owned()
            }),
        })
    }

    /// What a script prints; None where the command ended before its end.
    fn run(&mut self, script: &str) -> io::Result<Option<String>> {
        let Session { input, output, .. } = self;
        thread::scope(|scope| {
            // a command that stops reading says why on its standard error
            scope.spawn(|| {
                input
                    .write_all(script.as_bytes())
                    .and_then(|()| input.flush())
            });
            let mut printed = String::new();
            loop {
                let from = printed.len();
                if output.read_line(&mut printed)? == 0 {
                    return Ok(None);
                }
                if printed.get(from..).is_some_and(|line| line.trim() == DONE) {
                    printed.truncate(from);
                    return Ok(Some(printed));
                }
            }
        })
    }

    /// What the command complained of.
    fn last_words(mut self) -> String {
        drop(self.input);
        // it has ended or ends now
        let _ = self.child.wait();
        self.complaints.join().unwrap_or_default()
    }
}

/// Rows of one `INSERT`.
const AT_ONCE: usize = 500;

/// SQL that makes the table.
fn load(json: &str, table: Table<'_>) -> String {
    let quoted = |name: &String| format!("\"{}\" TEXT", name.replace('"', "\"\""));
    let (columns, rows): (Vec<String>, Vec<Vec<Option<&String>>>) = match table {
        Table::Columns(names, rows) => (
            names.iter().map(quoted).collect(),
            rows.iter()
                .map(|row| row.iter().map(Option::as_ref).collect())
                .collect(),
        ),
        Table::Json(events) => (
            vec![format!("event {json}")],
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
        script.push_str(match place % AT_ONCE {
            0 => "INSERT INTO logs VALUES (",
            _ => ", (",
        });
        let _ = write!(script, "{place}");
        for value in row {
            let _ = match value {
                Some(text) => write!(script, ", '{}'", text.replace('\'', "''")),
                None => write!(script, ", NULL"),
            };
        }
        let is_last = place + 1 == rows.len() || (place + 1) % AT_ONCE == 0;
        script.push_str(if is_last { ");\n" } else { ")" });
    }
    script
}
