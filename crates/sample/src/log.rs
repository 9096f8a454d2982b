//! The log as a whole: when requests come, in what order their lines are written.

use crate::cast::{self, ACCOUNTS, Account, Class, Who};
use crate::incident;
use crate::line;
use crate::object::{object, query};
use crate::request::{Request, Stage};
use crate::resource::Resource;
use crate::rng::Rng;
use crate::traffic::ROWS;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fmt;
use std::io;

/// What log to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Lines; each request leaves two or three.
    pub events: u64,
    /// Another seed gives another log.
    pub seed: u64,
    /// When the log begins, in microseconds since 1970-01-01T00:00:00Z.
    pub start: i64,
    /// Does somebody take the cluster over meanwhile?
    pub incident: bool,
}

impl Default for Options {
    /// A thousand lines of a quiet Monday morning: 2026-11-16T08:00:00Z.
    fn default() -> Options {
        Options {
            events: 1_000,
            seed: 0,
            start: 1_794_816_000_000_000,
            incident: false,
        }
    }
}

/// So few lines that the incident does not fit in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooShort {
    /// Lines that the incident needs.
    pub needs: u64,
}

impl fmt::Display for TooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the incident alone takes {} events", self.needs)
    }
}

impl std::error::Error for TooShort {}

/// A kind of request with the clients that make it.
struct Cell {
    row: usize,
    target: Resource,
    /// Weights of all cells up to and including this one.
    upto: u64,
    /// Accounts that may be the client, each with the shares up to and including its own.
    accounts: Vec<(usize, u64)>,
}

/// A line that is due.
struct Due {
    at: i64,
    order: u64,
    stage: Stage,
    request: Request,
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// What the requests of a burst have in common.
struct Burst {
    left: u64,
    /// Where its leading class lies among the weights.
    low: u64,
    high: u64,
    class: Class,
    who: Who,
}

/// Microseconds from line to line on average, measured over a long log.
const MICROS_PER_LINE: i64 = 46_000;

/// A log of a Kubernetes API server in the making; see the crate's description.
pub struct KubernetesLog {
    options: Options,
    rng: Rng,
    cells: Vec<Cell>,
    due: BinaryHeap<Reverse<Due>>,
    order: u64,
    written: u64,
    next_arrival: i64,
    burst: Burst,
    story: VecDeque<Request>,
    /// Lines of the incident still to be written.
    reserved: u64,
    /// Only the incident is written from here on.
    closing: bool,
    revision: u64,
}

impl KubernetesLog {
    /// Begins a log; `Err` if the incident is asked for and does not fit into so few events.
    pub fn new(options: Options) -> Result<KubernetesLog, TooShort> {
        let story = if options.incident {
            story(&options)
        } else {
            VecDeque::new()
        };
        let reserved = story.iter().map(Request::lines).sum();
        if options.events < reserved {
            return Err(TooShort { needs: reserved });
        }
        let mut rng = Rng::new(options.seed);
        let revision = rng.between(100_000, 90_000_000);
        Ok(KubernetesLog {
            options,
            rng,
            cells: cells(),
            due: BinaryHeap::new(),
            order: 0,
            written: 0,
            next_arrival: options.start,
            burst: Burst {
                left: 0,
                low: 0,
                high: 0,
                class: Class::default(),
                who: Who::default(),
            },
            story,
            reserved,
            closing: false,
            revision,
        })
    }

    /// Writes all that is left, a line each.
    pub fn write_to(mut self, out: &mut impl io::Write) -> io::Result<()> {
        let mut chunk = Vec::with_capacity(1 << 18);
        while self.write_line(&mut chunk) {
            if chunk.len() > (1 << 18) - (1 << 14) {
                out.write_all(&chunk)?;
                chunk.clear();
            }
        }
        out.write_all(&chunk)
    }

    /// Appends the next line with its line end; `false` after the last.
    pub fn write_line(&mut self, out: &mut Vec<u8>) -> bool {
        if self.written == self.options.events {
            return false;
        }
        if !self.closing && self.options.events - self.written <= self.reserved {
            self.close();
        }
        loop {
            let arrival = match (self.story.front(), self.closing) {
                (Some(step), true) => step.received,
                (Some(step), false) => step.received.min(self.next_arrival),
                (None, true) => i64::MAX,
                (None, false) => self.next_arrival,
            };
            match self.due.peek() {
                Some(Reverse(due)) if due.at <= arrival => break,
                None if arrival == i64::MAX => return false,
                _ => self.arrive(),
            }
        }
        let Some(Reverse(due)) = self.due.pop() else {
            return false;
        };
        line::write(out, &due.request, due.stage, self.options.seed);
        out.push(b'\n');
        self.written += 1;
        self.reserved -= u64::from(due.request.story);
        true
    }

    /// From now on, only what belongs to the incident, and soon.
    fn close(&mut self) {
        self.closing = true;
        self.due.retain(|Reverse(due)| due.request.story);
    }

    /// Takes the next request in and plans its lines.
    fn arrive(&mut self) {
        let storied = self
            .story
            .front()
            .is_some_and(|step| self.closing || step.received <= self.next_arrival);
        let step = if storied {
            self.story.pop_front()
        } else {
            None
        };
        let mut request = step.unwrap_or_else(|| self.background());
        self.revision += self.rng.between(1, 12);
        request.audit = [self.rng.next(), self.rng.next()];
        request.revision = self.revision;
        request.answered = request.received + self.rng.skewed(180, 60_000) as i64;
        request.ended = match request.target.sub {
            "" => request.answered + self.rng.between(300, 600) as i64 * 1_000_000,
            _ => request.answered + self.rng.skewed(50_000, 4_000_000) as i64,
        };
        self.plan(request.received, Stage::Received, request);
        if request.streams() && request.code < 400 {
            self.plan(request.answered, Stage::Started, request);
            self.plan(request.ended, Stage::Complete, request);
        } else {
            request.ended = request.answered;
            self.plan(request.answered, Stage::Complete, request);
        }
    }

