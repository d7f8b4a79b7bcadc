//! Which functions of a file never return: they raise an error on every path, or end the process.

use super::C;

/// Helpers that raise are short; longer functions are not asked.
const TOKEN_CAP: u32 = 256;
/// How deep they may call one another.
const DEPTH_CAP: usize = 3;

impl C<'_> {
    /// Whether a call of that name is one of a function of this file that never returns.
    pub(crate) fn never_returns(&self, name: &str) -> bool {
        self.raises(name, 0)
    }

    fn raises(&self, name: &str, depth: usize) -> bool {
        // Lua's own sources define the functions of its API, by other means.
        let named = self
            .function_named(name)
            .filter(|_| depth < DEPTH_CAP && !name.starts_with("lua"));
        named.is_some_and(|number| self.has_no_return(number, depth))
    }

    fn has_no_return(&self, number: usize, depth: usize) -> bool {
        let function = &self.outline.functions[number];
        if function.close - function.open > TOKEN_CAP {
            return false;
        }
        if let Some(known) = self.flows.borrow().never_return.get(&number) {
            return *known;
        }
        // A function that calls itself returns as far as anybody knows.
        self.flows.borrow_mut().never_return.insert(number, false);
        let flow = self.flow(number);
        let graphs = flow.graphs();
        let found = !graphs.is_empty()
            && graphs
                .iter()
                .all(|graph| !graph.may_return(|name| self.raises(name, depth + 1)));
        self.flows.borrow_mut().never_return.insert(number, found);
        found
    }
}
