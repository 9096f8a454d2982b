//! Helpers the suites share.

/// `SIGWRIGHT_EVERY=n`: of the public rules only every n-th is tried, where trying all of them
/// takes long; all where it is not set.
pub fn every() -> usize {
    let asked = std::env::var("SIGWRIGHT_EVERY").ok();
    asked.map_or(1, |n| n.parse().expect("SIGWRIGHT_EVERY is a number"))
}
