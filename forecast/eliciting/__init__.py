"""Eliciting: from what people can answer to a prior, and what that prior says of the questions."""
