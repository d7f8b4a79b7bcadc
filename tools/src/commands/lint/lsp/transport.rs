//! Messages as the protocol frames them: a `Content-Length` header, an empty line, the body.

use std::io::{BufRead, Read as _};

use anyhow::Context as _;
use serde_json::Value;

use crate::render;

/// Larger messages are refused.
const CAP_BYTES: u64 = 64 << 20;

/// The next body, none at the end of the stream.
pub(super) fn read(input: &mut impl BufRead) -> anyhow::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.take(4096).read_line(&mut line).context("stdin")? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = Some(value.trim().parse::<u64>().context("Content-Length")?);
        }
    }
    let length = length.context("a message without Content-Length")?;
    anyhow::ensure!(length <= CAP_BYTES, "a message of {length} bytes");
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body).context("stdin")?;
    anyhow::ensure!(body.len() as u64 == length, "a message ends too early");
    Ok(Some(body))
}

/// Sends a message at once.
pub(super) fn write(message: &Value) {
    let body = message.to_string();
    render::out_at_once(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
}
