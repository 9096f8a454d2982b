//! Times of which one part or several are as asked.

use sigwright_engine::Time;
use sigwright_ir::Op;
use sigwright_ir::pred::{Number, TimePart};

/// 2026-01-05T10:20:30Z, a Monday.
const BASE: i64 = 1_767_608_430_000_000_000;
const SECOND: i64 = 1_000_000_000;

/// Times of which one may be as asked, in RFC 3339.
pub fn fitting(yes: &[&Op], no: &[&Op]) -> Vec<String> {
    let mut asked: Vec<(TimePart, i128)> = Vec::new();
    for op in yes.iter().chain(no) {
        if let Op::Time(part, _, Number::Int(number)) = op {
            asked.push((*part, *number));
        }
    }
    let values = |part: TimePart, usual: i64, low: i64, high: i64| {
        let mut values: Vec<i64> = asked
            .iter()
            .filter(|(one, _)| *one == part)
            .filter_map(|(_, number)| i64::try_from(*number).ok())
            .flat_map(|number| [number, number.saturating_add(1), number.saturating_sub(1)])
            .filter(|value| (low..=high).contains(value))
            .collect();
        values.push(usual);
        values.dedup();
        values.truncate(7);
        values
    };
    let mut made = Vec::new();
    let days = values(TimePart::Day, 5, 1, 31);
    let weeks = values(TimePart::Week, 0, 1, 53);
    for year in values(TimePart::Year, 2026, 1, 9999) {
        for month in values(TimePart::Month, 1, 1, 12) {
            for hour in values(TimePart::Hour, 10, 0, 23) {
                for minute in values(TimePart::Minute, 20, 0, 59) {
                    for day in &days {
                        made.push(format!(
                            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:30Z"
                        ));
                    }
                    for week in weeks.iter().filter(|week| **week > 0) {
                        let begin =
                            Time::parse(&format!("{year:04}-01-04T{hour:02}:{minute:02}:30Z"));
                        let time = begin.and_then(|begin| {
                            let weeks = (week - 1).checked_mul(7 * 86_400 * SECOND)?;
                            Time::from_nanos(begin.as_nanos().checked_add(weeks)?)
                        });
                        made.extend(time.map(Time::to_rfc3339));
                    }
                    if made.len() > 2_000 {
                        return made;
                    }
                }
            }
        }
    }
    made
}

/// Times of which each part is another in one of them.
pub fn others() -> impl Iterator<Item = String> {
    let steps = [
        60,
        3_600,
        86_400,
        7 * 86_400,
        31 * 86_400,
        366 * 86_400,
        -3_600,
        -86_400 * 40,
    ];
    steps
        .into_iter()
        .filter_map(|step| Time::from_nanos(BASE + step * SECOND).map(Time::to_rfc3339))
}
