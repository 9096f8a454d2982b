//! Everything that is printed, in every form.

pub mod alert;
pub mod diagnostic;
pub mod escape;
pub mod explanation;
pub mod finding;
pub mod github;
pub mod history;
pub mod json;
pub mod junit;
pub mod paint;
pub mod patch;
pub mod place;
pub mod sarif;
