//! What is computed from labels and words: means, exchanges, dictionaries, keyness.

use crate::declare::{Table, cell, field, filled, optional, tables};

tables! {
    /// group of segments and measure
    estimates: EstimateRow<'a> {
        /// Kind of group: `corpus`, `document`, `speaker`, `theme` or `utterance`, with `_target` appended where the
        /// measure belongs to a target.
        level: &'a str;
        /// Document (`documents`).
        document_id: &'a str, null "the group is not limited to a document";
        /// Speaker (`speakers`).
        speaker_id: &'a str, null "the group is not limited to a speaker";
        /// Utterance (`utterances`).
        utterance_id: &'a str, null "the group is not limited to an utterance";
        /// Theme (`themes`).
        theme_id: &'a str, null "the group is not limited to a theme";
        /// Target of the study.
        target_id: &'a str, null "the measure has no target";
        /// Score that is averaged: `sentiment_score`, `stance_score` or, by corpus, document and speaker, `procedure_share` (1 for a
        /// segment that conducts the meeting, 0 for any other one).
        measure: &'a str;
        /// Mean over the segments of the group that have a label.
        mean: f64, unit "score, -1 to 1", null "no segment of the group has a label";
        /// Lower bound of the confidence interval (percentile bootstrap, see `resampled`).
        ci_low: f64, unit "score, -1 to 1", null "only one segment has a label, or the study asks for no intervals";
        /// Upper bound of the confidence interval.
        ci_high: f64, unit "score, -1 to 1", null "only one segment has a label, or the study asks for no intervals";
        /// What the bootstrap draws: whole `utterances`, or `segments` where the group has only one utterance. The latter
        /// describes how much the mean varies within that utterance, not how the speaker would score in another one.
        resampled: &'a str, null "there is no interval";
        /// Segments with a label, over which the mean is computed.
        n_segments: u32, unit "segments";
        /// Utterances that contain these segments.
        n_utterances: u32, unit "utterances";
        /// Share of the group's segments without a label.
        share_abstained: f64, unit "share, 0 to 1";
    }

    /// measure of a group that the study asks for, and of each difference of two groups
    group_estimates: GroupEstimateRow<'a> {
        /// Columns by which groups are formed, separated by `, `.
        by: String;
        /// Value of the first column.
        value_1: &'a str;
        /// Value of the second column.
        value_2: &'a str, null "groups are formed by one column";
        /// Value of the third column.
        value_3: &'a str, null "groups are formed by fewer columns";
        /// For a difference: value of the first column of the group that is subtracted.
        minus_1: &'a str, null "the estimate is no difference";
        /// The same for the second column.
        minus_2: &'a str, null "the estimate is no difference, or groups are formed by one column";
        /// The same for the third column.
        minus_3: &'a str, null "the estimate is no difference, or groups are formed by fewer columns";
        /// What is estimated: the means `sentiment_score`, `stance_score`, `theme_share` (share of the segments that belong to the theme),
        /// `procedure_share` (share of the segments that conduct the meeting), `code_share` (share of the segments that have this label of a
        /// variable of the study's own, among those with a label of it), `words_per_turn` and `seconds_per_turn`, the rate `dictionary_rate` (matches of the category per 1,000 words), or the shares
        /// `share_of_words` and `share_of_time` in the sum of all groups.
        measure: &'a str;
        /// Target of the study.
        target_id: &'a str, null "the measure has no target";
        /// Theme (`themes`).
        theme_id: &'a str, null "the measure has no theme";
        /// Category of a dictionary of the study: its column in `analysis`.
        category: &'a str, null "the measure has no category";
        /// Variable of the study's own (`[[codes]]`).
        code_id: &'a str, null "the measure has no variable";
        /// Label of this variable.
        label: &'a str, null "the measure has no variable";
        /// What weighs the same in the mean: each `segment`, `turn` or `person`; in `dictionary_rate` each word instead of each segment.
        weight: &'a str, null "shares are not weighted";
        /// Value of the group, or of the group minus the other one.
        estimate: f64, unit "as the measure", null "no segment of the group, or of one of the two groups, has a label";
        /// Lower bound of the interval (jackknife, see `resampled`).
        ci_low: f64, unit "as the measure", null "fewer than two clusters, or all have the same value";
        /// Upper bound of the interval.
        ci_high: f64, unit "as the measure", null "fewer than two clusters, or all have the same value";
        /// What the jackknife leaves out in turn: all segments of one of the `persons`, `documents` or `turns`. The highest level at which the
        /// group, or both groups of a difference, have five clusters.
        resampled: &'a str, null "there is no interval";
        /// Number of these clusters.
        n_clusters: u32, unit "clusters", null "there is no interval";
        /// Segments with a label; turns for measures of turns, words for `dictionary_rate`.
        n_segments: u32, unit "segments";
        /// Turns that contain them.
        n_turns: u32, unit "turns";
        /// Persons who speak them; unknown speakers are not counted.
        n_persons: u32, unit "persons";
        /// Documents that contain them.
        n_documents: u32, unit "documents";
        /// Share of the segments of the group, or of both groups, without a label.
        share_abstained: f64, unit "share, 0 to 1";
    }

    /// turn or speaker, and target of the study
    group_stance: GroupStanceRow<'a> {
        /// Kind of group: `utterance_target` (the segments of a turn) or `speaker_target` (the segments of a speaker in a document).
        level: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Speaker (`speakers`).
        speaker_id: &'a str, null "the document does not say who speaks";
        /// Utterance (`utterances`).
        utterance_id: &'a str, null "the group is a speaker";
        /// Target of the study.
        target_id: &'a str;
        /// Segments with the label `favor` in `stance`.
        n_favor: u32, unit "segments";
        /// Segments with the label `against`.
        n_against: u32, unit "segments";
        /// Segments with the label `neither`.
        n_neither: u32, unit "segments";
        /// Segments without a label.
        n_unlabelled: u32, unit "segments";
        /// Label of the group: the side of most of its segments that take one; if as many take the other, the side with the larger sum
        /// of `score`; `neither` if no segment takes a side, or the sums are equal. The mean score is in `estimates`.
        label: &'a str, null "no segment of the group has a label";
    }

    /// what somebody does with regard to a speaker: follows, answers, interrupts or names them, calls, applauds or laughs during their turn
    exchanges: ExchangeRow<'a> {
        /// Document (`documents`).
        document_id: &'a str;
        /// Turn in which it happens (`utterances`): of the person who does it, or for notes of the file (`rule` is `marked`, and `words` is given) the turn of the
        /// other person.
        utterance_id: &'a str;
        /// `follows` (speaks directly after a turn of the other person), `answers` (directly after their question), `interrupts` (before they
        /// have finished), `names` (says their name), `calls` (says something during their turn), `applauds` or `laughs` (during or after their turn).
        kind: &'a str;
        /// Speaker who does it (`speakers`).
        from_speaker_id: &'a str, null "the file marks it and does not say who does it, or somebody who does not speak in the document";
        /// The other speaker.
        to_speaker_id: &'a str, null "the other person does not speak in the document";
        /// Person who does it (`people`).
        from_person_id: &'a str, null "as `from_speaker_id`";
        /// The other person (`people`, or only on the list of people).
        to_person_id: &'a str;
        /// How it was found: `next_turn`; `after_question` (the turn before ends with a question mark); `marked` (the file marks the turn as an
        /// interruption, or a note in a turn as what listeners do) or `marked_overlap` (the file marks that the turn begins before the other one ends);
        /// `interjection` (printed as such, and the other speaker goes on directly after it) or `cut_off_and_resumed` (the turn before ends with a dash or an
        /// ellipsis, and its speaker goes on directly after this turn) or `cut_off` (it ends with a dash, and its speaker does not); `full_name`, `form_of_address` (with a surname that nobody else in the document
        /// has) or `single_name` (the first or last word of the name alone); `full_name_elsewhere` or `form_of_address_elsewhere` (of a person who does not
        /// speak in the document, by a name or surname that nobody else in the corpus has).
        rule: &'a str;
        /// Confidence of `rule`. A convention that orders the rules, not a measured probability.
        confidence: f32, unit "share, 0 to 1";
        /// Segment that is the evidence (`segments`): the first of the turn for `follows`, the last one of the turn before for `answers` and
        /// `interrupts`, the one with the name for `names`, the one with or before the note for notes of the file.
        segment_id: String;
        /// The words that name the other person, or the note of the file.
        words: &'a str, null "there are none: `kind` is `follows` or `answers`, or a turn interrupts";
    }

    /// pattern of the study's dictionaries and words that it matched (no rows for a study without dictionaries)
    dictionary_terms: DictionaryTermRow<'a> {
        /// Dictionary of the study.
        dictionary: &'a str;
        /// Category, after those of the categories around it: `economy.taxes`.
        category: &'a str;
        /// Pattern of the category. Of several patterns that match the same words the first one counts.
        pattern: &'a str;
        /// Words that it matched, in lower case unless case matters.
        form: &'a str;
        /// How often.
        n: u64, unit "matches";
    }

    /// term, and group that uses it more or less often than the other texts of the language
    keyness: KeynessRow<'a> {
        /// What forms the groups, as the study says: `speaker`, `theme`, `period`, or a column of people or documents.
        by: &'a str;
        /// Group: a person (`people.person_id`) for `speaker`, a theme (`themes.theme_id`) for `theme`, else the value of the column.
        group_id: &'a str;
        /// Name of the group: that of the person or theme, else the value of the column.
        group: &'a str;
        /// Language of the documents that are compared (ISO 639-1).
        language: &'a str, null "the language of the documents was not recognised";
        /// Word in lower case, without a possessive. Numbers and single letters are no terms.
        term: &'a str;
        /// Occurrences in the texts of the group.
        n: u64, unit "occurrences";
        /// Occurrences in the other texts of the language.
        n_elsewhere: u64, unit "occurrences";
        /// Occurrences of all terms in the texts of the group.
        n_words: u64, unit "occurrences";
        /// Occurrences of all terms in the other texts.
        n_words_elsewhere: u64, unit "occurrences";
        /// Logarithm of the odds of the term in the group, minus that in the other texts, with a Dirichlet prior (Monroe, Colaresi & Quinn
        /// 2008). Above 0 the group uses the term more often.
        log_odds: f64, unit "natural logarithm of a ratio of odds";
        /// Lower bound of its interval, by the normal distribution, with the study's confidence level.
        ci_low: f64, unit "natural logarithm of a ratio of odds";
        /// Upper bound of its interval.
        ci_high: f64, unit "natural logarithm of a ratio of odds";
        /// `log_odds` divided by its standard error.
        z: f64, unit "standard errors";
        /// Smallest false discovery rate at which the difference counts, among all terms of the group (Benjamini & Hochberg 1995).
        q_value: f64, unit "share, 0 to 1";
    }
}
