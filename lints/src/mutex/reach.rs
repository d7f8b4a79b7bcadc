//! Which functions of a file may do something to a mutex, and which may destroy one, by the words of their bodies: also
//! through functions and macros of the file. Paths are followed in no other.

use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::{destroys, operation};
use crate::lexer::{Kind, Token};
use crate::unit::C;

/// The functions that may reach a mutex, by the hash of their names, and how many calls away it is at least. Two that
/// share a hash count as one.
pub(crate) struct Reach {
    any: FxHashMap<u64, usize>,
    destroyed: FxHashMap<u64, usize>,
}

impl Reach {
    pub(crate) fn new(c: &C<'_>) -> Self {
        let mut words = Words::named(c);
        for definition in &c.macros {
            let owner = key(&c.lexed.spelling(definition.name));
            for &token in &c.lexed.content[definition.body.clone()] {
                match token.kind {
                    Kind::Identifier => words.add(owner, &c.lexed.spelling(token)),
                    // Which name it makes is not known.
                    Kind::Paste => {
                        words.any.push(owner);
                        words.destroyed.push(owner);
                    }
                    _ => {}
                }
            }
        }
        for (number, function) in c.outline.functions.iter().enumerate() {
            let owner = key(&c.lexed.spelling(c.lexed.code[function.name as usize]));
            for word in c.words_of(number) {
                words.add(owner, &word);
            }
        }
        Self {
            any: words.reached(words.any.clone()),
            destroyed: words.reached(words.destroyed.clone()),
        }
    }

    /// Whether a function of a name may do something to a mutex, by itself or through so many calls.
    pub(crate) fn has(&self, name: &str, calls: usize) -> bool {
        let least = self.any.get(&key(name));
        least.is_some_and(|&least| least <= calls)
    }

    /// Whether a function of a name may destroy a mutex in that way.
    pub(crate) fn may_destroy(&self, name: &str, calls: usize) -> bool {
        let least = self.destroyed.get(&key(name));
        least.is_some_and(|&least| least <= calls)
    }
}

/// Who names whom, among the functions and macros of a file.
struct Words {
    names: FxHashSet<u64>,
    macros: FxHashSet<u64>,
    owners: FxHashMap<u64, Vec<u64>>,
    /// Those that do something to a mutex themselves.
    any: Vec<u64>,
    /// Those that destroy one.
    destroyed: Vec<u64>,
}

impl Words {
    fn named(c: &C<'_>) -> Self {
        let name = |token: Token| key(&c.lexed.spelling(token));
        let functions = c.outline.functions.iter();
        let functions = functions.map(|function| name(c.lexed.code[function.name as usize]));
        let macros = c.macros.iter().map(|definition| name(definition.name));
        let macros: FxHashSet<u64> = macros.collect();
        Self {
            names: functions.chain(macros.iter().copied()).collect(),
            macros,
            owners: FxHashMap::default(),
            any: Vec::new(),
            destroyed: Vec::new(),
        }
    }

    fn add(&mut self, owner: u64, word: &str) {
        let named = key(word);
        if self.names.contains(&named) {
            let owners = self.owners.entry(named).or_default();
            if owners.last() != Some(&owner) {
                owners.push(owner);
            }
        }
        if operation(word).is_some() {
            self.any.push(owner);
        }
        if destroys(word) {
            self.destroyed.push(owner);
        }
    }

    /// What reaches some of them, those first that are fewer calls away. A macro is none.
    fn reached(&self, mut open: Vec<u64>) -> FxHashMap<u64, usize> {
        let mut reached = FxHashMap::default();
        for calls in 0.. {
            let mut behind = Vec::new();
            while let Some(name) = open.pop() {
                if reached.contains_key(&name) {
                    continue;
                }
                reached.insert(name, calls);
                let owners = self.owners.get(&name).into_iter().flatten();
                if self.macros.contains(&name) {
                    open.extend(owners);
                } else {
                    behind.extend(owners);
                }
            }
            if behind.is_empty() {
                break;
            }
            open = behind;
        }
        reached
    }
}

fn key(name: &str) -> u64 {
    FxBuildHasher.hash_one(name)
}

#[cfg(test)]
mod tests {
    use super::Reach;
    use crate::facts::Facts;
    use crate::source::Source;
    use crate::unit::C;

    #[test]
    fn through_functions_and_macros() {
        let text = "#define LOCK(m) pthread_mutex_lock(m)\n#define CALL(x) do_##x\nvoid a(void) { LOCK(&m); }\nvoid b(void) { a(); }\nvoid c(void) { d(); }\nvoid d(void) { c(); }\nvoid e(void) { CALL(it)(); }\n";
        let source = Source::new("a.c", text);
        let c = C::new(&source, Facts::default().tree.clone());
        let reach = Reach::new(&c);
        let has = |calls: usize| ["a", "b", "c", "d", "e"].map(|name| reach.has(name, calls));
        assert_eq!(has(0), [true, false, false, false, true]);
        assert_eq!(has(1), [true, true, false, false, true]);
    }

    #[test]
    fn who_destroys_is_known() {
        let text = "#define END(m) mtx_destroy(m)\n#define CALL(x) do_##x\nvoid a(void) { END(&m); }\nvoid b(void) { mtx_lock(&m); a(); }\nvoid c(void) { mtx_lock(&m); }\nvoid d(void) { CALL(it)(); }\n";
        let source = Source::new("a.c", text);
        let c = C::new(&source, Facts::default().tree.clone());
        let reach = Reach::new(&c);
        let has = |calls: usize| ["a", "b", "c", "d"].map(|name| reach.may_destroy(name, calls));
        assert_eq!(has(0), [true, false, false, true]);
        assert_eq!(has(1), [true, true, false, true]);
    }
}
