"""Conditioning a model on its rows, twice: adaptive importance sampling, and NUTS as referee."""
