"""Seven everyday questions, each from `forecast new` to its answer in 200 typed characters, by options and in the dialogue; the answers are what they are by hand."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from tests.support.command_line import CliRunner, commands

pytestmark = pytest.mark.medium

MOST_TYPED = 200  # characters
TODAY = date(2026, 11, 28)
MONTH = 365.25 / 12
SEASONS = (12, 9, 15, 8, 11, 14, 10, 13, 9, 12)
QUICK = ["--no-referee", "--no-insight"]  # not typed: what they leave out moves no answer here


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new book, which is where the commands are run, on a day of autumn 2026."""
    monkeypatch.setattr("forecast.cli.options.utc_now", lambda: datetime(2026, 11, 28, 12, tzinfo=UTC))
    run(["init", str(tmp_path / "book")])
    monkeypatch.chdir(tmp_path / "book")
    return tmp_path / "book"


def run(words: Sequence[str]) -> None:
    """Run a command, which must end well."""
    done = CliRunner().invoke(commands(), [*words])
    assert done.exit_code == 0, done.output


def by_options_or_in_the_dialogue(line: str, *said: str) -> pytest.MarkDecorator:
    """Have a test type either a line with options, or what the dialogue asks for."""
    return pytest.mark.parametrize("said", [(line,), said], ids=["options", "dialogue"])


def answers_typed(book: Path, said: Sequence[str], *lines: str) -> dict[str, Any]:
    """What the report answers, by question, after a new topic of one line or of a dialogue, some typed lines and an update."""
    if len(said) == 1:
        topic = shlex.split(said[0])[2]
        typed = [*said, *lines, f"forecast update {topic}"]
    else:
        done = CliRunner().invoke(commands(), ["new", "--ask"], input="".join(f"{line}\n" for line in said))
        assert done.exit_code == 0, done.output
        topic = next(path.parent.name for path in book.glob("seeds/*/topic.toml") if path.parent.name != "example")
        typed = [*lines, f"forecast update {topic}"]
    assert sum(map(len, typed)) + (sum(map(len, said)) + len("forecast new") if len(said) > 1 else 0) <= MOST_TYPED
    for line in typed:
        words = shlex.split(line)[1:]
        run([*words, *QUICK] if words[0] == "update" else words)
    report = json.loads((book / f"reports/{topic}.json").read_text(encoding="utf-8"))
    return {answer["name"]: answer["value"] for answer in report["answers"]}


@by_options_or_in_the_dialogue(
    'forecast new strike --like hazard --asks "Will there be a rail strike in 2027?" --base-rate "3 in 20 years"',
    "Will there be a rail strike in 2027?", "", "", "", "", "3 in 20 years", "", "", "y",
)  # fmt: skip
def test_an_event_by_a_date_that_came_three_times_in_twenty_years(book: Path, said: Sequence[str]) -> None:
    """A rate of Gamma(3, 240 months) gives 1 - (240 / (240 + months)) ** 3."""
    found = answers_typed(book, said)
    assert found["happens"]["value"] == pytest.approx(1 - (240 / (240 + 365 / MONTH)) ** 3, abs=4 * found["happens"]["error"])


@by_options_or_in_the_dialogue(
    f'forecast new owls --like count --asks "How many owls will nest in 2027?" --past "{" ".join(map(str, SEASONS))}" '
    '--source Yearbooks --prior "rate=0.3 to 3"',
    "How many owls will nest in 2027?", "", "", "", "", " ".join(map(str, SEASONS)), "Yearbooks", "0.3 to 3", "", "", "y",
)  # fmt: skip
def test_a_count_after_ten_seasons(book: Path, said: Sequence[str]) -> None:
    """The predictive distribution by a grid over the rate and the clumping of negative binomial years."""
    found = answers_typed(book, said)["how_many"]
    rate, clumping = np.linspace(0.3, 3.5, 400)[:, None], np.geomspace(0.02, 30, 400)[None, :]
    prior = _gamma(0.3, 3).logpdf(rate) + stats.norm(np.log(0.7), np.log(4) / stats.norm.ppf(0.95)).logpdf(np.log(clumping))
    years = [366 if year % 4 == 0 else 365 for year in range(2016, 2026)]
    log_mass = prior + sum(_clumped(rate, clumping, days).logpmf(count) for days, count in zip(years, SEASONS, strict=True))
    mass = np.exp(log_mass - log_mass.max())
    mass /= mass.sum()
    ahead = np.array([float((mass * _clumped(rate, clumping, 365).cdf(count)).sum()) for count in range(60)])
    by_hand = [float(np.searchsorted(ahead, level)) for level in (0.05, 0.25, 0.5, 0.75, 0.95)]
    assert all(low <= point <= high for point, (low, high) in zip(by_hand, found["intervals"], strict=True))
    assert found["quantiles"][2] == by_hand[2]


