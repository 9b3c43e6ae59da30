"""One-year-ahead forecasts of yearly arrivals by four models, each as of 31 January of its year: log scores, and how often 90 % intervals cover.

``python -m tests.studies.arrivals`` writes the table beside this file, in a few minutes.  Each forecast is a run of the project's engine on
what was known on the day; the count's distribution is averaged over the posterior draws.  The models: the published one (all variants, weighted
by prior weight times evidence of that day), a Gaussian random walk on yearly rows, and the book's older model of four regimes with labels
known on the day.  The priors of all were written in 2024 and 2026, by people who had seen the record; the regimes, too, were chosen then.
"""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import typer
from scipy import special, stats  # noqa: TID253 - distributions of another source than the project's

from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.inference.importance.evidence import evidence_of
from forecast.inference.posterior import Posterior
from forecast.language.arrays import Array
from forecast.model.drift import extend_parameters
from forecast.model.settings import Settings, generator
from forecast.predict.analysis import Analysis, analyse
from tests.support.paths import ROOT

TABLE = Path(__file__).with_suffix(".md")
YEARS = range(2002, 2026)
OPENS = 2002
DRAWS = 4096  # of each run; a score of -15 is known to about half a unit, all others to a tenth
LEVELS = (0.05, 0.5, 0.95)
OLD_TOPIC = """title = "Four regimes"
opens = 2002-01-01
step = "year"
[streams.arrivals]
about = "people"
value = "NegativeBinomial(mu=arrivals_a_year[regime] * change ** unseen * years, alpha=steadiness * years)"
next = { regime = "'REGIME'", unseen = "1" }
unit = "people"
"""
OLD_PRIORS = """[arrivals_a_year]
per = "regime"
unit = "people a year"
prior.leaky = "LogNormal(p5=300, p95=6000)"
prior.guarded = "LogNormal(p5=200, p95=4000)"
prior.closed = "LogNormal(p5=10, p95=1000)"
prior.reopened = "LogNormal(p5=80, p95=1500)"
why.leaky = "As in 0.3.0."
why.guarded = "As in 0.3.0."
why.closed = "As in 0.3.0."
why.reopened = "As in 0.3.0."
reviewed = 2024-11-15
[steadiness]
prior = "LogNormal(median=12, factor=5)"
unit = "x"
why = "As in 0.3.0."
reviewed = 2024-11-15
[change]
prior = "LogNormal(median=1, factor=1.7)"
unit = "x"
why = "As in 0.3.0."
reviewed = 2024-11-15
"""


@dataclass(frozen=True, slots=True)
class Predictive:
    """A count as a mixture of negative binomials: means, shapes and weights of the draws, ``(draws,)`` each, weights adding up to 1."""

    mean: Array
    shape: Array
    weight: Array

    def log_density(self, count: int) -> float:
        """The log probability of a count."""
        return float(special.logsumexp(self._logs(count), b=self.weight))

    def below(self, count: float) -> float:
        """The probability of a count or less."""
        return float(self.weight @ stats.nbinom.cdf(count, self.shape, self.shape / (self.shape + self.mean)))

    def quantile(self, share: float) -> int:
        """The smallest count with at least this share at or below it."""
        low, high = -1, 1
        while self.below(high) < share:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.below(middle) >= share else (middle, high)
        return high

    def covers(self, count: int) -> bool:
        """Whether a count lies between the 5 and the 95 % quantile, both included."""
        return self.below(count) >= LEVELS[0] and (count == 0 or self.below(count - 1) < LEVELS[-1])

    def _logs(self, count: int) -> Array:
        logs: Array = stats.nbinom.logpmf(count, self.shape, self.shape / (self.shape + self.mean))
        return logs


def mixed(parts: Mapping[Predictive, float] | list[tuple[Predictive, float]]) -> Predictive:
    """Return a mixture of predictive distributions with weights that add up to 1."""
    pairs = list(parts.items()) if isinstance(parts, Mapping) else parts
    return Predictive(
        np.concatenate([its.mean for its, _ in pairs]),
        np.concatenate([its.shape for its, _ in pairs]),
        np.concatenate([its.weight * share for its, share in pairs]),
    )


