//! `strategy.matrix` to its entries: vectors, `exclude`, `include`, names.
//!
//! Not here: evaluating the expressions in a matrix; what comes in is a value.

#[cfg(test)]
mod tests;

use crate::expression::{Object, Value, compare};

/// GitHub's limit on the entries of one job.
pub const MOST_ENTRIES: usize = 256;

/// The entries of a matrix, in order: the first vector varies slowest, then what only `include` brings.
pub fn expand(matrix: &Value) -> Result<Vec<Object>, String> {
    let Value::Object(matrix) = matrix else {
        return Err(format!("a matrix must be an object, not {}", matrix.kind()));
    };
    let mut vectors = Vec::new();
    let (mut include, mut exclude) = (Vec::new(), Vec::new());
    for (key, value) in matrix.iter() {
        let Value::Array(list) = value else {
            return Err(format!(
                "the matrix key '{key}' must hold an array, not {}",
                value.kind()
            ));
        };
        match key.to_ascii_lowercase().as_str() {
            "include" => include = objects("include", &list.items)?,
            "exclude" => exclude = objects("exclude", &list.items)?,
            _ if list.items.is_empty() => {
                return Err(format!("the matrix vector '{key}' has no value"));
            }
            _ => vectors.push((key, list.items.as_slice())),
        }
    }
    if vectors.is_empty() && include.is_empty() {
        return Err("the matrix has no vector".to_owned());
    }
    for key in exclude.iter().flat_map(Object::iter).map(|(key, _)| key) {
        if !vectors
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(key))
        {
            return Err(format!(
                "the matrix excludes by '{key}', which is no vector of it"
            ));
        }
    }
    let mut entries = product(&vectors)?;
    entries.retain(|entry| !exclude.iter().any(|filter| matches_all(filter, entry)));
    add(&mut entries, &vectors, &include);
    if entries.len() > MOST_ENTRIES {
        return Err(too_many(entries.len()));
    }
    Ok(entries)
}

/// The name of an entry's job where the workflow gives none with an expression: `job (a, b)`, at most 100 characters.
pub fn job_name(job: &str, entry: &Object) -> String {
    const LONGEST: usize = 100;
    let mut segments = Vec::new();
    entry
        .iter()
        .for_each(|(_, value)| leaves(value, &mut segments));
    if segments.is_empty() {
        return job.to_owned();
    }
    let name = format!("{job} ({})", segments.join(", "));
    if name.chars().count() <= LONGEST {
        return name;
    }
    name.chars()
        .take(LONGEST - 3)
        .chain("...".chars())
        .collect()
}

fn leaves(value: &Value, segments: &mut Vec<String>) {
    match value {
        Value::Array(array) => array.items.iter().for_each(|item| leaves(item, segments)),
        Value::Object(object) => object.iter().for_each(|(_, value)| leaves(value, segments)),
        primitive => segments.extend(Some(primitive.text()).filter(|text| !text.is_empty())),
    }
}

fn objects(key: &str, items: &[Value]) -> Result<Vec<Object>, String> {
    let object = |item: &Value| match item {
        Value::Object(object) => Ok(object.as_ref().clone()),
        other => Err(format!(
            "the items of '{key}' must be objects, not {}",
            other.kind()
        )),
    };
    items.iter().map(object).collect()
}

fn too_many(count: usize) -> String {
    format!("the matrix has {count} entries, more than the {MOST_ENTRIES} that are allowed")
}

/// Every combination of the vectors' values; none without vectors.
fn product(vectors: &[(&str, &[Value])]) -> Result<Vec<Object>, String> {
    let count = vectors.iter().fold(1_usize, |count, (_, values)| {
        count.saturating_mul(values.len())
    });
    if count > MOST_ENTRIES * MOST_ENTRIES {
        return Err(too_many(count));
    }
    if vectors.is_empty() {
        return Ok(Vec::new());
    }
    let mut entries = vec![Object::default()];
    for (key, values) in vectors {
        entries = entries
            .iter()
            .flat_map(|entry| values.iter().map(|value| with(entry, key, value)))
            .collect();
    }
    Ok(entries)
}

fn with(entry: &Object, key: &str, value: &Value) -> Object {
    let mut entry = entry.clone();
    entry.set(key, value.clone());
    entry
}

/// An included object goes into every combination whose vector values it doesn't contradict;
/// where there is none, it becomes an entry of its own.
fn add(entries: &mut Vec<Object>, vectors: &[(&str, &[Value])], include: &[Object]) {
    let combinations = entries.len();
    let originals = entries.clone();
    for object in include {
        let own: Object = object
            .iter()
            .filter(|(key, _)| {
                vectors
                    .iter()
                    .any(|(name, _)| name.eq_ignore_ascii_case(key))
            })
            .map(|(key, value)| (key, value.clone()))
            .collect();
        let mut found = false;
        for (entry, original) in entries[..combinations].iter_mut().zip(&originals) {
            if matches_all(&own, original) {
                found = true;
                for (key, value) in object.iter().filter(|(key, _)| own.get(key).is_none()) {
                    entry.set(key, value.clone());
                }
            }
        }
        if !found {
            entries.push(object.clone());
        }
    }
}

fn matches_all(filter: &Object, entry: &Object) -> bool {
    filter
        .iter()
        .all(|(key, wanted)| entry.get(key).is_some_and(|value| matches(wanted, value)))
}

/// Objects and arrays match where all that the filter names does.
fn matches(filter: &Value, value: &Value) -> bool {
    match (filter, value) {
        (Value::Object(filter), Value::Object(value)) => matches_all(filter, value),
        (Value::Array(filter), Value::Array(value)) => {
            filter.items.len() <= value.items.len()
                && filter
                    .items
                    .iter()
                    .zip(&value.items)
                    .all(|(filter, value)| matches(filter, value))
        }
        _ => compare::equal(filter, value),
    }
}
