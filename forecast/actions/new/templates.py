"""The templates as texts: a book of one topic for each kind under forecast/templates, read and made into a person's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from forecast.actions.new.days import BY, Calendar
from forecast.actions.new.event_counts import counted_events, number_fault
from forecast.actions.new.judged_types import answer_fault, judged_type, options_fault
from forecast.actions.new.kinds import OPTIONAL_DAY, VOTE_KINDS
from forecast.actions.new.question_words import asked_by, asked_until, form_of, small_question, with_when, without_when
from forecast.actions.placeholders import INVENTED_QUESTION
from forecast.book.files.layout import PRIORS, SEEDS, prior_path, topic_path
from forecast.language.expressions import First, Total, walk
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression
from forecast.schema import words

TEMPLATES_DIRECTORY = Path(__file__).resolve().parents[2] / "templates"
TOPIC_SCHEMA, PRIORS_SCHEMA = "topic.json", "priors.json"
WITHOUT_REASON = "Given on the command line on {day}, without a reason so far."


@dataclass(frozen=True, slots=True)
class TemplateInput:
    """What a person gives of their own: the question and its answer, priors and the reasons for them.

    Keys of ``priors`` and ``reasons`` are parameters, or ``parameter.label``; a prior is a statement or, until it is read, words that
    say one, as a ``base_rate`` is.  ``condition`` is that of a pair of conditional questions, as in "the county pays".
    ``past`` are the counts of the years before, as in "12 9 15", and ``source`` says where they stand.  ``unit`` is that of a measured
    level of which the question names none.
    """

    asks: str = ""
    answer: str = ""
    priors: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    base_rate: str = ""
    condition: str = ""
    past: str = ""
    source: str = ""
    unit: str = ""

    @property
    def asks_own(self) -> bool:
        """Whether the question is the person's own, so that the example's rows are not about it."""
        return bool(self.asks or self.answer)

    @property
    def prior_names(self) -> frozenset[str]:
        """The parameters of which something is given."""
        return frozenset(key.partition(".")[0] for key in (*self.priors, *self.reasons))


def template_texts(kind: str, name: str, days: Calendar) -> dict[str, str]:
    """Return the files of a new topic like a template, by path in the book, with the example in them and its days moved."""
    paths = {topic_path(name): TEMPLATES_DIRECTORY / topic_path(kind)}
    if (priors := TEMPLATES_DIRECTORY / prior_path(kind)).is_file():  # what people judge has none
        paths[prior_path(name)] = priors
    for record in sorted((TEMPLATES_DIRECTORY / SEEDS / kind).glob("*.csv")):
        paths[f"{SEEDS}/{name}/{record.name}"] = record
    texts = {path: days.rewritten(template.read_text(encoding="utf-8")) for path, template in paths.items()}
    return {path: text.replace(f"forecast update {kind}", f"forecast update {name}") for path, text in texts.items()}


def has_day(kind: str) -> bool:
    """Whether a kind of question has a last day that counts."""
    return f"= {BY}" in (TEMPLATES_DIRECTORY / topic_path(kind)).read_text(encoding="utf-8")


def takes_day(kind: str) -> bool:
    """Whether a kind of question can have a last day that counts, or the day of a vote."""
    return has_day(kind) or kind in OPTIONAL_DAY | VOTE_KINDS


def with_last_day(texts: Mapping[str, str], name: str, by: date) -> dict[str, str]:
    """Return a template's files with a last day in each question, which have none of their own."""
    document: Any = tomlkit.parse(texts[topic_path(name)])
    for question in document["questions"].values():
        question.add("by", by)
    return {**texts, topic_path(name): tomlkit.dumps(document)}


def counts_from_a_day(kind: str) -> bool:
    """Whether questions of a kind count from a first day."""
    return "\nsince " in (TEMPLATES_DIRECTORY / topic_path(kind)).read_text(encoding="utf-8")


