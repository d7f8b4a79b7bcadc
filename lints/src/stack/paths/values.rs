//! The values that a function has on the stack at a point of a path, and those that it popped.

use std::ops::Range;

use crate::flow::explore::Few;
use crate::flow::{Assign, Call, Condition, Text, Value};

/// Higher stacks are loops that push: nothing is said of them.
pub(super) const HEIGHT_CAP: usize = 64;

/// A value that a function pushed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Push {
    pub(crate) name: Text,
    start: usize,
    end: usize,
}

impl Push {
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// The stack at a point of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stack {
    Values {
        pushed: Vec<Push>,
        /// How many values of the caller are gone.
        below: usize,
        popped: Few<Push, ()>,
        /// Variables that hold the result of `lua_gettop`, and how high the stack was then.
        tops: Few<Text, i64>,
        /// A condition asked for the height before anything was pushed.
        asked_height: bool,
    },
    /// How high it is isn't known, but `lua_settop` may lead back to a height from before: that of then.
    Lost(Box<Stack>),
    Unknown,
}

pub(super) fn assigned(mut stack: Stack, assign: &Assign) -> Stack {
    if let Stack::Lost(before) = &mut stack
        && let Stack::Values { tops, .. } = &mut **before
    {
        tops.remove(&assign.target);
    }
    let height = stack.height();
    if let Stack::Values {
        tops, asked_height, ..
    } = &mut stack
    {
        tops.remove(&assign.target);
        if let (Value::Call { name, .. }, Some(height)) = (&assign.value, height)
            && matches!(name.as_str(), "lua_gettop" | "LUNET_STACK_BASE")
        {
            tops.insert(assign.target.clone(), height);
        } else if let Value::Other(text) = &assign.value {
            *asked_height |= text.contains("lua_gettop(");
        }
    }
    stack
}

impl Stack {
    pub(super) fn height(&self) -> Option<i64> {
        match self {
            Self::Values { pushed, below, .. } => Some(signed(pushed.len()) - signed(*below)),
            Self::Lost(_) | Self::Unknown => None,
        }
    }

    /// The stack behind something that may have left anything on it.
    pub(super) fn lost(self) -> Self {
        match self {
            Self::Values { ref tops, .. } if !tops.is_empty() => Self::Lost(Box::new(self)),
            Self::Lost(_) => self,
            Self::Values { .. } | Self::Unknown => Self::Unknown,
        }
    }

    pub(super) fn empty() -> Self {
        Self::Values {
            pushed: Vec::new(),
            below: 0,
            popped: Few::default(),
            tops: Few::default(),
            asked_height: false,
        }
    }

    pub(super) fn top(&self) -> Option<&Push> {
        match self {
            Self::Values { pushed, .. } => pushed.last(),
            Self::Lost(_) | Self::Unknown => None,
        }
    }

    /// Whether a variable holds a height at which values of this function lay on the stack.
    pub(super) fn is_height(&self, variable: &str) -> bool {
        matches!(self, Self::Values { tops, .. } if tops.get(variable).is_some_and(|height| *height > 0))
    }

    pub(super) fn is_untouched(&self) -> bool {
        matches!(self, Self::Values { pushed, popped, below: 0, .. } if pushed.is_empty() && popped.is_empty())
    }

    pub(super) fn has_values(&self) -> bool {
        matches!(self, Self::Values { pushed, .. } if !pushed.is_empty())
    }

    pub(super) fn apply(mut self, call: &Call, takes: usize, leaves: usize) -> Self {
        let Self::Values {
            pushed,
            below,
            popped,
            ..
        } = &mut self
        else {
            return self;
        };
        let ours = takes.min(pushed.len());
        let gone = pushed.split_off(pushed.len() - ours);
        if leaves == 0 {
            note(popped, gone);
        }
        *below += takes - ours;
        for _ in 0..leaves {
            pushed.push(Push {
                name: call.name.clone(),
                start: call.range.start,
                end: call.range.end,
            });
        }
        if pushed.len() > HEIGHT_CAP || *below > HEIGHT_CAP {
            return Self::Unknown;
        }
        self
    }

    /// `lua_settop` to a height that a variable remembers.
    pub(super) fn set_top(self, value: &Value) -> Self {
        let mut stack = match self {
            Self::Lost(before) => *before,
            stack => stack,
        };
        let Self::Values {
            pushed,
            below,
            popped,
            tops,
            ..
        } = &mut stack
        else {
            return stack;
        };
        let wanted = match value {
            Value::Place(place) => tops.get(place).copied(),
            _ => None,
        };
        let size = wanted.and_then(|height| usize::try_from(height + signed(*below)).ok());
        match size.filter(|size| *size <= pushed.len()) {
            Some(size) => {
                note(popped, pushed.split_off(size));
                stack
            }
            None => stack.lost(),
        }
    }
}

fn note(popped: &mut Few<Push, ()>, gone: Vec<Push>) {
    for push in gone {
        popped.insert(push, ());
    }
}

pub(super) fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// Whether a condition may come out so for a height that is not zero.
pub(super) fn may_be_height(condition: &Condition, taken: bool) -> bool {
    match condition.operator {
        _ if condition.right != "0" => true,
        "!=" | ">" => taken,
        "==" | "<=" => !taken,
        _ => true,
    }
}
