"""The JSON contract of reports, typed, and the words used for numbers; below everything that fills or shows it."""
