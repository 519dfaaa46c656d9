//! The terms of the models: what is observed of a turn and of a document.
//!
//! **Input**: none. **Output**: the table of terms, from which the file of weights, explanations and the export for the fitting
//! script are derived. Computing the values is left to `turns` and `document`.

/// How a number grows towards 1: 0, 1/2, 2/3, 3/4, ...
pub(crate) fn saturated(n: usize) -> f32 {
    1.0 - 1.0 / (1.0 + n as f32)
}

/// What a term describes.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One turn.
    Turn,
    /// The document as a whole; the value is the same for all its turns.
    Document,
}

#[cfg(test)]
impl Scope {
    /// The name in the file of weights.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Scope::Turn => "turn",
            Scope::Document => "document",
        }
    }
}

/// The direction in which a term may change a probability. The fit keeps it.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Never lowers it.
    Raises,
    /// Never raises it.
    Lowers,
    /// Any direction.
    Either,
}

#[cfg(test)]
impl Sign {
    /// The name in the file of weights.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Sign::Raises => "raises",
            Sign::Lowers => "lowers",
            Sign::Either => "either",
        }
    }
}

macro_rules! terms {
    ($($variant:ident = $name:literal, $scope:ident, $sign:ident, $says:literal;)*) => {
        /// A term of the models. Its value is in [0, 1].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum TermKind {
            $(#[doc = $says] $variant,)*
        }

        impl TermKind {
            /// All terms, in the order of the file of weights.
            pub(crate) const ALL: &'static [TermKind] = &[$(TermKind::$variant,)*];

            /// The name in the file of weights and in JSON.
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(TermKind::$variant => $name,)* }
            }

            /// What the term means, for readers.
            pub(crate) fn says(self) -> &'static str {
                match self { $(TermKind::$variant => $says,)* }
            }

            /// What the term describes.
            #[cfg(test)]
            pub(crate) fn scope(self) -> Scope {
                match self { $(TermKind::$variant => Scope::$scope,)* }
            }

            /// The direction of its weight.
            #[cfg(test)]
            pub(crate) fn sign(self) -> Sign {
                match self { $(TermKind::$variant => Sign::$sign,)* }
            }
        }
    };
}

