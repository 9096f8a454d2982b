//! Text pushed onto a line: strings, numbers, identifiers, times.

use crate::rng::Rng;

/// The bytes of a line in the making.
pub(crate) type Line = Vec<u8>;

/// Pushes the parts one after another.
macro_rules! put {
    ($line:expr, $($part:expr),+ $(,)?) => {{ $( $line.extend_from_slice($part.as_ref()); )+ }};
}
pub(crate) use put;

/// A number in decimal.
pub(crate) fn number(line: &mut Line, number: u64) {
    let mut digits = [0_u8; 20];
    let mut rest = number;
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    line.extend(digits.iter().skip(20 - used));
}

/// A number in decimal with zeros in front, `width` digits in all.
fn padded(line: &mut Line, number: u64, width: u32) {
    for place in (0..width).rev() {
        line.push(b'0' + (number / 10_u64.pow(place) % 10) as u8);
    }
}

/// The lowest `digits` hexadecimal digits of a number.
pub(crate) fn hex(line: &mut Line, number: u64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = (number >> (4 * place) & 15) as u8;
        line.push(if digit < 10 {
            b'0' + digit
        } else {
            b'a' + digit - 10
        });
    }
}

/// A random (version 4) UUID, RFC 9562, made of 128 bits.
pub(crate) fn uuid(line: &mut Line, bits: [u64; 2]) {
    let [high, low] = bits;
    hex(line, high >> 32, 8);
    line.push(b'-');
    hex(line, high >> 16, 4);
    put!(line, "-4");
    hex(line, high, 3);
    line.push(b'-');
    hex(line, (low >> 48 & 0x3fff) | 0x8000, 4);
    line.push(b'-');
    hex(line, low, 12);
}

/// The UUID that belongs to a stream.
pub(crate) fn uuid_of(line: &mut Line, rng: &mut Rng) {
    let bits = [rng.next(), rng.next()];
    uuid(line, bits);
}

/// Characters of the tails that Kubernetes generates for names: no vowels, no digits that look like letters.
const TAIL: [u8; 27] = *b"bcdfghjklmnpqrstvwxz2456789";

/// `length` characters of a generated name.
pub(crate) fn tail(line: &mut Line, bits: u64, length: usize) {
    let mut bits = bits;
    for _ in 0..length {
        line.push(TAIL.get((bits % 27) as usize).copied().unwrap_or(b'x'));
        bits /= 27;
    }
}

/// A time of so many microseconds since 1970 in RFC 3339, UTC, to the microsecond.
pub(crate) fn micro_time(line: &mut Line, micros: i64) {
    seconds(line, micros.div_euclid(1_000_000));
    line.push(b'.');
    padded(line, micros.rem_euclid(1_000_000) as u64, 6);
    line.push(b'Z');
}

/// The same to the second, as in the metadata of objects.
pub(crate) fn second_time(line: &mut Line, micros: i64) {
    seconds(line, micros.div_euclid(1_000_000));
    line.push(b'Z');
}

fn seconds(line: &mut Line, seconds: i64) {
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400) as u64;
    padded(line, year, 4);
    line.push(b'-');
    padded(line, month, 2);
    line.push(b'-');
    padded(line, day, 2);
    line.push(b'T');
    padded(line, second / 3600, 2);
    line.push(b':');
    padded(line, second / 60 % 60, 2);
    line.push(b':');
    padded(line, second % 60, 2);
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar (the well-known computation in years
/// that begin in March, so that the leap day comes last). Years before 0 and after 9999 are held at the ends.
fn civil(day: i64) -> (u64, u64, u64) {
    let shifted = day.clamp(-719_528, 2_932_896) + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as u64, month as u64, day as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Line)) -> String {
        let mut line = Line::new();
        write(&mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn times_are_civil() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
            (1_795_177_598_999_999, "2026-11-20T12:26:38.999999Z"),
            (4_107_542_399_000_000, "2100-02-28T23:59:59.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(written(|line| micro_time(line, micros)), text);
        }
    }

    #[test]
    fn numbers_are_decimal() {
        assert_eq!(written(|line| number(line, 0)), "0");
        assert_eq!(written(|line| number(line, 10_203)), "10203");
        assert_eq!(written(|line| number(line, u64::MAX)), u64::MAX.to_string());
    }

    #[test]
    fn uuids_say_version_and_variant() {
        assert_eq!(
            written(|line| uuid(line, [0, 0])),
            "00000000-0000-4000-8000-000000000000"
        );
        assert_eq!(
            written(|line| uuid(line, [u64::MAX, u64::MAX])),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
    }
}
