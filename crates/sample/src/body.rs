//! The objects that requests and answers carry where the level asks for them.

use crate::cast::APPS;
use crate::line::{failure, name};
use crate::request::{Body, Name, Request};
use crate::rng::Rng;
use crate::text::{Line, hex, number, put, second_time, tail, uuid_of};

/// The `requestObject`, with the comma before it; reads carry none.
pub(crate) fn request_object(line: &mut Line, request: &Request, seed: u64) {
    match request.verb {
        "create" | "update" => {
            put!(line, r#","requestObject":"#);
            object(line, request, &mut body_rng(request, seed), false);
        }
        "patch" => {
            put!(
                line,
                r#","requestObject":{"metadata":{"annotations":{"example.com/reconciled-at":""#
            );
            second_time(line, request.received);
            put!(line, r#""}}}"#);
        }
        "delete" => {
            put!(
                line,
                r#","requestObject":{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0,"#
            );
            put!(line, r#""propagationPolicy":"Background"}"#);
        }
        _ => {}
    }
}

/// The `responseObject`, with the comma before it.
pub(crate) fn response_object(line: &mut Line, request: &Request, seed: u64) {
    let mut rng = body_rng(request, seed);
    put!(line, r#","responseObject":"#);
    if request.code >= 400 {
        put!(line, r#"{"kind":"Status","apiVersion":"v1","metadata":{},"#);
        failure(line, request);
        put!(line, r#","code":"#);
        number(line, u64::from(request.code));
        line.push(b'}');
    } else if request.verb == "list" {
        list(line, request, &mut rng);
    } else {
        object(line, request, &mut rng, true);
    }
}

fn body_rng(request: &Request, seed: u64) -> Rng {
    Rng::new(seed ^ request.audit.last().copied().unwrap_or_default())
}

fn api_version(line: &mut Line, request: &Request) {
    if !request.target.group.is_empty() {
        put!(line, request.target.group, "/");
    }
    put!(line, request.target.version);
}

fn list(line: &mut Line, request: &Request, rng: &mut Rng) {
    put!(
        line,
        r#"{"kind":""#,
        request.target.kind,
        r#"List","apiVersion":""#
    );
    api_version(line, request);
    put!(line, r#"","metadata":{"resourceVersion":""#);
    number(line, request.revision);
    put!(line, r#""},"items":["#);
    // most are short, a few run to hundreds of kilobytes
    let most = if rng.percent(6) { 60 } else { 4 };
    for at in 0..rng.skewed(1, most) {
        if at > 0 {
            line.push(b',');
        }
        let (namespace, app, set) = rng.pick(&APPS);
        let item = match request.target.name {
            "pods" => Name::Pod(app, set, rng.next()),
            _ => Name::Generated(app, rng.next()),
        };
        let namespace = if request.namespace.is_empty() {
            namespace
        } else {
            request.namespace
        };
        let request = Request {
            name: item,
            namespace,
            ..*request
        };
        line.push(b'{');
        inside(line, &request, rng, true);
        line.push(b'}');
    }
    put!(line, "]}");
}

fn object(line: &mut Line, request: &Request, rng: &mut Rng, answered: bool) {
    put!(
        line,
        r#"{"kind":""#,
        request.target.kind,
        r#"","apiVersion":""#
    );
    api_version(line, request);
    put!(line, r#"","#);
    inside(line, request, rng, answered);
    line.push(b'}');
}

/// Metadata and content, without the braces.
fn inside(line: &mut Line, request: &Request, rng: &mut Rng, answered: bool) {
    metadata(line, request, rng, answered);
    match request.body {
        Body::PrivilegedPod => privileged_pod(line),
        Body::AdminBinding(user) => {
            put!(
                line,
                r#","subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":""#,
                user
            );
            put!(
                line,
                r#""}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","#
            );
            put!(line, r#""name":"cluster-admin"}"#);
        }
        Body::StarRole => put!(
            line,
            r#","rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]"#
        ),
        Body::Usual => usual(line, request, rng, answered),
    }
}

fn metadata(line: &mut Line, request: &Request, rng: &mut Rng, answered: bool) {
    put!(line, r#""metadata":{"name":""#);
    name(line, request.name);
    put!(line, r#"""#);
    if request.target.namespaced {
        put!(line, r#","namespace":""#, request.namespace, r#"""#);
    }
    if answered {
        put!(line, r#","uid":""#);
        uuid_of(line, rng);
        put!(line, r#"","resourceVersion":""#);
        number(line, request.revision);
        put!(line, r#"","creationTimestamp":""#);
        second_time(
            line,
            request.received - rng.skewed(1, 40_000_000) as i64 * 1_000_000,
        );
        put!(line, r#"""#);
    }
    if let Name::Pod(app, set, _) = request.name {
        put!(
            line,
            r#","generateName":""#,
            app,
            "-",
            set,
            r#"-","labels":{"app.kubernetes.io/name":""#,
            app
        );
        put!(
            line,
            r#"","pod-template-hash":""#,
            set,
            r#""},"ownerReferences":[{"apiVersion":"apps/v1","#
        );
        put!(
            line,
            r#""kind":"ReplicaSet","name":""#,
            app,
            "-",
            set,
            r#"","uid":""#
        );
        uuid_of(line, &mut Rng::named(7, set));
        put!(line, r#"","controller":true,"blockOwnerDeletion":true}]"#);
    }
    if answered && request.target.name != "serviceaccounts" && request.body == Body::Usual {
        managed_fields(line, request);
    }
    line.push(b'}');
}

fn managed_fields(line: &mut Line, request: &Request) {
    put!(line, r#","managedFields":[{"manager":""#);
    put!(
        line,
        request.who.agent.split('/').next().unwrap_or_default()
    );
    put!(line, r#"","operation":"Update","apiVersion":""#);
    api_version(line, request);
    put!(line, r#"","time":""#);
    second_time(line, request.received);
    put!(
        line,
        r#"","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"#
    );
    put!(line, r#""f:app.kubernetes.io/name":{}}}}}]"#);
}

fn usual(line: &mut Line, request: &Request, rng: &mut Rng, answered: bool) {
    match request.target.name {
        "pods" => pod(line, request, rng, answered),
        "deployments" | "statefulsets" | "daemonsets" => {
            put!(line, r#","spec":{"replicas":"#);
            number(line, rng.between(1, 6));
            put!(
                line,
                r#","revisionHistoryLimit":10,"template":{"metadata":{"creationTimestamp":null}"#
            );
            pod(line, request, rng, false);
            put!(
                line,
                r#"}},"status":{"observedGeneration":4,"updatedReplicas":1}"#
            );
        }
        "configmaps" => {
            put!(line, r#","data":{"#);
            for at in 0..rng.skewed(1, 12) {
                put!(line, if at > 0 { "," } else { "" }, r#""setting-"#);
                number(line, at);
                put!(line, r#"":""#);
                for _ in 0..rng.skewed(1, 40) {
                    let word = rng.pick(&WORDS);
                    put!(line, word, r"\n");
                }
                put!(line, r#"""#);
            }
            line.push(b'}');
        }
        "subjectaccessreviews" => {
            put!(
                line,
                r#","spec":{"nonResourceAttributes":{"path":"/metrics","verb":"get"},"#
            );
            put!(
                line,
                r#""user":"system:serviceaccount:monitoring:prometheus","groups":["system:authenticated"]}"#
            );
            put!(line, r#","status":{"allowed":true}"#);
        }
        "serviceaccounts" => {}
        "rolebindings" => {
            put!(
                line,
                r#","subjects":[{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","#
            );
            put!(
                line,
                r#""name":"oidc:developers"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","#
            );
            put!(line, r#""kind":"ClusterRole","name":"view"}"#);
        }
        "clusterroles" => {
            put!(
                line,
                r#","rules":[{"verbs":["get","list","watch"],"apiGroups":[""],"#
            );
            put!(line, r#""resources":["pods","services"]}]"#);
        }
        _ => put!(line, r#","spec":{},"status":{}"#),
    }
}

const WORDS: [&str; 12] = [
    "cache.size=512",
    "feature.search=on",
    "listen: 0.0.0.0:8080",
    "log.level=info",
    "max_connections: 200",
    "metrics.path=/metrics",
    "pool.idle=30s",
    "region: north-1",
    "retries: 3",
    "timeout=15s",
    "tracing: disabled",
    "workers: 8",
];

/// The node's file system, processes and network in one container.
fn privileged_pod(line: &mut Line) {
    put!(
        line,
        r#","spec":{"volumes":[{"name":"host","hostPath":{"path":"/","type":""}}],"#
    );
    put!(
        line,
        r#""containers":[{"name":"agent","image":"registry.example.com/tools/agent:latest","#
    );
    put!(
        line,
        r#""command":["sleep","86400"],"volumeMounts":[{"name":"host","mountPath":"/host"}],"#
    );
    put!(
        line,
        r#""securityContext":{"privileged":true}}],"restartPolicy":"Never","hostNetwork":true,"hostPID":true,"#
    );
    put!(
        line,
        r#""nodeName":"control-1","tolerations":[{"operator":"Exists"}]}"#
    );
}

fn pod(line: &mut Line, request: &Request, rng: &mut Rng, answered: bool) {
    let app = match request.name {
        Name::Pod(app, ..) | Name::Generated(app, _) | Name::Plain(app) | Name::Joined(app, _) => {
            app
        }
        Name::None => "job",
    };
    let containers = rng.between(1, 4);
    let mark = rng.next();
    put!(line, r#","spec":{"volumes":[{"name":"kube-api-access-"#);
    tail(line, mark, 5);
    put!(
        line,
        r#"","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},"#
    );
    put!(
        line,
        r#"{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}}],"#
    );
    put!(line, r#""defaultMode":420}}],"containers":["#);
    for at in 0..containers {
        let side = if at == 0 {
            ""
        } else {
            rng.pick(&["-proxy", "-metrics", "-logs"])
        };
        put!(
            line,
            if at > 0 { "," } else { "" },
            r#"{"name":""#,
            app,
            side
        );
        put!(
            line,
            r#"","image":"registry.example.com/"#,
            request.namespace,
            "/",
            app,
            side,
            "@sha256:"
        );
        for _ in 0..4 {
            hex(line, rng.next(), 16);
        }
        put!(
            line,
            r#"","ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],"env":["#
        );
        for variable in 0..rng.skewed(1, 8) {
            put!(
                line,
                if variable > 0 { "," } else { "" },
                r#"{"name":"SETTING_"#
            );
            number(line, variable);
            put!(line, r#"","value":""#, rng.pick(&WORDS), r#""}"#);
        }
        put!(
            line,
            r#"],"resources":{"limits":{"memory":"512Mi"},"requests":{"cpu":"100m","memory":"256Mi"}},"#
        );
        put!(line, r#""volumeMounts":[{"name":"kube-api-access-"#);
        tail(line, mark, 5);
        put!(
            line,
            r#"","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"#
        );
        put!(
            line,
            r#""readinessProbe":{"httpGet":{"path":"/ready","port":8080,"scheme":"HTTP"},"#
        );
        put!(
            line,
            r#""timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"#
        );
        put!(
            line,
            r#""terminationMessagePath":"/dev/termination-log","imagePullPolicy":"IfNotPresent","#
        );
        put!(
            line,
            r#""securityContext":{"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"#
        );
        put!(
            line,
            r#""readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false}}"#
        );
    }
    put!(
        line,
        r#"],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","#
    );
    put!(
        line,
        r#""serviceAccountName":""#,
        app,
        r#"","nodeName":"worker-"#
    );
    number(line, rng.between(1, 9));
    put!(
        line,
        r#"","securityContext":{"seccompProfile":{"type":"RuntimeDefault"}},"schedulerName":"default-scheduler","#
    );
    put!(
        line,
        r#""tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","#
    );
    put!(
        line,
        r#""tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","#
    );
    put!(
        line,
        r#""effect":"NoExecute","tolerationSeconds":300}],"priority":0,"enableServiceLinks":true}"#
    );
    if answered {
        put!(line, r#","status":{"phase":"Running","conditions":["#);
        for (at, condition) in ["Initialized", "Ready", "ContainersReady", "PodScheduled"]
            .iter()
            .enumerate()
        {
            put!(
                line,
                if at > 0 { "," } else { "" },
                r#"{"type":""#,
                condition
            );
            put!(
                line,
                r#"","status":"True","lastProbeTime":null,"lastTransitionTime":""#
            );
            second_time(line, request.received);
            put!(line, r#""}"#);
        }
        put!(line, r#"],"hostIP":"10.0.1.12","podIP":"10.244.2."#);
        number(line, rng.between(2, 250));
        put!(line, r#"","qosClass":"Burstable"}"#);
    }
}
