//! What requests are about: which object, by which path, with which parameters.

use crate::cast::{APPS, Class, NODES, SYSTEM_NAMESPACES, Who};
use crate::request::Name;
use crate::resource::Resource;
use crate::rng::Rng;

/// Which object a request is about: its namespace and name.
pub(crate) fn object(
    rng: &mut Rng,
    who: &Who,
    verb: &str,
    target: &Resource,
) -> (&'static str, Name) {
    let (namespace, app, set) = rng.pick(&APPS);
    let whole = matches!(verb, "list" | "watch");
    match target.name {
        "" => ("", Name::None),
        // the kubelet watches the things its pods use one by one
        "configmaps" | "secrets" if verb == "watch" && who.class == Class::Node => {
            (namespace, Name::Joined(app, "config"))
        }
        "pods" | "configmaps" | "secrets" if verb == "list" && who.class == Class::Human => {
            (namespace, Name::None)
        }
        _ if whole => ("", Name::None),
        "subjectaccessreviews" | "selfsubjectaccessreviews" => ("", Name::None),
        "leases" if who.class == Class::Node => ("kube-node-lease", Name::Plain(who.name)),
        "leases" if who.class == Class::ApiServer => {
            ("kube-system", Name::Generated("apiserver", 7))
        }
        "leases" | "endpoints" if who.class == Class::ServiceAccount => {
            (who.namespace, Name::Joined(who.name, "leader-election"))
        }
        "leases" => (
            "kube-system",
            Name::Plain(who.name.trim_start_matches("system:")),
        ),
        "namespaces" => {
            let system = rng.percent(50);
            let name = if system {
                rng.pick(&SYSTEM_NAMESPACES)
            } else {
                namespace
            };
            ("", Name::Plain(name))
        }
        "nodes" | "csinodes" if who.class == Class::Node => ("", Name::Plain(who.name)),
        "nodes" | "csinodes" => ("", Name::Plain(rng.pick(&NODES))),
        "pods" => (namespace, Name::Pod(app, set, rng.below(6))),
        "replicasets" => (namespace, Name::Joined(app, set)),
        "events" => (namespace, Name::Generated(app, rng.next())),
        "endpointslices" => (namespace, Name::Generated(app, 11)),
        "jobs" => (namespace, Name::Generated(app, rng.below(40))),
        "secrets" => (
            namespace,
            Name::Joined(app, rng.pick(&["tls", "credentials", "registry"])),
        ),
        "configmaps" if rng.percent(40) => (namespace, Name::Plain("kube-root-ca.crt")),
        "configmaps" => (namespace, Name::Joined(app, "config")),
        "serviceaccounts" if who.class == Class::ControllerManager => {
            let controllers = rng.pick(&[
                "generic-garbage-collector",
                "resourcequota-controller",
                "namespace-controller",
            ]);
            ("kube-system", Name::Plain(controllers))
        }
        "endpoints" | "services" if who.class == Class::ApiServer => {
            ("default", Name::Plain("kubernetes"))
        }
        _ if target.namespaced => (namespace, Name::Plain(app)),
        _ => ("", Name::Plain(app)),
    }
}

/// The path of a request that is about no object; else its parameters.
pub(crate) fn query(rng: &mut Rng, who: &Who, verb: &str, target: &Resource) -> &'static str {
    if target.name.is_empty() {
        return match who.class {
            Class::Anonymous => rng.pick(&[
                "/livez",
                "/readyz",
                "/healthz",
                "/livez?verbose",
                "/version",
            ]),
            Class::Human => rng.pick(&[
                "/api?timeout=32s",
                "/apis?timeout=32s",
                "/openapi/v3?timeout=32s",
                "/version",
            ]),
            _ => rng.pick(&[
                "/api",
                "/apis",
                "/apis/apps/v1",
                "/apis/batch/v1",
                "/apis/coordination.k8s.io/v1",
                "/apis/discovery.k8s.io/v1",
                "/apis/networking.k8s.io/v1",
                "/apis/rbac.authorization.k8s.io/v1",
                "/apis/storage.k8s.io/v1",
                "/openapi/v2",
                "/readyz",
                "/version",
            ]),
        };
    }
    match (verb, target.name, target.sub) {
        (_, _, "exec") => rng.pick(&[
            "command=sh&container=app&stdin=true&stdout=true&tty=true",
            "command=ls&command=-l&command=%2Ftmp&container=app&stderr=true&stdout=true",
            "command=env&container=app&stderr=true&stdout=true",
        ]),
        (_, _, "log") => "container=app&tailLines=200",
        ("list", ..) => rng.pick(&[
            "limit=500",
            "limit=500&resourceVersion=0",
            "resourceVersion=0",
            "",
        ]),
        ("patch", ..) => rng.pick(&["fieldManager=kubectl-patch", "timeout=10s", ""]),
        (_, "leases", _) => "timeout=5s",
        _ if who.class == Class::Human && verb == "create" => {
            "fieldManager=kubectl-client-side-apply&fieldValidation=Strict"
        }
        _ => "",
    }
}
