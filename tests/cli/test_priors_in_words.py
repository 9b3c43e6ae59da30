"""Priors in words wherever a prior is given: `new`, `prior set` and `whatif` understand the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit

from tests.cli.conftest import Run

pytestmark = pytest.mark.medium

WORDS = {
    "0.02 to 0.5": "Gamma(p5=0.02, p95=0.5)",
    "3 in 20 years": "Gamma(alpha=3, beta=240)",
    "at most 0.3": "Gamma(alpha=2.1795, p95=0.3)",
}
TOPIC = """title = "A strike"
opens = 2026-01-01
step = "month"

[streams.strikes]
about = "strikes"
unit = "strikes"
value = "Poisson(mu=rate * months)"

[questions.strike]
asks = "Will there be a strike by the end of 2027?"
since = 2026-01-01
by = 2027-12-31
answer = "total(strikes) >= 1"
"""
PRIORS = """[rate]
prior = "Gamma(p5=0.01, p95=0.1)"
unit = "times a month"
why = "There have been a few."

"""


@pytest.fixture
def strikes(tmp_path: Path) -> Path:
    """A book of one topic with a rate."""
    root = tmp_path / "strikes"
    for path, text in {
        "seeds/strike/topic.toml": TOPIC,
        "priors/strike.toml": PRIORS,
        "seeds/strike/strikes.csv": "from,to,value,known,source,grade,note\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("said", WORDS)
def test_the_same_words_are_the_same_prior_everywhere(run: Run, strikes: Path, said: str):
    """`new` and `prior set` write the same statement, and `whatif` supposes it and says so."""
    statement = WORDS[said]
    line = f"rate: “{said}” is {statement}: "
    ran = run("whatif", "strike", "--prior", f"rate={said}", on=strikes)
    assert (ran.code, f"  Supposed: {line}" in ran.out) == (0, True), ran.err
    typed = run("whatif", "strike", "--prior", f"rate={statement}", on=strikes)
    assert [text for text in ran.out.splitlines() if not text.startswith("  Supposed")] == typed.out.splitlines()
    ran = run("prior", "set", "strike.rate", said, on=strikes)
    assert (ran.code, ran.out.startswith(line)) == (0, True), ran.err
    assert tomlkit.parse((strikes / "priors/strike.toml").read_text(encoding="utf-8"))["rate"]["prior"] == statement
    ran = run("new", "other", "--like", "hazard", "--asks", "Will it close?", "--prior", f"rate={said}", on=strikes)
    assert (ran.code, ran.out.startswith(line)) == (0, True), ran.err


@pytest.mark.parametrize(
    ("said", "hint"),
    [("20 %", "say how often, as in 1 in 5 years"), ("0.2", "as in 0.1 to 0.4; or say `about 0.2`"), ("often", "as in 0.02 to 0.5")],
)
def test_what_is_no_prior_is_refused_alike(run: Run, strikes: Path, said: str, hint: str):
    """A single value, and words that say nothing, are refused by all three with what to type, and nothing is written."""
    before = (strikes / "priors/strike.toml").read_bytes()
    for words in (
        ("whatif", "strike", "--prior", f"rate={said}"),
        ("prior", "set", "strike.rate", said),
        ("new", "other", "--like", "hazard", "--asks", "Will it close?", "--prior", f"rate={said}"),
    ):
        ran = run(*words, on=strikes)
        assert (ran.code, hint in " ".join(ran.err.split())) == (1, True), (words, ran.err)
    assert (strikes / "priors/strike.toml").read_bytes() == before


def test_a_supposed_prior_in_words_is_saved_as_a_statement(run: Run, strikes: Path):
    """A variant has the statement that `whatif` computed with."""
    given = ("--save-variant", "often", "--weight", "0.2", "--why", "They may come more often.")
    ran = run("whatif", "strike", "--prior", "rate=3 in 20 years", *given, on=strikes)
    assert ran.code == 0, ran.err
    assert 'prior = "Gamma(alpha=3, beta=240)"' in (strikes / "priors/strike.toml").read_text(encoding="utf-8")
