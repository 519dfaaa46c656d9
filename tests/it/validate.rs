//! `plenary agree`: the program with files that people filled in.

use std::fs;

use crate::common::Place;

const ANN: &str = "segment_id,target,label\na,t,favor\nb,t,against\nc,t,neither\nd,t,favor\n";

#[test]
fn agreement_is_printed_and_unequal_codes_are_written() {
    let bo = ANN.replace("d,t,favor", "d,t,neither");
    let place = Place::with(&[("ann.csv", ANN), ("bo.csv", &bo)]);
    let ended = place.run_well(&["agree", "ann.csv", "bo.csv", "--out", "unequal.csv"]);
    for part in [
        "Agreement on stance towards t: 4 of 4 segments by at least two of 2 coders (ann, bo)",
        "Krippendorff's alpha, ordinal",
        "Cohen's kappa, ann and bo (4)",
        "bo: favor",
    ] {
        assert!(ended.out.contains(part), "`{part}` is missing:\n{}", ended.out);
    }
    // Three of four are equal.
    assert!(ended.out.contains("0.750"), "{}", ended.out);
    assert_eq!(fs::read_to_string(place.path("unequal.csv")).unwrap(), "segment_id,target,ann,bo\nd,t,favor,neither\n");
    place.run(&["agree", "ann.csv", "bo.csv", "--out", "unequal.csv"]).says(2, &["--force"]);
    assert_eq!(place.run_well(&["agree", "ann.csv", "bo.csv"]).out, ended.out, "the draws depend on the seed only");
}

#[test]
fn variables_of_ones_own_are_compared() {
    let codes = "segment_id,code,label,coder\na,heat,low,ann\na,heat,low,bo\nb,heat,high,ann\nb,heat,some,bo\nc,heat,some,ann\n\
                 c,heat,some,bo\na,other,x,ann\na,other,y,bo\n";
    let place = Place::with(&[("codes.csv", codes)]);
    let ended = place.run_well(&["agree", "codes.csv", "--code", "heat"]);
    assert!(ended.out.contains("The labels have no order (high, low, some). Pass --order"), "{}", ended.out);
    assert!(!ended.out.contains("other"), "{}", ended.out);
    let ended = place.run_well(&["agree", "codes.csv", "--code", "heat", "--order", "low,some,high"]);
    assert!(ended.out.contains("alpha, ordinal"), "{}", ended.out);
    place
        .run(&["agree", "codes.csv", "--order", "low,high", "--code", "heat"])
        .says(2, &["codes.csv, line 5: unknown label `some`; expected low, high"]);
    place
        .run(&["agree", "codes.csv", "--resamples", "7"])
        .says(2, &["resamples: found 7; expected 0 for no intervals, or at least 100"]);
}
