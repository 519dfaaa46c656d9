//! Log-probabilities of tokens to probabilities of codes.
//!
//! **Input**: the text of an answer, its tokens with their alternatives, where a code begins. **Output**: the probability of each
//! code given that the answer is one of them; they sum to one. **Refused** (`None`): tokens that do not spell the text, and
//! alternatives that could be the beginning of several codes of which none was written, whose probability cannot be divided;
//! and codes that together have less than half of the probability. The last happens where a server lets only codes through
//! but reports what the model would have written without that rule: how the rest divides among the codes is then not known.
//!
//! The model writes a code token by token. While several codes are possible, the probability of an alternative that can only be
//! one code goes to that code; the token that was written leads on to the next place. Codes that no alternative begins have
//! probability 0: servers send only the most probable tokens.

use crate::reply::Token;

/// Probability that all codes must have together.
const LEAST_SEEN: f64 = 0.5;

/// Probabilities of the codes, in their order, for a code that begins at byte `start` of `content`.
pub(crate) fn of_codes(content: &str, tokens: &[Token], start: usize, codes: &[&str]) -> Option<Vec<f32>> {
    // The quotation mark that ends a code tells "no" from "no_answer".
    let endings: Vec<String> = codes.iter().map(|code| format!("{code}\"")).collect();
    let (first, offset) = token_at(content, tokens, start)?;
    let mut before = content.get(offset..start)?;
    let mut mass = vec![0.0_f64; codes.len()];
    let mut reached = 1.0_f64;
    let mut written = String::new();
    for token in &tokens[first..] {
        let possible = possible(&endings, &written);
        if let [only] = possible[..] {
            mass[only] += reached;
            break;
        }
        let mut chosen = token.logprob.map_or(0.0, f64::exp);
        for alternative in &token.top_logprobs {
            let probability = alternative.logprob.map_or(0.0, f64::exp);
            if alternative.text == token.text {
                chosen = probability;
                continue;
            }
            let Some(rest) = alternative.text.strip_prefix(before).filter(|rest| !rest.is_empty()) else { continue };
            match self::possible(&endings, &format!("{written}{rest}"))[..] {
                [] => {}
                [only] => mass[only] += reached * probability,
                _ => return None,
            }
        }
        reached *= chosen;
        written.push_str(token.text.strip_prefix(before)?);
        before = "";
        if let [only] = self::possible(&endings, &written)[..] {
            mass[only] += reached;
            break;
        }
    }
    let sum: f64 = mass.iter().sum();
    (sum.is_finite() && sum >= LEAST_SEEN).then(|| mass.iter().map(|one| (one / sum) as f32).collect())
}

/// The token that contains byte `start` of the text, and the byte at which it begins.
fn token_at(content: &str, tokens: &[Token], start: usize) -> Option<(usize, usize)> {
    let mut offset = 0;
    for (i, token) in tokens.iter().enumerate() {
        let end = offset + token.text.len();
        if content.get(offset..end)? != token.text {
            return None;
        }
        if start < end {
            return Some((i, offset));
        }
        offset = end;
    }
    None
}

/// The codes that agree with what is written so far.
fn possible(endings: &[String], written: &str) -> Vec<usize> {
    let agrees = |ending: &str| ending.starts_with(written) || written.starts_with(ending);
    endings.iter().enumerate().filter(|(_, ending)| agrees(ending)).map(|(i, _)| i).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Alternative;

    const SIDES: &[&str] = &["favor", "against", "neither"];

    fn token(text: &str, alternatives: &[(&str, f64)]) -> Token {
        let alternative = |&(token, p): &(&str, f64)| Alternative { text: token.into(), logprob: Some(f64::ln(p)) };
        let own = alternatives.iter().find(|(token, _)| *token == text).map_or(1.0, |(_, p)| *p);
        Token {
            text: text.into(),
            logprob: Some(own.ln()),
            top_logprobs: alternatives.iter().map(alternative).collect(),
        }
    }

    fn close(found: Option<Vec<f32>>, expected: &[f32]) {
        let found = found.unwrap();
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
        assert!((found.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_first_token_decides_between_codes_that_begin_differently() {
        let content = "{\"u1\":\"against\"}";
        let first = token("again", &[("again", 0.6), ("fav", 0.2), ("f", 0.1), ("ne", 0.05), ("maybe", 0.05)]);
        let tokens = [token("{\"u1\":\"", &[]), first, token("st", &[]), token("\"}", &[])];
        close(of_codes(content, &tokens, 7, SIDES), &[0.3 / 0.95, 0.6 / 0.95, 0.05 / 0.95]);
    }

    #[test]
    fn a_token_may_hold_the_quotation_mark_before_the_code() {
        let content = "{\"u1\":\"favor\"}";
        let first = token("\"favor", &[("\"favor", 0.7), ("\"against", 0.2), ("\"", 0.1)]);
        let tokens = [token("{\"u1\":", &[]), first, token("\"}", &[])];
        close(of_codes(content, &tokens, 7, SIDES), &[0.7 / 0.9, 0.2 / 0.9, 0.0]);
    }

    #[test]
    fn codes_with_a_common_beginning_are_told_apart_where_they_part() {
        let content = "{\"u1\":\"no_answer\"}";
        let codes = &["no", "no_answer", "yes"];
        let tokens = [
            token("{\"u1\":\"", &[]),
            token("no", &[("no", 0.8), ("yes", 0.2)]),
            token("_answer", &[("_answer", 0.75), ("\"}", 0.25)]),
            token("\"}", &[]),
        ];
        close(of_codes(content, &tokens, 7, codes), &[0.2, 0.6, 0.2]);
    }

    #[test]
    fn mass_that_cannot_be_divided_gives_no_probabilities() {
        let content = "{\"u1\":\"yes\"}";
        let codes = &["no", "no_answer", "yes"];
        let tokens = [token("{\"u1\":\"", &[]), token("yes", &[("yes", 0.6), ("no", 0.4)]), token("\"}", &[])];
        assert_eq!(of_codes(content, &tokens, 7, codes), None);
    }

    #[test]
    fn codes_that_the_model_would_hardly_have_written_give_no_probabilities() {
        let content = "{\"u1\":\"favor\"}";
        let forced = token("favor", &[("The", 0.6), ("favor", 0.1), ("against", 0.05)]);
        assert_eq!(of_codes(content, &[token("{\"u1\":\"", &[]), forced, token("\"}", &[])], 7, SIDES), None);
    }

    #[test]
    fn tokens_that_do_not_spell_the_text_give_no_probabilities() {
        let content = "{\"u1\":\"favor\"}";
        for tokens in [vec![], vec![token("{", &[])], vec![token("{'u1':'", &[]), token("favor", &[])]] {
            assert_eq!(of_codes(content, &tokens, 7, SIDES), None);
        }
        let silent = Token { text: content.into(), logprob: None, top_logprobs: vec![] };
        assert_eq!(of_codes(content, &[silent], 7, SIDES), None);
        let infinite = Token { text: content.into(), logprob: Some(1e9), top_logprobs: vec![] };
        assert_eq!(of_codes(content, &[infinite], 7, SIDES), None);
    }
}