terms! {
    Base = "base", Turn, Either, "what every turn has in common";

    // How the byline is printed.
    Score = "score", Turn, Raises, "the score of the byline among the candidates of the page";
    ScoreLow = "score_low", Turn, Lowers, "a score below 0.8";
    StyleMarkup = "style_markup", Turn, Either, "a byline in bold, or a heading";
    StyleLine = "style_line", Turn, Either, "a byline without markup on a separate line";
    StyleDash = "style_dash", Turn, Either, "a byline closed by a dash";
    StylePeriod = "style_period", Turn, Either, "a byline closed by a full stop";
    StyleTime = "style_time", Turn, Either, "a name with a time on a separate line";
    StyleImplied = "style_implied", Turn, Either, "no byline: a typeface or the title opens the turn";
    StyleUnnamed = "style_unnamed", Turn, Either, "a sign of a new speaker, without a name";
    StyleSigned = "style_signed", Turn, Either, "the name is below the text";
    StyleClauses = "style_clauses", Turn, Either, "a clause at the beginning of the paragraph names who speaks";
    StyleLearned = "style_learned", Turn, Either, "a byline in a pattern that the document itself repeats";
    Pinned = "pinned", Turn, Raises, "the study pins the style or gives the pattern";
    Interjection = "interjection", Turn, Either, "an interjection in brackets";
    Continues = "continues", Turn, Either, "the turn continues after an interjection";
    InsideParagraph = "inside_paragraph", Turn, Lowers, "the byline is inside a paragraph";
    OddShape = "odd_shape", Turn, Lowers, "the byline is printed unlike most others";
    TimeMissing = "time_missing", Turn, Lowers, "most bylines have a time, this one does not";
    AtPageEdge = "at_page_edge", Turn, Lowers, "the label is always next to a running header or footer";
    Periodic = "periodic", Turn, Lowers, "the label recurs at equal distances";
    Rival = "rival", Turn, Lowers, "another reading of the same place";

    // The label.
    FormOffice = "form_office", Turn, Either, "the label names an office";
    FormAnonymous = "form_anonymous", Turn, Either, "the label means a person without a name";
    FormWord = "form_word", Turn, Lowers, "the label is a word that may be a name";
    FormNone = "form_none", Turn, Lowers, "the label is not a name, an office or a known word";
    SeenOnce = "seen_once", Turn, Lowers, "the label occurs once";
    WordSeenOnce = "word_seen_once", Turn, Lowers, "the label is a word and occurs once";
    SeenOften = "seen_often", Turn, Raises, "the label occurs several times";
    NearLabel = "near_label", Turn, Lowers, "the label is rare and differs from a frequent one in few letters";
    LabelDigit = "label_digit", Turn, Lowers, "there is a digit in the label";
    LabelFunctionWord = "label_function_word", Turn, Lowers, "there is a function word in the label";
    LabelLong = "label_long", Turn, Lowers, "the label has many words";
    LabelCommon = "label_common", Turn, Lowers, "words of the label also occur in small letters";
    LabelLow = "label_low", Turn, Lowers, "the label begins with a small letter";
    LabelSign = "label_sign", Turn, Lowers, "there are signs in the label that names do not have";
    LabelGlued = "label_glued", Turn, Lowers, "a word of the label has a capital in the middle";
    ChanceMark = "chance_mark", Turn, Lowers, "the sign after the label also occurs in prose";
    Numbered = "numbered", Turn, Lowers, "there is a number before the label";
    LooksLikeOthers = "looks_like_others", Turn, Lowers, "accepted only because it looks like other labels";
    Throughout = "throughout", Turn, Lowers, "accepted only because most paragraphs begin with a label";
    Listed = "listed", Turn, Raises, "a list on the page names the same person";
    LonePlainLine = "lone_plain_line", Turn, Lowers, "a line without markup whose label occurs once";
    QuestionsAndAnswers = "questions_and_answers", Turn, Raises, "labels of questions and of answers occur together";
    GoesOn = "goes_on", Turn, Lowers, "the label occurs once and its text continues in lower case";

    // The person.
    NoSpeaker = "no_speaker", Turn, Lowers, "no speaker is named";
    LinkDoubt = "link_doubt", Turn, Lowers, "the rule that links the label to a person is uncertain";
    LinkAmbiguous = "link_ambiguous", Turn, Lowers, "the label may belong to several people";
    LinkByName = "link_by_name", Turn, Lowers, "linked by a part of the name";
    LinkByOffice = "link_by_office", Turn, Lowers, "linked by an office";
    Misread = "misread", Turn, Lowers, "the label was corrected as misread";
    MisreadOften = "misread_often", Turn, Lowers, "the label was corrected as misread, and occurs several times as printed";
    SameAsBefore = "same_as_before", Turn, Lowers, "the turn before has the same speaker";

    // The text of the turn.
    StartsLow = "starts_low", Turn, Lowers, "the text begins like a continued sentence, unlike other turns";
    BeforeOpen = "before_open", Turn, Lowers, "the turn before ends without a full stop, unlike other turns";
    EndsOpen = "ends_open", Turn, Lowers, "the turn ends without a full stop, unlike other turns";
    EndsColon = "ends_colon", Turn, Lowers, "the turn ends with a colon";
    ShortTurn = "short_turn", Turn, Either, "the turn has at most two words";
    LongTurn = "long_turn", Turn, Lowers, "the turn is many times longer than the median";
    FirstTurn = "first_turn", Turn, Either, "the first turn of the document";
    LastTurn = "last_turn", Turn, Either, "the last turn of the document";
    FirstLineName = "first_line_name", Turn, Lowers, "the first line of the turn looks like a name";
    OddParagraphs = "odd_paragraphs", Turn, Lowers, "the turn has several paragraphs, unlike most turns";
    OddLast = "odd_last", Turn, Lowers, "the last paragraph of the turn begins with a number or a sign";
    TextOfNames = "text_of_names", Turn, Lowers, "the text is a list of names";
    NamesItself = "names_itself", Turn, Lowers, "the turn addresses somebody with the name of its own speaker";
    NoteNumbers = "note_numbers", Turn, Lowers, "a later paragraph of the turn has several numbers";
    NoteOpen = "note_open", Turn, Lowers, "a later paragraph of the turn ends without a full stop, unlike other turns";
    NoteSign = "note_sign", Turn, Lowers, "a later paragraph of the turn begins with a sign";
    NoteNamed = "note_named", Turn, Lowers, "a later paragraph of the turn names a speaker and addresses nobody";
    NoteReports = "note_reports", Turn, Lowers, "the last paragraph of the turn addresses nobody, unlike other turns";
    NoteAtEnd = "note_at_end", Turn, Lowers, "the last turn of the document has several paragraphs";
    NoteLink = "note_link", Turn, Lowers, "there is an address of the web or a sign of copyright in the turn";
    Bracketed = "bracketed", Turn, Lowers, "the whole turn is in brackets";
    InsideQuestion = "inside_question", Turn, Lowers, "a paragraph inside the turn ends with a question, and another follows";
    InsideCopies = "inside_copies", Turn, Lowers, "lines inside the turn recur in other turns";
    InsideIntroduced = "inside_introduced", Turn, Lowers, "a later paragraph has a colon or a dash after its first words, and a sentence follows";
    StartsNamed = "starts_named", Turn, Lowers, "the text of the turn begins like a byline";
    AllCapitals = "all_capitals", Turn, Lowers, "the turn is in capitals, unlike other turns";
    InsideTimes = "inside_times", Turn, Lowers, "lines inside the turn begin or end with a time";
    AsksItself = "asks_itself", Turn, Lowers, "the turn before asks something and has the same speaker";
    LabelShort = "label_short", Turn, Lowers, "the label is one letter, unlike most others";
    InsideAnswer = "inside_answer", Turn, Lowers, "questions inside the turn are followed by a dash";
    InsideColon = "inside_colon", Turn, Lowers, "short paragraphs inside the turn end with a colon";
    InsideNamed = "inside_named", Turn, Lowers, "names of speakers before a colon inside lines of the turn";
    InsideRecurring = "inside_recurring", Turn, Lowers, "lines inside the turn begin like bylines of a shape that recurs";
    InsideLone = "inside_lone", Turn, Lowers, "lines inside the turn begin like bylines";
    InsideManyLone = "inside_many_lone", Turn, Lowers, "several lines inside the turn begin like bylines";
    InsideKnown = "inside_known", Turn, Lowers, "lines inside the turn begin with the label of a speaker";
    InsideHeadings = "inside_headings", Turn, Lowers, "short lines inside the turn look like headings";
    InsideCapitals = "inside_capitals", Turn, Lowers, "lines inside the turn are in capitals";

    // The document.
    Declared = "declared", Document, Raises, "the format declares the turns";
    Captions = "captions", Document, Either, "the document is a file of captions";
    FewTurns = "few_turns", Document, Either, "there are fewer than five turns";
    ManyTurns = "many_turns", Document, Either, "number of turns";
    OneSpeaker = "one_speaker", Document, Either, "all turns have one speaker";
    StyleDoubt = "style_doubt", Document, Lowers, "the style of the document is uncertain";
    RivalStyle = "rival_style", Document, Lowers, "another style explains much of the document";
    SeveralStyles = "several_styles", Document, Lowers, "bylines are in several styles";
    LastSilent = "last_silent", Document, Lowers, "the last byline has no text below it";
    NameBelow = "name_below", Document, Lowers, "a sentence above the first byline and no text below the last: names may follow the speech";
    SentenceAbove = "sentence_above", Document, Lowers, "there is a sentence directly above the first byline";
    WordsBefore = "words_before", Document, Lowers, "there is much text before the first byline";
    WordsOutside = "words_outside", Document, Lowers, "much text is outside all turns";
    ProseOutside = "prose_outside", Document, Lowers, "text outside all turns looks like speech";
    GiantTurn = "giant_turn", Document, Lowers, "one turn has most of the words";
    UnevenTurns = "uneven_turns", Document, Lowers, "the longest turn is many times longer than the median";
    ShortMedian = "short_median", Document, Either, "most turns have at most three words";
    NoneRecurs = "none_recurs", Document, Lowers, "no label occurs twice";
    ShapesRecurring = "shapes_recurring", Document, Lowers, "lines inside turns begin like bylines of a shape that recurs";
    ShapesLone = "shapes_lone", Document, Lowers, "lines inside turns begin like bylines";
    ShapesKnown = "shapes_known", Document, Lowers, "lines inside turns begin with labels of speakers";
    OutsideRecurring = "outside_recurring", Document, Lowers, "lines outside turns begin like bylines of a shape that recurs";
    OutsideLone = "outside_lone", Document, Lowers, "lines outside turns begin like bylines";
    Caseless = "caseless", Document, Either, "the script has no capital letters";
    WithTimes = "with_times", Document, Either, "bylines have times";
    ManyOnce = "many_once", Document, Lowers, "share of turns whose label occurs once";
    ManyWords = "many_words", Document, Lowers, "share of turns whose label is only a word";
    ManyUnknown = "many_unknown", Document, Lowers, "share of turns whose label is not a name, an office or a known word";
    ManyAnonymous = "many_anonymous", Document, Either, "share of turns whose label means a person without a name";
    ManyCommon = "many_common", Document, Lowers, "share of turns whose label also occurs in small letters";
    ManyFaults = "many_faults", Document, Lowers, "share of turns whose label has digits, function words or signs";
    ManyFirstLines = "many_first_lines", Document, Lowers, "share of turns whose first line looks like a name";
    ManyInside = "many_inside", Document, Lowers, "share of bylines inside paragraphs";
    ManyRivals = "many_rivals", Document, Lowers, "share of bylines with another reading";
    ManyOdd = "many_odd", Document, Lowers, "bylines are printed in many ways";
    ManyLow = "many_low", Document, Lowers, "share of turns that begin like a continued sentence";
    ManyOpen = "many_open", Document, Lowers, "share of turns that end without a full stop";
    ManyRepeats = "many_repeats", Document, Lowers, "share of turns with the speaker of the turn before";
    ManyMisread = "many_misread", Document, Lowers, "share of labels that were corrected as misread";
    ManyHeadings = "many_headings", Document, Lowers, "share of turns with lines that look like headings";
    ManyNotes = "many_notes", Document, Lowers, "share of turns whose last paragraph begins with a number or a sign";
    ManyReports = "many_reports", Document, Lowers, "share of turns whose last paragraph addresses nobody";
    ManyOpenNotes = "many_open_notes", Document, Lowers, "share of turns with a paragraph that is not a sentence";
    ManyNumbers = "many_numbers", Document, Lowers, "share of turns with numbers in a later paragraph";
    ManySigns = "many_signs", Document, Lowers, "share of turns with a later paragraph that begins with a sign";
    ManyQuestions = "many_questions", Document, Lowers, "share of turns with a question that a paragraph follows";
    ManyCopies = "many_copies", Document, Lowers, "share of turns with lines that recur";
    ManyIntroduced = "many_introduced", Document, Lowers, "share of turns with a later paragraph whose first words may name a speaker";
    ManyStartNamed = "many_start_named", Document, Lowers, "share of turns whose text begins like a byline";
    ManyTimes = "many_times", Document, Lowers, "share of turns with a time at the beginning or end of a line";
    ManyAskThemselves = "many_ask_themselves", Document, Lowers, "share of turns whose speaker is the one who asked before";
    ManyShortLabels = "many_short_labels", Document, Lowers, "share of turns whose label is one letter, unlike most others";
    Impersonal = "impersonal", Document, Lowers, "few turns have a word of the first or second person";
    LongTurns = "long_turns", Document, Lowers, "turns are long on the mean";
    ManyNameThemselves = "many_name_themselves", Document, Lowers, "share of turns that address somebody with the name of their own speaker";
    ManyUnnamed = "many_unnamed", Document, Lowers, "share of turns without a speaker";
    MeanConfidence = "mean_confidence", Document, Raises, "the mean confidence of the turns, by words";
    MeanScore = "mean_score", Document, Raises, "the mean score of the bylines";
}

/// The values of all terms.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Values([f32; TermKind::ALL.len()]);

impl Default for Values {
    fn default() -> Self {
        Self([0.0; TermKind::ALL.len()])
    }
}

impl Values {
    /// The value of a term.
    pub(crate) fn get(&self, term: TermKind) -> f32 {
        self.0[term as usize]
    }

    /// Sets the value of a term, limited to [0, 1].
    pub(crate) fn set(&mut self, term: TermKind, value: f32) {
        self.0[term as usize] = if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
    }

    /// Sets a term to 1 if a condition holds.
    pub(crate) fn mark(&mut self, term: TermKind, holds: bool) {
        if holds {
            self.0[term as usize] = 1.0;
        }
    }

    /// The terms that are not zero, with their values.
    pub(crate) fn present(&self) -> impl Iterator<Item = (TermKind, f32)> + '_ {
        TermKind::ALL.iter().copied().map(|term| (term, self.get(term))).filter(|(_, value)| *value != 0.0)
    }
}
