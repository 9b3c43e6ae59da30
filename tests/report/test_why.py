"""What a page says of why: the same on page and Markdown, true to the numbers, and one sentence where there is nothing."""

from __future__ import annotations

import copy
import re
from datetime import date

import pytest

from forecast.report.charts import topic_charts
from forecast.report.charts_why import chart_name
from forecast.report.pages import render_index, render_topic
from forecast.report.sections import OVERLAP, SECTION_HEADINGS, why_sections
from forecast.report.summary import question_summaries
from forecast.report.tables import rows_table
from forecast.report.tables_sensitivity import sensitivity_tables
from forecast.report.tables_why import (
    counted_text,
    history_table,
    information_table,
    leverage_table,
    moves_table,
    recalled_table,
    signposts_table,
)
from forecast.schema.topic import ReportFault, digest_of
from forecast.sentences.insight_text import change_text, measure_title, move_to_report, next_move_sentence, next_signpost, value_text
from forecast.sentences.last_moved import CHANGES_NOTE, last_move_sentence
from forecast.sentences.lead import last_moved_text
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

CHANCE = {"question": "rain", "label": "", "kind": "probability", "unit": "", "value": 0.1, "error": 0.003, "settled": False}


def told():
    """The sample with a made-up insight."""
    return with_insight(sample_content())


def plain(html):
    """The words of a page."""
    return re.sub(
        r"\s+", " ", re.sub(r"<[^>]*>", "", html).replace("\u00a0", " ").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">")
    )


def bare(text):
    """The words of Markdown."""
    return re.sub(r"\s+", " ", text.replace("\\", "").replace("&gt;", ">").replace("&lt;", "<"))


def test_page_and_markdown_show_every_section_of_insight_with_the_same_numbers():
    """Every heading, paragraph, caption and cell of every section stands on both."""
    content = told()
    files = render_topic(content)
    html, text = plain(files["route.html"].decode()), bare(files["route.md"].decode())
    sections = why_sections(content, topic_charts(content))
    assert set(sections) == set(SECTION_HEADINGS)
    for section in sections.values():
        cells = [cell for table in (*section.tables, *section.folded) for row in table.rows for cell in row if "://" not in cell]
        captions = [text for table in (*section.tables, *section.folded) for text in (table.caption, table.note)]
        said = [section.heading, *section.paragraphs, *section.points, *captions, *cells]
        assert [each for each in said if each not in html] == []
        assert [each for each in said if " ".join(each.split()) not in text] == []


def test_without_insight_each_section_says_so_in_a_sentence():
    """A report whose insight is null has its headings, a sentence under each, and no picture of insight."""
    content = sample_content()
    assert content["insight"] is None
    files = render_topic(content)
    for name in ("route.html", "route.md"):
        shown = files[name].decode()
        assert [heading for heading in SECTION_HEADINGS.values() if f"{heading}: not computed for this report." not in shown] == []
        assert "was not computed for this report" in shown
    assert [name for name in files if re.search(r"/(?:moved|history|tornado|checks|score|split)", name)] == []
    assert "spark" not in render_index([content])["index.html"].decode().split("</style>")[1].replace("sparkcell", "")


def test_a_topic_with_variants_says_what_changed():
    """Its split of a change is shown with its table; how well the record was foreseen is of one model, and the section says so."""
    content = told()
    alone = why_sections(content, topic_charts(content))
    content["variants"] = {"combine": "stated", "reason": "", "rivals": [], "wider": []}
    sections = why_sections(content, topic_charts(content))
    assert sections["changed"] == alone["changed"]
    assert sections["changed"].folded
    assert sections["foresaw"].missing == (
        "How well the record was foreseen: not computed. It is worked out for one model at a time, and this topic has rival versions of its model."
    )


