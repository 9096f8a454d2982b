//! Lowered rules against the trees that the reference implementation makes of them.
//!
//! Three files of the shared folder are oracles: the corpus, the corner cases, and the
//! correlation cases. Where ours differs, `docs/differences.md` says so by name and the
//! tables here say for which case; anything else that differs fails the test, and so does a
//! row of a table that does not differ any more.

use serde_json::Value as Json;
use sigwright_ir::pred::{Anchor, Comparison, Number, Part, StrOp, TimePart};
use sigwright_ir::{
    Context, CorrelationRule, Expr, ExprId, Exprs, Op, OutlineKind, Rule, RuleSet, Subject, lower,
};
use sigwright_syntax::ast::{Body, CorrelationCondition, CorrelationExpr, Document};
use sigwright_syntax::pattern::DASHES;
use sigwright_syntax::{Diagnostic, Severity, SourceId, Sources, read};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

mod named;

/// The folder with the oracles; None where the tests are to be skipped.
fn shared(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SIGWRIGHT_SHARED");
    if folder.is_none() {
        println!("{test}: skipped, SIGWRIGHT_SHARED is not set");
    }
    folder.map(PathBuf::from)
}

fn lines(path: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A tree in the form both sides are brought to: groups flattened, groups of one dissolved,
/// double negations gone, variants spelled out.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    /// A field (none for keywords) and what is asked of it.
    Leaf(Option<String>, String),
    /// The reference has nothing here.
    Nothing,
}

fn and(parts: impl IntoIterator<Item = Tree>) -> Tree {
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Tree::And(inner) => flat.extend(inner),
            part => flat.push(part),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        _ => Tree::And(flat),
    }
}

fn or(parts: impl IntoIterator<Item = Tree>) -> Tree {
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Tree::Or(inner) => flat.extend(inner),
            part => flat.push(part),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        _ => Tree::Or(flat),
    }
}

fn not(part: Tree) -> Tree {
    match part {
        Tree::Not(inner) => *inner,
        part => Tree::Not(Box::new(part)),
    }
}

/// A piece of a string of either side.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    One,
    Many,
}

/// One spelling of a string: neighbouring `*` are one, and in a run of wildcards `?` comes
/// first, as any order means the same.
fn spelled(pieces: Vec<Piece>, cased: bool) -> String {
    let mut text = String::from(if cased { "cased " } else { "str " });
    let (mut ones, mut many) = (0, false);
    for piece in pieces.into_iter().map(Some).chain([None]) {
        match piece {
            Some(Piece::One) => ones += 1,
            Some(Piece::Many) => many = true,
            literal => {
                text.push_str(&"<?>".repeat(ones));
                text.push_str(if many { "<*>" } else { "" });
                (ones, many) = (0, false);
                if let Some(Piece::Text(literal)) = literal {
                    text.push_str(&literal);
                }
            }
        }
    }
    text
}

mod ours {
    use super::*;

    pub fn tree(exprs: &Exprs, id: ExprId) -> Tree {
        match exprs.get(id) {
            Expr::True => Tree::And(Vec::new()),
            Expr::False => Tree::Or(Vec::new()),
            Expr::And(parts) => and(parts.iter().map(|p| tree(exprs, *p))),
            Expr::Or(parts) => or(parts.iter().map(|p| tree(exprs, *p))),
            Expr::Not(part) => not(tree(exprs, *part)),
            Expr::Elements { .. } => panic!("the reference has no array selectors"),
            Expr::Pred(id) => {
                let predicate = exprs.predicate(*id).unwrap();
                let field = match predicate.subject {
                    Subject::Field(field) => Some(exprs.field_name(field).to_owned()),
                    Subject::AnyValue => None,
                    Subject::Element => panic!("an element outside an array selector"),
                };
                leaf(exprs, field, &predicate.op)
            }
        }
    }

