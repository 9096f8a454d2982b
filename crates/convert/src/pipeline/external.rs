//! Placeholders filled from outside: files, URLs, commands. None is touched without a flag.

use super::keys::{Matcher, Scalar};
use super::placeholders::{Which, fill};
use super::read::{Params, Reader};
use super::scope::Scope;
use super::transformations::Transformation;
use crate::Unsupported;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;
use sigwright_ir::pred::Number;
use sigwright_syntax::pattern::Pattern;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The most that is read from outside, in bytes.
const MOST: usize = 10 << 20;

/// What the user lets pipelines do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Run commands.
    pub commands: bool,
    /// Fetch URLs.
    pub urls: bool,
    /// Read files.
    pub files: bool,
}

/// The keys that the three have in common.
const COMMON: [&str; 7] = [
    "include",
    "exclude",
    "format",
    "filter",
    "csv_column",
    "csv_has_header",
    "jq_expression",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommonKeys {
    include: Option<Vec<String>>,
    exclude: Option<Vec<String>>,
    #[serde(default)]
    format: Format,
    filter: Option<Matcher>,
    csv_column: Option<Scalar>,
    #[serde(default = "yes")]
    csv_has_header: bool,
    jq_expression: Option<Projection>,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Plaintext,
    Csv,
    Json,
    Yaml,
}

/// A step whose placeholders are filled from outside.
#[derive(Debug)]
struct Outside<S> {
    source: S,
    which: Which,
    shape: Shape,
    filter: Option<Matcher>,
    read: OnceLock<Result<Vec<Pattern>, String>>,
}

/// How values stand in what is read.
#[derive(Debug)]
enum Shape {
    Lines,
    Named(String),
    Numbered(usize, bool),
    Json(Projection),
    Yaml(Projection),
}

/// Where text comes from.
trait Source: std::fmt::Debug + Send + Sync + 'static {
    /// Its keys.
    type Keys: serde::de::DeserializeOwned;
    /// From its keys; the error is a sentence.
    fn new(keys: Self::Keys, file: &str) -> Result<Self, String>
    where
        Self: Sized;
    /// Whether the user lets it, and the flag that does.
    fn allowed(allowed: &Allowed) -> (bool, &'static str);
    /// All of it.
    fn text(&self) -> Result<String, String>;
}

fn read<S: Source>(
    reader: &mut Reader<'_>,
    params: &Params<'_>,
) -> Option<Box<dyn Transformation>> {
    let (common, own) = params.split(&COMMON);
    let common: Option<CommonKeys> = reader.typed(&common);
    let keys: S::Keys = reader.typed(&own)?;
    let made = S::new(keys, reader.folder).and_then(|source| Outside::new(source, common));
    match made {
        Ok(Some(outside)) => Some(Box::new(outside)),
        Ok(None) => None,
        Err(message) => {
            reader.error(params.span(), message);
            None
        }
    }
}

/// `file_placeholders`
pub(super) fn from_file(
    reader: &mut Reader<'_>,
    params: &Params<'_>,
) -> Option<Box<dyn Transformation>> {
    read::<TextFile>(reader, params)
}

/// `http_placeholders`
pub(super) fn from_url(
    reader: &mut Reader<'_>,
    params: &Params<'_>,
) -> Option<Box<dyn Transformation>> {
    read::<Url>(reader, params)
}

/// `command_placeholders`
pub(super) fn from_command(
    reader: &mut Reader<'_>,
    params: &Params<'_>,
) -> Option<Box<dyn Transformation>> {
    read::<Shell>(reader, params)
}

impl<S: Source> Outside<S> {
    fn new(source: S, keys: Option<CommonKeys>) -> Result<Option<Self>, String> {
        let Some(keys) = keys else {
            return Ok(None);
        };
        let needs = |key: &str| format!("this format needs `{key}`");
        let shape = match keys.format {
            Format::Plaintext => Shape::Lines,
            Format::Json => Shape::Json(keys.jq_expression.ok_or_else(|| needs("jq_expression"))?),
            Format::Yaml => Shape::Yaml(keys.jq_expression.ok_or_else(|| needs("jq_expression"))?),
            Format::Csv => match keys.csv_column.ok_or_else(|| needs("csv_column"))? {
                Scalar::Text(_) if !keys.csv_has_header => {
                    return Err("a column can be named only where there is a header".to_owned());
                }
                Scalar::Text(name) => Shape::Named(name),
                Scalar::Number(Number::Int(n)) if usize::try_from(n).is_ok() => {
                    Shape::Numbered(usize::try_from(n).unwrap_or(0), keys.csv_has_header)
                }
                other => return Err(format!("`{}` is no column", other.text())),
            },
        };
        Ok(Some(Outside {
            source,
            which: Which::new(keys.include, keys.exclude)?,
            shape,
            filter: keys.filter,
            read: OnceLock::new(),
        }))
    }

    /// The values, read once.
    fn values(&self, allowed: &Allowed) -> Result<Vec<Pattern>, String> {
        let (allowed, flag) = S::allowed(allowed);
        if !allowed {
            return Err(format!(
                "a pipeline wants to reach outside for a placeholder, which `{flag}` allows"
            ));
        }
        let values = self.read.get_or_init(|| {
            let values = self.shape.values(&self.source.text()?)?;
            let mut patterns = Vec::with_capacity(values.len());
            for value in values {
                let kept = match &self.filter {
                    Some(filter) => filter.finds(&value)?,
                    None => true,
                };
                if kept {
                    patterns.push(Pattern::parse(&value));
                }
            }
            match patterns.is_empty() {
                true => Err("there is no value for the placeholder outside".to_owned()),
                false => Ok(patterns),
            }
        });
        values.clone()
    }
}

impl<S: Source> Transformation for Outside<S> {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        fill(scope, &self.which, &|scope, _| {
            self.values(scope.run.allowed)
        })
    }
}

