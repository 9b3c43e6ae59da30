"""What a save touches, and the drafts it leads to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from forecast.actions.cache import read_published_report
from forecast.actions.check import read_checked_book
from forecast.actions.run import TopicResult
from forecast.actions.update import draft_report
from forecast.book.files import layout
from forecast.book.files.folder import Folder
from forecast.book.files.problems import FileFault, has_errors, sort_problems
from forecast.book.hashes import numbers_hash, words_hash
from forecast.book.index_order import index_order
from forecast.book.links import topics_mentioned, transitive_mentions
from forecast.book.topic import Book
from forecast.model.custom_model import trust_problems
from forecast.model.settings import Settings
from forecast.report.failures import readable_failures
from forecast.report.pages import render_index
from forecast.report.rerender import record_reports
from forecast.schema.topic import TopicContent

EDITED = {".toml", ".csv", ".md", ".py"}  # what people edit in a book


def touched_topics(root: Path, paths: Iterable[Path]) -> tuple[str, ...]:
    """Return the topics whose answers or reports may have changed with some files, sorted.

    A loose file of ``seeds`` touches every topic, since their origins may point into it; a topic's file also those whose links lead to it.
    """
    touched = {topic for path in paths for topic in _topics_of_file(root, path.relative_to(root).parts)}
    return tuple(sorted(touched | _topics_linked_to(root, touched)))


def _topics_linked_to(root: Path, touched: Collection[str]) -> frozenset[str]:
    """The topics whose links lead to some of those touched, directly or through others."""
    folder = Folder(root)
    mentioned: dict[str, tuple[str, ...]] = {}
    for name in layout.topic_names(folder) if touched else ():
        with suppress(FileFault):  # what is wrong with the file is said when the topic is drafted
            kind = folder.kind(layout.prior_path(name))
            mentioned[name] = topics_mentioned(folder.read(layout.prior_path(name)).decode(errors="replace")) if kind == "file" else ()
    return frozenset(name for name in mentioned if {*transitive_mentions(name, mentioned)} & {*touched})


def draft_topic(root: Path, topic: str, *, as_of: date, settings: Settings, insight: bool) -> TopicResult | None:
    """Return what a topic comes to, None where the published report says it already.

    With ``insight`` the report says why, which takes seconds; the answers are the same without.
    """
    book, problems = read_checked_book(root, [topic])
    if has_errors(problems):
        return TopicResult(problems=problems)
    if refused := trust_problems(book.topics.values(), trust=settings.trust):
        return TopicResult(problems=sort_problems((*problems, *refused)))
    if is_published(book, topic):
        return None
    made = draft_report(book, topic, as_of=as_of, settings=settings, insight=insight)
    return replace(made, problems=sort_problems((*problems, *made.problems)))


def is_published(book: Book, topic: str) -> bool:
    """Whether a topic's published report was made from its files as they are, in numbers and in words."""
    content = read_published_report(book.root, layout.report_path(topic))
    if content is None:
        return False
    now = {
        "numbers": numbers_hash(book.topics[topic], as_of=date.fromisoformat(content["as_of"])),
        "words": words_hash(book.topics[topic]),
    }
    return all(content["run"]["hashes"].get(name) == value for name, value in now.items())


def draft_index(root: Path, drafts: Mapping[str, TopicResult]) -> dict[str, bytes]:
    """Return the index files over the published reports and the drafts laid over them; none without drafts."""
    if not drafts:
        return {}
    contents: list[TopicContent] = []
    for topic in layout.topic_names(Folder(root)):
        content = drafts[topic].content if topic in drafts else read_published_report(root, layout.report_path(topic))
        if content is not None:
            contents.append(content)
    return render_index(
        contents,
        failures=readable_failures(root, [name for name in layout.topic_names(Folder(root)) if name not in drafts]),
        records=record_reports(Folder(root), layout.REPORTS),
        order=index_order(Folder(root)),
    )


def _topics_of_file(root: Path, parts: tuple[str, ...]) -> tuple[str, ...]:
    match parts:
        case (layout.SEEDS, topic, *_, file) if Path(file).suffix in EDITED:
            return (topic,)
        case (layout.SEEDS, file) if Path(file).suffix in EDITED:
            return layout.topic_names(Folder(root))
        case (layout.PRIORS, file) if Path(file).suffix == ".toml":
            return (Path(file).stem,)
        case (layout.REPORTS, file) if Path(file).suffix == ".html" and Path(file).stem in layout.topic_names(Folder(root)):
            return (Path(file).stem,)  # an update elsewhere: the page is written after the JSON
        case _:
            return ()
