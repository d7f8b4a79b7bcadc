//! `unbalanced-stack`: a function leaves more values on one path than on another, and does not say so.

use crate::finding::{Findings, Level};
use crate::flow::{Graph, Value, path};
use crate::lexer::Kind;
use crate::outline::Function;
use crate::role::Stream;
use crate::rule::{Functions, Page, Rule, Run};
use crate::unit::{C, Calls};

use crate::stack::paths::{Ending, followed, state_parameter, state_variable};

pub(crate) const RULE: Rule = Rule {
    name: "unbalanced-stack",
    level: Level::Error,
    run: Run::Functions(Functions {
        judges: |c| !c.is_lua_itself(),
        names: |word| word.starts_with("lua_") || word.starts_with("luaL_"),
        through_calls: |_| None,
        run,
    }),
    page: Page {
        what: "It fires on a helper that leaves the Lua stack higher or lower on one path than on another without saying so in its return value. A path that returns a constant equal to the number of values it leaves has said so, and so has a function each of whose numbers stands for one height, such as -1 with an error message. Of a function that returns a pointer it judges the paths that return NULL. Functions that return nothing and push in loops, or belong to a project that knows nothing of the SDK, may push as much as their data want; of them it fires where a path forgets what another one pops. The same holds for callbacks that fetch the state themselves. Functions that Lua itself calls may leave what they like below their results.",
        why: "The caller can't know what is on top. The value that stayed is taken for a result, or the stack grows with every call until it overflows.",
        bad: "static int check_coroutine(lua_State *L, const char *name) {\n    if (lua_pushthread(L)) {\n        lua_pop(L, 1);\n        return luaL_error(L, \"%s must be called from coroutine\", name);\n    }\n    return 0; //~ unbalanced-stack\n}\n",
        good: "static int check_coroutine(lua_State *L, const char *name) {\n    int is_main = lua_pushthread(L);\n    lua_pop(L, 1);\n    if (is_main) {\n        return luaL_error(L, \"%s must be called from coroutine\", name);\n    }\n    return 0;\n}\n",
        example_path: "plugin.c",
        fix: "Pop on every path what the function pushed, or return how many values it leaves.",
    },
};

fn run(c: &C<'_>, number: usize, findings: &mut Findings<'_>) {
    let function = &c.outline.functions[number];
    let parameter = state_parameter(c, function);
    let is_variable = parameter.is_none();
    let Some(state) = parameter.or_else(|| state_variable(c, function)) else {
        return;
    };
    let manners = manners(c, function, !is_variable);
    // Of others nothing would be said.
    if manners == Manners::CalledByLua
        || (manners == Manners::MayBeCalledByLua && !may_push_thread(c, number))
    {
        return;
    }
    let mut referred = Vec::new();
    for graph in c.flow(number).graphs() {
        let found = followed(c, graph, &state, 0);
        let paths = Paths {
            endings: &found.endings,
            manners,
            depends_on_data: c.is_foreign() || has_pushing_loop(c, function, &state),
            is_callback: is_variable,
        };
        judge(graph, &paths, findings);
        referred.extend(found.referred);
    }
    if !referred.is_empty() {
        c.remember_referred(number, &state, referred);
    }
}

/// Whether a function pushes a thread by itself, or uses a macro of the file that may.
fn may_push_thread(c: &C<'_>, number: usize) -> bool {
    let mut words = c.words_of(number);
    words.any(|word| word == "lua_pushthread" || c.macro_named(&word).is_some())
}

/// Who calls a function.
#[derive(Clone, Copy, PartialEq)]
enum Manners {
    /// Lua: what lies below the results does not matter.
    CalledByLua,
    /// Nobody in this file, but it has the form of one that Lua calls; or its callers return what it returns.
    MayBeCalledByLua,
    /// Its callers ask whether the result is zero: it is no number of values.
    Asked,
    /// It returns a `bool`, which is no number of values either.
    Truth,
    /// It returns a pointer: what it leaves with one is its own, and NULL is a number like others.
    Pointer,
    Helper,
}

