//! What a command costs.
//!
//! The kernel adds up the time of children and keeps the largest memory of any of them, so a
//! command is run by a process of its own that has no other child: this program again, as
//! `sigwright-bench measure`.

use crate::Trouble;
use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What one run took.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Cost {
    /// User and system time, in seconds.
    pub cpu: f64,
    /// From start to end, in seconds.
    pub wall: f64,
    /// The most memory it had, in bytes.
    pub peak: u64,
}

/// The first argument that makes this program run and measure the others.
pub const MEASURE: &str = "measure";

/// Processor time of this process so far, in seconds.
pub fn own_cpu() -> f64 {
    cpu(UsageWho::RUSAGE_SELF)
}

fn cpu(who: UsageWho) -> f64 {
    getrusage(who).map_or(0.0, |usage| {
        let seconds =
            |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        seconds(usage.user_time()) + seconds(usage.system_time())
    })
}

/// Runs a command with its output thrown away, through a process of its own.
///
/// # Errors
/// Where it cannot be started, or ends otherwise than with one of these exit codes.
pub fn run(command: &[String], codes: &[i32]) -> Result<Cost, Trouble> {
    let this =
        std::env::current_exe().map_err(|error| Trouble::of("finding this program", error))?;
    let codes: Vec<String> = codes.iter().map(i32::to_string).collect();
    let output = Command::new(this)
        .arg(MEASURE)
        .arg(codes.join(","))
        .args(command)
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .map_err(|error| Trouble::of("starting a measurement", error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last: Vec<_> = said
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let last = last.get(last.len().saturating_sub(2)..).unwrap_or_default();
        return Err(Trouble::of(command.join(" "), last.join("; ")));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| Trouble::of("reading a measurement", error))
}

/// Is the process of its own: runs the command and prints what it took.
///
/// # Errors
/// As [`run`].
pub fn as_child(arguments: &[String]) -> Result<(), Trouble> {
    let [codes, program, rest @ ..] = arguments else {
        return Err(Trouble::new("nothing to measure"));
    };
    let start = Instant::now();
    let status = Command::new(program)
        .args(rest)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| Trouble::of(program, error))?;
    let wall = start.elapsed().as_secs_f64();
    let code = status
        .code()
        .map_or_else(|| "a signal".to_owned(), |code| code.to_string());
    if !codes.split(',').any(|accepted| accepted == code) {
        return Err(Trouble::of(program, format!("ended with {code}")));
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)
        .map_err(|error| Trouble::of("asking the kernel", error))?;
    let cost = Cost {
        cpu: cpu(UsageWho::RUSAGE_CHILDREN),
        wall,
        // the kernel counts in kibibytes
        peak: u64::try_from(usage.max_rss()).unwrap_or(0) * 1024,
    };
    let text = serde_json::to_string(&cost)
        .map_err(|error| Trouble::of("writing a measurement", error))?;
    println!("{text}");
    Ok(())
}

/// Instructions of a command, counted by callgrind; `None` where valgrind is not there.
///
/// # Errors
/// Where the command fails or no count is found.
pub fn instructions(command: &[String]) -> Result<Option<u64>, Trouble> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(command)
        .env("RAYON_NUM_THREADS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Trouble::of("valgrind", error)),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let count = said
        .lines()
        .filter_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
        .next_back();
    count
        .map(Some)
        .ok_or_else(|| Trouble::of(command.join(" "), "callgrind counted nothing"))
}
