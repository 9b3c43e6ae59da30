"""The shape of the JSON of calibration: what `forecast calibration --json` prints and `reports/calibration.json` holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NotRequired, TypedDict

from forecast.schema.json_data import format_json
from forecast.schema.record_json import read_record_json

if TYPE_CHECKING:
    from pydantic import TypeAdapter

CALIBRATION_REPORT = "calibration"
CALIBRATION_FORMAT = 1
CALIBRATE_AGAIN = "run `forecast calibration` to make it again"


class GroupSizeContent(TypedDict):
    """How many there are. ``clusters`` are groups of questions that may be independent; ``few`` says that there are too few to judge."""

    forecasts: int
    questions: int
    clusters: int
    people: int
    few: bool


class CurveContent(TypedDict):
    """The isotonic curve: at each probability how often it happened, and the ends of the 90 % band of calibrated forecasts; ``weight`` adds up to 1."""

    probability: list[float]
    frequency: list[float]
    low: list[float]
    high: list[float]
    weight: list[float]


class SmoothContent(TypedDict):
    """The smooth curve with its 90 % band, and shift and slope: mean, 5 % and 95 % point. ``left_out`` were exactly 0 or 1."""

    probability: list[float]
    frequency: list[float]
    low: list[float]
    high: list[float]
    shift: list[float]
    slope: list[float]
    left_out: int


class SeparationContent(TypedDict):
    """The chance that a random yes was given more than a random no, with its 95 % interval; null where there is none."""

    chance: float
    low: float | None
    high: float | None


class ProbabilityCalibrationContent(TypedDict):
    """How the probabilities of a group did. ``chance`` is what 95 of 100 calibrated records stay below in miscalibration."""

    group: str
    size: GroupSizeContent
    brier: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    chance: float
    p_value: float
    correlation: float
    separation: SeparationContent | None
    mean: float
    spread: float
    happened: float
    curve: CurveContent
    smooth: SmoothContent


class NumberCalibrationContent(TypedDict):
    """How forecasts of numbers and dates did: at each ``point`` the share of transforms up to it less that of the uniform, and the band of 90 %."""

    group: str
    size: GroupSizeContent
    point: list[float]
    excess: list[float]
    low: list[float]
    high: list[float]
    mean: float
    spread: float
    outside: bool


class RecalibrationContent(TypedDict):
    """What recalibration would have gained a forecaster, walking forward: mean log score of ``tested`` questions with its 95 % interval.

    ``shift`` and ``slope`` are those of all questions that are settled: mean, 5 % and 95 % point; empty where the fit is not sound.
    """

    who: str
    questions: int
    tested: int
    clusters: int
    gain: float | None
    low: float | None
    high: float | None
    brier_gain: float | None
    shift: list[float]
    slope: list[float]


class OpenRecalibrationContent(TypedDict):
    """A forecast in force of an open question: as it was said, and what it comes to when recalibrated, with its 90 % interval."""

    address: str
    text: str
    who: str
    said: float
    recalibrated: float
    low: float
    high: float


class OmissionContent(TypedDict):
    """How many of what are left out, and why."""

    count: int
    noun: str
    reason: str


class CalibrationContent(TypedDict):
    """Calibration as it was asked for; ``who`` is empty where it is everybody's."""

    format: int
    digest: str
    as_of: str
    records: list[str]
    who: list[str]
    by: str
    probabilities: list[ProbabilityCalibrationContent]
    numbers: list[NumberCalibrationContent]
    recalibration: list[RecalibrationContent]
    recalibrated: list[OpenRecalibrationContent]
    left_out: list[OmissionContent]
    notes: NotRequired[list[str]]


def calibration_bytes(content: Mapping[str, object]) -> bytes:
    """Return the file that a content makes."""
    return (format_json(content) + "\n").encode("utf-8")


def read_calibration(data: bytes, *, name: str = "reports/calibration.json") -> CalibrationContent:
    """Return the content of a JSON file; raise ``ReportFault`` where it is not one that this program wrote whole."""
    return read_record_json(data, _shape(), name=name, what="calibration", number=CALIBRATION_FORMAT, remake=CALIBRATE_AGAIN)


@cache
def _shape() -> TypeAdapter[CalibrationContent]:
    from pydantic import TypeAdapter

    return TypeAdapter(CalibrationContent)
