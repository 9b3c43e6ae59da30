"""Market makers: what a trade costs along their curves, and what it does to their probabilities."""
