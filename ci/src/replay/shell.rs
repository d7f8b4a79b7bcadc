//! Shells: from the word in the workflow to a command line, and the script as that shell wants it.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::os::Os;

/// How a script is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shell {
    pub(crate) program: String,
    /// `{0}` stands for the script.
    arguments: Vec<String>,
    /// The end of the script's name, with its dot.
    pub(crate) extension: &'static str,
}

/// GitHub's default has no `pipefail`, the named `bash` has.
const BUILT_IN: [(&str, &str); 6] = [
    ("bash", "bash --noprofile --norc -e -o pipefail {0}"),
    ("cmd", r#"cmd /D /E:ON /V:OFF /S /C "CALL "{0}"""#),
    ("powershell", r#"powershell -command ". '{0}'""#),
    ("pwsh", r#"pwsh -command ". '{0}'""#),
    ("python", "python {0}"),
    ("sh", "sh -e {0}"),
];

impl Shell {
    /// The shell that a step names, or the default of the system.
    pub(crate) fn new(written: Option<&str>, os: Os) -> Result<Self, String> {
        let template = match written {
            None if os == Os::Windows => built_in("pwsh").to_owned(),
            None if find("bash").is_some() => "bash -e {0}".to_owned(),
            None => "sh -e {0}".to_owned(),
            Some(name)
                if BUILT_IN
                    .iter()
                    .any(|(known, _)| known.eq_ignore_ascii_case(name.trim())) =>
            {
                built_in(&name.trim().to_ascii_lowercase()).to_owned()
            }
            Some(template) if template.contains("{0}") => template.to_owned(),
            Some(other) => {
                return Err(format!(
                    "invalid shell '{other}': expected bash, cmd, powershell, pwsh, python, sh or a command with '{{0}}'"
                ));
            }
        };
        let mut words = words(&template);
        if words.is_empty() {
            return Err("the shell is empty".to_owned());
        }
        let mut program = words.remove(0);
        let name = stem(&program);
        if name == "python" && find("python").is_none() && find("python3").is_some() {
            "python3".clone_into(&mut program);
        }
        Ok(Self {
            program,
            arguments: words,
            extension: extension(&name),
        })
    }

    /// The arguments for this script.
    pub(crate) fn arguments(&self, script: &Path) -> Vec<String> {
        let script = script.to_string_lossy();
        self.arguments
            .iter()
            .map(|argument| argument.replace("{0}", &script))
            .collect()
    }

    /// The script as this shell runs it.
    pub(crate) fn script(&self, text: &str) -> String {
        let text = text.replace("\r\n", "\n");
        let text = match stem(&self.program).as_str() {
            "pwsh" | "powershell" => format!(
                "$ErrorActionPreference = 'stop'\n{text}\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) {{ exit $LASTEXITCODE }}"
            ),
            "cmd" => format!("@echo off\n{text}"),
            _ => text,
        };
        if cfg!(windows) {
            text.replace('\n', "\r\n")
        } else {
            text
        }
    }

    /// Why it can't be replayed: GitHub's machines have it, this one has not.
    pub(crate) fn missing(&self) -> Option<String> {
        let expected = ["bash", "pwsh", "python", "python3"].contains(&self.program.as_str());
        (expected && find(&self.program).is_none())
            .then(|| format!("`{}` is not installed here", self.program))
    }
}

/// Where the search path has a program.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let extensions: &[&str] = if cfg!(windows) {
        &["", ".exe", ".cmd", ".bat"]
    } else {
        &[""]
    };
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    folders
        .iter()
        .flat_map(|folder| {
            extensions
                .iter()
                .map(move |extension| folder.join(format!("{program}{extension}")))
        })
        .find(|path| path.is_file())
}

fn built_in(name: &str) -> &'static str {
    BUILT_IN
        .iter()
        .find(|(known, _)| *known == name)
        .map_or("sh -e {0}", |(_, template)| template)
}

fn stem(program: &str) -> String {
    Path::new(program)
        .file_stem()
        .map(|stem| stem.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default()
}

fn extension(program: &str) -> &'static str {
    match program {
        "pwsh" | "powershell" => ".ps1",
        "cmd" => ".cmd",
        "python" | "python3" => ".py",
        "bash" | "sh" => ".sh",
        _ => "",
    }
}

/// Splits at blanks outside of double quotes; the outermost quotes go.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let end = if rest.starts_with('"') {
            // The last quote of the line: `cmd` nests them.
            rest.rfind('"')
                .filter(|end| *end > 0)
                .unwrap_or(rest.len() - 1)
                + 1
        } else {
            rest.find(char::is_whitespace).unwrap_or(rest.len())
        };
        let word = &rest[..end];
        words.push(
            word.strip_prefix('"')
                .and_then(|word| word.strip_suffix('"'))
                .unwrap_or(word)
                .to_owned(),
        );
        rest = rest[end..].trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Shell, find};
    use crate::os::Os;

    fn check(written: Option<&str>, os: Os, expected: &str) {
        let found = match Shell::new(written, os) {
            Ok(shell) => {
                let script = format!("s{}", shell.extension);
                format!(
                    "{} {}",
                    shell.program,
                    shell.arguments(Path::new(&script)).join("|")
                )
            }
            Err(message) => message,
        };
        assert_eq!(found, expected, "{written:?}");
    }

    #[test]
    fn shells_have_githubs_arguments() {
        let default = if find("bash").is_some() {
            "bash -e|s.sh"
        } else {
            "sh -e|s.sh"
        };
        check(None, Os::Linux, default);
        check(
            Some("bash"),
            Os::Linux,
            "bash --noprofile|--norc|-e|-o|pipefail|s.sh",
        );
        check(Some("sh"), Os::Macos, "sh -e|s.sh");
        check(Some("pwsh"), Os::Linux, "pwsh -command|. 's.ps1'");
        check(None, Os::Windows, "pwsh -command|. 's.ps1'");
        check(
            Some("cmd"),
            Os::Windows,
            r#"cmd /D|/E:ON|/V:OFF|/S|/C|CALL "s.cmd""#,
        );
        check(Some("perl -w {0}"), Os::Linux, "perl -w|s");
        check(Some("bash -x {0}"), Os::Linux, "bash -x|s.sh");
        check(
            Some("zsh"),
            Os::Linux,
            "invalid shell 'zsh': expected bash, cmd, powershell, pwsh, python, sh or a command with '{0}'",
        );
    }

    #[test]
    fn scripts_are_wrapped_where_the_shell_needs_it() {
        let pwsh = Shell::new(Some("pwsh"), Os::Linux)
            .unwrap()
            .script("Get-Date");
        assert!(
            pwsh.starts_with("$ErrorActionPreference = 'stop'")
                && pwsh.ends_with("exit $LASTEXITCODE }")
        );
        let lines = if cfg!(windows) { "a\r\nb" } else { "a\nb" };
        assert_eq!(
            Shell::new(Some("sh"), Os::Linux).unwrap().script("a\r\nb"),
            lines
        );
    }
}
