//! Words that are printed with blanks between their letters for emphasis: "V o r s i t z e n d e r  L e e :".
//!
//! **Input**: the text of a line. **Output**: the blanks to leave out. Several blanks separate words. Left alone are alphabets, marks
//! in a table (`Y N Y Y`), and scripts without capitals. That a document prints words so is established by `lines`, from several of
//! them.

use std::collections::HashSet;
use std::ops::Range;

/// Minimum number of letters of a run of words, and of different ones.
const FEWEST: usize = 5;
const FEWEST_DIFFERENT: usize = 4;

/// Blanks between the letters of words, and the number of runs of such words on the line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Spaced {
    /// The blanks, as ranges of bytes in order.
    pub(super) blanks: Vec<Range<usize>>,
    /// Number of runs.
    pub(super) n_runs: usize,
    /// The bytes of the first run.
    pub(super) first: Option<Range<usize>>,
}

/// One letter or sign of a run.
#[derive(Clone, Copy)]
struct Letter {
    at: usize,
    c: char,
    /// Number of blanks before it.
    gap: usize,
}

/// The blanks between the letters of the words of a line.
pub(super) fn spaced(text: &str) -> Spaced {
    let mut out = Spaced::default();
    let mut run: Vec<Letter> = Vec::new();
    let mut end = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let at = word.as_ptr() as usize - text.as_ptr() as usize;
        let gap = if run.is_empty() { 0 } else { at - end };
        end = at + word.len();
        let mut letters = word.chars();
        let (first, second) = (letters.next(), letters.next());
        let Some(c) = first.filter(|c| is_cased(*c) || is_sign(*c) && second.is_none()) else {
            close(&mut run, &mut out);
            continue;
        };
        if second.is_some_and(char::is_alphanumeric) {
            close(&mut run, &mut out);
        } else {
            run.push(Letter { at, c, gap });
            // "d-Dresden:" ends a word.
            if second.is_some() {
                close(&mut run, &mut out);
            }
        }
    }
    close(&mut run, &mut out);
    out
}

/// Takes the blanks of a run, if it consists of words.
fn close(run: &mut Vec<Letter>, out: &mut Spaced) {
    let letters = std::mem::take(run);
    let of_words: Vec<&Letter> = letters.iter().filter(|letter| is_cased(letter.c)).collect();
    let different: HashSet<char> = of_words.iter().flat_map(|letter| letter.c.to_lowercase()).collect();
    let counts_on = |pair: &&[&Letter]| u32::from(pair[1].c) == u32::from(pair[0].c) + 1;
    let n_counting = of_words.windows(2).filter(counts_on).count();
    let is_word = |word: &[Letter]| {
        let mut letters = word.iter().map(|letter| letter.c).filter(|c| is_cased(*c));
        let first = letters.next();
        let rest: Vec<char> = letters.collect();
        rest.iter().all(|c| c.is_lowercase())
            || first.is_some_and(char::is_uppercase) && rest.iter().all(|c| c.is_uppercase())
    };
    let are_words = of_words.len() >= FEWEST
        && different.len() >= FEWEST_DIFFERENT
        && n_counting * 2 < of_words.len()
        && letters.chunk_by(|_, next| next.gap <= 1).all(is_word)
        && letters.iter().filter(|letter| letter.gap > 1).count() * 3 <= letters.len();
    if !are_words {
        return;
    }
    out.n_runs += 1;
    if out.first.is_none()
        && let (Some(first), Some(last)) = (letters.first(), letters.last())
    {
        out.first = Some(first.at..last.at + last.c.len_utf8());
    }
    // One blank is left between two words.
    let between = letters.iter().filter(|letter| letter.gap > 0).map(|letter| match letter.gap {
        1 => letter.at - 1..letter.at,
        gap => letter.at - gap..letter.at - 1,
    });
    out.blanks.extend(between);
}

/// Whether a letter is of a script with capitals.
fn is_cased(c: char) -> bool {
    c.is_uppercase() || c.is_lowercase()
}

fn is_sign(c: char) -> bool {
    matches!(c, '.' | ',' | ':' | ';' | '!' | '?' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of a line without the blanks, and the number of runs.
    fn joined(text: &str) -> (String, usize) {
        let found = spaced(text);
        let is_left_out = |at: usize| found.blanks.iter().any(|blank| blank.contains(&at));
        let kept = text.char_indices().filter(|(at, _)| !is_left_out(*at)).map(|(_, c)| c).collect();
        (kept, found.n_runs)
    }

    #[test]
    fn letters_with_blanks_between_them_are_words() {
        for (text, expected) in [
            ("V o r s i t z e n d e r  L e e : Gut.", "Vorsitzender Lee: Gut."),
            ("Referent W i e s e n t h a l-Bern: Ja.", "Referent Wiesenthal-Bern: Ja."),
            ("er wird a n g e n o m m e n.", "er wird angenommen."),
            ("D r .  Q u e n t i n : Ja.", "Dr. Quentin: Ja."),
            ("T H E  C H A I R M A N : Yes.", "THE CHAIRMAN: Yes."),
            ("П р е д с е д а т е л ь: Да.", "Председатель: Да."),
        ] {
            assert_eq!(joined(text), (expected.to_string(), 1), "{text}");
        }
    }

    #[test]
    fn alphabets_marks_and_single_letters_are_none() {
        for text in [
            "A B C D E F G H",
            "a b c d e f",
            "Lee  Y N Y Y N A Y N",
            "I a m here",
            "Plan A: I, II and X a b",
            "x  y  z  u  v  w",
            "鵜 飼 信 子 と 桐 野",
        ] {
            assert_eq!(joined(text), (text.to_string(), 0), "{text}");
        }
    }
}
