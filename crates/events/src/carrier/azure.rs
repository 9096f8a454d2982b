//! AKS: the Kubernetes event is text, or an object, in a diagnostics record.

use super::Opened;
use super::shape::{Key, Shape};
use crate::decoder::{Around, Walk};
use sigwright_engine::NodeId;

/// `{category: "kube-audit…", properties: {log}}`; `properties` may be text itself.
pub(super) fn diagnostics(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    let Some(properties) = shape.get(Key::Properties).filter(|_| is_audit(walk, shape)) else {
        return Opened::No;
    };
    let Some(properties) = walk.object_in(properties) else {
        return Opened::No;
    };
    match walk.event.member(properties, "log") {
        Some(log) => walk.inner(Around { node, but: "" }, log),
        None => Opened::No,
    }
}

/// The table AzureDiagnostics of Log Analytics: `{Category, log_s}`.
pub(super) fn log_analytics(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    match shape.get(Key::LogS).filter(|_| is_audit(walk, shape)) {
        Some(log) => walk.inner(Around { node, but: "" }, log),
        None => Opened::No,
    }
}

/// `kube-audit` and `kube-audit-admin`.
fn is_audit(walk: &Walk<'_>, shape: &Shape) -> bool {
    shape
        .first(&[Key::Category, Key::CategoryLa])
        .and_then(|category| walk.event.str(category))
        .and_then(|category| category.get(.."kube-audit".len()))
        .is_some_and(|start| start.eq_ignore_ascii_case("kube-audit"))
}
