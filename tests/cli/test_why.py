"""``forecast why`` and ``forecast diff``, as they are typed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import pytest

from forecast.actions.diff import TopicDifference
from forecast.cli.why import print_difference
from forecast.insight.estimands import measures_of
from forecast.schema.topic import content_bytes, digest_of, read_content
from forecast.sentences.split_words import missing_variance_note, share_with_error
from tests.cli.conftest import Run
from tests.support.building import OPENS, make_topic
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

if TYPE_CHECKING:
    from forecast.schema.insight import Move


def test_why_tells_the_newest_reports_reasons(run: Run, published: Path):
    """What moved the answer, what it rests on, which prior and which sight would change it, and whose the doubt is."""
    told = run("why", "three_more", on=published)
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0].startswith("ferry.three_more, as of ")
    for title in (
        "Moved since the eve of the last news",
        "If nothing had been learnt from",
        "With another prior",
        "If this is seen",
        "Of the doubt",
    ):
        assert any(line.startswith(title) for line in lines), title


def test_why_of_a_topic_with_several_questions_names_them(run: Run, published: Path):
    """It takes none of them by itself, be the first settled or not; a topic that asks one question stands for it."""
    ran = run("why", "ferry", on=published)
    asked = "ferry.three_more, ferry.next_fault, ferry.what_is_broken"
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"seeds:1:1: error: `ferry` is a topic, and asks several questions\n    say which: {asked}\n"


def test_why_says_that_a_number_is_followed_by_its_mean(run: Run, published: Path):
    """Its headline is the median; of a probability nothing of the kind is said."""
    assert "  What follows is about the expected value, " in run("why", "loyalty.how_rarely", on=ROOT).out
    assert "What follows is about" not in run("why", "three_more", on=published).out


def test_why_says_that_what_settles_the_question_makes_it_certain(run: Run):
    """A deliberate surrender is one, whatever else happens; what a man says settles nothing, though it is so on every path."""
    seen = run("why", "route.walk_in", on=ROOT).out.partition("If this is seen")[2].splitlines()
    assert any(line.strip().startswith("100 %") and "another soldier surrenders on purpose" in line for line in seen)
    told = next(line for line in seen if "a man who came over says" in line)
    assert told.strip().startswith("above 99.5 %")


def test_why_says_how_much_is_ignorance_with_its_error(run: Run, published: Path):
    """The share of the report and that of each parameter, as the report's table prints them; the JSON has the errors."""
    content = read_content((published / "reports" / "ferry.json").read_bytes())
    (split,) = [each for each in content["insight"]["split"] if each["question"] == "three_more"]
    lines = run("why", "three_more", on=published).out.splitlines()
    (at,) = [place for place, line in enumerate(lines) if line.startswith("Of the doubt")]
    shown = share_with_error(split["ignorance"], error=split["error"])
    assert re.fullmatch(r"[\d.]+ % ± [\d.]+", shown)
    assert lines[at] == f"Of the doubt, {shown} is ignorance of the parameters and the rest is luck"
    parts = [part for part in split["parts"][:5] if part["share"] >= max(0.01, 2 * part["error"])]
    said = [f"{share_with_error(part['share'], error=part['error'])}  {part['parameter']}" for part in parts]
    assert said
    assert [line.strip().partition("[")[0] for line in lines[at + 1 : at + 1 + len(said)]] == said
    found = json.loads(run("why", "ferry.three_more", "--json", on=published).out)
    assert (found["ignorance"], found["ignorance_error"]) == (split["ignorance"], split["error"])
    assert [each[1:] for each in found["doubts"]] == [[part["share"], part["error"]] for part in parts]


def test_why_says_what_the_rows_of_grade_c_do(run: Run):
    """The rows of grade C are among what the answer rests on, whether they move it or not."""
    found = json.loads(run("why", "route.taken", "--json", on=ROOT).out)
    lines = [line for line in run("why", "route.taken", on=ROOT).out.splitlines() if line.endswith("of grade C")]
    assert [line.split("  ")[-1] for line in lines] == [found["recalled"]["what"]]


