//! What changed, as a unified diff.

use similar::TextDiff;

/// The unified diff between two states of a file, which `patch -p1` and `git apply` take;
/// empty where they are equal.
pub fn unified(name: &str, old: &str, new: &str) -> String {
    let name = name.replace(['\n', '\r', '\t'], "?");
    let relative = name.trim_start_matches(['/', '.']);
    let relative = match name.starts_with("./") || name.starts_with('/') {
        true => relative,
        false => &name,
    };
    TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{relative}"), &format!("b/{relative}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_the_file_and_keeps_every_byte() {
        let diff = unified("./x.yml", "a\r\nb\r\nc", "a\r\nB\r\nc\n");
        assert_eq!(
            diff,
            "--- a/x.yml\n+++ b/x.yml\n@@ -1,3 +1,3 @@\n a\r\n-b\r\n-c\n\\ No newline at end of file\n+B\r\n+c\n"
        );
        assert_eq!(unified("x", "a\n", "a\n"), "");
    }
}
