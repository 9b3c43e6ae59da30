"""One topic from what is planned for it to its report: condition, compare the engines, simulate, answer, explain, render.

What the plan found in the cache is used; everything else is computed, and handed back to be kept.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

import numpy as np

from forecast.actions.cache import verdict_as_data
from forecast.actions.compute_variants import analyse_variants
from forecast.actions.plan import TopicPlan
from forecast.actions.run import Run, TopicResult
from forecast.actions.scenarios import branches_content
from forecast.actions.topic_contracts import compare_contracts
from forecast.book.comparable import evidence_obstacle
from forecast.book.files.exceptions import exception_text
from forecast.book.files.layout import topic_path
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.hashes import linked_part, numbers_hash, words_hash
from forecast.book.links import LinkFit, PosteriorLink
from forecast.book.topic import BASE, Topic
from forecast.cache.draws import draws_from_bytes, draws_to_bytes
from forecast.cache.fits import fit_to_bytes
from forecast.cache.keys import content_key, draws_key, fit_key, verdict_key
from forecast.cache.store import CachedResult
from forecast.content.contracts import with_contracts
from forecast.content.lasting_insight import insight_with_day
from forecast.content.on_record import with_questions_on_record
from forecast.content.parameters import parameter_contents
from forecast.content.priors_written import with_day_written
from forecast.content.topic import topic_content
from forecast.elicitation.prior_checks import prior_data_conflicts, prior_warnings
from forecast.inference.importance.threads import one_thread
from forecast.inference.posterior import Posterior
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, Simulations, analyse
from forecast.predict.carried_draws import carry
from forecast.processes import pickle_task, unpickle_task
from forecast.report.pages import page_and_data, report_files
from forecast.schema.insight import ImpliedContent, InsightContent
from forecast.schema.topic import ParameterContent, RunContent, RunHashes, RunSources, TopicContent, VerdictContent, content_bytes
from forecast.schema.variants import WiderPriors

MOST_ROWS_EXPLAINED = 10_000  # which takes about a minute
BORROWED = "The draws of NUTS are those under `{}`, weighted anew by the ratio of the priors."
NO_OTHER_ENGINE = "This topic brings its own model, {}: NUTS alone can sample it, and no other engine has checked it."


def task_of(run: Run, topic: Topic, plan: TopicPlan) -> bytes:
    """Return what is to be computed of a topic as bytes, for ``compute_task`` in another process: it needs no file of the book."""
    return pickle_task((run, topic, plan))


def compute_task(task: bytes) -> bytes:
    """Return what a topic came to, as bytes for ``unpickle_task``."""
    run, topic, plan = unpickle_task(task)
    return pickle_task(report_or_failure(run, topic, plan, ignore_progress))


def report_or_failure(run: Run, topic: Topic, plan: TopicPlan, progress: Progress) -> TopicResult:
    """Return what a topic came to, or that it failed, whatever the reason: no topic stops another.  Raises ``FileFault`` alone."""
    try:
        made = make_report(run, topic, plan, progress)
    except FileFault:
        raise
    except Exception as error:  # noqa: BLE001 - the other topics are published; the traceback is kept for a report
        message = f"computing this topic failed: {exception_text(error)}"
        trace = "" if isinstance(error, MemoryError) else "".join(traceback.format_exception(error))
        return TopicResult(problems=(Problem(Place(topic_path(topic.name)), message),), failed=True, trace=trace)
    return replace(made, failed=bool(made.problems))


def make_report(run: Run, topic: Topic, plan: TopicPlan, progress: Progress) -> TopicResult:
    """Return a topic's report as planned, or the problems that forbid one."""
    if plan.content is not None:
        renewed = [CachedResult("content", plan.content_key, content_bytes(plan.content))] if plan.renews_reasons else []
        return TopicResult(plan.content, _files(run, plan), kept=tuple(renewed), content_key=plan.content_key)
    settings = replace(run.settings, engine="importance") if run.fast else run.settings
    topic = with_carried_posteriors(topic, run.as_of, settings, plan.fits)
    try:
        with one_thread():  # sums in one order: the same bytes however many cores there are
            content, kept = _compute_content(run, topic, plan, progress)
            kept += _fits_to_keep(run, topic, plan)
    except Unsound as unsound:
        return TopicResult(problems=unsound.problems)
    content = with_day_written(with_questions_on_record(content, plan.on_record), plan.written)
    files = _files(run, replace(plan, content=content))
    if run.fast:
        return TopicResult(content, files)
    under = content_key(
        plan.insight_key,
        settings=run.settings,
        verdict=_verdict_of_engines(content),
        hindcast=run.is_hindcast,
        explained=run.insight or (content["insight"] is not None and "as_of" not in content["insight"]),
        markets="" if plan.markets is None else plan.markets.key,
    )
    kept.append(CachedResult("content", under, files[f"{topic.name}.json"]))
    return TopicResult(content, files, kept=tuple(kept), content_key=under)


