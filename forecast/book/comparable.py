"""Whether the rows of a topic can weigh its variants: only where each models the same rows on the same scale and, for evidence, every row counts whole."""

from __future__ import annotations

from forecast.book.topic import Topic
from forecast.language.distributions.families import family_for


def evidence_obstacle(topic: Topic) -> str:
    """Return why the evidence of a topic's variants cannot be compared, in words; empty where it can."""
    for name, stream in topic.streams.items():
        if stream.weight is not None:  # no variant replaces it
            return f"rows of `{name}` have a weight, and what rows say that count in part is no probability"
    return score_obstacle(topic)


def score_obstacle(topic: Topic) -> str:
    """Return why the scores of a topic's variants cannot be compared, in words; empty where they can."""
    for name in topic.streams:
        rivals = {variant: rival.streams[name] for variant, rival in topic.rivals.items()}
        scales = {variant: _scale(family_for(stream.value).discrete) for variant, stream in rivals.items()}
        for variant, scale in scales.items():
            first = next(iter(scales))
            if scale != scales[first]:
                return f"rows of `{name}` have {scales[first]} under `{first}` and {scale} under `{variant}`"
        for variant, stream in rivals.items():
            if stream.classes != topic.streams[name].classes:
                return f"rows of `{name}` have other classes under `{variant}`"
    return ""


def _scale(discrete: bool) -> str:  # noqa: FBT001 - one truth, and nothing else
    return "a probability" if discrete else "a density"
