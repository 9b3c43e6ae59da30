"""A topic with those that its links name: which they are, and the topic with them, with what carries their posteriors, or with fewer questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from forecast.book.links import CarriedPosteriors, PosteriorLink
from forecast.book.topic import Topic


def linked_names(topic: Topic) -> tuple[str, ...]:
    """Return the topics that the links of a topic and of its variants name."""
    return tuple(dict.fromkeys(link.topic for rival in topic.rivals.values() for link in rival.links.values()))


def all_sources(topic: Topic) -> dict[str, Topic]:
    """Return the topics that the links of a topic and of its variants lead to, directly and through others, by name."""
    found: dict[str, Topic] = {}
    waiting = [source for rival in topic.rivals.values() for source in rival.sources.values()]
    while waiting:
        source = waiting.pop(0)
        if source.name not in found:
            found[source.name] = source
            waiting += [further for rival in source.rivals.values() for further in rival.sources.values()]
    return found


def own_links(topic: Topic) -> dict[str, tuple[PosteriorLink, Topic]]:
    """Return the links of a topic and of its variants, by address, each with the topic that it names."""
    return {link.address: (link, rival.sources[link.topic]) for rival in topic.rivals.values() for link in rival.links.values()}


def all_links(topic: Topic) -> dict[str, tuple[PosteriorLink, Topic]]:
    """Return these and the links of all topics that they lead to, which replays of earlier days follow."""
    return {address: found for its in (topic, *all_sources(topic).values()) for address, found in own_links(its).items()}


def with_sources(topic: Topic, topics: Mapping[str, Topic]) -> Topic:
    """Return a topic with the topics that its links, and those of its variants, name."""
    its = dict.fromkeys(link.topic for link in topic.links.values())
    variants = {name: replace(variant, topic=with_sources(variant.topic, topics)) for name, variant in topic.variants.items()}
    return replace(topic, sources={name: topics[name] for name in its}, variants=variants)


def with_carried(topic: Topic, carried: CarriedPosteriors) -> Topic:
    """Return a topic with what carries the posteriors that its links, and those of its variants, name."""
    variants = {name: replace(variant, topic=with_carried(variant.topic, carried)) for name, variant in topic.variants.items()}
    return replace(topic, carried=carried, variants=variants)


def with_questions(topic: Topic, names: Collection[str]) -> Topic:
    """Return a topic, and its variants, with some of its questions alone, and without scenarios."""
    variants = {name: replace(variant, topic=with_questions(variant.topic, names)) for name, variant in topic.variants.items()}
    return replace(topic, questions={name: its for name, its in topic.questions.items() if name in names}, scenarios={}, variants=variants)
