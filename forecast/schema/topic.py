"""The shape of a report's JSON, and the check that a file has it.

A page is made from this JSON alone, so a file that is cut short, edited by hand
or of another format must be refused, never shown with holes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, TypeGuard

from forecast.schema.answers import AnswerContent, Curve
from forecast.schema.book import CodeContent, PartContent
from forecast.schema.columns import columns_to_tables, tables_to_columns
from forecast.schema.consistency import FILE_NAME, inconsistency
from forecast.schema.insight import ImpliedContent, InsightContent
from forecast.schema.json_data import format_json
from forecast.schema.links import LinkContent
from forecast.schema.long_records import LongRecord
from forecast.schema.market import ContractContent
from forecast.schema.on_record import RecordedQuestion
from forecast.schema.regimes import RegimeContent
from forecast.schema.relations import RelationContent
from forecast.schema.scenarios import ScenariosContent
from forecast.schema.shape_faults import shape_fault
from forecast.schema.variants import VariantsContent

if TYPE_CHECKING:
    from pydantic import TypeAdapter

REPORT_FORMAT = 3  # its tables stand as columns
READ_FORMATS = (2, 3)
HINDCAST_FILE = re.compile(r"(?:^|[/\\])as-of[/\\](?P<day>\d{4}-\d{2}-\d{2})[/\\](?P<topic>\w+)(?:\.failed)?\.json$")
MAYBE_LARGE = re.compile(r"e\+[3-9]\d\d|\d{301}")  # in the JSON of a content with a number of 1e300 or more, as Python writes it
NAMED: tuple[Literal["answers", "parameters", "streams", "series", "quantities"], ...] = (
    "answers",
    "parameters",
    "streams",
    "series",
    "quantities",
)  # whose names are also those of files and places on a page


class ReportFault(Exception):
    """A report's JSON that cannot be shown, and why, in one sentence."""


class MarginalContent(TypedDict):
    """What is believed of one value: mean, 5, 25, 50, 75 and 95 % points, after the record with their Monte Carlo errors, and a curve.

    The mean and its error are null where it does not exist or cannot be estimated, and ``no_mean`` says why.
    There is a curve only where a picture has one: of a parameter that has one value, and of no categories.
    """

    mean: float | None
    mean_error: NotRequired[float | None]
    no_mean: NotRequired[str]
    quantiles: list[float]
    errors: NotRequired[list[float]]
    shape: NotRequired[Curve]


class Category(TypedDict):
    """One category of a Categorical parameter, before and after the record; ``error`` is the Monte Carlo error of the latter."""

    label: str
    prior: float
    posterior: float
    error: NotRequired[float]


class ParameterContent(TypedDict):
    """One value of a parameter (of one label where it has several): prior and posterior."""

    name: str
    label: str
    per: str
    unit: str
    scale: Literal["linear", "log"]
    statement: str
    why: str
    source: str
    reviewed: str | None
    by: str
    prior: MarginalContent
    posterior: MarginalContent
    categories: list[Category]
    pooling: NotRequired[Literal["mixture", "linear", "log_odds"]]
    parts: NotRequired[list[PartContent]]


class RowContent(TypedDict):
    """One row of a record, as it stood on the as-of day."""

    start: str
    end: str
    value: float
    known: str
    source: str
    grade: str
    note: str
    id: str
    replaces: str
    columns: dict[str, float | str]
    low: NotRequired[float | None]  # the ends of a range, where only one is known
    high: NotRequired[float | None]
    origin: NotRequired[str]
    copy: NotRequired[bool]  # of a row before it, which counts for both
    weight: NotRequired[float]
    said: NotRequired[str]  # the value in words, where it is a class, or counts of classes


class PastPoint(TypedDict):
    """A stream's total at the end of a day."""

    day: str
    total: float


class Fan(TypedDict):
    """A stream's simulated total at the ends of days: one list of 5, 25, 50, 75 and 95 % points for each day."""

    days: list[str]
    quantiles: list[list[float]]


class ClassTotal(TypedDict):
    """How often a class was seen, and the 5, 25, 50, 75 and 95 % points of how often by the last day simulated."""

    label: str
    total: float
    quantiles: list[float] | None


