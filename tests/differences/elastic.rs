//! Differences of the languages of Elasticsearch, OpenSearch and Quickwit.

use super::{Difference, EQL, ESQL, Kind, LUCENE, PPL, QUICKWIT};
use regex::Regex;
use serde_json::Value as Json;
use sigwright_convert::dialect::{Fields, Hooks, Link, Logic, Ops, Regexes, Strings, Text};
use sigwright_convert::print::Piece;
use sigwright_convert::{Dialect, dialects};
use sigwright_ir::Written;
use sigwright_syntax::pattern::Part;

/// All of them.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "regex-covers-the-value",
        about: &[LUCENE, EQL, ESQL, QUICKWIT],
        kind: Kind::Fault(regexes_as_written),
    },
    Difference {
        name: "regex-out-of-reach",
        about: &[LUCENE, EQL, ESQL, QUICKWIT],
        kind: Kind::Refused("cannot express this regular expression"),
    },
    Difference {
        name: "regex-is-searched",
        about: &[PPL],
        kind: Kind::Fault(|d| Dialect {
            ops: Ops {
                regex: Some("match({field}, '{regex}')"),
                regexes: Regexes {
                    escape: "'",
                    escaped: &["'"],
                    rewrite: None,
                    flags_in_front: true,
                    ..d.ops.regexes
                },
                ..d.ops
            },
            ..d
        }),
    },
    Difference {
        name: "threats",
        about: &["elasticsearch_lucene-siem_rule"],
        kind: Kind::Aside(without_threats),
    },
    Difference {
        name: "keywords-out-of-reach",
        about: &[EQL, PPL],
        kind: Kind::Refused("cannot express keywords"),
    },
    Difference {
        name: "eql-numbers",
        about: &[EQL],
        kind: Kind::Fault(|d| Dialect {
            ops: Ops {
                number: Some("{field}:{value}"),
                bool: Some("{field}:{value}"),
                one_of_numbers: None,
                ..d.ops
            },
            ..d
        }),
    },
    Difference {
        name: "eql-names",
        about: &[EQL],
        kind: Kind::Fault(|d| Dialect {
            fields: Fields {
                needs_quotes: |name| name.contains(char::is_whitespace),
                ..d.fields
            },
            ..d
        }),
    },
    Difference {
        name: "eql-plain-wildcards",
        about: &[EQL],
        kind: Kind::Fault(|d| Dialect {
            ops: Ops {
                text: Text {
                    signs: None,
                    ..d.ops.text
                },
                ..d.ops
            },
            ..d
        }),
    },
    Difference {
        name: "truth-values",
        about: &[PPL, QUICKWIT],
        kind: Kind::Converted("Boolean value"),
    },
    Difference {
        name: "case",
        about: &[ESQL, PPL],
        kind: Kind::Fault(|d| Dialect {
            ops: Ops {
                text: d.ops.cased,
                field_equals: match d.name {
                    "esql" => Some("{field}=={other}"),
                    _ => Some("{field}={other}"),
                },
                ..d.ops
            },
            ..d
        }),
    },
    Difference {
        name: "patterns-are-strings",
        about: &[ESQL],
        kind: Kind::Fault(|d| {
            patterns_as_values(Dialect {
                strings: Strings {
                    many: Some("*"),
                    one: Some("?"),
                    ..d.strings
                },
                ..d
            })
        }),
    },
    Difference {
        name: "backslashes",
        about: &[PPL],
        kind: Kind::Fault(|d| {
            patterns_as_values(Dialect {
                strings: Strings {
                    many: Some("%"),
                    one: Some("_"),
                    named: &[('\\', "")],
                    ..d.strings
                },
                ..d
            })
        }),
    },
    Difference {
        name: "mixed-lists",
        about: &[ESQL, PPL],
        kind: Kind::Fault(|d| Dialect {
            ops: Ops {
                one_of_numbers: None,
                ..d.ops
            },
            ..d
        }),
    },
    Difference {
        name: "negated-variants",
        about: &[ESQL, PPL],
        kind: Kind::Rules(&[
            "rules/windows/process_creation/proc_creation_win_regsvr32_flags_anomaly.yml",
        ]),
    },
    Difference {
        name: "quotes",
        about: &[PPL],
        kind: Kind::Fault(|d| Dialect {
            ops: Ops {
                text: Text {
                    starts: Some("LIKE({field}, {value}%)"),
                    ends: Some("LIKE({field}, %{value})"),
                    contains: Some("LIKE({field}, %{value}%)"),
                    ..d.ops.text
                },
                ..d.ops
            },
            hooks: Hooks {
                finish: |rule, query, after| {
                    let percent = Regex::new(r#"(%?)"([^"]*)"(%?)"#).unwrap();
                    let query = percent.replace_all(query, "\"$1$2$3\"");
                    let ppl = dialects::find("opensearch_ppl").unwrap();
                    (ppl.hooks.finish)(rule, &query, after)
                },
                ..d.hooks
            },
            ..d
        }),
    },
    Difference {
        name: "quickwit-names",
        about: &[QUICKWIT],
        kind: Kind::Fault(|d| Dialect {
            fields: Fields {
                quote: "\"",
                needs_quotes: |name| name.contains(['-', ' ', '(', ')', '?', ':']),
                escape: "",
                ..d.fields
            },
            hooks: Hooks {
                finish: |_, query, _| {
                    let list = Regex::new(r#""([^"\s]+)":IN \["#).unwrap();
                    Ok(list.replace_all(query, "$1:IN [").into_owned())
                },
                ..d.hooks
            },
            ..d
        }),
    },
    Difference {
        name: "quickwit-numbers",
        about: &[QUICKWIT],
        kind: Kind::Converted("SigmaNumber"),
    },
    Difference {
        name: "quickwit-groups",
        about: &[QUICKWIT],
        kind: Kind::Fault(|d| Dialect {
            logic: Logic {
                negated: Some("NOT {part}"),
                strengths: [Link::Not, Link::Or, Link::And],
                ..d.logic
            },
            ..d
        }),
    },
    Difference {
        name: "quickwit-phrases",
        about: &[QUICKWIT],
        kind: Kind::Fault(|d| Dialect {
            strings: Strings {
                quote: "",
                needs_quotes: |_| false,
                escaped: "\\",
                one: Some("*"),
                ..d.strings
            },
            ops: Ops {
                text: Text {
                    equals: Some("{field}:\"{value}\""),
                    ..d.ops.text
                },
                listed: |_| true,
                ..d.ops
            },
            hooks: Hooks {
                leaf: Some(|printer, leaf| match &leaf.value {
                    Written::Text { pattern, .. } if pattern.parts() == [Part::Many] => {
                        let field = printer.field(leaf.field.as_ref()?);
                        Some(Ok(Piece::Text(format!("{field}:*"))))
                    }
                    _ => None,
                }),
                ..d.hooks
            },
            ..d
        }),
    },
];
/// Patterns are escaped once, like any string.
fn patterns_as_values(d: Dialect) -> Dialect {
    let values = |text: Text| Text {
        like: text.like.map(|like| match like {
            "to_lower({field}) like {like}" => "to_lower({field}) like {value}",
            "{field} like {like}" => "{field} like {value}",
            "LIKE(LOWER({field}), {like})" => "LIKE(LOWER({field}), {value})",
            "{field} LIKE {like}" => "{field} LIKE {value}",
            _ => "LIKE({field}, {value})",
        }),
        ..text
    };
    Dialect {
        ops: Ops {
            text: values(d.ops.text),
            cased: values(d.ops.cased),
            ..d.ops
        },
        ..d
    }
}

fn regexes_as_written(d: Dialect) -> Dialect {
    Dialect {
        ops: Ops {
            regex: match d.name {
                "eql" => Some("{field} regex~ \"{regex}\""),
                _ => d.ops.regex,
            },
            regexes: Regexes {
                rewrite: None,
                flags_in_front: true,
                escaped: match d.name {
                    "eql" => &["/"],
                    _ => d.ops.regexes.escaped,
                },
                escape_itself: d.ops.regexes.escape_itself || d.name == "quickwit",
                ..d.ops.regexes
            },
            ..d.ops
        },
        ..d
    }
}

/// A detection rule without what it says about ATT&CK.
fn without_threats(rule: &str) -> String {
    let mut rule: Json = serde_json::from_str(rule).unwrap();
    rule["params"]["threat"] = Json::Null;
    let tags = rule["tags"].as_array_mut().unwrap();
    tags.retain(|tag| !tag.as_str().unwrap().starts_with("attack-"));
    rule.to_string()
}
