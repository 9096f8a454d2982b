use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::{Edit, Fix, Span};

pub static LINT: Lint = Lint {
    name: "single-item-list",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a list has a single value",
    page: "\
Public rules write a single value on the line of its field.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let [value] = item.item.values.as_slice() else {
        return;
    };
    if !item.item.list {
        return;
    }
    let said = at(value.span, "this list has a single value");
    let said = said.help("write the value behind the name of the field");
    let key = item.item.key;
    let between = item
        .cx
        .text(Span::new(key.source, key.end, value.span.start));
    let plain = between.trim_start_matches(['\'', '"']).strip_prefix(':');
    let block = plain.is_some_and(|rest| rest.contains('\n') && rest.trim() == "-");
    let colon = between.find(':').unwrap_or_default();
    sink.report(match block && item.field().is_some() {
        true => {
            let start = key.end + u32::try_from(colon).unwrap_or_default() + 1;
            let place = Span::new(key.source, start, value.span.start);
            said.fix(Fix::safe(
                "write it on one line",
                vec![Edit::replace(place, " ")],
            ))
        }
        false => said,
    });
}