def test_why_quotes_a_source_that_is_no_address(run: Run):
    """Rows that rest on the absence of reports are not said to be from that."""
    lines = run("why", "route.another_transfer", on=ROOT).out.splitlines()
    assert [line for line in lines if re.search(r"\d+ rows? whose source is “[a-z ]+”$", line)]
    assert [line for line in lines if re.search(r"\d+ rows? from https://", line)]


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("route.if_many", "the split is computed only for questions without a condition"),
        ("arrivals.young_2027", "the split is computed only for questions that cannot be annulled"),
    ],
)
def test_why_says_where_a_doubt_is_not_split_and_why(run: Run, question: str, why: str):
    """A condition and an annulment are reasons."""
    assert f"How much of the doubt is luck is not known: {why}." in run("why", question, on=ROOT).out.splitlines()


def test_why_says_that_a_number_without_a_known_variance_is_not_split(run: Run, tmp_path: Path):
    """A report leaves out the split of such a number."""
    for folder in ("seeds", "priors"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "reports").mkdir()
    content = read_content((ROOT / "reports" / "route.json").read_bytes())
    insight = content["insight"]
    assert insight is not None
    insight["split"] = [split for split in insight["split"] if split["question"] != "taken"]
    (tmp_path / "reports" / "route.json").write_bytes(content_bytes({**content, "digest": digest_of(content)}))
    said = "How much of the doubt is luck is not known: the variance is infinite, or rests on values too rare for the draws to show."
    assert said in run("why", "route.taken", on=tmp_path).out.splitlines()
    assert said not in run("why", "route.taken", on=ROOT).out.splitlines()


def test_why_watches_for_nothing_after_the_last_day_of_a_question(run: Run):
    """What would move an answer is seen by its last day: of a war that may end in 2027, nothing moves a question that closes in 2026."""
    insight = read_content((ROOT / "reports" / "route.json").read_bytes())["insight"]
    assert insight is not None
    for question, by in (("ceasefire_2026", "2026-12-31"), ("another_transfer", "2027-12-31")):
        found = json.loads(run("why", f"route.{question}", "--json", on=ROOT).out)
        in_time = [post["condition"] for post in insight["signposts"] if post["until"] <= by]
        assert bool(found["would_move"]) is bool(in_time)
        assert len(found["would_move"]) <= len(in_time)


def test_why_has_no_note_of_another_question(run: Run, published: Path, tmp_path: Path):
    """Of the notes that a question's doubt cannot be split, only its own is printed."""
    shutil.copytree(published, tmp_path / "other")
    path = tmp_path / "other" / "reports" / "ferry.json"
    content = read_content(path.read_bytes())
    asked = {measure["question"] for measure in content["insight"]["measures"]}
    assert len(asked) > 1
    content["insight"]["notes"] += [missing_variance_note(question) for question in asked]
    path.write_bytes(content_bytes({**content, "digest": digest_of(content)}))
    doubt = [
        line
        for line in run("why", "three_more", on=tmp_path / "other").out.splitlines()
        if line.startswith("Note: How much of the doubt of")
    ]
    assert [line.split(" is ignorance")[0] for line in doubt] == ["Note: How much of the doubt of “three more”"]


def test_why_as_json_has_the_same_reasons(run: Run, published: Path):
    """The JSON names the answer, its measure and each list of reasons."""
    found = json.loads(run("why", "ferry.three_more", "--json", on=published).out)
    assert found["answer"]["name"] == "three_more"
    assert found["measure"]["question"] == "three_more"
    assert {"moves", "rests_on", "priors", "would_move", "ignorance", "doubts", "notes"} <= found.keys()
    assert all(abs(reason["change"]) > 2 * reason["error"] for reason in found["priors"])


def test_why_before_any_update_says_what_to_do(run: Run):
    """Without a report there are no reasons, and the hint says how to get them."""
    told = run("why", "three_more")
    assert told.code == 1
    assert "run `forecast update`" in told.err


@pytest.mark.parametrize("name", ["ferry", "ferry.three_more"])
@pytest.mark.parametrize("command", ["show", "why"])
def test_a_topic_without_a_report_is_named(run: Run, command: str, name: str):
    """A topic that no update has answered is named with the command that answers it."""
    ran = run(command, name)
    assert (ran.code, ran.err) == (1, "reports:1:1: error: topic `ferry` has no report yet\n    run `forecast update ferry`\n")


