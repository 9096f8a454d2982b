//! Sets of texts a pattern describes, and how two of them stand to each other.

use crate::fold::fold_char;
use crate::pred::{Anchor, Part, StrOp};
use sigwright_syntax::pattern::DASHES;

/// Steps beyond which nothing is said about a pattern.
const LONGEST: usize = 4096;

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// This character; folded unless the set minds case.
    Char(char),
    /// Any of the five dashes.
    Dash,
    /// Any one character.
    One,
    /// Any run of characters.
    Many,
}

/// The texts a pattern fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Texts {
    /// In normal form: of neighbouring wildcards each `One` stands before the one `Many`.
    steps: Vec<Step>,
    /// Case counts, and makes a difference.
    cased: bool,
    /// Characters of the shortest text.
    least: usize,
    /// No wildcard but at the ends.
    plain: bool,
}

impl Texts {
    /// Every text.
    pub(super) fn all() -> Texts {
        Texts::new(vec![Step::Many], false)
    }

    /// The texts of these steps, characters as spelled.
    pub(super) fn new(mut steps: Vec<Step>, cased: bool) -> Texts {
        // a character without case is the same either way, and so is a pattern of such alone
        let cased = cased
            && steps
                .iter()
                .any(|step| matches!(step, Step::Char(c) if !caseless(*c)));
        if !cased {
            for step in &mut steps {
                if let Step::Char(c) = step {
                    *c = fold_char(*c);
                }
            }
        }
        let mut normal = Vec::with_capacity(steps.len());
        let mut many = false;
        for step in steps {
            match step {
                Step::Many => many = true,
                Step::One => normal.push(step),
                _ => {
                    if std::mem::take(&mut many) {
                        normal.push(Step::Many);
                    }
                    normal.push(step);
                }
            }
        }
        if many {
            normal.push(Step::Many);
        }
        let last = normal.len().saturating_sub(1);
        let inner = |(at, step): (usize, &Step)| match step {
            Step::Char(_) => true,
            Step::Many => at == 0 || at == last,
            _ => false,
        };
        Texts {
            least: normal.iter().filter(|step| **step != Step::Many).count(),
            plain: normal.iter().enumerate().all(inner),
            steps: normal,
            cased,
        }
    }

    /// Whether anything may stand at the start, and at the end.
    fn open(&self) -> (bool, bool) {
        let many = |step: Option<&Step>| step == Some(&Step::Many);
        (many(self.steps.first()), many(self.steps.last()))
    }

    /// The one text, or all that differ from it in case alone.
    pub(super) fn literal(text: &str, cased: bool) -> Texts {
        Texts::new(text.chars().map(Step::Char).collect(), cased)
    }

    /// The texts that fit a string operation. None where a placeholder leaves that open, or
    /// the pattern is too long.
    pub(super) fn of(asked: &StrOp, anchor: Anchor) -> Option<Texts> {
        let (start, end) = anchor.open();
        let mut steps = Vec::new();
        if start {
            steps.push(Step::Many);
        }
        for part in asked.pattern.parts() {
            match part {
                Part::Text(text) => steps.extend(text.chars().map(Step::Char)),
                Part::One => steps.push(Step::One),
                Part::Many => steps.push(Step::Many),
                Part::Dash(_) => steps.push(Step::Dash),
                Part::Placeholder(_) => return None,
            }
            if steps.len() > LONGEST {
                return None;
            }
        }
        if end {
            steps.push(Step::Many);
        }
        Some(Texts::new(steps, asked.cased))
    }

    /// What it is made of.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether case counts, and makes a difference.
    pub(super) fn cased(&self) -> bool {
        self.cased
    }

    /// Whether every text is in it.
    pub(super) fn is_all(&self) -> bool {
        self.steps == [Step::Many]
    }

    /// The text, where it is the only one but for case.
    pub(super) fn only(&self) -> Option<String> {
        self.steps
            .iter()
            .map(|step| match step {
                Step::Char(c) => Some(*c),
                _ => None,
            })
            .collect()
    }