fn manners(c: &C<'_>, function: &Function, is_given_state: bool) -> Manners {
    let stream = c.stream();
    let name = stream.word(function.name as usize);
    if name.starts_with("luaopen_") {
        return Manners::CalledByLua;
    }
    let open = function.name as usize + 1;
    let list = open..stream.close(open).unwrap_or(open);
    let has_comma = list.clone().any(|at| stream.kind(at) == Some(Kind::Comma));
    let one_state = is_given_state && !has_comma;
    let head = function.begin as usize..function.name as usize;
    if head.clone().any(|at| stream.kind(at) == Some(Kind::Star)) {
        return Manners::Pointer;
    }
    let returns_int = head.clone().all(|at| !stream.is(at, "void"))
        && head.clone().any(|at| may_be_int(&stream.word(at)));
    let is_truth = |word: &str| matches!(word, "bool" | "_Bool" | "gboolean" | "BOOL");
    if head.into_iter().any(|at| is_truth(&stream.word(at))) {
        return Manners::Truth;
    }
    let uses = c.uses_of(&name);
    if one_state && returns_int && uses.is_value {
        Manners::CalledByLua
    } else {
        match uses.calls {
            Some(Calls::Returned) => Manners::MayBeCalledByLua,
            Some(Calls::Asked) => Manners::Asked,
            None if one_state && returns_int => Manners::MayBeCalledByLua,
            Some(Calls::Mixed) | None => Manners::Helper,
        }
    }
}

/// Whether a word before the name of a function says that it returns an `int`, or may be another name for that.
fn may_be_int(word: &str) -> bool {
    let others = [
        "unsigned",
        "long",
        "short",
        "char",
        "double",
        "float",
        "size_t",
        "static",
        "inline",
        "extern",
        "const",
        "lua_Integer",
    ];
    !others.contains(&word)
}

/// Whether a function has a loop that may push: what it pushes then may be as much as the data want.
fn has_pushing_loop(c: &C<'_>, function: &Function, state: &str) -> bool {
    let stream = c.stream();
    let mut at = function.open as usize;
    while at < function.close as usize {
        let is_word = stream.kind(at) == Some(Kind::Identifier);
        if !is_word || !matches!(&*stream.word(at), "for" | "while" | "do") {
            at += 1;
            continue;
        }
        // Up to the end of the statement: of a `do` the condition pushes nothing that is told apart.
        let mut end = at + 1;
        loop {
            match stream.kind(end) {
                Some(kind) if kind.opens() => end = stream.close(end).unwrap_or(end) + 1,
                Some(Kind::Semicolon) | None => break,
                Some(_) => end += 1,
            }
            if stream.kind(end - 1) == Some(Kind::BraceClose) {
                break;
            }
        }
        let end = end.min(function.close as usize);
        if (at + 1..end).any(|inner| may_push(&stream, inner, state)) {
            return true;
        }
        at = end.max(at + 1);
    }
    false
}

/// Whether a function is called that may push: one of Lua that does, or any other that is given the state.
fn may_push(stream: &Stream<'_>, index: usize, state: &str) -> bool {
    if stream.kind(index) != Some(Kind::Identifier)
        || stream.kind(index + 1) != Some(Kind::ParenOpen)
    {
        return false;
    }
    let name = stream.word(index);
    if let Some(what) = name.strip_prefix("lua_") {
        let pushes = [
            "push", "get", "raw", "new", "create", "insert", "call", "pcall", "concat", "load",
        ];
        return what != "gettop" && pushes.iter().any(|begin| what.starts_with(begin));
    }
    let looks = ["luaL_check", "luaL_opt", "luaL_arg", "luaL_error"];
    !looks.iter().any(|begin| name.starts_with(begin)) && stream.is(index + 2, state)
}

/// The paths through one function.
struct Paths<'e> {
    endings: &'e [Ending],
    manners: Manners,
    /// How much a function pushes that returns nothing may be what its data want: it pushes in a loop, or the project
    /// knows nothing of the SDK and may have manners of its own.
    depends_on_data: bool,
    /// It fetches the state itself: what it leaves there may be meant for whoever comes next.
    is_callback: bool,
}

fn judge(graph: &Graph, paths: &Paths<'_>, findings: &mut Findings<'_>) {
    let Paths {
        endings, manners, ..
    } = *paths;
    for ending in endings
        .iter()
        .filter(|ending| ending.returns && !says_so(endings, ending, manners))
    {
        let worth = match manners {
            Manners::CalledByLua => false,
            Manners::MayBeCalledByLua => leaves_thread(ending),
            Manners::Asked | Manners::Truth | Manners::Pointer | Manners::Helper => true,
        };
        if let Some(other) = other_path(paths, ending).filter(|_| worth)
            && !is_told(endings, ending, manners)
            && !is_told_by(endings, ending, other)
        {
            report(graph, ending, other, findings);
        }
    }
}

/// Whether the return value tells how many values are left. `true` says that one is there to be taken, which nobody
/// does with a thread that another path pops.
fn says_so(endings: &[Ending], ending: &Ending, manners: Manners) -> bool {
    if manners == Manners::Pointer && ending.constant().is_none_or(|number| number != 0) {
        return true;
    }
    let is_popped = || endings.iter().any(|other| other.popped_what(ending));
    let is_truth = manners == Manners::Truth && ending.constant().is_some();
    if ending.is_status() && is_popped() {
        return ending.left.iter().all(|push| is_message(&push.name));
    }
    ending.says_so() && !(is_truth && leaves_thread(ending) && is_popped())
}