def columns_of_record(kind: str) -> tuple[str, ...] | None:
    """Return the columns of a kind's record; None where it has no record, or several."""
    records = [*(TEMPLATES_DIRECTORY / SEEDS / kind).glob("*.csv")]
    return tuple(records[0].read_text(encoding="utf-8").partition("\n")[0].split(",")) if len(records) == 1 else None


def is_conditional(kind: str) -> bool:
    """Whether a kind asks what if, and what if not."""
    return any("annulled" in question for question in _template_questions(kind).values())


def is_judged(kind: str) -> bool:
    """Whether people answer a kind of question, without a model."""
    return "type" in next(iter(_template_questions(kind).values()))


def first_answer(kind: str) -> str:
    """Return the answer of a kind's first question as its template has it; empty where that has only a chance, or no model."""
    return str(next(iter(_template_questions(kind).values())).get("answer", ""))


def words_fault(kind: str, own: TemplateInput) -> tuple[str, str] | None:
    """Return the message and the hint on a question whose words the answers of a kind do not fit; None where they do, or seem to."""
    if own.answer and is_judged(kind):
        return answer_fault(own.answer)
    if own.answer or not own.asks:
        return None
    if (fault := number_fault(kind, own.asks)) is not None:
        return fault
    form, questions = form_of(own.asks), _template_questions(kind)
    first = next(iter(questions.values()))
    if "type" in first:
        return options_fault(own.asks)
    if form == "date":
        if not any(_answers_by_date(question) for question in questions.values()):
            return (
                f"this asks for a date, and a topic like {kind} answers with none",
                f"take --like hazard{' or --like ladder' if counted_events(own.asks) is None else ''}, or give --answer",
            )
        if not without_when(own.asks):
            return f"nothing can be made of `{own.asks}` that is answered by yes or no", "write it as in: When will the station open?"
    if form == "number" and any(_answers_by_date(question) for question in questions.values()):
        return f"this asks for a number, and a topic like {kind} answers with yes or no", "take --like count, or give --answer"
    return None


def _template_questions(kind: str) -> dict[str, Any]:
    document: Any = tomlkit.parse((TEMPLATES_DIRECTORY / topic_path(kind)).read_text(encoding="utf-8"))
    return dict(document["questions"])


def _answers_by_date(question: Any) -> bool:
    return str(question.get("answer", "")).startswith("first(")


def prior_names(text: str) -> tuple[str, ...]:
    """Return what a prior may be given for in a prior file: its parameters, and `parameter.label` where labels have priors of their own."""
    document: Any = tomlkit.parse(text)
    names = []
    for name, table in document.items():
        labels = table["prior"] if isinstance(table["prior"], dict) else ()
        names += [str(name), *(f"{name}.{label}" for label in labels)]
    return tuple(names)


def with_schemas(texts: Mapping[str, str], directory: str) -> dict[str, str]:
    """Return files of a topic with their schema lines leading to a directory of the book, or without them where there is none."""
    headed = {}
    for path, text in texts.items():
        first, _, rest = text.partition("\n")
        if not first.startswith("#:schema"):
            headed[path] = text
        elif directory:
            up = "../" * path.count("/")
            headed[path] = f"#:schema {up}{directory}/{PRIORS_SCHEMA if path.startswith(PRIORS) else TOPIC_SCHEMA}\n{rest}"
        else:
            headed[path] = rest
    return headed


def fill_template(texts: Mapping[str, str], name: str, own: TemplateInput, days: Calendar) -> dict[str, str]:
    """Return a new topic's files with a person's question and priors in the example's place.

    A question of their own leaves the example's rows, its other questions and its
    title out.  A question for a date stands with the answer that gives one, and the rungs of a ladder ask what it asks by their days.
    Every prior and reason given is one of ``prior_names``, and ``words_fault`` has nothing to say.
    """
    filled = dict(texts)
    if prior_path(name) in texts:
        filled[prior_path(name)] = _with_priors(texts[prior_path(name)], own, days.today)
    if own.asks_own:
        filled[topic_path(name)] = _with_question(texts[topic_path(name)], name, own, days.since)
        for path, text in texts.items():
            if path.endswith(".csv"):
                filled[path] = text.partition("\n")[0] + "\n"
    return filled


