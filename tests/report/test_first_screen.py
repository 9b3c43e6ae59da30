"""What a page begins with: one question, its paragraph of numbers, the others in a line each, and the rest folded."""

from __future__ import annotations

import copy
import csv
import io
import re
from typing import Any

import pytest

from forecast.report.chart_data import chart_data
from forecast.report.charts import topic_charts
from forecast.report.first_screen import first_screen
from forecast.report.pages import render_index, render_topic
from forecast.report.summary import question_summaries
from forecast.schema.topic import digest_of, read_content, validate_content
from forecast.sentences.grounds import SENTENCE_END, AnswerGrounds, answer_grounds
from forecast.sentences.never_settled import MAY_NEVER
from tests.support.paths import ROOT
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium


def told(**changed: Any) -> Any:
    """The sample with a made-up insight and some keys of its own, whole."""
    content = {**copy.deepcopy(with_insight(sample_content())), **changed}
    content["digest"] = digest_of(content)
    return validate_content(content)


def screen(content: Any) -> Any:
    """What the page of a content begins with."""
    return first_screen(content, question_summaries(content, "plain"), topic_charts(content))


def test_the_question_that_the_topic_names_leads_and_without_one_the_first_open_one():
    """The leading question stands first, once, and all other open ones follow; one that is settled does not lead."""
    assert screen(told()).lead.name == "transfer_soon"
    assert screen(told(lead="captives")).lead.name == "captives"
    assert screen(told(lead="first_transfer")).lead.name == "transfer_soon"
    for lead in ("captives", "when_next", "what_keeps_them"):
        shown = screen(told(lead=lead))
        names = [shown.lead.name, *(each.name for each in shown.lead.same)]
        names += [name for line in shown.others for name in (line.name, *(each.name for each in line.same))]
        assert sorted(names) == sorted(answer["name"] for answer in told()["answers"] if answer["status"] == "open")
        assert names[0] == lead


def test_a_lead_that_is_no_question_is_refused():
    """A report that names a question it lacks is not shown."""
    with pytest.raises(Exception, match="`lead`: there is no such question"):
        told(lead="nothing")


def test_a_note_stands_beneath_the_first_answer_with_what_the_answers_rest_on():
    """Its words, how many rows are of grade C, and since when the ledger has the priors stand between the first answer and the others, on both pages; without a note nothing is added."""
    rows = sum(len(stream["rows"]) for stream in told()["streams"])
    recalled = copy.deepcopy(told()["streams"])
    recalled[0]["rows"][0]["grade"] = "C"
    content = told(note="The rate <was> lowered *once*.", priors_written="2026-11-28", streams=recalled)
    said = f"Of the {rows} rows of the record, 1 is weak (grade C): recalled from memory, or zeros that no source states. The ledger has had these priors since 28 November 2026."
    assert answer_grounds(content) == AnswerGrounds(f"The rate <was> lowered *once*. {said}", "")
    files = render_topic(content)
    markdown, page = files["route.md"].decode(), files["route.html"].decode()
    for text in (markdown, page):
        assert text.index(content["answers"][0]["asks"]) < text.index(said) < text.index("The other open questions")
        assert "More about the assumptions" not in text
    assert "The rate &lt;was&gt; lowered *once*." in page
    assert "lowered *once*" not in markdown
    assert b"About these answers" not in b"".join(render_topic(told()).values())
    assert answer_grounds(told()) is None


def test_of_a_long_note_the_first_fifty_words_stand_open_and_the_rest_is_folded():
    """Whole sentences stand open, of a note of one long sentence all of it; what is folded is on both pages, and the ledger's day with it."""
    of_25 = "Wa" + " wa" * 23 + " end."
    content = told(note=f"{of_25} {of_25} Nobody <else> was taken.", priors_written="2026-11-28")
    grounds = answer_grounds(content)
    assert grounds == AnswerGrounds(f"{of_25} {of_25}", "Nobody <else> was taken. The ledger has had these priors since 28 November 2026.")
    files = render_topic(content)
    assert "<details><summary>More about the assumptions</summary><p>Nobody &lt;else&gt; was taken." in files["route.html"].decode()
    assert "<details><summary>More about the assumptions</summary>\n\nNobody" in files["route.md"].decode()
    one_more = answer_grounds(told(note=f"{of_25} So {of_25} Nobody else was taken."))
    assert one_more == AnswerGrounds(of_25, f"So {of_25} Nobody else was taken.")
    long_sentence = "Wa" + " wa" * 99 + "."
    assert answer_grounds(told(note=long_sentence)) == AnswerGrounds(long_sentence, "")
    assert answer_grounds(told(note=f"{long_sentence} More.")) == AnswerGrounds(long_sentence, "More.")


