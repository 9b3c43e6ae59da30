"""What an update will do of each topic, and why: what it reuses from the cache, and what it computes and renders anew."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from forecast.actions.cache import cached_verdict, reusable_reports
from forecast.actions.pages import files_stand, pages_key
from forecast.actions.run import Run
from forecast.actions.standing import parse_content
from forecast.actions.topic_contracts import TopicMarkets, read_markets
from forecast.book.cycles import topological_order
from forecast.book.files.folder import Folder
from forecast.book.hashes import linked_part, numbers_hash, words_hash
from forecast.book.linked_topics import all_links, all_sources
from forecast.book.links import LinkFit, PosteriorLink
from forecast.book.topic import BASE, Book, Topic
from forecast.book.written_priors import day_written
from forecast.cache.fits import fit_from_bytes
from forecast.cache.keys import calculation_key, content_key, draws_key, fit_key, insight_key, lasting_insight_key
from forecast.cache.store import Store
from forecast.content.lasting_insight import insight_on_a_later_day
from forecast.content.on_record import questions_on_record, with_questions_on_record
from forecast.content.priors_written import with_day_written
from forecast.content.reasons import with_reasons
from forecast.model.record import records_as_of
from forecast.predict.analysis import settings_for
from forecast.schema.insight import InsightContent
from forecast.schema.json_data import round_numbers
from forecast.schema.on_record import RecordedQuestion
from forecast.schema.topic import TopicContent, VerdictContent

if TYPE_CHECKING:
    from forecast.insight.change_report import EarlierReport

type PlanStep = Literal["condition", "referee", "simulate", "explain"]

NEVER_COMPUTED = "no report yet"
NOT_KEPT = "its results are not in the cache"
MARKETS_OR_NOT_KEPT = "its contracts or their quotes changed, or its results are not in the cache"
UNCHANGED = "nothing changed"
FILES_MISSING = "files of the report are missing, or are not as they were written"
RECORD_ALONE = "only forecasts on record changed"
REASONS_ALONE = "only titles, descriptions or reasons changed"


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """What will be done of one topic: the steps to compute, in their order, and what is reused instead.

    ``content`` is a whole report that is reused, kept under ``content_key``; ``draws_key`` the key of the posterior, which
    ``with_draws`` reads as bytes, ``insight`` what a report says of why (kept under ``insight_key`` and, for quick updates of later days
    on which no number has changed, under ``lasting_key``, which is empty for a hindcast) and ``verdict``
    what the engines' comparison came to; each None where it is made anew or not at all.  ``renders`` says whether the report's files are
    made, which stand as they were written otherwise; ``renews_reasons`` that what the content only repeats from the topic's files is
    another than when it was kept.  ``on_record`` is what people said of its questions, ``markets`` its contracts and their quotes,
    ``written`` since when its priors have been public.  ``reason`` says why in words.
    ``carries`` are the links of other topics to this one.  ``fits`` have what carries the posteriors that its own links name, and those
    that these lead to, by address, and ``fit_keys`` the keys under which ``with_kept`` reads them.
    """

    topic: str
    steps: tuple[PlanStep, ...]
    reason: str
    renders: bool = True
    insight_key: str = ""
    lasting_key: str = ""
    content_key: str = ""
    content: TopicContent | None = None
    renews_reasons: bool = False
    draws_key: str = ""
    draws: bytes | None = None
    insight: InsightContent | None = None
    verdict: VerdictContent | None = None
    earlier: EarlierReport | None = None
    on_record: tuple[RecordedQuestion, ...] = ()
    markets: TopicMarkets | None = None
    written: date | None = None
    fit_keys: Mapping[str, str] = field(default_factory=dict)
    fits: Mapping[str, LinkFit] = field(default_factory=dict)
    carries: tuple[PosteriorLink, ...] = ()


def plan_topics(run: Run, book: Book, entries: Sequence[Mapping[str, Any]], store: Store) -> dict[str, TopicPlan]:
    """Return the plan of each topic of a book; ``entries`` are those of the ledger."""
    markets = read_markets(run.root, book.topics.values(), entries, as_of=run.as_of)
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        lines.setdefault(entry["topic"], []).append(entry)
    prepared = {name: _Prepared.of(run, topic, lines.get(name, ()), markets.get(name)) for name, topic in book.topics.items()}
    kept = store.find(key for topic in prepared.values() for key in topic.keys_to_find())
    drawn = store.keys_kept(topic.draws_key for topic in prepared.values() if not topic.referee)
    plans = {name: topic.plan(run, kept, drawn) for name, topic in prepared.items()}
    plans = {name: _with_links(run, plan, book) if plan.steps else plan for name, plan in plans.items()}
    states = store.find(pages_key(run, name) for name, plan in plans.items() if plan.content is not None)
    return {name: _without_standing_files(run, plan, states.get(pages_key(run, name))) for name, plan in plans.items()}


def waves_of_links(book: Book, plans: Mapping[str, TopicPlan]) -> list[dict[str, TopicPlan]]:
    """Return plans in groups, each topic in one after those of the topics that its links lead to; otherwise in their order.

    A topic is in the last group in which it may be, so that others do not wait for it.
    """
    sources = {name: [source for source in all_sources(book.topics[name]) if source in plans] for name in plans}
    after = dict.fromkeys(plans, 0)  # how many groups follow that of a topic
    for name in reversed(list(topological_order({name: tuple(its) for name, its in sources.items()}))):
        for source in sources[name]:
            after[source] = max(after[source], after[name] + 1)
    last = max(after.values(), default=-1)
    waves: list[dict[str, TopicPlan]] = [{} for _ in range(last + 1)]
    for name, plan in plans.items():
        waves[last - after[name]][name] = plan
    return waves


def _with_links(run: Run, plan: TopicPlan, book: Book) -> TopicPlan:
    """The plan of a topic that is computed, with what it takes from other topics and what these take from it."""
    topic = book.topics[plan.topic]
    keys = {
        address: fit_key(link, source, as_of=run.as_of, settings=run.settings, environment=run.environment)
        for address, (link, source) in all_links(topic).items()
    }
    others = (rival for other in book.topics.values() for rival in other.rivals.values())
    carries = {link.address: link for other in others for link in other.links.values() if link.topic == plan.topic}
    return replace(plan, fit_keys=keys, carries=tuple(carries.values()))


def plan_of_standing(name: str) -> TopicPlan:
    """Return the plan of a topic of which nothing has changed: nothing is done."""
    return TopicPlan(name, (), UNCHANGED, renders=False)


def with_kept(plan: TopicPlan, store: Store) -> TopicPlan:
    """Return a plan with the draws that it reuses, and what carries the posteriors that its links name, as far as that is kept.

    They are read when the plan is carried out: draws of all topics would fill the memory, and other topics come before.
    """
    if plan.fit_keys:
        kept = store.find(plan.fit_keys.values())
        plan = replace(plan, fits={address: fit_from_bytes(kept[key]) for address, key in plan.fit_keys.items() if key in kept})
    return replace(plan, draws=store.find([plan.draws_key]).get(plan.draws_key)) if plan.draws_key else plan


def plan_draft(run: Run, topic: Topic) -> TopicPlan:
    """Return the plan of a draft, which takes nothing from the cache but what a report says of the engines' comparison.

    Contracts are left out: reading the quotes of some takes longer than all else.
    """
    return _Prepared.of(run, topic, _entries_of(run) if run.insight else ()).plan(run, {}, ())


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A topic with the keys of its results, before it is known which of them are kept."""

    topic: Topic
    reports: tuple[dict[str, Any], ...]
    verdict: VerdictContent | None
    referee: bool
    earlier: EarlierReport | None
    draws_key: str
    insight_key: str
    lasting_key: str
    content_keys: tuple[str, ...]  # of the whole report: one that says why and, where none is asked for, one that does not
    on_record: tuple[RecordedQuestion, ...]
    written: date | None
    markets: TopicMarkets | None = None

    @classmethod
    def of(cls, run: Run, topic: Topic, entries: Sequence[Mapping[str, Any]], markets: TopicMarkets | None = None) -> _Prepared:
        """Prepare a topic."""
        settings, computing = run.settings, run.environment.versions
        reports = reusable_reports(run.root, topic.name, as_of=run.as_of, today=run.today)
        verdict = None if run.referee else cached_verdict(reports, topic, as_of=run.as_of, settings=settings, computing=computing)
        if verdict is not None and verdict["verdict"] == "unconfirmed" and settings_for(topic, settings).engine == "nuts":
            verdict = None  # what is unsure of NUTS where nothing confirms it, only a run of the fast engine says
        earlier = _earlier_report(run, topic, entries)
        key = calculation_key(topic, as_of=run.as_of, settings=settings, computing=computing)
        insight = insight_key(
            topic, key, environment=run.environment, as_of=run.as_of, earlier="" if earlier is None else earlier.tagged_text()
        )
        word = "" if verdict is None else verdict["verdict"]
        return cls(
            topic,
            reports,
            verdict,
            run.referee is not False and verdict is None and topic.own is None,
            earlier,
            draws_key(topic, as_of=run.as_of, settings=settings, environment=run.environment, verdict=word),
            insight,
            "" if run.is_hindcast else lasting_insight_key(topic, key, environment=run.environment, as_of=run.as_of),
            tuple(
                content_key(
                    insight,
                    settings=settings,
                    verdict=verdict,
                    hindcast=run.is_hindcast,
                    explained=explained,
                    markets="" if markets is None else markets.key,
                )
                for explained in ((True,) if run.insight else (True, False))
            ),
            tuple(questions_on_record(run.root, topic, run.as_of)),
            day_written(topic, entries, run.today),
            markets,
        )

    def keys_to_find(self) -> tuple[str, ...]:
        """The keys of what may be reused; where the engines are to be compared, both must run.

        What was found of why is reused also where it is not asked for: it still holds.
        """
        of_insight = (self.insight_key, *((self.lasting_key,) if self.lasting_key else ()))
        return of_insight if self.referee else (*self.content_keys, *of_insight)

    def plan(self, run: Run, kept: Mapping[str, bytes], drawn: Container[str]) -> TopicPlan:
        """What is done of the topic where some results are kept, and draws under the keys ``drawn``."""
        plan = TopicPlan(
            self.topic.name,
            (),
            UNCHANGED,
            insight_key=self.insight_key,
            lasting_key=self.lasting_key,
            verdict=self.verdict,
            earlier=self.earlier,
            on_record=self.on_record,
            markets=self.markets,
            written=self.written,
        )
        content_key = next((key for key in self.content_keys if key in kept), "")
        if not self.referee and content_key:
            content = parse_content(kept[content_key])
            has_words = content["run"]["hashes"]["words"] == words_hash(self.topic)
            renewed = with_questions_on_record(content if has_words else with_reasons(content, self.topic), self.on_record)
            renewed = with_day_written(renewed, self.written)
            if renewed is content:
                return replace(plan, content=content, content_key=content_key)
            return replace(
                plan,
                content=renewed,
                content_key=content_key,
                renews_reasons=True,
                reason=RECORD_ALONE if has_words else REASONS_ALONE,
            )
        draws = self.draws_key if not self.referee and self.draws_key in drawn else ""
        insight: InsightContent | None = None
        if self.insight_key in kept:
            insight = json.loads(kept[self.insight_key])
        elif not run.insight:
            insight = self._lasting_insight(run, kept)
        steps: list[PlanStep] = ["condition"] if not draws else []
        steps += ["referee"] if self.referee else []
        steps += ["simulate"]
        steps += ["explain"] if run.insight and insight is None and self.topic.own is None else []
        return replace(
            plan,
            steps=tuple(steps),
            reason=_reason(run, self.topic, self.reports, referee=self.referee, markets=self.markets is not None),
            draws_key=draws,
            insight=insight,
        )

    def _lasting_insight(self, run: Run, kept: Mapping[str, bytes]) -> InsightContent | None:
        """What a report of an earlier day said of why, as far as it holds on this day, where no number has changed since and it is kept."""
        found = kept.get(self.lasting_key)
        return None if found is None else insight_on_a_later_day(json.loads(found), run.as_of)


