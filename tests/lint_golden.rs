//! Lints against the findings of the reference's validators.
//!
//! Three files of the shared folder are oracles: documents with the findings of the core
//! validators, and the findings over the corpus with the core validators and with the profile
//! that the public rules are checked with. Whatever the reference finds we find, and what our
//! lint of the same matter finds the reference finds, or `docs/differences.md` says by name why not.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

use jiff::civil::date;
use serde_json::Value as Json;
use sigwright_attack::{Attack, Fate};
use sigwright_ir::Context;
use sigwright_lint::{File, LINTS, Level, Levels, Rules};
use sigwright_syntax::{Limits, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

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

/// A validator of the reference, and the lints or codes of the reader that look at the same.
/// Where a validator reports several kinds of issue the kind stands behind it.
const SAME: &[(&str, &[&str])] = &[
    ("all_of_them_condition", &["all-of-them"]),
    (
        "attacktag",
        &[
            "unknown-attack-tag",
            "renamed-attack-tag",
            "unlisted-attack-tag",
        ],
    ),
    ("cartag", &["bad-tag"]),
    ("control_character", &["control-character"]),
    ("custom_attributes", &["unknown-key"]),
    ("cvetag", &["bad-tag"]),
    ("d3_fendtag", &["unlisted-d3fend-tag"]),
    (
        "dangling_condition",
        &["empty-selector", "unknown-selection"],
    ),
    ("dangling_detection", &["unused-selection"]),
    ("detection_tag", &["bad-tag"]),
    ("double_wildcard", &["double-wildcard"]),
    ("duplicate_filename", &["duplicate-filename"]),
    ("duplicate_references", &["duplicate-entry"]),
    ("duplicate_tag", &["duplicate-tag"]),
    ("duplicate_title", &["duplicate-title"]),
    ("escaped_wildcard", &["escaped-wildcard"]),
    ("fieldname_logsource", &["unknown-logsource-key"]),
    ("filename_length", &["filename-convention"]),
    ("identifier_existence", &["missing-id"]),
    ("identifier_uniqueness", &["duplicate-id"]),
    ("AllWithoutContainsModifierIssue", &[]),
    (
        "Base64OffsetWithoutContainsModifierIssue",
        &["base64offset-without-contains"],
    ),
    ("ModifierAppliedMultipleIssue", &["repeated-modifier"]),
    ("WindowsDashCombinedWithAllModifierIssue", &[]),
    ("namespace_tag", &["unknown-tag-namespace"]),
    ("number_as_string", &["number-as-text"]),
    (
        "specific_instead_of_generic_logsource",
        &["specific-logsource"],
    ),
    ("stptag", &["bad-tag"]),
    ("tag_format", &["bad-tag"]),
    (
        "them_condition_with_single_detection",
        &["of-one-selection"],
    ),
    ("tlptag", &["bad-tag"]),
    ("tlpv1_tag", &["bad-tag"]),
    ("tlpv2_tag", &["bad-tag"]),
    ("wildcards_instead_of_modifiers", &["wildcard-for-modifier"]),
    ("sigmahq_author_existence", &["missing-author"]),
    ("sigmahq_category_event_id", &["redundant-field"]),
    (
        "sigmahq_category_windows_provider_name",
        &["redundant-field"],
    ),
    ("sigmahq_correlation_filename_prefix", &["filename-prefix"]),
    (
        "sigmahq_correlation_group_by_existence",
        &["missing-group-by"],
    ),
    ("sigmahq_correlation_rules_minimum", &["lone-rule"]),
    ("sigmahq_date_existence", &["missing-date"]),
    ("sigmahq_description_existence", &["missing-description"]),
    ("sigmahq_description_length", &["short-description"]),
    (
        "sigmahq_falsepositives_banned_word",
        &["falsepositive-wording"],
    ),
    ("sigmahq_falsepositives_capital", &["falsepositive-wording"]),
    (
        "sigmahq_falsepositives_typo_word",
        &["falsepositive-wording"],
    ),
    ("sigmahq_field_duplicate_value", &["duplicate-value"]),
    ("sigmahq_field_user", &["localized-account"]),
    ("sigmahq_fieldname_cast", &["field-case"]),
    ("sigmahq_fields_existence", &["fields-attribute"]),
    ("sigmahq_filename_convention", &["filename-convention"]),
    ("sigmahq_filename_prefix", &["filename-prefix"]),
    ("sigmahq_github_link", &["unstable-link"]),
    ("sigmahq_invalid_all_modifier", &["all-single-value"]),
    ("sigmahq_invalid_fieldname", &["unknown-field"]),
    ("sigmahq_invalid_hash_kv", &["bad-hash"]),
    ("sigmahq_level_existence", &["missing-level"]),
    ("sigmahq_link_in_description", &["link-in-description"]),
    ("sigmahq_logsource_unknown", &["unknown-logsource"]),
    (
        "sigmahq_missing_asterisk_condition",
        &["of-without-wildcard"],
    ),
    ("sigmahq_mitre_link", &["attack-link"]),
    ("sigmahq_modified_date_order", &["modified-before-date"]),
    ("sigmahq_modified_without_date", &["modified-without-date"]),
    ("sigmahq_ofselection_condition", &["of-one-selection"]),
    ("sigmahq_ofthem_condition", &["of-one-selection"]),
    ("sigmahq_redundant_field", &["redundant-field"]),
    ("sigmahq_redundant_modified", &["redundant-modified"]),
    ("sigmahq_space_field_name", &["space-in-field"]),
    ("sigmahq_status", &["misplaced-status"]),
    ("sigmahq_status_existence", &["missing-status"]),
    ("sigmahq_status_to_high", &["young-status"]),
    (
        "sigmahq_sysmon_missing_eventid",
        &["sysmon-without-eventid"],
    ),
    ("sigmahq_tags_detection", &["missing-detection-tag"]),
    (
        "sigmahq_tags_techniques_without_tactics",
        &["technique-without-tactic"],
    ),
    ("sigmahq_tags_tlp", &["tlp-not-clear"]),
    ("sigmahq_tags_unique_detection", &["several-tags"]),
    ("sigmahq_tags_unique_tlp", &["several-tags"]),
    ("sigmahq_title_case", &["title-case"]),
    ("sigmahq_title_end", &["title-wording"]),
    ("sigmahq_title_length", &["title-length"]),
    ("sigmahq_title_start", &["title-wording"]),
    ("sigmahq_unknown_field", &["custom-attribute"]),
    (
        "sigmahq_unsupported_regex_group_construct",
        &["regex-look-around"],
    ),
];

/// Codes that name what they are about by the characters underlined, so that each is compared
/// by itself and not only whether there is one.
const TOLD_APART: [&str; 3] = ["bad-tag", "unknown-key", "unused-selection"];

fn same(issue: &Json) -> (&'static str, &'static [&'static str]) {
    let names = [
        issue["validator"].as_str().unwrap(),
        issue["issue"].as_str().unwrap(),
    ];
    let row = SAME.iter().find(|(name, _)| names.contains(name));
    *row.unwrap_or_else(|| panic!("no row for {names:?}"))
}

/// What an issue of the reference is about.
fn detail(issue: &Json) -> Option<&str> {
    let details = &issue["details"];
    ["detection_name", "tag", "fieldname"]
        .into_iter()
        .find_map(|name| details[name].as_str())
}

/// What all lints say of some files, by code and what is underlined.
fn ours(files: &[(String, String)]) -> Vec<BTreeSet<(&'static str, String)>> {
    let (mut sources, mut read, mut documents, mut said) =
        (Sources::new(), Vec::new(), Vec::new(), Vec::new());
    for (name, text) in files {
        let source = sources.add(name.clone(), text.clone());
        let reading = sigwright_syntax::read_fully(&sources, source, &Limits::default());
        let start = documents.len();
        documents.extend(reading.documents);
        said.extend(reading.diagnostics);
        read.push(File {
            source,
            documents: start..documents.len(),
            trees: reading.trees,
            comments: reading.comments,
        });
    }
    let (set, lowered) = sigwright_ir::lower(&documents, &Context::default());
    said.extend(lowered);
    // the day the oracles were made
    let rules = Rules::new(&sources, &read, &documents, &set, date(2026, 8, 5));
    let mut levels = Levels::default();
    for lint in LINTS.iter().filter(|lint| lint.level == Level::Off) {
        levels.set(lint.name, Level::Warning);
    }
    let levels = vec![levels; read.len()];
    let all = sigwright_lint::lint(&rules, &levels, said);
    let mut found = vec![BTreeSet::new(); files.len()];
    for said in all {
        let Some(span) = said.span() else { continue };
        let text = sources.text(span).trim_matches(['\'', '"']).to_owned();
        found[span.source.0 as usize].insert((said.code, text));
    }
    found
}

/// A finding of one side only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Only {
    /// The reference's: validator or issue, and what it is about.
    Theirs(String, String),
    /// Ours: the code, and what is underlined where that is compared.
    Ours(&'static str, String),
}

/// What one side finds and the other does not, among the validators that were asked.
fn compared(
    issues: &[Json],
    found: &BTreeSet<(&'static str, String)>,
    asked: &BTreeSet<&str>,
) -> Vec<Only> {
    let mut only = Vec::new();
    let mut explained: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    for issue in issues {
        let (name, codes) = same(issue);
        let about = detail(issue);
        let hit = codes.iter().find(|code| {
            found.iter().any(|(own, text)| {
                own == *code && (!TOLD_APART.contains(code) || about == Some(text))
            })
        });
        match hit {
            Some(code) if TOLD_APART.contains(code) => {
                explained.insert((code, about));
            }
            Some(code) => {
                explained.insert((code, None));
            }
            None => only.push(Only::Theirs(
                name.to_owned(),
                about.unwrap_or_default().to_owned(),
            )),
        }
    }
    for (code, text) in found.iter().filter(|(code, _)| asked.contains(code)) {
        let apart = TOLD_APART.contains(code);
        if !explained.contains(&(code, apart.then_some(text.as_str()))) {
            only.push(Only::Ours(
                code,
                if apart { text.clone() } else { String::new() },
            ));
        }
    }
    only.sort();
    only.dedup();
    only
}

/// The codes of ours that a group of validators looks at.
fn asked(core: bool) -> BTreeSet<&'static str> {
    let rows = SAME
        .iter()
        .filter(|(name, _)| core != name.starts_with("sigmahq_"));
    rows.flat_map(|(_, codes)| codes.iter().copied()).collect()
}

/// A row of the tables of differences: its name, the case or path, which finding, and what it
/// is about. Empty cells stand for whatever.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// The row that says why a finding of one side only is right; `case` is the name of a case or
/// the path of a rule.
fn named(case: &str, only: &Only) -> Option<&'static Row> {
    let (rows, finding, about) = match only {
        Only::Theirs(name, about) => (THEIRS, name.as_str(), about),
        Only::Ours(code, about) => (OURS, *code, about),
    };
    rows.iter()
        .find(|(_, at, of, what)| *of == finding && is(at, case) && is(what, about))
}

/// Whether a cell of a row fits; an empty one fits all.
fn is(cell: &str, text: &str) -> bool {
    cell.is_empty() || cell == text
}

/// Findings that only the reference has, by validator or issue.
#[rustfmt::skip]
const THEIRS: &[Row] = &[
    ("all-links-questions", "", "AllWithoutContainsModifierIssue", ""),
    ("windash-is-a-class", "", "WindowsDashCombinedWithAllModifierIssue", ""),
    ("both-versions-of-tlp", "", "tlpv1_tag", "tlp.amber-strict"),
    ("both-versions-of-tlp", "", "tlpv2_tag", "tlp.white"),
    ("resting-selections", "", "dangling_detection", "_unused"),
    ("resting-selections", "", "dangling_detection", "_hidden"),
    ("resting-selections", "", "dangling_detection", "_a"),
    ("resting-selections", "condition/them only _", "them_condition_with_single_detection", ""),
    ("capitals-once", "lint/tag Attack.T1059", "namespace_tag", "Attack.T1059"),
    ("only-stars", "string/only two stars", "wildcards_instead_of_modifiers", ""),
    ("only-stars", "value/empty list", "wildcards_instead_of_modifiers", ""),
    ("values-as-written", "encoding/utf16be", "control_character", ""),
    ("data-sources", "rules/windows/powershell/powershell_script/posh_ps_create_volume_shadow_copy.yml", "attacktag", "attack.ds0005"),
    ("whole-words", "condition/nota", "dangling_detection", ""),
    ("timeframe-is-no-selection", "condition/timeframe v1", "dangling_detection", "timeframe"),
];

/// Findings that only we have, by code.
#[rustfmt::skip]
const OURS: &[Row] = &[
    ("quoted-event-ids", "lint/security 4688 str", "specific-logsource", ""),
    ("values-as-written", "encoding/base64 escaped star", "escaped-wildcard", ""),
    ("values-as-written", "encoding/base64offset escaped star", "escaped-wildcard", ""),
    ("patterns-of-one", "condition/1 of _*", "of-one-selection", ""),
    ("patterns-of-one", "condition/1 of *_main", "of-one-selection", ""),
    ("patterns-of-one", "condition/1 of sel*2", "of-one-selection", ""),
    ("whole-words", "condition/nota", "unknown-selection", ""),
    ("unknown-keys", "correlation/unknown key", "unknown-key", "foo"),
    ("unknown-keys", "correlation/ignore-case group", "unknown-key", "ignore_case"),
    ("filters-are-rules", "filter/any", "missing-id", ""),
    ("filters-are-rules", "filter/by title", "missing-id", ""),
    ("filters-are-rules", "filter/empty rules", "missing-id", ""),
    ("filters-are-rules", "filter/logsource mismatch", "missing-id", ""),
    ("filters-are-rules", "filter/logsource broader", "missing-id", ""),
    ("filters-are-rules", "filter/cond positive", "missing-id", ""),
    ("filters-are-rules", "filter/them", "missing-id", ""),
    ("filters-are-rules", "filter/unknown rule", "missing-id", ""),
    ("filters-are-rules", "filter/ANY upper", "missing-id", ""),
    ("whole-filenames", "rules-emerging-threats/2023/Exploits/CVE-2023-34362-MOVEit-Transfer-Exploit/web_cve_2023_34362_known_payload_request.yml.yml", "filename-convention", ""),
    ("more-typos", "rules/cloud/azure/audit_logs/azure_priviledged_role_assignment_bulk_change.yml", "falsepositive-wording", ""),
    ("raw-links", "rules/windows/registry/registry_set/registry_set_fax_change_service_user.yml", "unstable-link", ""),
];

/// Differences by name, and what has none.
#[derive(Default)]
struct Differences {
    named: BTreeMap<&'static str, usize>,
    rows: BTreeSet<&'static Row>,
    unexplained: Vec<String>,
}

impl Differences {
    fn take(&mut self, case: &str, only: &Only) {
        match named(case, only) {
            Some(row) => {
                *self.named.entry(row.0).or_insert(0) += 1;
                self.rows.insert(row);
            }
            None => self.unexplained.push(format!("{case}: {only:?}")),
        }
    }

    /// Prints what differs; what has no name fails, and so does a row without a difference.
    fn finish(&self, compared: usize, label: &str, rows: impl Iterator<Item = &'static Row>) {
        for (name, count) in &self.named {
            println!("{label}: {count} {name}");
        }
        println!(
            "{label}: {compared} compared, {} unexplained",
            self.unexplained.len()
        );
        assert!(
            self.unexplained.is_empty(),
            "{}",
            self.unexplained.join("\n")
        );
        for row in rows {
            assert!(
                self.rows.contains(row),
                "{label}: no such difference: {row:?}"
            );
        }
    }
}

/// The rows about cases, or those about rules of the corpus.
fn rows(corpus: bool) -> impl Iterator<Item = &'static Row> {
    let rows = THEIRS.iter().chain(OURS);
    rows.filter(move |(_, at, ..)| at.ends_with(".yml") == corpus)
}

