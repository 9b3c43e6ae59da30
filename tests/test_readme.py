"""What the README shows works as it stands there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType

import pytest

from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.actions.update import update
from forecast.book.files.folder import Folder
from forecast.book.index_order import index_order
from forecast.book.reading import read_book
from forecast.book.relations import read_relations
from forecast.cli.init import init
from forecast.cli.new import new
from forecast.cli.observe import observe
from forecast.cli.update import update as update_command
from forecast.model.settings import Settings
from tests.support.command_line import CliRunner, commands
from tests.support.essay_topics import leave_out_variants
from tests.support.metaculus_zips import write_sixty_questions
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

PERCENT = r"\d+(?= %| and \d+ %)"  # the last digit may differ from machine to machine
DIGITS = r"\d[\d,.]*\d|\d"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_ten_line_question_is_a_whole_book(tmp_path):
    """The ferry of the README is read without a problem and answered."""
    files = {
        "seeds/ferry/topic.toml": block("toml", 0),
        "priors/ferry.toml": block("toml", 1),
        "seeds/ferry/cancelled.csv": block("csv", 0),
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    book, problems = read_book(tmp_path)
    assert (list(book.topics), problems) == (["ferry"], ())
    day = date(2026, 3, 20)
    done = update(tmp_path, as_of=day, today=day, settings=Settings(), referee=False)
    (answer,) = done.contents["ferry"]["answers"]
    assert (done.exit_code, answer["name"], answer["kind"]) == (0, "another", "probability")
    assert 0.5 < answer["value"]["value"] < 1


@pytest.mark.slow
def test_the_session_from_a_new_book_to_a_report_goes_as_shown(tmp_path, monkeypatch):
    """Typed on the day it was recorded, each command of the session prints what stands below it; ten lines or more would be too many."""
    monkeypatch.chdir(tmp_path)
    for module in (init, new, observe, update_command):
        monkeypatch.setattr(sys.modules[module.__module__], "today", lambda: date(2026, 11, 26))
    steps = session()
    assert sum(command.count("\n") + 1 for command, _ in steps) < 10
    for command, shown in steps:
        words = shlex.split(command.replace("\\\n", " "))
        if words[0] == "cd":
            monkeypatch.chdir(Path.cwd() / words[1])
            continue
        ran = CliRunner().invoke(commands(), words[1:])
        assert (words[0], ran.exit_code, re.sub(PERCENT, "#", ran.stdout)) == ("forecast", 0, re.sub(PERCENT, "#", shown)), command
        assert percents(ran.stdout) == pytest.approx(percents(shown), abs=2), command
    assert (tmp_path / "questions" / "reports" / "bridge.html").is_file()


def test_a_question_without_a_model_has_a_page_after_two_commands(tmp_path, monkeypatch):
    """Typed on the day they were recorded, in a book, both print what stands below them, and the page says what was said."""
    monkeypatch.chdir(tmp_path)
    now = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    for name in ("forecast.cli.new", "forecast.cli.init", "forecast.cli.record_row"):
        monkeypatch.setattr(sys.modules[name], "today", now.date)
    monkeypatch.setattr(sys.modules["forecast.cli.say"], "utc_now", lambda: now)
    assert CliRunner().invoke(commands(), ["init", "questions"]).exit_code == 0
    monkeypatch.chdir(tmp_path / "questions")
    steps = session(1)
    assert len(steps) == 2
    for command, shown in steps:
        ran = CliRunner().invoke(commands(), shlex.split(command)[1:])
        assert (ran.exit_code, ran.stdout) == (0, shown), command
    page = Path("reports/chess.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "Will the chess club have moved by the end of June 2027?" in page
    assert "30 % by me since 26 November 2026." in page
    assert not Path("reports/ledger.jsonl").exists()


def test_a_calibration_page_comes_of_a_platforms_file_in_two_commands(tmp_path, monkeypatch):
    """Typed in a new book beside the file, both print what stands below them, and the page says it too."""
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(commands(), ["init", "questions"]).exit_code == 0
    monkeypatch.chdir(tmp_path / "questions")
    write_sixty_questions(Path("metaculus_data.zip"))
    steps = session(2)
    assert len(steps) == 2
    for command, shown in steps:
        ran = CliRunner().invoke(commands(), shlex.split(command)[1:])
        assert (ran.exit_code, ran.stdout) == (0, shown), command
    page = Path("reports/calibration.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "Miscalibration is 0.025, no more than chance" in page


MARKET = {
    "ticker": "KXBRIDGE-27JUN30",
    "event_ticker": "KXBRIDGE-27JUN30",
    "title": "Footbridge closed by June 30, 2027?",
    "market_type": "binary",
    "status": "active",
    "yes_bid_dollars": "0.0700",
    "yes_ask_dollars": "0.0900",
    "no_bid_dollars": "0.9100",
    "no_ask_dollars": "0.9300",
    "last_price_dollars": "0.0800",
    "volume_fp": "1250.00",
    "close_time": "2027-07-01T03:59:00Z",
    "rules_primary": "If the footbridge is closed for repairs before Jul 1, 2027, then the market resolves to Yes.",
    "price_ranges": [{"start": "0.0000", "end": "1.0000", "step": "0.0100"}],
}
SERIES = {"ticker": "KXBRIDGE", "title": "Footbridge", "category": "Transportation", "fee_type": "quadratic", "fee_multiplier": 1}
ORDERS = {"yes_dollars": [["0.0600", "200.00"], ["0.0700", "50.00"]], "no_dollars": [["0.9000", "300.00"], ["0.9100", "80.00"]]}


@pytest.mark.slow
def test_a_stake_comes_of_a_venues_file_in_four_commands(tmp_path, monkeypatch):
    """Typed in the book of the footbridge beside a venue's files, each command prints the lines that stand below it, but for digits."""
    monkeypatch.chdir(tmp_path)
    now = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    for module in (init, new, observe, update_command, sys.modules["forecast.cli.market_compare"]):
        name = module.__name__ if isinstance(module, ModuleType) else module.__module__
        monkeypatch.setattr(sys.modules[name], "today", now.date)
    monkeypatch.setattr("forecast.system.utc_now", lambda: now)
    monkeypatch.setattr("forecast.cli.market_add.utc_now", lambda: now)
    for command, _ in session():
        words = shlex.split(command.replace("\\\n", " "))
        if words[0] == "cd":
            monkeypatch.chdir(Path.cwd() / words[1])
        else:
            assert CliRunner().invoke(commands(), [*words[1:], *(["--no-referee"] if words[1] == "update" else [])]).exit_code == 0
    for name, payload in (("market", {"market": MARKET}), ("series", {"series": SERIES}), ("orderbook", {"orderbook_fp": ORDERS})):
        Path(f"{name}.json").write_text(json.dumps(payload), encoding="utf-8")
    steps = session(3)
    assert len(steps) == 4
    for command, shown in steps:
        ran = CliRunner().invoke(commands(), shlex.split(command.replace("\\\n", " "))[1:])
        assert ran.exit_code == 0, ran.output
        printed = [re.sub(DIGITS, "#", line) for line in ran.stdout.splitlines()]
        missing = [line for line in shown.splitlines() if line != "..." and re.sub(DIGITS, "#", line) not in printed]
        assert missing == [], ran.stdout
    assert "kalshi" in Path("priors/bridge.toml").read_text(encoding="utf-8")


