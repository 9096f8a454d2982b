//! Results as Markdown.

use std::fmt;
use std::fs;

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns and no rows.
    pub fn new(head: &[&str]) -> Table {
        Table {
            head: head.iter().map(|&name| name.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        writeln!(f, "{}", line(&self.head))?;
        // words to the left, figures to the right
        let rule: Vec<_> = (0..self.head.len())
            .map(|at| if at == 0 { "---" } else { "---:" })
            .collect();
        writeln!(f, "| {} |", rule.join(" | "))?;
        self.rows
            .iter()
            .try_for_each(|row| writeln!(f, "{}", line(row)))
    }
}

/// A number with separators between thousands; small ones with decimals.
pub fn figure(value: f64) -> String {
    if value.abs() < 10.0 {
        return format!("{value:.2}");
    }
    if value.abs() < 1_000.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

/// A whole number with separators between thousands.
pub fn count(number: usize) -> String {
    let text = figure(number as f64);
    text.split('.').next().unwrap_or_default().to_owned()
}

/// The machine in a few words.
pub fn machine() -> String {
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{}, {cores} cores, {}",
        model.as_deref().unwrap_or(std::env::consts::ARCH),
        std::env::consts::OS
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures() {
        for (value, text) in [
            (0.123, "0.12"),
            (45.67, "45.7"),
            (999.94, "999.9"),
            (1_000.0, "1,000"),
            (1_234_567.0, "1,234,567"),
            (-2_000.0, "-2,000"),
        ] {
            assert_eq!(figure(value), text);
        }
    }

    #[test]
    fn counts() {
        assert_eq!([1, 19, 2_244].map(count), ["1", "19", "2,244"]);
    }

    #[test]
    fn tables() {
        let mut table = Table::new(&["engine", "events/s"]);
        table.row(vec!["a".to_owned(), "1".to_owned()]);
        assert_eq!(
            table.to_string(),
            "| engine | events/s |\n| --- | ---: |\n| a | 1 |\n"
        );
    }
}
