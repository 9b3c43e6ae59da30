"""``python -m tests.benchmarks.programs.forward BOOK``: the answers of the piano tuners' topic, from its files."""

from __future__ import annotations

import sys

from forecast.api import open_book


def main(book: str) -> None:
    """Print the answers."""
    for name, answer in open_book(book).topic("tuners").answers().items():
        print(name, answer.value, answer.quantiles if hasattr(answer, "quantiles") else "")


if __name__ == "__main__":
    main(*sys.argv[1:])
