//! Exchanges that the file marks.
//!
//! **Input:** a transcript whose file marks turns as interruptions, or reactions of listeners. **Output:** the exchanges of each turn; from nobody where
//! the file does not say who. A note belongs to the turn in which it is, or after which it is without a heading between. Nothing is refused.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use plenary_corpus::findings::{Exchange, ExchangeKind, ExchangeRule};
use plenary_corpus::{BlockKind, Interrupts, ReactionKind, Transcript};

/// The exchanges that a file marks.
pub(super) struct Marked {
    by_turn: BTreeMap<usize, Vec<Exchange>>,
    /// Whether the file marks turns as interruptions.
    pub(super) marks_turns: bool,
}

impl Marked {
    /// `names` finds the speakers whom a text names.
    pub(super) fn new(
        transcript: &Transcript,
        of_turns: &[Range<usize>],
        names: impl Fn(&str) -> Vec<(usize, ExchangeRule, String)>,
    ) -> Self {
        let document = &transcript.document;
        let marks_turns = document.turns.iter().any(|turn| turn.interrupts.is_some());
        let mut marked = Self { by_turn: BTreeMap::new(), marks_turns };
        if !marks_turns && document.reactions.is_empty() {
            return marked;
        }
        let turns: Vec<Option<usize>> =
            transcript.utterances.iter().map(|utterance| transcript.turn_index_of(utterance)).collect();
        if marks_turns {
            marked.interruptions(transcript, of_turns, &turns);
        }
        marked.reactions(transcript, of_turns, &turns, names);
        marked
    }

    /// The exchanges of a turn. They are returned once.
    pub(super) fn of_turn(&mut self, turn: usize) -> Vec<Exchange> {
        self.by_turn.remove(&turn).unwrap_or_default()
    }

    fn interruptions(&mut self, transcript: &Transcript, of_turns: &[Range<usize>], turns: &[Option<usize>]) {
        // The last utterance of each turn so far.
        let mut last_of: HashMap<usize, usize> = HashMap::new();
        for (at, turn) in turns.iter().enumerate() {
            let Some(turn) = *turn else { continue };
            let (to, rule) = match transcript.document.turns.get(turn).and_then(|turn| turn.interrupts) {
                Some(Interrupts::Marked(to)) => (Some(to), ExchangeRule::Marked),
                Some(Interrupts::Overlapping(to)) => (Some(to), ExchangeRule::MarkedOverlap),
                None => (None, ExchangeRule::Marked),
            };
            let is_first = last_of.insert(turn, at).is_none();
            let Some(other) = to.filter(|_| is_first).and_then(|to| last_of.get(&to).copied()) else { continue };
            let from = transcript.utterances[at].speaker;
            let (Some(to), Some(segment)) = (transcript.utterances[other].speaker, of_turns[other].clone().last())
            else {
                continue;
            };
            if from != Some(to) {
                let kind = ExchangeKind::Interrupts;
                let exchange = Exchange { turn: at, from, to, kind, rule, segment, words: None };
                self.by_turn.entry(at).or_default().push(exchange);
            }
        }
    }

    fn reactions(
        &mut self,
        transcript: &Transcript,
        of_turns: &[Range<usize>],
        turns: &[Option<usize>],
        names: impl Fn(&str) -> Vec<(usize, ExchangeRule, String)>,
    ) {
        let (document, utterances) = (&transcript.document, &transcript.utterances);
        let mut of_id: HashMap<&str, usize> = HashMap::new();
        for (utterance, turn) in utterances.iter().zip(turns) {
            let declared = turn.and_then(|turn| document.turns.get(turn)?.speaker.as_ref());
            if let (Some(id), Some(speaker)) = (declared.and_then(|of| of.id.as_deref()), utterance.speaker) {
                of_id.insert(id, speaker);
            }
        }
        let is_heading = |kind| matches!(kind, BlockKind::Heading | BlockKind::Title);
        let headings: Vec<usize> =
            transcript.blocks.iter().filter(|block| is_heading(block.kind)).map(|block| block.span.start).collect();
        let headings_before = |place: usize| headings.partition_point(|heading| *heading < place);
        for reaction in &document.reactions {
            let place = reaction.span.start;
            // A note without text is where the next turn begins.
            let Some(turn) = utterances.partition_point(|of| of.span.start < place).checked_sub(1) else { continue };
            let end = utterances[turn].span.end;
            if end < place && headings_before(end) < headings_before(place) {
                continue;
            }
            let own = &transcript.segments[of_turns[turn].clone()];
            let n_before = own.partition_point(|segment| segment.span.start < place);
            let (Some(to), false) = (utterances[turn].speaker, own.is_empty()) else { continue };
            let text = reaction.span.of(&document.text);
            let from = match &reaction.who {
                Some(who) => of_id.get(who.as_str()).copied(),
                // "Bo Hill: Nonsense!"
                None => text.split_once(':').and_then(|(label, _)| match names(label).as_slice() {
                    [(speaker, ..)] => Some(*speaker),
                    _ => None,
                }),
            };
            if from == Some(to) {
                continue;
            }
            let exchange = Exchange {
                turn,
                from,
                to,
                kind: kind(reaction.kind),
                rule: ExchangeRule::Marked,
                segment: of_turns[turn].start + n_before.saturating_sub(1),
                words: Some(text.to_owned()).filter(|text| !text.is_empty()),
            };
            self.by_turn.entry(turn).or_default().push(exchange);
        }
    }
}

fn kind(reaction: ReactionKind) -> ExchangeKind {
    match reaction {
        ReactionKind::Interruption => ExchangeKind::Interrupts,
        ReactionKind::Call => ExchangeKind::Calls,
        ReactionKind::Applause => ExchangeKind::Applauds,
        ReactionKind::Laughter => ExchangeKind::Laughs,
    }
}
