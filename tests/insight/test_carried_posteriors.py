"""Links followed: the target's posterior is that of the joint model, by both engines and on every replayed day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project
from scipy.special import betaln

from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.inference.monte_carlo import mean_error
from forecast.inference.posterior import Posterior
from forecast.insight import replay_pool
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.history import history
from forecast.insight.published import published_answers
from forecast.model.errors import Unsound
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import condition_fast, condition_nuts
from tests.support.linked_books import DAY, linked_priors, write_linked_book

pytestmark = pytest.mark.medium

SETTINGS = Settings(chances=False)
MANY = """
[questions.many]
asks = "Will there be many cases?"
by = 2026-12-31
answer = "total(cases) > 70"
settled = "By looking at them."
"""


def linked_topic(root: Path, **parts: str) -> Topic:
    """The target of a book, whose links can be followed as of ``DAY``."""
    write_linked_book(root, **parts)  # type: ignore[arg-type]
    book, problems = read_book(root, ["target"])
    assert [problem.message for problem in problems if problem.level == "error"] == []
    return with_carried_posteriors(book.topics["target"], DAY, SETTINGS)


def z_of(posterior: Posterior, name: str, expected: float, *, fit: float) -> float:
    """How many standard errors a mean is from what is expected; ``fit`` is the error of the fit."""
    values = posterior.column(name)
    return abs(float(posterior.weights @ values) - expected) / float(np.hypot(mean_error(values, posterior.cases), fit))


JOINT = stats.beta(2 + 3 + 4 + 5, 3 + 7 + 8 + 4)  # the prior and all rows of both topics
FIT = 0.0012  # the standard error of the source's mean, by which its fit is off


@pytest.mark.parametrize("engine", ["fast", pytest.param("nuts", marks=pytest.mark.slow)])
def test_a_conjugate_pair_is_the_joint_model(tmp_path: Path, engine: str):
    """Beta prior and Binomial rows in both topics: mean and standard deviation are those of the Beta of all rows."""
    model = model_as_of(linked_topic(tmp_path), DAY)
    posterior = condition_fast(model, SETTINGS) if engine == "fast" else condition_nuts(model, SETTINGS)
    assert posterior.diagnostics.sound
    assert z_of(posterior, "chance", JOINT.mean(), fit=FIT) < 4
    assert posterior.sd("chance") == pytest.approx(JOINT.std(), rel=0.03)
    assert posterior.quantiles("chance") == pytest.approx(JOINT.ppf([0.05, 0.5, 0.95]), abs=0.006)


@pytest.mark.parametrize("engine", ["fast", pytest.param("nuts", marks=pytest.mark.slow)])
def test_a_source_with_two_modes_is_carried_with_both(tmp_path: Path, engine: str):
    """A mixture prior of two Betas that rows have not settled: the target's mean is that of the joint model's mixture."""
    scenarios = (
        '[share]\nprior.low = "Beta(alpha=20, beta=60)"\nprior.high = "Beta(alpha=60, beta=20)"\nweight.low = 0.5\nweight.high = 0.5\n'
        'why.low = "It may be so."\nwhy.high = "It may be otherwise."\n'
    )
    rows = "from,to,value,seen,known,source\n2025-01-01,2025-01-31,3,6,2025-02-01,https://example.org/first\n"
    model = model_as_of(linked_topic(tmp_path, source_priors=scenarios, source_rows=rows), DAY)
    posterior = condition_fast(model, SETTINGS) if engine == "fast" else condition_nuts(model, SETTINGS)
    both = [(20, 60), (60, 20)]
    evidence = np.array([stats.betabinom(15, a, b).pmf(8) for a, b in both])
    means = np.array([(a + 8) / (a + b + 15) for a, b in both])
    # the rows' order does not matter: 3 of 6 and 5 of 9 are 8 of 15
    expected = float(evidence @ means / evidence.sum())
    assert z_of(posterior, "chance", expected, fit=0.004) < 4


def test_a_positive_value_is_carried_too(tmp_path: Path):
    """A rate with a Gamma prior and Poisson rows, in both topics: the Gamma of all rows."""
    write_linked_book(tmp_path, priors=linked_priors("posterior(source.share)", unit="cases a look"))
    for topic, name in (("source", "share"), ("target", "chance")):
        path = tmp_path / f"seeds/{topic}/topic.toml"
        text = path.read_text().replace(f"Binomial(n=seen, p={name})", f"Poisson(mu={name} * seen)")
        path.write_text(text.replace(f'by = 2026-12-31\nprobability = "{name}"', f'answer = "{name}"'))
    path = tmp_path / "priors/source.toml"
    path.write_text('[share]\nprior = "Gamma(alpha=2, beta=3)"\nwhy = "A number made up for a test."\nunit = "cases a look"\n')
    book, problems = read_book(tmp_path)
    assert problems == ()
    topic = with_carried_posteriors(book.topics["target"], DAY, SETTINGS)
    posterior = condition_fast(model_as_of(topic, DAY), SETTINGS)
    joint = stats.gamma(2 + 7 + 5, scale=1 / (3 + 22 + 9))
    assert z_of(posterior, "chance", joint.mean(), fit=0.001) < 4
    assert posterior.sd("chance") == pytest.approx(joint.std(), rel=0.03)


def test_every_replayed_day_has_the_sources_posterior_of_that_day(tmp_path: Path):
    """As each row of either topic becomes known, the answer is that of the joint model with the rows known by then."""
    topic = linked_topic(tmp_path)
    days = [date(2025, 1, 15), date(2025, 2, 1), date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 31), date(2025, 4, 1), DAY]
    known = [(2, 3), (5, 10), (5, 10), (9, 18), (9, 18), (14, 22), (14, 22)]
    replayed = {point.day: point.values[0] for point in history(topic, days, SETTINGS).points}
    expected = [a / (a + b) for a, b in known]
    assert [replayed[day] for day in days] == pytest.approx(expected, abs=0.012)


def test_a_posterior_as_of_an_earlier_day_is_that_of_a_hindcast(tmp_path: Path):
    """A row that becomes known later does not move it."""
    topic = linked_topic(tmp_path)
    fit = topic.carried.fit(topic.links["chance", ""], date(2025, 2, 15))
    (part,) = fit.parts
    assert part[1].startswith("Beta(alpha=")
    alpha, beta = (number.value for number in fit.statement.arguments.values())
    assert alpha / (alpha + beta) == pytest.approx(5 / 15, abs=0.008)
    assert alpha + beta == pytest.approx(15, rel=0.1)


def test_days_before_the_target_opens_cost_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No posterior of a source with a long record is looked for as of days before its target's record, and those after are right."""
    early = "from,to,value,seen,known,source\n1995-01-01,1995-01-31,40,41,1995-02-01,https://example.org/early\n2005-01-01,2005-01-31,1,60,2005-02-01,https://example.org/late\n2025-02-01,2025-02-28,4,12,2025-03-01,https://example.org/second\n"
    write_linked_book(tmp_path, source_rows=early)
    path = tmp_path / "seeds/source/topic.toml"
    path.write_text(path.read_text().replace("opens = 2025-01-01", "opens = 1995-01-01"))
    topic = with_carried_posteriors(read_book(tmp_path, ["target"])[0].topics["target"], DAY, SETTINGS)
    judged: list[date] = []
    models = replay_pool._models

    def noting(topic: Topic, days: Sequence[date]) -> list[Model]:
        judged.extend(days)
        return models(topic, days)

    monkeypatch.setattr(replay_pool, "_models", noting)
    fit = topic.carried.fit(topic.links["chance", ""], date(2025, 2, 15))
    assert _mean_of(fit.parts[0][1]) == pytest.approx(43 / 106, abs=0.006)
    assert min(judged) == topic.opens


