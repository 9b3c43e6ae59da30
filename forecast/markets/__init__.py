"""Prediction markets: fees by date, market makers, prices and order books, payloads of venues, pooling and stakes."""