    fn leaf(exprs: &Exprs, field: Option<String>, op: &Op) -> Tree {
        let asked = match op {
            Op::Str(op) => {
                return or(strings(op)
                    .into_iter()
                    .map(|s| Tree::Leaf(field.clone(), s)));
            }
            Op::Num(n) => format!("num {n}"),
            Op::Bool(b) => format!("bool {b}"),
            Op::Null => "null".to_owned(),
            Op::Exists => "exists".to_owned(),
            Op::Regex(regex) => {
                let flags = regex.flagged();
                let flags = flags.strip_suffix(&regex.pattern).unwrap();
                let flags = flags.trim_start_matches("(?").trim_end_matches(')');
                format!("re {flags} {}", regex.pattern)
            }
            Op::Cidr(net) => format!("cidr {net}"),
            Op::Compare(by, n) => format!("{} {n}", comparison(*by)),
            Op::FieldRef(other) => {
                let (start, end) = other.anchor.open();
                // The reference speaks of what is fixed, we of what is open; both open is
                // both of its flags.
                let (starts, ends) = match (start, end) {
                    (false, true) => (true, false),
                    (true, false) => (false, true),
                    (open, _) => (open, open),
                };
                format!("field {} {starts} {ends}", exprs.field_name(other.field))
            }
            Op::Time(part, by, n) => {
                let part = match part {
                    TimePart::Minute => "MINUTE",
                    TimePart::Hour => "HOUR",
                    TimePart::Day => "DAY",
                    TimePart::Week => "WEEK",
                    TimePart::Month => "MONTH",
                    TimePart::Year => "YEAR",
                };
                format!("{part} {} {n}", comparison(*by))
            }
        };
        Tree::Leaf(field, asked)
    }

    /// Every variant of a string, dashes spelled out.
    fn strings(op: &StrOp) -> Vec<String> {
        let (start, end) = op.anchor.open();
        let mut variants = vec![Vec::new()];
        if start {
            variants[0].push(Piece::Many);
        }
        for part in op.pattern.parts() {
            let pieces = match part {
                Part::Text(text) => vec![Piece::Text(text.clone())],
                Part::One => vec![Piece::One],
                Part::Many => vec![Piece::Many],
                Part::Dash(_) => DASHES.map(|d| Piece::Text(d.to_string())).to_vec(),
                Part::Placeholder(_) => panic!("a placeholder is left"),
            };
            variants = variants
                .iter()
                .flat_map(|variant| {
                    pieces
                        .iter()
                        .map(|piece| [variant.as_slice(), std::slice::from_ref(piece)].concat())
                })
                .collect();
        }
        if end {
            variants.iter_mut().for_each(|v| v.push(Piece::Many));
        }
        variants.into_iter().map(|v| spelled(v, op.cased)).collect()
    }

    fn comparison(comparison: Comparison) -> &'static str {
        match comparison {
            Comparison::Lt => "LT",
            Comparison::Lte => "LTE",
            Comparison::Gt => "GT",
            Comparison::Gte => "GTE",
            Comparison::Eq => "EQ",
            Comparison::Neq => "NEQ",
        }
    }

    /// A rule's conditions, or where filters were joined to them, the whole.
    pub fn conditions(set: &RuleSet, rule: &Rule) -> Vec<Tree> {
        let mut parts = rule.outline.children.iter();
        if !parts.any(|part| matches!(part.kind, OutlineKind::Filter(_))) {
            rule.conditions
                .iter()
                .map(|c| tree(&set.exprs, *c))
                .collect()
        } else {
            vec![tree(&set.exprs, rule.outline.expr)]
        }
    }
}

mod theirs {
    use super::*;

    pub fn tree(json: &Json) -> Tree {
        let parts =
            |json: &Json| -> Vec<Tree> { json.as_array().unwrap().iter().map(tree).collect() };
        let Some(object) = json.as_object() else {
            assert!(json.is_null(), "{json}");
            return Tree::Nothing;
        };
        if let Some(json) = object.get("and") {
            and(parts(json))
        } else if let Some(json) = object.get("or") {
            or(parts(json))
        } else if let Some(json) = object.get("not") {
            not(parts(json).remove(0))
        } else {
            let field = object["field"].as_str().map(str::to_owned);
            leaf(field, &object["value"])
        }
    }

