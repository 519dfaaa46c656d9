//! The share of words with the wrong speaker, estimated from a random sample that a person has answered.
//!
//! **Input**: a sheet whose turns were drawn with probabilities proportional to their numbers of words. **Output**: an [`Audit`].
//! **Refused**: a sheet without a sample, and one with turns that have no answer.

use plenary_attribute::{Answer, anchor_words};

use super::UNSURE;
use super::sheet::{Sheet, SheetError, SheetRow};

/// An estimate of the share of words of the turns that have the wrong speaker.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// Number of draws.
    pub n_draws: usize,
    /// Number of different turns.
    pub n_turns: usize,
    /// Number of different documents.
    pub n_documents: usize,
    /// Number of turns with a wrong answer about boundary or speaker.
    pub n_wrong: usize,
    /// Number of turns about which the person was unsure; they count as wrong.
    pub n_unsure: usize,
    /// Share of words with the wrong speaker, in [0, 1]: the mean over the draws of the share of wrong words of the turn (Hansen and
    /// Hurwitz 1943, for draws with probabilities proportional to size).
    pub share: f64,
    /// Limits of its 95 % interval (Wilson 1927, with the draws as trials; too wide rather than too narrow if turns are partly wrong).
    pub interval: (f64, f64),
}

/// Estimates the share of words with the wrong speaker from the answers of a sample. Speech that is in no turn is not part of it.
///
/// # Errors
/// [`SheetError`] if the sheet holds no sample, or if an answer is missing or incomplete.
pub fn audit(sheet: &Sheet) -> Result<Audit, SheetError> {
    let path = || sheet.rows.first().map(|row| row.path.clone()).unwrap_or_default();
    let n_draws: usize = sheet.rows.iter().map(|row| row.n_draws).sum();
    if n_draws == 0 || sheet.rows.iter().any(|row| row.n_draws == 0) {
        return Err(SheetError::NoSample { path: path() });
    }
    let open: Vec<&SheetRow> = sheet.rows.iter().filter(|row| row.answer.is_empty()).collect();
    if !open.is_empty() {
        let mut lines: Vec<String> = open.iter().take(8).map(|row| row.line.to_string()).collect();
        if open.len() > lines.len() {
            lines.push("...".into());
        }
        let lines = lines.join(", ");
        return Err(SheetError::Unanswered { path: path(), n: open.len(), of: sheet.rows.len(), lines });
    }
    let (mut wrong, mut n_wrong, mut n_unsure) = (0.0, 0, 0);
    for row in &sheet.rows {
        let share = if row.answer == UNSURE {
            n_unsure += 1;
            1.0
        } else {
            let share = wrong_share(row)?;
            n_wrong += usize::from(share > 0.0);
            share
        };
        wrong += share * row.n_draws as f64;
    }
    let mut documents: Vec<&str> = sheet.rows.iter().map(|row| row.document.as_str()).collect();
    documents.sort_unstable();
    documents.dedup();
    let share = wrong / n_draws as f64;
    Ok(Audit {
        n_draws,
        n_turns: sheet.rows.len(),
        n_documents: documents.len(),
        n_wrong,
        n_unsure,
        share,
        interval: wilson(share, n_draws as f64),
    })
}

/// Share of the words of a turn that have the wrong speaker.
fn wrong_share(row: &SheetRow) -> Result<f64, SheetError> {
    Ok(match row.checked_answer()? {
        Answer::Right => 0.0,
        Answer::Speaker(name) => f64::from(u8::from(!is_same(&name, &row.speaker))),
        Answer::Join => f64::from(u8::from(!is_same(&row.speaker_before, &row.speaker))),
        Answer::NotSpeech => 1.0,
        Answer::Split { from_words, speaker } => match row.n_words_from(&from_words) {
            Some((n, of)) if !is_same(&speaker, &row.speaker) => n as f64 / of as f64,
            _ => 0.0,
        },
    })
}

fn is_same(a: &str, b: &str) -> bool {
    anchor_words(a) == anchor_words(b)
}

/// The 95 % interval of a share in `n` trials (Wilson 1927).
fn wilson(share: f64, n: f64) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    let z2 = Z * Z;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_equal_published_ones() {
        // Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (wrong, n, low, high) in [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
        ] {
            let (from, to) = wilson(wrong / n, n);
            assert!((from - low).abs() < 5e-5 && (to - high).abs() < 5e-5, "{wrong} of {n}: {from} {to}");
        }
    }
}
