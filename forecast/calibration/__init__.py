"""Whether forecasts mean what they say: reliability of probabilities, uniformity of distributions, and what recalibration would gain."""