    fn leaf(field: Option<String>, value: &Json) -> Tree {
        let get = |key: &str| value.get(key);
        if let Some(variants) = get("expansion") {
            let variants = variants.as_array().unwrap().iter();
            return or(variants.map(|v| leaf(field.clone(), v)));
        }
        let keyword = field.is_none();
        let cased = get("cased") == Some(&Json::Bool(true));
        let word = |text: String| spelled(vec![Piece::Many, Piece::Text(text), Piece::Many], cased);
        let asked = if let Some(pieces) = get("str") {
            let mut pieces: Vec<Piece> = pieces.as_array().unwrap().iter().map(piece).collect();
            if keyword {
                // A keyword is found anywhere in a value.
                pieces.insert(0, Piece::Many);
                pieces.push(Piece::Many);
            }
            spelled(pieces, cased)
        } else if let Some(part) = get("timestamp_part") {
            let by = get("cmp").and_then(Json::as_str).unwrap_or("EQ");
            format!("{} {by} {}", part.as_str().unwrap(), number(&value["num"]))
        } else if let Some(by) = get("cmp") {
            format!("{} {}", by.as_str().unwrap(), number(&value["num"]))
        } else if let Some(n) = get("num") {
            match keyword {
                true => word(number(n)),
                false => format!("num {}", number(n)),
            }
        } else if let Some(b) = get("bool") {
            match keyword {
                true => word(b.to_string()),
                false => format!("bool {b}"),
            }
        } else if let Some(pattern) = get("re") {
            let flags: String = value["flags"]
                .as_array()
                .unwrap()
                .iter()
                .map(|f| f.as_str().unwrap())
                .collect();
            format!("re {flags} {}", pattern.as_str().unwrap())
        } else if let Some(net) = get("net") {
            format!("cidr {}", net.as_str().unwrap())
        } else if let Some(exists) = get("exists") {
            let leaf = Tree::Leaf(field, "exists".to_owned());
            return match exists.as_bool().unwrap() {
                true => leaf,
                false => not(leaf),
            };
        } else if let Some(other) = get("fieldref") {
            let (start, end) = (&value["startswith"], &value["endswith"]);
            format!("field {} {start} {end}", other.as_str().unwrap())
        } else if get("null").is_some() {
            "null".to_owned()
        } else {
            panic!("a value of an unknown kind: {value}")
        };
        Tree::Leaf(field, asked)
    }

    fn piece(json: &Json) -> Piece {
        if let Some(text) = json.as_str() {
            return Piece::Text(text.to_owned());
        }
        match (json.get("w").and_then(Json::as_str), json.get("ph")) {
            (Some("*"), _) => Piece::Many,
            (Some("?"), _) => Piece::One,
            (_, Some(name)) => Piece::Text(stand_in(name.as_str().unwrap())),
            _ => panic!("a piece of an unknown kind: {json}"),
        }
    }

    fn number(json: &Json) -> String {
        match json.as_i64() {
            Some(whole) => Number::Int(whole.into()).to_string(),
            None => Number::from_f64(json.as_f64().unwrap()).to_string(),
        }
    }
}

/// The only value of the list behind a placeholder, which the reference leaves in place.
fn stand_in(name: &str) -> String {
    format!("⟦{name}⟧")
}

/// Lists for every placeholder that stands in `text`.
fn lists(texts: &[String]) -> Context {
    let mut context = Context::default();
    for text in texts {
        for name in text.split('%') {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
            if !name.is_empty() && name.chars().all(plain) {
                let list = vec![stand_in(name)];
                context.lists.insert(name.to_owned(), list);
            }
        }
    }
    context
}

fn errors(said: &[Diagnostic]) -> BTreeSet<&'static str> {
    let errors = said.iter().filter(|d| d.severity == Severity::Error);
    errors.map(|d| d.code).collect()
}