def test_shares_of_single_parameters_are_said_to_overlap():
    """Beside a table that may add up to more than the whole, and not where each answer has one parameter alone."""
    content = copy.deepcopy(told())
    assert any(len(split["parts"]) > 1 for split in content["insight"]["split"])
    assert OVERLAP in why_sections(content, ())["doubt"].paragraphs
    for split in content["insight"]["split"]:
        split["parts"] = split["parts"][:1]
    assert OVERLAP not in why_sections(content, ())["doubt"].paragraphs


def test_an_empty_insight_is_said_and_leaves_no_empty_picture():
    """Lists without entries give sentences, not empty tables or charts."""
    content = copy.deepcopy(told())
    for name, value in content["insight"].items():
        if isinstance(value, list) and name != "measures":
            content["insight"][name] = []
    content["insight"]["history"] = {"points": [], "settled": []}
    content["digest"] = digest_of(content)
    files = render_topic(content)
    text = files["route.md"].decode()
    for sentence in (
        "No report of an earlier day and no earlier news to compare with.",
        "The record has no days to go back to.",
        "There were no rows to foresee.",
        "No future rows are simulated here, so we have not worked out what one would change; ",
        "How much of the doubt is luck is not known",
    ):
        assert sentence in text
        assert sentence in files["route.html"].decode()
    assert [name for name in files if re.search(r"/(?:moved|history|tornado|checks|score|split)", name)] == []


def test_a_page_says_what_counts_as_a_change_and_what_as_news():
    """It stands beside the last changes in both forms of the page, and nowhere where there is no insight."""
    for content, is_said in ((told(), 1), (sample_content(), 0)):
        files = render_topic(content)
        assert [files[name].decode().count(CHANGES_NOTE) for name in ("route.html", "route.md")] == [is_said, is_said]


def test_a_hole_in_the_insight_is_named():
    """A missing key of a part of a change is refused by its place."""
    content = copy.deepcopy(told())
    del content["insight"]["moves"][0]["parts"][0]["points"]
    content["digest"] = digest_of(content)
    with pytest.raises(ReportFault, match=r"`insight\.moves\.0\.parts\.0\.points`: field required"):
        render_topic(content)


@pytest.mark.parametrize("place", ["topic", "question", "stream"])
def test_no_name_leads_out_of_the_reports(place):
    """A JSON whose names would be paths is refused before a file has such a name."""
    content = copy.deepcopy(told())
    named = {"topic": content, "question": content["answers"][5], "stream": content["streams"][0]}[place]
    named["name"] = "../../elsewhere"
    content["digest"] = digest_of(content)
    with pytest.raises(ReportFault, match="which no topic can give"):
        render_topic(content)


def test_a_label_that_is_no_word_has_a_picture_of_its_own():
    """Labels differ in their pictures' names even where their letters are the same, and none has a sign of a path."""
    names = [chart_name("history", CHANCE | {"label": label}) for label in ("a_b", "a b", "a/b", "../b", "")]
    assert len(set(names)) == 5
    assert [name for name in names if not re.fullmatch(r"[A-Za-z0-9_-]+", name)] == []
    assert names[0] == "history-rain-a_b"


def test_every_open_question_says_what_moved_it_and_what_would():
    """Both sentences stand on the page at each open question, none at a settled one."""
    content = told()
    html = plain(render_topic(content)["route.html"].decode())
    found = question_summaries(content, "plain")
    for answer in content["answers"]:
        glance = found[answer["name"]]
        if answer["status"] == "open":
            assert f"Last change: {glance.moved}" in html
            assert f"Next: {glance.coming}" in html
        else:
            assert (glance.moved, glance.coming, glance.change) == ("", "", "")


