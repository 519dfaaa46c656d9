//! The specification curve (Simonsohn, Simmons & Nelson 2020): sorted estimates with their intervals, and below each the decisions.
//!
//! **Input:** a [`Robustness`]. **Output:** an SVG that refers to nothing outside. **Left to others:** the file.

use html_escape::encode_text;

use super::{Estimated, Robustness};

const LEFT: f64 = 250.0;
const WIDTH: f64 = 720.0;
const TOP: f64 = 64.0;
const CURVE: f64 = 260.0;
const ROW: f64 = 16.0;
/// Characters of a decision that fit beside the picture.
const LABEL: usize = 36;

const SAME: &str = "#2f6f9f";
const OTHER: &str = "#b5523b";
const UNCLEAR: &str = "#999";

impl Robustness {
    /// The specification curve as SVG; `None` if no specification has an estimate.
    pub fn curve(&self) -> Option<String> {
        let all: Vec<&Estimated> = self.all.iter().filter(|one| one.estimate.is_some()).collect();
        let ends = |one: &&Estimated| one.interval.into_iter().chain(one.estimate.map(|value| (value, value)));
        let low = all.iter().flat_map(ends).map(|(low, _)| low).fold(0.0, f64::min);
        let high = all.iter().flat_map(ends).map(|(_, high)| high).fold(0.0, f64::max);
        if all.is_empty() || high <= low {
            return None;
        }
        let step = WIDTH / all.len() as f64;
        let x = |at: usize| LEFT + (at as f64 + 0.5) * step;
        let y = |value: f64| TOP + CURVE * (high - value) / (high - low);
        let varied = self.varied();
        let n_rows: usize = varied.iter().map(|(_, decisions)| decisions.len() + 1).sum();
        let height = TOP + CURVE + 20.0 + n_rows as f64 * ROW + 20.0;
        let width = LEFT + WIDTH + 20.0;
        let title = format!("{}: {} specifications", self.title(), all.len());
        let title = encode_text(&title);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"sans-serif\" font-size=\"11\" role=\"img\">\n<title>{title}</title>\n<rect width=\"100%\" height=\"100%\" \
             fill=\"white\"/>\n<text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{title}</text>\n"
        );
        let legend = [
            (SAME, "sign of the study, interval without 0"),
            (OTHER, "other sign, interval without 0"),
            (UNCLEAR, "interval with 0"),
        ];
        for (at, (colour, text)) in legend.into_iter().enumerate() {
            let left = LEFT + at as f64 * 225.0;
            svg.push_str(&format!(
                "<rect x=\"{left}\" y=\"33\" width=\"9\" height=\"9\" fill=\"{colour}\"/><text x=\"{}\" y=\"42\">{text}</text>\n",
                left + 14.0
            ));
        }
        for tick in ticks(low, high) {
            let at = y(tick);
            let (colour, dash) = if tick == 0.0 { ("#444", "") } else { ("#ddd", " stroke-dasharray=\"2 3\"") };
            svg.push_str(&format!(
                "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{}\" y2=\"{at:.1}\" stroke=\"{colour}\"{dash}/><text x=\"{}\" y=\"{:.1}\" \
                 text-anchor=\"end\">{tick}</text>\n",
                LEFT + WIDTH,
                LEFT - 6.0,
                at + 4.0
            ));
        }
        let line = (0.6 * step).clamp(0.3, 3.0);
        for colour in [UNCLEAR, SAME, OTHER] {
            let (mut intervals, mut points) = (String::new(), String::new());
            for (at, one) in all.iter().enumerate().filter(|(_, one)| self.colour(one) == colour) {
                if let Some((low, high)) = one.interval {
                    intervals.push_str(&format!("M{:.1} {:.1}V{:.1}", x(at), y(low), y(high)));
                }
                // A dot is a line without length and with round ends.
                points.push_str(&format!("M{:.1} {:.1}h0", x(at), y(one.estimate.unwrap_or_default())));
            }
            svg.push_str(&format!(
                "<path d=\"{intervals}\" stroke=\"{colour}\" stroke-opacity=\"0.35\" stroke-width=\"{line:.2}\" fill=\"none\"/>\n\
                 <path d=\"{points}\" stroke=\"{colour}\" stroke-width=\"{:.2}\" stroke-linecap=\"round\" fill=\"none\"/>\n",
                (step * 0.9).clamp(2.0, 5.0)
            ));
        }
        if let Some(at) = all.iter().position(|one| one.is_study) {
            let end = TOP + CURVE + 20.0 + n_rows as f64 * ROW;
            svg.push_str(&format!(
                "<line x1=\"{0:.1}\" y1=\"{1}\" x2=\"{0:.1}\" y2=\"{end}\" stroke=\"#222\" stroke-dasharray=\"4 3\"/><text x=\"{0:.1}\" \
                 y=\"{2}\" text-anchor=\"middle\">as in the study</text>\n",
                x(at),
                TOP - 4.0,
                TOP - 8.0
            ));
        }
        let mut top = TOP + CURVE + 20.0;
        for (choice, decisions) in &varied {
            let name = choice.as_str().replace('_', " ");
            svg.push_str(&format!("<text x=\"10\" y=\"{:.1}\" font-weight=\"bold\">{name}</text>\n", top + 11.0));
            top += ROW;
            for decision in decisions {
                let marks: String = all
                    .iter()
                    .enumerate()
                    .filter(|(_, one)| one.specification.decision(*choice).as_ref() == Some(decision))
                    .map(|(at, _)| format!("M{:.1} {:.1}v10", x(at), top + 2.0))
                    .collect();
                svg.push_str(&format!(
                    "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n<path d=\"{marks}\" stroke=\"#444\" stroke-width=\"{line:.2}\" \
                     fill=\"none\"/>\n",
                    LEFT - 6.0,
                    top + 11.0,
                    encode_text(&shortened(decision))
                ));
                top += ROW;
            }
        }
        Some(svg + "</svg>\n")
    }

    fn colour(&self, one: &Estimated) -> &'static str {
        match one.estimate {
            Some(estimate) if one.is_significant() && estimate * self.sign() > 0.0 => SAME,
            Some(_) if one.is_significant() => OTHER,
            _ => UNCLEAR,
        }
    }
}

/// Round numbers between two ends, 0 among them.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];
    let step = steps.into_iter().find(|step| (high - low) / step <= 6.0).unwrap_or(2.0);
    let (first, last) = ((low / step).ceil() as i32, (high / step).floor() as i32);
    (first..=last).map(|at| (f64::from(at) * step * 100.0).round() / 100.0).collect()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LABEL {
        return text.to_owned();
    }
    text.chars().take(LABEL - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_contain_zero() {
        assert_eq!(ticks(-0.31, 0.22), [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2]);
        assert_eq!(ticks(0.0, 0.034), [0.0, 0.01, 0.02, 0.03]);
        assert!(ticks(-2.0, 2.0).contains(&0.0));
    }

    #[test]
    fn long_decisions_are_shortened_at_characters() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"ä".repeat(LABEL + 1)).chars().count(), LABEL);
    }
}
