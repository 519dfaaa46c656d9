//! The modules of this crate do not depend on each other in a cycle.

#[path = "../../plenary-attribute/tests/module_cycles.rs"]
mod module_cycles;
