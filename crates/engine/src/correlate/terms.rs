//! `new_terms` at an instant: which terms occurred, and whether they are new.

use super::alert::Firing;
use super::baseline::Spelling;
use super::group::Room;
use super::key::texts;
use super::machine::Item;
use super::station::{Fired, Instant, Station, events};
use super::store::{Store, StoreError};
use super::trail::{KEPT, Step};
use super::wiring::Pick;
use sigwright_ir::CorrelationRule;
use sigwright_ir::correlation::Kind;

impl Station {
    /// Judges the terms that occurred.
    pub(super) fn judge_terms<S: Store>(
        &mut self,
        rule: &CorrelationRule,
        instant: &mut Instant<'_, S>,
    ) -> Result<(), StoreError> {
        for (id, _) in &self.touched {
            if let Some(group) = self.groups.get_mut(*id) {
                group.last = instant.time;
            }
        }
        let Some((baseline, bounds)) = &mut self.baseline else {
            return Ok(());
        };
        let Kind::NewTerms { fields, .. } = &rule.plan.kind else {
            return Ok(());
        };
        let mut seen = std::mem::take(&mut self.terms);
        if seen.len() > 1 {
            seen.sort_unstable();
        }
        let mut result = Ok(());
        for same in seen.chunk_by(|a, b| (a.of_group, a.term) == (b.of_group, b.term)) {
            let Some(first) = same.first() else {
                continue;
            };
            let times = same.chunk_by(|a, b| a.event == b.event).count();
            let (Some(item), Some(group)) = (
                instant.items.get(first.todo.item as usize),
                self.groups.get(first.group),
            ) else {
                continue;
            };
            let links = instant.wiring.of(item.source);
            let Some(Pick::Terms(places)) = links
                .get(first.todo.link as usize)
                .and_then(|link| link.measures.first())
            else {
                continue;
            };
            let tuples = &mut self.tuples;
            let spelling = || {
                tuples.find(&item.observation.fields, places);
                Spelling {
                    group: group.key().into(),
                    values: tuples.get(first.tuple as usize).0.into(),
                }
            };
            let seen = baseline.see(instant.store, first.term, instant.time, times, spelling);
            let prior = match seen {
                Ok(prior) => prior,
                Err(error) => {
                    result = Err(error);
                    // as if it had never been seen: an alert too many, none too few
                    0
                }
            };
            if !bounds.holds(prior as f64) {
                continue;
            }
            self.tuples.find(&item.observation.fields, places);
            let (raw, folded) = self.tuples.get(first.tuple as usize);
            let names = fields.iter().map(|field| field.name.clone());
            let firing = Firing {
                correlation: self.correlation,
                rule,
                time: instant.time,
                from: instant.time.saturating_sub(self.span),
                group: group.key(),
                term: names.zip(texts(raw).map(str::to_owned)).collect(),
                term_key: folded,
            };
            let items: Vec<(&Item, u32)> = same
                .iter()
                .filter_map(|seen| {
                    let item = instant.items.get(seen.todo.item as usize)?;
                    Some((item, seen.todo.reference))
                })
                .collect();
            let newest = items.get(items.len().saturating_sub(KEPT.into())..);
            let steps: Vec<Step> = newest
                .unwrap_or_default()
                .iter()
                .map(|(item, reference)| Step {
                    time: instant.time,
                    place: item.observation.place,
                    reference: *reference,
                })
                .collect();
            let items: Vec<&Item> = items.into_iter().map(|(item, _)| item).collect();
            let values = vec![("prior".to_owned(), prior as f64)];
            let newest = events(&items, instant.fired);
            instant.fired.push(Fired {
                rank: self.rank,
                alert: firing.alert(values, &steps, times as u64),
                key: first.of_group,
                last: item.without_text(),
                newest,
            });
        }
        seen.clear();
        self.terms = seen;
        let room = Room {
            groups: instant.terms,
            bytes: instant.room.bytes,
        };
        result.and(baseline.trim(instant.store, room))
    }
}