@pytest.mark.parametrize(
    ("note", "count"),
    [
        ("It fell to 0.5 in all. 63 came.", 2),
        ("Dr. Kim and J. Smith counted them. It is so.", 2),
        ("They asked “Who?” Nobody knew. (They were few.) So it is", 4),
        ("See p. 5, e.g. the table, i.e. the last.", 1),
        ("Это так. И это.", 2),
        ("It ends", 1),
    ],
)
def test_a_sentence_of_a_note_ends_where_another_begins(note: str, count: int):
    """A decimal point, an abbreviation and an initial end none."""
    assert len(SENTENCE_END.split(note)) == count


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("May never be settled: nobody will know.", True),
        ("Never: it is the middle of a class.", True),
        ("Without another captive it is never settled.", True),
        ("By the count; a man never heard of does not count.", False),
    ],
)
def test_an_answer_that_may_never_be_settled_says_so_beside_it(rule: str, shown: bool):  # noqa: FBT001
    """Where the rule says that, it stands beside the leading answer, in the line of another question, and on the index; a settled question does not say it."""
    content = told()
    for answer in content["answers"]:
        answer["rule"] = rule
    content = told(answers=content["answers"])
    found = screen(content)
    assert (MAY_NEVER in found.lead.facts) == shown
    assert {line.settling for line in found.others} == {MAY_NEVER if shown else ""}
    for pages in (render_topic(content), render_index([content])):
        for path, page in pages.items():
            if path.endswith((".html", ".md")):
                assert (MAY_NEVER in page.decode().replace(rule, "")) == shown, path


def test_questions_of_one_event_stand_together():
    """The same condition by another day is listed under the first, and not in a line of its own."""
    shown = screen(told())
    assert [each.name for each in shown.lead.same] == ["second_transfer"]
    assert "second_transfer" not in [line.name for line in shown.others]
    assert "if_many" in [line.name for line in shown.others]  # under a condition it is another event


def test_the_paragraph_has_at_most_120_words_and_says_all_five_things():
    """The answer, a comparison, the largest doubt and what would change it stand beneath the figure, whichever question leads."""
    for answer in told()["answers"]:
        paragraph = screen(told(lead=answer["name"])).lead.paragraph
        assert len(paragraph.split()) <= 120
        assert "With what was known on" in paragraph
        assert "doubt" in paragraph
        assert any(said in paragraph for said in ("Watch whether", "No single event we track", "No event we track is due before"))


def test_the_page_opens_with_the_lead_and_folds_every_section():
    """All that follows the list of questions is folded, and its headings are in the folds."""
    html = render_topic(told())["route.html"].decode()
    body = html[html.index("<main") :]
    assert body.index('class="lead" id="transfer_soon"') < body.index("The other open questions") < body.index("<nav")
    assert re.findall(r"<h2 id=", body[body.index("<nav") :]) != []
    assert len(re.findall(r"<summary><h2 id=", body)) == len(re.findall(r"<h2 id=", body[body.index("<nav") :]))
    assert " open>" not in body


def test_the_picture_has_its_data_beside_it():
    """The CSV has each day of the history with its value, and a link leads to it from page and Markdown."""
    content = told()
    files = render_topic(content)
    name = "lead-transfer_soon.csv"
    rows = list(csv.DictReader(io.StringIO(files[f"route/{name}"].decode())))
    points = content["insight"]["history"]["points"]
    assert [row["day"] for row in rows] == [point["day"] for point in points]
    assert [float(row["value"]) for row in rows] == [point["values"][0] for point in points]
    assert [float(rows[-1][end]) for end in ("low", "high")] == content["answers"][0]["value"]["chance"]
    for page in ("route.html", "route.md"):
        assert f"route/{name}" in files[page].decode()


def test_news_in_the_data_is_no_formula():
    """A text that a spreadsheet would compute is written as text."""
    content = copy.deepcopy(with_insight(sample_content()))
    content["insight"]["history"]["points"][1]["news"] = ["=1+1"]
    data = chart_data(content, topic_charts(content))["lead-transfer_soon"].to_csv()
    assert list(csv.DictReader(io.StringIO(data.decode())))[1]["news"] == "'=1+1"


