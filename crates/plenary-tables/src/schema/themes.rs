//! Themes and codes for them.

use jiff::civil::Date;

use crate::declare::{Table, cell, field, filled, optional, tables};

tables! {
    /// theme
    themes: ThemeRow<'a> {
        /// Id of the theme: `t01`, `t02` and so on, in the order in which themes were found, or `procedure`. It stays with the theme in runs that
        /// continue these results.
        theme_id: &'a str;
        /// `found` (a community of segments on a subject) or `procedure` (reserved for segments that conduct the meeting).
        kind: &'a str;
        /// The first terms when the theme was found, as a short label for people.
        label: &'a str;
        /// Name that the researcher gave the theme.
        name: &'a str, null "the theme was not named";
        /// Description that the researcher gave the theme.
        description: &'a str, null "the theme was not described";
        /// What a language model behind an endpoint calls the theme. It is made from `terms` and `exemplars` and decides nothing about the theme.
        endpoint_label: &'a str, null "no language model was asked, or its answer cannot be used";
        /// Why there is no such label: `no_answer` (the endpoint gave none) or `invalid_answer`.
        endpoint_label_reason: &'a str, null "there is a label, or no language model was asked";
        /// Name of the language model that was asked, as the study has it.
        endpoint_label_model: &'a str, null "no language model was asked";
        /// Key of its answer in the folder of answers (sha256 of the request).
        endpoint_label_answer: &'a str, null "no language model was asked";
        /// Terms, sorted by decreasing weight.
        terms: Vec<String>;
        /// Class-based TF-IDF weight of each term (Grootendorst 2022), in the order of `terms`.
        term_weights: Vec<f32>;
        /// Segments in the theme.
        n_segments: u32, unit "segments";
        /// Speakers of these segments; segments without a known speaker are not counted.
        n_speakers: u32, unit "speakers";
        /// Documents of these segments.
        n_documents: u32, unit "documents";
        /// First date of these documents.
        first_date: Date, null "none of the documents has a date";
        /// Last date of these documents.
        last_date: Date, null "none of the documents has a date";
        /// Typical segments to read: `segment_id` of the segments closest to the theme's mean vector, closest first.
        exemplars: Vec<String>;
        /// Mean cosine between the theme's segments and its mean vector.
        cohesion: f32, unit "cosine, -1 to 1";
        /// `cohesion` minus the mean cosine between the same segments and the mean vector of the closest other theme.
        separation: f32, unit "cosine difference", null "there is no other theme";
        /// Share of pairs of the theme's segments that repeated starts of the search also put into one community.
        stability: f32, unit "share, 0 to 1", null "the theme was not searched for: it is `procedure`, or was split off by hand";
        /// Mean of the unit vectors of the theme's texts, scaled to length 1.
        centroid: &'a [f32];
        /// Group of themes that are close to each other (`theme_groups`).
        group_id: &'a str, null "the theme is `procedure`, which is in no group";
    }

    /// group of themes: the coarser of two levels that nest
    theme_groups: ThemeGroupRow<'a> {
        /// Id of the group: `g01`, `g02` and so on, in the order in which groups were found. It stays with the group in runs that
        /// continue these results.
        group_id: &'a str;
        /// The first terms when the group was found, as a short label for people.
        label: &'a str;
        /// Terms, sorted by decreasing weight.
        terms: Vec<String>;
        /// Class-based TF-IDF weight of each term among the groups, in the order of `terms`.
        term_weights: Vec<f32>;
        /// Themes of the group.
        n_themes: u32, unit "themes";
        /// Segments of these themes.
        n_segments: u32, unit "segments";
        /// Speakers of these segments; segments without a known speaker are not counted.
        n_speakers: u32, unit "speakers";
        /// Documents of these segments.
        n_documents: u32, unit "documents";
        /// First date of these documents.
        first_date: Date, null "none of the documents has a date";
        /// Last date of these documents.
        last_date: Date, null "none of the documents has a date";
    }

    /// theme beside a theme of the results that the run continued
    theme_history: ThemeHistoryRow<'a> {
        /// Theme of this run (`themes`).
        theme_id: &'a str, null "the earlier theme ended";
        /// Theme of the earlier results.
        previous_theme_id: &'a str, null "the theme is new";
        /// What became of the theme: `kept` (no new texts), `grown` (further texts), `absent` (no segment of this run is in it), `new`
        /// (found in this run), `split` (some of the earlier theme's texts are in this other theme now), `merged` (most of the texts
        /// of the earlier theme, which no longer exists, are in this theme now) or `ended` (the earlier theme no longer exists).
        change: &'a str;
        /// Distinct texts of the earlier theme.
        n_before: u32, unit "texts";
        /// Distinct texts of the earlier theme that are in this run.
        n_again: u32, unit "texts";
        /// Those of them that are in the theme now.
        n_shared: u32, unit "texts";
        /// Distinct texts of the theme in this run that the earlier results did not have.
        n_new: u32, unit "texts";
        /// `n_shared` / `n_again`.
        share: f64, unit "share, 0 to 1", null "the theme is new, or no earlier text is in this run";
        /// Texts in both themes over texts in either, among the texts that both runs have (Jaccard).
        jaccard: f64, unit "share, 0 to 1", null "the theme is new, or no earlier text is in this run";
        /// Cosine of the centroids of the two themes.
        centroid_cosine: f64, unit "cosine, -1 to 1", null "there are not two themes to compare";
        /// Share of the earlier theme's terms that are terms of the theme now.
        terms_kept: f64, unit "share, 0 to 1", null "there are not two themes to compare";
    }

    /// segment, if the study has codes for themes
    theme_codes: ThemeCodeRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Code of the study (`[[themes.codes]]`).
        code_id: &'a str, null "the segment has none of the codes: `probability` is below the study's threshold";
        /// The nearest code, also where the segment has none.
        nearest_code_id: &'a str;
        /// Probability of the nearest code, if one of the codes is right.
        probability: f32, unit "probability";
        /// Cosine of the vectors of the segment and of the nearest code (the mean of its description and examples).
        similarity: f32, unit "cosine, -1 to 1";
    }

    /// theme and period of time, as the study sets it under `[estimates] period`
    themes_over_time: ThemePeriodRow<'a> {
        /// Theme (`themes`).
        theme_id: &'a str;
        /// Name of the period: `2024-03-09`, `2024-03`, `2024-Q1` or `2024`; the document (`documents`) if each document is a period.
        period: &'a str;
        /// First day of the period; the date of the document if each document is a period.
        period_start: Date, null "the period is a document without a date";
        /// Documents of the period that have segments.
        n_documents: u32, unit "documents";
        /// Segments of the period.
        n_segments: u64, unit "segments";
        /// Words of these segments.
        n_words: u64, unit "words";
        /// Segments of the theme in the period.
        n_theme_segments: u64, unit "segments";
        /// Words of these segments.
        n_theme_words: u64, unit "words";
        /// `n_theme_segments` / `n_segments`.
        share_of_segments: f64, unit "share, 0 to 1";
        /// Lower bound of its interval (jackknife that leaves out one document after the other).
        segments_ci_low: f64, unit "share, 0 to 1", null "the period has one document, or all have the same share";
        /// Upper bound of its interval.
        segments_ci_high: f64, unit "share, 0 to 1", null "the period has one document, or all have the same share";
        /// `n_theme_words` / `n_words`.
        share_of_words: f64, unit "share, 0 to 1", null "the segments of the period have no words";
        /// Lower bound of its interval.
        words_ci_low: f64, unit "share, 0 to 1", null "as `segments_ci_low`";
        /// Upper bound of its interval.
        words_ci_high: f64, unit "share, 0 to 1", null "as `segments_ci_low`";
        /// Whether the period is in a burst of the theme: a run of periods in which about twice its usual share is likelier than its usual
        /// share, by more than the differences between documents of one period (Kleinberg 2002, Rao & Scott 1992).
        is_burst: bool, null "no period has two documents, so that a burst cannot be told from a single document on the theme";
        /// Weight of the burst: the logarithm of how much likelier it is, summed over its periods.
        burst_weight: f64, null "the period is in no burst";
    }

    /// segment
    segment_themes: SegmentThemeRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Theme (`themes`).
        theme_id: &'a str, null "the segment resembles no text of the earlier themes (`unassigned`), or is a `fragment` of a turn without a theme";
        /// Probability that the segment belongs to this theme rather than to another one.
        probability: f32, unit "probability";
        /// How the segment was assigned: `core` (member of the community that became the theme), `nearest` (its own
        /// community was too small, or it was not among the segments that themes were fitted on) or `low_confidence`
        /// (`probability` is below the study's threshold). With the mode `freeze` also `unassigned`: the segment resembles no text
        /// of the earlier themes. `procedural`: it conducts the meeting, and is in the theme `procedure`. `fragment`: it has fewer words than
        /// the study asks for, and the theme of the rest of its turn, if that has one.
        reason: &'a str;
        /// Whether the segment conducts the meeting: `p_procedural` reaches the threshold of the classifier. Equal texts have one theme, by the
        /// mean of their probabilities, so that a text that is said in several places may be procedural in one of them only.
        procedural: bool, null "the study leaves procedure out, or its classifier does not cover the language";
        /// Probability that the segment conducts the meeting.
        p_procedural: f32, unit "probability", null "the study leaves procedure out, or its classifier does not cover the language";
    }
}