def _with_question(text: str, name: str, own: TemplateInput, since: date) -> str:
    document: Any = tomlkit.parse("".join(line for line in text.splitlines(keepends=True) if not line.startswith(INVENTED_QUESTION)))
    questions = document["questions"]
    asks = _own_words(questions, own)
    for key in [key for key in questions if key not in asks]:
        del questions[key]
    for key, question in questions.items():
        if asks[key]:
            _set(question, "asks", asks[key])
        if "type" in question:
            for judged_key, value in judged_type(own.asks, own.answer).items():
                _set(question, judged_key, value)
        elif own.answer:
            question.pop("probability", None)
            _set(question, "answer", own.answer)
            _count_from(question, own.answer, since)
    _set(document, "title", name.replace("_", " ").capitalize())
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def _own_words(questions: Any, own: TemplateInput) -> dict[str, str]:
    """What each of the template's questions that stays asks in a person's words; empty where it asks what it did."""
    first = next(iter(questions.values()))
    if any("annulled" in question for question in questions.values()):
        return _conditional_words(questions, own)
    rungs = [key for key, question in questions.items() if _formula(question) == _formula(first)]  # those of a ladder ask the same
    dated = [key for key, question in questions.items() if _answers_by_date(question)]
    if form_of(own.asks) == "date" and dated:
        if own.answer:
            return {dated[0]: own.asks}
        stem = without_when(own.asks)
        rung = asked_by if len(rungs) > 1 else asked_until
        return {**{key: rung(stem, questions[key]["by"]) for key in rungs}, dated[0]: own.asks}
    if not own.asks or len(rungs) == 1:
        return dict.fromkeys(rungs, own.asks)
    asks = {key: asked_by(own.asks, questions[key]["by"]) for key in rungs}
    when = with_when(own.asks)
    return {**asks, dated[0]: when} if dated and when and not own.answer else asks


def _formula(question: Any) -> tuple[str, str]:
    return str(question.get("answer", "")), str(question.get("probability", ""))


def _conditional_words(questions: Any, own: TemplateInput) -> dict[str, str]:
    """What the questions of a conditional pair ask: the outcome anyway, if the condition holds, and if not."""
    if own.answer:
        return {next(iter(questions)): own.asks}
    asks, condition = small_question(own.asks), own.condition
    words_by_key = {
        "anyway": own.asks,
        "if_so": f"If {condition}: {asks}",
        "if_not": f"If it is not true that {condition}: {asks}",
    }
    return {key: words_by_key[key] for key in questions}


def _count_from(question: Any, answer: str, since: date) -> None:
    """Have a question about events say from which day it counts: what happened before it was asked is no answer to it."""
    try:
        asks_events = any(isinstance(node, Total | First) for node in walk(parse_expression(answer)))
    except Fault:  # the checks say what is wrong with it
        return
    if not asks_events:
        question.pop("since", None)
    elif "by" in question and "since" not in question:
        question.add("since", since)


def _with_priors(text: str, own: TemplateInput, today: date) -> str:
    document: Any = tomlkit.parse(text)
    given: dict[str, dict[str, str]] = {
        key: {"prior": prior, "why": WITHOUT_REASON.format(day=words.day(today))} for key, prior in own.priors.items()
    }
    for key, reason in own.reasons.items():
        given[key] = {**given.get(key, {}), "why": reason}
    for key, values in given.items():
        parameter, _, label = key.partition(".")
        for part, value in values.items():
            table = document[parameter]
            _set(*((table[part], label) if label else (table, part)), value)
    return tomlkit.dumps(document)


def _set(table: Any, key: str, value: str) -> None:
    """Set a text in a TOML table; a remark behind the old one, which explained it, goes."""
    table[key] = tomlkit.string(value, literal='"' in value and "'" not in value)
    table[key].trivia.comment_ws = table[key].trivia.comment = ""
