//! Which headers of the tree an include means. The search paths of a build are not known.

use super::{Headers, last_component};
use crate::include::Include;

impl Headers {
    /// The headers that a file brings; with `is_certain` only those of which that is known.
    pub(crate) fn reachable(
        &self,
        path: &str,
        includes: &[Include],
        is_certain: bool,
    ) -> Vec<usize> {
        let mut seen = vec![false; self.list.len()];
        let mut found: Vec<usize> = includes
            .iter()
            .filter(|include| !(is_certain && include.is_conditional))
            .flat_map(|include| self.targets(path, &include.path, include.is_quoted, is_certain))
            .collect();
        let mut is_new = |number: &usize| !std::mem::replace(&mut seen[*number], true);
        found.retain(&mut is_new);
        let mut next = 0;
        while let Some(&number) = found.get(next) {
            next += 1;
            if is_certain {
                let brought = self.brought(number, true);
                found.extend(brought.into_iter().filter(&mut is_new));
            } else {
                let header = &self.list[number];
                let brought = header.brings.get_or_init(|| self.brought(number, false));
                found.extend(brought.iter().copied().filter(&mut is_new));
            }
        }
        found
    }

    /// The headers that a header itself includes.
    fn brought(&self, number: usize, is_certain: bool) -> Vec<usize> {
        let header = &self.list[number];
        let inclusions = header.includes.iter();
        inclusions
            .filter(|inclusion| inclusion.is_certain || !is_certain)
            .flat_map(|one| self.targets(&header.path, &one.path, one.is_quoted, is_certain))
            .collect()
    }

    /// The headers that an include may mean: the one beside the file, those whose path ends so, all of that name.
    /// With `is_certain` it must be one, near the file, and no header of the system.
    fn targets(&self, from: &str, path: &str, is_quoted: bool, is_certain: bool) -> Vec<usize> {
        let Some(named) = self.by_name.get(last_component(path)) else {
            return Vec::new();
        };
        if let ([only], false) = (named.as_slice(), is_certain) {
            return vec![*only];
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let beside = joined(folder, path);
        let here = named
            .iter()
            .find(|&&number| is_quoted && self.list[number].path == beside);
        if let Some(&here) = here {
            return vec![here];
        }
        let tail = path.trim_start_matches("../").trim_start_matches("./");
        let fits = |number: &usize| {
            let whole = self.list[*number].path.as_str();
            ends_with_path(whole, tail) || ends_with_path(tail, whole)
        };
        let mut list: Vec<usize> = named.iter().copied().filter(fits).collect();
        if list.is_empty() && !is_certain {
            list.clone_from(named);
        }
        let is_near = |number: &usize| is_near(folder, &self.list[*number].path, tail);
        if is_certain {
            let is_known = list.len() == 1 && (is_quoted || !is_of_system(path));
            list.retain(|number| is_known && is_near(number));
        }
        list
    }
}

/// Whether a header is found from a folder above or below that of a file, or from one for headers beside it:
/// elsewhere nobody knows whether a build looks there, or makes a header of that name itself.
fn is_near(from: &str, header: &str, tail: &str) -> bool {
    let base = header.strip_suffix(tail).unwrap_or_default();
    let base = base.trim_end_matches('/');
    let (parent, name) = base.rsplit_once('/').unwrap_or(("", base));
    let is_within = |inner: &str, outer: &str| {
        let rest = inner.strip_prefix(outer);
        outer.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_for_headers = matches!(name, "include" | "includes" | "inc" | "headers");
    is_within(from, base) || is_within(base, from) || (is_for_headers && is_within(from, parent))
}

/// Whether a path ends with another one, whole components taken.
fn ends_with_path(path: &str, tail: &str) -> bool {
    let rest = path.strip_suffix(tail);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// A path seen from a folder, without `.` and `..`.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_some() => {}
            _ => parts.push(part),
        }
    }
    let root = if folder.starts_with('/') { "/" } else { "" };
    root.to_owned() + &parts.join("/")
}

/// Whether `<…>` means a header of ISO C or POSIX, which a tree may have, too, for other systems.
fn is_of_system(path: &str) -> bool {
    const NAMES: [&str; 42] = [
        "assert.h",
        "complex.h",
        "ctype.h",
        "dirent.h",
        "dlfcn.h",
        "errno.h",
        "fcntl.h",
        "fenv.h",
        "float.h",
        "glob.h",
        "grp.h",
        "inttypes.h",
        "langinfo.h",
        "limits.h",
        "locale.h",
        "math.h",
        "netdb.h",
        "poll.h",
        "pthread.h",
        "pwd.h",
        "regex.h",
        "sched.h",
        "semaphore.h",
        "setjmp.h",
        "signal.h",
        "stdarg.h",
        "stdatomic.h",
        "stdbool.h",
        "stddef.h",
        "stdint.h",
        "stdio.h",
        "stdlib.h",
        "string.h",
        "strings.h",
        "syslog.h",
        "termios.h",
        "threads.h",
        "time.h",
        "uchar.h",
        "unistd.h",
        "wchar.h",
        "wctype.h",
    ];
    path.starts_with("sys/") || NAMES.contains(&path)
}
