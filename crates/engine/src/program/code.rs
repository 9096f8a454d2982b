//! A rule's expression as jump code: test a predicate, go on at one of two places.

/// Where the code ends with yes.
pub(super) const YES: u32 = u32::MAX;
/// Where the code ends with no.
pub(super) const NO: u32 = u32::MAX - 1;

/// One test.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jump {
    pub(super) test: Test,
    pub(super) yes: u32,
    pub(super) no: u32,
}

/// What a jump asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    /// A bit that the scan of the event has set or not.
    Bit(u32),
    /// Some bit from one to another, both included.
    AnyBit(u32, u32),
    /// Worked out when asked, once per event.
    Lazy(u32),
}

/// The code of all rules of a plan.
#[derive(Debug, Default)]
pub(super) struct Code {
    jumps: Vec<Jump>,
}

impl Code {
    /// Adds a test and gives its place. Targets come first: code is built back to front.
    pub(super) fn push(&mut self, test: Test, yes: u32, no: u32) -> u32 {
        let at = u32::try_from(self.jumps.len()).unwrap_or(NO);
        self.jumps.push(Jump { test, yes, no });
        at
    }

    /// Runs from `at`; `ask` answers the tests.
    pub(super) fn run(&self, mut at: u32, mut ask: impl FnMut(Test) -> bool) -> bool {
        while let Some(jump) = self.jumps.get(at as usize) {
            at = if ask(jump.test) { jump.yes } else { jump.no };
        }
        at == YES
    }
}
