//! What is asked in a cluster, how often, and what the answer is.
//!
//! The weights are counts of requests in nine captured logs of small clusters (7,552 lines). Those were single nodes and
//! minutes long; where components elected their leaders over endpoints, as they did then, half of it counts for leases,
//! as they do now. Watches count for three quarters: in so short a log few of them end, and here each leaves three lines.

use crate::cast::Class::{self, *};
use crate::request::Level::{self, *};
use crate::resource::*;

/// Requests of one class, verb and answer, by resource.
pub(crate) struct Row {
    pub(crate) class: Class,
    pub(crate) verb: &'static str,
    pub(crate) code: u16,
    pub(crate) level: Level,
    pub(crate) targets: &'static [(Resource, u32)],
}

const fn row(
    class: Class,
    verb: &'static str,
    code: u16,
    level: Level,
    targets: &'static [(Resource, u32)],
) -> Row {
    Row {
        class,
        verb,
        code,
        level,
        targets,
    }
}

/// What a scheduler, a controller manager or the API server itself keeps a copy of.
#[rustfmt::skip]
const CACHED: &[(Resource, u32)] = &[
    (BUDGETS, 1),
    (CSI_DRIVERS, 1),
    (CSI_NODES, 1),
    (ENDPOINTS, 3),
    (LIMIT_RANGES, 6),
    (NAMESPACES, 6),
    (NODES, 6),
    (POD_TEMPLATES, 4),
    (PRIORITY_CLASSES, 2),
    (QUOTAS, 6),
    (REPLICATION_CONTROLLERS, 6),
    (RUNTIME_CLASSES, 1),
    (SERVICES, 7),
    (STORAGE_CLASSES, 2),
    (VOLUMES, 6),
    (VOLUME_CLAIMS, 6),
    (REPLICA_SETS, 2),
    (DEPLOYMENTS, 1),
];

