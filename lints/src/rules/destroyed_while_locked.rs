//! `destroyed-while-locked`: a mutex is destroyed by whoever holds it.

mod handed;
mod held;

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use crate::finding::{Findings, Level};
use crate::flow::explore::{Afters, Analysis, Known, Trail, explore, on};
use crate::flow::{Call, Graph, Node, NodeId, Step, path, root, root_range};
use crate::mutex::{Mutexes, Operation, Reach, destroys, names_destroyer, operation};
use crate::rule::{Functions, Page, Rule, Run};
use crate::unit::C;
use handed::handed_by;
use held::{State, plain};

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
        if !state.locked.is_empty() {
            match self.c.function_named(&call.name) {
                None => state.call_elsewhere(call),
                Some(number) => {
                    for one in handed_by(self.c, number, call) {
                        state.give_elsewhere(&one.place, one.may_unlock_parts);
                    }
                }
            }
        }
        let Some(number) = reached(self.c, &call.name, self.depth + 1) else {
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
