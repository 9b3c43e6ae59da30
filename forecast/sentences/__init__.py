"""Sentences made from the JSON contract alone: about answers, changes and what to beware of."""
