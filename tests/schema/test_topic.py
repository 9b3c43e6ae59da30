"""A report's JSON: whole, of this format, and as it was written, or refused with a reason."""

from __future__ import annotations

import copy
import json

import pytest

from forecast.report.pages import render_topic
from forecast.schema.json_data import round_numbers
from forecast.schema.topic import ReportFault, content_bytes, digest_of, read_content, validate_content
from tests.support.sample_report import computed_content, sample_content

pytestmark = pytest.mark.medium


def test_a_content_read_back_is_the_content_written():
    """Writing and reading give the same data."""
    content = sample_content()
    assert read_content(content_bytes(content)) == content


def test_the_same_inputs_give_the_same_bytes():
    """Computing the sample again gives the same file."""
    again = computed_content()
    assert content_bytes(again) == content_bytes(sample_content())


def test_a_file_cut_short_anywhere_is_refused():
    """No beginning of a file is taken for the file."""
    data = content_bytes(sample_content())
    for end in range(0, len(data) - 1, max(1, len(data) // 60)):
        with pytest.raises(ReportFault, match="not whole"):
            read_content(data[:end])


def test_a_number_changed_by_hand_is_refused():
    """A plausible other number does not fit the digest."""
    content = copy.deepcopy(sample_content())
    content["answers"][0]["value"]["value"] = 0.99
    with pytest.raises(ReportFault, match="changed after it was written"):
        render_topic(content)


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("reports/route.json", "forecast update"),
        ("reports/as-of/2025-03-01/route.json", "forecast update route --as-of 2025-03-01"),
    ],
)
def test_a_spoilt_report_is_made_again_by_its_topic_and_day(path, command):
    """An update makes today's reports again; a hindcast needs its topic and its day."""
    with pytest.raises(ReportFault, match=f"; run `{command}` to make it again$"):
        read_content(b"{", name=path)
    spoilt = content_bytes(sample_content()).replace(b'"seed": 1', b'"seed": 2')
    with pytest.raises(ReportFault, match=f"; run `{command}` to make it again$"):
        read_content(spoilt, name=path)


def test_a_hole_is_named():
    """A missing key is refused by its place, whatever the digest says."""
    content = copy.deepcopy(sample_content())
    del content["streams"][0]["through"]
    content["digest"] = digest_of(content)
    with pytest.raises(ReportFault, match=r"`streams\.0\.through`: field required"):
        render_topic(content)


@pytest.mark.parametrize("name", ["numbers", "words"])
def test_a_report_without_a_hash_of_its_inputs_is_refused(name):
    """Commands that compare a report with a book rest on both hashes."""
    content = copy.deepcopy(sample_content())
    del content["run"]["hashes"][name]
    content["digest"] = digest_of(content)
    with pytest.raises(ReportFault, match=rf"`run\.hashes\.{name}`: field required"):
        validate_content(content)


def test_another_format_is_refused():
    """A newer format is not guessed at."""
    with pytest.raises(ReportFault, match="has format 4; this program reads formats 2 and 3"):
        render_topic(sample_content() | {"format": 4})


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'"text"', b"null", b"[" * 100_000])
def test_what_is_no_report_is_refused(data):
    """Any other bytes give a message."""
    with pytest.raises(ReportFault):
        read_content(data)


def test_a_number_of_no_size_is_refused_in_reading_and_in_writing():
    """NaN neither enters nor leaves."""
    data = content_bytes(sample_content()).replace(b'"seed": 1', b'"seed": NaN')
    with pytest.raises(ReportFault, match="NaN is not a number of JSON"):
        read_content(data)
    with pytest.raises(ValueError, match=r"answers\.0 is not finite"):
        round_numbers({"answers": [float("nan")]})


def test_numbers_have_six_significant_digits():
    """Rounding happens to every number, and to nothing else."""
    assert round_numbers({"a": [1.23456789, -0.0, 12, "1.23456789", True, None]}) == {"a": [1.23457, 0.0, 12, "1.23456789", True, None]}


def test_no_time_and_no_path_of_the_machine_is_in_the_file():
    """The file holds nothing that differs between two runs of the same inputs."""
    text = content_bytes(sample_content()).decode()
    assert "seconds" not in json.loads(text)["engine"]
    assert "/home" not in text
    assert "/work" not in text
