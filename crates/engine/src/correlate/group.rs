//! The groups of one correlation: a compact table with limits.
//!
//! Groups stand in a slab; the index holds a number and a part of the hash of each. A key is
//! stored once, as first spelled, and compared folded.

use super::key::{folded_key, is_folded, stable_hash};
use super::observation::Place;
use super::trail::{self, Step};
use super::window::Window;
use hashbrown::HashTable;
use std::hash::{BuildHasher, RandomState};

/// The last event of a closing window, as far as messages need it.
#[derive(Debug, Clone)]
pub(crate) struct Tail(pub super::machine::Item);

/// How far a group is at the present instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing came yet.
    #[default]
    Before,
    /// Ready to absorb.
    Entered,
    /// Something was absorbed: `last` is the instant's time.
    Absorbed,
}

/// One group.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// The values that make the group, as first spelled, then its trail.
    pub data: Vec<u8>,
    /// The last instant that was judged; what is not newer comes too late.
    pub last: i64,
    /// Sliding: when it alerted last. Closing: when the window opened.
    pub since: i64,
    pub window: Window,
    pub tail: Option<Box<Tail>>,
    /// Where the trail starts.
    pub key_len: u16,
    /// Sliding: the condition holds. Closing: a window is open.
    pub on: bool,
    /// Whether this instant has come to it.
    pub stage: Stage,
    /// It changed after it was saved.
    pub dirty: bool,
    pub used: bool,
}

/// Bytes a group takes in the index, which is half full at worst, and an allocation on top
/// of what is asked for.
const OVERHEAD: usize = 20 + 12;
const CHUNK: usize = 1024;

impl Group {
    /// The values that make it, as first spelled.
    pub fn key(&self) -> &[u8] {
        self.data.get(..self.key_len as usize).unwrap_or_default()
    }

    /// The newest events, packed.
    pub fn trail(&self) -> &[u8] {
        self.data.get(self.key_len as usize..).unwrap_or_default()
    }

    /// The newest events, oldest first.
    pub fn steps(&self) -> Vec<Step> {
        trail::steps(self.trail(), self.last)
    }

    /// Adds an event, `after` nanoseconds after the one before.
    pub fn note(&mut self, after: u64, place: Place, reference: u32) {
        trail::push(
            &mut self.data,
            self.key_len as usize,
            after,
            place,
            reference,
        );
    }

    /// Forgets the newest events.
    pub fn forget(&mut self) {
        self.data.truncate(self.key_len as usize);
        self.data.shrink_to_fit();
    }

    /// About how many bytes it takes in all.
    pub fn bytes(&self) -> usize {
        let tail = self.tail.as_ref();
        let tail = tail.map_or(0, |tail| {
            size_of::<Tail>() + tail.0.observation.fields.heap()
        });
        let parts = [self.window.heap(), self.data.capacity(), tail];
        size_of::<Group>() + OVERHEAD + parts.iter().sum::<usize>()
    }
}

/// What may be kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub groups: usize,
    pub bytes: usize,
}

/// The groups of a correlation.
#[derive(Debug)]
pub(crate) struct Groups {
    hasher: RandomState,
    index: HashTable<(u32, u32)>,
    chunks: Vec<Vec<Group>>,
    free: Vec<u32>,
    bytes: usize,
    keeps: bool,
    dirty: Vec<u32>,
    gone: Vec<u128>,
}

