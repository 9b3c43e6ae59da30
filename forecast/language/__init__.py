"""The language of topic and prior files: expressions, statements and distributions.

One statement, three readings: over NumPy arrays of draws, over PyTensor
variables, and as PyMC source text.  Nothing here reads a file or knows a book.
"""
