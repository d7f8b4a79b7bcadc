//! `destroyed-while-locked`: a mutex is destroyed by whoever holds it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use crate::finding::{Findings, Level};
use crate::flow::explore::{Afters, Analysis, Few, Known, Trail, explore, on};
use crate::flow::{
    Assign, Call, Graph, Node, NodeId, Step, Text, Value, names, path, root, root_range,
};
use crate::mutex::{Operation, Reach, destroys, names_destroyer, operation};
use crate::rule::{Functions, Page, Rule, Run};
use crate::unit::{C, Mutexes};

pub(crate) const RULE: Rule = Rule {
    name: "destroyed-while-locked",
    level: Level::Error,
    run: Run::Functions(FUNCTIONS),
    page: Page {
        what: "It fires where a mutex is destroyed between its lock and its unlock, directly or through a function of the same file.",
        why: "Destroying a locked mutex is undefined (POSIX, pthread_mutex_destroy): another thread that waits for it never wakes, or works on memory that is gone.",
        bad: "void pool_close(struct pool *pool) {\n    pthread_mutex_lock(&pool->mutex);\n    pool->closed = 1;\n    pthread_mutex_destroy(&pool->mutex); //~ destroyed-while-locked\n}\n",
        good: "void pool_close(struct pool *pool) {\n    pthread_mutex_lock(&pool->mutex);\n    pool->closed = 1;\n    pthread_mutex_unlock(&pool->mutex);\n    pthread_mutex_destroy(&pool->mutex);\n}\n",
        example_path: "plugin.c",
        fix: "Unlock first, and destroy when no other thread can come any more.",
    },
};

pub(crate) const FUNCTIONS: Functions = Functions {
    judges: |_| true,
    names: |word| operation(word).is_some_and(|found| found != Operation::Unlock),
    through_calls: |c| names_destroyer(c.lexed.text).then_some(destroys),
    run,
};

/// More pointers to mutexes no function has.
const POINTER_CAP: usize = 8;

/// How deep callees are looked into.
const DEPTH_CAP: usize = 4;

fn run(c: &C<'_>, number: usize, findings: &mut Findings<'_>) {
    let name = c.lexed.code[c.outline.functions[number].name as usize];
    if !reach(c).may_destroy(&c.lexed.spelling(name), DEPTH_CAP) {
        return;
    }
    for graph in c.flow(number).graphs() {
        let mut locks = Locks::new(c, graph, 0);
        explore(graph, &mut locks, State::default(), &c.budget);
        for broken in locks.broken {
            report(graph, &broken, findings);
        }
    }
}

/// A mutex that is destroyed while it is locked.
struct Broken {
    mutex: Rc<str>,
    lock: Range<usize>,
    range: Range<usize>,
    /// The function of the same file that does it.
    callee: Option<String>,
    branches: Vec<(NodeId, bool)>,
}

fn report(graph: &Graph, broken: &Broken, findings: &mut Findings<'_>) {
    let locked = findings.related(broken.lock.clone(), "it is locked here");
    let how = match &broken.callee {
        Some(callee) => format!(" by `{callee}`"),
        None => String::new(),
    };
    let message = format!(
        "`{}`, locked in line {}, is destroyed{how} before it is unlocked (lines {})",
        broken.mutex,
        locked.start.line,
        path::lines(findings, graph, &broken.branches, &broken.range),
    );
    let mut related = vec![locked];
    related.extend(path::conditions(findings, graph, &broken.branches));
    findings
        .add(&RULE, broken.range.clone(), message)
        .help("unlock it first")
        .related = related;
}

/// The mutexes on a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct State {
    /// Those that are locked, and where.
    locked: Few<Rc<str>, (usize, usize)>,
    /// Those that were unlocked without having been locked here: the caller holds them.
    released: Few<Rc<str>, ()>,
    /// Local pointers to mutexes, and what they point to.
    pointers: Few<Text, Rc<str>>,
    /// Local pointers that are second names of variables: `p = pool`.
    names: Few<Text, Rc<str>>,
}

impl State {
    /// What a mutex is called, whatever pointer names it.
    fn resolved(&self, mutex: &str) -> Rc<str> {
        if let Some(place) = self.pointers.get(mutex) {
            return place.clone();
        }
        if self.names.is_empty() {
            return Rc::from(mutex);
        }
        let base = root(mutex);
        match self.names.get(base) {
            Some(name) => Rc::from(format!("{name}{}", &mutex[base.len()..])),
            None => Rc::from(mutex),
        }
    }

    /// The mutex that an argument names.
    fn mutex(&self, argument: &Value) -> Rc<str> {
        match argument {
            Value::Address(place) => self.resolved(plain(place)),
            argument => self.resolved(plain(&argument.text())),
        }
    }

