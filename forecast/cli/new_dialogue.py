"""``forecast new`` as a dialogue: question, kind, days and priors are asked for, and what they imply is shown before anything is written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.actions.new.kinds import BASE_RATES, PAST_KINDS, VOTE_KINDS
from forecast.cli.belief_lines import print_belief
from forecast.cli.elicit.prompts import ask, ask_agreed, complain, typed_reason, yes_or_no
from forecast.cli.lines import echo, print_columns
from forecast.cli.new_choices import ask_options_and_signs
from forecast.cli.new_kind import ask_question_and_kind
from forecast.cli.new_parts import ask_formula_and_parts
from forecast.cli.new_threshold import ask_threshold
from forecast.cli.typed_options import is_option, typed_day, with_typed_options
from forecast.language.count_words import count_text
from forecast.language.faults import Fault

if TYPE_CHECKING:
    from forecast.actions.new.beliefs import Belief
    from forecast.actions.new.past_years import PastYears
    from forecast.actions.new.templates import TemplateInput
    from forecast.actions.new.topics import TopicAnswers
    from forecast.book.topic import Topic
    from forecast.cli.outputs.book_outputs import ImpliedAnswersOutput


MOST_NUMBERED = 9  # topics whose names are made of the same words
BESIDES_THE_PAST = "The years that you gave are counted by themselves. Say what you believe without them, or they count twice."


def ask_new_topic(root: Path, given: TopicAnswers, *, today: date) -> TopicAnswers | None:
    """Ask for everything about a new topic that is not given, and return all of it; None where the person does not want it written.

    Raises ``typer.Abort`` where the answers end.
    """
    from forecast.actions.new.said_parts import parts_of_answer
    from forecast.actions.new.topics import template_topic

    answers = ask_question_and_kind(given)
    kind, asks = answers.kind, answers.own.asks
    answers = replace(answers, own=replace(answers.own, condition=given.own.condition or _ask_condition(kind, asks)))
    answers = replace(answers, name=given.name or _ask_name(root, asks))
    answers = _with_days(answers, today)
    answers = _with_past_years(answers, today)
    answers = _with_unit(ask_threshold(answers))
    answers = ask_formula_and_parts(root, answers, today)
    answers = ask_options_and_signs(root, answers, today)
    template = (
        None
        if parts_of_answer(answers, today)
        else template_topic(root, answers.name, kind, answers.own.asks, today, by=answers.by, unit=answers.own.unit)
    )
    if template is not None:
        answers = replace(answers, own=_ask_priors(template, kind, answers.own))
    return _confirm_answers(root, answers, today)


def given_parameters(own: TemplateInput, beliefs: tuple[Belief, ...]) -> frozenset[str]:
    """Return the parameters of which a person said something, in words, as a statement or as a base rate."""
    from forecast.actions.new.own_choices import names_alone

    unsaid = {name for name, said in own.priors.items() if names_alone(said)}  # options without their chances
    return (own.prior_names - unsaid) | {belief.name.partition(".")[0] for belief in beliefs}


def print_preview(topic: Topic, beliefs: tuple[Belief, ...], given: frozenset[str], today: date, *, years: PastYears | None) -> None:
    """Print each prior that was said in words as a statement with its 90 % range, and what the topic says before anything else is seen.

    ``given`` are the parameters of which something was said; while nothing was, and a template's placeholders stand, its answer is nobody's.
    """
    from forecast.actions.placeholders import PLACEHOLDER, priors_with
    from forecast.book.linked_topics import linked_names

    if years is not None and (taken := years.sentence()):
        echo(taken)
    for belief in beliefs:
        print_belief(belief)
    if sources := linked_names(topic):
        echo(f"What this implies is known once `forecast update` computes {' and '.join(f'`{name}`' for name in sources)} with it.")
        return
    reached = next((name for name in topic.parameters if name in given), None)
    if reached is not None:
        _print_streams(topic, reached, today)
    left = priors_with(topic, PLACEHOLDER)
    if given or not left:
        _print_answers(topic, left, today)


def implied_output(topic: Topic, given: frozenset[str], today: date) -> ImpliedAnswersOutput | None:
    """Return the answers that follow, as JSON has them; None where ``print_preview`` prints none, since no prior is anybody's yet."""
    from forecast.actions.new.preview import preview_answers
    from forecast.actions.placeholders import PLACEHOLDER, priors_with

    left = priors_with(topic, PLACEHOLDER)
    if not topic.questions or (left and not given):
        return None
    preview = preview_answers(topic, today)
    return {
        "answers": dict(preview.answers),
        "sound": preview.sound,
        "placeholders": list(left),
        "unknown": [problem.message for problem in preview.problems],
    }


