//! Themes over time: the periods of a corpus, and the themes in them.
//!
//! **Input:** the documents with their segments, those of each theme, and the period that the study sets. **Output:** the periods
//! in the order of time, what each theme is in them, the documents of each theme, and an issue where documents have no
//! date. **Left to others:** shares, intervals and bursts (plenary-measure), columns (plenary-tables).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use plenary_corpus::Summary;
use plenary_corpus::findings::{Period, ThemeDocuments, Themes};
use plenary_measure::trends::{Burst, Counts, DocumentCounts, Trend, trend};
use plenary_tables::{DocumentsOfThemes, Issue, PeriodOfTime, ThemePeriod};

/// The periods of a corpus.
pub(super) struct Periods {
    /// In the order of time; those without a date are the last.
    pub(super) all: Vec<PeriodOfTime>,
    /// The period of each document; `None` for a document that is in none.
    pub(super) of_document: Vec<Option<usize>>,
}

/// The place of a period in time: periods without a date are the last, and documents of one day are in the order of the corpus.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    is_undated: bool,
    start: Option<Date>,
    document: Option<usize>,
}

/// The periods of documents with these segments, and an issue if documents with segments are in no period.
pub(super) fn periods(documents: &[Summary], counts: &[Counts], period: Period) -> (Periods, Option<Issue>) {
    let place = |(at, document): (usize, &Summary)| {
        let date = document.front.date;
        let of_document = period == Period::Document;
        let start = if of_document { date } else { Some(first_day(date?, period)) };
        Some(Place { is_undated: start.is_none(), start, document: of_document.then_some(at) })
    };
    let places: Vec<Option<Place>> =
        documents.iter().enumerate().map(|of| place(of).filter(|_| counts[of.0].n_segments > 0)).collect();
    let mut numbered: BTreeMap<&Place, usize> = places.iter().flatten().map(|place| (place, 0)).collect();
    let mut all: Vec<PeriodOfTime> = Vec::with_capacity(numbered.len());
    for (place, number) in &mut numbered {
        *number = all.len();
        let name = match (place.document, place.start) {
            (Some(document), _) => documents[document].document_id.clone(),
            (None, start) => start.map_or_else(String::new, |start| name_of(start, period)),
        };
        all.push(PeriodOfTime { name, start: place.start, n_documents: 0, n_segments: 0, n_words: 0 });
    }
    let of_document: Vec<Option<usize>> =
        places.iter().map(|place| place.as_ref().and_then(|place| numbered.get(place).copied())).collect();
    for (place, counts) in of_document.iter().zip(counts) {
        let Some(period) = place.map(|at| &mut all[at]) else { continue };
        period.n_documents += 1;
        period.n_segments += counts.n_segments;
        period.n_words += counts.n_words;
    }
    let outside: Vec<&Summary> = (0..documents.len())
        .filter(|&at| of_document[at].is_none() && counts[at].n_segments > 0)
        .map(|at| &documents[at])
        .collect();
    let n_with_segments = counts.iter().filter(|counts| counts.n_segments > 0).count();
    let issue = outside.first().map(|first| Issue {
        kind: "documents_without_period",
        document_id: Some(first.document_id.clone()),
        variable: Some("date".into()),
        message: format!(
            "{} of {n_with_segments} documents have no date and are in no {period} of themes_over_time, beginning with {}. Give dates in a \
             table of documents, or set [estimates] period = \"document\".",
            outside.len(),
            first.path
        ),
        ..Issue::default()
    });
    (Periods { all, of_document }, issue)
}

/// A theme, whose segments by document are `counts`, in each of the periods; `all` are the segments of all documents.
pub(super) fn of_theme(
    periods: &Periods,
    all: &[Counts],
    counts: &[(u32, Counts)],
    confidence_level: f64,
) -> Vec<ThemePeriod> {
    let mut documents: Vec<DocumentCounts> = Vec::with_capacity(all.len());
    let mut own = counts.iter().peekable();
    for (at, all) in all.iter().enumerate() {
        let of_theme = own.next_if(|(document, _)| *document as usize == at).map_or(Counts::default(), |(_, own)| *own);
        if let Some(period) = periods.of_document[at] {
            documents.push(DocumentCounts { period, all: *all, of_theme });
        }
    }
    trend(&documents, periods.all.len(), confidence_level).iter().map(theme_period).collect()
}

fn theme_period(trend: &Trend) -> ThemePeriod {
    ThemePeriod {
        n_segments: trend.of_theme.n_segments,
        n_words: trend.of_theme.n_words,
        // A period has segments.
        share_of_segments: trend.segments.estimate.unwrap_or_default(),
        segments_interval: trend.segments.interval,
        share_of_words: trend.words.estimate,
        words_interval: trend.words.interval,
        is_burst: trend.burst.map(|burst| burst != Burst::Outside),
        burst_weight: match trend.burst {
            Some(Burst::Inside { weight }) => Some(weight),
            Some(Burst::Outside) | None => None,
        },
    }
}

