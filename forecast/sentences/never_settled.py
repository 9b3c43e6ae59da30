"""Whether a question may never be settled, by its own rule, in words that stand beside its answer."""

from __future__ import annotations

import re

from forecast.schema import words
from forecast.schema.answers import AnswerContent

NEVER = re.compile(r"^never\b|\bnever (be )?settled\b", re.IGNORECASE)
MAY_NEVER = "May never be settled"


def never_settled_sentence(answer: AnswerContent) -> str:
    """Say that an open question may never be settled, where its rule says "never settled", "never be settled", or begins with "Never"; else nothing."""
    return MAY_NEVER if answer["status"] not in words.RECORDED and NEVER.search(answer["rule"]) else ""
