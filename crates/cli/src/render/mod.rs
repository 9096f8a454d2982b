//! Everything that is printed, in every form.

pub mod alert;
pub mod diagnostic;
pub mod escape;
pub mod explanation;
pub mod finding;
pub mod history;
pub mod json;
pub mod paint;