def session(which=0):
    """The commands of a session of the README, each with what it printed."""
    steps = re.split(r"^\$ ", block("console", which), flags=re.MULTILINE)[1:]
    typed = [re.match(r"(?:.*\\\n)*.*\n", step)[0] for step in steps]
    return [(each.removesuffix("\n"), step.removeprefix(each)) for each, step in zip(typed, steps, strict=True)]


def percents(text):
    """The percents of an output."""
    return [int(found) for found in re.findall(PERCENT, text)]


@pytest.mark.parametrize("with_variants", [False, pytest.param(True, marks=(pytest.mark.study, pytest.mark.slow))])
def test_the_python_of_the_readme_runs(with_variants, tmp_path, monkeypatch):
    """The lines of the Python section run in a copy of the book, in which the route has no variants, or with all, and leave a posterior of the route behind."""
    for folder in ("seeds", "priors"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    if not with_variants:
        leave_out_variants(tmp_path, "route")
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(block("python", 0), names)
    low, middle, high = names["posterior"].quantiles("capture_rate")
    assert 0 < low < middle < high


def test_every_path_the_readme_links_to_exists():
    """Links and pictures of the README lead to files of the project."""
    paths = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_replay_in_the_readme_is_that_of_the_reports():
    """Each day and each percent of the table is that of the report it links to."""
    days, links = zip(*re.findall(r"\[(\d+ \w+ \d{4})\]\((reports/(?:as-of/[\d-]+/)?route)\.md\)", README), strict=True)
    cells = re.search(r"\| transfer by the end of 2026 \|(.*)\|", README)[1].split("|")
    contents = [json.loads((ROOT / f"{link}.json").read_text(encoding="utf-8")) for link in links]
    told = [next(answer["headline"] for answer in content["answers"] if answer["name"] == "transfer_2026") for content in contents]
    assert [cell.strip() for cell in cells] == told
    assert [datetime.strptime(day, "%d %b %Y").replace(tzinfo=UTC).date().isoformat() for day in days] == [
        content["as_of"] for content in contents
    ]


def test_the_reasons_in_the_readme_are_those_of_the_report():
    """Every line of the README's `why` is a line that the command prints from the committed report."""
    told = CliRunner().invoke(commands(), ["why", "another_transfer", "--book", str(ROOT)]).stdout.splitlines()
    shown = block("text", 0).splitlines()
    assert len(shown) == 9
    assert [line for line in shown if line not in told] == []


def test_the_readme_starts_with_two_commands():
    """The first block has one command for the main job and one for the tests, and CI runs the second."""
    first, second = (line.split("#")[0].strip() for line in block("sh", 0).splitlines())
    assert (first, second) == ("pip install uv && uv run forecast update", "uv run pytest")
    assert "run run pytest" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_streams_in_the_readme_of_seeds_are_sound(tmp_path):
    """A count that nobody records, reports that may be wrong, with copies and a range, an order of the index, clauses of events, relations, a question without a model, competing events, a regime and a variant are read without a problem as seeds/README.md shows them."""
    shown = (ROOT / "seeds" / "README.md").read_text(encoding="utf-8")
    of_topics = shown.split("## Records from elsewhere")[0]
    once, latent, reports, order, told, asked_once, related, judged, competing, hidden, rival = re.findall(
        r"```toml\n(.*?)```", of_topics, flags=re.DOTALL
    )
    opened = 'title = "T"\nopens = 2026-01-01\n'
    share = 'prior = "Beta(mean=0.8, strength=10)"\nwhy = "It was so before."\n'
    rate = 'prior = "Gamma(p5=1, p95=25)"\nunit = "a year"\nwhy = "It was so before."\n'
    asked = '[questions.q]\nasks = "How much?"\nanswer = "{0}"\n'
    files = {
        "seeds/raids/topic.toml": opened + once + reports + asked.format("raid_size"),
        "seeds/raids/losses.csv": (
            "on,value,value_low,value_high,known,source,grade,origin\n"
            "2026-02-01,40,,,2026-02-03,Paper one,C,wire\n2026-02-01,40,,,2026-02-04,Paper two,C,wire\n2026-03-01,,20,,,Ministry,A,\n"
        ),
        "seeds/wish/topic.toml": opened + asked_once,
        "priors/wish.toml": f"[names_south]\n{share}",
        "priors/raids.toml": f'[rate]\n{rate}[raid_size]\n{rate}[right]\nper = "grade"\n{share}',
        "seeds/captives/topic.toml": opened + told + '[quantities]\nundecided = "2"\n' + asked.format("asks_south"),
        "priors/captives.toml": f"[asks_south]\n{share}",
        "seeds/relations.toml": related,
        "seeds/chess/topic.toml": opened + judged,
        "seeds/lease/topic.toml": opened + competing + asked.format("scrap_rate"),
        "seeds/lease/ends.csv": "from,to,value,source\n2026-01-01,2026-06-30,none,Office\n",
        "priors/lease.toml": "".join(f"[{name}]\n{rate}" for name in ("ageing", "life", "scrap_rate")),
    }
    boats = '[streams.arrivals]\nabout = "boats"\nunit = "boats"\nvalue = "Poisson(mu=rate * months)"\n'
    files["seeds/boats/topic.toml"] = opened + boats + asked.format("total(arrivals)") + "by = 2026-12-31\n" + rival
    files["priors/boats.toml"] = f"[rate]\n{rate}"
    files["seeds/harbour/topic.toml"] = opened + hidden + asked.format("total(ships)") + "by = 2026-12-31\n"
    level = 'per = "phase"\nunit = "a year"\nprior.closed = "Gamma(p5=1, p95=5)"\nprior.open = "Gamma(p5=9, p95=25)"\nwhy = "It was so before."\n'
    files["priors/harbour.toml"] = f"[level]\n{level}[stay]\n{share}"
    files["seeds/club/topic.toml"] = opened + latent + asked.format("total(paid)") + "by = 2026-12-31\n"
    files["priors/club.toml"] = f"[joining]\n{rate}" + "".join(f"[{name}]\n{share}" for name in ("pays_ever", "pays_in_a_month"))
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    book, problems = read_book(tmp_path)
    assert (sorted(book.topics), problems) == (["boats", "captives", "chess", "club", "harbour", "lease", "raids", "wish"], ())
    relations, wrong = read_relations(Folder(tmp_path))
    assert ([its.name for its in relations or ()], wrong) == (["other_boats"], ())
    assert list(book.topics["boats"].variants) == ["bursts"]
    (tmp_path / "seeds/book.toml").write_text(order, encoding="utf-8")
    assert index_order(Folder(tmp_path)) == ("ferry.three_more", "harbour")


def block(language: str, index: int) -> str:
    """The text of a code block of the README."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)[index]


def test_the_readme_names_every_template():
    """The line of `forecast new` has each kind of topic."""
    row = next(line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `forecast new` |"))
    named = {its.removeprefix("--like ") for its in re.findall(r"`([^`]+)`", row)}
    assert set(TEMPLATE_KINDS) <= named
