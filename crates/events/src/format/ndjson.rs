//! One JSON value per line. Blank lines are no records.
//!
//! A line with an array is one record per element. That a line has several values is seen when
//! it is decoded: to search every line for it would take longer than to read it. A line
//! longer than [`Limits::document`] is read as a document of the same length is.

use super::Framer;
use super::json::Json;
use crate::batch::Batch;
use crate::limits::Limits;
use crate::window::Window;

pub(super) struct Ndjson {
    limits: Limits,
    /// The very long line that is being read.
    long: Option<Json>,
}

impl Ndjson {
    pub(super) fn new(limits: &Limits) -> Self {
        Ndjson {
            limits: *limits,
            long: None,
        }
    }
}

impl Framer for Ndjson {
    fn read(&mut self, window: &mut Window, batch: &mut Batch) -> bool {
        loop {
            if let Some(long) = &mut self.long {
                while long.advance(window, batch) {
                    if batch.len() >= self.limits.batch || (window.idle() && !batch.is_empty()) {
                        return true;
                    }
                }
                self.long = None;
                if !batch.is_empty() {
                    return true;
                }
            }
            let limit = self.limits.document.min(self.limits.record);
            let rest = window.rest();
            let near = rest.get(..=limit).unwrap_or(rest);
            if let Some(last) = memchr::memrchr(b'\n', near) {
                window.lines(last + 1, batch);
                return true;
            }
            if rest.len() > limit {
                self.long = Some(Json::of_line(&self.limits));
            } else if !window.fill() {
                let rest = window.rest().len();
                if rest > 0 {
                    window.lines(rest, batch);
                }
                return false;
            }
        }
    }
}
