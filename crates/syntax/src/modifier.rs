//! The table of modifiers: what each takes, what it excludes, what it is for.

/// A value modifier (modifiers appendix of the specification).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// `contains`
    Contains,
    /// `startswith`
    StartsWith,
    /// `endswith`
    EndsWith,
    /// `all`
    All,
    /// `exists`
    Exists,
    /// `cased`
    Cased,
    /// `neq`
    Neq,
    /// `windash`
    WinDash,
    /// `re`
    Re,
    /// `i`, `ignorecase`
    IgnoreCase,
    /// `m`, `multiline`
    MultiLine,
    /// `s`, `dotall`
    DotAll,
    /// `base64`
    Base64,
    /// `base64offset`
    Base64Offset,
    /// `utf16le`, `wide`
    Utf16Le,
    /// `utf16be`
    Utf16Be,
    /// `utf16`
    Utf16,
    /// `cidr`
    Cidr,
    /// `lt`
    Lt,
    /// `lte`
    Lte,
    /// `gt`
    Gt,
    /// `gte`
    Gte,
    /// `minute`
    Minute,
    /// `hour`
    Hour,
    /// `day`
    Day,
    /// `week`
    Week,
    /// `month`
    Month,
    /// `year`
    Year,
    /// `expand`
    Expand,
    /// `fieldref`
    FieldRef,
}
