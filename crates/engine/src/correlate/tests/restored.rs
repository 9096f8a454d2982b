//! A machine that is saved and restored.

use super::*;
use proptest::prelude::*;

fn timeline() -> impl Strategy<Value = Vec<(i64, String)>> {
    let event = (0i64..4, -6i64..1, 0usize..3, 0usize..4, 0usize..3);
    prop::collection::vec(event, 1..120).prop_map(|events| {
        let mut now = 1000;
        let mut timeline = Vec::new();
        for (step, back, kind, user, ip) in events {
            now += step;
            let kind = ["a", "b", "c"][kind];
            let user = ["ann", "Bob", "BOB", "cyd"][user];
            let members =
                format!(r#""kind":"{kind}","user":"{user}","ip":"10.0.0.{ip}","size":{ip}"#);
            timeline.push((now + back.max(-step - 3), members));
        }
        timeline
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// However often a run is cut, saved and taken up again, it says the same.
    #[test]
    fn says_the_same(
        events in timeline(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        saves in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        lateness in 0i64..6,
        groups in prop::sample::select(vec![2usize, 1000]),
        waiting in prop::sample::select(vec![5usize, 1000]),
    ) {
        let run = everything();
        let events: Vec<(i64, &str)> = events.iter().map(|(at, e)| (*at, e.as_str())).collect();
        let options = Options {
            lateness: Lateness::Within(lateness * SECOND),
            groups,
            terms: groups,
            waiting,
            ..Options::default()
        };
        let observations = run.observe(&events);
        let store = Memory::default();
        let (whole, machine) = run.says_to(store, options.clone(), &events);
        let at = |places: &[prop::sample::Index]| -> Vec<usize> {
            places.iter().map(|index| index.index(observations.len() + 1)).collect()
        };
        let (cuts, saves) = (at(&cuts), at(&saves));
        let mut lines = Vec::new();
        let mut say = |speech: Speech<'_>| lines.push(run.line(&speech));
        let mut cut = run.machine(options.clone(), Memory::default());
        for (place, observation) in observations.into_iter().enumerate() {
            if saves.contains(&place) {
                cut.save().unwrap();
            }
            if cuts.contains(&place) {
                cut.save().unwrap();
                let store = std::mem::take(cut.store_mut());
                cut = run.machine(options.clone(), store);
                let restored = cut.restore().unwrap();
                prop_assert_eq!(restored.found.len(), 11);
            }
            cut.push(observation, &mut say);
        }
        cut.finish(&mut say);
        prop_assert_eq!(lines, whole);
        for index in 0..run.set.correlations.len() {
            let of = Reference::Correlation(index);
            prop_assert_eq!(cut.counts(of), machine.counts(of));
        }
    }
}

#[test]
fn a_damaged_record_is_refused() {
    let run = everything();
    let mut machine = run.machine(Options::default(), Memory::default());
    for observation in run.observe(&[(1, r#""kind":"a","user":"x""#)]) {
        machine.push(observation, &mut |_| ());
    }
    machine.pause(&mut |_| ());
    machine.save().unwrap();
    let store = std::mem::take(machine.store_mut());
    let mut groups = 0;
    for (key, value) in &store.0 {
        groups += usize::from(key.kind == Kind::Group);
        for broken in [&value[..value.len() - 1], &[&value[..], &[0]].concat()] {
            let mut store = store.clone();
            store.0.insert(*key, broken.to_vec());
            assert!(run.machine(Options::default(), store).restore().is_err());
        }
    }
    assert_eq!(groups, 4);
}

#[test]
fn a_changed_rule_starts_cold_and_others_go_on() {
    let run = everything();
    let mut machine = run.machine(Options::default(), Memory::default());
    let a = r#""kind":"a","user":"x""#;
    for observation in run.observe(&[(1, a), (2, a)]) {
        machine.push(observation, &mut |_| ());
    }
    machine.pause(&mut |_| ());
    machine.save().unwrap();
    let store = std::mem::take(machine.store_mut());
    let title = |run: &Run, of: &Reference| match of {
        Reference::Rule(rule) => run.set.rule(*rule).unwrap().title().to_owned(),
        Reference::Correlation(index) => run.set.correlations[*index].title().to_owned(),
    };
    let text = format!("{}{}{COUNT}{NOT_AFTER}", rule("a", ""), rule("b", ""));
    let other = Run::new(&text.replace("lt: 3", "lt: 4"));
    let mut machine = other.machine(Options::default(), store);
    let restored = machine.restore().unwrap();
    let titles = |list: &[Reference]| list.iter().map(|of| title(&other, of)).collect::<Vec<_>>();
    assert_eq!(titles(&restored.found), ["a", "b", "many"]);
    assert_eq!(titles(&restored.changed), ["few"]);
    let gone = ["absent", "c", "chain", "distinct", "new", "order", "sums"];
    assert_eq!(restored.gone, gone);
    let mut lines = Vec::new();
    for observation in other.observe(&[(3, a)]) {
        machine.push(observation, &mut |speech| lines.push(other.line(&speech)));
    }
    machine.finish(&mut |speech| lines.push(other.line(&speech)));
    assert_eq!(lines, ["many@3 x count=3", "few@10 x count=1"]);
}
