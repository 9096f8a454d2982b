//! The newest events of a group, packed: time, place and reference of each in about ten
//! bytes.

use super::observation::Place;
use serde::{Deserialize, Serialize};

/// Events that are kept.
pub(crate) const KEPT: u8 = 20;

/// The newest events, oldest first. Times are differences; the last one's time is told by
/// the caller.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Trail(Vec<u8>);

/// One event of a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub time: i64,
    pub place: Place,
    pub reference: u32,
}

impl Trail {
    /// Adds an event `after` nanoseconds after the one before.
    pub fn push(&mut self, after: u64, place: Place, reference: u32) {
        let count = self.0.first().copied().unwrap_or(0);
        if count == 0 {
            self.grow(24);
            self.0.clear();
            self.0.push(0);
        } else if count >= KEPT {
            let mut rest = self.0.get(1..).unwrap_or_default();
            let before = rest.len();
            for _ in 0..4 {
                read(&mut rest);
            }
            let first = before - rest.len();
            self.0.drain(1..1 + first);
        }
        self.grow(self.0.len() + 12);
        for number in [after, place.file.into(), place.line, reference.into()] {
            write(number, &mut self.0);
        }
        if let Some(first) = self.0.first_mut() {
            *first = (count + 1).min(KEPT);
        }
    }

    /// Room for `len` bytes, in the steps an allocator has.
    fn grow(&mut self, len: usize) {
        if self.0.capacity() < len {
            let room = (len + len / 4 + 7) / 16 * 16 + 8;
            self.0.reserve_exact(room.saturating_sub(self.0.len()));
        }
    }

    /// The events, oldest first, where the newest was at `last`.
    pub fn steps(&self, last: i64) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut rest = self.0.get(1..).unwrap_or_default();
        let mut time: i64 = 0;
        while !rest.is_empty() {
            let after = read(&mut rest);
            let file = u32::try_from(read(&mut rest)).unwrap_or(u32::MAX);
            let line = read(&mut rest);
            let reference = u32::try_from(read(&mut rest)).unwrap_or(u32::MAX);
            if !steps.is_empty() {
                time = time.saturating_add_unsigned(after);
            }
            steps.push(Step {
                time,
                place: Place { file, line },
                reference,
            });
        }
        for step in &mut steps {
            step.time = last.saturating_sub(time.saturating_sub(step.time));
        }
        steps
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0 = Vec::new();
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        match self.0.capacity() {
            0 => 0,
            room => room + 8,
        }
    }
}

/// Appends a number, seven bits a byte, the low ones first.
fn write(mut number: u64, out: &mut Vec<u8>) {
    loop {
        let low = (number & 0x7F) as u8;
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Takes a number off the front; of what is broken off, as much as there is.
fn read(bytes: &mut &[u8]) -> u64 {
    let mut number = 0u64;
    let mut shift = 0;
    while let Some((first, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= u64::from(first & 0x7F).checked_shl(shift).unwrap_or(0);
        if first & 0x80 == 0 {
            break;
        }
        shift += 7;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The newest twenty, each as it was.
        #[test]
        fn keeps_the_newest(events in prop::collection::vec(
            (0u64..1 << 40, any::<u32>(), any::<u64>(), any::<u32>()), 1..60
        )) {
            let mut trail = Trail::default();
            let mut all = Vec::new();
            let mut time = 1_700_000_000_000_000_000i64;
            for (after, file, line, reference) in events {
                time += i64::try_from(after).unwrap();
                let place = Place { file, line };
                trail.push(after, place, reference);
                all.push(Step { time, place, reference });
            }
            let kept = &all[all.len().saturating_sub(KEPT.into())..];
            prop_assert_eq!(trail.steps(time), kept);
        }
    }

    #[test]
    fn two_events_fit_in_what_an_allocator_gives_least() {
        let mut trail = Trail::default();
        for line in [700_000, 700_100] {
            trail.push(60_000_000_000, Place { file: 3, line }, 1);
        }
        assert!(trail.heap() <= 48, "{}", trail.heap());
    }
}
