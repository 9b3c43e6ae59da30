"""What an export of Metaculus says, and its traps: each row becomes what it means, or is left out with its reason."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from forecast.forecasts.forecast import Forecast
from forecast.forecasts.question import QuestionScale
from forecast.forecasts.timelines import timelines
from forecast.forecasts.values import Buckets
from forecast.importers.continuous_range import range_points
from tests.importers.conftest import Collected, Import, complaints
from tests.support.metaculus_zips import QUESTION_HEADINGS, aggregate, choices, csv_text, forecast, numeric, question, score

CLOSED = {"Actual_Close_Time": "2026-01-20 12:00:00+00:00", "Resolution_Known_Time": "2026-01-21 09:30:00.000001+00:00"}
DAY = "2026-01-{:02} 12:00:00+00:00"
FLAT = [at / 200 for at in range(201)]


def at(day: int, hour: int = 12) -> datetime:
    """A time in January 2026."""
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def the_forecast(collected: Collected) -> Forecast:
    """The only forecast of the record."""
    (only,) = collected().forecasts
    return only


def test_a_question_has_all_that_the_export_says(bring: Import, collected: Collected):
    """Text, times, weight, tags, address and whether bots count; the spot time is that of the reveal."""
    asked = question(
        7,
        Include_Bots_in_Aggregates=True,
        Question_Weight=0.5,
        Categories=["A; b", "C"],
        Leaderboard_Tags=["2026"],
        **CLOSED,
        Resolution="no",
    )
    assert bring([asked]).problems == ()
    (its,) = collected().questions["7"]
    assert (its.text, its.type, its.weight, its.includes_bots) == ("Will invented thing 7 happen?", "binary", 0.5, True)
    assert (its.opens, its.scheduled_close, its.actual_close, its.spot) == (at(1), datetime(2026, 2, 1, 12, tzinfo=UTC), at(20), at(3))
    assert its.tags == ("A, b", "C", "leaderboard: 2026", "project: Invented Tournament")
    assert its.url == "https://www.metaculus.com/questions/7/invented/"


@pytest.mark.parametrize(
    ("cells", "day"),
    [
        ({"CP_Reveal_Time": DAY.format(3)}, 3),
        ({"CP_Reveal_Time": DAY.format(25)}, 20),
        ({"CP_Reveal_Time": DAY.format(1)}, 20),
        ({"CP_Reveal_Time": ""}, 20),
        ({"CP_Reveal_Time": "", "Actual_Close_Time": "", "Scheduled_Close_Time": DAY.format(28)}, 28),
    ],
)
def test_the_spot_time_is_metaculus_own(cells: dict[str, str], day: int, bring: Import, collected: Collected):
    """The reveal if it is after the opening, else the close, and never after the actual close."""
    bring([question(1, **{**CLOSED, **cells})])
    assert collected().questions["1"][0].spot == at(day)


def test_the_label_of_a_group_s_question_is_part_of_its_text(bring: Import, collected: Collected):
    """Unless the title has it already."""
    bring([question(1, Label="June"), question(2, Question_Title="How many? (July)", Label="July")])
    texts = [wordings[0].text for wordings in collected().questions.values()]
    assert texts == ["Will invented thing 1 happen? (June)", "How many? (July)"]


def test_rows_of_open_questions_lack_their_last_cell(bring: Import, collected: Collected):
    """Rows of 18 cells under 19 headings are read; rows of other lengths are left out."""
    result = bring([question()], [forecast(Probability_Yes=0.25)])
    assert result.problems == ()
    assert [its.value for its in collected().forecasts] == [0.25]
    rows = "Question ID,Forecaster ID,Start Time,Probability Yes,X\n1,2,2026-01-02 12:00:00+00:00\n1,2,2026-01-02 12:00:00+00:00,0.5,,,\n"
    said = complaints(bring([question()], files={"forecast_data.csv": rows}, collection="other"))
    assert said == [
        ("data.zip/forecast_data.csv", 2, "left out: this row has 3 cells, and the file has 5 headings"),
        ("data.zip/forecast_data.csv", 3, "left out: this row has 7 cells, and the file has 5 headings"),
    ]


def test_times_keep_their_microseconds(bring: Import, collected: Collected):
    """With and without a fraction, and in any zone."""
    starts = ["2026-01-02 12:00:00.000001+00:00", "2026-01-02 12:00:01+00:00", "2026-01-02 14:00:02.5+02:00"]
    bring([question()], [forecast(start=start, Probability_Yes=0.25) for start in starts])
    assert [its.at.isoformat() for its in collected().forecasts] == [
        "2026-01-02T12:00:00.000001+00:00",
        "2026-01-02T12:00:01+00:00",
        "2026-01-02T12:00:02.500000+00:00",
    ]


def test_a_time_without_zone_is_left_out(bring: Import):
    """It is not guessed."""
    result = bring([question()], [forecast(start="2026-01-02 12:00:00", Probability_Yes=0.25)])
    assert complaints(result) == [("data.zip/forecast_data.csv", 2, "left out: `2026-01-02 12:00:00` is no time")]


def test_an_end_before_the_next_start_is_a_gap(bring: Import, collected: Collected):
    """A withdrawn forecast ends; one that the next one ended does not need to say so."""
    rows = [
        forecast(start=DAY.format(2), End_Time=DAY.format(4), Probability_Yes=0.25),
        forecast(start=DAY.format(4), End_Time=DAY.format(6), Probability_Yes=0.5),
        forecast(start=DAY.format(9), Probability_Yes=0.75),
    ]
    bring([question()], rows)
    assert [its.until for its in collected().forecasts] == [None, at(6), None]
    (line,) = timelines(collected())
    assert [(span.start, span.end) for span in line.spans] == [(at(2), at(4)), (at(4), at(6)), (at(9), None)]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Probability_Yes": 0.5, "End_Time": DAY.format(1)}, "it ends before it begins"),
        ({"Probability_Yes": 0.5, "start": ""}, "it has no Start Time"),
        ({"Probability_Yes": 30}, "30 is no probability"),
        ({}, "it has no value for a question of type binary"),
        ({"Probability_Yes": 0.5, "name": 9}, "question 9 is not among the questions that are imported"),
        ({"Probability_Yes": 0.5, "Is_Bot": "maybe"}, "`maybe` is neither True nor False"),
        ({"Probability_Yes": 0.5, "who": "", "Forecaster_Username": "somebody"}, "it says neither who made it nor by which method"),
        ({"Probability_Yes": 0.5, "Forecaster_Count": "few"}, "`few` is no number of forecasters"),
    ],
)
def test_a_forecast_that_does_not_fit_is_left_out(cells: dict[str, object], reason: str, bring: Import, collected: Collected):
    """File, line and reason are given, and the row beside it is imported."""
    result = bring([question()], [forecast(**cells), forecast(start=DAY.format(5), Probability_Yes=0.5)])
    assert complaints(result) == [("data.zip/forecast_data.csv", 2, f"left out: {reason}")]
    assert len(collected().forecasts) == 1


def test_a_forecast_that_stands_twice_counts_once(bring: Import, collected: Collected):
    """The second is listed with the line of the first."""
    result = bring([question()], [forecast(Probability_Yes=0.5), forecast(Probability_Yes=0.5)])
    assert complaints(result) == [("data.zip/forecast_data.csv", 3, "left out: this forecast stands in line 2 already")]
    assert len(collected().forecasts) == 1


@pytest.mark.parametrize("value", [0, 1, 0.001, 0.9944999999999999, 1e-9])
def test_a_probability_is_kept_to_the_last_digit(value: float, bring: Import, collected: Collected):
    """0 and 1 too."""
    bring([question()], [forecast(Probability_Yes=value)])
    assert the_forecast(collected).value == value


def test_aggregates_are_told_from_persons_and_by_method(bring: Import, collected: Collected):
    """Each method is somebody of its own, and none belongs to the crowd."""
    rows = [
        aggregate(method=method, Probability_Yes=0.5)
        for method in ("recency_weighted", "unweighted", "metaculus_prediction", "something_new")
    ]
    bring([question()], rows)
    assert {who: (its.kind, its.in_crowd) for who, its in collected().people.items()} == dict.fromkeys(
        ("recency_weighted", "unweighted", "metaculus_prediction", "something_new"), ("aggregate", False)
    )
    assert [its.forecasters for its in collected().forecasts] == [3, 3, 3, 3]


@pytest.mark.parametrize(
    ("asked", "shares", "kept"),
    [
        (question(), "[0.35, 0.55]", (0.35, 0.55)),
        (choices(), "[0.2, None, 0.7]", (0.2, None, 0.7)),
        (choices(), "[0.2, nan, np.float64(0.7)]", (0.2, None, 0.7)),
        (numeric(), str([0.004] * 202), (0.004,) * 202),
    ],
)
def test_a_geometric_mean_is_kept_by_bucket_for_every_type(asked, shares: str, kept: tuple[float | None, ...], bring: Import, collected):
    """Its probabilities do not add up to 1, and that is so."""
    result = bring([asked], [aggregate(method="geometric_mean", Probability_Yes_Per_Category=shares)])
    assert result.problems == ()
    its = the_forecast(collected)
    assert (its.form, its.value, its.forecasters) == ("buckets", Buckets(kept), 3)


def test_a_geometric_mean_of_another_number_of_buckets_is_left_out(bring: Import):
    """A binary question has two."""
    result = bring([question()], [aggregate(method="geometric_mean", Probability_Yes_Per_Category="[0.1, 0.2, 0.3]")])
    assert complaints(result)[0][2] == "left out: it has 3 probabilities, and the question has 2 outcomes"


def test_the_anonymised_variant_has_one_column_for_two(bring: Import, collected: Collected):
    """A hash is a person, found by the id; a word is a method."""
    mine, other = (hashlib.sha256(name.encode()).hexdigest() for name in ("42", "43"))

    def row(who: str, **cells: object):
        return {
            **{name: cell for name, cell in forecast(**cells).items() if name not in {"Forecaster ID", "Forecaster Username"}},
            "Forecaster (Anonymized)": who,
        }

    def scored(who: str):
        return {**{name: cell for name, cell in score().items() if name not in {"User ID", "User Username"}}, "User (Anonymized)": who}

    rows = [
        row(mine, Probability_Yes=0.25),
        row(other, Probability_Yes=0.5),
        row("recency_weighted", Is_Bot=None, Forecaster_Count=2, Probability_Yes=0.4),
    ]
    result = bring([question()], rows, [scored(mine), scored(other), scored("recency_weighted")], me=("42",))
    assert (result.problems, result.me, result.others) == ((), ("me",), 1)
    assert [(its.who, its.value) for its in collected().forecasts] == [("me", 0.25), ("recency_weighted", 0.4)]
    assert [its.who for its in collected().platform_scores] == ["me", "recency_weighted"]


def test_options_that_came_late_or_left_have_their_times(bring: Import, collected: Collected):
    """Forecasts list all options that there ever were, the last of which stands for all others; None is one not yet there."""
    history = [
        ("0001-01-01T00:00:00", ["a", "b", "Other"]),
        ("2026-01-10T12:00:00+00:00", ["a", "b", "c", "Other"]),
        ("2026-01-15T12:00:00+00:00", ["a", "c", "Other"]),
    ]
    asked = choices(
        1, **{"MC Options (Current)": ["a", "c", "Other"], "MC Options (All)": ["a", "b", "c", "Other"], "MC Options History": history}
    )
    rows = [
        forecast(Probability_Yes_Per_Category="[0.2, 0.3, None, 0.5]"),
        forecast(start=DAY.format(11), Probability_Yes_Per_Category="[0.2, 0.3, 0.1, 0.4]"),
    ]
    assert bring([asked], rows).problems == ()
    assert [(its.option, its.start, its.end, its.order) for its in collected().options] == [
        ("a", None, None, 1),
        ("b", None, at(15), 2),
        ("c", at(10), None, 3),
        ("Other", None, None, 4),
    ]
    assert [its.value for its in collected().forecasts] == [
        {"a": 0.2, "b": 0.3, "Other": 0.5},
        {"a": 0.2, "b": 0.3, "c": 0.1, "Other": 0.4},
    ]


def test_an_older_export_has_one_column_of_options(bring: Import, collected: Collected):
    """Without a history every option was there from the beginning."""
    asked = {**question(1, "multiple_choice"), "MC Options (Current)": "['a', \"b's\"]"}
    bring([asked], [forecast(Probability_Yes_Per_Category="[0.25, 0.75]")])
    assert the_forecast(collected).value == {"a": 0.25, "b's": 0.75}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"MC Options (All)": "['a', 'a']"}, "two of its options have the same name"),
        ({"MC Options (All)": "__import__('os').system('true')"}, "this cell is no list as Python writes it"),
        ({"MC Options (All)": "[" * 5_000}, "this cell is no list as Python writes it"),
        ({"MC Options (All)": "'a'"}, "this cell is no list"),
        ({"MC Options (All)": "[1, 2]"}, "not everything in this list is a text"),
        ({"MC Options (All)": "", "MC Options (Current)": ""}, "it has no options"),
        ({"MC Options History": [("yesterday", ["a", "b", "Other"])]}, "a time in the history of its options cannot be read"),
        (
            {"MC Options History": [("0001-01-01T00:00:00", ["a"])]},
            "the history of its options names others than MC Options (All)",
        ),
        (
            {"MC Options History": [("2026-01-10T12:00:00", ["a", "b", "Other"]), ("2026-01-09T12:00:00", ["a", "b", "Other"])]},
            "the times of its lists of options do not ascend",
        ),
    ],
)
def test_options_that_cannot_be_read_leave_the_question_out(cells: dict[str, object], reason: str, bring: Import):
    """A cell is read as data, and never run."""
    assert complaints(bring([choices(1, **cells)])) == [("data.zip/question_data.csv", 2, f"left out: question 1: {reason}")]


def test_a_forecast_with_too_few_options_is_left_out(bring: Import):
    """It is not known which of them are meant."""
    result = bring([choices()], [forecast(Probability_Yes_Per_Category="[0.5, 0.5]")])
    assert complaints(result)[0][2] == "left out: it has 2 probabilities, and the question has 3 options"


def test_a_numeric_question_has_its_scale(bring: Import, collected: Collected):
    """Even steps are a linear scale."""
    bring([numeric(1, -50, 150, Open_Lower_Bound=True)], [forecast(Continuous_CDF=FLAT)])
    assert collected().questions["1"][0].scale == QuestionScale(-50, 150, low_open=True, high_open=False, steps=200)
    assert the_forecast(collected).value == tuple(FLAT)


@pytest.mark.parametrize(("low", "high", "zero_point"), [(1, 1e10, 0), (0.5, 3, -1), (10, 20, 9.99), (1e-6, 1, 0), (100, 101, -1e4)])
def test_the_zero_point_of_a_logarithmic_scale_is_recovered(
    low: float, high: float, zero_point: float, bring: Import, collected: Collected
):
    """Metaculus does not export it; the middle of the Continuous Range tells it."""
    points = range_points(low, high, zero_point)
    assert bring([numeric(1, low, high, points)]).problems == ()
    scale = collected().questions["1"][0].scale
    assert scale is not None
    assert scale.zero_point == pytest.approx(zero_point, rel=1e-6, abs=1e-12)


def test_places_on_no_scale_leave_the_question_out(bring: Import):
    """A scale that is not known would give wrong scores."""
    points = [100 * (at / 200) ** 3 for at in range(201)]
    result = bring([numeric(1, points=points), numeric(2, points=[]), numeric(3, points=["x"] * 201)])
    assert [message for _, _, message in complaints(result)] == [
        "left out: question 1: these places lie neither on a linear scale nor on a logarithmic one",
        "left out: question 2: it has no Continuous Range, without which its scale is not known",
        "left out: question 3: Continuous Range: `x` is no number",
    ]


def test_a_discrete_question_has_as_many_steps_as_its_cdf(bring: Import, collected: Collected):
    """The Continuous Range has 201 places all the same; a CDF of another length is left out."""
    cdf = [at / 11 for at in range(12)]
    rows = [
        forecast(Continuous_CDF=cdf),
        forecast(start=DAY.format(3), Continuous_CDF=cdf),
        forecast(start=DAY.format(4), Continuous_CDF=FLAT),
    ]
    result = bring([numeric(1, -0.5, 10.5, kind="discrete")], rows)
    assert complaints(result) == [("data.zip/forecast_data.csv", 4, "left out: it has 200 steps, where others of the question have 11")]
    (its,) = collected().questions["1"]
    assert (its.type, its.scale) == ("discrete", QuestionScale(-0.5, 10.5, low_open=False, high_open=False, steps=11))


def test_a_discrete_question_of_which_only_a_geometric_mean_is_there(bring: Import, collected: Collected):
    """Of buckets two lie outside of the range."""
    bring([numeric(1, -0.5, 10.5, kind="discrete")], [aggregate(method="geometric_mean", Probability_Yes_Per_Category=str([0.05] * 13))])
    scale = collected().questions["1"][0].scale
    assert scale is not None
    assert scale.steps == 11


@pytest.mark.parametrize("cdf", ["[0.5, 0.4]", "[0.1, 2]", "['a', 'b']", "[0.1, None]", "0.5", "[0.1, __import__('os')]"])
def test_what_is_no_cdf_is_left_out(cdf: str, bring: Import, collected: Collected):
    """It is listed and nothing is run."""
    result = bring([numeric(1)], [forecast(Continuous_CDF=cdf)])
    assert result.left_out == {"data.zip/forecast_data.csv": 1}
    assert collected().forecasts == ()


def test_a_date_is_cut_to_its_day(bring: Import, collected: Collected):
    """Bounds and places of a date question are days, which lie evenly but for the cut."""
    even = [18262 + 365 * at / 200 for at in range(201)]
    points = [datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m-%d") for day in even]
    asked = numeric(1, points=points, kind="date", **{"Lower Bound": "2020-01-01", "Upper Bound": "2020-12-31"})
    bring([{**asked, "Resolution": "2020-01-03T06:30:00+00:00", "Resolution Known Time": "2026-01-21 09:30:00+00:00"}])
    (its,) = collected().questions["1"]
    assert its.scale == QuestionScale(18262, 18627, low_open=False, high_open=False, steps=200)
    (resolution,) = collected().resolutions
    assert (resolution.outcome, resolution.value) == ("date", 18264 + 6.5 / 24)


@pytest.mark.parametrize("zero_point", [-40_000, -5e7])
def test_the_zero_point_of_dates_is_recovered_as_far_as_days_tell_it(zero_point: float, bring: Import, collected: Collected):
    """The places are cut to days; a zero point before all calendars stands as a number."""
    places = range_points(0, 36_500, zero_point)
    points = [datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m-%d") for day in places]
    asked = numeric(1, points=points, kind="date", **{"Lower Bound": "1970-01-01", "Upper Bound": points[-1]})
    assert bring([asked]).problems == ()
    scale = collected().questions["1"][0].scale
    assert scale is not None
    assert scale.zero_point is not None
    assert range_points(0, 36_500, scale.zero_point) == pytest.approx(places, abs=2)


@pytest.mark.parametrize(
    ("asked", "written", "outcome", "value"),
    [
        (question(), "yes", "yes", None),
        (question(), "no", "no", None),
        (question(), "annulled", "annulled", None),
        (choices(), "ambiguous", "ambiguous", None),
        (choices(), "Other", "label", "Other"),
        (numeric(), "12.5", "number", 12.5),
        (numeric(), "below_lower_bound", "below", None),
        (numeric(), "above_upper_bound", "above", None),
        (numeric(), "annulled", "annulled", None),
    ],
)
def test_a_resolution_becomes_our_word(asked, written: str, outcome: str, value: object, bring: Import, collected: Collected):
    """It is decided when Metaculus knew it."""
    assert bring([{**asked, "Resolution": written, "Resolution Known Time": "2026-01-21 09:30:00.000001+00:00"}]).problems == ()
    (its,) = collected().resolutions
    assert (its.outcome, its.value, its.on.isoformat()) == (outcome, value, "2026-01-21T09:30:00.000001+00:00")


@pytest.mark.parametrize(("asked", "written"), [(question(), "maybe"), (choices(), "yes"), (numeric(), "yes"), (question(), "12.5")])
def test_a_resolution_that_is_not_known_is_left_out_and_the_question_is_not(asked, written: str, bring: Import, collected: Collected):
    """The warning names it."""
    result = bring([{**asked, "Resolution": written, "Resolution Known Time": "2026-01-21 09:30:00+00:00"}])
    assert complaints(result)[0][2].startswith("question 1 is imported without its resolution: ")
    assert (len(collected().questions), collected().resolutions) == (1, ())


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Question_ID": "x1"}, "question x1: the id of a question is a number"),
        ({"Question_Type": "conditional"}, "question 1: its type `conditional` is not known"),
        ({"Post_Curation_Status": "draft"}, "question 1: it is not published (draft)"),
        ({"Question_Title": ""}, "question 1: `text` is empty"),
        ({"Question_Weight": "heavy"}, "question 1: `weight` is not a number: heavy"),
        ({"Open_Time": "2026-01-01"}, "question 1: Open Time: `2026-01-01` is no time"),
        ({"Scheduled_Close_Time": "2025-01-01 12:00:00+00:00"}, "question 1: this question closes before it opens"),
        ({"Include_Bots_in_Aggregates": "perhaps"}, "question 1: `perhaps` is neither True nor False"),
        ({"Categories": "Politics"}, "question 1: this cell is no list as Python writes it"),
    ],
)
def test_a_question_that_does_not_fit_is_left_out(cells: dict[str, object], reason: str, bring: Import, collected: Collected):
    """File, line and reason are given, and the question beside it is imported."""
    result = bring([{**question(), **question(1, **cells)}, question(2)])
    assert complaints(result) == [("data.zip/question_data.csv", 2, f"left out: {reason}")]
    assert list(collected().questions) == ["2"]


def test_characters_that_nobody_sees_are_left_out_with_a_warning(bring: Import, collected: Collected):
    """What turns the writing in a title does not come into the book."""
    result = bring([question(1, Question_Title="Will \u202eit\u2028 happen?")])
    assert complaints(result)[0][2] == "question 1: characters of the title that nobody sees were left out"
    assert collected().questions["1"][0].text == "Will  it  happen?"


def test_the_readme_s_counts_are_checked(bring: Import):
    """Where it announces more than there is, that is said, and what is there is imported."""
    readme = "Contains the data for 2 questions\nContains the data for 1 user forecasts\nContains the data for 9 scores\n"
    result = bring([question()], [forecast(Probability_Yes=0.5)], readme=readme)
    assert complaints(result) == [
        ("data.zip/README.md", 1, "2 questions are announced, and 1 are in the file"),
        ("data.zip/README.md", 3, "9 scores are announced, and 0 are in the file"),
    ]
    assert (result.added["forecasts"], result.left_out) == (1, {})


def test_scores_of_the_platform_are_kept(bring: Import, collected: Collected):
    """One's own and those of aggregates, with their coverage; a second one of a kind, and what is no number, is left out."""
    scores = [
        score(value=-12.345678901234567, Coverage=0.25),
        score(value=3.0),
        score(kind="spot_peer", value=1.0, Coverage=""),
        {"Question ID": 1, "User Username": "recency_weighted", "Score Type": "baseline", "Score": 2.0, "Coverage": 1.0},
        score(kind="peer", value=float("nan")),
        score(name=5),
    ]
    result = bring([question()], [forecast(Probability_Yes=0.5)], scores)
    assert [(its.who, its.rule, its.score, its.coverage) for its in collected().platform_scores] == [
        ("me", "baseline", -12.345678901234567, 0.25),
        ("me", "spot_peer", 1.0, None),
        ("recency_weighted", "baseline", 2.0, 1.0),
    ]
    assert [message for _, _, message in complaints(result)] == [
        "left out: another score of this kind for question 1 and the same person stands above",
        "left out: Score: `nan` is no number",
        "left out: question 5 is not among the questions that are imported",
    ]


def test_an_export_without_forecasts_has_questions_alone(bring: Import, collected: Collected, tmp_path: Path):
    """That there are none is said."""
    path = tmp_path / "data.zip"
    with ZipFile(path, "w") as file:
        file.writestr("question_data.csv", csv_text(QUESTION_HEADINGS, [question()]))
    assert complaints(bring(file=path)) == [("data.zip", 1, "this ZIP has no forecast_data.csv, so there are no forecasts in it")]
    assert (len(collected().questions), collected().forecasts) == (1, ())
