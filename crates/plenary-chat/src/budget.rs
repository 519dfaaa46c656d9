//! What calls cost.
//!
//! **Input**: prices, the sizes of requests, the tokens that the server counts. **Output**: what was spent; whether the next call
//! may be sent. A call is counted with an upper estimate before it is sent and with the server's count afterwards. The estimate
//! assumes a token for every three bytes of the request, more if the server has counted more, and an answer as long as allowed.
//! **Refused**: calls that could exceed the limit.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::options::ChatOptions;

/// Tokens of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: u64,
    /// Tokens of the answer.
    #[serde(default)]
    pub completion_tokens: u64,
}

/// Money and tokens of a run.
pub(crate) struct Budget {
    price_input: f64,
    price_output: f64,
    max_cost: f64,
    state: Mutex<State>,
}

struct State {
    spent: f64,
    /// Estimates of calls that are under way.
    reserved: f64,
    usage: Usage,
    tokens_per_byte: f64,
}

/// The estimate of a call that is under way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reserved {
    cost: f64,
    prompt_bytes: u64,
    usage: Usage,
}

/// The limit does not allow the next call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct OverBudget {
    pub(crate) spent: f64,
    pub(crate) next: f64,
}

impl Budget {
    /// Nothing spent yet.
    pub(crate) fn new(options: &ChatOptions) -> Self {
        let state = State { spent: 0.0, reserved: 0.0, usage: Usage::default(), tokens_per_byte: 1.0 / 3.0 };
        Self {
            price_input: options.price_input,
            price_output: options.price_output,
            max_cost: options.max_cost,
            state: Mutex::new(state),
        }
    }

    fn cost(&self, usage: Usage) -> f64 {
        (usage.prompt_tokens as f64 * self.price_input + usage.completion_tokens as f64 * self.price_output) / 1e6
    }

    /// Counts a call before it is sent.
    pub(crate) fn reserve(&self, prompt_bytes: u64, max_answer_tokens: u64) -> Result<Reserved, OverBudget> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let prompt_tokens = (prompt_bytes as f64 * state.tokens_per_byte).ceil() as u64;
        let usage = Usage { prompt_tokens, completion_tokens: max_answer_tokens };
        let cost = self.cost(usage);
        if self.max_cost > 0.0 && state.spent + state.reserved + cost > self.max_cost {
            return Err(OverBudget { spent: state.spent, next: cost });
        }
        state.reserved += cost;
        Ok(Reserved { cost, prompt_bytes, usage })
    }

    /// Counts what a call took: the server's count, or the estimate if it sent none.
    pub(crate) fn settle(&self, reserved: Reserved, counted: Option<Usage>) {
        let usage = counted.unwrap_or(reserved.usage);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.reserved -= reserved.cost;
        state.spent += self.cost(usage);
        state.usage.prompt_tokens += usage.prompt_tokens;
        state.usage.completion_tokens += usage.completion_tokens;
        if counted.is_some() && reserved.prompt_bytes > 0 {
            let seen = usage.prompt_tokens as f64 / reserved.prompt_bytes as f64;
            state.tokens_per_byte = state.tokens_per_byte.max(seen);
        }
    }

    /// A call was refused by the server before it did anything.
    pub(crate) fn release(&self, reserved: Reserved) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).reserved -= reserved.cost;
    }

    /// Tokens, and their cost; the latter is 0 without prices.
    pub(crate) fn spent(&self) -> (Usage, f64) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.usage, state.spent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(max_cost: f64) -> Budget {
        Budget::new(&ChatOptions { price_input: 1.0, price_output: 10.0, max_cost, ..ChatOptions::default() })
    }

    #[test]
    fn a_call_that_could_exceed_the_limit_is_refused() {
        // 3,000 bytes are 1,000 tokens for 0.001; 100 tokens of an answer are 0.001.
        let budget = budget(0.005);
        let first = budget.reserve(3000, 100).unwrap();
        let _second = budget.reserve(3000, 100).unwrap();
        let over = budget.reserve(3000, 100).unwrap_err();
        assert!((over.next - 0.002).abs() < 1e-12 && over.spent == 0.0, "calls under way count: {over:?}");
        budget.settle(first, Some(Usage { prompt_tokens: 500, completion_tokens: 10 }));
        let (usage, cost) = budget.spent();
        assert_eq!(usage, Usage { prompt_tokens: 500, completion_tokens: 10 });
        assert!((cost - 0.0006).abs() < 1e-12);
        let third = budget.reserve(3000, 100).unwrap();
        budget.release(third);
        budget.reserve(3000, 100).unwrap();
    }

    #[test]
    fn estimates_follow_the_servers_count_upwards() {
        let budget = budget(0.0);
        let call = budget.reserve(300, 10).unwrap();
        assert_eq!(call.usage.prompt_tokens, 100);
        budget.settle(call, Some(Usage { prompt_tokens: 240, completion_tokens: 1 }));
        let call = budget.reserve(300, 10).unwrap();
        assert_eq!(call.usage.prompt_tokens, 240);
        budget.settle(call, None);
        assert_eq!(budget.spent().0, Usage { prompt_tokens: 480, completion_tokens: 11 });
        let call = budget.reserve(300, 10).unwrap();
        budget.settle(call, Some(Usage { prompt_tokens: 1, completion_tokens: 1 }));
        assert_eq!(budget.reserve(300, 10).unwrap().usage.prompt_tokens, 240);
    }
}
