"""Questions of a record as rows of ``question_data.csv``, as a Metaculus export has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from forecast.forecasts.question import AskedQuestion, Option, QuestionScale
from forecast.forecasts.resolution import Resolution
from forecast.forecasts.times import SECONDS_A_DAY
from forecast.importers.continuous_range import range_points
from forecast.importers.metaculus_questions import LEADERBOARD, METACULUS_TYPES
from forecast.track_record.tournaments import TOURNAMENT_TAG

QUESTION_HEADINGS = (
    "Question ID",
    "Question URL",
    "Question Title",
    "Post ID",
    "Post Curation Status",
    "Post Published Time",
    "Default Project",
    "Default Project ID",
    "Categories",
    "Leaderboard Tags",
    "Label",
    "Question Type",
    "MC Options (Current)",
    "MC Options (All)",
    "MC Options History",
    "Lower Bound",
    "Open Lower Bound",
    "Upper Bound",
    "Open Upper Bound",
    "Continuous Range",
    "Open Time",
    "CP Reveal Time",
    "Scheduled Close Time",
    "Actual Close Time",
    "Resolution",
    "Resolution Known Time",
    "Include Bots in Aggregates",
    "Question Weight",
)
BEGINNING = "0001-01-01T00:00:00"  # since when the first options were there
_POST = re.compile(r"/questions/([0-9]+)/")
_TYPES = {ours: theirs for theirs, ours in METACULUS_TYPES.items()}

type ExportedCells = Mapping[str, object]


def question_row(question: AskedQuestion, options: Sequence[Option], resolution: Resolution | None) -> ExportedCells:
    """Return a question's cells by heading; times, lists and booleans are written as Python prints them."""
    post = _POST.search(question.url)
    projects = [tag.removeprefix(TOURNAMENT_TAG) for tag in question.tags if tag.startswith(TOURNAMENT_TAG)]
    return {
        "Question ID": question.id,
        "Question URL": question.url,
        "Question Title": question.text,
        "Post ID": post[1] if post is not None else None,
        "Post Curation Status": "approved",
        "Default Project": projects[0] if projects else None,
        "Categories": [tag for tag in question.tags if not tag.startswith((TOURNAMENT_TAG, LEADERBOARD))],
        "Leaderboard Tags": [tag.removeprefix(LEADERBOARD) for tag in question.tags if tag.startswith(LEADERBOARD)],
        "Question Type": _TYPES[question.type],
        **(_option_cells(options) if question.type == "options" else {}),
        **(_scale_cells(question.scale, of_dates=question.type == "date") if question.scale is not None else {}),
        "Open Time": question.opens,
        "CP Reveal Time": question.spot,
        "Scheduled Close Time": question.scheduled_close,
        "Actual Close Time": question.actual_close,
        "Resolution": None if resolution is None else resolution_text(resolution),
        "Resolution Known Time": None if resolution is None else resolution.on,
        "Include Bots in Aggregates": question.includes_bots,
        "Question Weight": question.weight,
    }


def option_labels(options: Sequence[Option]) -> tuple[str, ...]:
    """Return a question's options in the order in which forecasts list them."""
    return tuple(dict.fromkeys(option.option for option in sorted(options, key=lambda its: its.order)))


def resolution_text(resolution: Resolution) -> str | None:
    """Return how a question ended in the words of Metaculus; None for what it has no word for."""
    match resolution.outcome, resolution.value:
        case ("yes" | "no" | "annulled" | "ambiguous") as word, _:
            return word
        case "label", str() as label:
            return label
        case "number", float() as value:
            return repr(value)
        case "date", float() as days:
            return _moment(days).isoformat()
        case "below", _:
            return "below_lower_bound"
        case "above", _:
            return "above_upper_bound"
        case _:
            return None


def _option_cells(options: Sequence[Option]) -> ExportedCells:
    labels = option_labels(options)
    changes = {moment for option in options for moment in (option.start, option.end) if moment is not None}
    history = [
        (BEGINNING, _labels_at(None, options, labels)),
        *((at.isoformat(), _labels_at(at, options, labels)) for at in sorted(changes)),
    ]
    listed = [entry for entry in history if entry[1]]
    return {"MC Options (Current)": listed[-1][1] if listed else [], "MC Options (All)": list(labels), "MC Options History": listed}


def _labels_at(moment: datetime | None, options: Sequence[Option], labels: Sequence[str]) -> list[str]:
    """The options that could be chosen at a moment; None is the beginning."""
    there = {
        option.option
        for option in options
        if option.start is None or (moment is not None and option.start <= moment)
        if option.end is None or moment is None or moment < option.end
    }
    return [label for label in labels if label in there]


def _scale_cells(scale: QuestionScale, *, of_dates: bool) -> ExportedCells:
    def place(value: float) -> object:
        return _moment(value).strftime("%Y-%m-%d") if of_dates else value

    def bound_place(value: float) -> object:
        return _moment(value).isoformat() if of_dates and not value.is_integer() else place(value)

    return {
        "Lower Bound": bound_place(scale.low),
        "Open Lower Bound": scale.low_open,
        "Upper Bound": bound_place(scale.high),
        "Open Upper Bound": scale.high_open,
        "Continuous Range": [place(point) for point in range_points(scale.low, scale.high, scale.zero_point)],
    }


def _moment(days: float) -> datetime:
    return datetime.fromtimestamp(days * SECONDS_A_DAY, UTC)
