//! Texts that fit several patterns at once.

use sigwright_ir::pred::{Anchor, Part, Pattern, StrOp};

/// What stands for `*` and at open ends, the emptiest first.
const FILLERS: [&str; 8] = ["", "x", " ", "7", "ab", "\\", "%_", "é\n"];
/// What stands for `?`.
const ONE: [char; 4] = ['a', '1', ' ', '_'];
/// What stands between two parts.
const BETWEEN: [&str; 7] = ["", " ", "x", "\\", "/", ".", "\n"];
/// What stands before a text with an open start that begins like this, so that it looks as it
/// does in a log.
const BEFORE: [(&str, &[&str]); 6] = [
    ("\\CurrentVersion", &["HKLM\\SOFTWARE\\Microsoft\\Windows"]),
    ("\\SOFTWARE\\", &["HKLM"]),
    (
        "\\",
        &["C:\\Tools", "D:\\Apps", "\\Device\\HarddiskVolume2"],
    ),
    ("/", &["/opt/app"]),
    (".", &["C:\\Tools\\file", "file"]),
    (" ", &["tool"]),
];

/// A pattern filled in.
pub fn filled(pattern: &Pattern, many: &str, one: char) -> String {
    let mut text = String::new();
    for part in pattern.parts() {
        match part {
            Part::Text(literal) => text.push_str(literal),
            Part::One => text.push(one),
            Part::Many => text.push_str(many),
            Part::Dash(dash) => text.push(*dash),
            Part::Placeholder(_) => {}
        }
    }
    text
}

/// Texts that may fit all of `asked` and contain one of `samples`, the plainest first; `tried`
/// says when there are enough.
pub fn fitting(
    asked: &[&StrOp],
    samples: &[String],
    turn: usize,
    tried: &mut dyn FnMut(String) -> bool,
) -> bool {
    let of = |anchor: Anchor| {
        let mut found: Vec<&Pattern> = asked
            .iter()
            .filter(|op| op.anchor == anchor)
            .map(|op| &op.pattern)
            .collect();
        found.sort_by_key(|pattern| std::cmp::Reverse(filled(pattern, "", 'a').chars().count()));
        found
    };
    let (whole, start, end) = (of(Anchor::Whole), of(Anchor::Start), of(Anchor::End));
    let inside: Vec<&Pattern> = asked
        .iter()
        .filter(|op| op.anchor == Anchor::Contains)
        .map(|op| &op.pattern)
        .collect();
    let none = [String::new()];
    let samples = if samples.is_empty() {
        &none[..]
    } else {
        samples
    };
    for round in 0..FILLERS.len() * 2 {
        let many = FILLERS.iter().cycle().nth(round + turn).unwrap_or(&"");
        let one = ONE.iter().cycle().nth(round + turn).unwrap_or(&'a');
        for sample in samples
            .iter()
            .take(if round == 0 { samples.len() } else { 4 })
        {
            let mut parts: Vec<String> = inside.iter().map(|p| filled(p, many, *one)).collect();
            if !sample.is_empty() {
                parts.push(sample.clone());
            }
            let parts = without_covered(parts);
            if !whole.is_empty() {
                for pattern in &whole {
                    let joined = parts.join(" ");
                    if tried(filled(pattern, many, *one)) || tried(filled(pattern, &joined, *one)) {
                        return true;
                    }
                    let joined = format!("{many}{joined}{many}");
                    if tried(filled(pattern, &joined, *one)) {
                        return true;
                    }
                }
                continue;
            }
            let head = start.first().map(|p| filled(p, many, *one));
            let tail = end.first().map(|p| filled(p, many, *one));
            if ends(&parts, head.as_deref(), tail.as_deref(), many, tried) {
                return true;
            }
        }
    }
    false
}

