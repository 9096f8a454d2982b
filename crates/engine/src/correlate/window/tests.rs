//! Every measure against a window that keeps everything and works it out anew each time.

use super::*;
use indexmap::IndexMap;
use proptest::prelude::*;
use sigwright_ir::correlation::KeyField;
use sigwright_syntax::ast::Comparison;
use std::collections::BTreeSet;

const SPAN: i64 = 5;

fn field() -> KeyField {
    KeyField {
        name: "f".to_owned(),
        in_reference: vec!["f".to_owned(); 3],
    }
}

fn at_least(bound: f64) -> Bounds {
    Bounds(vec![(Comparison::Gte, bound)])
}

/// What an observation is, in small: seconds since the last one, whether it is of the same
/// event, its reference, its terms and its numbers in tenths.
type Small = (u8, bool, u8, Vec<u8>, Vec<i8>);

#[derive(Debug, Clone)]
struct Seen {
    time: i64,
    event: u64,
    reference: usize,
    terms: Vec<u128>,
    tenths: Vec<i64>,
}

fn timeline() -> impl Strategy<Value = Vec<Seen>> {
    let terms = prop::collection::vec(0u8..40, 0..3);
    let tenths = prop::collection::vec(-30i8..30, 0..3);
    let one = (0u8..4, any::<bool>(), 0u8..3, terms, tenths);
    prop::collection::vec(one, 1..80).prop_map(|all: Vec<Small>| {
        let mut seen: Vec<Seen> = Vec::new();
        for (after, same, reference, terms, tenths) in all {
            let mut reference = usize::from(reference);
            let (mut time, mut event) = seen.last().map_or((0, 0), |s| (s.time, s.event));
            match seen.last() {
                Some(last) if same && last.reference < 2 => {
                    reference = reference.max(last.reference + 1);
                }
                _ => {
                    time += i64::from(after) / 2;
                    event += 1;
                }
            }
            seen.push(Seen {
                time,
                event,
                reference,
                terms: terms.into_iter().map(u128::from).collect(),
                tenths: tenths.into_iter().map(i64::from).collect(),
            });
        }
        seen
    })
}

fn plan(kind: Kind, steps: &[usize]) -> Plan {
    Plan {
        kind,
        timespan: SPAN,
        group_by: Vec::new(),
        steps: steps.to_vec(),
        fingerprint: 0,
    }
}

/// The numbers of each event: those of the first of its observations that has any.
fn numbers(inside: &[Seen]) -> Vec<i64> {
    let mut done = BTreeSet::new();
    let mut all = Vec::new();
    for seen in inside.iter().filter(|seen| !seen.tenths.is_empty()) {
        if done.insert(seen.event) {
            all.extend(&seen.tenths);
        }
    }
    all.sort_unstable();
    all
}

/// The most entries of `steps` that events can stand for in order, by trying everything.
fn longest(steps: &[usize], inside: &[Seen], after: i64, used: &mut Vec<usize>) -> usize {
    let Some((step, rest)) = steps.split_first() else {
        return 0;
    };
    let mut best = longest(rest, inside, after, used);
    for (place, seen) in inside.iter().enumerate() {
        if seen.reference == *step && seen.time >= after && !used.contains(&place) {
            used.push(place);
            best = best.max(1 + longest(rest, inside, seen.time, used));
            used.pop();
        }
    }
    best
}

