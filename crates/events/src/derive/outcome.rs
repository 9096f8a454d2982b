//! How it ended: `success`, `failure`, or nothing where the event does not say.

use super::{Tools, add, first, said};
use crate::logsource::Family;
use sigwright_engine::Event;

pub(super) fn derive(event: &mut Event, family: Family, _: &Tools) {
    let success = match family {
        Family::Kubernetes => kubernetes(event),
        Family::Aws => aws(event),
        Family::Gcp => gcp(event),
        Family::Azure => azure(event),
        Family::Windows | Family::Other => None,
    };
    if let Some(success) = success {
        let text = event.add_text(if success { "success" } else { "failure" });
        add(event, "outcome", text);
    }
}

fn text<'e>(event: &'e Event, name: &str) -> Option<&'e str> {
    said(event, name).and_then(|node| event.value(node).text())
}

/// By the answer's HTTP code. The decision says less: what authorization allowed,
/// admission may refuse.
fn kubernetes(event: &Event) -> Option<bool> {
    let code: u32 = text(event, "responseStatus.code")?.trim().parse().ok()?;
    Some(code < 400)
}

fn aws(event: &Event) -> Option<bool> {
    if said(event, "errorCode").is_some() || said(event, "errorMessage").is_some() {
        return Some(false);
    }
    Some(text(event, "responseElements.ConsoleLogin") != Some("Failure"))
}

/// `google.rpc.Status`: absent or 0 is OK.
fn gcp(event: &Event) -> Option<bool> {
    first(event, "protoPayload")?;
    Some(matches!(
        text(event, "protoPayload.status.code"),
        None | Some("0")
    ))
}

fn azure(event: &Event) -> Option<bool> {
    let names = [
        "properties.result",
        "status.value",
        "status",
        "resultType",
        "resultSignature",
    ];
    let result = names
        .iter()
        .find_map(|name| text(event, name).filter(|text| !matches!(*text, "" | "None")))?;
    ["success", "succeeded", "0", "200", "201", "204"]
        .iter()
        .any(|good| good.eq_ignore_ascii_case(result))
        .then_some(true)
        .or_else(|| {
            let open = ["started", "start", "accepted", "in progress", "timeout"];
            (!open.iter().any(|word| word.eq_ignore_ascii_case(result))).then_some(false)
        })
}
