//! The logs, made once and kept as files.

use crate::Trouble;
use clap::ValueEnum;
use serde_json::{Map, Value};
use sigwright_sample::{KubernetesLog, Options};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// The logs there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Kubernetes audit
    K8s,
    /// CloudTrail
    Cloudtrail,
    /// Windows hosts, mostly benign
    Windows,
    /// Windows events that nearly all match a rule
    Hot,
}

impl Kind {
    /// As tables call it.
    pub fn title(self) -> &'static str {
        match self {
            Kind::K8s => "Kubernetes audit",
            Kind::Cloudtrail => "CloudTrail",
            Kind::Windows => "Windows, ordinary",
            Kind::Hot => "Windows, match-heavy",
        }
    }

    /// Where the log comes from, for engines that have to be told.
    pub fn logsource(self) -> &'static str {
        match self {
            Kind::K8s => "product=kubernetes,service=audit",
            Kind::Cloudtrail => "product=aws,service=cloudtrail",
            Kind::Windows | Kind::Hot => "product=windows",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Kind::K8s => "k8s",
            Kind::Cloudtrail => "cloudtrail",
            Kind::Windows => "windows",
            Kind::Hot => "hot",
        }
    }
}

/// A log on disk.
#[derive(Debug, Clone)]
pub struct Input {
    /// Which.
    pub kind: Kind,
    /// NDJSON.
    pub path: PathBuf,
    /// Its first event alone, to know what loading costs.
    pub one: PathBuf,
    /// Lines.
    pub events: u64,
    /// Bytes.
    pub bytes: u64,
    /// Captured logs repeated, or generated.
    pub captured: bool,
}

impl Input {
    /// Makes the log in `directory`, at least `size` bytes long. `None` where nothing is there to
    /// make it from.
    ///
    /// # Errors
    /// Where files cannot be read or written.
    pub fn make(
        kind: Kind,
        shared: Option<&Path>,
        size: u64,
        directory: &Path,
    ) -> Result<Option<Input>, Trouble> {
        let lines = match (kind, shared) {
            (Kind::K8s, Some(shared)) => lines_of(&shared.join("events/k8s-audit"), "")?,
            (Kind::Cloudtrail, Some(shared)) => {
                lines_of(&shared.join("events/cloud-audit"), "aws-")?
            }
            (Kind::Windows, Some(shared)) => lines_of(&shared.join("events/windows"), "")?,
            (Kind::Hot, Some(shared)) => flattened(&shared.join("corpus/sigmahq/regression_data"))?,
            (Kind::K8s, None) => generated(size)?,
            (_, None) => return Ok(None),
        };
        if lines.is_empty() {
            return Ok(None);
        }
        fs::create_dir_all(directory).map_err(|error| Trouble::of(directory.display(), error))?;
        let path = directory.join(format!("{}.ndjson", kind.file()));
        let one = directory.join(format!("{}-one.ndjson", kind.file()));
        let (events, bytes) = write_repeated(&lines, size, kind == Kind::Hot, &path)?;
        write_repeated(lines.get(..1).unwrap_or_default(), 1, false, &one)?;
        Ok(Some(Input {
            kind,
            path,
            one,
            events,
            bytes,
            captured: shared.is_some(),
        }))
    }

    /// The first `count` events as a file of their own, beside the log.
    ///
    /// # Errors
    /// Where files cannot be read or written.
    pub fn head(&self, count: usize) -> Result<PathBuf, Trouble> {
        let text = read(&self.path)?;
        let lines: Vec<String> = text.lines().take(count).map(str::to_owned).collect();
        let path = self.path.with_extension(format!("{count}.ndjson"));
        write_repeated(&lines, 1, false, &path)?;
        Ok(path)
    }
}

/// Text of a file.
///
/// # Errors
/// Where it cannot be read or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Trouble> {
    fs::read_to_string(path).map_err(|error| Trouble::of(path.display(), error))
}

