"""A model that cannot be computed: found only with draws in hand, reported like any other problem."""

from __future__ import annotations

from functools import lru_cache

from forecast.book.files.problems import Place, Problem
from forecast.book.topic import Topic


class Unsound(Exception):
    """Computing met something that no number can be given for; carries the problems to show."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
        for problem in problems:
            if problem.place.line:
                self.add_note(f"{problem.place.path}, line {problem.place.line}")  # which a traceback shows
            if problem.hint:
                self.add_note(problem.hint)

    def __reduce__(self) -> tuple[type[Unsound], tuple[Problem, ...]]:
        """How it travels from a process to another: as what it was made of."""
        return type(self), self.problems


def topic_problem(topic: Topic, keys: tuple[str, ...], message: str, hint: str = "") -> Problem:
    """Return a problem placed at a key of the topic's own file."""
    return _key_problem(topic, f"seeds/{topic.name}/topic.toml", keys, message, hint)


def prior_problem(topic: Topic, keys: tuple[str, ...], message: str, hint: str = "") -> Problem:
    """Return a problem placed at a key of the topic's prior file."""
    return _key_problem(topic, f"priors/{topic.name}.toml", keys, message, hint)


def place_problem(topic: Topic, place: Place, message: str, hint: str = "") -> Problem:
    """Return a problem at a place, with that line of the file."""
    return Problem(place, message, hint, source_line(topic, place))


def source_line(topic: Topic, place: Place) -> str:
    """Return the line of a topic's file that a place stands in, empty where the file is not kept."""
    lines = _lines(topic.texts.get(place.path, ""))
    return lines[place.line - 1] if 0 < place.line <= len(lines) else ""


@lru_cache(maxsize=8)  # many problems may point into one text
def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines())


def _key_problem(topic: Topic, path: str, keys: tuple[str, ...], message: str, hint: str) -> Problem:
    from forecast.book.files.positions import key_positions

    positions = key_positions(topic.texts[path]) if path in topic.texts else {}
    while keys and keys not in positions:
        keys = keys[:-1]
    line, column = positions.get(keys, (1, 1))
    return place_problem(topic, Place(path, line, column), message, hint)
