"""Reading a book: every file, every check, all problems together, and the topics that have none.

The one way from files to values.  A topic with errors is not in the book; what
is wrong in one file hides nothing in another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from forecast.book.checks.links import check_links, link_warnings
from forecast.book.checks.lookalikes import check_lookalikes
from forecast.book.checks.own import read_own_model
from forecast.book.checks.pools import check_pool, pooled_statement
from forecast.book.checks.priors import check_priors, check_reasons, dependencies
from forecast.book.checks.questions import options_of, question_kind
from forecast.book.checks.regimes import check_regimes, check_unused_regimes, used_regimes
from forecast.book.checks.rows import check_gaps, check_long_rows, check_records, check_stray_files
from forecast.book.checks.seasons import check_seasons
from forecast.book.checks.statements import check_statement
from forecast.book.checks.topic import check_topic, check_unused
from forecast.book.checks.totals import check_crossed_totals
from forecast.book.checks.variants import (
    changes_of,
    check_combination,
    check_lacking,
    check_own_variants,
    check_same_answers,
    check_variants,
    without_lacking,
)
from forecast.book.checks.zeros import check_zeros
from forecast.book.cycles import find_cycles
from forecast.book.cycles import topological_order as dependency_order
from forecast.book.draft import Draft, PriorDraft, QuestionDraft, ScenarioDraft, SeriesDraft, StreamDraft
from forecast.book.draft_reading import read_draft, read_priors, read_variant_draft
from forecast.book.event_phrases import EventPhrases
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, choose_topics, root_problem, topic_names, topic_path
from forecast.book.files.names import DEFAULT
from forecast.book.files.problems import FileFault, Problem, Result, has_errors, sort_problems
from forecast.book.files.shapes import QuestionTable, RegimeTable
from forecast.book.index_order import index_order_problems
from forecast.book.labels import LabelSets, columns_of, find_label_sets, parameter_label_set, report_label_columns
from forecast.book.linked_topics import linked_names, with_sources
from forecast.book.regime import STATIONARY, Regime
from forecast.book.topic import Book, JudgedQuestion, OwnModel, Parameter, PoolPart, Quantity, Question, Series, Stream, Topic, Variant

READ_SUFFIXES = (".csv", ".toml", ".py")  # of the files in a topic's folder, those that a book is made of


def read_book(
    root: Path, topics: Sequence[str] | None = None, *, texts: Mapping[str, str] = MappingProxyType({})
) -> tuple[Book, tuple[Problem, ...]]:
    """Read a book, or some of its topics, and return it with all problems, sorted by place.

    ``texts`` stand for the files at their paths, as if they had been saved.
    """
    missing = root_problem(root)
    if missing is not None:
        return Book(root, MappingProxyType({})), (missing,)
    folder = Folder(root, texts)
    names, problems = choose_topics(folder, topics)
    gathered = list(problems)
    refused = {problem.place.path for problem in problems}
    read: dict[str, Topic | None] = {}
    for name in names:
        topic, wrong = _read_alone(folder, name)
        gathered += wrong
        read[name] = topic if topic_path(name) not in refused else None
    linked, wrong = _link_topics(folder, read)
    gathered += wrong
    if topics is None:
        gathered += index_order_problems(folder, names, linked)
    return Book(root, MappingProxyType(linked)), sort_problems(tuple(gathered))


def read_topic(folder: Folder, name: str) -> Result[Topic]:
    """Read one topic, with those that its links name; None where anything in its files is an error."""
    topic, problems = _read_alone(folder, name)
    linked, wrong = _link_topics(folder, {name: topic})
    return Result(linked.get(name), sort_problems((*problems, *wrong)))


def _link_topics(folder: Folder, read: Mapping[str, Topic | None]) -> tuple[dict[str, Topic], tuple[Problem, ...]]:
    """Topics that have been read, with those that their links name, which are read too; without those whose links are wrong.

    None stands for a topic that has errors of its own.  Problems are of links alone, and of these topics.
    """
    known = dict(read)
    names = topic_names(folder) if any(topic is not None and linked_names(topic) for topic in read.values()) else ()
    waiting = [name for topic in read.values() if topic is not None for name in linked_names(topic)]
    while waiting:
        name = waiting.pop()
        if name not in known and name in names:
            known[name] = _read_alone(folder, name).value
            waiting += linked_names(topic) if (topic := known[name]) is not None else ()
    links = {name: linked_names(topic) if topic is not None else () for name, topic in known.items()}
    circles = find_cycles(links)
    problems: list[Problem] = []
    linked: dict[str, Topic] = {}
    in_circles = tuple(dict.fromkeys(name for circle in circles for name in circle))
    for name in (*dependency_order({name: its for name, its in links.items() if name not in in_circles}), *in_circles):
        topic = known[name]
        if topic is None or not linked_names(topic):
            linked |= {} if topic is None else {name: topic}
            continue
        circle = next((circle for circle in circles if name in circle), ())
        wrong = [*check_links(topic, {source: linked.get(source) for source in linked_names(topic)}, topics=names, circle=circle)]
        if not wrong:
            linked[name] = with_sources(topic, linked)
            wrong = [problem for _, problem in link_warnings(linked[name])]
        problems += wrong if name in read else ()
    return {name: linked[name] for name in read if name in linked}, tuple(problems)


def _read_alone(folder: Folder, name: str) -> Result[Topic]:
    """Read one topic, whose links lead nowhere yet."""
    draft, problems = read_draft(folder, name)
    if draft is None:
        return Result(None, sort_problems((*problems, *_prior_problems(folder, name))))
    labels = find_label_sets(draft)
    files, wrong = _files_of(folder, name)
    is_read = not has_errors(problems)
    gathered = sort_problems(
        (
            *problems,
            *_check_draft(draft, labels),
            *check_stray_files(draft, files),
            *wrong,
            *check_lookalikes(draft),
            *(check_variants(draft) if is_read else ()),
        )
    )
    own, wrong = read_own_model(folder, draft, files)
    gathered = sort_problems((*gathered, *wrong))
    variants: dict[str, Variant] = {}
    gathered = (*gathered, *check_own_variants(draft, own))
    if is_read and own is None and not has_errors(tuple(check_variants(draft))):
        for variant in draft.table.variants:
            gathered += _read_variant(draft, variant, gathered, variants)
    in_use = {*used_regimes(draft), *(regime for variant in variants.values() for regime in variant.topic.regimes)}
    if len(variants) == len(draft.table.variants):
        gathered = (*gathered, *check_unused_regimes(draft, in_use))
    if not has_errors(gathered):  # what is unused or left out can be reported only for a topic that is otherwise sound
        gathered += (*_check_whole(draft), *check_gaps(draft), *check_long_rows(draft), *check_zeros(draft), *check_seasons(draft))
    if has_errors(gathered):
        return Result(None, sort_problems(gathered))
    topic = _topic(draft, labels, own, variants)
    return Result(topic, sort_problems((*gathered, *check_combination(draft, topic))))


def _check_draft(draft: Draft, labels: LabelSets) -> Iterator[Problem]:
    """Everything that the parts of a topic can be asked, whatever is wrong with others."""
    yield from check_priors(draft, labels)
    yield from check_topic(draft, labels)
    yield from check_regimes(draft)
    yield from check_records(draft, labels)


def _check_whole(draft: Draft) -> Iterator[Problem]:
    """What only a topic that is otherwise sound can be asked."""
    yield from check_unused(draft)
    yield from check_crossed_totals(draft)


def _read_variant(base: Draft, name: str, known: Sequence[Problem], variants: dict[str, Variant]) -> tuple[Problem, ...]:
    """The problems of a variant that the topic as it stands has not; a variant without errors is added to ``variants``."""
    draft, problems = read_variant_draft(base, name)
    wrong = list(problems)
    if draft is not None and not has_errors(tuple(wrong := [*problems, *_check_draft(draft, find_label_sets(draft))])):
        wrong += (*check_same_answers(base, draft), *check_lacking(base, draft, name))
        if not has_errors(tuple(wrong)):
            draft = without_lacking(base, draft, name)
            labels = find_label_sets(draft)
            wrong = [*problems, *_check_draft(draft, labels), *_check_whole(draft)]
            written = base.table.variants[name]
            variants[name] = Variant(name, written.weight, written.why, changes_of(base, name), _topic(draft, labels, None, {}))
    old = {*known, *_check_whole(base)} if wrong else set()
    return tuple(replace(problem, message=f"in the variant `{name}`: {problem.message}") for problem in wrong if problem not in old)


def _files_of(folder: Folder, name: str) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The names of the files in a topic's folder, and the problems of those that would be read but are no ordinary files."""
    files: list[str] = []
    problems: list[Problem] = []
    try:
        for entry in folder.names(f"{SEEDS}/{name}"):
            try:
                if folder.kind(f"{SEEDS}/{name}/{entry}") == "file":
                    files.append(entry)
            except FileFault as fault:
                if entry.endswith(READ_SUFFIXES):
                    problems.append(fault.problem)
    except FileFault as fault:
        problems.append(fault.problem)
    return tuple(files), tuple(problems)


