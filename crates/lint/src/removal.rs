//! Taking a value out of a list, with its line.

use sigwright_syntax::{Edit, Fix, Sources, Span};

/// Removes the line a value of a list stands on; None where something else stands there too.
/// Where that is a comment, the change has to be asked for.
pub(crate) fn of_value(sources: &Sources, span: Span, title: &str) -> Option<Fix> {
    let text = sources.get(span.source)?.text.as_str();
    let (start, end) = (span.start as usize, span.end as usize);
    let line = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let after = text.get(end..)?;
    let rest = after
        .find('\n')
        .map_or(after, |at| after.get(..=at).unwrap_or(after));
    let dash = text.get(line..start)?.trim().strip_prefix('-')?;
    let behind = rest.trim();
    let one_line = !text.get(start..end)?.contains('\n');
    if !dash.is_empty() || !one_line || !(behind.is_empty() || behind.starts_with('#')) {
        return None;
    }
    let whole = Span {
        source: span.source,
        start: u32::try_from(line).ok()?,
        end: u32::try_from(end + rest.len()).ok()?,
    };
    let edits = vec![Edit::remove(whole)];
    Some(match behind.is_empty() {
        true => Fix::safe(title, edits),
        false => Fix::risky(title, edits),
    })
}
