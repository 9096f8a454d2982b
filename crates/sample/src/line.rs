//! A request as lines of the audit log, the keys in the API server's order.

use crate::body;
use crate::cast::{Address, Class, NODES, Who};
use crate::request::{Level, Name, Request, Stage};
use crate::rng::Rng;
use crate::text::{Line, micro_time, number, put, tail, uuid, uuid_of};

/// Writes the line of a stage, without the line end.
pub(crate) fn write(line: &mut Line, request: &Request, stage: Stage, seed: u64) {
    let (level, stage_name, at) = match (request.level, stage) {
        (level, Stage::Received) => (level, "RequestReceived", request.received),
        (level, Stage::Started) => (level, "ResponseStarted", request.answered),
        (level, Stage::Complete) if request.streams() => (level, "ResponseComplete", request.ended),
        (level, Stage::Complete) => (level, "ResponseComplete", request.answered),
    };
    put!(
        line,
        r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":""#
    );
    put!(
        line,
        if level == Level::Metadata {
            "Metadata"
        } else {
            "RequestResponse"
        }
    );
    put!(line, r#"","auditID":""#);
    uuid(line, request.audit);
    put!(line, r#"","stage":""#, stage_name, r#"","requestURI":""#);
    uri(line, request);
    put!(line, r#"","verb":""#, request.verb, r#"","user":"#);
    user(line, &request.who, seed, request.received);
    if !request.acting_as.is_empty() {
        put!(
            line,
            r#","impersonatedUser":{"username":""#,
            request.acting_as
        );
        put!(line, r#"","groups":["system:authenticated"]}"#);
    }
    put!(line, r#","sourceIPs":[""#);
    address(line, request.who.address);
    put!(line, r#""],"userAgent":""#, request.who.agent, r#"""#);
    if !request.target.name.is_empty() {
        reference(line, request, stage, seed);
    }
    if stage != Stage::Received {
        status(line, request);
        if level == Level::RequestResponse && stage == Stage::Complete {
            body::request_object(line, request, seed);
            body::response_object(line, request, seed);
        }
    }
    put!(line, r#","requestReceivedTimestamp":""#);
    micro_time(line, request.received);
    put!(line, r#"","stageTimestamp":""#);
    micro_time(line, at);
    put!(line, r#"""#);
    if stage != Stage::Received {
        annotations(line, request);
    }
    line.push(b'}');
}

/// The name of the object.
pub(crate) fn name(line: &mut Line, name: Name) {
    match name {
        Name::None => {}
        Name::Plain(name) => put!(line, name),
        Name::Joined(name, more) => put!(line, name, "-", more),
        Name::Generated(base, bits) => {
            put!(line, base, "-");
            tail(line, Rng::named(bits, base).next(), 5);
        }
        Name::Pod(app, set, bits) => {
            put!(line, app, "-", set, "-");
            tail(line, Rng::named(bits, app).next(), 5);
        }
    }
}

/// The address a client connects from.
pub(crate) fn address(line: &mut Line, address: Address) {
    match address {
        Address::Loopback => put!(line, "::1"),
        Address::At(address) => put!(line, address),
        Address::Node(node) => {
            put!(line, "10.0.1.");
            number(line, 10 + u64::from(node));
        }
        Address::Pod(node, pod) => {
            put!(line, "10.244.");
            number(line, u64::from(node));
            put!(line, ".");
            number(line, u64::from(pod));
        }
    }
}

fn uri(line: &mut Line, request: &Request) {
    let target = &request.target;
    if target.name.is_empty() {
        put!(line, request.query);
        return;
    }
    match target.group {
        "" => put!(line, "/api/v1"),
        group => put!(line, "/apis/", group, "/", target.version),
    }
    if target.name == "namespaces" {
        put!(line, "/namespaces");
    } else {
        if target.namespaced && !request.namespace.is_empty() {
            put!(line, "/namespaces/", request.namespace);
        }
        put!(line, "/", target.name);
    }
    if request.name != Name::None
        && request.verb != "watch"
        && !(request.verb == "create" && target.sub.is_empty())
    {
        line.push(b'/');
        name(line, request.name);
    }
    if !target.sub.is_empty() {
        put!(line, "/", target.sub);
    }
    if request.verb == "watch" {
        put!(line, "?allowWatchBookmarks=true");
        if request.name != Name::None {
            put!(line, "&fieldSelector=metadata.name%3D");
            name(line, request.name);
        }
        put!(line, "&resourceVersion=");
        number(line, request.revision);
        put!(line, "&timeoutSeconds=");
        number(
            line,
            300 + request.audit.first().copied().unwrap_or_default() % 300,
        );
        put!(line, "&watch=true");
    } else if !request.query.is_empty() {
        put!(line, "?", request.query);
    }
}

fn user(line: &mut Line, who: &Who, seed: u64, at: i64) {
    match who.class {
        Class::Anonymous => {
            put!(
                line,
                r#"{"username":"system:anonymous","groups":["system:unauthenticated"]}"#
            );
        }
        Class::ApiServer => {
            put!(line, r#"{"username":"system:apiserver","uid":""#);
            uuid_of(line, &mut Rng::named(seed, "system:apiserver"));
            put!(
                line,
                r#"","groups":["system:authenticated","system:masters"]}"#
            );
        }
        Class::ControllerManager | Class::Proxy | Class::Scheduler => {
            put!(
                line,
                r#"{"username":""#,
                who.name,
                r#"","groups":["system:authenticated"]}"#
            );
        }
        Class::Node => {
            put!(line, r#"{"username":"system:node:"#, who.name);
            put!(
                line,
                r#"","groups":["system:nodes","system:authenticated"]}"#
            );
        }
        Class::Human => {
            let group = match who.name {
                "kubernetes-admin" => "kubeadm:cluster-admins",
                _ => "oidc:developers",
            };
            put!(
                line,
                r#"{"username":""#,
                who.name,
                r#"","groups":[""#,
                group
            );
            put!(line, r#"","system:authenticated"]}"#);
        }
        Class::ServiceAccount => service_account(line, who, seed, at),
    }
}

fn service_account(line: &mut Line, who: &Who, seed: u64, at: i64) {
    put!(
        line,
        r#"{"username":"system:serviceaccount:"#,
        who.namespace,
        ":",
        who.name,
        r#"","uid":""#
    );
    let mut rng = Rng::named(seed, who.name);
    uuid_of(line, &mut rng);
    put!(
        line,
        r#"","groups":["system:serviceaccounts","system:serviceaccounts:"#,
        who.namespace
    );
    put!(
        line,
        r#"","system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["JTI="#
    );
    // a token lives for an hour
    let mut hour = Rng::named(seed ^ at.div_euclid(3_600_000_000) as u64, who.name);
    uuid_of(line, &mut hour);
    put!(line, r#""]"#);
    if let Address::Pod(node, _) = who.address {
        let node = NODES.get(usize::from(node)).copied().unwrap_or_default();
        put!(
            line,
            r#","authentication.kubernetes.io/node-name":[""#,
            node
        );
        put!(line, r#""],"authentication.kubernetes.io/node-uid":[""#);
        uuid_of(line, &mut Rng::named(seed, node));
        put!(
            line,
            r#""],"authentication.kubernetes.io/pod-name":[""#,
            who.name,
            "-"
        );
        let bits = rng.next();
        tail(line, bits, 10);
        line.push(b'-');
        tail(line, bits >> 16, 5);
        put!(line, r#""],"authentication.kubernetes.io/pod-uid":[""#);
        uuid_of(line, &mut rng);
        put!(line, r#""]"#);
    }
    put!(line, "}}");
}

/// What the request is about. Before the body is read, the path is all there is to know it from.
fn reference(line: &mut Line, request: &Request, stage: Stage, seed: u64) {
    let target = &request.target;
    put!(line, r#","objectRef":{"resource":""#, target.name, r#"""#);
    // the API server counts a namespace as being within itself
    if target.name == "namespaces" && request.name != Name::None {
        put!(line, r#","namespace":""#);
        name(line, request.name);
        put!(line, r#"""#);
    } else if target.namespaced && !request.namespace.is_empty() {
        put!(line, r#","namespace":""#, request.namespace, r#"""#);
    }
    let read = stage != Stage::Received;
    if request.name != Name::None && (read || request.verb != "create" || !target.sub.is_empty()) {
        put!(line, r#","name":""#);
        name(line, request.name);
        put!(line, r#"""#);
    }
    let known = read && request.verb == "update";
    if known {
        put!(line, r#","uid":""#);
        uuid_of(line, &mut Rng::new(seed ^ request.revision >> 9));
        put!(line, r#"""#);
    }
    if !target.group.is_empty() {
        put!(line, r#","apiGroup":""#, target.group, r#"""#);
    }
    put!(line, r#","apiVersion":""#, target.version, r#"""#);
    if known {
        put!(line, r#","resourceVersion":""#);
        number(line, request.revision);
        put!(line, r#"""#);
    }
    if !target.sub.is_empty() {
        put!(line, r#","subresource":""#, target.sub, r#"""#);
    }
    line.push(b'}');
}

fn status(line: &mut Line, request: &Request) {
    put!(line, r#","responseStatus":{"metadata":{}"#);
    if request.code >= 400 {
        line.push(b',');
        failure(line, request);
    }
    put!(line, r#","code":"#);
    number(line, u64::from(request.code));
    line.push(b'}');
}

/// What went wrong, in the words of the API: status, message, reason and details of a `Status`.
pub(crate) fn failure(line: &mut Line, request: &Request) {
    let target = &request.target;
    put!(line, r#""status":"Failure","message":""#);
    let plural = |line: &mut Line| {
        put!(line, target.name);
        if !target.group.is_empty() {
            put!(line, ".", target.group);
        }
    };
    let quoted = |line: &mut Line| {
        put!(line, r#"\""#);
        name(line, request.name);
        put!(line, r#"\""#);
    };
    let reason = match request.code {
        404 => {
            plural(line);
            line.push(b' ');
            quoted(line);
            put!(line, " not found");
            "NotFound"
        }
        409 if request.verb == "create" => {
            plural(line);
            line.push(b' ');
            quoted(line);
            put!(line, " already exists");
            "AlreadyExists"
        }
        409 => {
            put!(line, "Operation cannot be fulfilled on ");
            plural(line);
            line.push(b' ');
            quoted(line);
            put!(
                line,
                ": the object has been modified; please apply your changes to the latest version and try again"
            );
            "Conflict"
        }
        403 if request.forbidden => {
            forbidden(line, request);
            "Forbidden"
        }
        403 => {
            plural(line);
            line.push(b' ');
            quoted(line);
            put!(
                line,
                " is forbidden: exceeded quota: objects, requested: count/"
            );
            put!(line, target.name, "=1, used: count/", target.name);
            put!(line, "=40, limited: count/", target.name, "=40");
            "Forbidden"
        }
        _ => {
            put!(
                line,
                "an error on the server has prevented the request from succeeding"
            );
            "InternalError"
        }
    };
    put!(line, r#"","reason":""#, reason, r#"","details":{"#);
    if target.name.is_empty() {
        line.push(b'}');
        return;
    }
    if request.name != Name::None {
        put!(line, r#""name":""#);
        name(line, request.name);
        put!(line, r#"","#);
    }
    if !target.group.is_empty() {
        put!(line, r#""group":""#, target.group, r#"","#);
    }
    put!(line, r#""kind":""#, target.name, r#""}"#);
}

fn forbidden(line: &mut Line, request: &Request) {
    let target = &request.target;
    let user = |line: &mut Line| {
        put!(line, r#"User \""#);
        username(line, request);
        put!(line, r#"\" cannot "#, request.verb);
    };
    if target.name.is_empty() {
        put!(line, r#"forbidden: "#);
        user(line);
        put!(line, r#" path \""#, request.query, r#"\""#);
        return;
    }
    put!(line, target.name);
    if !target.group.is_empty() {
        put!(line, ".", target.group);
    }
    if request.name != Name::None {
        put!(line, r#" \""#);
        name(line, request.name);
        put!(line, r#"\""#);
    }
    put!(line, " is forbidden: ");
    user(line);
    put!(
        line,
        r#" resource \""#,
        target.name,
        r#"\" in API group \""#,
        target.group,
        r#"\" "#
    );
    if target.namespaced && !request.namespace.is_empty() {
        put!(line, r#"in the namespace \""#, request.namespace, r#"\""#);
    } else {
        put!(line, "at the cluster scope");
    }
}

/// The user that rights are asked for.
fn username(line: &mut Line, request: &Request) {
    if !request.acting_as.is_empty() {
        put!(line, request.acting_as);
        return;
    }
    match request.who.class {
        Class::ServiceAccount => put!(
            line,
            "system:serviceaccount:",
            request.who.namespace,
            ":",
            request.who.name
        ),
        Class::Node => put!(line, "system:node:", request.who.name),
        _ => put!(line, request.who.name),
    }
}

fn annotations(line: &mut Line, request: &Request) {
    let decision = if request.forbidden { "forbid" } else { "allow" };
    put!(
        line,
        r#","annotations":{"authorization.k8s.io/decision":""#,
        decision
    );
    put!(line, r#"","authorization.k8s.io/reason":""#);
    if !request.forbidden {
        reason(line, request);
    }
    put!(line, r#"""#);
    if request.target.name == "pods" && request.target.sub.is_empty() && request.verb == "create" {
        put!(
            line,
            r#","pod-security.kubernetes.io/enforce-policy":"privileged:latest""#
        );
    }
    line.push(b'}');
}

/// Why the authorizer agreed. Nodes have an authorizer of their own, masters need none: both leave it empty.
fn reason(line: &mut Line, request: &Request) {
    let who = &request.who;
    let bound = |line: &mut Line, binding: &str, role: &str| {
        put!(
            line,
            r#"RBAC: allowed by ClusterRoleBinding \""#,
            binding,
            r#"\" of ClusterRole \""#,
            role,
            r#"\" to "#
        );
    };
    match who.class {
        Class::ApiServer => {}
        Class::Node if !request.target.name.is_empty() => {}
        _ if !request.acting_as.is_empty() => {
            bound(line, "operators", "cluster-admin");
            put!(line, r#"User \""#, request.acting_as, r#"\""#);
        }
        _ if request.target.name.is_empty() => {
            bound(
                line,
                "system:public-info-viewer",
                "system:public-info-viewer",
            );
            let group = if who.class == Class::Anonymous {
                "unauthenticated"
            } else {
                "authenticated"
            };
            put!(line, r#"Group \"system:"#, group, r#"\""#);
        }
        Class::Anonymous => {
            bound(line, "cluster-info-viewer", "cluster-admin");
            put!(line, r#"User \"system:anonymous\""#);
        }
        Class::Human if who.name == "kubernetes-admin" => {
            bound(line, "kubeadm:cluster-admins", "cluster-admin");
            put!(line, r#"Group \"kubeadm:cluster-admins\""#);
        }
        Class::Human => {
            bound(line, "developers", "edit");
            put!(line, r#"Group \"oidc:developers\""#);
        }
        Class::ServiceAccount => {
            let prefix = if who.address == Address::Node(0) {
                "system:controller:"
            } else {
                ""
            };
            put!(
                line,
                r#"RBAC: allowed by ClusterRoleBinding \""#,
                prefix,
                who.name
            );
            put!(line, r#"\" of ClusterRole \""#, prefix, who.name);
            put!(
                line,
                r#"\" to ServiceAccount \""#,
                who.name,
                "/",
                who.namespace,
                r#"\""#
            );
        }
        _ => {
            bound(line, who.name, who.name);
            put!(line, r#"User \""#, who.name, r#"\""#);
        }
    }
}
