//! Who is in the cluster: nodes, workloads, service accounts, people. All invented.

use crate::rng::Rng;

/// What kind of client asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    #[default]
    Anonymous,
    ApiServer,
    ControllerManager,
    Human,
    Node,
    Proxy,
    Scheduler,
    ServiceAccount,
}

/// Where a client connects from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Address {
    /// The API server's own machine, through the loopback interface.
    #[default]
    Loopback,
    /// The node of that number.
    Node(u8),
    /// The pod of that number on the node of that number.
    Pod(u8, u8),
    /// Anywhere else.
    At(&'static str),
}

/// A client.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Who {
    pub(crate) class: Class,
    /// The user's name; of a service account the part after its namespace.
    pub(crate) name: &'static str,
    /// Of a service account.
    pub(crate) namespace: &'static str,
    pub(crate) agent: &'static str,
    pub(crate) address: Address,
}

/// Nodes; the first carries the control plane.
pub(crate) const NODES: [&str; 9] = [
    "control-1",
    "worker-1",
    "worker-2",
    "worker-3",
    "worker-4",
    "worker-5",
    "worker-6",
    "worker-7",
    "worker-8",
];

/// A service account that does something all day.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Account {
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    pub(crate) agent: &'static str,
    /// Part of the controller manager, thus on the control plane and without a pod of its own.
    pub(crate) inside: bool,
    /// Its share among the accounts that may make a request.
    pub(crate) share: u32,
    /// Resources it touches; the empty name stands for paths.
    pub(crate) touches: &'static [&'static str],
}

const fn inside(
    name: &'static str,
    agent: &'static str,
    share: u32,
    touches: &'static [&'static str],
) -> Account {
    Account {
        namespace: "kube-system",
        name,
        agent,
        inside: true,
        share,
        touches,
    }
}

const fn pod(
    namespace: &'static str,
    name: &'static str,
    agent: &'static str,
    share: u32,
    touches: &'static [&'static str],
) -> Account {
    Account {
        namespace,
        name,
        agent,
        inside: false,
        share,
        touches,
    }
}

