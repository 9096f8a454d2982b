//! Points in time as logs spell them, and their calendar parts. Always UTC; no clock.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A point in time, to the nanosecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(Timestamp);

impl Time {
    /// Reads RFC 3339 (`T` or a space, any number of fraction digits up to nine, any offset),
    /// the same without an offset, which then is UTC, a date alone, which is its midnight, or
    /// an epoch number of nine digits and more ([`Time::from_epoch_number`]).
    pub fn parse(text: &str) -> Option<Time> {
        let text = text.trim();
        let text = text.strip_suffix("UTC").map_or(text, str::trim_end);
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        if digits >= 9 {
            return Self::from_epoch_number(text);
        }
        if digits != 4 {
            return None;
        }
        if let Ok(time) = text.parse::<Timestamp>() {
            return Some(Time(time));
        }
        let naive = text.parse::<DateTime>().ok()?;
        Offset::UTC.to_timestamp(naive).ok().map(Time)
    }

    /// Reads seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by
    /// their size: seconds up to the year 5138, each further unit a thousand times more.
    /// A fraction is kept. Negative numbers and exponents are no times.
    pub fn from_epoch_number(spelling: &str) -> Option<Time> {
        let (whole, fraction) = spelling.split_once('.').unwrap_or((spelling, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let whole: i128 = whole.parse().ok()?;
        let unit: i128 = if whole < 100_000_000_000 {
            1_000_000_000
        } else if whole < 100_000_000_000_000 {
            1_000_000
        } else if whole < 100_000_000_000_000_000 {
            1_000
        } else {
            1
        };
        let mut part = 0;
        let mut worth = unit;
        for digit in fraction.bytes() {
            worth /= 10;
            part += i128::from(digit - b'0') * worth;
        }
        let nanos = whole.checked_mul(unit)?.checked_add(part)?;
        Timestamp::from_nanosecond(nanos).ok().map(Time)
    }

    /// From nanoseconds since 1970; `None` beyond the years -9999 to 9999.
    pub fn from_nanos(nanos: i64) -> Option<Time> {
        Timestamp::from_nanosecond(i128::from(nanos)).ok().map(Time)
    }

    /// Nanoseconds since 1970; the nearest that fit before 1677 and after 2262.
    pub fn as_nanos(self) -> i64 {
        let nanos = self.0.as_nanosecond();
        i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
    }

    fn civil(self) -> DateTime {
        Offset::UTC.to_datetime(self.0)
    }

    /// Minute of the hour, 0 to 59.
    pub fn minute(self) -> u32 {
        self.civil().minute().unsigned_abs().into()
    }

    /// Hour of the day, 0 to 23.
    pub fn hour(self) -> u32 {
        self.civil().hour().unsigned_abs().into()
    }

    /// Day of the month, 1 to 31.
    pub fn day(self) -> u32 {
        self.civil().day().unsigned_abs().into()
    }

    /// ISO 8601 week of the year, 1 to 53.
    pub fn week(self) -> u32 {
        let week = self.civil().date().iso_week_date().week();
        week.unsigned_abs().into()
    }

    /// Month of the year, 1 to 12.
    pub fn month(self) -> u32 {
        self.civil().month().unsigned_abs().into()
    }

    /// Year of the calendar, not of the ISO week.
    pub fn year(self) -> i32 {
        self.civil().year().into()
    }

    /// RFC 3339 in UTC with `Z`, fraction digits only as far as needed.
    pub fn to_rfc3339(self) -> String {
        self.0.to_string()
    }

    /// Appends what [`Time::to_rfc3339`] says, without making a string of it.
    pub fn push_rfc3339(self, out: &mut Vec<u8>) {
        let civil = self.civil();
        let year = civil.year();
        if !(0..=9999).contains(&year) {
            out.extend_from_slice(self.to_rfc3339().as_bytes());
            return;
        }
        out.extend_from_slice(&digits::<4>(year.into()));
        for (before, part) in [
            (b'-', civil.month()),
            (b'-', civil.day()),
            (b'T', civil.hour()),
            (b':', civil.minute()),
            (b':', civil.second()),
        ] {
            out.push(before);
            out.extend_from_slice(&digits::<2>(part.into()));
        }
        let nanos = digits::<9>(civil.subsec_nanosecond());
        if let Some(last) = nanos.iter().rposition(|digit| *digit != b'0') {
            out.push(b'.');
            out.extend(nanos.iter().take(last + 1));
        }
        out.push(b'Z');
    }
}

/// A number, not below zero, with leading zeros.
fn digits<const N: usize>(number: i32) -> [u8; N] {
    let mut rest = number.unsigned_abs();
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10).to_le_bytes()[0];
        rest /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        let time = Time::parse(text)?;
        let mut pushed = Vec::new();
        time.push_rfc3339(&mut pushed);
        assert_eq!(pushed, time.to_rfc3339().as_bytes());
        Some(time.to_rfc3339())
    }