def _prior_problems(folder: Folder, name: str) -> tuple[Problem, ...]:
    """What can be said of a prior file whose topic file cannot be used (mistakes in its syntax have been reported already)."""
    read, _ = read_priors(folder, name)
    wrong: list[Problem] = []
    for key, prior in read.parameters.items():
        wrong += check_reasons(prior, key)
        wrong += [problem for written in prior.statements.values() for problem in check_statement(written)]
        wrong += check_pool(prior, key)
    return tuple(wrong)


def _topic(draft: Draft, labels: LabelSets, own: OwnModel | None, variants: Mapping[str, Variant]) -> Topic:
    """The value of a draft without errors."""
    table = draft.table
    parameters = {name: _parameter(draft, labels, name, draft.parameters[name]) for name in dependency_order(dependencies(draft))}
    return Topic(
        name=draft.name,
        title=table.title,
        origin=table.origin,
        opens=table.opens,
        step=table.step,
        series=MappingProxyType({name: _series(name, series) for name, series in draft.series.items()}),
        streams=MappingProxyType({name: _stream(draft, name, stream) for name, stream in draft.streams.items()}),
        quantities=MappingProxyType(
            {name: Quantity(name, its.tree, its.text, _unit_of(draft, name)) for name, its in draft.quantities.items()}
        ),
        questions=MappingProxyType({name: _question(draft, name, question) for name, question in draft.questions.items()}),
        parameters=MappingProxyType(parameters),
        labels=MappingProxyType(labels.sets),
        texts=MappingProxyType({source.path: source.text for source in draft.sources} | ({own.path: own.text} if own else {})),
        engine=table.engine,
        own=own,
        scenarios=MappingProxyType({name: _scenario(draft, name, scenario) for name, scenario in draft.scenarios.items()}),
        judged=MappingProxyType({name: _judged_question(draft, name, table) for name, table in draft.judged.items()}),
        variants=MappingProxyType(variants),
        combine=table.combine,
        lead=table.lead,
        note=table.note,
        regimes=MappingProxyType({name: _regime(name, table.regimes[name]) for name in used_regimes(draft)}),
    )


