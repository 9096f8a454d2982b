//! Strings as YAML in the layout that people have from PyYAML: lines of 80 characters, the
//! plainest style that reads back as the same string (YAML 1.1).

/// Lines are broken at the first blank behind this column.
const WIDTH: usize = 80;

/// `key: value` at an indent, without an end of line; None is null.
pub fn pair(indent: usize, key: &str, value: Option<&str>) -> String {
    let mut text = format!("{}{key}:", " ".repeat(indent));
    match value {
        Some(value) => {
            let column = indent + key.chars().count() + 1;
            text.push_str(&scalar(value, indent + 2, column));
        }
        None => text.push_str(" null"),
    }
    text
}

/// A string behind a blank, from `column` on; its next lines have an indent.
fn scalar(value: &str, indent: usize, column: usize) -> String {
    let mut lines = Lines {
        text: " ".to_owned(),
        column: column + 1,
        indent,
    };
    let shape = Shape::of(value);
    if shape.plain && !is_other_type(value) {
        lines.folded(value, |lines, word| lines.push(word));
    } else if shape.single {
        lines.push("'");
        lines.folded(value, |lines, word| lines.push(&word.replace('\'', "''")));
        lines.push("'");
    } else {
        lines.double(value);
    }
    lines.text
}

/// The styles that can hold a string.
struct Shape {
    plain: bool,
    single: bool,
}

impl Shape {
    fn of(value: &str) -> Shape {
        let chars: Vec<char> = value.chars().collect();
        let at = |i: usize| chars.get(i).copied();
        let blank = |c: Option<char>| c.is_none_or(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
        let is_break = |c: &char| matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let mut shape = Shape {
            plain: !chars.is_empty(),
            single: true,
        };
        if value.starts_with("---") || value.starts_with("...") {
            shape.plain = false;
        }
        for (i, c) in chars.iter().enumerate() {
            let next = at(i + 1);
            let before = i.checked_sub(1).and_then(at);
            let indicator = match c {
                '#' if i > 0 => blank(before),
                ':' if i > 0 => blank(next),
                '?' | ':' | '-' if i == 0 => blank(next),
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
                | '%' | '@' | '`' => i == 0,
                _ => false,
            };
            if indicator || is_break(c) {
                shape.plain = false;
            }
            if !matches!(c, '\n' | ' '..='~') {
                shape = Shape {
                    plain: false,
                    single: false,
                };
                break;
            }
            // a blank beside a line's end would be lost
            let around = (*c == ' ' && next.as_ref().is_some_and(is_break))
                || (is_break(c) && next == Some(' '));
            if around {
                shape.plain = false;
                shape.single = false;
            }
        }
        let edge = |c: Option<&char>| c.is_some_and(|c| *c == ' ' || is_break(c));
        if edge(chars.first()) || edge(chars.last()) {
            shape.plain = false;
        }
        shape
    }
}

/// Whether a plain string would be read as a number, a truth value, a date or nothing.
fn is_other_type(value: &str) -> bool {
    const WORDS: [&str; 11] = [
        "yes", "no", "true", "false", "on", "off", "null", "~", "=", "<<", "",
    ];
    let lower = value.to_lowercase();
    let number = || {
        let rest = value.strip_prefix(['-', '+']).unwrap_or(value);
        let digits = rest.strip_prefix('.').unwrap_or(rest);
        digits.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| {
                c.is_ascii_hexdigit() || matches!(c, '.' | '_' | ':' | '+' | '-' | 'x' | 'T' | 'Z')
            })
            || matches!(rest.to_lowercase().as_str(), ".inf" | ".nan")
    };
    WORDS.contains(&lower.as_str()) || number()
}

/// Text in lines.
struct Lines {
    text: String,
    column: usize,
    indent: usize,
}

impl Lines {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    fn next(&mut self) {
        self.text.push('\n');
        self.text.push_str(&" ".repeat(self.indent));
        self.column = self.indent;
    }

