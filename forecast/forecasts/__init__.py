"""Forecasts on record: what somebody said of a question, and how the question ended, in plain files of one format whatever the origin."""
