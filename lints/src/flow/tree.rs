//! The syntax tree of one body, whoever read it. It lives in a few lists, not in boxes: making and dropping it is cheap.
//!
//! A node knows its tokens by their numbers in the body. Types have no nodes: nothing is asked of them.

/// What a node is. Its parts are listed here in the order in which they stand among its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Statements.
    Block,
    /// Perhaps an expression.
    ExpressionStatement,
    /// Declarators of variables. The sign says whether it is `static`.
    Declaration,
    /// Perhaps the initialiser. `name` is the variable, the sign says whether it is a pointer.
    Declarator,
    /// Condition, consequence, perhaps alternative.
    If,
    /// Condition, body.
    While,
    /// Initialiser, condition, update, body: all but the last may be absent.
    For,
    /// Body, condition.
    Do,
    /// Condition, body.
    Switch,
    /// Value, absent for `default`, then statements.
    Case,
    /// A statement. `name` is the label.
    Labeled,
    /// `name` is the label.
    Goto,
    Break,
    Continue,
    /// Perhaps an expression.
    Return,
    /// A declaration of types alone.
    Types,
    Identifier,
    Number,
    String,
    Null,
    True,
    False,
    /// An expression.
    Parenthesized,
    /// The value.
    Cast,
    /// Function, arguments.
    Call,
    /// Left, right.
    Assignment,
    /// The operand of `++` or `--`.
    Update,
    /// Condition, consequence (may be absent), alternative.
    Conditional,
    /// Left, right.
    Binary,
    /// The operand of `!`, `~`, `-` or `+`.
    Unary,
    /// The operand of `*` or `&`.
    Pointer,
    /// The expression before `.` or `->`.
    Member,
    /// Expression, index.
    Subscript,
    /// Expressions with commas between them.
    Comma,
    /// What is not evaluated: `sizeof` and its like.
    Unevaluated,
    /// Any other expression: what is evaluated in it, in order.
    Parts,
    /// A part that is not there.
    Absent,
}

/// Which operator a node has, as far as somebody asks; or a mark of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    None,
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Not,
    Minus,
    Address,
    Arrow,
    /// `=`, as opposed to the compound assignments.
    Assign,
    Static,
    PointerTo,
}

pub(super) type Id = u32;

#[derive(Clone, Copy, Debug)]
struct Node {
    syntax: Syntax,
    sign: Sign,
    /// How many levels it has.
    height: u16,
    first: u32,
    /// Behind its last token.
    end: u32,
    name: u32,
    children: u32,
    count: u32,
}

/// The nodes of a body.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    list: Vec<Node>,
    children: Vec<Id>,
}

/// What a new node is.
pub(super) struct Made {
    pub(super) syntax: Syntax,
    pub(super) sign: Sign,
    pub(super) tokens: std::ops::Range<usize>,
    /// The token of a name, where the node has one.
    pub(super) name: usize,
}

impl Made {
    /// A node without name and sign.
    pub(super) fn plain(syntax: Syntax, tokens: std::ops::Range<usize>) -> Self {
        Self {
            syntax,
            sign: Sign::None,
            name: tokens.start,
            tokens,
        }
    }
}

impl Nodes {
    /// Adds a node over children that are there already.
    pub(super) fn add(&mut self, made: &Made, children: &[Id]) -> Id {
        let heights = children
            .iter()
            .map(|&child| self.list[child as usize].height);
        let node = Node {
            syntax: made.syntax,
            sign: made.sign,
            height: heights.max().unwrap_or(0).saturating_add(1),
            first: number(made.tokens.start),
            end: number(made.tokens.end),
            name: number(made.name),
            children: number(self.children.len()),
            count: number(children.len()),
        };
        self.children.extend_from_slice(children);
        self.list.push(node);
        number(self.list.len() - 1)
    }

    pub(super) fn height(&self, id: Id) -> u16 {
        self.list[id as usize].height
    }

    pub(super) fn tree(&self, id: Id) -> Tree<'_> {
        Tree { nodes: self, id }
    }
}

/// Bodies are capped far below four thousand million tokens.
fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A node and what is below it.
#[derive(Clone, Copy)]
pub(super) struct Tree<'t> {
    nodes: &'t Nodes,
    id: Id,
}

impl<'t> Tree<'t> {
    fn node(self) -> &'t Node {
        &self.nodes.list[self.id as usize]
    }

    pub(super) fn syntax(self) -> Syntax {
        self.node().syntax
    }

    pub(super) fn sign(self) -> Sign {
        self.node().sign
    }

    /// The token of its name.
    pub(super) fn name(self) -> usize {
        self.node().name as usize
    }

    /// Its tokens.
    pub(super) fn tokens(self) -> std::ops::Range<usize> {
        let node = self.node();
        node.first as usize..node.end as usize
    }

    /// Its parts, absent ones included.
    pub(super) fn children(
        self,
    ) -> impl DoubleEndedIterator<Item = Tree<'t>> + ExactSizeIterator + Clone {
        let node = self.node();
        let start = node.children as usize;
        let nodes = self.nodes;
        nodes.children[start..start + node.count as usize]
            .iter()
            .map(move |&id| Tree { nodes, id })
    }

    /// A part by its place, unless it is absent.
    pub(super) fn child(self, index: usize) -> Option<Tree<'t>> {
        self.children()
            .nth(index)
            .filter(|child| child.syntax() != Syntax::Absent)
    }
}