def test_what_moved_an_answer_last_is_the_largest_part_of_the_newest_change():
    """The part, its points, and the whole change are reported; a change too small to notice is passed over for the last news that moved it."""
    insight = {
        "measures": [CHANCE],
        "moves": [_move("2026-09-15", 0.06, 0.1, (0.01, 0.03)), _move("2026-10-01", 0.1, 0.1, (0.001, -0.001))],
        "history": {
            "points": [_point("2026-08-01", 0.03), _point("2026-09-23", 0.08, "rain: 2 (20 September 2026)"), _point("2026-10-12", 0.1)]
        },
    }
    assert last_move_sentence(insight, "rain") == "Row 1: 3 points of the rise from 6 % to 10 %."
    quiet = insight | {"moves": insight["moves"][1:]}
    assert last_move_sentence(quiet, "rain") == "Rain: 2 (20 September 2026): up from 3 % to 8 %, as of 23 September 2026; 10 % now."
    still = quiet | {"history": {"points": [_point("2026-08-01", 0.1), _point("2026-09-23", 0.1, "rain: 0")]}}
    assert last_move_sentence(still, "rain") == "Nothing of note has moved it since 1 August 2026."
    opposed = insight | {"moves": [_move("2026-09-15", 0.06, 0.1, (-0.05, 0.045, 0.045))]}
    assert last_move_sentence(opposed, "rain") == "Row 0: down 5 points; with all other changes the chance went from 6 % to 10 %."
    even = insight | {"moves": [_move("2026-09-15", 0.1, 0.1, (-0.02, 0.01, 0.01))]}
    assert last_move_sentence(even, "rain") == "Row 0: down 2 points; with all other changes the chance stayed at 10 %."
    larger = insight | {"moves": [_move("2026-09-15", 0.06, 0.1, (-0.02, 0.06))]}
    assert last_move_sentence(larger, "rain") == "Row 1: up 6 points; with all other changes the chance went from 6 % to 10 %."
    whole = insight | {"moves": [_move("2026-09-15", 0.06, 0.1, (0.04,))]}
    assert last_move_sentence(whole, "rain") == "Row 0: up 4 points, from 6 % to 10 %."
    sinking = quiet | {"history": {"points": [_point("2023-08-01", 0.3), _point("2024-09-23", 0.2), _point("2026-10-12", 0.1)]}}
    assert last_move_sentence(sinking, "rain") == "1,168 days have passed since 1 August 2023: down from 30 % to 10 %."
    alike = quiet | {"history": {"points": [_point("2023-08-01", 0.1449), _point("2026-10-12", 0.1351)]}}
    assert last_move_sentence(alike, "rain") == "Nothing of note has moved it since 1 August 2023."
    for points in ([], [_point("2026-10-12", 0.1)]):  # on its first day another prior may have moved it, and nobody knows here
        assert last_move_sentence(quiet | {"history": {"points": points}}, "rain") == "There is no earlier day to compare it with."


def test_a_last_change_by_time_or_by_edits_says_since_when():
    """Beside the other parts of a split the day stands above them all; alone, “since then” and “68 days passed” say nothing of it."""

    def moved(kind: str, about: str, against: str) -> str:
        move = _move("2026-09-22", 0.06, 0.1, (0.04,))
        part = move["parts"][0] | {"kind": kind, "name": kind, "about": about, "known": ""}
        return last_move_sentence({"measures": [CHANCE], "moves": [move | {"against": against, "parts": [part]}]}, "rain")

    assert moved("time", "68 days passed", "replay") == "68 days passed since 22 September 2026: up 4 points, from 6 % to 10 %."
    assert moved("time", "68 days passed", "ledger").startswith("68 days passed since the report of 22 September 2026: up 4 points")
    assert moved("time", "quiet time was recorded", "replay").startswith("Quiet time was recorded: up 4 points")
    edits = moved("model", "edits of the book since then, and Monte Carlo noise", "ledger")
    assert edits == "Edits of the book since the report of 22 September 2026, and Monte Carlo noise: up 4 points, from 6 % to 10 %."
    assert moved("row", "what was said since then", "ledger").startswith("What was said since then: up 4 points")


