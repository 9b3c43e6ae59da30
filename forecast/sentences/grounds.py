"""What answers rest on, said on the first screen of a page: since when the ledger has the priors, and how many rows rest on memory or silence."""

from __future__ import annotations

from forecast.schema.topic import TopicContent
from forecast.schema.words import day


def grounds_sentences(content: TopicContent) -> str:
    """Return since when the ledger has a report's priors, and how many of its rows are of grade C; empty where neither is known.

    The rows of records that are too long to be listed are not counted.
    """
    said = []
    if "priors_written" in content:
        said.append(f"The assumptions have stood in the ledger as they are since {day(content['priors_written'])}.")
    rows = [row for stream in content["streams"] if "long" not in stream for row in stream["rows"]]
    recalled = sum(row["grade"] == "C" for row in rows)
    if recalled:
        are = "is weak" if recalled == 1 else "are weak"
        said.append(
            f"Of the {len(rows)} rows of the record, {recalled} {are} (grade C): recalled from memory, or zeros that no source states."
        )
    return " ".join(said)
