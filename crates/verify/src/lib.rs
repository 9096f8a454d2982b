//! Runs converted rules in real databases and compares them, row by row, with the judge.
//!
//! A [`Corpus`] holds events as they are loaded: one JSON text each, fields added by the reader
//! of the log included as members. A [`Database`] runs queries over a [`Table`]. [`verify`] loads
//! for one rule what it can tell apart, runs the rule's queries, and lists where the database
//! and [`sigwright_engine::naive`] disagree.

mod cells;
pub mod commands;
mod corpus;
pub mod fuzz;
pub mod sqlite;
mod synthesis;

pub use corpus::Corpus;

use cells::Cell;
use sigwright_convert::dialect::Format;
use sigwright_convert::pipeline::convert;
use sigwright_convert::{Chain, Dialect, Leaf, Query, Rule};
use sigwright_engine::naive;
use sigwright_ir::{RuleId, RuleSet, Written};
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

/// How events become rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A column of text for each field the rule reads.
    Columns,
    /// The event as JSON in one column.
    Json,
}

/// Rows as a database is to hold them, in the table `logs`; the first column, `row`, counts.
#[derive(Debug, Clone)]
pub enum Table {
    /// Names of columns, and a text or NULL for each.
    Columns(Vec<String>, Vec<Vec<Option<String>>>),
    /// The column `event`.
    Json(Vec<String>),
}

/// Something that runs SQL.
pub trait Database {
    /// The rows that one of the queries finds.
    ///
    /// # Errors
    /// What the database says.
    fn find(&mut self, table: &Table, queries: &[String]) -> Result<BTreeSet<usize>, String>;

    /// What a query gives: rows of texts, an empty one where there is no value.
    ///
    /// # Errors
    /// What the database says.
    fn rows(&mut self, table: &Table, query: &str) -> Result<Vec<Vec<String>>, String>;
}

/// The database and the judge disagree about an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The event, as loaded.
    pub event: String,
    /// What the judge says.
    pub judge: bool,
    /// What the database says.
    pub database: bool,
}

/// What became of one rule.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// The queries.
    pub queries: Vec<String>,
    /// Why there are none.
    pub refused: Option<String>,
    /// What the database said instead of running them.
    pub failed: Option<String>,
    /// How many rows were compared; events alike in all the rule reads are one row.
    pub rows: usize,
    /// How many of them match.
    pub matches: usize,
    /// Events that no row of columns can hold: a field with several values, and the like.
    pub apart: usize,
    /// Where they disagree.
    pub differences: Vec<Difference>,
}

/// Ways to match a rule for which an event each is made up, and near misses; of more, every
/// alternative is in one.
pub const WAYS: usize = 32;

