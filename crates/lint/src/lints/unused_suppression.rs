use crate::table::{Check, Group, Level, Lint};

pub static LINT: Lint = Lint {
    name: crate::suppress::UNUSED,
    group: Group::Style,
    level: Level::Warning,
    summary: "a comment allows something that is not found where it holds",
    page: "\
A comment such as `# allow: duplicate-tag` outlives what it was written for. Left in place it would hide the next
mistake of that kind. Remove it, or take the name out of it.",
    check: Check::Said,
};
