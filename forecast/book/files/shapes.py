"""The shapes of the two TOML files: which keys they have, of which type, and what each is for.

Plain dataclasses, so that reading a book does not pay for pydantic's import
(0.2 s); ``forecast.book.files.conform`` holds a document to them, and
``forecast.book.files.schemas`` lets pydantic turn them into JSON Schemas, with the
sentence under each key as the explanation an editor shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar, Literal

# every text says of which kind it is, and so which characters it may hold; see ``forecast.language.characters``
StatementText = Annotated[str, "statement"]
LabelText = Annotated[str, "label"]
NameText = Annotated[str, "name"]
UnitText = Annotated[str, "unit"]
PhraseText = Annotated[str, "phrase"]
ProseText = Annotated[str, "prose"]
PYDANTIC_CONFIG = {"extra": "forbid", "use_attribute_docstrings": True}  # read by pydantic alone


@dataclass(frozen=True)
class SeriesTable:
    """A known input that changes over time: a step function from the CSV file of the same name."""

    __pydantic_config__ = PYDANTIC_CONFIG

    about: ProseText
    """What the series measures, in one phrase."""
    unit: UnitText
    """The unit of its values."""
    later: StatementText = ""
    """Its value after the last row: an expression of parameters. Without it the last value stays."""


@dataclass(frozen=True)
class StreamTable:
    """A record of observations, in the CSV file of the same name, and the statement of how they arise."""

    __pydantic_config__ = PYDANTIC_CONFIG

    about: ProseText
    """What one row counts or measures, in one phrase."""
    value: StatementText
    """How a row's value arises: one distribution with its arguments, as in `Poisson(mu=rate * months)`."""
    unit: UnitText = ""
    """The unit of its values: the plural, as in `men`, or with `units` the singular."""
    units: UnitText = ""
    """The plural of the unit, as in `unit = "man"` with `units = "men"`."""
    event: PhraseText = ""
    """What happens when it counts one more, as a clause: `another captive asks to go South`."""
    events: PhraseText = ""
    """What happens when it counts a number, which stands for `{n}`: `{n} more captives ask to go South`."""
    no_event: PhraseText = ""
    """What is so when it counts none: `no other captive asks to go South`."""
    watched: bool = False
    """True where news of it would come at once, so that each quiet day that a row covers counts by itself; one that no row covers is not quiet."""
    once: bool = False
    """True for evidence that exists once, as a document that was found: its rows enter the likelihood, and are never added up or projected."""
    latent: bool = False
    """True for a count that nobody records, as how many captives will never ask: it has no file. It is simulated from the first day that the record leaves open, in each step after the other streams and given their totals at its end."""
    classes: LabelText = ""
    """The classes of an `OrderedLogistic`, lowest first, as in `none < some < many`."""
    next: dict[NameText, StatementText] = field(default_factory=dict)
    """What the columns of the stream's own rows will be in the future: column name to expression or label. Of a stream whose statement uses a column that is not here nothing is simulated."""
    weight: StatementText = ""
    """How much each row counts, from 0 to 1: an expression of its own columns and clocks, as in `0.5 ** (age / 2)`."""
    reliability: StatementText = ""
    """The probability that a report is right: a number or an expression, as in `right[grade]` or `right[source]`."""
    wrong: StatementText = ""
    """How a value arises in a report that is wrong: one distribution. Required with `reliability`."""


@dataclass(frozen=True)
class RelationTable:
    """What must hold between answers of several topics."""

    __pydantic_config__ = PYDANTIC_CONFIG

    relation: StatementText
    """Two sides with `<=`, `>=` or `==` between them, as in `loyalty.next_wish <= return.next_captive`."""
    why: ProseText
    """Why it must hold, in a sentence."""


RelationFile = dict[NameText, RelationTable]


@dataclass(frozen=True)
class BookFile:
    """What holds for a whole book: seeds/book.toml."""

    __pydantic_config__ = PYDANTIC_CONFIG

    order: list[UnitText] = field(default_factory=list)
    """What the index lists first: questions as `topic.question`, or topics, each for the question that leads it."""


@dataclass(frozen=True)
class RegimeTable:
    """States that nobody records, one in each calendar step, which a stream's rows depend on: `level[phase]` in its statement."""

    __pydantic_config__ = PYDANTIC_CONFIG

    step: Literal["day", "week", "month", "quarter", "year"]
    """The calendar step within which the state stays the same."""
    states: list[LabelText]
    """The names of the states, as in `["closed", "open"]`; a prior with `per` the regime has one value for each."""
    start: StatementText = "stationary"
    """The probability of each state in the step in which the topic opens: `stationary` for the long run's, or a Dirichlet parameter."""
    stay: NameText = ""
    """The probability that the next step has the same state, a parameter, single or `per` the regime; all other states are equally likely."""
    transition: dict[LabelText, NameText] = field(default_factory=dict)
    """Instead of `stay`: for each state the Dirichlet parameter that has the probabilities of the states after it."""


