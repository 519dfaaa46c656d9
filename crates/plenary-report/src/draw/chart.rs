//! Charts as SVG, in the colours of the style of the page.
//!
//! **Input:** names and numbers. **Output:** one `svg` element each, whose title says what it shows; its table has the numbers for screen readers.
//! Names are escaped and shortened. **Left to others:** the table beside the chart.

use plenary_corpus::rounding::percent;

use crate::embed::escaped;
use crate::gather::Mean;

use super::html::signed;

/// Width of all charts.
const WIDTH: f64 = 720.0;
/// Where the plot begins, right of the names.
const LEFT: f64 = 210.0;
/// Where the plot ends, left of the numbers.
const RIGHT: f64 = 630.0;
/// Height of a row.
const ROW: f64 = 26.0;

/// A number with a name.
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// The number as it is shown.
    pub(crate) shown: String,
}

fn svg(title: &str, height: f64, content: &str) -> String {
    format!(
        "<div class=\"chart\" tabindex=\"0\" role=\"group\" aria-label=\"Chart: {0}\"><svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" \
         aria-label=\"{0}\">{content}</svg></div>",
        escaped(title)
    )
}

/// Columns of a name at the left of a row.
const NAME: usize = 27;

/// A name, cut to a maximum number of columns; wide characters take two.
fn shortened(name: &str, most: usize) -> String {
    let mut width = 0;
    let mut text = String::new();
    for c in name.chars() {
        width += if c >= '\u{1100}' { 2 } else { 1 };
        if width > most {
            text.push('…');
            break;
        }
        text.push(c);
    }
    text
}

/// Names, each cut to a maximum number of columns so that different names stay different: at the end, or else in the middle, or else at the
/// beginning. Names that only their number would tell apart get one.
fn distinct<'n>(names: impl IntoIterator<Item = &'n str>, most: usize) -> Vec<String> {
    let names: Vec<&str> = names.into_iter().collect();
    let reversed = |text: &str| text.chars().rev().collect::<String>();
    let cut_start = |name: &str, most: usize| reversed(&shortened(&reversed(name), most));
    let cut: [Vec<String>; 3] = [
        names.iter().map(|name| shortened(name, most)).collect(),
        names
            .iter()
            .map(|name| {
                let start = shortened(name, most / 2);
                let is_whole = shortened(name, most) == *name;
                let end = cut_start(name, most - most / 2 - 1);
                if is_whole { (*name).to_owned() } else { start + end.trim_start_matches('…') }
            })
            .collect(),
        names.iter().map(|name| cut_start(name, most)).collect(),
    ];
    let is_own = |cut: &[String], at: usize| {
        let same = cut.iter().zip(&names).filter(|(text, name)| **text == cut[at] && **name != names[at]);
        same.count() == 0
    };
    (0..names.len())
        .map(|at| match cut.iter().find(|cut| is_own(cut, at)) {
            Some(cut) => cut[at].clone(),
            None => format!("{} {}", shortened(names[at], most.saturating_sub(4)), at + 1),
        })
        .collect()
}

/// A name at the left of a row as it was shortened, with the whole name as a tooltip.
fn name_at(name: &str, shown: &str, y: f64) -> String {
    format!(
        "<text class=\"name\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}<title>{}</title></text>",
        LEFT - 10.0,
        y + 4.5,
        escaped(shown),
        escaped(name)
    )
}

/// Bars of numbers that are not negative.
pub(crate) fn bars(title: &str, bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let mut content = String::new();
    let names = distinct(bars.iter().map(|bar| bar.name.as_str()), NAME);
    for (at, (bar, name)) in bars.iter().zip(&names).enumerate() {
        let y = at as f64 * ROW + ROW / 2.0;
        let width = (RIGHT - LEFT) * bar.value / most;
        content.push_str(&name_at(&bar.name, name, y));
        content.push_str(&format!(
            "<rect class=\"bar\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"16\" rx=\"2\"/><text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            y - 8.0,
            LEFT + width + 8.0,
            y + 4.5,
            escaped(&bar.shown)
        ));
    }
    svg(title, bars.len() as f64 * ROW, &content)
}

/// Bars of numbers that are not negative, under the name of their group.
pub(super) fn grouped_bars(title: &str, groups: &[(String, Vec<Bar>)]) -> String {
    let most = groups.iter().flat_map(|(_, bars)| bars).map(|bar| bar.value).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let mut content = String::new();
    let mut y = 0.0;
    for (group, bars) in groups {
        content.push_str(&format!(
            "<text class=\"value\" x=\"{LEFT}\" y=\"{:.1}\">{}<title>{}</title></text>",
            y + ROW / 2.0 + 4.5,
            escaped(&shortened(group, 60)),
            escaped(group)
        ));
        y += ROW;
        let names = distinct(bars.iter().map(|bar| bar.name.as_str()), NAME);
        for (bar, name) in bars.iter().zip(&names) {
            let width = (RIGHT - LEFT) * bar.value / most;
            content.push_str(&name_at(&bar.name, name, y + 9.0));
            content.push_str(&format!(
                "<rect class=\"bar\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"12\" rx=\"2\"/><text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                y + 3.0,
                LEFT + width + 8.0,
                y + 13.5,
                escaped(&bar.shown)
            ));
            y += 18.0;
        }
    }
    svg(title, y + 4.0, &content)
}

