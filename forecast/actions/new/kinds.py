"""The kinds of question there is a template for, and what each is for; apart, so that help can name them at no cost."""

from __future__ import annotations

from collections.abc import Mapping

TEMPLATE_KINDS: Mapping[str, str] = {
    "hazard": "will it happen by a day: a rate, with quiet time",
    "count": "how many by a day",
    "share": "what share: so many of so many",
    "hypotheses": "which explanation, weighed by what was seen",
    "poll": "a poll average: one true level, several pollsters",
    "level": "a measured level with noise, against a threshold",
    "ladder": "several deadlines of one event",
    "decomposition": "a number taken apart into guesses, without a record",
    "judgement": "what people think, without a model: `forecast say` is all it needs",
}
