"""``forecast export``: a topic as a PyMC program or its draws as an ArviZ DataTree; a forecast for Metaculus; a collection as a file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from forecast.cli.completion import complete_topic
from forecast.cli.lines import echo, print_data, stop_at
from forecast.cli.options import AllowLinks, AsOf, Book, Draws, Seed, Trust, Variant, as_of_day, path_value, root_of, today
from forecast.language.count_words import count_text

if TYPE_CHECKING:
    from datetime import date

    from forecast.actions.export_forecast import PayloadChoices
    from forecast.forecasts.question import QuestionScale
    from forecast.model.settings import Settings

LEFT_OUT = 3  # the exit code where something has no place in the file

What = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        autocompletion=complete_topic,
        help="A topic; with --metaculus a question; with --metaculus-zip, --fatebook or --csv a collection in seeds/records.",
        show_default=False,
    ),
]
AsPymc = Annotated[bool, typer.Option("--pymc", help="Print the topic as a PyMC program, which answers its questions too.")]
Netcdf = Annotated[
    Path | None,
    typer.Option(
        "--netcdf",
        metavar="FILE",
        callback=path_value,
        help="Write prior, posterior and predictive draws to a netCDF file.",
        show_default=False,
    ),
]
MetaculusZip = Annotated[
    Path | None,
    typer.Option(
        "--metaculus-zip",
        metavar="FILE",
        callback=path_value,
        help="Write a collection in the layout of a Metaculus export.",
        show_default=False,
    ),
]
Metaculus = Annotated[
    Path | None,
    typer.Option(
        "--metaculus",
        metavar="FILE",
        callback=path_value,
        help="Write the forecast of a question as Metaculus's server takes it, as JSON; - prints it.",
        show_default=False,
    ),
]
Target = Annotated[
    str,
    typer.Option(
        "--target",
        metavar="FILE.json|COLLECTION:ID",
        callback=path_value,
        help="The question on Metaculus: its JSON, or an imported one.",
        show_default=False,
    ),
]
QuestionId = Annotated[
    int | None, typer.Option("--question-id", metavar="N", min=1, help="The question's id there, not its post's.", show_default=False)
]
Bounds = Annotated[
    tuple[str, str] | None,
    typer.Option("--bounds", metavar="LOW HIGH", help="The range of the question there, numbers or dates.", show_default=False),
]
OpenBounds = Annotated[
    Literal["none", "lower", "upper", "both"] | None,
    typer.Option("--open", help="Which of its bounds are open; goes with --bounds.", show_default=False),
]
ZeroPoint = Annotated[
    str | None,
    typer.Option(
        "--zero-point", metavar="VALUE", help="From where a logarithmic scale is counted (without it: linear).", show_default=False
    ),
]
Steps = Annotated[int, typer.Option("--steps", metavar="N", min=1, help="The number of steps of its scale.")]
Who = Annotated[
    str, typer.Option("--who", metavar="NAME", help="The forecast that somebody has on record, instead of the model's.", show_default=False)
]
Rest = Annotated[
    str, typer.Option("--rest", metavar="LABEL", help="The option there for what none of the choices here takes.", show_default=False)
]
Below = Annotated[
    float | None,
    typer.Option("--below", metavar="P", min=0, max=1, help="What a forecast on record gives to below an open bound.", show_default=False),
]
Above = Annotated[
    float | None,
    typer.Option("--above", metavar="P", min=0, max=1, help="What a forecast on record gives to above an open bound.", show_default=False),
]

Fatebook = Annotated[
    Path | None,
    typer.Option(
        "--fatebook",
        metavar="FILE",
        callback=path_value,
        help="Write your own forecasts of a collection as Fatebook imports them.",
        show_default=False,
    ),
]
AsCsv = Annotated[
    Path | None,
    typer.Option(
        "--csv", metavar="FILE", callback=path_value, help="Write a collection as a CSV with one row a forecast.", show_default=False
    ),
]
Hub = Annotated[
    Path | None,
    typer.Option(
        "--hub",
        metavar="FILE",
        callback=path_value,
        help="Write a topic's or a collection's forecasts as model output of a hub.",
        show_default=False,
    ),
]


def export(
    what: What,
    *,
    pymc: AsPymc = False,
    netcdf: Netcdf = None,
    metaculus: Metaculus = None,
    target: Target = "",
    question_id: QuestionId = None,
    bounds: Bounds = None,
    open_bounds: OpenBounds = None,
    zero_point: ZeroPoint = None,
    steps: Steps = 200,
    who: Who = "",
    rest: Rest = "",
    below: Below = None,
    above: Above = None,
    metaculus_zip: MetaculusZip = None,
    fatebook: Fatebook = None,
    csv: AsCsv = None,
    hub: Hub = None,
    variant: Variant = "",
    as_of: AsOf = None,
    seed: Seed = 1,
    draws: Draws = 16_384,
    trust: Trust = False,
    book: Book = None,
    allow_links: AllowLinks = False,
) -> None:
    """Take a topic away, its model as an ordinary PyMC program or its draws for ArviZ; a forecast to submit elsewhere; or an imported record.

    \b
    Examples:
      forecast export route --pymc > route.py
      forecast export route --netcdf route.nc --as-of 2025-12-31
      forecast export route.launch --metaculus launch.json --target question.json
      forecast export route.when --metaculus - --question-id 3110 --bounds 2026-01-01 2027-01-01 --open upper
      forecast export metaculus --metaculus-zip record.zip
      forecast export fatebook --fatebook for_fatebook.csv
      forecast export metaculus --csv record.csv
      forecast export arrivals --hub 2026-11-28-team-model.csv --who model

    With --metaculus the model's forecast is computed as `forecast update` does.  The server takes probabilities from 0.001 to 0.999, and distribution functions that rise by neither too little nor too much; what a forecast says beyond is moved there, and how far is said.
    """  # noqa: D301 - \b keeps lines as they are in the help
    records = {"metaculus-zip": metaculus_zip, "fatebook": fatebook, "csv": csv}
    wanted = {layout: path for layout, path in records.items() if path is not None}
    if pymc + len(wanted) + sum(file is not None for file in (netcdf, metaculus, hub)) != 1:
        hint = "--pymc / --netcdf FILE / --metaculus FILE / --metaculus-zip FILE / --fatebook FILE / --csv FILE / --hub FILE"
        raise typer.BadParameter("give one of them", param_hint=hint)
    if variant and not (pymc or netcdf):
        raise typer.BadParameter("it goes with --pymc and --netcdf, which are of one model", param_hint="--variant")
    root = root_of(book, allow_links=allow_links)
    day = as_of_day(as_of, now=today())
    for layout, path in wanted.items():
        _export_record(root, what, path, layout)
        return
    if hub is not None:
        _export_hub(root, what, hub, who)
    else:
        from forecast.model.settings import Settings

        settings = Settings(seed=seed, draws=draws, trust=trust)
        if pymc:
            _export_program(root, what, day, settings, variant)
        elif netcdf is not None:
            _export_draws(root, what, netcdf, day, settings, variant)
        elif metaculus is not None:
            from forecast.actions.export_forecast import PayloadChoices
            from forecast.importers.metaculus_forecast import Tails

            scale = _scale(bounds, open_bounds, zero_point, steps)
            choices = PayloadChoices(target, question_id, scale, who, rest, Tails(below, above))
            _export_payload(root, what, metaculus, choices, day, settings)


def _export_program(root: Path, topic: str, day: date, settings: Settings, variant: str) -> None:
    from forecast.actions.export import pymc_program

    program = pymc_program(root, topic, as_of=day, settings=settings, variant=variant)
    stop_at(program.problems, as_json=False)
    print_data(program.text)


def _export_draws(root: Path, topic: str, path: Path, day: date, settings: Settings, variant: str) -> None:
    from forecast.actions.export import write_netcdf

    written = write_netcdf(root, topic, path, as_of=day, settings=settings, variant=variant)
    stop_at(written.problems, as_json=False)
    echo(f"{path} written.")


def _export_payload(root: Path, question: str, path: Path, choices: PayloadChoices, day: date, settings: Settings) -> None:
    from forecast.actions.export_forecast import metaculus_payload, write_payload
    from forecast.system import utc_now

    made = metaculus_payload(root, question, choices, as_of=day, now=utc_now(), settings=settings)
    stop_at(made.problems, as_json=False)
    if str(path) == "-":
        print_data(made.text)
        return
    stop_at(write_payload(made.text, path), as_json=False)
    echo(f"{path} written.")


def _scale(
    bounds: tuple[str, str] | None, open_bounds: Literal["none", "lower", "upper", "both"] | None, zero_point: str | None, steps: int
) -> QuestionScale | None:
    """The scale that somebody describes; None where nobody does."""
    from forecast.forecasts.question import QuestionScale

    if bounds is None:
        if open_bounds is not None or zero_point is not None:
            raise typer.BadParameter("a scale begins with its range", param_hint="--bounds LOW HIGH")
        return None
    if open_bounds is None:
        raise typer.BadParameter("say which of the bounds are open: none, lower, upper or both", param_hint="--open")
    low, high = (_place(text, "--bounds") for text in bounds)
    zero = None if zero_point is None else _place(zero_point, "--zero-point")
    return QuestionScale(low, high, open_bounds in {"lower", "both"}, open_bounds in {"upper", "both"}, zero, steps)


def _place(text: str, option: str) -> float:
    """A number, or a date in days from the beginning of 1970."""
    from forecast.book.files.numerals import is_number
    from forecast.forecasts.times import days_of_text

    if (days := days_of_text(text)) is not None:
        return days
    if not is_number(text) or not math.isfinite(value := float(text)):
        raise typer.BadParameter(f"`{text}` is neither a number nor a date", param_hint=option)
    return value


def _export_record(root: Path, collection: str, path: Path, layout: str) -> None:
    from forecast.actions.export_record import write_fatebook_csv, write_mapped_csv, write_metaculus_zip
    from forecast.book.files.problems import gather_alike
    from forecast.importers.metaculus_zip import MetaculusZip as Zip

    write = {"metaculus-zip": write_metaculus_zip, "fatebook": write_fatebook_csv, "csv": write_mapped_csv}[layout]
    done = write(root, collection, path)
    stop_at(gather_alike(done.problems), as_json=False)
    its = done.written
    assert its is not None  # it is where no problem is an error
    scores = f", {count_text(its.scores, 'score')}" if isinstance(its, Zip) else ""
    echo(f"{path} written: {count_text(its.questions, 'question')}, {count_text(its.forecasts, 'forecast')}{scores}.")
    if its.problems:
        raise typer.Exit(LEFT_OUT)


def _export_hub(root: Path, name: str, path: Path, who: str) -> None:
    from forecast.actions.export_record import write_hub_output
    from forecast.book.files.problems import gather_alike

    done = write_hub_output(root, name, path, who=who)
    stop_at(gather_alike(done.problems), as_json=False)
    assert done.written is not None  # it is where no problem is an error
    echo(f"{path} written: {count_text(done.written.forecasts, 'forecast')} of {done.who}, {count_text(done.written.rows, 'row')}.")
    if done.written.problems:
        raise typer.Exit(LEFT_OUT)