def _files(run: Run, plan: TopicPlan) -> dict[str, bytes]:
    """The files that the content of a plan makes, where they are to be made."""
    if plan.content is None or not plan.renders:
        return {}
    if run.fast and not run.insight:
        return page_and_data(plan.content)
    return report_files(plan.content) if run.pages else {f"{plan.topic}.json": content_bytes(plan.content)}


def _verdict_of_engines(content: TopicContent) -> VerdictContent | None:
    """What the comparison of the engines came to, as a plan has it: None where there was none."""
    return None if content["verdict"]["verdict"] == "not refereed" else content["verdict"]


def _compute_content(run: Run, topic: Topic, plan: TopicPlan, progress: Progress) -> tuple[TopicContent, list[CachedResult]]:
    """Conclude one topic, with the verdict remembered or made: the content of its report, and the parts of it to be kept."""
    if topic.variants:
        return _compute_mixed_content(run, topic, plan, progress)
    as_of, settings = run.as_of, run.settings
    analysis, made = analyse_with_referee(
        topic,
        as_of,
        replace(settings, engine="importance", chances=run.insight) if run.fast else settings,
        referee="referee" in plan.steps,
        confirmed=plan.verdict is not None and plan.verdict["verdict"] == "agreed",
        draws=plan.draws,
        progress=progress,
    )
    verdict = made or plan.verdict
    kept = [] if run.fast or plan.draws is not None else _draws_to_keep(run, topic, analysis, verdict)
    kept += _carried_fits(run, topic, plan, {BASE: analysis.result.posterior}, None)
    explainable = topic.own is None and analysis.model.row_count <= MOST_ROWS_EXPLAINED
    insight = plan.insight if explainable else None  # it weighs draws by the statements, which its own model may not follow
    if run.insight and explainable and insight is None:
        from forecast.insight.explaining import explain

        insight = explain(analysis, earlier=plan.earlier, progress=progress)
        kept += _insight_to_keep(run, plan, insight)
    parameters = parameter_contents(analysis.prior, analysis.result.posterior)
    unexplained = [_no_insight_warning(analysis)] if run.insight and topic.own is None and not explainable else []
    content = topic_content(
        topic=topic,
        parameters=parameters,
        implied=unexplained if run.fast else [*_prior_implications(analysis, parameters), *unexplained],
        posterior=analysis.result.posterior,
        prior=analysis.prior,
        paths=analysis.result.paths,
        answers=analysis.result.answers,
        verdict=verdict,
        run=_run_content(run, topic, verdict),
        insight=insight,
        scenarios=branches_content(topic, {BASE: analysis.result}, None, analysis.result.answers, settings),
    )
    return _with_markets(content, run, topic, plan, analysis.result.posterior), kept


def _with_markets(content: TopicContent, run: Run, topic: Topic, plan: TopicPlan, posterior: Posterior | None) -> TopicContent:
    """The content with the topic's contracts, where it has some; a topic with variants has no one posterior."""
    if plan.markets is None:
        return content
    answers = {answer["name"]: answer for answer in content["answers"]}
    contracts = compare_contracts(plan.markets, topic, posterior, answers, as_of=run.as_of, seed=run.settings.seed)
    return with_contracts(content, contracts)


