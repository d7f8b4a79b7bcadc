//! The stack along each path of a function: which values lie on it at the end, and which were popped.

mod values;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::{Effect, effect};
use crate::flow::explore::{Afters, Analysis, Few, Known, Outcome, Trail, explore, on};
use crate::flow::{Assign, Call, Condition, Graph, NodeId, Step, Text, Value};
use crate::lexer::{Kind, Token};
use crate::outline::Function;
use crate::unit::C;
pub(crate) use values::Push;
use values::{HEIGHT_CAP, Stack, assigned, may_be_height, signed};

/// How many calls deep functions are looked into.
const CALL_CAP: usize = 3;

/// How a path ends.
pub(crate) struct Ending {
    /// It returns; else it raises.
    pub(crate) returns: bool,
    pub(crate) value: Value,
    /// What the function returns, if it is known.
    constant: Option<i64>,
    /// What another function answered, which is known to be no zero.
    is_status: bool,
    pub(crate) range: Range<usize>,
    /// How much higher the stack is than at the begin.
    pub(crate) delta: i64,
    /// The values that are left, lowest first.
    pub(crate) left: Vec<Push>,
    popped: Few<Push, ()>,
    /// The function asked how many values it was given before it pushed any.
    asked_height: bool,
    /// The conditions on the way, and whether they were true.
    pub(crate) branches: Vec<(NodeId, bool)>,
}

impl Ending {
    /// Whether the return value tells how many values are left, or may do so.
    /// A function that did nothing to the stack, or asked how high it is, may return values of its caller.
    pub(crate) fn says_so(&self) -> bool {
        match (&self.value, self.constant) {
            (Value::Nothing, _) => false,
            (_, Some(number)) => {
                let is_untouched = self.left.is_empty() && self.popped.is_empty();
                let may_be_of_caller = self.asked_height || is_untouched;
                number == self.delta || (may_be_of_caller && self.delta >= 0 && number > self.delta)
            }
            (_, None) => true,
        }
    }

    /// Whether the function passes on that another one failed.
    pub(crate) fn is_status(&self) -> bool {
        self.is_status
    }

    /// The number that the function returns on this path, if it is known.
    pub(crate) fn constant(&self) -> Option<i64> {
        self.constant
    }

    /// Whether the stack is another than at the end of a path, by more than the two return values say.
    pub(crate) fn differs_from(&self, other: &Self) -> bool {
        let number = |ending: &Self| ending.constant.filter(|number| *number >= 0);
        let told = |ending: &Self| number(ending).map(|number| number - ending.delta);
        let told_alike = told(self).is_some() && told(self) == told(other);
        self.delta != other.delta && !told_alike
    }

    /// Whether this path popped, with nothing else in its place, a value that the other leaves.
    pub(crate) fn popped_what(&self, other: &Self) -> bool {
        other
            .left
            .iter()
            .any(|push| self.popped.contains(push) && !self.left.contains(push))
    }
}

/// What `luaL_ref` takes: where its callee begins, and the top value if it is known.
pub(crate) type Referred = (usize, Option<Push>);

struct Heights<'a> {
    c: &'a C<'a>,
    graph: &'a Graph,
    state: &'a str,
    endings: Vec<Ending>,
    referred: Vec<Referred>,
    /// A path ended at a height that is not known.
    is_lost: bool,
    /// How many calls of other functions led here.
    depth: usize,
    /// Other names of the state, found when a call asks.
    second_names: OnceCell<Vec<Text>>,
}

/// The name of the first parameter of type `lua_State *`.
pub(crate) fn state_parameter(c: &C<'_>, function: &Function) -> Option<String> {
    let stream = c.stream();
    let head = function.name as usize..function.open as usize;
    pointers_to_state(c, head)
        .next()
        .map(|at| stream.word(at).into_owned())
}

/// The name of the first variable of type `lua_State *` in the body of a function.
pub(crate) fn state_variable(c: &C<'_>, function: &Function) -> Option<String> {
    let stream = c.stream();
    let body = function.open as usize..function.close as usize;
    pointers_to_state(c, body)
        .find(|&at| matches!(stream.kind(at + 1), Some(Kind::Assign | Kind::Semicolon)))
        .map(|at| stream.word(at).into_owned())
}

/// The names behind `lua_State *`, as tokens.
fn pointers_to_state(c: &C<'_>, tokens: Range<usize>) -> impl Iterator<Item = usize> {
    let (stream, types) = (c.stream(), c.state_types());
    tokens.filter_map(move |at| types.declared(&stream, at))
}