/// Rows of shares that sum to one; the classes are those of the style.
pub(crate) fn stacked(title: &str, parts: &[(&str, &str)], rows: &[(String, Vec<f64>)]) -> String {
    let mut content = String::new();
    let mut x = LEFT;
    let legend = distinct(parts.iter().map(|(name, _)| *name), 22);
    for (name, (_, class)) in legend.iter().zip(parts) {
        content.push_str(&format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"3\" width=\"12\" height=\"12\" rx=\"2\"/><text class=\"value\" x=\"{:.1}\" y=\"13.5\">{}</text>",
            x + 17.0,
            escaped(name)
        ));
        x += 17.0 + 8.0 * name.chars().count() as f64 + 18.0;
    }
    let names = distinct(rows.iter().map(|(name, _)| name.as_str()), NAME);
    for (at, ((name, values), shown)) in rows.iter().zip(&names).enumerate() {
        let y = 26.0 + at as f64 * ROW + ROW / 2.0;
        content.push_str(&name_at(name, shown, y));
        let all: f64 = values.iter().sum();
        let mut x = LEFT;
        for ((part, class), value) in parts.iter().zip(values).filter(|(_, value)| **value > 0.0) {
            let width = (WIDTH - LEFT) * value / all;
            let share = percent(value / all);
            content.push_str(&format!(
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"18\"><title>{}: {share}</title></rect>",
                y - 9.0,
                escaped(part)
            ));
            if width > 34.0 {
                content.push_str(&format!(
                    "<text class=\"on-{class}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{share}</text>",
                    x + width / 2.0,
                    y + 4.0
                ));
            }
            x += width;
        }
    }
    svg(title, 30.0 + rows.len() as f64 * ROW, &content)
}

