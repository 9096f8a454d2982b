use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "bad-hash",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "a search in `Hashes` can find no hash",
    page: "\
Sysmon writes hashes as `MD5=…,SHA256=…`. A value without the name of its algorithm, or with digits missing, finds
nothing, or something else than meant.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let named = item
        .field()
        .is_some_and(|field| field.value == "Hashes" || field.value == "Hash");
    let windows = item
        .cx
        .logsource()
        .and_then(|logsource| logsource.product.as_ref());
    if !named || windows.is_none_or(|product| product.value != "windows") {
        return;
    }
    for (text, span) in item.patterns() {
        let runs = text.split(['*', ',']).filter(|run| !run.is_empty());
        for run in runs {
            if let Some(fault) = fault(run) {
                let help = "write it as the log does: `SHA256=` and 64 hexadecimal digits";
                sink.report(at(span, fault).help(help));
            }
        }
    }
}

/// Algorithms and how many hexadecimal digits their hashes have.
const ALGORITHMS: [(&str, usize); 4] = [("MD5", 32), ("SHA1", 40), ("SHA256", 64), ("IMPHASH", 32)];

fn fault(run: &str) -> Option<String> {
    let Some((name, digits)) = run.split_once('=') else {
        return Some(format!("`{run}` does not say which hash it is"));
    };
    let known = ALGORITHMS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    let Some((_, length)) = known else {
        return Some(format!("Sysmon writes no hash called `{name}`"));
    };
    let whole = digits.len() == *length && digits.bytes().all(|b| b.is_ascii_hexdigit());
    (!whole).then(|| format!("a hash of {name} has {length} hexadecimal digits"))
}