def _print_streams(topic: Topic, parameter: str, today: date) -> None:
    """Say what a topic's priors imply, before any of the record, for the streams that a parameter reaches."""
    from forecast.cli.elicit.options import expected_sentence
    from forecast.elicitation.implied import prior_predictive
    from forecast.model.errors import Unsound

    try:
        implied = prior_predictive(topic, parameter, today)
    except Unsound as unsound:
        echo(f"What this implies is not known: {unsound.problems[0].message}")
        return
    for stream in implied.streams[:2]:
        echo(f"Before any row it says: {expected_sentence(stream)}.")


def _print_answers(topic: Topic, left: tuple[str, ...], today: date) -> None:
    """Print the answers that follow, as an update prints them; ``left`` are the priors that are still the template's."""
    from forecast.actions.new.preview import preview_answers
    from forecast.sentences.answer_text import answer_text
    from forecast.sentences.headlines import headline_of

    preview = preview_answers(topic, today)
    for problem in preview.problems:
        echo(f"The answer this implies is not known: {problem.message}")
    if not preview.answers:
        return
    rows = sum(len(stream.rows) for stream in topic.streams.values())
    used = [f"the template's {' and '.join(f'`{name}`' for name in left)}"] if left else []
    used += [f"{count_text(rows, 'row')} on record"] if rows else []
    kept = f", with {' and '.join(used)}" if used else ""
    echo(f"The answer this implies{kept}:" if len(preview.answers) == 1 else f"The answers this implies{kept}:")
    print_columns([(name, headline_of(answer).short, answer_text(answer)) for name, answer in preview.answers.items()], indent="  ")
    if not preview.sound:
        echo("By its own checks the fast engine is not sure of this; `forecast update` asks the other engine too.")


def _ask_condition(kind: str, asks: str) -> str:
    """The condition of a conditional pair; none is asked for where the question has it, as in "Will it run if the county pays?"."""
    from forecast.actions.new.question_words import without_condition
    from forecast.actions.new.templates import is_conditional

    def parse(text: str) -> str:
        if not text:
            raise Fault("a condition is needed", hint="as in: the county pays")
        return text

    if not is_conditional(kind) or without_condition(asks)[1]:
        return ""
    return ask("If what? The condition, as in: the county pays:", parse)


def _ask_name(root: Path, asks: str) -> str:
    """The topic's name; Enter takes one of the question's words, with a number where that is taken already."""
    from forecast.actions.new.topic_names import suggested_name
    from forecast.actions.new.topics import new_name_fault

    offered = suggested_name(asks)
    tried = (offered, *(f"{offered}_{number}" for number in range(2, MOST_NUMBERED + 1))) if offered else ()
    usual = next((name for name in tried if new_name_fault(root, name) is None), "")

    def parse(text: str) -> str:
        name = text or usual
        if (fault := new_name_fault(root, name)) is not None:
            raise Fault("a name is needed" if not name else fault[0], hint=fault[1])
        return name

    return ask(f"A short name for the topic, as in old_bridge{f'; Enter for {usual}' if usual else ''}:", parse)


