//! A file of state gives back exactly what was committed, or is refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

use sigwright_engine::correlate::{Key, Kind, Store};
use sigwright_state::{Create, OpenError, Position, StateFile};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A path of this test's own, with nothing there.
fn fresh(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("state");
    fs::create_dir_all(&dir).unwrap();
    let path = dir.join(name);
    remove(&path);
    path
}

fn remove(path: &Path) {
    for end in ["", "-wal", "-journal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", path.display()));
    }
}

fn key(kind: Kind, owner: u128, id: u128) -> Key {
    Key { kind, owner, id }
}

fn position(records: u64) -> Position {
    Position {
        file: "audit.ndjson".to_owned(),
        records,
        head: vec![1, 2, 3],
    }
}

fn everything(file: &mut StateFile) -> BTreeMap<Key, Vec<u8>> {
    let mut all = BTreeMap::new();
    for kind in Kind::ALL {
        file.each(kind, &mut |key, value| {
            all.insert(*key, value.to_vec());
            Ok(())
        })
        .unwrap();
    }
    all
}

/// Some records of all kinds, as several commits leave them.
fn fill(path: &Path) -> BTreeMap<Key, Vec<u8>> {
    let mut file = StateFile::open(path, Create::Yes).unwrap();
    let mut all = BTreeMap::new();
    for round in 0..6u32 {
        for i in 0..400u32 {
            let n = u128::from(i * 7919 % 1000) << 100;
            let key = key(Kind::ALL[(i % 7) as usize], u128::from(i % 3), n);
            if (i + round) % 11 == 0 {
                file.remove(&key).unwrap();
                all.remove(&key);
            } else {
                let value = format!("{round} {i} {}", "x".repeat((i % 90) as usize));
                file.put(&key, value.as_bytes()).unwrap();
                all.insert(key, value.into_bytes());
            }
        }
        file.commit(&[position(u64::from(round))], u64::from(round))
            .unwrap();
    }
    all
}

#[test]
fn what_was_committed_is_there_and_nothing_else() {
    let path = fresh("committed");
    let all = fill(&path);
    let mut file = StateFile::open(&path, Create::No).unwrap();
    assert!(!file.is_new());
    assert_eq!(everything(&mut file), all);
    assert_eq!(file.positions(), [position(5)]);
    let wanted = key(Kind::Term, 77, 1);
    file.put(&wanted, b"not committed").unwrap();
    assert_eq!(
        file.get(&wanted).unwrap().as_deref(),
        Some(&b"not committed"[..])
    );
    drop(file);
    let mut file = StateFile::open(&path, Create::No).unwrap();
    assert_eq!(everything(&mut file), all);
    let others = (0..3).map(|owner| file.count(Kind::Group, owner).unwrap());
    let groups = others.sum::<u64>();
    assert_eq!(
        groups,
        all.keys().filter(|k| k.kind == Kind::Group).count() as u64
    );
    drop(file);
    // one file, once it is closed
    assert!(!Path::new(&format!("{}-wal", path.display())).exists());
}

#[test]
fn an_owner_is_removed_with_all_that_is_its() {
    let path = fresh("owner");
    let mut all = fill(&path);
    let mut file = StateFile::open(&path, Create::No).unwrap();
    let before = all.len();
    all.retain(|key, _| key.owner != 1);
    assert_eq!(file.remove_owner(1).unwrap(), (before - all.len()) as u64);
    assert_eq!(file.remove_owner(1).unwrap(), 0);
    file.commit(&[], 5).unwrap();
    file.shrink().unwrap();
    drop(file);
    let mut file = StateFile::open(&path, Create::No).unwrap();
    assert_eq!(everything(&mut file), all);
    assert!(file.owners().all(|owner| owner != 1));
}

#[test]
fn a_file_of_others_is_refused_and_left_alone() {
    for (name, bytes) in [
        ("text", &b"not a store at all, but long enough to be one: it goes on and on and on and on and on and on and on"[..]),
        ("short", b"x"),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0"),
    ] {
        let path = fresh(name);
        fs::write(&path, bytes).unwrap();
        assert_eq!(
            StateFile::open(&path, Create::Yes).unwrap_err(),
            OpenError::Foreign
        );
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    let path = fresh("other-database");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE record (x)").unwrap();
    drop(other);
    assert_eq!(
        StateFile::open(&path, Create::Yes).unwrap_err(),
        OpenError::Foreign
    );
}

#[test]
fn a_newer_format_is_refused() {
    let path = fresh("newer");
    fill(&path);
    let mut bytes = fs::read(&path).unwrap();
    bytes[60..64].copy_from_slice(&1000u32.to_be_bytes());
    fs::write(&path, &bytes).unwrap();
    let error = StateFile::open(&path, Create::Yes).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 1000, .. }));
    assert!(error.to_string().contains("newer format, 1000"));
    assert_eq!(fs::read(&path).unwrap(), bytes);
    bytes[60..64].copy_from_slice(&1u32.to_be_bytes());
    fs::write(&path, &bytes).unwrap();
    let error = StateFile::open(&path, Create::Yes).unwrap_err();
    assert!(matches!(error, OpenError::Older { found: 1, .. }));
}

