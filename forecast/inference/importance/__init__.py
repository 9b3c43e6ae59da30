"""The fast engine: adaptive importance sampling."""
