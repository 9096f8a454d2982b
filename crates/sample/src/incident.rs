//! The story of somebody who found a token.
//!
//! The token of the service account `ci/deployer` lay in a public build log. From an address outside, it is tried on
//! everything at once and mostly refused; the secrets of its own namespace it may read, and there is a better token.
//! With that one come a pod that owns a node, the key of the cluster's authority, a role of three stars, a binding to
//! `cluster-admin`, and a door left open for clients without any name.

use crate::cast::{Address, Class, Who};
use crate::request::{Body, Level, Name, Request};
use crate::resource::*;

const KUBECTL: &str = "kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9";

/// What was found.
const FOUND: Who = Who {
    class: Class::ServiceAccount,
    name: "deployer",
    namespace: "ci",
    agent: KUBECTL,
    address: Address::At("203.0.113.50"),
};

/// What it led to.
const BETTER: Who = Who {
    name: "backup-operator",
    namespace: "backup",
    ..FOUND
};

/// Nobody in particular, days later perhaps.
const NOBODY: Who = Who {
    class: Class::Anonymous,
    name: "system:anonymous",
    namespace: "",
    agent: "curl/8.14.1",
    address: Address::At("192.0.2.117"),
};

/// A step: seconds since the first, and what is asked.
pub(crate) struct Step {
    pub(crate) after: i64,
    pub(crate) request: Request,
}

fn ask(
    after: i64,
    who: Who,
    verb: &'static str,
    target: Resource,
    namespace: &'static str,
    code: u16,
) -> Step {
    let request = Request {
        who,
        verb,
        target,
        namespace,
        code,
        forbidden: code == 403,
        story: true,
        ..Request::default()
    };
    Step { after, request }
}

impl Step {
    fn named(self, name: &'static str) -> Step {
        Step {
            request: Request {
                name: Name::Plain(name),
                ..self.request
            },
            ..self
        }
    }

    fn query(self, query: &'static str) -> Step {
        Step {
            request: Request {
                query,
                ..self.request
            },
            ..self
        }
    }

    /// Recorded with its bodies.
    fn body(self, body: Body) -> Step {
        Step {
            request: Request {
                body,
                level: Level::RequestResponse,
                ..self.request
            },
            ..self
        }
    }

    fn acting_as(self, acting_as: &'static str) -> Step {
        Step {
            request: Request {
                acting_as,
                ..self.request
            },
            ..self
        }
    }
}

/// Every step, in order.
pub(crate) fn steps() -> Vec<Step> {
    vec![
        ask(0, FOUND, "get", PATH, "", 200).query("/version?timeout=32s"),
        ask(2, FOUND, "get", PATH, "", 200).query("/api?timeout=32s"),
        ask(3, FOUND, "create", SELF_RULES_REVIEWS, "", 201),
        ask(9, FOUND, "list", SECRETS, "", 403).query("limit=500"),
        ask(11, FOUND, "list", NODES, "", 403).query("limit=500"),
        ask(14, FOUND, "list", PODS, "kube-system", 403).query("limit=500"),
        ask(17, FOUND, "list", SECRETS, "payments", 403).query("limit=500"),
        ask(31, FOUND, "create", PODS, "kube-system", 403).named("net-check").body(Body::PrivilegedPod),
        ask(44, FOUND, "create", CLUSTER_BINDINGS, "", 403)
            .named("net-check")
            .body(Body::AdminBinding("system:serviceaccount:ci:deployer")),
        ask(61, FOUND, "list", SECRETS, "ci", 200).query("limit=500"),
        ask(66, FOUND, "get", SECRETS, "ci", 200).named("registry-push"),
        ask(69, FOUND, "get", SECRETS, "ci", 200).named("backup-operator-token"),
        ask(75, FOUND, "list", PODS, "ci", 200).query("limit=500"),
        ask(83, FOUND, "get", PODS.part("exec"), "ci", 101).named("runner-0").query(
            "command=cat&command=%2Fvar%2Frun%2Fsecrets%2Fkubernetes.io%2Fserviceaccount%2Ftoken&container=runner&stderr=true&stdout=true",
        ),
        ask(122, BETTER, "create", SELF_RULES_REVIEWS, "", 201),
        ask(131, BETTER, "list", NODES, "", 200).query("limit=500"),
        ask(140, BETTER, "create", PODS, "kube-system", 201).named("net-check").body(Body::PrivilegedPod),
        ask(158, BETTER, "get", PODS.part("exec"), "kube-system", 101).named("net-check").query(
            "command=sh&command=-c&command=id%3B+ls+%2Fhost%2Fetc%2Fkubernetes&container=agent&stderr=true&stdout=true",
        ),
        ask(171, BETTER, "get", PODS.part("exec"), "kube-system", 101).named("net-check").query(
            "command=cat&command=%2Fhost%2Fetc%2Fkubernetes%2Fpki%2Fca.key&container=agent&stderr=true&stdout=true",
        ),
        ask(204, BETTER, "create", CLUSTER_ROLES, "", 201).named("node-metrics-reader").body(Body::StarRole),
        ask(216, BETTER, "create", CLUSTER_BINDINGS, "", 201)
            .named("cluster-info-viewer")
            .body(Body::AdminBinding("system:anonymous")),
        ask(227, BETTER, "list", CONFIG_MAPS, "kube-system", 200).acting_as("system:admin"),
        ask(238, BETTER, "list", SECRETS, "", 200).query("limit=500"),
        ask(252, BETTER, "delete", PODS, "kube-system", 200).named("net-check"),
        ask(421, NOBODY, "list", SECRETS, "payments", 200),
        ask(425, NOBODY, "get", SECRETS, "payments", 200).named("gateway-credentials"),
    ]
}
