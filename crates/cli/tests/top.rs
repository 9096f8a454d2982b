//! Help, version, completions and the manual page.

mod common;

use common::Place;

const COMMANDS: [&str; 7] = [
    "eval",
    "lint",
    "explain",
    "test",
    "sample",
    "completions",
    "man",
];

#[test]
fn every_help_shows_an_example() {
    let place = Place::new("help");
    let top = place.run(&["--help"]).code(0);
    assert!(
        top.out.contains("Examples:\n  sigwright eval"),
        "{}",
        top.out
    );
    for command in COMMANDS {
        let ran = place.run(&[command, "--help"]).code(0);
        let example = format!("Examples:\n  sigwright {command}");
        assert!(ran.out.contains(&example), "{}", ran.out);
        assert!(top.out.contains(&format!("  {command} ")), "{}", top.out);
    }
}

#[test]
fn wrong_usage_ends_in_2() {
    let place = Place::new("usage");
    place.run(&[]).code(2);
    place.run(&["evaluate"]).code(2);
    place.run(&["eval", "--no-such-flag"]).code(2);
    place.run(&["completions", "cmd.exe"]).code(2);
}

#[test]
fn the_version_is_the_package_s() {
    let ran = Place::new("version").run(&["--version"]).code(0);
    assert_eq!(
        ran.out,
        format!("sigwright {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn completions_know_every_command() {
    let place = Place::new("completions");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = place.run(&["completions", shell]).code(0);
        for command in COMMANDS {
            assert!(ran.out.contains(command), "{shell} lacks {command}");
        }
    }
}

#[test]
fn the_manual_has_every_command_and_its_flags() {
    let place = Place::new("man");
    let ran = place.run(&["man"]).code(0);
    assert!(ran.out.contains(".TH sigwright 1"), "{}", ran.out);
    for command in COMMANDS {
        let section = format!(".SH \"SIGWRIGHT {}\"", command.to_uppercase());
        assert!(ran.out.contains(&section), "no {section}");
    }
    assert!(ran.out.contains("fail\\-on"), "{}", ran.out);
    place.run(&["man", "--dir", "."]).code(0);
    for command in COMMANDS {
        assert!(place.path(&format!("sigwright-{command}.1")).exists());
    }
}