@by_options_or_in_the_dialogue(
    'forecast new cup --like options --asks "Who will win the cup?" --prior "winner=ann 40 %, ben 30 %, cleo 20 %, other 10 %"',
    "Who will win the cup?", "", "", "ann 40 %, ben 30 %, cleo 20 %, other 10 %", "", "", "y",
)  # fmt: skip
def test_a_choice_of_four(book: Path, said: Sequence[str]) -> None:
    """Named options have the chances that were given."""
    found = {share["label"]: share["value"] for share in answers_typed(book, said)["which"]["shares"]}
    assert found == pytest.approx({"ann": 0.4, "ben": 0.3, "cleo": 0.2, "other": 0.1}, abs=0.003)


@by_options_or_in_the_dialogue(
    'forecast new flight --like hazard --asks "When will the rocket first fly?" --by 2028-12-31 --base-rate "2 in 6 years"',
    "When will the rocket first fly?", "", "", "2028-12-31", "", "2 in 6 years", "", "", "y",
)  # fmt: skip
def test_a_date(book: Path, said: Sequence[str]) -> None:
    """With a rate of Gamma(2, 72 months) the first event is later than a day with the chance (72 / (72 + months)) ** 2."""
    found = answers_typed(book, said)
    not_by_then = (72 / (72 + ((date(2028, 12, 31) - TODAY).days + 1) / MONTH)) ** 2
    assert found["when"]["not_by_then"] == pytest.approx(not_by_then, abs=4 * found["when"]["error"])
    assert found["happens"]["value"] == pytest.approx(1 - not_by_then, abs=4 * found["happens"]["error"])
    days = (date.fromisoformat(found["when"]["quantiles"][0]) - TODAY).days + 1
    assert 1 - (72 / (72 + days / MONTH)) ** 2 == pytest.approx(0.05, abs=0.008)


@by_options_or_in_the_dialogue(
    'forecast new ferry --like conditional --asks "Will the ferry run?" --if "Kent pays" --prior "condition=3 of 10" '
    '--prior "chance_if_so=8 of 10" --prior "chance_if_not=4 of 10"',
    "Will the ferry run if Kent pays?", "", "", "", "3 of 10", "", "", "8 of 10", "", "", "4 of 10", "", "", "y",
)  # fmt: skip
def test_if_and_if_not(book: Path, said: Sequence[str]) -> None:
    """3 of 10 for the condition, 8 of 10 with it and 4 of 10 without: 0.3 x 0.8 + 0.7 x 0.4."""
    found = {name: value["value"] for name, value in answers_typed(book, said).items()}
    assert found == pytest.approx({"anyway": 0.52, "if_so": 0.8, "if_not": 0.4}, abs=0.002)


