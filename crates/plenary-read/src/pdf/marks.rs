//! Line numbers in the margin, and raised numbers of notes.
//!
//! **Input:** the glyphs of a page. **Output:** the glyphs without line numbers, which would otherwise be between the words of
//! every line and are later put before their lines; raised digits as raised characters: "sea.¹".

use super::glyphs::Glyph;

/// Glyphs of one line lie within this share of their size.
const SAME_LINE: f32 = 0.4;

/// A number in the margin, and its baseline.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LineNumber {
    pub(crate) y: f32,
    pub(crate) text: String,
}

/// Removes the line numbers of a page if nearly all of its lines have one and the numbers are consecutive.
pub(crate) fn take_line_numbers(glyphs: &mut Vec<Glyph>) -> Vec<LineNumber> {
    const FEWEST: usize = 8;
    const LONGEST: usize = 4;
    let mut order: Vec<usize> = (0..glyphs.len()).filter(|i| glyphs[*i].c != ' ').collect();
    order.sort_by(|a, b| glyphs[*a].y.total_cmp(&glyphs[*b].y));
    let mut lines: Vec<Vec<usize>> = Vec::new();
    for i in order {
        match lines.last_mut() {
            Some(line) if (glyphs[i].y - glyphs[line[0]].y).abs() <= SAME_LINE * glyphs[i].size => line.push(i),
            _ => lines.push(vec![i]),
        }
    }
    let mut numbered: Vec<(Vec<usize>, usize)> = Vec::new();
    for line in &mut lines {
        line.sort_by(|a, b| glyphs[*a].x0.total_cmp(&glyphs[*b].x0));
        let n = line.iter().take_while(|i| glyphs[**i].c.is_ascii_digit()).count();
        let apart = line.get(n).is_none_or(|next| {
            let last = &glyphs[line[n.max(1) - 1]];
            glyphs[*next].x0 - last.x1 > 0.5 * last.size
        });
        let value = line[..n].iter().fold(0, |value, i| value * 10 + glyphs[*i].c.to_digit(10).unwrap_or(0) as usize);
        if (1..=LONGEST).contains(&n) && apart {
            numbered.push((line[..n].to_vec(), value));
        }
    }
    // The number of the page is not a line number; nor is a number that does not fit the others.
    let counts_on = |pair: &[(Vec<usize>, usize)]| pair[1].1 == pair[0].1 + 1;
    let in_order = numbered.windows(2).filter(|pair| counts_on(pair)).count() + 1;
    if numbered.len() < FEWEST || numbered.len() * 10 < lines.len() * 7 || in_order * 10 < numbered.len() * 8 {
        return Vec::new();
    }
    let is_counted = |k: usize| {
        k > 0 && counts_on(&numbered[k - 1..=k]) || k + 1 < numbered.len() && counts_on(&numbered[k..=k + 1])
    };
    let taken: Vec<&Vec<usize>> =
        numbered.iter().enumerate().filter(|(k, _)| is_counted(*k)).map(|(_, (line, _))| line).collect();
    let out = taken
        .iter()
        .map(|line| LineNumber { y: glyphs[line[0]].y, text: line.iter().map(|i| glyphs[*i].c).collect() })
        .collect();
    let mut gone = vec![false; glyphs.len()];
    taken.iter().flat_map(|line| line.iter()).for_each(|i| gone[*i] = true);
    let mut at = 0;
    glyphs.retain(|_| {
        at += 1;
        !gone[at - 1]
    });
    out
}

/// Replaces digits that are printed small and above the line by raised characters.
#[expect(clippy::float_cmp, reason = "the glyphs of one text object have exactly the same baseline")]
pub(crate) fn raise_digits(glyphs: &mut [Glyph]) {
    let mut from = 0;
    while from < glyphs.len() {
        if !glyphs[from].c.is_ascii_digit() {
            from += 1;
            continue;
        }
        let first = glyphs[from];
        let is_alike = |glyph: &Glyph| {
            glyph.c.is_ascii_digit() && (glyph.size - first.size).abs() < 0.05 * first.size && glyph.y == first.y
        };
        let n = glyphs[from..].iter().take_while(|glyph| is_alike(glyph)).count().max(1);
        let last = glyphs[from + n - 1];
        let before = glyphs[..from].iter().rev().take(2).find(|glyph| glyph.c != ' ');
        let after = glyphs[from + n..].iter().take(2).find(|glyph| glyph.c != ' ');
        let is_raised = before.is_some_and(|before| is_above(&first, before, first.x0 - before.x1))
            || after.is_some_and(|after| is_above(&first, after, after.x0 - last.x1));
        if is_raised {
            for glyph in &mut glyphs[from..from + n] {
                glyph.c = raised(glyph.c);
            }
        }
        from += n;
    }
}

/// Whether a glyph is smaller than its neighbour and higher.
fn is_above(glyph: &Glyph, beside: &Glyph, gap: f32) -> bool {
    glyph.turn == beside.turn
        && glyph.size <= 0.8 * beside.size
        && (0.15..0.8).contains(&((beside.y - glyph.y) / beside.size.max(0.1)))
        && (-0.3..0.6).contains(&(gap / beside.size.max(0.1)))
}

const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

pub(crate) fn raised(digit: char) -> char {
    digit.to_digit(10).and_then(|digit| RAISED.get(digit as usize)).copied().unwrap_or(digit)
}

/// Whether a text begins with the raised number of a note.
pub(crate) fn begins_note(text: &str) -> bool {
    text.trim_start().starts_with(RAISED)
}

/// Whether a text in small print begins with the number or sign of a note that is not raised: "1 A note.", "* A note."
pub(crate) fn begins_plain_note(text: &str) -> bool {
    const LONGEST: usize = 3;
    let text = text.trim_start();
    let n = text.chars().take_while(char::is_ascii_digit).count();
    let rest = if n > 0 { &text[n..] } else { text.trim_start_matches(['*', '†', '‡', '§']) };
    let marked = n <= LONGEST && rest.len() < text.len();
    marked && (rest.starts_with(' ') || (n == 0 && rest.starts_with(char::is_alphabetic)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyph(c: char, x0: f32, y: f32, size: f32) -> Glyph {
        Glyph { c, x0, x1: x0 + size / 2.0, y, size, bold: false, italic: false, turn: 0 }
    }

    #[test]
    fn small_digits_above_the_line_are_raised_and_others_are_not() {
        let mut glyphs = vec![
            glyph('a', 0.0, 100.0, 10.0),
            glyph('1', 5.0, 96.0, 6.0),
            glyph('2', 8.0, 96.0, 6.0),
            glyph(' ', 11.0, 100.0, 10.0),
            glyph('3', 16.0, 100.0, 10.0),
            glyph('4', 21.0, 102.0, 6.0),
        ];
        raise_digits(&mut glyphs);
        let text: String = glyphs.iter().map(|glyph| glyph.c).collect();
        assert_eq!(text, "a¹² 34");
        assert!(begins_note("¹ A note.") && !begins_note("1 A note."));
    }
}
