//! Lines of plain text, such as syslog: each becomes an event with the line as its `message`.

use super::Framer;
use crate::batch::{Batch, FaultCode};
use crate::limits::Limits;
use crate::window::Window;
use serde_json::json;

pub(super) struct Text {
    limits: Limits,
}

impl Text {
    pub(super) fn new(limits: &Limits) -> Self {
        Text { limits: *limits }
    }

    fn too_long(&self, window: &mut Window, batch: &mut Batch) {
        batch.fault(
            Some(window.line()),
            FaultCode::RecordTooLong,
            format!(
                "the line is longer than {} bytes and is skipped",
                self.limits.record
            ),
        );
        window.skip_line();
    }
}

impl Framer for Text {
    fn read(&mut self, window: &mut Window, batch: &mut Batch) -> bool {
        while batch.len() < self.limits.batch {
            let rest = window.rest();
            let end = memchr::memchr(b'\n', rest);
            if end.unwrap_or(rest.len()) > self.limits.record {
                self.too_long(window, batch);
                continue;
            }
            if end.is_none() && !batch.is_empty() && window.idle() {
                return true;
            }
            if end.is_none() && window.fill() {
                continue;
            }
            let rest = window.rest();
            let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let line = line.trim_ascii_end();
            let number = window.line();
            if !line.is_empty() {
                let message = batch.text(line, number);
                let record = json!({ "message": message }).to_string();
                batch.push(record.as_bytes(), number);
            }
            let Some(end) = end else {
                window.consume(window.rest().len());
                return false;
            };
            window.consume(end + 1);
        }
        true
    }
}
