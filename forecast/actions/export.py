"""A topic to take away: as a PyMC program, or its draws as a netCDF file that ArviZ reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forecast.actions.check import read_checked_book
from forecast.book.files.layout import topic_path
from forecast.book.files.problems import Place, Problem, has_errors
from forecast.book.variant_choice import choose_variant
from forecast.inference.pymc.plan import CannotSample
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import published_result
from forecast.predict.pymc_program import program_with_answers


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was exported as text (empty for a file), or the problems that forbid it."""

    text: str = ""
    problems: tuple[Problem, ...] = ()


def pymc_program(root: Path, topic: str, *, as_of: date, settings: Settings, variant: str = "") -> ExportResult:
    """Return a topic as a PyMC program: one of its variants, where it has any."""
    book, problems = read_checked_book(root, [topic])
    if has_errors(problems):
        return ExportResult(problems=problems)
    chosen, problems = choose_variant(book.topics[topic], variant)
    if chosen is None:
        return ExportResult(problems=problems)
    try:
        return ExportResult(program_with_answers(model_as_of(with_carried_posteriors(chosen, as_of, settings), as_of)))
    except Unsound as unsound:
        return ExportResult(problems=unsound.problems)
    except CannotSample as reason:
        return ExportResult(problems=(Problem(Place(topic_path(topic)), f"this topic cannot be written as a program: {reason}"),))


def write_netcdf(root: Path, topic: str, path: Path, *, as_of: date, settings: Settings, variant: str = "") -> ExportResult:
    """Write the draws of a topic, or of one of its variants, as a DataTree to a netCDF file."""
    from forecast.predict.data_tree import data_tree

    book, problems = read_checked_book(root, [topic])
    if has_errors(problems):
        return ExportResult(problems=problems)
    chosen, problems = choose_variant(book.topics[topic], variant)
    if chosen is None:
        return ExportResult(problems=problems)
    try:
        chosen = with_carried_posteriors(chosen, as_of, settings)
        result = published_result(chosen, as_of, replace(settings, chances=False))
        data_tree(result.posterior, result.paths, generator(settings.seed, topic, Purpose.DATA_TREE)).to_netcdf(path)
    except Unsound as unsound:
        return ExportResult(problems=unsound.problems)
    return ExportResult()
