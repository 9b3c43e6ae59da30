"""The book: what people edit, read into values; and what is wrong with it, with places."""