def _compute_mixed_content(run: Run, topic: Topic, plan: TopicPlan, progress: Progress) -> tuple[TopicContent, list[CachedResult]]:
    """The content of the report of a topic with variants, each concluded by itself; of its parts, what it says of why is kept."""
    settings = replace(run.settings, engine="importance", chances=run.insight) if run.fast else run.settings

    from forecast.insight.variant_pools import lenders

    lender_of = lenders(topic, run.as_of)
    lent: dict[str, Simulations] = {}

    def analyse_one(name: str, rival: Topic) -> tuple[Analysis, VerdictContent | None]:
        known = None if plan.verdict is None else plan.verdict.get("variants", {}).get(name)
        lender = lender_of.get(name, "")
        analysis, made = analyse_with_referee(
            rival,
            run.as_of,
            settings,
            referee="referee" in plan.steps,
            confirmed=known is not None and known["verdict"] == "agreed",
            weighs=not evidence_obstacle(topic),
            lent=lent.get(lender),
            lends=name in lender_of.values(),
            progress=progress,
        )
        if name in lender_of.values():
            lent[name] = analysis.lent
        if made is not None and analysis.borrowed_nuts:
            made = {**made, "sentence": f"{made['sentence']} {BORROWED.format(lender)}"}
        return replace(analysis, lent=Simulations()), made

    together = analyse_variants(topic, settings, analyse_one)
    lent.clear()  # paths behind chances take memory
    borrowed = {name: lender_of[name] for name, its in together.analyses.items() if its.borrowed_draws}
    verdict = together.verdict if plan.verdict is None else plan.verdict
    wider: list[WiderPriors] = []
    if run.insight and together.weights.combine == "evidence":
        from forecast.insight.wider_priors import weights_with_wider_priors

        progress("asking why")
        wider = weights_with_wider_priors(topic, {name: its.result.posterior for name, its in together.analyses.items()}, settings)
    base = together.base
    insight = plan.insight
    kept: list[CachedResult] = []
    if run.insight and insight is None and base.model.row_count <= MOST_ROWS_EXPLAINED:
        from forecast.insight.explaining_variants import explain_variants

        insight = explain_variants(topic, together.analyses, together.answers, together.weights, earlier=plan.earlier, progress=progress)
        kept += _insight_to_keep(run, plan, insight)
    parameters = parameter_contents(base.prior, base.result.posterior)
    content = topic_content(
        topic=topic,
        parameters=parameters,
        implied=() if run.fast else _prior_implications(base, parameters),
        posterior=base.result.posterior,
        prior=base.prior,
        paths=base.result.paths,
        answers=together.answers,
        totals=together.totals(topic),
        verdict=verdict,
        run=_run_content(run, topic, verdict),
        insight=insight,
        variants=together.content(topic, verdict, wider, borrowed),
        scenarios=branches_content(
            topic, {name: its.result for name, its in together.analyses.items()}, together.weights, together.answers, settings
        ),
    )
    posteriors = {name: its.result.posterior for name, its in together.analyses.items()}
    weights = {name: together.weights.weight(name) for name in posteriors}
    return _with_markets(content, run, topic, plan, None), [*kept, *_carried_fits(run, topic, plan, posteriors, weights)]


def _insight_to_keep(run: Run, plan: TopicPlan, insight: InsightContent) -> list[CachedResult]:
    """What a report says of why, for a report of the same day and, with its day, for quick ones of later days."""
    results = [CachedResult("insight", plan.insight_key, json.dumps(insight, default=_plain_number).encode())]
    if plan.lasting_key:
        lasting = insight_with_day(insight, run.as_of)
        results.append(CachedResult("insight", plan.lasting_key, json.dumps(lasting, default=_plain_number).encode()))
    return results


def _carried_fits(
    run: Run, topic: Topic, plan: TopicPlan, posteriors: Mapping[str, Posterior], weights: Mapping[str, float] | None
) -> list[CachedResult]:
    """What carries the posteriors that other topics' links name, to be kept for these; nothing of one that cannot be carried, which they say."""
    fits: dict[PosteriorLink, LinkFit] = {}
    for link in plan.carries if not run.fast else ():
        with suppress(Unsound):
            fits[link] = carry(link, topic, posteriors, weights)
    return [CachedResult("fit", _fit_key(run, link, topic), fit_to_bytes(fit)) for link, fit in fits.items()]


def _fits_to_keep(run: Run, topic: Topic, plan: TopicPlan) -> list[CachedResult]:
    """What carries the posteriors that a topic's own links name, where it has been worked out for it alone."""
    made = {
        link.address: (link, rival.sources[link.topic], rival.carried.fit(link, run.as_of))
        for rival in topic.rivals.values()
        for link in rival.links.values()
        if rival.carried is not None and link.address not in plan.fits and not run.fast
    }
    return [CachedResult("fit", _fit_key(run, link, source), fit_to_bytes(fit)) for link, source, fit in made.values()]


def _fit_key(run: Run, link: PosteriorLink, source: Topic) -> str:
    return fit_key(link, source, as_of=run.as_of, settings=run.settings, environment=run.environment)


