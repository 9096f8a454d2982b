//! Which log an event was taken from, and which rules may see it.

use crate::event::OriginId;
use sigwright_syntax::ast::LogSource;

/// A log, by the names rules use for it. One log may go by several categories or services.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Every `product`; empty where none is known. GKE's audit log is one of `kubernetes` and
    /// one of `gcp`.
    pub products: Vec<String>,
    /// Every `category` the event belongs to; empty where none is known.
    pub categories: Vec<String>,
    /// Every `service`.
    pub services: Vec<String>,
    /// True where this describes the log completely: a rule that names a category or
    /// service not listed reads another log. False (an override by hand, an unknown event):
    /// what is not listed is not known, and does not keep a rule away.
    pub complete: bool,
}

/// The logs events of one run may come from. Entry 0 is the unknown one.
#[derive(Debug, Clone)]
pub struct Origins {
    list: Vec<Origin>,
    recognised: Vec<String>,
}

impl Origins {
    /// A table that knows `recognised` products: rules for those never see an event whose
    /// log is unknown.
    pub fn new(recognised: Vec<String>) -> Self {
        Origins {
            list: vec![Origin::default()],
            recognised,
        }
    }

    /// Adds a log.
    pub fn add(&mut self, origin: Origin) -> OriginId {
        let id = OriginId(u16::try_from(self.list.len()).unwrap_or(u16::MAX));
        self.list.push(origin);
        id
    }

    /// The log behind an id.
    pub fn get(&self, id: OriginId) -> Option<&Origin> {
        self.list.get(id.0 as usize)
    }

    /// How many logs there are, the unknown one included.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Never true: the unknown log is always there.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether a rule for `logsource` sees events of this log. Names compare without case.
    pub fn sees(&self, logsource: &LogSource, id: OriginId) -> bool {
        let Some(origin) = self.get(id) else {
            return false;
        };
        let product = logsource.product.as_ref().map(|p| p.value.as_str());
        if let Some(product) = product {
            let is = |known: &String| known.eq_ignore_ascii_case(product);
            let unknown = origin.products.is_empty();
            if !unknown && !origin.products.iter().any(is)
                || unknown && !origin.complete && self.recognised.iter().any(is)
            {
                return false;
            }
        }
        let fits = |asked: Option<&str>, known: &[String]| match asked {
            Some(name) if origin.complete || !known.is_empty() => {
                known.iter().any(|k| k.eq_ignore_ascii_case(name))
            }
            _ => true,
        };
        fits(
            logsource.category.as_ref().map(|c| c.value.as_str()),
            &origin.categories,
        ) && fits(
            logsource.service.as_ref().map(|s| s.value.as_str()),
            &origin.services,
        )
    }
}
