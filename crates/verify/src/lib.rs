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
use sigwright_convert::dialect::{Format, Keeps, Nested};
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

/// Rows as a database is to hold them, in the table `logs`; the first column, ` row`, counts.
#[derive(Debug, Clone, Copy)]
pub enum Table<'c> {
    /// Names of columns, and a text or NULL for each.
    Columns(&'c [String], &'c [Vec<Option<String>>]),
    /// The column `event`.
    Json(&'c [String]),
}

/// Something that runs SQL.
pub trait Database {
    /// The rows that one of the queries finds.
    ///
    /// # Errors
    /// What the database says.
    fn find(&mut self, table: Table<'_>, queries: &[String]) -> Result<BTreeSet<usize>, String>;

    /// What a query gives: rows of texts, an empty one where there is no value.
    ///
    /// # Errors
    /// What the database says.
    fn rows(&mut self, table: Table<'_>, query: &str) -> Result<Vec<Vec<String>>, String>;
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

/// Most events of a log that are compared for one rule, taken evenly, besides those that match; a
/// rule with keywords, which reads all there is, is compared over no others.
pub type Most = Option<usize>;

/// One rule as it is to be run: what the judge says is known, what a database says is not.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// The queries.
    pub queries: Vec<String>,
    /// The fields the rule reads.
    pub names: Vec<String>,
    /// The events, one JSON text each.
    pub events: Vec<String>,
    /// The same as a text for each of the names; empty in the form of JSON.
    pub cells: Vec<Vec<Option<String>>>,
    /// The events that match, as the judge says.
    pub expected: BTreeSet<usize>,
    /// Those of the names whose columns hold numbers.
    pub numbers: BTreeSet<String>,
    /// Events left out because a table of this form cannot hold them.
    pub apart: usize,
}

impl Case {
    /// The rows to load.
    pub fn table(&self, form: Form) -> Table<'_> {
        match form {
            Form::Columns => Table::Columns(&self.names, &self.cells),
            Form::Json => Table::Json(&self.events),
        }
    }

    /// Runs the queries and compares.
    pub fn run(self, form: Form, database: &mut dyn Database) -> Verdict {
        let found = database.find(self.table(form), &self.queries);
        let mut verdict = Verdict {
            rows: self.events.len(),
            matches: self.expected.len(),
            apart: self.apart,
            ..Verdict::default()
        };
        match found {
            Err(message) => verdict.failed = Some(message),
            Ok(found) => {
                let apart = self.expected.symmetric_difference(&found);
                verdict.differences = apart
                    .map(|place| Difference {
                        event: self.events.get(*place).cloned().unwrap_or_default(),
                        judge: self.expected.contains(place),
                        database: found.contains(place),
                    })
                    .collect();
            }
        }
        verdict.queries = self.queries;
        verdict
    }
}

/// Runs one rule.
pub fn verify(
    rules: (&RuleSet, RuleId),
    rule: &Rule,
    spelled: (&Dialect, &Format),
    form: Form,
    corpus: &Corpus,
    database: &mut dyn Database,
) -> Verdict {
    match case(rules, rule, spelled, form, (corpus, None)) {
        Ok(case) => case.run(form, database),
        Err(why) => Verdict {
            refused: Some(why),
            ..Verdict::default()
        },
    }
}

/// Makes a case of one rule.
///
/// # Errors
/// Why the dialect has no query for it.
pub fn case(
    (rules, id): (&RuleSet, RuleId),
    rule: &Rule,
    (dialect, format): (&Dialect, &Format),
    form: Form,
    (corpus, most): (&Corpus, Most),
) -> Result<Case, String> {
    let chain = Chain::new(dialect, format, Vec::new(), Default::default())?;
    let trees = Query::of(rule).map_err(|unsupported| unsupported.message)?;
    let queries = convert(rule.clone(), dialect, format, &chain);
    let queries = queries.map_err(|unsupported| unsupported.message)?;
    let trees: Vec<Query> = trees.into_iter().flatten().collect();
    let mut leaves = Vec::new();
    trees.iter().for_each(|tree| questions(tree, &mut leaves));
    let names: BTreeSet<&str> = leaves.iter().flat_map(|leaf| reads(leaf)).collect();
    let keywords = leaves.iter().any(|leaf| leaf.field.is_none());
    let line = dialect
        .ops
        .keyword
        .filter(|_| keywords && form == Form::Columns);
    let made = Corpus::of(synthesis::events(rules, id, WAYS));
    let asks = Asks::of(&leaves);
    let typed = form == Form::Columns && dialect.sql.is_some_and(|sql| sql.typed);
    let keeps = match form {
        Form::Columns => Keeps::All,
        Form::Json => nested(dialect, format).map_or(Keeps::All, |nested| nested.keeps),
    };
    let texts: BTreeSet<&str> = leaves
        .iter()
        .filter(|leaf| leaf.is_of_text())
        .flat_map(|leaf| reads(leaf))
        .collect();
    let numbers = match typed {
        true => of_numbers(&leaves),
        false => BTreeSet::new(),
    };
    let folded: BTreeSet<String> = names.iter().map(|n| n.to_lowercase()).collect();
    // columns that differ in case only are one
    let distinct = form == Form::Json || folded.len() == names.len();
    let mut case = Case {
        queries,
        names: names
            .iter()
            .copied()
            .chain(line)
            .map(str::to_owned)
            .collect(),
        ..Case::default()
    };
    for (events, most) in [(&made, None), (corpus, most)] {
        let columns: Vec<_> = names.iter().map(|name| events.column(name)).collect();
        let mut seen = HashSet::new();
        let mut rows: Vec<Row> = Vec::new();
        let step = |of: usize| most.map_or(1, |most| of.div_ceil(most.max(1)).max(1));
        let first = if keywords { step(events.len()) } else { 1 };
        for index in (0..events.len()).step_by(first) {
            let ids: Vec<u32> = columns.iter().map(|column| column.id(index)).collect();
            if !keywords && !seen.insert(ids) {
                continue;
            }
            let mut cells: Vec<_> = columns.iter().filter_map(|c| c.cell(index)).collect();
            cells.extend(
                line.and(events.event(index))
                    .map(|event| Rc::new(Cell::line(event))),
            );
            let holds = |cell: &Rc<Cell>| form == Form::Json || asks.holds(cell);
            let counts = |(name, cell): (&&str, &Rc<Cell>)| {
                let whole = |text: String| text.parse::<i64>().is_ok_and(|n| n.to_string() == text);
                !numbers.contains(*name) || cell.text().is_none_or(whole)
            };
            let respelled = |(name, cell): (&&str, &Rc<Cell>)| {
                cell.has_respelled_number() || texts.contains(name) && cell.has_object()
            };
            let lost = keeps != Keeps::All && names.iter().zip(&cells).any(respelled)
                || keeps == Keeps::Keys && events.repeats_a_key(index);
            if lost
                || !distinct
                || !cells.iter().all(holds)
                || !names.iter().zip(&cells).all(counts)
            {
                case.apart += 1;
                continue;
            }
            let event = events.event(index);
            rows.push(Row {
                index,
                matches: event.is_some_and(|event| naive::matches(rules, id, event)),
                cells: cells.iter().map(|cell| cell.text()).collect(),
            });
        }
        let step = step(rows.len());
        for (number, row) in rows.into_iter().enumerate() {
            if row.matches {
                case.expected.insert(case.events.len());
            } else if number % step > 0 {
                continue;
            }
            case.events.push(events.json(row.index).to_owned());
            if form == Form::Columns {
                case.cells.push(row.cells);
            }
        }
    }
    case.numbers = numbers;
    Ok(case)
}

/// How the dialect of a form finds values in JSON.
fn nested(dialect: &Dialect, format: &Format) -> Option<Nested> {
    dialect.in_format(format.name).sql?.nested
}

/// The fields that are asked for numbers, and for nothing that is text.
fn of_numbers(leaves: &[&Leaf]) -> BTreeSet<String> {
    let fields = |asked: fn(&Leaf) -> bool| -> BTreeSet<String> {
        let asked = leaves.iter().filter(|leaf| asked(leaf));
        asked.filter_map(|leaf| leaf.field.clone()).collect()
    };
    let numbers = fields(|leaf| matches!(leaf.value, Written::Number(_)));
    let texts = fields(Leaf::is_of_text);
    numbers.difference(&texts).cloned().collect()
}

/// An event, and what the rule's names reach in it.
struct Row {
    index: usize,
    matches: bool,
    cells: Vec<Option<String>>,
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
