//! JUnit XML in the dialect that build servers agree on: suites, cases, `failure`, `error` and
//! `skipped`.

use std::io::{self, Write};

/// The cases of a file.
#[derive(Debug)]
pub struct Suite {
    /// The file.
    pub name: String,
    /// In the order they are shown.
    pub cases: Vec<Case>,
}

/// A case.
#[derive(Debug)]
pub struct Case {
    /// What was tried.
    pub name: String,
    /// How it went, where it did not pass.
    pub trouble: Option<Trouble>,
}

/// Why a case did not pass.
#[derive(Debug)]
pub struct Trouble {
    /// `failure`, `error` or `skipped`.
    pub tag: &'static str,
    /// In one line.
    pub message: String,
    /// At length.
    pub text: String,
}

/// Writes a whole report.
pub fn write(suites: &[Suite], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"sigwright\">")?;
    for suite in suites {
        let count = |tag: &str| {
            let troubles = suite.cases.iter().filter_map(|case| case.trouble.as_ref());
            troubles.filter(|trouble| trouble.tag == tag).count()
        };
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
            xml(&suite.name),
            suite.cases.len(),
            count("failure"),
            count("error"),
            count("skipped"),
        )?;
        for case in &suite.cases {
            write!(
                out,
                "    <testcase classname=\"{}\" name=\"{}\"",
                xml(&suite.name),
                xml(&case.name)
            )?;
            match &case.trouble {
                None => writeln!(out, "/>")?,
                Some(Trouble { tag, message, text }) => writeln!(
                    out,
                    ">\n      <{tag} message=\"{}\">{}</{tag}>\n    </testcase>",
                    xml(message),
                    xml(text)
                )?,
            }
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// Text for XML 1.0: markup escaped, characters it does not allow replaced.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push('\t'),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_stays_well_formed() {
        assert_eq!(xml("a<b>&\"\x1b\n"), "a&lt;b&gt;&amp;&quot;\u{fffd}&#10;");
    }
}
