"""What the index lists: first what people care about, then what is due soon, then the other open questions of each topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from forecast.report.summary import QuestionSummary
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.on_record import RecordedQuestion
from forecast.schema.topic import TopicContent
from forecast.sentences.cautions import contradiction_sentences
from forecast.sentences.forecasts import leading_forecast
from forecast.sentences.headlines import Headline, headline_of, range_note
from forecast.sentences.lead import lead_answer
from forecast.sentences.never_settled import never_settled_sentence
from forecast.sentences.relations import equal_questions
from forecast.sentences.same_event import open_events

DUE_DAYS = 60  # a question that ends within so many days is due soon
MOST_DUE = 8


@dataclass(frozen=True, slots=True)
class IndexLine:
    """An open question of a topic in a line, with the others that ask of its event, and those of other topics that have its number."""

    topic: TopicContent
    answer: AnswerContent
    headline: Headline
    summary: QuestionSummary
    same: tuple[AnswerContent, ...]
    equal: tuple[tuple[TopicContent, AnswerContent], ...] = ()

    @property
    def addresses(self) -> frozenset[str]:
        """The questions of its topic that it lists, as ``topic.question``."""
        return frozenset(f"{self.topic['name']}.{answer['name']}" for answer in (self.answer, *self.same))

    @property
    def has_warning(self) -> bool:
        """Whether its topic's answers stand under a warning, which the topic's own section has."""
        return bool(self.topic["warnings"] or contradiction_sentences(self.topic))

    @property
    def settling(self) -> str:
        """That it may never be settled, where its rule says so; else nothing."""
        return never_settled_sentence(self.answer)

    @property
    def range(self) -> str:
        """Its 90 % range, or its range over rival versions of the model; nothing where it has neither."""
        return range_note(self.answer)

    @property
    def last(self) -> str:
        """When news moved it last, in a sentence."""
        if self.summary.last:
            return f"Last moved by news: {self.summary.last}."
        return "No news has moved it." if self.summary.spark else ""


@dataclass(frozen=True, slots=True)
class DueLine:
    """A question that ends soon: when, what it asks, where it stands, its answer in short, and the range of that, which may be nothing."""

    by: str
    asks: str
    page: str
    anchor: str
    said: str
    range: str = ""


@dataclass(frozen=True, slots=True)
class IndexLines:
    """The questions that lead, those due soon, the other open ones by topic, and the topics in their order."""

    first: tuple[IndexLine, ...]
    due: tuple[DueLine, ...]
    others: Mapping[str, tuple[IndexLine, ...]]
    topics: tuple[str, ...]


def index_lines(
    contents: Sequence[TopicContent], summaries: Mapping[str, Mapping[str, QuestionSummary]], order: Sequence[str]
) -> IndexLines:
    """Return what the index lists; ``order`` has questions (``topic.question``) and topics, which lead in this order, before the other topics.

    Of a topic it does not name, or names as a whole, the question leads that leads its page.  A question that by a relation of the
    book has the number of one that is listed already is listed with that one.
    """
    lines = {content["name"]: _lines(content, summaries[content["name"]]) for content in contents}
    named = [entry.partition(".")[::2] for entry in order]
    topics = list(dict.fromkeys([topic for topic, _ in named if topic in lines] + [content["name"] for content in contents]))
    wanted = [*named, *((topic, "") for topic in topics if topic not in dict(named))]
    first: list[IndexLine] = []
    for topic, question in wanted:
        line = next((its for its in lines.get(topic, ()) if not question or _asks(its, question)), None)
        if line is not None and line not in first:
            first.append(line)
    every = [*first, *(its for topic in topics for its in lines[topic] if its not in first)]
    joined = _equal_joined(every, equal_questions(contents), leading=len(first))
    others = {topic: tuple(its for its in joined[len(first) :] if its.topic["name"] == topic) for topic in topics}
    return IndexLines(tuple(joined[: len(first)]), tuple(_due_lines(contents)), others, tuple(topics))


def _equal_joined(lines: Sequence[IndexLine], pairs: frozenset[frozenset[str]], *, leading: int) -> list[IndexLine]:
    """The lines without those that repeat a number of an earlier one, which names them; those that lead all stay."""
    found: list[IndexLine] = []
    for number, line in enumerate(lines):
        earlier = next((index for index, other in enumerate(found) if _are_equal(other, line, pairs)), None)
        if earlier is None or number < leading:
            found.append(line)
        else:
            more = tuple((line.topic, answer) for answer in (line.answer, *line.same))
            found[earlier] = replace(found[earlier], equal=(*found[earlier].equal, *more, *line.equal))
    return found


def _are_equal(line: IndexLine, other: IndexLine, pairs: frozenset[frozenset[str]]) -> bool:
    known = line.addresses | {f"{topic['name']}.{answer['name']}" for topic, answer in line.equal}
    return any(frozenset({one, another}) in pairs for one in known for another in other.addresses)


def _lines(content: TopicContent, summaries: Mapping[str, QuestionSummary]) -> list[IndexLine]:
    lead = lead_answer(content)
    events = open_events(content, lead="" if lead is None else lead["name"])
    return [IndexLine(content, event[0], headline_of(event[0]), summaries[event[0]["name"]], event[1:]) for event in events]


def _asks(line: IndexLine, question: str) -> bool:
    return question in {answer["name"] for answer in (line.answer, *line.same)}


def _due_lines(contents: Sequence[TopicContent]) -> list[DueLine]:
    """The open questions that end soonest, within two months of the day their topic is as of, those of people included."""
    found: list[DueLine] = []
    for content in contents:
        as_of = date.fromisoformat(content["as_of"])
        open_answers = [answer for answer in content["answers"] if answer["status"] not in words.RECORDED]
        found += [
            DueLine(its["by"], its["asks"], content["name"], its["name"], headline_of(its).in_words, range_note(its))
            for its in open_answers
            if its["by"] is not None and _is_due(its["by"], as_of)
        ]
        judged = [its for its in content.get("on_record", ()) if its["judged"] and "resolution" not in its]
        found += [
            DueLine(its["by"], its["asks"], content["name"], f"forecasts-{its['name']}", _judged_text(its))
            for its in judged
            if its["by"] is not None and _is_due(its["by"], as_of)
        ]
    return sorted(found, key=lambda line: (line.by, line.page))[:MOST_DUE]


def _is_due(by: str, as_of: date) -> bool:
    return (date.fromisoformat(by) - as_of).days <= DUE_DAYS


def _judged_text(question: RecordedQuestion) -> str:
    leading = leading_forecast(question)
    return "no forecast in force" if leading is None else leading["says"]
