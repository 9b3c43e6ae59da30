"""What hidden regimes come to, in words."""

from __future__ import annotations

from forecast.schema import words
from forecast.schema.regimes import RegimeContent, driven_by


def regime_sentences(content: RegimeContent) -> list[str]:
    """Say which state the last step of a regime is likeliest in, and what the probabilities rest on."""
    chances, label = content["probabilities"][-1], content["labels"][-1]
    likeliest = max(range(len(chances)), key=chances.__getitem__)
    state = f'the probability that {_in_words(content["name"])} is "{content["states"][likeliest]}" in {label} is {words.percent(chances[likeliest])}'
    if not content["observed"]:
        streams = " or ".join(map(_in_words, driven_by(content)))
        return [f"No row of {streams or 'its stream'} says anything of it yet: {state}."]
    unseen = len(content["labels"]) - content["observed"]
    rests = (
        "" if not unseen else f"; no row is of that {content['step']} yet, and the last is of {content['labels'][content['observed'] - 1]}"
    )
    return [
        f"{words.capitalise(state)}{rests}.",
        "The states are no part of the record: each probability is given the rows up to its step, and simulated futures begin with the last.",
    ]


def _in_words(name: str) -> str:
    return name.replace("_", " ")
