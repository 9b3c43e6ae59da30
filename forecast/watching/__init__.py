"""Watching a book: drafts of its reports, made at each save and shown in a browser, nothing written."""
