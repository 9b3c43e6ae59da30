"""Scores of a record of forecasts: which questions count, each forecaster's scores of each, and what they come to."""
