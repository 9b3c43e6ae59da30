"""Priors from what people can answer, and what priors imply for the questions."""
