"""A hidden regime in a variant: what it needs stands with the variant, and its evidence weighs it as the exact sum over states does."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from forecast.actions.update import update
from forecast.book.reading import read_book
from forecast.book.topic import Variant
from forecast.insight.published import published_answers
from forecast.model.settings import Settings
from tests.support.building import make_topic
from tests.support.paths import ROOT
from tests.test_regimes import OPENS, ROWS, TODAY, exact_answers, known_levels, years

pytestmark = pytest.mark.medium

AS_OF = date(2023, 7, 15)
SHAPE, RATE = 4.0, 0.5  # of the rate where nothing is hidden
VARIANT = """[variants.hidden]
weight = 0.4
why = "The harbour may be closed in some years, and open in others."
streams.ships.value = "Poisson(mu=level[phase] * years)"

[questions.many]"""
PRIOR = '[rate]\nunit = "ships a year"\nprior = "Gamma(p5=2, p95=25)"\nwhy = "About as many as elsewhere."\n\n'


def write_variant_of_hidden(root: Path) -> None:
    """The harbour whose years are alike, but for a variant."""
    shutil.copytree(ROOT / "tests" / "books" / "hidden", root)
    topic, priors = root / "seeds" / "harbour" / "topic.toml", root / "priors" / "harbour.toml"
    text = topic.read_text(encoding="utf-8").replace("level[phase]", "rate").replace("[questions.many]", VARIANT)
    topic.write_text(text, encoding="utf-8")
    own = (
        priors.read_text(encoding="utf-8")
        .replace("[level]", "[variants.hidden.priors.level]")
        .replace("[stay]", "[variants.hidden.priors.stay]")
    )
    priors.write_text(PRIOR + own, encoding="utf-8")


def test_only_the_variant_has_the_regime(tmp_path: Path):
    """The topic as it stands has neither the regime nor its parameters, the variant has not the rate; nothing is amiss."""
    write_variant_of_hidden(tmp_path / "book")
    book, problems = read_book(tmp_path / "book")
    assert problems == ()
    topic = book.topics["harbour"]
    hidden = topic.variants["hidden"].topic
    assert ([*topic.regimes], [*topic.parameters]) == ([], ["rate"])
    assert ([*hidden.regimes], [*hidden.parameters]) == (["phase"], ["level", "stay"])


def test_a_variant_may_do_without_the_regime(tmp_path: Path):
    """Where the topic has a regime and a variant does not use it, the variant has none of its parameters."""
    root = tmp_path / "book"
    shutil.copytree(ROOT / "tests" / "books" / "hidden", root)
    topic, priors = root / "seeds" / "harbour" / "topic.toml", root / "priors" / "harbour.toml"
    plain = VARIANT.replace("variants.hidden", "variants.plain").replace("level[phase]", "rate")
    topic.write_text(topic.read_text(encoding="utf-8").replace("[questions.many]", plain), encoding="utf-8")
    priors.write_text(priors.read_text(encoding="utf-8") + "\n" + PRIOR.replace("[rate]", "[variants.plain.priors.rate]"), encoding="utf-8")
    book, problems = read_book(root)
    assert problems == ()
    plain_topic = book.topics["harbour"].variants["plain"].topic
    assert ([*plain_topic.regimes], [*plain_topic.parameters]) == ([], ["rate"])
    assert [*book.topics["harbour"].parameters] == ["level", "stay"]


def test_weights_and_mixed_answer_are_the_exact_ones():
    """The weight of a regime beside one rate is that of their evidences in closed form and by sums over all sequences, and so is the answer."""
    base = make_topic(
        priors={"rate": f"Gamma(alpha={SHAPE}, beta={RATE})"},
        streams={"events": "Poisson(mu=rate * years)"},
        rows={"events": [{"from": start, "to": end, "value": value} for start, end, value in ROWS]},
        questions={"many": {"answer": "total(events) >= 20", "since": date(2024, 4, 1), "by": date(2025, 12, 31)}},
        opens=OPENS,
    )
    hidden = known_levels()
    hidden = replace(hidden, questions={"many": hidden.questions["many"]})
    topic = replace(base, variants={"hidden": Variant("hidden", 0.4, "It may be so.", {}, hidden)})
    mixed = published_answers(topic, TODAY, Settings(engine="importance"))
    log_evidence, _, chance = exact_answers()
    lengths = np.array([years(start, end) for start, end, _ in ROWS])
    counts = np.array([value for _, _, value in ROWS])
    shape, rate = SHAPE + counts.sum(), RATE + lengths.sum()
    plain = special.gammaln(shape) - special.gammaln(SHAPE) + SHAPE * np.log(RATE) - shape * np.log(rate)
    plain += (counts * np.log(lengths) - special.gammaln(counts + 1)).sum()
    ahead = years(date(2024, 4, 1), date(2025, 12, 31))
    plain_chance = special.betainc(20, shape, ahead / (ahead + rate))
    weight = 0.4 * np.exp(log_evidence - plain) / (0.6 + 0.4 * np.exp(log_evidence - plain))
    exact = weight * chance + (1 - weight) * plain_chance
    answer = mixed.answers["many"].value
    assert 0.02 < weight < 0.98
    assert abs(answer.value - exact) < 4 * answer.error  # type: ignore[union-attr]


def test_a_report_of_variants_has_all_its_parts(tmp_path: Path):
    """An update answers, explains and replays a topic one of whose variants has a regime, and says nothing is unknown of rows left out."""
    write_variant_of_hidden(tmp_path / "book")
    done = update(tmp_path / "book", as_of=AS_OF, today=AS_OF, settings=Settings(), referee=False)
    assert done.exit_code == 0
    content = done.contents["harbour"]
    weights = {rival["name"]: rival["after"] for rival in content["variants"]["rivals"]}
    assert weights["hidden"] > 0.95
    assert content["insight"] is not None
    assert content["insight"]["leverage"]
    assert content["insight"]["history"]["points"]