class StreamContent(TypedDict):
    """A stream: statement, record and future."""

    name: str
    about: str
    unit: str
    statement: str
    watched: bool
    next: dict[str, str]
    rows: list[RowContent]
    total: float | None  # none, and no past and no future, where values do not add up
    through: str
    unrecorded_days: int
    past: list[PastPoint]
    fan: Fan | None
    unit_one: NotRequired[str]
    seen: NotRequired[str]  # the total in words, where the record has ranges
    texts: NotRequired[dict[str, str]]  # weight, reliability and wrong, as the book has them
    entering: NotRequired[str]  # how rows enter the likelihood, where not each in full as a value that is right
    classes: NotRequired[list[ClassTotal]]  # of a stream of classes
    latent: NotRequired[bool]  # where nobody records it: it has no rows, no total and no picture of its future
    long: NotRequired[LongRecord]  # where the record is too long to be listed: then `rows` has a few of it, and `past` some days


class PointContent(TypedDict):
    """One step of a series."""

    day: str
    value: float
    known: str
    source: str
    grade: str
    note: str


class SeriesContent(TypedDict):
    """A known input over time."""

    name: str
    about: str
    unit: str
    later: str
    points: list[PointContent]


class QuantityContent(TypedDict):
    """A named sub-expression."""

    name: str
    text: str
    unit: NotRequired[str]


class EngineContent(TypedDict):
    """The engine that supplied the draws, its diagnostics, and what they mean in words."""

    engine: str
    draws: int
    effective_size: float
    sound: bool
    reason: str
    coordinates: str
    rounds: int | None
    pareto_k: float | None
    log_evidence: float | None
    log_evidence_error: float | None
    r_hat: float | None
    ess_bulk: float | None
    ess_tail: float | None
    divergences: int | None
    overflow: NotRequired[float]
    short: NotRequired[bool]  # too few effective draws, and nothing else wrong
    heavy: NotRequired[bool]  # weights that may have no variance, and nothing else wrong
    started_from: NotRequired[
        Literal["importance"]
    ]  # the engine from whose draws the chains started, where they found no start of their own
    words: list[str]


CheckValue = str | float | bool | None  # of a line of the referee's table


class VariantVerdict(TypedDict):
    """What the referee says of one variant."""

    verdict: Literal["agreed", "disputed", "failed", "unconfirmed", "not refereed"]
    sentence: str


class VerdictContent(TypedDict):
    """What the referee says; each check is a line of a table.  Of a topic with variants it is the worst of ``variants``.

    ``failed``: NUTS was tried and gave nothing to compare with; ``unconfirmed``: the fast engine, tried as well, is not sound and does
    not confirm NUTS; ``not refereed``: no second engine was tried, or there is none.  ``versions`` are those with which the verdict
    was made, where they are not those of the report.
    """

    verdict: Literal["agreed", "disputed", "failed", "unconfirmed", "not refereed"]
    sentence: str
    checks: list[dict[str, CheckValue]]
    versions: NotRequired[dict[str, str]]
    variants: NotRequired[dict[str, VariantVerdict]]


class RunHashes(TypedDict):
    """Hashes of what a report was made from: of all that determines its numbers, of the words shown, and of what the engines were compared on."""

    numbers: str
    words: str
    refereed: NotRequired[str]


class RunSources(TypedDict, total=False):
    """The hashes of the topics whose posteriors are priors here, by name; nothing where there are none."""

    sources: dict[str, str]


class RunContent(TypedDict):
    """How to make the report again."""

    command: str
    seed: int
    versions: dict[str, str]
    hashes: RunHashes
    draws: NotRequired[int]
    hindcast: NotRequired[bool]
    sources: NotRequired[dict[str, str]]  # hashes of the topics whose posteriors are priors here


