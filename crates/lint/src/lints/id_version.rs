use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "id-version",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "an id is not a random UUID",
    page: "\
The specification recommends random UUIDs (version 4), in lower case with hyphens. Others may be taken already.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let Some(id) = &cx.document.meta.id else {
        return;
    };
    let text = id.value.as_bytes();
    let form = text.len() == 36
        && [8, 13, 18, 23]
            .iter()
            .all(|at| text.get(*at) == Some(&b'-'));
    let digits = text
        .iter()
        .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    let random =
        text.get(14) == Some(&b'4') && matches!(text.get(19), Some(b'8' | b'9' | b'a' | b'b'));
    // what is no UUID at all the reader says
    let uuid = text.iter().filter(|b| b.is_ascii_hexdigit()).count() == 32;
    if uuid && !(form && digits && random) {
        let said = at(id.span, "this is no random UUID in lower case with hyphens");
        sink.report(said.help("make one of version 4, as `uuidgen` does"));
    }
}