def _without_standing_files(run: Run, plan: TopicPlan, state: bytes | None) -> TopicPlan:
    """The plan, which renders nothing where the files of a report that is reused stand as they were written."""
    if plan.content is None or not run.pages:
        return plan
    if files_stand(run, state, plan.content["digest"]):
        return replace(plan, renders=False)
    return replace(plan, reason=FILES_MISSING) if plan.reason == UNCHANGED else plan


def _reason(run: Run, topic: Topic, reports: Sequence[Mapping[str, Any]], *, referee: bool, markets: bool) -> str:
    """Why a topic is computed: what differs from the report before."""
    if run.referee:
        return "the engines are to be compared anew"
    if not reports:
        return NEVER_COMPUTED
    try:
        differences = list(_differences(run, topic, reports[0]))
    except (KeyError, TypeError, AttributeError, ValueError):
        differences = ["its report is not whole"]
    if not differences:
        differences = ["no comparison of the engines is on record"] if referee else [MARKETS_OR_NOT_KEPT if markets else NOT_KEPT]
    return "; ".join(differences)


def _differences(run: Run, topic: Topic, report: Mapping[str, Any]) -> list[str]:
    hashes, ran = report["run"]["hashes"], report["run"]
    differences: list[str] = []
    if hashes["numbers"] != numbers_hash(topic, as_of=run.as_of):
        other = "rows or how they enter, or how variants are combined" if topic.variants else "rows, or how they enter"
        differences.append(f"changed: {_changed_parts(topic, report) or other}")
    elif hashes["words"] != words_hash(topic):
        differences.append("texts that are shown changed")
    if report["as_of"] != run.as_of.isoformat():
        differences.append(f"another day: the report is as of {report['as_of']}")
    moved = [
        f"{name} {ran['versions'].get(name)} → {version}"
        for name, version in run.environment.versions.items()
        if ran["versions"].get(name) != version
    ]
    differences += [f"other versions: {', '.join(moved)}"] if moved else []
    differences += [f"another {name}" for name in ("seed", "draws") if ran[name] != getattr(run.settings, name)]
    if run.insight and topic.own is None and (report["insight"] is None or "as_of" in report["insight"]):
        differences.append("the report does not say why" if report["insight"] is None else "what it says of why is of an earlier day")
    return differences