    /// Words, single blanks between them where a line may end, and line ends, which are doubled.
    fn folded(&mut self, value: &str, write: fn(&mut Lines, &str)) {
        let mut rest = value;
        while let Some(c) = rest.chars().next() {
            let kind = |c: char| (c == ' ', c == '\n');
            let end = rest.find(|other| kind(other) != kind(c));
            let (run, after) = rest
                .split_at_checked(end.unwrap_or(rest.len()))
                .unwrap_or((rest, ""));
            let inside = rest.len() < value.len() && !after.is_empty();
            match c {
                ' ' if run.len() == 1 && inside && self.column > WIDTH => self.next(),
                '\n' => {
                    self.text.push_str(run);
                    self.next();
                }
                _ => write(self, run),
            }
            rest = after;
        }
    }

    fn double(&mut self, value: &str) {
        self.push("\"");
        let chars: Vec<char> = value.chars().collect();
        let last = chars.len().saturating_sub(1);
        // what is not yet written
        let mut waiting = String::new();
        for (i, c) in chars.iter().enumerate() {
            let special = !matches!(c, ' '..='~') || matches!(c, '"' | '\\');
            match special {
                true => {
                    self.push(&std::mem::take(&mut waiting));
                    self.push(&escaped(*c));
                }
                false if *c == ' ' => {}
                false => waiting.push(*c),
            }
            // as the layout counts, a special character is shorter by one
            let here = (self.column + waiting.chars().count()).saturating_sub(usize::from(special));
            let may_end = *c == ' ' || special;
            let ends = i > 0 && i < last && may_end && here > WIDTH;
            if ends {
                self.push(&std::mem::take(&mut waiting));
                self.push("\\");
                self.next();
                let next = if *c == ' ' { Some(c) } else { chars.get(i + 1) };
                if next == Some(&' ') {
                    self.push("\\");
                }
            }
            if *c == ' ' {
                waiting.push(' ');
            }
        }
        self.push(&waiting);
        self.push("\"");
    }
}

fn escaped(c: char) -> String {
    const SHORT: [(char, char); 15] = [
        ('\0', '0'),
        ('\u{7}', 'a'),
        ('\u{8}', 'b'),
        ('\t', 't'),
        ('\n', 'n'),
        ('\u{b}', 'v'),
        ('\u{c}', 'f'),
        ('\r', 'r'),
        ('\u{1b}', 'e'),
        ('"', '"'),
        ('\\', '\\'),
        ('\u{85}', 'N'),
        ('\u{a0}', '_'),
        ('\u{2028}', 'L'),
        ('\u{2029}', 'P'),
    ];
    let code = u32::from(c);
    match SHORT.iter().find(|(special, _)| *special == c) {
        Some((_, short)) => format!("\\{short}"),
        None if code <= 0xff => format!("\\x{code:02X}"),
        None if code <= 0xffff => format!("\\u{code:04X}"),
        None => format!("\\U{code:08X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::pair;

    fn read(text: &str) -> String {
        let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        value["key"].as_str().unwrap().to_owned()
    }

    #[test]
    fn every_string_reads_back() {
        let long = "words ".repeat(40);
        let strings = [
            "plain",
            "",
            " blanks ",
            "two\nlines\n",
            "line \n with blanks",
            "it's: quoted # here",
            "12",
            "yes",
            "2020-01-01",
            "tab\there",
            "ünïcödé \u{1f600} \u{2028}",
            "back\\slash \"quotes\" ünd",
            "- item",
            "[list]",
            long.trim(),
            &format!("ü {long}"),
            &format!("'{long}\n\n{long}"),
        ];
        for string in strings {
            let text = pair(4, "key", Some(string));
            assert_eq!(read(&text), string, "{text}");
        }
        assert_eq!(pair(0, "key", None), "key: null");
    }

    #[test]
    fn lines_end_behind_eighty_columns() {
        let text = pair(0, "key", Some("words ".repeat(40).trim()));
        let first = text.lines().next().unwrap();
        assert!(first.len() > 80 && first.len() <= 86, "{first}");
        assert!(text.lines().nth(1).unwrap().starts_with("  words"));
    }
}
