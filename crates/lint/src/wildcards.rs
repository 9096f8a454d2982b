//! Wildcards and escapes in Sigma strings (rules specification, "Escaping").

/// The places and signs of the wildcards of a text; escaped ones are none.
pub(crate) fn wildcards(text: &str) -> impl Iterator<Item = (usize, char)> {
    signs(text).filter_map(|(at, sign, escaped)| (!escaped).then_some((at, sign)))
}

/// The places of the backslashes that make a `*` or `?` plain, and what they make plain.
pub(crate) fn escaped(text: &str) -> impl Iterator<Item = (usize, char)> {
    signs(text).filter_map(|(at, sign, escaped)| escaped.then_some((at, sign)))
}

/// Every `*` and `?`, plain ones with the place of their backslash.
fn signs(text: &str) -> impl Iterator<Item = (usize, char, bool)> {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            match chars.next()? {
                (at, sign @ ('*' | '?')) => return Some((at, sign, false)),
                (at, '\\') => match chars.peek() {
                    Some(&(_, sign @ ('*' | '?'))) => {
                        chars.next();
                        return Some((at, sign, true));
                    }
                    Some((_, '\\')) => {
                        chars.next();
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_makes_a_wildcard_plain() {
        assert_eq!(wildcards(r"a*b?").collect::<Vec<_>>(), [(1, '*'), (3, '?')]);
        assert_eq!(wildcards(r"a\*b\\*").collect::<Vec<_>>(), [(6, '*')]);
        assert_eq!(
            escaped(r"a\*b\\*\?").collect::<Vec<_>>(),
            [(1, '*'), (7, '?')]
        );
        assert_eq!(wildcards(r"\x*\").collect::<Vec<_>>(), [(2, '*')]);
    }
}
