"""A book's folder gives only ordinary files that lie in it, and each refusal has its place."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.book.files import folder as folders
from forecast.book.files.folder import Folder, LinkedRoot
from forecast.book.files.problems import FileFault
from forecast.book.reading import read_book
from tests.support.paths import TINY_BOOK

LINK = "this is a link, and links in a book are not followed"
SPECIAL = "this is neither a file nor a folder"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a record, beside a file that is not in it."""
    root = tmp_path / "book"
    (root / "seeds" / "t").mkdir(parents=True)
    (root / "seeds" / "t" / "c.csv").write_text("a,b\n1,2\n")
    (tmp_path / "outside.csv").write_text("secret\n")
    return root


def refusal(action: Callable[[], object]) -> tuple[str, str]:
    """The path and the message of the refusal that an action ends in."""
    with pytest.raises(FileFault) as caught:
        action()
    return caught.value.problem.place.path, caught.value.problem.message


def test_an_ordinary_file_is_read_listed_and_written(root: Path) -> None:
    """What lies in the folder is found, and what is written there is read again."""
    folder = Folder(root)
    folder.write("reports/x/y.json", "{}")
    assert (folder.read("seeds/t/c.csv"), folder.read("reports/x/y.json")) == (b"a,b\n1,2\n", b"{}")
    assert (folder.names("seeds"), folder.names("nowhere")) == (("t",), ())
    assert [folder.kind(path) for path in ("seeds", "seeds/t/c.csv", "seeds/u", "seeds/u/v")] == ["folder", "file", None, None]


@pytest.mark.parametrize("target", ["../../../outside.csv", "c.csv", "nowhere", "self"])
def test_a_link_is_refused_wherever_it_leads(root: Path, target: str) -> None:
    """A link out of the book, within it, to nothing or to itself is neither read nor written through."""
    name = "self" if target == "self" else "link.csv"
    (root / "seeds" / "t" / name).symlink_to(target)
    folder, path = Folder(root), f"seeds/t/{name}"
    for action in (
        lambda: folder.read(path),
        lambda: folder.kind(path),
        lambda: folder.place(path),
        lambda: folder.write(path, "x"),
        lambda: folder.append(path, "x\n"),
        lambda: folder.remove(path),
    ):
        assert refusal(action) == (path, LINK)
    assert (root.parent / "outside.csv").read_text() == "secret\n"


