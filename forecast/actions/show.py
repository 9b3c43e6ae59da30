"""The newest published answers, read from the reports, so that showing computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NotRequired, TypedDict

from forecast.book.files.folder import Folder
from forecast.book.files.layout import REPORTS, SEEDS, report_path, root_problem, topic_names, topic_path
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.language.faults import did_you_mean, known_names_text
from forecast.report.failures import TopicFailure, read_failure
from forecast.report.files import read_report
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.on_record import RecordedQuestion
from forecast.schema.topic import ReportFault, TopicContent
from forecast.sentences.cautions import contradiction_sentences
from forecast.sentences.resolved import with_answers_resolved
from forecast.sentences.scenarios import branch_answer_text, chance_range_text, chance_text


class AnswerInScenario(TypedDict):
    """An answer in a scenario of its topic, and the probability of that with its 90 % range, as they are printed; the range may be empty."""

    scenario: str
    title: str
    probability: str
    range: str
    answer: str


class PublishedAnswer(AnswerContent):
    """An answer as a report has it, with what the report says of all its answers, and what it is in each open scenario."""

    topic: str
    as_of: str
    verdict: str
    warnings: list[str]
    on_record: RecordedQuestion | None
    scenarios: NotRequired[list[AnswerInScenario]]


class JudgedQuestionOnRecord(RecordedQuestion):
    """A question that people alone answer, as a report has it."""

    topic: str
    as_of: str


@dataclass(frozen=True, slots=True)
class PublishedAnswers:
    """Answers as the reports have them, each with its topic, as-of day, verdict and warnings, what contradicts them among these; or problems.

    Each answer has what is on record of its question; ``judged`` are the questions that people alone answer.  ``silent`` are the published topics that ask nothing; ``failures`` those that the last update could not compute.
    """

    answers: tuple[PublishedAnswer, ...] = ()
    judged: tuple[JudgedQuestionOnRecord, ...] = ()
    silent: tuple[str, ...] = ()
    failures: tuple[TopicFailure, ...] = ()
    problems: tuple[Problem, ...] = ()


def newest_answers(root: Path, question: str | None, *, today: date | None = None) -> PublishedAnswers:
    """Return the newest answers of a book, or that to one question; with ``today`` beside what is on record now, and not when the report was made.

    ``question`` is ``topic.question``, the name alone where one topic asks it, or a topic, with all its questions.
    """
    missing = root_problem(root)
    if missing is not None:
        return PublishedAnswers(problems=(missing,))
    answers: list[PublishedAnswer] = []
    judged: list[JudgedQuestionOnRecord] = []
    problems: list[Problem] = []
    silent: list[str] = []
    unreported: list[str] = []
    failures: list[TopicFailure] = []
    topics = topic_names(Folder(root))
    for topic in topics:
        path = report_path(topic)
        try:
            failure = read_failure(root, topic)
            content = read_report(root, path)
        except ReportFault as fault:
            problems.append(Problem(Place(path), str(fault), level="warning"))
            continue
        failures += [] if failure is None else [failure]
        if content is None:
            unreported.append(topic)
            continue
        content, unread = _with_record_of_today(root, content, today if _may_show(content, question) else None)
        problems += unread
        warnings = [*content["warnings"], *contradiction_sentences(content), *([] if failure is None else [failure.sentence])]
        verdict = content["verdict"]["verdict"]
        on_record = {its["name"]: its for its in content.get("on_record", ())}
        answers += [
            {
                "topic": topic,
                "as_of": content["as_of"],
                "verdict": verdict,
                "warnings": warnings,
                "on_record": on_record.get(answer["name"]),
                **_scenarios_of(content, answer),
                **answer,
            }
            for answer in content["answers"]
        ]
        asked = [its for its in on_record.values() if its["judged"]]
        judged += [{"topic": topic, "as_of": content["as_of"], **its} for its in asked]
        silent += [] if content["answers"] or asked else [topic]
    if question is not None and (of_people := _asked_of_people(answers, judged, question, tuple(problems))) is not None:
        return of_people
    if question is not None and question.partition(".")[0] in unreported and not any(answer["name"] == question for answer in answers):
        return PublishedAnswers(problems=(*problems, _unreported_problem(question.partition(".")[0])))
    if not answers and not judged and not silent and (question is not None or not failures):
        return PublishedAnswers(problems=(*problems, _nothing_to_show(topics)))
    if question is None:
        return PublishedAnswers(tuple(answers), tuple(judged), tuple(silent), tuple(failures), tuple(problems))
    if question.partition(".")[0] in silent or not (answers or judged):
        return PublishedAnswers(problems=(*problems, _no_questions_problem(question.partition(".")[0], silent)))
    return _answers_named(answers, question, tuple(problems), unreported, [f"{its['topic']}.{its['name']}" for its in judged])


def _may_show(content: TopicContent, question: str | None) -> bool:
    """Whether a question that is asked for may be one of a topic's, or is the topic."""
    first = "" if question is None else question.partition(".")[0]
    return first in {
        "",
        content["name"],
        *(its["name"] for its in content["answers"]),
        *(its["name"] for its in content.get("on_record", ())),
    }


def _with_record_of_today(root: Path, content: TopicContent, today: date | None) -> tuple[TopicContent, tuple[Problem, ...]]:
    """A report's content with what has been put on record since, resolutions in the place of answers; where the topic cannot be read its own record stands, with a warning."""
    folder, name = Folder(root), content["name"]
    if today is None or not any(_has_news(folder, f"{SEEDS}/{name}/{table}.csv", content) for table in ("forecasts", "resolutions")):
        return with_answers_resolved(content), ()
    from forecast.book.reading import read_book
    from forecast.content.on_record import questions_on_record, with_questions_on_record

    topic = read_book(root, [name])[0].topics.get(name)
    if topic is None:
        message = f"`{name}` cannot be read, so what is on record of it is that of {content['as_of']}"
        return with_answers_resolved(content), (Problem(Place(topic_path(name)), message, f"run `forecast check {name}`", level="warning"),)
    day = max(today, date.fromisoformat(content["as_of"]))
    return with_answers_resolved(with_questions_on_record(content, questions_on_record(root, topic, day))), ()


