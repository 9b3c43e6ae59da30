"""Problems of a new topic at the options of the command line whose text is wrong: its files are not written yet, so nobody could look there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from forecast.actions.new.kinds import BASE_RATES
from forecast.actions.new.templates import TemplateInput
from forecast.book.files.layout import prior_path
from forecast.book.files.problems import Problem, option_place
from forecast.model.horizon import COARSER_STEP

_KEY = re.compile(r"(?P<key>\w+)(?:\.(?P<label>\w+))?\s*=")
_HEADING = re.compile(r"\[(?P<table>[\w.]+)\]")
_OPTIONS = {"asks": "--asks", "answer": "--answer", "opens": "--opens", "since": "--since", "by": "--by", "title": "TOPIC"}


def option_problem(option: str, message: str, hint: str = "", *, typed: str = "", offset: int = 0) -> Problem:
    """Return a problem of an option, ``offset`` characters into what was typed for it."""
    return Problem(option_place(option, max(offset, 0) + 1), message, hint, typed)


def typed_prior_problem(
    kind: str, own: TemplateInput, key: str, message: str, hint: str = "", *, offset: int = 0, is_reason: bool = False
) -> Problem:
    """Return a problem of a prior or of its reason, at the option that gave it: a base rate is the prior of its kind's parameter."""
    if is_reason:
        return option_problem("--why", message, hint, typed=f"{key}={own.reasons.get(key, '')}", offset=offset + len(key) + 1)
    if own.base_rate and BASE_RATES.get(kind) == key:
        return option_problem("--base-rate", message, hint, typed=own.base_rate, offset=offset)
    return option_problem("--prior", message, hint, typed=f"{key}={own.priors.get(key, '')}", offset=offset + len(key) + 1)


def at_options(
    problems: Iterable[Problem], texts: Mapping[str, str], kind: str, name: str, own: TemplateInput, days: Mapping[str, str]
) -> tuple[Problem, ...]:
    """Return problems in files that are not written yet at the options that their lines come from; others as they are.

    ``own`` has what a person gave, and ``days`` the days that were given, by the keys they have in a topic.
    """
    return tuple(dict.fromkeys(_at_option(problem, texts, kind, name, own, days) for problem in problems))


def _at_option(problem: Problem, texts: Mapping[str, str], kind: str, name: str, own: TemplateInput, days: Mapping[str, str]) -> Problem:
    place = problem.place
    if place.path not in texts or problem.level != "error":
        return problem
    if place.path.endswith(".csv"):
        if not own.past and "opens" in days:  # rows of the template's example
            message = f"the example of `{kind}` has rows from before {days['opens']}, on which the record would begin"
            return option_problem("--opens", message, "leave it out, or ask a question of your own with --asks", typed=days["opens"])
        return _of(problem, "--source", own.source) if _offset(problem, own.source) else _of(problem, "--past", own.past)
    table, key, label = _statement_at(texts[place.path].split("\n"), place.line)
    if place.path == prior_path(name):
        return _at_prior(problem, kind, own, table, f"{table}.{label}" if label else table, is_reason=key == "why")
    given: Mapping[str, str] = {"asks": own.asks, "answer": own.answer or own.asks, "title": name, **days}
    if own.condition and key == "asks" and _offset(problem, own.condition):
        return _of(problem, "--if", own.condition)
    if key in {"by", "since"} and key not in days and own.asks:  # a day that the question's words name
        return _of(problem, "--asks", own.asks)
    option = "--asks" if key == "answer" and not own.answer else _OPTIONS.get(key, "")
    return _of(problem, option, given[key]) if option and given.get(key) else problem


def _at_prior(problem: Problem, kind: str, own: TemplateInput, table: str, key: str, *, is_reason: bool) -> Problem:
    """A problem in the prior file at the option that gave the prior, or its reason; as it is where none did."""
    given = own.reasons if is_reason else own.priors
    from_base_rate = not is_reason and bool(own.base_rate) and BASE_RATES.get(kind) == table
    found = key if key in given or from_base_rate else next((its for its in given if its.partition(".")[0] == table), None)
    if found is None:
        return problem
    offset = _offset(problem, given.get(found, own.base_rate))
    moved = typed_prior_problem(kind, own, found, problem.message, problem.hint, offset=max(offset - 1, 0), is_reason=is_reason)
    return replace(moved, hint=_hint_without_files(problem.hint))


def _of(problem: Problem, option: str, typed: str) -> Problem:
    return option_problem(option, problem.message, _hint_without_files(problem.hint), typed=typed, offset=_offset(problem, typed) - 1)


def _offset(problem: Problem, typed: str) -> int:
    """Which character of what was typed a problem's place is, from 1; 0 where it does not lie in it."""
    start = problem.source.find(typed) if typed else -1
    at = problem.place.column - start
    return at if start >= 0 and 1 <= at <= len(typed) + 1 else 0


def _statement_at(lines: list[str], number: int) -> tuple[str, str, str]:
    """The table, the key and the key below it that a line of a TOML file belongs to, or the next above it; empty where there is none."""
    table = key = label = ""
    for line in reversed(lines[:number]):
        if (heading := _HEADING.match(line)) is not None:
            table = heading["table"]
            break
        if not key and (match := _KEY.match(line)) is not None:
            key, label = match["key"], match["label"] or ""
    return table, key, label


def _hint_without_files(hint: str) -> str:
    """A hint without advice on a file that there is not yet, or on what no option says."""
    return "" if hint.startswith("add [") else hint.removeprefix(COARSER_STEP)
