//! Queries without what differs for one reason; ours and the reference's are both rewritten.

use regex::{Captures, Regex};
use std::sync::LazyLock;

macro_rules! regex {
    ($pattern:literal) => {{
        static REGEX: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).unwrap());
        &*REGEX
    }};
}

/// Names in quotes, once or twice, as paths.
pub fn kusto_names(query: &str) -> String {
    let query = regex!(r"''([^' ]+)''").replace_all(query, "'$1'");
    let name = |found: &Captures<'_>| {
        let (before, name, after) = (&found[1], &found[2], &found[3]);
        match name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
        {
            true => format!("{before}{name}{after}"),
            false => format!("{before}['{name}']{after}"),
        }
    };
    let names = regex!(r"(^|[ (])'([^' ]+)'([ ),])");
    let query = names.replace_all(&query, name);
    // words of the language stand in brackets
    let words = regex!(r"(\w)\['(\w+)'\]");
    words.replace_all(&query, "$1.$2").into_owned()
}

/// Lists of numbers without quotes.
pub fn kusto_numbers(query: &str) -> String {
    let lists = regex!(r#"in~ \(("-?\d+"(?:, "-?\d+")*)\)"#);
    let list = |found: &Captures<'_>| format!("in ({})", found[1].replace('"', ""));
    lists.replace_all(query, list).into_owned()
}

/// A start with nothing is any value.
pub fn kusto_any(query: &str) -> String {
    let starts = regex!(r#"([\w.\[\]'-]+) startswith """#);
    starts.replace_all(query, "isnotempty($1)").into_owned()
}

/// A bare string for what any column may hold.
pub fn kusto_keywords(query: &str) -> String {
    let query = query.replace("* contains \"", "\"");
    let strings = regex!(r#"(^|[ (])"((?:[^"\\]|\\.)*)""#);
    // the reference leaves wildcards in them
    let bare = |found: &Captures<'_>| format!("{}\"{}\"", &found[1], found[2].trim_matches('*'));
    strings.replace_all(&query, bare).into_owned()
}

/// Values with wildcards inside as their texts, one after the other.
pub fn kusto_wildcards(query: &str) -> String {
    let matches = regex!(r#"(\*|[\w.\[\]'-]+) matches regex "((?:[^"\\]|\\.)*)""#);
    let texts = |found: &Captures<'_>| {
        let (field, whole) = (&found[1], found[0].to_owned());
        let regex = found[2].replace("\\\\", "\\");
        let regex = regex.strip_prefix("(?is)").unwrap_or(&regex);
        let regex = regex.strip_prefix('^').unwrap_or(regex);
        let regex = match regex.ends_with("\\$") {
            false => regex.strip_suffix('$').unwrap_or(regex),
            true => regex,
        };
        let Some(texts) = texts(regex) else {
            return whole;
        };
        let quoted = texts
            .iter()
            .map(|t| t.replace('\\', "\\\\").replace('"', "\\\""));
        match field {
            "*" => format!("\"{}\"", quoted.collect::<Vec<_>>().join("*")),
            field => {
                let asked: Vec<String> = quoted
                    .map(|t| format!("{field} contains \"{t}\""))
                    .collect();
                format!("({})", asked.join(" and "))
            }
        }
    };
    matches.replace_all(query, texts).into_owned()
}

/// The texts between wildcards of a regular expression that has only these.
fn texts(regex: &str) -> Option<Vec<String>> {
    let mut texts = vec![String::new()];
    let mut chars = regex.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let escaped = chars.next().filter(|c| !c.is_alphanumeric())?;
                texts.last_mut()?.push(escaped);
            }
            '.' => {
                chars.next_if_eq(&'*');
                texts.push(String::new());
            }
            '[' | ']' | '(' | ')' | '{' | '}' | '?' | '+' | '|' | '^' | '$' | '*' => return None,
            c => texts.last_mut()?.push(c),
        }
    }
    texts.retain(|text| !text.is_empty());
    Some(texts)
}

/// One function for addresses of both kinds.
pub fn kusto_networks(query: &str) -> String {
    query.replace("ipv6_is_in_range", "ipv4_is_in_range")
}

/// Whole hashes one by one, equal instead of started with.
pub fn kusto_hashes(query: &str) -> String {
    let lists =
        regex!(r#"(\w*(?:MD5|SHA1|SHA256|IMPHASH)) in~ \(("[0-9A-Fa-f]+"(?:, "[0-9A-Fa-f]+")*)\)"#);
    let each = |found: &Captures<'_>| {
        let hashes = found[2].split(", ");
        let hashes: Vec<String> = hashes
            .map(|hash| format!("{} =~ {hash}", &found[1]))
            .collect();
        hashes.join(" or ")
    };
    let query = lists.replace_all(query, each);
    let starts = regex!(
        r#"(MD5|SHA1|SHA256|IMPHASH) startswith ("(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})")"#
    );
    starts.replace_all(&query, "$1 =~ $2").into_owned()
}

