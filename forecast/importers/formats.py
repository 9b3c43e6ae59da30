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
)
FORMATS: Mapping[str, ImportFormat] = {its.name: its for its in _ALL}