fn values(kind: &Kind, steps: &[usize], inside: &[Seen]) -> Vec<(String, f64)> {
    let events = inside.iter().map(|s| s.event).collect::<BTreeSet<_>>();
    let terms = inside.iter().flat_map(|s| &s.terms);
    let distinct = terms.collect::<BTreeSet<_>>().len() as f64;
    let references = inside.iter().map(|s| s.reference).collect::<BTreeSet<_>>();
    let numbers = numbers(inside);
    let sum = numbers.iter().sum::<i64>() as f64 / 10.0;
    let mean = numbers.iter().sum::<i64>() as f64 / (10 * numbers.len()) as f64;
    let some = |name: &str, value: Option<f64>| {
        let value = value.map(|value| (name.to_owned(), value));
        value.into_iter().collect::<Vec<_>>()
    };
    let any = !numbers.is_empty();
    match kind {
        Kind::EventCount(_) => some("count", Some(events.len() as f64)),
        Kind::ValueCount { .. } => some("distinct", Some(distinct)),
        Kind::Number { measure, .. } => match measure {
            Measure::Sum => some("sum", any.then_some(sum)),
            Measure::Avg => some("avg", any.then_some(mean)),
            Measure::Percentile(percent) => {
                let place = (*percent as usize * numbers.len()).div_ceil(100).max(1);
                let value = numbers.get(place - 1).map(|tenths| *tenths as f64 / 10.0);
                some("percentile", value)
            }
        },
        Kind::Temporal(_) | Kind::Ordered(Presence::Expr(_)) => {
            some("rules", Some(references.len() as f64))
        }
        Kind::Ordered(_) => some(
            "steps",
            Some(longest(steps, inside, i64::MIN, &mut Vec::new()) as f64),
        ),
        Kind::NewTerms { .. } => Vec::new(),
        Kind::Stats { .. } => {
            let tenth = |tenths: Option<&i64>| tenths.map(|tenths| *tenths as f64 / 10.0);
            let of = inside.iter().filter(|s| s.reference == 1);
            let of = of.map(|s| s.event).collect::<BTreeSet<_>>();
            let mut all = some("all", Some(events.len() as f64));
            all.extend(some("one", Some(of.len() as f64)));
            all.extend(some("distinct", Some(distinct)));
            all.extend(some("sum", any.then_some(sum)));
            all.extend(some("avg", any.then_some(mean)));
            all.extend(some("min", tenth(numbers.first())));
            all.extend(some("max", tenth(numbers.last())));
            all
        }
    }
}

fn stats(condition: StatsExpr) -> Kind {
    let aggregates = [
        ("all", Aggregate::Count(None)),
        ("one", Aggregate::Count(Some(1))),
        ("distinct", Aggregate::CountDistinct(vec![field()])),
        ("sum", Aggregate::Sum(field())),
        ("avg", Aggregate::Avg(field())),
        ("min", Aggregate::Min(field())),
        ("max", Aggregate::Max(field())),
    ];
    let aggregates: IndexMap<String, Aggregate> = aggregates
        .into_iter()
        .map(|(name, aggregate)| (name.to_owned(), aggregate))
        .collect();
    Kind::Stats {
        aggregates,
        condition,
    }
}