fn leaves_thread(ending: &Ending) -> bool {
    ending.left.iter().any(|push| push.name == "lua_pushthread")
}

/// A path that shows that this one is not what the caller can count on.
fn other_path<'e>(paths: &Paths<'e>, ending: &Ending) -> Option<&'e Ending> {
    let says_nothing = ending.value == Value::Nothing;
    let may_be_meant = paths.is_callback || (says_nothing && paths.depends_on_data);
    let is_known = |other: &Ending| !may_be_meant || forgets(ending, other);
    let returning = paths.endings.iter().find(|other| {
        let differs = match paths.manners {
            Manners::Truth => ending.delta != other.delta,
            _ => ending.differs_from(other),
        };
        other.returns && differs && is_known(other)
    });
    let raising = || {
        paths
            .endings
            .iter()
            .find(|other| !other.returns && other.popped_what(ending))
            .filter(|_| !says_nothing || leaves_thread(ending))
    };
    returning.or_else(raising)
}

/// Of a function that returns nothing: whether it forgot what the other path took off. One that takes or leaves
/// more or fewer values as its data wants is not known.
fn forgets(ending: &Ending, other: &Ending) -> bool {
    let leaves_message = ending
        .left
        .last()
        .is_some_and(|push| matches!(push.name.as_str(), "lua_pcall" | "lua_cpcall"));
    other.popped_what(ending) || leaves_message
}

/// Whether the return value tells the paths apart: each number stands for one height of the stack.
/// No values and yet one left that another path took off, or another number of them, tells nothing.
fn is_told(endings: &[Ending], ending: &Ending, manners: Manners) -> bool {
    let Some(number) = ending.constant() else {
        return false;
    };
    let is_ambiguous = endings.iter().any(|other| {
        other.returns && other.constant() == Some(number) && other.delta != ending.delta
    });
    let is_popped = || endings.iter().any(|other| other.popped_what(ending));
    !is_ambiguous
        && match (number, ending.delta) {
            (0, 1..) => !is_popped(),
            (_, 1..) if manners == Manners::Truth => !is_popped(),
            (..0, 1..) => ending.left.iter().all(|push| is_message(&push.name)),
            (_, 1..) => manners == Manners::Asked,
            _ => true,
        }
}

/// Functions that push what people call an error message, and the `nil` before it.
fn is_message(name: &str) -> bool {
    matches!(
        name,
        "lua_pushnil"
            | "lua_pushstring"
            | "lua_pushlstring"
            | "lua_pushliteral"
            | "lua_pushfstring"
            | "lua_pushvfstring"
            | "lua_pcall"
            | "lua_cpcall"
            | "lua_load"
            | "luaL_loadbuffer"
            | "luaL_loadfile"
            | "luaL_loadstring"
            | "luaL_traceback"
            | "luaL_where"
            | "lua_concat"
    )
}

/// Of two paths that do not say so the one that is reported is the one that leaves values.
fn is_told_by(endings: &[Ending], ending: &Ending, other: &Ending) -> bool {
    let less = ending.delta.unsigned_abs() < other.delta.unsigned_abs();
    other.returns
        && !other.says_so()
        && less
        && endings.iter().any(|third| third.range == other.range)
}

fn report(graph: &Graph, ending: &Ending, other: &Ending, findings: &mut Findings<'_>) {
    let lines = |ending: &Ending, findings: &Findings<'_>| {
        path::lines(findings, graph, &ending.branches, &ending.range)
    };
    let message = format!(
        "this path (lines {}) leaves the stack {}, another (lines {}) {}",
        lines(ending, findings),
        height(ending.delta),
        lines(other, findings),
        height(other.delta),
    );
    let mut related = Vec::new();
    for push in &ending.left {
        related.push(findings.related(push.range(), "this value stays"));
    }
    related.extend(path::conditions(findings, graph, &ending.branches));
    related.push(findings.related(other.range.clone(), "the other path ends here"));
    let help = match ending.value {
        Value::Nothing => "pop on every path what was pushed",
        _ => "pop on every path what was pushed, or return the number of values that are left",
    };
    let finding = findings.add(&RULE, ending.range.clone(), message);
    finding.help(help).related = related;
}

fn height(delta: i64) -> String {
    match delta {
        0 => "as it was".to_owned(),
        1.. => format!("{delta} higher"),
        _ => format!("{} lower", -delta),
    }
}