impl Shape {
    fn values(&self, text: &str) -> Result<Vec<String>, String> {
        match self {
            Shape::Lines => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                Ok(lines.map(str::to_owned).collect())
            }
            Shape::Named(name) => {
                let mut reader = csv::ReaderBuilder::new()
                    .flexible(true)
                    .from_reader(text.as_bytes());
                let headers = reader.headers().map_err(|e| e.to_string())?;
                let column = headers.iter().position(|header| header == name);
                column_of(
                    reader,
                    column.ok_or_else(|| format!("there is no column `{name}`"))?,
                )
            }
            Shape::Numbered(column, header) => {
                let reader = csv::ReaderBuilder::new()
                    .flexible(true)
                    .has_headers(*header)
                    .from_reader(text.as_bytes());
                column_of(reader, *column)
            }
            Shape::Json(projection) => {
                let json = serde_json::from_str(text).map_err(|e| e.to_string())?;
                projection.values(&json)
            }
            Shape::Yaml(projection) => {
                let json = serde_yaml::from_str(text).map_err(|e| e.to_string())?;
                projection.values(&json)
            }
        }
    }
}

fn column_of(mut reader: csv::Reader<&[u8]>, column: usize) -> Result<Vec<String>, String> {
    let mut values = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        values.extend(record.get(column).map(str::to_owned));
    }
    Ok(values)
}

/// The part of jq's language that leads to values: `.a`, `."a b"`, `.[]`, `.[3]`, one after
/// another. Source: <https://jqlang.org/manual/#basic-filters>
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Projection(Vec<Way>);

#[derive(Debug, Clone, PartialEq)]
enum Way {
    Key(String),
    Index(usize),
    Each,
}

impl TryFrom<String> for Projection {
    type Error = String;