def test_the_last_change_and_the_last_news_are_one_where_no_split_has_moved_it():
    """The day and the figures are those of “last moved by news”; a step within 3.5 errors is neither, and a choice is named."""
    measure = {**CHANCE, "label": "no_rain"}
    points = [_point("2026-08-01", 0.03), _point("2026-09-23", 0.08, "rain: 2"), _point("2026-10-12", 0.088, "rain: 3")]
    insight = {"measures": [measure], "moves": [], "history": {"points": points}}
    assert last_move_sentence(insight, "rain") == "Rain: 2: chance of “no rain” up from 3 % to 8 %, as of 23 September 2026; 9 % now."
    assert last_moved_text(insight, 0) == "3 % → 8 % on 23 September 2026; 9 % now"
    for change, said in ((0.0069, "Rain: 2: "), (0.0071, "Row 0: ")):
        move = _move("2026-09-15", 0.06, 0.1, (change,))
        move["parts"][0]["errors"] = [0.002]
        assert last_move_sentence(insight | {"moves": [move]}, "rain").startswith(said)


def test_what_would_move_an_answer_is_the_stream_expected_to_move_it_most():
    """Chance times change decides which signposts are named: the strongest outcome, and the likeliest other."""
    insight = {
        "measures": [CHANCE],
        "signposts": [_post("storm", "a storm", 0.01, 0.5), _post("storm", "no storm", 0.99, 0.096), _post("cloud", "one or more clouds", 0.3, 0.19), _post("cloud", "no clouds", 0.7, 0.06)],
    }  # fmt: skip
    assert next_move_sentence(insight, "rain") == (
        "Watch whether at least one event is recorded under “clouds” by 31 January 2027 (30 % likely). If so, 19 %; if not, 6 %."
    )
    settling = [_post("rain", "rain", 0.1, 1.0), _post("rain", "no rain", 0.9, 0.0), *insight["signposts"]]
    assert next_move_sentence({**insight, "signposts": settling}, "rain").startswith(
        "Watch whether at least one event is recorded under “clouds”"
    )
    assert next_move_sentence({**insight, "signposts": settling[:2]}, "rain").startswith("Watch whether rain by 31 January 2027")
    assert next_move_sentence({**insight, "signposts": []}, "rain") == "No single event we track would move it much."
    noisy = [{**post, "values": [{**value, "error": 0.5} for value in post["values"]]} for post in insight["signposts"]]
    assert next_move_sentence({**insight, "signposts": noisy}, "rain").startswith("No single event we track")
    beside = [
        {**post, "values": [{"value": 0.107, "change": 0.007, "error": error}]} for post, error in ((insight["signposts"][0], 0.003),)
    ]
    assert next_move_sentence({**insight, "signposts": [*settling[:2], *beside]}, "rain").startswith("Watch whether rain by")  # 2.3 errors
    sure = [{**post, "values": [{**post["values"][0], "error": 0.0019}]} for post in beside]
    assert next_move_sentence({**insight, "signposts": [*settling[:2], *sure]}, "rain").startswith("Watch whether a storm by")


def test_nothing_is_watched_for_after_the_last_day_of_a_question():
    """A signpost of the last day is named, one of a later day is not; where all are later, that is said."""
    insight = {"measures": [CHANCE], "signposts": [_post("cloud", "one or more clouds", 0.3, 0.19), _post("cloud", "no clouds", 0.7, 0.06)]}
    watched = next_move_sentence(insight, "rain")
    assert watched.startswith("Watch whether")
    assert next_move_sentence(insight, "rain", by="2027-01-31") == watched
    assert next_signpost(insight, "rain", by="2027-01-31") == insight["signposts"][0]
    late = "No event we track is due before the question closes on 30 January 2027."
    assert next_move_sentence(insight, "rain", by="2027-01-30") == late
    assert next_signpost(insight, "rain", by="2027-01-30") is None
    quiet = {**insight, "signposts": []}
    assert next_move_sentence(quiet, "rain", by="2027-01-30") == "No single event we track would move it much."


