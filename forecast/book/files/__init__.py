"""The files of a book: TOML and CSV as text with places, the folder they lie in, how they are written, and problems."""