    fn try_from(text: String) -> Result<Projection, String> {
        use nom::Parser;
        use nom::branch::alt;
        use nom::bytes::complete::{is_not, tag, take_while1};
        use nom::character::complete::{char, digit1};
        use nom::combinator::{all_consuming, map, map_res, opt, value};
        use nom::multi::many0;
        use nom::sequence::{delimited, preceded};
        let quoted = || delimited(char('"'), is_not("\"\\"), char('"'));
        let plain = take_while1(|c: char| c.is_alphanumeric() || c == '_');
        let key = |name: &str| Way::Key(name.to_owned());
        let bracketed = || {
            alt((
                map(delimited(char('['), quoted(), char(']')), key),
                map_res(delimited(char('['), digit1, char(']')), |n: &str| {
                    n.parse().map(Way::Index)
                }),
                value(Way::Each, tag("[]")),
            ))
        };
        let named = map(preceded(char('.'), alt((quoted(), plain))), key);
        let way = alt((named, preceded(opt(char('.')), bracketed())));
        let identity = map(char('.'), |_| Vec::new());
        let read: nom::IResult<&str, Vec<Way>> =
            alt((all_consuming(identity), all_consuming(many0(way)))).parse(text.trim());
        match read {
            Ok((_, ways)) if !text.trim().is_empty() => Ok(Projection(ways)),
            _ => Err(format!(
                "`{text}` is more of jq than is understood here: keys, `[]` and `[number]`"
            )),
        }
    }
}