def test_a_base_rate_on_record_is_drawn_and_said():
    """A base rate in force stands beside the answer, in the paragraph and as a line of the picture."""
    said = {"who": "reference class", "kind": "base rate", "day": "2026-01-05", "says": "4 %", "holds": True, "entered_later": False,
            "why": "One of 25 came about. It leaves out that the road is shut.", "source": "", "probability": 0.04}  # fmt: skip
    recorded = {"name": "transfer_soon", "asks": "?", "type": "binary", "by": None, "rule": "", "judged": False, "forecasts": [said],
                "more": 0, "earlier_wordings": 0}  # fmt: skip
    content = told(on_record=[recorded])
    lead = screen(content).lead
    assert "Base rate: 4 %" in lead.facts
    assert "The base rate (reference class) gives 4 %. It leaves out that the road is shut." in lead.paragraph
    for kind, called in (("person", "Forecast by"), ("market", "Price at")):
        other = told(on_record=[{**recorded, "forecasts": [{**said, "kind": kind, "who": "Somebody"}]}])
        assert f"{called} Somebody, 5 January 2026: 4 %" in screen(other).lead.facts
    said["why"] = "One of 25 came about. So it is rare."
    assert "gives 4 %. So" not in screen(content).lead.paragraph
    assert "base rate 4 %" in [text.text for text in topic_charts(content)[lead.picture].texts]


def test_without_insight_the_answer_stands_alone():
    """A report without a history has the figure and its range, and neither picture nor data."""
    content = sample_content()
    lead = screen(content).lead
    assert (lead.picture, lead.title) == ("", "")
    assert lead.headline.figure in render_topic(content)["route.html"].decode()
    assert [name for name in chart_data(content, topic_charts(content)) if name.startswith("lead")] == []


def test_the_picture_says_that_news_stands_where_it_became_known():
    """A row of the first half of a year that became known in September stands in September; where no news is drawn nothing is said of it."""
    content = with_insight(sample_content())
    lead = screen(content).lead
    assert "news stands where it became known" in lead.caption
    for point in content["insight"]["history"]["points"]:
        point["news"] = []
    content["digest"] = digest_of(content)
    assert "became known" not in screen(validate_content(content)).lead.caption


def test_known_ranges_of_earlier_days_are_a_band():
    """A report that has them draws them up to the published range of today, says what they are, and has them in its data; another draws a bar."""
    content = copy.deepcopy(with_insight(sample_content()))
    points, count = content["insight"]["history"]["points"], len(content["insight"]["measures"])
    points[1]["ranges"] = [[0.01, 0.7], *[None] * (count - 1)]
    content["digest"] = digest_of(content)
    lead = screen(validate_content(content)).lead
    assert "the band is the 90 % range" in lead.caption
    assert "band" not in screen(told()).lead.caption
    areas = [layer for layer in topic_charts(content)[lead.picture].spec["layer"] if layer["mark"]["type"] == "area"]
    (band,) = [layer["data"]["values"] for layer in areas]
    today = content["answers"][0]["value"]["chance"]
    assert [(row["low"], row["high"]) for row in band] == [(0.01, 0.7), tuple(today)]
    assert [layer for layer in topic_charts(told())[lead.picture].spec["layer"] if layer["mark"]["type"] == "area"] == []
    rows = list(csv.DictReader(io.StringIO(chart_data(content, topic_charts(content))[lead.picture].to_csv().decode())))
    assert [(row["low"], row["high"]) for row in rows[1:3]] == [("0.01", "0.7"), ("", "")]


def test_a_range_that_is_no_pair_is_refused():
    """A report whose ranges are not as many as its measures, or not pairs, is not shown."""
    for ranges, fault in (([[0.1, 0.2]], "measures"), ([[0.1]] * 10, "and not 2")):
        content = copy.deepcopy(with_insight(sample_content()))
        count = len(content["insight"]["measures"])
        content["insight"]["history"]["points"][1]["ranges"] = ranges if fault == "measures" else ranges[:1] * count
        content["digest"] = digest_of(content)
        with pytest.raises(Exception, match=fault):
            validate_content(content)


def test_the_range_over_versions_of_the_model_says_how_many_count():
    """The first fact that speaks of versions says how many have a weight of at least 1 %, on page and Markdown, and the paragraph does not repeat it."""
    content = copy.deepcopy(told())
    answer = content["answers"][0]
    ranged = {"ranges": [{"label": "", "low": 0.01, "high": 0.13}], "said": "Old words."}
    rivals = [{"name": name, "after": after} for name, after in (("base", 0.6), ("other", 0.395), ("wild", 0.005))]
    shown = screen({**content, "answers": [{**answer, "variants": ranged}, *content["answers"][1:]], "variants": {"rivals": rivals}})
    assert "Rival versions of the model give 1 to 13 % (2 versions of different weight)" in shown.lead.facts
    assert "Rival versions" not in shown.lead.paragraph