def _with_past_years(answers: TopicAnswers, today: date) -> TopicAnswers:
    """The answers with the counts of the years before and their source, where the kind counts by the day; Enter leaves them out."""
    from forecast.actions.new.past_years import PAST_EXAMPLE, PAST_TYPED, past_years
    from forecast.actions.new.templates import columns_of_record

    own = answers.own
    if answers.kind not in PAST_KINDS or own.past:
        return answers

    def parse(text: str) -> str:
        if text:
            tried = replace(own, past=text, source=own.source or "asked for next")
            for problem in past_years(answers.kind, tried, columns_of_record(answers.kind), today).problems:
                raise Fault(problem.message, hint=PAST_TYPED if problem.hint == PAST_EXAMPLE else problem.hint)
        return text

    past = ask(f"How many in each whole year before, {PAST_TYPED}; Enter for none:", parse)
    if not past:
        return answers
    source = own.source or ask("Where do these counts stand? An address or a citation:", _source)
    return replace(answers, own=replace(own, past=past, source=source))


def _with_unit(answers: TopicAnswers) -> TopicAnswers:
    """The answers with the unit of a measured level, where the question names none."""
    from forecast.actions.new.question_answers import UNNAMED_UNIT, level_unit

    def parse(text: str) -> str:
        if set(text) & set('"\\{}'):
            raise Fault(f"`{text}` is no unit", hint="as in cm, or US dollars")
        return text

    named = level_unit(answers.kind, answers.own.asks)
    if named is None or named or answers.own.unit:
        return answers
    unit = ask(f"In what is it measured, as in cm; Enter for “{UNNAMED_UNIT}”:", parse)
    return replace(answers, own=replace(answers.own, unit=unit))


def _source(text: str) -> str:
    if not text:
        raise Fault("a source is needed", hint="where can a reader check this?")
    return text


def _with_days(answers: TopicAnswers, today: date) -> TopicAnswers:
    """The answers with the first and the last day that count, where the kind has them; Enter takes the usual ones."""
    from forecast.actions.new.days import calendar
    from forecast.actions.new.question_days import days_of_question
    from forecast.actions.new.templates import counts_from_a_day, has_day
    from forecast.schema import words

    is_vote = answers.kind in VOTE_KINDS
    if not has_day(answers.kind) and not is_vote:
        return answers
    counts = counts_from_a_day(answers.kind)
    named = days_of_question(answers.own.asks, since=answers.since, by=answers.by, counts=counts, today=today)
    by, since = answers.by, answers.since
    if by is None:
        is_open = is_vote and not named.unclear and named.by is None
        usual = None if named.unclear or is_open else named.by or calendar(today=today, opens=None, by=None).by
        said = f"“{named.unclear.said}” is not one day. " if named.unclear else ""
        offered = "; Enter leaves it open" if is_open else "" if usual is None else f"; Enter for {words.day(usual)}"
        what = "The day of the vote" if is_vote else "The last day that counts"
        by = ask(
            f"{said}{what}, as in {_example_days(said)}{offered}:",
            lambda text: _day(text, usual, after=today) if text or not is_open else None,
        )
        named = days_of_question(answers.own.asks, since=since, by=by, counts=counts, today=today)
    if counts and since is None:
        first = named.since or today
        since = ask(f"The first day that counts; Enter for {words.day(first)}:", lambda text: _day(text, first, until=by))
    return replace(answers, since=since, by=by)


def _example_days(said: str) -> str:
    """An example of a last day; of a bare year, which may end as it begins or as it ends, both that it may mean."""
    match = re.search(r"\bby (?:the year )?(?P<year>\d{4})\N{RIGHT DOUBLE QUOTATION MARK}", said, re.IGNORECASE)
    return "2027-06-30" if match is None else f"{int(match['year']) - 1}-12-31 or {match['year']}-12-31"


def _day(text: str, usual: date | None, *, after: date | None = None, until: date | None = None) -> date:
    if not text and usual is not None:
        return usual
    if not text:
        raise Fault("a day is needed")
    day = typed_day(text)
    if after is not None and day <= after:
        raise Fault(f"{day} is not after today ({after})", hint="ask about a day to come")
    if until is not None and day > until:
        raise Fault(f"{day} is after the last day that counts ({until})")
    return day