def test_a_topic_without_a_report_is_named_beside_others(run: Run, published: Path):
    """Where others have reports, the topic without one is named; so it is in the hint of a question that no report has."""
    shutil.copytree(published / "seeds" / "ferry", published / "seeds" / "owls")
    assert run("why", "owls", on=published).err == "reports:1:1: error: topic `owls` has no report yet\n    run `forecast update owls`\n"
    assert run("why", "hoots", on=published).err.splitlines()[-1].endswith("; no report yet of owls: run `forecast update`")
    assert (
        run("why", "three_mora", on=published).err.splitlines()[-1].endswith("`three_more`? No report yet of owls: run `forecast update`")
    )
    assert run("why", "three_more", on=published).code == 0


@pytest.mark.slow
def test_why_since_a_day_sums_to_the_change(run: Run):
    """The parts of a change since a day sum to it, for every measure of the question."""
    found = json.loads(run("why", "three_more", "--since", "2024-11-01", "--json").out)
    for index in range(len(found["measures"])):
        parts = sum(part["points"][index] for part in found["parts"])
        assert found["before"][index] + parts == pytest.approx(found["after"][index], abs=1e-12)


def test_diff_of_a_day_with_itself_finds_nothing(run: Run):
    """Two runs of one day with one book are the same."""
    told = run("diff", "2025-01-01", "2025-01-01")
    assert told.code == 0
    assert told.out.splitlines()[-1] == "The same in both: ferry"


@pytest.mark.slow
def test_diff_names_the_prior_that_a_commit_edited(run: Run, book: Path):
    """Against a commit with another prior, the prior is the one part but for time and noise."""

    def git(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(book), *who, *words], check=True, capture_output=True)

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "the book", "--date", "2025-01-01T00:00:00")
    path = book / "priors" / "ferry.toml"
    text = path.read_text()
    assert "p95=0.6" in text
    path.write_text(text.replace("p95=0.6", "p95=6"))
    told = json.loads(run("diff", "HEAD", "2026-01-01", "--json").out)
    kinds = {part["kind"] for part in told["topics"][0]["parts"]}
    assert "prior" in kinds
    assert kinds <= {"time", "prior", "noise", "row"}


def test_diff_finds_a_line_of_the_ledger_by_its_hash(run: Run, published: Path):
    """The first digits of a line's hash name the run it was published by, with the values it has."""
    from forecast.book.ledger import line_hash

    line = (published / "reports" / "ledger.jsonl").read_bytes().splitlines()[0]
    told = json.loads(run("diff", line_hash(line)[:8], "2026-06-01", "--json", on=published).out)
    entry = json.loads(line)
    assert told["topics"][0]["since"] == entry["as_of"]
    at = [measure["question"] for measure in told["topics"][0]["measures"]].index(entry["question"])
    value = entry["value"]
    assert told["topics"][0]["before"][at] in {value.get("value"), value.get("mean"), 1 - value.get("not_by_then", 0)}


