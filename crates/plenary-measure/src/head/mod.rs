//! Heads: classifiers learned from hand codes, on the numbers of frozen models.
//!
//! **Input:** for each unit some blocks of numbers ([`features`]), and for some units a class that a person gave. **Output:**
//! a [`Head`], which gives every unit probabilities of the classes and a label, and its [`Quality`] by exact leave-one-out.
//! **Refused:** fewer than [`CODES_AT_LEAST`] codes, fewer than two classes, numbers that are not finite. **Left to others:**
//! which units a person coded, the models that computed the numbers, and files.
//!
//! Each block is centred and scaled over the corpus. A ridge regression on one-hot classes is solved in its dual form by
//! one eigendecomposition, which gives the exact leave-one-out error of every penalty (Rifkin & Lippert 2007). A multinomial
//! form of Platt's scaling (Platt 1999) turns the leave-one-out scores into probabilities. Nothing is drawn at random except the
//! subsamples of the learning curve. `evaluation/head_reference.py` is the same in numpy.

pub mod features;
mod fit;
mod quality;
mod ridge;
mod scaling;
pub mod unit;

#[cfg(test)]
mod tests;

pub use fit::{CODES_AT_LEAST, CODES_AT_MOST, Fitted, Head, HeadError, Prediction, TrainingRow, fit};
pub use quality::{CODES_ADVISED, CurvePoint, OF_CLASS_ADVISED, Quality, Warning};
