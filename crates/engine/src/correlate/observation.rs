//! What is left of an event once a rule matched it: when, where, and the values that groups,
//! windows and messages need.

use sigwright_ir::RuleId;

/// Where an event was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Place {
    /// The file, by a number that the caller gives out.
    pub file: u32,
    /// The line, or the record's number, in it.
    pub line: u64,
}

/// One rule matched one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Nanoseconds since 1970.
    pub time: i64,
    /// The event's number: rising in the order of the input, below 2^63, the same for all
    /// rules that match the event.
    pub event: u64,
    /// Where the event was read.
    pub place: Place,
    /// The rule.
    pub rule: RuleId,
    /// False for the line of a request that does not count: it is heard, not correlated.
    pub counts: bool,
    /// Which log the event is from; see [`super::Begin`].
    pub scope: u64,
    /// Which conditions of variations the event satisfies, one bit each.
    pub variations: u64,
    /// Values of the rule's fields, in the order of its layout.
    pub fields: Fields,
    /// The finding as it is to be shown, where it must wait; the machine does not read it.
    pub text: Option<Box<[u8]>>,
}

impl Observation {
    /// The same without the finding.
    pub(crate) fn without_text(&self) -> Self {
        Observation {
            text: None,
            fields: self.fields.clone(),
            ..*self
        }
    }

    /// How many bytes it takes besides itself.
    pub(crate) fn heap(&self) -> usize {
        self.fields.heap() + self.text.as_ref().map_or(0, |text| text.len())
    }
}

/// What ends a value; no UTF-8 text has this byte.
pub(crate) const VALUE_END: u8 = 0xFE;
/// What ends a field.
pub(crate) const FIELD_END: u8 = 0xFF;

/// Values of several fields, each field with any number of texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields(pub(crate) Box<[u8]>);

impl Fields {
    /// Packs the texts of each field.
    pub fn pack<'t, F, V>(fields: F) -> Self
    where
        F: IntoIterator<Item = V>,
        V: IntoIterator<Item = &'t str>,
    {
        let mut packed = Vec::new();
        for field in fields {
            for text in field {
                packed.extend_from_slice(text.as_bytes());
                packed.push(VALUE_END);
            }
            packed.push(FIELD_END);
        }
        Fields(packed.into())
    }

    /// The texts of a field, by its place; none where there is no such field.
    pub fn values(&self, field: usize) -> Values<'_> {
        let mut rest: &[u8] = &self.0;
        for _ in 0..field {
            rest = match memchr::memchr(FIELD_END, rest) {
                Some(end) => rest.get(end + 1..).unwrap_or_default(),
                None => return Values(&[]),
            };
        }
        let end = memchr::memchr(FIELD_END, rest).unwrap_or(0);
        Values(rest.get(..end).unwrap_or_default())
    }

    /// How many bytes it takes.
    pub fn heap(&self) -> usize {
        self.0.len()
    }
}

/// The texts of one field.
#[derive(Debug, Clone, Copy)]
pub struct Values<'f>(&'f [u8]);

impl<'f> Iterator for Values<'f> {
    type Item = &'f str;

    fn next(&mut self) -> Option<&'f str> {
        let end = memchr::memchr(VALUE_END, self.0)?;
        let value = self.0.get(..end)?;
        self.0 = self.0.get(end + 1..).unwrap_or_default();
        // packed from texts; what was read from elsewhere is checked there
        Some(std::str::from_utf8(value).unwrap_or_default())
    }
}
