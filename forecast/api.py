"""The Python API: the same nouns as the files and the commands.

A book is opened, a topic is taken from it, and a topic is asked for what it
follows.  Nothing here writes to the book.

    >>> from datetime import date
    >>> import forecast
    >>> book = forecast.open_book("tests/books/tiny")
    >>> list(book.topics)
    ['ferry']
    >>> ferry = book.topic("ferry", as_of=date(2025, 1, 1))
    >>> posterior = ferry.posterior()
    >>> posterior.engine, posterior.diagnostics.sound
    ('importance', True)
    >>> low, middle, high = posterior.quantiles("breakdown_rate")
    >>> low < middle < high
    True
    >>> ferry.answers()["three_more"].status
    'open'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.actions.cache import read_published_report, report_directory
from forecast.actions.check import read_checked_book
from forecast.actions.evidence import weigh_evidence
from forecast.actions.notebook_views import answer_lines, answers_html, book_html, ranges_over_variants, topic_html
from forecast.book.files.layout import find_root, report_path
from forecast.book.files.problems import Problem, format_problems, has_errors
from forecast.book.topic import Book, Topic
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.posterior import Posterior
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.evidence_matrix import EvidenceMatrix
from forecast.insight.published import published_answers
from forecast.language.count_words import count_text
from forecast.language.faults import did_you_mean
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import Analysis, EngineResult, analyse, published_result
from forecast.predict.answers import Answer
from forecast.predict.paths import Paths
from forecast.schema.answers import AnswerRange
from forecast.schema.topic import TopicContent

if TYPE_CHECKING:
    from xarray import DataTree


class BookHasProblems(Exception):
    """A book that cannot be opened; ``problems`` holds everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n" + format_problems(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A book that was read and found sound, with what it warns of."""

    book: Book
    warnings: tuple[Problem, ...]
    trust: bool = False

    @property
    def root(self) -> Path:
        """The book's directory."""
        return self.book.root

    @property
    def topics(self) -> Mapping[str, Topic]:
        """The topics by name, as values: streams, rows, parameters, questions."""
        return self.book.topics

    def topic(self, name: str, *, as_of: date | None = None, settings: Settings | None = None) -> OpenTopic:
        """Take one topic, with the knowledge of a day (today, UTC, where none is given).

        Raises ``KeyError`` for a name the book does not have.
        """
        if name not in self.book.topics:
            raise KeyError(f"no topic `{name}` in this book; {did_you_mean(name, self.topics) or ', '.join(self.topics)}")
        settings = settings or Settings()
        settings = replace(settings, trust=settings.trust or self.trust)
        return OpenTopic(self.root, self.book.topics[name], as_of or datetime.now(UTC).date(), settings)

    def __repr__(self) -> str:
        """Its directory and its topics."""
        return f"<OpenBook {self.root}: {', '.join(self.topics) or 'no topics'}; {count_text(len(self.warnings), 'warning')}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the topics."""
        return book_html(self.book, len(self.warnings))


@dataclass(frozen=True, slots=True, eq=False)
class Answers(Mapping[str, Answer]):
    """The answers to a topic's questions by name; equal to any mapping with the same.

    ``ranges`` has, of a topic with variants, the range of each open answer over them, by question: its ends by label, and its sentence.
    """

    topic: Topic
    as_of: date
    by_name: Mapping[str, Answer]
    ranges: Mapping[str, AnswerRange] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Answer:
        if name not in self.by_name:
            raise KeyError(f"no question `{name}`; {did_you_mean(name, self.by_name) or f'there are {", ".join(self.by_name) or "none"}'}")
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)

    def __repr__(self) -> str:
        """Each answer in a line, in the words of the report."""
        return "\n".join([f"<Answers of {self.topic.name} as of {self.as_of}>", *answer_lines(self.topic, self.values(), self.ranges)])

    def _repr_html_(self) -> str:
        """What a notebook shows: each answer in the words of the report."""
        return answers_html(self.topic, self.values(), self.as_of, self.ranges)


