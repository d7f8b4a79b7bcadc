//! The functions of expressions while steps run: status functions and `hashFiles`.

use std::{cell::RefCell, path::Path};

use crate::{
    expression::{Host, Value},
    hash_files::hash_files,
};

/// How things have gone so far, for `success()`, `failure()` and `cancelled()`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    pub(crate) success: bool,
    pub(crate) failure: bool,
    pub(crate) cancelled: bool,
}

/// Answers the functions of a step.
pub(crate) struct StepHost<'a> {
    pub(crate) workspace: &'a Path,
    pub(crate) progress: Progress,
    /// Patterns that `hashFiles` found nothing for.
    pub(crate) nothing_hashed: RefCell<Vec<String>>,
}

impl<'a> StepHost<'a> {
    pub(crate) fn new(workspace: &'a Path, progress: Progress) -> Self {
        Self {
            workspace,
            progress,
            nothing_hashed: RefCell::default(),
        }
    }
}

impl Host for Progress {
    fn call(&self, name: &str, _: &[Value]) -> Result<Value, String> {
        match name {
            "always" => Ok(true.into()),
            "success" => Ok(self.success.into()),
            "failure" => Ok(self.failure.into()),
            "cancelled" => Ok(self.cancelled.into()),
            _ => Err(format!("'{name}' is not available here")),
        }
    }
}

impl Host for StepHost<'_> {
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        if name != "hashfiles" {
            return self.progress.call(name, arguments);
        }
        let patterns: Vec<String> = arguments
            .iter()
            .map(Value::text)
            .filter(|pattern| pattern != "--follow-symbolic-links")
            .collect();
        let hashed = hash_files(self.workspace, &patterns).map_err(|error| error.to_string())?;
        if hashed.files.is_empty() {
            self.nothing_hashed.borrow_mut().push(patterns.join(", "));
        }
        Ok(hashed.hash.into())
    }
}
