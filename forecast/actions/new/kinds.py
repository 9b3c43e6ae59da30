"""The kinds of question there is a template for, and what each is for; apart, so that help can name them at no cost."""

from __future__ import annotations

from collections.abc import Mapping

BASE_RATES: Mapping[str, str] = {
    "hazard": "rate",
    "count": "rate",
    "ladder": "chance",
    "share": "share",
    "reference": "share",
}  # what a base rate is about

CHOICE_PARAMETERS: Mapping[str, str] = {"hypotheses": "cause", "options": "winner"}  # whose labels are a person's to name

PAST_KINDS = frozenset({"count"})  # whose dialogue asks for the counts of the years before

SEASONAL_KINDS = frozenset({"seasonal"})  # whose rows are shorter than a season, since a row has one place in the year

VOTE_KINDS = frozenset({"poll"})  # whose day is that of a vote, which decides how far the result may be from what is polled

OPTIONAL_DAY = frozenset({"options"})  # whose questions have a last day only where one is given

TEMPLATE_KINDS: Mapping[str, str] = {
    "hazard": "will it happen by a day: a rate, with quiet time",
    "count": "how many by a day",
    "seasonal": "how many by a day, more in one season than in another",
    "share": "what share: so many of so many",
    "hypotheses": "which explanation, weighed by what was seen",
    "poll": "a poll average: one true level, several pollsters",
    "level": "a measured level with noise, against a threshold",
    "ladder": "several deadlines of one event",
    "decomposition": "a number taken apart into guesses, without a record",
    "options": "which of several named options: a chance for each",
    "conditional": "what if, and what if not: a pair of questions and the chance of the condition",
    "reference": "one case by the base rate of its reference class",
    "judgement": "what people think, without a model: `forecast say` is all it needs",
}