/// A field that is one of two columns is absent where both are, not where one is.
pub fn absent_columns(query: &str) -> String {
    regex!(r"\(isnull\((\w+)\) and isnull\((\w+)\)\)")
        .replace_all(query, "(isnull($1) or isnull($2))")
        .into_owned()
}

/// Flags without the one for line ends.
pub fn logscale_line_ends(query: &str) -> String {
    regex!(r"/id( |\)|$)")
        .replace_all(query, "/i$1")
        .into_owned()
}

/// An empty regular expression is any value.
pub fn logscale_any(query: &str) -> String {
    query.replace("=//i", "=*")
}

/// Slashes and quotes without escapes.
pub fn logscale_escapes(query: &str) -> String {
    let query = query.replace("\\/", "/");
    regex!(r#"\\+""#).replace_all(&query, "\"").into_owned()
}

/// Keywords without quotes and escapes.
pub fn logscale_keywords(query: &str) -> String {
    let bare = |found: &Captures<'_>| {
        let keyword = regex!(r"\\(.)").replace_all(&found[2], "$1");
        let keyword = keyword.trim_start_matches(".*").trim_end_matches(".*");
        format!("{}\u{0}{keyword}\u{0}", &found[1])
    };
    let quoted = regex!(r#"(^|[ (])/"(.*?)"/i"#).replace_all(query, bare);
    let escaped = regex!(r"(^|[ (])/((?:[^/\\]|\\.)*)/i");
    escaped.replace_all(&quoted, bare).into_owned()
}

/// Regular expressions that cover the value, as written.
pub fn loki_regexes(query: &str) -> String {
    let wrapped = regex!(r"\(\?s:\.\*\)\(\?(\w*):(.*?)\)\(\?s:\.\*\)([`\x22])");
    let written = |found: &Captures<'_>| match &found[1] {
        "" => format!("{}{}", &found[2], &found[3]),
        flags => format!("(?{flags}){}{}", &found[2], &found[3]),
    };
    wrapped.replace_all(query, written).into_owned()
}

/// Negated numbers and networks without the question for the label.
pub fn loki_negated(query: &str) -> String {
    let negated = regex!(r#"\((\w+)(!=|<=|>=|<|>)([^ `]+) or (\w+)=``\)"#);
    negated.replace_all(query, "$1$2$3").into_owned()
}

/// Whatever value, and none.
pub fn loki_any(query: &str) -> String {
    query
        .replace("=~`(?i).*`", "!=``")
        .replace("!~`(?i).*`", "=``")
}

/// Flags without the one for line ends.
pub fn loki_line_ends(query: &str) -> String {
    query.replace("(?is)", "(?i)")
}

/// Escaped wildcards as a backslash and a wildcard.
pub fn loki_escapes(query: &str) -> String {
    let pairs = regex!(r"\\(.)");
    let spelled = |found: &Captures<'_>| match &found[1] {
        "*" => "\\\\.*".to_owned(),
        "?" => "\\\\.".to_owned(),
        _ => found[0].to_owned(),
    };
    pairs.replace_all(query, spelled).into_owned()
}

/// The dashes of one value without parentheses around them.
pub fn loki_variants(query: &str) -> String {
    let chars: Vec<char> = query.chars().collect();
    // places of parentheses outside of strings
    let (mut open, mut dropped, mut quote) = (Vec::new(), Vec::new(), None);
    for (at, c) in chars.iter().enumerate() {
        match (c, quote) {
            ('`' | '"', None) => quote = Some(*c),
            (c, Some(q)) if *c == q => quote = None,
            ('(', None) => open.push(at),
            (')', None) => {
                if let Some(start) = open.pop() {
                    let group: String = chars[start + 1..at].iter().collect();
                    let folded = group.replace("\\-", "-").replace(['/', '–', '—', '―'], "-");
                    let mut values = folded.split("` or ").map(|v| v.trim_end_matches('`'));
                    let first = values.next().unwrap_or_default().to_owned();
                    let mut others = values.peekable();
                    if others.peek().is_some() && others.all(|value| value == first) {
                        dropped.extend([start, at]);
                    }
                }
            }
            _ => {}
        }
    }
    let kept = chars.iter().enumerate();
    let kept = kept.filter(|(at, _)| !dropped.contains(at));
    kept.map(|(_, c)| c).collect()
}

/// The strings of a YAML document, whatever their layout.
pub fn layout(text: &str) -> String {
    fn strings(value: &serde_yaml::Value, into: &mut String) {
        use serde_yaml::Value;
        match value {
            Value::Sequence(items) => items.iter().for_each(|item| strings(item, into)),
            Value::Mapping(pairs) => pairs.iter().for_each(|(key, value)| {
                strings(key, into);
                strings(value, into);
            }),
            Value::String(text) => {
                into.push_str(text);
                into.push('\n');
            }
            other => into.push_str(&format!("{other:?}\n")),
        }
    }
    let mut all = String::new();
    strings(&serde_yaml::from_str(text).unwrap(), &mut all);
    all
}
