//! Codes of stance from which the thresholds of `neither` are fitted.
//!
//! **Input:** a file of hand codes, as `plenary sample` writes it, and the targets of the study. **Output:** [`CodedStance`], which parts of a
//! corpus carry with them. **Refused:** files that cannot be read, unknown targets and labels, contradictory codes, and files in which no
//! target has enough codes. **Left to others:** the thresholds, which are fitted when all segments are known.

use std::collections::BTreeMap;
use std::path::Path;

use plenary_corpus::findings::{Stance, Target};
use plenary_measure::threshold::CODES_AT_LEAST;
use serde::{Deserialize, Serialize};

use crate::learn::{Codes, CodesError};
use crate::validate::coded::{CodedError, CodedFile, Variable};

/// What people say of segments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CodedStance {
    /// In the order of segments and targets.
    codes: Vec<CodedSegment>,
}

/// What people say of a segment and a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct CodedSegment {
    segment_id: String,
    target_id: String,
    side: Stance,
    weight: f64,
}

/// Why codes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CodedStanceError {
    /// The file cannot be read, or a row cannot be used.
    #[error(transparent)]
    Codes(#[from] CodesError),
    /// There are too few codes.
    #[error(
        "{path} has too few codes: {found}; expected at least {CODES_AT_LEAST} codes of a target for its threshold. Code more segments, or state `neither_share` instead"
    )]
    TooFew {
        /// The file.
        path: String,
        /// The numbers of codes.
        found: String,
    },
}

impl CodedStance {
    /// Reads a file of codes. Also returns its bytes.
    ///
    /// # Errors
    /// [`CodedStanceError`] names the line, what was found and what was expected.
    pub fn load(path: &Path, targets: &[Target]) -> Result<(Self, Vec<u8>), CodedStanceError> {
        let shown = path.display().to_string();
        let unreadable = |source| CodesError::File(CodedError::Unreadable { path: shown.clone(), source });
        let bytes = std::fs::read(path).map_err(unreadable)?;
        let file = CodedFile::parse(&bytes, &shown).map_err(CodesError::File)?;
        let codes = Codes::of(&file, Variable::Stance, targets, None)?;
        let found = Self::of(&codes, targets);
        let numbers: Vec<(&str, usize)> =
            targets.iter().map(|target| (target.id.as_str(), found.of_target(&target.id).len())).collect();
        if numbers.iter().all(|(_, n)| *n < CODES_AT_LEAST) {
            let found: Vec<String> = numbers.iter().map(|(id, n)| format!("`{id}` has {n}")).collect();
            return Err(CodedStanceError::TooFew { path: shown, found: found.join(", ") });
        }
        Ok((found, bytes))
    }

    /// The side and the weight of each coded segment of a target.
    pub(crate) fn of_target(&self, id: &str) -> BTreeMap<&str, (Stance, f64)> {
        let codes = self.codes.iter().filter(|code| code.target_id == id);
        codes.map(|code| (code.segment_id.as_str(), (code.side, code.weight))).collect()
    }

    fn of(codes: &Codes, targets: &[Target]) -> Self {
        let of_row = |((segment, target), code): (&(String, Option<String>), &crate::learn::Code)| {
            Some(CodedSegment {
                segment_id: segment.clone(),
                // A file without a column `target` is about the only target.
                target_id: target.clone().or_else(|| targets.first().map(|target| target.id.clone()))?,
                side: Stance::from_name(&code.label)?,
                weight: code.weight,
            })
        };
        Self { codes: codes.rows().filter_map(of_row).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(rows: &str, targets: &[&str]) -> Result<CodedStance, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("codes.csv");
        std::fs::write(&path, format!("segment_id,target,label,inclusion_probability\n{rows}")).expect("a file");
        let target = |id: &&str| Target { id: (*id).into(), proposition: "P.".into(), ..Target::default() };
        let targets: Vec<Target> = targets.iter().map(target).collect();
        let loaded = CodedStance::load(&path, &targets);
        loaded.map(|(codes, _)| codes).map_err(|error| error.to_string())
    }

    #[test]
    fn codes_belong_to_their_targets_and_count_by_their_probability() {
        let rows: String = (0..30).map(|n| format!("s{n:02},a,favor,0.5\ns{n:02},b,,0.5\n")).collect();
        let codes = load(&rows, &["a", "b"]).expect("30 codes");
        assert_eq!(codes.of_target("a").len(), 30);
        assert_eq!(codes.of_target("a")["s07"], (Stance::Favor, 2.0));
        assert!(codes.of_target("b").is_empty());
    }

    #[test]
    fn too_few_codes_are_refused_with_their_numbers() {
        let message = load("s1,a,favor,1\ns2,b,neither,1\ns3,b,neither,1\n", &["a", "b"]).expect_err("three codes");
        assert!(message.contains("too few codes: `a` has 1, `b` has 2; expected at least 30 codes"), "{message}");
        assert!(load("s1,c,favor,1\n", &["a", "b"]).expect_err("no target").contains("line 2"));
        assert!(load("s1,a,maybe,1\n", &["a", "b"]).expect_err("no label").contains("line 2"));
    }
}
