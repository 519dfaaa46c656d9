//! Labels of themes by a language model behind an endpoint.
//!
//! **Input:** themes with their terms and exemplars, and the section `[theme_labels]` of the study. **Output:** the same themes with a label
//! and its origin; nothing else of them changes. Themes without segments here, and that of procedure, are not asked for. **Refused:** see
//! [`ChatError`]. **Left to others:** asking and keeping answers (`plenary-chat`).

use std::path::Path;

use plenary_chat::{ChatError, LabelledTheme, Labeller, Summary as ChatSummary};
use plenary_corpus::findings::{AbstentionReason, EndpointLabel, Theme, ThemeKind};
use plenary_corpus::progress::Progress;
use plenary_measure::coder::CodeError;

use super::RunError;
use crate::study::Study;

/// Gives the themes their labels, if the study names an endpoint for them. Returns what was asked, under the name that messages have for
/// it. `max_cost` replaces the limit of the study.
pub(super) fn label_themes(
    themes: &mut [Theme],
    study: &Study,
    max_cost: Option<f64>,
    progress: &dyn Progress,
) -> Result<Option<(String, ChatSummary)>, RunError> {
    let Some(options) = &study.theme_labels else { return Ok(None) };
    let mut options = options.clone();
    options.max_cost = max_cost.unwrap_or(options.max_cost);
    let name = format!("labels of themes ({})", options.model);
    let failed = |error: ChatError| match error {
        ChatError::Stopped(stopped) => RunError::from(stopped),
        error => RunError::Coder(CodeError::Coder { coder: name.clone(), problem: Box::new(error) }),
    };
    let base = study.folder.as_deref().unwrap_or(Path::new(""));
    let labeller = Labeller::open(options, base).map_err(failed)?;
    let mut asked: Vec<&mut Theme> =
        themes.iter_mut().filter(|theme| theme.kind() == ThemeKind::Found && theme.n_segments > 0).collect();
    let questions: Vec<LabelledTheme> = asked
        .iter()
        .map(|theme| LabelledTheme {
            id: theme.theme_id.clone(),
            terms: theme.terms.clone(),
            texts: theme.exemplar_texts.clone(),
        })
        .collect();
    let labels = labeller.label(&questions, progress).map_err(failed)?;
    for (theme, label) in asked.iter_mut().zip(labels) {
        let reason = |failure: plenary_chat::Failure| match failure.reason.is_of_endpoint() {
            true => AbstentionReason::NoAnswer,
            false => AbstentionReason::InvalidAnswer,
        };
        let model = labeller.options().model.clone();
        theme.endpoint_label = Some(EndpointLabel { label: label.outcome.map_err(reason), model, answer: label.key });
    }
    Ok(Some((name, labeller.summary())))
}