impl Groups {
    /// No groups. With `keeps`, changes are noted for [`Groups::changes`].
    pub fn new(keeps: bool) -> Self {
        Groups {
            hasher: RandomState::new(),
            index: HashTable::new(),
            chunks: Vec::new(),
            free: Vec::new(),
            bytes: 0,
            keeps,
            dirty: Vec::new(),
            gone: Vec::new(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The group behind an id.
    pub fn get(&self, id: u32) -> Option<&Group> {
        let group = self
            .chunks
            .get(id as usize / CHUNK)?
            .get(id as usize % CHUNK)?;
        group.used.then_some(group)
    }

    /// The group behind an id.
    pub fn get_mut(&mut self, id: u32) -> Option<&mut Group> {
        let chunk = self.chunks.get_mut(id as usize / CHUNK)?;
        let group = chunk.get_mut(id as usize % CHUNK)?;
        group.used.then_some(group)
    }

    /// The group of a key, made where there is none.
    pub fn find(&mut self, raw: &[u8], folded: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(folded) as u32;
        let chunks = &self.chunks;
        let found = self.index.find(spread(hash), |(other, id)| {
            let group = || chunks.get(*id as usize / CHUNK)?.get(*id as usize % CHUNK);
            *other == hash && group().is_some_and(|group| is_folded(group.key(), folded))
        });
        if let Some((_, id)) = found {
            return *id;
        }
        let id = self.free.pop().unwrap_or_else(|| self.place());
        self.index
            .insert_unique(spread(hash), (hash, id), |(hash, _)| spread(*hash));
        let chunk = self.chunks.get_mut(id as usize / CHUNK);
        if let Some(group) = chunk.and_then(|chunk| chunk.get_mut(id as usize % CHUNK)) {
            // room for two events, so that most groups never grow
            let mut data = Vec::with_capacity((raw.len() + 27) / 16 * 16 + 8);
            data.extend_from_slice(raw);
            *group = Group {
                key_len: u16::try_from(raw.len()).unwrap_or(u16::MAX),
                data,
                last: i64::MIN,
                since: i64::MIN,
                used: true,
                ..Group::default()
            };
        }
        id
    }

    /// A new place in the slab.
    fn place(&mut self) -> u32 {
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let before = (self.chunks.len() - 1) * CHUNK;
        let Some(chunk) = self.chunks.last_mut() else {
            return 0;
        };
        chunk.push(Group::default());
        u32::try_from(before + chunk.len() - 1).unwrap_or(u32::MAX)
    }

    /// To be called when a group has changed: accounts for it, who took `before` bytes, 0 for
    /// a new one.
    pub fn settle(&mut self, id: u32, before: u32) {
        let keeps = self.keeps;
        let Some(group) = self.get_mut(id) else {
            return;
        };
        let now = group.bytes();
        let fresh = keeps && !group.dirty;
        group.dirty |= keeps;
        self.bytes = (self.bytes + now).saturating_sub(before as usize);
        if fresh {
            self.dirty.push(id);
        }
    }

    /// Puts back a group of an earlier run.
    pub fn restore(&mut self, group: Group) -> u32 {
        let folded = folded_key(group.key());
        let id = self.find(group.key(), &folded);
        let place = self.chunks.get_mut(id as usize / CHUNK);
        if let Some(place) = place.and_then(|chunk| chunk.get_mut(id as usize % CHUNK)) {
            *place = Group {
                used: true,
                ..group
            };
            self.bytes += place.bytes();
        }
        id
    }

    fn remove(&mut self, id: u32) {
        let keeps = self.keeps;
        let Some(group) = self.get_mut(id) else {
            return;
        };
        let group = std::mem::take(group);
        self.bytes = self.bytes.saturating_sub(group.bytes());
        let folded = folded_key(group.key());
        if keeps {
            self.gone.push(stable_hash([&*folded]));
        }
        let hash = self.hasher.hash_one(&*folded) as u32;
        let entry = self
            .index
            .find_entry(spread(hash), |(_, other)| *other == id);
        if let Ok(entry) = entry {
            entry.remove();
        }
        self.free.push(id);
    }

    /// All groups with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Group)> {
        let all = self.chunks.iter().flatten().enumerate();
        all.filter(|(_, group)| group.used)
            .map(|(id, group)| (u32::try_from(id).unwrap_or(u32::MAX), group))
    }

    /// Keeps to the limits: first groups that are `past` go, then, among those that were
    /// silent longest, those with the least `progress`. How many of the latter went.
    pub fn trim(
        &mut self,
        room: Room,
        past: impl Fn(&Group) -> bool,
        progress: impl Fn(&Group) -> f32,
    ) -> u64 {
        if self.len() <= room.groups && self.bytes <= room.bytes {
            return 0;
        }
        let idle: Vec<u32> = self
            .iter()
            .filter(|(_, group)| past(group))
            .map(|(id, _)| id)
            .collect();
        for id in idle {
            self.remove(id);
        }
        // some more than needed, so that the next group does not look through all again
        let groups = room.groups - room.groups / 64;
        let bytes = room.bytes - room.bytes / 64;
        let mut evicted = 0;
        while self.len() > groups || self.bytes > bytes && self.len() > 0 {
            let mean = self.bytes / self.len().max(1);
            let heavy = self.bytes.saturating_sub(bytes) / mean.max(1);
            let most = self.len().saturating_sub(groups).max(heavy).max(1);
            let mut coldest: Vec<(i64, u32)> = self.iter().map(|(id, g)| (g.last, id)).collect();
            let key = |id: u32| self.get(id).map(Group::key);
            let among = (2 * most).max(16);
            if among < coldest.len() {
                coldest.select_nth_unstable_by(among, |a, b| {
                    a.0.cmp(&b.0).then_with(|| key(a.1).cmp(&key(b.1)))
                });
                coldest.truncate(among);
            }
            // 0 to 1 in steps, so that it can be ordered
            let steps = |near: f32| (near.clamp(0.0, 1.0) * 1e6) as u32;
            let near = |id: u32| self.get(id).map_or(0, |group| steps(progress(group)));
            let mut ranked: Vec<(u32, i64, u32)> = coldest
                .into_iter()
                .map(|(last, id)| (near(id), last, id))
                .collect();
            ranked.sort_unstable_by(|a, b| {
                (a.0, a.1)
                    .cmp(&(b.0, b.1))
                    .then_with(|| key(a.2).cmp(&key(b.2)))
            });
            for (_, _, id) in ranked.into_iter().take(most) {
                self.remove(id);
                evicted += 1;
            }
        }
        evicted
    }

    /// Hands out what changed since the last call: each changed group by its id, then the
    /// hashes of removed groups.
    pub fn changes(&mut self) -> (Vec<u32>, Vec<u128>) {
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.retain(|id| match self.get_mut(*id) {
            Some(group) => std::mem::take(&mut group.dirty),
            None => false,
        });
        (dirty, std::mem::take(&mut self.gone))
    }
}

/// Sixty-four bits of which all are used, for the table.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
