"""Where things stand in a book, and which topics it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.files.reserved import topic_reason
from forecast.language.faults import did_you_mean, known_names_text

SEEDS, PRIORS, REPORTS = "seeds", "priors", "reports"
RECORDS = "records"  # the folder in seeds for questions from elsewhere
LEDGER = f"{REPORTS}/ledger.jsonl"
RELATIONS = f"{SEEDS}/relations.toml"
BOOK_SETTINGS = f"{SEEDS}/book.toml"
TOPIC_FILE = "topic.toml"
MODEL_FILE = "model.py"
SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*")


def find_root(start: Path) -> Path | None:
    """Return the nearest directory, from ``start`` upwards, that holds a ``seeds`` directory; None without any."""
    start = start.resolve()
    return next((directory for directory in (start, *start.parents) if (directory / SEEDS).is_dir()), None)


def root_problem(root: Path) -> Problem | None:
    """Return the problem of a directory that is no book, or None for a book."""
    try:
        if Folder(root).kind(SEEDS) == "folder":
            return None
        Folder(root).place(SEEDS, kind="folder")
    except FileFault as fault:
        return fault.problem
    message = "this directory is not a book: it has no `seeds` directory" if root.is_dir() else f"there is no directory `{root}`"
    return Problem(Place(SEEDS), message, hint="go to a book's directory, or name one with --book DIR")


def topic_path(topic: str) -> str:
    """Return the path of a topic's own file, relative to the book."""
    return f"{SEEDS}/{topic}/{TOPIC_FILE}"


def model_path(topic: str) -> str:
    """Return the path of a topic's own model, relative to the book."""
    return f"{SEEDS}/{topic}/{MODEL_FILE}"


def record_path(topic: str, name: str) -> str:
    """Return the path of the CSV file of a stream or series, relative to the book."""
    return f"{SEEDS}/{topic}/{name}.csv"


def prior_path(topic: str) -> str:
    """Return the path of a topic's prior file, relative to the book."""
    return f"{PRIORS}/{topic}.toml"


def ledger_path(root: Path) -> Path:
    """Return the path of the ledger on the disk; raise ``FileFault`` where it is no ordinary file."""
    return Folder(root).place(LEDGER)


def report_path(topic: str, directory: str = REPORTS) -> str:
    """Return the path of a topic's report as JSON, relative to the book."""
    return f"{directory}/{topic}.json"


def topic_of_path(path: str) -> str:
    """Return the topic whose file lies at a path of the book; empty where it is no topic's."""
    match path.split("/"):
        case ["seeds", name, _]:
            return name
        case ["priors", name] if name.endswith(".toml"):
            return name.removesuffix(".toml")
        case _:
            return ""


def topic_names(folder: Folder) -> tuple[str, ...]:
    """Return the names of a book's topics: the folders in ``seeds`` that have something called ``topic.toml``, sorted.

    Whether that is a file that can be read is found when it is read.  None where ``seeds`` cannot be listed, or is no folder.
    """
    try:
        return tuple(name for name in folder.names(SEEDS) if _is_topic(folder, name))
    except FileFault:
        return ()


def _is_topic(folder: Folder, name: str) -> bool:
    try:
        return folder.kind(f"{SEEDS}/{name}") == "folder" and folder.kind(topic_path(name)) is not None
    except FileFault as fault:
        return fault.problem.place.path == topic_path(name)


def choose_topics(folder: Folder, wanted: Sequence[str] | None) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Return the topics to read (all where none are wanted by name) and the problems of their names."""
    names = topic_names(folder)
    chosen = names if wanted is None else tuple(name for name in dict.fromkeys(wanted) if name in names)
    problems = [_missing_topic_problem(folder, name, names) for name in dict.fromkeys(wanted or ()) if name not in names]
    problems += [
        Problem(
            Place(topic_path(name)),
            f"the topic's name `{name}` is not in snake_case",
            hint="small letters, digits and _, beginning with a letter",
        )
        for name in chosen
        if not topic_reason(name) and not SNAKE_CASE.fullmatch(name)
    ]
    problems += [
        Problem(Place(topic_path(name)), f"`{name}` cannot be a topic's name: {reason}", hint=f"rename the folder, and {prior_path(name)}")
        for name in chosen
        if (reason := topic_reason(name))
    ]
    if wanted is None:
        problems += _stray_problems(folder, names)
    return chosen, tuple(problems)


def _missing_topic_problem(folder: Folder, name: str, topics: Sequence[str]) -> Problem:
    """Why there is no topic of a name: its folder is a link or cannot be read, or there is none."""
    try:
        folder.place(f"{SEEDS}/{name}", kind="folder")
    except FileFault as fault:
        return fault.problem
    topic, _, question = name.partition(".")
    if topic in topics and question:
        hint = f"this command takes a topic, without a question: `{topic}`"
    elif asking := [topic for topic in topics if _asks(folder, topic, name)]:
        hint = f"that is a question; this command takes its topic: {' or '.join(f'`{topic}`' for topic in asking)}"
    else:
        hint = did_you_mean(name, topics) or known_names_text("topics", topics)
    return Problem(Place(topic_path(name)), f"no topic `{name}` in this book", hint=hint)


def _asks(folder: Folder, topic: str, question: str) -> bool:
    """Whether a topic's file has a table of a question of this name."""
    try:
        return f"[questions.{question}]" in folder.read(topic_path(topic)).decode("utf-8").splitlines()
    except (FileFault, UnicodeDecodeError):
        return False


def _stray_problems(folder: Folder, topics: Sequence[str]) -> list[Problem]:
    """Folders in seeds without a topic file, links, and prior files without a topic."""
    problems: list[Problem] = []
    try:
        priors = folder.names(PRIORS)
        for name in folder.names(SEEDS):
            if name in topics or name == RECORDS or name.startswith((".", "_")):
                continue
            try:
                kind = folder.kind(f"{SEEDS}/{name}")
                if kind == "file" and f"{name}.toml" in priors:
                    folder.names(f"{SEEDS}/{name}")
                if kind == "folder":
                    problems.append(Problem(Place(f"{SEEDS}/{name}"), f"this directory has no `{TOPIC_FILE}`, so nothing in it is read"))
            except FileFault as fault:
                if "." not in name:  # a folder that was meant as a topic; loose files are not read
                    problems.append(fault.problem)
        for name in priors:
            stem = name.removesuffix(".toml")
            if name.endswith(".toml") and stem not in topics:
                problems.append(Problem(Place(f"{PRIORS}/{name}"), f"no topic `{stem}` uses these priors", hint=did_you_mean(stem, topics)))
    except FileFault as fault:
        problems.append(fault.problem)
    return problems
