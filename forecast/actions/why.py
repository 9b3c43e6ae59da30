"""Why an answer is what it is, from the newest report: what moved it, what it rests on, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.actions.show import PublishedAnswer, newest_answers
from forecast.book.files.layout import report_path
from forecast.book.files.problems import Place, Problem
from forecast.report.escape import link
from forecast.report.files import read_report
from forecast.schema import words
from forecast.schema.insight import (
    Estimate,
    InsightContent,
    LeverageContent,
    MeasureContent,
    SensitivityContent,
    SignpostContent,
    SplitPart,
)
from forecast.schema.topic import ReportFault, TopicContent
from forecast.schema.words import BOUND_STANDARD_ERRORS
from forecast.sentences.certain_then import certain_then, is_certain
from forecast.sentences.change_sentences import move_sentence
from forecast.sentences.insight_day import kept_insight_sentence
from forecast.sentences.insight_text import clause_of, is_in_time
from forecast.sentences.own_priors import versions_of_varied_priors
from forecast.sentences.signpost_days import FirstDays, first_days, watched_days
from forecast.sentences.signposts import has_foresight
from forecast.sentences.split_words import is_variance_note_of

MOST_REASONS = 5
LEAST_DOUBT = 0.01


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing and what it does to the answer: ``value`` with it, ``change`` from the published one, and the error of that."""

    what: str
    value: float
    change: float
    error: float


@dataclass(frozen=True, slots=True)
class Reasons:
    """An answer with its reasons, each list with the largest change first; or problems.

    Of a question without an answer the sentence says why, and there is no measure.

    ``measure`` is the number of the answer that they speak of: of several
    choices, the likeliest.
    """

    answer: PublishedAnswer | None = None
    measure: MeasureContent | None = None
    moves: tuple[tuple[str, str], ...] = ()  # since when, and the sentence
    rests_on: tuple[Reason, ...] = ()
    recorded: bool = True  # whether there is any row that something may be learnt from
    recalled: Reason | None = None  # the rows of grade C, whatever they do to the answer
    priors: tuple[Reason, ...] = ()
    varied: bool = True  # whether any prior was varied at all
    would_move: tuple[Reason, ...] = ()
    simulated: bool = True  # whether any row to come is, so that it is known what one would do
    settled_then: frozenset[str] = frozenset()  # what of `would_move` settles the answer
    ignorance: float | None = None
    ignorance_error: float | None = None
    structure: float | None = None  # of the ignorance, what is which variant is right
    structure_error: float | None = None
    doubts: tuple[tuple[str, float, float], ...] = ()  # whose share of the doubt it is, the share, and its error
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def reasons(root: Path, question: str) -> Reasons:
    """Return why a question's newest published answer is what it is; ``question`` is ``topic.question``, its name alone, or a topic that asks one."""
    shown = newest_answers(root, question)
    for judged in shown.judged:
        message = f"`{judged['topic']}.{judged['name']}` is answered by people, and no model: there is no why to compute"
        return Reasons(problems=(Problem(Place(report_path(judged["topic"])), message, "`forecast show` has what they said, and why"),))
    if not shown.answers:
        return Reasons(problems=shown.problems)
    if len(shown.answers) > 1:
        from forecast.book.finding import several_questions_problem

        named = [f"{answer['topic']}.{answer['name']}" for answer in shown.answers]
        return Reasons(problems=(several_questions_problem(question, named),))
    answer = shown.answers[0]
    path = report_path(answer["topic"])
    try:
        content = read_report(root, path)
    except ReportFault as fault:
        return Reasons(problems=(Problem(Place(path), str(fault)),))
    if content is None:
        return Reasons(problems=(Problem(Place(path), "it was removed by another program meanwhile", "run the command again"),))
    insight = content["insight"]
    if answer["value"] is None:
        return Reasons(answer=answer, notes=() if insight is None else _notes_for(insight, answer["name"]))
    if insight is None:
        if "code" in content:
            message = f"`{answer['topic']}` brings its own model, of which it cannot be asked why"
            return Reasons(problems=(Problem(Place(path), message),))
        message = "the report was made without asking why"
        return Reasons(problems=(Problem(Place(path), message, f"run `forecast update {answer['topic']}`"),))
    if all(measure["question"] != answer["name"] for measure in insight["measures"]):
        return Reasons(problems=(Problem(Place(path), f"the report does not say why of `{answer['name']}`"),))
    return _reasons_from_insight(answer, content, insight)


