"""A replay of an earlier day sees nothing that became known later: with the future cut out of all records, its answers stay the same."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from forecast.book.reading import read_book
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.answers import Probability
from tests.support.small_books import write_book

pytestmark = pytest.mark.medium

DAY = date(2022, 6, 30)
EVENTS = """from,to,value,regime,known,source,grade,note,id,replaces
2018-01-01,2018-12-31,9,open,2019-01-31,a register,A,,,
2019-01-01,2019-12-31,8,open,2020-01-31,a register,A,,,
2020-01-01,2020-12-31,2,closed,2021-01-31,a register,A,,first,
2020-01-01,2020-12-31,30,open,2023-01-31,a register,A,,,first
2021-01-01,2021-12-31,1,closed,2022-01-31,a register,A,,,
2022-01-01,2022-12-31,40,thaw,2023-01-31,a register,A,,,
2023-01-01,2023-12-31,60,thaw,2024-01-31,a register,A,,,
"""
LOAD = """date,value,known,source,grade,note
2018-01-01,1.0,2018-01-01,a register,A,
2021-01-01,0.5,2021-02-01,a register,A,
2021-01-01,4,2023-02-01,a register,A,
2023-01-01,9,2023-02-01,a register,A,
"""
SERIES = '[series.load]\nabout = "the load"\nunit = "loads"\nlater = "1"\n'
NEXT = "[streams.events.next]\nregime = \"'closed'\"\n"
BY_REGIME = "Poisson(mu=rate[regime] * load * years)"
GAMMA = "Gamma(alpha=2, beta=0.5)"
TOLD = 'unit = "events a year"\nwhy = "A number made up for a test."\n'


def prior_text(name: str, prior: str, per: str = "") -> str:
    """A prior's table in a prior file."""
    return f'[{name}]\nprior = "{prior}"\n{TOLD}' + (f'per = "{per}"\n' if per else "")


BY_LABEL = f'[rate]\nper = "regime"\n{TOLD}' + "".join(f'prior.{label} = "{GAMMA}"\n' for label in ("open", "closed", "thaw"))
HIERARCHY = (
    prior_text("middle", "LogNormal(mu=1, sigma=1)")
    + prior_text("spread", "HalfNormal(sigma=1)")
    + prior_text("rate", "LogNormal(mu=log(middle), sigma=spread)", per="regime")
)
HIDDEN = '[regimes.phase]\nstep = "year"\nstates = ["shut", "free"]\nstay = "stay"\n'
BY_PHASE = f"""{prior_text("stay", "Beta(alpha=4, beta=2)").replace('unit = "events a year"', "")}[level]
per = "phase"
{TOLD}prior.shut = "Gamma(mean=2, sd=1)"
prior.free = "Gamma(mean=12, sd=3)"
"""
WALK = prior_text("rate", "GaussianRandomWalk(sigma=0.3, init_dist=Normal(mu=1, sigma=1))", per="year")
JUMPING_WALK = prior_text("rate", "GaussianRandomWalk(sigma=0.2, jump=0.1, jump_sigma=1, init_dist=Normal(mu=1, sigma=1))", per="year")


def without_future(text: str) -> str:
    """A record without the lines that became known after the day of the replay."""
    header, *lines = csv.reader(io.StringIO(text))
    kept = [line for line in lines if date.fromisoformat(line[header.index("known")]) <= DAY]
    return "".join(",".join(line) + "\n" for line in (header, *kept))


def replayed(root: Path, *, value: str, priors: str, following: str, events: str, load: str) -> Probability:
    """The answer as of the day of the replay."""
    write_book(
        root,
        opens="2018-01-01",
        step="year",
        since="2023-01-01",
        by="2023-12-31",
        value=value,
        answer="total(events) >= 3",
        more=SERIES + following,
    )
    for path, text in {"priors/made.toml": priors, "seeds/made/events.csv": events, "seeds/made/load.csv": load}.items():
        (root / path).write_text(text, encoding="utf-8")
    book, problems = read_book(root)
    assert [problem for problem in problems if problem.level == "error"] == []
    answer = analyse(book.topics["made"], DAY, Settings(engine="importance"), referee=False).result.answers["many"].value
    assert isinstance(answer, Probability)
    return answer


def replay_both(root: Path, **given: str) -> tuple[Probability, Probability]:
    """The answer from the whole records, and from those without what became known later; the whole answer of a later day would be another."""
    return (
        replayed(root / "whole", events=EVENTS, load=LOAD, **given),
        replayed(root / "cut", events=without_future(EVENTS), load=without_future(LOAD), **given),
    )


@pytest.mark.parametrize(
    ("value", "priors", "following"),
    [
        pytest.param("Poisson(mu=rate * load * years)", prior_text("rate", GAMMA), "", id="no labels"),
        pytest.param(BY_REGIME, BY_LABEL, NEXT, id="priors by label"),
        pytest.param("Poisson(mu=level[phase] * load * years)", BY_PHASE, HIDDEN, id="a hidden regime"),
    ],
)
def test_rows_points_and_corrections_of_the_future_change_nothing(tmp_path: Path, value: str, priors: str, following: str):
    """Where the parameters are the same, the answer is the same to the last digit."""
    whole, cut = replay_both(tmp_path, value=value, priors=priors, following=following)
    assert whole == cut
    assert 0.02 < whole.value < 0.98


@pytest.mark.parametrize(
    ("value", "priors", "following"),
    [
        pytest.param(BY_REGIME, prior_text("rate", GAMMA, per="regime"), NEXT, id="one prior for all labels"),
        pytest.param(BY_REGIME, HIERARCHY, NEXT, id="a hierarchy"),
        pytest.param("Poisson(mu=exp(rate[year]) * load * years)", WALK, "", id="a walk"),
        pytest.param("Poisson(mu=exp(rate[year]) * load * years)", JUMPING_WALK, "", id="a walk with jumps"),
    ],
)
def test_labels_and_steps_of_the_future_change_nothing(tmp_path: Path, value: str, priors: str, following: str):
    """A label or year that only later rows have is a parameter more, drawn from its prior: the answer is the same within four Monte Carlo errors."""
    whole, cut = replay_both(tmp_path, value=value, priors=priors, following=following)
    assert 0.0005 < whole.error < 0.005
    assert abs(whole.value - cut.value) < 4 * (whole.error**2 + cut.error**2) ** 0.5
    assert 0.02 < whole.value < 0.98
