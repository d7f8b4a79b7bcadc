//! Shell scripts.

use super::{Shape, nested, repeated};

pub(crate) const ALL: &[&Shape] = &[
    &shell("shell-arithmetic", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("x=$((x + {n} << 2)); (( x > 1 )) && rm -r a\n"),
            "",
        )
    }),
    &shell("shell-arithmetic-deep", |bytes| {
        nested(bytes, ("echo ", "\n"), ("$((1+", "))"), "1")
    }),
    &shell("shell-arrays", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("a{n}=(rm -r $(curl x) \"b c\")\n"),
            "",
        )
    }),
    &shell("shell-assignments", |bytes| {
        repeated(bytes, "#!/bin/sh\n", |n| format!("a{n}=$(mktemp -d)\n"), "")
    }),
    &shell("shell-assignments-short", |bytes| {
        repeated(bytes, "#!/bin/sh\n", |n| format!("a{n}=1\n"), "")
    }),
    &shell("shell-backticks", |bytes| {
        repeated(bytes, "#!/bin/sh\n", |n| format!("x=`curl x{n}`\n"), "")
    }),
    &shell("shell-braces-deep", |bytes| {
        nested(bytes, ("#!/bin/sh\n", "\n"), ("{ ", "; }"), "curl x")
    }),
    &shell("shell-braces-open", |bytes| {
        nested(bytes, ("#!/bin/sh\n", "\n"), ("{ ", ""), "curl x")
    }),
    &shell("shell-cases", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("case $x in a{n}|b) curl x ;; *) rm -r b ;; esac\n"),
            "",
        )
    }),
    &shell("shell-cases-deep", |bytes| {
        nested(
            bytes,
            ("#!/bin/sh\n", "\n"),
            ("case x in a) ", ";; esac"),
            "curl x",
        )
    }),
    &shell("shell-closings", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\nif if if if if\n",
            |_| "fi ; done ; } ; ) ; esac\n".to_owned(),
            "",
        )
    }),
    &shell("shell-closings-behind-open", |bytes| {
        [
            nested(bytes / 2, ("#!/bin/sh\n", "\n"), ("if ", ""), "a"),
            repeated(bytes / 2, "", |_| "done;;)\n".to_owned(), ""),
        ]
        .concat()
    }),
    &shell("shell-commands", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("curl --max-time 5 http://127.0.0.1:{n}/ | grep x\n"),
            "",
        )
    }),
    &shell("shell-commands-short", |bytes| {
        repeated(bytes, "#!/bin/sh\n", |_| "a;".to_owned(), "")
    }),
    &shell("shell-comments", |bytes| {
        repeated(bytes, "#!/bin/sh\n", |n| format!("# curl {n} it's\n"), "")
    }),
    &shell("shell-continuations", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("rm \\\n  -r \\\n  a{n}\n"),
            "",
        )
    }),
    &shell("shell-documents", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("cat <<E\n$(curl x) `a` {n}\nE\n"),
            "",
        )
    }),
    &shell("shell-documents-in-line", |bytes| {
        repeated(bytes, "#!/bin/sh\n", |_| "cat <<E;".to_owned(), "\n")
    }),
    &shell("shell-documents-open", |bytes| {
        repeated(bytes, "#!/bin/sh\n", |n| format!("cat <<E{n}\n"), "")
    }),
    &shell("shell-documents-run", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("sh <<E\nrm -r a{n}\nE\n"),
            "",
        )
    }),
    &shell("shell-eval-deep", |bytes| {
        nested(bytes, ("#!/bin/sh\n", "\n"), ("eval $(", ""), "curl x")
    }),
    &shell("shell-eval-quotes-deep", |bytes| {
        nested(bytes, ("#!/bin/sh\n", "\n"), ("eval \"$(", ")\""), "curl x")
    }),
    &shell("shell-findings", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("rm -rf d{n}; git stash; sh -c 'curl http://x/{n}'\n"),
            "",
        )
    }),
    &shell("shell-findings-dense", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("rm -r a{n}\ncurl x{n}\n"),
            "",
        )
    }),
    &shell("shell-functions", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("f{n}() {{ rm -r a; }}\n"),
            "",
        )
    }),
    &shell("shell-ifs-deep", |bytes| {
        nested(
            bytes,
            ("#!/bin/sh\n", "\n"),
            ("if a; then ", "; fi"),
            "curl x",
        )
    }),
    &shell("shell-lines", |bytes| {
        repeated(bytes, "#!/bin/sh\n", |_| "a\n".to_owned(), "")
    }),
    &shell("shell-listeners", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("server --bind 0.0.0.0:{n} --listen *\n"),
            "",
        )
    }),
    &shell("shell-loops", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("for x in $(curl x) b{n}; do rm -r $x; done\n"),
            "",
        )
    }),
    &shell("shell-nested", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("sh -c 'sh -c \"curl x{n}\"'\n"),
            "",
        )
    }),
    &shell("shell-one-line", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("curl http://x/{n}; "),
            "\n",
        )
    }),
    &shell("shell-parameters-deep", |bytes| {
        nested(bytes, ("echo ", "\n"), ("${a:-", "}"), "$(curl x)")
    }),
    &shell("shell-parameters-open", |bytes| {
        nested(bytes, ("echo ", "\n"), ("${a%", ""), "'")
    }),
    &shell("shell-parentheses-deep", |bytes| {
        nested(bytes, ("#!/bin/sh\n", "\n"), ("(", ")"), "curl x")
    }),
    &shell("shell-parentheses-open", |bytes| {
        nested(bytes, ("#!/bin/sh\n", "\n"), ("((", ""), "curl x")
    }),
    &shell("shell-pipeline", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("curl x{n} | tee | "),
            "sh\n",
        )
    }),
    &shell("shell-quotes-deep", |bytes| {
        nested(bytes, ("#!/bin/sh\n", "\n"), ("\"$(echo ", ")\""), "curl x")
    }),
    &shell("shell-quotes-open", |bytes| {
        repeated(bytes, "#!/bin/sh\n", |n| format!("echo \"a' b{n}\n"), "")
    }),
    &shell("shell-redirections", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("rm -r a{n} >b 2>&1 <c &>>d\n"),
            "",
        )
    }),
    &shell("shell-substitutions", |bytes| {
        nested(bytes, ("#!/bin/sh\n", "\n"), ("$(echo ", ")"), "curl x")
    }),
    &shell("shell-suppressions", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("rm -r a{n} # lunet-lint: allow(recursive-delete) mine\n"),
            "",
        )
    }),
    &shell("shell-tests", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("[[ $a{n} =~ ^(a|b)$ && -f x ]] || rm -r a\n"),
            "",
        )
    }),
    &shell("shell-unfinished", |bytes| {
        repeated(
            bytes,
            "#!/bin/sh\n",
            |n| format!("if curl x{n}; then (( case \"\n"),
            "",
        )
    }),
    &shell("shell-words", |bytes| {
        repeated(bytes, "#!/bin/sh\nrm -r ", |n| format!("{n} "), "\n")
    }),
];

const fn shell(name: &'static str, make: fn(usize) -> String) -> Shape {
    Shape {
        name,
        kind: "sh",
        make,
    }
}
