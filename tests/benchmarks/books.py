"""Books of many small topics and of long records, written to be measured; every number in them is invented."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

OPENS = date(2025, 1, 1)
ROWS = 20  # of each small topic
MOST_DAYS = 300_000  # of a long record: a book holds no day before the year 1000
KINDS = ("hazard", "count", "share", "hypotheses")


def write_small_topics(root: Path, count: int, *, seed: int = 1) -> None:
    """Write a book of small topics of four kinds in turn, each with 20 rows and two questions or three."""
    for folder in ("seeds", "priors", "reports"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        name, kind = f"t{number:05}", KINDS[number % len(KINDS)]
        numbers = random.Random(f"{seed} {number}")
        topic, stream, priors, columns, values = SMALL_TOPICS[kind](numbers)
        (root / "seeds" / name).mkdir(exist_ok=True)
        (root / "seeds" / name / "topic.toml").write_text(f'title = "Topic {number}"\nopens = {OPENS}\nstep = "month"\n{topic}', "utf-8")
        (root / "priors" / f"{name}.toml").write_text(priors, "utf-8")
        days = (OPENS + timedelta(days=7 * week) for week in range(ROWS))
        lines = [f"{day},{day + timedelta(days=6)},{cells},invented" for day, cells in zip(days, values, strict=True)]
        (root / "seeds" / name / f"{stream}.csv").write_text("\n".join([f"from,to,{columns},source", *lines]) + "\n", "utf-8")


def write_long_record(root: Path, rows: int, *, seed: int = 1) -> None:
    """Write a book of one topic: a mean and a spread, and a number read on each of many days; several on a day, where days do not suffice."""
    for folder in ("seeds/level", "priors", "reports"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    days = min(rows, MOST_DAYS)
    opens = date(2026, 1, 1) - timedelta(days=days)
    (root / "seeds/level/topic.toml").write_text(
        f'title = "A level"\nopens = {opens}\nstep = "month"\n\n[streams.readings]\nabout = "the level"\nvalue = "Normal(mu=mean, sigma=spread)"\n\n'
        '[questions.high]\nasks = "Is the mean above 10?"\nanswer = "mean > 10"\n\n[questions.how_wide]\nasks = "How large is the spread?"\nanswer = "spread"\n',
        "utf-8",
    )
    (root / "priors/level.toml").write_text(
        '[mean]\nprior = "Normal(mu=9, sigma=3)"\nunit = "metres"\nwhy = "A number made up to be measured."\n\n'
        '[spread]\nprior = "LogNormal(median=2, factor=3)"\nunit = "metres"\nwhy = "A number made up to be measured."\n',
        "utf-8",
    )
    numbers = random.Random(seed)
    with (root / "seeds/level/readings.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("on,value,source\n")
        file.writelines(f"{opens + timedelta(days=row * days // rows)},{numbers.gauss(10, 2):.3f},gauge\n" for row in range(rows))


def _hazard(numbers: random.Random) -> tuple[str, str, str, str, list[str]]:
    topic = (
        '\n[streams.events]\nabout = "times it happened"\nvalue = "Poisson(mu=rate * months)"\nwatched = true\n\n'
        '[questions.happens]\nasks = "Will it happen?"\nsince = 2026-01-01\nby = 2027-12-31\nanswer = "total(events) >= 1"\n\n'
        '[questions.when]\nasks = "When?"\nsince = 2026-01-01\nby = 2027-12-31\nanswer = "first(total(events) >= 1)"\n'
    )
    priors = '[rate]\nprior = "Gamma(p5=0.02, p95=0.5)"\nunit = "times a month"\nwhy = "A number made up to be measured."\n'
    return topic, "events", priors, "value", [str(int(numbers.random() < 0.05)) for _ in range(ROWS)]


def _count(numbers: random.Random) -> tuple[str, str, str, str, list[str]]:
    topic = (
        '\n[streams.cases]\nabout = "cases"\nvalue = "NegativeBinomial(mu=rate * months, alpha=burstiness * months)"\n\n'
        '[questions.many]\nasks = "More than 400 by the end of 2026?"\nby = 2026-12-31\nanswer = "total(cases) > 400"\n\n'
        '[questions.how_many]\nasks = "How many by the end of 2026?"\nby = 2026-12-31\nanswer = "total(cases)"\n'
    )
    priors = (
        '[rate]\nprior = "LogNormal(median=15, factor=3)"\nunit = "cases a month"\nwhy = "A number made up to be measured."\n\n'
        '[burstiness]\nprior = "LogNormal(median=3, factor=5)"\nunit = "a month"\nwhy = "A number made up to be measured."\n'
    )
    return topic, "cases", priors, "value", [str(int(numbers.expovariate(0.25))) for _ in range(ROWS)]


def _share(numbers: random.Random) -> tuple[str, str, str, str, list[str]]:
    topic = (
        '\n[streams.groups]\nabout = "how many said yes, of those asked"\n'
        'value = "BetaBinomial(n=asked, alpha=evenness * share, beta=evenness * (1 - share))"\n\n'
        '[questions.what_share]\nasks = "What share?"\nanswer = "share"\n\n[questions.most]\nasks = "More than half?"\nanswer = "share > 0.5"\n'
    )
    priors = (
        '[share]\nprior = "Beta(mean=0.5, strength=3)"\nwhy = "A number made up to be measured."\n\n'
        '[evenness]\nprior = "LogNormal(median=20, factor=6)"\nunit = "cases"\nwhy = "A number made up to be measured."\n'
    )
    return topic, "groups", priors, "value,asked", [f"{numbers.randint(0, 12)},{numbers.randint(12, 30)}" for _ in range(ROWS)]


def _hypotheses(numbers: random.Random) -> tuple[str, str, str, str, list[str]]:
    topic = (
        '\n[streams.faults]\nabout = "faults"\nvalue = "Poisson(mu=rate * months)"\n\n'
        '[quantities]\nrate = "worn_rate if cause == \\"wear\\" else sound_rate"\n\n'
        '[questions.why]\nasks = "Is it wear?"\nanswer = "cause == \\"wear\\""\n\n'
        '[questions.more]\nasks = "Ten more by the end of 2026?"\nby = 2026-12-31\nsince = 2026-01-01\nanswer = "total(faults) >= 10"\n'
    )
    priors = (
        '[cause]\nprior = "Categorical(wear=0.4, chance=0.6)"\nwhy = "A number made up to be measured."\n\n'
        '[worn_rate]\nprior = "Gamma(p5=0.5, p95=4)"\nunit = "faults a month"\nwhy = "A number made up to be measured."\n\n'
        '[sound_rate]\nprior = "Gamma(p5=0.05, p95=0.6)"\nunit = "faults a month"\nwhy = "A number made up to be measured."\n'
    )
    return topic, "faults", priors, "value", [str(int(numbers.random() < 0.2)) for _ in range(ROWS)]


SMALL_TOPICS = {"hazard": _hazard, "count": _count, "share": _share, "hypotheses": _hypotheses}