def test_a_topic_with_variants_is_carried_as_all_of_them_together(tmp_path: Path):
    """Each variant's draws by its weight: here the prior weights times the evidence of the rows."""
    variants = '\n[variants.high]\nweight = 0.4\nwhy = "It may be far higher."\n'
    priors = '[share]\nprior = "Beta(alpha=2, beta=3)"\nwhy = "A number made up for a test."\n\n[variants.high.priors.share]\nprior = "Beta(alpha=30, beta=30)"\nwhy = "A number made up for a test."\n'
    topic = linked_topic(tmp_path, source_more=variants, source_priors=priors)
    fit = topic.carried.fit(topic.links["chance", ""], DAY)
    rivals = [(2, 3, 0.6), (30, 30, 0.4)]
    evidence = np.array([w * np.exp(betaln(a + 7, b + 15) - betaln(a, b)) for a, b, w in rivals])
    mean = float(evidence @ np.array([(a + 7) / (a + b + 22) for a, b, _ in rivals]) / evidence.sum())
    shares = np.array([weight for weight, _ in fit.parts])
    means = np.array([_mean_of(text) for _, text in fit.parts])
    assert float(shares @ means / shares.sum()) == pytest.approx(mean, abs=0.006)


def _mean_of(text: str) -> float:
    alpha, beta = (float(part.split("=")[1].rstrip(")")) for part in text.split("(")[1].split(", "))
    return alpha / (alpha + beta)


