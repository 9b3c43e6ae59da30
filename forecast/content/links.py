"""What a report says of priors that are another topic's posterior."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date

from forecast.book.checks.links import link_warnings
from forecast.book.linked_topics import linked_names
from forecast.book.links import LinkFit, PosteriorLink
from forecast.book.topic import BASE, Topic
from forecast.schema.links import LinkContent


def link_contents(topic: Topic, as_of: date) -> list[LinkContent]:
    """Return what carries the posteriors that the links of a topic and of its variants name, as of a day; empty where there are none."""
    notes: dict[PosteriorLink, list[str]] = {}
    for link, problem in link_warnings(topic, as_of=as_of) if linked_names(topic) else ():
        notes.setdefault(link, []).append(problem.message)
    contents: list[LinkContent] = []
    for variant, rival in topic.rivals.items():
        for (parameter, label), link in rival.links.items():
            assert rival.carried is not None  # the topic has been computed
            content = _content(parameter, label, link, rival.carried.fit(link, as_of), notes.get(link, ()))
            if variant == BASE:
                contents.append(content)
            elif topic.links.get((parameter, label)) != link:
                contents.append({**content, "variant": variant})
    return contents


def link_cautions(contents: Sequence[LinkContent]) -> Iterator[str]:
    """Say which posteriors rest on draws for which no engine vouches."""
    for link in dict.fromkeys(content["link"] for content in contents if not content["sound"]):
        yield f"A prior is `{link}`, and by the engine's own checks the draws behind it are not sound. Do not rely on these numbers."


def _content(parameter: str, label: str, link: PosteriorLink, fit: LinkFit, notes: Sequence[str]) -> LinkContent:
    whole = math.fsum(weight for weight, _ in fit.parts)
    return {
        "parameter": parameter,
        "label": label,
        "link": link.text,
        "parts": [{"share": weight / whole, "statement": text} for weight, text in fit.parts],
        "kolmogorov": fit.kolmogorov,
        "gap": fit.gap,
        "log": fit.is_log,
        "size": fit.size,
        "sound": fit.sound,
        "notes": list(notes),
    }