@dataclass(frozen=True, slots=True)
class OpenTopic:
    """A topic as of a day, ready to be computed.  Equal settings give equal numbers.

    Every method that computes raises ``forecast.model.errors.Unsound``, with
    problems that have places, where the model cannot be computed.
    """

    root: Path
    topic: Topic
    as_of: date
    settings: Settings
    of_variant: str = ""  # where it is one variant of a topic, its name

    def __post_init__(self) -> None:
        """Refuse a day that is a text or a time before anything is computed with it."""
        if type(self.as_of) is not date:
            raise TypeError(f"as_of is a datetime.date, as in date(2026, 12, 1), not {self.as_of!r}")

    def variant(self, name: str) -> OpenTopic:
        """Return one variant as a topic of its own, ``base`` for the topic as it stands.  Raises ``KeyError`` for a name that it does not have.

        What is of one model alone (prior, posterior, paths, evidence, programs) can be asked of a variant, and not of a topic that has some.
        """
        if name not in self.topic.rivals:
            raise KeyError(f"no variant `{name}` of this topic; it has {', '.join(self.topic.rivals)}")
        return replace(self, topic=self.topic.rivals[name], of_variant=name if self.topic.variants else self.of_variant)

    def at(self, as_of: date) -> OpenTopic:
        """Return the same topic with the knowledge of another day."""
        return replace(self, as_of=as_of)

    def model(self, as_of: date | None = None) -> Model:
        """Return the topic bound to the knowledge of a day: its rows as arrays, its statements as functions."""
        day = self.as_of if as_of is None else self.at(as_of).as_of
        return model_as_of(with_carried_posteriors(self.topic, day, self.settings), day)

    def prior(self) -> Posterior:
        """Return draws of the joint prior: what was believed before the record."""
        return prior_draws(self.model(), rng=generator(self.settings.seed, self.topic.name, Purpose.PRIOR))

    def posterior(self) -> Posterior:
        """Return weighted draws of the parameters given the record, by the engine whose draws are published (of ``auto``, the better)."""
        return self._published_result(chances=False).posterior

    def paths(self) -> Paths:
        """Return simulated futures of all streams, on draws of the posterior."""
        return self._published_result(chances=False).paths

    def answers(self) -> Answers:
        """Return the answer to each question, by name: of a topic with variants, by all of them together."""
        published = published_answers(self._topic_with_posteriors, self.as_of, self.settings)
        return Answers(self.topic, self.as_of, published.answers, ranges_over_variants(self.topic, published))

    def evidence(self, of: str | None = None) -> EvidenceMatrix:
        """Return what each row says for and against each value of a Categorical parameter, the first where none is named.

        Raises ``forecast.actions.evidence.NoHypotheses`` where there is none.
        """
        return weigh_evidence(self._topic_with_posteriors, of=of, as_of=self.as_of, settings=self.settings)[0]

    def analyse(self, *, referee: bool = False) -> Analysis:
        """Return everything at once: prior, posterior, paths, answers and, with ``referee``, the verdict of both engines."""
        return analyse(self._topic_with_posteriors, self.as_of, self.settings, referee=referee)

    def report(self) -> TopicContent | None:
        """Return the newest published report of the topic as plain data; None where there is none."""
        return read_published_report(self.root, report_path(self.topic.name, report_directory(as_of=self.as_of, today=self.as_of)))

    def pymc_source(self) -> str:
        """Return the topic as a PyMC program that needs nothing of this package, and answers its open questions."""
        from forecast.predict.pymc_program import program_with_answers

        return program_with_answers(self.model())

    def data_tree(self) -> DataTree:
        """Return everything about the topic's draws as one xarray DataTree, which every ArviZ plot and diagnostic reads.

        Its groups; ``chain`` and ``draw`` are 4 and 1,000, or those of NUTS where its draws are published:

        - ``posterior``: each parameter, ``(chain, draw)``, or ``(chain, draw, LABELS_label)`` for one with a value for each label;
        - ``prior``: the same, before the record, ``(1, 1000)``;
        - ``sample_stats``: ``log_weight``, ``(chain, draw)``, of the weighted draws that were resampled, and, of draws of NUTS, ``diverging``;
        - ``observed_data``: the rows of each stream, ``(STREAM_row)``, or ``(STREAM_row, STREAM_class)`` where they count classes; NaN where
          only a range is known;
        - ``posterior_predictive``: those rows drawn again, ``(chain, draw, STREAM_row)``;
        - ``prior_predictive``: the same, on the draws of ``prior``, ``(1, 1000, STREAM_row)``;
        - ``log_likelihood``: the log density of each row, ``(chain, draw, STREAM_row)``; ``arviz.loo`` takes one stream, as ``var_name``;
        - ``log_prior``: the prior's log density of each parameter, summed over its labels, ``(chain, draw)``;
        - ``predictions``: the total before each ``day`` of the past and the simulated future of each stream that has one, in the stream's
          units, ``(1, paths, day)``.

        Counts are integers, other values floats.  Groups that would be empty are left out.  Its attributes have the topic, the day, the engine
        and its diagnostics, and what is missing and why: ``no_prior_predictive`` where rows cannot be drawn from the prior,
        ``no_log_likelihood`` where the model is the topic's own, whose densities it alone knows (its rows are drawn again by the statements of
        the topic), and ``no_predictions`` for streams of which no future is simulated.  A variable's attribute ``units`` is the unit of the book.
        Raises ``Unsound`` where there are too many rows for the density of each at every draw.
        """
        from forecast.predict.data_tree import data_tree

        result = self._published_result(chances=False)
        rng: np.random.Generator = generator(self.settings.seed, self.topic.name, Purpose.DATA_TREE)
        return data_tree(result.posterior, result.paths, rng)

    def __repr__(self) -> str:
        """Its name, that of its variant, its day, and the names of its questions."""
        named = f"{self.topic.name}, variant {self.of_variant}," if self.of_variant else self.topic.name
        return f"<OpenTopic {named} as of {self.as_of}, questions: {', '.join(self.topic.questions) or 'none'}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the questions."""
        return topic_html(self.topic, self.as_of, of_variant=self.of_variant)

    @property
    def _topic_with_posteriors(self) -> Topic:
        """The topic, whose links to others can be followed."""
        return with_carried_posteriors(self.topic, self.as_of, self.settings)

    def _published_result(self, *, chances: bool) -> EngineResult:
        """What would be published: posterior, paths and answers; ``chances`` says whether probabilities get intervals."""
        return published_result(self._topic_with_posteriors, self.as_of, replace(self.settings, chances=chances))


def open_book(path: str | Path = ".", *, topics: Sequence[str] | None = None, trust: bool = False) -> OpenBook:
    """Read and check the book that a directory belongs to; see ``forecast.open_book``."""
    if isinstance(topics, str):
        raise TypeError(f"topics are a list of names, as in topics=[{topics!r}]")
    start = Path(path)
    root = (find_root(start) if start.exists() else None) or start  # a path that is not there lies in no book
    book, problems = read_checked_book(root, topics)
    if has_errors(problems):
        raise BookHasProblems(problems)
    return OpenBook(book, problems, trust)
