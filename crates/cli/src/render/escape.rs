//! Text of rules and events, made safe for a terminal.
//!
//! Control characters (C0, DEL, C1), the characters that turn the direction of text and
//! those without width are written as escapes, so that no text can move the cursor, change
//! colours or show itself in another order.

use std::borrow::Cow;

/// Whether a character could do anything but stand there.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}'      // zero width, direction marks
            | '\u{2028}'..='\u{202e}'    // line separators, direction embeddings
            | '\u{2060}'..='\u{206f}'    // invisible operators, direction isolates
            | '\u{061c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}') // tags
}

fn push_escaped(c: char, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if (c as u32) < 0x100 => out.push_str(&format!("\\x{:02x}", c as u32)),
        c => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
    }
}

/// A text on one line.
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, is_harmful)
}

/// A text whose line ends and tabs stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| is_harmful(c) && !matches!(c, '\n' | '\t'))
}

/// A text of several lines whose bytes are to stay where they are as far as can be: carriage
/// returns before a line feed stay, too.
pub fn source(text: &str) -> Cow<'_, str> {
    let mut rest = text.chars().peekable();
    let harmful = |c: char| is_harmful(c) && !matches!(c, '\n' | '\t');
    let clean = !text.contains(|c| harmful(c) && c != '\r')
        && text.matches('\r').count() == text.matches("\r\n").count();
    if clean {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    while let Some(c) = rest.next() {
        if harmful(c) && !(c == '\r' && rest.peek() == Some(&'\n')) {
            push_escaped(c, &mut out);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// At most `width` columns of a text on one line; what is cut is shown by `…`.
pub fn short(text: &str, width: usize) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    // cut before escaping, too: the text may be huge
    let end = text
        .char_indices()
        .nth(width.saturating_add(1))
        .map_or(text.len(), |(at, _)| at);
    let text = line(text.get(..end).unwrap_or(text));
    if text.width() <= width {
        return text.into_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used >= width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

fn escape(text: &str, harmful: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if harmful(c) {
            push_escaped(c, &mut out);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through() {
        assert_eq!(
            line("a\x1b[31mb\nc\u{9b}d\u{202e}"),
            "a\\x1b[31mb\\nc\\x9bd\\u{202e}"
        );
        assert!(matches!(line("plain ✓ text"), Cow::Borrowed(_)));
    }

    #[test]
    fn line_ends_of_a_source_stay() {
        assert!(matches!(source("a\r\n\tb\n"), Cow::Borrowed(_)));
        assert_eq!(source("a\rb\r\n\x1b"), "a\\rb\r\n\\x1b");
    }

    #[test]
    fn what_is_cut_is_shown() {
        assert_eq!(short("abcdef", 6), "abcdef");
        assert_eq!(short("abcdefg", 6), "abcde…");
        assert_eq!(short("日本語", 5), "日本…");
        assert_eq!(short(&"x".repeat(1 << 20), 3), "xx…");
    }
}
