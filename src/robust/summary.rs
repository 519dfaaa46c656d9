//! How often sign and significance hold, over all specifications and by decision.
//!
//! **Input:** a [`Robustness`]. **Output:** [`Shares`], and two tables. **Left to others:** files and printing.

use plenary_tables::export::{Cells, Export};

use super::options::{Choice, Contrast};
use super::{Estimated, Robustness};

/// How often sign and significance hold in some specifications.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Number of specifications with an estimate.
    pub n: usize,
    /// Those whose estimate has the sign of the study's.
    pub n_same_sign: usize,
    /// Those of them whose interval excludes 0.
    pub n_significant: usize,
    /// Those with the other sign and an interval that excludes 0.
    pub n_opposite: usize,
    /// The lowest estimate.
    pub lowest: f64,
    /// The median of the estimates.
    pub median: f64,
    /// The highest estimate.
    pub highest: f64,
}

impl Robustness {
    /// The specification of the study.
    pub fn study(&self) -> Option<&Estimated> {
        self.all.iter().find(|one| one.is_study)
    }

    /// Over all specifications; `None` if none has an estimate.
    pub fn overall(&self) -> Option<Shares> {
        self.shares(|_| true)
    }

    /// The decisions on a choice, in the order in which they were made up: that of the study first.
    pub fn decisions(&self, choice: Choice) -> Vec<String> {
        let mut decisions: Vec<String> = Vec::new();
        for one in self.study().into_iter().chain(&self.all) {
            if let Some(decision) = one.specification.decision(choice)
                && !decisions.contains(&decision)
            {
                decisions.push(decision);
            }
        }
        if let [_, others @ ..] = decisions.as_mut_slice() {
            others.sort_unstable();
        }
        decisions
    }

    /// The choices with several decisions.
    pub fn varied(&self) -> Vec<(Choice, Vec<String>)> {
        let all = Choice::ALL.into_iter().map(|choice| (choice, self.decisions(choice)));
        all.filter(|(_, decisions)| decisions.len() > 1).collect()
    }

    /// For every decision on a varied choice, how often sign and significance hold.
    pub fn by_decision(&self) -> Vec<(Choice, String, Option<Shares>)> {
        let mut rows = Vec::new();
        for (choice, decisions) in self.varied() {
            for decision in decisions {
                let shares = self.shares(|one| one.specification.decision(choice).as_ref() == Some(&decision));
                rows.push((choice, decision, shares));
            }
        }
        rows
    }

    fn shares(&self, is_counted: impl Fn(&Estimated) -> bool) -> Option<Shares> {
        // They are sorted already.
        let counted: Vec<(&Estimated, f64)> = self
            .all
            .iter()
            .filter(|one| is_counted(one))
            .filter_map(|one| one.estimate.map(|estimate| (one, estimate)))
            .collect();
        let (n, sign) = (counted.len(), self.sign());
        let (first, last) = (counted.first()?.1, counted.last()?.1);
        let has_sign = |estimate: f64| estimate * sign > 0.0;
        let count =
            |is: &dyn Fn(&Estimated, f64) -> bool| counted.iter().filter(|(one, estimate)| is(one, *estimate)).count();
        Some(Shares {
            n,
            n_same_sign: count(&|_, estimate| has_sign(estimate)),
            n_significant: count(&|one, estimate| has_sign(estimate) && one.is_significant()),
            n_opposite: count(&|one, estimate| has_sign(-estimate) && one.is_significant()),
            lowest: first,
            median: (counted[(n - 1) / 2].1 + counted[n / 2].1) / 2.0,
            highest: last,
        })
    }

    /// 1 or -1: the sign with which others are compared. It is that of the study's estimate or, where that has none, of most others.
    pub fn sign(&self) -> f64 {
        let study = self.study().and_then(|one| one.estimate).filter(|estimate| *estimate != 0.0);
        let n_below = self.all.iter().filter(|one| one.estimate.is_some_and(|estimate| estimate < 0.0)).count();
        let n_above = self.all.iter().filter(|one| one.estimate.is_some_and(|estimate| estimate > 0.0)).count();
        match study {
            Some(estimate) => estimate.signum(),
            None if n_below > n_above => -1.0,
            None => 1.0,
        }
    }

    /// What is estimated and of which segments, for people.
    pub fn title(&self) -> String {
        let options = &self.options;
        let label = options.measure.code().map(|(_, label)| format!("={label}")).unwrap_or_default();
        format!("{}{label}, {}", options.measure.title(), options.contrast.title())
    }

    /// Whether the estimates can be on both sides of 0: a share of a label has a sign only as a difference.
    pub fn has_sign(&self) -> bool {
        self.options.measure.code().is_none() || matches!(self.options.contrast, Contrast::Difference { .. })
    }

