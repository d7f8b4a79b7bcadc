//! What an expression may name where it stands: contexts and functions (GitHub's table of context availability).

/// The contexts and functions that are known at one place of a workflow.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Context names, compared in any case.
    pub names: &'a [&'a str],
    /// Functions beyond the general ones.
    pub functions: &'static [Signature],
}

/// A function's name in lower case and how many arguments it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// Lower case.
    pub name: &'static str,
    pub(crate) least: usize,
    pub(crate) most: usize,
}

const fn signature(name: &'static str, least: usize, most: usize) -> Signature {
    Signature { name, least, most }
}

/// The functions known everywhere.
pub(super) const GENERAL: [Signature; 8] = [
    signature("case", 3, 255),
    signature("contains", 2, 2),
    signature("endswith", 2, 2),
    signature("format", 1, 255),
    signature("fromjson", 1, 1),
    signature("join", 1, 2),
    signature("startswith", 2, 2),
    signature("tojson", 1, 1),
];

const HASH_FILES: [Signature; 1] = [signature("hashfiles", 1, 255)];

const JOB_STATUS: [Signature; 4] = [
    signature("always", 0, 0),
    signature("cancelled", 0, 0),
    signature("failure", 0, 255),
    signature("success", 0, 255),
];

const STEP_STATUS: [Signature; 5] = [
    signature("always", 0, 0),
    signature("cancelled", 0, 0),
    signature("failure", 0, 0),
    signature("success", 0, 0),
    signature("hashfiles", 1, 255),
];

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = [$($context:literal),*], $functions:expr;)*) => {
        $($(#[$doc])* pub const $name: Scope<'static> =
            Scope { names: &[$($context),*], functions: &$functions };)*
    };
}

scopes! {
    /// `run-name`, `concurrency` of the workflow, defaults of a called workflow's inputs.
    WORKFLOW = ["github", "inputs", "vars"], [];
    /// `env` of the workflow.
    WORKFLOW_ENV = ["github", "inputs", "vars", "secrets"], [];
    /// Outputs of a called workflow.
    WORKFLOW_OUTPUT = ["github", "inputs", "vars", "jobs"], [];
    /// `if` of a job.
    JOB_IF = ["github", "inputs", "vars", "needs"], JOB_STATUS;
    /// `strategy`.
    STRATEGY = ["github", "inputs", "vars", "needs"], [];
    /// Most keys of a job, which stand in one matrix entry.
    JOB = ["github", "inputs", "vars", "needs", "strategy", "matrix"], [];
    /// `env` of a job and `secrets` of a called workflow.
    JOB_ENV = ["github", "inputs", "vars", "needs", "strategy", "matrix", "secrets"], [];
    /// `defaults.run` of a job.
    JOB_DEFAULTS = ["github", "inputs", "vars", "needs", "strategy", "matrix", "env"], [];
    /// `outputs` of a job.
    JOB_OUTPUTS = ["github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "steps", "job", "runner", "env"], [];
    /// `url` of an environment.
    ENVIRONMENT_URL = ["github", "inputs", "vars", "needs", "strategy", "matrix", "steps", "job", "runner", "env"], [];
    /// `credentials` of a container.
    CREDENTIALS = ["github", "inputs", "vars", "secrets", "env"], [];
    /// `if` of a step.
    STEP_IF = ["github", "inputs", "vars", "needs", "strategy", "matrix", "steps", "job", "runner", "env"], STEP_STATUS;
    /// All other keys of a step.
    STEP = ["github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "steps", "job", "runner", "env"], HASH_FILES;
    /// The steps of a composite action.
    COMPOSITE = ["github", "inputs", "strategy", "matrix", "steps", "job", "runner", "env"], HASH_FILES;
    /// `if` of the steps of a composite action.
    COMPOSITE_IF = ["github", "inputs", "strategy", "matrix", "steps", "job", "runner", "env"], STEP_STATUS;
    /// Outputs of a composite action.
    COMPOSITE_OUTPUT = ["github", "inputs", "strategy", "matrix", "steps", "job", "runner", "env"], [];
}

impl<'a> Scope<'a> {
    /// A scope that knows these names and the general functions.
    pub fn of_names(names: &'a [&'a str]) -> Self {
        Self {
            names,
            functions: &[],
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.names
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    }

    pub(super) fn function(&self, lower: &str) -> Option<Signature> {
        GENERAL
            .iter()
            .chain(self.functions)
            .find(|signature| signature.name == lower)
            .copied()
    }
}