@dataclass(frozen=True)
class QuantityTable:
    """A named sub-expression with its unit."""

    __pydantic_config__ = PYDANTIC_CONFIG

    value: StatementText
    """The expression."""
    unit: UnitText = ""
    """The unit of its value; a `share` must lie between 0 and 1 at every draw."""


@dataclass(frozen=True)
class QuestionTable:
    """What is asked: an expression over parameters and simulated totals, or a type of forecast; with a date and a rule to settle it."""

    __pydantic_config__ = PYDANTIC_CONFIG

    asks: ProseText
    """The question in words."""
    by: date | None = None
    """The last day that counts, UTC. A question about parameters alone needs none."""
    since: date | None = None
    """The first day that counts in the answer's totals. Without it all days count."""
    answer: StatementText = ""
    """A condition (gives a probability), a number (a distribution), `first(condition)` (a date) or a Categorical parameter (shares)."""
    probability: StatementText = ""
    """Instead of an answer: the probability of yes, as a number between 0 and 1 on each draw, for one event of which a fraction is all that is known."""
    choices: dict[LabelText, StatementText] = field(default_factory=dict)
    """Instead of an answer: a condition for each choice; conditions must exclude each other."""
    given: StatementText = ""
    """A condition under which the answer is asked."""
    annulled: StatementText | float = ""
    """What annuls the question: a condition, or the probability of it as an expression or a number. The answer is then given that it is not."""
    settled: ProseText = ""
    """The rule by which the question will be settled."""
    type: Literal["probability", "number", "date", "options"] | None = None
    """Instead of an answer: what people's forecasts of it are, where no model answers it."""
    options: LabelText = ""
    """What may come out where the type is `options`, as in `red, blue, none of them`."""
    unit: UnitText = ""
    """The unit of a number that people forecast."""


@dataclass(frozen=True)
class ScenarioTable:
    """A branch of the future: reports give its probability, and each open answer in the case that it comes about."""

    __pydantic_config__ = PYDANTIC_CONFIG

    title: ProseText
    """What happens in it, in a few words: `Fighting resumes by the end of 2027`."""
    when: StatementText
    """The condition that makes it so, over parameters and simulated totals, as in `total(attacks) >= 1`."""
    by: date | None = None
    """The last day that counts in the condition, UTC. One about parameters alone needs none."""
    since: date | None = None
    """The first day that counts in the condition's totals. Without it all days count, those of the record too."""


@dataclass(frozen=True, kw_only=True)
class StreamChanges:
    """What a variant says of a stream instead: only the keys that differ."""

    __pydantic_config__ = PYDANTIC_CONFIG

    value: StatementText = ""
    """How a row's value arises under this variant."""
    next: dict[NameText, StatementText] = field(default_factory=dict)
    """What the columns of the stream's own rows will be in the future, all of them."""
    reliability: StatementText = ""
    """The probability that a report is right."""
    wrong: StatementText = ""
    """How a value arises in a report that is wrong."""


@dataclass(frozen=True, kw_only=True)
class SeriesChanges:
    """What a variant says of a series instead."""

    __pydantic_config__ = PYDANTIC_CONFIG

    later: StatementText
    """Its value after the last row under this variant."""


@dataclass(frozen=True, kw_only=True)
class VariantTable:
    """A rival structure of the topic: what it replaces, how probable it is before the rows, and why. Its priors are in the prior file."""

    __pydantic_config__ = PYDANTIC_CONFIG

    weight: float
    """Its probability before the rows, between 0 and 1; the topic as it stands has what all variants leave."""
    why: ProseText
    """Why it may be so, and why this weight, in a sentence."""
    streams: dict[NameText, StreamChanges] = field(default_factory=dict)
    """Statements of streams that it replaces."""
    quantities: dict[NameText, StatementText | QuantityTable] = field(default_factory=dict)
    """Quantities that it replaces."""
    series: dict[NameText, SeriesChanges] = field(default_factory=dict)
    """Series whose later values it replaces."""


