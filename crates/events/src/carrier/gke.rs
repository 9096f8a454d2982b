//! GKE: a Kubernetes event folded into an entry of Cloud Audit Logs. Its values get the
//! names they have in `audit.k8s.io`; the entry's own names stay.

use crate::derive::{first, text_is};
use sigwright_engine::{Event, NodeId, Value};

/// Values that are the same under another name.
const SAME: [(&str, &[&str]); 7] = [
    ("requestObject", &["protoPayload", "request"]),
    ("responseObject", &["protoPayload", "response"]),
    (
        "sourceIPs",
        &["protoPayload", "requestMetadata", "callerIp"],
    ),
    (
        "userAgent",
        &["protoPayload", "requestMetadata", "callerSuppliedUserAgent"],
    ),
    ("annotations", &["labels"]),
    ("stageTimestamp", &["timestamp"]),
    ("auditID", &["operation", "id"]),
];

/// Adds the names of a Kubernetes event to an entry.
pub(crate) fn map(event: &mut Event, entry: NodeId) {
    let Some(payload) = event.member(entry, "protoPayload") else {
        return;
    };
    for (name, keys) in SAME {
        if let Some(value) = event.at(entry, keys) {
            event.add_field(name, value);
        }
    }
    user(event, payload);
    object(event, payload);
    status(event, payload);
    let stage = event.add_text(stage(event, entry));
    event.add_field("stage", stage);
    let level = event.add_text(level(event, payload));
    event.add_field("level", level);
}

fn user(event: &mut Event, payload: NodeId) {
    let Some(info) = event.member(payload, "authenticationInfo") else {
        return;
    };
    let text = |key| {
        event
            .member(info, key)
            .filter(|n| event.str(*n).is_some_and(|text| !text.is_empty()))
    };
    let selector = text("authoritySelector");
    let principal = text("principalEmail").or_else(|| text("principalSubject"));
    if let Some(user) = principal.or(selector) {
        event.add_field("user.username", user);
    }
    // The authority somebody asked to act under.
    if let (Some(_), Some(selector)) = (principal, selector) {
        event.add_field("impersonatedUser.username", selector);
    }
}

/// `verb` and `objectRef`, from `methodName` (`io.k8s.GROUP.VERSION.RESOURCE[.SUB].VERB`) and
/// `resourceName` (`GROUP/VERSION[/namespaces/NS]/RESOURCE[/NAME[/SUB]]`).
fn object(event: &mut Event, payload: NodeId) {
    let method = event.member(payload, "methodName");
    if let Some((method, text)) = method.and_then(|m| Some((m, event.str(m)?))) {
        let verb = text.rfind('.').map_or(0, |dot| dot + 1)..text.len();
        if let Some(verb) = event.add_part(method, verb) {
            event.add_field("verb", verb);
        }
    }
    let Some(name) = event.member(payload, "resourceName") else {
        return;
    };
    let Some(text) = event.str(name) else {
        return;
    };
    let resource = method.and_then(|m| event.str(m)).and_then(resource_of);
    for (field, part) in parts(text, resource).into_iter().flatten() {
        // the core group has no name
        if field == "objectRef.apiGroup" && text_at(event, name, &part) == Some("core") {
            continue;
        }
        if let Some(node) = event.add_part(name, part) {
            event.add_field(field, node);
        }
    }
}

fn text_at<'e>(event: &'e Event, node: NodeId, part: &std::ops::Range<usize>) -> Option<&'e str> {
    event.str(node)?.get(part.clone())
}

/// The resource in a method's name: what follows the version.
fn resource_of(method: &str) -> Option<&str> {
    let mut segments = method.split('.').skip_while(|s| !is_version(s));
    segments.next()?;
    let resource = segments.next()?;
    segments.next().map(|_| resource)
}

