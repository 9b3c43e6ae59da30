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
)
FORMATS: Mapping[str, ImportFormat] = {its.name: its for its in _ALL}
