"""A new topic in a book: its files made from a template, checked as a book is, and written all or not at all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from forecast.actions.new.beliefs import Belief, with_base_rate, with_statements
from forecast.actions.new.days import Calendar, calendar
from forecast.actions.new.event_counts import with_counted_events
from forecast.actions.new.kinds import OPTIONAL_DAY, TEMPLATE_KINDS
from forecast.actions.new.missing_inputs import missing_inputs
from forecast.actions.new.option_places import at_options, option_problem, typed_prior_problem
from forecast.actions.new.own_choices import with_own_choice
from forecast.actions.new.own_parts import missing_parts, own_parts, with_own_parts, without_units
from forecast.actions.new.past_years import PastYears, past_years, with_past_years
from forecast.actions.new.preview import preview_answers
from forecast.actions.new.question_answers import answer_for_words, with_level_unit
from forecast.actions.new.question_days import days_of_question
from forecast.actions.new.question_words import without_condition
from forecast.actions.new.templates import (
    TOPIC_SCHEMA,
    TemplateInput,
    columns_of_record,
    counts_from_a_day,
    fill_template,
    first_answer,
    is_conditional,
    prior_names,
    takes_day,
    template_texts,
    with_last_day,
    with_schemas,
    words_fault,
)
from forecast.actions.new.vote_days import with_vote_day
from forecast.actions.overlay import read_with_changes
from forecast.book.files.folder import Folder, access_problem
from forecast.book.files.layout import PRIORS, SEEDS, prior_path, root_problem
from forecast.book.files.locking import hold_lock
from forecast.book.files.names import topic_fault
from forecast.book.files.problems import FileFault, Place, Problem, Result
from forecast.book.files.writing import write_whole
from forecast.book.linked_topics import linked_names
from forecast.book.topic import Topic
from forecast.elicitation.parameter_summary import summarise_priors
from forecast.elicitation.phrases import is_statement
from forecast.language.faults import did_you_mean
from forecast.model.errors import Unsound
from forecast.model.horizon import check_horizon
from forecast.model.links import without_linked
from forecast.model.model import model_as_of

SCHEMA_PLACES = ("schemas", "forecast/schemas")  # of a book that was begun with `forecast init`, and of the program's own


@dataclass(frozen=True, slots=True)
class TopicAnswers:
    """What a person says of a new topic; name and kind are empty, and days None, until they are known."""

    name: str = ""
    kind: str = ""
    own: TemplateInput = field(default_factory=TemplateInput)
    opens: date | None = None
    by: date | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class NewTopicResult:
    """The new topic, the paths of its files, its priors that were given in words, and the years before; or problems, and nothing written."""

    problems: tuple[Problem, ...] = ()
    topic: Topic | None = None
    paths: tuple[str, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    years: PastYears | None = None


@dataclass(frozen=True, slots=True)
class TopicDraft:
    """A new topic before it is written, with the texts of its files by path, its priors that were given in words, and the years before; or problems."""

    problems: tuple[Problem, ...] = ()
    topic: Topic | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    beliefs: tuple[Belief, ...] = ()
    years: PastYears | None = None


def new_topic(root: Path, answers: TopicAnswers, *, today: date) -> NewTopicResult:
    """Write a new topic like a template: seeds/NAME/ and, where it has priors, priors/NAME.toml.

    The kind is one of ``forecast.actions.new.kinds``.  Without ``opens`` a question of
    one's own opens today and the example a year ago.  Without ``by`` it ends on the day that its words name, or
    with this year or the next; without ``since`` it counts from the first day of a time to come that they name, or from today.
    """
    name = answers.name
    draft = prepare_topic(root, answers, today=today)
    if draft.topic is None:
        return NewTopicResult(draft.problems)
    try:
        with hold_lock(root):
            taken = _name_conflicts(root, name)
            if not taken:
                _write(root, name, draft.texts)
    except FileFault as fault:
        return NewTopicResult((fault.problem,))
    except OSError as error:
        return NewTopicResult((access_problem(f"{SEEDS}/{name}", "be written", error),))
    return NewTopicResult(taken) if taken else NewTopicResult(draft.problems, draft.topic, tuple(draft.texts), draft.beliefs, draft.years)


def prepare_topic(root: Path, answers: TopicAnswers, *, today: date) -> TopicDraft:
    """Return what ``new_topic`` would write, checked; nothing is written."""
    typed = answers
    answers, problems = _with_days_of_question(answers, today)
    answers = replace(answers, own=_with_words_of_question(answers.kind, answers.own))
    problems = problems or _refusals(root, answers, typed, today=today)
    if problems:
        return TopicDraft(problems)
    name, kind, own, by, since = answers.name, answers.kind, answers.own, answers.by, answers.since
    years, problems = _years_before(answers, today)
    if problems:
        return TopicDraft(problems)
    opens = answers.opens or (_usual_opening(kind, years, today) if own.asks_own else None)
    days = calendar(today=today, opens=opens, by=by, since=since)
    template = with_schemas(template_texts(kind, name, days), schema_place(root))
    if by is not None and kind in OPTIONAL_DAY:
        template = with_last_day(template, name, by)
    template = with_vote_day(template, kind, name, by, today)
    template = with_level_unit(template, kind, own.asks, unit=own.unit)
    if own.asks and not own.answer:
        template = with_counted_events(template, kind, name, own.asks)
    filled, problems = _fill_with_priors(root, typed, template, own, days)
    if filled is None:
        return TopicDraft(problems)
    texts, beliefs = filled
    if years is not None:
        texts = with_past_years(texts, next(path for path in texts if path.endswith(".csv")), years, own.source)
    topic, problems = read_with_changes(root, name, texts)
    if topic is None:
        return TopicDraft(_at_options(problems, texts, typed))
    if unsound := _model_problems(topic, texts, typed, own, today):
        return TopicDraft(unsound)
    return TopicDraft(problems, topic, texts, beliefs, years)


def _model_problems(topic: Topic, texts: Mapping[str, str], typed: TopicAnswers, own: TemplateInput, today: date) -> tuple[Problem, ...]:
    """Problems of the model that a new topic is; where priors are links, only those that do not wait for the topics that they name."""
    try:
        check_horizon(model_as_of(without_linked(topic), today))
        if linked_names(topic):
            return ()
        model_as_of(topic, today)
        summarise_priors(topic, today)
    except Unsound as unsound:
        return _at_options(unsound.problems, texts, typed)
    return _impossible_priors(topic, own, today)


def _impossible_priors(topic: Topic, own: TemplateInput, today: date) -> tuple[Problem, ...]:
    """Problems of priors given as statements with which the answers cannot be computed, as of a rate that may be negative.

    Words have a family that suits the parameter.
    """
    statements = {key: text for key, text in own.priors.items() if is_statement(text)}
    if not own.asks_own or not statements:
        return ()
    problems = []
    for problem in preview_answers(topic, today).problems:
        named = [key for key in statements if re.search(rf"\b{key.partition('.')[0]}\b", f"{problem.message} {problem.hint}")]
        key = next(iter((*named, *statements)))
        problems.append(option_problem("--prior", problem.message, problem.hint, typed=f"{key}={statements[key]}", offset=len(key) + 1))
    return tuple(problems)


def _at_options(problems: Sequence[Problem], texts: Mapping[str, str], typed: TopicAnswers) -> tuple[Problem, ...]:
    """The errors among problems, those of files that are not written yet at the options that were typed."""
    days = {key: str(day) for key, day in (("opens", typed.opens), ("since", typed.since), ("by", typed.by)) if day is not None}
    errors = (problem for problem in problems if problem.level == "error")
    return at_options(errors, texts, typed.kind, typed.name, typed.own, days)


def _with_days_of_question(answers: TopicAnswers, today: date) -> tuple[TopicAnswers, tuple[Problem, ...]]:
    """The answers with the days that the question's words name, where none are given; a problem where the words leave open which they mean."""
    if not takes_day(answers.kind):
        return answers, ()
    counts = counts_from_a_day(answers.kind)
    days = days_of_question(answers.own.asks, since=answers.since, by=answers.by, counts=counts, today=today)
    if days.unclear is not None:
        message = f"“{days.unclear.said}” in the question is not one day"
        asks, hint = answers.own.asks, "give the last day that counts, as in --by 2027-06-30"
        return answers, (option_problem("--asks", message, hint, typed=asks, offset=asks.find(days.unclear.said)),)
    return replace(answers, since=days.since, by=days.by), ()


