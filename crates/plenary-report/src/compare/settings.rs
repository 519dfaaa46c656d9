//! Settings and models that differ.

use std::collections::BTreeMap;

use plenary_tables::ModelRecord;
use serde::Serialize;
use serde_json::Value;

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingChange {
    /// Sections and key, separated by dots; entries of a list by their id or position.
    pub key: String,
    /// The value in the earlier run; `None` if it has none.
    pub old: Option<String>,
    /// The value in the later run.
    pub new: Option<String>,
}

/// The settings that differ, in the order of their keys.
pub(super) fn settings(old: &Value, new: &Value) -> Vec<SettingChange> {
    let [mut before, mut after] = [BTreeMap::new(), BTreeMap::new()];
    flatten(old, String::new(), &mut before);
    flatten(new, String::new(), &mut after);
    changes(&before, &after)
}

/// The models that differ.
pub(super) fn models(old: &[ModelRecord], new: &[ModelRecord]) -> Vec<SettingChange> {
    let by_id = |models: &[ModelRecord]| -> BTreeMap<String, String> {
        models.iter().map(|model| (model.id.clone(), model.sha256.clone())).collect()
    };
    changes(&by_id(old), &by_id(new))
}

fn changes(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<SettingChange> {
    let added = new.keys().filter(|key| !old.contains_key(*key));
    let mut keys: Vec<&String> = old.keys().chain(added).collect();
    keys.sort();
    let change =
        |key: &String| SettingChange { key: key.clone(), old: old.get(key).cloned(), new: new.get(key).cloned() };
    keys.into_iter().map(change).filter(|change| change.old != change.new).collect()
}

/// The values of a study by their keys.
fn flatten(value: &Value, key: String, all: &mut BTreeMap<String, String>) {
    let under = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(value, under(name), all)),
        Value::Array(entries) if entries.iter().any(Value::is_object) => {
            for (at, entry) in entries.iter().enumerate() {
                let id = entry["id"].as_str().filter(|id| !id.is_empty());
                flatten(entry, under(&id.map_or_else(|| (at + 1).to_string(), str::to_owned)), all);
            }
        }
        // A setting without a value, and a list without entries, is as one that is not there.
        value if value.is_null() || value.as_array().is_some_and(Vec::is_empty) => {}
        Value::String(text) => {
            all.insert(key, text.clone());
        }
        // The settings are single precision, which JSON shows with the digits of double precision.
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap_or_default();
            all.insert(
                key,
                if f64::from(number as f32) == number { (number as f32).to_string() } else { number.to_string() },
            );
        }
        other => {
            all.insert(key, other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_compared_by_key_and_entries_of_lists_by_id() {
        let target = |id: &str, proposition: &str| serde_json::json!({ "id": id, "proposition": proposition });
        let old = serde_json::json!({ "study": { "seed": 1 }, "targets": [target("a", "A."), target("b", "B.")] });
        let new = serde_json::json!({
            "study": { "seed": 2 },
            "stance": { "floor": 0.4f32 },
            "targets": [target("b", "B."), target("a", "Another A.")],
        });
        let change = |key: &str, old: Option<&str>, new: Option<&str>| SettingChange {
            key: key.into(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        };
        assert_eq!(
            settings(&old, &new),
            [
                change("stance.floor", None, Some("0.4")),
                change("study.seed", Some("1"), Some("2")),
                change("targets.a.proposition", Some("A."), Some("Another A.")),
            ]
        );
        assert!(settings(&old, &old).is_empty());
    }
}