def _reasons_from_insight(answer: PublishedAnswer, content: TopicContent, insight: InsightContent) -> Reasons:
    at = [index for index, measure in enumerate(insight["measures"]) if measure["question"] == answer["name"]]
    best = max(at, key=lambda index: insight["measures"][index]["value"])
    measure = insight["measures"][best]
    certain, since = certain_then(content, question=answer["name"]), first_days(content)
    split = next((part for part in insight["split"] if (part["question"], part["label"]) == (measure["question"], measure["label"])), None)
    return Reasons(
        answer=answer,
        measure=measure,
        moves=tuple((move["why"], move_sentence(measure, move, best)) for move in insight["moves"]),
        rests_on=_largest_reasons(
            [_reason(_group_text(group), group["values"][best]) for group in insight["leverage"] if group["kind"] != "stream"]
        ),
        recorded=bool(content["series"] or any(stream["rows"] for stream in content["streams"])),
        recalled=next(
            (
                _reason(_group_text(group), group["values"][best])
                for group in insight["leverage"]
                if (group["kind"], group["name"]) == ("grade", "C")
            ),
            None,
        ),
        priors=_largest_reasons(
            [
                _reason(_changed_prior_text(variation, version), variation["values"][best])
                for variation, version in zip(insight["sensitivity"], versions_of_varied_priors(content), strict=True)
            ]
        ),
        varied=bool(insight["sensitivity"]),
        would_move=_largest_reasons(
            [_reason(_signpost_text(post, since), post["values"][best]) for post in insight["signposts"] if is_in_time(post, answer["by"])]
        ),
        simulated=has_foresight(insight),
        settled_then=frozenset(_signpost_text(post, since) for post in insight["signposts"] if is_certain(certain, post, best)),
        ignorance=None if split is None else split["ignorance"],
        ignorance_error=None if split is None else split["error"],
        structure=None if split is None else split.get("structure"),
        structure_error=None if split is None else split.get("structure_error"),
        doubts=() if split is None else tuple(_doubts(split["parts"])),
        notes=_notes_for(insight, answer["name"]),
    )


def _notes_for(insight: InsightContent, question: str) -> tuple[str, ...]:
    """What could not be said of all answers, or of this one."""
    others = {measure["question"] for measure in insight["measures"]} - {question}
    notes = [note for note in insight["notes"] if not any(is_variance_note_of(note, other) for other in others)]
    return (*((kept,) if (kept := kept_insight_sentence(insight)) else ()), *notes)


def _doubts(parts: Sequence[SplitPart]) -> Iterator[tuple[str, float, float]]:
    """The values whose share of the doubt is at least 1 % and beyond its error, the largest first."""
    for part in parts[:MOST_REASONS]:
        if part["share"] >= max(LEAST_DOUBT, BOUND_STANDARD_ERRORS * part["error"]):
            yield _parameter_text(part), part["share"], part["error"]


def _reason(what: str, estimate: Estimate) -> Reason:
    return Reason(what, estimate["value"], estimate["change"], estimate["error"])


def _largest_reasons(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """The reasons that change the answer by more than twice their error, the largest first."""
    clear = [reason for reason in reasons if abs(reason.change) > 2 * reason.error]
    return tuple(sorted(clear, key=lambda reason: -abs(reason.change))[:MOST_REASONS])


def _group_text(group: LeverageContent) -> str:
    if group["kind"] == "row":
        return f"{group['stream'].replace('_', ' ')}, the row of {group['name']}"
    counted = "1 row" if group["rows"] == 1 else f"{group['rows']} rows"
    if group["kind"] == "grade":
        return f"{counted} of grade {group['name']}"
    name = group["name"]
    return f"{counted} from {name}" if link(name) else f"{counted} whose source is “{name}”"


def _parameter_text(part: SplitPart | SensitivityContent) -> str:
    return f"{part['parameter']}[{part['label']}]" if part["label"] else part["parameter"]


def _changed_prior_text(changed: SensitivityContent, version: str) -> str:
    own = f" of `{version}`" if version else ""
    return f"{_parameter_text(changed)}{own} {changed['change']}: {words.rounded_numbers(changed['statement'])}"


def _signpost_text(post: SignpostContent, since: FirstDays) -> str:
    return f"{clause_of(post)} {watched_days(post, since)} ({words.percent(post['chance'])} likely)"
