//! Files, directories, globs, compression. `docs/limits.md` names these tests.

use crate::{Batch, FaultCode, ReadOptions, Reader};
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sigwright-events-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// Writes files whose one record holds their name.
    fn with(names: &[&str]) -> Self {
        let folder = Folder::new();
        for name in names {
            let path = folder.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("{{\"name\":\"{name}\"}}\n")).unwrap();
        }
        folder
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The names in the records, and the faults with the ends of their paths.
fn read(folder: &Folder, inputs: &[&str]) -> (Vec<String>, Vec<(String, FaultCode)>) {
    let inputs: Vec<PathBuf> = inputs.iter().map(|input| folder.join(input)).collect();
    let mut reader = Reader::open(&inputs, ReadOptions::default());
    let mut batch = Batch::new();
    let (mut names, mut faults) = (Vec::new(), Vec::new());
    while reader.read(&mut batch) {
        for record in batch.records() {
            let text = record
                .text
                .strip_prefix("{\"name\":\"")
                .unwrap_or(record.text);
            names.push(text.trim_end_matches("\"}").to_owned());
        }
        for fault in batch.faults() {
            let path = Path::new(&*fault.place.file);
            let path = path.strip_prefix(&folder.0).unwrap_or(path);
            faults.push((path.to_string_lossy().into_owned(), fault.code));
        }
    }
    let progress = reader.progress();
    if faults
        .iter()
        .all(|(_, code)| *code != FaultCode::Unreadable)
    {
        assert_eq!(progress.total, Some(progress.read), "all bytes are counted");
    }
    (names, faults)
}

#[test]
fn directory_is_read_to_its_depth_and_by_name() {
    let folder = Folder::with(&["b.json", "a/z.json", "a/b/c.json", "c.json"]);
    let (names, faults) = read(&folder, &["."]);
    assert_eq!(names, ["a/b/c.json", "a/z.json", "b.json", "c.json"]);
    assert_eq!(faults, []);
}

#[test]
fn inputs_are_read_in_their_order() {
    let folder = Folder::with(&["b.json", "a.json", "none.json"]);
    fs::remove_file(folder.join("none.json")).unwrap();
    let (names, faults) = read(&folder, &["b.json", "none.json", "a.json", "b.json"]);
    assert_eq!(names, ["b.json", "a.json", "b.json"]);
    assert_eq!(faults, [("none.json".to_owned(), FaultCode::NotFound)]);
}

#[test]
fn globs_find_files() {
    let all = [
        "a1.json",
        "a/x.json",
        "a/b/x.json",
        "b.log",
        "a[1].json",
        ".hid.json",
    ];
    let folder = Folder::with(&all);
    for (glob, expected) in [
        ("*.json", &["a1.json", "a[1].json"][..]),
        ("?1.json", &["a1.json"]),
        // There is a file of this very name.
        ("a[1].json", &["a[1].json"]),
        ("a[12].json", &["a1.json"]),
        ("**/x.json", &["a/x.json", "a/b/x.json"]),
        ("*/x.json", &["a/x.json"]),
        ("{a1,b}.*", &["a1.json", "b.log"]),
        (".h*", &[".hid.json"]),
        ("a*", &["a/b/x.json", "a/x.json", "a1.json", "a[1].json"]),
    ] {
        let (names, faults) = read(&folder, &[glob]);
        assert_eq!(
            (&names[..], &faults[..]),
            (expected.map_owned().as_slice(), &[][..]),
            "{glob}"
        );
    }
    let (_, faults) = read(&folder, &["*.none"]);
    assert_eq!(faults, [("*.none".to_owned(), FaultCode::NotFound)]);
    let (_, faults) = read(&folder, &["*[.none"]);
    assert_eq!(faults, [("*[.none".to_owned(), FaultCode::NotFound)]);
}

trait MapOwned {
    fn map_owned(&self) -> Vec<String>;
}

impl MapOwned for &[&str] {
    fn map_owned(&self) -> Vec<String> {
        self.iter().map(|name| (*name).to_owned()).collect()
    }
}