def _changed_parts(topic: Topic, report: Mapping[str, Any]) -> str:
    """Which priors, streams, questions and scenarios are not as a report has them."""
    priors: dict[str, dict[str, str]] = {}
    for parameter in report["parameters"]:
        priors.setdefault(parameter["name"], {})[parameter["label"]] = parameter["statement"]
    now = {name: {label: parameter.text_for(label) for label in parameter.labels or ("",)} for name, parameter in topic.parameters.items()}
    sources = report["run"].get("sources", {})
    parts = [
        f"the posterior of `{name}`"
        for name in topic.sources
        if sources.get(name) != numbers_hash(linked_part(topic, name), as_of=date.fromisoformat(report["as_of"]))
    ]
    parts += [f"prior `{name}`" for name in dict.fromkeys((*now, *priors)) if now.get(name) != priors.get(name)]
    rows = {stream["name"]: (stream["statement"], len(stream["rows"])) for stream in report["streams"]}
    records = records_as_of(topic, date.fromisoformat(report["as_of"]))
    streams = {name: (record.stream.value.text, len(record.rows)) for name, record in records.items()}
    parts += [f"stream `{name}`" for name in dict.fromkeys((*streams, *rows)) if streams.get(name) != rows.get(name)]
    asked = {answer["name"]: (answer["answer"], answer["by"]) for answer in report["answers"]}
    questions = {
        name: (question.answer_text, None if question.by is None else question.by.isoformat()) for name, question in topic.questions.items()
    }
    parts += [f"question `{name}`" for name in dict.fromkeys((*questions, *asked)) if questions.get(name) != asked.get(name)]
    told = {its["name"]: (its["when"], its["by"], its["since"]) for its in report.get("scenarios", {}).get("scenarios", [])}
    scenarios = {
        name: (its.answer_text, *(day and day.isoformat() for day in (its.by, its.since))) for name, its in topic.scenarios.items()
    }
    parts += [f"scenario `{name}`" for name in dict.fromkeys((*scenarios, *told)) if scenarios.get(name) != told.get(name)]
    return ", ".join((*parts, *_changed_variants(topic, report)))


def _changed_variants(topic: Topic, report: Mapping[str, Any]) -> list[str]:
    """Which variants are not as a report has them, by their weights and what they replace."""
    rivals = report.get("variants", {}).get("rivals", [])
    reported = {its["name"]: (its["before"], {change["place"]: change["text"] for change in its["changes"]}) for its in rivals}
    reported.pop(BASE, None)
    now = {name: (round_numbers(its.weight), dict(its.changes)) for name, its in topic.variants.items()}
    return [f"variant `{name}`" for name in dict.fromkeys((*now, *reported)) if now.get(name) != reported.get(name)]


def _entries_of(run: Run) -> Sequence[Mapping[str, Any]]:
    from forecast.book.ledger import read_ledger

    return read_ledger(Folder(run.root))[0]


def _earlier_report(run: Run, topic: Topic, entries: Sequence[Mapping[str, Any]]) -> EarlierReport | None:
    """What the ledger says was published of a topic as of an earlier day; hindcasts are compared with nothing, and drafts that do not say why."""
    if run.is_hindcast or (run.fast and not run.insight):
        return None
    from forecast.insight.change_report import earlier_report

    return earlier_report(entries, topic, before=run.as_of)