    /// `m = &pool->mutex` gives the mutex a second name.
    fn assign(&mut self, assign: &Assign) {
        let target = assign.target.as_str();
        self.pointers.remove(target);
        if !self.names.is_empty() {
            self.names.remove(target);
            self.names.retain(|_, name| **name != *target);
        }
        // With another index or pointer the same words mean another mutex.
        let whole = target.strip_prefix('*').unwrap_or(target);
        if root(whole) == whole {
            self.locked.retain(|mutex, _| !names(mutex, whole));
        }
        if root(target) != target {
            return;
        }
        match &assign.value {
            Value::Address(place) if self.pointers.len() < POINTER_CAP => {
                let mutex = Rc::from(plain(place));
                self.pointers.insert(assign.target.clone(), mutex);
            }
            Value::Place(place)
                if root(place) == place.as_str() && self.names.len() < POINTER_CAP =>
            {
                let name = self.resolved(place);
                self.names.insert(assign.target.clone(), name);
            }
            _ => {}
        }
    }
}

impl State {
    /// Forgets what a function of another file may unlock: it is given the mutex itself, or its name says so.
    fn call_elsewhere(&mut self, call: &Call) {
        let name = call.name.to_ascii_lowercase();
        if name.starts_with("pthread_cleanup_pop") {
            self.locked = Few::default();
        }
        let libraries = ["pthread_", "uv_", "cnd_", "mtx_", "sleepconditionvariable"];
        if libraries.iter().any(|library| name.starts_with(library)) {
            return;
        }
        let unlocks = name.contains("unlock") || name.contains("release");
        let arguments = call.arguments.iter().map(Value::text);
        for text in arguments.filter(|text| !text.is_empty()) {
            let mutex = self.resolved(plain(&text));
            let holder = root(&mutex);
            self.locked.retain(|locked, _| {
                *locked != mutex && !(unlocks && !holder.is_empty() && names(locked, holder))
            });
        }
    }
}

struct Locks<'a> {
    c: &'a C<'a>,
    graph: &'a Graph,
    depth: usize,
    broken: Vec<Broken>,
    /// What is destroyed without having been unlocked before, and what is unlocked: for callers.
    destroyed: BTreeSet<Rc<str>>,
    unlocked: BTreeSet<Rc<str>>,
    /// What is locked at the end of every path.
    held: Option<BTreeSet<Rc<str>>>,
}

impl<'a> Locks<'a> {
    fn new(c: &'a C<'a>, graph: &'a Graph, depth: usize) -> Self {
        Self {
            c,
            graph,
            depth,
            broken: Vec::new(),
            destroyed: BTreeSet::new(),
            unlocked: BTreeSet::new(),
            held: None,
        }
    }
}

impl Analysis for Locks<'_> {
    type State = State;

    /// Who asks about a callee wants to know what it unlocks, too.
    fn is_idle(&self, state: &State) -> bool {
        self.depth == 0 && state.locked.is_empty()
    }

    fn wakes(&self, step: &Step) -> bool {
        let Step::Call(call) = step else {
            return false;
        };
        match operation(&call.name) {
            Some(operation) => matches!(operation, Operation::Lock | Operation::TryLock),
            None => self.is_left_locked_by(&call.name),
        }
    }

    fn step(
        &mut self,
        mut state: State,
        step: &Step,
        trail: &Trail<'_>,
        _known: &Known,
    ) -> Afters<State> {
        match step {
            Step::Assign(assign) => state.assign(assign),
            Step::Return { .. } => match &mut self.held {
                Some(held) => held.retain(|mutex| state.locked.contains(mutex)),
                None => self.held = Some(state.locked.keys().cloned().collect()),
            },
            Step::Call(call) => match (operation(&call.name), call.arguments.first()) {
                (Some(operation), Some(argument)) => {
                    let mutex = state.mutex(argument);
                    return self.operate(state, call, (operation, mutex), trail);
                }
                (Some(_), None) => {}
                (None, _) => self.callee(&mut state, call, trail),
            },
            _ => {}
        }
        on(state)
    }
}