def test_a_variant_of_the_target_may_have_a_prior_of_its_own_instead(tmp_path: Path):
    """The variant's prior is a statement, the topic's as it stands the link, and both are mixed."""
    more = '\n[variants.own]\nweight = 0.5\nwhy = "It may be another share."\n'
    priors = (
        linked_priors("posterior(source.share)")
        + '\n[variants.own.priors.chance]\nprior = "Beta(alpha=8, beta=2)"\nwhy = "A number made up for a test."\n'
    )
    topic = linked_topic(tmp_path, target_more=more, priors=priors)
    published = published_answers(topic, DAY, SETTINGS)
    texts = {name: its.posterior.model.topic.parameters["chance"].prior.text for name, its in published.results.items()}  # type: ignore[union-attr]
    assert texts["own"] == "Beta(alpha=8, beta=2)"
    assert texts["base"].startswith("Beta(alpha=")
    assert texts["base"] != texts["own"]


def test_a_fit_that_is_too_far_is_refused_at_the_link(tmp_path: Path):
    """The message has the distances; a Cauchy is what no five Normals come near."""
    write_linked_book(tmp_path, priors=linked_priors("posterior(source.place)", name="chance", unit="m"))
    path = tmp_path / "priors/source.toml"
    path.write_text(path.read_text() + '\n[place]\nprior = "Cauchy(alpha=0, beta=1)"\nwhy = "A number made up for a test."\nunit = "m"\n')
    path = tmp_path / "seeds/source/topic.toml"
    path.write_text(path.read_text() + '\n[questions.where]\nasks = "Where?"\nanswer = "place"\nsettled = "By looking."\n')
    path = tmp_path / "seeds/target/topic.toml"
    path.write_text(
        path.read_text().replace("p=chance", "p=expit(chance)").replace('probability = "chance"', 'probability = "expit(chance)"')
    )
    book, problems = read_book(tmp_path)
    assert [problem.message for problem in problems] == []
    topic = with_carried_posteriors(book.topics["target"], DAY, SETTINGS)
    with pytest.raises(Unsound) as refused:
        model_as_of(topic, DAY)
    (problem,) = refused.value.problems
    assert (problem.place.path, problem.place.line) == ("priors/target.toml", 2)
    assert problem.message.startswith(
        "the posterior of `source.place` cannot be carried as a prior: the nearest mixture of at most five distributions is too far from it (Kolmogorov distance 0.0"
    )


def test_nothing_is_computed_of_a_link_that_nobody_follows(tmp_path: Path):
    """A model of such a topic is refused with the reason, and not made with another prior."""
    write_linked_book(tmp_path)
    topic = read_book(tmp_path)[0].topics["target"]
    with pytest.raises(Unsound) as refused:
        model_as_of(topic, DAY)
    assert (
        refused.value.problems[0].message
        == "the prior of `chance` is `posterior(source.share)`, and what was asked for computes no other topic"
    )


def test_one_label_of_a_parameter_is_carried_alone(tmp_path: Path):
    """The rows of that label count, and those of the other do not; a label that is missing, or unknown, is a problem at the link."""
    write_linked_book(tmp_path, link="posterior(source.share[b])")
    path = tmp_path / "seeds/source/topic.toml"
    text = path.read_text().split("[quantities]")[0].replace("p=share", "p=share[kind]")
    path.write_text(text + "next.kind = \"'a'\"\n" + MANY)
    path = tmp_path / "seeds/source/cases.csv"
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([f"{header},kind", *(f"{row},{kind}" for row, kind in zip(rows, "ab", strict=True))]) + "\n")
    path = tmp_path / "priors/source.toml"
    path.write_text(path.read_text() + 'per = "kind"\n')
    book, problems = read_book(tmp_path)
    assert [problem.message for problem in problems] == []
    topic = with_carried_posteriors(book.topics["target"], DAY, SETTINGS)
    fit = topic.carried.fit(topic.links["chance", ""], DAY)
    assert _mean_of(fit.parts[0][1]) == pytest.approx((2 + 4) / (5 + 12), abs=0.008)
    for link, message in (
        ("share", "`source.share` has a value for each label: name one of them"),
        ("share[c]", "`source.share` has no label `c`"),
    ):
        (tmp_path / "priors/target.toml").write_text(linked_priors(f"posterior(source.{link})"))
        assert [problem.message for problem in read_book(tmp_path)[1]] == [message]