def _regime(name: str, table: RegimeTable) -> Regime:
    start = "" if table.start == STATIONARY else table.start
    return Regime(name, table.step, tuple(table.states), start, table.stay, MappingProxyType(table.transition))


def _series(name: str, draft: SeriesDraft) -> Series:
    return Series(name, draft.table.about, draft.table.unit, draft.later.tree if draft.later else None, draft.table.later, draft.points)


def _stream(topic: Draft, name: str, draft: StreamDraft) -> Stream:
    table, record = draft.table, draft.record
    covariates, label_columns = columns_of(topic, draft)
    return Stream(
        name=name,
        about=table.about,
        unit=table.units or table.unit,
        phrases=EventPhrases(table.event, table.events, table.no_event, table.unit if table.units else ""),
        value=draft.value.tree,
        watched=table.watched,
        next=MappingProxyType({column: written.tree for column, written in draft.next.items()}),
        next_texts=MappingProxyType(table.next),
        rows=record.rows if record else (),
        covariates=covariates,
        label_columns=label_columns,
        weight=draft.weight.tree if draft.weight else None,
        reliability=draft.reliability.tree if draft.reliability else None,
        wrong=draft.wrong.tree if draft.wrong else None,
        entering_texts=MappingProxyType({key: getattr(table, key) for key in ("weight", "reliability", "wrong") if getattr(table, key)}),
        reported=report_label_columns(topic, draft),
        classes=draft.classes.labels if draft.classes else (),
        once=table.once,
        latent=table.latent,
    )


