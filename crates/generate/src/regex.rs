//! Short texts in which a regular expression is found: a walk through what it is made of.
//!
//! What a walk does not see (anchors, boundaries, look-around, back-references) is left to
//! whoever tries the texts.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use sigwright_ir::pred::Regex;

/// How many texts are made of one expression.
const WALKS: usize = 12;
/// Longest text.
const MOST: usize = 4_096;
/// Characters looked for in a class, the plainest first.
const PLAIN: [&str; 4] = ["a0 /\\-_.", "k7-.\\", "Z9_", "x5 "];

/// Texts in which the expression may be found, each once, the plainest first.
pub fn texts(regex: &Regex) -> Vec<String> {
    let mut made: Vec<String> = Vec::new();
    let plain = parse(regex, &regex.pattern);
    let bare;
    let (hir, ahead) = match plain {
        Some(hir) => (hir, Vec::new()),
        None => {
            bare = without_looks(&regex.pattern);
            match parse(regex, &bare.pattern) {
                Some(hir) => (
                    hir,
                    bare.ahead.iter().filter_map(|a| parse(regex, a)).collect(),
                ),
                None => return made,
            }
        }
    };
    let mut push = |text: String| {
        if text.len() <= MOST && !made.contains(&text) {
            made.push(text);
        }
    };
    for walk in 0..WALKS {
        let mut text = String::new();
        sample(&hir, walk, &mut text);
        let seen: String = ahead
            .iter()
            .map(|hir| {
                let mut text = String::new();
                sample(hir, walk, &mut text);
                text
            })
            .collect();
        if !seen.is_empty() {
            push(format!("{text}{seen}"));
            push(format!("{seen}{text}"));
            push(seen);
        }
        push(text);
    }
    made
}

fn parse(regex: &Regex, pattern: &str) -> Option<Hir> {
    ParserBuilder::new()
        .case_insensitive(regex.ignore_case)
        .multi_line(regex.multi_line)
        .dot_matches_new_line(regex.dot_all)
        .build()
        .parse(pattern)
        .ok()
}

/// A pattern whose look-around was taken out, back-references written as the groups they
/// mean, possessive marks and atomic groups as plain ones.
struct Bare {
    pattern: String,
    /// What must be seen ahead or behind.
    ahead: Vec<String>,
}

fn without_looks(pattern: &str) -> Bare {
    let chars: Vec<char> = pattern.chars().collect();
    let mut bare = Bare {
        pattern: String::new(),
        ahead: Vec::new(),
    };
    // groups in the order they open, and where each begins in what is written
    let (mut open, mut groups): (Vec<Option<usize>>, Vec<String>) = (Vec::new(), Vec::new());
    let mut starts: Vec<usize> = Vec::new();
    let at = |place: usize| chars.get(place).copied();
    let mut place = 0;
    let mut in_class = false;
    while let Some(c) = at(place) {
        let rest: String = chars.iter().skip(place).take(4).collect();
        if c == '\\' {
            let group = at(place + 1).and_then(|d| d.to_digit(10)).unwrap_or(0) as usize;
            match groups.get(group.wrapping_sub(1)) {
                Some(meant) if !in_class => {
                    let meant = meant.clone();
                    bare.pattern.push_str(&format!("(?:{meant})"));
                }
                _ => bare
                    .pattern
                    .extend([Some(c), at(place + 1)].into_iter().flatten()),
            }
            place += 2;
            continue;
        }
        match c {
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        let look = ["(?=", "(?!", "(?<=", "(?<!"]
            .into_iter()
            .find(|look| rest.starts_with(look));
        if let (Some(look), false) = (look, in_class) {
            let end = closing(&chars, place);
            let inside: String = chars.iter().take(end).skip(place + look.len()).collect();
            if look.ends_with('=') {
                bare.ahead.push(without_looks(&inside).pattern);
            }
            place = end + 1;
            continue;
        }
        if !in_class && c == '(' {
            if rest.starts_with("(?>") {
                bare.pattern.push_str("(?:");
                open.push(None);
                place += 3;
                continue;
            }
            let captures = !rest.starts_with("(?") || rest.starts_with("(?P<");
            open.push(captures.then_some(groups.len()));
            if captures {
                groups.push(String::new());
                starts.push(bare.pattern.len() + 1);
            }
        }
        if !in_class
            && c == ')'
            && let Some(Some(group)) = open.pop()
        {
            let start = starts.get(group).copied().unwrap_or_default();
            let text = bare.pattern.get(start..).unwrap_or_default().to_owned();
            if let Some(slot) = groups.get_mut(group) {
                *slot = text;
            }
        }
        let possessive = !in_class
            && c == '+'
            && place > 0
            && matches!(at(place - 1), Some('+' | '*' | '?' | '}'));
        if !possessive {
            bare.pattern.push(c);
        }
        place += 1;
    }
    bare
}

/// The place of the parenthesis that closes the one at `open`.
fn closing(chars: &[char], open: usize) -> usize {
    let (mut depth, mut in_class, mut escaped) = (0usize, false, false);
    for (place, c) in chars.iter().enumerate().skip(open) {
        if escaped {
            escaped = false;
            continue;
        }
        match c {
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => {
                depth -= 1;
                if depth == 0 {
                    return place;
                }
            }
            _ => {}
        }
    }
    chars.len()
}

/// One walk: where there is a choice, its number says which is taken.
fn sample(hir: &Hir, walk: usize, to: &mut String) {
    if to.len() > MOST {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => {}
        HirKind::Literal(literal) => to.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let has = |c: &char| {
                let mut ranges = class.ranges().iter();
                ranges.any(|range| range.start() <= *c && *c <= range.end())
            };
            let plain = PLAIN.iter().cycle().skip(walk).take(PLAIN.len());
            let one = plain.flat_map(|plain| plain.chars()).find(has);
            let first = || class.ranges().first().map(|range| range.start());
            to.extend(one.or_else(first));
        }
        HirKind::Repetition(repeated) => {
            let more = u32::try_from(walk).unwrap_or(0) % 3;
            let most = repeated.max.unwrap_or(u32::MAX);
            for _ in 0..repeated.min.saturating_add(more).min(most) {
                if to.len() > MOST {
                    return;
                }
                sample(&repeated.sub, walk, to);
            }
        }
        HirKind::Capture(capture) => sample(&capture.sub, walk, to),
        HirKind::Concat(parts) => parts.iter().for_each(|part| sample(part, walk, to)),
        HirKind::Alternation(parts) => {
            if let Some(part) = parts.get(walk % parts.len().max(1)) {
                sample(part, walk, to);
            }
        }
    }
}
