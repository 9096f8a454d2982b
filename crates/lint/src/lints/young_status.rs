use crate::cx::DocumentCx;
use crate::dates;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "young-status",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a new rule is not `experimental`",
    page: "\
A new public rule starts as `experimental` and stays so for 60 days, unless it comes with regression tests
(`regression_tests_path`).",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let meta = &cx.document.meta;
    let (Some(status), Some(date)) = (&meta.status, &meta.date) else {
        return;
    };
    let proven = ["test", "stable"]
        .iter()
        .any(|name| status.value.eq_ignore_ascii_case(name));
    if !proven || meta.custom.contains_key("regression_tests_path") {
        return;
    }
    let today = cx.rules.today;
    let young = dates::date(&date.value)
        .and_then(|date| today.since(date).ok())
        .is_some_and(|age| age.get_days() <= 60);
    if young {
        let said = at(
            status.span,
            format!("a rule this new is not `{}`", status.value),
        );
        sink.report(
            said.also(date.span, "written here")
                .help("write `experimental`"),
        );
    }
}
