//! A corpus measured in parts on any number of machines, over a folder that all of them see.
//!
//! **Input:** a work folder, which [`plan()`] starts from files and a study. **Output:** parts ([`run`]), themes ([`fit`]), the themes of the
//! segments of each part ([`assign`]), and the results ([`combine`]): the same bytes in every table but `runs` as one run over everything.
//! Each step writes under another name and renames, so that it can be killed and repeated at any time; parts are measured and assigned in
//! any order, also twice at the same time. **Refused:** a work folder of another plan or version, a study, an input or models that differ
//! from the plan, and parts that are missing. **Left to others:** all computing (`pipeline`), and which machine does what when.

mod error;
mod folder;
mod needed;
mod placed;
mod plan;
mod status;
mod steps;
mod supervise;

pub use error::{PartsError, Step};
pub use needed::{Needed, needed};
pub use plan::{Plan, PlanOptions, plan};
pub use status::{PartStatus, Status, status};
pub use steps::{Combined, Measured, RunOptions, assign, combine, fit, run};
pub use supervise::{Worker, set_program, supervise};
