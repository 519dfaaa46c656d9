//! A text to the numbers of its hashed features.
//!
//! **Input:** a text in any script. **Output:** for each block of features the buckets that they fall into; for a setting, which of its
//! features hold. The same text gives the same
//! buckets on every machine; `training/procedure/features.py` computes the same. **Refused:** nothing. **Left to others:** weights.
//!
//! A text is put into small letters, digits become `0`, and it is cut at white space and at [`SEPARATORS`] into words.

use super::Setting;
use super::model::N_BUCKETS;

/// Characters that separate words, besides white space. Apostrophes and hyphens do not.
const SEPARATORS: &str =
    ".,;:!?…\"“”„«»‹›()[]{}<>/\\|*_=~#–—¿¡。，、？！：；「」『』（）《》〈〉·．｡､؟،؛।॥“”\u{60c}\u{61b}";
/// Lengths of the pieces of words, in characters, of a word with a blank on either side.
const PIECES: std::ops::RangeInclusive<usize> = 2..=4;
/// Numbers of words above which a text is of the next class of length.
const WORD_CLASSES: [usize; 8] = [1, 2, 3, 4, 6, 9, 14, 24];
/// The same for characters.
const CHARACTER_CLASSES: [usize; 8] = [4, 8, 12, 18, 30, 50, 80, 140];

/// A group of features whose values are scaled together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// Single words.
    Words,
    /// Pairs of adjacent words, with the beginning and the end of the text as words.
    Pairs,
    /// Pieces of words.
    Pieces,
    /// Length, last sign, and the first words.
    Shape,
}

impl Block {
    /// All blocks, in the order of the model's file.
    pub(super) const ALL: [Block; 4] = [Block::Words, Block::Pairs, Block::Pieces, Block::Shape];

    /// What its features begin with before they are hashed.
    fn tag(self) -> u8 {
        match self {
            Block::Words => b'w',
            Block::Pairs => b'p',
            Block::Pieces => b'c',
            Block::Shape => b's',
        }
    }
}

/// The buckets of the features of each block, in the order of [`Block::ALL`]. A feature that occurs several times counts once.
pub(super) fn features(text: &str) -> [Vec<u32>; Block::ALL.len()] {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let plain: String = lower.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    // No separator is a letter or a digit: most characters need not be compared with all of them.
    let separates = |c: char| !c.is_alphanumeric() && (c.is_whitespace() || SEPARATORS.contains(c));
    let words: Vec<&str> = plain.split(separates).filter(|word| !word.is_empty()).collect();
    Block::ALL.map(|block| {
        let mut buckets: Vec<u32> = match block {
            Block::Words => words.iter().map(|word| bucket(block, &[word])).collect(),
            Block::Pairs => pairs(&words).map(|[a, b]| bucket(block, &[a, " ", b])).collect(),
            Block::Pieces => words.iter().flat_map(|word| pieces(block, word)).collect(),
            Block::Shape => shape(&plain, &words).iter().map(|name| bucket(block, &[name])).collect(),
        };
        buckets.sort_unstable();
        buckets.dedup();
        buckets
    })
}

/// Adjacent words, with the beginning and the end of the text as words.
fn pairs<'w>(words: &'w [&'w str]) -> impl Iterator<Item = [&'w str; 2]> {
    let firsts = std::iter::once("^").chain(words.iter().copied());
    let seconds = words.iter().copied().chain(std::iter::once("$"));
    firsts.zip(seconds).map(|(a, b)| [a, b])
}

/// The buckets of the pieces of a word.
fn pieces(block: Block, word: &str) -> Vec<u32> {
    let marked: &str = &format!(" {word} ");
    let ends: Vec<usize> = marked.char_indices().map(|(at, _)| at).chain(std::iter::once(marked.len())).collect();
    let ends = &ends;
    let of_length = |n: usize| ends.windows(n + 1).map(move |ends| bucket(block, &[&marked[ends[0]..ends[n]]]));
    PIECES.flat_map(of_length).collect()
}

fn shape(plain: &str, words: &[&str]) -> Vec<String> {
    let class = |n: usize, bounds: &[usize]| bounds.iter().filter(|bound| n > **bound).count();
    let n_characters: usize = words.iter().map(|word| word.chars().count()).sum();
    let last = plain.trim_end().chars().next_back();
    let mut names = vec![
        format!("words {}", class(words.len(), &WORD_CLASSES)),
        format!("characters {}", class(n_characters, &CHARACTER_CLASSES)),
        format!("last {}", last.map_or_else(String::new, String::from)),
    ];
    names.extend(words.first().map(|first| format!("first {first}")));
    names.extend(words.last().map(|last| format!("final {last}")));
    if let [first, second, ..] = words {
        names.push(format!("begins {first} {second}"));
    }
    names
}

/// Number of features of a setting.
pub(super) const N_SETTING: usize = 6;

/// Which features of a setting hold, in the order of the model's file.
pub(super) fn of_setting(setting: &Setting) -> [bool; N_SETTING] {
    let Setting { conducts, asks, position, is_last } = *setting;
    let (is_first, is_second) = (position == 1, position == 2);
    [conducts, asks, is_first, is_second, is_last, is_first && is_last]
}

/// FNV-1a with 64 bits over the tag and the parts of the name, folded to the number of buckets.
fn bucket(block: Block, name: &[&str]) -> u32 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = std::iter::once(block.tag())
        .chain(name.iter().flat_map(|part| part.bytes()))
        .fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    // The remainder is below the number of buckets.
    ((hash ^ (hash >> 32)) % N_BUCKETS as u64) as u32
}