/// The service accounts of the cluster.
#[rustfmt::skip]
pub(crate) const ACCOUNTS: &[Account] = &[
    inside("endpointslice-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:endpointslice-controller", 30, &["endpointslices", "services"]),
    inside("endpoint-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:endpoint-controller", 4, &["endpoints"]),
    inside("replicaset-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:replicaset-controller", 20, &["replicasets", "pods", "events"]),
    inside("deployment-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:deployment-controller", 20, &["deployments", "replicasets", "events"]),
    inside("statefulset-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:statefulset-controller", 10, &["statefulsets", "pods"]),
    inside("daemon-set-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:daemon-set-controller", 8, &["daemonsets", "pods", "nodes"]),
    inside("job-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:job-controller", 8, &["jobs", "pods"]),
    inside("cronjob-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:cronjob-controller", 6, &["cronjobs", "jobs"]),
    inside("disruption-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:disruption-controller", 6, &["poddisruptionbudgets"]),
    inside("namespace-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:namespace-controller", 4, &["namespaces"]),
    inside("root-ca-cert-publisher", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:root-ca-cert-publisher", 12, &["configmaps"]),
    inside("service-account-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:service-account-controller", 12, &["serviceaccounts"]),
    inside("persistent-volume-binder", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:persistent-volume-binder", 5, &["persistentvolumes", "persistentvolumeclaims"]),
    inside("node-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:node-controller", 12, &["nodes", "pods"]),
    inside("generic-garbage-collector", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:generic-garbage-collector", 20, &[""]),
    inside("resourcequota-controller", "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/system:serviceaccount:kube-system:resourcequota-controller", 14, &[""]),
    pod("kube-system", "coredns", "coredns/v0.0.0 (linux/amd64) kubernetes/$Format", 6, &["services", "namespaces", "endpointslices"]),
    pod("kube-system", "metrics-server", "metrics-server/v0.7.2 (linux/amd64) kubernetes/8a6b1c4", 8, &["nodes", "subjectaccessreviews", ""]),
    pod("storage", "volume-provisioner", "volume-provisioner/v0.0.0 (linux/amd64) kubernetes/$Format", 30, &["endpoints", "persistentvolumes", "persistentvolumeclaims"]),
    pod("storage", "snapshot-controller", "snapshot-controller/v0.0.0 (linux/amd64) kubernetes/$Format", 14, &["leases", "persistentvolumes", "endpoints"]),
    pod("cert-manager", "cert-manager", "cert-manager-controller/v1.17.2 (linux/amd64) cert-manager/f3ff9d4", 14, &["leases", "certificates", "secrets", ""]),
    pod("cert-manager", "cert-manager-cainjector", "cert-manager-cainjector/v1.17.2 (linux/amd64) cert-manager/f3ff9d4", 10, &["leases", "customresourcedefinitions", "secrets"]),
    pod("argocd", "argocd-application-controller", "argocd-application-controller/v0.0.0 (linux/amd64) kubernetes/$Format", 18, &["", "deployments", "configmaps", "statefulsets", "clusterroles", "services", "serviceaccounts"]),
    pod("external-secrets", "external-secrets", "external-secrets/v0.0.0 (linux/amd64) kubernetes/$Format", 12, &["secrets", "leases", "events"]),
    pod("ingress-nginx", "ingress-nginx", "nginx-ingress-controller/v1.12.1 (linux/amd64) ingress-nginx/51c2b81", 14, &["leases", "configmaps", "services", "events"]),
    pod("monitoring", "kube-state-metrics", "kube-state-metrics/v2.15.0 (linux/amd64) kube-state-metrics/6f02faf", 6, &["nodes", "pods", "namespaces", "secrets", "configmaps"]),
    pod("monitoring", "prometheus-operator", "PrometheusOperator/v0.81.0", 8, &["prometheusrules", "statefulsets", "endpoints", "configmaps"]),
    pod("monitoring", "prometheus-adapter", "adapter/v0.0.0 (linux/amd64) kubernetes/$Format", 8, &["", "subjectaccessreviews", "flowschemas"]),
    pod("autoscaling", "cluster-autoscaler", "cluster-autoscaler/v1.33.0 (linux/amd64) kubernetes/c8b1f60/leader-election", 12, &["leases", "nodes", "pods", "events"]),
    pod("backup", "backup-operator", "backup-server/v1.16.0 (linux/amd64) 8f31599", 4, &["", "persistentvolumes", "secrets", "jobs"]),
    pod("checkout", "checkout-api", "checkout-api/v2.8.1 (linux/amd64) kubernetes/$Format", 10, &["endpoints", "leases", "configmaps"]),
    pod("catalog", "indexer", "indexer/v0.0.0 (linux/amd64) kubernetes/$Format", 12, &["endpoints", "leases", "jobs"]),
    pod("streaming", "broker-operator", "okhttp/4.12.0", 14, &["endpoints", "leases", "statefulsets", "pods", "events"]),
    pod("ci", "deployer", "helm/v3.17.3", 6, &["", "deployments", "jobs", "cronjobs", "daemonsets"]),
];

/// People, how they are called and where they sit.
pub(crate) const PEOPLE: [Who; 6] = [
    person(
        "kubernetes-admin",
        "kubectl/v1.31.9 (linux/amd64) kubernetes/7dcdc73",
        "10.0.1.10",
    ),
    person(
        "oidc:ines@example.com",
        "kubectl/v1.33.1 (darwin/arm64) kubernetes/8adc0f0",
        "10.20.4.15",
    ),
    person(
        "oidc:tomasz@example.com",
        "kubectl/v1.32.5 (linux/amd64) kubernetes/9894294",
        "10.20.4.31",
    ),
    person(
        "oidc:yuki@example.com",
        "k9s/v0.50.6 (darwin/arm64) kubernetes/$Format",
        "10.20.7.104",
    ),
    person(
        "oidc:amara@example.com",
        "kubectl/v1.31.9 (windows/amd64) kubernetes/7dcdc73",
        "198.51.100.24",
    ),
    person("oidc:leo@example.com", "Headlamp/0.31.0", "10.20.9.8"),
];

const fn person(name: &'static str, agent: &'static str, address: &'static str) -> Who {
    Who {
        class: Class::Human,
        name,
        namespace: "",
        agent,
        address: Address::At(address),
    }
}

/// An application: its namespace, its name, the hash of its current replica set.
pub(crate) const APPS: [(&str, &str, &str); 16] = [
    ("checkout", "checkout-api", "7d9c4b6f58"),
    ("checkout", "basket", "5b8f6d4c97"),
    ("checkout", "basket-redis", "6c5d8b9f7d"),
    ("catalog", "storefront", "65f4c8d7b9"),
    ("catalog", "indexer", "78b6d5f9c4"),
    ("catalog", "image-proxy", "9f7c5d8b64"),
    ("payments", "ledger", "84d6c9f5b7"),
    ("payments", "gateway", "59b7f6c8d4"),
    ("streaming", "broker", "6d8f9b5c74"),
    ("streaming", "replayer", "7f5b9c6d48"),
    ("search", "query", "8c6d4f7b95"),
    ("search", "suggest", "5f9d7b8c64"),
    ("data", "warehouse-loader", "6b4f8d9c57"),
    ("data", "notebook", "74c9d5b8f6"),
    ("web", "edge", "9b8d6c4f75"),
    ("web", "status-page", "4d7f9c5b86"),
];

/// Namespaces of the cluster's own.
pub(crate) const SYSTEM_NAMESPACES: [&str; 10] = [
    "argocd",
    "autoscaling",
    "backup",
    "cert-manager",
    "default",
    "external-secrets",
    "ingress-nginx",
    "kube-system",
    "monitoring",
    "storage",
];

/// A service account in person. The node and pod it runs in belong to its name.
pub(crate) fn account(account: &Account) -> Who {
    let mut rng = Rng::named(0, account.name);
    let address = match account.inside {
        true => Address::Node(0),
        false => Address::Pod(
            rng.between(1, NODES.len() as u64) as u8,
            rng.between(2, 250) as u8,
        ),
    };
    Who {
        class: Class::ServiceAccount,
        name: account.name,
        namespace: account.namespace,
        agent: account.agent,
        address,
    }
}

/// A client of a class other than service accounts.
pub(crate) fn client(class: Class, rng: &mut Rng) -> Who {
    let component = |name, agent, address| Who {
        class,
        name,
        namespace: "",
        agent,
        address,
    };
    match class {
        Class::Human => rng.pick(&PEOPLE),
        Class::Node => {
            let node = rng.below(NODES.len() as u64) as u8;
            let name = NODES.get(usize::from(node)).copied().unwrap_or_default();
            component(
                name,
                "kubelet/v1.31.9 (linux/amd64) kubernetes/7dcdc73",
                Address::Node(node),
            )
        }
        Class::ApiServer => component(
            "system:apiserver",
            "kube-apiserver/v1.31.9 (linux/amd64) kubernetes/7dcdc73",
            Address::Loopback,
        ),
        Class::ControllerManager => component(
            "system:kube-controller-manager",
            "kube-controller-manager/v1.31.9 (linux/amd64) kubernetes/7dcdc73/kube-controller-manager",
            Address::Node(0),
        ),
        Class::Scheduler => component(
            "system:kube-scheduler",
            "kube-scheduler/v1.31.9 (linux/amd64) kubernetes/7dcdc73/scheduler",
            Address::Node(0),
        ),
        Class::Proxy => component(
            "system:kube-proxy",
            "kube-proxy/v1.31.9 (linux/amd64) kubernetes/7dcdc73",
            Address::Node(rng.below(NODES.len() as u64) as u8),
        ),
        Class::Anonymous | Class::ServiceAccount => {
            component("system:anonymous", "kube-probe/1.31", Address::Node(0))
        }
    }
}