def yearly_counts() -> dict[int, tuple[int, str]]:
    """The newest count of each whole year, and the older model's label of its regime."""
    with (ROOT / "seeds" / "arrivals" / "arrivals.csv").open(encoding="utf-8", newline="") as record:
        rows = [row for row in csv.DictReader(record) if row["from"].endswith("01-01") and row["to"].endswith("12-31")]
    return {int(row["from"][:4]): (int(row["value"]), row["regime"]) for row in rows}


def published(year: int, settings: Settings) -> Predictive:
    """The book's model as of 31 January, all variants by prior weight times evidence."""
    topic = _topic(ROOT / "seeds" / "arrivals", ROOT / "priors" / "arrivals.toml", year)
    parts, weights = [], []
    for name, rival in topic.rivals.items():
        made = analyse(rival, date(year, 1, 31), settings, referee=False)
        parts.append(predictive(made, year))
        weights.append(np.log(topic.prior_weights[name]) + log_evidence(made.result.posterior))
    shares = special.softmax(weights)
    return mixed(list(zip(parts, shares.tolist(), strict=True)))


def log_evidence(posterior: Posterior) -> float:
    """The log evidence of a variant, by whichever engine; an evidence that is not known raises ``NoBridge`` or AssertionError, and counts as no number."""
    return evidence_of(posterior, generator(1, "arrivals study", "evidence")).log


def random_walk(year: int, settings: Settings) -> Predictive:
    """A Gaussian random walk on yearly rows, with priors of its own."""
    book = ROOT / "tests" / "books" / "drift"
    made = _analysed(book / "seeds" / "drift" / "topic.toml", book / "priors" / "drift.toml", year, {}, settings)
    return predictive(made, year)


def regimes(year: int, settings: Settings, *, closure_known: bool) -> Predictive:
    """The model of 0.3.0 with labels known on the day: a year's label with its count, and the closed border of January 2020 at once if asked."""
    if year == OPENS:
        return _regimes_before_any_row()
    counts = yearly_counts()
    labels = {its: label for its, (_, label) in counts.items() if its < year}
    regime = "closed" if closure_known and year == 2020 else labels.get(year - 1, "leaky")
    with tempfile.TemporaryDirectory() as folder:
        topic, priors = Path(folder) / "topic.toml", Path(folder) / "priors.toml"
        topic.write_text(OLD_TOPIC.replace("REGIME", regime), encoding="utf-8")
        kept = {*labels.values(), regime}
        priors.write_text(
            "".join(
                line
                for line in OLD_PRIORS.splitlines(keepends=True)
                if "." not in line.split(" ")[0] or line.split(" ")[0].split(".")[1] in kept
            ),
            encoding="utf-8",
        )
        return predictive(_analysed(topic, priors, year, labels, settings), year, regime)


def _regimes_before_any_row() -> Predictive:
    """The older model's first year by its priors alone, the year being leaky."""
    rng, z = np.random.default_rng(1), special.ndtri(0.95)
    logs = rng.normal(size=(3, 8192)) / z
    mean = np.sqrt(300 * 6000) * np.exp(logs[0] * np.log(np.sqrt(6000 / 300))) * np.exp(logs[1] * np.log(1.7))
    return Predictive(mean, 12 * np.exp(logs[2] * np.log(5)), np.full(8192, 1 / 8192))


def predictive(made: Analysis, year: int, regime: str = "") -> Predictive:
    """The count of a year given a model's posterior draws, walks drawn on to that year."""
    posterior = made.result.posterior
    drawn = extend_parameters(made.model, posterior.parameters, generator(1, "arrivals study"), until=date(year, 12, 31))
    if regime:
        labels = made.model.topic.parameters["arrivals_a_year"].labels
        mean = drawn["arrivals_a_year"][:, labels.index(regime)] * drawn["change"][:, 0]
    elif "away" in drawn:
        mean = np.exp(drawn["long_run"][:, 0] + drawn["away"][:, year - OPENS])
    else:
        mean = np.exp(drawn["level"][:, year - OPENS])
    return Predictive(mean, drawn["steadiness"][:, 0], np.exp(posterior.log_weight))


