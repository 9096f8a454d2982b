//! Which cluster a Kubernetes event is from, by what its carrier says. A log that comes
//! without a carrier is from the cluster the user named, or from [`UNNAMED`].

use super::{Tools, first};
use crate::logsource::Family;
use sigwright_engine::{Event, NodeId};
use std::ops::Range;

/// The cluster of logs that do not say, where nobody does.
const UNNAMED: &str = "unnamed";

pub(super) fn derive(event: &mut Event, _: Family, tools: &Tools) {
    if super::has(event, "cluster.id") {
        return;
    }
    let id = match carrier(event) {
        Some(Carrier::Gke) => gke(event),
        Some(Carrier::Aks(id)) => Some(id),
        Some(Carrier::Eks(group)) => eks(event, group),
        None => None,
    };
    let id = match id {
        Some(id) => id,
        None => event.add_text(tools.cluster.as_deref().unwrap_or(UNNAMED)),
    };
    event.add_field("cluster.id", id);
}

/// What says which cluster it is.
enum Carrier {
    Gke,
    /// Azure's id of the resource.
    Aks(NodeId),
    /// The log group.
    Eks(NodeId),
}

/// One pass: most events have no carrier.
fn carrier(event: &Event) -> Option<Carrier> {
    let members = event.roots().iter().flat_map(|root| event.members(*root));
    members.chain(event.fields()).find_map(|(key, node)| {
        let carrier = match key {
            "protoPayload" => return Some(Carrier::Gke),
            "resourceId" | "ResourceId" => Carrier::Aks(node),
            // as a subscription, a query or an export of CloudWatch has it
            "logGroup" | "log_group" | "logGroupName" | "@logGroup" | "@log" => Carrier::Eks(node),
            _ => return None,
        };
        event.str(node).filter(|text| !text.is_empty())?;
        Some(carrier)
    })
}

/// Google's name for it: `projects/P/locations/L/clusters/C`.
fn gke(event: &mut Event) -> Option<NodeId> {
    let label = |name| event.str(first(event, name)?);
    let project = label("resource.labels.project_id")?;
    let location = label("resource.labels.location")?;
    let cluster = label("resource.labels.cluster_name")?;
    let name = format!("projects/{project}/locations/{location}/clusters/{cluster}");
    Some(event.add_text(&name))
}

/// The cluster's name in the log group.
fn eks(event: &mut Event, group: NodeId) -> Option<NodeId> {
    let name = eks_cluster(event.str(group)?)?;
    event.add_part(group, name)
}

/// The place of the name in `/aws/eks/NAME/cluster`.
fn eks_cluster(log_group: &str) -> Option<Range<usize>> {
    let prefix = "/aws/eks/";
    let start = log_group.find(prefix)? + prefix.len();
    let name = log_group.get(start..)?.split('/').next()?;
    (!name.is_empty()).then(|| start..start + name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_cluster_in_the_log_group() {
        let name =
            |group: &str| eks_cluster(group).and_then(|range| group.get(range).map(str::to_owned));
        assert_eq!(name("/aws/eks/demo/cluster").as_deref(), Some("demo"));
        assert_eq!(
            name("111122223333:/aws/eks/a-b/cluster").as_deref(),
            Some("a-b")
        );
        assert_eq!(name("/aws/lambda/demo"), None);
        assert_eq!(name("/aws/eks//cluster"), None);
    }
}