/// `v1`, `v2beta3`
fn is_version(segment: &str) -> bool {
    segment
        .strip_prefix('v')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

type Part = Option<(&'static str, std::ops::Range<usize>)>;

/// What the segments of a resource's name are. `resource` decides whether
/// `namespaces/NS/x` is the namespace's subresource `x` or the resource `x` in it.
fn parts(name: &str, resource: Option<&str>) -> [Part; 6] {
    let mut parts: [Part; 6] = [const { None }; 6];
    let mut segments: [Option<(usize, &str)>; 7] = [None; 7];
    let mut at = 0;
    for (segment, place) in name.split('/').zip(&mut segments) {
        *place = Some((at, segment));
        at += segment.len() + 1;
    }
    let range = |index: usize| {
        let (start, text) = segments.get(index).copied().flatten()?;
        (!text.is_empty()).then(|| start..start + text.len())
    };
    let is = |index: usize, text: &str| {
        segments
            .get(index)
            .copied()
            .flatten()
            .is_some_and(|(_, s)| s == text)
    };
    if !segments
        .get(1)
        .copied()
        .flatten()
        .is_some_and(|(_, s)| is_version(s))
    {
        return parts;
    }
    let namespaced = is(2, "namespaces") && range(4).is_some() && resource != Some("namespaces");
    let [namespace, kind, object, sub] = if namespaced {
        [Some(3), Some(4), Some(5), Some(6)]
    } else if is(2, "namespaces") {
        [Some(3), Some(2), Some(3), Some(4)]
    } else {
        [None, Some(2), Some(3), Some(4)]
    };
    let fields = [
        ("objectRef.apiGroup", Some(0)),
        ("objectRef.apiVersion", Some(1)),
        ("objectRef.namespace", namespace),
        ("objectRef.resource", kind),
        ("objectRef.name", object),
        ("objectRef.subresource", sub),
    ];
    for ((field, index), part) in fields.into_iter().zip(&mut parts) {
        *part = index.and_then(range).map(|range| (field, range));
    }
    parts
}

/// A failure's answer is a `Status` with an HTTP code. Else the gRPC code says it; none is OK,
/// for protocol buffers leave out what is zero.
fn status(event: &mut Event, payload: NodeId) {
    if let Some(answer) = event.member(payload, "response") {
        let is_status = text_is(event, answer, &["kind"], "Status")
            || event
                .member(answer, "@type")
                .and_then(|node| event.str(node))
                .is_some_and(|kind| kind.ends_with(".Status"));
        if is_status && event.member(answer, "code").is_some() {
            event.add_field("responseStatus", answer);
            return;
        }
    }
    let code = match event.at(payload, &["status", "code"]) {
        None => "200",
        Some(code) => event
            .value(code)
            .text()
            .and_then(|code| GRPC.get(code.parse::<usize>().ok()?).copied())
            .unwrap_or("500"),
    };
    let code = event.add_number(code);
    event.add_field("responseStatus.code", code);
    if let Some(message) = event.at(payload, &["status", "message"]) {
        event.add_field("responseStatus.message", message);
    }
}

/// gRPC codes 0 to 16, as google/rpc/code.proto maps them to HTTP.
const GRPC: [&str; 17] = [
    "200", // OK
    "499", // CANCELLED
    "500", // UNKNOWN
    "400", // INVALID_ARGUMENT
    "504", // DEADLINE_EXCEEDED
    "404", // NOT_FOUND
    "409", // ALREADY_EXISTS
    "403", // PERMISSION_DENIED
    "429", // RESOURCE_EXHAUSTED
    "400", // FAILED_PRECONDITION
    "409", // ABORTED
    "400", // OUT_OF_RANGE
    "501", // UNIMPLEMENTED
    "500", // INTERNAL
    "503", // UNAVAILABLE
    "500", // DATA_LOSS
    "401", // UNAUTHENTICATED
];

/// An entry stands for a request as a whole, so it gets the stage at which a request of its kind
/// is known to have been answered: the start of the answer for what may go on for hours (the
/// same kinds of request for which the API server logs that stage), unless it was refused.
/// So does an entry that only opens an operation; one that only closes it is its completion.
fn stage(event: &Event, entry: NodeId) -> &'static str {
    let is = |key| {
        let node = event.at(entry, &["operation", key]);
        node.is_some_and(|node| event.value(node) == Value::Bool(true))
    };
    let text = |name| first(event, name).and_then(|node| event.value(node).text());
    let long_running = text("verb") == Some("watch")
        || text("objectRef.subresource").is_some_and(|sub| LONG_RUNNING.contains(&sub));
    let failed = text("responseStatus.code").is_some_and(|code| code.starts_with(['4', '5']));
    let (opens, closes) = (is("first"), is("last"));
    if (opens && !closes) || (long_running && !failed && (opens || !closes)) {
        "ResponseStarted"
    } else {
        "ResponseComplete"
    }
}

/// Subresources whose requests kube-apiserver treats as long-running, beside every watch.
const LONG_RUNNING: [&str; 5] = ["attach", "exec", "log", "portforward", "proxy"];

fn level(event: &Event, payload: NodeId) -> &'static str {
    let has = |key| event.member(payload, key).is_some();
    match (has("request"), has("response")) {
        (_, true) => "RequestResponse",
        (true, false) => "Request",
        (false, false) => "Metadata",
    }
}

#[cfg(test)]
mod tests;
