//! What models and coders say of segments.

use crate::declare::{Table, cell, field, filled, optional, tables};

tables! {
    /// segment and embedding model
    embeddings: EmbeddingRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Id of the model; its sha256 is in `runs`.
        model_id: &'a str;
        /// Mean of the model's last hidden states over the tokens of the text, scaled to length 1, so that the dot product of
        /// two vectors is their cosine. Not in the CSV file.
        vector: &'a [f32];
    }

    /// segment and sentiment model (no rows where the study leaves sentiment out)
    sentiment: SentimentRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Id of the model; its sha256 is in `runs`.
        model_id: &'a str;
        /// Probability that the sentiment is negative. The three probabilities sum to one.
        negative: f32, unit "probability";
        /// Probability that the sentiment is neutral.
        neutral: f32, unit "probability";
        /// Probability that the sentiment is positive.
        positive: f32, unit "probability";
        /// `positive - negative`.
        score: f32, unit "score, -1 to 1";
        /// Most probable sentiment: `negative`, `neutral` or `positive`.
        label: &'a str;
    }

    /// segment, target of the study and coder
    codings: CodingRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Target of the study. The codebook gives its proposition at the column `stance_<target_id>` of `analysis`.
        target_id: &'a str;
        /// Coder that assigned the label. For a model it is the model's id; its sha256 is in `runs`.
        coder_id: &'a str;
        /// Kind of coder: `inference` (a model for natural language inference), `learned` (a head learned from codes of people) or
        /// `chat` (a language model behind an endpoint).
        coder_kind: &'a str;
        /// Cosine of the vectors of segment and proposition; negative values are set to 0.
        relevance: f32, unit "cosine, 0 to 1", null "the coder does not measure it";
        /// Largest cosine of the vectors of the proposition and of the sentences before the segment that the coder saw; negative
        /// values are set to 0.
        context_relevance: f32, unit "cosine, 0 to 1", null "the coder saw no sentence before the segment";
        /// Probability that the segment is for the proposition. The three probabilities sum to one. For inference it is the mean of
        /// `proposition_entailment` and `negation_contradiction`, or the former alone where there is no negation.
        favor: f32, unit "probability", null "the coder gives no probabilities, or did not read the segment because it is off the topic or was not asked for";
        /// Probability that it is against. For inference it is the mean of `proposition_contradiction` and `negation_entailment`.
        against: f32, unit "probability", null "as `favor`";
        /// Probability that it is neither. For inference it is the mean of `proposition_neutral` and `negation_neutral`.
        neither: f32, unit "probability", null "as `favor`";
        /// Rule of language that changed the probabilities: `question` (a question without a negation by somebody who conducts the meeting
        /// or asks the questions takes no side: `neither` is at least 0.97, and the sides keep their ratio).
        rule: &'a str, null "the probabilities are the coder's own";
        /// Probability of `favor` minus that of `against`, also where there is no label. If the coder gives no probabilities: 1, -1
        /// or 0 for the label.
        score: f32, unit "score, -1 to 1", null "the coder gives neither probabilities nor a label";
        /// Label: `favor`, `against` or `neither`.
        label: &'a str, null "the coder abstains; `reason` says why";
        /// The reason for a missing label: `off_topic` (`relevance` and `context_relevance` are below the study's threshold), `low_confidence` (no
        /// probability reaches the study's threshold), `no_answer` (the endpoint failed), `invalid_answer` (its answer is not a code),
        /// `no_majority` (repeated answers differ) or `not_asked` (the study asks the coder only where an earlier one is unsure).
        reason: &'a str, null "there is a label";
        /// Natural language inference with the segment as premise and the proposition as hypothesis: probability of entailment.
        proposition_entailment: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same: probability of neither entailment nor contradiction.
        proposition_neutral: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same: probability of contradiction.
        proposition_contradiction: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same with the negation as hypothesis: probability of entailment.
        negation_entailment: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
        /// With the negation as hypothesis: probability of neither entailment nor contradiction.
        negation_neutral: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
        /// With the negation as hypothesis: probability of contradiction.
        negation_contradiction: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
        /// Whether the coder was compared with hand codes of these texts: `unvalidated`, or `leave_one_out` for a learned coder, whose
        /// folder has the figures.
        validation: &'a str;
        /// Key of the answer in the folder of answers: the sha256 of the request, 64 hex digits.
        answer: &'a str, null "the coder is not a language model behind an endpoint";
    }

    /// segment and target of the study: the codings of the primary coder in `codings` or, where coders that follow it were asked, of the
    /// last of these
    stance: StanceRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Target of the study. The codebook gives its proposition at the column `stance_<target_id>` of `analysis`.
        target_id: &'a str;
        /// Coder whose label it is: the primary coder, or one that follows it in a cascade. For a model it is the model's id; its
        /// sha256 is in `runs`.
        model_id: &'a str;
        /// Cosine of the vectors of segment and proposition; negative values are set to 0.
        relevance: f32, unit "cosine, 0 to 1", null "the coder does not measure it";
        /// Probability that the segment is for the proposition: the mean of `proposition_entailment` and
        /// `negation_contradiction`, or the former alone where there is no negation. The three probabilities sum to one.
        favor: f32, unit "probability", null "as in `codings`";
        /// Probability that it is against: the mean of `proposition_contradiction` and `negation_entailment`.
        against: f32, unit "probability", null "as in `codings`";
        /// Probability that it is neither: the mean of `proposition_neutral` and `negation_neutral`.
        neither: f32, unit "probability", null "as in `codings`";
        /// Rule of language that changed the probabilities, as in `codings`.
        rule: &'a str, null "the probabilities are the coder's own";
        /// Probability of `favor` minus that of `against`, also where there is no label. If the coder gives no probabilities: 1, -1
        /// or 0 for the label.
        score: f32, unit "score, -1 to 1", null "the coder gives neither probabilities nor a label";
        /// Label: `favor`, `against` or `neither`.
        label: &'a str, null "the coder abstains; `reason` says why";
        /// The reason for a missing label, as in `codings`.
        reason: &'a str, null "there is a label";
        /// Whether the coder was compared with hand codes of these texts: `unvalidated`, or `leave_one_out` for a learned coder, whose
        /// folder has the figures.
        validation: &'a str;
        /// Natural language inference with the segment as premise and the proposition as hypothesis: probability of entailment.
        proposition_entailment: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same: probability of neither entailment nor contradiction.
        proposition_neutral: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same: probability of contradiction.
        proposition_contradiction: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same with the negation as hypothesis: probability of entailment.
        negation_entailment: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
        /// With the negation as hypothesis: probability of neither entailment nor contradiction.
        negation_neutral: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
        /// With the negation as hypothesis: probability of contradiction.
        negation_contradiction: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
    }

    /// segment and variable of the study's own (no rows for a study without `[[codes]]`)
    variable_codes: VariableCodeRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Variable of the study (`[[codes]]`). The codebook gives its definition and labels at the column `code_<code_id>` of `analysis`.
        code_id: &'a str;
        /// Coder that assigned the label: the learned coder, whose sha256 is in `runs`, or the language model.
        coder_id: &'a str;
        /// Kind of coder: `learned` (a head learned from codes of people) or `chat` (a language model behind an endpoint).
        coder_kind: &'a str;
        /// Label, one of those that the study names for the variable.
        label: &'a str, null "the coder gives none; `reason` says why";
        /// Probability of the label.
        probability: f32, unit "probability", null "the label is missing, or the coder reports no probabilities";
        /// Probabilities of all labels, in the order of the study. They sum to one.
        probabilities: Vec<f32>, null "the coder gives no probabilities";
        /// Why label and probabilities are not those that the coder gives to other segments: `left_out` (the coder was learned from a code of this
        /// text, and the label is that of a classifier without this code).
        rule: &'a str, null "they are";
        /// The reason for a missing label: `no_answer` (the endpoint failed), `invalid_answer` (its answer is not a label) or `no_majority` (repeated
        /// answers differ).
        reason: &'a str, null "there is a label";
        /// Whether the coder was compared with hand codes of these texts: `unvalidated`, or `leave_one_out` for a learned coder, whose
        /// folder has the figures.
        validation: &'a str;
        /// Key of the answer in the folder of answers: the sha256 of the request, 64 hex digits.
        answer: &'a str, null "the coder is not a language model behind an endpoint";
    }
}
