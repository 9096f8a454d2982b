//! The pod a request is about, whatever kind of workload it is wrapped in.

use super::{Tools, add, first};
use crate::logsource::Family;
use sigwright_engine::{Event, NodeId, Value};

/// From an object to the pod's specification in it, the longest first.
const PATHS: [&[&str]; 4] = [
    // CronJob
    &["spec", "jobTemplate", "spec", "template", "spec"],
    // Deployment, ReplicaSet, DaemonSet, StatefulSet, Job, ReplicationController, …
    &["spec", "template", "spec"],
    // PodTemplate
    &["template", "spec"],
    // Pod
    &["spec"],
];

/// What only a pod's specification has; a patch may hold any one of them.
const MARKS: [&str; 12] = [
    "containers",
    "initContainers",
    "ephemeralContainers",
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "hostUsers",
    "volumes",
    "nodeName",
    "serviceAccountName",
    "automountServiceAccountToken",
    "securityContext",
];

pub(super) fn derive(event: &mut Event, _: Family, _: &Tools) {
    if super::has(event, "podspec") {
        return;
    }
    let Some(spec) = find(event) else {
        return;
    };
    event.add_field("podspec", spec);
    for key in ["initContainers", "ephemeralContainers"] {
        if let Some(containers) = event.member(spec, key) {
            event.add_field("podspec.containers", containers);
        }
    }
}

/// `hostPath`, as rules of SigmaHQ call the path of a pod's volume.
pub(super) fn host_path(event: &mut Event, _: Family, _: &Tools) {
    let Some(spec) = find(event) else {
        return;
    };
    let mut path = None;
    event.reach_from(spec, "volumes.hostPath.path", &mut |node| path = Some(node));
    if let Some(path) = path {
        add(event, "hostPath", path);
    }
}

/// The specification in the request's object, or in its patch.
fn find(event: &Event) -> Option<NodeId> {
    let mut object = None;
    event.reach("requestObject", &mut |node| object = object.or(Some(node)));
    let object = object?;
    let spec = PATHS.iter().find_map(|path| {
        let spec = event.at(object, path)?;
        has_mark(event, spec).then_some(spec)
    });
    // v1.EphemeralContainers, the body of that subresource before Kubernetes 1.22
    spec.or_else(|| {
        let subresource = first(event, "objectRef.subresource")?;
        let is = event.str(subresource)? == "ephemeralcontainers";
        (is && event.member(object, "ephemeralContainers").is_some()).then_some(object)
    })
}

fn has_mark(event: &Event, spec: NodeId) -> bool {
    matches!(event.value(spec), Value::Object(_))
        && event.members(spec).any(|(key, _)| MARKS.contains(&key))
}
