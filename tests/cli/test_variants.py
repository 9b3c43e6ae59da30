"""Commands on a topic with variants: none takes the topic as it stands for all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecast.book.reading import read_book
from forecast.report.files import read_report
from tests.cli.conftest import Run
from tests.support.variant_books import write_variant_book

pytestmark = [pytest.mark.medium, pytest.mark.slow]

DAY = ("--as-of", "2025-12-31")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of one topic with two variants."""
    root = tmp_path / "book"
    write_variant_book(root)
    return root


def test_update_mixes_reports_and_remembers_the_verdicts(run: Run, book: Path):
    """The report has weights that add up to 1, answers under each, ranges beside the error; the second update does nothing, and pages show it."""
    made = run("update", *DAY)
    assert made.code == 0, made.err
    assert "Over variants the chance is" in made.out
    content = read_report(book, "reports/as-of/2025-12-31/made.json")
    assert content is not None
    rivals = content["variants"]["rivals"]
    assert [rival["name"] for rival in rivals] == ["base", "bursts", "fast"]
    assert sum(rival["after"] for rival in rivals) == pytest.approx(1, abs=1e-5)
    assert {rival["verdict"] for rival in rivals} == {"agreed"}
    answer = content["answers"][0]
    under = [rival["answers"][0]["value"]["value"] for rival in rivals]
    mixed = sum(rival["after"] * value for rival, value in zip(rivals, under, strict=True))
    assert answer["value"]["value"] == pytest.approx(mixed, abs=2e-3)
    assert answer["variants"]["ranges"] == [{"label": "", "low": min(under), "high": max(under)}]
    kinds = {check["kind"] for check in content["verdict"]["checks"]}
    assert "evidence" in kinds
    insight = content["insight"]
    assert insight is not None
    assert insight["history"]["points"][-1]["values"] == pytest.approx(
        [answer["value"]["value"]], abs=1e-4
    )  # as many digits as its error has
    assert len(insight["leverage"]) >= 3
    for suffix in ("md", "html"):
        page = (book / f"reports/as-of/2025-12-31/made.{suffix}").read_text(encoding="utf-8")
        assert "Rival structures" in page
        assert "over variants the chance is" in page
    again = run("update", *DAY)
    assert "0 files written" in again.out


def test_an_edited_weight_is_another_report(run: Run, book: Path):
    """A weight that is edited changes the answer, and the plan says that something changed."""
    run("update", *DAY, "--no-referee")
    before = read_report(book, "reports/as-of/2025-12-31/made.json")
    path = book / "seeds/made/topic.toml"
    path.write_text(path.read_text().replace("weight = 0.2", "weight = 0.6"))
    planned = run("update", *DAY, "--no-referee", "--plan")
    assert "variant `fast`" in planned.out
    run("update", *DAY, "--no-referee")
    after = read_report(book, "reports/as-of/2025-12-31/made.json")
    assert before is not None
    assert after is not None
    assert after["answers"][0]["value"]["value"] > before["answers"][0]["value"]["value"] + 0.02


def test_whatif_shows_a_variant_alone_and_saves_one(run: Run, book: Path):
    """`--variant` answers as if it alone were true; `--save-variant` writes what was supposed, and the book reads it as it was."""
    shown = json.loads(run("whatif", "made", *DAY, "--variant", "fast", "--json").out)
    assert shown["after"]["many"]["value"]["value"] > shown["before"]["many"]["value"]["value"]
    saved = run(
        "whatif",
        "made",
        *DAY,
        "--prior",
        "rate=Gamma(alpha=50, beta=2)",
        "--save-variant",
        "faster",
        "--weight",
        "0.1",
        "--why",
        "It may be so.",
    )
    assert saved.code == 0, saved.err
    assert "written to priors/made.toml and seeds/made/topic.toml" in saved.out
    topic = read_book(book)[0].topics["made"]
    assert topic.variants["faster"].changes == {"priors.rate": "Gamma(alpha=50, beta=2)"}
    assert topic.prior_weights["base"] == pytest.approx(0.4)
    again = run(
        "whatif",
        "made",
        *DAY,
        "--prior",
        "rate=Gamma(alpha=9, beta=2)",
        "--save-variant",
        "faster",
        "--weight",
        "0.1",
        "--why",
        "It may be so.",
    )
    assert again.code == 1
    assert "a variant `faster` is there already" in again.err
    heavy = run(
        "whatif",
        "made",
        *DAY,
        "--prior",
        "rate=Gamma(alpha=9, beta=2)",
        "--save-variant",
        "other",
        "--weight",
        "0.5",
        "--why",
        "It may be so.",
    )
    assert heavy.code == 1
    assert "leaves nothing for the topic as it stands" in heavy.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("export", "made", "--pymc"), 1, "say which with --variant"),
        (("export", "made", "--pymc", "--variant", "burst"), 1, "did you mean `bursts`?"),
        (("export", "made", "--pymc", "--variant", "bursts"), 0, "NegativeBinomial"),
        (("whatif", "made", "--variant", "slow"), 1, "has no variant `slow`"),
        (("whatif", "made", "--save-variant", "x", "--variant", "fast"), 2, "saved from --prior alone"),
        (("whatif", "made", "--prior", "rate=Gamma(alpha=9, beta=2)", "--save-variant", "x"), 2, "a weight and a reason"),
        (("evidence", "made"), 1, "say which with --variant"),
        (("diff", "2025-06-30", "2025-12-31"), 1, "what was asked for is of one model alone"),
        (("check",), 0, "made, fast"),
        (("prior", "show", *DAY), 0, "made, bursts"),
        (("history", "made.many", "--until", "2025-12-31", "--every", "month"), 0, "events: 4 (30 September 2025)"),
    ],
)
def test_no_command_takes_the_base_for_all_variants(run: Run, words: tuple[str, ...], code: int, said: str):
    """Each command answers for all variants together, for the one that is named, or says that it is of one model alone."""
    shown = run(*words)
    assert shown.code == code, shown.err
    assert said in shown.out + shown.err