/// Head, parts and tail, put together in several ways.
fn ends(
    parts: &[String],
    head: Option<&str>,
    tail: Option<&str>,
    many: &str,
    tried: &mut dyn FnMut(String) -> bool,
) -> bool {
    let backwards: Vec<String> = parts.iter().rev().cloned().collect();
    let orders = [parts, backwards.as_slice()];
    let orders = orders.iter().take(if parts.len() > 1 { 2 } else { 1 });
    for order in orders {
        for between in BETWEEN {
            let all: Vec<&str> = head
                .into_iter()
                .chain(order.iter().map(String::as_str))
                .chain(tail)
                .collect();
            let (Some(first), true) = (all.first(), true) else {
                return tried(many.to_owned()) || tried("x".to_owned());
            };
            let joined = all.join(between);
            if head.is_none() {
                let looks = BEFORE.iter().find(|(begin, _)| first.starts_with(begin));
                for before in looks.map_or(&[][..], |(_, before)| before) {
                    if tried(format!("{before}{joined}")) {
                        return true;
                    }
                }
            }
            let overlapped = all
                .iter()
                .fold(String::new(), |made, part| overlap(&made, part));
            if tried(joined.clone()) || tried(overlapped) {
                return true;
            }
            if head.is_none() && tried(format!("{many}{joined}")) {
                return true;
            }
            if tail.is_none() && tried(format!("{joined}{many}")) {
                return true;
            }
            if head.is_none() && tail.is_none() && tried(format!("{many}{joined}{many}")) {
                return true;
            }
            if head.is_some() && tail.is_some() && tried(all.join(many)) {
                return true;
            }
        }
    }
    false
}

/// Two texts with what the end of one and the start of the other have in common only once.
fn overlap(before: &str, after: &str) -> String {
    let mut cut: Vec<usize> = after.char_indices().map(|(place, _)| place).collect();
    cut.push(after.len());
    for place in cut.into_iter().rev() {
        let (common, rest) = after.split_at_checked(place).unwrap_or(("", after));
        let shared = before.len().checked_sub(common.len());
        let end = shared.and_then(|start| before.get(start..));
        if end.is_some_and(|end| end.eq_ignore_ascii_case(common)) {
            return format!("{before}{rest}");
        }
    }
    format!("{before}{after}")
}

/// Parts without those that others contain.
fn without_covered(parts: Vec<String>) -> Vec<String> {
    let folded: Vec<String> = parts.iter().map(|part| part.to_lowercase()).collect();
    let covered = |place: usize| {
        let mine = folded.get(place).map_or("", String::as_str);
        folded.iter().enumerate().any(|(other, text)| {
            other != place && text.contains(mine) && (text.len() > mine.len() || other < place)
        })
    };
    let keep: Vec<bool> = (0..parts.len()).map(|place| !covered(place)).collect();
    let kept = parts.into_iter().zip(keep);
    kept.filter_map(|(part, keep)| keep.then_some(part))
        .collect()
}

/// Texts that are nearly this one.
pub fn near(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let other = |c: char| match c {
        'x' | 'X' => 'y',
        c if c.is_ascii_digit() => {
            if c == '0' {
                '1'
            } else {
                '0'
            }
        }
        _ => 'x',
    };
    let mut made = Vec::new();
    let mut without_last = chars.clone();
    if let Some(last) = without_last.pop() {
        made.push(without_last.iter().chain([&other(last)]).collect());
        made.push(without_last.iter().collect());
    }
    made.push(format!("{text}x"));
    if let Some(first) = chars.first() {
        made.push(
            std::iter::once(other(*first))
                .chain(chars.iter().skip(1).copied())
                .collect(),
        );
    }
    made.push(chars.iter().skip(1).collect());
    made.push(format!("x{text}"));
    // each character in turn, where the text is not long
    if chars.len() <= 200 {
        for place in (0..chars.len()).rev() {
            let swap = |(at, c): (usize, &char)| if at == place { other(*c) } else { *c };
            made.push(chars.iter().enumerate().map(swap).collect());
        }
        for place in (0..chars.len()).rev() {
            let kept = chars.iter().enumerate().filter(|(at, _)| *at != place);
            made.push(kept.map(|(_, c)| *c).collect());
        }
    }
    made.push(
        chars
            .iter()
            .map(|c| match c.is_lowercase() {
                true => c.to_uppercase().next().unwrap_or(*c),
                false => c.to_lowercase().next().unwrap_or(*c),
            })
            .collect(),
    );
    made
}