/// Compares a kind's window with everything worked out anew at every instant; a snapshot in
/// between changes nothing.
fn check(kind: Kind, steps: &[usize], timeline: &[Seen], refire: Refire, exact: bool) {
    let plan = plan(kind, steps);
    let gauge = Gauge::new(&plan, refire);
    let slides = plan.kind.slides();
    let mut window = gauge.open();
    let mut held_before = false;
    for (place, instant) in timeline.chunk_by(|a, b| a.time == b.time).enumerate() {
        let now = instant[0].time;
        window.expire(&gauge, now - SPAN);
        held_before &= window.holds(&gauge);
        for seen in instant {
            let numbers = seen.tenths.iter();
            let numbers = numbers.map(|t| Number::parse(&format!("{:e}", *t as f64 / 10.0)));
            let numbers: Vec<Number> = numbers.map(Option::unwrap).collect();
            let readings = match &plan.kind {
                Kind::ValueCount { .. } => vec![Reading::Terms(seen.terms.clone())],
                Kind::Number { .. } => vec![Reading::Numbers(numbers)],
                Kind::Stats { .. } => vec![
                    Reading::Nothing,
                    Reading::Nothing,
                    Reading::Terms(seen.terms.clone()),
                    Reading::Numbers(numbers.clone()),
                    Reading::Numbers(numbers.clone()),
                    Reading::Numbers(numbers.clone()),
                    Reading::Numbers(numbers),
                ],
                _ => Vec::new(),
            };
            window.absorb(
                &gauge,
                &Sample {
                    time: seen.time,
                    event: seen.event,
                    reference: seen.reference as u32,
                    readings: &readings,
                },
            );
        }
        let inside = timeline.iter().filter(|seen| seen.time <= now);
        let inside = inside.filter(|seen| !slides || seen.time >= now - SPAN);
        let inside: Vec<Seen> = inside.cloned().collect();
        let values = values(&plan.kind, steps, &inside);
        let holds = match &plan.kind {
            Kind::EventCount(bounds)
            | Kind::ValueCount { bounds, .. }
            | Kind::Number { bounds, .. }
            | Kind::Temporal(Presence::AtLeast(bounds))
            | Kind::Ordered(Presence::AtLeast(bounds)) => values
                .first()
                .is_some_and(|(_, value)| bounds.holds(*value)),
            Kind::Temporal(Presence::Expr(expr)) => {
                expr.holds(&|r| inside.iter().any(|seen| seen.reference == r))
            }
            Kind::Stats {
                aggregates,
                condition,
            } => condition.holds(&|place| {
                let name = aggregates.get_index(place).unwrap().0;
                let value = values.iter().find(|(n, _)| n == name);
                value.map(|(_, value)| *value)
            }),
            Kind::Ordered(Presence::Expr(expr)) => {
                let has = |r: usize| inside.iter().any(|seen| seen.reference == r);
                expr.disjuncts(64).unwrap().iter().any(|one| {
                    let present = steps.iter().copied().filter(|s| one.present.contains(s));
                    let present: Vec<usize> = present.collect();
                    longest(&present, &inside, i64::MIN, &mut Vec::new()) == present.len()
                        && !one.absent.iter().any(|r| has(*r))
                })
            }
            Kind::NewTerms { .. } => false,
        };
        assert_eq!(window.holds(&gauge), holds, "at {now}: {values:?}");
        // the value shown is the one when the condition came true
        if exact || (holds && !held_before) {
            assert_eq!(window.values(&gauge), values, "at {now}");
        }
        held_before = holds;
        let progress = window.progress(&gauge);
        assert!((0.0..=1.0).contains(&progress));
        if let Kind::ValueCount { bounds, .. } = &plan.kind
            && !exact
        {
            // with an index, as many again may be outdated
            let needed = bounds.lower() as usize + instant.len() * 3;
            assert!(window.held() <= 2 * needed + 17);
        }
        if place % 5 == 4 {
            let bytes = postcard::to_allocvec(&window).unwrap();
            window = postcard::from_bytes(&bytes).unwrap();
        }
    }
}

fn presence(lower: bool) -> PresenceExpr {
    let rule = PresenceExpr::Rule;
    let or = PresenceExpr::Or(vec![rule(1), PresenceExpr::And(vec![rule(2), rule(0)])]);
    match lower {
        true => PresenceExpr::And(vec![rule(0), or]),
        false => PresenceExpr::And(vec![or, PresenceExpr::Not(Box::new(rule(2)))]),
    }
}