impl Locks<'_> {
    /// A call that does something to a mutex by itself.
    fn operate(
        &mut self,
        mut state: State,
        call: &Call,
        (operation, mutex): (Operation, Rc<str>),
        trail: &Trail<'_>,
    ) -> Afters<State> {
        let place = (call.range.start, call.range.end);
        match operation {
            Operation::Lock | Operation::TryLock if self.graph.is_asked(call) => {
                let mut locked = state.clone();
                locked.locked.insert(mutex, place);
                return Afters::ByZero {
                    place: call.text.clone(),
                    zero: locked,
                    other: state,
                };
            }
            Operation::Lock => state.locked.insert(mutex, place),
            // What an unknown macro makes of the answer is not known.
            Operation::TryLock => {}
            Operation::Unlock => {
                if state.locked.remove(&mutex).is_none() {
                    self.unlocked.insert(mutex.clone());
                    state.released.insert(mutex, ());
                }
            }
            Operation::Destroy => self.destroy(&mut state, &mutex, call, None, trail),
        }
        on(state)
    }

    /// Whether a function of the same file ends with a mutex locked.
    fn is_left_locked_by(&self, name: &str) -> bool {
        reached(self.c, name, self.depth + 1).is_some_and(|number| {
            let mutexes = mutexes_of(self.c, number, self.depth + 1);
            mutexes.iter().any(|mutexes| !mutexes.held.is_empty())
        })
    }

    fn destroy(
        &mut self,
        state: &mut State,
        mutex: &Rc<str>,
        call: &Call,
        callee: Option<&str>,
        trail: &Trail<'_>,
    ) {
        if let Some((start, end)) = state.locked.remove(mutex) {
            self.broken.push(Broken {
                mutex: mutex.clone(),
                lock: start..end,
                range: call.range.clone(),
                callee: callee.map(str::to_owned),
                branches: trail.branches(),
            });
        } else if !state.released.contains(mutex) {
            self.destroyed.insert(mutex.clone());
        }
    }

    /// A call of a function of the same file: what it destroys and unlocks, in the caller's names.
    fn callee(&mut self, state: &mut State, call: &Call, trail: &Trail<'_>) {
        let Some(number) = reached(self.c, &call.name, self.depth + 1) else {
            if !state.locked.is_empty() && self.c.function_named(&call.name).is_none() {
                state.call_elsewhere(call);
            }
            return;
        };
        let mutexes = mutexes_of(self.c, number, self.depth + 1);
        if mutexes.iter().all(Mutexes::are_left_alone) {
            return;
        }
        let parameters = self.c.parameters(number);
        let translate = |state: &State, mutex: &str| {
            let position = parameters.iter().position(|name| name == root(mutex));
            match position.and_then(|position| call.arguments.get(position)) {
                Some(argument) => state.resolved(&substituted(mutex, &argument.text())),
                None => state.resolved(mutex),
            }
        };
        let all = |state: &State, list: &[Box<str>]| -> Vec<Rc<str>> {
            list.iter().map(|mutex| translate(state, mutex)).collect()
        };
        for inner in &*mutexes {
            for mutex in all(state, &inner.held) {
                let place = (call.range.start, call.range.end);
                if !state.locked.contains(&mutex) {
                    state.locked.insert(mutex, place);
                }
            }
            for mutex in all(state, &inner.unlocked) {
                state.locked.remove(&mutex);
                state.released.insert(mutex, ());
            }
            for mutex in all(state, &inner.destroyed) {
                self.destroy(state, &mutex, call, Some(&call.name), trail);
            }
        }
    }
}

/// The function of a name that is called at a depth, if it may do something to a mutex.
fn reached(c: &C<'_>, name: &str, depth: usize) -> Option<usize> {
    let number = c.function_named(name)?;
    let calls = DEPTH_CAP.checked_sub(depth)?;
    reach(c).has(name, calls).then_some(number)
}

fn reach<'c>(c: &'c C<'_>) -> &'c Reach {
    c.mutex_reach.get_or_init(|| Reach::new(c))
}

/// What a function does to mutexes on the paths of each graph. Asked once a function and depth.
fn mutexes_of(c: &C<'_>, number: usize, depth: usize) -> Rc<Vec<Mutexes>> {
    if let Some(known) = c.mutexes.borrow().get(&(number, depth)) {
        return known.clone();
    }
    let judge = |graph: &Graph| {
        let mut locks = Locks::new(c, graph, depth);
        let is_concerned = |node: &Node| matches!(&node.step, Step::Call(call) if concerns_mutexes(c, &call.name, depth));
        if graph.nodes.iter().any(is_concerned) {
            explore(graph, &mut locks, State::default(), &c.budget);
        }
        let kept = |names: BTreeSet<Rc<str>>| names.iter().map(|name| Box::from(&**name)).collect();
        Mutexes {
            destroyed: kept(locks.destroyed),
            unlocked: kept(locks.unlocked),
            held: kept(locks.held.unwrap_or_default()),
        }
    };
    let flow = c.flow(number);
    let made = Rc::new(flow.graphs().iter().map(judge).collect::<Vec<_>>());
    c.mutexes.borrow_mut().insert((number, depth), made.clone());
    made
}

/// Whether a call does something to a mutex: by itself, or as a function of the same file.
fn concerns_mutexes(c: &C<'_>, name: &str, depth: usize) -> bool {
    if operation(name).is_some() || depth >= DEPTH_CAP {
        return operation(name).is_some();
    }
    reached(c, name, depth + 1).is_some_and(|number| {
        let mutexes = mutexes_of(c, number, depth + 1);
        !mutexes.iter().all(Mutexes::are_left_alone)
    })
}

/// A mutex without `&` and parentheses.
fn plain(text: &str) -> &str {
    let mut text = text;
    loop {
        let inner = text.strip_prefix('&').or_else(|| {
            text.strip_prefix('(')
                .and_then(|rest| rest.strip_suffix(')'))
        });
        match inner {
            Some(inner) => text = inner,
            None => return text,
        }
    }
}

/// A place of a callee with its parameter replaced: `pool->m` with `&p` is `p.m`.
fn substituted(mutex: &str, argument: &str) -> String {
    let rest = match root_range(mutex) {
        none if none.is_empty() => mutex,
        base => &mutex[base.end..],
    };
    match (argument.strip_prefix('&'), rest.strip_prefix("->")) {
        (Some(place), Some(member)) => format!("{}.{member}", plain(place)),
        (Some(place), None) => format!("{}{rest}", plain(place)),
        (None, _) => format!("{argument}{rest}"),
    }
}
