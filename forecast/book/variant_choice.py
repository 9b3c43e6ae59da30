"""Which variant of a topic somebody means."""

from __future__ import annotations

from forecast.book.files.layout import topic_path
from forecast.book.files.problems import Place, Problem, Result
from forecast.book.topic import Topic
from forecast.language.faults import did_you_mean


def choose_variant(topic: Topic, name: str) -> Result[Topic]:
    """Return the variant of a topic that a name stands for, ``base`` for the topic as it stands; or the topic itself where no name is given.

    A topic with variants has to be given one, since what asks for it is of one model alone.
    """
    place = Place(topic_path(topic.name))
    if name in topic.rivals:
        return Result(topic.rivals[name])
    listed = f"its variants: {', '.join(topic.rivals)}"
    if name and not topic.variants:
        return Result(None, (Problem(place, f"`{topic.name}` has no variants", "leave out --variant"),))
    if name:
        hint = did_you_mean(name, topic.rivals) or listed
        return Result(None, (Problem(place, f"`{topic.name}` has no variant `{name}`", hint),))
    if topic.variants:
        return Result(None, (Problem(place, f"`{topic.name}` has variants, and this is of one model: say which with --variant", listed),))
    return Result(topic)
