//! What several events mean together: correlations, first-seen baselines, suppression,
//! activation and variations.
//!
//! Comes in: [`Observation`]s, made by an [`Observer`] per thread where a rule matched an
//! event. Goes out: [`Speech`], alerts and the findings of rules that must wait for what
//! came before. The [`Correlator`] between them is a state machine on the events' own time:
//! it reads no clock and opens no file, and the same observations in the same order give the
//! same speech. docs/correlation.md states the meaning.

mod alert;
mod baseline;
mod group;
mod hints;
mod key;
mod machine;
mod observation;
mod observer;
mod order;
mod snapshot;
mod speech;
mod station;
mod store;
mod terms;
#[cfg(test)]
mod tests;
mod trail;
pub mod window;
mod wiring;

pub use alert::{Alert, Cause, RiskShown, Speech};
pub use baseline::TermRecord;
pub use hints::risk;
pub use machine::{Correlator, Counts, Lateness, Options};
pub use observation::{Fields, Observation, Place};
pub use observer::{Begin, Observer, Unseen};
pub use order::Newest;
pub use snapshot::{
    GroupRecord, OwnerRecord, Restored, owners, read_begin, read_group, read_owner,
    read_suppression, read_term, read_waiting,
};
pub use station::OpenGroup;
pub use store::{Key, Kind, Memory, NoStore, Store, StoreError};
pub use wiring::{Voice, Wiring};
