//! What a misspelt name was meant to be.
//!
//! **Input:** a name and the known ones. **Output:** a question to append to a message, or nothing if no known name is near. Nothing is
//! refused. **Left to others:** the message.

/// Similarity (Jaro-Winkler) above which a known name is suggested.
const NEAR: f64 = 0.75;

/// ` (did you mean `NAME`?)`, or an empty text.
pub(crate) fn did_you_mean<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let name = name.to_lowercase();
    let similar = known.into_iter().map(|one| (strsim::jaro_winkler(&one.to_lowercase(), &name), one));
    let near = similar.filter(|(similarity, _)| *similarity > NEAR).max_by(|a, b| a.0.total_cmp(&b.0));
    near.map_or_else(String::new, |(_, near)| format!(" (did you mean `{near}`?)"))
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn only_near_names_are_suggested() {
        let known = ["favor", "against", "neither"];
        assert_eq!(did_you_mean("Favour", known), " (did you mean `favor`?)");
        assert_eq!(did_you_mean("agianst", known), " (did you mean `against`?)");
        assert_eq!(did_you_mean("pro", known), "");
    }
}