proptest! {
    #[test]
    fn counts(timeline in timeline(), bound in 0u8..12) {
        let bound = f64::from(bound);
        for kind in [
            Kind::EventCount(at_least(bound)),
            Kind::ValueCount { fields: vec![field()], bounds: at_least(bound) },
        ] {
            check(kind.clone(), &[0, 1, 2], &timeline, Refire::Always, true);
            check(kind, &[0, 1, 2], &timeline, Refire::Once, false);
        }
        let below = Bounds(vec![(Comparison::Lt, bound)]);
        check(Kind::EventCount(below.clone()), &[0, 1, 2], &timeline, Refire::Once, true);
        let kind = Kind::ValueCount { fields: vec![field()], bounds: below };
        check(kind, &[0, 1, 2], &timeline, Refire::Once, true);
    }

    #[test]
    fn numbers_in_windows(timeline in timeline(), bound in -30i8..30, percent in 0u8..=100) {
        // the median has another name
        let percent = f64::from(percent) + f64::from(u8::from(percent == 50));
        for comparison in [Comparison::Gte, Comparison::Lt] {
            for measure in [Measure::Sum, Measure::Avg, Measure::Percentile(percent)] {
                let bounds = Bounds(vec![(comparison, f64::from(bound) / 10.0)]);
                let kind = Kind::Number { measure, field: field(), bounds };
                check(kind, &[0, 1, 2], &timeline, Refire::Once, true);
            }
        }
    }

    #[test]
    fn several_measures(timeline in timeline(), bound in -5i8..5, which in 0usize..7) {
        let compare = StatsExpr::Compare(which, Comparison::Gt, f64::from(bound));
        check(stats(compare.clone()), &[0, 1, 2], &timeline, Refire::Once, true);
        let not = StatsExpr::Not(Box::new(compare));
        check(stats(not), &[0, 1, 2], &timeline, Refire::Once, true);
    }

    #[test]
    fn matches_in_any_order(timeline in timeline(), bound in 0u8..4) {
        let bounds = at_least(f64::from(bound));
        let below = Bounds(vec![(Comparison::Lte, f64::from(bound))]);
        for presence in [
            Presence::AtLeast(bounds),
            Presence::AtLeast(below),
            Presence::Expr(presence(true)),
            Presence::Expr(presence(false)),
        ] {
            check(Kind::Temporal(presence), &[0, 1, 2], &timeline, Refire::Once, true);
        }
    }
}

proptest! {
    #[test]
    fn matches_in_order(
        timeline in timeline(),
        more in prop::collection::vec(0usize..3, 0..3),
        bound in 1u8..5,
    ) {
        let timeline = &timeline[..timeline.len().min(24)];
        let steps: Vec<usize> = [vec![0, 1, 2], more].concat();
        let steps = &steps[..];
        let below = Bounds(vec![(Comparison::Lte, f64::from(bound))]);
        for bound in [f64::from(bound), steps.len() as f64] {
            let presence = Presence::AtLeast(at_least(bound));
            check(Kind::Ordered(presence), steps, timeline, Refire::Always, false);
        }
        check(Kind::Ordered(Presence::AtLeast(below)), steps, timeline, Refire::Once, true);
        for lower in [true, false] {
            check(Kind::Ordered(Presence::Expr(presence(lower))), steps, timeline, Refire::Once, true);
        }
    }
}

#[test]
fn a_window_is_small() {
    assert!(size_of::<Window>() <= 24, "{}", size_of::<Window>());
    let gauge = Gauge::new(&plan(Kind::EventCount(at_least(5.0)), &[0]), Refire::Once);
    let mut window = gauge.open();
    for time in 0..2 {
        let sample = Sample {
            time,
            event: time as u64,
            reference: 0,
            readings: &[],
        };
        window.absorb(&gauge, &sample);
    }
    assert!(window.heap() <= 48, "{}", window.heap());
}

#[test]
fn long_windows_stay_bounded() {
    let gauge = Gauge::new(&plan(Kind::EventCount(at_least(5.0)), &[0]), Refire::Once);
    let kind = Kind::ValueCount {
        fields: vec![field()],
        bounds: at_least(1e9),
    };
    let distinct = Gauge::new(&plan(kind, &[0]), Refire::Once);
    let (mut count, mut terms) = (gauge.open(), distinct.open());
    for event in 0..100_000u64 {
        let time = event as i64 / 1_000_000;
        count.expire(&gauge, time - SPAN);
        terms.expire(&distinct, time - SPAN);
        let readings = [Reading::Terms(vec![u128::from(event % 50)])];
        let sample = Sample {
            time: event as i64,
            event,
            reference: 0,
            readings: &readings,
        };
        count.absorb(&gauge, &sample);
        terms.absorb(&distinct, &sample);
    }
    assert!(count.held() <= 6, "{}", count.held());
    // each tuple once, and as many again that are outdated
    assert!(terms.held() <= 150, "{}", terms.held());
}
