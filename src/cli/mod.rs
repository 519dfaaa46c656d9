//! The commands of `plenary`, one file each. They print for people and hold no logic worth testing alone.

pub mod segment;
