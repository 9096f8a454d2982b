//! What a rule file may cost: one table, each row with a message and a test.

/// Bounds on one rule file. Rules may come from strangers, so every bound is a diagnostic
/// and never a crash. The default suits any rule a person would write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file (`file-too-large`).
    pub file_bytes: usize,
    /// YAML collections inside each other (`nesting-too-deep`).
    pub depth: usize,
    /// Nodes that anchors and aliases may copy in one document (`alias-too-large`).
    pub alias_nodes: usize,
    /// Bytes of text that anchors and aliases may copy in one document (`alias-too-large`).
    pub alias_bytes: usize,
    /// Parentheses and negations inside each other in a condition (`condition-too-deep`).
    pub condition_depth: usize,
    /// Bytes of one condition (`condition-too-long`).
    pub condition_bytes: usize,
    /// Selections of one detection (`too-many-selections`).
    pub selections: usize,
    /// Different patterns after `1 of` and `all of` in one detection (`too-many-selectors`).
    pub selectors: usize,
    /// Values of one item (`too-many-values`).
    pub values: usize,
    /// Modifiers on one key (`too-many-modifiers`).
    pub modifiers: usize,
    /// Seconds of a timespan (`bad-timespan`).
    pub timespan: u64,
    /// Variations of one rule (`too-many-variations`).
    pub variations: usize,
    /// Nodes that `action: global` and `action: repeat` may copy in one file
    /// (`action-too-large`).
    pub action_nodes: usize,
    /// Names that are looked up for `did you mean`; later messages go without.
    pub hints: usize,
    /// Messages kept per file; what follows is counted in one note (`too-many-messages`).
    pub messages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            file_bytes: 16 << 20,
            depth: 100,
            alias_nodes: 10_000,
            alias_bytes: 1 << 20,
            condition_depth: 64,
            condition_bytes: 1 << 20,
            selections: 10_000,
            selectors: 1_000,
            values: 1_000_000,
            modifiers: 16,
            timespan: 100 * 31_556_952,
            variations: 64,
            action_nodes: 200_000,
            hints: 100,
            messages: 1_000,
        }
    }
}