@pytest.mark.parametrize(
    ("name", "said"),
    [("abducted of words", "words: abducted"), ("out_of_battle", "out of battle"), ("no_chance of held_him", "held him: no chance")],
)
def test_a_class_stands_after_its_stream(name: str, said: str):
    """In the table of what a stream's next rows teach; a stream with "of" in its name is whole."""
    assert counted_text(name) == said


def test_the_table_of_signposts_has_no_answer_after_the_last_day_of_a_question():
    """There a dash stands, which the caption explains; a question without a last day, or with that very day, has its figure."""
    content = told()
    insight, answers = content["insight"], content["answers"]
    name = next(measure["question"] for measure in insight["measures"] if not measure["settled"])
    day = insight["signposts"][0]["until"]
    column = ["if", "by", "chance", *(measure_title(measure) for measure in insight["measures"] if not measure["settled"])].index(
        next(measure_title(measure) for measure in insight["measures"] if measure["question"] == name)
    )
    for by, is_late in ((None, False), (day, False), ("2020-01-01", True)):
        asked = [{**answer, "by": by if answer["name"] == name else None} for answer in answers]
        table = signposts_table(insight, asked)
        assert {row[column] == "–" for row in table.rows[1:]} == {is_late}
        assert table.rows[0][column] != "–"
        assert ("(–: the question closes before)" in table.caption) is is_late


def test_the_table_of_signposts_says_from_which_day_a_stream_counts_whose_record_ended_long_ago():
    """Of the others the day by which something is seen is enough."""
    insight = told()["insight"]
    stream = insight["signposts"][0]["stream"]
    rows = signposts_table(insight, [], since={stream: date(2026, 7, 1)}).rows[1:]
    for row, post in zip(rows, insight["signposts"], strict=True):
        assert row[0].endswith(", from 1 July 2026 on") is (post["stream"] == stream)


def test_signposts_are_told_by_their_clauses():
    """Of an event and its absence the event is watched for, however far the other would move an answer; of two outcomes both are told."""
    event = _post("wish", "another captive asks to go South", 0.15, 0.12) | {"absence": False}
    none = _post("wish", "no other captive asks to go South", 0.85, 0.02) | {"absence": True}
    insight = {"measures": [CHANCE], "moves": [], "history": {"points": []}, "signposts": [event, none]}
    choice = {**insight, "measures": [CHANCE | {"label": "no_rain"}]}
    assert next_move_sentence(choice, "rain").endswith("If so, the chance of “no rain” is 12 %; if not, 2 %.")
    said = "Watch whether another captive asks to go South by 31 January 2027 (15 % likely). If so, 12 %; if not, 2 %."
    assert next_move_sentence(insight, "rain") == said
    assert next_move_sentence(insight | {"signposts": [none, event]}, "rain") == said
    many = _post("wish", "at least 40 people arrive", 0.2, 0.14) | {"absence": False}
    few = _post("wish", "fewer than ten people arrive", 0.2, 0.02) | {"absence": False}
    assert next_move_sentence(insight | {"signposts": [many, few]}, "rain") == (
        "Watch whether fewer than ten people arrive by 31 January 2027 (20 % likely). If so, 2 %; if at least 40 (20 % likely), 14 %."
    )


