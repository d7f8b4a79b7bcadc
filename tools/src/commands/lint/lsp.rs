//! `--lsp`: the lint as a language server on stdin and stdout: diagnostics while one types, and quick fixes.
//! Protocol: Language Server Protocol 3.17. Documents are asked for whole; nothing is written to disk.

mod convert;
mod transport;

use std::collections::BTreeMap;
use std::io::BufRead;
use std::process::ExitCode;

use lunet_lints::finding::List;
use serde_json::{Value, json};

use super::configuration::Configuration;
use super::facts::FactsByDirectory;
use super::judge;
use crate::exit;
use convert::Encoding;

/// JSON-RPC: the method is not known.
const METHOD_NOT_FOUND: i64 = -32601;
/// JSON-RPC: the message is no request, or none that may come now.
const INVALID_REQUEST: i64 = -32600;
/// LSP: a request came before `initialize`.
const NOT_INITIALIZED: i64 = -32002;
/// JSON-RPC: the message is no JSON.
const PARSE_ERROR: i64 = -32700;

/// Serves until the client says `exit` or closes the stream.
pub(super) fn run(configuration: &Configuration) -> anyhow::Result<ExitCode> {
    let mut server = Server {
        configuration,
        documents: BTreeMap::new(),
        facts: None,
        encoding: Encoding::Utf16,
        is_initialized: false,
        is_shut_down: false,
    };
    server.serve(&mut std::io::stdin().lock())
}

struct Server<'a> {
    configuration: &'a Configuration,
    /// The open documents by their URI, as they were judged last.
    documents: BTreeMap<String, Document>,
    /// What the headers of the tree say; read again when one of them is saved.
    facts: Option<FactsByDirectory>,
    encoding: Encoding,
    is_initialized: bool,
    is_shut_down: bool,
}

