//! The values of expressions and how they turn into one another.
//!
//! Not here: comparison (`compare`) and the text of numbers (`number`).

use std::{collections::HashMap, sync::Arc};

use super::number;

/// A value. Arrays and objects are shared, and equal only to themselves.
#[derive(Debug, Clone)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A double.
    Number(f64),
    /// Text.
    String(Arc<str>),
    /// A list.
    Array(Arc<Array>),
    /// Keys (in any case) to values, in order.
    Object(Arc<Object>),
}

/// A list of values.
#[derive(Debug, Default)]
pub struct Array {
    /// The values.
    pub items: Vec<Value>,
    /// Made by `.*`: an index applies to each item then.
    pub(crate) filtered: bool,
}

/// An ordered map whose keys are equal in any case; of two such keys the first stays.
#[derive(Debug, Clone, Default)]
pub struct Object {
    entries: Vec<(String, Value)>,
    index: HashMap<String, usize>,
}

impl Value {
    /// A string.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// An array.
    pub fn array(items: Vec<Value>) -> Self {
        Self::Array(Arc::new(Array {
            items,
            filtered: false,
        }))
    }

    /// An object.
    pub fn object(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }

    /// The name of its kind, as GitHub writes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "Null",
            Self::Boolean(_) => "Boolean",
            Self::Number(_) => "Number",
            Self::String(_) => "String",
            Self::Array(_) => "Array",
            Self::Object(_) => "Object",
        }
    }

    /// Neither array nor object.
    pub fn is_primitive(&self) -> bool {
        !matches!(self, Self::Array(_) | Self::Object(_))
    }

    /// What `&&`, `||`, `!` and `if:` see in it.
    pub fn truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Boolean(value) => *value,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::String(text) => !text.is_empty(),
            Self::Array(_) | Self::Object(_) => true,
        }
    }

    /// Its text where text is wanted.
    pub fn text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Boolean(value) => value.to_string(),
            Self::Number(number) => number::text(*number),
            Self::String(text) => text.to_string(),
            Self::Array(_) | Self::Object(_) => self.kind().to_owned(),
        }
    }

    /// Its number where a number is wanted.
    pub(crate) fn number(&self) -> f64 {
        match self {
            Self::Null => 0.0,
            Self::Boolean(value) => f64::from(u8::from(*value)),
            Self::Number(number) => *number,
            Self::String(text) => number::parse(text),
            Self::Array(_) | Self::Object(_) => f64::NAN,
        }
    }

    /// The member of an object, or null.
    #[must_use]
    pub fn get(&self, key: &str) -> Value {
        match self {
            Self::Object(object) => object.get(key).cloned().unwrap_or(Value::Null),
            _ => Value::Null,
        }
    }

    /// As JSON; NaN and infinities become their names as strings.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Boolean(value) => (*value).into(),
            Self::Number(number) => number::to_json(*number),
            Self::String(text) => text.as_ref().into(),
            Self::Array(array) => array.items.iter().map(Self::to_json).collect(),
            Self::Object(object) => object
                .iter()
                .map(|(key, value)| (key.to_owned(), value.to_json()))
                .collect(),
        }
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Boolean(*value),
            serde_json::Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(text) => Self::string(text.as_str()),
            serde_json::Value::Array(items) => Self::array(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => Self::object(
                map.iter()
                    .map(|(key, value)| (key.clone(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::string(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl Object {
    /// The value under a key in any case.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.index
            .get(&fold(key))
            .and_then(|at| self.entries.get(*at))
            .map(|(_, value)| value)
    }

    /// Sets a key; a key that is there (in any case) keeps its place and spelling.
    pub fn set(&mut self, key: impl Into<String>, value: Value) {
        let key = key.into();
        match self.index.get(&fold(&key)).copied() {
            Some(at) => self.entries[at].1 = value,
            None => self.push(key, value),
        }
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.as_str(), value))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn push(&mut self, key: String, value: Value) {
        self.index.insert(fold(&key), self.entries.len());
        self.entries.push((key, value));
    }
}

impl<K: Into<String>> FromIterator<(K, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(pairs: I) -> Self {
        let mut object = Self::default();
        for (key, value) in pairs {
            let key = key.into();
            if !object.index.contains_key(&fold(&key)) {
                object.push(key, value);
            }
        }
        object
    }
}

/// Two texts are equal where case doesn't count if this is equal: each character in its one upper-case form.
/// The dotless ı is no form of I (.NET's ordinal rules, which GitHub follows).
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_uppercase()
    } else {
        text.chars().map(upper).collect()
    }
}

fn upper(c: char) -> char {
    if c == 'ı' {
        return c;
    }
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}