#[test]
fn corpus() {
    let Some(shared) = shared("corpus") else {
        return;
    };
    let golden = lines(&shared.join("golden/tree.jsonl"));
    let mut sources = Sources::new();
    let mut texts = Vec::new();
    let mut documents = Vec::new();
    let mut said = Vec::new();
    for line in &golden {
        let path = line["path"].as_str().unwrap();
        let text = std::fs::read_to_string(shared.join("corpus/sigmahq").join(path)).unwrap();
        texts.push(text.clone());
        let id = sources.add(path, text);
        let (read, more) = read(&sources, id);
        documents.extend(read);
        said.extend(more);
    }
    let (set, more) = lower(&documents, &lists(&texts));
    said.extend(more);
    assert_eq!(errors(&said), BTreeSet::new());
    assert_eq!(set.rules.len(), golden.len());
    let mut equal = 0;
    let mut differing: BTreeMap<&str, String> = BTreeMap::new();
    for (index, (line, rule)) in golden.iter().zip(&set.rules).enumerate() {
        assert_eq!(rule.source, SourceId(index as u32));
        let theirs: Vec<Tree> = line["conditions"]
            .as_array()
            .unwrap()
            .iter()
            .map(theirs::tree)
            .collect();
        let ours = ours::conditions(&set, rule);
        if ours == theirs {
            equal += 1;
        } else {
            let path = line["path"].as_str().unwrap();
            differing.insert(path, format!("{ours:?}\n  not {theirs:?}"));
        }
    }
    println!("corpus: {equal} equal, {} differ by name", differing.len());
    let named: BTreeSet<&str> = named::CORPUS.iter().map(|(path, _)| *path).collect();
    let mut wrong = String::new();
    for (path, how) in &differing {
        if !named.contains(path) {
            writeln!(wrong, "{path}\n  {how}").unwrap();
        }
    }
    for path in named {
        if !differing.contains_key(path) {
            writeln!(wrong, "{path} is equal now").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What became of a case on our side.
struct Case {
    documents: Vec<Document>,
    set: RuleSet,
    errors: BTreeSet<&'static str>,
    warnings: BTreeSet<&'static str>,
}

fn case(text: &str) -> Case {
    let mut sources = Sources::new();
    let id = sources.add("case.yml", text);
    let (documents, mut said) = read(&sources, id);
    let (set, more) = lower(&documents, &lists(&[text.to_owned()]));
    said.extend(more);
    let others = said.iter().filter(|d| d.severity == Severity::Warning);
    Case {
        warnings: others.map(|d| d.code).collect(),
        errors: errors(&said),
        documents,
        set,
    }
}

/// Every rule of a case as text, a line each.
fn meaning(set: &RuleSet) -> String {
    let rules = set.rules.iter().map(|rule| {
        let text = set.exprs.display(rule.outline.expr).to_string();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    rules.collect::<Vec<_>>().join("; ")
}

/// The trees of a case in the shape the reference gives them: one per rule or correlation.
fn trees(case: &Case) -> Vec<Result<Vec<Tree>, Json>> {
    let mut rules = case.set.rules.iter();
    let mut correlations = case.set.correlations.iter();
    let mut trees = Vec::new();
    for document in &case.documents {
        match &document.body {
            Body::Filter(_) => {}
            Body::Rule(_) => {
                let rule = rules.next().unwrap();
                trees.push(Ok(ours::conditions(&case.set, rule)));
            }
            Body::Correlation(_) => {
                let correlation = correlations.next().unwrap();
                trees.push(Err(correlated(correlation)));
            }
        }
    }
    trees
}

/// Of ours, what the reference tells of a correlation.
fn correlated(correlation: &CorrelationRule) -> Json {
    let shown = &correlation.correlation;
    let condition = match shown.condition.as_ref().map(|c| &c.value) {
        // A temporal correlation needs all its rules where it says nothing else.
        None => serde_json::json!({ "gte": correlation.references.len() }),
        Some(CorrelationCondition::Expression(expr)) => Json::String(expression(expr, false)),
        Some(CorrelationCondition::Threshold { bounds, fields, .. }) => {
            let mut condition = serde_json::Map::new();
            for (by, bound) in bounds {
                let by = format!("{by:?}").to_lowercase();
                let bound = match Number::from_f64(bound.value) {
                    Number::Int(whole) => serde_json::json!(whole as i64),
                    Number::Float(float) => serde_json::json!(float),
                };
                condition.insert(by, bound);
            }
            let fields: Vec<&String> = fields.iter().map(|f| &f.value).collect();
            match fields.as_slice() {
                [] => {}
                [one] => drop(condition.insert("field".to_owned(), serde_json::json!(one))),
                several => drop(condition.insert("field".to_owned(), serde_json::json!(several))),
            }
            Json::Object(condition)
        }
    };
    let mut kind = String::new();
    for c in format!("{:?}", shown.kind.value).chars() {
        if c.is_uppercase() && !kind.is_empty() {
            kind.push('_');
        }
        kind.extend(c.to_lowercase());
    }
    serde_json::json!({
        "correlation": kind,
        "timespan_s": shown.timespan.map(|t| t.value),
        "group_by": shown.group_by.iter().map(|g| &g.value).collect::<Vec<_>>(),
        "generate": shown.generate,
        "condition": condition,
    })
}

/// A boolean condition of a correlation, with the parentheses it needs.
fn expression(expr: &CorrelationExpr, inside: bool) -> String {
    let joined = |parts: &[sigwright_syntax::Spanned<CorrelationExpr>], by| {
        let parts: Vec<String> = parts.iter().map(|p| expression(p, true)).collect();
        match inside {
            true => format!("({})", parts.join(by)),
            false => parts.join(by),
        }
    };
    match expr {
        CorrelationExpr::And(parts) => joined(parts, " and "),
        CorrelationExpr::Or(parts) => joined(parts, " or "),
        CorrelationExpr::Not(part) => format!("not {}", expression(part, true)),
        CorrelationExpr::Rule(name) => name.clone(),
        CorrelationExpr::Compare(..) => panic!("the reference has no aggregates"),
    }
}

fn their_trees(json: &Json) -> Vec<Result<Vec<Tree>, Json>> {
    json.as_array()
        .unwrap()
        .iter()
        .map(|document| match document.as_array() {
            Some(conditions) => Ok(conditions.iter().map(theirs::tree).collect()),
            None => {
                let mut document = document.clone();
                if document["group_by"].is_null() {
                    document["group_by"] = serde_json::json!([]);
                }
                Err(document)
            }
        })
        .collect()
}

#[test]
fn corner_cases() {
    let Some(shared) = shared("corner_cases") else {
        return;
    };
    let named: BTreeMap<&str, &named::Difference> =
        named::CORNERS.iter().map(|d| (d.case, d)).collect();
    assert_eq!(named.len(), named::CORNERS.len(), "a case is named twice");
    let (mut equal, mut both_reject, mut differ) = (0, 0, 0);
    let mut wrong = String::new();
    let mut met = BTreeSet::new();
    let golden = lines(&shared.join("golden/corner-cases.jsonl"));
    for line in &golden {
        let name = format!(
            "{}: {}",
            line["group"].as_str().unwrap(),
            line["name"].as_str().unwrap()
        );
        let case = case(line["yaml"].as_str().unwrap());
        let theirs_rejects = line.get("error").is_some();
        let ours_rejects = !case.errors.is_empty();
        let found = if theirs_rejects && ours_rejects {
            both_reject += 1;
            None
        } else if !theirs_rejects && !ours_rejects && trees(&case) == their_trees(&line["trees"]) {
            equal += 1;
            None
        } else if ours_rejects {
            let codes: Vec<&str> = case.errors.iter().copied().collect();
            Some(named::Ours::Rejects(codes.join(" ").leak()))
        } else {
            Some(named::Ours::Means(meaning(&case.set).leak()))
        };
        let known = named.get(name.as_str());
        if let Some(known) = known {
            met.insert(known.case);
        }
        match (found, known) {
            (None, None) => {}
            (Some(found), Some(known)) if found == known.ours => differ += 1,
            (Some(found), Some(known)) => {
                writeln!(wrong, "{name}: {found:?}, not {:?}", known.ours).unwrap();
            }
            (None, Some(_)) => writeln!(wrong, "{name}: no difference any more").unwrap(),
            (Some(found), None) => {
                writeln!(wrong, "{name}: {found:?} {:?}", case.warnings).unwrap();
                match line.get("error") {
                    Some(error) => writeln!(wrong, "    theirs: {error}").unwrap(),
                    None => writeln!(wrong, "    theirs: {}", line["trees"]).unwrap(),
                }
                if !ours_rejects {
                    writeln!(wrong, "    ours: {:?}", trees(&case)).unwrap();
                }
            }
        }
    }
    for difference in named::CORNERS {
        if !met.contains(difference.case) {
            writeln!(wrong, "{}: there is no such case", difference.case).unwrap();
        }
    }
    println!(
        "corner cases: {} in all, {equal} equal, {both_reject} rejected by both, {differ} differ by name",
        golden.len()
    );
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!(equal + both_reject + differ, golden.len());
}

#[test]
fn correlation_cases() {
    let Some(shared) = shared("correlation_cases") else {
        return;
    };
    let golden = lines(&shared.join("golden/correlation-cases.jsonl"));
    let mut sound = 0;
    let mut wrong = String::new();
    for line in &golden {
        let name = format!(
            "{}: {}",
            line["group"].as_str().unwrap(),
            line["name"].as_str().unwrap()
        );
        let case = case(line["yaml"].as_str().unwrap());
        let codes: Vec<&str> = case.errors.iter().copied().collect();
        let known = named::CORNERS.iter().find(|d| d.case == name);
        match (codes.is_empty(), known.map(|k| k.ours)) {
            (true, _) => sound += 1,
            (false, Some(named::Ours::Rejects(expected))) if expected == codes.join(" ") => {}
            (false, _) => writeln!(wrong, "{name}: {codes:?}").unwrap(),
        }
    }
    println!(
        "correlation cases: {} in all, {sound} read and resolved",
        golden.len()
    );
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_difference_is_documented() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/differences.md");
    let page = std::fs::read_to_string(page).unwrap();
    let documented: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .collect();
    let corners = named::CORNERS.iter().map(|d| d.name);
    let used: BTreeSet<&str> = corners
        .chain(named::CORPUS.iter().map(|(_, name)| *name))
        .collect();
    let missing: Vec<_> = used.difference(&documented).collect();
    assert!(
        missing.is_empty(),
        "not in docs/differences.md: {missing:?}"
    );
    for difference in named::CORNERS {
        let row = format!("`{}`", difference.case);
        assert!(
            page.contains(&row),
            "docs/differences.md does not list {row}"
        );
    }
}

#[test]
fn anchors_and_wildcards_are_spelled_alike() {
    // The two sides meet in `spelled`; were it to forget something, nothing would differ.
    let text = |t: &str| Piece::Text(t.to_owned());
    let ours = |anchor, pattern: &str| {
        let mut exprs = Exprs::new();
        let subject = Subject::Field(exprs.field("f"));
        let pattern = sigwright_ir::pred::Pattern::parse(pattern);
        let op = Op::Str(StrOp::new(anchor, pattern, false));
        let id = exprs.pred(sigwright_ir::Predicate { subject, op });
        ours::tree(&exprs, id)
    };
    let leaf = |pieces| Tree::Leaf(Some("f".to_owned()), spelled(pieces, false));
    assert_eq!(
        ours(Anchor::Contains, "a"),
        leaf(vec![Piece::Many, text("a"), Piece::Many])
    );
    assert_eq!(ours(Anchor::Start, "a"), leaf(vec![text("a"), Piece::Many]));
    assert_ne!(ours(Anchor::Start, "a"), leaf(vec![Piece::Many, text("a")]));
    assert_ne!(ours(Anchor::Whole, "a"), leaf(vec![text("a"), Piece::Many]));
    assert_eq!(ours(Anchor::Whole, "*"), leaf(vec![Piece::Many]));
    assert_ne!(ours(Anchor::Whole, ""), leaf(vec![Piece::Many]));
    assert_eq!(
        ours(Anchor::Whole, "a*?"),
        leaf(vec![text("a"), Piece::One, Piece::Many])
    );
    assert_ne!(
        ours(Anchor::Whole, r"a\*"),
        leaf(vec![text("a"), Piece::Many])
    );
}
