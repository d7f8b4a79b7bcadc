//! A scripted editor: opens a plugin, sees the finding, asks for the fix, applies it, and says goodbye.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::{BAD, plugin};
use crate::support;

struct Editor {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Editor {
    fn start(folder: &std::path::Path) -> Self {
        let mut child = Command::new(support::program("tools"))
            .args(["lint", "--lsp"])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            length = line
                .trim()
                .strip_prefix("Content-Length: ")
                .unwrap()
                .parse()
                .unwrap();
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn ask(&mut self, id: u64, method: &str, params: &Value) -> Value {
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        let answer = self.receive();
        assert_eq!(answer["id"], id);
        answer
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn diagnostics(&mut self) -> Value {
        let message = self.receive();
        assert_eq!(message["method"], "textDocument/publishDiagnostics");
        message["params"]["diagnostics"].clone()
    }
}

#[test]
fn an_editor_sees_findings_and_gets_fixes() {
    let folder = plugin(&[]);
    let uri = format!("file://{}/plugin.c", folder.path().display());
    let mut editor = Editor::start(folder.path());
    let early = editor.ask(1, "textDocument/codeAction", &json!({}));
    assert_eq!(early["error"]["code"], -32002);
    let answer = editor.ask(2, "initialize", &json!({"capabilities": {}}));
    let capabilities = &answer["result"]["capabilities"];
    assert_eq!(capabilities["positionEncoding"], "utf-16");
    editor.tell("initialized", &json!({}));
    let text = BAD.replace("return", "/* ä \u{1f600} */ return");
    let document = json!({"uri": uri, "languageId": "c", "version": 1, "text": text});
    editor.tell("textDocument/didOpen", &json!({"textDocument": document}));
    let found = editor.diagnostics();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["code"], "internal-call");
    assert_eq!(found[0]["severity"], 1);
    // UTF-16: the face counts two, the letter one.
    assert_eq!(
        found[0]["range"]["start"],
        json!({"line": 4, "character": 22})
    );
    let params = json!({
        "textDocument": {"uri": uri},
        "range": found[0]["range"],
        "context": {"diagnostics": found},
    });
    let actions = editor.ask(3, "textDocument/codeAction", &params)["result"].clone();
    assert_eq!(actions[0]["title"], "use `lunet_ensure_coroutine`");
    let edits = &actions[0]["edit"]["changes"][&uri];
    assert_eq!(edits[0]["newText"], "lunet_ensure_coroutine");
    let fixed = text.replace("_lunet_", "lunet_");
    let change =
        json!({"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": fixed}]});
    editor.tell("textDocument/didChange", &change);
    assert_eq!(editor.diagnostics(), json!([]));
    editor.tell(
        "textDocument/didClose",
        &json!({"textDocument": {"uri": uri}}),
    );
    assert_eq!(editor.diagnostics(), json!([]));
    let unknown = editor.ask(4, "textDocument/hover", &json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    let again = editor.ask(5, "initialize", &json!({"capabilities": {}}));
    assert_eq!(again["error"]["code"], -32600);
    editor.send(&json!([]));
    assert_eq!(editor.receive()["error"]["code"], -32600);
    let answer = editor.ask(6, "shutdown", &Value::Null);
    assert_eq!(answer["result"], Value::Null);
    let late = editor.ask(7, "textDocument/codeAction", &params);
    assert_eq!(late["error"]["code"], -32600);
    editor.tell("exit", &Value::Null);
    assert!(editor.child.wait().unwrap().success());
}

/// Whole texts are asked for; pieces are put where they belong all the same, one after the other.
#[test]
fn pieces_of_a_text_change_it_where_they_say() {
    let folder = plugin(&[]);
    let uri = format!("file://{}/build.sh", folder.path().display());
    let mut editor = Editor::start(folder.path());
    editor.ask(1, "initialize", &json!({"capabilities": {}}));
    let text = ": \u{1f600}; ls\n";
    let document = json!({"uri": uri, "languageId": "shellscript", "version": 1, "text": text});
    editor.tell("textDocument/didOpen", &json!({"textDocument": document}));
    assert_eq!(editor.diagnostics(), json!([]));
    let range = |start: u64, end: u64| json!({"start": {"line": 0, "character": start}, "end": {"line": 0, "character": end}});
    // UTF-16: the face counts two.
    let changes = json!([
        {"range": range(6, 8), "text": "rm"},
        {"range": range(8, 8), "text": " -r x"},
    ]);
    editor.tell(
        "textDocument/didChange",
        &json!({"textDocument": {"uri": uri, "version": 2}, "contentChanges": changes}),
    );
    let found = editor.diagnostics();
    assert_eq!(found[0]["code"], "recursive-delete");
    assert_eq!(found[0]["range"], range(6, 13));
    editor.tell("exit", &Value::Null);
    editor.child.wait().unwrap();
}

#[test]
fn an_editor_that_leaves_without_a_word_ends_the_server() {
    let folder = plugin(&[]);
    let mut editor = Editor::start(folder.path());
    editor.tell("exit", &Value::Null);
    assert_eq!(editor.child.wait().unwrap().code(), Some(1));
}

/// What stands in other headers of the tree counts for an open document, too, and again when one is saved.
#[test]
fn an_editor_sees_what_other_headers_bring() {
    let folder = plugin(&[
        (
            "include/sizes.h",
            "static inline int twice(int x) { return 2 * x; }\n",
        ),
        ("include/macros.h", "#define JOIN(a, b) a##b\n"),
    ]);
    let uri = format!("file://{}/src/other.c", folder.path().display());
    let mut editor = Editor::start(folder.path());
    editor.ask(1, "initialize", &json!({"capabilities": {}}));
    let text = "#include \"sizes.h\"\n#include \"macros.h\"\nint twice(int x) { return x + x; }\nint f(lua_State *L) { return JOIN(_lu, net_x)(L); }\n";
    let document = json!({"uri": uri, "languageId": "c", "version": 1, "text": text});
    editor.tell("textDocument/didOpen", &json!({"textDocument": document}));
    let codes = |found: &Value| -> Vec<String> {
        let list = found.as_array().unwrap().iter();
        list.map(|one| one["code"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        codes(&editor.diagnostics()),
        ["static-inline-collision", "internal-call"]
    );
    std::fs::write(folder.path().join("include/sizes.h"), "int twice(int x);\n").unwrap();
    let header = format!("file://{}/include/sizes.h", folder.path().display());
    editor.tell(
        "textDocument/didSave",
        &json!({"textDocument": {"uri": header}}),
    );
    let change =
        json!({"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text}]});
    editor.tell("textDocument/didChange", &change);
    assert_eq!(codes(&editor.diagnostics()), ["internal-call"]);
    editor.tell("exit", &Value::Null);
    editor.child.wait().unwrap();
}
