"""The formats that can be imported: a row of this table makes each a command, ``forecast import NAME``.

Every command of the program loads this table, so readers are imported where they are called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from forecast.forecasts.record import ForecastRecord
    from forecast.importers.choices import ImportChoices
    from forecast.importers.imported import ImportedRecord

type ImportOption = Literal["me", "others", "crowd_complete", "private", "zone", "mapping", "market"]
type Reader = Callable[[Sequence[Path], ForecastRecord, ImportChoices], ImportedRecord]
"""Reads files for a record, from which persons are recognised; raises ``FileFault`` where nothing can be read."""


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """A format: its name and reader, what its file is called in the help, and which options it has.

    ``summary`` stands in the list of commands, ``explanation`` and ``examples`` in the help of its own.  ``most_files`` is how many files are read together.
    """

    name: str
    read: Reader
    metavar: str
    summary: str
    explanation: str
    examples: tuple[str, ...]
    options: tuple[ImportOption, ...] = ("me", "others")
    most_files: int = 1


def _metaculus(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    from forecast.importers.metaculus import read_metaculus

    return read_metaculus(files[0], record, me=choices.me, others=choices.others)


def _fatebook(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    from forecast.importers.fatebook import read_fatebook

    return read_fatebook(files, record, choices)


def _predictionbook(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    from forecast.importers.predictionbook import read_predictionbook

    return read_predictionbook(files, record, choices)


def _manifold(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    from forecast.importers.manifold import read_manifold

    return read_manifold(files, record, choices)


def _csv(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    from forecast.importers.mapped_csv import read_mapped_csv

    return read_mapped_csv(files, record, choices)


def _forecastbench(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    from forecast.importers.forecastbench import read_forecastbench

    return read_forecastbench(files, record, choices)


def _hub(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    from forecast.importers.hub import read_hub

    return read_hub(files, record, choices)


def _goodjudgment(files: Sequence[Path], _: ForecastRecord, __: ImportChoices) -> ImportedRecord:
    from forecast.book.files.problems import FileFault, Place, Problem

    hint = "write down which column is what, and use `forecast import csv FILE --mapping MAPPING.toml`"
    raise FileFault(Problem(Place(files[0].name), "Good Judgment Open has no export whose format is known", hint))


_ALL = (
    ImportFormat(
        name="metaculus",
        read=_metaculus,
        metavar="FILE.zip",
        summary="Import a ZIP from Metaculus.",
        explanation="Import a ZIP from Metaculus: your own forecasts and scores, and the aggregates; a newer ZIP adds what is new.",
        examples=("metaculus_data.zip", "tournament.zip --collection tournament --me my_name"),
        options=("me", "others", "crowd_complete"),
    ),
    ImportFormat(
        name="fatebook",
        read=_fatebook,
        metavar="FILE.csv",
        summary="Import a CSV from Fatebook.",
        explanation="Import a CSV from Fatebook: your own forecasts, of questions that are shared publicly; with --private of all.",
        examples=("fatebook.csv --zone UTC --me my_name", "fatebook.csv --zone UTC --me my_name --private"),
        options=("me", "others", "private", "zone"),
    ),
    ImportFormat(
        name="predictionbook",
        read=_predictionbook,
        metavar="FILE.json",
        summary="Import the JSON of PredictionBook.",
        explanation="Import the JSON of PredictionBook, all pages of /api/my_predictions; its CSV holds no forecasts of your own.",
        examples=("page1.json page2.json", "my_predictions.json --private"),
        options=("me", "others", "private"),
        most_files=1_000,
    ),
    ImportFormat(
        name="manifold",
        read=_manifold,
        metavar="FILE.json",
        summary="Import markets and prices from Manifold.",
        explanation="Import markets of Manifold and their prices after each bet; bets of a person are no forecasts, and are not read as such.",
        examples=("market.json bets.json", "bets.json --market UVHhF9M4jfGQcjdBshzd"),
        options=("market",),
        most_files=1_000,
    ),
    ImportFormat(
        name="csv",
        read=_csv,
        metavar="FILE.csv",
        summary="Import a CSV whose columns you declare.",
        explanation="Import a CSV with one row a forecast, whose columns a TOML file declares; without it as `forecast export --csv` writes it.",
        examples=("answers.csv --mapping answers.toml", "record.csv --me me"),
        options=("me", "others", "zone", "mapping"),
    ),
    ImportFormat(
        name="forecastbench",
        read=_forecastbench,
        metavar="FILE.json",
        summary="Import a question set of ForecastBench with its resolutions.",
        explanation="Import a question set of ForecastBench, its resolution set, and files of forecasts: a question about a data set is an id with a day of resolution; a market that is not resolved gives a price and no outcome.",
        examples=(
            "2026-01-04-llm.json 2026-01-04_resolution_set.json",
            "2026-01-04-llm.json 2026-01-04_resolution_set.json my_model.json --me my_model",
        ),
        options=("me",),
        most_files=20,
    ),
    ImportFormat(
        name="hub",
        read=_hub,
        metavar="FILE",
        summary="Import model output of a forecasting hub (hubverse).",
        explanation="Import model output of a forecasting hub, with its target data (a time series or oracle output), which says how tasks ended, and its tasks.json, which says when rounds are due and what targets are.  A file is named ROUND-TEAM-MODEL.csv, which says whose it is.",
        examples=("2022-10-22-team-model.csv time-series.csv tasks.json", "*.csv tasks.json --me team-model --collection flu"),
        options=("me",),
        most_files=200,
    ),
    ImportFormat(
        name="goodjudgment",
        read=_goodjudgment,
        metavar="FILE",
        summary="Say why there is no import from Good Judgment Open, and what to do.",
        explanation="Good Judgment Open has no export whose format is known, and columns are not guessed: this command refuses every file. A table of your own is read with `forecast import csv FILE --mapping MAPPING.toml`.",
        examples=("my_forecasts.csv",),
        options=(),
    ),
)
FORMATS: Mapping[str, ImportFormat] = {its.name: its for its in _ALL}
