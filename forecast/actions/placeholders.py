"""What a topic has of its template that is to be replaced before it is published: reasons, and rows and question of the invented example.

The example of a new book is invented as a whole and says so, its priors as its rows; it can be published as it is,
but not a topic that has only a part of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from forecast.actions.contents import PackedResult
from forecast.book.files.layout import record_path, topic_path
from forecast.book.files.problems import Place, Problem
from forecast.book.linked_topics import all_sources
from forecast.book.topic import Book, Topic
from forecast.model.errors import prior_problem

PLACEHOLDER = "A placeholder:"  # begins a reason of a template that only the person who asks can give
INVENTED_REASON = "Invented:"  # begins one of the example of a new book
INVENTED_SOURCE = "Invented example, no real source"  # of a template's rows
INVENTED_QUESTION = (
    "# Invented:"  # begins a line of a template's topic about the example, which goes where a person asks a question of their own
)
TO_BE_REPLACED = "to be replaced by a question of your own."  # ends it
HINT = "put yours in its place; until then `forecast update --draft` shows the answers, and publishes nothing"


def placeholder_problems(topic: Topic) -> tuple[Problem, ...]:
    """Return a problem for each thing of a template that must be replaced before a topic's answers are published.

    Those of topics whose posteriors are its priors are among them.
    """
    topics = (topic, *all_sources(topic).values())
    return tuple(problem for each in topics for problem in (*_reasons(each), *_rows(each), *_question(each)))


def placeholder_failures(book: Book) -> dict[str, PackedResult]:
    """Return what the topics of a book come to that still have placeholders: nothing, and why."""
    problems = {name: placeholder_problems(topic) for name, topic in book.topics.items()}
    return {name: PackedResult(problems=its, failed=True) for name, its in problems.items() if its}


def priors_with(topic: Topic, beginning: str) -> tuple[str, ...]:
    """Return the parameters of a topic, variants included, of which a reason begins so."""
    named: dict[str, None] = {}
    for rival in topic.rivals.values():
        for name, parameter in rival.parameters.items():
            if any(why.startswith(beginning) for why in (parameter.why, *parameter.why_by_label.values())):
                named[name] = None
    return tuple(named)


def _reasons(topic: Topic) -> Iterator[Problem]:
    for name in priors_with(topic, PLACEHOLDER):
        yield prior_problem(topic, (name,), f"the prior of `{name}` still has the template's reason, a placeholder", HINT)
    if not _invented_records(topic):
        for name in priors_with(topic, INVENTED_REASON):
            yield prior_problem(topic, (name,), f"the prior of `{name}` still has the reason of the invented example", HINT)


def _rows(topic: Topic) -> Iterator[Problem]:
    """A problem for each record with invented rows, in a topic whose priors are not the example's."""
    if priors_with(topic, INVENTED_REASON):
        return
    for path in _invented_records(topic):
        line = next(at for at, text in enumerate(topic.texts[path].splitlines(), start=1) if INVENTED_SOURCE in text)
        yield Problem(Place(path, line), "this record has rows of the template's invented example", HINT)


def _question(topic: Topic) -> Iterator[Problem]:
    """A problem for a topic with a model that says that its question is invented, and whose priors are not the example's."""
    if priors_with(topic, INVENTED_REASON) or not topic.questions:
        return
    path = topic_path(topic.name)
    for at, line in enumerate(topic.texts[path].splitlines(), start=1):
        if line.startswith(INVENTED_QUESTION) and line.endswith(TO_BE_REPLACED):
            hint = HINT.replace("put yours in its place", "put yours in its place and delete this line")
            yield Problem(Place(path, at), "this topic still says that its question is invented", hint)


def _invented_records(topic: Topic) -> tuple[str, ...]:
    paths = (record_path(topic.name, stream) for stream in topic.streams)
    return tuple(path for path in paths if INVENTED_SOURCE in topic.texts.get(path, ""))
