//! What one dialect of SQL says in words of its own about times and windows: data.

/// How a dialect spells what standard SQL leaves open. Windows themselves are the same
/// everywhere: times are whole microseconds, and a frame is a range of them.
#[derive(Debug, Clone, Copy)]
pub struct Timeline {
    /// `{field}`: the text of a value, case folded.
    pub folded: &'static str,
    /// `{field}`: the number it is or spells, NULL for anything else.
    pub number: &'static str,
    /// `{value}`: an exact number as a floating-point one.
    pub real: &'static str,
    /// `{field}`: microseconds since 1970 of a time, as text or of the engine's own types;
    /// NULL for anything else.
    pub micros: &'static str,
    /// `{field}`, `{per}`: the same of a number of which a second has `{per}`.
    pub scaled: &'static str,
    /// `{micros}`: as a time for people.
    pub shown: &'static str,
    /// How rows are followed that name the next.
    pub follow: Follow,
    /// `{values}`, `{distinct}`, `{value}`, `{alias}`: what is put behind the table for a row
    /// for each of the values of nested JSON, the column `value`; None for columns.
    pub each: Option<&'static str>,
}

/// Rows of a group are numbered, and each names the number of the one to go on with; the first
/// is 1. Which rows are come to?
#[derive(Debug, Clone, Copy)]
pub enum Follow {
    /// Asked of a recursive query, before the name of which a word may stand.
    Recursive,
    /// Asked of arrays.
    Folded {
        /// An aggregate of the columns `n` and `next`: the numbers come to.
        reached: &'static str,
        /// `{reached}`, `{n}`: whether a number is among them.
        among: &'static str,
    },
}