def _has_news(folder: Folder, path: str, content: TopicContent) -> bool:
    """Whether a table of forecasts or resolutions may have what a report does not; also where it cannot be read.

    That is a row recorded on the day of the report or later, but for a forecast of an earlier day which the report lists, and a forecast
    that runs out after that day.
    """
    import csv

    if folder.kind(path) is None:
        return False
    as_of = content["as_of"]
    listed = {
        (its["name"], said["who"], said["day"]) for its in content.get("on_record", ()) for said in its["forecasts"] if said["day"] < as_of
    }
    try:
        rows = csv.DictReader(folder.read(path).decode("utf-8-sig").splitlines(), strict=True)
        return any(
            (row.get("until") or "") >= as_of
            or ((row["recorded"] or as_of) >= as_of and (row["question"], row.get("who"), (row.get("at") or "")[:10]) not in listed)
            for row in rows
        )
    except (FileFault, UnicodeDecodeError, csv.Error, KeyError):  # whoever reads the topic says what is wrong
        return True


class _Scenarios(TypedDict, total=False):
    """What only an open answer of a topic with scenarios has."""

    scenarios: list[AnswerInScenario]


def _scenarios_of(content: TopicContent, answer: AnswerContent) -> _Scenarios:
    """The answer in each open scenario; nothing where there is none."""
    within: list[AnswerInScenario] = [
        {
            "scenario": its["name"],
            "title": its["title"],
            "probability": chance_text(its["probability"]),
            "range": chance_range_text(its["probability"]),
            "answer": branch_answer_text(answer, of_branch),
        }
        for its in (content["scenarios"]["scenarios"] if "scenarios" in content else [])
        for of_branch in its["answers"]
        if of_branch["question"] == answer["name"] and its["probability"] is not None
    ]
    return {"scenarios": within} if within else {}


def _asked_of_people(
    answers: Sequence[PublishedAnswer], judged: Sequence[JudgedQuestionOnRecord], question: str, problems: tuple[Problem, ...]
) -> PublishedAnswers | None:
    """The one question that people answer, or all those of a topic, for which a text stands; None where it stands for none, or for an answer."""
    if any(answer["name"] == question for answer in answers):
        return None
    fitting = tuple(its for its in judged if question in {its["name"], f"{its['topic']}.{its['name']}"})
    if len(fitting) == 1:
        return PublishedAnswers(judged=fitting, problems=problems)
    of_topic = tuple(its for its in judged if its["topic"] == question)
    if fitting or not of_topic:
        return None
    return PublishedAnswers(tuple(answer for answer in answers if answer["topic"] == question), of_topic, problems=problems)


def _nothing_to_show(topics: tuple[str, ...]) -> Problem:
    """Why there is nothing to show: no topic, or no report of one."""
    if not topics:
        return Problem(Place(SEEDS), "this book has no topic yet", "begin one with `forecast new`")
    return Problem(Place(REPORTS), "nothing has been published yet", "run `forecast update`")


def _unreported_problem(topic: str) -> Problem:
    return Problem(Place(REPORTS), f"topic `{topic}` has no report yet", f"run `forecast update {topic}`")


def _no_questions_problem(topic: str, silent: Sequence[str]) -> Problem:
    """The problem of a question to a topic that asks nothing, or to a book whose topics all ask nothing."""
    hint = "write a question into its topic.toml, as in [questions.NAME]; what its parameters come to is in its report"
    if topic in silent:
        return Problem(Place(topic_path(topic)), f"the topic `{topic}` asks nothing yet", hint)
    return Problem(
        Place(SEEDS), f"no topic asks `{topic}`: none asks anything yet", "write a question into a topic.toml, as in [questions.NAME]"
    )


def _answers_named(
    answers: list[PublishedAnswer], question: str, problems: tuple[Problem, ...], unreported: Sequence[str], judged: Sequence[str]
) -> PublishedAnswers:
    """The answer to one question, or those of a topic; ``judged`` are those that people alone answer, by their full names."""
    fitting = [answer for answer in answers if question in {answer["name"], f"{answer['topic']}.{answer['name']}"}]
    of_topic = [answer for answer in answers if answer["topic"] == question]
    full = [f"{answer['topic']}.{answer['name']}" for answer in fitting]
    if not fitting and of_topic:
        return PublishedAnswers(tuple(of_topic), problems=problems)
    if len(fitting) == 1:
        return PublishedAnswers((fitting[0],), problems=problems)
    if fitting:
        return PublishedAnswers(
            problems=(*problems, Problem(Place(REPORTS), f"several topics ask `{question}`", f"say which: {' or '.join(full)}"))
        )
    known = [name for answer in answers for name in (answer["name"], f"{answer['topic']}.{answer['name']}")] + list(judged)
    hint = did_you_mean(question, known) or known_names_text("questions", dict.fromkeys([*(answer["name"] for answer in answers), *judged]))
    if unreported:
        hint += " No" if hint.endswith("?") else "; no"
        hint += f" report yet of {words.join_words(unreported)}: run `forecast update`"
    return PublishedAnswers(problems=(*problems, Problem(Place(REPORTS), f"no answer to a question `{question}` has been published", hint)))
