//! Dates of rules: `YYYY-MM-DD`, the `YYYY/M/D` of Sigma 1, and either with a time behind it.

use jiff::civil::Date;

/// The day a text names.
pub(crate) fn date(text: &str) -> Option<Date> {
    let day = text.split(['T', ' ']).next()?;
    let mut parts = day.split(['-', '/']);
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Date::new(year, month, day)
        .ok()
        .filter(|_| parts.next().is_none())
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_spellings_name_a_day() {
        let day = jiff::civil::date(2024, 1, 31);
        for text in [
            "2024-01-31",
            "2024/1/31",
            "2024/01/31",
            "2024-01-31T10:00:00",
        ] {
            assert_eq!(super::date(text), Some(day), "{text}");
        }
        assert_eq!(super::date("2024-02-30"), None);
        assert_eq!(super::date("soon"), None);
    }
}