def _with_words_of_question(kind: str, own: TemplateInput) -> TemplateInput:
    """What a person gives with the answer and the condition that the question's words name, where neither is given."""
    if not own.asks or own.answer or not kind:
        return own
    if is_conditional(kind):
        asks, condition = without_condition(own.asks)
        return replace(own, asks=asks, condition=condition) if condition and not own.condition else own
    usual = first_answer(kind)
    fitted = answer_for_words(kind, own.asks, usual)
    return own if fitted == usual else replace(own, answer=fitted)


def _usual_opening(kind: str, years: PastYears | None, today: date) -> date:
    """The first day of a record on a person's own question: that of the years before; a year ago where it has values of single days, else today."""
    if years is not None:
        return years.opens
    return calendar(today=today, opens=None, by=None).opens if "on" in (columns_of_record(kind) or ()) else today


def _fill_with_priors(
    root: Path, typed: TopicAnswers, texts: Mapping[str, str], own: TemplateInput, days: Calendar
) -> Result[tuple[dict[str, str], tuple[Belief, ...]]]:
    """A template's files with what a person gives, and their priors that were words."""
    name, kind = typed.name, typed.kind
    based, problems = with_base_rate(kind, own)
    if based is None:
        return Result(None, problems)
    if parts := own_parts(texts, name, based):
        if missing := missing_parts(parts, based):
            return Result(None, missing)
        texts, based = with_own_parts(texts, name, parts, based), without_units(parts, based)
    chosen, problems = with_own_choice(texts, kind, name, based)
    if chosen is None:
        return Result(None, problems)
    texts, based = chosen.texts, chosen.own
    if lacking := _unknown_priors(kind, prior_names(texts.get(prior_path(name), "")), based) or missing_inputs(kind, typed.own):
        return Result(None, lacking)
    has_words = not all(map(is_statement, based.priors.values()))
    as_given = fill_template(texts, name, replace(based, priors={}, reasons={}), days)
    topic, problems = read_with_changes(root, name, as_given) if has_words else Result(None)
    if topic is None and has_words:
        return Result(None, _at_options(problems, as_given, typed))
    stated, problems = with_statements(topic, kind, based, days.today)
    return Result(None, problems) if stated is None else Result((fill_template(texts, name, stated.own, days), stated.beliefs))