/// Runs one rule.
pub fn verify(
    rules: &RuleSet,
    id: RuleId,
    rule: &Rule,
    (dialect, format): (&Dialect, &Format),
    form: Form,
    corpus: &Corpus,
    database: &mut dyn Database,
) -> Verdict {
    let mut verdict = Verdict::default();
    let queries = Chain::new(dialect, format, Vec::new(), Default::default());
    let trees = Query::of(rule);
    let (queries, trees) = match (queries, trees) {
        (Ok(chain), Ok(trees)) => match convert(rule.clone(), dialect, format, &chain) {
            Ok(queries) => (queries, trees),
            Err(unsupported) => return refused(unsupported.message),
        },
        (_, Err(unsupported)) => return refused(unsupported.message),
        (Err(message), _) => return refused(message),
    };
    let trees: Vec<Query> = trees.into_iter().flatten().collect();
    let mut leaves = Vec::new();
    trees.iter().for_each(|tree| questions(tree, &mut leaves));
    let names: BTreeSet<&str> = leaves.iter().flat_map(|leaf| reads(leaf)).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let keywords = leaves.iter().any(|leaf| leaf.field.is_none());
    let made = Corpus::of(synthesis::events(rules, id, WAYS));
    let mut rows: Vec<Row<'_>> = Vec::new();
    for events in [&made, corpus] {
        let columns: Vec<_> = names.iter().map(|name| events.column(name)).collect();
        let mut seen = HashSet::new();
        for index in 0..events.len() {
            let ids: Vec<u32> = columns.iter().map(|column| column.id(index)).collect();
            if keywords || seen.insert(ids) {
                let cells = columns.iter().filter_map(|c| c.cell(index)).collect();
                rows.push(Row {
                    events,
                    index,
                    cells,
                });
            }
        }
    }
    if form == Form::Columns {
        let asks = Asks::of(&leaves);
        let before = rows.len();
        let folded: BTreeSet<String> = names.iter().map(|n| n.to_lowercase()).collect();
        rows.retain(|row| row.cells.iter().all(|cell| asks.holds(cell)));
        if folded.len() < names.len() {
            // columns that differ in case only are one
            rows.clear();
        }
        verdict.apart = before - rows.len();
    }
    let table = match form {
        Form::Columns => Table::Columns(
            names.iter().map(|name| (*name).to_owned()).collect(),
            rows.iter()
                .map(|row| row.cells.iter().map(|cell| cell.text()).collect())
                .collect(),
        ),
        Form::Json => Table::Json(rows.iter().map(|row| row.json().to_owned()).collect()),
    };
    verdict.rows = rows.len();
    let found = match database.find(&table, &queries) {
        Ok(found) => found,
        Err(message) => {
            verdict.failed = Some(message);
            verdict.queries = queries;
            return verdict;
        }
    };
    for (place, row) in rows.iter().enumerate() {
        let judge = row
            .events
            .event(row.index)
            .is_some_and(|event| naive::matches(rules, id, event));
        let database = found.contains(&place);
        verdict.matches += usize::from(judge);
        if judge != database {
            verdict.differences.push(Difference {
                event: row.json().to_owned(),
                judge,
                database,
            });
        }
    }
    verdict.queries = queries;
    verdict
}

fn refused(why: String) -> Verdict {
    Verdict {
        refused: Some(why),
        ..Verdict::default()
    }
}

/// An event, and what the rule's names reach in it.
struct Row<'e> {
    events: &'e Corpus,
    index: usize,
    cells: Vec<Rc<Cell>>,
}

impl Row<'_> {
    fn json(&self) -> &str {
        self.events.json(self.index)
    }
}

/// What the rule asks that a column of text cannot always answer.
struct Asks {
    existence: bool,
    numbers: bool,
}

impl Asks {
    fn of(leaves: &[&Leaf]) -> Asks {
        let any = |is: fn(&Written) -> bool| leaves.iter().any(|leaf| is(&leaf.value));
        Asks {
            existence: any(|value| matches!(value, Written::Exists(_))),
            numbers: any(|value| matches!(value, Written::Number(_))),
        }
    }

    /// Whether a column of text says as much as the cell.
    fn holds(&self, cell: &Cell) -> bool {
        let empty = cell.values.is_empty() && cell.there && self.existence;
        cell.values.len() < 2 && !empty && !(self.numbers && cell.has_odd_number())
    }
}

/// The questions of a tree.
fn questions<'q>(query: &'q Query, to: &mut Vec<&'q Leaf>) {
    let mut left = vec![query];
    while let Some(query) = left.pop() {
        match query {
            Query::And(parts) | Query::Or(parts) => left.extend(parts.iter().rev()),
            Query::Not(part) => left.push(part),
            Query::Leaf(leaf) => to.push(leaf),
        }
    }
}

/// The fields a question reads.
fn reads(leaf: &Leaf) -> impl Iterator<Item = &str> {
    let other = match &leaf.value {
        Written::FieldRef { name, .. } => Some(name.as_str()),
        _ => None,
    };
    leaf.field.as_deref().into_iter().chain(other)
}
