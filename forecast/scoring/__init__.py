"""Scoring rules: pure functions of arrays, which know nothing of books, records or platforms' files."""
