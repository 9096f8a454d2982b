//! A request and how it went.

use crate::cast::Who;
use crate::resource::Resource;

/// How much of a request is recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Level {
    #[default]
    Metadata,
    RequestResponse,
}

/// When in the life of a request a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Received,
    Started,
    Complete,
}

/// How the object is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Name {
    /// All of them, or one that has no name yet.
    #[default]
    None,
    /// Just this.
    Plain(&'static str),
    /// This, a dash and another.
    Joined(&'static str, &'static str),
    /// This, a dash and five characters that stand for the number.
    Generated(&'static str, u64),
    /// A pod: application, replica set and five characters.
    Pod(&'static str, &'static str, u64),
}

/// What the bodies are about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Body {
    /// What such a request usually carries.
    #[default]
    Usual,
    /// A pod that owns its node.
    PrivilegedPod,
    /// A binding of the role `cluster-admin` to that user.
    AdminBinding(&'static str),
    /// A role that allows everything.
    StarRole,
}

/// One request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Request {
    pub(crate) audit: [u64; 2],
    /// Microseconds since 1970.
    pub(crate) received: i64,
    /// When the answer, or the first of it, was written.
    pub(crate) answered: i64,
    /// When a stream ended.
    pub(crate) ended: i64,
    pub(crate) who: Who,
    /// The user that the client asked to be taken for.
    pub(crate) acting_as: &'static str,
    pub(crate) verb: &'static str,
    pub(crate) target: Resource,
    pub(crate) namespace: &'static str,
    pub(crate) name: Name,
    /// The path itself where the target is none; else what follows the question mark.
    pub(crate) query: &'static str,
    pub(crate) code: u16,
    /// A refusal by the authorizer rather than by something later.
    pub(crate) forbidden: bool,
    pub(crate) level: Level,
    pub(crate) body: Body,
    /// The object's revision.
    pub(crate) revision: u64,
    /// Part of the incident.
    pub(crate) story: bool,
}

impl Request {
    /// Does the answer begin long before it ends?
    pub(crate) fn streams(&self) -> bool {
        self.verb == "watch" || matches!(self.target.sub, "exec" | "log")
    }

    /// How many lines it leaves.
    pub(crate) fn lines(&self) -> u64 {
        if self.streams() && self.code < 400 {
            3
        } else {
            2
        }
    }
}
