"""``forecast docs``, and the pages that it shows."""

from __future__ import annotations

import re

from forecast.actions.documentation import DOCS_DIRECTORY, DOCS_PARTS, find_page, list_pages
from forecast.cli.completion import complete_page
from tests.support.command_line import CliRunner, commands


def test_pages_are_listed_by_part():
    """Without a page the command says where the documentation lies, and names each page once with its heading."""
    ran = CliRunner().invoke(commands(), ["docs"])
    assert ran.exit_code == 0
    assert str(DOCS_DIRECTORY) in ran.stdout
    for page in list_pages():
        assert re.search(rf"^  {page.name} +{re.escape(page.heading)}$", ran.stdout, flags=re.MULTILINE)


def test_a_page_is_printed_as_it_is():
    """The page on priors is its file, to the byte."""
    ran = CliRunner().invoke(commands(), ["docs", "priors"])
    page = find_page("priors")
    assert page is not None
    assert (ran.exit_code, ran.stdout) == (0, page.path.read_text(encoding="utf-8"))


def test_an_unknown_page_is_refused_with_those_there_are():
    """A typing error leads to the page that was meant; anything else to the list."""
    near, far = (CliRunner().invoke(commands(), ["docs", name]) for name in ("prior", "zzzzz"))
    assert (near.exit_code, far.exit_code) == (2, 2)
    assert "priors" in near.output
    assert "expressions" in far.output


def test_names_of_pages_are_unique_and_complete_in_a_shell():
    """No two parts have a page of one name, and what is typed is completed."""
    names = [page.name for page in list_pages()]
    assert len(set(names)) == len(names)
    assert [name for name, _ in complete_page("pri")] == ["priors"]


def test_the_first_page_links_every_page_and_each_link_leads_somewhere():
    """docs/README.md links all pages, every page begins with its heading, and relative links of all pages lead to files of the package."""
    files = [DOCS_DIRECTORY / "README.md", *(page.path for page in list_pages())]
    assert {page.part for page in list_pages()} == set(DOCS_PARTS)
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# ")
        links = re.findall(r"\]\((?!https?:)([^)#\s]+)", text)
        targets = [(path.parent / link).resolve() for link in links]
        assert [link for link in targets if not link.exists() or not link.is_relative_to(DOCS_DIRECTORY.parent)] == [], (
            path
        )  # the wheel has no other files
    linked = {(DOCS_DIRECTORY / link).resolve() for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", files[0].read_text(encoding="utf-8"))}
    assert [page.name for page in list_pages() if page.path.resolve() not in linked] == []


def test_anchors_lead_to_headings():
    """A link to a place in a page has a heading there, by the rule of code hosts."""
    for page in list_pages():
        text = page.path.read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!https?:)([^)\s]*#[^)\s]+)\)", text):
            path, anchor = link.split("#")
            target = (page.path.parent / path).resolve() if path else page.path
            assert anchor in anchors(target.read_text(encoding="utf-8")), (page.name, link)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", outside, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
