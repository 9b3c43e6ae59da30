"""The command line: words in, one call of an action, lines out."""
