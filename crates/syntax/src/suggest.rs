//! Did you mean: the known name closest to a wrong one.

/// The candidate that is most like `wrong`, if one is close enough to be a slip of the hand.
pub fn closest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A name this long is no slip, and the comparison costs its length squared.
    if wrong.len() > 64 {
        return None;
    }
    let chars: Vec<char> = wrong.chars().flat_map(char::to_lowercase).collect();
    let allowed = chars.len().div_ceil(3);
    let mut best: Option<(usize, &str)> = None;
    // Enough for any table; a file with a million names must not make this slow.
    for candidate in candidates.into_iter().take(1_000) {
        if candidate.len().abs_diff(wrong.len()) > allowed * 4 || candidate.len() > 256 {
            continue;
        }
        let candidate_chars: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        // that many letters must be put in or left out
        if candidate_chars.len().abs_diff(chars.len()) > allowed {
            continue;
        }
        let distance = distance(&chars, &candidate_chars);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// Edits between two names, case aside: insert, delete, replace, swap neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&last, j) + usize::from(x != y))
                .min(at(&last, j + 1) + 1)
                .min(at(&row, j) + 1);
            let swapped = i > 0
                && j > 0
                && a.get(i - 1) == Some(&y)
                && b.get(j - 1) == Some(&x)
                && !before.is_empty();
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn finds_slips_and_nothing_else() {
        let names = ["contains", "startswith", "endswith", "re"];
        assert_eq!(closest("contians", names), Some("contains"));
        assert_eq!(closest("Contains", names), Some("contains"));
        assert_eq!(closest("startwith", names), Some("startswith"));
        assert_eq!(closest("er", names), Some("re"));
        assert_eq!(closest("zzz", names), None);
    }
}
