"""The table of rules: whole, without two of a name, and as SCORING.md shows it.

``python -m tests.scoring.test_rules`` writes the tables into the page.
"""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

from forecast.scoring.platform_rules import WEIGHTINGS
from forecast.scoring.rule import Rule, rule_of, rules_table, weightings_table
from forecast.scoring.rules import SCORING_RULES
from tests.support.paths import ROOT

PAGE = ROOT / "forecast" / "SCORING.md"
PACKAGE = ROOT / "forecast" / "scoring"
MARKS = {"rules": rules_table(SCORING_RULES), "weightings": weightings_table(WEIGHTINGS)}
AIDS = {  # public functions that are no score, or a step of one
    "baseline_probability",
    "bucket_middles",
    "peer_factor",
    "probability_of_class",
    "probability_of_outcome",
    "spot_time",
    "closed_forms",
    "cut_closed_forms",
    "durations_within",
    "add_weighted",
    "seconds_since",
    "time_weighted_mean",
}
WITHOUT_RULES = {"checks", "community", "metaculus_crowd", "metaculus_forecasts", "metaculus_question", "metaculus_scale", "rule"}


def test_names_and_labels_are_used_once():
    """No two rules share a name or a label, and names are words of the command line."""
    assert len({rule.name for rule in SCORING_RULES}) == len({rule.label for rule in SCORING_RULES}) == len(SCORING_RULES)
    assert all(rule.name.replace("-", "").isalpha() and rule.name.islower() for rule in SCORING_RULES)


def test_a_rule_is_found_by_its_name():
    """A name gives its rule, and an unknown one all names that there are."""
    assert rule_of("peer", SCORING_RULES).label == "Metaculus peer (0 for the mean of the others)"
    with pytest.raises(KeyError, match="brier-two-sided"):
        rule_of("briar", SCORING_RULES)


def test_functions_exist():
    """Each rule and each weighting names functions that are there, one for all forms or one for each."""
    for rule in SCORING_RULES:
        assert len(rule.functions) in {1, len(rule.forms)}, rule.name
    for path in [path for rule in SCORING_RULES for path in rule.functions] + [each.function for each in WEIGHTINGS]:
        module, name = path.split(".")
        assert callable(getattr(import_module(f"forecast.scoring.{module}"), name))


def test_every_score_has_a_rule():
    """Every public function that gives a score is named by a rule or a weighting."""
    named = {path for rule in SCORING_RULES for path in rule.functions} | {each.function for each in WEIGHTINGS}
    wanted = {
        f"{path.stem}.{node.name}"
        for path in PACKAGE.glob("*.py")
        if path.stem not in WITHOUT_RULES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name not in AIDS
    }
    assert named == wanted


def test_an_improper_rule_says_what_pays():
    """A rule is proper, or a sentence says which deviation pays."""
    arguments = {"name": "a", "label": "A", "unit": "", "higher_is_better": True, "forms": (), "types": (), "functions": (), "source": ""}
    with pytest.raises(ValueError, match="a sentence"):
        Rule(**arguments, proper="")


@pytest.mark.parametrize("mark", MARKS)
def test_the_page_shows_the_tables(mark: str):
    """What stands between the marks of forecast/SCORING.md is made from the tables of rules and weightings."""
    text = PAGE.read_text(encoding="utf-8")
    assert text == with_table(text, mark)
    assert with_table(text.replace(MARKS[mark], "| old |"), mark) == text


def with_table(text: str, mark: str) -> str:
    """The page with one of its tables made again."""
    before, rest = text.split(f"<!-- {mark} -->\n", maxsplit=1)
    _, after = rest.split(f"<!-- end of {mark} -->", maxsplit=1)
    return f"{before}<!-- {mark} -->\n{MARKS[mark]}\n<!-- end of {mark} -->{after}"


def write_page(path: Path) -> None:
    """Make both tables of the page again."""
    text = path.read_text(encoding="utf-8")
    for mark in MARKS:
        text = with_table(text, mark)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_page(PAGE)