    #[test]
    fn reads_the_spellings_of_logs() {
        for (text, expected) in [
            ("2024-02-29T23:59:58Z", "2024-02-29T23:59:58Z"),
            ("2024-02-29t23:59:58.5z", "2024-02-29T23:59:58.5Z"),
            ("2024-03-01T01:29:58+01:30", "2024-02-29T23:59:58Z"),
            ("2024-03-01T01:29:58+0130", "2024-02-29T23:59:58Z"),
            (
                "2025-11-27T07:40:10.1653241Z",
                "2025-11-27T07:40:10.1653241Z",
            ),
            ("2022-11-29 00:09:04.38", "2022-11-29T00:09:04.38Z"),
            ("2022-11-29 00:09:04.380 UTC", "2022-11-29T00:09:04.38Z"),
            ("2022-11-29T00:09:04", "2022-11-29T00:09:04Z"),
            ("2022-11-29", "2022-11-29T00:00:00Z"),
            ("1700000000", "2023-11-14T22:13:20Z"),
            ("1700000000.25", "2023-11-14T22:13:20.25Z"),
            ("1700000000123", "2023-11-14T22:13:20.123Z"),
            ("1700000000123456", "2023-11-14T22:13:20.123456Z"),
            ("1700000000123456789", "2023-11-14T22:13:20.123456789Z"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "-",
            "now",
            "2023-02-29T00:00:00Z",
            "20240101",
            "12:30",
            "1.5",
            "-1700000000",
            "1700000000e3",
            "99999999999999999999999999999999999999999999",
            "2024-01-01T25:00:00Z",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn takes_numbers_by_their_size() {
        let shown = |text| Time::from_epoch_number(text).map(Time::to_rfc3339);
        assert_eq!(shown("0").as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(shown("86399").as_deref(), Some("1970-01-01T23:59:59Z"));
        assert_eq!(shown("-1"), None);
    }

    #[test]
    fn parts_are_utc_and_weeks_iso() {
        let parts = |text| {
            let t = Time::parse(text).unwrap();
            (t.minute(), t.hour(), t.day(), t.week(), t.month(), t.year())
        };
        // 31 December 2024 is a Tuesday of week 1 of 2025; 3 January 2021 a Sunday of 2020's 53rd.
        assert_eq!(parts("2024-12-31T23:05:00-02:00"), (5, 1, 1, 1, 1, 2025));
        assert_eq!(parts("2024-12-31T01:05:59Z"), (5, 1, 31, 1, 12, 2024));
        assert_eq!(parts("2021-01-03T00:00:00Z"), (0, 0, 3, 53, 1, 2021));
    }

    #[test]
    fn nanos_go_there_and_back() {
        let time = Time::parse("2024-05-06T07:08:09.123456789Z").unwrap();
        assert_eq!(Time::from_nanos(time.as_nanos()), Some(time));
        assert_eq!(Time::parse("9999-01-01").unwrap().as_nanos(), i64::MAX);
    }
}
