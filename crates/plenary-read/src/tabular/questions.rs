//! Reports of questions and answers, as programs for webinars and polls export them, to one row for each turn.
//!
//! **Input:** a table whose rows hold a question with who asks and an answer with who answers. **Output:** the same table with a
//! column `text` and a column `speaker`: a row for the question, and below it one for the answer, each with the other cells of
//! its row, except that those about a speaker are of the person who asks. Nothing is refused; other tables are left as they are.
//! A row without a question is a further answer.

use super::Table;
use super::columns::{of_speaker, plain, usual};
use crate::Columns;

/// Usual names of the columns, the most specific first.
const QUESTION: &[&str] = &["question", "questiontext", "questiondetails"];
const ASKER: &[&str] = &["askername", "asker", "askedby", "questioner", "questionername", "questionby"];
const ANSWER: &[&str] = &["answer", "answertext", "answers", "answerdetails", "reply", "response"];
const ANSWERER: &[&str] =
    &["answername", "answerername", "answerer", "answeredby", "answeredbyname", "repliedby", "respondent", "responder"];

/// What programs write instead of the answer to a question that was answered aloud.
const ALOUD: &str = "live answered";

/// Where the columns of a question and of its answer are.
struct Pair {
    question: usize,
    asker: usize,
    answer: usize,
    answerer: usize,
}

fn pair(names: &[String]) -> Option<Pair> {
    Some(Pair {
        question: usual(names, QUESTION)?,
        asker: usual(names, ASKER)?,
        answer: usual(names, ANSWER)?,
        answerer: usual(names, ANSWERER)?,
    })
}

/// Whether the names are those of a report of questions and answers, with the names of both people.
pub(super) fn is_report(names: &[String]) -> bool {
    pair(names).is_some()
}

/// Divides the rows of a report of questions and answers. The study's own columns leave a table as it is.
pub(super) fn divide(table: &mut Table, columns: &Columns) {
    let Some(pair) = pair(&table.names).filter(|_| columns.text.is_empty() && columns.speaker.is_empty()) else {
        return;
    };
    let (text, speaker) = ("text", "speaker");
    if table.names.iter().any(|name| [text, speaker].contains(&plain(name).as_str())) {
        return;
    }
    table.names[pair.question] = text.to_string();
    table.names[pair.asker] = speaker.to_string();
    let mut dropped = [pair.answer, pair.answerer];
    dropped.sort_unstable_by(|a, b| b.cmp(a));
    let n_cells = table.names.len();
    for at in dropped {
        table.names.remove(at);
    }
    let of_asker = of_speaker(&table.names, columns);
    let mut rows = Vec::with_capacity(table.rows.len() * 2);
    let mut n_aloud = 0;
    for mut row in std::mem::take(&mut table.rows) {
        row.cells.resize(n_cells, None);
        let (said, by) = (row.cells[pair.answer].take(), row.cells[pair.answerer].take());
        for at in dropped {
            row.cells.remove(at);
        }
        let mut answer = row.cells.clone();
        for at in &of_asker {
            answer[*at] = None;
        }
        let place = |at: usize| at - dropped.iter().filter(|dropped| **dropped < at).count();
        (answer[place(pair.question)], answer[place(pair.asker)]) = (said, by);
        let has_text = |cells: &[Option<String>]| cells[place(pair.question)].is_some();
        let is_aloud = answer[place(pair.question)].as_ref().is_some_and(|text| text.trim().to_lowercase() == ALOUD);
        n_aloud += usize::from(is_aloud);
        let is_answered = has_text(&answer) && !is_aloud;
        let answer = super::Row { place: row.place.clone(), cells: answer };
        if has_text(&row.cells) || !is_answered {
            rows.push(row);
        }
        if is_answered {
            rows.push(answer);
        }
    }
    table.rows = rows;
    let described: Vec<&str> = of_asker.iter().map(|at| table.names[*at].as_str()).collect();
    let about = match described.as_slice() {
        [] => String::new(),
        names => format!("; what these columns say is about the person who asks: {}", names.join(", ")),
    };
    table.warnings.push(format!(
        "each row holds a question and an answer, which were read as two turns: of the person who asks and of the person who \
         answers{about}"
    ));
    if n_aloud > 0 {
        table
            .warnings
            .push(format!("{n_aloud} questions were answered aloud (`{ALOUD}`); their answers are not in the table"));
    }
}
