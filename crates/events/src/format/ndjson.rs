//! One JSON value per line. Blank lines are no records.

use super::Framer;
use crate::batch::{Batch, FaultCode};
use crate::limits::Limits;
use crate::window::Window;

pub(super) struct Ndjson {
    limits: Limits,
}

impl Ndjson {
    pub(super) fn new(limits: &Limits) -> Self {
        Ndjson { limits: *limits }
    }

    fn skip_line(&mut self, window: &mut Window, batch: &mut Batch) {
        batch.fault(
            Some(window.line()),
            FaultCode::RecordTooLong,
            format!("the line is longer than {} bytes", self.limits.record),
        );
        loop {
            if let Some(end) = memchr::memchr(b'\n', window.rest()) {
                window.consume(end + 1);
                return;
            }
            window.consume(window.rest().len());
            if !window.fill() {
                return;
            }
        }
    }
}

impl Framer for Ndjson {
    fn read(&mut self, window: &mut Window, batch: &mut Batch) -> bool {
        loop {
            if let Some(last) = memchr::memrchr(b'\n', window.rest()) {
                window.lines(last + 1, batch);
                return true;
            }
            if window.rest().len() > self.limits.record {
                self.skip_line(window, batch);
            } else if !window.fill() {
                let rest = window.rest().len();
                if rest > 0 {
                    window.lines(rest, batch);
                }
                return !batch.is_empty();
            }
        }
    }
}