class TopicContent(TypedDict):
    """Everything the pages of one topic show."""

    format: int
    digest: str
    name: str
    title: str
    lead: NotRequired[str]  # the question that the page begins with while it is open
    note: NotRequired[str]  # what a reader has to know before the answers
    origin: str
    as_of: str
    opens: str
    step: str
    warnings: list[str]
    unrecorded: str
    answers: list[AnswerContent]
    variants: NotRequired[VariantsContent]
    scenarios: NotRequired[ScenariosContent]  # branches of the future, with the open answers in each
    parameters: list[ParameterContent]
    regimes: NotRequired[list[RegimeContent]]  # hidden ones, with the probability of each state by calendar step
    links: NotRequired[list[LinkContent]]  # priors that are another topic's posterior
    implied: NotRequired[list[ImpliedContent]]
    streams: list[StreamContent]
    series: list[SeriesContent]
    quantities: list[QuantityContent]
    insight: InsightContent | None
    engine: EngineContent
    verdict: VerdictContent
    run: RunContent
    code: NotRequired[CodeContent]
    relations: NotRequired[list[RelationContent]]  # what must hold between its answers and those of other topics
    contracts: NotRequired[list[ContractContent]]  # of prediction markets, beside its questions; no input to the answers
    priors_written: NotRequired[str]  # the first day on which the ledger published its priors as they are
    on_record: NotRequired[list[RecordedQuestion]]  # what people said of its questions, and how these ended; no input to the answers


def content_bytes(content: Mapping[str, object]) -> bytes:
    """Return the file a content makes: JSON in UTF-8, two spaces deep, lists of numbers and short tables on one line each.

    Tables of many rows are columns there (``forecast.schema.columns``); the digest is that of the content in memory.
    """
    return (format_json(tables_to_columns(content)) + "\n").encode("utf-8")


def read_content(data: bytes, *, name: str = "the report") -> TopicContent:
    """Return the content of a JSON file; raise ``ReportFault`` where it is not one this program wrote whole."""
    try:
        content: object = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ReportFault(f"{name} is not whole: {error}; {remake_hint(name)}") from None
    return validate_content(columns_to_tables(content) if isinstance(content, dict) else content, name=name)


def remake_hint(path: str, topic: str = "") -> str:
    """Return how a report or a mark at a path is made again: a hindcast by its topic and day, others by an update, of a topic where one is given."""
    hindcast = HINDCAST_FILE.search(path)
    arguments = f"{hindcast['topic']} --as-of {hindcast['day']}" if hindcast else topic
    return f"run `{f'forecast update {arguments}'.rstrip()}` to make it again"


def validate_content(content: object, *, name: str = "the report") -> TopicContent:
    """Return a content that has the shape, the digest and names that it must have; raise ``ReportFault`` otherwise."""
    if not isinstance(content, dict) or "format" not in content:
        raise ReportFault(f"{name} is not the JSON of a report")
    if type(content["format"]) is not int or content["format"] not in READ_FORMATS:
        raise ReportFault(f"{name} has format {content['format']!r}; this program reads formats {' and '.join(map(str, READ_FORMATS))}")
    if not _has_shape(content):
        raise ReportFault(f"{name}: {shape_fault(content, _adapter())}; {remake_hint(name)}")
    try:
        text = _digested_text(content)
    except ValueError:
        raise ReportFault(f"{name} has a number that is not finite; {remake_hint(name)}") from None
    if hashlib.sha256(text.encode()).hexdigest() != content["digest"]:
        raise ReportFault(f"{name} was changed after it was written (its digest does not fit); {remake_hint(name)}")
    for given in (content["name"], *(part["name"] for group in NAMED for part in content[group])):
        if not FILE_NAME.fullmatch(given):
            raise ReportFault(f"{name} has the name {given[:80]!r}, which no topic can give; {remake_hint(name)}")
    if wrong := inconsistency(content, numbers=MAYBE_LARGE.search(text) is not None):
        raise ReportFault(f"{name}: {wrong}; {remake_hint(name)}")
    return content


def _has_shape(content: object) -> TypeGuard[TopicContent]:
    """Whether a content has the keys that it must have, and no other, with values of their types."""
    return not shape_fault(content, _adapter())


@cache  # building it costs as much as checking ten reports
def _adapter() -> TypeAdapter[TopicContent]:
    from pydantic import TypeAdapter

    return TypeAdapter(TopicContent)


def digest_of(content: Mapping[str, object]) -> str:
    """Return the SHA-256 of a content without its digest."""
    return hashlib.sha256(_digested_text(content).encode()).hexdigest()


def _digested_text(content: Mapping[str, object]) -> str:
    """A content without its digest as JSON; raises ``ValueError`` for a number that is not finite."""
    rest = {key: value for key, value in content.items() if key != "digest"}
    return json.dumps(rest, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _refuse_constant(constant: str) -> float:
    raise ValueError(f"{constant} is not a number of JSON")