    fn plan(&mut self, at: i64, stage: Stage, request: Request) {
        self.order += 1;
        self.due.push(Reverse(Due {
            at,
            order: self.order,
            stage,
            request,
        }));
    }

    /// The next request of ordinary operation.
    fn background(&mut self) -> Request {
        let total = self.cells.last().map_or(1, |cell| cell.upto);
        let follows = self.burst.left > 0;
        let ticket = match follows && self.rng.percent(60) {
            true => self.rng.between(self.burst.low, self.burst.high),
            false => self.rng.below(total),
        };
        let at = self.cells.partition_point(|cell| cell.upto <= ticket);
        let mut request = self.of_cell(at);
        request.received = self.next_arrival;
        if follows {
            self.burst.left -= 1;
            if self.burst.class == request.who.class && request.who.class != Class::ServiceAccount {
                request.who = self.burst.who;
            }
        } else {
            let class = request.who.class;
            let class_of = |cell: &Cell| ROWS.get(cell.row).map(|row| row.class);
            let first = self
                .cells
                .iter()
                .position(|cell| class_of(cell) == Some(class))
                .unwrap_or_default();
            let low = first
                .checked_sub(1)
                .and_then(|before| self.cells.get(before))
                .map_or(0, |cell| cell.upto);
            let last = self
                .cells
                .iter()
                .rev()
                .find(|cell| class_of(cell) == Some(class));
            let high = last.map_or(total, |cell| cell.upto);
            let most = if self.rng.percent(4) { 240 } else { 14 };
            self.burst = Burst {
                left: self.rng.skewed(1, most) - 1,
                low,
                high,
                class,
                who: request.who,
            };
        }
        // close together within a burst, then a pause
        self.next_arrival += match self.burst.left {
            0 => self.rng.skewed(120_000, 3_000_000) as i64,
            _ => self.rng.skewed(300, 7_000) as i64,
        };
        request
    }

    fn of_cell(&mut self, at: usize) -> Request {
        let rng = &mut self.rng;
        let Some((cell, row)) = self
            .cells
            .get(at)
            .and_then(|cell| Some((cell, ROWS.get(cell.row)?)))
        else {
            return Request::default();
        };
        let who = match row.class {
            Class::ServiceAccount => {
                let ticket = rng.below(cell.accounts.last().map_or(1, |(_, upto)| *upto));
                let at = cell.accounts.partition_point(|(_, upto)| *upto <= ticket);
                let account = cell
                    .accounts
                    .get(at)
                    .and_then(|(account, _)| ACCOUNTS.get(*account));
                account.map(cast::account).unwrap_or_default()
            }
            class => cast::client(class, rng),
        };
        let (namespace, name) = object(rng, &who, row.verb, &cell.target);
        Request {
            who,
            verb: row.verb,
            target: cell.target,
            namespace,
            name,
            query: query(rng, &who, row.verb, &cell.target),
            code: row.code,
            // pods are refused by quotas and admission as well as for want of rights
            forbidden: row.code == 403 && row.verb != "create",
            level: row.level,
            ..Request::default()
        }
    }
}

/// Every kind of request with its weight and its clients, the classes one after another.
fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut upto = 0;
    for (at, row) in ROWS.iter().enumerate() {
        for &(target, weight) in row.targets {
            upto += u64::from(weight);
            let mut accounts = Vec::new();
            if row.class == Class::ServiceAccount {
                let known = ACCOUNTS
                    .iter()
                    .any(|account| account.touches.contains(&target.name));
                // what no account is known for, those do that look after everything
                let wanted = if known { target.name } else { "" };
                let mut shares = 0;
                for (index, Account { share, touches, .. }) in ACCOUNTS.iter().enumerate() {
                    if touches.contains(&wanted) {
                        shares += u64::from(*share);
                        accounts.push((index, shares));
                    }
                }
            }
            cells.push(Cell {
                row: at,
                target,
                upto,
                accounts,
            });
        }
    }
    cells
}

/// The steps of the incident with their times: it begins when a third of the log is over, and is told faster where the
/// log would end too soon.
fn story(options: &Options) -> VecDeque<Request> {
    let steps = incident::steps();
    let events = i64::try_from(options.events).unwrap_or(i64::MAX);
    let length = events.saturating_mul(MICROS_PER_LINE).min(i64::MAX / 4);
    let told = steps.last().map_or(1, |step| step.after * 1_000_000);
    let available = (length / 2).min(told).max(1);
    let mut rng = Rng::named(options.seed, "incident");
    steps
        .into_iter()
        .map(|step| {
            // nobody types by the clock
            let after = step.after * 1_000_000 + rng.below(900_000) as i64;
            let scaled = i128::from(after) * i128::from(available) / i128::from(told);
            let received = options.start + length / 3 + scaled as i64;
            Request {
                received,
                ..step.request
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Level;

    #[test]
    fn classes_lie_together() {
        let mut classes: Vec<_> = ROWS.iter().map(|row| row.class).collect();
        classes.dedup();
        let runs = classes.len();
        classes.sort_unstable();
        classes.dedup();
        assert_eq!(
            runs,
            classes.len(),
            "a burst is drawn from the run of its class"
        );
    }

    #[test]
    fn levels_are_what_they_say() {
        assert!(
            ROWS.iter()
                .all(|row| row.level == Level::Metadata || row.verb != "watch")
        );
    }
}
