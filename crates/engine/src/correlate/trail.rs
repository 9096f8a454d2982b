//! The newest events of a group, packed: time, place and reference of each in about ten
//! bytes, behind the group's key in one allocation. Times are differences; the last one's
//! time is told by the caller.

use super::observation::Place;

/// Events that are kept.
pub(crate) const KEPT: u8 = 20;

/// One event of a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub time: i64,
    pub place: Place,
    pub reference: u32,
}

/// Adds an event `after` nanoseconds after the one before to the trail that starts at `start`.
pub(crate) fn push(data: &mut Vec<u8>, start: usize, after: u64, place: Place, reference: u32) {
    let count = data.get(start).copied().unwrap_or(0);
    if count == 0 {
        data.truncate(start);
        grow(data, start + 14);
        data.push(0);
    } else if count >= KEPT {
        let mut rest = data.get(start + 1..).unwrap_or_default();
        let before = rest.len();
        for _ in 0..4 {
            read(&mut rest);
        }
        let first = before - rest.len();
        data.drain(start + 1..start + 1 + first);
    }
    let mut packed = [0; 40];
    let mut len = 0;
    for number in [after, place.file.into(), place.line, reference.into()] {
        write(number, &mut packed, &mut len);
    }
    let packed = packed.get(..len).unwrap_or_default();
    grow(data, data.len() + len);
    data.extend_from_slice(packed);
    if let Some(first) = data.get_mut(start) {
        *first = (count + 1).min(KEPT);
    }
}

/// Room for `len` bytes, in the steps an allocator has.
fn grow(data: &mut Vec<u8>, len: usize) {
    if data.capacity() < len {
        let room = (len + len / 8 + 7) / 16 * 16 + 8;
        data.reserve_exact(room.saturating_sub(data.len()));
    }
}

/// The events of a trail, oldest first, where the newest was at `last`.
pub(crate) fn steps(trail: &[u8], last: i64) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = trail.get(1..).unwrap_or_default();
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

/// Writes a number at `len`, seven bits a byte, the low ones first.
fn write(mut number: u64, out: &mut [u8; 40], len: &mut usize) {
    loop {
        let low = (number & 0x7F) as u8;
        number >>= 7;
        if let Some(byte) = out.get_mut(*len) {
            *byte = if number == 0 { low } else { low | 0x80 };
            *len += 1;
        }
        if number == 0 {
            return;
        }
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
            let mut data = b"key".to_vec();
            let mut all = Vec::new();
            let mut time = 1_700_000_000_000_000_000i64;
            for (after, file, line, reference) in events {
                time += i64::try_from(after).unwrap();
                let place = Place { file, line };
                push(&mut data, 3, after, place, reference);
                all.push(Step { time, place, reference });
            }
            let kept = &all[all.len().saturating_sub(KEPT.into())..];
            prop_assert_eq!(steps(&data[3..], time), kept);
            prop_assert_eq!(&data[..3], b"key");
        }
    }

    #[test]
    fn a_key_and_two_events_take_40_bytes() {
        let mut data = b"somebody-1234\xFE".to_vec();
        let start = data.len();
        for line in [700_000, 700_100] {
            push(&mut data, start, 60_000_000_000, Place { file: 3, line }, 1);
        }
        assert!(data.capacity() <= 40, "{}", data.capacity());
    }
}
