//! End-to-end tests: everything a user can observe, from outside.
