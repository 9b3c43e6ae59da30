"""The content of a report: a topic's analysis as plain data of the JSON contract, and the sentences about it."""
