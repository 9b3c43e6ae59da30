"""Commands on a topic with variants: none takes the topic as it stands for all of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - closed forms to hold against

from forecast.book.reading import read_book
from forecast.content.variants import ONE_ENGINE
from forecast.report.files import read_report
from tests.cli.conftest import Run
from tests.support.market_books import write_market_book
from tests.support.repositories import git
from tests.support.variant_books import PRIORS, write_variant_book

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
    assert "Rival versions of the model give" in made.out
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
    (move,) = insight["moves"]
    assert move["since"] == "2025-09-29"
    assert [part["kind"] for part in move["parts"]] == ["time", "row", "noise"]
    assert move["before"][0] + sum(part["points"][0] for part in move["parts"]) == pytest.approx(move["after"][0], abs=2e-3)
    for suffix in ("md", "html"):
        page = (book / f"reports/as-of/2025-12-31/made.{suffix}").read_text(encoding="utf-8")
        assert "Rival structures" in page
        assert "rival versions of the model give" in page
    again = run("update", *DAY)
    assert "0 files written" in again.out


def test_a_variant_with_another_prior_says_whose_draws_and_paths_it_has(run: Run, book: Path):
    """Of three variants the one that differs in its prior alone says that draws and paths are those under `base`; its wider priors are weighed too."""
    write_variant_book(book, priors=PRIORS.replace("Gamma(alpha=20, beta=2)", "Gamma(alpha=3, beta=2)"))
    made = run("update", *DAY, "--no-referee")
    assert made.code == 0, made.err
    content = read_report(book, "reports/as-of/2025-12-31/made.json")
    assert content is not None
    said = {rival["name"]: rival["sentence"] for rival in content["variants"]["rivals"]}
    borrowed = "The draws and the simulated paths are those under `base`, weighted anew by the ratio of the priors."
    assert said == {"base": ONE_ENGINE, "bursts": ONE_ENGINE, "fast": f"{ONE_ENGINE} {borrowed}"}
    assert content["insight"] is not None
    assert [its["weights"] is not None for its in content["variants"]["wider"]] == [True, True]
    assert [rival.get("draws_of") for rival in content["variants"]["rivals"]] == [None, None, "base"]
    page = (book / "reports/as-of/2025-12-31/made.md").read_text(encoding="utf-8")
    assert page.count("not refereed; draws of base, weighted anew") == 1


def test_stacked_weights_stand_beside_those_of_the_evidence(run: Run, book: Path):
    """With `combine = "stacking"` the report says what was scored, and what evidence would give; another combination is another answer."""
    path = book / "seeds/made/topic.toml"
    path.write_text('combine = "stacking"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    made = run("update", *DAY, "--no-referee")
    assert made.code == 0, made.err
    content = read_report(book, "reports/as-of/2025-12-31/made.json")
    assert content is not None
    variants = content["variants"]
    assert (variants["combine"], variants["reason"]) == ("stacking", "")
    assert variants["scored"] == {"rows": 3, "days": 3, "stated_days": 4.0}
    by_evidence = {rival["name"]: rival["by_evidence"] for rival in variants["rivals"]}
    assert sum(by_evidence.values()) == pytest.approx(1, abs=1e-4)
    assert all(abs(rival["after"] - by_evidence[rival["name"]]) > rival["error"] > 0 for rival in variants["rivals"])
    assert content["insight"] is not None
    assert [part["name"] for part in content["insight"]["moves"][0]["parts"]][-2:] == ["variants", "noise"]
    page = (book / "reports/as-of/2025-12-31/made.md").read_text(encoding="utf-8")
    assert "would have foreseen the record best: 3 rows, known on 3 days" in page
    assert "By evidence" in page
    path.write_text(path.read_text().replace('combine = "stacking"', 'combine = "evidence"'))
    assert "how variants are combined" in run("update", *DAY, "--no-referee", "--plan").out


def test_an_edited_weight_is_named_among_what_moved_an_answer(run: Run, book: Path):
    """The difference from a report made before a weight was edited has a part for that, and its parts add up to the change."""
    run("update", *DAY, "--no-referee", "--no-insight")
    git(book, "init", "--quiet", "--initial-branch=main")
    git(book, "add", ".")
    git(book, "commit", "--quiet", "-m", "A book")
    path = book / "seeds/made/topic.toml"
    path.write_text(path.read_text().replace("weight = 0.2", "weight = 0.6"))
    shown = run("diff", str(book / "reports/as-of/2025-12-31/made.json"), "2025-12-31", "--json")
    assert shown.code == 0, shown.err
    (topic,) = json.loads(shown.out)["topics"]
    assert [part["about"] for part in topic["parts"]][:-1] == ["the variants or their weights were edited"]
    assert topic["parts"][0]["points"][0] > 0.02
    assert topic["before"][0] + sum(part["points"][0] for part in topic["parts"]) == pytest.approx(topic["after"][0])


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
        (("diff", "2025-06-30", "2025-12-31"), 0, "4 events, 1 July to 30 September 2025"),
        (("why", "made.many", "--since", "2025-06-30"), 0, "4 events, 1 July to 30 September 2025"),
        (("check",), 0, "made, fast"),
        (("prior", "show", *DAY), 0, "made, bursts"),
        (("history", "made.many", "--until", "2025-12-31", "--every", "month"), 0, "4 events (1 July to 30 September 2025)"),
    ],
)
def test_no_command_takes_the_base_for_all_variants(run: Run, words: tuple[str, ...], code: int, said: str):
    """Each command answers for all variants together, for the one that is named, or says that it is of one model alone."""
    shown = run(*words)
    assert shown.code == code, shown.err
    assert said in shown.out + shown.err


def test_a_number_is_exported_by_all_variants_together(run: Run, book: Path, tmp_path: Path):
    """The distribution function of a rate is that of two Gamma posteriors by their stated weights; each question says when a chance is mixed."""
    topic = book / "seeds/made/topic.toml"
    text = topic.read_text(encoding="utf-8").replace("[variants.bursts]", "[variants.unused]")
    head, _, fast = text.partition("[variants.unused]")
    asked = '[questions.how_fast]\nasks = "How many a year?"\nanswer = "rate"\nsettled = "By the record."\n\n'
    stated = 'combine = "stated"\n' + head + asked + "[variants.fast]" + fast.partition("[variants.fast]")[2]
    topic.write_text(stated, encoding="utf-8")
    out = tmp_path / "payload.json"
    words = ("--question-id", "7", "--bounds", "0", "20", "--open", "upper")
    ran = run("export", "made.how_fast", "--metaculus", str(out), *words, *DAY)
    assert ran.code == 0, ran.err
    (payload,) = json.loads(out.read_text(encoding="utf-8"))
    years = 273 / 365.25
    posteriors = [(0.8, stats.gamma(2 + 6, scale=1 / (2 + years))), (0.2, stats.gamma(20 + 6, scale=1 / (2 + years)))]
    at = np.linspace(0, 20, 201)
    expected = sum(weight * posterior.cdf(at) for weight, posterior in posteriors)
    assert np.abs(np.array(payload["continuous_cdf"]) - expected).max() < 0.015  # the server's least slope included
    assert run("export", "made.many", "--metaculus", str(out), "--question-id", "8", *DAY).code == 0
    (payload,) = json.loads(out.read_text(encoding="utf-8"))
    ahead = 457 / 365.25  # what the rows have not seen of 2025, and 2026: a Poisson count of a Gamma rate
    rest = [(0.8, stats.nbinom(2 + 6, (2 + years) / (2 + years + ahead))), (0.2, stats.nbinom(20 + 6, (2 + years) / (2 + years + ahead)))]
    many = sum(weight * count.sf(12 - 6 - 1) for weight, count in rest)
    assert payload["probability_yes"] == pytest.approx(many, abs=0.005)


def test_contracts_are_compared_with_the_answer_of_all_variants(run: Run, tmp_path: Path):
    """The page and the command have the mixed answer beside the price, and say why no belief is worked out."""
    write_market_book(tmp_path / "market")
    topic = tmp_path / "market/seeds/storms/topic.toml"
    rival = '[variants.bursts]\nweight = 0.3\nwhy = "They may come in bursts."\n'
    rival += 'streams.storms.value = "NegativeBinomial(mu=rate * years, alpha=2 * years)"\n'
    topic.write_text(topic.read_text(encoding="utf-8") + rival, encoding="utf-8")
    made = run("update", "--as-of", "2026-06-30", on=tmp_path / "market")
    assert made.code == 0, made.err
    content = read_report(tmp_path / "market", "reports/as-of/2026-06-30/storms.json")
    assert content is not None
    (page, _) = content["contracts"]
    ran = run("market", "compare", "three-storms", "--json", "--as-of", "2026-06-30", on=tmp_path / "market")
    (printed,) = json.loads(ran.out)["topics"]["storms"]
    assert printed["fair"] == page["fair"]
    assert page["no_belief"] == printed["no_belief"] == "the topic has variants, each with parameters of its own"
    chance = content["answers"][0]["value"]["value"]
    assert page["fair"]["value"] == pytest.approx((0.95 * chance + 0.02 * (1 - chance)), abs=0.01)
