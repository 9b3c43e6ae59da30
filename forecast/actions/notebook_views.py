"""Books, topics and answers as a notebook shows them: small tables in the words of the reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from forecast.book.topic import Book, Topic
from forecast.content.topic import answer_content
from forecast.content.variant_ranges import with_range
from forecast.insight.published import PublishedResult
from forecast.language.characters import escape_hidden_characters
from forecast.predict.answers import Answer
from forecast.report.charts_answers import name_as_words
from forecast.report.notebook import notebook_html
from forecast.report.tables import Column, ReportTable, error_words
from forecast.schema import words
from forecast.schema.answers import AnswerContent, AnswerRange
from forecast.sentences.answer_text import answer_text
from forecast.sentences.headlines import headline_of, ninety_percent_range


def book_html(book: Book, warnings: int) -> str:
    """Return the topics of a book, with the numbers of their questions, streams and parameters, and how many warnings there are."""
    counted = ("questions", "streams", "parameters")
    columns = (Column("topic", "head"), Column("title"), *(Column(name, "number") for name in counted))
    rows = tuple(
        (name, topic.title, *(f"{len(part):,}" for part in (topic.questions, topic.streams, topic.parameters)))
        for name, topic in book.topics.items()
    )
    note = f"{warnings} warning{'' if warnings == 1 else 's'}: see `warnings`." if warnings else ""
    return notebook_html(ReportTable(f"Topics of the book {book.root.resolve().name}", columns, rows), note)


def topic_html(topic: Topic, as_of: date, *, of_variant: str = "") -> str:
    """Return the questions of a topic, or of one variant of it: their names, what they ask and by when."""
    columns = (Column("question", "head"), Column("asks"), Column("by", "day"))
    rows = tuple((name, question.asks, words.day(question.by) if question.by else "") for name, question in topic.questions.items())
    note = f"It has variants: {', '.join(topic.rivals)}." if topic.variants else ""
    note = f"It is the variant {of_variant} alone." if of_variant else note
    return notebook_html(ReportTable(f"{topic.title}, as of {words.day(as_of)}", columns, rows), note)


def answer_lines(topic: Topic, answers: Iterable[Answer], ranges: Mapping[str, AnswerRange]) -> Iterator[str]:
    """Yield a line for each answer: its name and its sentence."""
    for its in _contents(topic, answers, ranges):
        yield f"  {its['name']}: {escape_hidden_characters(its['sentence'])}"


def answers_html(topic: Topic, answers: Iterable[Answer], as_of: date, ranges: Mapping[str, AnswerRange]) -> str:
    """Return answers as a report says them: headline, 90 % range, sentence, and how exactly each was computed."""
    columns = (Column("question", "head"), Column("answer"), Column("90 % range"), Column("in words"), Column("computed"))
    rows = []
    for its in _contents(topic, answers, ranges):
        said = (headline_of(its).in_words, ninety_percent_range(its), its["sentence"], error_words(its))
        rows.append((name_as_words(its["name"]), *said))
    return notebook_html(ReportTable(f"Answers of {topic.title}, as of {words.day(as_of)}", columns, tuple(rows)))


def ranges_over_variants(topic: Topic, published: PublishedResult) -> dict[str, AnswerRange]:
    """Return the range over variants of each open answer, by question; of a topic without variants there are none."""
    weights = published.weights
    found: dict[str, AnswerRange] = {}
    if weights is None:
        return found
    for name, answer in published.answers.items():
        values = [
            (weights.weight(variant), answer_content(topic.rivals[variant], result.answers[name])["value"])
            for variant, result in published.results.items()
        ]
        content = with_range(answer_content(topic, answer), values)
        if "variants" in content:
            found[name] = content["variants"]
    return found


def _contents(topic: Topic, answers: Iterable[Answer], ranges: Mapping[str, AnswerRange]) -> Iterator[AnswerContent]:
    for content in (answer_content(topic, answer) for answer in answers):
        over = ranges.get(content["name"])
        ranged: AnswerContent = content if over is None else {**content, "variants": over}
        yield ranged if over is None else {**ranged, "sentence": answer_text(ranged)}
