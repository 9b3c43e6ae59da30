"""Whose prior it is that was varied: the topic's, or that of a version of the model that states another one under the same name."""

from __future__ import annotations

from forecast.schema.topic import TopicContent


def versions_of_varied_priors(content: TopicContent) -> tuple[str, ...]:
    """Return the version of the model whose own prior each varied one is, in the order of the report; empty for the topic's.

    It is also empty where all the varied priors of a name are one version's, so that the name alone says which is meant.
    """
    rows = content["insight"]["sensitivity"] if content["insight"] is not None else []
    versions: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        versions.setdefault((row["parameter"], row["label"]), set()).add(row.get("variant", ""))
    return tuple(row.get("variant", "") if len(versions[row["parameter"], row["label"]]) > 1 else "" for row in rows)
