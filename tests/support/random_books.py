"""Random books of small topics: streams of every kind, units and names of every sort, rows of 0, 1, 2 and of ranges, with clauses and without."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

OPENS, AS_OF, BY = date(2025, 1, 1), date(2026, 1, 31), date(2026, 12, 31)
NAMES = (
    "wishes", "into_battle", "arrivals", "news", "captures", "walk_ins", "is_open", "a_b_c", "one_or_more", "no_shows", "gas", "x", "men", "boats", "orders",
    "first_ones", "people_seen", "men_at_work", "zero_days", "if_any",
)  # fmt: skip
UNITS = (("", ""), ("men", ""), ("people", ""), ("children", ""), ("soldiers", ""), ("ox", "oxen"), ("man", "men"), ("1 if promised", ""), ("boats lost", ""), ("strikes", ""))  # fmt: skip
MEASURES = (("", ""), ("cm", ""), ("per cent", ""), ("share", ""), ("captures for each thousand soldier-months", ""), ("USD million", ""))
CLAUSES = (
    ("", "", ""),
    ("", "", ""),
    ("another captive asks to go South", "{n} more captives ask to go South", "no other captive asks to go South"),
    ("the contingent goes into battle", "the contingent goes into battle {n} times", "the contingent stays out of battle"),
    ("a ship is lost", "", ""),
    ("", "{n} ships are lost", ""),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """A kind of counting stream: its statement, the columns of its rows, and those of what is to come."""

    value: str
    column: str = ""
    priors: tuple[str, ...] = ("rate",)


COUNTS = (
    Counts("Poisson(mu=rate * months)"),
    Counts("NegativeBinomial(mu=rate * months, alpha=rate * months / clumping)", priors=("rate", "clumping")),
    Counts("Poisson(mu=40 * rate * months)"),
    Counts("Binomial(n=asked, p=chance)", "asked", ("chance",)),
    Counts("Binomial(n=1, p=1 - (1 - chance) ** months)", priors=("chance",)),
)
PRIORS = {
    "rate": 'prior = "Gamma(alpha=2, beta=12)"\nunit = "a month"',
    "clumping": 'prior = "Gamma(alpha=2, beta=2)"\nunit = "variance over mean, less 1"',
    "chance": 'prior = "Beta(alpha=2, beta=9)"',
    "level": 'prior = "Normal(mu=3, sigma=2)"\nunit = "cm"',
    "odds": 'prior = "LogNormal(p5=0.02, p95=0.4)"\nunit = "odds of being taken, against a neighbour\'s"',
    "cause": 'prior = "Categorical(fear=0.5, belief=0.3, chance_alone=0.2)"',
}


def write_random_books(root: Path, count: int, *, seed: int = 1) -> None:
    """Write a book of ``count`` topics, `t000` and so on, each a random book of its own."""
    for number in range(count):
        _write_topic(root, f"t{number:03}", random.Random(f"{seed} {number}"))


def _write_topic(root: Path, name: str, rng: random.Random) -> None:
    folder = root / "seeds" / name
    folder.mkdir(parents=True)
    (root / "priors").mkdir(exist_ok=True)
    used: set[str] = set()
    parts = [f'title = "A topic"\nopens = {OPENS}\nstep = "{rng.choice(("month", "quarter"))}"']
    streams: list[str] = []
    for stream in rng.sample(NAMES, rng.choice((1, 1, 2))):
        make: Callable[[random.Random, str, Path, set[str]], str] = rng.choices((_counting, _measuring), (5, 1))[0]
        parts.append(make(rng, stream, folder, used))
        streams.append(stream)
    parts += _questions(rng, streams, used)
    (folder / "topic.toml").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    priors = [f'[{prior}]\n{PRIORS[prior]}\nwhy = "A number made up for a test."' for prior in sorted(used)]
    (root / "priors" / f"{name}.toml").write_text("\n\n".join(priors) + "\n", encoding="utf-8")


def _counting(rng: random.Random, name: str, folder: Path, used: set[str]) -> str:
    kind, watched = rng.choice(COUNTS), rng.random() < 0.5
    used.update(kind.priors)
    unit, clauses = rng.choice(UNITS), rng.choice(CLAUSES)
    lines = [f"[streams.{name}]", 'about = "what is counted here"', f'value = "{kind.value}"', *_unit_lines(unit)]
    lines += [f'{key} = "{text}"' for key, text in zip(("event", "events", "no_event"), clauses, strict=True) if text]
    lines += ["watched = true"] if watched else []
    lines += ['next = { asked = "2" }'] if kind.column else []
    most = 1 if "n=1," in kind.value else 2
    rows, day = [], OPENS
    for _ in range(rng.choice((0, 1, 2, 4))):
        length = rng.choice((10, 31, 90))
        last = day + timedelta(days=length - 1)
        if last >= AS_OF:
            break
        value = rng.choice((0, 0, 1, 2)[: 2 + most])
        ranged = most == 2 and not watched and rng.random() < 0.2
        cells = [str(day), str(last), "" if ranged else str(value), *(["1", rng.choice(("", "2"))] if ranged else ["", ""])]
        rows.append(",".join([*cells, "A list", "B", *(["2"] if kind.column else [])]))
        day = last + timedelta(days=1 + rng.choice((0, 0, 5)))
    if rows:
        header = "from,to,value,value_low,value_high,source,grade" + (f",{kind.column}" if kind.column else "")
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return "\n".join(lines)


def _measuring(rng: random.Random, name: str, folder: Path, used: set[str]) -> str:
    used.add("level")
    lines = [
        f"[streams.{name}]",
        'about = "what is measured here"',
        'value = "Normal(mu=level, sigma=1)"',
        *_unit_lines(rng.choice(MEASURES)),
    ]
    lines += ['events = "the level is {n}"'] if rng.random() < 0.5 else []
    rows = [f"{OPENS + timedelta(days=30 * at)},{rng.choice((0, 1, 2, 2.5))},A list,B" for at in range(rng.choice((0, 1, 3)))]
    if rows:
        (folder / f"{name}.csv").write_text("\n".join(["on,value,source,grade", *rows]) + "\n", encoding="utf-8")
    return "\n".join(lines)


def _unit_lines(unit: tuple[str, str]) -> list[str]:
    return [f'{key} = "{text}"' for key, text in zip(("unit", "units"), unit, strict=True) if text]


def _questions(rng: random.Random, streams: Sequence[str], used: set[str]) -> list[str]:
    first = streams[0]
    asked = [
        ("how_many", f'answer = "total({first})"\nby = {BY}\nsince = {AS_OF}'),
        ("at_least_one", f'answer = "total({first}) >= 1"\nby = {BY}\nsince = {AS_OF}'),
        ("more_than_two", f'answer = "total({streams[-1]}) > 2"\nby = {BY}'),
        ("when", f'answer = "first(total({first}) >= 1)"\nby = {BY}\nsince = {AS_OF}'),
        ("if_some", f'answer = "total({first}) >= 3"\ngiven = "total({streams[-1]}) >= 1"\nby = {BY}\nsince = {AS_OF}'),
        ("how_often", 'answer = "odds"'),
        ("what_cause", 'answer = "cause"'),
        ("any_of_it", f'annulled = 0.05\nanswer = "total({first}) >= 1"\nby = {BY}\nsince = {AS_OF}'),
    ]
    chosen = rng.sample(asked, 3)
    used.update(prior for prior in ("odds", "cause") if any(f'"{prior}"' in text for _, text in chosen))
    return [f'[questions.{name}]\nasks = "What is asked here?"\n{text}\nsettled = "By the list."' for name, text in chosen]
