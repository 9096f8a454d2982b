//! Normal form of string operations keeps their meaning.

use super::*;
use proptest::prelude::*;

/// Matching by the book, without regard to cost.
fn fits(parts: &[Part], text: &[char]) -> bool {
    match parts.split_first() {
        None => text.is_empty(),
        Some((Part::Many, rest)) => (0..=text.len()).any(|n| fits(rest, &text[n..])),
        Some((Part::One, rest)) => !text.is_empty() && fits(rest, &text[1..]),
        Some((Part::Text(literal), rest)) => {
            let literal: Vec<char> = literal.chars().collect();
            text.starts_with(&literal) && fits(rest, &text[literal.len()..])
        }
        Some((part, _)) => panic!("{part:?} was not generated"),
    }
}

fn found(anchor: Anchor, pattern: &Pattern, text: &[char]) -> bool {
    let (start, end) = anchor.open();
    let open = |open: bool| open.then_some(Part::Many);
    let parts: Vec<Part> = open(start)
        .into_iter()
        .chain(pattern.parts().iter().cloned())
        .chain(open(end))
        .collect();
    fits(&parts, text)
}

fn anchors() -> impl Strategy<Value = Anchor> {
    prop_oneof![
        Just(Anchor::Whole),
        Just(Anchor::Start),
        Just(Anchor::End),
        Just(Anchor::Contains),
    ]
}

fn patterns() -> impl Strategy<Value = Pattern> {
    let part = prop_oneof![
        Just(Part::Many),
        Just(Part::One),
        Just(Part::Text("a".to_owned())),
        Just(Part::Text("b".to_owned())),
    ];
    proptest::collection::vec(part, 0..7).prop_map(Pattern::from_parts)
}

proptest! {
    #[test]
    fn normal_form_keeps_meaning(
        anchor in anchors(),
        pattern in patterns(),
        texts in proptest::collection::vec("[ab]{0,6}", 20),
    ) {
        let op = StrOp::new(anchor, pattern.clone(), false);
        for text in texts {
            let text: Vec<char> = text.chars().collect();
            prop_assert_eq!(
                found(anchor, &pattern, &text),
                found(op.anchor, &op.pattern, &text),
                "{:?} {:?} in {:?}", anchor, pattern, text
            );
        }
    }

    #[test]
    fn normal_form_is_reached_at_once(anchor in anchors(), pattern in patterns()) {
        let op = StrOp::new(anchor, pattern, false);
        let again = StrOp::new(op.anchor, op.pattern.clone(), false);
        prop_assert_eq!(&again, &op);
        let parts = op.pattern.parts();
        prop_assert!(parts.first() != Some(&Part::Many) && parts.last() != Some(&Part::Many));
        prop_assert!(!parts.windows(2).any(|w| w == [Part::Many, Part::One]));
    }
}

fn normal(anchor: Anchor, pattern: &str) -> (Anchor, Pattern) {
    let op = StrOp::new(anchor, Pattern::parse(pattern), false);
    (op.anchor, op.pattern)
}

#[test]
fn wildcards_at_the_ends_open_them() {
    let is = |anchor, pattern: &str| (anchor, Pattern::parse(pattern));
    assert_eq!(normal(Anchor::Whole, "*foo*"), is(Anchor::Contains, "foo"));
    assert_eq!(normal(Anchor::Whole, "foo*"), is(Anchor::Start, "foo"));
    assert_eq!(normal(Anchor::Start, "*foo"), is(Anchor::Contains, "foo"));
    assert_eq!(normal(Anchor::Whole, "a*b"), is(Anchor::Whole, "a*b"));
    assert_eq!(normal(Anchor::Whole, "*"), is(Anchor::Contains, ""));
    assert_eq!(normal(Anchor::End, ""), is(Anchor::Contains, ""));
    assert_eq!(normal(Anchor::Whole, ""), is(Anchor::Whole, ""));
    assert_eq!(normal(Anchor::Whole, "?*"), is(Anchor::Contains, "?"));
    assert_eq!(normal(Anchor::Whole, "a*?b"), is(Anchor::Whole, "a?*b"));
}

#[test]
fn whole_floats_are_integers() {
    assert_eq!(Number::from_f64(2.0), Number::Int(2));
    assert_eq!(Number::from_f64(-0.0), Number::Int(0));
    assert_eq!(Number::from_f64(0.5), Number::Float(0.5));
    assert_eq!(Number::from_f64(1e300), Number::Float(1e300));
}
