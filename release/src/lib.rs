//! What a Lunet release is, and the checks that prove one sound.

#![forbid(unsafe_code)]