    /// The tables `specifications` and `robustness`.
    pub fn tables(&self) -> [Export; 2] {
        [self.specifications(), self.table_of_decisions()]
    }

    /// One row per specification, from the lowest estimate to the highest.
    fn specifications(&self) -> Export {
        let number = |of: &dyn Fn(&Estimated) -> Option<f64>| {
            Cells::Number(self.all.iter().map(of).collect::<Vec<Option<f64>>>())
        };
        let text = |of: &dyn Fn(&Estimated) -> Option<String>| Cells::Text(self.all.iter().map(of).collect());
        let count =
            |of: fn(&Estimated) -> usize| Cells::Count(self.all.iter().map(|one| Some(of(one) as u64)).collect());
        let measure = self.options.measure.kind();
        let same = |value: Option<&str>| Cells::Text(vec![value.map(str::to_owned); self.all.len()]);
        let mut columns: Vec<(String, Cells)> = vec![
            ("specification".into(), (1..=self.all.len()).collect::<Vec<usize>>().into()),
            ("measure".into(), same(Some(measure))),
            ("target_id".into(), same(self.options.measure.target())),
            ("code_id".into(), same(self.options.measure.code().map(|(id, _)| id))),
            ("label".into(), same(self.options.measure.code().map(|(_, label)| label))),
            ("by".into(), same(self.options.contrast.by())),
            ("contrast".into(), same(Some(&self.options.contrast.title()))),
            ("is_study".into(), Cells::YesNo(self.all.iter().map(|one| Some(one.is_study)).collect())),
        ];
        for choice in Choice::ALL {
            let cells = match choice {
                Choice::ConfidenceFloor => {
                    number(&|one| one.specification.floors.map(|floors| shortest(floors.confidence)))
                }
                Choice::RelevanceFloor => {
                    number(&|one| one.specification.floors.map(|floors| shortest(floors.relevance)))
                }
                choice => text(&move |one| one.specification.decision(choice)),
            };
            columns.push((choice.as_str().into(), cells));
        }
        let is_significant = |one: &Estimated| one.interval.map(|_| one.is_significant());
        columns.extend([
            ("estimate".into(), number(&|one| one.estimate)),
            ("ci_low".into(), number(&|one| one.interval.map(|(low, _)| low))),
            ("ci_high".into(), number(&|one| one.interval.map(|(_, high)| high))),
            ("excludes_zero".into(), Cells::YesNo(self.all.iter().map(is_significant).collect())),
            ("resampled".into(), text(&|one| one.resampled.map(|level| level.as_str().to_owned()))),
            ("n_clusters".into(), count(|one| one.n_clusters)),
            ("n_units".into(), count(|one| one.n_units)),
            ("share_abstained".into(), number(&|one| Some(one.share_abstained))),
        ]);
        Export { name: "specifications", columns }
    }

    /// One row per decision on a varied choice, after one for all specifications.
    fn table_of_decisions(&self) -> Export {
        let mut rows: Vec<(Option<String>, Option<String>, Option<Shares>)> = vec![(None, None, self.overall())];
        rows.extend(
            self.by_decision()
                .into_iter()
                .map(|(choice, decision, shares)| (Some(choice.as_str().to_owned()), Some(decision), shares)),
        );
        let count = |of: fn(&Shares) -> usize| {
            Cells::Count(rows.iter().map(|(.., shares)| Some(shares.as_ref().map_or(0, of) as u64)).collect())
        };
        let number =
            |of: fn(&Shares) -> f64| Cells::Number(rows.iter().map(|(.., shares)| shares.as_ref().map(of)).collect());
        let columns = vec![
            ("choice".into(), Cells::Text(rows.iter().map(|(choice, ..)| choice.clone()).collect())),
            ("decision".into(), Cells::Text(rows.iter().map(|(_, decision, _)| decision.clone()).collect())),
            ("n_specifications".into(), count(|shares| shares.n)),
            ("n_same_sign".into(), count(|shares| shares.n_same_sign)),
            ("n_same_sign_excludes_zero".into(), count(|shares| shares.n_significant)),
            ("n_other_sign_excludes_zero".into(), count(|shares| shares.n_opposite)),
            ("lowest".into(), number(|shares| shares.lowest)),
            ("median".into(), number(|shares| shares.median)),
            ("highest".into(), number(|shares| shares.highest)),
        ];
        Export { name: "robustness", columns }
    }
}

/// The number that a user would write for a floor: 0.4 and not 0.4000000059604645.
fn shortest(floor: f32) -> f64 {
    floor.to_string().parse().unwrap_or_else(|_| f64::from(floor))
}
