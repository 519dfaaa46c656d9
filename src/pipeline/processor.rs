//! What the last digits of some numbers depend on.
//!
//! **Input:** this machine, and the names of engines. **Output:** a text that is the same on machines that give the same numbers, and
//! whether the numbers of an engine depend on it. Nothing is refused here.

/// Engines that give the same bits on every processor: `docs/explanation/reproducibility.md`.
const SAME_EVERYWHERE: [&str; 2] = ["encoder", "static"];

/// The architecture, and the instruction sets by which products of vectors are computed.
pub(crate) fn processor() -> String {
    let sets = instruction_sets();
    std::iter::once(std::env::consts::ARCH).chain(sets).collect::<Vec<_>>().join(" ")
}

#[cfg(target_arch = "x86_64")]
fn instruction_sets() -> Vec<&'static str> {
    let known = [
        ("avx", is_x86_feature_detected!("avx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    known.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn instruction_sets() -> Vec<&'static str> {
    Vec::new()
}

/// Whether the numbers of these engines, separated by commas, are the same bits on every processor.
pub(super) fn is_same_everywhere(engines: &str) -> bool {
    engines.split(", ").all(|engine| SAME_EVERYWHERE.contains(&engine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_integer_engines_are_the_same_everywhere() {
        assert!(is_same_everywhere("encoder"));
        assert!(is_same_everywhere("static, encoder"));
        assert!(!is_same_everywhere("encoder, rten"));
        assert!(processor().starts_with(std::env::consts::ARCH));
    }
}
