"""Insight: what moved an answer, what it rests on, what would change it; one file for each way of asking why."""