@by_options_or_in_the_dialogue(
    'forecast new vote --like poll --asks "Will the tram win the vote?" --prior "support=34 to 66" --prior "until_vote=-7 to 7"',
    "Will the tram win the vote?", "", "vote", "", "34 to 66", "", "", "-7 to 7", "", "", "y",
)  # fmt: skip
def test_a_poll_average_with_house_effects(book: Path, said: Sequence[str]) -> None:
    """The support by a grid over the usual lean and the drift, given which everything is normal."""
    polls = (
        (date(2026, 9, 1), 48, 1000, 0),
        (date(2026, 9, 20), 51, 800, 1),
        (date(2026, 10, 15), 49.5, 1200, 0),
        (date(2026, 11, 1), 52, 900, 2),
    )
    rows = [f"{day},{value},{asked},{'nsw'[house]},its page" for day, value, asked, house in polls]
    (book / "polls.csv").write_text("\n".join(["on,value,asked,pollster,source", *rows]) + "\n", encoding="utf-8")
    found = answers_typed(book, said, "forecast observe vote.polls --rows polls.csv")
    houses = np.array([house for *_, house in polls])
    values, asked = np.array([value for _, value, *_ in polls]), np.array([float(each) for _, _, each, _ in polls])
    ages = np.array([(TODAY - day).days / 365.25 for day, *_ in polls])
    lean, drift = np.linspace(0.02, 14, 300)[:, None, None, None], np.geomspace(0.7, 35, 150)[None, :, None, None]
    before, change = ((half / stats.norm.ppf(0.95)) ** 2 for half in (16, 7))  # the variances of what was believed
    cover = np.diag(2500 / asked) + drift**2 * np.diag(ages) + lean**2 * (houses[:, None] == houses) + before
    off = np.broadcast_to((values - 50)[:, None], (*cover.shape[:2], 4, 1))
    log_weight = -0.5 * (np.linalg.slogdet(cover)[1] + (off * np.linalg.solve(cover, off)).sum(axis=(2, 3)))
    log_weight += stats.halfnorm(0, 2.5).logpdf(lean[..., 0, 0])
    log_weight += stats.norm(np.log(5), np.log(2) / stats.norm.ppf(0.95)).logpdf(np.log(drift[..., 0, 0]))
    weight = np.exp(log_weight - log_weight.max())
    gain = np.linalg.solve(cover, np.full((*cover.shape[:2], 4, 1), before))[..., 0]
    mean, variance = 50 + gain @ (values - 50), before - before * gain.sum(axis=-1) + change
    by_hand = float(np.average(stats.norm(mean, np.sqrt(variance)).sf(50), weights=weight))
    assert found["wins"]["value"] == pytest.approx(by_hand, abs=4 * found["wins"]["error"])


@by_options_or_in_the_dialogue(
    'forecast new tuners --like decomposition --asks "How many tuners?" --answer "homes*pianos/done" '
    '--prior "homes=20k to 60k" --prior "pianos=0.01 to 0.08" --prior "done=300 to 900"',
    "How many tuners work in Leeds?", "", "", "homes*pianos/done", "20k to 60k", "", "", "0.01 to 0.08", "", "", "300 to 900", "", "", "y",
)  # fmt: skip
def test_a_product_of_factors(book: Path, said: Sequence[str]) -> None:
    """A product of log-normal numbers is one: its median is the product of the medians."""
    found = answers_typed(book, said)["how_many"]["quantiles"]
    ends = ((2e4, 6e4), (0.01, 0.08), (1 / 900, 1 / 300))
    middle = float(np.prod([(low * high) ** 0.5 for low, high in ends]))
    width = sum(np.log(high / low) ** 2 for low, high in ends) ** 0.5 / 2
    for place, by_hand in ((0, middle * np.exp(-width)), (2, middle), (4, middle * np.exp(width))):
        assert found[place] == pytest.approx(by_hand, rel=0.04)


def _gamma(low: float, high: float) -> Any:
    """The Gamma with these 5 and 95 % points."""
    from scipy.optimize import brentq

    shape = brentq(lambda a: stats.gamma(a).ppf(0.95) / stats.gamma(a).ppf(0.05) - high / low, 0.2, 50)
    return stats.gamma(shape, scale=low / stats.gamma(shape).ppf(0.05))


def _clumped(rate: Any, clumping: Any, days: int) -> Any:
    """Events of a year: the mean rate x months, the variance 1 + clumping times that."""
    return stats.nbinom(rate * days / MONTH / clumping, 1 / (1 + clumping))
