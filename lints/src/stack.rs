//! What the functions of the Lua C API do to the stack: how many values they take and leave.
//!
//! Sources: "5.1" is the Lua 5.1 Reference Manual, sections 3.7, 3.8 and 4.1, whose "-o, +p" notation the numbers
//! copy where the manual has it; "5.2" is the 5.2 manual for the functions that LuaJIT took from there;
//! "sdk" is the comment on the wrapper in trace.h. A function that is not listed is unknown.

pub(crate) mod paths;
mod table;

use crate::flow::{Call, Value};

/// What a call does to the stack of its first argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Takes, then leaves.
    Fixed(usize, usize),
    /// One of two, as the result is zero or not.
    ByResult {
        zero: (usize, usize),
        other: (usize, usize),
    },
    /// Sets the height: to a number of values, or to what a variable holds.
    SetTop(Value),
    /// Moves values to another stack.
    Unknown,
}

/// A row of the table.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// Where the numbers come from.
    pub(crate) source: &'static str,
}

/// The effect of a function as a table can say it. The numbers of arguments count from 0.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Fixed(usize, usize),
    ByResult {
        zero: (usize, usize),
        other: (usize, usize),
    },
    /// Takes as many as an argument says; leaves a number.
    TakesArgument {
        argument: usize,
        leaves: usize,
    },
    /// `lua_call`: takes the function and its arguments, leaves the results.
    Call,
    /// `lua_pcall`: the same, or one message.
    ProtectedCall,
    /// `lua_settop`.
    SetTop,
    /// `luaL_register`: leaves the table only if it has a name.
    Register,
}

/// The table as Markdown, one row a function.
pub fn markdown() -> String {
    let mut text = String::from("| function | takes, leaves | source |\n|---|---|---|\n");
    for row in table::ROWS {
        let effect = match row.shape {
            Shape::Fixed(takes, leaves) => format!("{takes}, {leaves}"),
            Shape::ByResult { zero, other } => format!(
                "{}, {} if the result is 0, else {}, {}",
                zero.0, zero.1, other.0, other.1
            ),
            Shape::TakesArgument {
                argument, leaves, ..
            } => format!("as many as argument {} says, {leaves}", argument + 1),
            Shape::Call => "the function and its arguments, its results".to_owned(),
            Shape::ProtectedCall => {
                "the function and its arguments, its results or one message".to_owned()
            }
            Shape::SetTop => "what lies above, none".to_owned(),
            Shape::Register => "none, the table if it has a name".to_owned(),
        };
        text.extend(["| `", row.name, "` | ", &effect, " | ", row.source, " |\n"]);
    }
    text
}

/// The effect of a call, if the function is known. What it raises is not counted: the stack is gone then.
pub(crate) fn effect(call: &Call) -> Option<Effect> {
    let row = table::ROWS
        .binary_search_by_key(&call.name.as_str(), |row| row.name)
        .ok()
        .map(|index| &table::ROWS[index])?;
    Some(match row.shape {
        Shape::Fixed(takes, leaves) => Effect::Fixed(takes, leaves),
        Shape::ByResult { zero, other } => Effect::ByResult { zero, other },
        Shape::TakesArgument { argument, leaves } => match count(call, argument) {
            Some(number) => Effect::Fixed(number, leaves),
            None => Effect::Unknown,
        },
        Shape::Call => match (count(call, 1), count(call, 2)) {
            (Some(arguments), Some(results)) => Effect::Fixed(arguments + 1, results),
            _ => Effect::Unknown,
        },
        Shape::ProtectedCall => match (count(call, 1), count(call, 2)) {
            (Some(arguments), Some(results)) => Effect::ByResult {
                zero: (arguments + 1, results),
                other: (arguments + 1, 1),
            },
            _ => Effect::Unknown,
        },
        Shape::SetTop => match call.arguments.get(1) {
            Some(Value::Constant(number)) if *number < 0 => match usize::try_from(-1 - number) {
                Ok(popped) => Effect::Fixed(popped, 0),
                Err(_) => Effect::Unknown,
            },
            Some(value) => Effect::SetTop(value.clone()),
            None => Effect::Unknown,
        },
        Shape::Register => match call.arguments.get(1) {
            Some(Value::Constant(0)) => Effect::Fixed(0, 0),
            Some(_) => Effect::Fixed(0, 1),
            None => Effect::Unknown,
        },
    })
}

fn count(call: &Call, argument: usize) -> Option<usize> {
    match call.arguments.get(argument) {
        Some(Value::Constant(number)) => usize::try_from(*number).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::table::ROWS;

    #[test]
    fn the_table_is_sorted_and_every_row_has_a_source() {
        assert!(ROWS.is_sorted_by(|a, b| a.name < b.name));
        for row in ROWS {
            let known = ["5.1", "5.2", "sdk", "LuaJIT"];
            assert!(
                known.iter().any(|source| row.source.starts_with(source)),
                "{}",
                row.name
            );
        }
    }
}
