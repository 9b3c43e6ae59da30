"""``forecast calibration``: whether forecasts mean what they say."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from forecast.cli.lines import echo, print_data, print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, root_of, today
from forecast.cli.score import By, Records, Since, Until, Who, begin_of

CsvOfGroups = Annotated[bool, typer.Option("--csv", help="Print the figures of each group as CSV.")]
Recalibrate = Annotated[
    bool,
    typer.Option(
        "--recalibrate", help="Fit a shift and a slope of each forecaster's log odds, walking forward, and say what they would have gained."
    ),
]


def calibration(
    *,
    records: Records = None,
    by: By = None,
    since: Since = None,
    until: Until = None,
    who: Who = None,
    recalibrate: Recalibrate = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
    as_csv: CsvOfGroups = False,
) -> None:
    """Compare what forecasts said with what happened: reliability, discrimination and sharpness, with their bands.

    Where nothing is chosen, the page of calibration is written too.

    Which questions count is decided as for `forecast score`; a question that came out as a share between no and yes does not.

    \b
    Examples:
      forecast calibration
      forecast calibration metaculus --by horizon
      forecast calibration --recalibrate
      forecast calibration --who ann --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.calibration import CalibrationRequest, calibrate_book, write_calibration_page
    from forecast.cli.calibration_lines import calibration_csv, print_calibration

    asked = CalibrationRequest(
        tuple(records or ()),
        by,
        begin_of(since),
        None if until is None else begin_of(until + timedelta(days=1)),
        tuple(who or ()),
        recalibrate,
    )
    root = root_of(book, allow_links=allow_links)
    try:
        found = calibrate_book(root, asked, as_of=today())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    stop_at(found.problems, as_json=as_json)
    assert found.content is not None  # there would be problems
    if as_json:
        print_output("calibration", found.content)
    elif as_csv:
        print_data(calibration_csv(found.content))
    else:
        print_calibration(found.content)
        if asked == CalibrationRequest(recalibrate=recalibrate) and found.content["records"]:
            written = write_calibration_page(root, found.content)
            stop_at(written.problems, as_json=False)
            assert written.page is not None  # there would be problems
            echo(f"The page of calibration is {written.page.relative_to(root)}.")
