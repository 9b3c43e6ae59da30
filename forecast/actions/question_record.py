"""A question by what somebody typed, ``topic.question``, ``question`` or ``collection:id``, with all that is on record of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, root_problem, topic_names, topic_path
from forecast.book.files.problems import Place, Problem, Result, has_errors
from forecast.book.files.sources import read_document
from forecast.book.reading import read_topic
from forecast.book.topic import Topic
from forecast.forecasts.own_questions import own_terms
from forecast.forecasts.reading import collection_names, read_collection, read_topic_record
from forecast.forecasts.record import COLLECTIONS, ForecastRecord
from forecast.forecasts.tables import FORECASTS
from forecast.forecasts.terms import AskedKey, QuestionTerms, terms_of_record
from forecast.language.faults import did_you_mean, known_names_text


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """A question as asked, and the record that it belongs to with the terms of all its questions; ``topic`` is None in a collection.

    The record has no forecasts, which only few need to know; ``forecasts_of`` reads them.
    """

    record: ForecastRecord
    terms: Mapping[AskedKey, QuestionTerms]
    question: QuestionTerms
    topic: Topic | None

    @property
    def address(self) -> str:
        """The name by which commands know the question."""
        return self.record.address(self.question.question.id)


def read_question_record(root: Path, text: str, *, asked: str = "") -> Result[QuestionRecord]:
    """Return the question that a text names, with the record that it is in, or why there is none.

    ``asked`` is the hash of the wording that is meant, where it is not the one asked now.  What is wrong with rows of
    the record is not among the problems: it keeps nobody from adding one.
    """
    if (missing := root_problem(root)) is not None:
        return Result(None, (missing,))
    folder = Folder(root)
    collection, sign, name = text.partition(":")
    if sign:
        return _in_collection(folder, collection, name)
    named, problems = _find_topic(folder, text)
    if named is None:
        return Result(None, problems)
    topic_name, name = named
    topic, problems = read_topic(folder, topic_name)
    if topic is None:
        return Result(None, tuple(problem for problem in problems if problem.level == "error"))
    record, _ = read_topic_record(folder, topic_name, forecasts=False)
    terms = terms_of_record(record, own_terms(topic))
    chosen = _choose_wording(terms, name, asked)
    if chosen is None:
        return Result(None, (_no_wording_problem(topic_name, terms, name, asked),))
    return Result(QuestionRecord(record, terms, chosen, topic))


def forecasts_of(root: Path, found: QuestionRecord) -> ForecastRecord:
    """Return the record of a question with its forecasts."""
    read = read_collection if found.topic is None else read_topic_record
    return read(Folder(root), found.record.name)[0]


def mentions(root: Path, found: QuestionRecord, *ids: str) -> bool:
    """Whether the file of forecasts has any of some ids in it: if not, nothing of it needs to be read to know that no row has them."""
    path = f"{found.record.path}/{FORECASTS.file}.csv"
    folder = Folder(root)
    if folder.kind(path) is None:
        return False
    raw = folder.read(path)
    return any(text.encode() in raw for text in ids if text)


def _in_collection(folder: Folder, collection: str, name: str) -> Result[QuestionRecord]:
    known = collection_names(folder)
    if collection not in known:
        hint = did_you_mean(collection, known) or (
            f"collections here: {', '.join(known)}" if known else "import one with `forecast import`"
        )
        return Result(None, (Problem(Place(COLLECTIONS), f"no collection `{collection}` in this book", hint),))
    record, problems = read_collection(folder, collection, forecasts=False)
    if record.source is None and has_errors(problems):
        return Result(None, problems)
    terms = terms_of_record(record)
    chosen = terms.get((name, ""))
    if chosen is None:
        hint = did_you_mean(name, [key for key, _ in terms]) or f"its questions are in {record.path}/questions.csv"
        return Result(None, (Problem(Place(f"{record.path}/questions.csv"), f"`{collection}` has no question `{name}`", hint),))
    return Result(QuestionRecord(record, terms, chosen, None))


def _find_topic(folder: Folder, text: str) -> Result[tuple[str, str]]:
    """The topic and the question that a text names; of the topic alone that where the text says it.  A topic that asks one question is that."""
    topics = topic_names(folder)
    wanted_topic, dot, wanted = text.rpartition(".")
    if dot and wanted_topic in topics:
        return Result((wanted_topic, wanted))
    if dot:
        hint = did_you_mean(wanted_topic, topics) or known_names_text("topics", topics)
        return Result(None, (Problem(Place(SEEDS), f"no topic `{wanted_topic}` in this book", hint),))
    asking = {name: _question_names(folder, name) for name in topics}
    fitting = [name for name, questions in asking.items() if wanted in questions]
    if len(fitting) == 1:
        return Result((fitting[0], wanted))
    if fitting:
        hint = f"say which: {' or '.join(f'{name}.{wanted}' for name in fitting)}"
        return Result(None, (Problem(Place(SEEDS), f"several topics ask `{wanted}`", hint),))
    of_topic = asking.get(text, ())
    if len(of_topic) == 1:
        return Result((text, of_topic[0]))
    if of_topic:
        hint = f"say which: {', '.join(f'{text}.{question}' for question in of_topic)}"
        return Result(None, (Problem(Place(SEEDS), f"`{text}` is a topic, and asks several questions", hint),))
    full = [f"{name}.{question}" for name, questions in asking.items() for question in questions]
    hint = did_you_mean(text, [*full, *(question for questions in asking.values() for question in questions)])
    return Result(None, (Problem(Place(SEEDS), f"no topic asks `{text}`", hint or _known_text(full)),))


def _known_text(full: Iterable[str]) -> str:
    return known_names_text("questions", full) or "write a question into a topic.toml, as in [questions.NAME]"


def _question_names(folder: Folder, topic: str) -> tuple[str, ...]:
    """The names of a topic's questions; none where its file cannot be read, which the checks will say."""
    document, _ = read_document(folder, topic_path(topic))
    questions = document.content.get("questions", {}) if document is not None else {}
    return tuple(questions) if isinstance(questions, Mapping) else ()


def _choose_wording(terms: Mapping[AskedKey, QuestionTerms], name: str, asked: str) -> QuestionTerms | None:
    """The wording that is meant: the one named by its hash, or else the one asked now, or the last one on record."""
    if asked:
        return terms.get((name, asked))
    wordings = [its for (question, _), its in terms.items() if question == name]
    return next((its for its in wordings if its.is_asked), wordings[-1] if wordings else None)


def _no_wording_problem(topic: str, terms: Mapping[AskedKey, QuestionTerms], name: str, asked: str) -> Problem:
    known = [question for question, _ in terms]
    if name in known:
        hashes = ", ".join(hashed for question, hashed in terms if question == name)
        return Problem(Place(f"{SEEDS}/{topic}"), f"`{name}` was never asked as `{asked}`", f"it was asked as {hashes}")
    hint = did_you_mean(name, known) or _known_text(f"{topic}.{question}" for question in dict.fromkeys(known))
    return Problem(Place(topic_path(topic)), f"topic `{topic}` does not ask `{name}`", hint)
