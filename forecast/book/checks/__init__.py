"""Checks of a book: what is wrong with a topic, its statements, priors, questions and rows, each with its place."""