    /// The only text, where case makes no difference to it.
    pub(super) fn exactly(&self) -> Option<String> {
        self.only()
            .filter(|text| self.cased || text.chars().all(caseless))
    }

    /// The runs of characters in it, folded.
    pub(super) fn runs(&self) -> impl Iterator<Item = impl Iterator<Item = char> + Clone> {
        self.steps
            .split(|step| !matches!(step, Step::Char(_)))
            .filter(|run| !run.is_empty())
            .map(|run| {
                run.iter().map(|step| match step {
                    Step::Char(c) => fold_char(*c),
                    _ => char::REPLACEMENT_CHARACTER,
                })
            })
    }

    /// Whether each text of it has a character for which `is` holds; `is` takes folded ones.
    pub(super) fn needs(&self, is: impl Fn(char) -> bool) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step, Step::Char(c) if is(fold_char(*c))))
    }

    /// Whether all its texts are in `other` too. Where that is not plain, false.
    pub(super) fn within(&self, other: &Texts) -> bool {
        if other.is_all() {
            return true;
        }
        let (ours, theirs) = (self.open(), other.open());
        if other.least > self.least || (ours.0 && !theirs.0) || (ours.1 && !theirs.1) {
            return false;
        }
        // a text in other letters would not fit
        if other.cased && !self.cased {
            return false;
        }
        // Both are plain: the common case, and one without a table.
        if let (Some(ours), Some(theirs)) = (self.plain(), other.plain()) {
            return ours.within(theirs, |c| self.seen_by(other, c));
        }
        self.simulated(other)
    }

    /// A character as `other` compares it.
    fn seen_by(&self, other: &Texts, c: char) -> char {
        match self.cased && !other.cased {
            true => fold_char(c),
            false => c,
        }
    }

    /// Reads this pattern as a text by the steps of the other: `reached` are the steps that
    /// can be done whichever text it was so far.
    fn simulated(&self, other: &Texts) -> bool {
        let theirs = other.steps.as_slice();
        let mut reached = vec![false; theirs.len() + 1];
        let mut next = reached.clone();
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        skip_many(theirs, &mut reached);
        for step in &self.steps {
            next.fill(false);
            let mut any = false;
            for (place, their) in theirs.iter().enumerate() {
                if reached.get(place) != Some(&true) {
                    continue;
                }
                let to = match (step, their) {
                    (_, Step::Many) => place,
                    (Step::Many, _) => continue,
                    (_, Step::One) => place + 1,
                    (Step::Char(c), Step::Char(asked)) if self.seen_by(other, *c) == *asked => {
                        place + 1
                    }
                    (Step::Char(c), Step::Dash) if DASHES.contains(c) => place + 1,
                    (Step::Dash, Step::Dash) => place + 1,
                    _ => continue,
                };
                if let Some(slot) = next.get_mut(to) {
                    *slot = true;
                    any = true;
                }
            }
            if !any {
                return false;
            }
            skip_many(theirs, &mut next);
            std::mem::swap(&mut reached, &mut next);
        }
        reached.last() == Some(&true)
    }

    /// Whether no text is in both.
    pub(super) fn apart(&self, other: &Texts) -> bool {
        let (ours, theirs) = (self.open(), other.open());
        // a text of the one and a text of the other, one after the other, is in both
        if (ours.0 && theirs.1) || (ours.1 && theirs.0) {
            return false;
        }
        if let (Some(ours), Some(theirs)) = (self.plain(), other.plain())
            && ours.tied()
            && theirs.tied()
            && ours.steps.len() != theirs.steps.len()
        {
            return true;
        }
        let (ours, theirs) = (self.steps.as_slice(), other.steps.as_slice());
        let fold = self.cased != other.cased;
        let seen = |c: char| if fold { fold_char(c) } else { c };
        let meet = |a: &Step, b: &Step| match (a, b) {
            (Step::Char(a), Step::Char(b)) => seen(*a) == seen(*b),
            (Step::Char(c), Step::Dash) | (Step::Dash, Step::Char(c)) => DASHES.contains(c),
            _ => true,
        };
        // what comes first decides, until one of them is open; so does what comes last
        let fixed = |(a, b): &(&Step, &Step)| **a != Step::Many && **b != Step::Many;
        let differ = |(a, b): (&Step, &Step)| !meet(a, b);
        if ours.iter().zip(theirs).take_while(fixed).any(differ)
            || ours
                .iter()
                .rev()
                .zip(theirs.iter().rev())
                .take_while(fixed)
                .any(differ)
        {
            return true;
        }
        // row: which of their steps can have been done when so many of ours have
        let mut row = vec![false; theirs.len() + 1];
        if let Some(first) = row.first_mut() {
            *first = true;
        }
        skip_many(theirs, &mut row);
        for our in ours {
            let mut next = vec![false; row.len()];
            if *our == Step::Many {
                // any run: their steps may go on as far as they like
                if let Some(first) = row.iter().position(|reached| *reached) {
                    next.iter_mut().skip(first).for_each(|slot| *slot = true);
                }
            } else {
                for (place, their) in theirs.iter().enumerate() {
                    if row.get(place) != Some(&true) {
                        continue;
                    }
                    let to = match their {
                        Step::Many => place,
                        their if meet(our, their) => place + 1,
                        _ => continue,
                    };
                    if let Some(slot) = next.get_mut(to) {
                        *slot = true;
                    }
                }
            }
            skip_many(theirs, &mut next);
            row = next;
        }
        row.last() != Some(&true)
    }

    /// Seen as characters between two ends, where there is no wildcard among them.
    fn plain(&self) -> Option<Plain<'_>> {
        if !self.plain {
            return None;
        }
        let mut steps = self.steps.as_slice();
        let (mut start, mut end) = (false, false);
        if let [Step::Many, rest @ ..] = steps {
            (start, steps) = (true, rest);
        }
        if let [rest @ .., Step::Many] = steps {
            (end, steps) = (true, rest);
        }
        Some(Plain { start, end, steps })
    }
}