/// Every kind of request.
#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row(ServiceAccount, "get", 200, Metadata, &[
        (ENDPOINTS, 210), (LEASES, 206), (PATH, 376), (DEPLOYMENTS, 19), (REPLICA_SETS, 18), (VOLUMES, 10), (NODES, 8),
        (STATEFUL_SETS, 7), (NAMESPACES, 6), (SECRETS, 12), (CERTIFICATES, 6), (JOBS, 3), (CRON_JOBS, 3),
        (FLOW_SCHEMAS, 4), (DAEMON_SETS, 2),
    ]),
    row(ServiceAccount, "get", 200, RequestResponse, &[
        (CONFIG_MAPS, 7), (PODS, 6), (MONITOR_RULES, 6), (DEFINITIONS, 3), (SERVICE_ACCOUNTS, 2), (CLUSTER_ROLES, 2),
    ]),
    row(ServiceAccount, "get", 404, Metadata, &[(ENDPOINTS, 2), (PODS, 1), (SERVICES, 1), (SECRETS, 1)]),
    row(ServiceAccount, "update", 200, Metadata, &[
        (ENDPOINTS, 230), (LEASES, 216), (PODS.part("status"), 30), (ENDPOINT_SLICES, 30),
        (REPLICA_SETS.part("status"), 17), (DEPLOYMENTS.part("status"), 17), (STATEFUL_SETS.part("status"), 8),
        (DAEMON_SETS.part("status"), 2), (BUDGETS.part("status"), 2), (CERTIFICATES.part("status"), 3),
    ]),
    row(ServiceAccount, "update", 200, RequestResponse, &[(CONFIG_MAPS, 3)]),
    row(ServiceAccount, "update", 409, Metadata, &[(STATEFUL_SETS.part("status"), 1), (ENDPOINT_SLICES, 1)]),
    row(ServiceAccount, "create", 201, Metadata, &[(EVENTS, 41), (ENDPOINTS, 4)]),
    row(ServiceAccount, "create", 201, RequestResponse, &[
        (CONFIG_MAPS, 17), (SERVICE_ACCOUNTS, 17), (ACCESS_REVIEWS, 14), (PODS, 4),
    ]),
    row(ServiceAccount, "create", 403, RequestResponse, &[(PODS, 4), (CONFIG_MAPS, 2)]),
    row(ServiceAccount, "create", 409, RequestResponse, &[(SERVICE_ACCOUNTS, 3)]),
    row(ServiceAccount, "list", 200, Metadata, &[
        (NODES, 4), (SERVICES, 4), (NAMESPACES, 2), (VOLUMES, 2), (VOLUME_CLAIMS, 2), (SECRETS, 2),
    ]),
    row(ServiceAccount, "list", 200, RequestResponse, &[(PODS, 5), (SERVICE_ACCOUNTS, 2), (CONFIG_MAPS, 2)]),
    row(ServiceAccount, "watch", 200, Metadata, &[
        (SERVICES, 7), (NAMESPACES, 4), (VOLUMES, 4), (NODES, 3), (VOLUME_CLAIMS, 3), (PODS, 2), (CONFIG_MAPS, 2),
        (ENDPOINT_SLICES, 1), (DEPLOYMENTS, 2),
    ]),
    row(ServiceAccount, "patch", 200, Metadata, &[(NODES, 8), (LEASES, 1)]),
    row(ServiceAccount, "patch", 200, RequestResponse, &[(DEPLOYMENTS, 2), (MONITOR_RULES, 2), (NAMESPACES, 1)]),
    row(ServiceAccount, "patch", 409, Metadata, &[(NODES, 1)]),
    row(ServiceAccount, "delete", 200, Metadata, &[(ENDPOINTS, 2)]),
    row(ServiceAccount, "delete", 404, Metadata, &[(ENDPOINTS, 2), (MONITOR_RULES, 2)]),
    row(ControllerManager, "get", 200, RequestResponse, &[(SERVICE_ACCOUNTS, 133)]),
    row(ControllerManager, "get", 200, Metadata, &[(LEASES, 94), (PATH, 63), (NAMESPACES, 52)]),
    row(ControllerManager, "get", 404, RequestResponse, &[(SERVICE_ACCOUNTS, 52)]),
    row(ControllerManager, "create", 201, RequestResponse, &[(SERVICE_ACCOUNTS, 52)]),
    row(ControllerManager, "create", 201, Metadata, &[(SERVICE_ACCOUNTS.part("token"), 46), (EVENTS, 1)]),
    row(ControllerManager, "update", 200, Metadata, &[(LEASES, 75)]),
    row(ControllerManager, "list", 200, Metadata, CACHED),
    row(ControllerManager, "watch", 200, Metadata, CACHED),
    row(ControllerManager, "watch", 200, Metadata, &[(SECRETS, 5), (CONFIG_MAPS, 6), (PODS, 6), (SERVICE_ACCOUNTS, 5)]),
    row(Node, "create", 201, Metadata, &[(EVENTS, 101), (SERVICE_ACCOUNTS.part("token"), 16), (NODES, 1)]),
    row(Node, "create", 201, RequestResponse, &[(PODS, 5), (ACCESS_REVIEWS, 1)]),
    row(Node, "create", 409, RequestResponse, &[(PODS, 10)]),
    row(Node, "create", 409, Metadata, &[(NODES, 3)]),
    row(Node, "create", 403, RequestResponse, &[(PODS, 5)]),
    row(Node, "patch", 200, Metadata, &[(PODS.part("status"), 60), (EVENTS, 49), (NODES.part("status"), 12)]),
    row(Node, "get", 200, RequestResponse, &[(PODS, 76)]),
    row(Node, "get", 200, Metadata, &[(NODES, 26), (CSI_NODES, 2), (LEASES, 1), (SECRETS, 4)]),
    row(Node, "get", 404, Metadata, &[(NODES, 3)]),
    row(Node, "update", 200, Metadata, &[(LEASES, 24)]),
    row(Node, "list", 200, RequestResponse, &[(CONFIG_MAPS, 9), (PODS, 4)]),
    row(Node, "list", 200, Metadata, &[(NODES, 4), (SERVICES, 4), (CSI_DRIVERS, 1), (RUNTIME_CLASSES, 1)]),
    row(Node, "watch", 200, Metadata, &[
        (CONFIG_MAPS, 12), (SERVICES, 5), (NODES, 5), (PODS, 5), (CSI_DRIVERS, 1), (RUNTIME_CLASSES, 1),
    ]),
    row(Node, "delete", 200, RequestResponse, &[(PODS, 3)]),
    row(ApiServer, "get", 200, Metadata, &[
        (ENDPOINTS, 113), (NAMESPACES, 53), (ENDPOINT_SLICES, 27), (SERVICES, 23), (PRIORITY_CLASSES, 2), (PATH, 1),
    ]),
    row(ApiServer, "get", 500, Metadata, &[(PATH, 5)]),
    row(ApiServer, "get", 404, Metadata, &[(NAMESPACES, 2), (ENDPOINTS, 1)]),
    row(ApiServer, "list", 200, Metadata, &[
        (SERVICES, 14), (LIMIT_RANGES, 11), (QUOTAS, 4), (NAMESPACES, 3), (SECRETS, 3), (ENDPOINTS, 2),
        (VOLUME_CLAIMS, 2), (VOLUMES, 2), (NODES, 2), (PRIORITY_CLASSES, 1), (STORAGE_CLASSES, 1),
    ]),
    row(ApiServer, "list", 200, RequestResponse, &[(CONFIG_MAPS, 5), (SERVICE_ACCOUNTS, 3), (PODS, 3)]),
    row(ApiServer, "watch", 200, Metadata, &[
        (CONFIG_MAPS, 6), (SERVICES, 4), (QUOTAS, 3), (SECRETS, 3), (LIMIT_RANGES, 3), (NAMESPACES, 3),
        (SERVICE_ACCOUNTS, 3), (PODS, 3), (ENDPOINTS, 2), (NODES, 2), (VOLUME_CLAIMS, 2), (VOLUMES, 2),
        (PRIORITY_CLASSES, 1), (RUNTIME_CLASSES, 1), (STORAGE_CLASSES, 1), (CLUSTER_ROLES, 1), (BINDINGS, 1),
        (CLUSTER_BINDINGS, 1),
    ]),
    row(ApiServer, "create", 201, Metadata, &[(NAMESPACES, 4), (SERVICES, 1), (ENDPOINTS, 1)]),
    row(ApiServer, "create", 201, RequestResponse, &[(CONFIG_MAPS, 2)]),
    row(ApiServer, "create", 409, Metadata, &[(NAMESPACES, 1)]),
    row(ApiServer, "update", 200, Metadata, &[(LEASES, 3)]),
    row(Scheduler, "get", 200, Metadata, &[(LEASES, 94), (PATH, 1)]),
    row(Scheduler, "get", 403, RequestResponse, &[(CONFIG_MAPS, 2)]),
    row(Scheduler, "update", 200, Metadata, &[(LEASES, 74)]),
    row(Scheduler, "create", 201, Metadata, &[(PODS.part("binding"), 16), (EVENTS, 13)]),
    row(Scheduler, "patch", 200, Metadata, &[(PODS.part("status"), 1)]),
    row(Scheduler, "list", 200, Metadata, &[
        (REPLICATION_CONTROLLERS, 3), (NAMESPACES, 3), (VOLUME_CLAIMS, 3), (VOLUMES, 3), (SERVICES, 3), (NODES, 3),
        (CSI_NODES, 1), (STORAGE_CLASSES, 1), (CSI_DRIVERS, 1), (BUDGETS, 1), (REPLICA_SETS, 1),
    ]),
    row(Scheduler, "list", 200, RequestResponse, &[(PODS, 3), (CONFIG_MAPS, 2)]),
    row(Scheduler, "list", 403, Metadata, &[
        (SERVICES, 2), (REPLICATION_CONTROLLERS, 2), (NODES, 2), (VOLUME_CLAIMS, 2), (VOLUMES, 2), (NAMESPACES, 2),
    ]),
    row(Scheduler, "watch", 200, Metadata, &[
        (REPLICATION_CONTROLLERS, 4), (PODS, 3), (CONFIG_MAPS, 3), (VOLUMES, 3), (NAMESPACES, 3), (VOLUME_CLAIMS, 3),
        (SERVICES, 3), (NODES, 3), (CSI_DRIVERS, 1), (BUDGETS, 1), (STORAGE_CLASSES, 1), (CSI_NODES, 1),
        (REPLICA_SETS, 1),
    ]),
    row(Human, "get", 200, Metadata, &[
        (NAMESPACES, 19), (PATH, 12), (NODES, 6), (ENDPOINTS, 1), (PODS.part("log"), 1),
    ]),
    row(Human, "get", 200, RequestResponse, &[(PODS, 13), (CONFIG_MAPS, 3), (SERVICE_ACCOUNTS, 1)]),
    row(Human, "get", 404, RequestResponse, &[(PODS, 7), (CONFIG_MAPS, 4), (BINDINGS, 2), (SERVICE_ACCOUNTS, 1)]),
    row(Human, "get", 404, Metadata, &[(SECRETS, 2), (ENDPOINTS, 1)]),
    row(Human, "get", 403, Metadata, &[(SECRETS, 2)]),
    row(Human, "get", 101, Metadata, &[(PODS.part("exec"), 6)]),
    row(Human, "get", 500, Metadata, &[(PATH, 2)]),
    row(Human, "get", 304, Metadata, &[(PATH, 2)]),
    row(Human, "create", 201, RequestResponse, &[
        (PODS, 12), (SERVICE_ACCOUNTS, 8), (CONFIG_MAPS, 7), (BINDINGS, 2), (SERVICES, 1),
    ]),
    row(Human, "create", 201, Metadata, &[(NAMESPACES, 5), (SECRETS, 3), (SELF_ACCESS_REVIEWS, 2)]),
    row(Human, "create", 409, RequestResponse, &[(NAMESPACES, 1), (SERVICE_ACCOUNTS, 1), (PODS, 1)]),
    row(Human, "list", 200, RequestResponse, &[(PODS, 14)]),
    row(Human, "list", 200, Metadata, &[(EVENTS, 8), (NODES, 8), (SECRETS, 5)]),
    row(Human, "list", 403, Metadata, &[(SECRETS, 6)]),
    row(Human, "patch", 200, RequestResponse, &[(NODES, 2), (PODS, 1)]),
    row(Human, "update", 200, RequestResponse, &[(CONFIG_MAPS, 1)]),
    row(Human, "delete", 200, RequestResponse, &[(CONFIG_MAPS, 2)]),
    row(Human, "watch", 200, Metadata, &[(PODS, 1)]),
    row(Anonymous, "get", 200, Metadata, &[(PATH, 40)]),
    row(Anonymous, "get", 403, Metadata, &[(PATH, 1)]),
    row(Proxy, "list", 200, Metadata, &[(NODES, 1), (ENDPOINT_SLICES, 1), (SERVICES, 1)]),
    row(Proxy, "watch", 200, Metadata, &[(NODES, 1), (ENDPOINT_SLICES, 1), (SERVICES, 1)]),
    row(Proxy, "get", 200, Metadata, &[(NODES, 1)]),
];