@dataclass(frozen=True)
class TopicFile:
    """One generative model and the questions asked of it: seeds/<topic>/topic.toml."""

    __pydantic_config__ = PYDANTIC_CONFIG

    title: ProseText
    """The topic's title, as reports show it."""
    opens: date
    """The day on which the record begins."""
    origin: ProseText = ""
    """Where the claim comes from: a file with an anchor, or an address."""
    lead: NameText = ""
    """The question that the topic's page begins with while it is open. Without it the first open question leads."""
    note: ProseText = ""
    """What a reader has to know of the answers: what was changed after an answer had been seen, what rests on silence. It stands beneath the first answer of the topic's page, the first 50 words open and the other sentences folded."""
    step: Literal["day", "week", "month", "quarter", "year"] = "month"
    """How finely the future is simulated."""
    engine: Literal["auto", "nuts"] = "auto"
    """Which engine supplies the draws: `nuts` for NUTS alone; then a `model.py` beside this file is the topic's own PyMC model."""
    series: dict[NameText, SeriesTable] = field(default_factory=dict)
    """Known inputs that change over time, by name."""
    streams: dict[NameText, StreamTable] = field(default_factory=dict)
    """Records of observations, by name."""
    quantities: dict[NameText, StatementText | QuantityTable] = field(default_factory=dict)
    """Named sub-expressions, usable in statements and answers; with a unit as `name = { value = "…", unit = "share" }`."""
    regimes: dict[NameText, RegimeTable] = field(default_factory=dict)
    """Hidden regimes, by name: finitely many states over calendar steps, which are summed out."""
    questions: dict[NameText, QuestionTable] = field(default_factory=dict)
    """What is asked, by name."""
    scenarios: dict[NameText, ScenarioTable] = field(default_factory=dict)
    """Branches of the future, by name, at most eight: they need not exclude each other, nor cover everything."""
    combine: Literal["evidence", "stated", "stacking"] = "evidence"
    """How the answers of variants are combined: by their weights times what the rows say of each, by their weights alone, or by weights that would have foreseen the rows best."""
    variants: dict[NameText, VariantTable] = field(default_factory=dict)
    """Rival structures, by name: each a whole model of its own, whose answers are mixed with those of the topic as it stands."""


@dataclass(frozen=True, kw_only=True)
class ExpertTable:
    """What one person said of an unknown, and why."""

    __pydantic_config__ = PYDANTIC_CONFIG

    prior: StatementText
    """A distribution with its arguments, all of them numbers."""
    why: ProseText
    """Why these numbers, in a sentence."""
    weight: float = 1.0
    """How much this person counts, relative to the others."""
    use: bool = True
    """False where this prior is kept and shown, and counts for nothing."""
    source: ProseText = ""
    """Who was asked, when and how: an address or a citation."""


@dataclass(frozen=True, kw_only=True)
class PriorTable:
    """One unknown of the model: what was believed of it before the record began, and why."""

    __pydantic_config__: ClassVar = {
        **PYDANTIC_CONFIG,
        "json_schema_extra": {"oneOf": [{"required": ["prior"]}, {"required": ["experts"]}]},
    }

    prior: StatementText | dict[LabelText, StatementText] = ""
    """A distribution with its arguments, as in `LogNormal(p5=0.01, p95=2)`; or one for each label (`prior.fear`), with `prior.default` for the others; or, with `weight`, one for each scenario of a mixture. `posterior(topic.name)` is what another topic believes on the same day."""
    why: ProseText | dict[LabelText, ProseText]
    """Why these numbers, in a sentence; or one for each label or scenario."""
    weight: dict[LabelText, float] = field(default_factory=dict)
    """The chance of each scenario, where `prior` is a mixture of them; they add up to 1."""
    experts: dict[NameText, ExpertTable] = field(default_factory=dict)
    """Instead of `prior`: what each of several people said."""
    pool: Literal["linear", "log_odds"] = "linear"
    """How experts are pooled: the weighted mean of their densities, or of their log odds at every threshold."""
    unit: UnitText = ""
    """The unit of the value. Required unless the parameter is a share or a choice among labels."""
    per: NameText = ""
    """One value for each label of this text column or Categorical parameter, used by indexing: `refuses[conflict]`."""
    source: ProseText = ""
    """An address or a citation for the numbers."""
    reviewed: date | None = None
    """The day on which somebody last thought about this prior."""
    by: ProseText = ""
    """Who set it."""


@dataclass(frozen=True, kw_only=True)
class VariantPriors:
    """The priors that a variant of the topic replaces, or has beside the others."""

    __pydantic_config__ = PYDANTIC_CONFIG

    priors: dict[NameText, PriorTable] = field(default_factory=dict)
    """Its own priors, by parameter; each replaces the whole table of the parameter of that name."""


PriorFile = dict[NameText, PriorTable]  # priors/<topic>.toml, without the table below
VARIANTS = "variants"  # the table of both files that no parameter can have the name of
VariantPriorsTable = dict[NameText, VariantPriors]