/// A pattern without wildcards but at its ends.
#[derive(Clone, Copy)]
struct Plain<'t> {
    /// Something may stand before.
    start: bool,
    /// Something may stand behind.
    end: bool,
    steps: &'t [Step],
}

impl Plain<'_> {
    fn tied(&self) -> bool {
        !self.start && !self.end
    }

    fn within(self, other: Plain<'_>, seen: impl Fn(char) -> char) -> bool {
        let (ours, theirs) = (self.steps, other.steps);
        if theirs.len() > ours.len() || (self.start && !other.start) || (self.end && !other.end) {
            return false;
        }
        let same = |at: &[Step]| {
            at.iter().zip(theirs).all(|(our, their)| match our {
                Step::Char(c) => Step::Char(seen(*c)) == *their,
                _ => false,
            })
        };
        let last = ours.len() - theirs.len();
        match (other.start, other.end) {
            (false, false) => last == 0 && same(ours),
            (false, true) => same(ours),
            (true, false) => ours.get(last..).is_some_and(same),
            (true, true) => (0..=last).any(|at| ours.get(at..).is_some_and(same)),
        }
    }
}

/// A `*` may stand for no character at all.
fn skip_many(steps: &[Step], reached: &mut [bool]) {
    for (place, step) in steps.iter().enumerate() {
        if *step == Step::Many
            && reached.get(place) == Some(&true)
            && let Some(slot) = reached.get_mut(place + 1)
        {
            *slot = true;
        }
    }
}

/// Whether no other character is this one but for case. Of the characters beyond ASCII that
/// fold to one of ASCII, each folds to a letter.
fn caseless(c: char) -> bool {
    (c.is_ascii() && !c.is_ascii_alphabetic()) || DASHES.contains(&c)
}