@pytest.mark.parametrize(("number", "name"), [("mean", "in_all, expected"), ("median", "in_all, median")])
def test_a_move_of_a_number_says_which_number_moved(number: Literal["mean", "median"], name: str, capsys: pytest.CaptureFixture[str]):
    """In `why --since` and in `diff` the name of a number is followed by what moved; that of a chance stands alone."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=2)"},
        streams={"falls": {"value": "Poisson(mu=rate * months)", "watched": True}},
        questions={"in_all": {"answer": "total(falls)", "by": OPENS + timedelta(days=90)}, "any": {"answer": "total(falls) >= 1", "by": OPENS + timedelta(days=90)}},
    )  # fmt: skip
    number_moved, chance = measures_of(topic)
    parts = [{"points": [0.5, 0.02], "bits": [None, None], "about": "falls: 2"}]
    move = {
        "why": "since a day",
        "sentences": ["Up from 3 to 3.5.", "Up from 60 % to 62 %."],
        "before": [3.0, 0.6],
        "after": [3.5, 0.62],
        "parts": parts,
    }
    print_difference(TopicDifference("steps", (replace(number_moved, number=number), chance), cast("Move", move)))
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("  ") and not line.startswith("    ")] == [f"  {name}", "  any"]


@pytest.mark.parametrize("what", ["no-such-thing", "2999-01-01", "reports/nothing.json"])
def test_what_is_no_run_is_refused(run: Run, what: str):
    """A commit that is not there, a day to come and a missing report are problems, not crashes."""
    told = run("diff", what, "2025-01-01")
    assert told.code == 1
    assert "error:" in told.err


def test_where_no_prior_is_varied_why_says_so_and_not_that_nothing_would_change(run: Run, book: Path):
    """A topic whose one prior is a Dirichlet: terminal and page say that it is not varied, with the prior's name in a note."""
    (book / "seeds" / "seats").mkdir()
    (book / "seeds" / "seats" / "topic.toml").write_text(
        'title = "Seats"\nopens = 2025-01-01\n[questions.leads]\nasks = "Is the left ahead?"\nanswer = "share[left] > share[right]"\n'
    )
    (book / "priors" / "seats.toml").write_text('[share]\nprior = "Dirichlet(left=4, right=5)"\nwhy = "As at the last election."\n')
    assert run("update", "seats", "--no-referee").code == 0
    told = run("why", "leads").out
    assert "not known: no prior of this topic is varied; `forecast whatif` takes another in the place of one" in told
    assert "nothing would change it" not in told.split("With another prior")[1].split("If this is seen")[0]
    assert "Note: The prior of “share” is a Dirichlet, which is not varied here" in told
    assert "None of this topic's priors is varied here" in (book / "reports" / "seats.md").read_text()


def test_where_no_row_to_come_is_simulated_why_says_so_and_not_that_nothing_would_change(run: Run, book: Path):
    """A further poll may move an average far, as `whatif` shows; a topic without rows has none to leave out."""
    (book / "seeds" / "votes").mkdir()
    (book / "seeds" / "votes" / "topic.toml").write_text(
        'title = "Votes"\nopens = 2025-01-01\n[streams.polls]\nabout = "per cent for it"\nvalue = "Normal(mu=support, sigma=2)"\n'
        '[questions.wins]\nasks = "Is it above forty?"\nanswer = "support > 40"\n'
    )
    (book / "priors" / "votes.toml").write_text(
        '[support]\nprior = "Normal(mean=40, sd=6)"\nunit = "per cent"\nwhy = "As at the last election."\n'
    )
    (book / "seeds" / "votes" / "polls.csv").write_text("on,value,known,source,grade,note\n")
    assert run("update", "votes", "--no-referee").code == 0
    told = run("why", "wins").out
    assert "If nothing had been learnt from\n  there is no row yet\n" in told
    assert "If this is seen\n  not known: no future rows are simulated here\n" in told
    (book / "seeds" / "votes" / "polls.csv").write_text("on,value,known,source,grade,note\n2025-01-01,42,,A,,\n")
    assert run("update", "votes", "--no-referee").code == 0
    told = run("why", "wins").out
    assert "polls, the row of 2025-01-01" in told.split("If nothing had been learnt from")[1].split("With another prior")[0]
    assert "If this is seen\n  not known: no future rows are simulated here; `forecast whatif` tries one\n" in told
    assert "nothing" not in told.split("If this is seen")[1].split("Of the doubt")[0]
    said = json.loads(run("why", "wins", "--json").out)
    assert (said["recorded"], said["simulated"]) == (True, False)
    page = (book / "reports" / "votes.md").read_text()
    assert "We have not worked out how far new evidence would move it." in page
    assert "No single event we track" not in page


LEAK_TOPIC = """title = "Leaks of the water main"
opens = 2025-01-01
step  = "month"

[streams.leaks]
about = "leaks that the water works mended"
unit  = "leaks"
value = "Poisson(mu=leak_rate * months)"

[questions.leak_in_winter]
asks    = "Will a leak have been mended by the end of February 2025?"
by      = 2025-02-28
answer  = "total(leaks) >= 1"
settled = "By the list of the water works."

[questions.leaks_by_june]
asks    = "How many leaks will have been mended by the end of June 2025?"
since   = 2025-03-01
by      = 2025-06-30
answer  = "total(leaks)"
settled = "By the list of the water works."

[questions.first_leak]
asks    = "When will the first leak be mended?"
by      = 2025-12-31
answer  = "first(total(leaks) >= 1)"
settled = "By the list of the water works."
"""