impl Projection {
    /// The scalars it leads to; nulls are left out.
    fn values(&self, json: &Json) -> Result<Vec<String>, String> {
        let mut found = vec![json];
        for way in &self.0 {
            let mut next = Vec::new();
            for json in found {
                match (way, json) {
                    (Way::Key(key), Json::Object(map)) => next.extend(map.get(key)),
                    (Way::Index(n), Json::Array(list)) => next.extend(list.get(*n)),
                    (Way::Each, Json::Array(list)) => next.extend(list),
                    (Way::Each, Json::Object(map)) => next.extend(map.values()),
                    (_, Json::Null) => {}
                    (way, _) => return Err(format!("{way:?} of what has none")),
                }
            }
            found = next;
        }
        let values = found.into_iter().filter(|value| !value.is_null());
        values
            .map(|value| match value {
                Json::String(text) => Ok(text.clone()),
                Json::Array(_) | Json::Object(_) => {
                    Err("the jq expression leads to a list or a map; `[]` opens it".to_owned())
                }
                other => Ok(other.to_string()),
            })
            .collect()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextFileKeys {
    path: String,
}

#[derive(Debug)]
struct TextFile(PathBuf);

impl Source for TextFile {
    type Keys = TextFileKeys;

    /// A relative path starts beside the pipeline's file.
    fn new(keys: TextFileKeys, file: &str) -> Result<Self, String> {
        let beside = Path::new(file).parent().unwrap_or(Path::new(""));
        Ok(TextFile(beside.join(keys.path)))
    }

    fn allowed(allowed: &Allowed) -> (bool, &'static str) {
        (allowed.files, "--allow-files")
    }

    fn text(&self) -> Result<String, String> {
        let shown = self.0.display();
        let file = File::open(&self.0).map_err(|error| format!("{shown}: {error}"))?;
        limited(file, MOST).map_err(|error| format!("{shown}: {error}"))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Url {
    url: String,
    #[serde(default = "get")]
    method: String,
    #[serde(default = "ten")]
    timeout: u64,
    #[serde(default)]
    headers: Option<IndexMap<String, String>>,
    #[serde(default)]
    params: Option<IndexMap<String, String>>,
    #[serde(default)]
    form_data: Option<IndexMap<String, Scalar>>,
    #[serde(default)]
    json_body: Option<Json>,
    #[serde(default = "most")]
    max_body_size: usize,
}

fn get() -> String {
    "GET".to_owned()
}

fn ten() -> u64 {
    10
}

fn most() -> usize {
    MOST
}

impl Source for Url {
    type Keys = Url;

    fn new(keys: Url, _: &str) -> Result<Self, String> {
        let known = keys.url.starts_with("https://") || keys.url.starts_with("http://");
        match known {
            true => Ok(keys),
            false => Err(format!("`{}` is no address of the web", keys.url)),
        }
    }

    fn allowed(allowed: &Allowed) -> (bool, &'static str) {
        (allowed.urls, "--allow-urls")
    }

    /// By curl, which is on every system that runs this, and knows its proxies and
    /// certificates.
    fn text(&self) -> Result<String, String> {
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--show-error",
            "--fail",
            "--proto",
            "=http,https",
        ]);
        curl.args(["--request", &self.method]);
        for (name, value) in self.headers.iter().flatten() {
            curl.args(["--header", &format!("{name}: {value}")]);
        }
        for (name, value) in self.form_data.iter().flatten() {
            curl.args(["--data-urlencode", &format!("{name}={}", value.text())]);
        }
        if let Some(json) = &self.json_body {
            curl.args(["--header", "Content-Type: application/json"]);
            curl.args(["--data-raw", &json.to_string()]);
        }
        for (name, value) in self.params.iter().flatten() {
            curl.args(["--url-query", &format!("{name}={value}")]);
        }
        curl.args(["--", &self.url]);
        let most = self.max_body_size;
        output(curl, Duration::from_secs(self.timeout), most)
            .map_err(|error| format!("{}: {error}", self.url))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShellKeys {
    cmd: Json,
    #[serde(default = "thirty")]
    timeout: u64,
    #[serde(default = "most")]
    max_stdout: usize,
}

fn thirty() -> u64 {
    30
}

#[derive(Debug)]
struct Shell {
    words: Vec<String>,
    timeout: u64,
    max_stdout: usize,
}

impl Source for Shell {
    type Keys = ShellKeys;

    /// One text goes to the shell, a list is a program and its arguments.
    fn new(keys: ShellKeys, _: &str) -> Result<Self, String> {
        let word = |word: &Json| word.as_str().map(str::to_owned);
        let words = match &keys.cmd {
            Json::String(line) if !line.is_empty() => {
                Some(vec!["/bin/sh".to_owned(), "-c".to_owned(), line.clone()])
            }
            Json::Array(words) if !words.is_empty() => words.iter().map(word).collect(),
            _ => None,
        };
        Ok(Shell {
            words: words.ok_or("`cmd` names no command")?,
            timeout: keys.timeout,
            max_stdout: keys.max_stdout,
        })
    }

    fn allowed(allowed: &Allowed) -> (bool, &'static str) {
        (allowed.commands, "--allow-commands")
    }

    fn text(&self) -> Result<String, String> {
        let mut words = self.words.iter();
        let mut command = Command::new(words.next().map_or("", String::as_str));
        command.args(words);
        output(command, Duration::from_secs(self.timeout), self.max_stdout)
    }
}

/// What a program prints, within a time and a length.
fn output(mut command: Command, within: Duration, most: usize) -> Result<String, String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let said = std::thread::spawn(move || stderr.map(|pipe| limited(pipe, 4096)));
    let printed = std::thread::spawn(move || stdout.map(|pipe| limited(pipe, most)));
    let deadline = Instant::now() + within;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        // more than it may print: nobody reads on, and it waits for ever
        if printed.is_finished() || Instant::now() > deadline {
            let ended = child.wait_timeout(Duration::from_millis(200));
            if let Some(status) = ended {
                break status;
            }
            let _ = child.kill();
            let _ = child.wait();
            return Err(match printed.is_finished() {
                true => format!("printed more than {most} bytes"),
                false => format!("took longer than {} s", within.as_secs()),
            });
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let gone = || "its output is lost".to_owned();
    if !status.success() {
        let said = said.join().map_err(|_| gone())?;
        let said = said.and_then(Result::ok).unwrap_or_default();
        return Err(format!("{status}: {}", said.trim()));
    }
    printed.join().map_err(|_| gone())?.ok_or_else(gone)?
}

/// Waits a while for a program.
trait WaitTimeout {
    /// How it ended, if it did.
    fn wait_timeout(&mut self, within: Duration) -> Option<std::process::ExitStatus>;
}

impl WaitTimeout for std::process::Child {
    fn wait_timeout(&mut self, within: Duration) -> Option<std::process::ExitStatus> {
        let deadline = Instant::now() + within;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }
}

/// All of a stream as text, if it is no longer than `most`.
fn limited(stream: impl Read, most: usize) -> Result<String, String> {
    let mut bytes = Vec::new();
    stream
        .take(most as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() > most {
        return Err(format!("longer than {most} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())
}
