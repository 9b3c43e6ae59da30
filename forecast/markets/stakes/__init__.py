"""Stakes: how much to buy, by expected log growth, and whose probability to use."""