def test_the_large_figure_and_the_figure_of_the_picture_are_named():
    """A number is called the median beside its range, and the line's end the expected value; a chance is one figure, and has no name."""
    number, chance = told(lead="captives"), told(lead="second_transfer")
    shown = screen(number).lead
    assert any(fact.startswith("Median; 90 % range: ") for fact in shown.facts)
    assert "Median; 90 % range: " in render_topic(number)["route.html"].decode().replace("\u00a0", " ")
    assert [text.text for text in topic_charts(number)[shown.picture].texts].count("expected") == 1
    shown = screen(chance).lead
    assert not any("Median" in fact for fact in shown.facts)
    assert "expected" not in [text.text for text in topic_charts(chance)[shown.picture].texts]


def test_figures_that_are_means_are_explained_beneath_the_questions():
    """Where a line has a change of an expected value a note says which figure is which, on the page, in Markdown and in the index."""
    content = told()
    assert any(line.moved.startswith("expected ") for line in screen(content).others)
    files = render_topic(content) | render_index([content])
    for name in ("route.html", "route.md", "index.html", "index.md"):
        assert "Where the answer is a number, it is the median; “expected” marks changes of the mean" in files[name].decode()
    quiet = copy.deepcopy(content)
    for point in quiet["insight"]["history"]["points"]:
        point["news"] = []
    assert not screen(quiet).note


def test_the_first_picture_goes_back_eight_years_and_its_data_to_the_beginning():
    """The last years of a long record would be too narrow to read; the caption says where the others are, and no news of them is drawn."""
    content = copy.deepcopy(with_insight(sample_content()))
    points = content["insight"]["history"]["points"]
    first = points[0]
    old = {**first, "day": "2016-10-11", "news": []}
    moved = {**first, "day": "2016-10-12", "news": ["an old event (2016)"], "values": [0.9, *first["values"][1:]]}
    content["insight"]["history"]["points"] = [old, moved, *points]
    content["digest"] = digest_of(content)
    content = validate_content(content)
    lead, charts = screen(content).lead, topic_charts(content)
    (line,) = [layer for layer in charts[lead.picture].spec["layer"] if layer["mark"]["type"] == "line"]
    assert len(line["data"]["values"]) == len(points)
    assert not [text for text in charts[lead.picture].texts if "old event" in text.text]
    assert "the time before " in lead.caption
    assert " is in the data file" in lead.caption
    assert chart_data(content, charts)[lead.picture].rows[0][0] == "2016-10-11"
    assert "the time before" not in screen(with_insight(sample_content())).lead.caption


def test_where_no_range_of_the_chance_is_known_the_range_over_versions_stands_in_its_column():
    """As on the index, and in both forms of the page; of the book's own topic that has both kinds."""
    content = read_content((ROOT / "reports" / "loyalty.json").read_bytes())
    ranges = {line.name: line.range for line in screen(content).others}
    assert all(ranges.values())
    over_versions = {name for name, said in ranges.items() if said.endswith("over versions of the model")}
    assert over_versions == {"belief_part", "fear_part", "held_him"}
    pages = [page.decode().replace("\u00a0", " ") for name, page in render_topic(content).items() if name in {"loyalty.html", "loyalty.md"}]
    assert len(pages) == 2
    assert all(ranges[name] in page for page in pages for name in over_versions)


@pytest.mark.parametrize(("topic", "is_mixed"), [("loyalty", True), ("return", True), ("route", False)])
def test_a_range_over_versions_is_nowhere_called_a_90_percent_range(topic: str, *, is_mixed: bool):
    """Where a list of questions has both kinds, its column is headed neither way and each cell says what it is; also on a narrow page, where the column's name stands before the cell."""
    shown = screen(read_content((ROOT / "reports" / f"{topic}.json").read_bytes()))
    kinds = {line.range.startswith("90 % range ") for line in shown.others}
    assert (shown.range_name, kinds) == (("", {False, True}) if is_mixed else ("90 % range", {False}))
    pages = render_topic(read_content((ROOT / "reports" / f"{topic}.json").read_bytes()))
    html, markdown = (pages[f"{topic}.{form}"].decode().replace("\u00a0", " ") for form in ("html", "md"))
    heading = "Range" if is_mixed else "90 % range"
    assert f'<th scope="col">{heading}</th><th scope="col">Last moved by news</th>' in html
    assert f"| Question | Answer | {heading} | Last moved by news |" in markdown
    assert ('<td class="range bare">' in html) is not is_mixed
