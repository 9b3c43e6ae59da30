"""What is wrong with a record as a whole: rows that do not fit their question, each other, or the clock.

Rows that cannot be read are the matter of ``reading``.  A topic's own record was
written by this program or typed by hand, and can be put right: what is wrong with it is
an error.  What only shows that a platform's data are odd (a forecast after the
resolution, a distribution function that misses a bound) is a warning in a
collection, whose rows are the platform's.  Whichever it is, topics are computed all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from forecast.book.files.folder import Folder
from forecast.book.files.problems import Place, Problem, limit_problems
from forecast.book.files.sources import read_source_if_any
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.outcome_checks import outcome_fault
from forecast.forecasts.question import CDF_STEPS, QuestionType
from forecast.forecasts.record import ForecastRecord, standing_resolutions
from forecast.forecasts.resolution import Resolution
from forecast.forecasts.terms import AskedKey, QuestionTerms, asked_key
from forecast.forecasts.times import moment_text
from forecast.forecasts.values import Form
from forecast.language.faults import did_you_mean

CDF_TOLERANCE = 1e-6  # by how much a distribution function may miss 0 or 1 at a closed bound: as much as rounding to six digits does
_NUMERIC: tuple[Form, ...] = ("quantiles", "cdf", "samples")
FORMS_OF_TYPE: Mapping[QuestionType, tuple[Form, ...]] = {
    "binary": ("probability",),
    "options": ("options",),
    "number": ("number", *_NUMERIC),
    "discrete": ("number", *_NUMERIC),
    "date": ("date", *_NUMERIC),
}


def record_problems(folder: Folder, record: ForecastRecord, terms: Mapping[AskedKey, QuestionTerms]) -> tuple[Problem, ...]:
    """Return what is wrong with a record that was read, with the source line of each place; ``terms`` are those of ``terms_of_record``."""
    resolved = standing_resolutions(record)
    problems = [
        *limit_problems(_id_problems(record.forecasts)),
        *limit_problems(_id_problems(record.resolutions)),
        *limit_problems(problem for its in record.forecasts for problem in forecast_problems(record, terms, resolved, its)),
        *limit_problems(problem for its in record.resolutions for problem in resolution_problems(record, terms, its)),
        *limit_problems(_second_resolutions(record)),
    ]
    return _with_sources(folder, problems)


def forecast_problems(
    record: ForecastRecord,
    terms: Mapping[AskedKey, QuestionTerms],
    resolved: Mapping[AskedKey, Resolution],
    forecast: Forecast,
) -> Iterator[Problem]:
    """Yield why a forecast does not fit its question, its question's end, or the clock; ``resolved`` has the standing resolutions by id and hash."""
    of_question = terms.get(asked_key(record, forecast.question, forecast.asked))
    if of_question is None:
        yield _unknown_question_problem(record, forecast)
        return
    if forecast.at > forecast.recorded:
        message = f"this forecast claims {moment_text(forecast.at)}, after it was recorded ({moment_text(forecast.recorded)})"
        yield _problem(forecast.place, message, "`at` is when the forecast was made", odd=record.is_imported)
    end = resolved.get((forecast.question, forecast.asked))
    if end is not None and forecast.at > (
        decided := min(end.on, end.recorded)
    ):  # a day's resolution is of its end, unless it was recorded before
        message = f"this forecast was made after the question was decided, on {moment_text(decided)} ({_place_text(end.place)})"
        unaware = forecast.recorded < end.recorded  # nobody had put the end on record yet
        hint = "it is left out of scores" if unaware else "the outcome was known by then"
        yield _problem(forecast.place, message, hint, odd=record.is_imported or unaware)
    if forecast.is_withdrawal:
        return
    kind = of_question.question.type
    if forecast.form not in FORMS_OF_TYPE[kind]:
        message = f"the question is of type `{kind}`, and this forecast of form `{forecast.form}`"
        yield _problem(forecast.place, message, f"forms that fit: {', '.join(FORMS_OF_TYPE[kind])}")
    elif forecast.form == "cdf":
        yield from _cdf_problems(record, of_question, forecast)
    elif forecast.form == "options":
        yield from _option_problems(record, of_question, forecast)


def resolution_problems(record: ForecastRecord, terms: Mapping[AskedKey, QuestionTerms], resolution: Resolution) -> Iterator[Problem]:
    """Yield why a resolution does not fit its question or the clock."""
    of_question = terms.get(asked_key(record, resolution.question, resolution.asked))
    if of_question is None:
        yield _unknown_question_problem(record, resolution)
        return
    if resolution.on.date() > resolution.recorded.date():
        message = f"this question was decided on {resolution.on.date()}, after that was recorded ({resolution.recorded.date()})"
        yield _problem(resolution.place, message, "only what has happened resolves a question", odd=record.is_imported)
    if resolution.known < resolution.on.date():
        message = f"this was known on {resolution.known}, before the question was decided ({resolution.on.date()})"
        yield _problem(resolution.place, message, "`known` is the first day on which the world could know it", odd=record.is_imported)
    if (fault := outcome_fault(of_question, resolution)) is not None:
        yield _problem(resolution.place, *fault)


