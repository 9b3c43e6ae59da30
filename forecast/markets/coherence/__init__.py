"""Coherence of prices: what contracts with a logical structure must satisfy, what trades lock in a profit, and fair values of a ladder."""