#[test]
fn nothing_is_created_unasked_and_an_empty_file_is_none() {
    let path = fresh("missing");
    assert_eq!(
        StateFile::open(&path, Create::No).unwrap_err(),
        OpenError::Missing
    );
    assert!(!path.exists());
    fs::write(&path, "").unwrap();
    assert!(StateFile::open(&path, Create::Yes).unwrap().is_new());
    let nowhere = path.join("below/a/file");
    assert!(matches!(
        StateFile::open(&nowhere, Create::Yes).unwrap_err(),
        OpenError::Unusable(_)
    ));
    assert!(matches!(
        StateFile::open(path.parent().unwrap(), Create::Yes).unwrap_err(),
        OpenError::Unusable(_)
    ));
}

#[test]
fn one_at_a_time() {
    let path = fresh("lock");
    fill(&path);
    let held = StateFile::open(&path, Create::Yes).unwrap();
    assert_eq!(
        StateFile::open(&path, Create::Yes).unwrap_err(),
        OpenError::InUse
    );
    drop(held);
    StateFile::open(&path, Create::Yes).unwrap();
}

/// A generator of numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Damage of one kind at a random place.
fn damage(kind: usize, bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let at = numbers.below(bytes.len());
    match kind {
        0 => bytes[at] ^= 1 << numbers.below(8),
        1 => {
            let head = numbers.below(200.min(bytes.len()));
            bytes[head] = numbers.below(256) as u8;
        }
        2 => {
            let end = (at + 512).min(bytes.len());
            for byte in &mut bytes[at..end] {
                *byte = numbers.below(256) as u8;
            }
        }
        3 => {
            let page = at / 4096 * 4096;
            bytes[page..page + 4096].fill(0);
        }
        4 => {
            // a write that went to the wrong page
            let from = numbers.below(bytes.len()) / 4096 * 4096;
            bytes.copy_within(from..from + 4096, at / 4096 * 4096);
        }
        _ => bytes.truncate(at),
    }
}

#[test]
fn damage_is_refused_or_does_not_matter() {
    let path = fresh("whole");
    let all = fill(&path);
    let whole = fs::read(&path).unwrap();
    let hurt = fresh("hurt");
    let mut numbers = Numbers(42);
    let (mut refused, mut right) = (0, 0);
    for round in 0..1200 {
        let mut bytes = whole.clone();
        damage(round % 6, &mut bytes, &mut numbers);
        remove(&hurt);
        fs::write(&hurt, &bytes).unwrap();
        let Ok(mut file) = StateFile::open(&hurt, Create::No) else {
            refused += 1;
            continue;
        };
        right += 1;
        assert_eq!(everything(&mut file), all, "round {round}");
        assert_eq!(file.positions(), [position(5)], "round {round}");
        assert_eq!(file.next(), 5, "round {round}");
        // and it goes on
        let new = key(Kind::Term, 9, 9);
        for i in 0..200 {
            let key = key(Kind::Term, 9, i);
            file.put(&key, &[7; 100]).unwrap();
        }
        file.commit(&[position(6)], 6).unwrap();
        drop(file);
        let mut file = StateFile::open(&hurt, Create::No).unwrap();
        assert_eq!(file.get(&new).unwrap().as_deref(), Some(&[7; 100][..]));
    }
    assert!(
        refused > 600 && right > 10,
        "{refused} refused, {right} right"
    );
    println!("{refused} refused, {right} right");
}

/// The log of changes that a process leaves behind when it is killed may be damaged as well:
/// then it ends there, at a commit.
#[test]
fn damage_of_the_log_leaves_a_commit() {
    let path = fresh("logged");
    let mut file = StateFile::open(&path, Create::Yes).unwrap();
    for round in 0..10u64 {
        for i in 0..50 {
            let key = key(Kind::Term, 1, i);
            file.put(&key, &round.to_le_bytes()).unwrap();
        }
        file.commit(&[position(round)], round).unwrap();
    }
    let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    let (main, wal) = (fs::read(&path).unwrap(), fs::read(log(&path)).unwrap());
    drop(file);
    let mut numbers = Numbers(1);
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..300 {
        let hurt = fresh("logged-hurt");
        fs::write(&hurt, &main).unwrap();
        let mut wal = wal.clone();
        damage([0, 2, 5][round % 3], &mut wal, &mut numbers);
        fs::write(log(&hurt), &wal).unwrap();
        let Ok(mut file) = StateFile::open(&hurt, Create::No) else {
            continue;
        };
        let records = file.positions().first().map(|p| p.records);
        seen.insert(records);
        let all = everything(&mut file);
        match records {
            None => assert!(all.is_empty()),
            Some(n) => {
                assert_eq!(all.len(), 50);
                assert!(all.values().all(|value| *value == n.to_le_bytes()));
            }
        }
    }
    assert!(seen.len() > 3, "{seen:?}");
}
