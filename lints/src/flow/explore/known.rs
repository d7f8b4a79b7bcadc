//! What is known of variables on a path, of those that matter later.

use std::hash::{BuildHasher as _, Hash, Hasher};
use std::rc::Rc;

use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::flow::{Assign, Call, Condition, Next, Node, Step, Text, Value, names, root};

/// More facts than this are not remembered on one path.
const FACT_CAP: usize = 32;

/// The facts of a path. Copies share them until one of them changes, and each of them even then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Each with the hash of its text, sorted by that, since numbers are compared sooner than texts.
    facts: Rc<Vec<Kept>>,
    /// The hashes of all facts, in whatever order.
    hash: u64,
}

/// A fact behind the hash of its key.
type Kept = (u64, Rc<(Text, Fact)>);

/// The hash of a key, and the place of its fact; if it has none, where that would be.
type Found = (u64, Result<usize, usize>);

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// The hash of a fact. It is mixed, so that sums of hashes are not alike where parts of facts are.
fn hash_of(key: u64, fact: &Fact) -> u64 {
    let mut hash: u64 = FxBuildHasher.hash_one((key, fact));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Fact {
    Equal(Text),
    NotEqual(Text),
    /// A comparison by `<` or `<=`, as text, and its outcome.
    Order(bool),
}

impl Known {
    /// The number that a variable is known to be.
    pub(crate) fn number(&self, variable: &str) -> Option<i64> {
        match self.get(variable) {
            Some(Fact::Equal(text)) => text.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn is_not_zero(&self, variable: &str) -> bool {
        self.is_not(variable, "0")
    }

    fn is_not(&self, variable: &str, value: &str) -> bool {
        let is_it =
            |fact: Option<&Fact>| matches!(fact, Some(Fact::NotEqual(text)) if *text == value);
        let primary = self.get(variable);
        is_it(primary)
            || (matches!(primary, Some(Fact::NotEqual(_))) && is_it(self.get(&second(variable))))
    }

    pub(crate) fn is_negative(&self, variable: &str) -> bool {
        self.bounds(variable).1.is_some_and(|most| most < 0)
    }

    /// The least and the most whole number that a variable may be, by the comparisons of order so far.
    fn bounds(&self, variable: &str) -> (Option<i64>, Option<i64>) {
        let (mut least, mut most) = (None, None);
        for (_, fact) in self.facts.iter() {
            let (key, Fact::Order(outcome)) = &**fact else {
                continue;
            };
            let order = key
                .strip_prefix(variable)
                .and_then(|rest| rest.strip_prefix('<'));
            let Some(order) = order else {
                continue;
            };
            let number = order.strip_prefix('=');
            let is_strict = number.is_none();
            let Ok(number) = number.unwrap_or(order).parse::<i64>() else {
                continue;
            };
            let most_below = number.saturating_sub(i64::from(is_strict));
            if *outcome {
                most = Some(most.map_or(most_below, |most: i64| most.min(most_below)));
            } else {
                let bound = most_below.saturating_add(1);
                least = Some(least.map_or(bound, |least: i64| least.max(bound)));
            }
        }
        (least, most)
    }

    fn find(&self, key: &str) -> Found {
        let hash = FxBuildHasher.hash_one(key);
        let place = self.facts.binary_search_by(|(known, fact)| {
            let order = known.cmp(&hash);
            order.then_with(|| fact.0.as_str().cmp(key))
        });
        (hash, place)
    }

    fn get(&self, key: &str) -> Option<&Fact> {
        if self.facts.is_empty() {
            return None;
        }
        let place = self.find(key).1.ok()?;
        Some(&self.facts[place].1.1)
    }

    fn insert(&mut self, key: Text, fact: Fact) {
        self.put(self.find(&key), key, fact);
    }

    fn put(&mut self, (hash, place): Found, key: Text, fact: Fact) {
        if place.is_ok_and(|place| self.facts[place].1.1 == fact) {
            return;
        }
        self.hash = self.hash.wrapping_add(hash_of(hash, &fact));
        let made = (hash, Rc::new((key, fact)));
        match place {
            Ok(place) => {
                let gone = hash_of(hash, &self.facts[place].1.1);
                self.hash = self.hash.wrapping_sub(gone);
                Rc::make_mut(&mut self.facts)[place] = made;
            }
            Err(place) => Rc::make_mut(&mut self.facts).insert(place, made),
        }
    }

    fn remove(&mut self, key: &str) {
        if self.facts.is_empty() {
            return;
        }
        if let (hash, Ok(place)) = self.find(key) {
            let (_, gone) = Rc::make_mut(&mut self.facts).remove(place);
            self.hash = self.hash.wrapping_sub(hash_of(hash, &gone.1));
        }
    }

    /// Notes that a place is or is not zero from here on.
    pub(super) fn set_zero(&mut self, place: Text, is_zero: bool) {
        let fact = if is_zero { Fact::Equal } else { Fact::NotEqual };
        self.insert(place, fact(Text::from("0")));
    }

    fn forget(&mut self, variable: &str) {
        if self.facts.is_empty() {
            return;
        }
        let base = root(variable);
        let mentions = |text: &str| text == variable || names(text, base);
        let concerns = |(_, fact): &Kept| {
            let (key, fact) = &**fact;
            let in_value = match fact {
                Fact::Equal(text) | Fact::NotEqual(text) => mentions(text),
                Fact::Order(_) => false,
            };
            in_value || mentions(key)
        };
        if self.facts.iter().any(concerns) {
            let hash = &mut self.hash;
            Rc::make_mut(&mut self.facts).retain(|fact| {
                let is_gone = concerns(fact);
                if is_gone {
                    *hash = hash.wrapping_sub(hash_of(fact.0, &fact.1.1));
                }
                !is_gone
            });
        }
    }

    pub(super) fn assign(&mut self, assign: &Assign, matters: &Matters) {
        let fact = match &assign.value {
            Value::Constant(_) if !matters.has(&assign.target) => None,
            Value::Constant(number) => Some(Fact::Equal(Text::from(number.to_string()))),
            Value::Place(other) | Value::Call { text: other, .. } => self.get(other).cloned(),
            _ => None,
        };
        self.forget(&assign.target);
        if let Value::Call { text, .. } = &assign.value {
            self.remove(text);
        }
        if let Some(fact) = fact
            && matters.has(&assign.target)
        {
            self.insert(assign.target.clone(), fact);
        }
    }

    pub(super) fn call(&mut self, call: &Call) {
        self.remove(&call.text);
        for argument in &call.arguments {
            if let Value::Address(place) = argument {
                self.forget(place);
            }
        }
    }

    /// Whether a condition may have an outcome; if so, it is noted.
    pub(super) fn suppose(
        &mut self,
        condition: &Condition,
        taken: bool,
        matters: &Matters,
    ) -> bool {
        let equal = match condition.operator {
            "==" => taken,
            "!=" => !taken,
            _ => return self.suppose_order(condition, taken, matters),
        };
        let (hash, place) = self.find(&condition.left);
        if !self.may_equal(place.ok(), condition, equal) {
            return false;
        }
        if matters.has(&condition.left) && self.facts.len() < FACT_CAP {
            self.note_equality((hash, place), condition, equal);
        }
        if condition.left.ends_with(')') {
            // The result of a call that was not kept is asked once.
            self.remove(&condition.left);
        }
        true
    }

    fn may_equal(&self, place: Option<usize>, condition: &Condition, equal: bool) -> bool {
        match place.map(|place| &self.facts[place].1.1) {
            Some(Fact::Equal(text)) if *text == condition.right => equal,
            Some(Fact::Equal(text)) => !(equal && differ(text, &condition.right)),
            Some(Fact::NotEqual(_)) if self.is_not(&condition.left, &condition.right) => !equal,
            _ if !equal => true,
            _ => condition.right.parse::<i64>().map_or(true, |value| {
                let (least, most) = self.bounds(&condition.left);
                least.is_none_or(|least| least <= value) && most.is_none_or(|most| value <= most)
            }),
        }
    }

    /// Notes the outcome of a comparison of what has its fact at a place, or would have it there.
    fn note_equality(&mut self, place: Found, condition: &Condition, equal: bool) {
        let before = place.1.ok().map(|place| &self.facts[place].1.1);
        if equal {
            let had_other = matches!(before, Some(Fact::NotEqual(_)));
            let fact = Fact::Equal(condition.right.clone());
            self.put(place, condition.left.clone(), fact);
            if had_other {
                self.remove(&second(&condition.left));
            }
        } else if !matches!(before, Some(Fact::Equal(_))) {
            let before = before.cloned();
            if before.is_some() && self.is_not(&condition.left, &condition.right) {
                return;
            }
            let fact = Fact::NotEqual(condition.right.clone());
            self.put(place, condition.left.clone(), fact);
            if let Some(before) = before {
                self.insert(Text::from(second(&condition.left)), before);
            }
        }
    }

    fn suppose_order(&mut self, condition: &Condition, taken: bool, matters: &Matters) -> bool {
        let known = self.number(&condition.left);
        if let (Some(left), Ok(right)) = (known, condition.right.parse::<i64>()) {
            let outcome = match condition.operator {
                "<" => left < right,
                "<=" => left <= right,
                ">" => left > right,
                _ => left >= right,
            };
            return outcome == taken;
        }
        if !matters.has(&condition.left) {
            return true;
        }
        // `a > b` is what `a <= b` is not.
        let (operator, outcome) = match condition.operator {
            ">" => ("<=", !taken),
            ">=" => ("<", !taken),
            operator => (operator, taken),
        };
        let key = format!("{}{operator}{}", condition.left, condition.right);
        if let Some(Fact::Order(known)) = self.get(&key) {
            return *known == outcome;
        }
        if let Ok(right) = condition.right.parse::<i64>() {
            let (least, most) = self.bounds(&condition.left);
            let below = right.saturating_sub(i64::from(operator == "<"));
            let is_possible = if outcome {
                least.is_none_or(|least| least <= below)
            } else {
                most.is_none_or(|most| most > below)
            };
            if !is_possible {
                return false;
            }
        }
        if self.facts.len() < FACT_CAP {
            self.insert(Text::from(key), Fact::Order(outcome));
        }
        true
    }
}

/// The key under which the second value stands that a variable is known not to be.
fn second(variable: &str) -> String {
    format!("{variable}!=")
}

/// Whether two values that are spelled differently surely are not the same.
fn differ(one: &str, other: &str) -> bool {
    let is_number = |text: &str| text.parse::<i64>().is_ok();
    // POSIX, errno.h: positive values.
    let is_error = |text: &str| {
        let mut letters = text.bytes();
        letters.next() == Some(b'E')
            && letters.len() > 1
            && letters.all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
    };
    let is_zero_and_error = |one: &str, other: &str| one == "0" && is_error(other);
    (is_number(one) && is_number(other))
        || is_zero_and_error(one, other)
        || is_zero_and_error(other, one)
}

/// The places of which a path remembers something: those that more than one condition asks, or that are returned.
#[derive(Debug, Default)]
pub(crate) struct Matters {
    places: FxHashSet<Text>,
}

impl Matters {
    pub(in crate::flow) fn of(nodes: &[Node]) -> Self {
        let mut once: FxHashSet<&Text> = FxHashSet::default();
        let mut places = FxHashSet::default();
        for node in nodes {
            if let Next::Branch { condition, .. } = &node.next
                && !once.insert(&condition.left)
            {
                places.insert(condition.left.clone());
            }
            match &node.step {
                Step::Return {
                    value: Value::Place(place),
                    ..
                } => {
                    places.insert(place.clone());
                }
                Step::Assign(assign) if !once.insert(&assign.target) => {
                    places.insert(assign.target.clone());
                }
                _ => {}
            }
        }
        Self { places }
    }

    fn has(&self, place: &str) -> bool {
        self.places.contains(place)
    }
}