def _parameter(draft: Draft, labels: LabelSets, name: str, prior: PriorDraft) -> Parameter:
    table = prior.table
    statements = {label: written.tree for label, written in prior.statements.items()}
    parts = tuple(
        PoolPart(key, part.weight, part.written.tree, part.why, part.source, part.is_used)
        for key, part in prior.parts.items()
        if part.written
    )
    default = pooled_statement(prior) if prior.pooling else statements.pop(DEFAULT, None)
    why: dict[str, str] = {}
    if isinstance(table.why, str):
        why = {"": table.why}
    elif not parts:
        why = {"" if label == DEFAULT else label: text for label, text in table.why.items()}
    return Parameter(
        name=name,
        place=draft.priors.place((name,)),
        prior=default,
        by_label=MappingProxyType(statements),
        per=parameter_label_set(name, prior),
        labels=labels.sets.get(parameter_label_set(name, prior), ()),
        categories=prior.categories,
        unit=table.unit,
        why=why.pop("", ""),
        why_by_label=MappingProxyType(why),
        source=table.source,
        reviewed=table.reviewed,
        by=table.by,
        parts=parts,
        pooling=prior.pooling,
        links=MappingProxyType({"" if label == DEFAULT else label: link for label, link in prior.links.items()}),
    )


def _unit_of(draft: Draft, quantity: str) -> str:
    table = draft.table.quantities[quantity]
    return "" if isinstance(table, str) else table.unit


def _judged_question(draft: Draft, name: str, table: QuestionTable) -> JudgedQuestion:
    assert table.type is not None  # else it would be the model's
    place = draft.topic.place(("questions", name))
    return JudgedQuestion(name, place, table.asks, table.by, table.type, options_of(table), table.unit, table.settled)


def _question(draft: Draft, name: str, question: QuestionDraft) -> Question:
    table = question.table
    return Question(
        name=name,
        place=draft.topic.place(("questions", name)),
        asks=table.asks,
        by=table.by,
        answer=question.answer.tree if question.answer else None,
        answer_text=table.answer or table.probability,
        choices=MappingProxyType({label: written.tree for label, written in question.choices.items()}),
        choice_texts=MappingProxyType(table.choices),
        given=question.given.tree if question.given else None,
        given_text=table.given,
        settled=table.settled,
        kind=question_kind(draft, question),
        since=table.since,
        annulled=question.annulled.tree if question.annulled else None,
        annulled_text=question.annulled.text if question.annulled else "",
    )


def _scenario(draft: Draft, name: str, scenario: ScenarioDraft) -> Question:
    """A scenario as the question whether it comes about."""
    table = scenario.table
    return Question(
        name=name,
        place=draft.topic.place(("scenarios", name)),
        asks=table.title,
        by=table.by,
        answer=scenario.when.tree,
        answer_text=table.when,
        choices=MappingProxyType({}),
        choice_texts=MappingProxyType({}),
        given=None,
        given_text="",
        settled="",
        kind="probability",
        since=table.since,
    )