/// What became of the stack on all paths of a function; nothing if not every path could be followed.
#[derive(Default)]
pub(crate) struct Followed {
    pub(crate) endings: Vec<Ending>,
    /// What each `luaL_ref` takes, on every path to it.
    pub(crate) referred: Vec<Referred>,
    /// Whether the height is known at the end of every path.
    pub(crate) is_known: bool,
}

/// Follows the stack of `state` on all paths of a function.
pub(crate) fn followed(c: &C<'_>, graph: &Graph, state: &str, depth: usize) -> Followed {
    let mut heights = Heights::new(c, graph, state, depth);
    match explore(graph, &mut heights, Stack::empty(), &c.budget) {
        Outcome::Complete => Followed {
            endings: heights.endings,
            referred: heights.referred,
            is_known: !heights.is_lost,
        },
        Outcome::GivenUp => Followed::default(),
    }
}

/// How much higher a function leaves the stack, if that is the same on all its paths. Asked once a function.
fn delta_of(c: &C<'_>, number: usize, depth: usize) -> Option<i64> {
    if let Some(known) = c.deltas.borrow().get(&number) {
        return *known;
    }
    if depth >= CALL_CAP {
        return None;
    }
    // A function that calls itself is unknown while it is asked.
    c.deltas.borrow_mut().insert(number, None);
    let state = state_parameter(c, &c.outline.functions[number])?;
    let mut deltas = BTreeSet::new();
    for graph in c.flow(number).graphs() {
        let endings = followed(c, graph, &state, depth + 1).endings;
        let returning = endings.iter().filter(|ending| ending.returns);
        deltas.extend(returning.map(|ending| ending.delta));
    }
    let delta = deltas.first().copied().filter(|_| deltas.len() == 1);
    c.deltas.borrow_mut().insert(number, delta);
    delta
}

impl Analysis for Heights<'_> {
    type State = Stack;

    fn step(
        &mut self,
        stack: Stack,
        step: &Step,
        trail: &Trail<'_>,
        known: &Known,
    ) -> Afters<Stack> {
        match step {
            Step::Call(call)
                if !call.name.starts_with("lua") && self.c.never_returns(&call.name) =>
            {
                self.end(&stack, false, &Value::Nothing, 0..0, trail, known);
                Afters::None
            }
            Step::Call(call) => self.call(stack, call),
            Step::Assign(assign) if assign.target == self.state => on(self.set(stack, assign)),
            Step::Assign(assign) => on(assigned(stack, assign)),
            Step::Return { value, range } => {
                self.end(&stack, true, value, range.clone(), trail, known);
                Afters::None
            }
            Step::Raise => {
                self.end(&stack, false, &Value::Nothing, 0..0, trail, known);
                Afters::None
            }
            Step::Deref { .. } | Step::Nothing => on(stack),
        }
    }

    fn branch(&mut self, stack: &mut Stack, condition: &Condition, taken: bool) {
        if stack.is_height(&condition.left) && !may_be_height(condition, taken) {
            // Nobody comes here.
            *stack = Stack::Unknown;
        }
        if let Stack::Values {
            pushed,
            popped,
            tops,
            asked_height,
            ..
        } = stack
        {
            let asks = condition.left.starts_with("lua_gettop(") || tops.contains(&condition.left);
            *asked_height |= asks && pushed.is_empty() && popped.is_empty();
        }
    }
}

impl<'a> Heights<'a> {
    fn new(c: &'a C<'a>, graph: &'a Graph, state: &'a str, depth: usize) -> Self {
        Self {
            c,
            graph,
            state,
            endings: Vec::new(),
            referred: Vec::new(),
            is_lost: false,
            depth,
            second_names: OnceCell::new(),
        }
    }

    /// The name stands for another stack from here on. A variable of the body begins so.
    fn set(&self, stack: Stack, assign: &Assign) -> Stack {
        let is_new = matches!(&assign.value, Value::Call { name, .. }
            if matches!(name.as_str(), "lua_newthread" | "luaL_newstate" | "lua_newstate" | "lua_open"));
        let begins = self.graph.locals.contains_key(self.state) && stack.is_untouched() && !is_new;
        if begins { stack } else { Stack::Unknown }
    }