def _years_before(answers: TopicAnswers, today: date) -> Result[PastYears | None]:
    """The counts of the years before, where any are given."""
    own = answers.own
    if not own.past:
        message = "a source is of the counts of the years before"
        wrong = option_problem("--source", message, "give them too: --past", typed=own.source)
        return Result(None, (wrong,) if own.source else ())
    years, problems = past_years(answers.kind, own, columns_of_record(answers.kind), today)
    return Result(years, problems)


def template_topic(root: Path, name: str, kind: str, asks: str, today: date, *, by: date | None = None, unit: str = "") -> Topic | None:
    """Return the topic that a template is, under a new name, with the units of a question and the day of its vote; None where it cannot be read."""
    texts = with_level_unit(template_texts(kind, name, calendar(today=today, opens=None, by=None)), kind, asks, unit=unit)
    texts = with_vote_day(texts, kind, name, by, today)
    return read_with_changes(root, name, texts)[0]


def new_name_fault(root: Path, name: str) -> tuple[str, str] | None:
    """Return why a topic cannot have a name, and a hint; None where it can."""
    if (fault := topic_fault(name)) is not None:
        return fault
    conflict = next(iter(_name_conflicts(root, name)), None)
    return None if conflict is None else (conflict.message, conflict.hint)


def schema_place(root: Path) -> str:
    """Return the directory of a book, relative to it, that holds the JSON Schemas; an empty text where there is none."""
    folder = Folder(root)
    for place in SCHEMA_PLACES:
        try:
            if folder.kind(f"{place}/{TOPIC_SCHEMA}") == "file":
                return place
        except FileFault:  # it is only named in a comment, and this one cannot be
            continue
    return ""


