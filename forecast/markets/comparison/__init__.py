"""A market's price beside an answer: what the contract may pay, and what the parameters would have to be for that price."""
