"""All pages of the reference with their pictures; ``python -m forecast.reference.pages`` writes them to forecast/docs/reference/."""

from __future__ import annotations

from pathlib import Path

from forecast.book.files.writing import write_whole
from forecast.reference.command_help import commands_page
from forecast.reference.distributions import distribution_pictures, distributions_page
from forecast.reference.expressions import expressions_page
from forecast.reference.keys import KEY_PAGES, key_page
from forecast.reference.python_interface import python_page
from forecast.reference.questions import questions_page
from forecast.reference.record_columns_page import records_page

REFERENCE_DIRECTORY = Path(__file__).resolve().parents[1] / "docs" / "reference"


def reference_texts() -> dict[str, str]:
    """Return the text of each page and picture, by its path in the folder of the reference."""
    return {
        **{f"{page}.md": key_page(page) for page in KEY_PAGES},
        "records.md": records_page(),
        "expressions.md": expressions_page(),
        "distributions.md": distributions_page(),
        "questions.md": questions_page(),
        "commands.md": commands_page(),
        "python.md": python_page(),
        **distribution_pictures(),
    }


def write_pages() -> None:
    """Write the pages and pictures to their place, and remove what is none of them."""
    texts = reference_texts()
    for path in REFERENCE_DIRECTORY.rglob("*"):
        if path.is_file() and path.relative_to(REFERENCE_DIRECTORY).as_posix() not in texts:
            path.unlink()
    for name, text in texts.items():
        write_whole(REFERENCE_DIRECTORY / name, text)


if __name__ == "__main__":
    write_pages()
