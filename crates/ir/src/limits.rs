//! What one rule may cost, in one table. Rules may come from strangers: each limit ends in a
//! diagnostic at the place that passes it, before the work is done.

/// The limits of lowering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Values of one document after expansion, each of which becomes a predicate.
    pub values: usize,
    /// Variants that one value may stand for: the product of its placeholders' lists.
    pub variants: usize,
    /// Variants of one value whose dashes an encoding needs spelled out, five to each.
    pub encoded_variants: usize,
    /// Bytes of these variants together.
    pub encoded_bytes: usize,
    /// Bytes of the variants that placeholders make, together.
    pub variant_bytes: usize,
    /// Bytes of one pattern or regular expression.
    pub pattern: usize,
    /// `?` and dashes of `windash` in one pattern.
    pub wildcards: usize,
    /// Nested groups in a regular expression.
    pub regex_nesting: u32,
    /// Estimated bytes of a regular expression once compiled; what stays below compiles
    /// within the 10 MiB that the `regex` crate allows by default.
    pub regex_size: usize,
    /// Estimated bytes of all regular expressions of one document, at least 4 KiB for each.
    pub regexes_size: usize,
    /// Estimated bytes of all different regular expressions, over all documents; those of
    /// the 2,244 public rules of SigmaHQ take 9 MiB.
    pub all_regexes_size: usize,
    /// Bytes of a regular expression whose size cannot be estimated, since it uses more than
    /// look-around and back-references.
    pub odd_regex: usize,
    /// Levels of nesting in a document's logic: selections, array selectors and conditions
    /// together.
    pub depth: usize,
    /// Selections that a document's conditions name, counted each time they are named.
    pub terms: usize,
    /// Messages about one document; what follows is not looked at.
    pub messages: usize,
    /// Entries of `rules` in a `temporal_ordered` correlation.
    pub steps: usize,
    /// Fields of a `group-by` or of a tuple.
    pub key_fields: usize,
    /// Aggregates of a `stats` correlation.
    pub aggregates: usize,
    /// Names in a boolean condition over rules.
    pub named_rules: usize,
    /// Alternatives of a boolean condition over rules, once in disjunctive form.
    pub disjuncts: usize,
    /// Fields of a message, and entities.
    pub shown_fields: usize,
    /// What correlations ask of the events that rules below them match, over all documents:
    /// fields and questions, counted once for each reference. The fields of groups and
    /// measures have as much room again.
    pub observed: usize,
    /// Correlations over correlations, one above the other.
    pub chain: usize,
    /// How often filters are joined to rules, over all documents.
    pub filtered: usize,
    /// Names of rules that are looked up for `did you mean`, over all documents; later
    /// messages go without.
    pub hints: usize,
}

/// The limits in force.
pub const LIMITS: Limits = Limits {
    values: 1_000_000,
    variants: 1_000_000,
    encoded_variants: 3_125,
    encoded_bytes: 4 << 20,
    variant_bytes: 64 << 20,
    pattern: 32_768,
    wildcards: 256,
    regex_nesting: 128,
    regex_size: 8 << 20,
    regexes_size: 64 << 20,
    all_regexes_size: 512 << 20,
    odd_regex: 1_024,
    depth: 128,
    terms: 1_000_000,
    messages: 100,
    steps: 64,
    key_fields: 16,
    aggregates: 64,
    named_rules: 1_000,
    disjuncts: 64,
    shown_fields: 64,
    observed: 1_000_000,
    chain: 16,
    filtered: 1_000_000,
    hints: 100,
};