/// The documents of themes and groups, from the segments of each theme by document.
pub(super) fn documents_of(
    themes: &Themes,
    of_themes: &[Vec<(u32, Counts)>],
    documents: &[Summary],
) -> DocumentsOfThemes {
    let of = |positions: BTreeSet<u32>| {
        let dates = || positions.iter().filter_map(|document| documents[*document as usize].front.date);
        ThemeDocuments { n_documents: positions.len(), dates: dates().min().zip(dates().max()) }
    };
    let positions = |counts: &[(u32, Counts)]| counts.iter().map(|(document, _)| *document).collect::<BTreeSet<u32>>();
    let of_group = |group: usize| {
        let own = themes.themes.iter().zip(of_themes).filter(|(theme, _)| theme.group == Some(group));
        of(own.flat_map(|(_, counts)| positions(counts)).collect())
    };
    DocumentsOfThemes {
        of_themes: of_themes.iter().map(|counts| of(positions(counts))).collect(),
        of_groups: (0..themes.groups.len()).map(of_group).collect(),
    }
}

/// The first day of the period of a day.
fn first_day(date: Date, period: Period) -> Date {
    match period {
        Period::Document | Period::Day => date,
        Period::Month => date.first_of_month(),
        Period::Quarter => Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).unwrap_or(date),
        Period::Year => date.first_of_year(),
    }
}

/// The name of the period that begins on a day.
fn name_of(start: Date, period: Period) -> String {
    let (year, month) = (start.year(), start.month());
    match period {
        Period::Document | Period::Day => start.to_string(),
        Period::Month => format!("{year:04}-{month:02}"),
        Period::Quarter => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
        Period::Year => format!("{year:04}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_attribute::attribute;
    use plenary_read::read;

    fn documents(dates: &[Option<&str>]) -> (Vec<Summary>, Vec<Counts>) {
        let summary = |(at, date): (usize, Option<&str>)| {
            let text = format!("**Ann Lee**\n\nThis is document {at}.\n");
            let document = read(&format!("{at}.md"), text.as_bytes()).expect("the text is read");
            let mut summary = attribute(document, &plenary_attribute::Options::default()).summary();
            summary.front.date = date.map(|date| date.parse().expect("the date is valid"));
            summary
        };
        (
            dates.iter().copied().enumerate().map(summary).collect(),
            vec![Counts { n_segments: 10, n_words: 100 }; dates.len()],
        )
    }

    fn names(dates: &[Option<&str>], period: Period) -> Vec<String> {
        let (documents, counts) = documents(dates);
        periods(&documents, &counts, period).0.all.into_iter().map(|period| period.name).collect()
    }

    #[test]
    fn periods_are_named_and_in_the_order_of_time() {
        let dates = [Some("2024-11-05"), Some("2023-02-28"), None, Some("2024-10-01"), Some("2024-11-06")];
        assert_eq!(names(&dates, Period::Day), ["2023-02-28", "2024-10-01", "2024-11-05", "2024-11-06"]);
        assert_eq!(names(&dates, Period::Month), ["2023-02", "2024-10", "2024-11"]);
        assert_eq!(names(&dates, Period::Quarter), ["2023-Q1", "2024-Q4"]);
        assert_eq!(names(&dates, Period::Year), ["2023", "2024"]);
        let (documents, counts) = documents(&dates);
        let (found, issue) = periods(&documents, &counts, Period::Document);
        let order: Vec<&str> = [1, 3, 0, 4, 2].map(|at: usize| documents[at].document_id.as_str()).to_vec();
        assert_eq!(found.all.iter().map(|period| period.name.as_str()).collect::<Vec<_>>(), order);
        assert_eq!((found.all[4].start, issue), (None, None));
    }

    #[test]
    fn documents_without_a_date_are_counted_in_an_issue() {
        let (documents, mut counts) = documents(&[None, Some("2024-01-01"), None, None]);
        counts[3] = Counts::default();
        let (found, issue) = periods(&documents, &counts, Period::Month);
        assert_eq!(found.all.len(), 1);
        let issue = issue.expect("two documents have no date");
        assert!(issue.message.starts_with("2 of 3 documents have no date and are in no month"), "{}", issue.message);
        assert_eq!(issue.document_id.as_deref(), Some(documents[0].document_id.as_str()));
    }

    #[test]
    fn a_theme_has_its_segments_in_the_periods_of_its_documents() {
        let (documents, all) = documents(&[Some("2024-01-20"), None, Some("2024-01-02"), Some("2024-02-01")]);
        let (found, _) = periods(&documents, &all, Period::Month);
        let own = |n| Counts { n_segments: n, n_words: 10 * n };
        let counts = [(1, own(5)), (2, own(3)), (3, own(10))];
        let of = of_theme(&found, &all, &counts, 0.95);
        assert_eq!(of.iter().map(|own| own.n_segments).collect::<Vec<_>>(), [3, 10]);
        assert_eq!(of.iter().map(|own| own.share_of_segments).collect::<Vec<_>>(), [0.15, 1.0]);
        assert!(of[0].segments_interval.is_some() && of[1].segments_interval.is_none());
    }
}
