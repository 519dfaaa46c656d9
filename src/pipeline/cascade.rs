//! For which units a coder is asked, after an earlier one.
//!
//! **Input:** the condition of a coder, and the codings of the coders before it. **Output:** for each target and unit whether the coder is
//! asked. It depends on the unit and the study alone, not on other units. **Refused:** nothing; the study checks the condition.
//! **Left to others:** asking.

use plenary_corpus::OnlyWhere;
use plenary_corpus::findings::{Codings, Target};
use plenary_corpus::hash::sha256;

/// `asked[target][unit]`: whether the earlier coder is unsure, or the unit is drawn from the others.
pub(super) fn asked(
    only_where: &OnlyWhere,
    earlier: &[Codings],
    ids: &[&str],
    targets: &[Target],
    seed: u64,
) -> Vec<Vec<bool>> {
    let followed = earlier.iter().find(|codings| codings.coder.id == only_where.coder);
    let of_target = |(at, target): (usize, &Target)| {
        let of_unit = |(unit, id): (usize, &&str)| {
            followed.map(|codings| &codings.of_target[at][unit]).is_none_or(|coding| {
                only_where.is_unsure(coding)
                    || (coding.is_asked() && drawn(id, &target.id, seed) < only_where.share_of_others)
            })
        };
        ids.iter().enumerate().map(of_unit).collect()
    };
    targets.iter().enumerate().map(of_target).collect()
}

/// A number in [0, 1) for a unit and a target, evenly distributed.
fn drawn(id: &str, target: &str, seed: u64) -> f64 {
    let digits = sha256(format!("{seed} {id} {target}").as_bytes());
    // 52 bits are exact in a float, and sha256 returns 64 hexadecimal digits.
    u64::from_str_radix(digits.get(..13).unwrap_or_default(), 16).unwrap_or_default() as f64 / (1_u64 << 52) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_corpus::findings::{
        AbstentionReason, CoderId, CoderKind, Coding, Stance, StanceProbabilities, Verdict,
    };

    fn target() -> Target {
        Target { id: "t".into(), proposition: "P.".into(), ..Target::default() }
    }

    #[test]
    fn others_are_drawn_by_their_id() {
        let sure = Coding {
            verdict: Verdict::Labelled(Stance::Favor),
            probabilities: Some(StanceProbabilities { favor: 1.0, against: 0.0, neither: 0.0 }),
            ..Coding::not_asked(0.5)
        };
        let off = Coding { verdict: Verdict::Abstained(AbstentionReason::OffTopic), ..Coding::not_asked(0.1) };
        let n = 4000;
        let ids: Vec<String> = (0..n).map(|n| format!("d-u0001-s{n}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let units = (0..n).map(|at| [&sure, &off, &Coding::not_asked(0.5)][at % 3].clone()).collect();
        let coder = CoderId { id: "a".into(), kind: CoderKind::Inference };
        let earlier = [Codings { coder, follows: None, of_target: vec![units] }];
        let only_where = OnlyWhere { coder: "a".into(), share_of_others: 0.2, ..OnlyWhere::default() };
        let all = asked(&only_where, &earlier, &ids, &[target()], 1);
        let n_of = |kind: usize| all[0].iter().skip(kind).step_by(3).filter(|asked| **asked).count();
        assert!((200..340).contains(&n_of(0)), "{}", n_of(0));
        assert!((200..340).contains(&n_of(1)), "{}", n_of(1));
        assert_eq!(n_of(2), 0, "what the earlier coder was not asked for");
        assert_ne!(all, asked(&only_where, &earlier, &ids, &[target()], 2), "the seed decides");
        let none = OnlyWhere { share_of_others: 0.0, ..only_where };
        assert!(asked(&none, &earlier, &ids, &[target()], 1)[0].iter().all(|asked| !asked));
    }
}
