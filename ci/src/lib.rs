//! A workflow file in, a plan out, and a replay of that plan on this machine.

#![forbid(unsafe_code)]