#[test]
fn documents_are_found_fault_with_as_by_the_core_validators() {
    let Some(shared) = shared("documents") else {
        return;
    };
    let asked = asked(true);
    let mut differences = Differences::default();
    let cases = lines(&shared.join("golden/lint-cases.jsonl"));
    assert!(cases.len() > 290);
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let text = case["yaml"].as_str().unwrap().to_owned();
        let found = ours(&[("rule_of_a_case.yml".to_owned(), text)]).remove(0);
        let issues = case["issues"].as_array().unwrap();
        for only in compared(issues, &found, &asked) {
            differences.take(name, &only);
        }
    }
    differences.finish(cases.len(), "documents", rows(false));
}

/// Whether the reference finds fault for knowing ATT&CK 18.1 only.
fn newer_attack(issue: &Json) -> bool {
    let attack = Attack::built_in();
    let details = &issue["details"];
    if let Some(tag) = details["tag"].as_str() {
        let entry = tag
            .strip_prefix("attack.")
            .and_then(|name| attack.get(name));
        return entry.is_some_and(|entry| entry.fate == Fate::Current);
    }
    let missing = details["missing_tactic"].as_str().unwrap_or_default();
    let missing = missing.strip_prefix("attack.").unwrap_or(missing);
    // a list as Python writes it
    let techniques = details["techniques"].as_str().unwrap();
    techniques.split('\'').skip(1).step_by(2).all(|technique| {
        let technique = attack.technique(technique.trim_start_matches("attack."));
        technique.is_some_and(|technique| technique.tactics.iter().all(|tactic| tactic != missing))
    })
}

