//! C sources and scripts in, findings out: the rules that keep plugins inside the public SDK.

#![forbid(unsafe_code)]