def forecasts(years: Iterator[int] | range, settings: Settings) -> Iterator[tuple[int, str, Predictive]]:
    """Yield each model's forecast of each year."""
    for year in years:
        yield year, "published", published(year, settings)
        yield year, "random walk", random_walk(year, settings)
        yield year, "regimes, labels with the count", regimes(year, settings, closure_known=False)
        yield year, "regimes, closure known at once", regimes(year, settings, closure_known=True)


def _topic(folder: Path, priors: Path, year: int) -> Topic:
    """A topic with one question, the count of a year, and only the streams' rows that its folder has."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        shutil.copytree(
            folder,
            root / "seeds" / "arrivals",
            ignore=shutil.ignore_patterns("questions.csv", "resolutions.csv", "forecasts.csv", "README.md"),
        )
        (root / "priors").mkdir()
        shutil.copy(priors, root / "priors" / "arrivals.toml")
        path = root / "seeds" / "arrivals" / "topic.toml"
        text = re.sub(r"^(origin|lead|note) ", "# ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        asked = f'[questions.count]\nasks = "How many?"\nsince = {year}-01-01\nby = {year}-12-31\nanswer = "total(arrivals)"\nsettled = "By the count."\n'
        at = text.find("[questions.")
        path.write_text((text if at < 0 else text[:at]) + asked, encoding="utf-8")
        book, problems = read_book(root, ["arrivals"])
    if "arrivals" not in book.topics:
        raise SystemExit("\n".join(str(problem) for problem in problems))
    return book.topics["arrivals"]


def _analysed(topic: Path, priors: Path, year: int, labels: Mapping[int, str], settings: Settings) -> Analysis:
    """A model on the yearly rows of the years before, as of 31 January."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copy(topic, folder / "topic.toml")
        with (folder / "arrivals.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["from", "to", "value", *(["regime", "unseen"] if labels else []), "source", "grade"])
            for its, (count, _) in yearly_counts().items():
                if its < year:
                    writer.writerow([f"{its}-01-01", f"{its}-12-31", count, *([labels[its], 0] if labels else []), "study", "A"])
        return analyse(_topic(folder, priors, year), date(year, 1, 31), settings, referee=False)


def table(found: list[tuple[int, str, Predictive]]) -> str:
    """The study's page in Markdown."""
    counts = yearly_counts()
    names = list(dict.fromkeys(name for _, name, _ in found))
    by = {(year, name): its for year, name, its in found}
    years = sorted({year for year, _, _ in found})
    lines = [
        "# One year ahead",
        "",
        "`python -m tests.studies.arrivals` makes this page. Each cell is a forecast as of 31 January of the year, of the count of arrivals in that year: median, 90 % interval, and log score (natural; nearer to 0 is better). The priors of all models were written by people who had seen the record, and so were the regimes. A score of −15 is known to about half a unit, the others to a tenth.",
        "",
        "| model | log score, sum | without 2020 | 90 % intervals cover |",
        "|---|--:|--:|--:|",
    ]
    for name in names:
        scores = {year: by[year, name].log_density(counts[year][0]) for year in years}
        cover = sum(by[year, name].covers(counts[year][0]) for year in years)
        lines.append(
            f"| {name} | {sum(scores.values()):.1f} | {sum(scores.values()) - scores.get(2020, 0):.1f} | {cover} of {len(years)} |"
        )
    lines += ["", f"| year | count | {' | '.join(names)} |", f"|---|--:|{'---|' * len(names)}"]
    for year in years:
        cells = []
        for name in names:
            its = by[year, name]
            low, middle, high = (its.quantile(share) for share in LEVELS)
            cells.append(f"{middle:,} ({low:,} to {high:,}), {its.log_density(counts[year][0]):.2f}")
        lines.append(f"| {year} | {counts[year][0]:,} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def main(draws: int = DRAWS) -> None:
    """Write the table beside this file."""
    TABLE.write_text(table(list(forecasts(YEARS, Settings(draws=draws, chances=False)))), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
