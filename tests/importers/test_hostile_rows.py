"""Files of the formats with one row a forecast that somebody tampered with: the import ends with messages, and what it wrote can be read."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.actions.import_record import import_files
from forecast.book.files.folder import Folder
from forecast.book.files.problems import has_errors
from forecast.forecasts.reading import collection_names, read_collection
from forecast.importers.choices import ImportChoices
from forecast.importers.formats import FORMATS
from tests.importers.conftest import NOW
from tests.importers.test_row_formats import FATEBOOK, PREDICTIONS, START, bet, market

pytestmark = pytest.mark.medium

ANSWERS = [{"id": "a", "text": "Red"}, {"id": "b", "text": "Blue"}]
SEVERAL = {"outcomeType": "MULTIPLE_CHOICE", "mechanism": "cpmm-multi-1", "answers": ANSWERS, "resolution": "a", "resolutionTime": START}
MAPPED = (
    "question,text,type,options,who,kind,at,until,form,value,opens,close,resolution,resolved,tags,url\n"
    "a,Will it?,binary,,me,person,2025-01-01 10:00:00,2025-02-01,probability,0.5,2024-01-01,2026-01-01,yes,2025-05-05,x; y,http://x\n"
    'b,Which?,options,"[""r"", ""s""]",ann,person,2025-01-01 10:00:00Z,,options,"{""r"": 0.5, ""s"": 0.5}",,,label r,2025-05-05,,\n'
    'c,How many?,number,,bot,bot,2025-01-01 10:00,,quantiles,"[[0.1, 2], [0.9, 3]]",,,not_by 3,2025-05-05,,\n'
    "d,When?,date,,crowd,aggregate,2025-01-01 10:00,,date,2025-03-03,,,date 2025-04-04,2025-05-05,,\n"
)
BASES = {
    "fatebook": FATEBOOK,
    "predictionbook": json.dumps(PREDICTIONS),
    "manifold": json.dumps([market(resolution="YES", resolutionTime=START), market("s", **SEVERAL), bet("1", 5, 0.5), bet("2", 9, 0.25)]),
    "csv": MAPPED,
}
PIECES = [
    *(
        "",
        "\0",
        "\udc80",
        '"',
        "'",
        ",",
        "\n",
        "\r",
        "\\u0000",
        "\\n",
        "\\ud800",
        "[",
        "]",
        "{",
        "}",
        "null",
        "true",
        "nan",
        "NaN",
        "1e999",
    ),
    *("-1", "0", "1", "9" * 400, "1e308", "\u202e", "\u2028", "\ufeff", "=1+1", "a" * 25_000, "[" * 300, "me", "me-2", "person-1", "../x"),
    *("a;b", "#", "٣", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "0001-01-01T00:00:00+23:59", "cdf", "withdrawn", "void", "several"),
]


@pytest.mark.parametrize("name", sorted(BASES))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_file_what_is_written_can_be_read(name: str, data: st.DataObject):
    """Up to three places of a sound file are overwritten; the collection has no errors, and a second import adds nothing."""
    text = BASES[name]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at + data.draw(st.integers(0, 8)) :]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "seeds").mkdir()
        file = root / "file.txt"
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        choices = ImportChoices(zone="UTC", others=True, private=True)
        result = import_files(root, FORMATS[name], [file], choices, clock=lambda: NOW)
        assert result.path or result.problems
        for collection in collection_names(Folder(root)):
            _, problems = read_collection(Folder(root), collection)
            assert not has_errors(problems), problems
        if result.path:
            again = import_files(root, FORMATS[name], [file], choices, clock=lambda: NOW)
            assert not any(again.added.values()), again.added


@pytest.mark.parametrize("piece", ["\ufeff", "\\ufeff"])
def test_a_byte_order_mark_inside_a_text_leaves_a_collection_that_can_be_read(piece: str, tmp_path: Path):
    """Wherever one stands in a file of rows, as itself or as JSON writes it: in a text it becomes a blank, in an option the row is refused."""
    for at in range(0, len(BASES["csv"]), 3):
        root = tmp_path / str(at)
        (root / "seeds").mkdir(parents=True)
        file = root / "file.txt"
        file.write_text(BASES["csv"][:at] + piece + BASES["csv"][at:], encoding="utf-8")
        import_files(root, FORMATS["csv"], [file], ImportChoices(zone="UTC", others=True, private=True), clock=lambda: NOW)
        for collection in collection_names(Folder(root)):
            assert not has_errors(read_collection(Folder(root), collection)[1])
