//! Words for roles in the proceedings.

use plenary_corpus::Role;

/// The role that a word names, in any case; `None` for words that name an office or nothing.
pub fn role_named(word: &str) -> Option<Role> {
    match word.trim().to_lowercase().as_str() {
        "chair" | "chairman" | "chairwoman" | "chairperson" | "moderator" | "presiding" => Some(Role::Chair),
        "speaker" | "regular" | "member" | "guest" | "participant" | "panelist" | "panellist" => Some(Role::Speaker),
        "questioner" | "audience" => Some(Role::Questioner),
        "interjector" => Some(Role::Interjector),
        "unknown" => Some(Role::Unknown),
        _ => None,
    }
}
