"""Variants as they are read: each a whole topic with its replacements, and nothing else changed."""

from __future__ import annotations

from pathlib import Path

from forecast.book.hashes import numbers_hash, priors_hash, words_hash
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from tests.support.variant_books import VARIANTS, write_variant_book


def read(root: Path, **parts: str) -> Topic:
    """The topic of a book without problems."""
    write_variant_book(root, **parts)
    book, problems = read_book(root)
    assert [problem.message for problem in problems] == []
    return book.topics["made"]


def test_each_variant_is_a_topic_with_what_it_replaces(tmp_path: Path):
    """A variant has the statements and priors of the topic but for those that it replaces, and says as written what these are."""
    topic = read(tmp_path)
    assert list(topic.rivals) == ["base", "bursts", "fast"]
    statements = {name: (rival.streams["events"].value.text, rival.parameters["rate"].prior.text) for name, rival in topic.rivals.items()}
    assert statements == {
        "base": ("Poisson(mu=rate * years)", "Gamma(alpha=2, beta=2)"),
        "bursts": ("NegativeBinomial(mu=rate * years, alpha=2 * years)", "Gamma(alpha=2, beta=2)"),
        "fast": ("Poisson(mu=rate * years)", "Gamma(alpha=20, beta=2)"),
    }
    assert topic.variants["fast"].changes == {"priors.rate": "Gamma(alpha=20, beta=2)"}
    assert topic.prior_weights == {"base": 0.5, "bursts": 0.3, "fast": 0.2}
    assert all(not rival.variants for rival in topic.rivals.values())


def test_the_topic_as_it_stands_is_what_it_was_without_variants(tmp_path: Path):
    """Its hashes are those of a book in which nobody wrote variants, and those of the topic with them are others."""
    with_variants = read(tmp_path / "one")
    without = read(tmp_path / "other", more="", priors="")
    for hashed in (numbers_hash, words_hash, priors_hash):
        assert hashed(with_variants.as_it_stands) == hashed(without)
        assert hashed(with_variants) != hashed(without)


def test_a_parameter_that_a_variant_does_without_is_none_of_its_own(tmp_path: Path):
    """A variant has its own parameters, and not those which only the statements that it replaces use."""
    own = VARIANTS.replace("mu=rate * years", "mu=pace * years")
    priors = (
        '\n[variants.bursts.priors.pace]\nprior = "Gamma(alpha=3, beta=1)"\nwhy = "A number made up for a test."\nunit = "events a year"\n'
    )
    topic = read(tmp_path, more=own.split("[variants.fast]")[0], priors=priors)
    assert {name: list(rival.parameters) for name, rival in topic.rivals.items()} == {"base": ["rate"], "bursts": ["pace"]}


def test_a_problem_in_a_variant_stands_where_it_was_written(tmp_path: Path):
    """Its place is in the variant's own table, whatever way of writing TOML was chosen, and its message names the variant."""
    write_variant_book(tmp_path, more=VARIANTS.replace("rate * years, alpha", "rat * years, alpha"))
    _, problems = read_book(tmp_path)
    (problem,) = problems
    assert problem.message == "in the variant `bursts`: unknown name `rat`"
    assert "streams.events.value" in problem.source
    assert problem.source[problem.place.column - 1 :].startswith("rat *")
