"""Who is who in a file: persons, bots and aggregates, and the names that they get in a record.

Other persons get pseudonyms that are numbers (``person-1``), from which nothing leads back to a name.  No list of who is
who is kept anywhere.  A later file of the same person gives the same pseudonym because it holds the same forecasts: whoever
made a forecast that stands in the record, by question, microsecond and value, is the one under whose name it stands there.  Somebody of whose
forecasts none is on record yet gets a new number.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.people import ME, PersonKind
from forecast.forecasts.record import ForecastRecord
from forecast.language.faults import did_you_mean

MOST_HINTED = 10  # names that a hint lists
_HASH = re.compile(r"[0-9a-f]{64}")
_PERSONS: frozenset[PersonKind] = frozenset({"person", "bot"})


@dataclass(frozen=True, slots=True)
class Forecaster:
    """Somebody in a file: ``key`` stands for them there, ``names`` are those by which they may be called; ``is_owner`` where the file says that it is theirs."""

    key: str
    kind: PersonKind
    names: frozenset[str] = frozenset()
    is_owner: bool = False


@dataclass(slots=True)
class Survey:
    """Everybody in a file, with the questions of their rows, and how many of these stand in the record under which name."""

    forecasters: dict[str, Forecaster] = field(default_factory=dict)
    questions: dict[str, set[str]] = field(default_factory=dict)
    matches: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, forecaster: Forecaster, question: str) -> None:
        """Add somebody who has a row on a question; who is a bot in one is a bot."""
        self.questions.setdefault(forecaster.key, set()).add(question)
        known = self.forecasters.get(forecaster.key)
        if known is None or known.kind == "person":
            self.forecasters[forecaster.key] = forecaster

    def match(self, forecaster: Forecaster, stands_as: Iterable[str]) -> None:
        """Count a row of somebody for the names under which such a row is on record."""
        self.matches.setdefault(forecaster.key, Counter()).update(stands_as)


@dataclass(frozen=True, slots=True)
class RowsOnRecord:
    """What is on record of persons: forecasts by question and time, and who has which score, by question, kind and number."""

    forecasts: Mapping[tuple[str, datetime], Sequence[Forecast]]
    scores: Mapping[tuple[str, str, float], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Naming:
    """The name in the record of everybody who is imported, by their key in the file, and which of these names are the user's own."""

    names: Mapping[str, str]
    me: tuple[str, ...]


def rows_on_record(record: ForecastRecord | None) -> RowsOnRecord:
    """Return by what the persons of a record can be recognised; nothing where there is no record yet."""
    forecasts: dict[tuple[str, datetime], list[Forecast]] = {}
    scores: dict[tuple[str, str, float], list[str]] = {}
    if record is not None:
        persons = {who for who, person in record.people.items() if person.kind in {"person", "bot"}}
        for forecast in record.forecasts:
            if forecast.who in persons:
                forecasts.setdefault((forecast.question, forecast.at), []).append(forecast)
        for score in record.platform_scores:
            if score.who in persons:
                scores.setdefault((score.question, score.rule, score.score), []).append(score.who)
    return RowsOnRecord(forecasts, scores)


def name_forecasters(
    survey: Survey, record: ForecastRecord | None, *, me: Sequence[str], others: bool, path: str, only_is_me: bool = True
) -> Naming:
    """Return the names of a file's forecasters in a record: aggregates and markets by their own, one's own as ``me``, others as pseudonyms if wanted.

    ``me`` holds names or ids as the platform has them.  Where it is empty, the file's only person is meant (if ``only_is_me``), or who
    was meant before.  Raises ``FileFault`` where nobody has such a name, where it is not known which of several persons is meant, and where
    the record's "me" seems to be another person.
    """
    persons = {key: its for key, its in survey.forecasters.items() if its.kind in _PERSONS}
    before = () if record is None or record.source is None else record.source.me
    owner = {key: ME for key, its in persons.items() if its.is_owner and ME in before}
    pairs = {(key, who) for key, its in persons.items() for who in before if any(_is_called(its, name) for name in me)}
    known = _recognise(survey, persons, list(record.people) if record is not None else [], owner, pairs)
    is_of_others = not (me or only_is_me)
    mine = [] if is_of_others else _own_keys(persons, known, me=me, before=before, others=others, path=path)
    _refuse_another_person(survey, record, known, mine, is_named=bool(me), path=path)
    names = {key: key for key, its in survey.forecasters.items() if its.kind not in _PERSONS}
    new_names = _NewNames(record.people if record is not None else ())
    for key in mine:
        own = _unused_name(record, before, {*known.values(), *names.values()}, survey.questions[key])
        names[key] = known.get(key) or own or new_names.make(ME)
    if others:
        for key, its in persons.items():
            if key not in names:
                names[key] = known.get(key) or new_names.make(its.kind)
    return Naming(names, tuple(dict.fromkeys((*before, *(names[key] for key in mine)))))


