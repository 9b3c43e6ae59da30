"""A topic's name as its question suggests it."""

from __future__ import annotations

import pytest

from forecast.actions.new.topic_names import suggested_name

pytestmark = pytest.mark.small


@pytest.mark.parametrize(
    ("asks", "name"),
    [
        ("Will there be a coup in Guinea by the end of 2027?", "coup_guinea"),
        ("How many Atlantic hurricanes will there be in 2028?", "atlantic_hurricanes_2028"),
        ("Will Peru's 2027 budget pass?", "peru_2027_budget"),
        ("Will 3 of 5 bridges close?", "bridges_close"),
        ("Wird Köln überflutet?", "wird_koln_uberflutet"),
        ("Will it?", ""),
        ("Will total be it?", ""),
        ("По чём?", ""),
    ],
)
def test_up_to_three_telling_words_make_a_name(asks: str, name: str):
    """Small words, the deadline and figures in front are left out; what makes no name, or one that is taken by the language, is none."""
    assert suggested_name(asks) == name
