//! The `sigwright` command.
fn main() {}