/// Means between -1 and 1 with their intervals; the names of the two ends are given.
pub(crate) fn intervals(title: &str, (low, high): (&str, &str), rows: &[(String, Mean)]) -> String {
    // The axis is as wide as the numbers need, and symmetric.
    let ends = rows.iter().flat_map(|(_, mean)| {
        let (low, high) = mean.interval.unzip();
        [mean.value, low, high].into_iter().flatten().map(f64::abs)
    });
    let most = [0.2, 0.4, 0.6, 0.8, 1.0].into_iter().find(|end| ends.clone().all(|value| value <= *end)).unwrap_or(1.0);
    let x = |value: f64| LEFT + (RIGHT - LEFT) * (value.clamp(-most, most) + most) / (2.0 * most);
    let bottom = 24.0 + rows.len() as f64 * ROW;
    let mut content = String::new();
    for step in [-1.0, -0.5, 0.0, 0.5, 1.0] {
        let class = if step == 0.0 { "zero" } else { "tick" };
        content.push_str(&format!(
            "<line class=\"{class}\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"22\" y2=\"{bottom:.1}\"/><text class=\"axis\" x=\"{0:.1}\" y=\"{1:.1}\" text-anchor=\"middle\">{2}</text>",
            x(step * most),
            bottom + 15.0,
            signed(step * most)
        ));
    }
    content.push_str(&format!(
        "<text class=\"axis\" x=\"{LEFT}\" y=\"12\">← {}</text><text class=\"axis\" x=\"{RIGHT}\" y=\"12\" text-anchor=\"end\">{} →</text>",
        escaped(low),
        escaped(high)
    ));
    let names = distinct(rows.iter().map(|(name, _)| name.as_str()), NAME);
    for (at, ((name, mean), shown)) in rows.iter().zip(&names).enumerate() {
        let y = 24.0 + at as f64 * ROW + ROW / 2.0;
        content.push_str(&name_at(name, shown, y));
        let Some(value) = mean.value else {
            content.push_str(&format!("<text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">–</text>", RIGHT + 12.0, y + 4.5));
            continue;
        };
        if let Some((low, high)) = mean.interval {
            let class = if mean.within_turn { "interval within" } else { "interval" };
            content.push_str(&format!(
                "<line class=\"{class}\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>",
                x(low),
                x(high)
            ));
        }
        content.push_str(&format!(
            "<circle class=\"mean\" cx=\"{:.1}\" cy=\"{y:.1}\" r=\"5\"/><text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x(value),
            RIGHT + 12.0,
            y + 4.5,
            signed(value)
        ));
    }
    svg(title, bottom + 22.0, &content)
}

/// Columns in the order of time.
pub(crate) fn columns(title: &str, bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let (left, top, height) = (10.0, 22.0, 150.0);
    let step = (WIDTH - 2.0 * left) / bars.len().max(1) as f64;
    let width = (step * 0.75).min(60.0);
    // Names that would overlap are left out.
    let longest = bars.iter().map(|bar| bar.name.chars().count()).max().unwrap_or(1) as f64 * 7.5 + 10.0;
    let every = (longest / step).ceil().max(1.0) as usize;
    let mut content = format!(
        "<line class=\"zero\" x1=\"{left}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\"/>",
        WIDTH - left,
        top + height
    );
    for (at, bar) in bars.iter().enumerate() {
        let middle = left + (at as f64 + 0.5) * step;
        let tall = height * bar.value / most;
        content.push_str(&format!(
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{tall:.1}\"><title>{}: {}</title></rect>",
            middle - width / 2.0,
            top + height - tall,
            escaped(&bar.name),
            escaped(&bar.shown)
        ));
        if at % every == 0 {
            content.push_str(&format!(
                "<text class=\"axis\" x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                top + height + 17.0,
                escaped(&bar.name)
            ));
        }
        if step > 60.0 {
            content.push_str(&format!(
                "<text class=\"axis\" x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                top + height - tall - 6.0,
                escaped(&bar.shown)
            ));
        }
    }
    svg(title, top + height + 26.0, &content)
}

/// A point of a map.
pub(crate) struct Point {
    pub(crate) name: String,
    pub(crate) place: (f64, f64),
    pub(crate) size: f64,
}

/// Circles whose areas are proportional to sizes, at their places; names where there is room, the largest first.
pub(crate) fn map(title: &str, points: &[Point]) -> String {
    let (height, margin) = (430.0, 62.0);
    let range = |of: &dyn Fn(&Point) -> f64| {
        let low = points.iter().map(of).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        (low, (high - low).max(1e-9))
    };
    let ((x_low, x_width), (y_low, y_width)) = (range(&|point| point.place.0), range(&|point| point.place.1));
    // One scale for both directions, so that distances are comparable.
    let scale = ((WIDTH - 2.0 * margin) / x_width).min((height - 2.0 * margin) / y_width);
    let place = |point: &Point| {
        let x = WIDTH / 2.0 + (point.place.0 - x_low - x_width / 2.0) * scale;
        let y = height / 2.0 - (point.place.1 - y_low - y_width / 2.0) * scale;
        if points.len() > 1 { (x, y) } else { (WIDTH / 2.0, height / 2.0) }
    };
    let largest = points.iter().map(|point| point.size).fold(1.0, f64::max);
    let radius = |point: &Point| 5.0 + 29.0 * (point.size / largest).sqrt();
    let mut order: Vec<&Point> = points.iter().collect();
    order.sort_by(|a, b| b.size.total_cmp(&a.size).then_with(|| a.name.cmp(&b.name)));
    let mut content = String::new();
    for point in &order {
        let ((x, y), r) = (place(point), radius(point));
        content.push_str(&format!(
            "<circle class=\"theme\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\"><title>{}</title></circle>",
            escaped(&point.name)
        ));
    }
    // Left, top, right and bottom of names that are placed.
    let mut taken: Vec<(f64, f64, f64, f64)> = Vec::new();
    for point in &order {
        let ((x, y), r) = (place(point), radius(point));
        let name = shortened(&point.name, 26);
        let width = 6.7 * name.chars().map(|c| if c >= '\u{1100}' { 1.8 } else { 1.0 }).sum::<f64>();
        let middles = [
            (x, y),
            (x, y - r - 8.0),
            (x, y + r + 10.0),
            (x + r + width / 2.0 + 4.0, y),
            (x - r - width / 2.0 - 4.0, y),
        ];
        let free = middles.into_iter().find_map(|(x, y)| {
            let own = (x - width / 2.0, y - 8.0, x + width / 2.0, y + 8.0);
            let inside = own.0 >= 0.0 && own.2 <= WIDTH && own.1 >= 0.0 && own.3 <= height;
            let overlaps =
                |other: &(f64, f64, f64, f64)| own.0 < other.2 && other.0 < own.2 && own.1 < other.3 && other.1 < own.3;
            (inside && !taken.iter().any(overlaps)).then_some((x, y, own))
        });
        if let Some((x, y, own)) = free {
            taken.push(own);
            content.push_str(&format!(
                "<text class=\"label\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                y + 4.0,
                escaped(&name)
            ));
        }
    }
    svg(title, height, &content)
}

/// A matrix of numbers, darker where they are larger.
pub(crate) fn matrix(
    title: &str,
    rows: &[String],
    columns: &[String],
    values: &[Vec<f64>],
    shown: &dyn Fn(f64) -> String,
) -> String {
    let most = values.iter().flatten().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let tilted_names = distinct(columns.iter().map(String::as_str), 18);
    let longest = |names: &[String]| names.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64;
    let tilted = longest(&tilted_names);
    // The last tilted names reach beyond their columns.
    let beyond = longest(&tilted_names[columns.len().saturating_sub(2)..]) * 5.4;
    let step = ((WIDTH - LEFT - beyond) / columns.len().max(1) as f64).min(64.0);
    let top = (tilted * 4.6 + 16.0).max(28.0);
    let mut content = String::new();
    for (at, (name, shown)) in columns.iter().zip(&tilted_names).enumerate() {
        let x = LEFT + (at as f64 + 0.5) * step;
        content.push_str(&format!(
            "<text class=\"axis\" transform=\"translate({x:.1} {:.1}) rotate(-40)\">{}<title>{}</title></text>",
            top - 6.0,
            escaped(shown),
            escaped(name)
        ));
    }
    let names = distinct(rows.iter().map(String::as_str), NAME);
    for (at, ((name, values), short)) in rows.iter().zip(values).zip(&names).enumerate() {
        let y = top + at as f64 * ROW;
        content.push_str(&name_at(name, short, y + ROW / 2.0));
        for (column, value) in values.iter().enumerate() {
            let x = LEFT + column as f64 * step;
            let strength = value / most;
            content.push_str(&format!(
                "<rect class=\"cell\" fill-opacity=\"{:.2}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{}, {}: {}</title></rect>",
                strength * 0.92 + if *value > 0.0 { 0.05 } else { 0.0 },
                x + 1.0,
                y + 1.0,
                step - 2.0,
                ROW - 2.0,
                escaped(name),
                escaped(&columns[column]),
                shown(*value)
            ));
            if step > 30.0 && *value > 0.0 {
                content.push_str(&format!(
                    "<text class=\"{}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                    if strength > 0.55 { "on-cell" } else { "in-cell" },
                    x + step / 2.0,
                    y + ROW / 2.0 + 4.0,
                    shown(*value)
                ));
            }
        }
    }
    svg(title, top + rows.len() as f64 * ROW + 4.0, &content)
}

/// Points of confidence and share of right labels beside the diagonal; areas are proportional to numbers.
pub(crate) fn reliability(title: &str, points: &[(f64, f64, f64)]) -> String {
    let (side, left, top) = (260.0, 60.0, 12.0);
    let place = |x: f64, y: f64| (left + x * side, top + (1.0 - y) * side);
    let mut content = format!(
        "<rect class=\"frame\" x=\"{left}\" y=\"{top}\" width=\"{side}\" height=\"{side}\"/><line class=\"zero\" x1=\"{left}\" y1=\"{0}\" x2=\"{1}\" y2=\"{top}\"/>",
        top + side,
        left + side
    );
    for step in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (x, y) = place(step, step);
        content.push_str(&format!(
            "<text class=\"axis\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{step}</text><text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{step}</text>",
            top + side + 16.0,
            left - 6.0,
            y + 4.0
        ));
    }
    content.push_str(&format!(
        "<text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">confidence</text><text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\">share of right labels (upright axis)</text>",
        left + side / 2.0,
        top + side + 34.0,
        left + side + 16.0,
        top + 12.0
    ));
    let most = points.iter().map(|point| point.2).fold(1.0, f64::max);
    for (x, y, n) in points {
        let (x, y) = place(x.clamp(0.0, 1.0), y.clamp(0.0, 1.0));
        content.push_str(&format!(
            "<circle class=\"theme\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\"/>",
            3.0 + 11.0 * (n / most).sqrt()
        ));
    }
    svg(title, top + side + 40.0, &content)
}

#[cfg(test)]
mod tests {
    use super::distinct;

    #[test]
    fn shortened_names_stay_different() {
        let raw = "Committee on the Environment, raw";
        let corrected = "Committee on the Environment, corrected";
        assert_eq!(distinct([raw, "Hill"], 20), ["Committee on the Env…", "Hill"]);
        let shown = distinct([raw, corrected], 20);
        assert!(shown[0] != shown[1] && shown[0].ends_with("raw") && shown[1].ends_with("ected"), "{shown:?}");
        // Only the middle differs: by neither end.
        let long = |middle: &str| format!("{}{middle}{}", "a".repeat(30), "b".repeat(30));
        let shown = distinct([long("x").as_str(), long("y").as_str()], 20);
        assert_ne!(shown[0], shown[1]);
        assert_eq!(distinct(["Ann", "Ann"], 20), ["Ann", "Ann"], "equal names are equal");
    }
}
