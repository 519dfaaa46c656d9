//! Pages of a PDF to glyphs.
//!
//! **Input:** a parsed PDF. **Output:** the characters of each page, with position, size and weight. Everything else that is
//! drawn is ignored. Invisible text is read: the text layer of a recognised scan is invisible. **Refused:** files that draw
//! more than the limits allow.

use std::collections::HashMap;
use std::panic::resume_unwind;

use hayro_interpret::font::{Glyph as Drawn, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect, Shape, Vec2};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, TransformExt, interpret_page,
};

/// Largest number of objects that a file may draw. Nested forms can require more than any machine can draw.
const MOST_DRAWN: usize = 50_000_000;
/// Largest number of characters in a file.
const MOST_GLYPHS: usize = 20_000_000;

/// Description of a file that exceeds these limits.
pub(crate) const LIMIT_REACHED: &str = "its pages draw more than 50 million things or 20 million characters";

/// Payload of the panic that stops reading a file that draws too much. The crate offers no other way to stop.
pub(crate) struct LimitReached;

/// Units of an outline per em.
const EM: f64 = 1000.0;

/// One character on the page. Distances are in points, y grows downwards, text runs to the right: text that runs in
/// another direction is turned, see `turn`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    pub(crate) c: char,
    /// Left and right edge of the character's advance.
    pub(crate) x0: f32,
    pub(crate) x1: f32,
    /// The baseline.
    pub(crate) y: f32,
    pub(crate) size: f32,
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    /// Quarter turns of the direction of the text, 0 to 3; 0 runs to the right.
    pub(crate) turn: u8,
}

/// The glyphs of a page in the order in which they are drawn.
#[derive(Debug, Default)]
pub(crate) struct Glyphs {
    pub(crate) glyphs: Vec<Glyph>,
    /// Glyphs whose font does not say which character they are.
    pub(crate) n_unknown: usize,
}

pub(crate) fn of(pdf: &Pdf) -> Vec<Glyphs> {
    let cache = InterpreterCache::new();
    let mut collector = Collector::default();
    let mut pages: Vec<(Glyphs, Vec<f32>)> = Vec::new();
    for page in pdf.pages().iter() {
        // Text off the page is read as well; the bounding box is only used to cull.
        let everywhere = Rect::new(-1e6, -1e6, 1e6, 1e6);
        let transform = page.initial_transform(true).to_kurbo();
        let mut context = Context::new(transform, everywhere, &cache, pdf.xref(), InterpreterSettings::default());
        interpret_page(page, &mut context, &mut collector);
        pages.push((std::mem::take(&mut collector.page), std::mem::take(&mut collector.ink)));
    }
    weigh(pages)
}

/// Heavier than the light print of the same character by this factor is bold.
const BOLD_FROM: f32 = 1.2;

/// Marks words as bold that are printed heavier than others: not every font declares that it is bold.
/// Where more than half of the letters would be bold, the document does not have two weights, and none is marked.
fn weigh(mut pages: Vec<(Glyphs, Vec<f32>)>) -> Vec<Glyphs> {
    let mut prints: HashMap<char, Vec<f32>> = HashMap::new();
    for (page, inks) in &pages {
        for (glyph, ink) in page.glyphs.iter().zip(inks) {
            if glyph.c.is_alphanumeric() && *ink > 0.0 {
                prints.entry(glyph.c).or_default().push(*ink);
            }
        }
    }
    // The light print of a character is the tenth percentile of its prints. Characters that are printed in
    // one weight only give no evidence.
    let light: HashMap<char, f32> = prints
        .into_iter()
        .filter_map(|(c, mut inks)| {
            inks.sort_by(f32::total_cmp);
            let light = inks[inks.len() / 10];
            (*inks.last()? > light * BOLD_FROM).then_some((c, light))
        })
        .collect();
    let heavy = |glyph: &Glyph, ink: f32| light.get(&glyph.c).map(|light| ink > light * BOLD_FROM);
    let (mut n_heavy, mut n_letters) = (0usize, 0usize);
    for (page, inks) in &pages {
        for heavy in page.glyphs.iter().zip(inks).filter_map(|(glyph, ink)| heavy(glyph, *ink)) {
            n_heavy += usize::from(heavy);
            n_letters += 1;
        }
    }
    if n_heavy * 2 <= n_letters {
        for (page, inks) in &mut pages {
            let mut from = 0;
            while from < page.glyphs.len() {
                let n = 1 + page.glyphs[from..].windows(2).take_while(|pair| is_one_word(&pair[0], &pair[1])).count();
                let word = &mut page.glyphs[from..from + n];
                let votes: Vec<bool> =
                    word.iter().zip(&inks[from..from + n]).filter_map(|(glyph, ink)| heavy(glyph, *ink)).collect();
                if votes.iter().filter(|heavy| **heavy).count() * 2 > votes.len() {
                    for glyph in word.iter_mut() {
                        glyph.bold = true;
                    }
                }
                from += n;
            }
        }
    }
    pages.into_iter().map(|(page, _)| page).collect()
}

/// Whether two glyphs, drawn one after the other, belong to one word.
fn is_one_word(left: &Glyph, right: &Glyph) -> bool {
    left.c != ' '
        && right.c != ' '
        && left.turn == right.turn
        && (left.y - right.y).abs() < 0.4 * left.size
        && (-0.5..0.17).contains(&((right.x0 - left.x1) / left.size.max(0.1)))
}

