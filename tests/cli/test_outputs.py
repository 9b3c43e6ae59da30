"""What every command prints after ``--json`` fits its schema, and every schema is fresh."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forecast.cli.outputs.formats import OUTPUT_FORMATS, WITHOUT_FORMAT
from forecast.cli.outputs.schemas import OUTPUT_COMMANDS, OUTPUT_DIRECTORY, output_schema_texts
from tests.actions.test_market_import_trades import kalshi_fill
from tests.cli.conftest import Run
from tests.cli.test_diff_published import edit_first_answer
from tests.cli.test_market_coherence import add as add_ladder_contract
from tests.cli.test_market_coherence import ask
from tests.cli.test_market_import import with_contracts
from tests.cli.test_market_stake import add as add_contract
from tests.cli.test_market_stake import moment, write
from tests.support.command_line import CliRunner, commands
from tests.support.fixtures import fixture_file
from tests.support.json_schema import schema_faults
from tests.support.market_books import write_market_book
from tests.support.metaculus_zips import forecast, question, score, write_zip
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

SETTLED = """
[questions.one_by_autumn]
asks    = "Will the ferry break down by the end of September 2024?"
by      = 2024-09-30
answer  = "total(breakdowns) >= 1"
settled = "By the harbour log."
"""

type Prepare = Callable[[Path], tuple[str, ...]]  # prepares a book, and returns what is typed


def schema_of(name: str) -> Any:
    """The committed schema of an output."""
    return json.loads((OUTPUT_DIRECTORY / f"{name}.json").read_text(encoding="utf-8"))


def imported(*words: str) -> Prepare:
    """A record from elsewhere, with two scored questions, and then words."""

    def prepared(book: Path) -> tuple[str, ...]:
        file = write_zip(
            book.parent / "data.zip",
            [question(at, Resolution=how, Resolution_Known_Time="2026-01-21 09:30:00+00:00") for at, how in ((1, "yes"), (2, "no"))],
            [forecast(1, 11, Probability_Yes=0.25), forecast(2, 11, Probability_Yes=0.5)],
            [score(1, 11)],
        )
        if words:
            ran = CliRunner().invoke(commands(), ["import", "metaculus", str(file), "--me", "user11", "--book", str(book)])
            assert ran.exit_code == 0, ran.stderr
        return words or ("import", "metaculus", str(file))

    return prepared


def judged(*words: str) -> Prepare:
    """A topic that people answer, with a forecast on record, and then words."""

    def prepared(book: Path) -> tuple[str, ...]:
        for typed in (("new", "club", "--like", "judgement"), ("say", "club", "40%", "--why", "As last year.")):
            ran = CliRunner().invoke(commands(), [*typed, "--book", str(book)])
            assert ran.exit_code == 0, ran.output
        return words

    return prepared


def overdue(book: Path) -> tuple[str, ...]:
    """A forecast on a question that closed long ago."""
    ran = CliRunner().invoke(commands(), ["say", "three_more", "30%", "--on", "2025-10-01", "--why", "A guess.", "--book", str(book)])
    assert ran.exit_code == 0, ran.output
    return ("due",)


def compared(book: Path) -> tuple[str, ...]:
    """A report whose answers have changed since a file was kept."""
    kept = book.parent / "kept.json"
    kept.write_bytes((book / "reports" / "ferry.json").read_bytes())
    edit_first_answer(book)
    return "diff", str(kept), "--published"


def quoted_alone(*words: str) -> Prepare:
    """A contract with a quote, and then words."""

    def prepared(book: Path) -> tuple[str, ...]:
        add_contract(book, "ferry-log")
        write(book, "quotes", f"ferry-log,{moment(2)},bid-ask,0.10,0.12,,,500,500,900,open,,")
        return words

    return prepared


def quoted(*words: str) -> Prepare:
    """A contract with a quote and a trade, and then words."""

    def prepared(book: Path) -> tuple[str, ...]:
        quoted_alone()(book)
        write(book, "positions", f"ferry-log,{moment(3)},buy,yes,10,0.11,0.1")
        return words

    return prepared


def laddered(book: Path) -> tuple[str, ...]:
    """Two deadlines whose prices contradict each other."""
    ask(book, early=(1, "total(breakdowns) >= 30"), last=(3, "total(breakdowns) >= 30"))
    add_ladder_contract(book, "early", "early", bid="0.60", ask="0.62")
    add_ladder_contract(book, "last", "last", bid="0.30", ask="0.32")
    return "market", "coherence", "ferry"


def settled(book: Path) -> tuple[str, ...]:
    """A question that the record has settled."""
    with (book / "seeds/ferry/topic.toml").open("a") as file:
        file.write(SETTLED)
    return "score", "ferry", "--hindcasts"


def row_file(book: Path) -> tuple[str, ...]:
    """A file with a row for a record."""
    file = book.parent / "rows.csv"
    file.write_text("from,to,value,source\n2025-02-01,2025-02-03,1,log\n")
    return "observe", "breakdowns", "--rows", str(file)


def market_file(book: Path) -> tuple[str, ...]:
    """A recorded file of a venue."""
    with_contracts(book, "kalshi", ["X"])
    return "market", "import", "kalshi", str(fixture_file("kalshi", "kalshi-market.json")), "--retrieved", "2026-08-09T12:00:00Z"


def trades_file(book: Path) -> tuple[str, ...]:
    """A file of fills, one of which cannot be read."""
    with_contracts(book, "kalshi", ["KXRAIN-26"])
    file = book.parent / "fills.json"
    file.write_text(json.dumps({"fills": [kalshi_fill(), kalshi_fill(fill_id="f3", action="give")]}))
    return "market", "import-trades", "kalshi", str(file)


def typed(*words: str) -> Prepare:
    """Words alone."""
    return lambda _: words


CASES: dict[str, Prepare] = {
    "calibration": imported("calibration"),
    "check": typed("check", "--rows"),
    "diff": typed("diff", "2024-11-01", "2025-01-01"),
    "diff-published": compared,
    "due": overdue,
    "evidence": typed("evidence", "ferry", "--as-of", "2025-01-01"),
    "history": typed("history", "three_more"),
    "import": imported(),
    "market-add": typed("market", "add", "three_more", "--venue", "kalshi", "--id", "KXFERRY-25DEC31", "--side", "yes"),
    "market-coherence": laddered,
    "market-import": market_file,
    "market-import-trades": trades_file,
    "market-list": quoted("market", "list"),
    "market-positions": quoted("market", "positions"),
    "market-stake": quoted("market", "stake", "--bankroll", "200"),
    "market-trade": quoted_alone("market", "trade", "ferry-log", "buy", "yes", "5", "--price", "0.2"),
    "new": typed(
        "new",
        "bridge",
        "--like",
        "hazard",
        "--asks",
        "Will it close in 2899?",
        "--prior",
        "rate=0.02 to 0.5",
        "--why",
        "rate=It has closed before.",
    ),
    "observe": typed("observe", "breakdowns", "--on", "2025-02-01", "--value", "1", "--source", "log"),
    "observe-rows": row_file,
    "prior-elicit": typed("prior", "elicit", "burstiness", "--interval", "1", "6"),
    "prior-predictive": typed("prior", "predictive", "ferry"),
    "prior-set": typed("prior", "set", "ferry.burstiness", "LogNormal(p5=0.5, p95=9)"),
    "prior-show": typed("prior", "show", "ferry", "--as-of", "2025-01-01"),
    "problems": typed("show", "no_such_question"),
    "record": judged("say", "club", "55%", "--why", "Two more have joined."),
    "score": imported("score"),
    "score-hindcasts": settled,
    "show": judged("show"),
    "update": typed("update", "--no-referee", "--no-insight"),
    "update-plan": typed("update", "--plan", "--no-referee"),
    "whatif": typed("whatif", "ferry", "--as-of", "2025-01-01", "--prior", "burstiness=LogNormal(p5=0.5, p95=9)"),
    "why": typed("why", "three_more"),
    "why-since": typed("why", "three_more", "--since", "2024-11-01"),
}


FILLED = {  # a list or table of each output that must hold something, so that what is in it is looked at
    "calibration": "probabilities",
    "check": "rows",
    "diff": "topics",
    "diff-published": "changes",
    "due": "due",
    "evidence": "rows",
    "history": "points",
    "import": "added",
    "market-coherence": "arbitrage",
    "market-import-trades": "skipped",
    "market-list": "contracts",
    "market-positions": "positions",
    "market-stake": "contracts",
    "new": "implied",
    "observe-rows": "rows",
    "prior-elicit": "offers",
    "prior-predictive": "answers",
    "prior-set": "after",
    "prior-show": "ferry",
    "problems": "problems",
    "score": "rows",
    "score-hindcasts": "rows",
    "update": "topics",
    "update-plan": "topics",
    "whatif": "after",
    "why": "rests_on",
    "why-since": "parts",
}
EXIT_CODES = {"problems": 1, "market-import-trades": 3}


@pytest.mark.parametrize("name", CASES)
def test_what_a_command_prints_fits_its_schema(name: str, published: Path, run: Run):
    """The output has its version and no key that its schema does not describe."""
    ran = run(*CASES[name](published), "--json", on=published)
    assert ran.code == EXIT_CODES.get(name, 0), ran.err
    value = json.loads(ran.out)
    assert schema_faults(value, schema_of(name), closed=True) == []
    assert name in WITHOUT_FORMAT or value["format"] == OUTPUT_FORMATS[name]
    assert name not in FILLED or value[FILLED[name]]


def test_what_market_compare_prints_fits_its_schema(tmp_path: Path, run: Run):
    """Contracts with all that a price would ask one to believe."""
    write_market_book(tmp_path)
    value = json.loads(run("market", "compare", "--json", "--as-of", "2026-06-30", on=tmp_path).out)
    assert value["topics"]
    assert schema_faults(value, schema_of("market-compare"), closed=True) == []


def test_what_init_prints_fits_its_schema(tmp_path: Path):
    """The paths of a new book."""
    ran = CliRunner().invoke(commands(), ["init", str(tmp_path), "--json"])
    assert schema_faults(json.loads(ran.stdout), schema_of("init"), closed=True) == []


def test_every_output_is_printed_by_a_test_and_has_a_command_and_a_version():
    """No command prints JSON under a name that has no schema, and none in another way."""
    printed: set[str] = set()
    for path in (ROOT / "forecast" / "cli").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print_output":
                assert isinstance(call.args[0], ast.Constant)
                printed.add(str(call.args[0].value))
    assert printed == set(OUTPUT_FORMATS) == set(OUTPUT_COMMANDS) == {*CASES, "init", "market-compare"}


@pytest.mark.parametrize("name", OUTPUT_FORMATS)
def test_the_schemas_of_outputs_are_fresh(name: str):
    """What is committed is what the types give (else run `python -m forecast.cli.outputs.schemas`)."""
    assert (OUTPUT_DIRECTORY / f"{name}.json").read_text(encoding="utf-8") == output_schema_texts()[name]


def test_schemas_are_listed_and_printed():
    """Without a name all are listed; with one it is printed; an unknown one is refused with one that is like it."""
    listed = CliRunner().invoke(commands(), ["schemas"]).stdout
    assert [line.split()[0] for line in listed.splitlines() if line.startswith("  ")] == [
        "topic",
        "priors",
        "contracts",
        "book",
        *OUTPUT_FORMATS,
    ]
    shown = CliRunner().invoke(commands(), ["schemas", "due"])
    assert json.loads(shown.stdout)["title"] == "forecast due --json"
    wrong = CliRunner().invoke(commands(), ["schemas", "shw"])
    assert (wrong.exit_code, "did you mean `show`?" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"format": 1, "paths": "a"}, "/paths: 'a' is no array"),
        ({"format": 2, "paths": []}, "/format: 2 is not 1"),
        ({"format": True, "paths": []}, "/format: True is not 1"),
        ({"format": 1}, ": without paths"),
        ({"format": 1, "paths": [], "more": 0}, ": more is not described"),
    ],
)
def test_what_does_not_fit_is_found(value: Any, fault: str):
    """The check of outputs finds a wrong type, version, a missing key and one that is not described."""
    assert schema_faults(value, schema_of("init"), closed=True) == [fault]
