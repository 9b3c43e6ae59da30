"""Questions about days after the rows of a stream that nothing is simulated for: its statement uses a column, and nobody says what that will be.

Such a total stays as the rows leave it, so that a question of more of it would be answered "no" for want of a statement, and not for a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from forecast.book.files.problems import Problem
from forecast.book.record_columns import record_columns
from forecast.book.topic import Question, Stream, Topic
from forecast.model.errors import topic_problem
from forecast.model.forward_streams import undeclared_columns
from forecast.schema import words


def unprojected_total_problems(topic: Topic) -> Iterator[Problem]:
    """Yield an error for each question or scenario that uses the total of a stream for days on which it has no rows and is not drawn forward.

    The statements of all variants count.  Evidence that exists once is never added up, and is no matter here.
    """
    found: set[tuple[str, str]] = set()
    for rival in topic.rivals.values():
        missing = {name: columns for name, stream in rival.streams.items() if not stream.once and (columns := undeclared_columns(stream))}
        if not missing:
            continue
        from forecast.predict.questions import streams_asked  # not needed where every stream has a future

        for kind, asked in (("questions", rival.questions), ("scenarios", rival.scenarios)):
            for question in asked.values():
                for name in sorted(streams_asked(rival, question) & set(missing)):
                    if (kind + question.name, name) not in found and _asks_beyond(question, rival.streams[name]):
                        found.add((kind + question.name, name))
                        yield _problem(topic, (kind, question.name), rival.streams[name], missing[name])


def _asks_beyond(question: Question, stream: Stream) -> bool:
    return question.by is not None and question.by > (_last_day(stream) or date.min)


def _last_day(stream: Stream) -> date | None:
    return date.fromordinal(int(record_columns(stream.rows).end.max())) if len(stream.rows) else None


def _problem(topic: Topic, place: tuple[str, str], stream: Stream, columns: tuple[str, ...]) -> Problem:
    last = _last_day(stream)
    when = f"after {words.day(last)}, the last day of its rows" if last else "while it has no rows"
    named = " and ".join(f"`{column}`" for column in columns)
    example = ", ".join(f'{column} = "{_example(stream, column)}"' for column in columns)
    message = f"this asks for `total({stream.name})` on days for which nothing is simulated: nobody says what {named} will be {when}"
    hint = f"`next = {{ {example} }}` under `[streams.{stream.name}]` says it; if no row is to come, ask for a parameter, or up to the last row"
    return topic_problem(topic, place, message, hint)


def _example(stream: Stream, column: str) -> str:
    """What the column has in the last row; 1 where there is none."""
    value = stream.rows[-1].columns.get(column, 1.0) if len(stream.rows) else 1.0
    return value if isinstance(value, str) else f"{value:g}"