#[derive(Default)]
struct Collector {
    page: Glyphs,
    /// For each glyph the share of its em square that ink covers; 0 if that is not known.
    ink: Vec<f32>,
    /// Ink by outline, as one outline is drawn many times.
    known_ink: HashMap<u128, f32>,
    n_drawn: usize,
    n_glyphs: usize,
}

impl Collector {
    fn count(&mut self, n_glyphs: usize) {
        self.n_drawn += 1;
        self.n_glyphs += n_glyphs;
        if self.n_drawn > MOST_DRAWN || self.n_glyphs > MOST_GLYPHS {
            resume_unwind(Box::new(LimitReached));
        }
    }

    fn take(&mut self, drawn: &Drawn<'_>, transform: Affine) {
        let (advance, bold, italic) = match drawn {
            Drawn::Outline(outline) => {
                let font = outline.font_data();
                (
                    outline.advance_width(),
                    font.as_ref().is_some_and(|font| font.weight.is_some_and(|weight| weight >= 600)),
                    font.as_ref().is_some_and(|font| font.is_italic),
                )
            }
            Drawn::Type3(glyph) => (glyph.advance_width(), false, false),
        };
        let advance = advance.filter(|width| width.is_finite() && *width >= 0.0).map_or(EM / 2.0, f64::from);
        let (start, end) = (transform * Point::ZERO, transform * Point::new(advance, 0.0));
        let size = (transform * Point::new(0.0, EM) - start).hypot();
        let direction = transform * Point::new(EM, 0.0) - start;
        let turn = quarter_turns(direction);
        let (start, end) = (turned(start, turn), turned(end, turn));
        if ![start.x, start.y, end.x, size].iter().all(|n| n.is_finite()) {
            return;
        }
        let text = match drawn.as_unicode() {
            Some(BfString::Char(c)) => c.to_string(),
            Some(BfString::String(text)) => text,
            None => String::new(),
        };
        let text: String = text.chars().flat_map(plain).collect();
        let text = if text.is_empty() {
            // A space needs no known character: nothing is drawn.
            let blank = matches!(drawn, Drawn::Outline(outline) if outline.outline().elements().is_empty());
            self.page.n_unknown += usize::from(!blank);
            if blank { " ".to_string() } else { "\u{FFFD}".to_string() }
        } else {
            text
        };
        let ink = self.ink_of(drawn);
        let n = text.chars().count();
        let width = (end.x - start.x) / n as f64;
        for (i, c) in text.chars().enumerate() {
            let x0 = start.x + width * i as f64;
            let glyph = Glyph {
                c,
                x0: x0 as f32,
                x1: (x0 + width) as f32,
                y: start.y as f32,
                size: size as f32,
                bold,
                italic,
                turn,
            };
            if !self.is_overprint(&glyph) {
                self.page.glyphs.push(glyph);
                self.ink.push(if n == 1 { ink } else { 0.0 });
            }
        }
    }

    /// The same character again at the same place: shadow, outline and fill, or bold by printing twice.
    fn is_overprint(&self, glyph: &Glyph) -> bool {
        const LOOK_BACK: usize = 400;
        let near = |other: &&Glyph| {
            other.c == glyph.c
                && other.turn == glyph.turn
                && (other.x0 - glyph.x0).abs() < 0.1 * glyph.size
                && (other.y - glyph.y).abs() < 0.1 * glyph.size
        };
        glyph.c != ' ' && self.page.glyphs.iter().rev().take(LOOK_BACK).any(|other| near(&other))
    }

    fn ink_of(&mut self, drawn: &Drawn<'_>) -> f32 {
        let Drawn::Outline(outline) = drawn else { return 0.0 };
        *self.known_ink.entry(outline.identifier().cache_key()).or_insert_with(|| {
            let ink = (outline.outline().area().abs() / (EM * EM)) as f32;
            if ink.is_finite() { ink } else { 0.0 }
        })
    }
}

/// Quarter turns that bring a direction to the right.
fn quarter_turns(direction: Vec2) -> u8 {
    if direction.x.abs() >= direction.y.abs() {
        if direction.x >= 0.0 { 0 } else { 2 }
    } else if direction.y > 0.0 {
        1
    } else {
        3
    }
}

fn turned(point: Point, turn: u8) -> Point {
    match turn {
        0 => point,
        1 => Point::new(point.y, -point.x),
        2 => Point::new(-point.x, -point.y),
        _ => Point::new(-point.y, point.x),
    }
}

/// A character as people type it: ligatures are split, white space is a space, control characters are removed.
fn plain(c: char) -> impl Iterator<Item = char> {
    let text: &'static str = match c {
        '\u{FB00}' => "ff",
        '\u{FB01}' => "fi",
        '\u{FB02}' => "fl",
        '\u{FB03}' => "ffi",
        '\u{FB04}' => "ffl",
        '\u{FB05}' | '\u{FB06}' => "st",
        _ => "",
    };
    let single = if !text.is_empty() {
        None
    } else if c.is_whitespace() {
        Some(' ')
    } else {
        (!c.is_control()).then_some(c)
    };
    text.chars().chain(single)
}

impl<'a> Device<'a> for Collector {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.count(0);
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.count(0);
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.count(0);
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        self.count(run.glyphs().len());
        for glyph in run.glyphs() {
            self.take(glyph, props.transform * glyph.transform());
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.count(0);
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