def test_where_a_mean_is_followed_the_page_says_so():
    """The headline of a number is its median: a change of its mean is described as one, in the lines and in the sections."""
    number = CHANCE | {"kind": "mean", "unit": "mm", "value": 6.2}
    insight = {
        "measures": [number],
        "moves": [_move("2026-09-15", 6.4, 6.2, (-0.25, 0.05))],
        "history": {"points": [_point("2026-08-01", 8.0), _point("2026-09-23", 6.4, "rain: 2"), _point("2026-10-12", 6.2)]},
        "signposts": [_post("cloud", "one or more clouds", 0.3, 9.0), _post("cloud", "no clouds", 0.7, 5.0)],
    }
    assert last_move_sentence(insight, "rain") == "Row 0: down 0.25; with all other changes the expected value went from 6.4 to 6.2."
    assert (
        last_move_sentence(insight | {"moves": []}, "rain")
        == "Rain: 2: expected value down from 8.0 to 6.4, as of 23 September 2026; 6.2 now."
    )
    assert next_move_sentence(insight, "rain") == (
        "Watch whether at least one event is recorded under “clouds” by 31 January 2027 (30 % likely). If so, the expected value is 9; if not, 5."
    )
    content = told()
    by_kind = {kind: [measure for measure in content["insight"]["measures"] if measure["kind"] == kind] for kind in ("mean", "probability")}
    assert all(by_kind.values())
    said = "Where the answer is a number, this shows its expected value"
    assert said in " ".join(why_sections(content, ())["changed"].paragraphs)
    content["insight"]["measures"] = [measure | {"kind": "probability"} for measure in content["insight"]["measures"]]
    assert said not in " ".join(why_sections(content, ())["changed"].paragraphs)


def test_whatever_follows_an_expected_value_says_so():
    """Heads of tables, captions, lines and pictures of a number name the expected value, or the median that stands for it; a chance is named alone."""
    content = told()
    insight = content["insight"]
    at = next(place for place, measure in enumerate(insight["measures"]) if measure["question"] == "captives")
    for kind, word in (("mean", "expected"), ("median", "median")):
        insight["measures"][at]["kind"] = kind
        head, shown = f"captives, {word}", f"{word} {value_text(insight['measures'][at], insight['measures'][at]['value'])}"
        charts = topic_charts(content)
        sections = why_sections(content, charts)
        tables = [
            history_table(insight), leverage_table(insight, ("source",)), information_table(insight), signposts_table(insight, content["answers"]),
            *(moves_table(insight, move) for move in insight["moves"]),
        ]  # fmt: skip
        for table in tables:
            names = [column.name for column in table.columns]
            assert (names.count(head), names.count("captives"), names.count("second transfer")) == (1, 0, 1)
        assert f"Captives, {shown}, with each prior changed" in [table.caption for table in sensitivity_tables(insight)]
        pictures = {picture.name: picture.caption for section in sections.values() for picture in section.pictures}
        assert pictures["history-captives"].startswith(f"Captives: the {'expected value' if word == 'expected' else word} ")
        assert re.match(r"Second transfer: (rose|fell) from ", pictures["history-second_transfer"])
        assert pictures["tornado-captives"] == f"Captives, {word}"
        assert f"captives, {shown}, with each prior changed" in charts["tornado-captives"].alt
        assert f": {word} " in pictures["moved-captives"]
        points = [point for point in sections["changed"].points if point.startswith("Captives")]
        assert [point.partition(":")[0] for point in points] == [f"Captives, {word}"]
        change = question_summaries(content, "plain")["captives"].change
        assert change.startswith({"mean": "expected value ", "median": "median "}[kind])


def test_the_answer_learnt_from_a_row_is_named_as_what_it_is():
    """Where the answer that a row moves most is a number, its expected values are compared and said to be so."""
    content = told()
    insight = content["insight"]
    (at,) = [place for place, measure in enumerate(insight["measures"]) if measure["question"] == "captives"]
    for place, measure in enumerate(insight["measures"]):
        measure["settled"] = place != at
    stream = next(each for each in content["streams"] if each["name"] == "captures")
    table = rows_table(stream, insight)
    place = [column.name for column in table.columns].index("effect")
    said = [row[place] for row in table.rows if row[place] not in {"", "hardly any answer"}]
    assert said
    assert [each for each in said if not re.fullmatch(r"captives: expected [\d.,]+, without it [\d.,]+", each)] == []


