use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "localized-account",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "the name of an account is that of one language of Windows",
    page: "\
Windows translates `NT AUTHORITY`: it is `AUTORITE NT` in French and `NT-AUTORITÄT` in German. Search for parts that
all have: `contains` with `AUTHORI` and `AUTORI`.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let user = |name: &str| name.to_ascii_lowercase().contains("user");
    if !item.field().is_some_and(|field| user(&field.value)) {
        return;
    }
    let has = |part: &str| item.patterns().find(|(text, _)| text.contains(part));
    let (one, other) = (has("AUTHORI"), has("AUTORI"));
    if let (Some((_, span)), None) | (None, Some((_, span))) = (one, other) {
        let said = at(span, "Windows translates this name");
        sink.report(said.help("search for both: `|contains` with `AUTHORI` and `AUTORI`"));
    }
}
