//! What is known of variables on a path, of those that matter later.

use std::cmp::Ordering;
use std::hash::{BuildHasher as _, Hash, Hasher};
use std::rc::Rc;

use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::flow::{Assign, Call, Condition, Next, Node, Step, Text, Value, names, root};

/// More facts than this are not remembered on one path.
const FACT_CAP: usize = 32;

/// The facts of a path. Copies share them until one of them changes, and each of them even then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Sorted by the length of their text, then by it.
    facts: Rc<Vec<Rc<(Text, Fact)>>>,
    /// The hashes of all facts, in whatever order.
    hash: u64,
}

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Most texts differ in their length, which is compared at once.
fn by_length(one: &str, other: &str) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

/// The hash of a fact. It is mixed, so that sums of hashes are not alike where parts of facts are.
fn hash_of(fact: &(Text, Fact)) -> u64 {
    let mut hash: u64 = FxBuildHasher.hash_one(fact);
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
        for fact in self.facts.iter() {
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

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.facts.binary_search_by(|fact| by_length(&fact.0, key))
    }

    fn get(&self, key: &str) -> Option<&Fact> {
        self.find(key).ok().map(|place| &self.facts[place].1)
    }

    fn insert(&mut self, key: Text, fact: Fact) {
        let place = self.find(&key);
        if place.is_ok_and(|place| self.facts[place].1 == fact) {
            return;
        }
        let made = Rc::new((key, fact));
        self.hash = self.hash.wrapping_add(hash_of(&made));
        match place {
            Ok(place) => {
                self.hash = self.hash.wrapping_sub(hash_of(&self.facts[place]));
                Rc::make_mut(&mut self.facts)[place] = made;
            }
            Err(place) => Rc::make_mut(&mut self.facts).insert(place, made),
        }
    }

    fn remove(&mut self, key: &str) {
        if let Ok(place) = self.find(key) {
            let gone = Rc::make_mut(&mut self.facts).remove(place);
            self.hash = self.hash.wrapping_sub(hash_of(&gone));
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
        let concerns = |fact: &Rc<(Text, Fact)>| {
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
                    *hash = hash.wrapping_sub(hash_of(fact));
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
        let equality = match condition.operator {
            "==" => Some(taken),
            "!=" => Some(!taken),
            _ => None,
        };
        match equality {
            Some(equal) => {
                let possible = self.may_equal(condition, equal);
                self.note_equality(condition, equal, matters);
                if condition.left.ends_with(')') {
                    // The result of a call that was not kept is asked once.
                    self.remove(&condition.left);
                }
                possible
            }
            None => self.suppose_order(condition, taken, matters),
        }
    }

    fn may_equal(&self, condition: &Condition, equal: bool) -> bool {
        match self.get(&condition.left) {
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

    fn note_equality(&mut self, condition: &Condition, equal: bool, matters: &Matters) {
        if !matters.has(&condition.left) || self.facts.len() >= FACT_CAP {
            return;
        }
        let before = self.get(&condition.left).cloned();
        if equal {
            let fact = Fact::Equal(condition.right.clone());
            self.insert(condition.left.clone(), fact);
            if matches!(before, Some(Fact::NotEqual(_))) {
                self.remove(&second(&condition.left));
            }
        } else if !matches!(before, Some(Fact::Equal(_)))
            && !self.is_not(&condition.left, &condition.right)
        {
            let fact = Fact::NotEqual(condition.right.clone());
            self.insert(condition.left.clone(), fact);
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
