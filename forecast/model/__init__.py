"""The model: a topic as of a day, with its rows as arrays and its priors as functions of draws."""
