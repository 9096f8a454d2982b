//! The resources of the API that the log speaks of.

/// A resource, or a part of one, or (with an empty name) a path that is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Resource {
    /// Plural, as in paths.
    pub(crate) name: &'static str,
    /// What its objects call themselves.
    pub(crate) kind: &'static str,
    /// Empty for the core group.
    pub(crate) group: &'static str,
    /// Of the API.
    pub(crate) version: &'static str,
    /// Do its objects live in namespaces?
    pub(crate) namespaced: bool,
    /// Such as `status`; empty for the object itself.
    pub(crate) sub: &'static str,
}

impl Resource {
    const fn new(
        group: &'static str,
        version: &'static str,
        name: &'static str,
        kind: &'static str,
    ) -> Resource {
        Resource {
            name,
            kind,
            group,
            version,
            namespaced: true,
            sub: "",
        }
    }

    const fn core(name: &'static str, kind: &'static str) -> Resource {
        Resource::new("", "v1", name, kind)
    }

    /// The same for the whole cluster.
    const fn global(self) -> Resource {
        Resource {
            namespaced: false,
            ..self
        }
    }

    /// A part of it.
    pub(crate) const fn part(self, sub: &'static str) -> Resource {
        Resource { sub, ..self }
    }
}

pub(crate) const PATH: Resource = Resource::core("", "").global();

pub(crate) const CONFIG_MAPS: Resource = Resource::core("configmaps", "ConfigMap");
pub(crate) const ENDPOINTS: Resource = Resource::core("endpoints", "Endpoints");
pub(crate) const EVENTS: Resource = Resource::core("events", "Event");
pub(crate) const LIMIT_RANGES: Resource = Resource::core("limitranges", "LimitRange");
pub(crate) const NAMESPACES: Resource = Resource::core("namespaces", "Namespace").global();
pub(crate) const NODES: Resource = Resource::core("nodes", "Node").global();
pub(crate) const PODS: Resource = Resource::core("pods", "Pod");
pub(crate) const POD_TEMPLATES: Resource = Resource::core("podtemplates", "PodTemplate");
pub(crate) const QUOTAS: Resource = Resource::core("resourcequotas", "ResourceQuota");
pub(crate) const REPLICATION_CONTROLLERS: Resource =
    Resource::core("replicationcontrollers", "ReplicationController");
pub(crate) const SECRETS: Resource = Resource::core("secrets", "Secret");
pub(crate) const SERVICES: Resource = Resource::core("services", "Service");
pub(crate) const SERVICE_ACCOUNTS: Resource = Resource::core("serviceaccounts", "ServiceAccount");
pub(crate) const VOLUMES: Resource =
    Resource::core("persistentvolumes", "PersistentVolume").global();
pub(crate) const VOLUME_CLAIMS: Resource =
    Resource::core("persistentvolumeclaims", "PersistentVolumeClaim");

pub(crate) const DAEMON_SETS: Resource = Resource::new("apps", "v1", "daemonsets", "DaemonSet");
pub(crate) const DEPLOYMENTS: Resource = Resource::new("apps", "v1", "deployments", "Deployment");
pub(crate) const REPLICA_SETS: Resource = Resource::new("apps", "v1", "replicasets", "ReplicaSet");
pub(crate) const STATEFUL_SETS: Resource =
    Resource::new("apps", "v1", "statefulsets", "StatefulSet");
pub(crate) const JOBS: Resource = Resource::new("batch", "v1", "jobs", "Job");
pub(crate) const CRON_JOBS: Resource = Resource::new("batch", "v1", "cronjobs", "CronJob");
pub(crate) const ENDPOINT_SLICES: Resource =
    Resource::new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice");
pub(crate) const LEASES: Resource = Resource::new("coordination.k8s.io", "v1", "leases", "Lease");
pub(crate) const BUDGETS: Resource = Resource::new(
    "policy",
    "v1",
    "poddisruptionbudgets",
    "PodDisruptionBudget",
);
pub(crate) const PRIORITY_CLASSES: Resource = Resource::new(
    "scheduling.k8s.io",
    "v1",
    "priorityclasses",
    "PriorityClass",
)
.global();
pub(crate) const CSI_NODES: Resource =
    Resource::new("storage.k8s.io", "v1", "csinodes", "CSINode").global();
pub(crate) const CSI_DRIVERS: Resource =
    Resource::new("storage.k8s.io", "v1", "csidrivers", "CSIDriver").global();
pub(crate) const STORAGE_CLASSES: Resource =
    Resource::new("storage.k8s.io", "v1", "storageclasses", "StorageClass").global();
pub(crate) const RUNTIME_CLASSES: Resource =
    Resource::new("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass").global();
pub(crate) const FLOW_SCHEMAS: Resource = Resource::new(
    "flowcontrol.apiserver.k8s.io",
    "v1",
    "flowschemas",
    "FlowSchema",
)
.global();
pub(crate) const DEFINITIONS: Resource = Resource::new(
    "apiextensions.k8s.io",
    "v1",
    "customresourcedefinitions",
    "CustomResourceDefinition",
)
.global();
pub(crate) const CERTIFICATES: Resource =
    Resource::new("cert-manager.io", "v1", "certificates", "Certificate");
pub(crate) const MONITOR_RULES: Resource = Resource::new(
    "monitoring.coreos.com",
    "v1",
    "prometheusrules",
    "PrometheusRule",
);
pub(crate) const CLUSTER_ROLES: Resource = Resource::new(
    "rbac.authorization.k8s.io",
    "v1",
    "clusterroles",
    "ClusterRole",
)
.global();
pub(crate) const CLUSTER_BINDINGS: Resource = Resource::new(
    "rbac.authorization.k8s.io",
    "v1",
    "clusterrolebindings",
    "ClusterRoleBinding",
)
.global();
pub(crate) const BINDINGS: Resource = Resource::new(
    "rbac.authorization.k8s.io",
    "v1",
    "rolebindings",
    "RoleBinding",
);
pub(crate) const ACCESS_REVIEWS: Resource = Resource::new(
    "authorization.k8s.io",
    "v1",
    "subjectaccessreviews",
    "SubjectAccessReview",
)
.global();
pub(crate) const SELF_ACCESS_REVIEWS: Resource = Resource::new(
    "authorization.k8s.io",
    "v1",
    "selfsubjectaccessreviews",
    "SelfSubjectAccessReview",
)
.global();
pub(crate) const SELF_RULES_REVIEWS: Resource = Resource::new(
    "authorization.k8s.io",
    "v1",
    "selfsubjectrulesreviews",
    "SelfSubjectRulesReview",
)
.global();