#[cfg(unix)]
#[test]
fn links_lead_neither_in_circles_nor_twice_to_a_file() {
    use std::os::unix::fs::symlink;
    let folder = Folder::with(&["a/x.json", "b/y.json"]);
    symlink(folder.join("a"), folder.join("b/a")).unwrap();
    symlink(folder.join("b"), folder.join("a/b")).unwrap();
    symlink(folder.join("."), folder.join("a/up")).unwrap();
    symlink(folder.join("a/x.json"), folder.join("z.json")).unwrap();
    symlink(folder.join("nowhere"), folder.join("broken.json")).unwrap();
    let (names, faults) = read(&folder, &["."]);
    assert_eq!(names, ["b/y.json", "a/x.json"]);
    assert_eq!(faults, [("broken.json".to_owned(), FaultCode::NotFound)]);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_reported_and_the_rest_goes_on() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixListener;
    let folder = Folder::with(&["a/x.json", "b.json", "c.json", "d.json"]);
    let _socket = UnixListener::bind(folder.join("s")).unwrap();
    let shut = fs::Permissions::from_mode(0o000);
    fs::set_permissions(folder.join("a"), shut.clone()).unwrap();
    fs::set_permissions(folder.join("c.json"), shut).unwrap();
    let (names, faults) = read(&folder, &["."]);
    let open = fs::Permissions::from_mode(0o755);
    // Whoever may read everything, reads these too.
    let barred = fs::read(folder.join("c.json")).is_err();
    fs::set_permissions(folder.join("a"), open).unwrap();
    let unreadable = |name: &str| (name.to_owned(), FaultCode::Unreadable);
    if barred {
        assert_eq!(names, ["b.json", "d.json"]);
        assert_eq!(
            faults,
            [unreadable("a"), unreadable("s"), unreadable("c.json")]
        );
    } else {
        println!("permissions do not bind this user; only the socket is tested");
        assert_eq!(names, ["a/x.json", "b.json", "c.json", "d.json"]);
        assert_eq!(faults, [unreadable("s")]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn file_that_fails_while_it_is_read_is_reported() {
    let folder = Folder::with(&["a.json", "c.json"]);
    // Can be opened, and has nothing at the address 0.
    std::os::unix::fs::symlink("/proc/self/mem", folder.join("b.json")).unwrap();
    let (names, faults) = read(&folder, &["."]);
    assert_eq!(names, ["a.json", "c.json"]);
    assert_eq!(faults, [("b.json".to_owned(), FaultCode::Unreadable)]);
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

fn stored(bytes: Vec<u8>) -> (usize, Vec<FaultCode>) {
    let options = ReadOptions::default();
    let mut reader = Reader::of_stream("x", Box::new(Cursor::new(bytes)), options);
    let mut batch = Batch::new();
    let (mut records, mut faults) = (0, Vec::new());
    while reader.read(&mut batch) {
        records += batch.records().len();
        faults.extend(batch.faults().iter().map(|fault| fault.code));
    }
    (records, faults)
}

/// Lines that do not compress to nothing.
fn log(lines: u32) -> Vec<u8> {
    (0..lines)
        .map(|n| format!("{{\"a\":{}}}\n", n.wrapping_mul(2_654_435_761)))
        .collect::<String>()
        .into_bytes()
}

#[test]
fn compressed_members_follow_one_another() {
    for pack in [gzip, zstd] {
        let text = log(50_000);
        let (first, second) = text.split_at(100_003);
        let mut bytes = pack(first);
        bytes.extend(pack(second));
        assert_eq!(stored(bytes), (50_000, vec![]));
    }
    let skippable = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
    let bytes = [&skippable[..], &zstd(&log(10)), &skippable].concat();
    assert_eq!(stored(bytes), (10, vec![]));
}

#[test]
fn truncated_compression_gives_what_came_before() {
    for pack in [gzip, zstd] {
        let mut bytes = pack(&log(50_000));
        bytes.truncate(bytes.len() * 2 / 3);
        let (records, faults) = stored(bytes);
        assert!((30_000..35_000).contains(&records), "{records}");
        assert_eq!(faults, [FaultCode::BrokenCompression]);
        // Nothing but a beginning.
        let (records, faults) = stored(pack(&log(10))[..6].to_vec());
        assert_eq!((records, faults), (0, vec![FaultCode::BrokenCompression]));
    }
}

#[test]
fn damaged_compression_gives_what_came_before() {
    for pack in [gzip, zstd] {
        let mut bytes = pack(&log(50_000));
        let middle = bytes.len() / 2;
        bytes[middle..middle + 64].fill(0xFF);
        let (records, faults) = stored(bytes);
        assert!(records > 10_000, "{records}");
        assert_eq!(faults.last(), Some(&FaultCode::BrokenCompression));
    }
}

#[test]
fn decompression_bomb_is_one_record_too_long() {
    for pack in [gzip, zstd] {
        let mut bytes = pack(b"{\"a\":1}\n{\"a\":\"");
        let megabytes = pack(&vec![b'x'; 10 << 20]);
        for _ in 0..10 {
            bytes.extend(&megabytes);
        }
        bytes.extend(pack(b"\"}\n{\"a\":3}\n"));
        assert!(bytes.len() < 1 << 20);
        assert_eq!(stored(bytes), (2, vec![FaultCode::RecordTooLong]));
    }
}

#[test]
fn bytes_after_a_compressed_stream_are_reported() {
    for pack in [gzip, zstd] {
        let bytes = [&pack(&log(100))[..], b"and more"].concat();
        assert_eq!(stored(bytes), (100, vec![FaultCode::BrokenCompression]));
    }
}