def _refuse_another_person(
    survey: Survey, record: ForecastRecord | None, known: Mapping[str, str], mine: Sequence[str], *, is_named: bool, path: str
) -> None:
    """Raise ``FileFault`` where a record has a "me" already, and nothing in a file shows that its "me" is the same person.

    A forecast that stands in the record shows it, and so does a file that says whose it is.  Where the user is named, and nothing of theirs is on record
    of the file's questions, the name is believed.
    """
    before = () if record is None or record.source is None else record.source.me
    if record is None or not before or not mine:
        return
    if any(known.get(key) in before for key in mine):
        return
    said = {its.question for its in record.forecasts if its.who in before}
    if is_named and said.isdisjoint(*(survey.questions[key] for key in mine)) and not any(key in known for key in mine):
        return
    message = f"the collection {record.name} holds the record of `{before[0]}`, and no forecast of yours in this file stands there"
    hint = "use --collection NAME for another person" + ("" if is_named else "; if you are the same, say so with --me NAME")
    raise FileFault(Problem(Place(path), message, hint))


def _unused_name(record: ForecastRecord | None, before: Sequence[str], used: set[str], questions: set[str]) -> str:
    """One of the user's own names in a record, for an account of which nothing stands there yet; empty where that must be another account.

    It is another one where forecasts on the same questions are on record, since a file has all that somebody said of a question.
    """
    said = set() if record is None else {its.who for its in record.forecasts if its.question in questions}
    return next((who for who in before if who not in used and who not in said), "")


def _recognise(
    survey: Survey, persons: Mapping[str, Forecaster], people: Sequence[str], owner: Mapping[str, str], own: Container[tuple[str, str]]
) -> dict[str, str]:
    """The names in the record of persons whose rows stand there, each to one person: the owner of the file, or the one with the most such rows.

    Of persons with as many, such as two with one score, the one whom the user names gets the user's name: ``own`` are such pairs.
    """
    order = {who: at for at, who in enumerate(people)}
    pairs = [
        (-count, (key, who) not in own, at, order[who], key, who)
        for at, key in enumerate(persons)
        for who, count in survey.matches.get(key, {}).items()
    ]
    known: dict[str, str] = dict(owner)
    given: set[str] = set(owner.values())
    for *_, key, who in sorted(pairs):
        if key not in known and who not in given:
            known[key] = who
            given.add(who)
    return known


def _own_keys(
    persons: Mapping[str, Forecaster], known: Mapping[str, str], *, me: Sequence[str], before: Sequence[str], others: bool, path: str
) -> list[str]:
    """The keys of the user in a file."""
    if me and persons:
        for name in me:
            if not any(_is_called(its, name) for its in persons.values()):
                hint = _hint_of_names(name, persons.values())
                raise FileFault(Problem(Place(path), f"nobody in this file is called `{name}`", hint))
        return [key for key, its in persons.items() if any(_is_called(its, name) for name in me)]
    recognised = [key for key in persons if known.get(key) in before]
    if recognised or len(persons) < 2:
        return recognised or list(persons)
    if others:
        return []
    message = f"this file has forecasts or scores of {len(persons)} persons, and it is not known which of them you are"
    hint = f"say so with --me NAME{_names_text(persons.values())}; or bring all of them in, under pseudonyms, with --others"
    raise FileFault(Problem(Place(path), message, hint))


def _hint_of_names(name: str, persons: Iterable[Forecaster]) -> str:
    """What to write in place of a name that nobody has: one like it, or what a file knows of names."""
    its = list(persons)
    hint = did_you_mean(name, sorted(known for person in its for known in person.names if not _HASH.fullmatch(known)))
    return hint or f"give the user name or the id as the file has it{_names_text(its)}; in an anonymised file only the id is known"


def _names_text(persons: Iterable[Forecaster]) -> str:
    """The names of some persons in brackets, the longest of each, but no hashes; empty where a file has none."""
    given = ([known for known in its.names if not _HASH.fullmatch(known)] for its in persons)
    names = sorted(max(known, key=len) for known in given if known)
    return f" (one of {', '.join(names[:MOST_HINTED])}{', …' * (len(names) > MOST_HINTED)})" if names else ""


def _is_called(forecaster: Forecaster, name: str) -> bool:
    """Whether somebody has a name or an id; in an anonymised file the id stands as its SHA-256."""
    return name in forecaster.names or hashlib.sha256(name.encode()).hexdigest() in forecaster.names


class _NewNames:
    """Names that nobody has yet: `me`, `me-2` and so on, or `person-1`, `person-2` and so on."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.numbers: dict[str, int] = {}
        for who in taken:
            kind, sign, number = who.rpartition("-")
            last = (ME, 1) if who == ME else (kind, int(number)) if sign and number.isdecimal() else ("", 0)
            self.numbers[last[0]] = max(self.numbers.get(last[0], 0), last[1])

    def make(self, kind: str) -> str:
        """Return the next name of a kind."""
        number = self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return ME if (kind, number) == (ME, 1) else f"{kind}-{number}"
