"""Venues: their payloads as listings, quotes and books, and their fees by date."""