def _refusals(root: Path, answers: TopicAnswers, typed: TopicAnswers, *, today: date) -> tuple[Problem, ...]:
    name, kind, opens, by, since = answers.name, answers.kind, answers.opens, answers.by, answers.since
    missing = root_problem(root)
    if missing is not None:
        return (missing,)
    if (fault := topic_fault(name)) is not None:
        return (option_problem("TOPIC", *fault, typed=name),)
    problems = list(_name_conflicts(root, name))
    if opens is not None and opens > today:
        message = f"the record would open on {opens}, after today ({today})"
        problems.append(option_problem("--opens", message, "it begins on a day that has come", typed=str(opens)))
    if by is not None and by <= today:
        message = f"the last day that counts would be {by}, which is not after today ({today})"
        problems.append(_day_problem("--by", typed.by, typed, message, "ask about a day to come"))
    if by is not None and not takes_day(kind):
        message = f"a topic like {kind} takes no --by: its answer involves no date"
        hint = f"leave it out; these ask about a day: {', '.join(filter(takes_day, TEMPLATE_KINDS))}"
        problems.append(option_problem("--by", message, hint, typed=str(by)))
    if since is not None and not counts_from_a_day(kind):
        message = f"a topic like {kind} counts from no day, so it takes no --since"
        hint = f"leave it out; these count from a day: {', '.join(filter(counts_from_a_day, TEMPLATE_KINDS))}"
        problems.append(option_problem("--since", message, hint, typed=str(since)))
    if since is not None and by is not None and since > by:
        message = f"it would count from {since}, after the last day that counts ({by})"
        problems.append(_day_problem("--since", typed.since, typed, message, "give days in their order"))
    if answers.own.condition and not is_conditional(kind):
        message = f"a topic like {kind} has no condition, so it takes no --if"
        problems.append(option_problem("--if", message, "take --like conditional", typed=answers.own.condition))
    if (fault := words_fault(kind, answers.own)) is not None:
        option, said = ("--answer", answers.own.answer) if answers.own.answer else ("--asks", answers.own.asks)
        problems.append(option_problem(option, *fault, typed=said))
    return tuple(problems)


def _day_problem(option: str, day: date | None, typed: TopicAnswers, message: str, hint: str) -> Problem:
    """A problem of a day that was typed for its option, or that the question's words name."""
    return (
        option_problem("--asks", message, hint, typed=typed.own.asks)
        if day is None
        else option_problem(option, message, hint, typed=str(day))
    )


def _name_conflicts(root: Path, name: str) -> tuple[Problem, ...]:
    folder = Folder(root)
    for path in (f"{SEEDS}/{name}", prior_path(name)):
        try:
            if folder.kind(path) is not None:
                return (Problem(Place(path), f"`{name}` is there already", "choose another name; nothing is overwritten"),)
        except FileFault as fault:
            return (fault.problem,)
    return ()


def _unknown_priors(kind: str, known: Sequence[str], own: TemplateInput) -> tuple[Problem, ...]:
    """A problem for each prior, or reason for one, that the template does not have."""
    return tuple(
        typed_prior_problem(
            kind,
            own,
            key,
            f"no prior `{key}` in this template",
            did_you_mean(key, known) or (f"priors here: {', '.join(known)}" if known else "it has none"),
            offset=-len(key) - 1,
            is_reason=key not in own.priors,
        )
        for key in dict.fromkeys((*own.priors, *own.reasons))
        if key not in known
    )


def _write(root: Path, name: str, texts: Mapping[str, str]) -> None:
    """Write a topic's files: the priors, where it has any, then its folder, complete, in one rename."""
    folder = Folder(root)
    unfinished = folder.place(f"{SEEDS}/.{name}.new", kind="folder")
    priors = folder.place(prior_path(name))
    had_priors = folder.kind(PRIORS) == "folder"
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        for path, text in texts.items():
            write_whole(priors if path == prior_path(name) else unfinished / Path(path).name, text)
        unfinished.rename(folder.place(f"{SEEDS}/{name}", kind="folder"))
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        priors.unlink(missing_ok=True)
        if not had_priors:
            with suppress(OSError):
                priors.parent.rmdir()
        raise