def missing_row_problem(rows: Sequence[Forecast] | Sequence[Resolution], row: Forecast | Resolution) -> Problem | None:
    """Return why a row cannot replace the one that it names; None where it can, or names none."""
    if not row.replaces:
        return None
    before = [its for its in rows if its.id == row.replaces]
    if not before:
        hint = did_you_mean(row.replaces, [its.id for its in rows])
        return _problem(row.place, f"no row has the id `{row.replaces}`, which this one replaces", hint)
    other = before[0]
    if other.question != row.question:
        return _problem(row.place, f"this row replaces one of another question, `{other.question}` ({_place_text(other.place)})")
    if isinstance(other, Forecast) and isinstance(row, Forecast) and other.who != row.who:
        return _problem(row.place, f"this row replaces a forecast of `{other.who}` ({_place_text(other.place)})", "each replaces their own")
    return None


def _id_problems(rows: Sequence[Forecast] | Sequence[Resolution]) -> Iterator[Problem]:
    """Rows of one id, rows that replace what is not there, and two that replace one."""
    seen: dict[str, Place] = {}
    replaced: dict[str, Place] = {}
    for row in rows:
        if row.id in seen:
            yield _problem(row.place, f"the id `{row.id}` stands in {_place_text(seen[row.id])} already", "each row has an id of its own")
        seen.setdefault(row.id, row.place)
    for row in rows:
        if row.replaces and row.replaces not in seen:
            if (problem := missing_row_problem(rows, row)) is not None:
                yield problem
        elif row.replaces in replaced:
            yield _problem(row.place, f"the row `{row.replaces}` is replaced in {_place_text(replaced[row.replaces])} already")
        elif row.replaces:
            replaced[row.replaces] = row.place


def _second_resolutions(record: ForecastRecord) -> Iterator[Problem]:
    replaced = {its.replaces for its in record.resolutions if its.replaces}
    standing: dict[AskedKey, Resolution] = {}
    for resolution in record.resolutions:
        key = asked_key(record, resolution.question, resolution.asked)
        if resolution.id in replaced:
            continue
        if (first := standing.get(key)) is not None:
            message = f"`{resolution.question}` is resolved in {_place_text(first.place)} already: {first.outcome}"
            yield _problem(resolution.place, message, f"a correction `replaces` the row `{first.id}`")
        standing.setdefault(key, resolution)


def _unknown_question_problem(record: ForecastRecord, row: Forecast | Resolution) -> Problem:
    wordings = record.questions.get(row.question, ())
    path = f"{record.path}/questions.csv"
    if not wordings:
        hint = did_you_mean(row.question, record.questions) or f"its wording belongs in {path}"
        return _problem(row.place, f"no question `{row.question}` is on record", hint)
    known = ", ".join(f"`{its.asked}`" for its in wordings)
    return _problem(row.place, f"`{row.question}` was never asked as `{row.asked}`", f"{path} has {known}")


def _cdf_problems(record: ForecastRecord, terms: QuestionTerms, forecast: Forecast) -> Iterator[Problem]:
    scale, values = terms.question.scale, forecast.value
    assert isinstance(values, tuple)
    if scale is None:
        yield _problem(forecast.place, "a distribution function needs the question's range", f"give {record.path}/questions.csv its bounds")
        return
    if len(values) != scale.steps + 1:
        steps = f"{scale.steps} steps" + (" (as usual)" if scale.steps == CDF_STEPS else "")
        yield _problem(
            forecast.place, f"this distribution function has {len(values)} points", f"the range has {steps}: {scale.steps + 1} points"
        )
    for is_open, value, must_be, bound in ((scale.low_open, values[0], 0, "lower"), (scale.high_open, values[-1], 1, "upper")):
        if not is_open and abs(value - must_be) > CDF_TOLERANCE:
            message = f"the {bound} bound is closed, and this distribution function is {value:.6g} there"
            yield _problem(forecast.place, message, f"it must be {must_be}", odd=record.is_imported)


def _option_problems(record: ForecastRecord, terms: QuestionTerms, forecast: Forecast) -> Iterator[Problem]:
    named = forecast.value
    assert isinstance(named, Mapping)
    every = [option.option for option in terms.options]
    known = terms.options_at(forecast.at)
    for option in named if every else ():
        if option not in every:
            hint = did_you_mean(option, every) or f"its options are {', '.join(every)}"
            yield _problem(forecast.place, f"this question has no option `{option}`", hint, odd=record.is_imported)
        elif option not in known and named[option]:
            message = f"`{option}` was no option on {moment_text(forecast.at)}"
            yield _problem(forecast.place, message, f"then they were {', '.join(known)}", odd=record.is_imported)


def _problem(place: Place, message: str, hint: str = "", *, odd: bool = False) -> Problem:
    return Problem(place, message, hint, level="warning" if odd else "error")


def _place_text(place: Place) -> str:
    return f"{place.path}:{place.line}"


def _with_sources(folder: Folder, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems with the line of the file that each is in."""
    lines: dict[str, Sequence[str]] = {}
    placed: list[Problem] = []
    for problem in problems:
        path = problem.place.path
        if path not in lines:
            source, _ = read_source_if_any(folder, path)
            lines[path] = () if source is None else source.lines
        at = problem.place.line - 1
        placed.append(replace(problem, source=lines[path][at] if at < len(lines[path]) else ""))
    return tuple(placed)
