"""Files of a book about markets: contracts and what is believed of them, quotes, books and positions."""
