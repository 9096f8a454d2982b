//! Names that are no identifiers.

/// Whether a name is no identifier unless quoted; `also` may stand in it besides letters, digits
/// and `_`.
pub fn needs_quotes(name: &str, also: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || also.contains(c);
    !name.chars().all(plain)
        || name.starts_with(|c: char| c.is_ascii_digit())
        || RESERVED
            .split(' ')
            .any(|word| word.eq_ignore_ascii_case(name))
}

/// Words that ClickHouse or Databricks may read as something else than a name.
/// <https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-reserved-words>
const RESERVED: &str = "all and anti any array as between both by case cast create cross default distinct div else end escape except exists false for from full glob group having ilike in inner intersect interval into is join lateral leading left like limit minus natural not null on or order outer regexp right rlike select semi some struct then to trailing true union using when where with";