def test_the_change_told_is_that_since_the_last_report_where_it_moved_something():
    """A report that moved nothing gives way to the last news; where nothing moved anything the report is described."""
    news, report = _move("2026-09-15", 0.06, 0.1, (0.01, 0.03)), _move("2026-11-01", 0.1, 0.1, (0.0, 0.0)) | {"against": "ledger"}
    assert move_to_report({"measures": [CHANCE], "moves": [report, news]}) is news
    assert move_to_report({"measures": [CHANCE], "moves": [report]}) is report
    assert move_to_report({"measures": [CHANCE], "moves": []}) is None


def test_a_change_of_a_mean_has_no_points():
    """A number changes in its own unit, a share in points."""
    count = CHANCE | {"kind": "mean", "unit": "men", "value": 4.0}
    assert (change_text(count, -0.37, error=0.01), change_text(CHANCE, -0.037, error=0.001)) == ("−0.37", "−4 points")


def test_the_pictures_of_a_change_add_up():
    """In every waterfall the words of its parts lead from what was to what is."""
    content = told()
    move, measures = move_to_report(content["insight"]), content["insight"]["measures"]
    for index in range(len(measures)):
        parts = sum(part["points"][index] for part in move["parts"])
        assert move["before"][index] + parts == pytest.approx(move["after"][index], rel=1e-5)
    assert any(name.startswith("moved-") for name in topic_charts(content))


def _move(since, before, after, points):
    parts = [
        {
            "kind": "row",
            "name": "rain",
            "about": f"row {index}",
            "known": since,
            "source": "",
            "points": [each],
            "errors": [0.0005],
            "bits": [0.1],
        }
        for index, each in enumerate(points)
    ]
    return {
        "since": since,
        "until": "2026-11-23",
        "against": "replay",
        "why": "",
        "before": [before],
        "after": [after],
        "parts": parts,
        "sentences": [""],
    }


def _point(day, value, *news):
    return {"day": day, "values": [value], "errors": [0.002], "news": list(news)}


def _post(stream, condition, chance, value):
    estimate = {"value": value, "change": value - CHANCE["value"], "error": 0.002}
    return {"stream": stream, "condition": condition, "until": "2027-01-31", "chance": chance, "values": [estimate]}


def test_every_answer_stands_without_the_rows_of_grade_c():
    """A table of its own has each open answer as published and without those rows; where the record has none there is no such table."""
    content = told()
    insight = content["insight"]
    source = next(its for its in insight["leverage"] if its["kind"] == "source")
    recalled = {**source, "kind": "grade", "name": "C"}
    insight["leverage"] = [its for its in insight["leverage"] if its["kind"] != "grade"] + [recalled]
    table = recalled_table(insight)
    measures = [
        (measure, estimate) for measure, estimate in zip(insight["measures"], recalled["values"], strict=True) if not measure["settled"]
    ]
    assert [row[1:3] for row in table.rows] == [
        (value_text(measure, measure["value"]), value_text(measure, estimate["value"], error=estimate["error"]))
        for measure, estimate in measures
    ]
    assert f"the {recalled['rows']} row" in table.caption
    assert table in why_sections(content, topic_charts(content))["rests"].tables
    insight["leverage"].remove(recalled)
    assert recalled_table(insight) is None
    assert why_sections(content, topic_charts(content))["rests"].tables == ()


def test_changes_of_a_topic_with_variants_have_pictures():
    """Its moves are split over time, rows and edits, and shown as those of any topic."""
    rival = {"name": "base", "why": "", "changes": [], "before": 1.0, "after": 1.0, "error": 0.0, "log_evidence": None,
             "log_evidence_error": None, "engine": "importance", "sound": True, "verdict": "agreed", "sentence": "They agree.", "answers": []}  # fmt: skip
    content = {**told(), "variants": {"combine": "stated", "reason": "", "rivals": [rival], "wider": []}}
    charts = topic_charts(content)
    sections = why_sections(content, charts)
    assert {picture.name for picture in sections["changed"].pictures} == {name for name in charts if name.startswith("moved-")} != set()
    assert sections["changed"].points
