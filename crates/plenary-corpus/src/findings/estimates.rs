//! Levels, measures and groups of estimates.

use serde::{Deserialize, Serialize};

named! {
    /// The kind of group of an estimate, with or without a target.
    Level {
        /// All segments.
        Corpus = "corpus",
        /// The segments of a document.
        Document = "document",
        /// The segments of a speaker in a document.
        Speaker = "speaker",
        /// The segments of a theme.
        Theme = "theme",
        /// The segments of an utterance.
        Utterance = "utterance",
        /// All segments, towards a target.
        CorpusTarget = "corpus_target",
        /// The segments of a document, towards a target.
        DocumentTarget = "document_target",
        /// The segments of a speaker, towards a target.
        SpeakerTarget = "speaker_target",
        /// The segments of a theme, towards a target.
        ThemeTarget = "theme_target",
        /// The segments of an utterance, towards a target.
        UtteranceTarget = "utterance_target",
    }
}

named! {
    /// What an estimate averages.
    Measure {
        /// positive - negative of a segment's tone.
        Sentiment = "sentiment_score",
        /// favor - against of a segment towards a target.
        Stance = "stance_score",
        /// 1 for a segment that conducts the meeting, 0 for any other one.
        Procedure = "procedure_share",
    }
}

named! {
    /// What was resampled for an interval.
    Resampled {
        /// Whole utterances.
        Utterances = "utterances",
        /// Segments, in a group with one utterance.
        Segments = "segments",
    }
}

named! {
    /// What a group estimate is of.
    GroupMeasure {
        /// Mean of positive - negative of the segments' tone.
        Sentiment = "sentiment_score",
        /// Mean of favor - against of the segments towards a target.
        Stance = "stance_score",
        /// Share of the segments that belong to a theme.
        ThemeShare = "theme_share",
        /// Share of the segments that conduct the meeting.
        Procedure = "procedure_share",
        /// Mean number of words of a turn.
        WordsPerTurn = "words_per_turn",
        /// Mean duration of a turn.
        SecondsPerTurn = "seconds_per_turn",
        /// Matches of a category of a dictionary per 1,000 words.
        DictionaryRate = "dictionary_rate",
        /// Share of the segments with a label that have this label of a variable of the researcher's own.
        CodeShare = "code_share",
        /// Share of the words of all groups.
        ShareOfWords = "share_of_words",
        /// Share of the speaking time of all groups.
        ShareOfTime = "share_of_time",
    }
}

named! {
    /// Groups whose words are compared, apart from those by a column.
    KeyGroups {
        /// Each person.
        Speaker = "speaker",
        /// Each theme.
        Theme = "theme",
        /// Each period.
        Period = "period",
    }
}

named! {
    /// What weighs the same in the mean of a group.
    #[derive(Default)]
    Weight {
        /// Each segment.
        #[default]
        Segment = "segment",
        /// Each turn, whatever its number of segments.
        Turn = "turn",
        /// Each person, whatever they say.
        Person = "person",
    }
}

named! {
    /// The periods in which themes are followed.
    #[derive(Default)]
    Period {
        /// Each document.
        Document = "document",
        /// Each day.
        Day = "day",
        /// Each month.
        #[default]
        Month = "month",
        /// Each quarter of a year.
        Quarter = "quarter",
        /// Each year.
        Year = "year",
    }
}

named! {
    /// What is left out in turn for the interval of a group estimate.
    ClusterLevel {
        /// All segments of a person.
        Person = "persons",
        /// All segments of a document.
        Document = "documents",
        /// All segments of a turn.
        Turn = "turns",
    }
}

/// A mean, share or difference of groups.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupEstimate {
    /// The group.
    pub group: usize,
    /// The group that is subtracted; `None` if the estimate is no difference.
    pub other: Option<usize>,
    /// The value; `None` if no segment of the group, or of the other group, has a label.
    pub estimate: Option<f64>,
    /// Lower end of the interval; `None` with fewer than two clusters, or where all clusters have the same value.
    pub ci_low: Option<f64>,
    /// Upper end of the interval.
    pub ci_high: Option<f64>,
    /// What was left out in turn.
    pub level: Option<ClusterLevel>,
    /// Number of clusters of the group, or of both groups.
    pub n_clusters: usize,
    /// Number of segments with a label, or of turns for measures of turns.
    pub n_segments: usize,
    /// Number of turns that contain them.
    pub n_turns: usize,
    /// Number of persons who speak them; unknown speakers do not count.
    pub n_persons: usize,
    /// Number of documents that contain them.
    pub n_documents: usize,
    /// Share of the segments without a label.
    pub share_abstained: f64,
}

/// Mean of one measure in one group of segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The kind of group.
    pub level: Level,
    /// The document, if the group belongs to one.
    pub document_id: Option<String>,
    /// The speaker, if the group belongs to one.
    pub speaker_id: Option<String>,
    /// The utterance, if the group is one.
    pub utterance_id: Option<String>,
    /// The theme, if the group is one.
    pub theme_id: Option<String>,
    /// The target, if the measure has one.
    pub target_id: Option<String>,
    /// What is averaged.
    pub measure: Measure,
    /// Mean over the segments with a label; `None` if no segment of the group has one.
    pub mean: Option<f64>,
    /// Lower end of the interval (percentile bootstrap); `None` with a single labelled segment or without draws.
    pub ci_low: Option<f64>,
    /// Upper end of the interval.
    pub ci_high: Option<f64>,
    /// What was resampled for the interval: utterances or, if the group has only one, its segments. The latter measures
    /// variation within that turn, not between turns of the speaker.
    pub resampled: Option<Resampled>,
    /// Number of segments with a label, over which the mean is computed.
    pub n_segments: usize,
    /// Number of utterances that contain these segments.
    pub n_utterances: usize,
    /// Share of the group's segments without a label, in [0, 1].
    pub share_abstained: f64,
}
