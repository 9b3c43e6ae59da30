"""What a report's file leaves out: digits below the error, curves that no picture has, keys that stand once in columns."""

from __future__ import annotations

import copy
import json
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.schema.columns import columns_to_tables, tables_to_columns
from forecast.schema.compact import compact_content, round_by_error, round_digits, round_error
from forecast.schema.topic import ReportFault, content_bytes, digest_of, read_content
from tests.support.paths import ROOT, topic_reports
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium

REPORTS = sorted(path for path in topic_reports(ROOT / "reports") if "as-of" not in path.parts)


def rounded(value: float, digits: int) -> Decimal:
    """A number rounded to significant digits, halves upward, as it is written."""
    exact = Decimal(repr(value))
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), rounding=ROUND_HALF_UP).normalize()


@pytest.mark.parametrize(
    ("value", "error", "kept"),
    [
        (0.123756, 0.00234, 0.1238),
        (0.123449, 0.00234, 0.1234),
        (0.12496, 0.00234, 0.12496),  # 0.1250 would be rounded up where the number is rounded down
        (0.125, 0.00234, 0.125),
        (1234.46, 78.0, 1234.0),
        (2045.03, 60.0, 2045.03),  # 2045.0 ends in 5 as well
        (2044.97, 60.0, 2044.97),
        (2045.0, 60.0, 2045.0),
        (20450.3, 600.0, 20450.3),
        (0.000412345, 0.1, 0.000412),  # no number becomes 0 by its error
        (0.123456, 0.0, 0.123456),
        (0.0, 0.1, 0.0),
    ],
)
def test_a_number_has_the_digits_that_its_error_allows(value, error, kept):
    """Two digits of the error are those of the number too, three at least; what would end in 5 without being so keeps more."""
    assert round_by_error(value, error) == kept


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e3), st.integers(1, 3))
def test_rounding_again_gives_what_it_gave_before(value, error, digits):
    """A number rounded by its error prints as it did, to as many digits as a page shows of it; so do errors and other figures."""
    value = float(f"{value:.6g}")
    assert rounded(round_digits(value), digits) == rounded(value, digits)
    assert rounded(round_error(value), digits) == rounded(value, digits)
    assert rounded(round_by_error(value, error), digits) == rounded(value, digits)


@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e3))
def test_what_is_rounded_is_not_rounded_again(value, error):
    """Insight that is remembered from a report gives the same report."""
    once, its_error = round_by_error(float(f"{value:.6g}"), error), round_error(error)
    assert (round_by_error(once, its_error), round_error(its_error)) == (once, its_error)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_committed_reports_are_compact(path):
    """Compacting a committed report again changes nothing but curves, which may lose a point."""
    content = read_content(path.read_bytes())
    again = compact_content(content)
    for each in (content, again):
        for parameter in each["parameters"]:
            for which in ("prior", "posterior"):
                parameter[which].pop("shape", None)
        for answer in each["answers"]:
            if answer["kind"] == "distribution" and answer["value"] is not None:
                answer["value"].pop("shape")
    assert again == content


def test_a_curve_is_kept_only_where_a_picture_has_it():
    """A parameter with a value for each label is drawn as intervals; without its curve one that is drawn is refused."""
    content = copy.deepcopy(sample_content())
    drawn = [each for each in content["parameters"] if "shape" in each["posterior"]]
    assert drawn
    assert all(not each["label"] and not each["categories"] for each in drawn)
    assert any(each["label"] or each["categories"] for each in content["parameters"])
    del drawn[0]["posterior"]["shape"]
    content["digest"] = digest_of(content)
    with pytest.raises(ReportFault, match=r"parameters\.\d+\.posterior`: there is no curve for its picture"):
        read_content(content_bytes(content))


def test_tables_stand_in_the_file_as_columns_and_are_read_as_rows():
    """Each key stands once in the file; a file of format 2, with rows, is read as well."""
    content = with_insight(sample_content())
    written = json.loads(content_bytes(content))
    row = content["insight"]["leverage"][0]["values"]
    assert written["insight"]["leverage"][0]["values"] == {key: [each[key] for each in row] for key in ("value", "change", "error")}
    assert written["verdict"] != content["verdict"] or not content["verdict"]["checks"]
    assert columns_to_tables(written) == columns_to_tables(content) == content
    assert tables_to_columns(columns_to_tables(written)) == written
    earlier = {**content, "format": 2}
    earlier["digest"] = digest_of(earlier)
    assert read_content(json.dumps(earlier).encode()) == earlier


@pytest.mark.parametrize("spoilt", [{"value": [1.0], "change": [1.0, 2.0], "error": [1.0]}, {"value": 1.0}, {}, 3])
def test_columns_that_make_no_table_are_refused(spoilt):
    """Columns of unequal length, or no columns, are reported by their place."""
    content = with_insight(sample_content())
    written = json.loads(content_bytes(content))
    written["insight"]["leverage"][0]["values"] = spoilt
    with pytest.raises(ReportFault, match=r"`insight\.leverage\.0\.values`: input should be a valid list"):
        read_content(json.dumps(written).encode())