/// Files under a directory whose names end so, in order.
///
/// # Errors
/// Where a directory cannot be read.
pub fn files(directory: &Path, end: &str) -> Result<Vec<PathBuf>, Trouble> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        let entries =
            fs::read_dir(&directory).map_err(|error| Trouble::of(directory.display(), error))?;
        for entry in entries {
            let path = entry
                .map_err(|error| Trouble::of(directory.display(), error))?
                .path();
            if path.is_dir() {
                left.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn lines_of(directory: &Path, start: &str) -> Result<Vec<String>, Trouble> {
    let mut lines = Vec::new();
    for path in files(directory, ".ndjson")? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(start) {
            let text = read(&path)?;
            lines.extend(
                text.lines()
                    .filter(|line| !line.trim().is_empty())
                    .map(str::to_owned),
            );
        }
    }
    Ok(lines)
}

fn generated(size: u64) -> Result<Vec<String>, Trouble> {
    let options = Options {
        events: u64::MAX,
        seed: 7,
        ..Options::default()
    };
    let mut log =
        KubernetesLog::new(options).map_err(|error| Trouble::of("the generator", error))?;
    let mut lines = Vec::new();
    let mut bytes = 0;
    let mut line = Vec::new();
    while bytes < size && log.write_line(&mut line) {
        bytes += line.len() as u64;
        lines.push(String::from_utf8_lossy(line.trim_ascii_end()).into_owned());
        line.clear();
    }
    Ok(lines)
}

/// Recorded Windows events, each as one flat object: what `System` says with attributes joined
/// by `_`, then what the event says.
fn flattened(directory: &Path) -> Result<Vec<String>, Trouble> {
    let mut lines = Vec::new();
    for path in files(directory, ".json")? {
        let text = read(&path)?;
        // some files hold several events, one after another
        for event in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
            let event = event.map_err(|error| Trouble::of(path.display(), error))?;
            let mut flat = Map::new();
            for (name, value) in members(event.pointer("/Event/System")) {
                match value.get("#attributes").and_then(Value::as_object) {
                    Some(attributes) => {
                        flat.extend(
                            attributes
                                .iter()
                                .map(|(part, value)| (format!("{name}_{part}"), value.clone())),
                        );
                        if let Some(text) = value.get("#text") {
                            flat.insert(name.clone(), text.clone());
                        }
                    }
                    None if value.is_null() => {}
                    None => {
                        flat.insert(name.clone(), value.clone());
                    }
                }
            }
            let data = members(event.pointer("/Event/EventData"));
            let user = members(event.pointer("/Event/UserData"))
                .flat_map(|(_, value)| members(Some(value)));
            for (name, value) in data.chain(user).filter(|(name, _)| *name != "#attributes") {
                flat.insert(name.clone(), value.clone());
            }
            lines.push(Value::Object(flat).to_string());
        }
    }
    Ok(lines)
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

/// Writes the lines again and again until the size is reached, each round in an order of its own
/// where asked.
fn write_repeated(
    lines: &[String],
    size: u64,
    shuffle: bool,
    path: &Path,
) -> Result<(u64, u64), Trouble> {
    let trouble = |error| Trouble::of(path.display(), error);
    let mut out = BufWriter::new(fs::File::create(path).map_err(trouble)?);
    let mut order: Vec<&String> = lines.iter().collect();
    let mut dice = Dice(1);
    let (mut events, mut bytes) = (0, 0);
    while bytes < size && !lines.is_empty() {
        if shuffle {
            dice.shuffle(&mut order);
        }
        for line in &order {
            writeln!(out, "{line}").map_err(trouble)?;
            events += 1;
            bytes += line.len() as u64 + 1;
        }
    }
    out.flush().map_err(trouble)?;
    Ok((events, bytes))
}

/// Deterministic chance: SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// Puts the items into another order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at as u64 + 1) as usize);
        }
    }
}
