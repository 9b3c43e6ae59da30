"""A name for a topic, made of the words of its question: nobody should have to think of one."""

from __future__ import annotations

import re
import unicodedata

from forecast.actions.new.deadlines import without_deadline
from forecast.book.files.names import topic_fault

WORDS_OF_NAME = 3
_PLAIN_WORDS = frozenset(
    {
        "a", "an", "and", "any", "are", "as", "at", "be", "been", "before", "by", "can", "could", "did", "do", "does",
        "during", "end", "first", "for", "from", "had", "has", "have", "how", "if", "in", "into", "is", "it", "its",
        "least", "less", "many", "may", "more", "most", "much", "of", "on", "or", "over", "per", "shall", "should",
        "so", "some", "than", "that", "the", "their", "there", "they", "this", "through", "to", "until", "up", "was",
        "were", "what", "when", "where", "which", "who", "whose", "why", "will", "with", "within", "would", "year",
    }
)  # fmt: skip


def suggested_name(asks: str) -> str:
    """Return up to three telling words of a question in snake_case, ``coup_guinea`` of "Will there be a coup in Guinea?"; empty where they make no name."""
    plain = unicodedata.normalize("NFKD", without_deadline(asks.strip())).encode("ascii", "ignore").decode().lower()
    telling = [word for word in re.findall(r"[a-z0-9]+", re.sub(r"['\u2019]s?\b", "", plain)) if word not in _PLAIN_WORDS]
    while telling and telling[0][0].isdigit():
        del telling[0]
    name = "_".join(telling[:WORDS_OF_NAME])
    return "" if not name or topic_fault(name) is not None else name