    fn call(&mut self, stack: Stack, call: &Call) -> Afters<Stack> {
        if call.name == "luaL_ref" {
            self.referred.push((call.range.start, stack.top().cloned()));
        }
        if uses_buffer(&call.name) {
            return on(stack.lost());
        }
        let mentions_state = call
            .arguments
            .iter()
            .any(|argument| matches!(argument, Value::Place(place) if place == self.state));
        if !mentions_state {
            return on(if self.may_hide_state(call) {
                stack.lost()
            } else {
                stack
            });
        }
        let is_ours =
            matches!(call.arguments.first(), Some(Value::Place(place)) if place == self.state);
        match effect(call) {
            // A check with values on the stack is there to raise.
            Some(_) if call.name == "luaL_checktype" && stack.has_values() => on(stack.lost()),
            Some(Effect::Fixed(takes, leaves)) if is_ours => on(stack.apply(call, takes, leaves)),
            Some(Effect::ByResult { zero, other }) if is_ours && self.graph.is_asked(call) => {
                Afters::ByZero {
                    place: call.text.clone(),
                    zero: stack.clone().apply(call, zero.0, zero.1),
                    other: stack.apply(call, other.0, other.1),
                }
            }
            Some(Effect::SetTop(value)) if is_ours => on(stack.set_top(&value)),
            None if call.name == "lua_yield" => on(stack),
            None => on(self.callee(stack, call)),
            Some(_) => on(stack.lost()),
        }
    }

    /// Whether a call is a macro that uses the stack without being given its state.
    fn may_hide_state(&self, call: &Call) -> bool {
        // A name that is a statement is a macro, or nothing.
        let is_bare = call.text == call.name;
        let is_unknown_api = call.name.starts_with("lua") && call.name != "lua_upvalueindex";
        match self.c.macro_named(&call.name) {
            Some(definition) => self.c.lexed.content[definition.body.clone()]
                .iter()
                .any(|&token| token.kind == Kind::Identifier && self.is_of_lua(token)),
            None if self.is_of_other_state(call) => false,
            None => is_bare || is_unknown_api || self.c.tree.hides_lua(&call.name),
        }
    }

    /// Whether a function of the API works on the stack of another variable, which is no second name of the state.
    fn is_of_other_state(&self, call: &Call) -> bool {
        let Some(Value::Place(other)) = call.arguments.first() else {
            return false;
        };
        let second_names = self.second_names.get_or_init(|| {
            let nodes = self.graph.nodes.iter();
            let named = nodes.filter_map(|node| match &node.step {
                Step::Assign(Assign { target, value, .. }) => match value {
                    Value::Place(place) if place == self.state => Some(target.clone()),
                    Value::Place(place) if target == self.state => Some(place.clone()),
                    _ => None,
                },
                _ => None,
            });
            named.collect()
        });
        effect(call).is_some() && !second_names.contains(other)
    }

    fn is_of_lua(&self, token: Token) -> bool {
        let word = self.c.lexed.spelling(token);
        word == self.state || word.starts_with("lua") || self.c.tree.hides_lua(&word)
    }

    /// A function of the same file: known if all its paths leave the same number of values.
    fn callee(&self, stack: Stack, call: &Call) -> Stack {
        // Lua's own sources define the functions of its API, by other means.
        let named = self.c.function_named(&call.name);
        let delta = named
            .filter(|_| !call.name.starts_with("lua"))
            .and_then(|number| delta_of(self.c, number, self.depth));
        let Some(delta) = delta else {
            return stack.lost();
        };
        let size = usize::try_from(delta.unsigned_abs()).unwrap_or(HEIGHT_CAP);
        if delta < 0 {
            stack.apply(call, size, 0)
        } else {
            stack.apply(call, 0, size)
        }
    }

    fn end(
        &mut self,
        stack: &Stack,
        returns: bool,
        value: &Value,
        range: Range<usize>,
        trail: &Trail<'_>,
        known: &Known,
    ) {
        let Stack::Values {
            pushed,
            below,
            popped,
            asked_height,
            ..
        } = stack
        else {
            self.is_lost = true;
            return;
        };
        let mut is_status = false;
        let constant = match value {
            Value::Constant(number) => Some(*number),
            Value::Place(place) if known.is_negative(place) => Some(-1),
            // What another function said is a status, whatever is known of it here.
            Value::Place(place) if self.graph.holds_result(place) => {
                is_status = known.is_not_zero(place);
                None
            }
            Value::Place(place) => known.number(place),
            _ => None,
        };
        self.endings.push(Ending {
            returns,
            value: value.clone(),
            constant,
            is_status,
            range,
            delta: signed(pushed.len()) - signed(*below),
            left: pushed.clone(),
            popped: popped.clone(),
            asked_height: *asked_height,
            branches: trail.branches(),
        });
    }
}

/// Functions of `luaL_Buffer`, which keeps an unknown number of values on the stack.
fn uses_buffer(name: &str) -> bool {
    ["luaL_buff", "luaL_add", "luaL_pushresult", "luaL_prepbuff"]
        .iter()
        .any(|begin| name.starts_with(begin))
}
