"""One thread for linear algebra, without looking for libraries each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from threadpoolctl import ThreadpoolController, threadpool_info

from forecast.inference.importance.threads import one_thread


def test_linear_algebra_has_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within it, each library for linear algebra has one thread, and afterwards as many as before; the libraries are looked for once."""
    before = [library["num_threads"] for library in threadpool_info()]
    with one_thread():
        assert {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"} == {1}
    assert [library["num_threads"] for library in threadpool_info()] == before
    monkeypatch.setattr(ThreadpoolController, "__init__", lambda *_: pytest.fail("looked for again"))
    with one_thread():
        pass


def test_libraries_are_looked_for_again_after_an_import(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A module that is loaded between two uses may bring a library, so that libraries are looked for again."""
    with one_thread():
        pass
    (tmp_path / "with_a_library.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    __import__("with_a_library")
    looked: list[str] = []
    usual = ThreadpoolController._load_libraries
    monkeypatch.setattr(ThreadpoolController, "_load_libraries", lambda self: (looked.append("again"), usual(self)))
    with one_thread():
        assert looked == ["again"]