def test_a_link_above_a_file_is_refused_at_its_own_place(root: Path) -> None:
    """Where a folder on the way is a link, the problem names that folder."""
    (root.parent / "elsewhere").mkdir()
    (root / "reports").symlink_to("../elsewhere")
    assert refusal(lambda: Folder(root).write("reports/a/b.json", "x")) == ("reports", LINK)
    assert refusal(lambda: Folder(root).names("reports")) == ("reports", LINK)
    assert list((root.parent / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("path", ["../outside.csv", "seeds/../../outside.csv", "/etc/hostname", "seeds/t/../../../outside.csv"])
def test_a_path_that_leads_out_is_refused(root: Path, path: str) -> None:
    """Neither dots nor an absolute path leave the folder."""
    assert refusal(lambda: Folder(root).read(path)) == (path, "this path leads out of the book")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_is_refused_and_not_waited_for(root: Path) -> None:
    """A FIFO is neither opened nor listed as a file."""
    os.mkfifo(root / "seeds" / "t" / "pipe.csv")
    for action in (lambda: Folder(root).read("seeds/t/pipe.csv"), lambda: Folder(root).append("seeds/t/pipe.csv", "x\n")):
        assert refusal(action) == ("seeds/t/pipe.csv", SPECIAL)


def test_a_folder_and_a_file_are_not_taken_for_one_another(root: Path) -> None:
    """A folder where a file belongs, and the other way round, is a problem with its place."""
    folder = Folder(root)
    assert refusal(lambda: folder.read("seeds/t")) == ("seeds/t", "this is a folder, where a file belongs")
    assert refusal(lambda: folder.names("seeds/t/c.csv")) == ("seeds/t/c.csv", "this is a file, where a folder belongs")
    assert refusal(lambda: folder.write("seeds/t/c.csv/d.csv", "x")) == ("seeds/t/c.csv", "this is a file, where a folder belongs")


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is named with the size that was found."""
    monkeypatch.setattr(folders.Folder.read, "__kwdefaults__", {"most": 8})
    assert Folder(root).read("seeds/t/c.csv") == b"a,b\n1,2\n"
    (root / "seeds" / "t" / "c.csv").write_text("a,b\n1,22\n")
    assert refusal(lambda: Folder(root).read("seeds/t/c.csv"))[1] == "this file has 9 bytes; a file of a book has at most 8"


def test_a_file_changed_meanwhile_is_not_overwritten(root: Path) -> None:
    """Writing and appending over bytes that are no longer there writes nothing."""
    folder, path = Folder(root), "seeds/t/c.csv"
    message = "this file was changed by another program meanwhile; nothing was written"
    assert refusal(lambda: folder.write(path, "x", instead_of=b"other")) == (path, message)
    assert refusal(lambda: folder.append(path, "3,4\n", after=b"other")) == (path, message)
    assert folder.read(path) == b"a,b\n1,2\n"
    folder.append(path, "3,4\n", after=b"a,b\n1,2\n")
    assert folder.read(path) == b"a,b\n1,2\n3,4\n"


def test_the_other_name_of_a_file_keeps_its_text(root: Path) -> None:
    """Appending to a file with a second name (a hard link) leaves what the other name shows."""
    os.link(root.parent / "outside.csv", root / "seeds" / "t" / "d.csv")
    Folder(root).append("seeds/t/d.csv", "row\n")
    assert (root / "seeds" / "t" / "d.csv").read_text() == "secret\nrow\n"
    assert (root.parent / "outside.csv").read_text() == "secret\n"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ENOSPC, errno.EROFS])
def test_what_the_system_refuses_is_a_problem_in_its_words(root: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails names the file and the reason, and leaves the file as it was."""

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    told = ("seeds/t/c.csv", f"this cannot be written: {os.strerror(number)}")
    assert refusal(lambda: Folder(root).write("seeds/t/c.csv", "x")) == told
    assert refusal(lambda: Folder(root).append("seeds/t/c.csv", "x\n")) == told
    assert Folder(root).read("seeds/t/c.csv") == b"a,b\n1,2\n"


def test_links_of_inputs_are_followed_where_they_are_allowed_and_those_of_reports_never(root: Path) -> None:
    """With links allowed a shared record is read and written where it lies; a link below reports is refused still."""
    shared = root.parent / "outside.csv"
    (root / "seeds" / "t" / "s.csv").symlink_to(shared)
    (root / "seeds" / "u").symlink_to("t")
    (root / "reports").mkdir()
    (root / "reports" / "t.json").symlink_to(shared)
    folder = Folder(LinkedRoot(root))
    assert (folder.read("seeds/t/s.csv"), folder.names("seeds/u")) == (b"secret\n", ("c.csv", "s.csv"))
    folder.append("seeds/u/s.csv", "row\n")
    folder.write("seeds/t/s.csv", folder.read("seeds/t/s.csv") + b"more\n")
    assert ((root / "seeds" / "t" / "s.csv").is_symlink(), shared.read_text()) == (True, "secret\nrow\nmore\n")
    assert refusal(lambda: folder.read("reports/t.json")) == ("reports/t.json", LINK)
    (root / "seeds" / "t" / "gone.csv").symlink_to("nowhere")
    assert refusal(lambda: folder.read("seeds/t/gone.csv"))[1] == "this cannot be read: No such file or directory"


def test_texts_stand_for_files(root: Path) -> None:
    """A text at a path is found, listed and read as a file there would be."""
    folder = Folder(root, {"seeds/t/c.csv": "new", "seeds/new/topic.toml": "x"})
    assert (folder.read("seeds/t/c.csv"), folder.read("seeds/new/topic.toml")) == (b"new", b"x")
    assert (folder.names("seeds"), folder.names("seeds/new"), folder.kind("seeds/new")) == (("new", "t"), ("topic.toml",), "folder")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("seeds", LINK),
        ("seeds/ferry", LINK),
        ("seeds/ferry/topic.toml", LINK),
        ("seeds/ferry/late.csv", LINK),
        ("priors", LINK),
        ("priors/ferry.toml", LINK),
    ],
)
def test_a_book_with_a_link_is_not_read_through_it(path: str, message: str, tmp_path: Path) -> None:
    """Each input that is a link is a problem at its place, and the topic is not in the book."""
    import shutil

    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root)
    (root / path).rename(tmp_path / "outside")
    (root / path).symlink_to(tmp_path / "outside")
    book, problems = read_book(root)
    assert (path, message) in [(problem.place.path, problem.message) for problem in problems]
    assert dict(book.topics) == {}
