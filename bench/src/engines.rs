//! The engines and how each is asked.

use crate::Trouble;
use crate::inputs::Input;
use crate::measure::{self, Cost};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An engine in one way of using it.
#[derive(Debug, Clone)]
pub struct Engine {
    /// As tables and plots call it.
    pub name: String,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Sigwright {
        program: PathBuf,
        threads: u16,
        ignore_logsource: bool,
    },
    Rsigma {
        routing: bool,
    },
}

impl Engine {
    /// Sigwright as built.
    pub fn sigwright(program: &Path) -> Engine {
        Engine {
            name: "Sigwright".to_owned(),
            kind: Kind::Sigwright {
                program: program.to_owned(),
                threads: 1,
                ignore_logsource: false,
            },
        }
    }

    /// The same with so many threads.
    #[must_use]
    pub fn with_threads(self, count: u16) -> Engine {
        let kind = match self.kind {
            Kind::Sigwright {
                program,
                ignore_logsource,
                ..
            } => Kind::Sigwright {
                program,
                threads: count,
                ignore_logsource,
            },
            other => other,
        };
        Engine {
            name: format!("{}, {count} threads", self.name),
            kind,
        }
    }

    /// The same with every event shown to every rule.
    #[must_use]
    pub fn with_every_rule(self) -> Engine {
        let kind = match self.kind {
            Kind::Sigwright {
                program, threads, ..
            } => Kind::Sigwright {
                program,
                threads,
                ignore_logsource: true,
            },
            other => other,
        };
        Engine {
            name: format!("{}, every rule sees every event", self.name),
            kind,
        }
    }

    /// Other engines on the path that can do the same work.
    pub fn rivals() -> Vec<Engine> {
        let Some(version) = version_of("rsigma") else {
            return Vec::new();
        };
        [false, true]
            .into_iter()
            .map(|routing| Engine {
                name: if routing {
                    format!("{version} with routing")
                } else {
                    version.clone()
                },
                kind: Kind::Rsigma { routing },
            })
            .collect()
    }

    /// The command that runs rules over a log.
    pub fn command(&self, rules: &Path, log: &Path, input: &Input) -> Vec<String> {
        let text = |path: &Path| path.display().to_string();
        let mut command: Vec<String> = Vec::new();
        let mut push = |words: &[&str]| command.extend(words.iter().map(|&word| word.to_owned()));
        match &self.kind {
            Kind::Sigwright {
                program,
                threads,
                ignore_logsource,
            } => {
                push(&[
                    &text(program),
                    "eval",
                    "-r",
                    &text(rules),
                    "--format",
                    "ndjson",
                ]);
                push(&["--threads", &threads.to_string(), "--fail-on", "never"]);
                if *ignore_logsource {
                    push(&["--ignore-logsource"]);
                }
                push(&[&text(log)]);
            }
            Kind::Rsigma { routing } => {
                push(&[
                    "rsigma",
                    "engine",
                    "eval",
                    "-r",
                    &text(rules),
                    "-e",
                    &format!("@{}", text(log)),
                ]);
                if *routing {
                    push(&[
                        "--logsource-routing",
                        "--event-logsource",
                        input.kind.logsource(),
                    ]);
                }
            }
        }
        command
    }

    /// Runs rules over a log.
    ///
    /// # Errors
    /// Where the engine fails.
    pub fn run(&self, rules: &Path, log: &Path, input: &Input) -> Result<Cost, Trouble> {
        measure::run(&self.command(rules, log, input), &[0])
    }
}

fn version_of(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.lines().next()?.trim().to_owned())
}

/// The release build of this workspace: the one told, else the one beside this program, built
/// first where cargo runs us.
///
/// # Errors
/// Where there is none.
pub fn sigwright(told: Option<PathBuf>) -> Result<PathBuf, Trouble> {
    if let Some(told) = told {
        return Ok(told);
    }
    if let Some(cargo) = std::env::var_os("CARGO") {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let built = Command::new(cargo)
            .args(["build", "--release", "--quiet", "--bin", "sigwright"])
            .current_dir(workspace)
            .status()
            .map_err(|error| Trouble::of("cargo build", error))?;
        if !built.success() {
            return Err(Trouble::new("cargo build --release --bin sigwright failed"));
        }
    }
    let this =
        std::env::current_exe().map_err(|error| Trouble::of("finding this program", error))?;
    let beside = this.with_file_name("sigwright");
    if beside.is_file() {
        return Ok(beside);
    }
    Err(Trouble::new(format!(
        "{} is not there: run `cargo build --release`, or say where it is with --sigwright",
        beside.display()
    )))
}