fn corpus(file: &str, core: bool, test: &str) {
    let about = if core {
        ["attacktag", "filename-convention"]
    } else {
        ["falsepositive-wording", "unstable-link"]
    };
    let Some(shared) = shared(test) else {
        return;
    };
    let asked = asked(core);
    let root = shared.join("corpus/sigmahq");
    let golden = lines(&shared.join("golden").join(file));
    assert!(golden.len() > 2_000);
    let paths = golden
        .iter()
        .map(|row| row["path"].as_str().unwrap().to_owned());
    let files: Vec<(String, String)> = paths
        .map(|path| {
            let text = std::fs::read_to_string(root.join(&path)).unwrap();
            (path, text)
        })
        .collect();
    let found = ours(&files);
    let mut differences = Differences::default();
    for (row, found) in golden.iter().zip(&found) {
        let path = row["path"].as_str().unwrap();
        let (newer, issues): (Vec<Json>, Vec<Json>) = row["issues"]
            .as_array()
            .unwrap()
            .iter()
            .cloned()
            .partition(newer_attack_only);
        *differences.named.entry("attack-19").or_insert(0) += newer.len();
        for only in compared(&issues, found, &asked) {
            differences.take(path, &only);
        }
    }
    let rows = rows(true).filter(|(_, _, of, _)| about.contains(of));
    differences.finish(golden.len(), test, rows);
}

fn newer_attack_only(issue: &Json) -> bool {
    let validator = issue["validator"].as_str().unwrap();
    ["attacktag", "sigmahq_tags_techniques_without_tactics"].contains(&validator)
        && newer_attack(issue)
}

#[test]
fn the_corpus_is_found_fault_with_as_by_the_core_validators() {
    corpus("sigma-check.jsonl", true, "corpus, core");
}

#[test]
fn the_corpus_is_found_fault_with_as_by_the_profile_of_the_public_rules() {
    corpus(
        "sigma-check-sigmahq-ci.jsonl",
        false,
        "corpus, public rules",
    );
}

/// Every code of the table is one that something says.
#[test]
fn every_lint_of_the_table_is_there() {
    let errors = ["empty-selector", "unknown-selection"];
    for (validator, codes) in SAME {
        for code in *codes {
            let known = errors.contains(code) || sigwright_lint::find(code).is_some();
            assert!(known, "{validator}: no lint is called {code}");
        }
    }
}
