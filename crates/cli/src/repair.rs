//! Makes the fixes that lints offer, in memory first: which, in which files, until nothing is
//! left to do.

use crate::load::{self, Loaded};
use indexmap::IndexMap;
use sigwright_edit::{apply, same_value};
use sigwright_ir::proof::{Prover, Relations, Values};
use sigwright_ir::{Context, Rule, lower};
use sigwright_syntax::ast::Document;
use sigwright_syntax::{Fix, Limits, Safety, SourceId, Sources, read, read_yaml};
use std::fs;
use std::path::Path;

/// The texts of rule files, changed and not yet written, by the names they are shown under.
pub type Texts = IndexMap<String, String>;

/// What was done in all rounds.
#[derive(Debug, Default)]
pub struct Repair {
    /// The files as they shall be.
    pub texts: Texts,
    /// The same files as they were.
    pub before: Texts,
    /// How many fixes were made.
    pub made: usize,
    /// How many were not made in the last round: they would have broken a file, or changed
    /// what a rule means without saying so.
    pub refused: usize,
}

impl Repair {
    /// Makes the fixes that `loaded` offers up to `safety`; true where a text has changed, so
    /// that it must be looked at again.
    pub fn round(&mut self, loaded: &Loaded, safety: Safety) -> bool {
        let mut offered: IndexMap<SourceId, Vec<&Fix>> = IndexMap::new();
        for said in &loaded.diagnostics {
            let fix = said.fixes.iter().find(|fix| fix.safety <= safety);
            if let Some((fix, edit)) = fix.and_then(|fix| Some((fix, fix.edits.first()?))) {
                offered.entry(edit.span.source).or_default().push(fix);
            }
        }
        let context = Context {
            keep_placeholders: true,
            ..loaded.context.clone()
        };
        let mut changed = false;
        self.refused = 0;
        for (source, fixes) in offered {
            let Some(file) = loaded.sources.get(source) else {
                continue;
            };
            let alike = |one: &str, other: &str| alike(one, other, &context);
            let applied = apply(&file.text, source, &fixes, &alike);
            self.made += applied.made.len();
            self.refused += applied.refused.len();
            if applied.text != file.text {
                changed = true;
                self.before
                    .entry(file.name.clone())
                    .or_insert_with(|| file.text.clone());
                self.texts.insert(file.name.clone(), applied.text);
            }
        }
        changed
    }

    /// How many files have changed.
    pub fn files(&self) -> usize {
        self.changes().count()
    }

    /// Name, old and new text of each file that has changed.
    pub fn changes(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.before.iter().filter_map(|(name, before)| {
            let new = self.texts.get(name)?;
            (new != before).then_some((name.as_str(), before.as_str(), new.as_str()))
        })
    }

    /// Writes the files; those that could not be written, and why.
    pub fn write(&self) -> Vec<(String, String)> {
        let mut failed = Vec::new();
        for (name, before, new) in self.changes() {
            let path = Path::new(name);
            let written = match load::read_text(path) {
                Ok(now) if now == before => fs::write(path, new).map_err(|error| error.to_string()),
                Ok(_) => Err("not written: it has changed in the meantime".to_owned()),
                Err(reason) => Err(reason),
            };
            if let Err(reason) = written {
                failed.push((name.to_owned(), reason));
            }
        }
        failed
    }
}

/// What other rules know a document by, and what correlations and filters mean.
const MEANING: [&str; 4] = ["id", "name", "correlation", "filter"];

/// Whether two texts of a rule file mean the same: equal rules in their compiled form, or such
/// as match the same events by proof.
fn alike(one: &str, other: &str, context: &Context) -> bool {
    let (Some(one_trees), Some(other_trees)) = (trees(one), trees(other)) else {
        return false;
    };
    if one_trees.len() != other_trees.len() {
        return false;
    }
    let kept = one_trees.iter().zip(&other_trees).all(|(one, other)| {
        MEANING
            .iter()
            .all(|key| match (one.get(key), other.get(key)) {
                (Some((_, one)), Some((_, other))) => same_value(one, other),
                // an id may be added, and a repeated one taken out by its first
                (None, _) => matches!(*key, "id" | "name") || other.get(key).is_none(),
                (Some(_), None) => false,
            })
    });
    let (one, other) = (documents(one), documents(other));
    let same = |(one, other)| same_rule(one, other, context);
    kept && one.len() == other.len() && one.iter().zip(&other).all(same)
}

fn trees(text: &str) -> Option<Vec<sigwright_syntax::yaml::Node>> {
    let mut sources = Sources::new();
    let source = sources.add("", text);
    let (documents, _) = read_yaml(&sources, source, &Limits::default());
    documents
        .into_iter()
        .map(|document| document.root)
        .collect()
}

fn documents(text: &str) -> Vec<Document> {
    let mut sources = Sources::new();
    let source = sources.add("", text);
    read(&sources, source).0
}

fn same_rule(one: &Document, other: &Document, context: &Context) -> bool {
    let compiled = |document: &Document| {
        let (set, _) = lower(std::slice::from_ref(document), context);
        set.rules.first().map(|rule| rule.fingerprint)
    };
    match (compiled(one), compiled(other)) {
        // what has an error matches nothing that could change
        (None, _) => true,
        (Some(_), None) => false,
        (Some(one_print), Some(other_print)) => {
            one_print == other_print || proved(one, other, context)
        }
    }
}

/// Whether two rules match the same events by proof.
fn proved(one: &Document, other: &Document, context: &Context) -> bool {
    let (set, _) = lower(&[one.clone(), other.clone()], context);
    let [one, other] = set.rules.as_slice() else {
        return false;
    };
    let log = |rule: &Rule| {
        let source = &rule.logsource;
        [&source.product, &source.category, &source.service]
            .map(|part| part.as_ref().map(|part| part.value.to_lowercase()))
    };
    let relations = Relations::of(&set.exprs);
    let prover = Prover::new(&set.exprs, &relations);
    let entails = |narrow: &Rule, broad: &Rule| {
        narrow.root == broad.root
            || prover
                .entails(narrow.root, broad.root, Values::Many)
                .is_some()
    };
    log(one) == log(other) && one.hints == other.hints && entails(one, other) && entails(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "title: T\nlogsource: {product: p}\ndetection:\n    sel:\n        a: [x, xy]\n        b|contains: z\n    condition: sel\n";

    fn like(other: &str) -> bool {
        alike(RULE, other, &Context::default())
    }

    #[test]
    fn what_matches_the_same_is_alike() {
        assert!(like(&RULE.replace("title: T", "title: U\nlevel: low")));
        assert!(like(&RULE.replace("b|contains: z", "b: '*z*'")));
        assert!(like(&RULE.replace("[x, xy]", "[xy, x, X]")));
        assert!(like(
            &RULE.replace("condition: sel", "condition: sel or (sel and sel)")
        ));
        assert!(
            like(&RULE.replace("title: T", "title: T\nid: 4")),
            "an id is added"
        );
    }

    #[test]
    fn what_matches_otherwise_is_not() {
        assert!(!like(&RULE.replace("[x, xy]", "[x]")));
        assert!(!like(&RULE.replace("product: p", "product: q")));
        assert!(!like(&RULE.replace("condition: sel", "condition: not sel")));
        assert!(!like(
            &RULE.replace("title: T", "title: T\nx-suppress: {for: 5d}")
        ));
        assert!(!like(&format!("{RULE}---\n{RULE}")));
        assert!(!like("a: ["));
        let named = RULE.replace("title: T", "title: T\nname: n");
        assert!(!alike(&named, RULE, &Context::default()));
    }
}