@pytest.fixture(scope="module")
def leaks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published book of one topic with a row that the days of its questions fall inside."""
    root = tmp_path_factory.mktemp("leaks")
    (root / "seeds" / "leaks_of_main").mkdir(parents=True)
    (root / "priors").mkdir()
    (root / "seeds" / "leaks_of_main" / "topic.toml").write_text(LEAK_TOPIC, encoding="utf-8")
    rows = "from,to,value,source\n2025-02-09,2025-03-20,1,The list of the spring\n2025-03-21,2025-08-31,3,The list of the summer\n"
    (root / "seeds" / "leaks_of_main" / "leaks.csv").write_text(rows, encoding="utf-8")
    prior = '[leak_rate]\nprior = "Gamma(alpha=2, beta=4)"\nunit = "leaks a month"\nwhy = "A main of this age leaks every other month."\n'
    (root / "priors" / "leaks_of_main.toml").write_text(prior, encoding="utf-8")
    command = [sys.executable, "-m", "forecast", "update", "--no-referee", "--book", str(root)]
    subprocess.run(command, check=True, capture_output=True)
    return root


def test_why_says_how_much_of_a_row_lies_on_which_side_of_a_day(run: Run, leaks: Path):
    """A row of 40 days of which 20 are in time: the answer is open, and the reason stands under it."""
    told = run("why", "leak_in_winter", on=leaks)
    (line,) = [line for line in told.out.splitlines() if "crosses" in line]
    found = re.fullmatch(
        r"  1 event under “leaks” lies in a row \(9 February to 20 March 2025\) that crosses 28 February 2025: by then with probability (\d+) %\.",
        line,
    )
    assert found is not None
    assert abs(int(found[1]) - 50) <= 2


def test_page_markdown_and_json_say_how_rows_are_divided(leaks: Path):
    """Each sentence stands in the JSON with its numbers, on the page and in the Markdown."""
    content = json.loads((leaks / "reports" / "leaks_of_main.json").read_text(encoding="utf-8"))
    page, text = ((leaks / "reports" / f"leaks_of_main.{ending}").read_text(encoding="utf-8") for ending in ("html", "md"))
    found = {answer["name"]: answer.get("crossings", []) for answer in content["answers"]}
    assert {
        name: [(each["edge"], each["day"], each["start"], each["value"], each["even"], each["adds_up"]) for each in its]
        for name, its in found.items()
    } == {
        "leak_in_winter": [("by", "2025-02-28", "2025-02-09", 1.0, False, True)],
        "leaks_by_june": [
            ("since", "2025-03-01", "2025-02-09", 1.0, False, True),
            ("by", "2025-06-30", "2025-03-21", 3.0, False, True),
        ],
        "first_leak": [("first", "2025-03-20", "2025-02-09", 1.0, False, True)],
    }
    assert found["leaks_by_june"][1]["before"] == pytest.approx(3 * 102 / 164, abs=0.05)
    for its in found.values():
        for each in its:
            assert each["sentence"] in page.replace("\u00a0", " ")
            assert each["sentence"].replace("(", "\\(").replace(")", "\\)") in text or each["sentence"] in text


def test_insight_of_a_divided_row_speaks_of_the_published_values(leaks: Path):
    """The measures that insight compares with, and the last point of the history, are the published answers within their errors."""
    content = json.loads((leaks / "reports" / "leaks_of_main.json").read_text(encoding="utf-8"))
    insight = content["insight"]
    published = {answer["name"]: answer["value"] for answer in content["answers"]}
    by_question = {measure["question"]: index for index, measure in enumerate(insight["measures"])}
    last = insight["history"]["points"][-1]
    chance = published["leak_in_winter"]
    at = by_question["leak_in_winter"]
    assert insight["measures"][at]["value"] == chance["value"]
    assert abs(last["values"][at] - chance["value"]) < 4 * (chance["error"] ** 2 + last["errors"][at] ** 2) ** 0.5
    number, at = published["leaks_by_june"], by_question["leaks_by_june"]
    assert abs(last["values"][at] - number["mean"]) < 4 * (number["mean_error"] ** 2 + last["errors"][at] ** 2) ** 0.5
