"""Whose prior it is that was varied: the topic's, or that of a version of the model that states another one under the same name."""

from __future__ import annotations

from forecast.schema.topic import TopicContent

UNNAMED_VERSION = "another version"


def versions_of_varied_priors(content: TopicContent) -> tuple[str, ...]:
    """Return the version of the model whose own prior each varied one is, in the order of the report; empty for the topic's.

    A report has the variations version by version, the topic as it stands first, and of a prior that versions state alike only once.  So
    those of one prior stand together, and where they begin anew another version's follow.
    """
    rows = content["insight"]["sensitivity"] if content["insight"] is not None else []
    runs: dict[tuple[str, str], int] = {}  # how many versions have had each prior so far
    numbers: list[int] = []
    last, changes = ("", ""), set[str]()
    for row in rows:
        prior = row["parameter"], row["label"]
        if prior != last or row["change"] in changes:
            runs[prior] = runs.get(prior, 0) + 1
            last, changes = prior, set()
        changes.add(row["change"])
        numbers.append(runs[prior])
    named = {prior: _names(content, prior, count) for prior, count in runs.items()}
    return tuple(named[row["parameter"], row["label"]][number - 1] for row, number in zip(rows, numbers, strict=True))


def _names(content: TopicContent, prior: tuple[str, str], count: int) -> list[str]:
    """The names of so many versions with a prior of one name."""
    if count == 1:
        return [""]
    own = [""] if any(parameter["name"] == prior[0] for parameter in content["parameters"]) else []
    named = [*own, *_versions_with_another(content, *prior)]
    return named if len(named) == count else [*own, *[UNNAMED_VERSION] * (count - len(own))]


def _versions_with_another(content: TopicContent, name: str, label: str) -> list[str]:
    """The versions of the model that state a prior otherwise than the topic does, the first of those that state it alike."""
    stated = {parameter["statement"] for parameter in content["parameters"] if (parameter["name"], parameter["label"]) == (name, label)}
    places = [f"priors.{name}", f"priors.{name}.{label}"] if label else [f"priors.{name}"]
    having = []
    for rival in content["variants"]["rivals"] if "variants" in content else ():
        text = next((change["text"] for change in rival["changes"] if change["place"] in places), None)
        if text is not None and text not in stated:
            stated.add(text)
            having.append(rival["name"])
    return having