def _draws_to_keep(run: Run, topic: Topic, analysis: Analysis, verdict: VerdictContent | None) -> list[CachedResult]:
    """The posterior, where it is not too large."""
    drawn = draws_to_bytes(analysis.result.posterior)
    word = "" if verdict is None else verdict["verdict"]
    key = draws_key(topic, as_of=run.as_of, settings=run.settings, environment=run.environment, verdict=word)
    return [] if drawn is None else [CachedResult("draws", key, drawn)]


def _run_content(run: Run, topic: Topic, verdict: VerdictContent | None) -> RunContent:
    """How the report can be made again, and the hashes of what it was made of."""
    hashes: RunHashes = {"numbers": numbers_hash(topic, as_of=run.as_of), "words": words_hash(topic)}
    if verdict is not None:
        made_with = verdict.get("versions", run.environment.versions)
        hashes["refereed"] = verdict_key(topic, as_of=run.as_of, settings=run.settings, computing=made_with)
    return {
        "command": _command(topic, run.as_of, run.settings),
        "seed": run.settings.seed,
        "draws": run.settings.draws,
        "hindcast": run.is_hindcast,
        "versions": dict(run.environment.versions),
        "hashes": hashes,
        **_source_hashes(topic, run.as_of),
    }


def _source_hashes(topic: Topic, as_of: date) -> RunSources:
    """The hashes of the topics that links name; nothing where there are none."""
    sources = {name: numbers_hash(linked_part(topic, name), as_of=as_of) for name in topic.sources}
    return {"sources": sources} if sources else {}


def _plain_number(number: object) -> object:
    """A number of NumPy as Python has it; raises ``TypeError`` for anything else."""
    if isinstance(number, np.generic):
        return number.item()
    raise TypeError(f"{type(number).__name__} is no plain data")


def analyse_with_referee(
    topic: Topic,
    as_of: date,
    settings: Settings,
    *,
    referee: bool,
    confirmed: bool = False,
    draws: bytes | None = None,
    weighs: bool = False,
    lent: Simulations | None = None,
    lends: bool = False,
    progress: Progress,
) -> tuple[Analysis, VerdictContent | None]:
    """Conclude a topic, and return the verdict as a report keeps it; None where no second engine was tried.

    ``weighs``, ``lent`` and ``lends`` are as in ``analyse``; ``draws`` are those that the same calculation gave before, as bytes.  Raises ``Unsound`` as ``analyse`` does.
    """
    known = None if draws is None else draws_from_bytes(draws, model_as_of(topic, as_of))
    analysis = analyse(
        topic,
        as_of,
        settings,
        referee=referee,
        confirmed=confirmed,
        posterior=known,
        weighs=weighs,
        lent=lent,
        lends=lends,
        progress=progress,
    )
    if topic.own is not None:
        return analysis, {"verdict": "not refereed", "sentence": NO_OTHER_ENGINE.format(topic.own.path), "checks": []}
    return analysis, None if analysis.verdict is None else verdict_as_data(analysis.verdict)


def _prior_implications(analysis: Analysis, parameters: Sequence[ParameterContent]) -> list[ImpliedContent]:
    """What the topic's priors imply that nobody can have meant, and which of them the record contradicts."""
    model, prior = analysis.model, analysis.prior
    return [*prior_warnings(model.topic, model.as_of, prior), *prior_data_conflicts(parameters, prior, analysis.result.posterior)]


def _no_insight_warning(analysis: Analysis) -> ImpliedContent:
    """That the report does not say why, since the record is too long for that."""
    rows = analysis.model.row_count
    message = f"this report does not say why: its record has {rows:,} rows, and at most {MOST_ROWS_EXPLAINED:,} are explained"
    return {
        "file": "topic",
        "keys": ["streams"],
        "message": message,
        "hint": "add rows up, as a week's or a month's, to see what moved an answer",
    }


def _command(topic: Topic, as_of: date, settings: Settings) -> str:
    """The command that makes the report again."""
    words = ["forecast update", topic.name, f"--as-of {as_of}"]
    plain = Settings()
    changed = [name for name in ("engine", "seed", "draws") if getattr(settings, name) != getattr(plain, name)]
    words += ["--trust"] if topic.own is not None else []
    return " ".join([*words, *(f"--{name} {getattr(settings, name)}" for name in changed)])