impl Server<'_> {
    fn serve(&mut self, input: &mut impl BufRead) -> anyhow::Result<ExitCode> {
        while let Some(body) = transport::read(input)? {
            let Ok(message) = serde_json::from_slice::<Value>(&body) else {
                transport::write(&error(&Value::Null, PARSE_ERROR, "the message is no JSON"));
                continue;
            };
            if message["method"] == "exit" {
                break;
            }
            self.handle(&message);
        }
        // The protocol: 0 after `shutdown`, 1 without.
        Ok(if self.is_shut_down {
            exit::well()
        } else {
            exit::bad()
        })
    }

    fn handle(&mut self, message: &Value) {
        let is_answer = message.get("result").is_some() || message.get("error").is_some();
        let Some(method) = message["method"].as_str() else {
            // The server asks nothing: answers of a client are to nobody.
            if !is_answer {
                transport::write(&error(
                    &Value::Null,
                    INVALID_REQUEST,
                    "the message has no method",
                ));
            }
            return;
        };
        let params = &message["params"];
        if let Some(id) = message.get("id") {
            let answer = match self.request(method, params) {
                Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
                Err((code, text)) => error(id, code, &text),
            };
            transport::write(&answer);
        } else if self.is_initialized && !self.is_shut_down {
            self.notification(method, params);
        }
    }

    fn request(&mut self, method: &str, params: &Value) -> Result<Value, (i64, String)> {
        if !self.is_initialized && method != "initialize" {
            return Err((NOT_INITIALIZED, "initialize comes first".to_owned()));
        }
        if self.is_shut_down {
            return Err((INVALID_REQUEST, "the server is shut down".to_owned()));
        }
        match method {
            "initialize" if self.is_initialized => {
                Err((INVALID_REQUEST, "initialize comes only once".to_owned()))
            }
            "initialize" => Ok(self.initialize(params)),
            "shutdown" => {
                self.is_shut_down = true;
                Ok(Value::Null)
            }
            "textDocument/codeAction" => Ok(self.code_actions(params)),
            _ => Err((METHOD_NOT_FOUND, format!("`{method}` is not known"))),
        }
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.is_initialized = true;
        let encodings = params["capabilities"]["general"]["positionEncodings"].as_array();
        let has_utf8 = encodings.is_some_and(|list| list.iter().any(|name| name == "utf-8"));
        if has_utf8 {
            self.encoding = Encoding::Utf8;
        }
        json!({
            "capabilities": {
                "positionEncoding": self.encoding.name(),
                "textDocumentSync": {"openClose": true, "change": 1, "save": {"includeText": true}},
                "codeActionProvider": {"codeActionKinds": ["quickfix"]},
            },
            "serverInfo": {"name": "lunet-lints", "version": env!("CARGO_PKG_VERSION")},
        })
    }

    fn notification(&mut self, method: &str, params: &Value) {
        let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
        let text = match method {
            "textDocument/didOpen" => owned(&params["textDocument"]["text"]),
            "textDocument/didChange" => self.changed(uri, &params["contentChanges"]),
            "textDocument/didSave" => {
                if convert::path(uri)
                    .is_some_and(|path| path.extension().is_some_and(|kind| kind == "h"))
                {
                    self.facts = None;
                }
                owned(&params["text"])
            }
            "workspace/didChangeWatchedFiles" => {
                self.facts = None;
                None
            }
            "textDocument/didClose" => {
                self.documents.remove(uri);
                publish(uri, &[]);
                return;
            }
            _ => None,
        };
        if let Some(text) = text {
            self.judge(uri, &text);
        }
    }

    /// The text of a document behind changes, none without any. Whole texts were asked for; a client that sends
    /// pieces is understood, too.
    fn changed(&self, uri: &str, changes: &Value) -> Option<String> {
        let known = self.documents.get(uri).map(|document| &document.text);
        let changes = changes.as_array().filter(|changes| !changes.is_empty())?;
        let mut text = known.cloned().unwrap_or_default();
        for change in changes {
            let piece = change["text"].as_str()?;
            let Some(range) = change.get("range").filter(|range| !range.is_null()) else {
                piece.clone_into(&mut text);
                continue;
            };
            let place = |key: &str| convert::offset(&text, &range[key], self.encoding);
            let (start, end) = (place("start"), place("end"));
            text.replace_range(start..end.max(start), piece);
        }
        Some(text)
    }

    fn judge(&mut self, uri: &str, text: &str) {
        let Some(path) = convert::path(uri) else {
            return;
        };
        let known = self.facts.take().filter(|facts| facts.knows(&path));
        let facts = known.unwrap_or_else(|| FactsByDirectory::around(self.configuration, &path));
        let judged = judge::text(self.configuration, &facts, &path, text.to_owned());
        self.facts = Some(facts);
        let diagnostics: Vec<_> = judged
            .findings
            .iter()
            .filter(|finding| finding.suppressed.is_none())
            .map(|finding| convert::diagnostic(uri, text, &finding, self.encoding))
            .collect();
        publish(uri, &diagnostics);
        self.documents.insert(
            uri.to_owned(),
            Document {
                text: text.to_owned(),
                findings: judged.findings,
            },
        );
    }

    /// The fixes of the findings that touch a range.
    fn code_actions(&self, params: &Value) -> Value {
        let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
        let Some(document) = self.documents.get(uri) else {
            return json!([]);
        };
        let offset =
            |key: &str| convert::offset(&document.text, &params["range"][key], self.encoding);
        let (start, end) = (offset("start"), offset("end"));
        document
            .findings
            .iter()
            .filter(|finding| finding.suppressed.is_none())
            .filter(|finding| finding.range.start <= end && start <= finding.range.end)
            .filter_map(|finding| convert::action(uri, &document.text, &finding, self.encoding))
            .collect()
    }
}

fn owned(text: &Value) -> Option<String> {
    text.as_str().map(str::to_owned)
}

/// A text that an editor has open, as it was judged.
struct Document {
    text: String,
    findings: List,
}

fn publish(uri: &str, diagnostics: &[Value]) {
    transport::write(&json!({
        "jsonrpc": "2.0",
        "method": "textDocument/publishDiagnostics",
        "params": {"uri": uri, "diagnostics": diagnostics},
    }));
}

fn error(id: &Value, code: i64, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}