def _ask_priors(template: Topic, kind: str, own: TemplateInput) -> TemplateInput:
    """What is given with a prior, and its reason, for each that is the template's placeholder and can be said in words."""
    from forecast.actions.new.beliefs import can_be_said
    from forecast.actions.placeholders import PLACEHOLDER, priors_with

    taken = own.prior_names | ({BASE_RATES.get(kind, "")} if own.base_rate else set())
    open_priors = [name for name in priors_with(template, PLACEHOLDER) if name not in taken and can_be_said(template, name)]
    if own.past and open_priors:
        echo()
        echo(BESIDES_THE_PAST)
    for name in open_priors:
        echo()
        echo(_belief_question(template, kind, name, own))
        if said := _ask_belief(template, name):
            own = replace(own, priors={**own.priors, name: said})
            reason = ask("Why? A sentence; Enter for none so far:", typed_reason)
            own = replace(own, reasons={**own.reasons, name: reason}) if reason else own
    return own


def _belief_question(template: Topic, kind: str, name: str, own: TemplateInput) -> str:
    """What is asked of a parameter: what it is, of which day, in which unit, and how an answer may be written."""
    from forecast.actions.new.parameter_meanings import meaning_in_words
    from forecast.actions.new.question_answers import INVENTED_THRESHOLDS
    from forecast.elicitation.phrases import OPTIONS_EXAMPLE, examples
    from forecast.elicitation.subject import subject_of
    from forecast.schema import words

    parameter, subject, meaning = template.parameters[name], subject_of(template, name), meaning_in_words(template, name, kind, own)
    is_invented = kind in INVENTED_THRESHOLDS
    usual = None if is_invented or subject.fit is None else (subject.fit.points[0], subject.fit.points[-1])  # not those in an invented unit
    example = OPTIONS_EXAMPLE if parameter.categories else examples(subject.support, parameter.unit, ends=usual)
    on = f" on {words.day(template.opens)}" if is_invented and name == "start" else ""
    unit = parameter.unit and f", {'for' if parameter.unit.startswith(('a ', 'an ')) else 'in'} {parameter.unit}"
    return f"What do you believe of `{name}`{f' ({meaning})' if meaning else ''}{on}{unit}? {example[0].upper()}{example[1:]}."


def _ask_belief(template: Topic, name: str) -> str:
    """A prior in words, or as a statement, once the person has seen what it is and agreed; empty where it is left open."""
    from forecast.actions.new.beliefs import belief_of_words
    from forecast.elicitation.phrases import is_statement

    def show(text: str) -> None:
        if text and not is_statement(text):
            print_belief(belief_of_words(template, name, text))

    return ask_agreed("Enter leaves it open:", show)


def _confirm_answers(root: Path, answers: TopicAnswers, today: date) -> TopicAnswers | None:
    """The answers, once the person has seen what they make and agreed; what a note or a problem names can be changed by its option."""
    from forecast.actions.new.topics import prepare_topic
    from forecast.cli.new_questions import print_questions

    while True:
        draft = prepare_topic(root, answers, today=today)
        echo()
        if draft.topic is None:
            for problem in draft.problems:
                complain(Fault(problem.message, hint=problem.hint))
            changed = _ask_change(answers, "What puts it right, as in --by 2027-06-30; or n to write nothing:", may_agree=False)
        else:
            own, kind = answers.own, answers.kind
            print_questions(draft.topic, kind=kind, own_answer=bool(own.answer), asks_own=own.asks_own, today=today, were_asked=True)
            print_preview(draft.topic, draft.beliefs, given_parameters(answers.own, draft.beliefs), today, years=draft.years)
            changed = _ask_change(answers, "Write it? y or n; or a change, as in --by 2027-06-30:", may_agree=True)
        if not isinstance(changed, bool):
            answers = changed
            continue
        return answers if changed else None


def _ask_change(answers: TopicAnswers, question: str, *, may_agree: bool) -> TopicAnswers | bool:
    """Whether the topic is to be written; or the answers with what an option changes, typed as notes and hints name it."""

    def parse(text: str) -> TopicAnswers | bool:
        if is_option(text):
            return with_typed_options(answers, text)
        is_yes = yes_or_no(text)
        if is_yes and not may_agree:
            raise Fault("it cannot be written like this", hint="an option changes it, as in --by 2027-06-30")
        return is_yes

    return ask(question, parse, above=[""])
